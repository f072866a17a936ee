//! The thread that notices when the desktop answers nobody.

use std::thread::JoinHandle;

use farhand_desktop::{Options, Pulse, Waker};
use farhand_peer::client::{DeskEvent, DeskSender};

use super::send;

/// The running thread. Dropping it ends it.
pub(super) struct Heart {
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Heart {
    /// `None` for a desktop that always answers, or that does not answer this now: its end is noticed elsewhere.
    pub(super) fn start(options: &Options, events: DeskSender) -> Option<Self> {
        let pulse = farhand_desktop::feel_pulse(options)
            .inspect_err(|error| tracing::warn!(%error, "a desktop that hangs will not be noticed"))
            .ok()
            .flatten()?;
        let waker = pulse.waker();
        let thread = std::thread::spawn(move || run(pulse, &events));
        Some(Self { waker, thread: Some(thread) })
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.waker.wake();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told standard error; the session is over either way.
            let _ = thread.join();
        }
    }
}

fn run(mut pulse: Box<dyn Pulse>, events: &DeskSender) {
    while let Ok(Some(answers)) = pulse.change() {
        if !send(events, DeskEvent::Answers(answers)) {
            return;
        }
    }
}
