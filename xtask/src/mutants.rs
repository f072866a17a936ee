//! `cargo xtask mutants`: code that nobody may get wrong is changed in every way that compiles, one place at a time; a
//! change that no test notices is a survivor, and fails the run.

use std::fs;

use anyhow::{Context as _, Result, ensure};

use crate::cmd::Cmd;
use crate::tools;
use crate::workspace::Workspace;

/// Of cargo-mutants.
const VERSION: &str = "27.1.0";

/// With this code it ends when some changes made the tests hang, whatever became of the others.
const TIMEOUTS: i32 = 3;

/// What grants, consent and guesses depend on.
const FILES: [&str; 6] = [
    "crates/proto/src/grant.rs",
    "crates/seal/src/guesses.rs",
    "crates/session/src/client.rs",
    "crates/session/src/client/acts.rs",
    "crates/session/src/client/transfers.rs",
    "crates/session/src/client/words.rs",
];

/// Whose tests have to notice.
const PACKAGES: [&str; 3] = ["farhand-proto", "farhand-seal", "farhand-session"];

const UNNOTICED: &str = "tests do not notice every change; see target/mutants.out/missed.txt";

/// Works in a copy of the tree; the list of what it did is left in target/mutants.out.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let program = tools::installed(workspace, "cargo-mutants", VERSION, &[])?;
    Cmd::new(program)
        .args(["mutants", "--workspace", "--no-shuffle", "--timeout", "25", "--output"])
        .args([&workspace.target])
        .args(FILES.iter().flat_map(|file| ["--file", file]))
        .args(PACKAGES.iter().flat_map(|package| ["--test-package", package]))
        .minutes(180)
        // A change that makes a test hang is noticed as well.
        .accept(TIMEOUTS)
        .run()
        .context(UNNOTICED)?;
    let missed = fs::read_to_string(workspace.target.join("mutants.out/missed.txt"))
        .context("it is not known which changes went unnoticed")?;
    ensure!(missed.trim().is_empty(), "{UNNOTICED}:\n{missed}");
    Ok(())
}
