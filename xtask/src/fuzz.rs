//! `cargo xtask fuzz TARGET`: one fuzz target of the folder `fuzz`, for a while.

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::cmd::Cmd;
use crate::tools;
use crate::workspace::Workspace;

/// Of cargo-fuzz.
const VERSION: &str = "0.13.2";

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
    if !Cmd::new("rustc").args(["--version"]).env("RUSTUP_TOOLCHAIN", "nightly").succeeds() {
        bail!("Fuzzing needs a nightly Rust, whose sanitizers it uses: rustup toolchain install nightly");
    }
    let program = tools::installed(workspace, "cargo-fuzz", VERSION, &[])?;
    let built = workspace.root.join("target/fuzz");
    // What a run finds goes first; what is kept in the repository is only read.
    let found = built.join("corpus").join(&options.target);
    let kept = folder.join("corpus").join(&options.target);
    std::fs::create_dir_all(&found).with_context(|| format!("{} can't be made", found.display()))?;
    Cmd::new(program)
        .args(["fuzz", "run", "--target-dir"])
        .args([&built])
        .args([&options.target])
        .args([found, kept])
        .args(["--", "-rss_limit_mb=1024", "-timeout=10", "-print_final_stats=1"])
        .args([format!("-max_total_time={}", options.seconds)])
        .env("RUSTUP_TOOLCHAIN", "nightly")
        .folder(&folder)
        .minutes(20 + options.seconds / 60)
        .run()
}
