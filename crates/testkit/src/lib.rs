//! What tests of several crates share: real X servers with real programs on them, and an end of a session's TLS that
//! is worked by hand.

pub mod tls;
#[cfg(target_os = "linux")]
pub mod x;
