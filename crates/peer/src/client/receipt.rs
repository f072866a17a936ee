//! What a session was, for the customer to keep.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use farhand_proto::bounded::Shown;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::limits::MAX_PATH;
use farhand_proto::relay::Voucher;
use farhand_proto::time::Moment;
use farhand_proto::transfer::{Cancelled, FileProblem, ItemKind};
use farhand_session::{Direction, FileEvent, Stopped};

use crate::SessionEnd;

/// What happened in one session, from the seal to its end. The times are of this computer's clock at the session's
/// start and what has passed since, so a clock that is set meanwhile changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// Who came, by the relay's word.
    pub operator: Voucher,
    /// When the seal stood.
    pub from: SystemTime,
    /// When everything was over for this computer.
    pub to: SystemTime,
    /// What was asked for; `None` if it never came to a question.
    pub asked: Option<Grants>,
    /// What the customer decided, and what became of the line, in its order. Without a grant in it nothing was ever
    /// allowed.
    pub decisions: Vec<Decision>,
    /// Files that were brought or fetched, or should have been, in their order: of each kind that there is a count of,
    /// the first [`MAX_FILES`].
    pub files: Vec<FileRecord>,
    /// How many there were in all.
    pub counts: FileCounts,
    /// Why it is over.
    pub end: SessionEnd,
}

/// The most files of each kind that a receipt names.
pub const MAX_FILES: u64 = 1000;

/// How many files travelled, or did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileCounts {
    /// Brought to this computer.
    pub brought: u64,
    /// Fetched from this computer.
    pub fetched: u64,
    /// Not brought, though they should have been.
    pub not_brought: u64,
    /// Not fetched, though they should have been.
    pub not_fetched: u64,
    /// What the operator asked for, and was not allowed to bring or fetch.
    pub refused: u64,
}

impl FileCounts {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.brought + self.fetched + self.not_brought + self.not_fetched + self.refused
    }

    fn of(&mut self, direction: Direction, fate: &Fate) -> &mut u64 {
        match (direction, fate) {
            (Direction::In, Fate::Arrived(_)) => &mut self.brought,
            (Direction::Out, Fate::Arrived(_)) => &mut self.fetched,
            (_, Fate::Refused(_)) => &mut self.refused,
            (Direction::In, Fate::Failed(_) | Fate::Stopped) => &mut self.not_brought,
            (Direction::Out, Fate::Failed(_) | Fate::Stopped) => &mut self.not_fetched,
        }
    }
}

/// A file that travelled, or did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// When.
    pub at: SystemTime,
    /// Which way, seen from this computer.
    pub direction: Direction,
    /// What was brought, by its path within that; or where on this computer lies what was fetched. Of what was refused,
    /// what the operator named: the folder that files were meant for, empty for where downloads go, or what was wanted.
    pub path: String,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It lies there at its receiver.
    Arrived(String),
    /// It did not arrive.
    Failed(FileProblem),
    /// It was stopped on the way: its sender has let go of some of it, or of all.
    Stopped,
    /// It was asked for and not allowed.
    Refused(Cancelled),
}

/// One thing that the customer decided, or that the line did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// When.
    pub at: SystemTime,
    /// What.
    pub what: Decided,
}

/// What it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Allowed these in addition.
    Given(Grants),
    /// No longer allowed these.
    TakenBack(Grants),
    /// Paused the session.
    Paused,
    /// Let it go on.
    Resumed,
    /// The line was lost: nothing was seen or done from then on.
    Lost,
    /// The line was back.
    Found,
}

