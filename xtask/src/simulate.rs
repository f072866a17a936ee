//! `cargo xtask simulate`: broker, client and console in made-up worlds, many of them.

use anyhow::Result;
use clap::Args;

use crate::cmd::Cmd;
use crate::workspace::Workspace;

/// How many worlds, or which.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// How many worlds, from seed 0 on
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    seeds: u64,
    /// Only the world of this seed; says all that happens in it
    #[arg(long, value_name = "K", conflicts_with = "seeds")]
    seed: Option<u64>,
}

/// Builds the simulation and runs it. A seed that fails is told with the command that repeats it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let which = match options.seed {
        Some(seed) => ["--seed".to_owned(), seed.to_string()],
        None => ["--seeds".to_owned(), options.seeds.to_string()],
    };
    Cmd::cargo()
        .args([
            "run",
            "--quiet",
            "--locked",
            "--package",
            "farhand-tests",
            "--bin",
            "simulate",
            "--target-dir",
        ])
        .args([&workspace.target])
        .args(["--"])
        .args(which)
        .minutes(10 + options.seeds / 100)
        .run()
}
