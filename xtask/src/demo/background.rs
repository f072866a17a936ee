//! Programs that run beside this one, until they are dropped.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::desktop::Display;
use crate::cmd::Cmd;
use anyhow::{Context as _, Result, bail};

/// Between two looks at something that sends no event.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long a program has to end when it is asked to.
const GOODBYE: Duration = Duration::from_secs(5);
/// Lines kept for `wait_for`; later ones are in the log only.
const LINES: usize = 1024;

/// A running program. Dropping it asks it to end, then makes it.
#[derive(Debug)]
pub(super) struct Background {
    name: &'static str,
    child: Child,
    lines: Receiver<String>,
    log: PathBuf,
}

impl Background {
    /// Starts a program; what it says goes to a log in `folder` that is named after it.
    ///
    /// When this process is killed, the system ends the program too.
    pub(super) fn start(name: &'static str, command: &mut Command, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{}.log", name.trim_start_matches("the ").replace(' ', "-")));
        let file = File::create(&log).with_context(|| format!("{} can't be written", log.display()))?;
        let mut guarded = Command::new("setpriv");
        guarded.args(["--pdeathsig", "TERM"]).arg(command.get_program()).args(command.get_args());
        for (variable, value) in command.get_envs() {
            match value {
                Some(value) => guarded.env(variable, value),
                None => guarded.env_remove(variable),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            guarded.current_dir(folder);
        }
        guarded.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file.try_clone()?);
        let mut child = guarded.spawn().with_context(|| format!("{name} can't be started"))?;
        let stdout = child.stdout.take().context("the standard output was piped")?;
        let (sender, lines) = sync_channel(LINES);
        thread::spawn(move || copy(stdout, file, &sender));
        Ok(Self { name, child, lines, log })
    }

    /// Waits until a line on standard output means something to `look`.
    pub(super) fn wait_for<T>(
        &mut self,
        what: &str,
        limit: Duration,
        look: impl Fn(&str) -> Option<T>,
    ) -> Result<T> {
        let deadline = Instant::now() + limit;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(found) = look(&line) {
                        return Ok(found);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    bail!(
                        "{} did not tell {what} within {} s.{}",
                        self.name,
                        limit.as_secs(),
                        self.last_words()
                    )
                }
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("{} ended before it told {what}.{}", self.name, self.last_words())
                }
            }
        }
    }

    /// Blocks until the program has ended by itself.
    pub(super) fn wait_for_its_end(&mut self) -> Result<()> {
        let status = self.child.wait()?;
        if !status.success() {
            bail!("{} ended ({status}).{}", self.name, self.last_words());
        }
        Ok(())
    }

    /// Moves the program's window there once it shows, if xdotool is installed.
    pub(super) fn move_window(&self, display: &Display, x: i32, y: i32) {
        let tool = |words: &[&str]| {
            let tool = Cmd::new("xdotool").args(words).seconds(10);
            display.variables().into_iter().fold(tool, |tool, (name, value)| tool.env(name, value))
        };
        let pid = self.child.id().to_string();
        let found = tool(&["search", "--sync", "--onlyvisible", "--pid", &pid]).output();
        if let Some(window) = found.ok().and_then(|found| found.lines().next().map(str::to_owned)) {
            tool(&["windowmove", &window, &x.to_string(), &y.to_string()]).succeeds();
        }
    }

    /// An error when the program has ended.
    pub(super) fn still_runs(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended ({status}).{}", self.name, self.last_words()),
        }
    }

    /// The end of the log, for an error.
    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        match lines.len() {
            0 => " It said nothing.".to_owned(),
            count => format!(
                " It said ({}):\n{}",
                self.log.display(),
                lines[count.saturating_sub(10)..].join("\n")
            ),
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let deadline = Instant::now() + GOODBYE;
        while asked.is_ok() && Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(LOOK_AGAIN);
        }
        // It may just have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn copy(stdout: ChildStdout, mut log: File, lines: &SyncSender<String>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        // A full disk loses the log, not the demonstration.
        let _ = writeln!(log, "{line}");
        // Nobody may be waiting for lines any more.
        let _ = lines.try_send(line);
    }
}

/// Looks again and again until there is something, or the time is up.
pub(super) fn wait_until<T>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            bail!("waited {} s for {what}, in vain", limit.as_secs());
        }
        thread::sleep(LOOK_AGAIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Background {
        // Beside the test program, in cargo's own folder.
        let program = std::env::current_exe().unwrap();
        let folder = program.with_extension(format!("{:?}", thread::current().id()));
        std::fs::create_dir_all(&folder).unwrap();
        Background::start("the shell", Command::new("sh").args(["-c", script]), &folder).unwrap()
    }

    #[test]
    fn a_line_is_waited_for() {
        let mut shell = shell("echo one; echo two; sleep 60");
        let two =
            shell.wait_for("two", Duration::from_secs(10), |line| (line == "two").then_some(2)).unwrap();
        assert_eq!(two, 2);
        shell.still_runs().unwrap();
    }

    #[test]
    fn a_program_that_ends_early_is_quoted() {
        let mut shell = shell("echo no luck >&2; exit 3");
        let error =
            shell.wait_for("anything", Duration::from_secs(10), |_| None::<()>).unwrap_err().to_string();
        assert!(error.contains("ended before it told anything") && error.contains("no luck"), "{error}");
    }

    #[test]
    fn a_silent_program_is_not_waited_for_for_ever() {
        let mut shell = shell("sleep 60");
        let error =
            shell.wait_for("anything", Duration::from_millis(20), |_| None::<()>).unwrap_err().to_string();
        assert!(error.contains("did not tell anything"), "{error}");
    }

    #[test]
    fn a_dropped_program_ends() {
        let shell = shell("exec sleep 60");
        let process = PathBuf::from(format!("/proc/{}", shell.child.id()));
        assert!(process.exists());
        drop(shell);
        assert!(!process.exists());
    }
}
