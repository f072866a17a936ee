//! The languages that customers speak.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language of the customer. The order is part of the protocol: a language travels as its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// čeština
    Czech,
    /// dansk
    Danish,
    /// Deutsch
    German,
    /// English
    #[default]
    English,
    /// español
    Spanish,
    /// français
    French,
    /// italiano
    Italian,
    /// Nederlands
    Dutch,
    /// polski
    Polish,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Czech,
        Self::Danish,
        Self::German,
        Self::English,
        Self::Spanish,
        Self::French,
        Self::Italian,
        Self::Dutch,
        Self::Polish,
    ];

    /// Its two letters after ISO 639-1.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Czech => "cs",
            Self::Danish => "da",
            Self::German => "de",
            Self::English => "en",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::Italian => "it",
            Self::Dutch => "nl",
            Self::Polish => "pl",
        }
    }

    /// Its name in the language itself.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Czech => "čeština",
            Self::Danish => "dansk",
            Self::German => "Deutsch",
            Self::English => "English",
            Self::Spanish => "español",
            Self::French => "français",
            Self::Italian => "italiano",
            Self::Dutch => "Nederlands",
            Self::Polish => "polski",
        }
    }

    /// The language of a locale's name such as `cs_CZ.UTF-8`, `de-AT` or `pl`; `None` for `C`, `POSIX` and every
    /// language that is not among these.
    #[must_use]
    pub fn of_locale(locale: &str) -> Option<Self> {
        let language = locale.split(['_', '-', '.', '@']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|known| known.code().eq_ignore_ascii_case(language))
    }
}

impl fmt::Display for Language {
    /// Its two letters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A word that is no language's name here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not among the languages; there is: cs, da, de, en, es, fr, it, nl, pl")]
pub struct UnknownLanguage(pub String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    /// Its two letters, whatever their case.
    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        let known = |language: &Self| language.code().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(known).ok_or_else(|| UnknownLanguage(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_letters_name_a_language() {
        for language in Language::ALL {
            assert_eq!(language.to_string().parse(), Ok(language));
        }
        assert_eq!("CS".parse(), Ok(Language::Czech));
        assert_eq!("cz".parse::<Language>(), Err(UnknownLanguage("cz".to_owned())));
        assert_eq!("cs_CZ".parse::<Language>(), Err(UnknownLanguage("cs_CZ".to_owned())));
    }

    #[test]
    fn a_locale_names_a_language_if_it_is_one_of_these() {
        for (locale, language) in [
            ("cs_CZ.UTF-8", Some(Language::Czech)),
            ("de_AT@euro", Some(Language::German)),
            ("en-GB", Some(Language::English)),
            ("pl", Some(Language::Polish)),
            ("da.UTF-8", Some(Language::Danish)),
            ("C.UTF-8", None),
            ("POSIX", None),
            ("sv_SE.UTF-8", None),
            ("", None),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale:?}");
        }
    }
}
