//! Ends work between two steps of it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Set by whoever does not want the work any more. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicU8>);

const ENDS: u8 = 1;
const DISCARDS: u8 = 2;

impl Stop {
    /// Ends the work.
    pub fn set(&self) {
        self.0.fetch_or(ENDS, Ordering::Release);
    }

    /// Ends the work, and nobody will want to go on with it.
    pub fn discard(&self) {
        self.0.fetch_or(ENDS | DISCARDS, Ordering::Release);
    }

    pub(crate) fn discards(&self) -> bool {
        self.0.load(Ordering::Acquire) & DISCARDS != 0
    }

    /// Whether it is to end.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }

    pub(crate) fn check(&self) -> io::Result<()> {
        if self.is_set() { Err(io::Error::other("it was stopped")) } else { Ok(()) }
    }
}
