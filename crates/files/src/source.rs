//! Reads files and folders, piece by piece.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use farhand_proto::bounded::{Bytes, Shown};
use farhand_proto::limits::{MAX_FILE_CHUNK, MAX_ITEMS, SMALL_FILE};
use farhand_proto::transfer::{FileProblem, ItemKind, ItemPath, Piece};

use crate::hash::Hash;
use crate::problem;
use crate::stop::Stop;
use crate::system;

/// How often a file that changes while it is read is read anew.
const RETRIES: u8 = 2;
/// How much of the end of a name stands for a path that is too long to travel, in characters.
const MOST_OF_NAME: usize = 40;

/// Something to send.
#[derive(Debug, Clone)]
struct Item {
    local: PathBuf,
    path: ItemPath,
    kind: ItemKind,
    /// Why it is not sent, if that is known before.
    problem: Option<FileProblem>,
    retries: u8,
}

impl Item {
    /// Whether a folder on the way to it, or itself, has become a link since it was found.
    fn is_led_away(&self) -> bool {
        let depth = self.path.names().count() - 1;
        let is_link = |place: &Path| fs::symlink_metadata(place).is_ok_and(|there| there.is_symlink());
        // The one who names a link means what it leads to.
        self.local.ancestors().take(depth).any(is_link)
    }
}

/// What comes next.
#[derive(Debug)]
enum State {
    Begin,
    /// This item, from before its beginning.
    Item(usize),
    /// This item's contents are to be asked for.
    Waiting(usize),
    Reading(usize, Reading),
    Finished,
    Over,
}

#[derive(Debug)]
struct Reading {
    file: File,
    offset: u64,
    hash: Hash,
}

/// Files and folders to send.
#[derive(Debug)]
pub struct Source {
    items: Vec<Item>,
    state: State,
    stop: Stop,
}

impl Source {
    /// These files, and these folders with all that is in them. Links within folders are not followed. What takes long
    /// ends early once `stop` is set.
    ///
    /// # Errors
    /// One of them can't be read at all, or there are too many.
    pub fn of(paths: &[PathBuf], stop: &Stop) -> Result<Self, FileProblem> {
        let mut items = Vec::new();
        for path in paths {
            // The one who names a link means what it leads to.
            let metadata = fs::metadata(path).map_err(|error| problem::of(&error))?;
            let name = fs::canonicalize(path).ok().filter(|_| path.file_name().is_none());
            let name = name.as_deref().unwrap_or(path).file_name().unwrap_or("files".as_ref());
            collect(path, &[name.to_string_lossy().into_owned()], &metadata, &mut items, stop)?;
        }
        Ok(Self { items, state: State::Begin, stop: stop.clone() })
    }

    /// Reads on; `None` while nothing can be read before [`Source::read_from`] or [`Source::leave`] says so, and after
    /// everything was.
    pub fn next_piece(&mut self) -> Option<Piece> {
        match &mut self.state {
            State::Begin => {
                let files =
                    self.items.iter().filter(|item| matches!(item.kind, ItemKind::File { .. })).count();
                let bytes = self.items.iter().map(|item| size(item.kind)).fold(0, u64::saturating_add);
                self.state = self.item_or_end(0);
                Some(Piece::Begin { files: u32::try_from(files).unwrap_or(u32::MAX), bytes })
            }
            State::Item(index) => {
                let index = *index;
                let Item { path, kind, .. } = self.items[index].clone();
                self.state = match kind {
                    ItemKind::Folder => self.item_or_end(index + 1),
                    ItemKind::File { size, .. } if size > SMALL_FILE => State::Waiting(index),
                    _ => self.open(index, 0),
                };
                Some(Piece::Item { item: number(index), path, kind })
            }
            State::Reading(index, _) => {
                let index = *index;
                Some(self.read(index))
            }
            State::Waiting(index) => {
                let index = *index;
                let why = self.items[index].problem.clone()?;
                self.state = self.item_or_end(index + 1);
                Some(Piece::Skipped { item: number(index), why })
            }
            State::Finished => {
                self.state = State::Over;
                Some(Piece::Finished)
            }
            State::Over => None,
        }
    }

