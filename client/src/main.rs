//! The program on the customer's desktop.

mod desk;
mod headless;
mod options;
mod say;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;

use options::Options;

/// Exit code: the desktop can't be opened.
const NO_DESKTOP: u8 = 3;

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(display) = options.guard.clone() {
        return desk::guard::run(&display);
    }
    start_log(&options);
    if let Err(error) = farhand_desktop::open(&options.desktop()) {
        eprintln!("farhand-client: {error}");
        return ExitCode::from(NO_DESKTOP);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("farhand-client: this system gives no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(headless::run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("farhand-client: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Logs go to standard error: what the person or script needs is on standard output.
fn start_log(options: &Options) {
    let filter = tracing_subscriber::EnvFilter::try_new(&options.log).unwrap_or_default();
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false)
        .init();
}
