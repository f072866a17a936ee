//! The relay: it pairs clients and consoles and carries sealed bytes that it cannot read.
//!
//! `main.rs` is a few lines around this library, so that tests start the real relay inside their own process:
//! [`config`] says what it shall do, [`state`] is its key and certificate, [`server`] runs it.

pub mod acme;
mod audit;
pub mod commands;
pub mod config;
mod counters;
mod descriptors;
mod door;
mod driver;
mod forward;
mod journal;
mod leg;
pub mod listen;
pub mod logs;
pub mod options;
mod pages;
pub mod server;
mod session;
pub mod state;
mod throttle;
