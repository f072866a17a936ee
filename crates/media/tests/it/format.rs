//! The bytes of known updates. They are on the wire between versions: a change here needs another codec number.

use farhand_media::{State, decoder, encoder};
use farhand_proto::screen::{Picture, Rect, Room};
use farhand_proto::time::Moment;

use crate::common::{Fill, paint, rect, size};

/// A number for bytes (FNV-1a).
fn sum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xCBF2_9CE4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3))
}

/// The smallest updates, byte by byte.
#[test]
fn small_updates() {
    let mut picture = Picture::new(size(67, 3));
    let mut encoder = encoder();
    let mut decoder = decoder();
    let mut check = |picture: &Picture, expected: &str| {
        encoder.damage(picture, &Rect::of_size(picture.size()).into());
        let mut update = Vec::new();
        assert_eq!(encoder.encode(picture, Room::ANY, Moment::ZERO, &mut update).state, State::Exact);
        assert_eq!(hex::encode(&update), expected);
        assert_eq!(decoder.decode(&update).unwrap().state, State::Exact);
        assert_eq!(decoder.picture(), picture);
    };
    // Codec 2, fresh and complete, serial 0, 67 x 3 pixels; no box.
    check(&picture, "02030043000300");
    // The right tile becomes orange: codec 2, complete, serial 1; one box.
    for y in 0..3 {
        picture.row_mut(64, y, 3).fill(0xFF_80_00);
    }
    check(&picture, "0202015a8eaac0fe5eb0");
    // Three pixels in the middle of the left tile, three colours.
    picture.row_mut(30, 1, 3).copy_from_slice(&[0x11_11_11, 0xFF_FF_FF, 0x22_22_22]);
    check(&picture, "0202026f2a665b0298e00051c2001749c0");
}

/// Everything that an update can have in it: all kinds of pixels, something that moved, and what was there before. A
/// decoder makes of these bytes what it made of them when they were written.
#[test]
fn a_long_history_is_still_understood() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/history");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, written_history()).unwrap();
    }
    let bytes = std::fs::read(&path).unwrap();
    let mut rest = &bytes[..];
    let mut decoder = decoder();
    let mut updates = 0;
    while let Some((head, after)) = rest.split_first_chunk::<12>() {
        let length = u32::from_le_bytes(*head.first_chunk().unwrap()) as usize;
        decoder.decode(&after[..length]).unwrap();
        let expected = u64::from_le_bytes(*head.last_chunk().unwrap());
        assert_eq!(sum_of(decoder.picture()), expected, "update {updates}");
        rest = &after[length..];
        updates += 1;
    }
    assert!(updates >= 15, "{updates}");
}

fn sum_of(picture: &Picture) -> u64 {
    let bytes: Vec<u8> = picture.pixels().iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
    sum(&bytes)
}

/// Updates, each behind its length in four bytes and the sum of the picture that it leads to in eight.
fn written_history() -> Vec<u8> {
    let mut picture = Picture::new(size(400, 300));
    let mut encoder = encoder();
    let mut decoder = decoder();
    let mut written = Vec::new();
    let mut now = Moment::ZERO;
    let mut send = |picture: &Picture| {
        encoder.damage(picture, &Rect::of_size(picture.size()).into());
        while encoder.pending(now) {
            let mut update = Vec::new();
            encoder.encode(picture, Room::of(20_000), now, &mut update);
            now = encoder.poll_timeout().map_or(now, |due| due.max(now));
            decoder.decode(&update).unwrap();
            written.extend((update.len() as u32).to_le_bytes());
            written.extend(sum_of(decoder.picture()).to_le_bytes());
            written.extend(update);
        }
        assert_eq!(decoder.picture(), picture);
    };
    let fills = [
        Fill::Solid,
        Fill::TwoColours,
        Fill::FewColours,
        Fill::Gradient,
        Fill::GreyNoise,
        Fill::Noise,
        Fill::Photograph,
    ];
    for (place, fill) in (0..).zip(fills) {
        paint(&mut picture, rect(50 * place, 30 * place, 130, 90), fill, 7);
        send(&picture);
    }
    let former = picture.clone();
    for step in 1..6 {
        // Everything goes 13 to the right and 7 down, again and again.
        let mut moved = picture.clone();
        for y in 7..300 {
            let row = picture.row(0, y - 7, 387).to_vec();
            moved.row_mut(13, y, 387).copy_from_slice(&row);
        }
        paint(&mut moved, rect(0, 0, 13, 300), Fill::TwoColours, step);
        picture = moved;
        send(&picture);
    }
    for shown in [&former, &picture, &former, &picture] {
        send(shown);
    }
    written
}
