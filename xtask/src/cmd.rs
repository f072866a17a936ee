//! Command lines, run at the top of the repository with a time limit.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// The exit code of `timeout` when the time was up.
const TIMED_OUT: i32 = 124;

/// One program with its arguments.
#[derive(Debug)]
pub(crate) struct Cmd {
    program: OsString,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, Option<OsString>)>,
    folder: Option<PathBuf>,
    limit: Duration,
    /// An exit code that is no failure, beside 0.
    accepted: Option<i32>,
}

impl Cmd {
    /// A program found in `PATH`, or at a path, with a limit of ten minutes.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: Vec::new(),
            variables: Vec::new(),
            folder: None,
            limit: Duration::from_secs(600),
            accepted: None,
        }
    }

    /// The cargo that runs this program, or rustup's choice.
    pub(crate) fn cargo() -> Self {
        Self::new("cargo")
    }

    /// Appends arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.into(), Some(value.as_ref().to_owned())));
        self
    }

    /// Takes an environment variable away.
    pub(crate) fn env_remove(mut self, name: &str) -> Self {
        self.variables.push((name.into(), None));
        self
    }

    /// Runs in this folder.
    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// Stops the program, and whatever it started, after so many minutes.
    pub(crate) fn minutes(self, minutes: u64) -> Self {
        self.seconds(minutes * 60)
    }

    /// Stops the program, and whatever it started, after so many seconds.
    pub(crate) fn seconds(mut self, seconds: u64) -> Self {
        self.limit = Duration::from_secs(seconds);
        self
    }

    /// This exit code is no failure either.
    pub(crate) fn accept(mut self, code: i32) -> Self {
        self.accepted = Some(code);
        self
    }

    /// Runs with the terminal's output; an exit code other than 0 is an error.
    pub(crate) fn run(&self) -> Result<()> {
        let status = self.command().status().with_context(|| self.cannot_start())?;
        self.judge(status)
    }

    /// Runs, prints standard output line by line and shows each line to `look`.
    pub(crate) fn run_lines(&self, look: impl FnMut(&str)) -> Result<()> {
        let mut child = self.command().stdout(Stdio::piped()).spawn().with_context(|| self.cannot_start())?;
        follow(child.stdout.take().context("the standard output was piped")?, look)?;
        self.judge(child.wait()?)
    }

    /// The same with standard error.
    pub(crate) fn run_error_lines(&self, look: impl FnMut(&str)) -> Result<()> {
        let mut child = self.command().stderr(Stdio::piped()).spawn().with_context(|| self.cannot_start())?;
        follow(child.stderr.take().context("the standard error was piped")?, look)?;
        self.judge(child.wait()?)
    }

    /// Runs and gives the standard output; errors hold what the program said.
    pub(crate) fn output(&self) -> Result<String> {
        let output = self.command().output().with_context(|| self.cannot_start())?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return self.judge(output.status).map(|()| String::new()).with_context(|| said.trim().to_owned());
        }
        String::from_utf8(output.stdout).with_context(|| format!("{self} printed something that isn't UTF-8"))
    }

    /// Whether the program starts and ends well; says nothing.
    pub(crate) fn succeeds(&self) -> bool {
        self.command()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// `setpriv` ends the program when this one is killed, `timeout` when the time is up.
    fn command(&self) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "timeout", "--kill-after=10"]);
        command.arg(self.limit.as_secs().to_string()).arg(&self.program).args(&self.arguments);
        // cargo describes this package to us in variables which would make other packages' build
        // scripts believe that something changed.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO" {
                command.env_remove(&name);
            }
        }
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.stdin(Stdio::null());
        command
    }

    fn judge(&self, status: ExitStatus) -> Result<()> {
        match status.code() {
            Some(0) => Ok(()),
            code if code.is_some() && code == self.accepted => Ok(()),
            Some(TIMED_OUT) => {
                bail!("{self} took longer than {} seconds and was stopped", self.limit.as_secs())
            }
            Some(127) => bail!("{} isn't installed", self.program.display()),
            Some(code) => bail!("{self} ended with code {code}"),
            None => bail!("{self} was ended by a signal"),
        }
    }

    fn cannot_start(&self) -> String {
        format!("{self} can't be started: setpriv and timeout (util-linux, coreutils) are needed")
    }
}

/// Prints what comes line by line and shows each line to `look`.
fn follow(output: impl std::io::Read, mut look: impl FnMut(&str)) -> Result<()> {
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        look(&line);
    }
    Ok(())
}

impl std::fmt::Display for Cmd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}", self.program.display())?;
        for argument in &self.arguments {
            write!(f, " {}", argument.display())?;
        }
        write!(f, "`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_is_given() {
        assert_eq!(Cmd::new("printf").args(["%s", "a b"]).output().unwrap(), "a b");
    }

    #[test]
    fn what_a_failing_program_said_is_in_the_error() {
        let error = Cmd::new("sh").args(["-c", "echo no luck >&2; exit 3"]).output().unwrap_err();
        let words = format!("{error:#}");
        assert!(words.contains("no luck") && words.contains("code 3"), "{words}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Cmd::new("farhand-no-such-program").run().unwrap_err();
        assert!(format!("{error:#}").contains("farhand-no-such-program isn't installed"), "{error:#}");
    }

    #[test]
    fn a_program_is_stopped_when_its_time_is_up() {
        let error = Cmd::new("sleep").args(["60"]).seconds(1).run().unwrap_err();
        assert!(format!("{error:#}").contains("took longer than 1 seconds"), "{error:#}");
    }

    #[test]
    fn lines_are_shown_as_they_come() {
        let mut seen = Vec::new();
        Cmd::new("printf").args(["one\ntwo\n"]).run_lines(|line| seen.push(line.to_owned())).unwrap();
        assert_eq!(seen, ["one", "two"]);
    }
}
