//! What travels beside the picture, as the window knows it: words between the two people, and files.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use farhand_proto::bounded::Shown;
use farhand_proto::limits::MAX_PATH;
use farhand_proto::transfer::{FileProblem, ItemKind};
use farhand_session::{Direction, FileEvent, Progress};
use farhand_window::Rate;

/// The most lines of a talk that are kept; older ones are gone.
const MAX_LINES: usize = 500;

/// What the same person says within this time after their last words belongs to them: a text that is too long for one
/// message comes as several.
const IN_ONE_GO: Duration = Duration::from_secs(1);

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
    /// How many there were in all.
    pub(crate) count: u64,
    /// How many of the last were said in one go.
    pub(crate) newest: usize,
    /// When the last was said.
    at: Option<Instant>,
    /// What the person types and has not sent.
    pub(crate) draft: String,
    /// Whether the operator said something since the person last did, or came for it.
    pub(crate) is_unread: bool,
    /// Whether the last words were not taken.
    pub(crate) is_refused: bool,
}

impl Chat {
    /// Somebody said something.
    pub(crate) fn add(&mut self, speaker: Speaker, text: String, now: Instant) {
        if self.lines.len() >= MAX_LINES {
            self.lines.pop_front();
        }
        let goes_on = self.lines.back().is_some_and(|(last, _)| *last == speaker)
            && self.at.replace(now).is_some_and(|at| now.saturating_duration_since(at) < IN_ONE_GO);
        self.newest = if goes_on { self.newest + 1 } else { 1 };
        self.count += 1;
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
    pub(crate) rate: Rate,
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
            FileEvent::Refused { .. }
            | FileEvent::Begun { .. }
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
            rate: Rate::default(),
            stored: 0,
            failed: 0,
            place: None,
        });
    }

    /// How far it has come.
    pub(crate) fn progress(&mut self, progress: Progress, now: Instant) {
        if let Some(running) = &mut self.running {
            running.rate.note(progress.bytes_done, now);
            running.progress = Some(progress);
        }
    }
}
