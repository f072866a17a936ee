//! What people read of each other: texts of several lines in which nothing hides.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::limits::MAX_PROSE;
use crate::name::is_hidden;

/// Text of several lines that shows as it is: 1 to [`MAX_PROSE`] bytes of UTF-8, lines apart by `\n`, and no
/// character that is invisible or changes how others are shown. As with [`Name`](crate::name::Name), a text with anything
/// else does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Prose(String);

/// A text that can't be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProseError {
    /// Nothing is there.
    #[error("the text is empty")]
    Empty,
    /// Too many bytes.
    #[error(
        "the text may have {MAX_PROSE} bytes (most letters without accents are one byte, others two to four), and this has {0}"
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
        if text.len() > MAX_PROSE {
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

/// What a person typed or pasted, ready to be sent: tabs become spaces, what would hide is left out, and what is too
/// long for one text is cut into several, at the end of a line or a word where there is one. None for a blank text.
#[must_use]
pub fn prose_of(typed: &str) -> Vec<Prose> {
    let clean: String = typed
        .replace("\r\n", "\n")
        .chars()
        .map(|character| if matches!(character, '\t' | '\u{a0}') { ' ' } else { character })
        .filter(|character| *character == '\n' || !is_hidden(*character))
        .collect();
    let mut rest = clean.trim();
    let mut texts = Vec::new();
    while !rest.is_empty() {
        let end = if rest.len() <= MAX_PROSE { rest.len() } else { cut(rest) };
        texts.push(Prose(rest[..end].trim_end().to_owned()));
        rest = rest[end..].trim_start();
    }
    texts
}

/// Where a text that is too long is best cut.
fn cut(text: &str) -> usize {
    let most = text.floor_char_boundary(MAX_PROSE);
    // A cut far at the beginning would only make more pieces.
    let good = |at: &usize| *at > MAX_PROSE / 2;
    let head = &text[..most];
    head.rfind('\n').filter(good).or_else(|| head.rfind(' ').filter(good)).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use crate::codec::{DecodeError, get, put};

    use super::*;

    #[test]
    fn texts_have_lines_and_nothing_hidden() {
        assert!(Prose::new("We help with your computer.\n\nNothing is recorded – ever.").is_ok());
        assert_eq!(Prose::new(" \n"), Err(ProseError::Empty));
        assert_eq!(Prose::new("é".repeat(MAX_PROSE)), Err(ProseError::TooLong(2 * MAX_PROSE)));
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
    fn what_was_typed_arrives_whole_and_shows_as_it_is() {
        let texts =
            |typed: &str| prose_of(typed).into_iter().map(|text| text.to_string()).collect::<Vec<_>>();
        assert_eq!(texts(" a\tb\r\nc\u{202e} "), ["a b\nc"]);
        assert_eq!(texts(" \n\u{200b}"), [""; 0]);
        let words = "word ".repeat(500);
        let pieces = texts(&words);
        assert!(pieces.len() == 3 && pieces.iter().all(|piece| piece.ends_with("word")), "{pieces:?}");
        assert_eq!(pieces.join(" "), words.trim());
        let long = "ř".repeat(MAX_PROSE);
        assert_eq!(texts(&long).concat(), long);
        let lines = format!("{}\n{}", "x".repeat(900), "y z ".repeat(100));
        assert_eq!(texts(&lines)[0].len(), 900);
    }
}
