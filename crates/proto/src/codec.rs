//! How messages become bytes: the frame header, the registry of frame types, and the one place that uses bincode.
//!
//! A frame is a number (1 byte), a length (2 bytes, big endian) and so many bytes of payload. The payload is
//! bincode 2's standard form of the message's fields in order: integers as variable-length little endian, texts
//! and lists behind their length, enums behind the index of their variant. A frame whose payload is longer than
//! its type allows, ends early or has bytes left over is an error, and so is a number that nobody registered.

use bincode::config;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes of a frame's header.
pub const HEADER: usize = 3;

/// What is wrong with bytes that a peer sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// No frame type of this direction has that number.
    #[error("unknown frame type {number} of {registry}")]
    UnknownType {
        /// The number found.
        number: u8,
        /// Which registry was asked.
        registry: &'static str,
    },
    /// The header announces more than this type may have.
    #[error("frame type {number} of {registry} announces {found} bytes, more than its {limit}")]
    TooLong {
        /// The frame's number.
        number: u8,
        /// Which registry was asked.
        registry: &'static str,
        /// The length announced.
        found: usize,
        /// The most allowed.
        limit: usize,
    },
    /// The payload is not what its type says.
    #[error("malformed {0}")]
    Malformed(&'static str),
}

/// All messages of one direction of one protocol.
pub trait Message: Sized {
    /// The registry's name, for errors.
    const REGISTRY: &'static str;

    /// The most payload bytes that this frame type may have; `None` if there is no such type.
    fn limit(number: u8) -> Option<usize>;

    /// This message's frame type.
    fn number(&self) -> u8;

    /// Reads a payload.
    ///
    /// # Errors
    /// The number is unknown, or the payload is not exactly one message of its type.
    fn decode(number: u8, payload: &[u8]) -> Result<Self, DecodeError>;

    /// Appends the payload.
    fn encode_payload(&self, out: &mut Vec<u8>);

    /// Appends header and payload.
    ///
    /// # Panics
    /// The message is longer than its type allows; its field types make that impossible.
    fn encode(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&[self.number(), 0, 0]);
        self.encode_payload(out);
        let length = out.len() - start - HEADER;
        let limit = Self::limit(self.number()).unwrap_or(0);
        assert!(
            length <= limit,
            "{} frame {} has {length} bytes, limit {limit}",
            Self::REGISTRY,
            self.number()
        );
        let length = u16::try_from(length).expect("every limit fits 16 bits");
        out[start + 1..start + HEADER].copy_from_slice(&length.to_be_bytes());
    }

    /// Header and payload on their own.
    fn to_frame(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.encode(&mut out);
        out
    }
}

/// Reads a header and says how long the payload is.
///
/// # Errors
/// The type is unknown, or may not be that long.
pub fn payload_length<M: Message>(header: [u8; HEADER]) -> Result<usize, DecodeError> {
    let [number, high, low] = header;
    let found = usize::from(u16::from_be_bytes([high, low]));
    let limit = M::limit(number).ok_or(DecodeError::UnknownType { number, registry: M::REGISTRY })?;
    if found > limit {
        return Err(DecodeError::TooLong { number, registry: M::REGISTRY, found, limit });
    }
    Ok(found)
}

/// Takes bytes as they come and gives whole messages; it holds at most one frame of the largest size that its
/// caller pushes at once.
#[derive(Debug, Default)]
pub struct FrameBuffer {
    bytes: Vec<u8>,
    start: usize,
}

impl FrameBuffer {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes that arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Bytes that wait for the rest of their frame.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The next whole message, and the bytes that its frame had on the wire; `None` until more bytes come.
    ///
    /// # Errors
    /// The peer broke the protocol; nothing after that can be trusted.
    pub fn next_message<M: Message>(&mut self) -> Result<Option<(M, usize)>, DecodeError> {
        let rest = &self.bytes[self.start..];
        let Some((header, rest)) = rest.split_first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let length = payload_length::<M>(*header)?;
        let Some(payload) = rest.get(..length) else {
            return Ok(None);
        };
        let message = M::decode(header[0], payload)?;
        self.start += HEADER + length;
        Ok(Some((message, HEADER + length)))
    }

    /// Takes whatever is left, for a protocol that ends in other bytes.
    #[must_use]
    pub fn into_rest(mut self) -> Vec<u8> {
        self.bytes.split_off(self.start)
    }
}

/// Appends a value in its wire form. Also what is signed and hashed.
///
/// # Panics
/// Never: every type of this crate can be written.
pub fn put<T: Serialize>(value: &T, out: &mut Vec<u8>) {
    bincode::serde::encode_into_std_write(value, out, config::standard()).expect("a Vec takes every byte");
}

/// Reads a value that fills the bytes exactly.
///
/// # Errors
/// It does not, or a length in it passes a limit.
pub fn get<T: DeserializeOwned>(bytes: &[u8], name: &'static str) -> Result<T, DecodeError> {
    // No frame is longer than 64 KiB, so no length inside one can be either.
    let config = config::standard().with_limit::<{ 64 * 1024 }>();
    match bincode::serde::decode_from_slice(bytes, config) {
        Ok((value, used)) if used == bytes.len() => Ok(value),
        Ok(_) | Err(_) => Err(DecodeError::Malformed(name)),
    }
}

/// Declares the messages of one direction: number, name, most payload bytes, fields.
macro_rules! messages {
    (
        $(#[$outer:meta])* pub enum $name:ident = $registry:literal;
        $($(#[$doc:meta])* $number:literal $message:ident ($limit:expr) {
            $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
        })*
    ) => {
        $(#[$outer])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $message { $($(#[$field_doc])* $field: $type),* },)*
        }

        impl $crate::codec::Message for $name {
            const REGISTRY: &'static str = $registry;

            fn limit(number: u8) -> Option<usize> {
                match number {
                    $($number => Some($limit),)*
                    _ => None,
                }
            }

            fn number(&self) -> u8 {
                match self {
                    $(Self::$message { .. } => $number,)*
                }
            }

            fn decode(number: u8, payload: &[u8]) -> Result<Self, $crate::codec::DecodeError> {
                match number {
                    $($number => {
                        const NAME: &str = concat!($registry, " ", stringify!($message));
                        let ($($field,)*): ($($type,)*) = $crate::codec::get(payload, NAME)?;
                        Ok(Self::$message { $($field),* })
                    })*
                    _ => Err($crate::codec::DecodeError::UnknownType { number, registry: $registry }),
                }
            }

            fn encode_payload(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$message { $($field),* } => {
                        $crate::codec::put(&($($field,)*), out);
                    })*
                }
            }
        }
    };
}
pub(crate) use messages;
