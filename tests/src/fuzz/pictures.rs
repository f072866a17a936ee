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

/// Boxes as they are inside the compressed stream, in a picture of 100 x 70 pixels.
pub(super) fn boxes(data: &[u8]) {
    let mut update = vec![1, 3, 0, 100, 0, 70, 0];
    update.extend(pack(data));
    let mut decoder = decoder();
    let result = decoder.decode(&update);
    check(&*decoder, &result);
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

/// A zstd frame that is flushed and goes on, as an encoder writes it: raw blocks need no compressor.
pub(super) fn pack(boxes: &[u8]) -> Vec<u8> {
    // Magic number; no content size, no checksum, no dictionary; a window of 2^20 bytes (RFC 8878, section 3.1.1).
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, (20 - 10) << 3];
    for block in boxes.chunks(60_000) {
        let header = u32::try_from(block.len()).unwrap_or(0) << 3;
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.extend_from_slice(block);
    }
    frame
}
