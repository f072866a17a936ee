//! The keyboard for one window alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Whether a window has the keyboard for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureState {
    /// Nobody wants that, or the window has not been drawn since.
    Off,
    /// Every key comes to the window, also those with which the desktop switches windows.
    Held,
    /// The system does not give it: another program has it, or the system can't.
    Refused,
}

/// Asks for the keyboard with [`crate::Layers::capture_keyboard`], and tells whether it was given.
#[derive(Debug, Clone, Default)]
pub struct Capture(Arc<AtomicU8>);

impl Capture {
    /// Whether this system can do it at all.
    pub const IS_POSSIBLE: bool = crate::system::CAN_CAPTURE;

    /// Not captured.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What came of it.
    #[must_use]
    pub fn state(&self) -> CaptureState {
        match self.0.load(Ordering::Relaxed) {
            0 => CaptureState::Off,
            1 => CaptureState::Held,
            _ => CaptureState::Refused,
        }
    }

    pub(crate) fn set(&self, state: CaptureState) {
        self.0.store(state as u8, Ordering::Relaxed);
    }
}

impl PartialEq for Capture {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