    /// Reads this item's contents from here on.
    pub fn read_from(&mut self, item: u32, offset: u64) {
        if let Some(index) = self.index(item) {
            self.state = self.open(index, offset);
        }
    }

    /// Goes back to before this item, or on to it; before the first stands [`Piece::Begin`].
    pub fn return_to(&mut self, item: u32) {
        self.state = if item == 0 { State::Begin } else { self.item_or_end(item as usize) };
    }

    /// Reads no more of this item.
    pub fn leave(&mut self, item: u32) {
        match self.state {
            State::Waiting(index) | State::Reading(index, _) if index == item as usize => {
                self.state = self.item_or_end(index + 1);
            }
            _ => {}
        }
    }

    fn index(&self, item: u32) -> Option<usize> {
        Some(item as usize).filter(|index| *index < self.items.len())
    }

    fn item_or_end(&self, index: usize) -> State {
        if index < self.items.len() { State::Item(index) } else { State::Finished }
    }

    /// Begins to read; what goes wrong is told by the piece that comes next.
    fn open(&mut self, index: usize, offset: u64) -> State {
        if self.items[index].problem.is_some() {
            return State::Waiting(index);
        }
        let mut hash = Hash::new();
        if self.items[index].is_led_away() {
            self.items[index].problem = Some(FileProblem::Changed);
            return State::Waiting(index);
        }
        let opened = system::open_file(&self.items[index].local).and_then(|mut file| {
            hash.read_start(&mut file, offset, &self.stop)?;
            Ok(file)
        });
        match opened {
            Ok(file) => State::Reading(index, Reading { file, offset, hash }),
            Err(error) => {
                let problem = match error.kind() {
                    // It is shorter than what was sent of it.
                    io::ErrorKind::UnexpectedEof => {
                        let now = fs::metadata(&self.items[index].local).map(|metadata| kind_of(&metadata));
                        self.again(index, now)
                    }
                    _ => problem::of(&error),
                };
                self.items[index].problem = Some(problem);
                State::Waiting(index)
            }
        }
    }

    fn read(&mut self, index: usize) -> Piece {
        let item = number(index);
        let whole = size(self.items[index].kind);
        let State::Reading(_, reading) = &mut self.state else { return Piece::Finished };
        let left = whole.saturating_sub(reading.offset);
        // After the last byte it is asked for one more: some files have more than the system says.
        let most = usize::try_from(left).unwrap_or(MAX_FILE_CHUNK).clamp(1, MAX_FILE_CHUNK);
        let mut bytes = vec![0; most];
        match reading.file.read(&mut bytes) {
            Ok(count) if count > 0 && left > 0 => {
                bytes.truncate(count);
                reading.hash.update(&bytes);
                let offset = reading.offset;
                reading.offset += count as u64;
                Piece::Data { item, offset, data: Bytes::new(bytes).expect("a chunk fits") }
            }
            Ok(count) => self.end(index, left == 0 && count == 0),
            Err(error) => {
                self.state = self.item_or_end(index + 1);
                Piece::Skipped { item, why: problem::of(&error) }
            }
        }
    }

    /// All of a file was read, or nothing more comes of it.
    fn end(&mut self, index: usize, is_whole: bool) -> Piece {
        let item = number(index);
        let next = self.item_or_end(index + 1);
        let State::Reading(_, reading) = std::mem::replace(&mut self.state, next) else {
            return Piece::Finished;
        };
        let kind = reading.file.metadata().map(|metadata| kind_of(&metadata));
        if is_whole && kind.as_ref().is_ok_and(|kind| *kind == self.items[index].kind) {
            return Piece::Digest { item, sha256: reading.hash.finish() };
        }
        let why = match kind {
            // Such as those that the system itself writes while they are read.
            Ok(kind) if kind == self.items[index].kind => {
                let words = "it is not as large as the system says; make a copy of it and take that";
                FileProblem::System(Shown::truncated(words))
            }
            kind => self.again(index, kind),
        };
        self.items[index].problem = Some(why.clone());
        self.state = self.item_or_end(index + 1);
        Piece::Skipped { item, why }
    }

