//! Turns a changing picture into few bytes and back: change detection, encoders and decoders.
//!
//! An [`Encoder`] knows what the receiver has. [`Encoder::damage`] tells it where the picture may have changed;
//! [`Encoder::encode`] writes one update with what the receiver lacks, most urgent first, within a budget. A
//! [`Decoder`] at the other end applies the updates in order. Photographs and what keeps moving may come roughly
//! first, and are made exact when they stand still: once an update says [`State::Exact`], both pictures are equal,
//! pixel by pixel.
//!
//! Updates depend on those before them. Where one is lost, or the decoder fails, the receiver asks for a fresh
//! start and the sender calls [`Encoder::reset`].
//!
//! The first byte of an update is the number of the codec that made it. [`encoder`] makes the codec that suits
//! best, [`decoder`] understands every one of them.

mod tiles;

use farhand_proto::screen::{Picture, Region, Room, Size};
use farhand_proto::time::Moment;
use thiserror::Error;

/// Sends a changing picture to one receiver.
///
/// Call [`Encoder::damage`] for every change of the picture, then [`Encoder::encode`] as often as there is room to
/// send and [`Encoder::pending`] says so: at once, or when the moment of [`Encoder::poll_timeout`] has come. Where
/// several changes come between two calls of `encode`, only the newest pixels travel.
pub trait Encoder: Send {
    /// Starts afresh with a picture of this size: the receiver knows nothing any more. A picture of another size
    /// given to the other methods does this by itself.
    fn reset(&mut self, size: Size);

    /// These parts of the picture may have changed since the last call. They are compared with what the receiver
    /// has, and only real differences are kept to be sent.
    fn damage(&mut self, picture: &Picture, region: &Region);

    /// Whether there is something to send now, be it only the news that nothing is lacking.
    fn pending(&self, now: Moment) -> bool;

    /// When something that was sent roughly is to be made exact, unless it changes again before.
    fn poll_timeout(&self) -> Option<Moment>;

    /// Appends to `out` one update with what the receiver lacks, as it is in `picture` now: recent small changes
    /// first, then the rest, oldest first, and with what room is left what was rough for long enough. All changes of the
    /// picture must have been reported by [`Encoder::damage`] before.
    ///
    /// On a line of less than 1 Mbit/s a page that is new comes with few colours first, so that it can be read soon.
    ///
    /// It stops at about as many bytes as there is room for, at most some 4 KiB past it, but always makes progress. An
    /// update never has more than [`farhand_proto::limits::MAX_UPDATE`] bytes. Where nothing is pending, nothing is appended.
    fn encode(&mut self, picture: &Picture, room: Room, now: Moment, out: &mut Vec<u8>) -> Encoded;
}

/// What one call of [`Encoder::encode`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoded {
    /// What the receiver of this update has.
    pub state: State,
    /// The size of the update; 0 where nothing was pending.
    pub bytes: usize,
}

/// How the receiver's picture and the sender's compare, at the moment when an update was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Something is lacking; another update follows as soon as there is room.
    Partial,
    /// Nothing is lacking, but some of it is only nearly right until it stands still for a while.
    Rough,
    /// Both are equal, pixel by pixel.
    Exact,
}

/// Rebuilds a picture from the updates of one [`Encoder`], applied in order, each once.
pub trait Decoder: Send {
    /// Applies one update to the picture.
    ///
    /// # Errors
    /// The update is not what an encoder writes after those before it. The picture may then be partly updated, and
    /// everything but a fresh start is refused with [`DecodeError::NeedsFreshStart`]: ask the sender for one.
    fn decode(&mut self, update: &[u8]) -> Result<Decoded, DecodeError>;

    /// The picture as known so far; empty before the first update.
    fn picture(&self) -> &Picture;
}

/// What one update changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Covers all pixels that changed. After a fresh start that is the whole picture.
    pub changed: Region,
    /// What of the sender's picture is there now.
    pub state: State,
    /// The picture was started afresh: black where the update painted nothing, possibly of another size.
    pub fresh: bool,
}

/// Why an update can't be applied.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The first byte names a codec that this program does not have.
    #[error(
        "the other side sends its screen in a form that this program doesn't know (codec {0}); \
         update the older of the two programs"
    )]
    UnknownCodec(u8),
    /// An update came before the first fresh start, or after one that failed.
    #[error("the screen's picture has a gap; the other side has to send it afresh")]
    NeedsFreshStart,
    /// The size of the picture is 0 or past the limits.
    #[error("the other side announced a screen of {} x {} pixels, which is not possible", .0.width, .0.height)]
    Size(Size),
    /// There is no memory for a picture of this size.
    #[error(
        "this computer has no memory left for a screen of {} x {} pixels; close other programs or choose a single \
         monitor",
        .0.width, .0.height
    )]
    Memory(Size),
    /// The bytes are not what an encoder writes.
    #[error("the other side sent a damaged screen update ({0}); it has to send the picture afresh")]
    Damaged(&'static str),
}

/// The encoder that suits best.
#[must_use]
pub fn encoder() -> Box<dyn Encoder> {
    Box::new(tiles::TileEncoder::new())
}

/// A decoder for whatever [`encoder`] writes.
#[must_use]
pub fn decoder() -> Box<dyn Decoder> {
    Box::new(tiles::TileDecoder::new())
}
