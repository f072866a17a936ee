//! The operator's program.

mod chord;
mod connect;
mod failure;
mod options;
mod picture;
mod say;
mod steps;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;

use failure::Failure;
use options::{Options, Task};

fn main() -> ExitCode {
    let options = Options::parse();
    let filter = tracing_subscriber::EnvFilter::try_new(&options.log).unwrap_or_default();
    // What a script needs is on standard output; logs go to standard error.
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false)
        .init();
    let result = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::Here(format!("this system gives no threads: {error}")))
        .and_then(|runtime| {
            let Task::Connect(task) = &options.task;
            runtime.block_on(connect::run(&options, task))
        });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say::failure(options.json, &failure);
            ExitCode::from(failure.exit_code())
        }
    }
}
