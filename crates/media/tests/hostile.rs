//! Bytes that no encoder wrote: errors, never a panic, never more memory than the limits say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Fill, rect, size};
use farhand_media::{DecodeError, Decoded, decoder, encoder};
use farhand_proto::screen::{Picture, Rect};
use proptest::prelude::*;
use zstd::stream::raw::{CParameter, Encoder, InBuffer, Operation, OutBuffer};

const FRESH: u8 = 1;
const COMPLETE: u8 = 2;

/// The beginning of an update that starts afresh with a picture of 100 x 70 pixels, which has four tiles.
const SMALL: [u8; 7] = [1, FRESH | COMPLETE, 0, 100, 0, 70, 0];

/// Packs boxes as an encoder would.
fn packed(boxes: &[u8], window_log: u32) -> Vec<u8> {
    let mut context = Encoder::new(1).unwrap();
    context.set_parameter(CParameter::WindowLog(window_log)).unwrap();
    let mut out = Vec::with_capacity(boxes.len() + 1000);
    let mut output = OutBuffer::around(&mut out);
    let mut input = InBuffer::around(boxes);
    while input.pos() < boxes.len() {
        context.run(&mut input, &mut output).unwrap();
    }
    while context.flush(&mut output).unwrap() > 0 {}
    out
}

fn decode_boxes(boxes: &[u8]) -> Result<Decoded, DecodeError> {
    decoder().decode(&[&SMALL, &packed(boxes, 20)[..]].concat())
}

fn assert_damaged(result: Result<Decoded, DecodeError>, why: &str) {
    match result {
        Err(DecodeError::Damaged(what)) => assert_eq!(what, why),
        other => panic!("{other:?} instead of: {why}"),
    }
}

/// A few valid updates of one picture, the first a fresh start.
fn updates() -> Vec<Vec<u8>> {
    let mut picture = Picture::new(size(200, 150));
    let mut encoder = encoder();
    let mut updates = Vec::new();
    let fills =
        [Fill::Solid, Fill::TwoColours, Fill::FewColours, Fill::GreyNoise, Fill::Noise, Fill::Gradient];
    for (place, fill) in (0..).zip(fills) {
        common::paint(&mut picture, rect(20 * place, 10 * place, 90, 70), fill, 7);
        encoder.damage(&picture, &Rect::of_size(picture.size()).into());
        while encoder.pending() {
            let mut update = Vec::new();
            encoder.encode(&picture, 3000, &mut update);
            updates.push(update);
        }
    }
    updates
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decoder().decode(&bytes);
        // The same where it gets past the header, and past zstd.
        let mut decoder = decoder();
        decoder.decode(&updates()[0]).unwrap();
        let _ = decoder.decode(&[&[1, 0, 1][..], &bytes].concat());
        if !bytes.is_empty() {
            let _ = decode_boxes(&bytes);
        }
    }

    #[test]
    fn any_boxes(boxes in prop::collection::vec((0..7_u8, any::<bool>(), 0..5_u16, any::<[u8; 4]>(), prop::collection::vec(any::<u8>(), 0..60)), 0..8)) {
        let mut bytes = Vec::new();
        for (kind, whole, tile, place, pixels) in boxes {
            bytes.push(kind | if whole { 128 } else { 0 });
            bytes.extend_from_slice(&tile.to_le_bytes());
            if !whole {
                bytes.extend_from_slice(&place.map(|byte| byte % 70));
            }
            bytes.extend_from_slice(&pixels);
        }
        let _ = decode_boxes(&bytes);
    }

    #[test]
    fn any_damage_to_valid_updates(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..4),
    ) {
        let mut updates = updates();
        let which = which.index(updates.len());
        for (place, byte, edit) in edits {
            let update = &mut updates[which];
            if update.is_empty() {
                break;
            }
            let place = place.index(update.len());
            match edit {
                0 => update[place] ^= byte,
                1 => update.insert(place, byte),
                _ => update.truncate(place),
            }
        }
        let mut decoder = decoder();
        let mut failed = false;
        for update in &updates {
            let result = decoder.decode(update);
            let fresh = update.get(1).is_some_and(|flags| flags & FRESH != 0);
            if failed && !fresh {
                prop_assert!(result.is_err());
            }
            failed = result.is_err();
            prop_assert!(decoder.picture().size().area() <= farhand_proto::limits::MAX_PIXELS);
            prop_assert!(decoder.picture().pixels().iter().all(|pixel| pixel >> 24 == 0));
        }
    }
}

