//! What goes first over a slow line.

use farhand_media::State;
use farhand_proto::screen::{Picture, Rect};

use crate::common::{self, Fill, rect, size};
use crate::line::{Line, OVERSHOOT};

const BUDGET: usize = 4096;

fn same(a: &Picture, b: &Picture, part: Rect) -> bool {
    (part.y..part.bottom())
        .all(|y| a.row(part.x as u32, y as u32, part.width) == b.row(part.x as u32, y as u32, part.width))
}

impl Line {
    fn has(&self, part: Rect) -> bool {
        same(self.decoder.picture(), &self.picture, part)
    }

    /// A picture that the receiver has, of which everything changes.
    fn with_page_on_its_way() -> Self {
        let mut line = Line::new(size(1280, 720));
        line.damage_all();
        line.settle(usize::MAX);
        line.paint(rect(0, 0, 1280, 720), Fill::FewColours, 1);
        line.send(BUDGET);
        assert!(line.is_pending());
        line
    }
}

#[test]
fn a_typed_letter_goes_before_the_rest_of_a_page() {
    let mut line = Line::with_page_on_its_way();
    for letter in 0..5 {
        let place = rect(700 + 10 * letter, 600, 8, 14);
        line.paint(place, Fill::TwoColours, 50);
        assert!(!line.has(place));
        line.send(BUDGET);
        assert!(line.has(place));
        assert!(line.is_pending());
    }
}

#[test]
fn the_newest_small_change_goes_first() {
    let mut line = Line::with_page_on_its_way();
    let (older, newer) = (rect(70, 600, 30, 30), rect(900, 650, 30, 30));
    line.paint(older, Fill::FewColours, 2);
    line.paint(newer, Fill::FewColours, 3);
    line.send(1);
    assert!(line.has(newer) && !line.has(older));
    // An older one that changes again is the newest.
    line.paint(newer, Fill::FewColours, 4);
    line.paint(older, Fill::FewColours, 5);
    line.send(1);
    assert!(line.has(older) && !line.has(newer));
}

/// A letter beside a video in the same report of damage is not taken for a part of it.
#[test]
fn a_letter_does_not_wait_for_a_video() {
    let mut line = Line::new(size(1280, 720));
    line.paint(rect(0, 0, 1280, 720), Fill::Gradient, 1);
    line.settle(usize::MAX);
    let (video, letter) = (rect(0, 0, 640, 640), rect(1000, 600, 8, 14));
    for frame in 0..20 {
        common::paint(&mut line.picture, video, Fill::Noise, frame);
        common::paint(&mut line.picture, letter, Fill::TwoColours, 100 + frame);
        line.damage_all();
        line.send(BUDGET);
        assert!(line.has(letter), "frame {frame}");
        assert!(!line.has(video));
    }
}

/// Something small that never rests takes its share, not everything.
#[test]
fn a_restless_corner_does_not_starve_the_rest() {
    let mut line = Line::with_page_on_its_way();
    let corner = rect(1200, 656, 64, 64);
    let mut spent = 0;
    for frame in 0.. {
        line.paint(corner, Fill::Noise, frame);
        spent += line.send(BUDGET).0.bytes;
        if line.has(rect(0, 0, 1280, 640)) {
            break;
        }
        assert!(spent < 5_000_000, "the page never arrives");
    }
    assert!(spent > 200_000, "the corner was not restless");
}

/// A large region that never rests is sent all over, not its top alone.
#[test]
fn every_part_of_a_video_gets_its_turn() {
    let mut line = Line::new(size(640, 640));
    line.damage_all();
    line.settle(usize::MAX);
    let bottom = rect(0, 576, 640, 64);
    let before = line.decoder.picture().clone();
    for frame in 0..400 {
        line.paint(rect(0, 0, 640, 640), Fill::Noise, frame);
        line.send(BUDGET);
        if !same(line.decoder.picture(), &before, bottom) {
            return;
        }
    }
    panic!("the bottom was never sent");
}

/// What is no longer on the screen is not sent any more.
#[test]
fn only_the_newest_picture_travels() {
    let mut line = Line::new(size(1280, 720));
    line.damage_all();
    line.settle(usize::MAX);
    for seed in 0..10 {
        line.paint(rect(0, 0, 1280, 720), Fill::Noise, seed);
        line.send(BUDGET);
    }
    line.paint(rect(0, 0, 1280, 720), Fill::Solid, 10);
    assert!(line.settle(usize::MAX) < 4000);
}

/// A budget that is not used up by small tiles goes on with others, to about its end.
#[test]
fn budgets_are_used_and_kept() {
    for fill in [Fill::TwoColours, Fill::FewColours, Fill::GreyNoise, Fill::Noise] {
        for budget in [1000, 4096, 16_384, 100_000] {
            let mut line = Line::new(size(1280, 720));
            line.paint(rect(0, 0, 1280, 720), fill, 1);
            for _ in 0..3 {
                let (encoded, _) = line.send(budget);
                if encoded.state == State::Exact {
                    break;
                }
                assert!(encoded.bytes > budget * 3 / 4, "{} of {budget} for {fill:?}", encoded.bytes);
                assert!(encoded.bytes < budget + OVERSHOOT);
            }
        }
    }
}