impl Receipt {
    /// For how long this could be used: allowed, not paused, and with a line.
    #[must_use]
    pub fn allowed_for(&self, grant: Grant) -> Duration {
        let (mut given, mut paused, mut lost, mut since) = (false, false, false, self.from);
        let mut total = Duration::ZERO;
        let ends = self.decisions.iter().map(|decision| (decision.at, Some(decision.what)));
        for (at, what) in ends.chain([(self.to, None)]) {
            if given && !paused && !lost {
                total += at.duration_since(since).unwrap_or_default();
            }
            since = at;
            match what {
                Some(Decided::Given(grants)) => given |= grants.allows(grant),
                Some(Decided::TakenBack(grants)) => given &= !grants.allows(grant),
                Some(Decided::Paused) => paused = true,
                Some(Decided::Resumed) => paused = false,
                Some(Decided::Lost) => lost = true,
                Some(Decided::Found) => lost = false,
                None => {}
            }
        }
        total
    }
}

/// A receipt in the making.
#[derive(Debug)]
pub(super) struct Notes {
    operator: Voucher,
    from: SystemTime,
    began: Moment,
    asked: Option<Grants>,
    allowed: Grants,
    decisions: Vec<Decision>,
    files: Vec<FileRecord>,
    counts: FileCounts,
    /// What is being fetched, until something is noted of it.
    fetched: Option<PathBuf>,
    /// Where what is fetched lies.
    folder: PathBuf,
}

impl Notes {
    /// The seal has stood since `began`, which is `from` by this computer's clock.
    pub(super) fn new(operator: Voucher, from: SystemTime, began: Moment) -> Self {
        Self {
            operator,
            from,
            began,
            asked: None,
            allowed: Grants::NONE,
            decisions: Vec::new(),
            files: Vec::new(),
            counts: FileCounts::default(),
            fetched: None,
            folder: PathBuf::new(),
        }
    }

    /// A moment by this computer's clock.
    pub(super) fn time_of(&self, moment: Moment) -> SystemTime {
        self.from + moment.saturating_sub(self.began)
    }

    pub(super) fn asked(&mut self, grants: Grants) {
        self.asked = Some(grants);
    }

    pub(super) fn allowed(&mut self, grants: Grants, now: Moment) {
        let (given, taken) = (grants.without(self.allowed), self.allowed.without(grants));
        self.allowed = grants;
        if !given.is_empty() {
            self.decided(Decided::Given(given), now);
        }
        if !taken.is_empty() {
            self.decided(Decided::TakenBack(taken), now);
        }
    }

    pub(super) fn paused(&mut self, paused: bool, now: Moment) {
        self.decided(if paused { Decided::Paused } else { Decided::Resumed }, now);
    }

    pub(super) fn lost(&mut self, lost: bool, now: Moment) {
        self.decided(if lost { Decided::Lost } else { Decided::Found }, now);
    }

    /// The operator asks for what lies here.
    pub(super) fn asked_for(&mut self, path: PathBuf) {
        self.folder = path.parent().map(Path::to_owned).unwrap_or_default();
        self.fetched = Some(path);
    }

    /// Notes what became of a file.
    pub(super) fn file(&mut self, event: &FileEvent, now: Moment) {
        let (direction, path, fate) = match event {
            FileEvent::Over(result) => {
                // What there is nothing else to say of was wanted all the same.
                if let (Some(path), Err(why)) = (self.fetched.take(), result) {
                    let fate = match why {
                        Stopped::Here(Cancelled::Problem(problem)) => Fate::Failed(problem.clone()),
                        _ => Fate::Stopped,
                    };
                    self.push(Direction::Out, path.display().to_string(), fate, now);
                }
                return;
            }
            FileEvent::Refused { direction, what, why } => {
                let what = Shown::<MAX_PATH>::truncated(what.as_deref().unwrap_or_default());
                return self.push(*direction, what.to_string(), Fate::Refused(why.clone()), now);
            }
            FileEvent::Stored { direction, path, kind: ItemKind::File { .. }, place } => {
                (*direction, path, Fate::Arrived(place.to_string()))
            }
            FileEvent::NotStored { why: FileProblem::Again, .. } => return,
            FileEvent::NotStored { direction, path, why } => (*direction, path, Fate::Failed(why.clone())),
            FileEvent::Unfinished { direction, path } => (*direction, path, Fate::Stopped),
            _ => return,
        };
        let path = match direction {
            Direction::In => path.to_string(),
            // Two files of the same name are not the same.
            Direction::Out => {
                self.fetched = None;
                self.folder.join(path.to_string()).display().to_string()
            }
        };
        self.forget_stopped(direction, &path);
        self.push(direction, path, fate, now);
    }

