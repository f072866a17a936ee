//! The real relay on this machine's own network, met by the dialer that clients and consoles use.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod command_line;
mod floods;
mod hostile;
mod pairing;
mod running;
mod sessions;
mod stopping;
