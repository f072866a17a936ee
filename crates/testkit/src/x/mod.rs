//! Real X servers with real programs on them, for tests of what drives or shows a desktop.
//!
//! Everything here picks its own display and its own files, and ends with its owner. A missing program is a
//! panic that names the package: a test on a real desktop never passes by not running.

mod drag;
mod eye;
mod picture;
mod program;
mod rfb;
mod server;

pub use drag::Drag;
pub use eye::{Eye, Place};
pub use picture::Picture;
pub use program::{Program, ScratchDir, eventually};
pub use rfb::RfbClient;
pub use server::XServer;
