//! Files that travel: one transfer at a time, the same machine at its sender and at its receiver.
//!
//! Neither reads nor writes a file here. The sender's program reads and hands in what it read as [`Piece`]s while
//! [`Files::wants_piece`]; the receiver's program gets the same pieces ([`FileEvent::Take`]) and says what became of
//! them. Little waits here to be sent; what was sent and is not written yet weighs at most
//! [`MAX_FILE_WINDOW`](farhand_proto::limits::MAX_FILE_WINDOW).

use farhand_proto::bounded::{Shown, Text};
use farhand_proto::codec::Message;
use farhand_proto::limits::MAX_PATH;
use farhand_proto::session::{ToClient, ToConsole};
use farhand_proto::transfer::{Cancelled, Existing, FileMessage, FileProblem, ItemKind, ItemPath, Piece};

mod machine;
mod transfer;

pub(crate) use machine::Files;

/// Which way a transfer goes, seen from this end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From this end to the other.
    Out,
    /// From the other end to this one.
    In,
}

/// What happens to a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileEvent {
    /// At the client: files come; write them.
    Put {
        /// The folder for them, in the words of this system; `None` for where downloads go.
        folder: Option<Text<MAX_PATH>>,
        /// What becomes of files that are there already.
        existing: Existing,
    },
    /// At the client: this file or folder is wanted; read it.
    Get {
        /// In the words of this system.
        path: Text<MAX_PATH>,
    },
    /// At the client: the operator asked for this and may not have it; the console has been told.
    Refused {
        /// Which way it should have gone.
        direction: Direction,
        /// What was asked for, or where it should have gone, in the operator's words; `None` for where downloads go.
        what: Option<Text<MAX_PATH>>,
        /// Why not.
        why: Cancelled,
    },
    /// At the sender: read the contents of this item from here on, and what comes after it. What was read for elsewhere
    /// counts for nothing.
    Read {
        /// The item's number.
        item: u32,
        /// Where in it.
        offset: u64,
    },
    /// At the sender: read this item from its very beginning, and what comes after it; before item 0 that is
    /// [`Piece::Begin`]. What was read for elsewhere counts for nothing.
    Return {
        /// The item's number.
        item: u32,
    },
    /// At the sender: the rest of this item is not wanted.
    Leave {
        /// The item's number.
        item: u32,
    },
    /// At the receiver: write this, and answer; see [`Transfers`].
    Take(Piece),
    /// So much comes or goes.
    Begun {
        /// Files.
        files: u32,
        /// Their bytes.
        bytes: u64,
    },
    /// An item has arrived.
    Stored {
        /// Which way it went.
        direction: Direction,
        /// Where it belongs, relative to the transfer.
        path: ItemPath,
        /// What it is.
        kind: ItemKind,
        /// Where it lies, in the words of the receiver's system.
        place: Shown<MAX_PATH>,
    },
    /// An item did not arrive.
    NotStored {
        /// Which way it should have gone.
        direction: Direction,
        /// Where it belongs, relative to the transfer.
        path: ItemPath,
        /// Why.
        why: FileProblem,
    },
    /// The transfer ends before its receiver has answered for this file: some of it, or all, has left its sender.
    Unfinished {
        /// Which way it should have gone.
        direction: Direction,
        /// Where it belongs, relative to the transfer.
        path: ItemPath,
    },
    /// The transfer is over: every item was answered, or it was cancelled.
    Over(Result<(), Stopped>),
}

/// Who ended a transfer before it was through, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// This end.
    #[error("{0}")]
    Here(Cancelled),
    /// The other end.
    #[error("{0}")]
    There(Cancelled),
}

/// How far a transfer has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Which way it goes.
    pub direction: Direction,
    /// Files that arrived or never will.
    pub files_done: u32,
    /// All files.
    pub files: u32,
    /// Bytes that arrived, or were there already.
    pub bytes_done: u64,
    /// All bytes.
    pub bytes: u64,
    /// The item under way.
    pub current: Option<ItemPath>,
}

/// Why no transfer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransferError {
    /// The customer does not allow files now.
    #[error("the customer does not allow files now")]
    NotAllowed,
    /// The customer has paused the session.
    #[error("the customer has paused the session; files travel again when it goes on")]
    Paused,
    /// Another transfer runs.
    #[error("another transfer is running")]
    Busy,
    /// No link stands.
    #[error("the line is lost; files travel again when it is back")]
    LineLost,
    /// There is no session any more.
    #[error("the session is over")]
    Over,
}

/// What the program that reads and writes files tells a session of it, the same at both ends.
pub trait Transfers {
    /// How far the transfer that runs has come.
    fn progress(&self) -> Option<Progress>;

