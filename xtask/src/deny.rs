//! cargo-deny: found, or built once into the target folder.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::cmd::Cmd;
use crate::workspace::Workspace;

/// The version that deny.toml is written for.
const VERSION: &str = "0.20.2";

/// Runs cargo-deny on the lock file with these checks.
pub(crate) fn check(workspace: &Workspace, checks: &[&str]) -> Result<()> {
    let program = program(workspace)?;
    Cmd::new(program).args(["--locked", "check"]).args(checks).run()
}

/// The path of a cargo-deny of the right version.
fn program(workspace: &Workspace) -> Result<PathBuf> {
    let tools = workspace.target.join("tools");
    let own = tools.join("bin/cargo-deny");
    for candidate in [PathBuf::from("cargo-deny"), own.clone()] {
        let version = Cmd::new(&candidate).args(["--version"]).output().unwrap_or_default();
        if version.trim() == format!("cargo-deny {VERSION}") {
            return Ok(candidate);
        }
    }
    println!("Building cargo-deny {VERSION} into {} (once)", tools.display());
    // Unoptimised it builds sooner, and it runs for two seconds only.
    let build = tools.join("build");
    Cmd::cargo()
        .args(["install", "cargo-deny", "--locked", "--force", "--profile", "dev", "--no-default-features"])
        .args(["--version", &format!("={VERSION}"), "--root"])
        .args([&tools])
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_TARGET_DIR", &build)
        .minutes(20)
        .run()
        .context("cargo-deny can't be built; it comes from crates.io, which must be reachable once")?;
    // Several hundred megabytes that nothing needs again.
    std::fs::remove_dir_all(&build).with_context(|| format!("{} can't be removed", build.display()))?;
    Ok(own)
}
