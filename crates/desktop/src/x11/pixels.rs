//! What the bytes of the server's pictures mean.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ImageOrder, VisualClass};

use super::link::Link;
use crate::OpenError;

/// How one pixel of four bytes becomes `0x00RRGGBB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PixelFormat {
    /// The server's most significant byte comes first.
    big_endian: bool,
    red: u32,
    green: u32,
    blue: u32,
}

impl PixelFormat {
    /// The format of the root window.
    pub(super) fn of(link: &Link) -> Result<Self, OpenError> {
        let screen = link.screen();
        let depth = screen.root_depth;
        let visual = screen
            .allowed_depths
            .iter()
            .flat_map(|allowed| &allowed.visuals)
            .find(|visual| visual.visual_id == screen.root_visual);
        let Some(visual) = visual else {
            return Err(OpenError::UnsupportedDepth { depth, kind: "undescribed" });
        };
        let kind = match visual.class {
            VisualClass::TRUE_COLOR => "true colour",
            VisualClass::DIRECT_COLOR => "direct colour",
            VisualClass::PSEUDO_COLOR | VisualClass::STATIC_COLOR => "indexed colour",
            _ => "grey",
        };
        let format = link.setup().pixmap_formats.iter().find(|format| format.depth == depth);
        let is_four_bytes =
            format.is_some_and(|format| format.bits_per_pixel == 32 && format.scanline_pad == 32);
        let masks = [visual.red_mask, visual.green_mask, visual.blue_mask];
        let is_eight_bits = masks.iter().all(|mask| mask.count_ones() == 8 && mask.trailing_zeros() % 8 == 0);
        if visual.class != VisualClass::TRUE_COLOR
            || !matches!(depth, 24 | 32)
            || !is_four_bytes
            || !is_eight_bits
        {
            return Err(OpenError::UnsupportedDepth { depth, kind });
        }
        let [red, green, blue] = masks.map(u32::trailing_zeros);
        Ok(Self { big_endian: link.setup().image_byte_order == ImageOrder::MSB_FIRST, red, green, blue })
    }

    /// Turns pixels, as they were copied from the server's bytes, into `0x00RRGGBB` where they stand.
    pub(super) fn decode(self, pixels: &mut [u32]) {
        if !self.big_endian
            && cfg!(target_endian = "little")
            && (self.red, self.green, self.blue) == (16, 8, 0)
        {
            for pixel in pixels {
                *pixel &= 0x00ff_ffff;
            }
            return;
        }
        for pixel in pixels {
            let bytes = pixel.to_ne_bytes();
            let value = if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
            let channel = |shift: u32| (value >> shift) & 0xff;
            *pixel = (channel(self.red) << 16) | (channel(self.green) << 8) | channel(self.blue);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_pixels_only_lose_their_top_byte() {
        let format = PixelFormat { big_endian: false, red: 16, green: 8, blue: 0 };
        let mut pixels = [u32::from_ne_bytes([0x33, 0x22, 0x11, 0xff])];
        format.decode(&mut pixels);
        assert_eq!(pixels, [0x0011_2233]);
    }

    #[test]
    fn other_orders_of_bytes_and_channels_come_out_the_same() {
        let format = PixelFormat { big_endian: true, red: 0, green: 8, blue: 16 };
        let mut pixels = [u32::from_ne_bytes([0xff, 0x33, 0x22, 0x11])];
        format.decode(&mut pixels);
        assert_eq!(pixels, [0x0011_2233]);
    }
}
