//! A desktop on X11, through a connection of its own for each of the three halves.
//!
//! The connections are x11rb's pure Rust ones: when the server dies, requests return errors and the process lives
//! on, which the C library does not allow.

mod above;
mod clipboard;
mod cursor;
mod devices;
mod former;
mod hotkey;
mod injector;
mod keys;
mod leftovers;
mod link;
mod local_input;
mod monitors;
mod own;
mod pixels;
mod pointer;
mod presses;
mod pulse;
#[cfg(feature = "scrap")]
mod scrap;
mod screen;
mod settle;
mod shm;
mod vigil;

use x11rb::protocol::randr::ConnectionExt as _;

use crate::{CaptureBackend, Chord, Desktop, HotKeyError, OpenError, Options, ScreenError};
pub(crate) use above::X11Above;
pub(crate) use clipboard::X11Clipboard;
pub(crate) use former::X11Former;
pub(crate) use hotkey::X11HotKey;
use injector::X11Injector;
use link::{Asked as _, Link};
use local_input::X11LocalInput;
pub(crate) use presses::X11Presses;
use pulse::X11Pulse;
use screen::X11Screen;
use vigil::X11Vigil;

/// Opens the X11 desktop that the options or the environment name.
pub(crate) fn open(options: &Options) -> Result<Desktop, OpenError> {
    let session = Session::of_environment();
    let display = session.display(options.display.as_deref())?;
    let link = Link::connect(&display)?;
    // Whatever the environment says: over ssh, or for another user, it says nothing of Wayland.
    if is_xwayland(&link)? {
        return Err(OpenError::Wayland);
    }
    let screen = match options.capture {
        CaptureBackend::Scrap => open_scrap(link, &display, session.display.as_deref())?,
        CaptureBackend::Default | CaptureBackend::Dummy => X11Screen::open(link)?,
    };
    Ok(Desktop {
        screen: Box::new(screen),
        injector: Box::new(X11Injector::open(&display, options)?),
        local_input: Box::new(X11LocalInput::open(Link::connect(&display)?)?),
    })
}

/// See [`crate::release_leftovers`].
pub(crate) fn release_leftovers(display: Option<&str>) -> Result<(), OpenError> {
    let link = Link::connect(&Session::of_environment().display(display)?)?;
    leftovers::release(&link)?;
    keys::empty_leftovers(link)
}

/// See [`crate::watch_over`].
pub(crate) fn watch_over(display: Option<&str>) -> Result<X11Vigil, OpenError> {
    Ok(X11Vigil(Link::connect(&Session::of_environment().display(display)?)?))
}

/// See [`crate::feel_pulse`].
pub(crate) fn feel_pulse(display: Option<&str>) -> Result<X11Pulse, OpenError> {
    X11Pulse::open(Link::connect(&Session::of_environment().display(display)?)?)
}

/// See [`crate::GenuinePresses::open`].
pub(crate) fn watch_presses(display: Option<&str>) -> Result<X11Presses, OpenError> {
    let link = Link::connect(&Session::of_environment().display(display)?)?;
    // Its X server is told all that a program lets a Wayland desktop do as if a device had done it.
    if is_xwayland(&link)? {
        return Err(OpenError::Wayland);
    }
    X11Presses::open(link)
}

/// See [`crate::KeepAbove::start`].
pub(crate) fn keep_above(display: Option<&str>, window: u32) -> Result<X11Above, OpenError> {
    X11Above::start(Link::connect(&Session::of_environment().display(display)?)?, window)
}

/// See [`crate::FormerFocus::watch`].
pub(crate) fn watch_focus(display: Option<&str>, process: u32) -> Result<X11Former, OpenError> {
    X11Former::start(Link::connect(&Session::of_environment().display(display)?)?, process)
}

/// See [`crate::HotKey::grab`].
pub(crate) fn grab_hot_key(display: Option<&str>, chords: &[Chord]) -> Result<X11HotKey, HotKeyError> {
    X11HotKey::grab(Link::connect(&Session::of_environment().display(display)?)?, chords)
}

/// See [`crate::Clipboard::open`].
pub(crate) fn open_clipboard(display: Option<&str>, longest: usize) -> Result<X11Clipboard, OpenError> {
    X11Clipboard::open(Link::connect(&Session::of_environment().display(display)?)?, longest)
}

#[cfg(feature = "scrap")]
fn open_scrap(link: Link, display: &str, of_environment: Option<&str>) -> Result<X11Screen, OpenError> {
    if of_environment != Some(display) {
        return Err(OpenError::Backend {
            backend: CaptureBackend::Scrap.name(),
            reason: format!("it reads only the desktop that DISPLAY names; set DISPLAY={display} instead"),
        });
    }
    X11Screen::open_polling(link)
}

#[cfg(not(feature = "scrap"))]
fn open_scrap(_: Link, _: &str, _: Option<&str>) -> Result<X11Screen, OpenError> {
    Err(OpenError::Backend {
        backend: CaptureBackend::Scrap.name(),
        reason: "this program was built without it; use the default".to_owned(),
    })
}

/// What the environment says about the desktop.
struct Session {
    display: Option<String>,
    is_wayland: bool,
}

impl Session {
    fn of_environment() -> Self {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            display: set("DISPLAY"),
            is_wayland: set("WAYLAND_DISPLAY").is_some()
                || set("XDG_SESSION_TYPE").is_some_and(|kind| kind.eq_ignore_ascii_case("wayland")),
        }
    }

    /// The display to open: the one asked for, else the environment's.
    fn display(&self, asked: Option<&str>) -> Result<String, OpenError> {
        match asked.or(self.display.as_deref()) {
            Some(display) => Ok(display.to_owned()),
            None if self.is_wayland => Err(OpenError::Wayland),
            None => Err(OpenError::NoDisplay),
        }
    }
}

/// Whether the X server only serves single windows of a Wayland desktop: its own screen is then black.
fn is_xwayland(link: &Link) -> Result<bool, ScreenError> {
    if link.has_extension("XWAYLAND")? {
        return Ok(true);
    }
    if !link.has_extension("RANDR")? {
        return Ok(false);
    }
    // Servers before that extension tell it by the names of their outputs.
    let asked = "list the monitors";
    let resources = link.randr_get_screen_resources_current(link.root()).asked::<ScreenError>(asked)?;
    let resources = resources.reply().asked::<ScreenError>(asked)?;
    for output in resources.outputs {
        let info = link.randr_get_output_info(output, resources.config_timestamp);
        let info = info.asked::<ScreenError>(asked)?.reply().asked::<ScreenError>(asked)?;
        if info.name.starts_with(b"XWAYLAND") {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_display_asked_for_comes_before_the_environments() {
        let session = Session { display: Some(":1".to_owned()), is_wayland: false };
        assert_eq!(session.display(Some(":2")).unwrap(), ":2");
        assert_eq!(session.display(None).unwrap(), ":1");
    }

    #[test]
    fn without_a_display_the_words_say_what_is_missing() {
        let nothing = Session { display: None, is_wayland: false };
        assert!(matches!(nothing.display(None), Err(OpenError::NoDisplay)));
        let wayland = Session { display: None, is_wayland: true };
        assert!(matches!(wayland.display(None), Err(OpenError::Wayland)));
    }
}
