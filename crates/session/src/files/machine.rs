//! The transfer that runs at one end, and what is asked of it.

use farhand_proto::bounded::{Bytes, Shown};
use farhand_proto::limits::{MAX_FILE_CHUNK, MAX_FILE_WINDOW, MAX_PATH};
use farhand_proto::transfer::{Cancelled, FileMessage, FileProblem, Piece};

use super::transfer::{Item, Transfer};
use super::{Breach, Direction, FileEvent, FileFrames, Progress, Stopped};
use crate::line::Line;

/// The weight of pieces that wait here to be sent before no more are asked for.
const READ_AHEAD: u64 = 64 * 1024;
/// More than one piece can weigh: the sender's last one may reach over the window.
const ONE_PIECE: u64 = 2 * MAX_FILE_CHUNK as u64;

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

    /// Takes a number that the console gave to a transfer, also to one that does not begin.
    pub(crate) fn take_number(&mut self, number: u32) -> Result<(), Breach> {
        if number <= self.last {
            return Err("a number of a transfer that was used before");
        }
        self.last = number;
        Ok(())
    }

    /// A transfer begins with the number that was taken last.
    pub(crate) fn begin(&mut self, direction: Direction) {
        self.transfer = Some(Transfer::new(self.last, direction));
    }

    /// The receiver's end is ready for the first piece.
    pub(crate) fn accept<M: FileFrames>(&mut self, line: &mut Line) {
        if let Some(transfer) = &mut self.transfer {
            transfer.ask_on::<M>(line);
        }
    }

    fn running(&mut self, direction: Direction) -> Option<&mut Transfer> {
        self.transfer.as_mut().filter(|transfer| transfer.direction == direction)
    }

    fn numbered(&mut self, number: u32, direction: Direction) -> Option<&mut Transfer> {
        self.running(direction).filter(|transfer| transfer.number == number)
    }

    /// Ends the transfer that runs, and tells the other end.
    pub(crate) fn cancel<M: FileFrames>(&mut self, why: Cancelled, line: &mut Line) -> Vec<FileEvent> {
        let Some(transfer) = self.transfer.take() else { return Vec::new() };
        line.push_control(&M::file(transfer.number, FileMessage::Cancel { why: why.clone() }));
        transfer.unfinished().chain([FileEvent::Over(Err(Stopped::Here(why)))]).collect()
    }

    /// What the session's end leaves unfinished.
    pub(crate) fn abandon(&mut self) -> Vec<FileEvent> {
        self.transfer.take().map(|transfer| transfer.unfinished().collect()).unwrap_or_default()
    }

    /// Another link stands. What was under way is lost.
    pub(crate) fn resume<M: FileFrames>(&mut self, line: &mut Line) {
        let Some(transfer) = &mut self.transfer else { return };
        if transfer.direction == Direction::In {
            transfer.old += transfer.moved - transfer.taken;
            transfer.owes = true;
        }
        (transfer.moved, transfer.taken, transfer.told) = (0, 0, 0);
        if transfer.direction == Direction::In {
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
        if let FileMessage::Cancel { why } = message {
            if let Some(transfer) = self.transfer.take_if(|transfer| transfer.number == number) {
                transfer.unfinished().for_each(&mut tell);
                tell(FileEvent::Over(Err(Stopped::There(why))));
            }
            return Ok(());
        }
        let is_last = message == FileMessage::Through;
        let Some(transfer) = self.numbered(number, Direction::Out) else { return Ok(()) };
        transfer.hear(message, &mut tell)?;
        if is_last {
            self.transfer = None;
            tell(FileEvent::Over(Ok(())));
        }
        Ok(())
    }

    /// A piece came. Gives what to write, if anything.
    pub(crate) fn handle_piece(
        &mut self,
        number: u32,
        run: u32,
        piece: Piece,
        mut tell: impl FnMut(FileEvent),
    ) -> Result<(), Breach> {
        let Some(transfer) = self.numbered(number, Direction::In) else { return Ok(()) };
        let weight = piece.weight();
        transfer.moved += weight;
        if transfer.moved - transfer.taken > MAX_FILE_WINDOW + ONE_PIECE {
            return Err("more of files than may be under way");
        }
        if transfer.owes || run != transfer.run || !transfer.receive(&piece)? {
            // Something else was wanted meanwhile, or will be as soon as all of before a cut is written.
            transfer.taken += weight;
            return Ok(());
        }
        if let Piece::Begin { files, bytes } = piece {
            tell(FileEvent::Begun { files, bytes });
        }
        tell(FileEvent::Take(piece));
        Ok(())
    }

    /// The receiver says how much it has dealt with.
    pub(crate) fn handle_taken(&mut self, number: u32, weight: u64) -> Result<(), Breach> {
        let Some(transfer) = self.numbered(number, Direction::Out) else { return Ok(()) };
        if weight > transfer.moved {
            return Err("more of files was dealt with than was sent");
        }
        transfer.taken = transfer.taken.max(weight);
        Ok(())
    }

    /// Whether the sender's program should hand in another piece.
    pub(crate) fn wants_piece(&self) -> bool {
        self.transfer.as_ref().is_some_and(|transfer| {
            // Before the receiver's first word nobody knows whether it takes anything.
            transfer.direction == Direction::Out && transfer.run > 0 && transfer.waiting_weight < READ_AHEAD
        })
    }

    /// The sender's program has read this.
    pub(crate) fn piece(&mut self, piece: Piece) -> Option<FileEvent> {
        let transfer = self.running(Direction::Out).filter(|transfer| transfer.run > 0)?;
        let begun = match &piece {
            Piece::Begin { files, bytes } if transfer.totals.replace((*files, *bytes)).is_none() => {
                Some(FileEvent::Begun { files: *files, bytes: *bytes })
            }
            _ => None,
        };
        transfer.wait(piece);
        begun
    }

    /// Whether a piece waits to be sent and may be.
    pub(crate) fn has_piece(&self) -> bool {
        self.transfer.as_ref().is_some_and(|transfer| {
            !transfer.waiting.is_empty() && transfer.moved - transfer.taken < MAX_FILE_WINDOW
        })
    }

    /// The next piece to send, with at most so many bytes of contents.
    pub(crate) fn next_piece<M: FileFrames>(&mut self, most: usize) -> Option<M> {
        let has_piece = self.has_piece();
        let transfer = self.transfer.as_mut().filter(|_| has_piece)?;
        let whole = transfer.waiting.pop_front()?;
        transfer.waiting_weight -= whole.weight();
        let piece = match whole {
            Piece::Data { item, offset, data } if data.len() > most => {
                let mut first = data.into_vec();
                let rest = Bytes::new(first.split_off(most)).expect("a part is shorter");
                let rest = Piece::Data { item, offset: offset + most as u64, data: rest };
                transfer.waiting_weight += rest.weight();
                transfer.waiting.push_front(rest);
                Piece::Data { item, offset, data: Bytes::new(first).expect("a part is shorter") }
            }
            piece => piece,
        };
        transfer.note_sent(&piece);
        Some(M::piece(transfer.number, transfer.run, piece))
    }

    /// What to tell the sender of what was dealt with, if that is news.
    pub(crate) fn next_taken<M: FileFrames>(&mut self) -> Option<M> {
        let transfer = self.running(Direction::In)?;
        if transfer.taken == transfer.told {
            return None;
        }
        transfer.told = transfer.taken;
        Some(M::taken(transfer.number, transfer.taken))
    }

    /// The receiver's program has so much of an item from before: the sender goes on there.
    pub(crate) fn go_on<M: FileFrames>(&mut self, item: u32, offset: u64, line: &mut Line) {
        if let Some(transfer) = self.running(Direction::In) {
            transfer.go_on::<M>(item, offset, line);
        }
    }

    /// The receiver's program has dealt with a piece of this weight.
    pub(crate) fn wrote<M: FileFrames>(&mut self, weight: u64, line: &mut Line) {
        if let Some(transfer) = self.running(Direction::In) {
            let of_before = weight.min(transfer.old);
            transfer.old -= of_before;
            transfer.taken = (transfer.taken + weight - of_before).min(transfer.moved);
            transfer.ask_on::<M>(line);
        }
    }

    /// What became of an item at the receiver.
    pub(crate) fn settle<M: FileFrames>(
        &mut self,
        item: u32,
        result: Result<Shown<MAX_PATH>, FileProblem>,
        line: &mut Line,
    ) -> Option<FileEvent> {
        let direction = Direction::In;
        let transfer = self.running(direction)?;
        let Item { path, kind, .. } = transfer.answered(item)?;
        let (message, event) = match result {
            Ok(place) => {
                let message = FileMessage::Stored { item, place: M::told(&place) };
                (message, FileEvent::Stored { direction, path, kind, place })
            }
            Err(why) => {
                let message = FileMessage::NotStored { item, why: why.clone() };
                (message, FileEvent::NotStored { direction, path, why })
            }
        };
        line.push_control(&M::file(transfer.number, message));
        Some(event)
    }

    /// The receiver's program has dealt with all that came.
    pub(crate) fn finish<M: FileFrames>(&mut self, line: &mut Line) -> Option<FileEvent> {
        let is_through = self.running(Direction::In)?.is_through();
        let transfer = self.transfer.take_if(|_| is_through)?;
        line.push_control(&M::file(transfer.number, FileMessage::Through));
        Some(FileEvent::Over(Ok(())))
    }
}
