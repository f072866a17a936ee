//! Whose window gets an input: those of one process get none, nor does what ends a session from anywhere.

use farhand_proto::input::Key;
use x11rb::protocol::res::{ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::xproto::{ConnectionExt as _, Window};

use super::hotkey;
use super::link::{Asked, FromFailure, Link};
use crate::{InjectError, OpenError, ScreenError};

/// Windows that a window lies in, at most: a window manager adds two or three, a toolkit a few more.
const DEEPEST: usize = 64;

/// Tells windows of one process from all others, by what the server itself knows of its clients.
pub(super) struct Untouched {
    link: Link,
    process: u32,
}

impl Untouched {
    pub(super) fn of(process: u32, link: Link) -> Result<Self, OpenError> {
        link.need_extensions(&["X-Resource"])?;
        // Questions about processes came with 1.2 (X.org's X server 1.12, 2012).
        let asked: Result<_, OpenError> = link.res_query_version(1, 2).asked("tell its clients");
        asked?.reply().asked::<ScreenError>("tell its clients")?;
        Ok(Self { link, process })
    }

    /// Refuses if a press where the pointer is would go to one of the windows.
    pub(super) fn refuse_under_pointer(&self) -> Result<(), InjectError> {
        let mut window = self.link.root();
        for _ in 0..DEEPEST {
            let reply =
                self.link.query_pointer(window).asked::<InjectError>("tell where the pointer is")?.reply();
            // A window that closed meanwhile takes no press.
            let Ok(reply) = reply else { return self.link_is_alive() };
            if reply.child == x11rb::NONE {
                return Ok(());
            }
            window = reply.child;
            if self.is_theirs(window)? {
                return Err(InjectError::OwnWindow);
            }
        }
        Ok(())
    }

    /// Refuses if a key would go to one of the windows.
    pub(super) fn refuse_at_focus(&self) -> Result<(), InjectError> {
        let focus = self.link.get_input_focus().asked::<InjectError>("tell which window has the keyboard")?;
        let focus = focus.reply().asked::<InjectError>("tell which window has the keyboard")?.focus;
        // None and PointerRoot (0 and 1) are no windows: then the key goes to the window under the pointer, if any.
        if focus <= 1 || focus == self.link.root() {
            return self.refuse_under_pointer();
        }
        let mut window = focus;
        for _ in 0..DEEPEST {
            if self.is_theirs(window)? {
                return Err(InjectError::OwnWindow);
            }
            let reply = self.link.query_tree(window).asked::<InjectError>("tell a window's parent")?.reply();
            let Ok(reply) = reply else { return self.link_is_alive() };
            if reply.parent == x11rb::NONE || reply.parent == reply.root {
                return Ok(());
            }
            window = reply.parent;
        }
        Ok(())
    }

    /// Refuses a key that would be a hot key of the person's.
    pub(super) fn refuse_hot_key(&self, key: Key) -> Result<(), InjectError> {
        if hotkey::is_taken::<InjectError>(&self.link, key)? { Err(InjectError::OwnWindow) } else { Ok(()) }
    }

    fn is_theirs(&self, window: Window) -> Result<bool, InjectError> {
        is_of(&self.link, window, self.process)
    }

    fn link_is_alive(&self) -> Result<(), InjectError> {
        is_alive(&self.link)
    }
}

/// Whether a window is one of this process; one that closed meanwhile is nobody's.
pub(super) fn is_of<E: FromFailure>(link: &Link, window: Window, process: u32) -> Result<bool, E> {
    let spec = ClientIdSpec { client: window, mask: ClientIdMask::LOCAL_CLIENT_PID };
    let reply = link.res_query_client_ids(&[spec]).asked::<E>("tell whose window it is")?;
    let Ok(reply) = reply.reply() else { return is_alive(link).map(|()| false) };
    Ok(reply.ids.iter().any(|id| id.value.first() == Some(&process)))
}

fn is_alive<E: FromFailure>(link: &Link) -> Result<(), E> {
    let asked = link.get_input_focus().asked::<E>("answer")?;
    asked.reply().asked::<E>("answer").map(|_| ())
}
