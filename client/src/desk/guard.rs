//! A second process that releases keys and buttons if this one is killed while it holds some down.
//!
//! It is this very program, started with a pipe as standard input that ends when the client does, however that
//! happens. After an orderly end it finds nothing left to release.

use std::io::Read;
use std::process::{Child, Command, ExitCode, Stdio};

use farhand_desktop::{CaptureBackend, Options};

/// The guard's process. Dropping it lets it finish.
pub(super) struct Guard(Child);

impl Guard {
    /// Starts it; `None` where the system gives no process, which matters only if the client is killed as well.
    pub(super) fn start(options: &Options) -> Option<Self> {
        if options.capture == CaptureBackend::Dummy {
            return None;
        }
        let program = farhand_desktop::own_program().ok()?;
        let display = options.display.clone().or_else(|| std::env::var("DISPLAY").ok())?;
        let mut command = Command::new(program);
        command.arg("--guard").arg(display);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // What ends the client, such as Ctrl+C, must not end its guard.
        farhand_desktop::set_apart(&mut command);
        command.spawn().ok().map(Self)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It ends by itself once the pipe is closed.
        let _ = self.0.wait();
    }
}

/// The guard's whole life: waits until the client is gone, then releases what it may have left down.
pub(crate) fn run(display: &str) -> ExitCode {
    let mut nothing = Vec::new();
    // An error means the same as the end: nobody is there any more.
    let _ = std::io::stdin().read_to_end(&mut nothing);
    match farhand_desktop::release_leftovers(Some(display)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