    fn push(&mut self, direction: Direction, path: String, fate: Fate, now: Moment) {
        let count = self.counts.of(direction, &fate);
        *count += 1;
        if *count <= MAX_FILES {
            self.files.push(FileRecord { at: self.time_of(now), direction, path, fate });
        }
    }

    /// The session was over before this computer had written a file, and now it has.
    fn forget_stopped(&mut self, direction: Direction, path: &str) {
        let is_it = |file: &FileRecord| {
            file.fate == Fate::Stopped && file.direction == direction && file.path == path
        };
        if direction == Direction::In
            && let Some(index) = self.files.iter().rposition(is_it)
        {
            self.files.remove(index);
            *self.counts.of(direction, &Fate::Stopped) -= 1;
        }
    }

    fn decided(&mut self, what: Decided, now: Moment) {
        self.decisions.push(Decision { at: self.time_of(now), what });
    }

    pub(super) fn finish(&mut self, end: SessionEnd, now: Moment) -> Receipt {
        Receipt {
            operator: self.operator.clone(),
            from: self.from,
            to: self.time_of(now),
            asked: self.asked,
            decisions: std::mem::take(&mut self.decisions),
            files: std::mem::take(&mut self.files),
            counts: self.counts,
            end,
        }
    }
}

#[cfg(test)]
mod tests {
    use farhand_proto::bounded::Text;
    use farhand_proto::id::SessionId;
    use farhand_proto::name::Name;
    use farhand_proto::relay::KeyHash;
    use farhand_proto::session::EndReason;
    use farhand_session::Ended;

    use super::*;

    const BEGAN: Moment = Moment::from_secs(100);

    fn second(number: u64) -> Moment {
        BEGAN + Duration::from_secs(number)
    }

    #[test]
    fn what_was_stopped_is_named_unless_it_arrived_after_all() {
        let mut notes = Notes::new(operator(), SystemTime::UNIX_EPOCH, BEGAN);
        let path = |name| farhand_proto::transfer::ItemPath::new(name).unwrap();
        let unfinished = |direction, name| FileEvent::Unfinished { direction, path: path(name) };
        let stored = |direction, name| FileEvent::Stored {
            direction,
            path: path(name),
            kind: ItemKind::File { size: 1, modified: 0 },
            place: Shown::truncated(name),
        };
        notes.asked_for("/mnt/eva/.ssh/fetched".into());
        let events = [
            unfinished(Direction::Out, "fetched"),
            stored(Direction::Out, "fetched"),
            unfinished(Direction::In, "brought"),
            unfinished(Direction::In, "half"),
            stored(Direction::In, "brought"),
        ];
        for event in events {
            notes.file(&event, second(1));
        }
        let receipt = notes.finish(SessionEnd::Session(Ended::Here(EndReason::Customer)), second(2));
        let files: Vec<_> =
            receipt.files.iter().map(|file| (file.path.as_str(), file.fate.clone())).collect();
        let arrived = |name: &str| Fate::Arrived(name.to_owned());
        // A fetch that was begun again has left twice; which of those with its name it was is told.
        let expected = [
            ("/mnt/eva/.ssh/fetched", Fate::Stopped),
            ("/mnt/eva/.ssh/fetched", arrived("fetched")),
            ("half", Fate::Stopped),
            ("brought", arrived("brought")),
        ];
        assert_eq!(files, expected);
        let counts = FileCounts { brought: 1, fetched: 1, not_brought: 1, not_fetched: 1, refused: 0 };
        assert_eq!(receipt.counts, counts);
    }

