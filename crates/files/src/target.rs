//! Writes what comes, under final names only once it is whole.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use farhand_proto::bounded::Text;
use farhand_proto::limits::{MAX_PATH, SMALL_FILE};
use farhand_proto::transfer::{Existing, FileProblem, ItemKind, ItemPath};
use farhand_session::FilePiece;

use crate::names::{self, Rules};
use crate::problem;
use crate::source::Hash;

/// How many names are tried for a file whose own is taken.
const MOST_NUMBERS: u32 = 1000;

/// What became of a piece, for the session: see [`farhand_session::Transfers`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// So much of the item is here from before.
    GoOn {
        /// Its number.
        item: u32,
        /// Bytes.
        offset: u64,
    },
    /// So many bytes of contents are written, or are of no use.
    Wrote(u64),
    /// The item lies here, or why it does not.
    Settled {
        /// Its number.
        item: u32,
        /// Where it lies.
        result: Result<Text<MAX_PATH>, FileProblem>,
    },
    /// Everything was dealt with.
    Finished,
}

/// What becomes of half files when a transfer ends before they are whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftovers {
    /// They stay, under names of their own, and a later transfer of the same files goes on there.
    Keep,
    /// They are deleted.
    Delete,
}

/// A file that is being written.
#[derive(Debug)]
struct Open {
    item: u32,
    file: File,
    partial: PathBuf,
    place: PathBuf,
    size: u64,
    modified: i64,
    written: u64,
    hash: Hash,
    digest: Option<[u8; 32]>,
}

/// Where a transfer goes.
#[derive(Debug)]
pub struct Target {
    folder: PathBuf,
    existing: Existing,
    leftovers: Leftovers,
    rules: Rules,
    /// What the outermost folders of this transfer are called here.
    outermost: HashMap<String, PathBuf>,
    open: Option<Open>,
}

impl Target {
    /// Into this folder, which is made if need be.
    ///
    /// # Errors
    /// It can't be made, or is none.
    pub fn open(folder: PathBuf, existing: Existing, leftovers: Leftovers) -> Result<Self, FileProblem> {
        fs::create_dir_all(&folder).map_err(|error| problem::of(&error))?;
        let rules = Rules::here();
        Ok(Self { folder, existing, leftovers, rules, outermost: HashMap::new(), open: None })
    }

    /// Does what a piece asks for, and says what came of it.
    pub fn take(&mut self, piece: FilePiece, mut answer: impl FnMut(Answer)) {
        match piece {
            FilePiece::Begin { .. } => {}
            FilePiece::Item { item, path, kind: ItemKind::Folder } => {
                let result = self.make_folder(&path).map(|place| text(&place));
                answer(Answer::Settled { item, result });
            }
            FilePiece::Item { item, path, kind: ItemKind::File { size, modified } } => {
                self.drop_open();
                match self.begin(item, &path, size, modified) {
                    Ok(open) => {
                        if size > SMALL_FILE {
                            answer(Answer::GoOn { item, offset: open.written });
                        }
                        self.open = Some(open);
                    }
                    Err(why) => answer(Answer::Settled { item, result: Err(why) }),
                }
            }
            FilePiece::Data { item, offset, bytes } => {
                let length = bytes.len() as u64;
                if let Err(why) = self.write(item, offset, &bytes) {
                    self.delete_open();
                    answer(Answer::Settled { item, result: Err(why) });
                }
                answer(Answer::Wrote(length));
                self.settle_if_whole(&mut answer);
            }
            FilePiece::Digest { item, sha256 } => {
                if let Some(open) = self.open.as_mut().filter(|open| open.item == item) {
                    open.digest = Some(sha256);
                }
                self.settle_if_whole(&mut answer);
            }
            FilePiece::Skipped { item, why } => {
                if self.open.as_ref().is_some_and(|open| open.item == item) {
                    self.drop_open();
                }
                answer(Answer::Settled { item, result: Err(why) });
            }
            FilePiece::Finished => answer(Answer::Finished),
        }
    }

