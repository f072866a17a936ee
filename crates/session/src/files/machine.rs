//! The transfer that runs at one end, and what is asked of it.

use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::limits::{MAX_FILE_WINDOW, MAX_ITEMS_AHEAD, MAX_PATH};
use farhand_proto::session::MAX_FILE_CHUNK;
use farhand_proto::transfer::{Cancelled, FileMessage, FileProblem};

use super::transfer::{Item, Place, Transfer, hear, receive};
use super::{Breach, Direction, FileEvent, FileFrames, FilePiece, Progress, Stopped};
use crate::line::Line;

/// Bytes of contents that wait here to be sent before no more are asked for.
const READ_AHEAD: usize = 64 * 1024;
/// Pieces of contents that may be taken and not written: about twice as many as there are in a full window on a slow
/// line. Smaller ones would cost more memory than they carry.
const MAX_PIECES: u32 = 8192;

/// The transfer that runs, if one does.
#[derive(Debug, Default)]
pub(crate) struct Files {
    transfer: Option<Transfer>,
    /// The number of the last one that began.
    last: u32,
}

impl Files {
    /// Whether a transfer runs.
    pub(crate) fn is_busy(&self) -> bool {
        self.transfer.is_some()
    }

    pub(crate) fn progress(&self) -> Option<Progress> {
        self.transfer.as_ref().map(Transfer::progress)
    }

    /// The number for the next transfer that the console begins.
    pub(crate) fn next_number(&self) -> u32 {
        self.last + 1
    }

    /// A transfer begins with this number.
    pub(crate) fn begin(&mut self, number: u32, direction: Direction) -> Result<(), Breach> {
        if number <= self.last {
            return Err("a number of a transfer that was used before");
        }
        self.last = number;
        if self.transfer.is_none() {
            self.transfer = Some(Transfer::new(number, direction));
        }
        Ok(())
    }

    /// Whether it has this number, and goes this way.
    fn running(&mut self, number: u32, direction: Direction) -> Option<&mut Transfer> {
        self.transfer.as_mut().filter(|transfer| transfer.number == number && transfer.direction == direction)
    }

    /// Ends the transfer that runs, and tells the other end.
    pub(crate) fn cancel<M: FileFrames>(&mut self, why: Cancelled, line: &mut Line) -> Option<FileEvent> {
        let transfer = self.transfer.take()?;
        line.push_control(&M::file(transfer.number, FileMessage::Cancel { why: why.clone() }));
        Some(FileEvent::Over(Err(Stopped::Here(why))))
    }

    /// The link is cut.
    pub(crate) fn cut(&mut self) {
        let Some(transfer) = &mut self.transfer else { return };
        transfer.data.clear();
        transfer.waiting = 0;
        transfer.awaits = transfer.direction == Direction::Out;
        if transfer.direction == Direction::Out {
            (transfer.moved, transfer.taken) = (0, 0);
        }
    }

    /// Another link stands.
    pub(crate) fn resume<M: FileFrames>(&mut self, line: &mut Line) {
        let Some(transfer) = &mut self.transfer else { return };
        if transfer.direction == Direction::In {
            transfer.old += transfer.moved - transfer.taken;
            (transfer.moved, transfer.taken, transfer.told) = (0, 0, 0);
            transfer.owes = true;
            transfer.ask_on::<M>(line);
        }
    }

    /// Something was said of a transfer. What speaks of one that is over has no effect.
    pub(crate) fn handle(
        &mut self,
        number: u32,
        message: FileMessage,
        mut tell: impl FnMut(FileEvent),
    ) -> Result<(), Breach> {
        match message {
            FileMessage::Cancel { why } => {
                if self.transfer.as_ref().is_some_and(|transfer| transfer.number == number) {
                    self.transfer = None;
                    tell(FileEvent::Over(Err(Stopped::There(why))));
                }
                Ok(())
            }
            FileMessage::Begin { .. }
            | FileMessage::Item { .. }
            | FileMessage::Digest { .. }
            | FileMessage::Skipped { .. }
            | FileMessage::Finished => {
                let Some(transfer) = self.running(number, Direction::In) else { return Ok(()) };
                receive(transfer, message, &mut tell)?;
                transfer.release(&mut tell);
                Ok(())
            }
            FileMessage::Continue { .. }
            | FileMessage::Restart { .. }
            | FileMessage::Stored { .. }
            | FileMessage::NotStored { .. } => {
                let Some(transfer) = self.running(number, Direction::Out) else { return Ok(()) };
                let heard = hear(transfer, message, &mut tell)?;
                tell(heard);
                if transfer.is_through() {
                    self.transfer = None;
                    tell(FileEvent::Over(Ok(())));
                }
                Ok(())
            }
        }
    }

