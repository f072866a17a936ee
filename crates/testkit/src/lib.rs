//! What tests of several crates share: real X servers with real programs on them.

#[cfg(target_os = "linux")]
pub mod x;
