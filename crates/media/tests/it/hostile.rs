//! Bytes that no encoder wrote: errors, never a panic, never more memory than the limits say.

use farhand_media::{DecodeError, Decoded, decoder, encoder};
use farhand_proto::screen::{Picture, Rect, Room};
use farhand_proto::time::Moment;
use proptest::prelude::*;

use crate::common::{self, Fill, rect, size};

const FRESH: u8 = 1;
const COMPLETE: u8 = 2;
const CHECK: u8 = 4;

/// The beginning of an update that starts afresh with a picture of 100 x 70 pixels, which has four tiles.
const SMALL: [u8; 7] = [2, FRESH | COMPLETE, 0, 100, 0, 70, 0];

/// Reads these bytes as what an encoder coded.
fn decode_coded(bytes: &[u8]) -> Result<Decoded, DecodeError> {
    decoder().decode(&[&SMALL, bytes].concat())
}

fn assert_damaged(result: Result<Decoded, DecodeError>, why: &str) {
    match result {
        Err(DecodeError::Damaged(what)) => assert_eq!(what, why),
        other => panic!("{other:?} instead of: {why}"),
    }
}

/// A few valid updates of one picture, the first a fresh start.
fn updates() -> Vec<Vec<u8>> {
    static MADE: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
    MADE.get_or_init(make_updates).clone()
}

fn make_updates() -> Vec<Vec<u8>> {
    let mut picture = Picture::new(size(200, 150));
    let mut encoder = encoder();
    let mut updates = Vec::new();
    let mut now = Moment::ZERO;
    let fills = [
        Fill::Solid,
        Fill::TwoColours,
        Fill::FewColours,
        Fill::GreyNoise,
        Fill::Noise,
        Fill::Gradient,
        Fill::Photograph,
    ];
    for (place, fill) in (0..).zip(fills) {
        common::paint(&mut picture, rect(20 * place, 10 * place, 90, 70), fill, 7);
        encoder.damage(&picture, &Rect::of_size(picture.size()).into());
        while encoder.pending(now) {
            let mut update = Vec::new();
            encoder.encode(&picture, Room::of(3000), now, &mut update);
            updates.push(update);
            now = encoder.poll_timeout().map_or(now, |due| due.max(now));
        }
    }
    updates
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decoder().decode(&bytes);
        // The same where it gets past the header.
        let mut decoder = decoder();
        decoder.decode(&updates()[0]).unwrap();
        let _ = decoder.decode(&[&[2, 0, 1][..], &bytes].concat());
        let _ = decode_coded(&bytes);
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
    for short in [&[][..], &[2], &[2, 0], &[2, FRESH, 0], &[2, FRESH, 0, 1, 0, 1], &[2, CHECK, 0, 1, 2, 3]] {
        assert_damaged(decoder.decode(short), "it ends within its header");
    }
    assert_eq!(decoder.decode(&[9, 0, 0]), Err(DecodeError::UnknownCodec(9)));
    assert_damaged(decoder.decode(&[2, 16, 0]), "its flags are unknown");
    let long = vec![2; farhand_proto::limits::MAX_UPDATE + 1];
    assert_damaged(decoder.decode(&long), "it is too long");
}

#[test]
fn impossible_sizes() {
    for (width, height) in [(0, 5), (5, 0), (32_768, 1), (65_535, 65_535), (32_767, 32_767), (8193, 8192)] {
        let mut update = vec![2, FRESH, 0];
        update.extend_from_slice(&(width as u16).to_le_bytes());
        update.extend_from_slice(&(height as u16).to_le_bytes());
        let mut decoder = decoder();
        assert_eq!(decoder.decode(&update), Err(DecodeError::Size(size(width, height))));
        assert_eq!(decoder.picture().size(), size(0, 0));
    }
}

/// Whatever stands there, no more is painted than the picture has tiles, and it takes no longer.
#[test]
fn a_few_bytes_that_say_much() {
    let large = [&[2, FRESH, 0][..], &1000_u16.to_le_bytes(), &1000_u16.to_le_bytes()].concat();
    for byte in [0, 0x55, 0x7F, 0x80, 0xAA, 0xFF] {
        for length in [0, 1, 5, 1000] {
            let _ = decoder().decode(&[&large[..], &vec![byte; length]].concat());
        }
    }
}

#[test]
fn bytes_behind_the_end() {
    let mut picture = Picture::new(size(200, 150));
    common::paint(&mut picture, rect(0, 0, 90, 70), Fill::FewColours, 1);
    let mut update = Vec::new();
    encoder().encode(&picture, Room::ANY, Moment::ZERO, &mut update);
    assert!(decoder().decode(&update).is_ok());
    update.extend([0; 9]);
    assert_damaged(decoder().decode(&update), "more follows after its end");
}

/// As many updates as come until the first with a sum, and the picture that they lead to.
fn updates_with_a_sum() -> (Vec<Vec<u8>>, Picture) {
    let mut picture = Picture::new(size(200, 150));
    let mut encoder = encoder();
    let mut updates = Vec::new();
    for seed in 0..16 {
        common::paint(&mut picture, rect(10, 10, 90, 70), Fill::FewColours, seed);
        encoder.damage(&picture, &Rect::of_size(picture.size()).into());
        let mut update = Vec::new();
        encoder.encode(&picture, Room::ANY, Moment::ZERO, &mut update);
        updates.push(update);
    }
    assert_eq!(updates.last().map(|update| update[1] & CHECK), Some(CHECK));
    (updates, picture)
}

/// Two ends that went apart find out at the next sum, whatever made them.
#[test]
fn another_picture_is_noticed() {
    let (updates, _) = updates_with_a_sum();
    let mut apart = 0;
    let end = updates[15].len();
    for (which, place) in
        (10..end).step_by(97).map(|place| (14, place)).chain((end - 40..end).map(|place| (15, place)))
    {
        let mut changed = updates.clone();
        let Some(byte) = changed[which].get_mut(place) else { continue };
        *byte ^= 0x10;
        let mut decoder = decoder();
        let failed = changed.iter().find_map(|update| decoder.decode(update).err());
        let failed = failed.unwrap_or_else(|| panic!("a change of {which} at {place} goes unnoticed"));
        apart += usize::from(failed == DecodeError::Damaged("it leads to another picture"));
    }
    assert!(apart > 0, "every change was an error at once");
}

/// An update that is cut off would leave the picture behind what it claims to be: that is found out as well.
#[test]
fn updates_that_are_cut_off() {
    let (updates, picture) = updates_with_a_sum();
    for which in [14, 15] {
        let whole = updates[which].len();
        for length in (0..whole).step_by(61).chain(whole - 20..whole) {
            let mut cut = updates.clone();
            cut[which].truncate(length);
            let mut decoder = decoder();
            let failed = cut.iter().any(|update| decoder.decode(update).is_err());
            // The last bits of all may say nothing.
            assert!(failed || *decoder.picture() == picture, "{which}: {length} of {whole}");
        }
    }
}

#[test]
fn after_a_failure_only_a_fresh_start_helps() {
    let updates = updates();
    let mut decoder = decoder();
    assert_eq!(decoder.decode(&updates[1]), Err(DecodeError::NeedsFreshStart));
    decoder.decode(&updates[0]).unwrap();
    decoder.decode(&updates[1]).unwrap();
    assert!(decoder.decode(&[&[2, 0, 2][..], &[0xA5; 50]].concat()).is_err());
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
