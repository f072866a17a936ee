//! Typing, for tests.

use farhand_desktop::Injector;
use farhand_proto::bounded::Text;
use farhand_proto::input::{Input, Key, NamedKey};

/// Types text at once, in as few inputs as it fits.
pub(crate) fn type_burst(injector: &mut dyn Injector, text: &str) {
    let mut rest = text;
    while !rest.is_empty() {
        let part = Text::truncated(rest);
        rest = &rest[part.len()..];
        injector.inject(&Input::Text(part)).unwrap();
    }
}

/// Presses or releases a key.
pub(crate) fn key(injector: &mut dyn Injector, key: Key, pressed: bool) {
    injector.inject(&Input::Key { key, pressed }).unwrap();
}

/// Presses and releases a key.
pub(crate) fn tap(injector: &mut dyn Injector, tapped: Key) {
    key(injector, tapped, true);
    key(injector, tapped, false);
}

/// Presses and releases a letter's key while Control is held.
pub(crate) fn control(injector: &mut dyn Injector, letter: char) {
    key(injector, Key::Named(NamedKey::Control), true);
    tap(injector, Key::Char(letter));
    key(injector, Key::Named(NamedKey::Control), false);
}
