//! Pictures, and whether two are the same.

use std::path::Path;

use super::eye::Place;

/// Rows from top to bottom, `0x00RRGGBB`.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// All pixels.
    pub pixels: Vec<u32>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

impl Picture {
    /// Reads what the console saved.
    ///
    /// # Panics
    /// It is not there, or not 8 bits each of red, green and blue.
    #[must_use]
    pub fn read_png(path: &Path) -> Self {
        let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().expect("a PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a picture of a possible size")];
        let info = reader.next_frame(&mut bytes).expect("a whole PNG");
        assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
        let pixels =
            bytes.as_chunks::<3>().0.iter().map(|rgb| u32::from_be_bytes([0, rgb[0], rgb[1], rgb[2]]));
        Self { width: info.width, height: info.height, pixels: pixels.collect() }
    }

    /// Writes it where a person can look at it.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write_png(&self, path: &Path) -> std::io::Result<()> {
        let mut encoder = png::Encoder::new(std::fs::File::create(path)?, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        let bytes: Vec<u8> =
            self.pixels.iter().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect();
        encoder.write_header()?.write_image_data(&bytes)?;
        Ok(())
    }

    /// The part of it that is here.
    ///
    /// # Panics
    /// It is not within it.
    #[must_use]
    pub fn part(&self, place: Place) -> Self {
        let size = |side: i32| u32::try_from(side).expect("a size");
        let (x, y) = (size(place.x) as usize, size(place.y) as usize);
        let rows = self.pixels.chunks(self.width as usize).skip(y).take(size(place.height) as usize);
        let part = rows.flat_map(|row| row[x..x + size(place.width) as usize].to_vec());
        Self { width: size(place.width), height: size(place.height), pixels: part.collect() }
    }

    /// Where it differs from another of the same size, with the colours of both.
    ///
    /// # Panics
    /// They are not of one size.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<(i32, i32, u32, u32)> {
        assert_eq!((self.width, self.height), (other.width, other.height), "their sizes");
        let pairs = self.pixels.iter().zip(&other.pixels).zip(0_i32..);
        let width = i32::try_from(self.width).expect("a size");
        pairs
            .filter(|((one, two), _)| one != two)
            .map(|((one, two), at)| (at % width, at / width, *one, *two))
            .collect()
    }

    /// Compares it with another and says where they differ.
    ///
    /// # Panics
    /// They differ.
    pub fn must_equal(&self, other: &Self) {
        let places = self.differences(other);
        let some: Vec<_> =
            places.iter().map(|(x, y, a, b)| format!("{x},{y}: {a:06x} {b:06x}")).take(8).collect();
        assert!(places.is_empty(), "{} pixels differ, among them {some:#?}", places.len());
    }
}
