//! Looks up what windows say in the language of the person before them.
//!
//! A program brings one text file per language, in the syntax of Project Fluent. English is complete; what another
//! language lacks is shown in English. [`check`] finds everything that could go wrong with the files, for a test.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use fluent_syntax::ast;
use unic_langid::LanguageIdentifier;

/// A language's tag (BCP 47) and its texts.
pub type Source = (&'static str, &'static str);

/// The texts of one program in one language.
pub struct Texts {
    tag: &'static str,
    /// The person's language, then English.
    bundles: Vec<FluentBundle<FluentResource>>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").field("tag", &self.tag).finish_non_exhaustive()
    }
}

impl Texts {
    /// The texts in the language of `locale` (`cs`, `cs-CZ`, `cs_CZ.UTF-8`), in English where `sources` lack it.
    /// English has to be the first of `sources`.
    #[must_use]
    pub fn new(sources: &[Source], locale: &str) -> Self {
        let language = locale.split(['-', '_', '.', '@']).next().unwrap_or_default();
        let english = sources.first();
        let chosen = sources.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(language));
        let mut used: Vec<&Source> = chosen.into_iter().chain(english).collect();
        used.dedup_by_key(|(tag, _)| *tag);
        Self {
            tag: used.first().map_or("en", |(tag, _)| tag),
            bundles: used.into_iter().map(bundle).collect(),
        }
    }

    /// The language's tag.
    #[must_use]
    pub fn tag(&self) -> &'static str {
        self.tag
    }

    /// A text without anything to fill in.
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        self.fill(key, &[])
    }

    /// So many bytes in words, in a unit that leaves few digits. The files need the [`SIZE_KEYS`].
    #[must_use]
    pub fn size(&self, bytes: u64) -> String {
        let [sign, one, kilo, mega, giga] = SIZE_KEYS;
        let (whole, tenth, unit) = in_units(bytes);
        let key = match unit {
            Unit::One => one,
            Unit::Kilo => kilo,
            Unit::Mega => mega,
            Unit::Giga => giga,
        };
        let sign = self.get(sign);
        let size = tenth.map_or_else(|| whole.to_string(), |tenth| format!("{whole}{sign}{tenth}"));
        self.fill(key, &[("size", size.into())])
    }

    /// A text with names and numbers filled in. A key that no file has is shown itself.
    #[must_use]
    pub fn fill(&self, key: &str, values: &[(&'static str, Value<'_>)]) -> String {
        let mut arguments = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            arguments.set(*name, value.as_fluent());
        }
        for bundle in &self.bundles {
            let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { continue };
            return bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned();
        }
        key.to_owned()
    }
}

fn bundle((tag, text): &Source) -> FluentBundle<FluentResource> {
    let language: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new(vec![language]);
    // The windows draw no bidirectional text, so the marks would show.
    bundle.set_use_isolating(false);
    // What is wrong in a file leaves out that text alone; `check` names it.
    let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, _)| resource);
    let _ = bundle.add_resource(resource);
    bundle
}

/// Something to fill into a text.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// A name or another text.
    Text(Cow<'a, str>),
    /// A number, which also chooses the plural.
    Number(u64),
}

impl Value<'_> {
    fn as_fluent(&self) -> FluentValue<'_> {
        match self {
            Self::Text(text) => FluentValue::from(text.as_ref()),
            Self::Number(number) => FluentValue::from(*number),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

/// The keys that [`Texts::size`] needs: the sign before a tenth, and sizes with `$size`.
pub const SIZE_KEYS: [&str; 5] =
    ["decimal-sign", "size-bytes", "size-kilobytes", "size-megabytes", "size-gigabytes"];

/// What a number of bytes is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    One,
    Kilo,
    Mega,
    Giga,
}

/// A number of bytes with few digits: whole ones, a tenth behind them if there is but one, and the unit. It is never
/// said to be less than it is.
fn in_units(bytes: u64) -> (u64, Option<u64>, Unit) {
    if bytes < 1000 {
        return (bytes, None, Unit::One);
    }
    let mut tenths = bytes.div_ceil(100);
    for unit in [Unit::Kilo, Unit::Mega, Unit::Giga] {
        if tenths < 100 {
            return (tenths / 10, Some(tenths % 10), unit);
        }
        if tenths <= 9_990 || unit == Unit::Giga {
            return (tenths.div_ceil(10), None, unit);
        }
        tenths = tenths.div_ceil(1000);
    }
    (tenths.div_ceil(10), None, Unit::Giga)
}