    /// Contents came.
    pub(crate) fn handle_data(
        &mut self,
        number: u32,
        run: u32,
        (item, offset): Place,
        data: Vec<u8>,
        mut tell: impl FnMut(FileEvent),
    ) -> Result<(), Breach> {
        let Some(transfer) = self.running(number, Direction::In) else { return Ok(()) };
        let length = data.len() as u64;
        transfer.moved += length;
        if transfer.moved - transfer.taken > MAX_FILE_WINDOW + MAX_FILE_CHUNK as u64
            || transfer.pieces >= MAX_PIECES
        {
            return Err("more of a file than may be under way");
        }
        transfer.advance();
        if run != transfer.run || item < transfer.at.0 {
            // Something else was wanted meanwhile, or the item is not to be stored, and the sender had not heard of it.
            transfer.taken += length;
            return Ok(());
        }
        let end = offset.checked_add(length);
        let fits = transfer.at == (item, offset)
            && transfer.item(item).is_some_and(|item| end.is_some_and(|end| end <= item.size()));
        if !fits {
            return Err("a piece of a file that does not belong there");
        }
        transfer.at.1 += length;
        transfer.pieces += 1;
        tell(FileEvent::Take(FilePiece::Data { item, offset, bytes: data }));
        transfer.release(&mut tell);
        Ok(())
    }

    /// The receiver says how much it has taken.
    pub(crate) fn handle_taken(&mut self, number: u32, bytes: u64) -> Result<(), Breach> {
        let Some(transfer) = self.running(number, Direction::Out) else { return Ok(()) };
        if bytes > transfer.moved {
            return Err("more of a file was taken than was sent");
        }
        transfer.taken = transfer.taken.max(bytes);
        Ok(())
    }

    /// Whether the sender's program should hand in another piece.
    pub(crate) fn wants_piece(&self, line: &Line) -> bool {
        self.transfer.as_ref().is_some_and(|transfer| {
            transfer.direction == Direction::Out
                && !transfer.awaits
                && transfer.waiting < READ_AHEAD
                && transfer.items.len() < MAX_ITEMS_AHEAD as usize
                && !line.is_full()
        })
    }

    /// The sender's program has read this.
    pub(crate) fn piece<M: FileFrames>(&mut self, piece: FilePiece, line: &mut Line) -> Option<FileEvent> {
        let transfer = self.transfer.as_mut().filter(|transfer| transfer.direction == Direction::Out)?;
        let mut say = |message| line.push_control(&M::file(transfer.number, message));
        match piece {
            FilePiece::Begin { files, bytes } => {
                if transfer.totals.replace((files, bytes)).is_none() {
                    say(FileMessage::Begin { files, bytes });
                    return Some(FileEvent::Begun { files, bytes });
                }
            }
            FilePiece::Item { item, path, kind } => {
                // Another number was read before, for a link that is cut.
                if item == transfer.next {
                    say(FileMessage::Item { item, path: path.clone(), kind });
                    transfer.announce(path, kind);
                    transfer.said = (item, false);
                }
            }
            FilePiece::Data { item, offset, bytes } => {
                if transfer.item(item).is_some() && !bytes.is_empty() {
                    transfer.waiting += bytes.len();
                    transfer.data.push_back(((item, offset), bytes));
                }
            }
            FilePiece::Digest { item, sha256 } => {
                if transfer.said == (item, false) {
                    transfer.said.1 = true;
                    say(FileMessage::Digest { item, sha256 });
                }
            }
            FilePiece::Skipped { item, why } => {
                if transfer.said == (item, false) {
                    transfer.said.1 = true;
                    say(FileMessage::Skipped { item, why });
                }
            }
            FilePiece::Finished => {
                if !std::mem::replace(&mut transfer.is_finished, true) {
                    say(FileMessage::Finished);
                }
                if transfer.is_through() {
                    self.transfer = None;
                    return Some(FileEvent::Over(Ok(())));
                }
            }
        }
        None
    }