#[test]
fn headers() {
    let mut decoder = decoder();
    for short in [&[][..], &[1], &[1, 0], &[1, FRESH, 0], &[1, FRESH, 0, 1, 0, 1]] {
        assert_damaged(decoder.decode(short), "it ends within its header");
    }
    assert_eq!(decoder.decode(&[9, 0, 0]), Err(DecodeError::UnknownCodec(9)));
    assert_damaged(decoder.decode(&[1, 4, 0]), "its flags are unknown");
    let long = vec![1; farhand_proto::limits::MAX_UPDATE + 1];
    assert_damaged(decoder.decode(&long), "it is too long");
}

#[test]
fn impossible_sizes() {
    for (width, height) in [(0, 5), (5, 0), (32_768, 1), (65_535, 65_535), (32_767, 32_767), (8193, 8192)] {
        let mut update = vec![1, FRESH, 0];
        update.extend_from_slice(&(width as u16).to_le_bytes());
        update.extend_from_slice(&(height as u16).to_le_bytes());
        let mut decoder = decoder();
        assert_eq!(decoder.decode(&update), Err(DecodeError::Size(size(width, height))));
        assert_eq!(decoder.picture().size(), size(0, 0));
    }
}

#[test]
fn boxes_that_do_not_fit() {
    let solid = [7, 8, 9];
    let whole = |kind: u8, tile: u8| [kind | 128, tile, 0];
    assert!(decode_boxes(&[&whole(0, 3)[..], &solid].concat()).is_ok());
    assert_damaged(decode_boxes(&[&whole(0, 4)[..], &solid].concat()), "a box lies outside of the picture");
    assert_damaged(decode_boxes(&[&whole(6, 0)[..], &solid].concat()), "a box is of no known kind");
    assert_damaged(decode_boxes(&whole(0, 0)), "it ends within a box");
    assert_damaged(decode_boxes(&[2, 0, 0, 0, 0, 1, 1, 5]), "it ends within a box");
    // The last tile has 36 x 6 pixels.
    assert!(decode_boxes(&[&[0, 3, 0, 35, 5, 0, 0][..], &solid].concat()).is_ok());
    for place in
        [[36, 5, 0, 0], [35, 6, 0, 0], [35, 5, 1, 0], [35, 5, 0, 1], [0, 0, 255, 255], [255, 255, 0, 0]]
    {
        let boxes = [&[0, 3, 0][..], &place, &solid].concat();
        assert_damaged(decode_boxes(&boxes), "a box lies outside of its tile");
    }
}

#[test]
fn palettes_that_do_not_fit() {
    let boxed = |rest: &[u8]| decode_boxes(&[&[1, 0, 0, 0, 0, 0, 0][..], rest].concat());
    let colours = [0; 17 * 3];
    assert!(boxed(&[&[1][..], &colours[..6], &[1]].concat()).is_ok());
    assert_damaged(boxed(&[&[0][..], &colours[..3], &[0]].concat()), "a palette is of no possible size");
    assert_damaged(boxed(&[&[16][..], &colours, &[0]].concat()), "a palette is of no possible size");
    assert_damaged(boxed(&[&[2][..], &colours[..9], &[3]].concat()), "a colour is not in its palette");
}

