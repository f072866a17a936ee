//! A program under test: what it prints, how it ends, and what it leaves running.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether there is a process of this number that has not ended.
#[must_use]
pub fn is_running(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, _)| state != "Z")
}

/// The processes that this one started, those that ended and were not waited for included.
#[must_use]
pub fn children_of(pid: u32) -> Vec<u32> {
    let numbers = std::fs::read_dir("/proc").expect("Linux has /proc").filter_map(|entry| {
        let name = entry.ok()?.file_name();
        name.to_str()?.parse().ok()
    });
    numbers.filter(|other| stat(*other).is_some_and(|(_, parent)| parent == pid)).collect()
}

/// State and parent of a process.
fn stat(pid: u32) -> Option<(String, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program stands in parentheses and may hold anything.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    out: Arc<Transcript>,
    err: Arc<Transcript>,
    /// Lines of the standard output that were looked at.
    seen: usize,
}

impl Process {
    /// Starts a program with pipes to all its streams.
    ///
    /// # Panics
    /// It can't be started.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().rsplit('/').next().unwrap_or_default().to_owned();
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{name} is needed for this test: {error}"));
        let out = Transcript::of(child.stdout.take().expect("a pipe"));
        let err = Transcript::of(child.stderr.take().expect("a pipe"));
        Self { name, stdin: child.stdin.take(), child, out, err, seen: 0 }
    }

    /// The number of the process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes a line to its standard input. What has ended takes none, and says so by its events.
    pub fn say(&mut self, line: &str) {
        if let Some(stdin) = &mut self.stdin {
            drop(writeln!(stdin, "{line}"));
        }
    }

    /// Writes all of this to its standard input and closes it.
    pub fn say_all(&mut self, text: &str) {
        if let Some(mut stdin) = self.stdin.take() {
            drop(stdin.write_all(text.as_bytes()));
        }
    }

    /// The next event of this name, after the last one that was asked for.
    ///
    /// # Panics
    /// None comes.
    pub fn event(&mut self, name: &str) -> Value {
        self.event_where(name, |_| true)
    }

    /// The next event of this name that is like this, after the last one that was asked for.
    ///
    /// # Panics
    /// None comes.
    pub fn event_where(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let seen = self.seen;
        let found = self.out.wait(|lines| {
            lines.iter().enumerate().skip(seen).find_map(|(number, line)| {
                let event: Value = serde_json::from_str(line).ok()?;
                (event["event"] == name && fits(&event)).then_some((number, event))
            })
        });
        let Some((number, event)) = found else {
            panic!("{} never said {name:?} (after line {seen}):\n{}", self.name, self.transcript());
        };
        self.seen = number + 1;
        event
    }

    /// All events of this name until now.
    #[must_use]
    pub fn events(&self, name: &str) -> Vec<Value> {
        let lines = self.out.lock();
        let events = lines.lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        events.filter(|event| event["event"] == name).collect()
    }

    /// The first line of the standard error that gives something.
    ///
    /// # Panics
    /// None comes.
    pub fn log<T>(&self, what: &str, read: impl Fn(&str) -> Option<T>) -> T {
        let found = self.err.wait(|lines| lines.iter().find_map(|line| read(line)));
        found.unwrap_or_else(|| panic!("{} never logged {what}:\n{}", self.name, self.transcript()))
    }

    /// Waits for its end; gives its exit code, `None` if a signal ended it.
    ///
    /// # Panics
    /// It goes on.
    pub fn exit_code(&mut self) -> Option<i32> {
        self.exit_code_within(PATIENCE)
    }

    /// As [`Process::exit_code`], for what takes longer.
    ///
    /// # Panics
    /// It goes on.
    pub fn exit_code_within(&mut self, patience: Duration) -> Option<i32> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait().expect("it is a child of this process") {
                self.out.wait_for_end();
                self.err.wait_for_end();
                return status.code();
            }
            assert!(Instant::now() < deadline, "{} did not end:\n{}", self.name, self.transcript());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Kills it as nothing can prevent.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Asks it to end, as a service manager does.
    ///
    /// # Panics
    /// There is no such process.
    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "{} takes no signal", self.name);
    }

    /// Its standard output until now.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.out.lock().lines.join("\n")
    }

    /// Its standard error until now.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.err.lock().lines.join("\n")
    }

    /// Everything it said, for a person who wants to know what went wrong.
    #[must_use]
    pub fn transcript(&self) -> String {
        format!("-- {} said:\n{}\n-- and logged:\n{}", self.name, self.stdout(), self.stderr())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.transcript());
        }
        self.kill();
    }
}

/// The lines that came through a pipe.
#[derive(Debug, Default)]
struct Transcript {
    lines: Mutex<Lines>,
    grew: Condvar,
}

#[derive(Debug, Default)]
struct Lines {
    lines: Vec<String>,
    ended: bool,
}

impl Transcript {
    /// Reads a pipe to its end, on a thread of its own.
    fn of(pipe: impl Read + Send + 'static) -> Arc<Self> {
        let transcript = Arc::new(Self::default());
        let theirs = transcript.clone();
        std::thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
                theirs.lock().lines.push(String::from_utf8_lossy(&line).trim_end_matches('\n').to_owned());
                theirs.grew.notify_all();
                line.clear();
            }
            theirs.lock().ended = true;
            theirs.grew.notify_all();
        });
        transcript
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something is found among the lines; `None` if it never is.
    fn wait<T>(&self, find: impl Fn(&[String]) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.lock();
        loop {
            if let Some(found) = find(&lines.lines) {
                return Some(found);
            }
            let rest = deadline.saturating_duration_since(Instant::now());
            if lines.ended || rest.is_zero() {
                return None;
            }
            lines = self.grew.wait_timeout(lines, rest).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits for the end of the pipe, which a child of the program may hold open a little longer.
    fn wait_for_end(&self) {
        let deadline = Instant::now() + Duration::from_secs(2);
        let mut lines = self.lock();
        while !lines.ended && Instant::now() < deadline {
            let wait = self.grew.wait_timeout(lines, Duration::from_millis(100));
            lines = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
