//! The operator's program: a window for people, a command line for scripts.
//!
//! `main.rs` is one line around this library, so that tests look at the window without a process.

mod chord;
mod connect;
mod failure;
mod options;
mod picture;
mod reached;
mod say;
mod script;
mod steps;
mod token;
pub mod window;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use farhand_transport::survey::{Verdict, survey};
use farhand_transport::{Identity, Ladder};

use failure::Failure;
use options::{Options, Task};
use say::Say;

/// Does what the command line says; gives the exit code of docs/CLI.md.
#[must_use]
pub fn main() -> ExitCode {
    let options = Options::parse();
    if let Err(error) = options.proxy() {
        error.exit();
    }
    let filter = tracing_subscriber::EnvFilter::try_new(&options.log).unwrap_or_default();
    // What a script needs is on standard output; logs go to standard error.
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false)
        .init();
    let result = match &options.task {
        Some(Task::Connect(task)) => {
            if let Some(error) = options.missing() {
                error.exit();
            }
            connect_to(&options, task)
        }
        Some(Task::Test) => {
            if let Some(error) = options.missing() {
                error.exit();
            }
            test(&options)
        }
        Some(Task::Open(task)) => open_window(&options, Some(task)),
        None => open_window(&options, None),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ExitCode::from(failure.exit_code()),
    }
}

/// The connection test.
fn test(options: &Options) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Here(format!("this system gives no threads: {error}")))?;
    let identity = Identity::generate().map_err(|error| Failure::Here(error.to_string()))?;
    let ladder = Ladder::new(&options.relay, &options.proxy().unwrap_or_default());
    let survey = runtime.block_on(survey(&ladder, &options.pin, &identity));
    Say { json: options.json }.survey(&survey);
    match survey.verdict() {
        Verdict::Good { .. } => Ok(()),
        verdict => Err(Failure::Reach(verdict)),
    }
}

fn connect_to(options: &Options, task: &options::Connect) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let say = Say { json: options.json };
    match runtime {
        Ok(runtime) => runtime.block_on(connect::run(options, task, say)),
        Err(error) => {
            let failure = Failure::Here(format!("this system gives no threads: {error}"));
            say.failure(&failure);
            Err(failure)
        }
    }
}

/// The numbers that the command line gives.
fn customer(task: &options::Open) -> Result<window::Customer, Failure> {
    let is_given = task.password_file.is_some() || std::env::var_os("FARHAND_PASSWORD").is_some();
    Ok(window::Customer {
        session_id: task.session_id,
        password: is_given.then(|| connect::given_password(task.password_file.as_deref())).transpose()?,
        control: !task.view_only,
    })
}

fn open_window(options: &Options, task: Option<&options::Open>) -> Result<(), Failure> {
    let open = || {
        let given = window::Given {
            proxy: options.proxy().unwrap_or_default(),
            relays: options.relay.clone(),
            pins: options.pin.clone(),
            operator: options.operator.clone(),
            token: connect::given_token(options.token_file.as_deref())?,
            graphics: options.graphics,
            resume_window: options.resume_window(),
            direct: options.direct,
            customer: task.map(customer).transpose()?,
        };
        window::run(given).map_err(|error| Failure::Here(error.to_string()))
    };
    open().inspect_err(|failure| Say { json: options.json }.failure(failure))
}
