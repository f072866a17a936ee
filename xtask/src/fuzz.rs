//! `cargo xtask fuzz TARGET`: one fuzz target of the folder `fuzz`, for a while.

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::cmd::Cmd;
use crate::workspace::Workspace;

/// What to fuzz, and for how long.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The target: the name of a file in fuzz/fuzz_targets, without `.rs`
    target: String,
    /// How long
    #[arg(long, default_value_t = 60, value_name = "N")]
    seconds: u64,
}

/// Runs the target with cargo-fuzz, which needs a nightly Rust for the sanitizers.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let folder = workspace.root.join("fuzz");
    let mut targets = Vec::new();
    let listing =
        std::fs::read_dir(folder.join("fuzz_targets")).context("there is no folder fuzz/fuzz_targets")?;
    for entry in listing {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            targets.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    targets.sort();
    if !targets.contains(&options.target) {
        bail!("There is no fuzz target {}. There are: {}", options.target, targets.join(", "));
    }
    if !Cmd::cargo().args(["+nightly", "fuzz", "--version"]).succeeds() {
        bail!(
            "Fuzzing needs a nightly Rust and cargo-fuzz: rustup toolchain install nightly, cargo install cargo-fuzz"
        );
    }
    Cmd::cargo()
        .args(["+nightly", "fuzz", "run", &options.target, "--", "-rss_limit_mb=1024"])
        .args([format!("-max_total_time={}", options.seconds)])
        .env_remove("RUSTUP_TOOLCHAIN")
        .folder(&folder)
        .minutes(10 + options.seconds / 60)
        .run()
}
