//! What happens inside the seal: one state machine for the customer's client, one for the operator's console.
//!
//! Both are driven the same way: hand in every message that arrives with `handle`, and the passing of time with
//! `handle_timeout` at the moment that `poll_timeout` names; after each call take out events with `poll_event` and
//! frames to send with `poll_transmit`, until both give `None`. Frames are to be taken only when the link can take
//! them: what has not been taken yet can still be replaced by something newer.

pub mod client;
mod clipboard;
pub mod console;
mod files;
mod lane;
mod line;
mod pacing;
mod words;

pub use client::{ClientEvent, ClientSession, Unfinished};
pub use clipboard::ClipboardError;
pub use console::{ActError, ConsoleEvent, ConsoleSession, Statistics};
pub use files::{Direction, FileEvent, Progress, Stopped, TransferError, Transfers};
pub use line::{Ended, LineState, RESUME_WINDOW};
pub use words::SayError;
