//! The real programs on real X servers, for tests from end to end.
//!
//! A [`Relay`], a [`Client`] and a [`Console`] are processes of their own, driven as a script would drive them: by
//! their command lines, their JSON lines and their exit codes. An [`Eye`] tells what the X server itself knows.
//! All of them end with their owner, and every wait is for an event, with half a minute of patience.
#![cfg(target_os = "linux")]

pub mod bench;
mod client;
mod console;
mod desk;
pub mod fuzz;
pub mod inprocess;
mod network;
mod panel;
pub mod pictures;
mod process;
mod programs;
pub mod proxies;
mod reader;
mod relay;
mod scene;
pub mod simulation;
mod window;

pub use client::{Client, Ready};
pub use console::{Console, Outcome};
pub use desk::{BAR, Desk, MAIN};
pub use farhand_testkit::x::{Eye, Picture, Place, eventually};
pub use network::{Lan, Network};
pub use panel::{Panel, TrayMenu};
pub use process::{Process, children_of, is_running};
pub use reader::{Node, Reader, Role};
pub use relay::{Operator, Relay};
pub use scene::{RawTerminal, mouse_terminal, raw_terminal};
pub use window::{Keys, Person, Window};