/// A small update that unpacks to gigabytes stops at what the picture can take.
#[test]
fn updates_that_unpack_to_too_much() {
    let too_much = "it paints more than there is";
    // Solid boxes of one pixel, again and again in the first tile.
    assert_damaged(decode_boxes(&[0; 10].repeat(5)), too_much);
    assert!(decode_boxes(&[0; 10].repeat(4)).is_ok());
    let bomb = packed(&vec![0; 512 << 20], 20);
    assert!(bomb.len() < 100_000);
    assert_damaged(decoder().decode(&[&SMALL, &bomb[..]].concat()), too_much);
    // Whole tiles: more pixels than the picture has, though not more boxes than it has tiles.
    assert_damaged(decode_boxes(&[128, 0, 0, 1, 2, 3].repeat(4)), too_much);
}

#[test]
fn streams_that_ask_for_more_memory() {
    let boxes = [128, 0, 0, 1, 2, 3];
    for (window_log, good) in [(10, true), (20, true), (21, false), (27, false)] {
        let result = decoder().decode(&[&SMALL, &packed(&boxes, window_log)[..]].concat());
        if good {
            assert!(result.is_ok());
        } else {
            assert_damaged(result, "its compressed stream is broken");
        }
    }
}

#[test]
fn streams_that_end() {
    let ended = [&SMALL, &zstd::bulk::compress(&[128, 0, 0, 1, 2, 3], 1).unwrap()[..]].concat();
    assert_damaged(decoder().decode(&ended), "its compressed stream ends");
}

/// Where zstd's blocks begin and the last one ends, in an update with a header of so many bytes.
fn block_borders(update: &[u8], header: usize) -> Vec<usize> {
    let mut borders = vec![header];
    while let Some(&[a, b, c]) = update.get(borders[borders.len() - 1]..).and_then(|rest| rest.first_chunk())
    {
        let block = u32::from_le_bytes([a, b, c, 0]);
        let repeated = (block >> 1) & 3 == 1;
        let size = if repeated { 1 } else { block as usize >> 3 };
        borders.push(borders[borders.len() - 1] + 3 + size);
    }
    borders
}

/// An update that is cut off within a block would leave the picture behind what it claims to be.
#[test]
fn updates_that_are_cut_off() {
    let mut picture = Picture::new(size(200, 150));
    common::paint(&mut picture, rect(0, 0, 200, 150), Fill::Noise, 1);
    let mut update = Vec::new();
    assert!(!encoder().encode(&picture, 20_000, &mut update).complete);
    let borders = block_borders(&update, SMALL.len() + 6);
    assert!(borders.len() > 2 && borders.last() == Some(&update.len()));
    for length in 0..=update.len() {
        let good = length == SMALL.len() || borders.contains(&length);
        assert_eq!(decoder().decode(&update[..length]).is_ok(), good, "{length} of {}", update.len());
    }
}

#[test]
fn after_a_failure_only_a_fresh_start_helps() {
    let updates = updates();
    let mut decoder = decoder();
    assert_eq!(decoder.decode(&updates[1]), Err(DecodeError::NeedsFreshStart));
    decoder.decode(&updates[0]).unwrap();
    decoder.decode(&updates[1]).unwrap();
    assert!(decoder.decode(&[1, 0, 2, 1, 2, 3]).is_err());
    assert_eq!(decoder.decode(&updates[2]), Err(DecodeError::NeedsFreshStart));
    for update in &updates {
        decoder.decode(update).unwrap();
    }
}

#[test]
fn lost_and_repeated_updates_are_noticed() {
    let updates = updates();
    let mut decoder = decoder();
    decoder.decode(&updates[0]).unwrap();
    assert_eq!(decoder.decode(&updates[2]), Err(DecodeError::NeedsFreshStart));
    decoder.decode(&updates[0]).unwrap();
    decoder.decode(&updates[1]).unwrap();
    assert_eq!(decoder.decode(&updates[1]), Err(DecodeError::NeedsFreshStart));
}
