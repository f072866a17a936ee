//! The keyboard's map as XKB describes it, and which keys with which modifiers type a character.

use std::collections::HashMap;

use x11rb::connection::Connection;
use x11rb::protocol::xkb::{self, ConnectionExt as _};

use super::super::link::{Asked, Link};
use super::symbols;
use crate::InjectError;

/// The number of a key.
pub(super) type Keycode = u8;
/// What a key stands for: a character or a function.
pub(super) type Keysym = u32;
/// A set of the eight real modifiers.
pub(super) type Mods = u8;

/// The modifier that Shift sets.
pub(super) const SHIFT: Mods = 1;
/// The modifier that Caps Lock sets.
pub(super) const LOCK: Mods = 2;
/// The modifier that Control sets.
pub(super) const CONTROL: Mods = 4;

/// What every key does, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keymap {
    first: Keycode,
    keys: Vec<KeyEntry>,
    types: Vec<KeyType>,
}

/// What one key does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct KeyEntry {
    /// For each group its type and the symbol of each level.
    pub(super) groups: Vec<(usize, Vec<Keysym>)>,
    /// What happens in a group that the key does not have.
    pub(super) beyond: Beyond,
    /// The modifiers that it sets.
    pub(super) modifiers: Mods,
}

/// What a key does in a group that it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Beyond {
    /// Counts around.
    #[default]
    Wrap,
    /// Stays at its last group.
    Clamp,
    /// Uses this group.
    Use(usize),
}

/// How modifiers choose a key's level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyType {
    /// The modifiers that matter.
    pub(super) mask: Mods,
    /// How many levels there are.
    pub(super) levels: usize,
    /// Which of them, exactly, choose which level, and which of these a program still sees.
    pub(super) entries: Vec<(Mods, usize, Mods)>,
}

/// One way to type a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stroke {
    /// The key.
    pub(super) keycode: Keycode,
    /// The modifiers to press around it, beyond those that are active.
    pub(super) add: Mods,
    cost: u32,
}

/// The ways to type each character in one state of the keyboard, the best first.
pub(super) type Strokes = HashMap<char, Vec<Stroke>>;

impl Keymap {
    /// Asks the server for the map of a keyboard device.
    pub(super) fn read(link: &Link, device: u16) -> Result<Self, InjectError> {
        let asked = "describe the keyboard";
        let parts = xkb::MapPart::KEY_TYPES | xkb::MapPart::KEY_SYMS | xkb::MapPart::MODIFIER_MAP;
        let none = xkb::MapPart::from(0u8);
        let map = link
            .xkb_get_map(device, parts, none, 0, 0, 0, 0, 0, 0, 0, 0, 0u16.into(), 0, 0, 0, 0, 0, 0)
            .asked::<InjectError>(asked)?
            .reply()
            .asked::<InjectError>(asked)?;
        let setup = link.setup();
        let mut keymap = Self {
            first: setup.min_keycode,
            keys: vec![KeyEntry::default(); usize::from(setup.max_keycode - setup.min_keycode) + 1],
            types: map.map.types_rtrn.unwrap_or_default().iter().map(key_type).collect(),
        };
        let symbols = map.map.syms_rtrn.unwrap_or_default();
        for (keycode, entry) in (map.first_key_sym..=u8::MAX).zip(&symbols) {
            if let Some(key) = keymap.key_mut(keycode) {
                key.groups = groups(entry);
                key.beyond = beyond(entry.group_info);
            }
        }
        for entry in map.map.modmap_rtrn.unwrap_or_default() {
            if let Some(key) = keymap.key_mut(entry.keycode) {
                key.modifiers = u16::from(entry.mods) as Mods;
            }
        }
        Ok(keymap)
    }

    /// What a key does; nothing where the keyboard has no such key.
    pub(super) fn key(&self, keycode: Keycode) -> &KeyEntry {
        static NOTHING: KeyEntry = KeyEntry { groups: Vec::new(), beyond: Beyond::Wrap, modifiers: 0 };
        keycode
            .checked_sub(self.first)
            .and_then(|index| self.keys.get(usize::from(index)))
            .unwrap_or(&NOTHING)
    }

    fn key_mut(&mut self, keycode: Keycode) -> Option<&mut KeyEntry> {
        self.keys.get_mut(usize::from(keycode.checked_sub(self.first)?))
    }

