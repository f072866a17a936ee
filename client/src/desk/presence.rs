//! The thread that notices the person's own mouse and keyboard.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use farhand_desktop::{LocalInput, Waker};
use farhand_peer::client::{DeskEvent, DeskSender};

use super::send;

/// Nothing wakes this thread but the person and the end; the wait only has to be finite.
const LONG: Duration = Duration::from_secs(3600);
/// How long one notice counts: remote input is held for a second, so more would say nothing new.
const NOTICED: Duration = Duration::from_millis(100);

/// The running thread. Dropping it ends it.
pub(super) struct Presence {
    quit: Arc<AtomicBool>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Presence {
    pub(super) fn start(local_input: Box<dyn LocalInput>, events: DeskSender) -> Self {
        let quit = Arc::new(AtomicBool::new(false));
        let waker = local_input.waker();
        let theirs = quit.clone();
        let thread = std::thread::spawn(move || run(local_input, &theirs, &events));
        Self { quit, waker, thread: Some(thread) }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.quit.store(true, Ordering::Release);
        self.waker.wake();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told standard error; the session is over either way.
            let _ = thread.join();
        }
    }
}

fn run(mut local_input: Box<dyn LocalInput>, quit: &AtomicBool, events: &DeskSender) {
    while !quit.load(Ordering::Acquire) {
        match local_input.wait(LONG) {
            Ok(true) => {
                if !send(events, DeskEvent::LocalInput) {
                    return;
                }
                std::thread::sleep(NOTICED);
            }
            Ok(false) => {}
            Err(error) => {
                // Without this, remote input could not be held back: then there must be none.
                send(events, DeskEvent::Gone(error.to_string()));
                return;
            }
        }
    }
}
