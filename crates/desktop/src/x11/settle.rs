//! Waits until the window manager has dealt with what was pressed.
//!
//! A click that gives another window the keyboard goes to the window manager first. While that is busy, for example
//! because the keyboard's map changed, keys would still go to the window that had the keyboard before. A manager
//! works off one event after another: once it has answered a question, it has dealt with all that came before.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, Property, Window,
    WindowClass,
};

use super::link::{Asked, FromFailure, Link};
use crate::{InjectError, Interrupter, OpenError};

const ASKED: &str = "ask the window manager";

/// The longest wait for an answer.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How often it looks whether it is to break off.
const LOOK: Duration = Duration::from_millis(20);

x11rb::atom_manager! {
    Atoms: AtomsCookie {
        _NET_SUPPORTED,
        _NET_SUPPORTING_WM_CHECK,
        _NET_REQUEST_FRAME_EXTENTS,
        _NET_FRAME_EXTENTS,
    }
}

/// Asks the window manager questions that every one that follows EWMH answers: how wide it would make the frame of a
/// window, which is ours and never shown.
pub(super) struct Manager {
    link: Link,
    atoms: Atoms,
    window: Window,
    interrupter: Interrupter,
    /// Whether it has yet to deal with something.
    is_busy: bool,
    /// A question that it left without an answer: it is not waited for again before that.
    is_silent: bool,
}

impl Manager {
    pub(super) fn find(link: Link, interrupter: Interrupter) -> Result<Self, OpenError> {
        let atoms = Atoms::new(&*link).asked::<OpenError>(ASKED)?.reply().asked::<OpenError>(ASKED)?;
        let window = link.generate_id().map_err(|error| {
            OpenError::Screen(crate::ScreenError::Server { what: ASKED, reason: error.to_string() })
        })?;
        let (root, class) = (link.root(), WindowClass::INPUT_OUTPUT);
        let values = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        link.create_window(x11rb::COPY_DEPTH_FROM_PARENT, window, root, 0, 0, 1, 1, 0, class, 0, &values)
            .asked::<OpenError>(ASKED)?
            .check()
            .asked::<OpenError>(ASKED)?;
        Ok(Self { link, atoms, window, interrupter, is_busy: false, is_silent: false })
    }

    /// Notes that it was given something to do that decides which window gets the keyboard.
    pub(super) fn is_at_work(&mut self) {
        self.is_busy = true;
    }

    /// Blocks until it has dealt with that, at most for [`PATIENCE`].
    pub(super) fn settled(&mut self) -> Result<(), InjectError> {
        if !std::mem::take(&mut self.is_busy) {
            return Ok(());
        }
        let start = Instant::now();
        self.hear()?;
        if self.is_silent || !self.answers()? {
            return Ok(());
        }
        self.ask()?;
        self.is_silent = true;
        while self.is_silent && start.elapsed() < PATIENCE {
            if self.interrupter.is_set() {
                return Err(InjectError::Interrupted { typed: 0 });
            }
            let deadline = (Instant::now() + LOOK).min(start + PATIENCE);
            self.link.sleep(Some(deadline)).asked::<InjectError>(ASKED)?;
            self.hear()?;
        }
        let waited = start.elapsed();
        tracing::debug!(?waited, is_silent = self.is_silent, "the window manager was waited for");
        Ok(())
    }

    /// Takes in its answers.
    fn hear(&mut self) -> Result<(), InjectError> {
        while let Some(event) = self.link.poll_for_event().asked::<InjectError>(ASKED)? {
            if let Event::PropertyNotify(event) = event {
                let is_answer =
                    event.atom == self.atoms._NET_FRAME_EXTENTS && event.state == Property::NEW_VALUE;
                self.is_silent &= !(is_answer && event.window == self.window);
            }
        }
        Ok(())
    }

    /// Whether there is a manager that answers.
    fn answers(&self) -> Result<bool, InjectError> {
        let atoms = &self.atoms;
        let (check, supported) = (atoms._NET_SUPPORTING_WM_CHECK, atoms._NET_SUPPORTED);
        let manager = list::<InjectError>(&self.link, self.link.root(), check, AtomEnum::WINDOW)?;
        let Some(manager) = manager.first().copied() else { return Ok(false) };
        // One that ended left its words on the root window, but no window.
        if list::<InjectError>(&self.link, manager, check, AtomEnum::WINDOW)? != [manager] {
            return Ok(false);
        }
        let supported = list::<InjectError>(&self.link, self.link.root(), supported, AtomEnum::ATOM)?;
        Ok(supported.contains(&atoms._NET_REQUEST_FRAME_EXTENTS))
    }

    fn ask(&self) -> Result<(), InjectError> {
        let kind = self.atoms._NET_REQUEST_FRAME_EXTENTS;
        let message = ClientMessageEvent::new(32, self.window, kind, [0u32; 5]);
        let whom = EventMask::SUBSTRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_REDIRECT;
        let sent = self.link.send_event(false, self.link.root(), whom, message);
        sent.asked::<InjectError>(ASKED)?.ignore_error();
        Ok(())
    }
}

/// A window's list of numbers; none if there is no such window or list.
fn list<E: FromFailure>(link: &Link, window: Window, name: u32, kind: AtomEnum) -> Result<Vec<u32>, E> {
    let property = link.get_property(false, window, name, kind, 0, 1024).asked::<E>(ASKED)?;
    match property.reply() {
        Ok(property) => Ok(property.value32().into_iter().flatten().collect()),
        Err(x11rb::errors::ReplyError::X11Error(_)) => Ok(Vec::new()),
        Err(error) => Err(super::link::failed(ASKED, error)),
    }
}
