//! A box with few colours: what can be read as well as before and travels in a part of the bytes.
//!
//! The colours of areas and letters stay what they are; those between them, which smooth edges, become the nearest of
//! these.

use farhand_proto::screen::{Picture, Rect};

/// The most colours that stay.
const MOST: usize = 4;
/// Of so many pixels one at least has a colour that stays.
const SHARE: u32 = 48;
/// Places to count colours in, a power of 2.
const PLACES: usize = 256;

/// Brings a box with few colours into `few`; gives whether it has fewer than before.
pub(super) fn reduce(picture: &Picture, rect: Rect, few: &mut Picture) -> bool {
    let kept = frequent(picture, rect);
    if kept.is_empty() {
        return false;
    }
    let mut differs = false;
    // Colours come again and again, mostly at once.
    let (mut last, mut instead) = (kept[0], kept[0]);
    for (y, row) in (rect.y as u32..).zip(picture.rows(rect)) {
        for (into, pixel) in few.row_mut(rect.x as u32, y, rect.width).iter_mut().zip(row) {
            if *pixel != last {
                last = *pixel;
                instead = nearest(last, &kept);
            }
            *into = instead;
            differs |= instead != *pixel;
        }
    }
    differs
}

/// The most frequent colours, most frequent first.
fn frequent(picture: &Picture, rect: Rect) -> Vec<u32> {
    let mut counts = [(0_u32, 0_u32); PLACES];
    for row in picture.rows(rect) {
        for pixel in row {
            let place = (pixel.wrapping_mul(0x9E37_79B1) >> (32 - PLACES.trailing_zeros())) as usize;
            let (colour, count) = &mut counts[place];
            if *colour == *pixel {
                *count += 1;
            } else if *count == 0 {
                (*colour, *count) = (*pixel, 1);
            } else {
                // The more frequent one of two in a place stays (Boyer and Moore's majority).
                *count -= 1;
            }
        }
    }
    let least = (rect.size().area() as u32).div_ceil(SHARE);
    let mut found: Vec<_> = counts.into_iter().filter(|(_, count)| *count >= least).collect();
    found.sort_unstable_by_key(|(colour, count)| (u32::MAX - count, *colour));
    found.into_iter().map(|(colour, _)| colour).take(MOST).collect()
}

fn nearest(colour: u32, kept: &[u32]) -> u32 {
    let distance = |other: &u32| -> u32 {
        let channels = colour.to_be_bytes().into_iter().zip(other.to_be_bytes());
        channels.map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    kept.iter().copied().min_by_key(distance).unwrap_or(colour)
}

#[cfg(test)]
mod tests {
    use farhand_proto::screen::Size;

    use super::*;

    #[test]
    fn edges_go_and_areas_and_letters_stay() {
        let size = Size { width: 64, height: 64 };
        let mut picture = Picture::new(size);
        picture.pixels_mut().fill(0xF5_F6_F7);
        for y in (4..60).step_by(8) {
            picture.row_mut(5, y, 50).fill(0x20_20_30);
            picture.row_mut(5, y + 1, 50).fill(0x60_60_70);
            picture.row_mut(5, y + 1, 10).fill(0xD0_D0_D8);
        }
        let mut few = Picture::new(size);
        let rect = Rect::of_size(size);
        picture.row_mut(30, 30, 1)[0] = 0xFF_00_00;
        assert!(reduce(&picture, rect, &mut few));
        assert_eq!(few.row(0, 0, 64), picture.row(0, 0, 64));
        assert_eq!(few.row(0, 4, 64), picture.row(0, 4, 64));
        assert_eq!(few.row(5, 5, 1), [0xF5_F6_F7], "an edge");
        assert_eq!(few.row(30, 5, 1), [0x60_60_70], "this one is frequent enough");
        let again = few.clone();
        assert!(!reduce(&again, rect, &mut few), "there are few already");
        assert_eq!(few, again);
    }
}