    /// Every key's number.
    pub(super) fn keycodes(&self) -> impl Iterator<Item = Keycode> + use<> {
        (self.first..=u8::MAX).take(self.keys.len())
    }

    /// The types of keys, in the server's order.
    pub(super) fn types(&self) -> &[KeyType] {
        &self.types
    }

    /// The symbol that a key gives, and the modifiers that chose it.
    pub(super) fn symbol(&self, keycode: Keycode, group: usize, mods: Mods) -> (Keysym, Mods) {
        let Some((key_type, symbols)) = self.key(keycode).in_group(group) else { return (0, 0) };
        let Some(key_type) = self.types.get(*key_type) else { return (0, 0) };
        let (level, consumed) = key_type.level(mods);
        (symbols.get(level).copied().unwrap_or(0), consumed)
    }

    /// The character that programs take from a key: its symbol's, as a capital where Caps Lock is on and the key
    /// itself does not heed it.
    fn character(&self, keycode: Keycode, group: usize, mods: Mods) -> Option<char> {
        let (symbol, consumed) = self.symbol(keycode, group, mods);
        let character = symbols::character(symbol)?;
        Some(if mods & LOCK != 0 && consumed & LOCK == 0 { symbols::upper(character) } else { character })
    }

    /// The modifiers that can be pressed to choose a level, each with a key that sets it and nothing else.
    pub(super) fn level_keys(&self, group: usize) -> Vec<(Mods, Keycode)> {
        let mut found: Vec<(Mods, Keycode)> = Vec::new();
        for wanted in [symbols::SHIFT_KEYS, symbols::LEVEL3_KEYS, symbols::LEVEL5_KEYS] {
            let key = self.keycodes().find(|keycode| {
                wanted.contains(&self.symbol(*keycode, group, 0).0) && self.key(*keycode).modifiers != 0
            });
            if let Some(keycode) = key {
                found.push((self.key(keycode).modifiers, keycode));
            }
        }
        found
    }

    /// The modifiers that turn a character into a command.
    pub(super) fn command_mods(&self, group: usize) -> Mods {
        let commands = |keycode: &Keycode| symbols::is_command_modifier(self.symbol(*keycode, group, 0).0);
        let set = self.keycodes().filter(commands).map(|keycode| self.key(keycode).modifiers);
        let levels = self.level_keys(group).iter().fold(0, |mods, (mask, _)| mods | mask);
        (set.fold(CONTROL, |mods, more| mods | more)) & !levels & !LOCK
    }

    /// What people call these modifiers, for words to them.
    pub(super) fn modifier_names(&self, mods: Mods) -> String {
        let keys = self.keycodes().filter(|keycode| self.key(*keycode).modifiers & mods != 0);
        let symbols = keys.map(|keycode| self.symbol(keycode, 0, 0).0);
        let mut names = symbols
            .filter(|symbol| symbols::is_command_modifier(*symbol))
            .map(symbols::command_modifier_name)
            .collect::<Vec<_>>();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() { "a modifier key".to_owned() } else { names.join(" or ") }
    }

    /// All ways to type each character in a group while these modifiers are active.
    pub(super) fn strokes(&self, group: usize, active: Mods, is_spare: impl Fn(Keycode) -> bool) -> Strokes {
        let level_keys = self.level_keys(group);
        let mut strokes = Strokes::new();
        for keycode in self.keycodes().filter(|keycode| self.key(*keycode).modifiers == 0) {
            for choice in 0..1u32 << level_keys.len() {
                let chosen = level_keys.iter().enumerate().filter(|(bit, _)| choice & (1 << bit) != 0);
                let add = chosen.fold(0, |mods, (_, (mask, _))| mods | mask);
                if add & active != 0 {
                    continue;
                }
                let Some(character) = self.character(keycode, group, active | add) else { continue };
                let cost = key_cost(keycode, is_spare(keycode)) + 2 * choice.count_ones();
                strokes.entry(character).or_default().push(Stroke { keycode, add, cost });
            }
        }
        for ways in strokes.values_mut() {
            ways.sort_by_key(|stroke| (stroke.cost, stroke.keycode));
        }
        strokes
    }

