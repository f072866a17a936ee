//! The codec from both ends.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
mod format;
mod hostile;
mod line;
mod lossless;
mod rough;
mod urgency;
