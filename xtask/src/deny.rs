//! cargo-deny: licences, bans, sources and known weaknesses.

use anyhow::Result;

use crate::cmd::Cmd;
use crate::tools;
use crate::workspace::Workspace;

/// The version that deny.toml is written for.
const VERSION: &str = "0.20.2";

/// Runs cargo-deny on the lock file with these checks.
pub(crate) fn check(workspace: &Workspace, checks: &[&str]) -> Result<()> {
    let program = tools::installed(workspace, "cargo-deny", VERSION, &["--no-default-features"])?;
    Cmd::new(program).args(["--locked", "check"]).args(checks).run()
}
