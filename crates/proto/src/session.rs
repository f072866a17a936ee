//! What client and console say to each other once the seal stands.
//!
//! Every frame belongs to a lane. Those of a reliable lane arrive once and in order, whatever becomes of the link: the
//! sender keeps each until the other has said in an `Ack` that it took it in, and sends what is left again over the
//! next link. The others speak of what is now, and are not sent again.

use core::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::bounded::{Bytes, List, Text};
use crate::codec::messages;
use crate::grant::Grants;
use crate::input::Input;
use crate::limits::{MAX_ADDRESSES, MAX_PATH, MAX_POINTER_BYTES, MAX_PROSE, MAX_REASON, MAX_SESSION_FRAME};
use crate::prose::Prose;
use crate::screen::{Layout, Point, PointerShape, Rect, View};
use crate::transfer::{Existing, FileMessage, Piece};

/// Bytes of a `Video` frame's payload beside the picture's own.
pub const VIDEO_OVERHEAD: usize = 16;
/// The most bytes of an update that one `Video` frame carries.
pub const MAX_VIDEO_CHUNK: usize = MAX_SESSION_FRAME - VIDEO_OVERHEAD;
/// The most bytes of a clipboard's text that one `Clipboard` frame carries.
pub const MAX_CLIPBOARD_CHUNK: usize = 8 * 1024;

/// Frames whose order and arrival matter. Lanes don't wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// What is allowed, done and said. It goes before everything else.
    Control,
    /// What is large: the clipboard.
    Bulk,
}

/// How many frames of each reliable lane one end has taken in since the first seal stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub struct Taken {
    /// Of [`Lane::Control`].
    pub control: u64,
    /// Of [`Lane::Bulk`].
    pub bulk: u64,
}

impl Taken {
    /// Of one lane.
    #[must_use]
    pub fn of(&self, lane: Lane) -> u64 {
        match lane {
            Lane::Control => self.control,
            Lane::Bulk => self.bulk,
        }
    }

    /// One more frame of this lane.
    pub fn count(&mut self, lane: Lane) {
        match lane {
            Lane::Control => self.control += 1,
            Lane::Bulk => self.bulk += 1,
        }
    }
}

messages! {
    /// From the console to the client.
    pub enum ToClient = "to client";
    /// Are you there? Answered by `Pong` at once.
    1 Ping (16) {
        /// The sender's clock in milliseconds, returned as it is.
        at: u32,
    }
    /// The answer to `Ping`.
    2 Pong (16) {
        /// What the `Ping` carried.
        at: u32,
    }
    /// What has been taken in of the other's frames, `Ping`, `Pong` and `Ack` not counted.
    3 Ack (32) {
        /// Their bytes since this link stands, for pacing.
        bytes: u64,
        /// Frames of the reliable lanes since the first seal stood: these need not be kept any longer.
        taken: Taken,
    }
    /// The session is over; nothing follows.
    4 End (512) {
        /// Why.
        reason: EndReason,
    }
    /// What a person says to the other in writing.
    5 Say (MAX_PROSE + 4) {
        /// The words.
        text: Prose,
    }
    /// A piece of the text in the sender's clipboard. The pieces of one text follow each other.
    6 Clipboard (MAX_CLIPBOARD_CHUNK + 16) {
        /// Whether a text begins with this piece: what came of one before counts for nothing.
        first: bool,
        /// Whether it ends with it.
        last: bool,
        /// The piece of its UTF-8.
        data: Bytes<MAX_CLIPBOARD_CHUNK>,
    }
    /// What the receiver of files says to their sender, and either to end a transfer.
    7 File (2048) {
        /// Which transfer; what is said of one that is over counts for nothing.
        transfer: u32,
        /// What.
        message: FileMessage,
    }
    /// A piece of files. Pieces come in their order.
    8 FilePiece (MAX_SESSION_FRAME) {
        /// Which transfer.
        transfer: u32,
        /// Which of the receiver's wishes it answers.
        run: u32,
        /// The piece.
        piece: Piece,
    }
    /// Pieces of files that are dealt with: written, or not wanted any more.
    9 FileTaken (16) {
        /// Which transfer.
        transfer: u32,
        /// Their weight since this link stands.
        weight: u64,
    }
    /// What this end sends may come late, for the way that it takes: how long the other end waits at least before the
    /// line counts as lost. Without it that is a second.
    10 Patience (16) {
        /// In milliseconds; more than ten seconds count as ten.
        milliseconds: u16,
    }
    /// What the operator wants to be allowed. The first message of a session.
    16 Ask (16) {
        /// Asked for.
        grants: Grants,
    }
    /// One act on the customer's desktop.
    17 Act (2048) {
        /// Counts up by one with each act.
        number: u64,
        /// What to do.
        input: Input,
    }
    /// What to show from now on.
    18 Watch (16) {
        /// One monitor or all.
        view: View,
    }
    /// The picture can't be continued; send it whole.
    19 Refresh (4) {}
    /// In place of an act of the pointer that waited too long to be meant for what is on the screen. Answered by
    /// `Undone`, so that every number has its answer.
    20 Skip (16) {
        /// The act's number.
        number: u64,
    }
    /// Files come: begins a transfer whose sender is the console.
    21 Put (MAX_PATH + 16) {
        /// Its number, higher than that of every transfer before.
        transfer: u32,
        /// The folder for them, in the words of the client's system; `None` is where its customer keeps downloads.
        folder: Option<Text<MAX_PATH>>,
        /// What becomes of files that are there already.
        existing: Existing,
    }
    /// Asks for a file or a folder: begins a transfer whose sender is the client.
    22 Get (MAX_PATH + 16) {
        /// Its number, higher than that of every transfer before.
        transfer: u32,
        /// What, in the words of the client's system; what is no whole path is meant from the customer's home.
        path: Text<MAX_PATH>,
    }
    /// The console can be reached without the relay, for this session alone. Said once at most, and after consent.
    23 Direct (MAX_ADDRESSES * 32 + 96) {
        /// Where.
        at: ConsoleAt,
    }
}

