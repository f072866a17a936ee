//! Which of the window's events are the picture's, and what they say to the customer's desktop.

use farhand_proto::input::Button;
use farhand_window::egui;
use farhand_window::winit::event::{ElementState, Ime, KeyEvent, MouseButton, MouseScrollDelta, WindowEvent};
use farhand_window::winit::keyboard::{Key, NamedKey};
use farhand_window::winit::platform::modifier_supplement::KeyEventExtModifierSupplement as _;
use farhand_window::{CaptureState, Taken, winit};

use super::keys::{Keyboard, Stroke};
use super::mouse::Mouse;
use super::place::Placement;
use super::{SessionView, Wish};

/// Where the operator's keyboard and mouse are.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) keyboard: Keyboard,
    pub(super) mouse: Mouse,
    /// Where the picture was drawn.
    pub(super) placement: Option<Placement>,
    /// Whether the picture has the keyboard.
    focus: Focus,
    /// Whether the keyboard stays away from the picture until somebody chooses it: what is beside it is being used.
    pub(super) is_beside: bool,
    /// Where the mouse is, in pixels of the window.
    cursor: Option<(f64, f64)>,
    /// Whether the mouse is over the picture, and the interface knows that it is.
    is_over: bool,
    /// Buttons that went down elsewhere in the window.
    strange_buttons: usize,
    /// Whether a menu is open, which the next click closes.
    is_menu_open: bool,
    /// What lies over the picture, in pixels of the window.
    covers: Vec<egui::Rect>,
    /// In full screen: whether the strip is there.
    pub(super) is_bar_shown: bool,
    /// Where the mouse pushes what is seen of the picture: to the right and downwards, from -1 to 1.
    pub(super) push: egui::Vec2,
    /// How far a picture that is larger than its room is pushed on or scrolled, in points.
    pub(super) scrolled: egui::Vec2,
    /// How far it can be.
    pub(super) scrollable: egui::Vec2,
}

/// So near to the edge of what is seen, in pixels of the window, the mouse pushes it on.
const PUSHING: f64 = 24.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Focus {
    /// Something else has it, or nothing.
    #[default]
    Elsewhere,
    /// It goes to the picture with the next frame; keys go there from now on.
    Wanted,
    Here,
    /// It goes to the strip with the next frame.
    ToStrip,
}

impl Input {
    pub(super) fn is_idle(&self) -> bool {
        self.keyboard.is_idle() && self.mouse.is_idle()
    }

    /// Forgets what is held: it is released over there.
    pub(super) fn forget(&mut self) {
        self.keyboard.clear();
        self.mouse.clear();
    }

    /// The view is no longer shown.
    pub(super) fn leave(&mut self) {
        (self.focus, self.cursor, self.is_over) = (Focus::Elsewhere, None, false);
        (self.strange_buttons, self.is_menu_open, self.is_bar_shown) = (0, false, false);
        self.push = egui::Vec2::ZERO;
        self.placement = None;
        self.covers.clear();
    }

    pub(super) fn has_focus(&self) -> bool {
        matches!(self.focus, Focus::Wanted | Focus::Here)
    }

    /// Gives the keyboard to the picture with the next frame.
    pub(super) fn focus_picture(&mut self) {
        self.is_beside = false;
        self.focus = Focus::Wanted;
    }

    pub(super) fn begin_frame(&mut self) {
        self.covers.clear();
        self.placement = None;
    }

    /// Something lies over the picture, in points.
    pub(super) fn cover(&mut self, rect: egui::Rect, pixels_per_point: f32) {
        self.covers.push(rect * pixels_per_point);
    }

    /// Notes whether a menu is open, and says so.
    pub(super) fn covers_picture(&mut self, context: &egui::Context) -> bool {
        self.is_menu_open = egui::Popup::is_any_open(context);
        self.is_menu_open
    }

    /// The operator turns to what is beside the picture.
    pub(super) fn turn_beside(&mut self) {
        (self.focus, self.is_beside) = (Focus::Elsewhere, true);
    }

    /// Whether the picture is to take the focus now.
    pub(super) fn takes_focus(&self) -> bool {
        self.focus == Focus::Wanted
    }

    /// Whether the focus is on its way from the picture to the strip.
    pub(super) fn leaves_picture(&self) -> bool {
        self.focus == Focus::ToStrip
    }

    /// Whether the strip's first button is to take the focus now.
    pub(super) fn gives_focus_to_strip(&mut self) -> bool {
        let gives = self.focus == Focus::ToStrip;
        if gives {
            self.focus = Focus::Elsewhere;
        }
        gives
    }

    /// Notes whether the picture has the focus after it was drawn.
    pub(super) fn note_focus(&mut self, has_focus: bool) {
        if self.focus == Focus::ToStrip {
            // The strip may be drawn after the picture.
        } else if has_focus {
            self.focus = Focus::Here;
        } else if self.focus == Focus::Here {
            self.focus = Focus::Elsewhere;
        }
    }

