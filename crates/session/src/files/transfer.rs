//! One transfer, at its sender or at its receiver.

use std::collections::VecDeque;

use farhand_proto::limits::{MAX_ITEMS, SMALL_FILE};
use farhand_proto::transfer::{FileMessage, ItemKind, ItemPath, Piece};

use super::{Breach, Direction, FileEvent, FileFrames, Progress};
use crate::line::Line;

/// An item that was announced and has no answer yet.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) number: u32,
    pub(super) path: ItemPath,
    pub(super) kind: ItemKind,
    /// Bytes of all items before it.
    start: u64,
}

impl Item {
    fn size(&self) -> u64 {
        match self.kind {
            ItemKind::Folder => 0,
            ItemKind::File { size, .. } => size,
        }
    }
}

/// Where pieces have come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Before this item.
    Before(u32),
    /// Within it: so many of its bytes are there.
    Within(u32, u64),
    /// Behind the last.
    End,
}

#[derive(Debug)]
pub(super) struct Transfer {
    pub(super) number: u32,
    pub(super) direction: Direction,
    pub(super) totals: Option<(u32, u64)>,
    /// Announced and not answered.
    pub(super) items: VecDeque<Item>,
    /// Bytes of all items that were announced.
    announced: u64,
    files_done: u32,
    /// Where the pieces that travel have come to.
    pub(super) at: Place,
    /// The newest `Restart` or `Continue`.
    pub(super) run: u32,
    /// The weight of pieces that travelled over this link, and of those that are dealt with.
    pub(super) moved: u64,
    pub(super) taken: u64,
    /// At the sender: what was read and is not sent, and its weight.
    pub(super) waiting: VecDeque<Piece>,
    pub(super) waiting_weight: u64,
    /// At the sender: the item of which the receiver wants no more, however much of it is read already.
    left: Option<u32>,
    /// At the receiver: what the sender knows of `taken`.
    pub(super) told: u64,
    /// At the receiver: the item that `Continue` was said for last.
    pub(super) opened: Option<u32>,
    /// At the receiver: the weight of pieces that came over links before and are not dealt with.
    pub(super) old: u64,
    /// At the receiver: whether the sender has to hear from where to go on.
    pub(super) owes: bool,
}

impl Transfer {
    pub(super) fn new(number: u32, direction: Direction) -> Self {
        Self {
            number,
            direction,
            totals: None,
            items: VecDeque::new(),
            announced: 0,
            files_done: 0,
            at: Place::Before(0),
            run: 0,
            moved: 0,
            taken: 0,
            waiting: VecDeque::new(),
            waiting_weight: 0,
            left: None,
            told: 0,
            opened: None,
            old: 0,
            owes: direction == Direction::In,
        }
    }

    fn announce(&mut self, number: u32, path: ItemPath, kind: ItemKind) {
        let item = Item { number, path, kind, start: self.announced };
        self.announced = self.announced.saturating_add(item.size());
        self.items.push_back(item);
    }

    fn item(&self, number: u32) -> Option<&Item> {
        self.items.iter().find(|item| item.number == number)
    }

    pub(super) fn answered(&mut self, number: u32) -> Option<Item> {
        let index = self.items.iter().position(|item| item.number == number)?;
        let item = self.items.remove(index)?;
        self.files_done += u32::from(matches!(item.kind, ItemKind::File { .. }));
        if matches!(self.at, Place::Within(at, _) if at == number) {
            // The rest of it is of no use.
            self.at = Place::Before(number + 1);
        }
        Some(item)
    }

    pub(super) fn is_through(&self) -> bool {
        self.at == Place::End && self.items.is_empty() && self.waiting.is_empty()
    }

    /// What has left the sender, in part at least, and has no answer.
    pub(super) fn unfinished(&self) -> impl Iterator<Item = FileEvent> {
        self.items
            .iter()
            .filter(|item| {
                matches!(item.kind, ItemKind::File { .. }) && self.at != Place::Within(item.number, 0)
            })
            .map(|item| FileEvent::Unfinished { direction: self.direction, path: item.path.clone() })
    }

