//! Real programs against ends, and a relay, that break every rule: each case ends closed with the right words on
//! the honest side, no pixel sent, nothing done, nothing left running.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod back;
mod consent;
mod handshake;
mod legs;
mod middle;
mod passwords;
mod pictures;
mod sealed;
mod stalls;
mod tickets;