    /// Whether [`Transfers::file_piece`] should be called with what comes next of what is read.
    fn wants_file_piece(&self) -> bool;

    /// This was read of what is to be sent.
    fn file_piece(&mut self, piece: Piece);

    /// So much of an item is here from before: the sender goes on there. To be said of each file of more than
    /// [`SMALL_FILE`](farhand_proto::limits::SMALL_FILE) bytes, once it is its turn.
    fn file_goes_on(&mut self, item: u32, offset: u64);

    /// A piece of this [weight](Piece::weight) is dealt with.
    fn file_wrote(&mut self, weight: u64);

    /// An item lies here, or why it does not.
    fn file_settled(&mut self, item: u32, result: Result<Shown<MAX_PATH>, FileProblem>);

    /// All that came was dealt with: [`Piece::Finished`] was taken.
    fn file_finished(&mut self);

    /// Ends the transfer that runs. [`FileEvent::Over`] follows if one does.
    fn cancel_transfer(&mut self, why: Cancelled);
}

/// Implements [`Transfers`] and what a session takes in of them, for one with `files`, a `line`, `file_events` and
/// `may_move_files`, which sends these messages.
macro_rules! transfers {
    ($session:ident, $frames:ident) => {
        impl $session {
            pub(super) fn handle_file(&mut self, transfer: u32, message: FileMessage) {
                let mut happened = Vec::new();
                let done = self.files.handle(transfer, message, |event| happened.push(event));
                self.file_events(done, happened);
            }

            pub(super) fn handle_piece(&mut self, transfer: u32, run: u32, piece: Piece) {
                let mut happened = Vec::new();
                let done = self.files.handle_piece(transfer, run, piece, |event| happened.push(event));
                self.file_events(done, happened);
            }

            pub(super) fn handle_taken(&mut self, transfer: u32, weight: u64) {
                let done = self.files.handle_taken(transfer, weight);
                self.file_events(done, None);
            }
        }

        impl Transfers for $session {
            fn progress(&self) -> Option<Progress> {
                self.files.progress()
            }

            fn wants_file_piece(&self) -> bool {
                self.may_move_files() && self.files.wants_piece()
            }

            fn file_piece(&mut self, piece: Piece) {
                let happened = self.files.piece(piece);
                self.file_events(Ok(()), happened);
            }

            fn file_goes_on(&mut self, item: u32, offset: u64) {
                self.files.go_on::<$frames>(item, offset, &mut self.line);
                self.file_events(Ok(()), None);
            }

            fn file_wrote(&mut self, weight: u64) {
                self.files.wrote::<$frames>(weight, &mut self.line);
                self.file_events(Ok(()), None);
            }

            fn file_settled(&mut self, item: u32, result: Result<Shown<MAX_PATH>, FileProblem>) {
                let happened = self.files.settle::<$frames>(item, result, &mut self.line);
                self.file_events(Ok(()), happened);
            }

            fn file_finished(&mut self) {
                let ended = self.files.finish::<$frames>(&mut self.line);
                self.file_events(Ok(()), ended);
            }

            fn cancel_transfer(&mut self, why: Cancelled) {
                if !self.is_over() {
                    let ended = self.files.cancel::<$frames>(why, &mut self.line);
                    self.file_events(Ok(()), ended);
                }
            }
        }
    };
}
pub(crate) use transfers;

/// The messages about files that one end sends.
pub(crate) trait FileFrames: Message {
    fn file(transfer: u32, message: FileMessage) -> Self;
    fn piece(transfer: u32, run: u32, piece: Piece) -> Self;
    fn taken(transfer: u32, weight: u64) -> Self;
    /// What the sender hears of where an item lies.
    fn told(place: &Shown<MAX_PATH>) -> Shown<MAX_PATH>;
}

macro_rules! file_frames {
    ($messages:ident, $told:expr) => {
        impl FileFrames for $messages {
            fn file(transfer: u32, message: FileMessage) -> Self {
                Self::File { transfer, message }
            }

            fn piece(transfer: u32, run: u32, piece: Piece) -> Self {
                Self::FilePiece { transfer, run, piece }
            }

            fn taken(transfer: u32, weight: u64) -> Self {
                Self::FileTaken { transfer, weight }
            }

            fn told(place: &Shown<MAX_PATH>) -> Shown<MAX_PATH> {
                $told(place)
            }
        }
    };
}
// Where the operator keeps what they fetched is none of the customer's business.
file_frames!(ToClient, |_| Shown::default());
file_frames!(ToConsole, Shown::clone);

/// What the other end did that no honest program does.
pub(crate) type Breach = &'static str;
