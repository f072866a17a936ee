//! Whether a press in one of our own windows was made by a person's hand.

#[cfg(target_os = "linux")]
pub(crate) mod ledger;

use crate::OpenError;

/// What pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PressKind {
    /// A button of a mouse or touchpad. Turning a wheel is none.
    Button,
    /// The key of this scancode, modifiers included: what winit's `PhysicalKeyExtScancode::to_scancode` says.
    Key(u32),
    /// A finger or pen set down on a touch screen.
    Touch,
}

/// Tells presses of the person at the machine from everything else that reaches a window of ours: what this program
/// injects, what other programs inject (`xdotool` that an operator types into a terminal), and events that a program
/// sends straight to the window.
///
/// The window's toolkit does not say which device an event comes from, so this listens to the devices themselves,
/// over a connection of its own. To vouch for a press that reached the window, all of this must hold:
///
/// - A physical device was pressed in this way within the last second, and that press has vouched for nothing yet. So
///   one press vouches once, and an event that no device caused finds nobody to vouch for it.
/// - Nothing injected a press of this kind within the half second before it, nor since: who presses at the same time
///   as the person can't borrow the person's press. An injected press takes back all that has not vouched yet.
/// - For a key: it is that very key, and the window has the keyboard. What the person types into another program
///   vouches for nothing here.
/// - For a button: the person's own device put the pointer where it is. A pointer that a program moved onto a button
///   does not count until the person moves it.
///
/// Ask once for **every** press that reaches the window, also one that means nothing there, and drop what is not
/// genuine before the interface sees it. A key that repeats while it is held is one press: the repeats are not
/// genuine, so holding Enter presses one button and not the next. A window that has just opened under a person's hands
/// still gets genuine presses that were meant for something else; let it wait a moment before it takes any.
///
/// An action that a screen reader or another program asks for through the accessibility interface has no device, and
/// the interface does not tell who asks: take such actions only where they are safe whoever asks, such as Deny and End.
/// A screen reader's user presses Space or Enter on the focused button themselves, which is a key.
///
/// What can't be told apart: input through a kernel device that a program of the administrator's made (`uinput`). What
/// counts as injected although a person means it: on-screen keyboards, mouse keys, and remote desktops that are
/// themselves built on XTEST (x11vnc).
#[derive(Debug)]
pub struct GenuinePresses(Presses);

#[cfg(target_os = "linux")]
type Presses = crate::x11::X11Presses;
#[cfg(not(target_os = "linux"))]
type Presses = std::convert::Infallible;

impl GenuinePresses {
    /// Starts to watch the devices of the desktop that the windows are on; `None` takes the one of the environment
    /// variable `DISPLAY`, as windows do. What was pressed before counts for nothing.
    ///
    /// # Errors
    /// The desktop can't be reached, or devices can't be told apart there: on Wayland, and on every system but X11
    /// ([`OpenError::NotOnThisSystem`]). A question that must be answered by a person can't be asked then.
    pub fn open(display: Option<&str>) -> Result<Self, OpenError> {
        #[cfg(target_os = "linux")]
        return crate::x11::watch_presses(display).map(Self);
        #[cfg(not(target_os = "linux"))]
        {
            let _ = display;
            Err(OpenError::NotOnThisSystem)
        }
    }

    /// Whether the person at the machine made the press that just reached a window, by its number. Lasts no longer
    /// than the display server takes to answer; `false` when it does not, and for good when it is gone.
    #[must_use]
    pub fn is_genuine(&mut self, kind: PressKind, window: u32) -> bool {
        #[cfg(target_os = "linux")]
        return self.0.is_genuine(kind, window);
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (kind, window);
            match self.0 {}
        }
    }
}
