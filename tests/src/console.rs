//! The operator's program.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::client::{Ready, WINDOW};
use crate::process::Process;
use crate::programs::program;
use crate::relay::{Operator, Relay};

/// How a console's command line is put together. Nothing runs before [`Console::start`] or [`Console::run`].
#[derive(Debug)]
pub struct Console {
    command: Command,
    session_id: String,
}

/// How a console ended.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit code.
    pub code: Option<i32>,
    /// What it said last, if it failed.
    pub error: String,
    /// The program, ended.
    pub process: Process,
}

impl Console {
    /// Where the program is.
    #[must_use]
    pub fn program() -> String {
        program("farhand-operator").display().to_string()
    }

    /// A console of this operator that connects to this client.
    #[must_use]
    pub fn new(relay: &Relay, operator: &Operator, ready: &Ready) -> Self {
        Self::with_pin(relay, relay.pin(), operator, ready)
    }

    /// As [`Console::new`], with another pin than the relay's.
    #[must_use]
    pub fn with_pin(relay: &Relay, pin: &str, operator: &Operator, ready: &Ready) -> Self {
        Self::at(relay.address(), pin, operator, ready)
    }

    /// As [`Console::new`], for a relay at this address.
    #[must_use]
    pub fn at(address: &str, pin: &str, operator: &Operator, ready: &Ready) -> Self {
        let mut command = Command::new(Self::program());
        command.args(["--relay", address, "--pin", pin, "--operator", &operator.name]);
        command.args(["--log", "trace"]);
        command.env("FARHAND_TOKEN", &operator.token).env("FARHAND_PASSWORD", &ready.password);
        command.env("FARHAND_RESUME_WINDOW", WINDOW).env_remove("DISPLAY");
        Self { command, session_id: ready.session_id.clone() }
    }

    /// Changes the command before it begins to speak of a session.
    #[must_use]
    pub fn change(mut self, change: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        change(&mut self.command);
        self
    }

    /// Starts it with these options of `connect` and the steps of this script.
    #[must_use]
    pub fn start_with(mut self, options: &[&str], script: &str) -> Process {
        self.command.args(["connect", "--json", &self.session_id]).args(options).args(["script", "-"]);
        let mut process = Process::start(&mut self.command);
        process.say_all(script);
        process
    }

    /// Does one step of the command line, with words for people, to its end.
    ///
    /// # Panics
    /// It can't be started.
    #[must_use]
    pub fn output_of_step(mut self, step: &[&str]) -> Output {
        self.command.arg("connect").arg(&self.session_id).args(step).stdin(Stdio::null());
        self.command.output().expect("the console's program runs")
    }

    /// Starts it with the steps of this script.
    #[must_use]
    pub fn start(self, script: &str) -> Process {
        self.start_with(&[], script)
    }

    /// Runs a script with these options to its end.
    #[must_use]
    pub fn run_with(self, options: &[&str], script: &str) -> Outcome {
        Outcome::of(self.start_with(options, script))
    }

    /// Runs a script to its end.
    #[must_use]
    pub fn run(self, script: &str) -> Outcome {
        self.run_with(&[], script)
    }

    /// Runs a script to its end, which must be a good one.
    ///
    /// # Panics
    /// It fails.
    pub fn must_run(self, script: &str) -> Process {
        let outcome = self.run(script);
        assert_eq!(outcome.code, Some(0), "{}", outcome.process.transcript());
        outcome.process
    }
}

impl Outcome {
    /// Waits for the end of a console.
    #[must_use]
    pub fn of(mut process: Process) -> Self {
        let code = process.exit_code();
        let failed = process.events("failed");
        let error = failed.last().and_then(|event| event["error"].as_str()).unwrap_or_default().to_owned();
        if let Some(said) = failed.last().and_then(|event: &Value| event["exit_code"].as_i64()) {
            assert_eq!(code.map(i64::from), Some(said), "the last event names the exit code");
        }
        Self { code, error, process }
    }

    /// Asks a console to end, as a person does who has seen enough; it says that steps are left.
    ///
    /// # Panics
    /// It does not end, or says something else.
    pub fn of_stopped(console: Process) {
        console.terminate();
        Self::of(console).expect(16, "stopped before everything was done");
    }

    /// Checks code and words together.
    ///
    /// # Panics
    /// They are others.
    pub fn expect(&self, code: i32, words: &str) {
        assert_eq!(self.code, Some(code), "{}", self.process.transcript());
        assert!(self.error.contains(words), "{words:?} is not in {:?}", self.error);
    }
}
