//! Both machines face to face, in virtual time.

#![expect(clippy::unwrap_used, reason = "a test ends where an expectation fails")]

mod both_ends;
mod carried;
mod grants;
mod pacing;
mod resume;
mod world;
