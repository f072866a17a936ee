//! Writes what comes, under final names only once it is whole.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use farhand_proto::bounded::Shown;
use farhand_proto::limits::{MAX_PATH, SMALL_FILE};
use farhand_proto::transfer::{Existing, FileProblem, ItemKind, ItemPath, Piece};

use crate::hash::Hash;
use crate::names::{self, Rules};
use crate::problem;
use crate::stop::Stop;
use crate::system;

/// How many folders of one transfer may lie beside each other: each of their names is remembered.
const MOST_OUTERMOST: usize = 10_000;
/// How many names are tried for a file whose own is taken.
const MOST_NUMBERS: u32 = 1000;

/// What became of a piece, for the session: see its `Transfers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// So much of the item is here from before.
    GoOn {
        /// Its number.
        item: u32,
        /// Bytes.
        offset: u64,
    },
    /// A piece of this [weight](Piece::weight) is dealt with.
    Wrote(u64),
    /// The item lies here, or why it does not.
    Settled {
        /// Its number.
        item: u32,
        /// Where it belongs, relative to the transfer.
        path: ItemPath,
        /// What it is.
        kind: ItemKind,
        /// Where it lies.
        result: Result<Shown<MAX_PATH>, FileProblem>,
    },
    /// Everything was dealt with.
    Finished,
}

/// What becomes of half files when a transfer ends before they are whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftovers {
    /// Those of single files stay, under names of their own, and a later transfer of the same file goes on there.
    Keep,
    /// They are deleted.
    Delete,
}

/// A file that is being written.
#[derive(Debug)]
struct Open {
    item: u32,
    path: ItemPath,
    file: File,
    partial: PathBuf,
    place: PathBuf,
    size: u64,
    modified: i64,
    written: u64,
    hash: Hash,
}

impl Open {
    /// Whether a later transfer goes on here: a folder that comes again gets a name of its own.
    fn is_of_use(&self) -> bool {
        self.written > SMALL_FILE && self.path.names().count() == 1
    }

    fn kind(&self) -> ItemKind {
        ItemKind::File { size: self.size, modified: self.modified }
    }
}

/// Where a transfer goes, and how.
#[derive(Debug, Clone)]
pub struct Goes {
    /// Into this folder, which is made if need be.
    pub folder: PathBuf,
    /// What becomes of files that are there already.
    pub existing: Existing,
    /// What becomes of half ones.
    pub leftovers: Leftovers,
    /// The path that was asked for, if one was: the other end chooses no other name than the last of it.
    pub asked: Option<String>,
}

/// The names that the outermost item may have.
#[derive(Debug)]
enum Outermost {
    Any,
    /// One of these.
    Named(Vec<String>),
    /// The other end chooses one, once, and none that is hidden.
    One(Option<String>),
}

impl Outermost {
    fn of(asked: Option<&str>) -> Self {
        let Some(asked) = asked else { return Self::Any };
        // Either system's separators may have been meant.
        let last = |separators: &[char]| {
            let name = asked.trim_end_matches(separators).rsplit(separators).next().unwrap_or_default();
            let is_name =
                !matches!(name, "" | "." | ".." | "~") && !name.trim_end_matches('\\').ends_with(':');
            is_name.then(|| ItemPath::of_names([name]).ok()).flatten().map(|path| path.to_string())
        };
        let names: Vec<String> = [last(&['/']), last(&['/', '\\'])].into_iter().flatten().collect();
        if names.is_empty() { Self::One(None) } else { Self::Named(names) }
    }

    fn allows(&mut self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Named(names) => names.iter().any(|asked| asked == name),
            Self::One(Some(chosen)) => chosen == name,
            Self::One(chosen) => {
                let is_good = !name.starts_with('.');
                if is_good {
                    *chosen = Some(name.to_owned());
                }
                is_good
            }
        }
    }
}

/// A transfer's files here.
#[derive(Debug)]
pub struct Target {
    goes: Goes,
    rules: Rules,
    stop: Stop,
    allowed: Outermost,
    /// What the outermost folders of this transfer are called here.
    outermost: HashMap<String, PathBuf>,
    /// What was written: two names of this transfer that are the same here do not replace each other.
    written: HashSet<system::Identity>,
    open: Option<Open>,
}

