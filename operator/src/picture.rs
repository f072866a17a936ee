//! Pictures of the customer's screen as files.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use farhand_proto::screen::{Picture, Point, PointerShape};

use crate::failure::Failure;
use crate::steps::is_standard;

/// Where the pointer is and what it looks like.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pointer {
    pub(crate) at: Option<Point>,
    pub(crate) shape: Option<PointerShape>,
}

/// Writes a picture as PNG, 8 bits of red, green and blue.
pub(crate) fn save(file: &Path, picture: &Picture) -> Result<(), Failure> {
    let written = if is_standard(file) {
        write(std::io::stdout().lock(), picture)
    } else {
        File::create(file).map_err(png::EncodingError::from).and_then(|file| write(file, picture))
    };
    written.map_err(|error| Failure::Here(format!("{} can't be written: {error}", place(file))))
}

/// Where a picture goes, in words.
pub(crate) fn place(file: &Path) -> String {
    if is_standard(file) { "standard output".to_owned() } else { file.display().to_string() }
}

fn write(output: impl Write, picture: &Picture) -> Result<(), png::EncodingError> {
    let size = picture.size();
    let mut encoder = png::Encoder::new(BufWriter::new(output), size.width, size.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let rgb: Vec<u8> =
        picture.pixels().iter().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()
}

/// Draws the pointer over a picture whose first pixel is `origin` of the desktop.
pub(crate) fn draw_pointer(picture: &mut Picture, origin: Point, pointer: &Pointer) {
    let (Some(at), Some(shape)) = (pointer.at, &pointer.shape) else { return };
    let size = picture.size();
    let left = at.x - origin.x - i32::from(shape.hot_x);
    let top = at.y - origin.y - i32::from(shape.hot_y);
    for (index, rgba) in shape.rgba.chunks_exact(4).enumerate() {
        let x = left + (index % usize::from(shape.width)) as i32;
        let y = top + (index / usize::from(shape.width)) as i32;
        let inside =
            u32::try_from(x).is_ok_and(|x| x < size.width) && u32::try_from(y).is_ok_and(|y| y < size.height);
        if inside {
            let pixel = &mut picture.row_mut(x as u32, y as u32, 1)[0];
            *pixel = blend(*pixel, rgba);
        }
    }
}

fn blend(under: u32, rgba: &[u8]) -> u32 {
    let alpha = u32::from(rgba[3]);
    let mix = |under: u32, over: u8| (u32::from(over) * alpha + under * (255 - alpha) + 127) / 255;
    let [_, red, green, blue] = under.to_be_bytes().map(u32::from);
    mix(red, rgba[0]) << 16 | mix(green, rgba[1]) << 8 | mix(blue, rgba[2])
}

#[cfg(test)]
mod tests {
    use farhand_proto::bounded::Bytes;
    use farhand_proto::screen::Size;

    use super::*;

    #[test]
    fn the_pointer_is_mixed_in_and_cut_off_at_the_edge() {
        let mut picture = Picture::new(Size { width: 2, height: 2 });
        picture.pixels_mut().fill(0x0000_00ff);
        let rgba = [[255, 0, 0, 255], [0, 0, 0, 0], [0, 255, 0, 255], [255, 255, 255, 128]].concat();
        let shape = PointerShape { width: 2, height: 2, hot_x: 1, hot_y: 1, rgba: Bytes::new(rgba).unwrap() };
        let pointer = Pointer { at: Some(Point { x: 101, y: 100 }), shape: Some(shape) };
        draw_pointer(&mut picture, Point { x: 100, y: 100 }, &pointer);
        assert_eq!(picture.pixels(), [0x0000_ff00, 0x0080_80ff, 0x0000_00ff, 0x0000_00ff]);
    }
}
