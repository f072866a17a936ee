//! One transfer, at its sender or at its receiver.

use std::collections::VecDeque;

use farhand_proto::limits::MAX_ITEMS_AHEAD;
use farhand_proto::transfer::{FileMessage, ItemKind, ItemPath};

use super::{Breach, Direction, FileEvent, FileFrames, FilePiece, Progress};
use crate::line::Line;

/// An item that was announced and has no answer yet.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) number: u32,
    pub(super) path: ItemPath,
    pub(super) kind: ItemKind,
    /// Bytes of all items before it.
    pub(super) start: u64,
    /// The rest of it does not come.
    pub(super) is_skipped: bool,
    /// Its digest came, or that it is skipped.
    pub(super) is_closed: bool,
}

impl Item {
    pub(super) fn size(&self) -> u64 {
        match self.kind {
            _ if self.is_skipped => 0,
            ItemKind::Folder => 0,
            ItemKind::File { size, .. } => size,
        }
    }

    pub(super) fn is_file(&self) -> bool {
        matches!(self.kind, ItemKind::File { .. })
    }
}

/// The place of a byte: of which item, and where in it.
pub(super) type Place = (u32, u64);

#[derive(Debug)]
pub(super) struct Transfer {
    pub(super) number: u32,
    pub(super) direction: Direction,
    pub(super) totals: Option<(u32, u64)>,
    pub(super) items: VecDeque<Item>,
    /// The number that the next item has, and the bytes of all before it.
    pub(super) next: u32,
    pub(super) next_start: u64,
    pub(super) is_finished: bool,
    pub(super) files_done: u32,
    /// Where the contents that travel over this link have come to.
    pub(super) at: Place,
    /// Bytes of contents over this link, and those that are written or not wanted.
    pub(super) moved: u64,
    pub(super) taken: u64,
    /// At the sender: what was read and is not sent.
    pub(super) data: VecDeque<(Place, Vec<u8>)>,
    pub(super) waiting: usize,
    /// At the sender: how much of what is said once has been said, when the same is read again: the item, and whether
    /// its end was said.
    pub(super) said: (u32, bool),
    /// At the sender: the receiver has to say first from where to go on.
    pub(super) awaits: bool,
    /// The newest `Continue` or `Restart`.
    pub(super) run: u32,
    /// At the receiver: what the sender knows of `taken`.
    pub(super) told: u64,
    /// At the receiver: the item that a `Continue` was said for last.
    pub(super) opened: Option<u32>,
    /// At the receiver: what was said of items whose turn has not come. Words go before contents on their way.
    pub(super) early: VecDeque<FilePiece>,
    /// At the receiver: pieces that are taken and not written.
    pub(super) pieces: u32,
    /// At the receiver: bytes that came over links before and are not written.
    pub(super) old: u64,
    /// At the receiver: whether the sender waits to hear from where to go on.
    pub(super) owes: bool,
}

impl Transfer {
    pub(super) fn new(number: u32, direction: Direction) -> Self {
        Self {
            number,
            direction,
            totals: None,
            items: VecDeque::new(),
            next: 0,
            next_start: 0,
            is_finished: false,
            files_done: 0,
            at: (0, 0),
            moved: 0,
            taken: 0,
            data: VecDeque::new(),
            waiting: 0,
            said: (0, false),
            awaits: false,
            run: 0,
            told: 0,
            opened: None,
            early: VecDeque::new(),
            pieces: 0,
            old: 0,
            owes: false,
        }
    }

    pub(super) fn announce(&mut self, path: ItemPath, kind: ItemKind) {
        let item = Item {
            number: self.next,
            path,
            kind,
            start: self.next_start,
            is_skipped: false,
            is_closed: false,
        };
        self.next += 1;
        self.next_start = self.next_start.saturating_add(item.size());
        self.items.push_back(item);
    }

    /// Sends on from here.
    pub(super) fn go_to(&mut self, place: Place, run: u32) {
        self.data.clear();
        self.waiting = 0;
        self.awaits = false;
        (self.at, self.run) = (place, run);
    }

    pub(super) fn item(&self, number: u32) -> Option<&Item> {
        self.items.iter().find(|item| item.number == number)
    }

    /// At the receiver: nothing more is said of an item; says whether it still waits for an answer.
    pub(super) fn close(&mut self, number: u32, is_skipped: bool) -> Result<bool, Breach> {
        if number >= self.next {
            return Err("an item that was never announced");
        }
        let Some(item) = self.items.iter_mut().find(|item| item.number == number) else { return Ok(false) };
        if std::mem::replace(&mut item.is_closed, true) {
            return Err("an item that ends twice");
        }
        item.is_skipped = is_skipped;
        Ok(true)
    }

    pub(super) fn answered(&mut self, number: u32) -> Option<Item> {
        let index = self.items.iter().position(|item| item.number == number)?;
        let item = self.items.remove(index)?;
        self.files_done += u32::from(item.is_file());
        if self.at.0 <= number {
            self.at = (number + 1, 0);
        }
        Some(item)
    }

    /// Beyond items that have no contents, and those that have all of theirs.
    pub(super) fn advance(&mut self) {
        while self.item(self.at.0).is_some_and(|item| self.at.1 >= item.size()) {
            self.at = (self.at.0 + 1, 0);
        }
    }

