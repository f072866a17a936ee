//! Photographs and what moves: rough at first, exact in the end.

use std::time::Duration;

use farhand_media::{Encoded, State};
use farhand_proto::screen::{Picture, Rect, Room};

use crate::common::{Fill, photograph, rect, size};
use crate::line::Line;

/// How near a picture is to the original, in dB: 255 against the mean error of a channel (PSNR).
fn likeness(line: &Line, part: Rect) -> f64 {
    let channels = |picture: &Picture| -> Vec<u8> {
        picture.rows(part).flatten().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect()
    };
    let (seen, wanted) = (channels(line.decoder.picture()), channels(&line.picture));
    let errors: f64 = seen.iter().zip(&wanted).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 * seen.len() as f64 / errors).log10()
}

const PHOTO: Rect = Rect { x: 40, y: 24, width: 480, height: 360 };

fn with_photograph() -> (Line, usize) {
    let mut line = Line::new(size(640, 480));
    line.damage_all();
    line.settle(usize::MAX);
    line.paint(PHOTO, Fill::Photograph, 1);
    let (encoded, _) = line.send(usize::MAX);
    assert_eq!(encoded.state, State::Rough);
    (line, encoded.bytes)
}

#[test]
fn a_photograph_is_there_in_few_bytes_and_exact_when_it_has_stood_still() {
    let (mut line, rough) = with_photograph();
    let likeness = likeness(&line, PHOTO);
    assert!(likeness > 36.0, "{likeness} dB");
    assert!(!line.is_pending(), "nothing more goes while it may still change");
    line.now += Duration::from_millis(349);
    assert!(!line.is_pending());
    line.now += Duration::from_millis(1);
    let (encoded, decoded) = line.send(usize::MAX);
    assert_eq!(encoded.state, State::Exact);
    assert_eq!(decoded.changed.bounds(), PHOTO);
    assert!(rough * 5 < encoded.bytes, "{rough} and {} bytes", encoded.bytes);
}

#[test]
fn what_changes_beside_a_rough_photograph_is_exact_at_once() {
    let (mut line, _) = with_photograph();
    let letter = rect(100, 100, 8, 14);
    line.now += Duration::from_millis(200);
    line.paint(letter, Fill::TwoColours, 3);
    let (encoded, _) = line.send(usize::MAX);
    assert_eq!(encoded.state, State::Rough);
    assert_eq!(likeness(&line, letter), f64::INFINITY);
    assert!(encoded.bytes < 200, "{}", encoded.bytes);
    // Its tile waits for as long again, the others don't.
    line.now += Duration::from_millis(150);
    assert_eq!(line.send(usize::MAX).0.state, State::Rough);
    line.now += Duration::from_millis(200);
    assert_eq!(line.send(usize::MAX).0.state, State::Exact);
}

/// A film is not made exact picture by picture, and what it shows moves with it.
#[test]
fn a_camera_that_pans_costs_little_and_never_becomes_exact() {
    let (mut line, first) = with_photograph();
    let mut spent = 0;
    for step in 1..20 {
        line.now += Duration::from_millis(40);
        for y in 0..PHOTO.height {
            for x in 0..PHOTO.width {
                let pixel = photograph(x + 5 * step, y + 2 * step, 1);
                line.picture.row_mut(PHOTO.x as u32 + x, PHOTO.y as u32 + y, 1)[0] = pixel;
            }
        }
        line.damage_all();
        let (encoded, _) = line.send(usize::MAX);
        assert_eq!(encoded.state, State::Rough);
        assert!(likeness(&line, PHOTO) > 33.0, "{} dB", likeness(&line, PHOTO));
        spent += encoded.bytes;
    }
    assert!(spent / 19 < first / 4, "{first} bytes at first, then {} a picture", spent / 19);
    line.settle(usize::MAX);
}

/// Over a line that does not take it in time a photograph gets coarser, not late.
#[test]
fn a_photograph_over_a_thin_line_is_there_soon_and_gets_better() {
    const BUDGET: usize = 2000;
    let (mut line, whole) = with_photograph();
    line.paint(PHOTO, Fill::Photograph, 200);
    let mut spent = 0;
    while spent == 0 || line.is_pending() {
        line.now += Duration::from_millis(10);
        spent += line.send(BUDGET).0.bytes;
    }
    let coarse = likeness(&line, PHOTO);
    assert!(spent * 3 < whole * 2, "{spent} bytes instead of {whole}");
    assert!(coarse > 22.0, "{coarse} dB");
    line.rest();
    let mut best = coarse;
    while line.encoder.poll_timeout().is_some() {
        line.send(BUDGET);
        let now = likeness(&line, PHOTO);
        assert!(now >= best, "{now} dB after {best}");
        best = now;
    }
}

/// A line of 256 kbit/s: each update has what passes in 64 ms.
fn send_over_thin_line(line: &mut Line) -> Encoded {
    line.now += Duration::from_millis(64);
    line.send_into(Room { bytes: 2048, per_second: Some(32_000) }).0
}

#[test]
fn a_page_over_a_thin_line_can_be_read_soon_and_is_exact_later() {
    let page = rect(0, 0, 1280, 720);
    let mut line = Line::new(page.size());
    line.damage_all();
    line.settle(usize::MAX);
    line.paint(page, Fill::Letters, 1);
    let exact = Line::with(&line.picture).settle(usize::MAX);
    let mut spent = 0;
    loop {
        let Encoded { state, bytes } = send_over_thin_line(&mut line);
        spent += bytes;
        if state == State::Rough {
            break;
        }
    }
    assert!(spent * 2 < exact, "{spent} bytes before it can be read, {exact} for all of it");
    let likeness = likeness(&line, page);
    assert!(likeness > 20.0, "{likeness} dB");
    line.rest();
    // A letter that is typed does not wait for the rest, and is exact.
    let letter = rect(700, 300, 8, 14);
    line.paint(letter, Fill::TwoColours, 3);
    send_over_thin_line(&mut line);
    assert_eq!(self::likeness(&line, letter), f64::INFINITY);
    while line.encoder.poll_timeout().is_some() {
        line.rest();
        while line.is_pending() {
            spent += send_over_thin_line(&mut line).bytes;
        }
    }
    assert_eq!(line.decoder.picture(), &line.picture);
    assert!(spent * 2 < exact * 3, "{spent} bytes in all, {exact} at once");
}

#[test]
fn over_a_good_line_a_page_is_exact_at_once() {
    for per_second in [None, Some(200_000)] {
        let page = rect(0, 0, 1280, 720);
        let mut line = Line::new(page.size());
        line.paint(page, Fill::Letters, 1);
        let (encoded, _) = line.send_into(Room { bytes: usize::MAX, per_second });
        assert_eq!(encoded.state, State::Exact);
    }
}
