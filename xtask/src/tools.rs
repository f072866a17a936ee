//! Programs for checking, as crates.io has them: found, or built once into the target folder.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::cmd::Cmd;
use crate::workspace::Workspace;

/// The path of this version of a program; built with these arguments where it is missing.
pub(crate) fn installed(
    workspace: &Workspace,
    name: &str,
    version: &str,
    arguments: &[&str],
) -> Result<PathBuf> {
    let tools = workspace.target.join("tools");
    let own = tools.join("bin").join(name);
    // Some say "cargo-deny 0.20.2" to both, some answer only as a command of cargo.
    let said = format!("{name} {version}");
    for candidate in [PathBuf::from(name), own.clone()] {
        if Cmd::new(&candidate).args(["--version"]).output().is_ok_and(|answer| answer.trim() == said) {
            return Ok(candidate);
        }
    }
    println!("Building {name} {version} into {} (once)", tools.display());
    // Unoptimised it builds sooner.
    let build = tools.join("build");
    Cmd::cargo()
        .args(["install", name, "--locked", "--force", "--profile", "dev"])
        .args(arguments)
        .args(["--version", &format!("={version}"), "--root"])
        .args([&tools])
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_TARGET_DIR", &build)
        .minutes(20)
        .run()
        .with_context(|| {
            format!("{name} can't be built; it comes from crates.io, which must be reachable once")
        })?;
    // Several hundred megabytes that nothing needs again.
    std::fs::remove_dir_all(&build).with_context(|| format!("{} can't be removed", build.display()))?;
    Ok(own)
}
