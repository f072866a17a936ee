//! The languages of the window, and texts that wait to be said in one of them.

use farhand_texts::{Source, Texts, Value};

use super::settings::Language;

/// English first; what another language lacks is shown in it.
pub(crate) const SOURCES: [Source; 2] = [
    ("en", concat!(include_str!("../../texts/en.ftl"), "\n", include_str!("../../texts/session.en.ftl"))),
    ("cs", concat!(include_str!("../../texts/cs.ftl"), "\n", include_str!("../../texts/session.cs.ftl"))),
];

/// The texts in a language that was set, or in the desktop's.
pub(crate) fn texts(language: Language, system: &str) -> Texts {
    Texts::new(
        &SOURCES,
        match language {
            Language::System => system,
            Language::English => "en",
            Language::Czech => "cs",
        },
    )
}

/// A text in no language yet: its key, and what is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    key: &'static str,
    values: Vec<(&'static str, Fill)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fill {
    Text(String),
    Number(u64),
}

impl Words {
    pub(crate) fn new(key: &'static str) -> Self {
        Self { key, values: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, text: impl ToString) -> Self {
        self.values.push((name, Fill::Text(text.to_string())));
        self
    }

    pub(crate) fn count(mut self, name: &'static str, number: u64) -> Self {
        self.values.push((name, Fill::Number(number)));
        self
    }

    pub(crate) fn say(&self, texts: &Texts) -> String {
        let values: Vec<(&'static str, Value<'_>)> = self
            .values
            .iter()
            .map(|(name, fill)| match fill {
                Fill::Text(text) => (*name, text.as_str().into()),
                Fill::Number(number) => (*name, (*number).into()),
            })
            .collect();
        texts.fill(self.key, &values)
    }
}
