//! The window that had the keyboard before one of ours.

use crate::OpenError;

/// Knows which windows of other programs had the keyboard last, so that it can be given back to them: whoever works on
/// this desktop next, the person or a helper, goes on where the person was.
#[derive(Debug)]
pub struct FormerFocus {
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there never is one"))]
    former: Former,
}

#[cfg(target_os = "linux")]
type Former = crate::x11::X11Former;
#[cfg(not(target_os = "linux"))]
type Former = std::convert::Infallible;

impl FormerFocus {
    /// Takes note from now on, on a thread of its own; best called before the first own window shows. `process` is
    /// whose windows are not meant; `display` is the desktop, `None` takes the environment variable `DISPLAY`.
    ///
    /// # Errors
    /// The desktop can't be reached; [`OpenError::NotOnThisSystem`] where this can't be done yet.
    pub fn watch(display: Option<&str>, process: u32) -> Result<Self, OpenError> {
        #[cfg(target_os = "linux")]
        return crate::x11::watch_focus(display, process).map(|former| Self { former });
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (display, process);
            Err(OpenError::NotOnThisSystem)
        }
    }

    /// Gives the keyboard back, to the last of those windows that still is in sight, else to the uppermost window of
    /// another program; where there is none, all stays as it is. Then calls `then`, on whichever thread: once the
    /// window has the keyboard, or after half a second at most.
    pub fn give_back(&self, then: impl FnOnce() + Send + 'static) {
        #[cfg(target_os = "linux")]
        self.former.give_back(Box::new(then));
        #[cfg(not(target_os = "linux"))]
        then();
    }
}