    #[test]
    fn what_was_asked_for_in_vain_is_named() {
        let mut notes = Notes::new(operator(), SystemTime::UNIX_EPOCH, BEGAN);
        let problem = FileProblem::NotFound;
        notes.asked_for("/mnt/eva/secret".into());
        let why = Stopped::Here(Cancelled::Problem(problem.clone()));
        notes.file(&FileEvent::Over(Err(why.clone())), second(1));
        notes.file(&FileEvent::Over(Err(why)), second(2));
        let receipt = notes.finish(SessionEnd::Session(Ended::Here(EndReason::Customer)), second(3));
        let files: Vec<_> = receipt.files.iter().map(|file| (&*file.path, file.fate.clone())).collect();
        assert_eq!(files, [("/mnt/eva/secret", Fate::Failed(problem))], "once");
    }

    #[test]
    fn what_was_refused_is_named() {
        let mut notes = Notes::new(operator(), SystemTime::UNIX_EPOCH, BEGAN);
        let refused =
            |direction, what: Option<Text<MAX_PATH>>, why| FileEvent::Refused { direction, what, why };
        let secret = Text::new("/mnt/eva/sec\u{202e}ret".to_owned()).unwrap();
        notes.file(&refused(Direction::Out, Some(secret), Cancelled::NotAllowed), second(1));
        notes.file(&refused(Direction::In, None, Cancelled::Paused), second(2));
        for _ in 0..2 * MAX_FILES {
            notes.file(&refused(Direction::In, None, Cancelled::NotAllowed), second(3));
        }
        let receipt = notes.finish(SessionEnd::Session(Ended::Here(EndReason::Customer)), second(4));
        let files: Vec<_> = receipt.files.iter().map(|file| (&*file.path, file.fate.clone())).collect();
        assert_eq!(files[0], ("/mnt/eva/sec\u{fffd}ret", Fate::Refused(Cancelled::NotAllowed)));
        assert_eq!(files[1], ("", Fate::Refused(Cancelled::Paused)));
        assert_eq!((files.len() as u64, receipt.counts.refused), (MAX_FILES, 2 * MAX_FILES + 2));
    }

    fn operator() -> Voucher {
        Voucher {
            operator: Name::new("Anna").unwrap(),
            organisation: Name::new("Helpdesk").unwrap(),
            session_id: SessionId::from_digits([1; 9]),
            console_key: KeyHash([1; 32]),
            expires: 0,
        }
    }

    #[test]
    fn it_lists_every_decision_with_its_time() {
        let from = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000);
        let [view, control] = [Grant::View, Grant::Control].map(|grant| Grants::NONE.with(grant));
        let mut notes = Notes::new(operator(), from, BEGAN);
        notes.asked(view.or(control));
        notes.allowed(view, second(5));
        notes.allowed(view.or(control), second(10));
        notes.paused(true, second(12));
        notes.allowed(control, second(13));
        notes.paused(false, second(20));
        notes.allowed(view, second(21));
        notes.lost(true, second(24));
        notes.lost(false, second(28));
        let end = SessionEnd::Session(Ended::Here(EndReason::Customer));
        let receipt = notes.finish(end.clone(), second(30));
        assert_eq!((receipt.asked, receipt.end.clone()), (Some(view.or(control)), end));
        assert_eq!((receipt.from, receipt.to), (from, from + Duration::from_secs(30)));
        let decisions = receipt.decisions.iter();
        let decisions =
            decisions.map(|decision| (decision.at.duration_since(from).unwrap().as_secs(), decision.what));
        assert_eq!(
            decisions.collect::<Vec<_>>(),
            [
                (5, Decided::Given(view)),
                (10, Decided::Given(control)),
                (12, Decided::Paused),
                (13, Decided::TakenBack(view)),
                (20, Decided::Resumed),
                (21, Decided::Given(view)),
                (21, Decided::TakenBack(control)),
                (24, Decided::Lost),
                (28, Decided::Found),
            ]
        );
        assert_eq!(receipt.allowed_for(Grant::View).as_secs(), 7 + 3 + 2);
        assert_eq!(receipt.allowed_for(Grant::Control).as_secs(), 2 + 1);
    }
}
