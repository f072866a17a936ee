//! A second process that releases keys and buttons if this one is killed while it holds some down, and takes back what
//! the keyboard was taught: that has to wait until the last of what was typed was read, and nobody else waits for it.
//!
//! It is this very program, started with a pipe as standard input that ends when the client or its session does,
//! however that happens. After an orderly end it finds nothing left to release.

use std::io::Read;
use std::process::{Child, Command, ExitCode, Stdio};

use farhand_desktop::{CaptureBackend, Options};

/// The guard's process. Dropping it lets it do its work and end, also after this one.
pub(super) struct Guard(Option<Child>);

impl Guard {
    /// Starts it; `None` where the system gives no process: then the client does what it can by itself.
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
        command.spawn().ok().map(|child| Self(Some(child)))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(mut child) = self.0.take() else { return };
        drop(child.stdin.take());
        // It ends by itself once the pipe is closed. Its exit code is asked for only to let the system forget it; if
        // this program ends before, the system does so by itself.
        std::thread::spawn(move || child.wait());
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
