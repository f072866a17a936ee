//! Every limit on what a peer may send, in one place.

/// The most bytes of one frame on a leg to a relay, before or after the peer is known.
pub const MAX_RELAY_FRAME: usize = 16 * 1024;
/// The most plaintext bytes of one session frame: it fits one TLS record.
pub const MAX_SESSION_FRAME: usize = 16 * 1024 - 256;
/// The most plaintext bytes of one frame while the seal is being made.
pub const MAX_SEAL_FRAME: usize = 4 * 1024;

/// The longest side of a picture, in pixels.
pub const MAX_SIDE: u32 = 32_767;
/// The most pixels of a picture: 64 Mi, 256 MiB of memory.
pub const MAX_PIXELS: u64 = 64 * 1024 * 1024;
/// The most bytes of one encoded screen update.
pub const MAX_UPDATE: usize = 8 * 1024 * 1024;
/// The most monitors of a desktop.
pub const MAX_MONITORS: usize = 32;
/// The longest name of a monitor, in bytes of UTF-8.
pub const MAX_MONITOR_NAME: usize = 64;
/// The longest side of a pointer's picture, in pixels. Larger ones are scaled down before they travel.
pub const MAX_POINTER_SIDE: u16 = 60;
/// The most bytes of a pointer's picture, four for each pixel.
pub const MAX_POINTER_BYTES: usize = MAX_POINTER_SIDE as usize * MAX_POINTER_SIDE as usize * 4;

/// The longest text of one input, in bytes of UTF-8.
pub const MAX_INPUT_TEXT: usize = 1024;
/// The most inputs that a client keeps waiting while the person at it uses their own mouse and keyboard.
pub const MAX_HELD_INPUTS: usize = 4096;

/// The longest name of an operator or organisation, in bytes of UTF-8.
pub const MAX_NAME: usize = 128;
/// The longest text that people read of each other, in bytes of UTF-8: a notice in one language, a message.
pub const MAX_PROSE: usize = 1024;
/// The longest text of a clipboard that travels, in bytes of UTF-8.
pub const MAX_CLIPBOARD: usize = 512 * 1024;
/// The longest path that travels, in bytes of UTF-8.
pub const MAX_PATH: usize = 1024;
/// The most bytes of a file in one piece of a transfer.
pub const MAX_FILE_CHUNK: usize = MAX_SESSION_FRAME - 64;
/// The weight of pieces of files that may be under way or wait to be written.
pub const MAX_FILE_WINDOW: u64 = 2 * 1024 * 1024;
/// The most items of one transfer.
pub const MAX_ITEMS: u32 = 250_000;
/// Files up to this size are sent without waiting for the receiver to say from where: a round trip for each of many
/// small files would cost more than sending them again.
pub const SMALL_FILE: u64 = 64 * 1024;
/// The most addresses of a computer that it tells of.
pub const MAX_ADDRESSES: usize = 8;
/// The longest operator's token, in bytes.
pub const MAX_TOKEN: usize = 128;
/// The longest free text of an error, in bytes of UTF-8.
pub const MAX_REASON: usize = 256;
/// The most bytes of a ticket, a claim or a signed voucher.
pub const MAX_SIGNED: usize = 1024;
/// The most bytes of an ALPN name, key or MAC inside a message.
pub const MAX_SHORT: usize = 128;

/// Wrong guesses of one password before the client makes a new one.
pub const GUESSES_PER_PASSWORD: u8 = 3;
/// Passwords spent on wrong guesses before the session ID ends.
pub const PASSWORDS_PER_SESSION_ID: u8 = 3;