    /// Whether the mouse is where the picture is seen.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Notes how the mouse pushes what is seen of the picture, where it is larger than its room.
    pub(super) fn note_push(&mut self) {
        let at = self.cursor.filter(|at| self.sees(*at) || !self.mouse.is_idle());
        self.push =
            at.zip(self.placement).map_or(egui::Vec2::ZERO, |((x, y), Placement { place, clip, .. })| {
                // A pixel beyond the edge is but rounding.
                let along = |at: f64, start: i32, end: i32, first: i32, last: i32| {
                    let back = if first < start - 1 { f64::from(start) + PUSHING - at } else { 0.0 };
                    let on = if last > end + 1 { at - (f64::from(end) - PUSHING) } else { 0.0 };
                    ((on.max(0.0) - back.max(0.0)) / PUSHING).clamp(-1.0, 1.0) as f32
                };
                egui::vec2(
                    along(x, clip.x, clip.right(), place.x, place.right()),
                    along(y, clip.y, clip.bottom(), place.y, place.bottom()),
                )
            });
    }

    /// The picture was pushed on beneath the mouse: that is at another place of it now.
    pub(super) fn follow_push(&mut self) {
        if let (Some(at), Some(placement)) = (self.cursor, self.placement)
            && (self.is_over || !self.mouse.is_idle())
        {
            self.mouse.move_to(placement.nearest(at.0, at.1));
        }
    }

    fn sees(&self, (x, y): (f64, f64)) -> bool {
        let covered = self.covers.iter().any(|cover| cover.contains(egui::pos2(x as f32, y as f32)));
        !covered
            && !self.is_menu_open
            && self.strange_buttons == 0
            && self.placement.is_some_and(|placement| placement.at(x, y).is_some())
    }
}

impl SessionView {
    pub(super) fn handle(&mut self, event: &WindowEvent) -> (Taken, Vec<Wish>) {
        match event {
            WindowEvent::Focused(false) => {
                self.devices.is_over = false;
                if self.chosen.wants_capture {
                    self.chosen.wants_capture = false;
                }
                (Taken::No, self.release())
            }
            WindowEvent::Focused(true) => {
                self.may_have_copied = true;
                (Taken::No, Vec::new())
            }
            WindowEvent::HoveredFile(_) => {
                self.is_hovered = true;
                (Taken::YesRedraw, Vec::new())
            }
            WindowEvent::HoveredFileCancelled => {
                self.is_hovered = false;
                (Taken::YesRedraw, Vec::new())
            }
            WindowEvent::DroppedFile(path) => {
                self.is_hovered = false;
                // The others of the same drop follow before the next frame.
                self.dropped.push(path.clone());
                (Taken::YesRedraw, Vec::new())
            }
            WindowEvent::CursorLeft { .. } => {
                (self.devices.cursor, self.devices.is_over) = (None, false);
                self.devices.push = egui::Vec2::ZERO;
                (Taken::No, Vec::new())
            }
            WindowEvent::CursorMoved { position, .. } => {
                let (taken, wishes) = self.cursor_moved((position.x, position.y));
                self.devices.note_push();
                let pushes = taken == Taken::Yes && self.devices.push != egui::Vec2::ZERO;
                (if pushes { Taken::YesRedraw } else { taken }, wishes)
            }
            WindowEvent::MouseInput { state, button, .. } => self.button(*button, state.is_pressed()),
            WindowEvent::MouseWheel { delta, .. } => self.wheel(*delta),
            // What the desktop makes of keys that were down before is no stroke.
            WindowEvent::KeyboardInput { is_synthetic: true, .. } => (Taken::No, Vec::new()),
            WindowEvent::KeyboardInput { event, .. } => self.key(event),
            WindowEvent::Ime(Ime::Commit(text)) if self.takes_keys() => {
                (Taken::Yes, vec![Wish::Type(text.clone())])
            }
            WindowEvent::Ime(_) if self.takes_keys() => (Taken::Yes, Vec::new()),
            _ => (Taken::No, Vec::new()),
        }
    }

    fn takes_keys(&self) -> bool {
        self.devices.has_focus() && !self.devices.is_menu_open && self.can_act()
    }

    fn cursor_moved(&mut self, at: (f64, f64)) -> (Taken, Vec<Wish>) {
        self.devices.cursor = Some(at);
        if self.chosen.is_full_screen {
            let was_shown = self.devices.is_bar_shown;
            let over_bar =
                self.devices.covers.iter().any(|cover| cover.contains(egui::pos2(at.0 as f32, at.1 as f32)));
            let stays = over_bar || self.devices.is_menu_open || !self.devices.mouse.is_idle();
            self.devices.is_bar_shown = at.1 < 1.0 || (was_shown && stays);
            if self.devices.is_bar_shown != was_shown && self.devices.mouse.is_idle() {
                self.devices.is_over = false;
                return (Taken::No, Vec::new());
            }
        }
        if !self.can_act() {
            self.devices.is_over = false;
            return (Taken::No, Vec::new());
        }
        if !self.devices.mouse.is_idle() {
            // A drag goes on outside, as far as the picture goes.
            if let Some(placement) = self.devices.placement {
                self.devices.mouse.move_to(placement.nearest(at.0, at.1));
            }
            return (Taken::Yes, Vec::new());
        }
        let was_over = self.devices.is_over;
        self.devices.is_over = self.devices.sees(at);
        if !self.devices.is_over {
            return (Taken::No, Vec::new());
        }
        if let Some(place) = self.devices.placement.and_then(|placement| placement.at(at.0, at.1)) {
            self.devices.mouse.move_to(place);
        }
        // The interface hears of the first one, so that no button stays lit behind the mouse.
        (if was_over { Taken::Yes } else { Taken::No }, Vec::new())
    }

