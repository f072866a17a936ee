//! `cargo xtask bench NAME`: the programs as people get them, measured.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::cmd::Cmd;
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

/// What there is to measure.
const NAMES: [&str; 7] = ["start", "present", "flood", "resume", "reach", "codec", "picture"];

/// What is measured within the bench itself is compiled as in the programs.
const AS_GIVEN_OUT: [&str; 13] = [
    // What surrounds it is only to be quick.
    "profile.dev.package.farhand-tests.opt-level=2",
    "profile.dev.package.farhand-proto.opt-level=3",
    "profile.dev.package.farhand-proto.debug-assertions=false",
    "profile.dev.package.farhand-proto.overflow-checks=false",
    "profile.dev.package.farhand-media.opt-level=3",
    "profile.dev.package.farhand-media.debug-assertions=false",
    "profile.dev.package.farhand-media.overflow-checks=false",
    "profile.dev.package.farhand-window.opt-level=3",
    "profile.dev.package.farhand-window.debug-assertions=false",
    "profile.dev.package.farhand-window.overflow-checks=false",
    "profile.dev.package.softbuffer.opt-level=3",
    "profile.dev.package.softbuffer.debug-assertions=false",
    "profile.dev.package.softbuffer.overflow-checks=false",
];

/// What to measure and how often.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Which benchmark: start (how soon the two windows show, memory, idle CPU, sizes), present (how long a change of
    /// a remote picture takes into the window), flood (a session's echo and the relay's memory among 10000 idle
    /// clients and in a storm of 2000 strangers), resume (how soon a session is back after its relay was killed, at 100 ms
    /// of round trip, and whether a word is lost; 20 kills a run), reach (how soon the way to the relay is found behind firewalls and proxies, and what an encapsulation
    /// costs), codec (bytes and time of recorded scenes, through the
    /// encoder and back), picture (the whole way from screen to screen, beside TigerVNC and x11vnc, at once and over
    /// slow lines)
    name: String,
    /// Also write the figures as JSON into this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also draw the figures into this file (picture alone)
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Measure these alone, with commas between them: scenes (codec, picture), or the echo of keys (picture: echo)
    #[arg(long, value_name = "SCENES")]
    only: Option<String>,
    /// How often each figure is measured
    #[arg(long, value_name = "TIMES", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    runs: u16,
}

/// Builds the programs in the profile that they are given out in, and measures them.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if !NAMES.contains(&options.name.as_str()) {
        bail!("There is no benchmark {:?}; there are: {}", options.name, NAMES.join(", "));
    }
    if options.svg.is_some() && options.name != "picture" {
        bail!("Only the benchmark picture can be drawn; leave out --svg");
    }
    setup::ensure(&[Purpose::Test, Purpose::Demo, Purpose::Bench])?;
    match options.name.as_str() {
        "start" | "picture" | "reach" => {
            build(workspace, &["farhand-relay", "farhand-client", "farhand-operator"])?;
        }
        "flood" | "resume" => build(workspace, &["farhand-relay"])?,
        _ => {}
    }
    let mut measure = Cmd::cargo()
        .args(["run", "--quiet", "--locked", "--package", "farhand-tests", "--bin", "bench"])
        .args(AS_GIVEN_OUT.iter().flat_map(|setting| ["--config", setting]))
        .args(["--"])
        .args([&options.name, "--runs", &options.runs.to_string(), "--programs"])
        .args([workspace.target.join("dist")])
        .minutes(120);
    if let Some(only) = &options.only {
        measure = measure.args(["--only", only]);
    }
    if let Some(json) = &options.json {
        measure = measure.args(["--json".as_ref(), json.as_os_str()]);
    }
    if let Some(svg) = &options.svg {
        measure = measure.args(["--svg".as_ref(), svg.as_os_str()]);
    }
    measure.run()
}

/// Builds programs as people get them: each by itself, so that none has in it what only another one needs.
fn build(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    for package in packages {
        Cmd::cargo()
            .args(["build", "--locked", "--profile", "dist", "--target-dir"])
            .args([&workspace.target])
            .args(["-p", package])
            .minutes(30)
            .run()?;
    }
    Ok(())
}