messages! {
    /// From the client to the console.
    pub enum ToConsole = "to console";
    /// Are you there? Answered by `Pong` at once.
    1 Ping (16) {
        /// The sender's clock in milliseconds, returned as it is.
        at: u32,
    }
    /// The answer to `Ping`.
    2 Pong (16) {
        /// What the `Ping` carried.
        at: u32,
    }
    /// What has been taken in of the other's frames, `Ping`, `Pong` and `Ack` not counted.
    3 Ack (32) {
        /// Their bytes since this link stands, for pacing.
        bytes: u64,
        /// Frames of the reliable lanes since the first seal stood: these need not be kept any longer.
        taken: Taken,
    }
    /// The session is over; nothing follows.
    4 End (512) {
        /// Why.
        reason: EndReason,
    }
    /// What a person says to the other in writing.
    5 Say (MAX_PROSE + 4) {
        /// The words.
        text: Prose,
    }
    /// A piece of the text in the sender's clipboard. The pieces of one text follow each other.
    6 Clipboard (MAX_CLIPBOARD_CHUNK + 16) {
        /// Whether a text begins with this piece: what came of one before counts for nothing.
        first: bool,
        /// Whether it ends with it.
        last: bool,
        /// The piece of its UTF-8.
        data: Bytes<MAX_CLIPBOARD_CHUNK>,
    }
    /// What the receiver of files says to their sender, and either to end a transfer.
    7 File (2048) {
        /// Which transfer; what is said of one that is over counts for nothing.
        transfer: u32,
        /// What.
        message: FileMessage,
    }
    /// A piece of files. Pieces come in their order.
    8 FilePiece (MAX_SESSION_FRAME) {
        /// Which transfer.
        transfer: u32,
        /// Which of the receiver's wishes it answers.
        run: u32,
        /// The piece.
        piece: Piece,
    }
    /// Pieces of files that are dealt with: written, or not wanted any more.
    9 FileTaken (16) {
        /// Which transfer.
        transfer: u32,
        /// Their weight since this link stands.
        weight: u64,
    }
    /// What this end sends may come late, for the way that it takes: how long the other end waits at least before the
    /// line counts as lost. Without it that is a second.
    10 Patience (16) {
        /// In milliseconds; more than ten seconds count as ten.
        milliseconds: u16,
    }
    /// The customer is being asked.
    32 Asking (16) {
        /// How long they have, in milliseconds.
        timeout: u32,
    }
    /// What is allowed from now on: the customer's answer, and every change of it later.
    33 Allowed (16) {
        /// All that is allowed.
        grants: Grants,
    }
    /// The desktop, and what of it the picture shows from now on.
    34 Screen (8192) {
        /// All monitors.
        layout: Layout,
        /// What was chosen.
        view: View,
        /// The part of the desktop that the picture shows.
        area: Rect,
    }
    /// A piece of an update of the picture. The pieces of one update follow each other.
    35 Video (MAX_SESSION_FRAME) {
        /// Counts up by one with each update.
        update: u32,
        /// When the update was made, by the client's clock in milliseconds.
        at: u32,
        /// Whether the update ends with this piece.
        last: bool,
        /// The piece.
        data: Bytes<MAX_VIDEO_CHUNK>,
    }
    /// The pointer has this shape from now on.
    36 Shape (MAX_POINTER_BYTES + 64) {
        /// The shape; an empty one hides it.
        shape: PointerShape,
    }
    /// The pointer is here.
    37 PointerAt (16) {
        /// On the desktop.
        at: Point,
    }
    /// The person at the machine uses their own mouse or keyboard: remote input waits.
    38 Holding (4) {
        /// It waits from now on, or no longer.
        held: bool,
    }
    /// All acts up to this number are done or refused.
    39 Done (16) {
        /// The act's number.
        number: u64,
    }
    /// An act was not done.
    40 Undone (512) {
        /// The act's number.
        number: u64,
        /// Why.
        why: Undone,
    }
    /// The customer has paused the session, or lets it go on: whatever is allowed, nothing is seen or done meanwhile.
    41 Paused (4) {
        /// Paused from now on, or no longer.
        paused: bool,
    }
    /// The customer's desktop answers no more, or again: what it shows is not known meanwhile, and acts wait.
    42 Answering (4) {
        /// It answers.
        answers: bool,
    }
}

