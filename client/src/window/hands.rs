//! Whether a person's hand at this computer has pressed.
//!
//! What somebody injects can reach our windows like a real press. So every press is shown to [`GenuinePresses`], and
//! a command that only the person may give counts only if no other press can have caused it.

use std::collections::{HashMap, HashSet};

use farhand_desktop::{GenuinePresses, PressKind};
use farhand_window::winit::event::{ElementState, KeyEvent, TouchPhase, WindowEvent};
use farhand_window::winit::keyboard::{Key, NamedKey};
use farhand_window::winit::platform::scancode::PhysicalKeyExtScancode as _;
use farhand_window::winit::raw_window_handle::{HasWindowHandle as _, RawWindowHandle};
use farhand_window::winit::window::Window;

use super::app::Pane;

/// Judges presses.
#[derive(Debug)]
pub(crate) struct Hands {
    /// Missing where presses can't be told apart; then none is the person's.
    presses: Option<GenuinePresses>,
    numbers: HashMap<Pane, u32>,
    /// Windows whose last press of a button or finger was not the person's.
    pointed: HashSet<Pane>,
    /// Windows in which such a button or finger is still down: what its release does is no hand's either.
    held: HashSet<Pane>,
    /// Windows in which, since their last frame, something else than a hand pressed a key, let go of a button or asked
    /// for an action.
    keyed: HashSet<Pane>,
}

/// Whether a key only changes what others mean: it neither answers a question nor moves towards an answer.
pub(crate) fn is_modifier(key: &Key) -> bool {
    matches!(
        key,
        Key::Named(
            NamedKey::Shift | NamedKey::Control | NamedKey::Alt | NamedKey::AltGraph | NamedKey::Super
        )
    )
}

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    Pass,
    Drop,
    DropAndSay,
}

impl Hands {
    pub(crate) fn new(presses: Option<GenuinePresses>) -> Self {
        Self {
            presses,
            numbers: HashMap::new(),
            pointed: HashSet::new(),
            held: HashSet::new(),
            keyed: HashSet::new(),
        }
    }

    /// Notes a new window; gives its number where windows have one.
    pub(crate) fn opened(&mut self, pane: Pane, window: &Window) -> Option<u32> {
        let number = match window.window_handle().ok()?.as_raw() {
            RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok()?,
            RawWindowHandle::Xcb(handle) => handle.window.get(),
            _ => return None,
        };
        self.numbers.insert(pane, number);
        self.pointed.remove(&pane);
        Some(number)
    }

    /// Looks at an event before the interface does. While a question is open, keys that no hand pressed don't even
    /// move the focus; they may say no.
    pub(crate) fn see(&mut self, pane: Pane, event: &WindowEvent, is_asked: bool) -> Seen {
        match event {
            WindowEvent::MouseInput { state: ElementState::Pressed, .. } => {
                self.note_pointer(pane, PressKind::Button)
            }
            WindowEvent::Touch(touch) if touch.phase == TouchPhase::Started => {
                self.note_pointer(pane, PressKind::Touch)
            }
            WindowEvent::MouseInput { state: ElementState::Released, .. } => self.note_release(pane),
            WindowEvent::Touch(touch) if touch.phase != TouchPhase::Moved => self.note_release(pane),
            WindowEvent::KeyboardInput { event, is_synthetic: false, .. }
                if event.state == ElementState::Pressed =>
            {
                self.see_key(pane, event, is_asked)
            }
            _ => Seen::Pass,
        }
    }

    /// An action that a screen reader or another program asks for has no device.
    pub(crate) fn see_action(&mut self, pane: Pane) {
        self.keyed.insert(pane);
    }

    /// Whether what a window's frame wants comes from the person. Asked once a frame.
    pub(crate) fn are_in_use(&mut self, pane: Pane) -> bool {
        !self.keyed.remove(&pane) && !self.pointed.contains(&pane)
    }

    fn note_pointer(&mut self, pane: Pane, kind: PressKind) -> Seen {
        if self.is_genuine(pane, kind) {
            self.pointed.remove(&pane);
        } else {
            self.pointed.insert(pane);
            self.held.insert(pane);
        }
        Seen::Pass
    }

    fn note_release(&mut self, pane: Pane) -> Seen {
        if self.held.remove(&pane) {
            // Whatever else comes in the same frame.
            self.keyed.insert(pane);
        }
        Seen::Pass
    }

    fn see_key(&mut self, pane: Pane, event: &KeyEvent, is_asked: bool) -> Seen {
        // One that this system has no number for is nobody's.
        let code = event.physical_key.to_scancode();
        let is_genuine = code.is_some_and(|code| self.is_genuine(pane, PressKind::Key(code)));
        if is_genuine {
            // From now on a key speaks, whoever pressed the pointer's button before; not while that is still down.
            if !self.held.contains(&pane) {
                self.pointed.remove(&pane);
            }
            return Seen::Pass;
        }
        self.keyed.insert(pane);
        let is_safe = event.logical_key == Key::Named(NamedKey::Escape) || is_modifier(&event.logical_key);
        if !is_asked || is_safe {
            Seen::Pass
        } else if event.repeat {
            Seen::Drop
        } else {
            Seen::DropAndSay
        }
    }

    fn is_genuine(&mut self, pane: Pane, kind: PressKind) -> bool {
        let (Some(presses), Some(number)) = (&mut self.presses, self.numbers.get(&pane)) else {
            return false;
        };
        presses.is_genuine(kind, *number)
    }
}
