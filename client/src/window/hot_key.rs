//! The keys that end a session from anywhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use farhand_desktop::{Chord, HotKey, Waker};
use farhand_peer::client::Control;

/// Listens while a session lasts. It ends the session itself, so that no window has to be quick or even there.
#[derive(Debug)]
pub(crate) struct HotKeyThread {
    chord: Chord,
    is_over: Arc<AtomicBool>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl HotKeyThread {
    /// Takes a chord; `None` where the desktop gives none.
    pub(crate) fn start(display: Option<&str>, control: Control) -> Option<Self> {
        let mut key = match HotKey::grab(display, &Chord::ALL) {
            Ok(key) => key,
            Err(error) => {
                tracing::warn!(%error, "no hot key ends this session");
                return None;
            }
        };
        let is_over = Arc::new(AtomicBool::new(false));
        let (chord, waker, over) = (key.chord(), key.waker(), is_over.clone());
        let thread = std::thread::spawn(move || {
            while !over.load(Ordering::Acquire) {
                match key.wait(Duration::from_secs(3600)) {
                    Ok(true) => control.end_session(),
                    Ok(false) => {}
                    Err(error) => {
                        tracing::warn!(%error, "the hot key is gone");
                        return;
                    }
                }
            }
        });
        Some(Self { chord, is_over, waker, thread: Some(thread) })
    }

    /// What to press.
    pub(crate) fn chord(&self) -> Chord {
        self.chord
    }
}

impl Drop for HotKeyThread {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        self.waker.wake();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told standard error.
            let _ = thread.join();
        }
    }
}
