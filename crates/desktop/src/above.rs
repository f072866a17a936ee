//! A window that stays in sight.

use farhand_proto::screen::Rect;

use crate::OpenError;

/// Keeps a window above all others for as long as this lives.
///
/// Whenever another window comes to lie over it, also a full-screen one or one that no window manager manages, it is
/// raised again. Against a program that does the same it backs off to once in two seconds, so that neither wins and
/// nothing flickers or burns time. It ends by itself when the window does.
#[derive(Debug)]
pub struct KeepAbove {
    above: Above,
}

#[cfg(target_os = "linux")]
type Above = crate::x11::X11Above;
#[cfg(not(target_os = "linux"))]
type Above = std::convert::Infallible;

impl KeepAbove {
    /// Raises the window of this number now and from now on, on a thread of its own. `display` is where it is; `None`
    /// takes the environment variable `DISPLAY`.
    ///
    /// # Errors
    /// The desktop can't be reached, or has no such window; [`OpenError::NotOnThisSystem`] where windows can't be kept
    /// above yet.
    pub fn start(display: Option<&str>, window: u32) -> Result<Self, OpenError> {
        #[cfg(target_os = "linux")]
        return crate::x11::keep_above(display, window).map(|above| Self { above });
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (display, window);
            Err(OpenError::NotOnThisSystem)
        }
    }

    /// Where other windows were that are kept above, also by other programs, when this one was first: two that lie in
    /// one place can't both be seen.
    #[must_use]
    pub fn others(&self) -> &[Rect] {
        #[cfg(target_os = "linux")]
        return self.above.others();
        #[cfg(not(target_os = "linux"))]
        match self.above {}
    }
}
