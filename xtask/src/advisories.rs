//! `cargo xtask advisories`: known vulnerabilities among the dependencies.
//!
//! Not a part of `cargo xtask test`: the answer depends on a database outside of the repository, so
//! the same commit may pass today and fail tomorrow.

use anyhow::{Context as _, Result};

use crate::deny;
use crate::workspace::Workspace;

/// Fetches the RustSec database and looks every locked dependency up.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    println!("Fetching the RustSec advisory database; the result depends on today's state of it.");
    deny::check(workspace, &["advisories"]).context(
        "Either a dependency has a known weakness (see above), or the database at github.com could not be fetched",
    )
}
