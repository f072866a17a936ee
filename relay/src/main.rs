//! `farhand-relay`: see `--help`.

use std::process::ExitCode;

use clap::Parser;
use farhand_relay::commands;
use farhand_relay::options::Options;

fn main() -> ExitCode {
    match commands::execute(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("farhand-relay: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
