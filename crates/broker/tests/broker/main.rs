//! The broker from outside, in virtual time.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod limits;
mod machine;
mod resume;
mod rules;
mod world;
