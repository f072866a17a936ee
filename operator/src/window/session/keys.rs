//! Keys of the operator's keyboard as acts on the customer's.
//!
//! What types a character travels as text, so that it arrives whatever layout the customer's keyboard has; with Ctrl,
//! Alt or Super it travels as the key of its letter. Every other key is pressed and released there as it is here.
//! Caps Lock and Num Lock stay here: what they change is in the text already.

use farhand_proto::input::{Input, Key, NamedKey};
use farhand_window::winit::keyboard::{Key as Logical, KeyCode, KeyLocation, NamedKey as Name, PhysicalKey};

use super::Wish;

/// What happened to one key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke<'a> {
    /// Which key it is, wherever that lies in the layout.
    pub(super) physical: PhysicalKey,
    /// What it means now.
    pub(super) logical: &'a Logical,
    /// What it would mean alone.
    pub(super) bare: &'a Logical,
    /// What it types.
    pub(super) text: Option<&'a str>,
    pub(super) location: KeyLocation,
    pub(super) pressed: bool,
    /// The operator's system repeats a key that stays down.
    pub(super) repeat: bool,
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Struck {
    pub(super) wishes: Vec<Wish>,
    /// The right Ctrl key was pressed and released alone: the operator wants out of the picture.
    pub(super) out: bool,
    /// The key was never pressed in the picture.
    pub(super) stranger: bool,
}

/// The keys that are down on the customer's desktop.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    held: Vec<(PhysicalKey, Key)>,
    /// The right Ctrl key is down and nothing was done with it yet, so it has not gone out.
    withheld: Option<PhysicalKey>,
    /// The keys that went down in this picture, whatever they are there.
    begun: Vec<PhysicalKey>,
}

impl Keyboard {
    pub(super) fn is_idle(&self) -> bool {
        self.held.is_empty() && self.withheld.is_none()
    }

    /// Forgets everything: it was released over there.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Sends a right Ctrl key that waited for what it is for.
    pub(super) fn use_withheld(&mut self) -> Option<Wish> {
        let physical = self.withheld.take()?;
        Some(self.press(physical, Key::Named(NamedKey::ControlRight)))
    }

    pub(super) fn strike(&mut self, stroke: Stroke<'_>) -> Struck {
        if stroke.pressed { self.down(stroke) } else { self.up(stroke.physical) }
    }

    fn up(&mut self, physical: PhysicalKey) -> Struck {
        self.begun.retain(|begun| *begun != physical);
        if self.withheld.take_if(|withheld| *withheld == physical).is_some() {
            return Struck { out: true, ..Struck::default() };
        }
        match self.release(physical) {
            Some(wish) => Struck { wishes: vec![wish], ..Struck::default() },
            None => Struck { stranger: true, ..Struck::default() },
        }
    }

    fn down(&mut self, stroke: Stroke<'_>) -> Struck {
        let is_held = self.held.iter().any(|(physical, _)| *physical == stroke.physical);
        let is_begun = self.begun.contains(&stroke.physical);
        if stroke.repeat && (!is_begun || is_held || self.withheld == Some(stroke.physical)) {
            // It was pressed at another customer's, or the customer's system repeats it by itself.
            return Struck::default();
        }
        if !is_begun {
            self.begun.push(stroke.physical);
        }
        let named = named(stroke.logical, stroke.location);
        if named == Some(NamedKey::ControlRight) {
            self.withheld = Some(stroke.physical);
            return Struck::default();
        }
        let mut wishes: Vec<_> = self.use_withheld().into_iter().collect();
        match self.meaning(stroke, named) {
            Meaning::Nothing => {}
            Meaning::Text(text) => wishes.push(Wish::Type(text)),
            Meaning::Key(key) => {
                wishes.extend(self.release(stroke.physical));
                wishes.push(self.press(stroke.physical, key));
            }
        }
        Struck { wishes, ..Struck::default() }
    }

