//! The text in a desktop's clipboard.

use std::time::Duration;

use crate::{OpenError, ScreenError, Waker};

/// Watches the text in a clipboard, and puts texts there. What it put there is there for as long as this lives.
///
/// A text that another program marks as a secret, as password managers do, is not told.
#[derive(Debug)]
pub struct Clipboard(Opened);

#[cfg(target_os = "linux")]
type Opened = crate::x11::X11Clipboard;
#[cfg(not(target_os = "linux"))]
type Opened = std::convert::Infallible;

impl Clipboard {
    /// Connects to the clipboard of a desktop; `None` takes the environment variable `DISPLAY`. Texts of more bytes
    /// than `longest` are not told.
    ///
    /// # Errors
    /// See [`OpenError`]; [`OpenError::NotOnThisSystem`] where this can't be done yet.
    pub fn open(display: Option<&str>, longest: usize) -> Result<Self, OpenError> {
        #[cfg(target_os = "linux")]
        return crate::x11::open_clipboard(display, longest).map(Self);
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (display, longest);
            Err(OpenError::NotOnThisSystem)
        }
    }

    /// Whether texts of other programs are looked at; at first they are not.
    pub fn watch(&mut self, watch: bool) {
        #[cfg(target_os = "linux")]
        self.0.watch(watch);
        #[cfg(not(target_os = "linux"))]
        {
            let _ = watch;
            match self.0 {}
        }
    }

    /// Blocks until another program has put a text there that is looked at (its text), or until woken or the timeout.
    /// Meanwhile programs get what was put there from here.
    ///
    /// # Errors
    /// [`ScreenError::DisplayGone`] once the desktop ended.
    pub fn wait(&mut self, timeout: Duration) -> Result<Option<String>, ScreenError> {
        #[cfg(target_os = "linux")]
        return self.0.wait(timeout);
        #[cfg(not(target_os = "linux"))]
        {
            let _ = timeout;
            match self.0 {}
        }
    }

    /// Puts a text there; programs get it during [`Clipboard::wait`].
    ///
    /// # Errors
    /// [`ScreenError::DisplayGone`] once the desktop ended.
    pub fn set(&mut self, text: String) -> Result<(), ScreenError> {
        #[cfg(target_os = "linux")]
        return self.0.set(text);
        #[cfg(not(target_os = "linux"))]
        {
            let _ = text;
            match self.0 {}
        }
    }

    /// Ends a running [`Clipboard::wait`], or the next one, early.
    #[must_use]
    pub fn waker(&self) -> Waker {
        #[cfg(target_os = "linux")]
        return self.0.waker();
        #[cfg(not(target_os = "linux"))]
        match self.0 {}
    }
}
