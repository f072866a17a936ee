//! Drives an X11 desktop: keys and text through our own XTEST code, the pointer through enigo.
//!
//! The two have a connection each, and the server promises no order between connections. So each waits until the
//! server has taken in what it sent before the other one goes on.

use farhand_proto::input::{Input, Key};

use super::keys::Keyboard;
use super::link::Link;
use super::own::Untouched;
use super::pointer::Pointer;
use super::settle::Manager;
use crate::{InjectError, Injector, Interrupter, OpenError, Options};

/// Drives one X11 desktop.
pub(super) struct X11Injector {
    interrupter: Interrupter,
    keyboard: Keyboard,
    pointer: Pointer,
    manager: Manager,
    untouched: Option<Untouched>,
}

impl X11Injector {
    pub(super) fn open(display: &str, options: &Options) -> Result<Self, OpenError> {
        // The keyboard first: it names the extensions that are missing.
        let interrupter = Interrupter::default();
        let keyboard = Keyboard::open(Link::connect(display)?, interrupter.clone(), options.is_guarded)?;
        let manager = Manager::find(Link::connect(display)?, interrupter.clone())?;
        let untouched = options.untouched.map(|process| Untouched::of(process, Link::connect(display)?));
        let untouched = untouched.transpose()?;
        Ok(Self { interrupter, keyboard, pointer: Pointer::open(display)?, manager, untouched })
    }

    /// Waits until what came before has decided which window gets the keyboard.
    fn find_focus(&mut self) -> Result<(), InjectError> {
        self.manager.settled()?;
        self.untouched.as_ref().map_or(Ok(()), Untouched::refuse_at_focus)
    }

    /// Notes that the window manager may have to take in a new map.
    fn after_keys(&mut self, done: Result<(), InjectError>) -> Result<(), InjectError> {
        if self.keyboard.has_taught() {
            self.manager.is_at_work();
        }
        done
    }

    fn act(&mut self, input: &Input) -> Result<(), InjectError> {
        match input {
            Input::Key { key, pressed: true } => {
                self.find_focus()?;
                self.untouched.as_ref().map_or(Ok(()), |untouched| untouched.refuse_hot_key(*key))?;
                let pressed = self.keyboard.press(*key);
                self.after_keys(pressed)
            }
            Input::Key { key, pressed: false } => {
                if matches!(key, Key::Named(named) if named.is_modifier()) {
                    // Chords that change windows are over when their modifier is released.
                    self.manager.is_at_work();
                }
                self.keyboard.release(*key)
            }
            Input::Text(text) => {
                self.find_focus()?;
                let typed = self.keyboard.type_text(text);
                self.after_keys(typed)
            }
            Input::Move(at) => self.pointer.move_to(*at),
            Input::Button { button, pressed, at } => {
                self.pointer.move_to(*at)?;
                if *pressed {
                    self.untouched.as_ref().map_or(Ok(()), Untouched::refuse_under_pointer)?;
                }
                self.manager.is_at_work();
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
