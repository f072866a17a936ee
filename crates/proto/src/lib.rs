//! The vocabulary of Farhand: ids, limits, versions and the messages that relay, client and console exchange.
//!
//! Nothing here reads a clock, a socket or a random source. `docs/PROTOCOL.md` is the prose beside it.

pub mod bounded;
pub mod codec;
pub mod grant;
pub mod id;
pub mod input;
pub mod language;
pub mod limits;
pub mod name;
pub mod notice;
pub mod prose;
pub mod relay;
pub mod screen;
pub mod seal;
pub mod session;
pub mod time;
pub mod transfer;
pub mod version;
