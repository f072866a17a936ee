//! Updates of a picture, from an encoder that nobody wrote.

use farhand_media::{DecodeError, Decoded, Decoder, decoder};
use farhand_proto::limits::MAX_PIXELS;
use farhand_proto::screen::Rect;

/// Larger pictures are as good as this one and cost only time.
const LARGEST: u64 = 2_000_000;

/// Updates one behind the other, each behind its length of two bytes, all for one decoder.
pub(super) fn updates(mut data: &[u8]) {
    let mut decoder = decoder();
    let mut broken = false;
    while let Some((length, rest)) = data.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (update, after) = rest.split_at(length);
        data = after;
        if is_huge(update) {
            return;
        }
        let fresh = update.get(1).is_some_and(|flags| flags & 1 != 0);
        let result = decoder.decode(update);
        check(&*decoder, &result);
        assert!(!broken || fresh || result.is_err(), "only a fresh start helps after a failure");
        broken = result.is_err();
    }
}

/// What an encoder coded, in a picture of 100 x 70 pixels: one update, and once more as another one after it.
pub(super) fn boxes(data: &[u8]) {
    let mut decoder = decoder();
    for header in [&[2, 3, 0, 100, 0, 70, 0][..], &[2, 2, 1]] {
        let result = decoder.decode(&[header, data].concat());
        check(&*decoder, &result);
    }
}

/// Whether the update starts afresh with a picture that takes too long to fill.
fn is_huge(update: &[u8]) -> bool {
    let Some(&[_, flags, _, a, b, c, d]) = update.first_chunk() else { return false };
    let area = u64::from(u16::from_le_bytes([a, b])) * u64::from(u16::from_le_bytes([c, d]));
    flags & 1 != 0 && area > LARGEST
}

fn check(decoder: &dyn Decoder, result: &Result<Decoded, DecodeError>) {
    let picture = decoder.picture();
    assert!(picture.size().area() <= MAX_PIXELS);
    assert_eq!(picture.pixels().len() as u64, picture.size().area());
    assert!(picture.pixels().iter().all(|pixel| pixel >> 24 == 0), "the top byte stays 0");
    if let Ok(decoded) = result {
        let all = Rect::of_size(picture.size());
        for rect in decoded.changed.rects() {
            assert_eq!(rect.intersection(all), *rect, "what changed lies in the picture");
        }
    }
}