    /// Whether contents wait to be sent and may be.
    pub(crate) fn has_data(&self) -> bool {
        self.transfer.as_ref().is_some_and(|transfer| {
            !transfer.data.is_empty() && transfer.moved - transfer.taken < MAX_FILE_WINDOW
        })
    }

    /// The next contents to send, at most so many bytes.
    pub(crate) fn next_data<M: FileFrames>(&mut self, most: usize) -> Option<M> {
        let has_data = self.has_data();
        let transfer = self.transfer.as_mut().filter(|_| has_data)?;
        let ((item, offset), bytes) = transfer.data.front_mut()?;
        let (item, from) = (*item, *offset);
        let count = bytes.len().min(most.min(MAX_FILE_CHUNK));
        let rest = bytes.split_off(count);
        let data = std::mem::replace(bytes, rest);
        *offset += count as u64;
        if bytes.is_empty() {
            transfer.data.pop_front();
        }
        transfer.waiting -= count;
        transfer.moved += count as u64;
        transfer.at = (item, from + count as u64);
        let data = Bytes::new(data).expect("a piece is cut to fit");
        Some(M::data(transfer.number, transfer.run, item, from, data))
    }

    /// What to tell the sender of what was taken, if that is news.
    pub(crate) fn next_taken<M: FileFrames>(&mut self) -> Option<M> {
        let transfer = self.transfer.as_mut().filter(|transfer| transfer.direction == Direction::In)?;
        if transfer.taken == transfer.told {
            return None;
        }
        transfer.told = transfer.taken;
        Some(M::taken(transfer.number, transfer.taken))
    }

    /// The receiver's program has so much of an item from before: the sender goes on there.
    pub(crate) fn go_on<M: FileFrames>(&mut self, item: u32, offset: u64, line: &mut Line) {
        let Some(transfer) = self.transfer.as_mut().filter(|transfer| transfer.direction == Direction::In)
        else {
            return;
        };
        transfer.advance();
        if transfer.at.0 == item && transfer.item(item).is_some_and(|item| offset <= item.size()) {
            transfer.at.1 = offset;
            transfer.opened = Some(item);
            transfer.run += 1;
            let message = FileMessage::Continue { item, offset, run: transfer.run };
            line.push_control(&M::file(transfer.number, message));
        }
    }

    /// The receiver's program has written a piece of so many bytes, or has no use for it.
    pub(crate) fn wrote<M: FileFrames>(&mut self, bytes: u64, line: &mut Line) {
        if let Some(transfer) = self.transfer.as_mut().filter(|transfer| transfer.direction == Direction::In)
        {
            transfer.pieces = transfer.pieces.saturating_sub(1);
            let of_before = bytes.min(transfer.old);
            transfer.old -= of_before;
            transfer.taken = (transfer.taken + bytes - of_before).min(transfer.moved);
            transfer.ask_on::<M>(line);
        }
    }

    /// What became of an item at the receiver.
    pub(crate) fn settle<M: FileFrames>(
        &mut self,
        item: u32,
        result: Result<Text<MAX_PATH>, FileProblem>,
        line: &mut Line,
    ) -> Vec<FileEvent> {
        let Some(transfer) = self.transfer.as_mut().filter(|transfer| transfer.direction == Direction::In)
        else {
            return Vec::new();
        };
        let Some(Item { path, kind, .. }) = transfer.answered(item) else { return Vec::new() };
        let (message, event) = match result {
            Ok(place) => {
                let message = FileMessage::Stored { item, place: place.clone() };
                (message, FileEvent::Stored { direction: Direction::In, path, kind, place })
            }
            Err(why) => {
                let message = FileMessage::NotStored { item, why: why.clone() };
                (message, FileEvent::NotStored { direction: Direction::In, path, why })
            }
        };
        line.push_control(&M::file(transfer.number, message));
        let mut events = vec![event];
        transfer.release(&mut |event| events.push(event));
        if transfer.is_through() {
            self.transfer = None;
            events.push(FileEvent::Over(Ok(())));
        }
        events
    }

    /// The receiver's program has taken in that nothing more comes.
    pub(crate) fn end_if_through(&mut self) -> Option<FileEvent> {
        self.transfer.take_if(|transfer| transfer.is_through()).map(|_| FileEvent::Over(Ok(())))
    }
}
