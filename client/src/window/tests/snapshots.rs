//! Every state as a picture, in light and dark, at one and two pixels per point.

use farhand_testkit::snapshots::{self, Shown};
use farhand_window::egui::Theme;

use super::super::pictures::pictures;

#[test]
fn every_state_looks_as_it_did_in_light() {
    check(Theme::Light, 1);
}

#[test]
fn every_state_looks_as_it_did_in_light_and_fine() {
    check(Theme::Light, 2);
}

#[test]
fn every_state_looks_as_it_did_in_dark() {
    check(Theme::Dark, 1);
}

#[test]
fn every_state_looks_as_it_did_in_dark_and_fine() {
    check(Theme::Dark, 2);
}

fn check(theme: Theme, scale: u8) {
    let end = format!("-{}-{scale}x.png", if theme == Theme::Light { "light" } else { "dark" });
    let pictures = pictures("en", theme, f32::from(scale));
    let shown = pictures.iter().map(|picture| Shown {
        name: picture.name,
        width: picture.still.width,
        rgba: &picture.still.rgba,
    });
    snapshots::compare(env!("CARGO_MANIFEST_DIR"), &end, shown);
}

/// Czech texts are as long as they are: a picture of each is at least drawn.
#[test]
fn every_state_can_be_drawn_in_every_language() {
    for (language, _) in super::super::words::SOURCES {
        let pictures = pictures(language, Theme::Light, 1.25);
        assert!(
            pictures.iter().all(|picture| picture.still.rgba.chunks_exact(4).all(|pixel| pixel[3] == 0xff))
        );
    }
}
