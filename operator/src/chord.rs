//! Keys pressed together, as scripts write them: `ctrl+shift+t`, `alt+f4`, `enter`, `ctrl++`.

use std::str::FromStr;

use farhand_proto::input::{Input, Key, NamedKey};

/// Some modifiers and one key. The letter decides, not where it lies on anybody's keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chord {
    /// In the order in which they go down.
    keys: Vec<Key>,
}

impl Chord {
    /// All keys go down in order.
    pub(crate) fn presses(&self) -> impl Iterator<Item = Input> {
        self.keys.iter().map(|key| Input::Key { key: *key, pressed: true })
    }

    /// All keys go up, the last one first.
    pub(crate) fn releases(&self) -> impl Iterator<Item = Input> {
        self.keys.iter().rev().map(|key| Input::Key { key: *key, pressed: false })
    }
}

/// What is no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoKey(pub(crate) String);

impl FromStr for Chord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::read(text, |_| None).map_err(|NoKey(name)| {
            let names: Vec<_> = NamedKey::ALL.iter().map(|key| key.name()).collect();
            format!("{name:?} is no key; keys are single characters and: {}", names.join(", "))
        })
    }
}

impl Chord {
    /// Reads keys whose names may also be those that `known` knows.
    pub(crate) fn read(text: &str, known: impl Fn(&str) -> Option<NamedKey>) -> Result<Self, NoKey> {
        let mut keys = Vec::new();
        let mut rest = text;
        loop {
            // A plus sign that stands alone is the key itself.
            let end = rest.char_indices().skip(1).find(|(_, character)| *character == '+').map(|(at, _)| at);
            let name = end.map_or(rest, |end| &rest[..end]);
            keys.push(key(name, &known)?);
            match end {
                Some(end) => rest = &rest[end + 1..],
                None => return Ok(Self { keys }),
            }
        }
    }
}

fn key(name: &str, known: impl Fn(&str) -> Option<NamedKey>) -> Result<Key, NoKey> {
    let mut characters = name.chars();
    if let (Some(character), None) = (characters.next(), characters.next()) {
        return Ok(if character == ' ' { Key::Named(NamedKey::Space) } else { Key::Char(character) });
    }
    NamedKey::from_name(name).or_else(|| known(name)).map(Key::Named).ok_or_else(|| NoKey(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<Key> {
        text.parse::<Chord>().unwrap().keys
    }

    #[test]
    fn chords_are_keys_with_plus_signs_between_them() {
        let (ctrl, shift) = (Key::Named(NamedKey::Control), Key::Named(NamedKey::Shift));
        assert_eq!(keys("ctrl+Shift+t"), [ctrl, shift, Key::Char('t')]);
        assert_eq!(keys("ctrl++"), [ctrl, Key::Char('+')]);
        assert_eq!(keys("+"), [Key::Char('+')]);
        assert_eq!(keys("ř"), [Key::Char('ř')]);
        assert_eq!(keys("ENTER"), [Key::Named(NamedKey::Enter)]);
        assert!("ctrl+banana".parse::<Chord>().is_err());
        assert!("ctrl+".parse::<Chord>().is_err());
        assert!("".parse::<Chord>().is_err());
    }

    #[test]
    fn keys_have_other_names_as_well() {
        let known = |name: &str| (name == "mezerník").then_some(NamedKey::Space);
        let read = Chord::read("alt+mezerník", known).unwrap();
        assert_eq!(read.keys, [Key::Named(NamedKey::Alt), Key::Named(NamedKey::Space)]);
        assert_eq!(Chord::read("alt+banán", known), Err(NoKey("banán".to_owned())));
    }

    #[test]
    fn keys_come_up_in_the_opposite_order() {
        let chord: Chord = "ctrl+c".parse().unwrap();
        let first = chord.releases().next();
        assert_eq!(first, Some(Input::Key { key: Key::Char('c'), pressed: false }));
    }
}
