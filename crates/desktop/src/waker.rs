//! Ending a blocking wait from another thread.

use std::sync::Arc;

/// Ends the wait that it belongs to, from any thread. Waking with nobody waiting ends the next wait.
#[derive(Clone)]
pub struct Waker(Arc<dyn Wake>);

impl Waker {
    pub(crate) fn new(wake: Arc<dyn Wake>) -> Self {
        Self(wake)
    }

    /// Ends the wait.
    pub fn wake(&self) {
        self.0.wake();
    }
}

impl std::fmt::Debug for Waker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waker")
    }
}

/// What ends a wait on one system.
pub(crate) trait Wake: Send + Sync {
    /// Ends the wait.
    fn wake(&self);
}
