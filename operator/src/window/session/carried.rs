//! What travels beside the picture, as the view knows it: words between the two people, and files.

use std::collections::VecDeque;
use std::path::PathBuf;

use farhand_proto::transfer::{FileProblem, ItemKind};
use farhand_session::{FileEvent, Progress};

/// The most lines of a talk that are kept; older ones are gone.
const MAX_LINES: usize = 500;
/// The most things to carry that wait for the one under way.
const MAX_JOBS: usize = 100;
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

/// What became of a job or one of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) name: String,
    /// Where it lies at its receiver, or why it does not, in English.
    pub(super) result: Result<String, String>,
}

/// Files of this session.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) waiting: VecDeque<Job>,
    pub(super) running: Option<(Job, Option<Progress>)>,
    pub(super) results: VecDeque<Outcome>,
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
        Some(job)
    }

    /// The job under way could not even begin.
    pub(super) fn refused(&mut self, why: String) {
        if let Some((job, _)) = self.running.take() {
            self.note_result(job.name(), Err(why));
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
                self.note_result(path.to_string(), Ok(place.to_string()));
            }
            // It is sent again.
            FileEvent::NotStored { why: FileProblem::Again, .. } => {}
            FileEvent::NotStored { path, why, .. } => {
                self.note_result(path.to_string(), Err(why.to_string()));
            }
            FileEvent::Over(result) => {
                let job = self.running.take();
                if let (Err(stopped), Some((job, _))) = (result, job) {
                    self.note_result(job.name(), Err(stopped.to_string()));
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

    fn note_result(&mut self, name: String, result: Result<String, String>) {
        if self.results.len() >= MAX_RESULTS {
            self.results.pop_back();
        }
        self.results.push_front(Outcome { name, result });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_carried_after_the_other() {
        let mut files = Files::default();
        assert!(files.add(Job::Get("a".to_owned())) && files.add(Job::Get("b".to_owned())));
        assert_eq!(files.begin(), Some(Job::Get("a".to_owned())));
        assert_eq!(files.begin(), None);
        files.note(&FileEvent::Over(Ok(())));
        assert_eq!(files.begin(), Some(Job::Get("b".to_owned())));
        files.refused("not allowed".to_owned());
        assert_eq!(files.results[0], Outcome { name: "b".to_owned(), result: Err("not allowed".to_owned()) });
        assert!((0..MAX_JOBS).all(|_| files.add(Job::Get("c".to_owned()))));
        assert!(!files.add(Job::Get("d".to_owned())));
    }
}