    /// The key that types a character in a group without modifiers.
    pub(super) fn plain_character_key(&self, character: char, group: usize) -> Option<Keycode> {
        let keys = self.keycodes().filter(|keycode| self.character(*keycode, group, 0) == Some(character));
        keys.min_by_key(|keycode| (key_cost(*keycode, false), *keycode))
    }

    /// The key that gives a symbol without modifiers: in this group, else in any.
    pub(super) fn plain_key(&self, symbol: Keysym, group: usize) -> Option<Keycode> {
        let at = |keycode: &Keycode, group| self.symbol(*keycode, group, 0).0 == symbol;
        let here = self.keycodes().find(|keycode| at(keycode, group));
        here.or_else(|| (0..4).find_map(|group| self.keycodes().find(|keycode| at(keycode, group))))
    }

    /// The key that gives a symbol at any level and in any group.
    pub(super) fn any_key(&self, symbol: Keysym) -> Option<Keycode> {
        self.keycodes()
            .find(|keycode| self.key(*keycode).groups.iter().any(|(_, symbols)| symbols.contains(&symbol)))
    }
}

impl KeyEntry {
    /// Whether the key does nothing at all.
    pub(super) fn is_unused(&self) -> bool {
        self.modifiers == 0
            && self.groups.iter().all(|(_, symbols)| symbols.iter().all(|symbol| *symbol == 0))
    }

    fn in_group(&self, group: usize) -> Option<&(usize, Vec<Keysym>)> {
        let count = self.groups.len();
        let group = match self.beyond {
            _ if group < count => group,
            Beyond::Wrap => group.checked_rem(count)?,
            Beyond::Clamp => count.checked_sub(1)?,
            Beyond::Use(other) => other,
        };
        self.groups.get(group).or_else(|| self.groups.first())
    }
}

impl KeyType {
    /// The level that these modifiers choose, and those of them that are used up by choosing.
    pub(super) fn level(&self, mods: Mods) -> (usize, Mods) {
        let wanted = mods & self.mask;
        match self.entries.iter().find(|(mask, ..)| *mask == wanted) {
            Some((_, level, preserved)) => (*level, self.mask & !preserved),
            None => (0, self.mask),
        }
    }
}

/// What a key costs beside its modifiers: keys that few keyboards have come later, since some programs know them
/// only by number; borrowed ones come last.
fn key_cost(keycode: Keycode, is_spare: bool) -> u32 {
    const EXTRA_KEY_OF_EUROPEAN_KEYBOARDS: Keycode = 94;
    const LAST_ORDINARY_KEY: Keycode = 135;
    match keycode {
        _ if is_spare => 20,
        EXTRA_KEY_OF_EUROPEAN_KEYBOARDS => 3,
        ..=LAST_ORDINARY_KEY => 0,
        _ => 10,
    }
}

fn key_type(from: &xkb::KeyType) -> KeyType {
    let mods = |mask: x11rb::protocol::xproto::ModMask| u16::from(mask) as Mods;
    let entries = from.map.iter().enumerate().filter(|(_, entry)| entry.active);
    KeyType {
        mask: mods(from.mods_mask),
        levels: usize::from(from.num_levels),
        entries: entries
            .map(|(index, entry)| {
                let preserved = from.preserve.get(index).filter(|_| from.has_preserve);
                (mods(entry.mods_mask), usize::from(entry.level), preserved.map_or(0, |keep| mods(keep.mask)))
            })
            .collect(),
    }
}

fn groups(entry: &xkb::KeySymMap) -> Vec<(usize, Vec<Keysym>)> {
    let count = usize::from(entry.group_info & 0x0f).min(entry.kt_index.len());
    let width = usize::from(entry.width);
    (0..count)
        .map(|group| {
            let symbols = entry.syms.iter().skip(group * width).take(width).copied().collect();
            (usize::from(entry.kt_index[group]), symbols)
        })
        .collect()
}

