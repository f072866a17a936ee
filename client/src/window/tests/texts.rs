//! Every text is there in every language, and every key that the window asks for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::super::words::SOURCES;

/// Words with dashes that are no keys.
const NO_KEYS: &[&str] = &["farhand-client"];

#[test]
fn every_text_is_there_in_every_language() {
    let mut used = BTreeSet::new();
    let window = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/window");
    for folder in [window.clone(), window.join("screens")] {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            // The names of pictures look like keys.
            if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("pictures.rs") {
                used.extend(keys(&fs::read_to_string(path).unwrap()));
            }
        }
    }
    used.extend(farhand_texts::SIZE_KEYS.map(str::to_owned));
    let wrong = farhand_texts::check(SOURCES, &used);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The string literals of small letters with dashes between them, and those that name a text without one.
fn keys(source: &str) -> impl Iterator<Item = String> + '_ {
    source
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|literal| {
            let is_key = literal.contains('-') || matches!(*literal, "date" | "detail");
            let is_plain = literal.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
            is_key && is_plain && !literal.ends_with('-') && !NO_KEYS.contains(literal)
        })
        .map(str::to_owned)
}
