//! What the window shows and what comes out of it.

mod flow;
mod snapshots;
mod texts;
mod tree;
