//! The interface over the remote screens, into the window's own pixels.

use farhand_proto::screen::Rect;

use crate::canvas::{Canvas, Pixel};
use crate::picture::Backdrop;

/// Writes one rectangle of a window. `target` has the canvas's size, each pixel `0x00RRGGBB`.
pub(crate) fn compose(canvas: &Canvas, backdrop: &mut Backdrop, area: Rect, target: &mut [u32]) {
    let stride = canvas.width();
    let (left, width) = (area.x as usize, area.width as usize);
    let rows = area.y as usize..area.y as usize + area.height as usize;
    let opaque = rows.clone().all(|y| canvas.row(left, y, width).iter().all(|pixel| pixel[3] == 0xff));
    if !opaque {
        for y in rows.clone() {
            target[y * stride + left..][..width].fill(0);
        }
        backdrop.draw(area, target, stride);
    }
    for y in rows {
        let over = canvas.row(left, y, width);
        for (pixel, over) in target[y * stride + left..][..width].iter_mut().zip(over) {
            *pixel = blend(*over, *pixel);
        }
    }
}

fn blend(over: Pixel, under: u32) -> u32 {
    match over[3] {
        0xff => u32::from_le_bytes([over[0], over[1], over[2], 0]),
        0 => under,
        alpha => {
            let rest = 0xff - u32::from(alpha);
            let channel = |shift: u32, over: u8| {
                let under = (under >> shift & 0xff) * rest;
                (u32::from(over) + (under + 127) / 255).min(0xff) << shift
            };
            channel(0, over[0]) | channel(8, over[1]) | channel(16, over[2])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_opaque_hides_and_what_is_clear_shows() {
        assert_eq!(blend([1, 2, 3, 0xff], 0x00aa_bbcc), 0x0003_0201);
        assert_eq!(blend([0, 0, 0, 0], 0x00aa_bbcc), 0x00aa_bbcc);
        assert_eq!(blend([0x40, 0x40, 0x40, 0x80], 0x00ff_ffff), 0x00bf_bfbf);
    }
}