    /// A file changed to this: it is read once more, if it may be; gives what to say of this attempt.
    fn again(&mut self, index: usize, now: io::Result<ItemKind>) -> FileProblem {
        let changed = &self.items[index];
        match now {
            Ok(kind @ ItemKind::File { .. })
                if changed.retries < RETRIES && number(self.items.len()) < MAX_ITEMS =>
            {
                let again = Item { kind, problem: None, retries: changed.retries + 1, ..changed.clone() };
                self.items.push(again);
                FileProblem::Again
            }
            Ok(_) => FileProblem::Changed,
            Err(error) => problem::of(&error),
        }
    }
}

fn number(index: usize) -> u32 {
    // There are far fewer: see `MAX_ITEMS`.
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn size(kind: ItemKind) -> u64 {
    match kind {
        ItemKind::Folder => 0,
        ItemKind::File { size, .. } => size,
    }
}

fn kind_of(metadata: &Metadata) -> ItemKind {
    if metadata.is_dir() {
        return ItemKind::Folder;
    }
    ItemKind::File { size: metadata.len(), modified: metadata.modified().map_or(0, seconds) }
}

fn seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
    }
}

/// Adds a file, or a folder and what is in it, in the order of names.
fn collect(
    local: &Path,
    names: &[String],
    metadata: &Metadata,
    items: &mut Vec<Item>,
    stop: &Stop,
) -> Result<(), FileProblem> {
    stop.check().map_err(|error| problem::of(&error))?;
    if number(items.len()) >= MAX_ITEMS {
        let words = format!("more than {MAX_ITEMS} files and folders at once; take fewer");
        return Err(FileProblem::System(Shown::truncated(&words)));
    }
    let Ok(path) = ItemPath::of_names(names.iter().map(String::as_str)) else {
        items.push(unnamed(local, names)?);
        return Ok(());
    };
    let is_usual = metadata.is_dir() || metadata.is_file();
    let problem = (!is_usual).then_some(FileProblem::NotAFile);
    let kind = if is_usual { kind_of(metadata) } else { ItemKind::File { size: 0, modified: 0 } };
    let mut item = Item { local: local.to_owned(), path, kind, problem, retries: 0 };
    if !metadata.is_dir() {
        items.push(item);
        return Ok(());
    }
    let entries = fs::read_dir(local).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            // As a file it can be answered with the reason; nothing of it is there.
            item.kind = ItemKind::File { size: 0, modified: 0 };
            item.problem = Some(problem::of(&error));
            items.push(item);
            return Ok(());
        }
    };
    items.push(item);
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let names: Vec<String> =
            names.iter().cloned().chain([entry.file_name().to_string_lossy().into_owned()]).collect();
        // One that is gone by now was not there.
        if let Ok(metadata) = fs::symlink_metadata(entry.path()) {
            collect(&entry.path(), &names, &metadata, items, stop)?;
        }
    }
    Ok(())
}

/// Stands for something that has no path which can travel, so that the rest goes on: a file right in the outermost folder,
/// answered with the reason.
fn unnamed(local: &Path, names: &[String]) -> Result<Item, FileProblem> {
    let words = format!("its path is too long to travel: {}", names.join("/"));
    let problem = FileProblem::System(Shown::truncated(&words));
    let (outermost, name) =
        (names.first().map_or("", String::as_str), names.last().map_or("", String::as_str));
    let start = name.char_indices().rev().nth(MOST_OF_NAME).map_or(0, |(start, _)| start);
    let short = format!("…{}", &name[start..]);
    let path = ItemPath::of_names([outermost, &short]).map_err(|_| problem.clone())?;
    let kind = ItemKind::File { size: 0, modified: 0 };
    Ok(Item { local: local.to_owned(), path, kind, problem: Some(problem), retries: 0 })
}