    fn meaning(&self, stroke: Stroke<'_>, named: Option<NamedKey>) -> Meaning {
        let typed = stroke.text.filter(|text| !text.is_empty() && !text.chars().any(char::is_control));
        let is_chord = self.is_chord();
        match (named, typed) {
            (Some(NamedKey::CapsLock | NamedKey::NumLock), _) => Meaning::Nothing,
            // A dead key and the space bar give the accent alone.
            (Some(NamedKey::Space), Some(text)) if text != " " && !is_chord => Meaning::Text(text.to_owned()),
            (Some(named), _) => Meaning::Key(Key::Named(named)),
            (None, _) if is_chord => chord_key(stroke).map_or(Meaning::Nothing, Meaning::Key),
            (None, Some(text)) => Meaning::Text(text.to_owned()),
            (None, None) => Meaning::Nothing,
        }
    }

    /// Whether keys are commands now and not text. AltGr makes text, and some systems press Ctrl with it.
    fn is_chord(&self) -> bool {
        let holds = |key: NamedKey| self.held.iter().any(|(_, held)| *held == Key::Named(key));
        let commands =
            [NamedKey::Control, NamedKey::ControlRight, NamedKey::Alt, NamedKey::Super, NamedKey::SuperRight];
        commands.into_iter().any(holds) && !holds(NamedKey::AltGr)
    }

    fn press(&mut self, physical: PhysicalKey, key: Key) -> Wish {
        self.held.push((physical, key));
        Wish::Act(Input::Key { key, pressed: true })
    }

    fn release(&mut self, physical: PhysicalKey) -> Option<Wish> {
        let index = self.held.iter().position(|(held, _)| *held == physical)?;
        let (_, key) = self.held.remove(index);
        Some(Wish::Act(Input::Key { key, pressed: false }))
    }
}

#[derive(Debug)]
enum Meaning {
    Nothing,
    Key(Key),
    Text(String),
}

/// The key of a command: its letter, whatever Shift makes of it.
fn chord_key(stroke: Stroke<'_>) -> Option<Key> {
    let bare = match (stroke.bare, stroke.logical) {
        // A key that has a letter only for a moment has it with modifiers alone.
        (Logical::Character(text), _) | (Logical::Unidentified(_), Logical::Character(text)) => single(text)?,
        (Logical::Dead(accent), _) => (*accent)?,
        _ => return None,
    };
    if stroke.location == KeyLocation::Numpad
        && let Some(key) = pad(bare)
    {
        return Some(Key::Named(key));
    }
    // Programs know commands by Latin letters, so other alphabets give the letter at the same place.
    let is_latin = bare < '\u{370}' || !bare.is_alphabetic();
    let latin = LETTERS.iter().find(|(code, _)| PhysicalKey::Code(*code) == stroke.physical);
    match latin {
        Some((_, letter)) if !is_latin => Some(Key::Char(*letter)),
        _ => Some(Key::Char(bare)),
    }
}

fn single(text: &str) -> Option<char> {
    let mut characters = text.chars();
    let first = characters.next()?;
    (characters.next().is_none() && !first.is_control()).then_some(first)
}

fn pad(character: char) -> Option<NamedKey> {
    Some(match character {
        '0' => NamedKey::Pad0,
        '1' => NamedKey::Pad1,
        '2' => NamedKey::Pad2,
        '3' => NamedKey::Pad3,
        '4' => NamedKey::Pad4,
        '5' => NamedKey::Pad5,
        '6' => NamedKey::Pad6,
        '7' => NamedKey::Pad7,
        '8' => NamedKey::Pad8,
        '9' => NamedKey::Pad9,
        '+' => NamedKey::PadAdd,
        '-' => NamedKey::PadSubtract,
        '*' => NamedKey::PadMultiply,
        '/' => NamedKey::PadDivide,
        '.' | ',' => NamedKey::PadDecimal,
        _ => return None,
    })
}

