//! Files of these worlds: their sizes and contents follow from the number of their transfer, so that whoever receives
//! them knows every byte that is right.

use farhand_proto::bounded::{Bytes, Shown};
use farhand_proto::limits::SMALL_FILE;
use farhand_proto::transfer::{Cancelled, ItemKind, ItemPath, Piece};
use farhand_session::{FileEvent, Stopped, Transfers};

use super::Around;

/// Bytes that are read at once.
const CHUNK: u64 = 12_000;

/// What one end reads or writes.
#[derive(Debug, Default)]
pub(super) struct Mover {
    reads: Option<Reads>,
    writes: Option<Writes>,
}

/// A transfer that is read, and what comes next of it.
#[derive(Debug)]
struct Reads {
    transfer: u64,
    next: Next,
}

#[derive(Debug, Clone, Copy)]
enum Next {
    Begin,
    Item(u32),
    Contents(u32, u64),
    Finished,
    Nothing,
}

/// A transfer that is written.
#[derive(Debug)]
struct Writes {
    transfer: u64,
    /// The item under way, and its bytes that are there.
    item: Option<(u32, u64)>,
    stored: Vec<u32>,
    is_finished: bool,
}

/// The files of a transfer.
fn sizes(transfer: u64) -> Vec<u64> {
    let mixed = |index: u64| (transfer * 31 + index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let size = |index| [0, 1, 4_000, SMALL_FILE, SMALL_FILE + 1, 150_000, 400_000][mixed(index) as usize % 7];
    (0..=mixed(9) % 4).map(size).collect()
}

fn contents(transfer: u64, item: u32, from: u64, to: u64) -> Vec<u8> {
    let byte =
        |at: u64| (at.wrapping_mul(0x9e37_79b9).wrapping_add(transfer * 7 + u64::from(item)) >> 8) as u8;
    (from..to).map(byte).collect()
}

fn path(item: u32) -> ItemPath {
    ItemPath::new(format!("file {item}")).expect("a path")
}

impl Mover {
    /// This end will read.
    pub(super) fn read(&mut self, transfer: u64) {
        *self = Self { reads: Some(Reads { transfer, next: Next::Nothing }), writes: None };
    }

    /// This end will write.
    pub(super) fn write(&mut self, transfer: u64) {
        let writes = Writes { transfer, item: None, stored: Vec::new(), is_finished: false };
        *self = Self { reads: None, writes: Some(writes) };
    }

    pub(super) fn is_idle(&self) -> bool {
        self.reads.is_none() && self.writes.is_none()
    }

    /// Reads what may be sent.
    pub(super) fn turn(&mut self, session: &mut impl Transfers) {
        let Some(reads) = &mut self.reads else { return };
        while !matches!(reads.next, Next::Nothing) && session.wants_file_piece() {
            session.file_piece(reads.piece());
        }
    }

    pub(super) fn handle(&mut self, event: FileEvent, session: &mut impl Transfers, around: &mut Around) {
        match event {
            FileEvent::Put { .. }
            | FileEvent::Get { .. }
            | FileEvent::Refused { .. }
            | FileEvent::Begun { .. }
            | FileEvent::Stored { .. }
            | FileEvent::Unfinished { .. } => {}
            FileEvent::NotStored { why, .. } => around.fail(format_args!("a file did not arrive: {why}")),
            FileEvent::Read { item, offset } => self.go(Next::Contents(item, offset)),
            FileEvent::Return { item: 0 } => self.go(Next::Begin),
            FileEvent::Return { item } => self.go(Next::Item(item)),
            FileEvent::Leave { item } => around.fail(format_args!("item {item} is not wanted")),
            FileEvent::Take(piece) => match &mut self.writes {
                Some(writes) => {
                    let weight = piece.weight();
                    if let Err(why) = writes.take(piece, session) {
                        around.fail(format_args!("transfer {}: {why}", writes.transfer));
                    }
                    session.file_wrote(weight);
                }
                None => around.fail(format_args!("a piece for nobody")),
            },
            FileEvent::Over(result) => self.end(result, around),
        }
    }

    fn go(&mut self, next: Next) {
        if let Some(reads) = &mut self.reads {
            reads.next = next;
        }
    }

    fn end(&mut self, result: Result<(), Stopped>, around: &mut Around) {
        let Self { reads, writes } = std::mem::take(self);
        match (result, writes, reads) {
            (Ok(()), Some(writes), _) => {
                let all = sizes(writes.transfer).len();
                if writes.stored.len() != all || !writes.is_finished {
                    around.fail(format_args!(
                        "{} of {all} files, and it is called through",
                        writes.stored.len()
                    ));
                }
                around.trace.totals.transfers += 1;
            }
            (Ok(()), None, Some(_)) => {}
            (Ok(()), None, None) => around.fail(format_args!("nobody's transfer is through")),
            // A customer who pauses or does not allow files at its beginning.
            (Err(Stopped::Here(why) | Stopped::There(why)), ..) => {
                let wish = around.ledger.wish;
                let is_denied = matches!(why, Cancelled::Paused | Cancelled::NotAllowed);
                if !is_denied || wish.is_settled {
                    around.fail(format_args!("a transfer stopped: {why}"));
                }
            }
        }
    }
}

impl Reads {
    fn piece(&mut self) -> Piece {
        let sizes = sizes(self.transfer);
        let size = |item: u32| sizes[item as usize];
        let after =
            |item: u32| if (item as usize) + 1 < sizes.len() { Next::Item(item + 1) } else { Next::Finished };
        let (piece, next) = match self.next {
            Next::Begin => {
                (Piece::Begin { files: sizes.len() as u32, bytes: sizes.iter().sum() }, Next::Item(0))
            }
            Next::Item(item) => {
                let kind = ItemKind::File { size: size(item), modified: 0 };
                (Piece::Item { item, path: path(item), kind }, Next::Contents(item, 0))
            }
            Next::Contents(item, offset) if offset < size(item) => {
                let end = size(item).min(offset + CHUNK);
                let data = Bytes::new(contents(self.transfer, item, offset, end)).expect("a chunk");
                (Piece::Data { item, offset, data }, Next::Contents(item, end))
            }
            Next::Contents(item, _) => (Piece::Digest { item, sha256: [0; 32] }, after(item)),
            Next::Finished | Next::Nothing => (Piece::Finished, Next::Nothing),
        };
        self.next = next;
        piece
    }
}

impl Writes {
    fn take(&mut self, piece: Piece, session: &mut impl Transfers) -> Result<(), String> {
        match piece {
            Piece::Begin { .. } => {}
            Piece::Item { item, kind, .. } => {
                let expected = sizes(self.transfer).get(item as usize).copied();
                let ItemKind::File { size, .. } = kind else { return Err("a folder".to_owned()) };
                if Some(size) != expected || self.stored.contains(&item) {
                    return Err(format!(
                        "item {item} of {size} bytes, {expected:?} expected; stored {:?}",
                        self.stored
                    ));
                }
                let before = self.item.take().filter(|(before, _)| *before == item);
                // Small ones are not asked about and begin anew.
                let here = before.map_or(0, |(_, here)| here).min(if size > SMALL_FILE { size } else { 0 });
                self.item = Some((item, here));
                if size > SMALL_FILE {
                    session.file_goes_on(item, here);
                }
            }
            Piece::Data { item, offset, data } => {
                let right = contents(self.transfer, item, offset, offset + data.len() as u64);
                if self.item != Some((item, offset)) || right != data[..] {
                    return Err(format!("contents of {item} at {offset}, and {:?} is under way", self.item));
                }
                self.item = Some((item, offset + data.len() as u64));
            }
            Piece::Digest { item, .. } => {
                if self.item.take() != Some((item, sizes(self.transfer)[item as usize])) {
                    return Err(format!("item {item} is called whole"));
                }
                self.stored.push(item);
                session.file_settled(item, Ok(Shown::truncated("there")));
            }
            Piece::Skipped { item, .. } => return Err(format!("item {item} is skipped")),
            Piece::Finished => {
                self.is_finished = true;
                session.file_finished();
            }
        }
        Ok(())
    }
}
