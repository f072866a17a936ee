//! Drives an X11 desktop: keys and text through our own XTEST code, the pointer through enigo.
//!
//! The two have a connection each, and the server promises no order between connections. So each waits until the
//! server has taken in what it sent before the other one goes on.

use farhand_proto::input::Input;

use super::keys::Keyboard;
use super::link::Link;
use super::own::Untouched;
use super::pointer::Pointer;
use crate::{InjectError, Injector, Interrupter, OpenError};

/// Drives one X11 desktop.
pub(super) struct X11Injector {
    interrupter: Interrupter,
    keyboard: Keyboard,
    pointer: Pointer,
    untouched: Option<Untouched>,
}

impl X11Injector {
    /// Windows of the process `untouched` get nothing.
    pub(super) fn open(display: &str, untouched: Option<u32>) -> Result<Self, OpenError> {
        // The keyboard first: it names the extensions that are missing.
        let interrupter = Interrupter::default();
        let keyboard = Keyboard::open(Link::connect(display)?, interrupter.clone())?;
        let untouched =
            untouched.map(|process| Untouched::of(process, Link::connect(display)?)).transpose()?;
        Ok(Self { interrupter, keyboard, pointer: Pointer::open(display)?, untouched })
    }

    fn act(&mut self, input: &Input) -> Result<(), InjectError> {
        match input {
            Input::Key { key, pressed: true } => {
                self.untouched.as_ref().map_or(Ok(()), Untouched::refuse_at_focus)?;
                self.keyboard.press(*key)
            }
            Input::Key { key, pressed: false } => self.keyboard.release(*key),
            Input::Text(text) => {
                self.untouched.as_ref().map_or(Ok(()), Untouched::refuse_at_focus)?;
                self.keyboard.type_text(text)
            }
            Input::Move(at) => self.pointer.move_to(*at),
            Input::Button { button, pressed, at } => {
                self.pointer.move_to(*at)?;
                if *pressed {
                    self.untouched.as_ref().map_or(Ok(()), Untouched::refuse_under_pointer)?;
                }
                self.pointer.button(*button, *pressed)
            }
            Input::Scroll { right, down, at } => {
                self.pointer.move_to(*at)?;
                self.untouched.as_ref().map_or(Ok(()), Untouched::refuse_under_pointer)?;
                self.pointer.scroll(*right, *down)
            }
            Input::ReleaseAll => {
                self.interrupter.clear();
                let keys = self.keyboard.release_all();
                self.pointer.release_all().and(keys)
            }
        }
    }
}

impl Injector for X11Injector {
    fn inject(&mut self, input: &Input) -> Result<(), InjectError> {
        self.act(input).map_err(|error| match error {
            // A refusal may only mean that the server died.
            InjectError::Server { .. } if self.keyboard.check().is_err() => InjectError::DisplayGone,
            error => error,
        })
    }

    fn release_all(&mut self) -> Result<(), InjectError> {
        self.inject(&Input::ReleaseAll)
    }

    fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }
}

impl Drop for X11Injector {
    fn drop(&mut self) {
        if let Err(error) = self.release_all() {
            tracing::debug!(%error, "keys and buttons could not be released");
        }
    }
}