    fn button(&mut self, button: MouseButton, pressed: bool) -> (Taken, Vec<Wish>) {
        let named = match button {
            MouseButton::Left => Button::Left,
            MouseButton::Middle => Button::Middle,
            MouseButton::Right => Button::Right,
            MouseButton::Back => Button::Back,
            MouseButton::Forward => Button::Forward,
            MouseButton::Other(_) => return (Taken::No, Vec::new()),
        };
        let at = self.devices.cursor.filter(|_| self.can_act());
        let Some((x, y)) = at.filter(|at| !self.devices.mouse.is_idle() || self.devices.sees(*at)) else {
            let strange = &mut self.devices.strange_buttons;
            *strange = if pressed { *strange + 1 } else { strange.saturating_sub(1) };
            return (Taken::No, Vec::new());
        };
        let Some(placement) = self.devices.placement else { return (Taken::No, Vec::new()) };
        let mut taken = Taken::Yes;
        let mut wishes = Vec::new();
        if pressed {
            if !self.devices.has_focus() {
                self.devices.focus_picture();
                taken = Taken::YesRedraw;
            }
            self.known.pressed();
            wishes.extend(self.hand_over());
            // A click with the key is what it was pressed for.
            wishes.extend(self.devices.keyboard.use_withheld());
        }
        wishes.extend(self.devices.mouse.button(named, pressed, placement.nearest(x, y)));
        (taken, wishes)
    }

    fn wheel(&mut self, delta: MouseScrollDelta) -> (Taken, Vec<Wish>) {
        let at = self.devices.cursor.filter(|at| self.can_act() && self.devices.sees(*at));
        let place = at.zip(self.devices.placement).and_then(|((x, y), placement)| placement.at(x, y));
        let Some(place) = place else { return (Taken::No, Vec::new()) };
        // Here a wheel that is turned towards the operator moves the page up, and counts as downwards.
        match delta {
            MouseScrollDelta::LineDelta(right, down) => {
                self.devices.mouse.turn(-f64::from(right), -f64::from(down), place);
            }
            MouseScrollDelta::PixelDelta(pixels) => {
                self.devices.mouse.turn_points(-pixels.x, -pixels.y, place);
            }
        }
        let wishes = self.devices.keyboard.use_withheld().into_iter().collect();
        (Taken::Yes, wishes)
    }

    fn key(&mut self, event: &KeyEvent) -> (Taken, Vec<Wish>) {
        let pressed = event.state == ElementState::Pressed;
        let is_captured = self.capture.state() == CaptureState::Held;
        if pressed && !is_captured && event.logical_key == Key::Named(NamedKey::F11) {
            if !event.repeat {
                self.set_full_screen(!self.chosen.is_full_screen);
            }
            return (Taken::YesRedraw, Vec::new());
        }
        if !self.takes_keys() {
            // Such as a line of the talk.
            self.may_have_copied |= pressed;
            return (Taken::No, Vec::new());
        }
        let bare = event.key_without_modifiers();
        let struck = self.devices.keyboard.strike(Stroke {
            physical: event.physical_key,
            logical: &event.logical_key,
            bare: &bare,
            text: event.text.as_ref().map(winit::keyboard::SmolStr::as_str),
            location: event.location,
            pressed,
            repeat: event.repeat,
        });
        if struck.stranger {
            return (Taken::No, Vec::new());
        }
        if pressed {
            self.known.pressed();
        }
        let handed = if pressed { self.hand_over() } else { None };
        if struck.out {
            let mut wishes = struck.wishes;
            wishes.extend(self.lead_out());
            return (Taken::YesRedraw, wishes);
        }
        (Taken::Yes, handed.into_iter().chain(struck.wishes).collect())
    }

    /// Gives the keyboard back and goes to the strip.
    pub(super) fn lead_out(&mut self) -> Vec<Wish> {
        self.chosen.wants_capture = false;
        self.devices.focus = Focus::ToStrip;
        self.devices.is_bar_shown = self.chosen.is_full_screen;
        self.release()
    }

    /// Goes to full screen or back with the next frame.
    pub(super) fn set_full_screen(&mut self, on: bool) {
        self.chosen.is_full_screen = on;
        self.devices.is_bar_shown = false;
        self.waiting.push(Wish::FullScreen(on));
    }
}
