//! Every state as a picture.

use farhand_testkit::snapshots::{self, Shown};
use farhand_window::egui::{Theme, Vec2};

use crate::window::pictures::pictures;

#[test]
fn every_state_looks_as_it_did_in_light() {
    check(Theme::Light, 1.0, Vec2::new(720.0, 560.0), "light");
}

#[test]
fn every_state_looks_as_it_did_in_dark_and_fine() {
    // Twice the pixels show what the other does not: the upper part of a page is enough for that.
    check(Theme::Dark, 2.0, Vec2::new(560.0, 340.0), "dark_2x");
}

#[test]
fn something_is_painted_everywhere() {
    // Black is what lies beneath all, and no colour of ours.
    for (size, scale) in [(Vec2::new(720.0, 480.0), 1.0), (Vec2::new(841.0, 503.0), 1.5)] {
        for (name, still) in pictures(size, scale, Theme::Light, "cs") {
            let black = still.rgba.chunks_exact(4).position(|pixel| pixel == [0, 0, 0, 0xff]);
            let place = black.map(|index| (index % still.width, index / still.width));
            assert_eq!(place, None, "{name} at {size}, {scale}x");
        }
    }
}

fn check(theme: Theme, scale: f32, size: Vec2, suffix: &str) {
    let pictures = pictures(size, scale, theme, "en");
    let shown = pictures.iter().map(|(name, still)| Shown { name, width: still.width, rgba: &still.rgba });
    snapshots::compare(env!("CARGO_MANIFEST_DIR"), &format!("_{suffix}.png"), shown);
}
