//! What an operator can do to the customer's keyboard and pointer, independent of any system's key codes.

use serde::{Deserialize, Serialize};

use crate::bounded::Text;
use crate::limits;
use crate::screen::Point;

/// One act of the operator, to be done on the customer's desktop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// A key goes down or up.
    Key {
        /// Which key.
        key: Key,
        /// Down or up.
        pressed: bool,
    },
    /// Text to appear exactly as it stands, whatever layout the customer's keyboard has. A line feed is Enter, a
    /// tab is Tab; other control characters are not typed.
    Text(Text<{ limits::MAX_INPUT_TEXT }>),
    /// The pointer moves to a place on the desktop.
    Move(Point),
    /// A button goes down or up, at a place on the desktop.
    Button {
        /// Which button.
        button: Button,
        /// Down or up.
        pressed: bool,
        /// Where.
        at: Point,
    },
    /// The wheels turn, at a place on the desktop.
    Scroll {
        /// To the right, in 1/120 of a notch.
        right: i16,
        /// Downwards, in 1/120 of a notch.
        down: i16,
        /// Where.
        at: Point,
    },
    /// Every key and button that this console holds down goes up.
    ReleaseAll,
}

impl Input {
    /// Whether a late one is worthless: a position that newer ones replace.
    #[must_use]
    pub fn is_pointer(&self) -> bool {
        matches!(self, Self::Move(_) | Self::Button { .. } | Self::Scroll { .. })
    }
}

/// A key, named by what it means and not by where it lies.
///
/// `Char('z')` is whichever key types a z on the customer's keyboard; so Ctrl+Z undoes under any layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Key {
    /// The key that types this character.
    Char(char),
    /// A key with a name.
    Named(NamedKey),
}