    pub(super) fn progress(&self) -> Progress {
        let (files, bytes) = self.totals.unwrap_or_default();
        let here = match self.at {
            Place::Within(number, offset) => self.item(number).map(|item| (item, offset)),
            Place::Before(_) | Place::End => None,
        };
        let come = here.map_or(self.announced, |(item, offset)| item.start.saturating_add(offset));
        let under_way = self.old + self.moved - self.taken;
        let current = here.map(|(item, _)| item).or(self.items.front());
        Progress {
            direction: self.direction,
            files_done: self.files_done,
            files,
            bytes_done: come.saturating_sub(under_way).min(bytes),
            bytes,
            current: current.map(|item| item.path.clone()),
        }
    }

    /// At the receiver: a piece came. Says whether it is to be written; what was not wanted any more is not.
    pub(super) fn receive(&mut self, piece: &Piece) -> Result<bool, Breach> {
        const STRANGE: Breach = "a piece of files that does not belong there";
        let is_past = |item: u32| match self.at {
            Place::Before(at) | Place::Within(at, _) => item < at,
            Place::End => true,
        };
        match piece {
            Piece::Begin { files, bytes } => {
                // Said again where it may not have arrived.
                Ok(self.totals.replace((*files, *bytes)).is_none())
            }
            _ if self.totals.is_none() => Err("files without their beginning"),
            Piece::Item { item, path, kind } => {
                if self.at != Place::Before(*item) || *item >= MAX_ITEMS {
                    return Err(STRANGE);
                }
                self.announce(*item, path.clone(), *kind);
                self.at = match kind {
                    ItemKind::Folder => Place::Before(item + 1),
                    ItemKind::File { .. } => Place::Within(*item, 0),
                };
                Ok(true)
            }
            Piece::Data { item, .. } | Piece::Digest { item, .. } | Piece::Skipped { item, .. }
                if is_past(*item) =>
            {
                // It is not to be stored, and the sender had not heard of it.
                Ok(false)
            }
            Piece::Data { item, offset, data } => {
                let end = offset.checked_add(data.len() as u64).ok_or(STRANGE)?;
                let fits = self.at == Place::Within(*item, *offset)
                    && self.item(*item).is_some_and(|item| end <= item.size());
                if !fits {
                    return Err(STRANGE);
                }
                self.at = Place::Within(*item, end);
                Ok(true)
            }
            Piece::Digest { item, .. } => {
                let size = self.item(*item).map(Item::size).ok_or(STRANGE)?;
                if self.at != Place::Within(*item, size) {
                    return Err(STRANGE);
                }
                self.at = Place::Before(item + 1);
                Ok(true)
            }
            Piece::Skipped { item, .. } => {
                if !matches!(self.at, Place::Within(at, _) if at == *item) {
                    return Err(STRANGE);
                }
                self.at = Place::Before(item + 1);
                Ok(true)
            }
            Piece::Finished => {
                if !matches!(self.at, Place::Before(_)) {
                    return Err(STRANGE);
                }
                self.at = Place::End;
                Ok(true)
            }
        }
    }

    /// At the receiver: says from where to go on, if the sender has to hear it, and once all of before is written.
    pub(super) fn ask_on<M: FileFrames>(&mut self, line: &mut Line) {
        if self.old > 0 || !std::mem::take(&mut self.owes) {
            return;
        }
        let message = match self.at {
            Place::End => return,
            // Nothing follows this until the program says how much of it is here.
            Place::Within(item, 0)
                if self.opened != Some(item)
                    && self.item(item).is_some_and(|item| item.size() > SMALL_FILE) =>
            {
                return;
            }
            Place::Before(item) => FileMessage::Restart { item, run: self.run + 1 },
            Place::Within(item, offset) => FileMessage::Continue { item, offset, run: self.run + 1 },
        };
        self.run += 1;
        line.push_control(&M::file(self.number, message));
    }

