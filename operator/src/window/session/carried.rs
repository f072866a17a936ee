//! What travels beside the picture, as the view knows it: words between the two people, and files.

use std::collections::VecDeque;
use std::path::PathBuf;

use farhand_proto::transfer::{FileProblem, ItemKind};
use farhand_session::{FileEvent, Progress, TransferError};

use super::reasons;
use crate::window::words::Words;

/// The most lines of a talk that are kept; older ones are gone.
const MAX_LINES: usize = 500;
/// The most things to carry that wait for the one under way.
const MAX_JOBS: usize = 100;
/// The most files of one job that are named when they have arrived.
const MAX_NAMED: u64 = 4;
/// The most results that are kept.
const MAX_RESULTS: usize = 50;

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    Operator,
    Customer,
}

/// What was said in writing.
#[derive(Debug, Default)]
pub(super) struct Chat {
    pub(super) lines: VecDeque<(Speaker, String)>,
    /// What the operator types and has not sent.
    pub(super) draft: String,
    /// Whether the customer said something while the panel was closed.
    pub(super) is_unread: bool,
    /// Whether the field to write in takes the keyboard.
    pub(super) wants_focus: bool,
}

impl Chat {
    pub(super) fn add(&mut self, speaker: Speaker, text: String) {
        if self.lines.len() >= MAX_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back((speaker, text));
    }
}

/// Something to carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Job {
    /// Files and folders of this computer, to where the customer's downloads go.
    Put(Vec<PathBuf>),
    /// A file or a folder of the customer's, to where this computer's downloads go.
    Get(String),
}

impl Job {
    /// What it is about, in a few words.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Get(path) => path.clone(),
            Self::Put(paths) => {
                let names = paths.iter().map(|path| match path.file_name() {
                    Some(name) => name.to_string_lossy().into_owned(),
                    None => path.display().to_string(),
                });
                names.collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// What became of a job or its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A file lies at its receiver.
    Arrived { name: String, place: String },
    /// So many of one job do; where the last one lies.
    Several { count: u64, place: String },
    /// Something did not arrive.
    Failed { name: String, why: Words },
}

/// Files of this session.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) waiting: VecDeque<Job>,
    pub(super) running: Option<(Job, Option<Progress>)>,
    pub(super) results: VecDeque<Outcome>,
    /// Files of the job under way that arrived.
    arrived: u64,
    /// The path that the operator types and has not asked for.
    pub(super) wanted: String,
}

impl Files {
    /// One more thing to carry; false if too many wait.
    pub(super) fn add(&mut self, job: Job) -> bool {
        let has_room = self.waiting.len() < MAX_JOBS;
        if has_room {
            self.waiting.push_back(job);
        }
        has_room
    }

    /// The next job, if none is under way.
    pub(super) fn begin(&mut self) -> Option<Job> {
        if self.running.is_some() {
            return None;
        }
        let job = self.waiting.pop_front()?;
        self.running = Some((job.clone(), None));
        self.arrived = 0;
        Some(job)
    }

    /// The job under way could not even begin.
    pub(super) fn refused(&mut self, why: TransferError) {
        if let Some((job, _)) = self.running.take() {
            self.add_result(Outcome::Failed { name: job.name(), why: reasons::of_refused(why) });
        }
    }

    pub(super) fn progress(&mut self, progress: Progress) {
        if let Some((_, known)) = &mut self.running {
            *known = Some(progress);
        }
    }

    /// Takes in what happened.
    pub(super) fn note(&mut self, event: &FileEvent) {
        match event {
            FileEvent::Stored { path, kind: ItemKind::File { .. }, place, .. } => {
                self.note_arrived(path.to_string(), place.to_string());
            }
            // It is sent again.
            FileEvent::NotStored { why: FileProblem::Again, .. } => {}
            FileEvent::NotStored { path, why, .. } => {
                self.add_result(Outcome::Failed { name: path.to_string(), why: reasons::of_problem(why) });
            }
            FileEvent::Over(result) => {
                let job = self.running.take();
                if let (Err(stopped), Some((job, _))) = (result, job) {
                    self.add_result(Outcome::Failed { name: job.name(), why: reasons::of_stopped(stopped) });
                }
            }
            _ => {}
        }
    }

    /// Nothing more is carried.
    pub(super) fn end(&mut self) {
        self.waiting.clear();
        self.running = None;
    }

    /// A few are named one by one, many are counted.
    fn note_arrived(&mut self, name: String, place: String) {
        self.arrived += 1;
        let count = self.arrived;
        if count <= MAX_NAMED {
            return self.add_result(Outcome::Arrived { name, place });
        }
        let mut before = 0;
        self.results.retain(|outcome| {
            let is_counted = match outcome {
                Outcome::Arrived { .. } => count == MAX_NAMED + 1 && before < MAX_NAMED,
                Outcome::Several { .. } => count > MAX_NAMED + 1 && before < 1,
                Outcome::Failed { .. } => false,
            };
            before += u64::from(is_counted);
            !is_counted
        });
        self.add_result(Outcome::Several { count, place });
    }

    fn add_result(&mut self, outcome: Outcome) {
        if self.results.len() >= MAX_RESULTS {
            self.results.pop_back();
        }
        self.results.push_front(outcome);
    }
}

#[cfg(test)]
mod tests {
    use farhand_proto::bounded::Shown;
    use farhand_proto::transfer::ItemPath;
    use farhand_session::Direction;

    use super::*;

    #[test]
    fn one_thing_is_carried_after_the_other() {
        let mut files = Files::default();
        assert!(files.add(Job::Get("a".to_owned())) && files.add(Job::Get("b".to_owned())));
        assert_eq!(files.begin(), Some(Job::Get("a".to_owned())));
        assert_eq!(files.begin(), None);
        files.note(&FileEvent::Over(Ok(())));
        assert_eq!(files.begin(), Some(Job::Get("b".to_owned())));
        files.refused(TransferError::NotAllowed);
        let why = Words::new("session-files-refused");
        assert_eq!(files.results[0], Outcome::Failed { name: "b".to_owned(), why });
        assert!((0..MAX_JOBS).all(|_| files.add(Job::Get("c".to_owned()))));
        assert!(!files.add(Job::Get("d".to_owned())));
    }

    #[test]
    fn many_files_of_one_job_are_one_result() {
        let mut files = Files::default();
        let arrived = |number: u64| FileEvent::Stored {
            path: ItemPath::new(format!("{number}")).unwrap(),
            kind: ItemKind::File { size: 1, modified: 0 },
            direction: Direction::In,
            place: Shown::truncated(&format!("/mnt/{number}")),
        };
        for (job, count) in [("few", MAX_NAMED), ("many", 300), ("many more", 7), ("one", 1)] {
            assert!(files.add(Job::Get(job.to_owned())));
            files.begin().unwrap();
            (1..=count).for_each(|number| files.note(&arrived(number)));
            files.note(&FileEvent::Over(Ok(())));
        }
        let several = |count| Outcome::Several { count, place: format!("/mnt/{count}") };
        let results: Vec<_> = files.results.iter().cloned().collect();
        assert_eq!(results[0], Outcome::Arrived { name: "1".to_owned(), place: "/mnt/1".to_owned() });
        assert_eq!(results[1..3], [several(7), several(300)]);
        assert_eq!(results.len() as u64, 3 + MAX_NAMED);
    }
}
