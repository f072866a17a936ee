//! The icon among the desktop's own: state at a glance, and a menu with the ways out.
//!
//! On Linux it is a StatusNotifierItem over D-Bus. KDE, Xfce, Cinnamon, MATE, Budgie and LXQt show such icons, and so
//! does GNOME with the AppIndicator extension (part of Ubuntu); a panel that knows only the older tray of X11 windows
//! does not. Where nobody shows it the program goes on without, so nothing may be reachable through it alone. It
//! appears by itself once a panel that shows it starts.

mod icon;

use crate::system::Item;

pub use icon::TrayIcon;

/// All that the icon and its menu show, in the person's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrayState {
    /// What the icon shows.
    pub icon: TrayIcon,
    /// The program's name.
    pub title: String,
    /// What is going on, in one line.
    pub tooltip: String,
    /// The entry that brings up the window.
    pub show: String,
    /// The entry that pauses or resumes, while there is a session.
    pub pause: Option<TrayPause>,
    /// The entry that ends the session or the program.
    pub end: String,
}

/// What the entry for pausing says and does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrayPause {
    /// It pauses, in these words.
    Pause(String),
    /// It resumes, in these words.
    Resume(String),
}

/// What somebody chose.
///
/// Nobody can tell who: other programs can choose it as well as the person. Resuming hands the desktop out again, so
/// ask before, or only bring up the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrayEvent {
    /// Bring up the window: the entry, or a click on the icon.
    Show,
    /// Pause.
    Pause,
    /// Resume.
    Resume,
    /// End.
    End,
}

/// Whether the icon is to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TrayPlace {
    /// The desktop has not answered yet.
    Asking,
    /// It is shown.
    Shown,
    /// No panel shows such icons now; it comes when one does.
    NoPanel,
    /// It can't be shown: there is no session bus, or no way on this system yet.
    Nowhere,
}

/// The icon. Dropping it takes it away.
#[derive(Debug)]
pub struct Tray(Item);

impl Tray {
    /// Asks the desktop to show the icon. Returns at once: a desktop that answers slowly, or never, holds up nobody.
    ///
    /// `program` names the program to the desktop. `hear` is called on a thread of the tray's own and must not block;
    /// send a message to the window's thread.
    #[must_use = "dropping it takes the icon away"]
    pub fn open(program: &str, state: TrayState, hear: impl Fn(TrayEvent) + Send + 'static) -> Self {
        Self(Item::open(program, state, Box::new(hear)))
    }

    /// Shows this from now on. Returns at once.
    pub fn set(&self, state: TrayState) {
        self.0.set(state);
    }

    /// Whether it is to be seen.
    #[must_use]
    pub fn place(&self) -> TrayPlace {
        self.0.place()
    }
}