impl Target {
    /// Ready for the first piece. What takes long ends early once `stop` is set.
    ///
    /// # Errors
    /// The folder can't be made, or is none.
    pub fn open(goes: Goes, stop: &Stop) -> Result<Self, FileProblem> {
        fs::create_dir_all(&goes.folder).map_err(|error| problem::of(&error))?;
        let allowed = Outermost::of(goes.asked.as_deref());
        let (rules, stop) = (Rules::here(), stop.clone());
        Ok(Self {
            goes,
            rules,
            stop,
            allowed,
            outermost: HashMap::new(),
            written: HashSet::new(),
            open: None,
        })
    }

    /// Does what a piece asks for, and says what came of it.
    pub fn take(&mut self, piece: Piece, mut answer: impl FnMut(Answer)) {
        let weight = piece.weight();
        match piece {
            Piece::Begin { .. } => {}
            Piece::Item { item, path, kind: kind @ ItemKind::Folder } => {
                let result = self.make_folder(&path).map(|place| text(&place));
                answer(Answer::Settled { item, path, kind, result });
            }
            Piece::Item { item, path, kind: kind @ ItemKind::File { size, modified } } => {
                self.drop_open();
                match self.begin(item, &path, size, modified) {
                    Ok(open) => {
                        if size > SMALL_FILE {
                            answer(Answer::GoOn { item, offset: open.written });
                        }
                        self.open = Some(open);
                    }
                    Err(why) => answer(Answer::Settled { item, path, kind, result: Err(why) }),
                }
            }
            Piece::Data { item, offset, data } => {
                if let Err(why) = self.write(item, offset, &data) {
                    self.give_up(why, Self::delete_open, &mut answer);
                }
            }
            Piece::Digest { item, sha256 } => self.finish(item, sha256, &mut answer),
            Piece::Skipped { item, why } => {
                if self.open.as_ref().is_some_and(|open| open.item == item) {
                    self.give_up(why, Self::delete_open, &mut answer);
                }
            }
            Piece::Finished => answer(Answer::Finished),
        }
        answer(Answer::Wrote(weight));
    }

    /// The file that is open does not become whole.
    fn give_up(&mut self, why: FileProblem, close: impl FnOnce(&mut Self), answer: &mut impl FnMut(Answer)) {
        let settled = self.open.as_ref().map(|open| (open.item, open.path.clone(), open.kind()));
        close(self);
        if let Some((item, path, kind)) = settled {
            answer(Answer::Settled { item, path, kind, result: Err(why) });
        }
    }

    /// Where an item belongs here; the folders that it lies in are there afterwards.
    fn place(&mut self, path: &ItemPath) -> Result<PathBuf, FileProblem> {
        self.check(path)?;
        let rules = self.rules;
        let mut names = path.names().map(|name| rules.name(name));
        let Some(first) = names.next() else { return Err(FileProblem::Name) };
        let mut rest: Vec<String> = names.collect();
        let Some(last) = rest.pop() else { return Ok(self.goes.folder.join(first)) };
        let mut place = match self.outermost.get(&first) {
            Some(place) => {
                still_folder(place)?;
                place.clone()
            }
            None => self.make_outermost(&first)?,
        };
        for name in rest {
            place.push(name);
            make_folder_at(&place)?;
        }
        place.push(last);
        Ok(place)
    }

    /// Nobody else chooses what something that was asked for is called.
    fn check(&mut self, path: &ItemPath) -> Result<(), FileProblem> {
        let is_allowed = path.names().next().is_some_and(|first| self.allowed.allows(first));
        if is_allowed { Ok(()) } else { Err(FileProblem::Name) }
    }

    fn make_folder(&mut self, path: &ItemPath) -> Result<PathBuf, FileProblem> {
        if path.names().count() == 1 {
            self.check(path)?;
            let name = self.rules.name(path.name());
            return self.make_outermost(&name);
        }
        let place = self.place(path)?;
        make_folder_at(&place)?;
        Ok(place)
    }

    /// The folder that this transfer brings; one that was there before stays as it is unless it is to be replaced.
    fn make_outermost(&mut self, name: &str) -> Result<PathBuf, FileProblem> {
        if self.outermost.len() >= MOST_OUTERMOST {
            let words = format!("more than {MOST_OUTERMOST} folders beside each other; put them into one");
            return Err(FileProblem::System(Shown::truncated(&words)));
        }
        let place = match self.goes.existing {
            Existing::Replace => {
                let place = self.goes.folder.join(name);
                make_folder_at(&place)?;
                place
            }
            Existing::Keep => {
                let made = first_free(&self.goes.folder, name, create_folder);
                made.map_err(|error| problem::of(&error))?
            }
        };
        self.outermost.insert(name.to_owned(), place.clone());
        Ok(place)
    }

