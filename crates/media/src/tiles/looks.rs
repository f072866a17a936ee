//! What a part of the picture looks like: how it goes best.

use farhand_proto::screen::{Picture, Rect};

/// Channels of two pixels that differ by so much are nearly alike.
const NEARLY: u32 = 12;

/// What a part is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// Few colours, or pixels that are mostly as those beside them.
    Drawn,
    /// Many colours, each pixel near those beside it: a photograph.
    Smooth,
    /// Many colours without any order.
    Wild,
}

pub(super) fn looks(picture: &Picture, rect: Rect) -> Looks {
    if rect.width < 4 || rect.height < 4 {
        return Looks::Drawn;
    }
    let (mut alike, mut near, mut all) = (0, 0, 0);
    for (above, row) in picture.rows(rect).zip(picture.rows(rect).skip(1)) {
        let (left, right) = (&row[..row.len() - 1], &row[1..]);
        alike += equal(right, left) + equal(right, &above[1..]);
        near += near_ones(right, left) + near_ones(right, &above[1..]);
        all += 2 * left.len();
    }
    // Letters differ from the page much, at their edges; what a camera sees goes on gently.
    let differ = all - alike;
    if differ * 4 < all || !has_many_colours(picture, rect) {
        Looks::Drawn
    } else if (near - alike) * 2 > differ {
        Looks::Smooth
    } else if alike * 8 < all {
        Looks::Wild
    } else {
        Looks::Drawn
    }
}

/// How many pixels are nearly those of the other row.
pub(super) fn near_ones(a: &[u32], b: &[u32]) -> usize {
    a.iter().zip(b).map(|(a, b)| u32::from(is_near(*a, *b))).sum::<u32>() as usize
}

/// Whether no channel differs much.
fn is_near(a: u32, b: u32) -> bool {
    let [a, b] = [a, b].map(|pixel| [pixel >> 16 & 0xFF, pixel >> 8 & 0xFF, pixel & 0xFF]);
    a.into_iter().zip(b).all(|(a, b)| a.abs_diff(b) <= NEARLY)
}

/// Whether there are more colours than a list of them would be worth.
pub(super) fn has_many_colours(picture: &Picture, rect: Rect) -> bool {
    let mut seen = [0_u64; 16];
    for row in picture.rows(rect) {
        for pixel in row {
            let place = pixel.wrapping_mul(0x9E37_79B1) >> 22;
            seen[place as usize / 64] |= 1 << (place % 64);
        }
    }
    let colours: u32 = seen.iter().map(|part| part.count_ones()).sum();
    u64::from(colours) > rect.size().area().min(800) / 4
}

/// How many pixels are those of the other row.
pub(super) fn equal(a: &[u32], b: &[u32]) -> usize {
    a.iter().zip(b).map(|(a, b)| u32::from(a == b)).sum::<u32>() as usize
}
