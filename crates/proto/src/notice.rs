//! What an organisation tells its customers before they let anybody in: purpose, scope, disclaimer, privacy.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::bounded::List;
use crate::language::Language;
use crate::limits::MAX_NOTICE;
use crate::name::is_hidden;

/// An organisation's words to its customers, at most one in each language.
pub type Notices = List<Notice, { Language::ALL.len() }>;

/// The words in one language.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Notice {
    /// The language.
    pub language: Language,
    /// The words.
    pub text: Prose,
}

/// Text of several lines that shows as it is: 1 to [`MAX_NOTICE`] bytes of UTF-8, lines apart by `\n`, and no
/// character that is invisible or changes how others are shown. As with [`crate::name::Name`], a text with anything
/// else does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Prose(String);

/// A text that can't be shown to customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProseError {
    /// Nothing is there.
    #[error("the text is empty")]
    Empty,
    /// Too many bytes.
    #[error(
        "the text may have {MAX_NOTICE} bytes (most letters without accents are one byte, others two to four), and this has {0}"
    )]
    TooLong(usize),
    /// A character that does not show, or changes how others are shown.
    #[error("the text can't hold the character U+{:04X}: it is invisible or changes how others are shown", *.0 as u32)]
    Hidden(char),
}

impl Prose {
    /// Takes a text that can be shown.
    ///
    /// # Errors
    /// It can't; the error says why.
    pub fn new(text: impl Into<String>) -> Result<Self, ProseError> {
        let text = text.into();
        if text.trim().is_empty() {
            return Err(ProseError::Empty);
        }
        if text.len() > MAX_NOTICE {
            return Err(ProseError::TooLong(text.len()));
        }
        match text.chars().find(|character| *character != '\n' && is_hidden(*character)) {
            Some(hidden) => Err(ProseError::Hidden(hidden)),
            None => Ok(Self(text)),
        }
    }
}

impl Deref for Prose {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Prose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Prose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// The words for somebody who speaks this language: in it, else in English, else in the first there is.
#[must_use]
pub fn for_language(notices: &[Notice], language: Language) -> Option<&Prose> {
    let of = |wanted| notices.iter().find(|notice| notice.language == wanted);
    of(language).or_else(|| of(Language::English)).or_else(|| notices.first()).map(|notice| &notice.text)
}

#[cfg(test)]
mod tests {
    use crate::codec::{DecodeError, get, put};

    use super::*;

    #[test]
    fn texts_have_lines_and_nothing_hidden() {
        assert!(Prose::new("We help with your computer.\n\nNothing is recorded – ever.").is_ok());
        assert_eq!(Prose::new(" \n"), Err(ProseError::Empty));
        assert_eq!(Prose::new("é".repeat(MAX_NOTICE)), Err(ProseError::TooLong(2 * MAX_NOTICE)));
        for hidden in ['\r', '\t', '\u{202e}', '\u{200b}', '\u{1b}'] {
            assert_eq!(Prose::new(format!("a{hidden}b")), Err(ProseError::Hidden(hidden)));
        }
    }

    #[test]
    fn a_peer_cannot_send_what_hides() {
        let mut bytes = Vec::new();
        put(&"a\u{202e}b", &mut bytes);
        assert_eq!(get::<Prose>(&bytes, "text"), Err(DecodeError::Malformed("text")));
    }

    #[test]
    fn everybody_gets_their_language_or_english() {
        let notice = |language, text: &str| Notice { language, text: Prose::new(text).unwrap() };
        let notices = [notice(Language::Czech, "cs"), notice(Language::English, "en")];
        let chosen = |notices: &[Notice], language| for_language(notices, language).map(ToString::to_string);
        assert_eq!(chosen(&notices, Language::Czech).as_deref(), Some("cs"));
        assert_eq!(chosen(&notices, Language::Polish).as_deref(), Some("en"));
        assert_eq!(chosen(&notices[..1], Language::Polish).as_deref(), Some("cs"));
        assert_eq!(chosen(&[], Language::Polish), None);
    }
}