/// The key that types no character of its own.
fn named(logical: &Logical, location: KeyLocation) -> Option<NamedKey> {
    let Logical::Named(name) = logical else { return None };
    let is_right = location == KeyLocation::Right;
    let side = |left, right| if is_right { right } else { left };
    Some(match name {
        Name::Enter if location == KeyLocation::Numpad => NamedKey::PadEnter,
        Name::Enter => NamedKey::Enter,
        Name::Tab => NamedKey::Tab,
        Name::Escape => NamedKey::Escape,
        Name::Backspace => NamedKey::Backspace,
        Name::Delete => NamedKey::Delete,
        Name::Insert => NamedKey::Insert,
        Name::Home => NamedKey::Home,
        Name::End => NamedKey::End,
        Name::PageUp => NamedKey::PageUp,
        Name::PageDown => NamedKey::PageDown,
        Name::ArrowUp => NamedKey::Up,
        Name::ArrowDown => NamedKey::Down,
        Name::ArrowLeft => NamedKey::Left,
        Name::ArrowRight => NamedKey::Right,
        Name::Shift => side(NamedKey::Shift, NamedKey::ShiftRight),
        Name::Control => side(NamedKey::Control, NamedKey::ControlRight),
        Name::Alt => NamedKey::Alt,
        Name::AltGraph => NamedKey::AltGr,
        Name::Super | Name::Meta => side(NamedKey::Super, NamedKey::SuperRight),
        Name::ContextMenu => NamedKey::Menu,
        Name::CapsLock => NamedKey::CapsLock,
        Name::NumLock => NamedKey::NumLock,
        Name::ScrollLock => NamedKey::ScrollLock,
        Name::PrintScreen => NamedKey::Print,
        Name::Pause => NamedKey::Pause,
        Name::Space => NamedKey::Space,
        Name::F1 => NamedKey::F1,
        Name::F2 => NamedKey::F2,
        Name::F3 => NamedKey::F3,
        Name::F4 => NamedKey::F4,
        Name::F5 => NamedKey::F5,
        Name::F6 => NamedKey::F6,
        Name::F7 => NamedKey::F7,
        Name::F8 => NamedKey::F8,
        Name::F9 => NamedKey::F9,
        Name::F10 => NamedKey::F10,
        Name::F11 => NamedKey::F11,
        Name::F12 => NamedKey::F12,
        Name::AudioVolumeUp => NamedKey::VolumeUp,
        Name::AudioVolumeDown => NamedKey::VolumeDown,
        Name::AudioVolumeMute => NamedKey::VolumeMute,
        _ => return None,
    })
}