    /// Where an item belongs here; the folders that it lies in are there afterwards.
    fn place(&mut self, path: &ItemPath) -> Result<PathBuf, FileProblem> {
        let mut names = path.names().map(|name| self.rules.name(name));
        let Some(first) = names.next() else { return Err(FileProblem::Name) };
        let mut rest: Vec<String> = names.collect();
        let Some(last) = rest.pop() else { return Ok(self.folder.join(first)) };
        let mut place = match self.outermost.get(&first) {
            Some(place) => place.clone(),
            None => self.make_outermost(&first)?,
        };
        for name in rest {
            place.push(name);
            make_folder_at(&place)?;
        }
        place.push(last);
        Ok(place)
    }

    fn make_folder(&mut self, path: &ItemPath) -> Result<PathBuf, FileProblem> {
        if path.names().count() == 1 {
            let name = self.rules.name(path.name());
            return self.make_outermost(&name);
        }
        let place = self.place(path)?;
        make_folder_at(&place)?;
        Ok(place)
    }

    /// The folder that this transfer brings; one that was there before stays as it is unless it is to be replaced.
    fn make_outermost(&mut self, name: &str) -> Result<PathBuf, FileProblem> {
        let place = match self.existing {
            Existing::Replace => {
                let place = self.folder.join(name);
                make_folder_at(&place)?;
                place
            }
            Existing::Keep => {
                let made = first_free(&self.folder, name, |place| fs::create_dir(place));
                made.map_err(|error| problem::of(&error))?
            }
        };
        self.outermost.insert(name.to_owned(), place.clone());
        Ok(place)
    }

    /// Opens the file that an item is written into, where there is something of it from before behind that.
    fn begin(&mut self, item: u32, path: &ItemPath, size: u64, modified: i64) -> Result<Open, FileProblem> {
        let place = self.place(path)?;
        if self.existing == Existing::Replace
            && fs::symlink_metadata(&place).is_ok_and(|there| !there.is_file())
        {
            return Err(FileProblem::InTheWay);
        }
        let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let partial = place.with_file_name(names::partial(&name, &mark(path, size, modified)));
        let mut hash = Hash::new();
        let resumed = if size > SMALL_FILE { resume(&partial, size, &mut hash) } else { None };
        let (file, written) = match resumed {
            Some(resumed) => resumed,
            None => {
                hash = Hash::new();
                (create(&partial).map_err(|error| problem::of(&error))?, 0)
            }
        };
        Ok(Open { item, file, partial, place, size, modified, written, hash, digest: None })
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

    fn settle_if_whole(&mut self, answer: &mut impl FnMut(Answer)) {
        let is_whole = |open: &Open| open.written == open.size && open.digest.is_some();
        let Some(open) = self.open.take_if(|open| is_whole(open)) else { return };
        let item = open.item;
        let result = finish(open, self.existing).map(|place| text(&place));
        answer(Answer::Settled { item, result });
    }

    /// Lets go of a file that is not whole.
    fn drop_open(&mut self) {
        match self.leftovers {
            // What nobody would go on with is in the way.
            Leftovers::Keep if self.open.as_ref().is_some_and(|open| open.written > SMALL_FILE) => {
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

/// What is here of a file from before, if anything.
fn resume(partial: &Path, size: u64, hash: &mut Hash) -> Option<(File, u64)> {
    let there = fs::symlink_metadata(partial).ok().filter(|there| there.is_file() && there.len() <= size)?;
    let mut file = OpenOptions::new().read(true).append(true).open(partial).ok()?;
    hash.read_start(&mut file, there.len()).ok()?;
    Some((file, there.len()))
}

/// A file of this transfer's own: what lies there, and is not followed if it is a link, is one of an earlier transfer.
fn create(partial: &Path) -> io::Result<File> {
    match OpenOptions::new().write(true).create_new(true).open(partial) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(partial)?;
            OpenOptions::new().write(true).create_new(true).open(partial)
        }
        result => result,
    }
}

fn make_folder_at(place: &Path) -> Result<(), FileProblem> {
    match fs::create_dir(place) {
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
fn finish(open: Open, existing: Existing) -> Result<PathBuf, FileProblem> {
    let Open { file, partial, place, modified, hash, digest, .. } = open;
    let named = if digest == Some(hash.finish()) {
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

fn text(place: &Path) -> Text<MAX_PATH> {
    Text::truncated(&place.to_string_lossy())
}
