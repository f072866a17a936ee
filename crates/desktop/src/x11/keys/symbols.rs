//! Key symbols of X11: which characters they are, and which of them the named keys mean.

use farhand_proto::input::NamedKey;
use xkeysym::{Keysym as Symbol, key};

use super::keymap::Keysym;

/// The symbols that choose the second level.
pub(super) const SHIFT_KEYS: &[Keysym] = &[key::Shift_L, key::Shift_R];
/// The symbols that choose the third level.
pub(super) const LEVEL3_KEYS: &[Keysym] = &[key::ISO_Level3_Shift];
/// The symbols that choose the fifth level.
pub(super) const LEVEL5_KEYS: &[Keysym] = &[key::ISO_Level5_Shift];

/// The character that a program takes from a symbol. Keys of the number pad, dead keys and functions are none;
/// Return and Tab count as line feed and tab.
pub(super) fn character(symbol: Keysym) -> Option<char> {
    match symbol {
        0 => None,
        key::Return => Some('\n'),
        key::Tab => Some('\t'),
        // Functions, dead keys, and keys of vendors: none is a character of its own.
        0xfc00..=0xffff | 0x1000_0000.. => None,
        _ => Symbol::new(symbol).key_char().filter(|character| !character.is_control()),
    }
}

/// The symbol of a character, `None` if it is not one that text can hold.
pub(super) fn of_character(character: char) -> Option<Keysym> {
    match character {
        '\n' => Some(key::Return),
        '\t' => Some(key::Tab),
        _ if character.is_control() => None,
        _ => Some(Symbol::from_char(character).raw()).filter(|symbol| *symbol != 0),
    }
}

/// What programs make of a character while Caps Lock is on.
pub(super) fn upper(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => character,
    }
}

/// Whether a modifier's symbol turns characters into commands.
pub(super) fn is_command_modifier(symbol: Keysym) -> bool {
    matches!(symbol, key::Control_L | key::Control_R | key::Meta_L..=key::Hyper_R)
}

/// What people call a modifier that turns characters into commands.
pub(super) fn command_modifier_name(symbol: Keysym) -> &'static str {
    match symbol {
        key::Control_L | key::Control_R => "Ctrl",
        key::Alt_L | key::Alt_R | key::Meta_L | key::Meta_R => "Alt",
        _ => "Super",
    }
}

/// The symbols of a named key, the best first.
pub(super) fn of_named(named: NamedKey) -> &'static [Keysym] {
    match named {
        NamedKey::Enter => &[key::Return],
        NamedKey::Tab => &[key::Tab],
        NamedKey::Escape => &[key::Escape],
        NamedKey::Backspace => &[key::BackSpace],
        NamedKey::Delete => &[key::Delete],
        NamedKey::Insert => &[key::Insert],
        NamedKey::Home => &[key::Home],
        NamedKey::End => &[key::End],
        NamedKey::PageUp => &[key::Prior],
        NamedKey::PageDown => &[key::Next],
        NamedKey::Up => &[key::Up],
        NamedKey::Down => &[key::Down],
        NamedKey::Left => &[key::Left],
        NamedKey::Right => &[key::Right],
        NamedKey::Shift => &[key::Shift_L, key::Shift_R],
        NamedKey::ShiftRight => &[key::Shift_R, key::Shift_L],
        NamedKey::Control => &[key::Control_L, key::Control_R],
        NamedKey::ControlRight => &[key::Control_R, key::Control_L],
        NamedKey::Alt => &[key::Alt_L, key::Alt_R, key::Meta_L],
        NamedKey::AltGr => &[key::ISO_Level3_Shift, key::Mode_switch, key::Alt_R],
        NamedKey::Super => &[key::Super_L, key::Super_R],
        NamedKey::SuperRight => &[key::Super_R, key::Super_L],
        NamedKey::Menu => &[key::Menu],
        NamedKey::CapsLock => &[key::Caps_Lock],
        NamedKey::NumLock => &[key::Num_Lock],
        NamedKey::ScrollLock => &[key::Scroll_Lock],
        NamedKey::Print => &[key::Print],
        NamedKey::Pause => &[key::Pause],
        NamedKey::Space => &[key::space],
        NamedKey::F1 => &[key::F1],
        NamedKey::F2 => &[key::F2],
        NamedKey::F3 => &[key::F3],
        NamedKey::F4 => &[key::F4],
        NamedKey::F5 => &[key::F5],
        NamedKey::F6 => &[key::F6],
        NamedKey::F7 => &[key::F7],
        NamedKey::F8 => &[key::F8],
        NamedKey::F9 => &[key::F9],
        NamedKey::F10 => &[key::F10],
        NamedKey::F11 => &[key::F11],
        NamedKey::F12 => &[key::F12],
        NamedKey::PadEnter => &[key::KP_Enter],
        NamedKey::Pad0 => &[key::KP_Insert, key::KP_0],
        NamedKey::Pad1 => &[key::KP_End, key::KP_1],
        NamedKey::Pad2 => &[key::KP_Down, key::KP_2],
        NamedKey::Pad3 => &[key::KP_Next, key::KP_3],
        NamedKey::Pad4 => &[key::KP_Left, key::KP_4],
        NamedKey::Pad5 => &[key::KP_Begin, key::KP_5],
        NamedKey::Pad6 => &[key::KP_Right, key::KP_6],
        NamedKey::Pad7 => &[key::KP_Home, key::KP_7],
        NamedKey::Pad8 => &[key::KP_Up, key::KP_8],
        NamedKey::Pad9 => &[key::KP_Prior, key::KP_9],
        NamedKey::PadAdd => &[key::KP_Add],
        NamedKey::PadSubtract => &[key::KP_Subtract],
        NamedKey::PadMultiply => &[key::KP_Multiply],
        NamedKey::PadDivide => &[key::KP_Divide],
        NamedKey::PadDecimal => &[key::KP_Delete, key::KP_Decimal, key::KP_Separator],
        NamedKey::VolumeUp => &[key::XF86_AudioRaiseVolume],
        NamedKey::VolumeDown => &[key::XF86_AudioLowerVolume],
        NamedKey::VolumeMute => &[key::XF86_AudioMute],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_the_nine_languages_survives_the_way_there_and_back() {
        let text = "aZ09 ~@#čďěňřšťůýžáéíóúČĎĚŇŘŠŤŮÝŽåæøÅÆØéèêëàâçîïôöùûüœŒÿäßÄÖÜ«»„“”‚‘’–—…€£àìòùąćęłńóśźżĄĆĘŁŃŚŹŻñ¿¡ÑΩЖ漢😀";
        for expected in text.chars() {
            let symbol = of_character(expected).unwrap();
            assert_eq!(character(symbol), Some(expected), "{symbol:#x}");
        }
    }

    #[test]
    fn control_characters_are_not_typed_but_for_two() {
        assert_eq!(of_character('\u{7}'), None);
        assert_eq!(of_character('\u{7f}'), None);
        assert_eq!(of_character('\n').and_then(character), Some('\n'));
        assert_eq!(of_character('\t').and_then(character), Some('\t'));
    }

    #[test]
    fn neither_dead_keys_nor_the_number_pad_type_text() {
        assert_eq!(character(key::dead_acute), None);
        assert_eq!(character(key::KP_1), None);
        assert_eq!(character(key::KP_Add), None);
    }

    #[test]
    fn caps_lock_leaves_alone_what_has_no_single_capital() {
        assert_eq!(upper('ř'), 'Ř');
        assert_eq!(upper('ß'), 'ß');
        assert_eq!(upper('1'), '1');
    }
}