macro_rules! named_keys {
    ($($(#[$doc:meta])* $key:ident = $number:literal, $name:literal;)*) => {
        /// Keys that type no character of their own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "u8", into = "u8")]
        #[repr(u8)]
        pub enum NamedKey {
            $($(#[$doc])* $key = $number,)*
        }

        impl NamedKey {
            /// Every named key.
            pub const ALL: &'static [NamedKey] = &[$(NamedKey::$key),*];

            /// Its name in scripts and on the command line.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(NamedKey::$key => $name,)* }
            }

            /// The key of this name, whatever the case of the letters.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                NamedKey::ALL.iter().copied().find(|key| key.name().eq_ignore_ascii_case(name))
            }
        }

        impl TryFrom<u8> for NamedKey {
            type Error = UnknownKey;

            fn try_from(number: u8) -> Result<Self, UnknownKey> {
                match number {
                    $($number => Ok(NamedKey::$key),)*
                    other => Err(UnknownKey(other)),
                }
            }
        }
    };
}

named_keys! {
    /// Return.
    Enter = 1, "enter";
    /// Tab.
    Tab = 2, "tab";
    /// Escape.
    Escape = 3, "escape";
    /// Deletes to the left.
    Backspace = 4, "backspace";
    /// Deletes to the right.
    Delete = 5, "delete";
    /// Insert.
    Insert = 6, "insert";
    /// Home.
    Home = 7, "home";
    /// End.
    End = 8, "end";
    /// Page up.
    PageUp = 9, "pageup";
    /// Page down.
    PageDown = 10, "pagedown";
    /// Arrow up.
    Up = 11, "up";
    /// Arrow down.
    Down = 12, "down";
    /// Arrow left.
    Left = 13, "left";
    /// Arrow right.
    Right = 14, "right";
    /// Left Shift.
    Shift = 15, "shift";
    /// Right Shift.
    ShiftRight = 16, "shiftright";
    /// Left Control.
    Control = 17, "ctrl";
    /// Right Control.
    ControlRight = 18, "ctrlright";
    /// Left Alt.
    Alt = 19, "alt";
    /// AltGr, the right Alt of most layouts.
    AltGr = 20, "altgr";
    /// Left Super, the key with a logo.
    Super = 21, "super";
    /// Right Super.
    SuperRight = 22, "superright";
    /// The context menu key.
    Menu = 23, "menu";
    /// Caps Lock.
    CapsLock = 24, "capslock";
    /// Num Lock.
    NumLock = 25, "numlock";
    /// Scroll Lock.
    ScrollLock = 26, "scrolllock";
    /// Print Screen.
    Print = 27, "print";
    /// Pause.
    Pause = 28, "pause";
    /// The space bar.
    Space = 29, "space";
    /// F1.
    F1 = 31, "f1";
    /// F2.
    F2 = 32, "f2";
    /// F3.
    F3 = 33, "f3";
    /// F4.
    F4 = 34, "f4";
    /// F5.
    F5 = 35, "f5";
    /// F6.
    F6 = 36, "f6";
    /// F7.
    F7 = 37, "f7";
    /// F8.
    F8 = 38, "f8";
    /// F9.
    F9 = 39, "f9";
    /// F10.
    F10 = 40, "f10";
    /// F11.
    F11 = 41, "f11";
    /// F12.
    F12 = 42, "f12";
    /// Enter of the number pad.
    PadEnter = 60, "padenter";
    /// 0 of the number pad.
    Pad0 = 61, "pad0";
    /// 1 of the number pad.
    Pad1 = 62, "pad1";
    /// 2 of the number pad.
    Pad2 = 63, "pad2";
    /// 3 of the number pad.
    Pad3 = 64, "pad3";
    /// 4 of the number pad.
    Pad4 = 65, "pad4";
    /// 5 of the number pad.
    Pad5 = 66, "pad5";
    /// 6 of the number pad.
    Pad6 = 67, "pad6";
    /// 7 of the number pad.
    Pad7 = 68, "pad7";
    /// 8 of the number pad.
    Pad8 = 69, "pad8";
    /// 9 of the number pad.
    Pad9 = 70, "pad9";
    /// Plus of the number pad.
    PadAdd = 71, "padadd";
    /// Minus of the number pad.
    PadSubtract = 72, "padsubtract";
    /// Times of the number pad.
    PadMultiply = 73, "padmultiply";
    /// Divide of the number pad.
    PadDivide = 74, "paddivide";
    /// The decimal key of the number pad.
    PadDecimal = 75, "paddecimal";
    /// Louder.
    VolumeUp = 80, "volumeup";
    /// Quieter.
    VolumeDown = 81, "volumedown";
    /// Silent.
    VolumeMute = 82, "volumemute";
}

impl From<NamedKey> for u8 {
    fn from(key: NamedKey) -> u8 {
        key as u8
    }
}

impl NamedKey {
    /// Whether it changes what other keys do while it is down.
    #[must_use]
    pub fn is_modifier(self) -> bool {
        matches!(
            self,
            Self::Shift
                | Self::ShiftRight
                | Self::Control
                | Self::ControlRight
                | Self::Alt
                | Self::AltGr
                | Self::Super
                | Self::SuperRight
        )
    }
}

/// A key number that no key has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no key has the number {0}")]
pub struct UnknownKey(pub u8);

/// A button of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Button {
    /// The left one.
    Left,
    /// The wheel, pressed.
    Middle,
    /// The right one.
    Right,
    /// The side button that goes back.
    Back,
    /// The side button that goes forward.
    Forward,
}

impl Button {
    /// Every button.
    pub const ALL: [Button; 5] = [Self::Left, Self::Middle, Self::Right, Self::Back, Self::Forward];

    /// Its name in scripts and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Middle => "middle",
            Self::Right => "right",
            Self::Back => "back",
            Self::Forward => "forward",
        }
    }

    /// The button of this name, whatever the case of the letters.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|button| button.name().eq_ignore_ascii_case(name))
    }
}