    /// At the receiver: what there is to write now, in the order of items and their contents.
    pub(super) fn release(&mut self, tell: &mut impl FnMut(FileEvent)) {
        self.advance();
        let (at, end) = (self.at.0, self.next);
        let is_its_turn = |piece: &FilePiece| match piece {
            FilePiece::Item { item, .. }
            | FilePiece::Digest { item, .. }
            | FilePiece::Skipped { item, .. } => *item <= at,
            FilePiece::Finished => end <= at,
            FilePiece::Begin { .. } | FilePiece::Data { .. } => true,
        };
        while let Some(piece) = self.early.pop_front_if(|piece| is_its_turn(piece)) {
            tell(FileEvent::Take(piece));
        }
    }

    /// After a cut link, and once all of before is written: says from where to go on.
    pub(super) fn ask_on<M: FileFrames>(&mut self, line: &mut Line) {
        if self.old > 0 || !std::mem::take(&mut self.owes) {
            return;
        }
        self.advance();
        self.run += 1;
        let ((item, offset), run) = (self.at, self.run);
        let is_begun = offset > 0 || self.opened == Some(item);
        let message = match is_begun {
            true => FileMessage::Continue { item, offset, run },
            false => FileMessage::Restart { item, run },
        };
        line.push_control(&M::file(self.number, message));
    }

    pub(super) fn is_through(&self) -> bool {
        self.is_finished && self.items.is_empty()
    }

    pub(super) fn progress(&self) -> Progress {
        let (files, bytes) = self.totals.unwrap_or_default();
        let of_item = self.item(self.at.0).or(self.items.front());
        let start = self.item(self.at.0).map_or(self.next_start, |item| item.start);
        let done = (start + self.at.1).saturating_sub(self.old + self.moved - self.taken);
        Progress {
            direction: self.direction,
            files_done: self.files_done,
            files,
            bytes_done: done.min(bytes),
            bytes,
            current: of_item.map(|item| item.path.clone()),
        }
    }
}

/// What the sender says, at the receiver.
pub(super) fn receive(
    transfer: &mut Transfer,
    message: FileMessage,
    tell: &mut impl FnMut(FileEvent),
) -> Result<(), Breach> {
    if transfer.is_finished || transfer.totals.is_none() && !matches!(message, FileMessage::Begin { .. }) {
        return Err("files out of order");
    }
    let piece = match message {
        FileMessage::Begin { files, bytes } => {
            if transfer.totals.replace((files, bytes)).is_some() {
                return Err("a second beginning of a transfer");
            }
            tell(FileEvent::Begun { files, bytes });
            FilePiece::Begin { files, bytes }
        }
        FileMessage::Item { item, path, kind } => {
            if item != transfer.next || transfer.items.len() >= MAX_ITEMS_AHEAD as usize {
                return Err("items out of order, or too many at once");
            }
            transfer.announce(path.clone(), kind);
            FilePiece::Item { item, path, kind }
        }
        FileMessage::Digest { item, sha256 } => {
            let is_open = transfer.close(item, false)?;
            if !is_open {
                return Ok(());
            }
            FilePiece::Digest { item, sha256 }
        }
        FileMessage::Skipped { item, why } => {
            let is_open = transfer.close(item, true)?;
            if !is_open {
                return Ok(());
            }
            FilePiece::Skipped { item, why }
        }
        FileMessage::Finished => {
            transfer.is_finished = true;
            FilePiece::Finished
        }
        FileMessage::Continue { .. }
        | FileMessage::Restart { .. }
        | FileMessage::Stored { .. }
        | FileMessage::NotStored { .. }
        | FileMessage::Cancel { .. } => return Err("an answer to files that were never sent"),
    };
    transfer.early.push_back(piece);
    Ok(())
}

/// What the receiver says, at the sender.
pub(super) fn hear(
    transfer: &mut Transfer,
    message: FileMessage,
    tell: &mut impl FnMut(FileEvent),
) -> Result<FileEvent, Breach> {
    match message {
        FileMessage::Continue { item, offset, run } => {
            if transfer.item(item).is_none_or(|item| offset > item.size()) {
                return Err("a place in a file that does not exist");
            }
            transfer.go_to((item, offset), run);
            Ok(FileEvent::Read { item, offset })
        }
        FileMessage::Restart { item, run } => {
            if item > transfer.next {
                return Err("an item that does not exist");
            }
            transfer.go_to((item, 0), run);
            Ok(FileEvent::Return { item })
        }
        FileMessage::Stored { item, place } => {
            let Some(Item { path, kind, .. }) = transfer.answered(item) else {
                return Err("an answer to no item");
            };
            Ok(FileEvent::Stored { direction: Direction::Out, path, kind, place })
        }
        FileMessage::NotStored { item, why } => {
            let Some(Item { path, .. }) = transfer.answered(item) else {
                return Err("an answer to no item");
            };
            transfer.data.retain(|((of, _), _)| *of != item);
            transfer.waiting = transfer.data.iter().map(|(_, bytes)| bytes.len()).sum();
            tell(FileEvent::Leave { item });
            Ok(FileEvent::NotStored { direction: Direction::Out, path, why })
        }
        _ => Err("files in the wrong direction"),
    }
}
