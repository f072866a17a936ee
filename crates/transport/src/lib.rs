//! Legs: how a program reaches a relay and how a relay takes it in.
//!
//! A leg is TLS 1.3 over TCP. The relay shows a self-signed certificate whose key the program knows by its
//! [`Pin`]; the program proves an ephemeral key of its own with a raw public key (RFC 7250). Trust is in the pin
//! alone: names, issuers and dates of the certificate are not looked at.

pub mod accept;
pub mod dial;
pub mod identity;
mod leg;
pub mod pin;
mod socket;
pub mod system;
pub mod target;
mod tls;

pub use accept::Acceptor;
pub use dial::dial;
pub use identity::Identity;
pub use leg::{Leg, LegError, LegStream};
pub use pin::Pin;
pub use target::Target;
