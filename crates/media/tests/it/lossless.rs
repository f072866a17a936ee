//! Whatever happens to a picture, the other end gets it exactly.

use farhand_media::State;
use farhand_proto::screen::{Picture, Rect, Room};
use proptest::prelude::*;

use crate::common::{self, Fill, rect, size};
use crate::line::Line;

#[derive(Debug, Clone)]
enum Step {
    Paint(Rect, Fill, u64),
    /// Painted, and damage reported for more than that.
    PaintWithin(Rect, Fill, u64),
    /// Damage that nothing changed.
    FalseAlarm(Rect),
    /// The picture goes back to an earlier state.
    Undo,
    Resize(u32, u32),
    Reset,
    Send(usize),
    Rest,
}

fn rects() -> impl Strategy<Value = Rect> {
    (-20..220_i32, -20..220_i32, 1..200_u32, 1..200_u32).prop_map(|(x, y, w, h)| rect(x, y, w, h))
}

fn fills() -> impl Strategy<Value = Fill> {
    prop_oneof![
        Just(Fill::Solid),
        Just(Fill::TwoColours),
        Just(Fill::FewColours),
        Just(Fill::Gradient),
        Just(Fill::GreyNoise),
        Just(Fill::Noise),
        Just(Fill::Photograph),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (rects(), fills(), 0..4_u64).prop_map(|(rect, fill, seed)| Step::Paint(rect, fill, seed)),
        2 => (rects(), fills(), 0..4_u64).prop_map(|(rect, fill, seed)| Step::PaintWithin(rect, fill, seed)),
        1 => rects().prop_map(Step::FalseAlarm),
        1 => Just(Step::Undo),
        1 => (1..260_u32, 1..260_u32).prop_map(|(width, height)| Step::Resize(width, height)),
        1 => Just(Step::Reset),
        8 => prop_oneof![Just(0), 1..5000_usize, Just(usize::MAX)].prop_map(Step::Send),
        3 => Just(Step::Rest),
    ];
    prop::collection::vec(step, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_history_arrives(width in 1..260_u32, height in 1..260_u32, steps in steps(), budget in 0..20_000_usize) {
        let mut line = Line::new(size(width, height));
        line.damage_all();
        let mut earlier = line.picture.clone();
        for step in steps {
            match step {
                Step::Paint(rect, fill, seed) => {
                    earlier = line.picture.clone();
                    line.paint(rect, fill, seed);
                }
                Step::PaintWithin(rect, fill, seed) => {
                    common::paint(&mut line.picture, rect, fill, seed);
                    let mut region = rect.translated(-10, -10).into();
                    line.encoder.damage(&line.picture, &region);
                    region.add(Rect { width: rect.width + 100, height: rect.height + 100, ..rect });
                    line.encoder.damage(&line.picture, &region);
                }
                Step::FalseAlarm(rect) => line.encoder.damage(&line.picture, &rect.into()),
                Step::Undo => {
                    if earlier.size() == line.picture.size() {
                        line.picture = earlier.clone();
                        line.damage_all();
                    }
                }
                Step::Resize(width, height) => {
                    line.picture = Picture::new(size(width, height));
                    common::paint(&mut line.picture, rect(3, 3, 100, 50), Fill::FewColours, 9);
                    line.damage_all();
                }
                Step::Reset => {
                    line.encoder.reset(line.picture.size());
                    prop_assert!(line.is_pending());
                }
                Step::Rest => line.rest(),
                Step::Send(budget) => {
                    if line.is_pending() {
                        line.send(budget);
                    }
                }
            }
        }
        line.settle(budget);
    }
}

#[test]
fn a_black_picture_is_sent_too() {
    let mut line = Line::new(size(300, 200));
    line.damage_all();
    let (encoded, decoded) = line.send(usize::MAX);
    assert!(decoded.fresh && decoded.state == State::Exact);
    assert_eq!(encoded.bytes, 7);
}

#[test]
fn nothing_is_pending_without_a_picture_or_a_change() {
    let mut line = Line::new(size(0, 10));
    line.damage_all();
    assert!(!line.is_pending());
    assert_eq!(line.encoder.encode(&line.picture, Room::of(1000), line.now, &mut Vec::new()).bytes, 0);

    let mut line = Line::new(size(100, 100));
    line.paint(rect(0, 0, 100, 100), Fill::Noise, 1);
    line.settle(usize::MAX);
    line.damage_all();
    assert!(!line.is_pending());
    let mut out = Vec::new();
    let encoded = line.encoder.encode(&line.picture, Room::of(1000), line.now, &mut out);
    assert!(encoded.state == State::Exact && out.is_empty());
}

/// Only a new update can tell the receiver that what it has is the whole picture after all.
#[test]
fn the_news_that_nothing_is_missing_any_more_travels() {
    let mut line = Line::new(size(640, 480));
    line.damage_all();
    line.settle(usize::MAX);
    let quiet = line.picture.clone();
    line.paint(rect(0, 0, 640, 480), Fill::FewColours, 1);
    let (first, _) = line.send(4096);
    assert!(first.state != State::Exact);
    // What was sent stays, the rest goes back to how it was.
    let received = line.decoder.picture().clone();
    assert_ne!(received, quiet);
    line.picture = received;
    line.damage_all();
    let (encoded, decoded) = line.send(4096);
    assert!(decoded.state == State::Exact && decoded.changed.is_empty());
    assert_eq!(encoded.bytes, 3);
}

#[test]
fn one_pixel_costs_a_few_bytes() {
    let mut line = Line::new(size(1920, 1080));
    line.paint(rect(0, 0, 1920, 1080), Fill::Gradient, 1);
    line.settle(usize::MAX);
    line.paint(rect(1000, 500, 1, 1), Fill::Solid, 5);
    let (encoded, decoded) = line.send(usize::MAX);
    assert!(encoded.bytes <= 24, "{}", encoded.bytes);
    assert_eq!(decoded.changed.rects(), [rect(1000, 500, 1, 1)]);
}

/// What was shown before is history to refer to.
#[test]
fn what_was_seen_before_costs_little() {
    let mut line = Line::new(size(256, 256));
    line.paint(rect(0, 0, 256, 256), Fill::GreyNoise, 1);
    let first = line.settle(usize::MAX);
    line.paint(rect(0, 0, 256, 256), Fill::Solid, 2);
    line.settle(usize::MAX);
    line.paint(rect(0, 0, 256, 256), Fill::GreyNoise, 1);
    let again = line.settle(usize::MAX);
    assert!(again * 20 < first, "{again} after {first}");
}

#[test]
fn no_update_passes_the_limit() {
    let mut line = Line::new(size(2600, 1600));
    line.paint(rect(0, 0, 2600, 1600), Fill::Noise, 1);
    let (encoded, _) = line.send(usize::MAX);
    assert!(encoded.state != State::Exact);
    assert!(encoded.bytes > 7 << 20 && encoded.bytes <= farhand_proto::limits::MAX_UPDATE);
    line.settle(usize::MAX);
}
