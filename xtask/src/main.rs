//! Builds, checks, tests and shows Farhand: `cargo xtask COMMAND`.

mod advisories;
mod bench;
mod ci;
mod cmd;
mod demo;
mod deny;
mod fuzz;
mod mutants;
mod setup;
mod simulate;
mod steps;
mod test;
mod tools;
mod windows;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::setup::Purpose;
use crate::workspace::Workspace;

/// Builds, checks, tests and shows Farhand.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start relay, client and console on this machine, connect them, type a line through the
    /// session and save a picture of what the operator sees
    Demo(demo::Options),
    /// Run everything that CI runs: the static checks, every test, the Windows compile
    Test,
    /// Run the static checks only: dependency edges, sources, format, lints, docs, licences
    Ci,
    /// Measure the programs as people get them, beside a peer in the same run
    Bench(bench::Options),
    /// Compile client and console for Windows
    CheckWindows,
    /// Look for known vulnerabilities in the dependencies (fetches the RustSec database)
    Advisories,
    /// Run the fuzz targets, all or one of them
    Fuzz(fuzz::Options),
    /// Run broker, client and console in made-up worlds whose network and relay fail at random; each follows from a seed
    Simulate(simulate::Options),
    /// Change what grants, consent and guesses depend on in every way that compiles, and see that tests notice
    Mutants,
    /// Install the Debian packages that the other commands need
    Setup,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let workspace = Workspace::load()?;
    match command {
        Command::Demo(options) => demo::run(&workspace, &options),
        Command::Test => test::run(&workspace),
        Command::Ci => ci::run(&workspace),
        Command::Bench(options) => bench::run(&workspace, &options),
        Command::CheckWindows => windows::run(&workspace),
        Command::Advisories => advisories::run(&workspace),
        Command::Fuzz(options) => fuzz::run(&workspace, &options),
        Command::Simulate(options) => simulate::run(&workspace, &options),
        Command::Mutants => mutants::run(&workspace),
        Command::Setup => setup::ensure(&[Purpose::Test, Purpose::Demo, Purpose::Windows]),
    }
}
