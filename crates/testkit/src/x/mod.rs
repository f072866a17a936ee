//! Real X servers with real programs on them, for tests of what drives or shows a desktop.
//!
//! Everything here picks its own display and its own files, and ends with its owner. A missing program is a
//! panic that names the package: a test on a real desktop never passes by not running.

mod program;
mod rfb;
mod server;

pub use program::{Program, ScratchDir};
pub use rfb::RfbClient;
pub use server::{Pixels, XServer};