fn beyond(group_info: u8) -> Beyond {
    match group_info & 0xc0 {
        0x40 => Beyond::Clamp,
        0x80 => Beyond::Use(usize::from((group_info >> 4) & 0x03)),
        _ => Beyond::Wrap,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const LEVEL3: Mods = 0x80;

    /// A keyboard with two Shift-like keys and one alphabetic, one digit and one four-level key, in two groups.
    pub(in super::super) fn sample() -> Keymap {
        let types = vec![
            KeyType { mask: 0, levels: 1, entries: vec![] },
            KeyType { mask: SHIFT, levels: 2, entries: vec![(SHIFT, 1, 0)] },
            KeyType { mask: SHIFT | LOCK, levels: 2, entries: vec![(SHIFT, 1, 0), (LOCK, 1, 0)] },
            KeyType {
                mask: SHIFT | LEVEL3,
                levels: 4,
                entries: vec![(SHIFT, 1, 0), (LEVEL3, 2, 0), (SHIFT | LEVEL3, 3, 0)],
            },
        ];
        let key = |groups: &[(usize, &[Keysym])], modifiers| KeyEntry {
            groups: groups.iter().map(|(kind, symbols)| (*kind, symbols.to_vec())).collect(),
            beyond: Beyond::Wrap,
            modifiers,
        };
        let letters = |text: &str| text.chars().map(u32::from).collect::<Vec<_>>();
        Keymap {
            first: 8,
            types,
            keys: vec![
                key(&[], 0),
                key(&[(0, &[0xffe1])], SHIFT),
                key(&[(0, &[0xfe03])], LEVEL3),
                key(&[(2, &letters("zZ")), (2, &letters("yY"))], 0),
                key(&[(1, &[0x1ec, 0x32])], 0),
                key(&[(3, &letters("q"))], 0),
                key(&[(3, &[0x71, 0x51, 0x40, 0x7d9])], 0),
                key(&[(0, &[0xffe3])], CONTROL),
                key(&[], 0),
            ],
        }
    }

    impl Keymap {
        /// Makes a key do something else.
        pub(in super::super) fn set(&mut self, keycode: Keycode, groups: &[(usize, &[Keysym])]) {
            let groups = groups.iter().map(|(kind, symbols)| (*kind, symbols.to_vec())).collect();
            *self.key_mut(keycode).unwrap() = KeyEntry { groups, ..KeyEntry::default() };
        }
    }

    fn best(keymap: &Keymap, group: usize, active: Mods, character: char) -> Option<(Keycode, Mods)> {
        let strokes = keymap.strokes(group, active, |_| false);
        strokes.get(&character).map(|ways| (ways[0].keycode, ways[0].add))
    }

    #[test]
    fn characters_are_found_with_the_modifiers_they_need() {
        let keymap = sample();
        assert_eq!(best(&keymap, 0, 0, 'z'), Some((11, 0)));
        assert_eq!(best(&keymap, 0, 0, 'Z'), Some((11, SHIFT)));
        assert_eq!(best(&keymap, 0, 0, '@'), Some((14, LEVEL3)));
        assert_eq!(best(&keymap, 0, 0, 'Ω'), Some((14, SHIFT | LEVEL3)));
        assert_eq!(best(&keymap, 0, 0, 'ß'), None);
    }

    #[test]
    fn the_current_group_counts_and_keys_without_it_wrap() {
        let keymap = sample();
        assert_eq!(best(&keymap, 1, 0, 'y'), Some((11, 0)));
        assert_eq!(best(&keymap, 1, 0, 'z'), None);
        assert_eq!(best(&keymap, 1, 0, 'q'), Some((13, 0)));
    }

    #[test]
    fn caps_lock_turns_shift_around_and_spoils_keys_that_do_not_heed_it() {
        let keymap = sample();
        assert_eq!(best(&keymap, 0, LOCK, 'z'), Some((11, SHIFT)));
        assert_eq!(best(&keymap, 0, LOCK, 'Z'), Some((11, 0)));
        assert_eq!(best(&keymap, 0, LOCK, 'ě'), None);
        assert_eq!(best(&keymap, 0, LOCK, 'Ě'), Some((12, 0)));
        assert_eq!(best(&keymap, 0, LOCK, '2'), Some((12, SHIFT)));
    }

    #[test]
    fn held_modifiers_are_used_and_never_pressed_again() {
        let keymap = sample();
        assert_eq!(best(&keymap, 0, SHIFT, 'Z'), Some((11, 0)));
        assert_eq!(best(&keymap, 0, SHIFT, 'z'), None);
        assert_eq!(best(&keymap, 0, LEVEL3, 'Ω'), Some((14, SHIFT)));
    }

    #[test]
    fn only_modifiers_that_make_commands_stand_in_the_way_of_text() {
        assert_eq!(sample().command_mods(0), CONTROL);
    }
}
