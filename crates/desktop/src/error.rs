//! What can go wrong with a desktop, in words for the person at it or for whoever started the program.

use farhand_proto::screen::{Rect, Size};

/// Why a desktop can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nothing says where the desktop is.
    #[error(
        "there is no desktop here: DISPLAY is not set; start the program from a terminal of the desktop, or set \
         DISPLAY to it, for example DISPLAY=:0"
    )]
    NoDisplay,
    /// The desktop is a Wayland one, which shows nothing to X11 programs.
    #[error(
        "this desktop runs on Wayland, which can't be shown yet; log out, choose a session named \"Xorg\" or \
         \"X11\" on the login screen and log in again"
    )]
    Wayland,
    /// The server of the desktop can't be reached.
    #[error("the desktop {display} can't be reached: {reason}; check that it runs and that DISPLAY names it")]
    Unreachable {
        /// The display's name.
        display: String,
        /// What the system said.
        reason: String,
    },
    /// The server of the desktop turned this program away.
    #[error(
        "the desktop {display} refused this program: {reason}; run it as the user who is logged in there, or set \
         XAUTHORITY to that user's file"
    )]
    Refused {
        /// The display's name.
        display: String,
        /// What the server said.
        reason: String,
    },
    /// The server of the desktop lacks a part that is needed.
    #[error(
        "the desktop's X server lacks the extension {name}; it must be switched on in the server's settings"
    )]
    MissingExtension {
        /// The extension's name.
        name: &'static str,
    },
    /// The desktop's pixels are of a kind that is not handled.
    #[error(
        "the desktop shows {depth}-bit {kind} pixels, only 24-bit true colour can be shown; change the colour \
         depth in the display settings"
    )]
    UnsupportedDepth {
        /// Bits of one pixel.
        depth: u8,
        /// What the bits mean.
        kind: &'static str,
    },
    /// The way of capturing that was asked for does not go with the other options.
    #[error("{backend} can't capture here: {reason}")]
    Backend {
        /// The name of the way of capturing.
        backend: &'static str,
        /// What is in the way, and what to do.
        reason: String,
    },
    /// No way of capturing exists on this kind of system.
    #[error("showing and driving the desktop is not on this system yet; it works on Linux with X11")]
    NotOnThisSystem,
    /// The server went away or answered against its own rules while it was opened.
    #[error(transparent)]
    Screen(#[from] ScreenError),
}

/// Why the screen can't be watched or read.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// The server of the desktop ended.
    #[error("the desktop is gone: its display server ended, the person may have logged out")]
    DisplayGone,
    /// The desktop has more pixels than are handled.
    #[error("the desktop of {} x {} pixels is too large to be shown; lower its resolution", .0.width, .0.height)]
    TooLarge(Size),
    /// The caller's picture does not fit the area asked for.
    #[error("a picture of {picture:?} can't take the pixels of {area:?}")]
    WrongPicture {
        /// The picture's size.
        picture: Size,
        /// The area asked for.
        area: Rect,
    },
    /// The server refused something that it should not.
    #[error("the display server refused to {what}: {reason}")]
    Server {
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        reason: String,
    },
}

/// Why an input can't be done on the desktop.
#[derive(Debug, thiserror::Error)]
pub enum InjectError {
    /// The server of the desktop ended.
    #[error("the desktop is gone: its display server ended, the person may have logged out")]
    DisplayGone,
    /// The person holds keys that would turn text into commands.
    #[error("the person at the desktop holds {keys} down; text can be typed once it is released")]
    ModifierHeld {
        /// The names of the keys.
        keys: String,
    },
    /// It would have gone to a window of [`Options::untouched`](crate::Options::untouched).
    #[error("the window there gets no input from here")]
    OwnWindow,
    /// An [`Interrupter`](crate::Interrupter) broke it off.
    #[error("it was broken off because everything was released meanwhile")]
    Interrupted {
        /// How many bytes of a text had been typed by then; of anything else nothing had been done.
        typed: usize,
    },
    /// The keyboard has no room left for a character that no key types.
    #[error("no key of the desktop's keyboard types {character:?} and none is free to learn it")]
    NoFreeKey {
        /// The character, `None` for a key that has a name.
        character: Option<char>,
    },
    /// The server refused something that it should not.
    #[error("the display server refused to {what}: {reason}")]
    Server {
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        reason: String,
    },
}

/// Why the person's own input can't be watched.
#[derive(Debug, thiserror::Error)]
pub enum LocalInputError {
    /// The server of the desktop ended.
    #[error("the desktop is gone: its display server ended, the person may have logged out")]
    DisplayGone,
    /// The server refused something that it should not.
    #[error("the display server refused to {what}: {reason}")]
    Server {
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        reason: String,
    },
}