impl ToClient {
    /// The reliable lane that this message travels in; `None` for what is not sent again.
    #[must_use]
    pub fn lane(&self) -> Option<Lane> {
        match self {
            Self::Ping { .. }
            | Self::Pong { .. }
            | Self::Ack { .. }
            | Self::FilePiece { .. }
            | Self::FileTaken { .. } => None,
            Self::End { .. }
            | Self::Say { .. }
            | Self::File { .. }
            | Self::Ask { .. }
            | Self::Act { .. }
            | Self::Watch { .. }
            | Self::Refresh { .. }
            | Self::Skip { .. }
            | Self::Patience { .. }
            | Self::Put { .. }
            | Self::Get { .. }
            | Self::Direct { .. } => Some(Lane::Control),
            Self::Clipboard { .. } => Some(Lane::Bulk),
        }
    }
}

impl ToConsole {
    /// The reliable lane that this message travels in; `None` for what is not sent again.
    #[must_use]
    pub fn lane(&self) -> Option<Lane> {
        match self {
            Self::Ping { .. }
            | Self::Pong { .. }
            | Self::Ack { .. }
            | Self::FilePiece { .. }
            | Self::FileTaken { .. }
            | Self::Screen { .. }
            | Self::Video { .. }
            | Self::Shape { .. }
            | Self::PointerAt { .. } => None,
            Self::End { .. }
            | Self::Say { .. }
            | Self::File { .. }
            | Self::Asking { .. }
            | Self::Allowed { .. }
            | Self::Holding { .. }
            | Self::Done { .. }
            | Self::Undone { .. }
            | Self::Paused { .. }
            | Self::Patience { .. }
            | Self::Answering { .. } => Some(Lane::Control),
            Self::Clipboard { .. } => Some(Lane::Bulk),
        }
    }
}

/// Where a console waits for its client alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConsoleAt {
    /// What a client says first to whatever answers there: nobody else knows it.
    pub token: Token,
    /// The addresses of the console's own computer: of use to a client in the same network.
    pub own: List<SocketAddr, MAX_ADDRESSES>,
    /// Where the console comes from, as its relay sees it.
    pub seen: Option<SocketAddr>,
}

/// 32 random bytes. Nothing shows them.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Token(pub [u8; 32]);

impl core::fmt::Debug for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Token")
    }
}

/// Why an act was not done.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
pub enum Undone {
    /// The customer does not allow control now.
    #[error("the customer does not allow control now")]
    NotAllowed,
    /// A pointer act that waited for more than a second.
    #[error("it came too late to be meant for what is on the screen now")]
    Stale,
    /// Too much waits while the customer uses their own mouse and keyboard.
    #[error("too much is waiting while the customer uses their own mouse and keyboard")]
    Overflow,
    /// The customer's system would not.
    #[error("the customer's system would not: {0}")]
    System(Text<MAX_REASON>),
    /// It belongs to keys or buttons that were released on the way: the customer used their own, the line was lost, or
    /// control was not allowed for a while.
    #[error("the keys held with it were released meanwhile; let go of them and press them again")]
    Interrupted,
    /// The customer has paused the session.
    #[error("the customer has paused the session")]
    Paused,
    /// It would have gone to the customer's own Farhand program, which only the person at the desktop can use.
    #[error(
        "the window there is the customer's own Farhand program, which only the person at the desktop can use; click \
         into another window first"
    )]
    OwnWindow,
}

/// Why a session ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
pub enum EndReason {
    /// The operator ended it.
    #[error("the operator ended the session")]
    Operator,
    /// The customer ended it.
    #[error("the customer ended the session")]
    Customer,
    /// The customer said no.
    #[error("the customer did not allow it")]
    Denied,
    /// The customer did not answer in time.
    #[error("the customer did not answer in time, which counts as no")]
    NoAnswer,
    /// The customer's desktop is gone: logged off or crashed.
    #[error("the customer's desktop is gone: {0}")]
    DisplayGone(Text<MAX_REASON>),
    /// The other end broke the protocol.
    #[error("the other program broke the protocol: {0}")]
    Protocol(Text<MAX_REASON>),
    /// The two words were not the same on both screens.
    #[error("the two words were not the same on both screens: somebody may be in between")]
    WordsDiffer,
}