const LETTERS: [(KeyCode, char); 26] = [
    (KeyCode::KeyA, 'a'),
    (KeyCode::KeyB, 'b'),
    (KeyCode::KeyC, 'c'),
    (KeyCode::KeyD, 'd'),
    (KeyCode::KeyE, 'e'),
    (KeyCode::KeyF, 'f'),
    (KeyCode::KeyG, 'g'),
    (KeyCode::KeyH, 'h'),
    (KeyCode::KeyI, 'i'),
    (KeyCode::KeyJ, 'j'),
    (KeyCode::KeyK, 'k'),
    (KeyCode::KeyL, 'l'),
    (KeyCode::KeyM, 'm'),
    (KeyCode::KeyN, 'n'),
    (KeyCode::KeyO, 'o'),
    (KeyCode::KeyP, 'p'),
    (KeyCode::KeyQ, 'q'),
    (KeyCode::KeyR, 'r'),
    (KeyCode::KeyS, 's'),
    (KeyCode::KeyT, 't'),
    (KeyCode::KeyU, 'u'),
    (KeyCode::KeyV, 'v'),
    (KeyCode::KeyW, 'w'),
    (KeyCode::KeyX, 'x'),
    (KeyCode::KeyY, 'y'),
    (KeyCode::KeyZ, 'z'),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn character(text: &str) -> Logical {
        Logical::Character(text.into())
    }

    struct Fingers(Keyboard);

    impl Fingers {
        fn new() -> Self {
            Self(Keyboard::default())
        }

        fn strike(
            &mut self,
            code: KeyCode,
            logical: &Logical,
            bare: &Logical,
            text: Option<&str>,
            pressed: bool,
        ) -> Struck {
            let location = match code {
                KeyCode::ControlRight | KeyCode::ShiftRight | KeyCode::AltRight => KeyLocation::Right,
                KeyCode::Numpad1 | KeyCode::NumpadAdd | KeyCode::NumpadEnter => KeyLocation::Numpad,
                _ => KeyLocation::Standard,
            };
            let physical = PhysicalKey::Code(code);
            self.0.strike(Stroke { physical, logical, bare, text, location, pressed, repeat: false })
        }

        fn name(&mut self, code: KeyCode, name: Name, pressed: bool) -> Vec<Wish> {
            let key = Logical::Named(name);
            self.strike(code, &key, &key, None, pressed).wishes
        }

        fn letter(&mut self, code: KeyCode, shown: &str, bare: &str) -> Vec<Wish> {
            let mut wishes = self.strike(code, &character(shown), &character(bare), Some(shown), true).wishes;
            wishes.extend(self.strike(code, &character(shown), &character(bare), None, false).wishes);
            wishes
        }
    }

    fn key(key: Key, pressed: bool) -> Wish {
        Wish::Act(Input::Key { key, pressed })
    }

    fn typed(text: &str) -> Vec<Wish> {
        vec![Wish::Type(text.to_owned())]
    }

    #[test]
    fn letters_travel_as_what_they_type() {
        let mut fingers = Fingers::new();
        assert_eq!(fingers.letter(KeyCode::KeyY, "z", "z"), typed("z"));
        assert_eq!(fingers.letter(KeyCode::Digit5, "ř", "ř"), typed("ř"));
        assert_eq!(fingers.letter(KeyCode::Digit5, "€", "5"), typed("€"));
        assert!(fingers.0.is_idle());
    }

    #[test]
    fn what_was_pressed_at_another_customers_does_nothing_here() {
        let mut fingers = Fingers::new();
        let (x, delete) = (character("X"), Logical::Named(Name::Delete));
        for (code, logical, text) in [(KeyCode::KeyX, &x, Some("X")), (KeyCode::Delete, &delete, None)] {
            let stroke = Stroke {
                physical: PhysicalKey::Code(code),
                logical,
                bare: logical,
                text,
                location: KeyLocation::Standard,
                pressed: true,
                repeat: true,
            };
            assert_eq!(fingers.0.strike(stroke), Struck::default());
            assert!(fingers.0.strike(Stroke { pressed: false, repeat: false, ..stroke }).stranger);
            assert_eq!(fingers.0.strike(Stroke { repeat: false, ..stroke }).wishes.len(), 1);
            fingers.0.clear();
        }
    }

    #[test]
    fn a_letter_that_stays_down_is_typed_again_and_a_key_is_not_pressed_again() {
        let mut fingers = Fingers::new();
        let a = character("a");
        let physical = PhysicalKey::Code(KeyCode::KeyA);
        let stroke = Stroke {
            physical,
            logical: &a,
            bare: &a,
            text: Some("a"),
            location: KeyLocation::Standard,
            pressed: true,
            repeat: false,
        };
        assert_eq!(fingers.0.strike(stroke).wishes, typed("a"));
        assert_eq!(fingers.0.strike(Stroke { repeat: true, ..stroke }).wishes, typed("a"));
        let down = Logical::Named(Name::ArrowDown);
        let stroke = Stroke {
            physical: PhysicalKey::Code(KeyCode::ArrowDown),
            logical: &down,
            bare: &down,
            text: None,
            ..stroke
        };
        assert_eq!(fingers.0.strike(stroke).wishes, [key(Key::Named(NamedKey::Down), true)]);
        assert_eq!(fingers.0.strike(Stroke { repeat: true, ..stroke }), Struck::default());
        assert_eq!(
            fingers.0.strike(Stroke { pressed: false, ..stroke }).wishes,
            [key(Key::Named(NamedKey::Down), false)]
        );
    }

    #[test]
    fn commands_travel_as_keys_of_their_letter() {
        let mut fingers = Fingers::new();
        let (ctrl, shift) = (Key::Named(NamedKey::Control), Key::Named(NamedKey::Shift));
        assert_eq!(fingers.name(KeyCode::ControlLeft, Name::Control, true), [key(ctrl, true)]);
        assert_eq!(fingers.name(KeyCode::ShiftLeft, Name::Shift, true), [key(shift, true)]);
        let t = [key(Key::Char('t'), true), key(Key::Char('t'), false)];
        assert_eq!(fingers.letter(KeyCode::KeyT, "T", "t"), t);
        assert_eq!(fingers.name(KeyCode::ControlLeft, Name::Control, false), [key(ctrl, false)]);
        assert_eq!(fingers.letter(KeyCode::KeyT, "T", "t"), typed("T"));
        assert_eq!(fingers.name(KeyCode::ShiftLeft, Name::Shift, false), [key(shift, false)]);
        assert!(fingers.0.is_idle());
    }

    #[test]
    fn commands_know_latin_letters() {
        let mut fingers = Fingers::new();
        fingers.name(KeyCode::ControlLeft, Name::Control, true);
        assert_eq!(fingers.letter(KeyCode::KeyC, "с", "с")[0], key(Key::Char('c'), true));
        assert_eq!(fingers.letter(KeyCode::Digit5, "ř", "ř")[0], key(Key::Char('ř'), true));
        let one = character("1");
        let pressed = fingers.strike(KeyCode::Numpad1, &one, &one, Some("1"), true).wishes;
        assert_eq!(pressed, [key(Key::Named(NamedKey::Pad1), true)]);
    }

    #[test]
    fn altgr_makes_text_even_where_the_system_presses_ctrl_with_it() {
        let mut fingers = Fingers::new();
        fingers.name(KeyCode::ControlLeft, Name::Control, true);
        fingers.name(KeyCode::AltRight, Name::AltGraph, true);
        assert_eq!(fingers.letter(KeyCode::KeyE, "€", "e"), typed("€"));
    }

    #[test]
    fn dead_keys_wait_for_their_letter() {
        let mut fingers = Fingers::new();
        let dead = Logical::Dead(Some('´'));
        assert_eq!(fingers.strike(KeyCode::Equal, &dead, &dead, None, true).wishes, []);
        assert_eq!(fingers.letter(KeyCode::KeyE, "é", "e"), typed("é"));
        let space = Logical::Named(Name::Space);
        assert_eq!(fingers.strike(KeyCode::Space, &space, &space, Some("´"), true).wishes, typed("´"));
        let wishes = fingers.strike(KeyCode::Space, &space, &space, Some(" "), true).wishes;
        assert_eq!(wishes, [key(Key::Named(NamedKey::Space), true)]);
    }

    #[test]
    fn locks_stay_here_and_numbers_of_the_pad_are_text() {
        let mut fingers = Fingers::new();
        assert_eq!(fingers.name(KeyCode::CapsLock, Name::CapsLock, true), []);
        assert_eq!(fingers.name(KeyCode::NumLock, Name::NumLock, true), []);
        assert_eq!(fingers.letter(KeyCode::Numpad1, "1", "1"), typed("1"));
        let enter = [key(Key::Named(NamedKey::PadEnter), true)];
        assert_eq!(fingers.name(KeyCode::NumpadEnter, Name::Enter, true), enter);
    }

    #[test]
    fn the_right_ctrl_key_alone_leads_out_and_never_goes_there() {
        let mut fingers = Fingers::new();
        let ctrl = Logical::Named(Name::Control);
        assert_eq!(fingers.strike(KeyCode::ControlRight, &ctrl, &ctrl, None, true), Struck::default());
        assert!(!fingers.0.is_idle());
        let released = fingers.strike(KeyCode::ControlRight, &ctrl, &ctrl, None, false);
        assert_eq!(released, Struck { out: true, ..Struck::default() });
        assert!(fingers.0.is_idle());
    }

    #[test]
    fn the_right_ctrl_key_with_another_is_a_ctrl_key() {
        let mut fingers = Fingers::new();
        let right = Key::Named(NamedKey::ControlRight);
        fingers.name(KeyCode::ControlRight, Name::Control, true);
        let wishes = fingers.letter(KeyCode::KeyC, "c", "c");
        assert_eq!(wishes, [key(right, true), key(Key::Char('c'), true), key(Key::Char('c'), false)]);
        let ctrl = Logical::Named(Name::Control);
        let released = fingers.strike(KeyCode::ControlRight, &ctrl, &ctrl, None, false);
        assert_eq!((released.wishes, released.out), (vec![key(right, false)], false));
        fingers.name(KeyCode::ControlRight, Name::Control, true);
        assert_eq!(fingers.0.use_withheld(), Some(key(right, true)), "a click uses it as well");
    }

    #[test]
    fn what_was_pressed_elsewhere_is_not_released_there() {
        let mut fingers = Fingers::new();
        let a = character("a");
        assert!(fingers.strike(KeyCode::KeyA, &a, &a, None, false).stranger);
        let control = character("c");
        let press = fingers.strike(KeyCode::KeyC, &control, &control, Some("\u{3}"), true);
        assert_eq!(press.wishes, [], "a command of which only the letter came is none");
    }
}
