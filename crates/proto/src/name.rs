//! Names of operators and organisations: what a customer reads before they let anybody in, so none may fool.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::limits::MAX_NAME;

/// A name that shows as it is: 1 to [`MAX_NAME`] bytes of UTF-8, single plain spaces between words and none at the
/// ends, and no character that is invisible or changes how others are shown.
///
/// A name with anything else does not exist: neither can one be made here, nor does one come from a peer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Name(String);

/// A text that can't be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is there.
    #[error("a name can't be empty")]
    Empty,
    /// Too many bytes.
    #[error(
        "a name has at most {MAX_NAME} bytes (most letters without accents are one byte, others two to four), and this has {0}"
    )]
    TooLong(usize),
    /// A space at an end, or next to another.
    #[error("a name has no space at its beginning or end and no two spaces in a row")]
    Space,
    /// A character that does not show, or changes how others are shown.
    #[error(
        "a name can't hold the character U+{:04X}: it is invisible or changes how others are shown, so that a name could pass for another",
        *.0 as u32
    )]
    Hidden(char),
}

impl Name {
    /// Takes a text that can be a name.
    ///
    /// # Errors
    /// It can't; the error says why.
    pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > MAX_NAME {
            return Err(NameError::TooLong(text.len()));
        }
        if let Some(hidden) = text.chars().find(|character| is_hidden(*character)) {
            return Err(NameError::Hidden(hidden));
        }
        if text.starts_with(' ') || text.ends_with(' ') || text.contains("  ") {
            return Err(NameError::Space);
        }
        Ok(Self(text))
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Whether a character is invisible or blank, breaks lines, or changes the order or form of others: the control and
/// format characters, default ignorables, fillers, blanks other than the plain space, and the private and unused
/// places of the Unicode Standard 16 (sections 23.1 to 23.9).
pub(crate) fn is_hidden(character: char) -> bool {
    matches!(
        character,
        // Controls of C0 and C1 with the blank that has no width of its own, and the soft hyphen.
        '\0'..='\u{1f}' | '\u{7f}'..='\u{a0}' | '\u{ad}'
        // The joiner of graphemes, the Arabic mark of direction, signs that enclose numbers.
        | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
        // Fillers of Hangul, vowels of Khmer that show nothing, selectors and blanks of Ogham and Mongolian.
        | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        // Blanks, joiners, breaks of lines, marks, embeddings, overrides and isolates of direction.
        | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}'
        // The blank of Braille, of ideographs and of Hangul; places for private use.
        | '\u{2800}' | '\u{3000}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
        // Selectors of variants, the byte order mark, the narrow filler, specials.
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{ffef}'..='\u{ffff}'
        // Formats of Kaithi, of hieroglyphs, of shorthand and of music.
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        // Tags, further selectors, and the planes for private use.
        | '\u{e0000}'..='\u{10ffff}'
    )
}

#[cfg(test)]
mod tests {
    use crate::codec::{DecodeError, get, put};

    use super::*;

    #[test]
    fn names_of_people_and_houses_are_names() {
        for good in [
            "anna",
            "Łukasz (2nd line)",
            "Žižková & syn, s.r.o.",
            "Müller-Lüdenscheidt",
            "山田 太郎",
            "Ελένη",
            "שרה",
            "n\u{303}",
        ] {
            assert_eq!(Name::new(good).map(|name| name.to_string()).as_deref(), Ok(good));
        }
        assert!(Name::new("a".repeat(MAX_NAME)).is_ok());
    }

    #[test]
    fn what_is_empty_long_or_spaced_is_told_so() {
        assert_eq!(Name::new(""), Err(NameError::Empty));
        assert_eq!(Name::new("é".repeat(65)), Err(NameError::TooLong(130)));
        for spaced in [" ", " anna", "anna ", "anna  of Bank"] {
            assert_eq!(Name::new(spaced), Err(NameError::Space), "{spaced:?}");
        }
    }

    #[test]
    fn nothing_that_hides_or_turns_is_in_a_name_and_the_error_shows_none_of_it() {
        let hidden = "\0\n\r\t\u{7f}\u{85}\u{a0}\u{ad}\u{34f}\u{61c}\u{115f}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\
                      \u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2060}\u{2066}\u{2067}\u{2068}\u{2069}\u{2800}\u{3000}\u{3164}\u{e000}\
                      \u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{fffd}\u{e0041}\u{e0100}\u{f0000}";
        for character in hidden.chars() {
            for text in [format!("a{character}b"), character.to_string(), format!("anna{character}")] {
                let error = Name::new(text.clone()).unwrap_err();
                assert_eq!(error, NameError::Hidden(character), "{text:?}");
                assert!(error.to_string().is_ascii() && !error.to_string().contains(char::is_control));
            }
        }
        assert!(Name::new("a\u{202e}b").unwrap_err().to_string().contains("U+202E"));
    }

    #[test]
    fn a_peer_cannot_send_what_is_no_name() {
        let wire = |text: &str| {
            let mut bytes = Vec::new();
            put(&text, &mut bytes);
            bytes
        };
        assert_eq!(get::<Name>(&wire("Jana"), "name").as_deref(), Ok("Jana"));
        for bad in ["", " ", "Bank\u{202e}", "a\u{200b}", &"a".repeat(MAX_NAME + 1)] {
            assert_eq!(get::<Name>(&wire(bad), "name"), Err(DecodeError::Malformed("name")), "{bad:?}");
        }
    }
}
