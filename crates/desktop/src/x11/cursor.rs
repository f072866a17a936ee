//! The pointer's picture, as the console takes it: straight alpha, and small enough to travel.

use farhand_proto::bounded::Bytes;
use farhand_proto::limits::MAX_POINTER_SIDE;
use farhand_proto::screen::PointerShape;
use x11rb::protocol::xfixes::GetCursorImageReply;

/// The shape of the server's cursor.
pub(super) fn shape(image: &GetCursorImageReply) -> PointerShape {
    let source =
        Premultiplied { width: image.width.into(), height: image.height.into(), pixels: &image.cursor_image };
    let largest = source.width.max(source.height);
    let limit = usize::from(MAX_POINTER_SIDE);
    let scaled = |length: usize| {
        if largest > limit { (length * limit).div_ceil(largest).clamp(1, limit) } else { length }
    };
    let (width, height) = (scaled(source.width), scaled(source.height));
    let hot = |at: u16, from: usize, to: usize| {
        let at = if from == to { usize::from(at) } else { usize::from(at) * to / from };
        u16::try_from(at.min(to.saturating_sub(1))).unwrap_or(0)
    };
    let mut rgba = Vec::with_capacity(width * height * 4);
    for y in 0..height {
        for x in 0..width {
            rgba.extend(source.average(
                x * source.width / width..((x + 1) * source.width).div_ceil(width),
                y * source.height / height..((y + 1) * source.height).div_ceil(height),
            ));
        }
    }
    PointerShape {
        width: u16::try_from(width).unwrap_or(0),
        height: u16::try_from(height).unwrap_or(0),
        hot_x: hot(image.xhot, source.width, width),
        hot_y: hot(image.yhot, source.height, height),
        rgba: Bytes::new(rgba).unwrap_or_default(),
    }
}

/// A plain arrow. The server keeps from us the picture of a cursor whose program has ended, such as the one that
/// `xsetroot` gives the desktop; most of these are arrows.
pub(super) fn arrow() -> PointerShape {
    const WIDTH: u16 = 11;
    const HEIGHT: u16 = 17;
    let mut rgba = Vec::new();
    for row in ARROW.lines() {
        for column in 0..usize::from(WIDTH) {
            rgba.extend(match row.as_bytes().get(column) {
                Some(b'#') => [0, 0, 0, 0xff],
                Some(b'o') => [0xff; 4],
                _ => [0; 4],
            });
        }
    }
    PointerShape {
        width: WIDTH,
        height: HEIGHT,
        hot_x: 0,
        hot_y: 0,
        rgba: Bytes::new(rgba).unwrap_or_default(),
    }
}

const ARROW: &str = "\
#
##
#o#
#oo#
#ooo#
#oooo#
#ooooo#
#oooooo#
#ooooooo#
#oooooooo#
#oooooo####
#ooo#oo#
#oo##oo#
#o#  #oo#
##   #oo#
#     #oo#
       ##";

/// A picture of `0xAARRGGBB` pixels whose colours are multiplied by their alpha.
struct Premultiplied<'a> {
    width: usize,
    height: usize,
    pixels: &'a [u32],
}

impl Premultiplied<'_> {
    /// The mean of a rectangle of pixels, as red, green, blue, alpha with straight colours.
    fn average(&self, across: std::ops::Range<usize>, down: std::ops::Range<usize>) -> [u8; 4] {
        let (mut sums, mut count) = ([0u32; 4], 0u32);
        for y in down {
            for x in across.clone() {
                let pixel = self.pixels.get(y * self.width + x).copied().unwrap_or(0);
                for (sum, shift) in sums.iter_mut().zip([16, 8, 0, 24]) {
                    *sum += (pixel >> shift) & 0xff;
                }
                count += 1;
            }
        }
        let [red, green, blue, alpha] = sums;
        if alpha == 0 || count == 0 {
            return [0; 4];
        }
        let colour = |sum: u32| u8::try_from((sum * 255 + alpha / 2) / alpha).unwrap_or(u8::MAX);
        [
            colour(red),
            colour(green),
            colour(blue),
            u8::try_from((alpha + count / 2) / count).unwrap_or(u8::MAX),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: u16, height: u16, xhot: u16, yhot: u16, pixels: Vec<u32>) -> GetCursorImageReply {
        GetCursorImageReply {
            sequence: 0,
            length: 0,
            x: 0,
            y: 0,
            width,
            height,
            xhot,
            yhot,
            cursor_serial: 1,
            cursor_image: pixels,
        }
    }

    #[test]
    fn colours_are_no_longer_multiplied_by_alpha() {
        let shape = shape(&image(2, 1, 1, 0, vec![0x8040_2000, 0xff01_0203]));
        assert_eq!((shape.width, shape.height, shape.hot_x, shape.hot_y), (2, 1, 1, 0));
        assert_eq!(&shape.rgba[..], [0x80, 0x40, 0x00, 0x80, 0x01, 0x02, 0x03, 0xff]);
        assert!(shape.is_consistent());
    }

    #[test]
    fn the_arrow_is_whole() {
        assert!(arrow().is_consistent());
        assert_eq!(&arrow().rgba[..4], [0, 0, 0, 0xff]);
    }

    #[test]
    fn a_large_pointer_is_scaled_with_its_hot_spot() {
        let shape = shape(&image(240, 120, 120, 119, vec![0xff80_8080; 240 * 120]));
        assert_eq!((shape.width, shape.height), (60, 30));
        assert_eq!((shape.hot_x, shape.hot_y), (30, 29));
        assert!(shape.is_consistent());
        assert!(shape.rgba.chunks_exact(4).all(|pixel| pixel == [0x80, 0x80, 0x80, 0xff]));
    }

    #[test]
    fn an_invisible_or_broken_pointer_is_harmless() {
        assert!(shape(&image(0, 0, 0, 0, vec![])).is_consistent());
        assert!(shape(&image(4, 4, 9, 9, vec![0xffff_ffff])).is_consistent());
        assert!(shape(&image(2000, 1, 1999, 0, vec![0; 2000])).is_consistent());
    }
}
