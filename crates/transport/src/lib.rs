//! Legs: how a program reaches a relay and how a relay takes it in.
//!
//! A leg is TLS 1.3 over TCP, or inside something that looks like web traffic to the network. The relay shows a self-signed certificate whose key the program knows by its
//! [`Pin`]; the program proves an ephemeral key of its own with a raw public key (RFC 7250). Trust is in the pin
//! alone: names, issuers and dates of the certificate are not looked at.

pub mod accept;
pub mod dial;
pub mod direct;
pub mod http;
pub mod identity;
pub mod ladder;
mod leg;
pub mod measure;
pub mod pin;
pub mod proxy;
mod socket;
pub mod survey;
pub mod system;
pub mod target;
mod tls;
pub mod web;
pub mod websocket;

pub use accept::{Acceptor, Arrival};
pub use dial::dial;
pub use identity::Identity;
pub use ladder::{Encapsulation, Ladder, RelayAddress, Rung};
pub use leg::{Leg, LegError, LegStream};
pub use pin::Pin;
pub use proxy::{Proxy, ProxyChoice};
pub use socket::{Carrier, Carries};
pub use target::Target;
pub use websocket::WebSocket;
