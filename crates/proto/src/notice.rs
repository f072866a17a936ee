//! What an organisation tells its customers before they let anybody in: purpose, scope, disclaimer, privacy.

use serde::{Deserialize, Serialize};

use crate::bounded::List;
use crate::language::Language;
use crate::prose::Prose;

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

/// The words for somebody who speaks this language: in it, else in English, else in the first there is.
#[must_use]
pub fn for_language(notices: &[Notice], language: Language) -> Option<&Prose> {
    let of = |wanted| notices.iter().find(|notice| notice.language == wanted);
    of(language).or_else(|| of(Language::English)).or_else(|| notices.first()).map(|notice| &notice.text)
}

#[cfg(test)]
mod tests {
    use super::*;

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
