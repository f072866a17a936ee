//! What travels beside the picture, as the window knows it: words between the two people, and files.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use farhand_proto::bounded::Shown;
use farhand_proto::limits::MAX_PATH;
use farhand_proto::transfer::{FileProblem, ItemKind};
use farhand_session::{Direction, FileEvent, Progress};

/// The most lines of a talk that are kept; older ones are gone.
const MAX_LINES: usize = 500;

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaker {
    Customer,
    Operator,
}

/// What was said in writing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chat {
    pub(crate) lines: VecDeque<(Speaker, String)>,
    /// What the person types and has not sent.
    pub(crate) draft: String,
    /// Whether the operator said something since the person last did, or came for it.
    pub(crate) is_unread: bool,
    /// Whether the last words were not taken.
    pub(crate) is_refused: bool,
}

impl Chat {
    /// Somebody said something.
    pub(crate) fn add(&mut self, speaker: Speaker, text: String) {
        if self.lines.len() >= MAX_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back((speaker, text));
        self.is_unread = speaker == Speaker::Operator;
        self.is_refused = false;
    }
}

/// Files of this session.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    /// Under way: which way, and how far.
    pub(crate) running: Option<Running>,
    /// How the last transfer ended.
    pub(crate) last: Option<Ended>,
    /// Whether the person has not looked at it since.
    pub(crate) is_unseen: bool,
}

/// A transfer under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Running {
    pub(crate) direction: Direction,
    /// What is fetched or where it goes, in the operator's words; none for where downloads go.
    pub(crate) what: Option<String>,
    pub(crate) progress: Option<Progress>,
    /// Bytes a second of late, and from when on with how many bytes the next are counted.
    pub(crate) rate: Option<u64>,
    pub(crate) rate_from: Option<(Instant, u64)>,
    /// Files that arrived, and those that did not.
    pub(crate) stored: u64,
    pub(crate) failed: u64,
    /// Where the last one lies, or what it was if it was fetched.
    pub(crate) place: Option<String>,
}

/// A transfer that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) direction: Direction,
    pub(crate) stored: u64,
    pub(crate) failed: u64,
    pub(crate) place: Option<String>,
    /// Why it did not go to its end.
    pub(crate) stopped: Option<String>,
}

impl Files {
    /// Takes in what happened.
    pub(crate) fn note(&mut self, event: &FileEvent) {
        match event {
            FileEvent::Put { folder, .. } => self.begin(Direction::In, folder.as_deref()),
            FileEvent::Get { path } => self.begin(Direction::Out, Some(path)),
            FileEvent::Stored { kind: ItemKind::File { .. }, direction, path, place } => {
                if let Some(running) = &mut self.running {
                    running.stored += 1;
                    running.place = Some(match direction {
                        Direction::In => place.to_string(),
                        Direction::Out => path.to_string(),
                    });
                }
            }
            // What changed is sent again.
            FileEvent::NotStored { why, .. } if *why != FileProblem::Again => {
                if let Some(running) = &mut self.running {
                    running.failed += 1;
                }
            }
            FileEvent::Over(result) => {
                if let Some(Running { direction, stored, failed, place, .. }) = self.running.take() {
                    let stopped = result.as_ref().err().map(ToString::to_string);
                    self.last = Some(Ended { direction, stored, failed, place, stopped });
                }
            }
            FileEvent::Begun { .. }
            | FileEvent::Stored { .. }
            | FileEvent::NotStored { .. }
            | FileEvent::Unfinished { .. }
            | FileEvent::Read { .. }
            | FileEvent::Return { .. }
            | FileEvent::Leave { .. }
            | FileEvent::Take(_) => {}
        }
    }

    fn begin(&mut self, direction: Direction, what: Option<&str>) {
        self.last = None;
        self.is_unseen = true;
        self.running = Some(Running {
            direction,
            // An operator's program may say anything.
            what: what.map(|what| Shown::<MAX_PATH>::truncated(what).to_string()),
            progress: None,
            rate: None,
            rate_from: None,
            stored: 0,
            failed: 0,
            place: None,
        });
    }

    /// How far it has come.
    pub(crate) fn progress(&mut self, progress: Progress, now: Instant) {
        const SPAN: Duration = Duration::from_secs(1);
        if let Some(running) = &mut self.running {
            let bytes = progress.bytes_done;
            let (since, before) = *running.rate_from.get_or_insert((now, bytes));
            let passed = now.saturating_duration_since(since);
            if passed >= SPAN {
                let rate = bytes.saturating_sub(before) as f64 / passed.as_secs_f64();
                (running.rate, running.rate_from) = (Some(rate as u64), Some((now, bytes)));
            }
            running.progress = Some(progress);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_second() {
        let mut files = Files::default();
        files.begin(Direction::Out, Some("report.pdf"));
        let begun = Instant::now();
        let mut rate_after = |milliseconds: u64, bytes_done: u64| {
            let progress = Progress {
                direction: Direction::Out,
                files_done: 0,
                files: 1,
                bytes_done,
                bytes: 10_000_000,
                current: None,
            };
            files.progress(progress, begun + Duration::from_millis(milliseconds));
            files.running.as_ref().and_then(|running| running.rate)
        };
        assert_eq!(rate_after(0, 1_000), None);
        assert_eq!(rate_after(500, 600_000), None, "too soon to say");
        assert_eq!(rate_after(1_000, 1_001_000), Some(1_000_000));
        assert_eq!(rate_after(1_500, 1_011_000), Some(1_000_000));
        assert_eq!(rate_after(3_000, 1_041_000), Some(20_000), "it has become slow");
    }
}