/// What is wrong with text files: bad syntax, keys that a language lacks or has in excess, other places to fill in
/// than English has, and keys that `used` lacks or does not need.
#[must_use]
pub fn check(sources: &[Source], used: &BTreeSet<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut all = Vec::new();
    for (tag, text) in sources {
        match fluent_syntax::parser::parse(*text) {
            Ok(resource) => all.push((tag, messages(&resource))),
            Err((_, errors)) => wrong.extend(errors.iter().map(|error| format!("{tag}: {error}"))),
        }
    }
    let Some(((_, english), others)) = all.split_first() else { return wrong };
    for (tag, messages) in others {
        for (key, variables) in english {
            match messages.get(key) {
                None => wrong.push(format!("{tag}: {key} is missing")),
                Some(others) if others != variables => {
                    wrong.push(format!("{tag}: {key} fills in {others:?} and not {variables:?}"));
                }
                Some(_) => {}
            }
        }
        wrong.extend(
            messages
                .keys()
                .filter(|key| !english.contains_key(*key))
                .map(|key| format!("{tag}: {key} is not English's")),
        );
    }
    wrong.extend(
        used.iter().filter(|key| !english.contains_key(*key)).map(|key| format!("no text has the key {key}")),
    );
    wrong.extend(english.keys().filter(|key| !used.contains(*key)).map(|key| format!("nothing shows {key}")));
    wrong
}

/// Each message's key and the names of what it fills in.
fn messages(resource: &ast::Resource<&str>) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages = BTreeMap::new();
    for entry in &resource.body {
        if let ast::Entry::Message(message) = entry {
            let mut variables = BTreeSet::new();
            if let Some(pattern) = &message.value {
                note_variables(pattern, &mut variables);
            }
            messages.insert(message.id.name.to_owned(), variables);
        }
    }
    messages
}

fn note_variables(pattern: &ast::Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            note_expression(expression, variables);
        }
    }
}

fn note_expression(expression: &ast::Expression<&str>, variables: &mut BTreeSet<String>) {
    match expression {
        ast::Expression::Inline(inline) => note_inline(inline, variables),
        ast::Expression::Select { selector, variants } => {
            note_inline(selector, variables);
            variants.iter().for_each(|variant| note_variables(&variant.value, variables));
        }
    }
}

fn note_inline(inline: &ast::InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    match inline {
        ast::InlineExpression::VariableReference { id } => {
            variables.insert(id.name.to_owned());
        }
        ast::InlineExpression::Placeable { expression } => note_expression(expression, variables),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_few_digits() {
        assert_eq!(in_units(0), (0, None, Unit::One));
        assert_eq!(in_units(999), (999, None, Unit::One));
        assert_eq!(in_units(1000), (1, Some(0), Unit::Kilo));
        assert_eq!(in_units(1001), (1, Some(1), Unit::Kilo));
        assert_eq!(in_units(99_950), (100, None, Unit::Kilo));
        assert_eq!(in_units(999_000), (999, None, Unit::Kilo));
        assert_eq!(in_units(999_001), (1, Some(0), Unit::Mega));
        assert_eq!(in_units(8_123_000), (8, Some(2), Unit::Mega));
        assert_eq!(in_units(1_000_000_000), (1, Some(0), Unit::Giga));
        assert_eq!(in_units(123_456_000_000), (124, None, Unit::Giga));
        assert!(in_units(u64::MAX).2 == Unit::Giga);
    }

    const ENGLISH: Source = (
        "en",
        "hello = Hello, { $name }.\ntries = { $count ->\n    [one] One try\n   *[other] { $count } tries\n }\nonly = Only here",
    );
    const CZECH: Source = (
        "cs",
        "hello = Dobrý den, { $name }.\ntries = { $count ->\n    [one] Jeden pokus\n    [few] { $count } pokusy\n   *[other] { $count } pokusů\n }",
    );

    #[test]
    fn a_locale_chooses_and_english_fills_the_gaps() {
        for locale in ["cs", "cs-CZ", "cs_CZ.UTF-8", "CS"] {
            let texts = Texts::new(&[ENGLISH, CZECH], locale);
            assert_eq!(texts.tag(), "cs");
            assert_eq!(texts.fill("hello", &[("name", "Anna".into())]), "Dobrý den, Anna.");
            assert_eq!(texts.fill("tries", &[("count", 3.into())]), "3 pokusy");
            assert_eq!(texts.get("only"), "Only here");
        }
        for locale in ["", "C", "xx_YY", "en_GB"] {
            assert_eq!(Texts::new(&[ENGLISH, CZECH], locale).tag(), "en");
        }
    }

    #[test]
    fn what_nobody_wrote_shows_its_key() {
        assert_eq!(Texts::new(&[ENGLISH], "en").get("nowhere"), "nowhere");
    }

    #[test]
    fn the_check_finds_every_mistake() {
        let used = ["hello", "tries", "gone"].map(str::to_owned).into();
        let bad = ("de", "hello = Hallo\ntries = { $count }\nextra = Mehr\nonly = Nur");
        assert_eq!(
            check(&[ENGLISH, CZECH, bad], &used),
            [
                "cs: only is missing",
                "de: hello fills in {} and not {\"name\"}",
                "de: extra is not English's",
                "no text has the key gone",
                "nothing shows only",
            ]
        );
        assert!(!check(&[("en", "= nothing")], &BTreeSet::new()).is_empty());
    }
}
