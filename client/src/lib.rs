//! The program on the customer's desktop: a window, or a client without one that commands and a policy steer.

mod desk;
mod headless;
mod options;
mod say;
pub mod window;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;

use headless::Outcome;
use options::Options;

/// Exit code: the desktop can't be opened, or is gone.
const NO_DESKTOP: u8 = 3;

/// Runs the program; gives its exit code.
#[must_use]
pub fn run() -> ExitCode {
    let options = Options::parse();
    if let Err(error) = options.check() {
        error.exit();
    }
    if let Some(display) = options.guard.clone() {
        return desk::guard::run(&display);
    }
    start_log(&options);
    if !options.is_headless() {
        return window::run(&options);
    }
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
        Ok(Outcome::Stopped) => ExitCode::SUCCESS,
        Ok(Outcome::NoDesktop) => ExitCode::from(NO_DESKTOP),
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