    /// Opens the file that an item is written into, where there is something of it from before behind that.
    fn begin(&mut self, item: u32, path: &ItemPath, size: u64, modified: i64) -> Result<Open, FileProblem> {
        let place = self.place(path)?;
        if self.goes.existing == Existing::Replace
            && fs::symlink_metadata(&place).is_ok_and(|there| !there.is_file())
        {
            return Err(FileProblem::InTheWay);
        }
        let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mark = mark(path, size, modified);
        for number in 0..MOST_NUMBERS {
            // Another transfer may be writing the very same file.
            let mark = if number == 0 { mark.clone() } else { format!("{mark}-{number}") };
            let partial = place.with_file_name(names::partial(&name, &mark));
            let mut hash = Hash::new();
            let begun =
                begin_at(&partial, size, &mut hash, &self.stop).map_err(|error| problem::of(&error))?;
            if let Some((file, written)) = begun {
                return Ok(Open {
                    item,
                    path: path.clone(),
                    file,
                    partial,
                    place,
                    size,
                    modified,
                    written,
                    hash,
                });
            }
        }
        Err(FileProblem::InTheWay)
    }

    fn write(&mut self, item: u32, offset: u64, bytes: &[u8]) -> Result<(), FileProblem> {
        let Some(open) = self.open.as_mut().filter(|open| open.item == item) else { return Ok(()) };
        if offset != open.written {
            // The session gives pieces in their order, or begins again behind what was written.
            return Err(FileProblem::Damaged);
        }
        open.file.write_all(bytes).map_err(|error| problem::of(&error))?;
        open.hash.update(bytes);
        open.written += bytes.len() as u64;
        Ok(())
    }

    fn finish(&mut self, item: u32, sha256: [u8; 32], answer: &mut impl FnMut(Answer)) {
        let Some(open) = self.open.take_if(|open| open.item == item) else { return };
        let (path, kind) = (open.path.clone(), open.kind());
        let is_own = system::identity(&open.place).is_some_and(|there| self.written.contains(&there));
        let existing = if is_own { Existing::Keep } else { self.goes.existing };
        let result = finish(open, sha256, existing);
        if existing == Existing::Replace {
            self.written.extend(result.as_ref().ok().and_then(|place| system::identity(place)));
        }
        let result = result.map(|place| text(&place));
        answer(Answer::Settled { item, path, kind, result });
    }

    /// Lets go of a file that is not whole.
    fn drop_open(&mut self) {
        match self.goes.leftovers {
            // What nobody would go on with is in the way.
            Leftovers::Keep if !self.stop.discards() && self.open.as_ref().is_some_and(Open::is_of_use) => {
                self.open = None;
            }
            Leftovers::Keep | Leftovers::Delete => self.delete_open(),
        }
    }

    fn delete_open(&mut self) {
        if let Some(open) = self.open.take() {
            drop(open.file);
            delete(&open.partial);
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.drop_open();
    }
}

/// Tells versions of a file from each other.
fn mark(path: &ItemPath, size: u64, modified: i64) -> String {
    let mut hash = Hash::new();
    hash.update(format!("{path}\n{size}\n{modified}").as_bytes());
    hex::encode(&hash.finish()[..6])
}

/// Opens a file to write into, which from then on is this transfer's alone, and says how much of it is there; `None`
/// if it is another's.
fn begin_at(partial: &Path, size: u64, hash: &mut Hash, stop: &Stop) -> io::Result<Option<(File, u64)>> {
    match fs::symlink_metadata(partial) {
        Ok(there) if there.is_file() => {
            let mut file = match OpenOptions::new().read(true).append(true).open(partial) {
                Ok(file) => file,
                // It is another user's, in a folder that they share.
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(None),
                Err(error) => return Err(error),
            };
            if !is_ours(&file, partial) {
                return Ok(None);
            }
            let length = file.metadata()?.len();
            if size > SMALL_FILE && length <= size {
                match hash.read_start(&mut file, length, stop) {
                    Ok(()) => return Ok(Some((file, length))),
                    // A later transfer goes on with it.
                    Err(error) if stop.is_set() && !stop.discards() => return Err(error),
                    Err(_) => {}
                }
            }
            *hash = Hash::new();
            fs::remove_file(partial)?;
        }
        // What lies there is not followed if it is a link.
        Ok(_) => match fs::remove_file(partial) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(None),
            removed => removed?,
        },
        Err(_) => {}
    }
    match system::private(OpenOptions::new().write(true).create_new(true)).open(partial) {
        Ok(file) => Ok(is_ours(&file, partial).then_some((file, 0))),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether nobody else writes into a file, and nobody does from now on; and whether it is still the one of this name.
fn is_ours(file: &File, partial: &Path) -> bool {
    // Where a file system has no locks, names alone keep transfers apart.
    !matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)) && system::is_at(file, partial)
}

