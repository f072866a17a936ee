//! Pictures of windows, compared with how they looked before.
//!
//! The pictures under tests/snapshots of a package keep six levels of each colour: enough to see by, and small. After
//! an intended change, run the tests with UPDATE_SNAPSHOTS=1 and look at what they wrote.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

/// Levels of each colour.
const LEVELS: u8 = 6;
/// One pixel in so many may differ by one level: other processors round otherwise.
const TOLERANCE: usize = 500;

/// A picture of a window.
#[derive(Debug)]
pub struct Shown<'a> {
    /// What it shows, as the name of a file would say it.
    pub name: &'a str,
    /// Pixels across.
    pub width: usize,
    /// Rows from top to bottom, each pixel red, green, blue, alpha.
    pub rgba: &'a [u8],
}

/// Compares pictures with those of the package in the folder `package`, whose files are called after what they show and
/// then `end`. Those that differ are written below the folder target.
///
/// # Panics
/// They differ, or a file shows what nothing shows any more.
pub fn compare<'a>(package: &str, end: &str, pictures: impl IntoIterator<Item = Shown<'a>>) {
    let package = Path::new(package);
    let folder = package.join("tests/snapshots");
    let is_update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let (mut wrong, mut shown) = (Vec::new(), Vec::new());
    for picture in pictures {
        let file = format!("{}{end}", picture.name);
        let is_now = Plain::of(&picture);
        if is_update {
            is_now.write(&folder.join(&file));
        } else if !Plain::read(&folder.join(&file)).is_some_and(|was| was.looks_like(&is_now)) {
            let name = package.file_name().expect("a package has a folder").to_string_lossy();
            let failed = package.join(format!("../target/{name}-snapshots"));
            std::fs::create_dir_all(&failed).expect("the folder target can be written");
            is_now.write(&failed.join(&file));
            wrong.push(failed.join(&file));
        }
        shown.push(file);
    }
    assert!(wrong.is_empty(), "these no longer look as in {}: {wrong:#?}", folder.display());
    for file in std::fs::read_dir(&folder).expect("there are snapshots") {
        let name = file.expect("the folder can be read").file_name().to_string_lossy().into_owned();
        assert!(!name.ends_with(end) || shown.contains(&name), "nothing shows {name} any more");
    }
}

/// A picture with few colours: for each pixel its place in the palette.
#[derive(Debug, PartialEq, Eq)]
struct Plain {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

/// The levels of red, green and blue at a place in the palette.
fn levels(place: u8) -> [u8; 3] {
    [place / (LEVELS * LEVELS), place / LEVELS % LEVELS, place % LEVELS]
}

impl Plain {
    fn of(picture: &Shown<'_>) -> Self {
        let table: Vec<u8> =
            (0..=0xff).map(|value: u16| ((value * u16::from(LEVELS - 1) + 127) / 0xff) as u8).collect();
        let level = |value: u8| table[usize::from(value)];
        let place = |pixel: &[u8]| (level(pixel[0]) * LEVELS + level(pixel[1])) * LEVELS + level(pixel[2]);
        let pixels: Vec<u8> = picture.rgba.chunks_exact(4).map(place).collect();
        let height = pixels.len() / picture.width;
        Self { width: picture.width as u32, height: height as u32, pixels }
    }

    fn looks_like(&self, other: &Self) -> bool {
        let is_near = |one: u8, other: u8| {
            levels(one).into_iter().zip(levels(other)).all(|(one, other)| one.abs_diff(other) <= 1)
        };
        let pairs = || self.pixels.iter().zip(&other.pixels).filter(|(one, other)| one != other);
        (self.width, self.height) == (other.width, other.height)
            && pairs().all(|(one, other)| is_near(*one, *other))
            && pairs().count() <= self.pixels.len() / TOLERANCE
    }

    fn write(&self, path: &Path) {
        let file = BufWriter::new(File::create(path).expect("a snapshot can be written"));
        let mut encoder = png::Encoder::new(file, self.width, self.height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        let palette =
            (0..LEVELS.pow(3)).flat_map(|place| levels(place).map(|level| level * (255 / (LEVELS - 1))));
        encoder.set_palette(palette.collect::<Vec<u8>>());
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&self.pixels));
        written.expect("a snapshot can be written");
    }

    fn read(path: &Path) -> Option<Self> {
        let mut reader = png::Decoder::new(BufReader::new(File::open(path).ok()?)).read_info().ok()?;
        let mut pixels = vec![0; reader.output_buffer_size()?];
        let info = reader.next_frame(&mut pixels).ok()?;
        pixels.truncate(info.buffer_size());
        Some(Self { width: info.width, height: info.height, pixels })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(rgba: &[u8]) -> Plain {
        Plain::of(&Shown { name: "", width: 1000, rgba })
    }

    #[test]
    fn little_may_differ_in_few_places() {
        let white = vec![0xff; 4 * 1_000_000];
        let with = |places: usize, value: u8| {
            let mut rgba = white.clone();
            rgba[..4 * places].fill(value);
            plain(&rgba)
        };
        let before = plain(&white);
        assert!(before.looks_like(&with(2000, 200)), "one level darker in one place of 500");
        assert!(!before.looks_like(&with(2001, 200)), "in more");
        assert!(!before.looks_like(&with(1, 100)), "much darker in one place");
        assert!(!before.looks_like(&Plain::of(&Shown { name: "", width: 500, rgba: &white })));
    }
}
