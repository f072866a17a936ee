//! The digest of a file's contents.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use aws_lc_rs::digest::{Context, SHA256};

use crate::stop::Stop;

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// A digest under way.
pub(crate) struct Hash(Context);

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hash")
    }
}

impl Hash {
    pub(crate) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Takes in the first so many bytes of a file, and leaves it behind them.
    pub(crate) fn read_start(&mut self, file: &mut File, bytes: u64, stop: &Stop) -> io::Result<()> {
        file.seek(SeekFrom::Start(0))?;
        let mut buffer = vec![0; CHUNK];
        let mut left = bytes;
        while left > 0 {
            stop.check()?;
            let most = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            let count = file.read(&mut buffer[..most])?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.update(&buffer[..count]);
            left -= count as u64;
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(self.0.finish().as_ref());
        digest
    }
}