    /// At the receiver: so much of an item is here from before.
    pub(super) fn go_on<M: FileFrames>(&mut self, number: u32, offset: u64, line: &mut Line) {
        let fits = self.at == Place::Within(number, 0)
            && self.item(number).is_some_and(|item| offset <= item.size());
        if fits {
            self.at = Place::Within(number, offset);
            self.opened = Some(number);
            self.owes = true;
            self.ask_on::<M>(line);
        }
    }

    /// At the sender: the receiver says something.
    pub(super) fn hear(
        &mut self,
        message: FileMessage,
        tell: &mut impl FnMut(FileEvent),
    ) -> Result<(), Breach> {
        let direction = Direction::Out;
        match message {
            FileMessage::Continue { item, offset, run } => {
                if self.item(item).is_none_or(|item| offset > item.size()) {
                    return Err("a place in a file that does not exist");
                }
                self.forget_from(item + 1);
                self.go_to(Place::Within(item, offset), run);
                tell(FileEvent::Read { item, offset });
            }
            FileMessage::Restart { item, run } => {
                let is_known = match self.at {
                    Place::Before(at) | Place::Within(at, _) => item <= at,
                    Place::End => true,
                };
                if !is_known {
                    return Err("an item that does not exist");
                }
                self.forget_from(item);
                self.go_to(Place::Before(item), run);
                tell(FileEvent::Return { item });
            }
            FileMessage::Stored { item, place } => {
                let Item { path, kind, .. } = self.answered(item).ok_or("an answer to no item")?;
                tell(FileEvent::Stored { direction, path, kind, place });
            }
            FileMessage::NotStored { item, why } => {
                let Item { path, .. } = self.answered(item).ok_or("an answer to no item")?;
                self.leave(item);
                tell(FileEvent::Leave { item });
                tell(FileEvent::NotStored { direction, path, why });
            }
            FileMessage::Through if self.is_through() => {}
            FileMessage::Through => return Err("files are said to be through that are not"),
            FileMessage::Cancel { .. } => {}
        }
        Ok(())
    }

    fn leave(&mut self, item: u32) {
        self.left = Some(item);
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_weight = 0;
        waiting.into_iter().for_each(|piece| self.wait(piece));
    }

    /// At the sender: a piece waits to be sent, if it is wanted.
    pub(super) fn wait(&mut self, piece: Piece) {
        let is_left = matches!(
            piece,
            Piece::Data { item, .. } | Piece::Digest { item, .. } | Piece::Skipped { item, .. }
                if self.left == Some(item)
        );
        if !is_left {
            self.waiting_weight += piece.weight();
            self.waiting.push_back(piece);
        }
    }

    /// At the sender: these items are announced again.
    fn forget_from(&mut self, number: u32) {
        while let Some(last) = self.items.pop_back_if(|item| item.number >= number) {
            self.announced = last.start;
        }
    }

    fn go_to(&mut self, place: Place, run: u32) {
        self.waiting.clear();
        self.waiting_weight = 0;
        (self.at, self.run) = (place, run);
    }

    /// At the sender: a piece goes out.
    pub(super) fn note_sent(&mut self, piece: &Piece) {
        self.moved += piece.weight();
        match piece {
            Piece::Begin { .. } => {}
            Piece::Item { item, path, kind } => {
                self.announce(*item, path.clone(), *kind);
                self.at = match kind {
                    ItemKind::Folder => Place::Before(item + 1),
                    ItemKind::File { .. } => Place::Within(*item, 0),
                };
            }
            Piece::Data { item, offset, data } => {
                self.at = Place::Within(*item, offset + data.len() as u64);
            }
            Piece::Digest { item, .. } | Piece::Skipped { item, .. } => self.at = Place::Before(item + 1),
            Piece::Finished => self.at = Place::End,
        }
    }
}
