//! What tests of several crates share: real X servers with real programs on them, an end of a session's TLS that is
//! worked by hand, and pictures of windows as they looked before.

pub mod snapshots;
pub mod tls;
#[cfg(target_os = "linux")]
pub mod x;