/// Makes a folder that this user alone can look into.
fn create_folder(place: &Path) -> io::Result<()> {
    system::private_folder(&mut fs::DirBuilder::new()).create(place)
}

/// A folder that this transfer has made or found is one still: it is asked each time, for others may change it.
fn still_folder(place: &Path) -> Result<(), FileProblem> {
    match fs::symlink_metadata(place) {
        Ok(there) if there.is_dir() => Ok(()),
        Ok(_) => Err(FileProblem::InTheWay),
        Err(error) => Err(problem::of(&error)),
    }
}

fn make_folder_at(place: &Path) -> Result<(), FileProblem> {
    match create_folder(place) {
        Ok(()) => Ok(()),
        // A link is not followed, wherever it leads.
        Err(error) => match fs::symlink_metadata(place) {
            Ok(there) if there.is_dir() => Ok(()),
            Ok(_) => Err(FileProblem::InTheWay),
            Err(_) => Err(problem::of(&error)),
        },
    }
}

/// Makes something under the first of its names that is free.
fn first_free(folder: &Path, name: &str, make: impl Fn(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
    let names =
        std::iter::once(name.to_owned()).chain((2..MOST_NUMBERS).map(|number| names::numbered(name, number)));
    for name in names {
        let place = folder.join(name);
        match make(&place) {
            Ok(()) => return Ok(place),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Checks a whole file, and gives it its name.
fn finish(open: Open, sha256: [u8; 32], existing: Existing) -> Result<PathBuf, FileProblem> {
    let Open { file, partial, place, modified, hash, .. } = open;
    let named = if sha256 == hash.finish() {
        name(&file, &partial, &place, modified, existing).map_err(|error| problem::of(&error))
    } else {
        Err(FileProblem::Damaged)
    };
    if named.is_err() {
        delete(&partial);
    }
    named
}

fn name(file: &File, partial: &Path, place: &Path, modified: i64, existing: Existing) -> io::Result<PathBuf> {
    // A time that this system can't have is no reason to lose the file.
    let _ = file.set_modified(time(modified));
    file.sync_all()?;
    if existing == Existing::Replace {
        if let Ok(there) = fs::symlink_metadata(place)
            && there.is_file()
        {
            // Who reads it stays as it was; where the system does not let that be said it is this user alone.
            let _ = file.set_permissions(system::plain(there.permissions()));
        }
        fs::rename(partial, place)?;
        return Ok(place.to_owned());
    }
    let (Some(folder), Some(name)) = (place.parent(), place.file_name()) else {
        return Err(io::ErrorKind::InvalidFilename.into());
    };
    let named = first_free(folder, &name.to_string_lossy(), |place| move_to(partial, place))?;
    Ok(named)
}

/// Gives a file another name that nobody has: never takes another's place.
fn move_to(partial: &Path, place: &Path) -> io::Result<()> {
    match fs::hard_link(partial, place) {
        Ok(()) => {
            delete(partial);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // Some file systems have no second names for a file.
        Err(_) => match fs::symlink_metadata(place) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => fs::rename(partial, place),
        },
    }
}

fn delete(partial: &Path) {
    // What can't be deleted stays under a name that says what it is.
    let _ = fs::remove_file(partial);
}

fn time(modified: i64) -> SystemTime {
    let seconds = Duration::from_secs(modified.unsigned_abs());
    let time = if modified < 0 { UNIX_EPOCH.checked_sub(seconds) } else { UNIX_EPOCH.checked_add(seconds) };
    time.unwrap_or(UNIX_EPOCH)
}

fn text(place: &Path) -> Shown<MAX_PATH> {
    Shown::truncated(&place.to_string_lossy())
}
