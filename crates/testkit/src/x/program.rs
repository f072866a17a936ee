//! Programs that a test starts, and the folders they write to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long anything that a test waits for may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running program. Dropping it ends it together with all that it started.
#[derive(Debug)]
pub struct Program {
    child: Child,
    name: String,
}

impl Program {
    /// Starts a program in a process group of its own.
    ///
    /// # Panics
    /// It is not installed.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        use std::os::unix::process::CommandExt as _;
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).stdin(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{name} is needed for this test: {error}"));
        Self { child, name }
    }

    /// The standard output, if the command asked for a pipe and nobody took it yet.
    pub fn take_stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// The number of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Blocks until it ends by itself.
    ///
    /// # Panics
    /// It does not within half a minute.
    pub fn wait(&mut self) {
        let name = self.name.clone();
        eventually(&format!("{name} to end"), || self.child.try_wait().expect("its own child").map(drop));
    }

    /// Ends it and all that it started, at once.
    pub fn kill(&mut self) {
        let group = format!("-{}", self.child.id());
        if matches!(self.child.try_wait(), Ok(None)) {
            let sent = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
            if !sent.is_ok_and(|status| status.success()) {
                drop(self.child.kill());
            }
            drop(self.child.wait());
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A folder that nobody else uses. Dropping it removes it with all that is in it.
#[derive(Debug)]
pub struct ScratchDir(PathBuf);

impl ScratchDir {
    /// A new, empty folder.
    ///
    /// # Panics
    /// The system's folder for such can't be written to.
    #[must_use]
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("farhand-test-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("the system's temporary folder can be written to");
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file in it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Default for ScratchDir {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for ScratchDir {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Blocks until a file holds exactly this, and tells what it held last if it never does.
///
/// # Errors
/// The file's last content, after half a minute without the one expected.
pub(super) fn wait_for_file(path: &Path, expected: &str) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    let mut last_change = (Instant::now(), String::new());
    loop {
        let content = fs::read_to_string(path).unwrap_or_default();
        if content == expected {
            return Ok(());
        }
        if content != last_change.1 {
            last_change = (Instant::now(), content);
        }
        // What arrived in full and is wrong will not get better.
        let is_settled = last_change.1.chars().count() >= expected.chars().count()
            && last_change.0.elapsed() > Duration::from_secs(3);
        if is_settled || Instant::now() > deadline {
            return Err(last_change.1);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Asks again and again until there is an answer.
///
/// # Panics
/// There is none within half a minute.
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited half a minute for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
