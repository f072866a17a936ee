//! A key chord that works whichever program has the keyboard.

use std::time::Duration;

use crate::{LocalInputError, OpenError, Waker};

/// Keys to press together.
///
/// What speaks for these three: no letters, which move with the layout and are half of AltGr on Windows; no Shift,
/// which many keyboards in this part of the world turn into the layout switch while Alt or Ctrl is down; no function
/// keys, which laptops hide and Ctrl+Alt takes to a console; nothing that ends the display server (Backspace) or kills
/// a window (Esc, on KDE, Xfce and Cinnamon).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Chord {
    /// Ctrl+Alt+Space: all three are large and on every keyboard, laptops' included.
    CtrlAltSpace,
    /// Ctrl+Alt+End. Laptops often have End as Fn with an arrow, and Xfce takes the chord to move windows.
    CtrlAltEnd,
    /// Ctrl+Alt+Pause, on large keyboards.
    CtrlAltPause,
}

impl Chord {
    /// All of them, the best first.
    pub const ALL: [Chord; 3] = [Self::CtrlAltSpace, Self::CtrlAltEnd, Self::CtrlAltPause];

    /// What to press, in English.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CtrlAltSpace => "Ctrl+Alt+Space",
            Self::CtrlAltEnd => "Ctrl+Alt+End",
            Self::CtrlAltPause => "Ctrl+Alt+Pause",
        }
    }
}

/// Why there is no hot key.
#[derive(Debug, thiserror::Error)]
pub enum HotKeyError {
    /// The desktop can't be asked for one.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Other programs have all of them.
    #[error("other programs of this desktop already use {chords}; free one of them in the keyboard settings")]
    Taken {
        /// What was tried.
        chords: String,
    },
}

/// A chord that reaches this program whichever window has the keyboard, whatever CapsLock, NumLock and the layout
/// say, and also while another program holds the keyboard for itself.
///
/// It does not matter who presses it: it is for what is safe whoever wants it, such as ending a session.
#[derive(Debug)]
pub struct HotKey(Grabbed);

#[cfg(target_os = "linux")]
type Grabbed = crate::x11::X11HotKey;
#[cfg(not(target_os = "linux"))]
type Grabbed = std::convert::Infallible;

impl HotKey {
    /// Takes the first of these chords that no other program has. `display` is the desktop; `None` takes the
    /// environment variable `DISPLAY`.
    ///
    /// # Errors
    /// See [`HotKeyError`]; [`OpenError::NotOnThisSystem`] where this can't be done yet.
    pub fn grab(display: Option<&str>, chords: &[Chord]) -> Result<Self, HotKeyError> {
        #[cfg(target_os = "linux")]
        return crate::x11::grab_hot_key(display, chords).map(Self);
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (display, chords);
            Err(OpenError::NotOnThisSystem.into())
        }
    }

    /// The chord that it is.
    #[must_use]
    pub fn chord(&self) -> Chord {
        #[cfg(target_os = "linux")]
        return self.0.chord();
        #[cfg(not(target_os = "linux"))]
        match self.0 {}
    }

    /// Blocks until the chord is pressed (`true`), or until woken or the timeout (`false`).
    ///
    /// # Errors
    /// [`LocalInputError::DisplayGone`] once the desktop ended.
    pub fn wait(&mut self, timeout: Duration) -> Result<bool, LocalInputError> {
        #[cfg(target_os = "linux")]
        return self.0.wait(timeout);
        #[cfg(not(target_os = "linux"))]
        {
            let _ = timeout;
            match self.0 {}
        }
    }

    /// Ends a running [`HotKey::wait`], or the next one, early.
    #[must_use]
    pub fn waker(&self) -> Waker {
        #[cfg(target_os = "linux")]
        return self.0.waker();
        #[cfg(not(target_os = "linux"))]
        match self.0 {}
    }
}
