//! One zstd stream that goes on over all updates, so that earlier updates are the history of later ones.

use zstd::stream::raw::{CParameter, DParameter, Decoder, Encoder, InBuffer, Operation, OutBuffer};

use super::MAX_BOX_HEADER;
use crate::DecodeError;

/// The stream looks back 2^20 bytes: 1 MiB at both ends.
const WINDOW_LOG: u32 = 20;
const LEVEL: i32 = 1;
/// What is unpacked at a time. It holds at least one box of the largest kind.
const UNPACKED: usize = 32 * 1024;

/// What zstd expects next where a flush ended a block.
const BLOCK_HEADER: usize = 3;

const _: () = assert!(UNPACKED >= MAX_BOX_HEADER + super::boxes::MAX_PAYLOAD);

/// The packing end.
pub(super) struct Packer {
    context: Encoder<'static>,
}

impl Packer {
    pub(super) fn new() -> Self {
        let mut context = Encoder::new(LEVEL).expect(OUT_OF_MEMORY);
        context.set_parameter(CParameter::WindowLog(WINDOW_LOG)).expect("the window is one that zstd has");
        Self { context }
    }

    /// Forgets the history and begins another stream.
    pub(super) fn restart(&mut self) {
        self.context.reinit().expect("zstd can always drop a stream");
    }

    /// Takes bytes in; what becomes of them may come out now or with the next [`Packer::flush`].
    pub(super) fn write(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut input = InBuffer::around(bytes);
        while input.pos() < bytes.len() {
            out.reserve(1024);
            let end = out.len();
            self.context.run(&mut input, &mut OutBuffer::around_pos(out, end)).expect(OUT_OF_MEMORY);
        }
    }

    /// Makes everything written so far come out.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) {
        loop {
            out.reserve(1024);
            let end = out.len();
            if self.context.flush(&mut OutBuffer::around_pos(out, end)).expect(OUT_OF_MEMORY) == 0 {
                return;
            }
        }
    }
}

const OUT_OF_MEMORY: &str = "packing only fails where memory has run out";

/// The unpacking end. The bytes may be hostile.
pub(super) struct Unpacker {
    context: Decoder<'static>,
    buffer: Box<[u8]>,
    /// The part of the buffer that is unpacked and not taken yet.
    start: usize,
    end: usize,
}

impl Unpacker {
    pub(super) fn new() -> Self {
        let mut context = Decoder::new().expect("zstd can always make a context without a dictionary");
        context.set_parameter(DParameter::WindowLogMax(WINDOW_LOG)).expect("the window is one that zstd has");
        Self { context, buffer: vec![0; UNPACKED].into(), start: 0, end: 0 }
    }

    /// Forgets the history and begins another stream.
    pub(super) fn restart(&mut self) {
        self.context.reinit().expect("zstd can always drop a stream");
    }

    /// Unpacks the next piece of the stream.
    pub(super) fn piece<'a>(&'a mut self, packed: &'a [u8]) -> Piece<'a> {
        self.start = 0;
        self.end = 0;
        Piece { unpacker: self, input: InBuffer::around(packed), drained: packed.is_empty() }
    }
}

/// One piece of the stream: what one update brought.
pub(super) struct Piece<'a> {
    unpacker: &'a mut Unpacker,
    input: InBuffer<'a>,
    /// Nothing more comes than what lies in the buffer.
    drained: bool,
}

impl Piece<'_> {
    /// Whether everything was taken.
    pub(super) fn is_at_end(&mut self) -> Result<bool, DecodeError> {
        Ok(!self.fill(1)?)
    }

    /// The next `count` bytes, at most [`UNPACKED`].
    pub(super) fn take(&mut self, count: usize) -> Result<&[u8], DecodeError> {
        if !self.fill(count)? {
            return Err(DecodeError::Damaged("it ends within a box"));
        }
        let start = self.unpacker.start;
        self.unpacker.start += count;
        Ok(&self.unpacker.buffer[start..start + count])
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, DecodeError> {
        Ok(self.take(1)?[0])
    }

    /// The next few bytes.
    pub(super) fn array<const COUNT: usize>(&mut self) -> Result<[u8; COUNT], DecodeError> {
        let mut bytes = [0; COUNT];
        bytes.copy_from_slice(self.take(COUNT)?);
        Ok(bytes)
    }

    /// Unpacks until `count` bytes lie ready; false if the piece ends before.
    fn fill(&mut self, count: usize) -> Result<bool, DecodeError> {
        let Unpacker { context, buffer, start, end } = &mut *self.unpacker;
        if *end - *start >= count {
            return Ok(true);
        }
        buffer.copy_within(*start..*end, 0);
        *end -= *start;
        *start = 0;
        while *end < count && !self.drained {
            let mut output = OutBuffer::around(&mut buffer[*end..]);
            let status = context.run(&mut self.input, &mut output);
            let written = output.pos();
            *end += written;
            let expected = status.map_err(|_| DecodeError::Damaged("its compressed stream is broken"))?;
            if expected == 0 {
                return Err(DecodeError::Damaged("its compressed stream ends"));
            }
            self.drained = self.input.pos() == self.input.src.len() && *end < buffer.len();
            if self.drained && expected != BLOCK_HEADER {
                return Err(DecodeError::Damaged("its compressed stream is cut off"));
            }
        }
        Ok(*end >= count)
    }
}
