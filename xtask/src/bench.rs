//! `cargo xtask bench NAME`: the programs as people get them, measured.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::cmd::Cmd;
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

/// What there is to measure.
const NAMES: [&str; 1] = ["start"];

/// What to measure and how often.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Which benchmark: start (how soon the two windows show, memory, idle CPU, sizes)
    name: String,
    /// Also write the figures as JSON into this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How often each figure is measured
    #[arg(long, value_name = "TIMES", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    runs: u16,
}

/// Builds the programs in the profile that they are given out in, and measures them.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if !NAMES.contains(&options.name.as_str()) {
        bail!("There is no benchmark {:?}; there is: {}", options.name, NAMES.join(", "));
    }
    setup::ensure(&[Purpose::Test, Purpose::Demo])?;
    build(workspace)?;
    let mut measure = Cmd::cargo()
        .args(["run", "--quiet", "--locked", "--package", "farhand-tests", "--bin", "bench", "--"])
        .args([&options.name, "--runs", &options.runs.to_string(), "--programs"])
        .args([workspace.target.join("dist")])
        .minutes(30);
    if let Some(json) = &options.json {
        measure = measure.args(["--json".as_ref(), json.as_os_str()]);
    }
    measure.run()
}

/// Builds the three programs as people get them.
fn build(workspace: &Workspace) -> Result<()> {
    Cmd::cargo()
        .args(["build", "--locked", "--profile", "dist", "--target-dir"])
        .args([&workspace.target])
        .args(["-p", "farhand-relay", "-p", "farhand-client", "-p", "farhand-operator"])
        .minutes(30)
        .run()
}
