//! Files and folders of a system as a transfer's pieces: a [`Source`] reads them, a [`Target`] writes them.
//!
//! Both block, and know neither sessions nor threads. What a file is called on this system is decided in `names`.

mod folders;
mod hash;
mod names;
mod problem;
mod source;
mod stop;
mod system;
mod target;

pub use folders::{downloads, resolve};
pub use source::Source;
pub use stop::Stop;
pub use target::{Answer, Goes, Leftovers, Target};
