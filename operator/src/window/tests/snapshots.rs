//! Every state as a picture.
//!
//! The pictures under tests/snapshots keep six levels of each colour: enough to see by, and small. After an intended
//! change, run the tests with UPDATE_SNAPSHOTS=1 and look at what they wrote.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use farhand_window::Still;
use farhand_window::egui::{Theme, Vec2};

use crate::window::pictures::pictures;

/// Levels of each colour.
const LEVELS: u8 = 6;
/// One pixel in so many may differ by one level: other processors round otherwise.
const TOLERANCE: usize = 500;

#[test]
fn every_state_looks_as_it_did_in_light() {
    check(Theme::Light, 1.0, Vec2::new(720.0, 560.0), "light");
}

#[test]
fn every_state_looks_as_it_did_in_dark_and_fine() {
    // Twice the pixels show what the other does not: the upper part of a page is enough for that.
    check(Theme::Dark, 2.0, Vec2::new(560.0, 340.0), "dark_2x");
}

#[test]
fn something_is_painted_everywhere() {
    // Black is what lies beneath all, and no colour of ours.
    for (size, scale) in [(Vec2::new(720.0, 480.0), 1.0), (Vec2::new(841.0, 503.0), 1.5)] {
        for (name, still) in pictures(size, scale, Theme::Light, "cs") {
            let black = still.rgba.chunks_exact(4).position(|pixel| pixel == [0, 0, 0, 0xff]);
            let place = black.map(|index| (index % still.width, index / still.width));
            assert_eq!(place, None, "{name} at {size}, {scale}x");
        }
    }
}

fn check(theme: Theme, scale: f32, size: Vec2, suffix: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let end = format!("_{suffix}.png");
    let is_update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let (mut wrong, mut shown) = (Vec::new(), Vec::new());
    for (name, still) in pictures(size, scale, theme, "en") {
        let file = format!("{name}{end}");
        let is_now = Plain::of(&still);
        if is_update {
            is_now.write(&folder.join(&file));
        } else if !Plain::read(&folder.join(&file)).is_some_and(|was| was.looks_like(&is_now)) {
            let failed = failed_folder().join(&file);
            is_now.write(&failed);
            wrong.push(failed);
        }
        shown.push(file);
    }
    assert!(wrong.is_empty(), "these no longer look as in {}: {wrong:#?}", folder.display());
    for file in std::fs::read_dir(&folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(&end) || shown.contains(&name), "nothing shows {name} any more");
    }
}

fn failed_folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/operator-snapshots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A picture with few colours: for each pixel its place in the palette.
struct Plain {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Plain {
    fn of(still: &Still) -> Self {
        let levels: Vec<u8> =
            (0..=0xff).map(|value: u16| ((value * u16::from(LEVELS - 1) + 127) / 0xff) as u8).collect();
        let level = |value: u8| levels[usize::from(value)];
        let place = |pixel: &[u8]| (level(pixel[0]) * LEVELS + level(pixel[1])) * LEVELS + level(pixel[2]);
        let pixels = still.rgba.chunks_exact(4).map(place).collect();
        Self { width: still.width as u32, height: still.height as u32, pixels }
    }

    fn looks_like(&self, other: &Self) -> bool {
        let levels = |pixel: u8| [pixel / (LEVELS * LEVELS), pixel / LEVELS % LEVELS, pixel % LEVELS];
        let is_near = |one: u8, other: u8| {
            levels(one).into_iter().zip(levels(other)).all(|(one, other)| one.abs_diff(other) <= 1)
        };
        let pairs = || self.pixels.iter().zip(&other.pixels).filter(|(one, other)| one != other);
        (self.width, self.height) == (other.width, other.height)
            && pairs().all(|(one, other)| is_near(*one, *other))
            && pairs().count() <= self.pixels.len() / TOLERANCE
    }

    fn write(&self, path: &Path) {
        let file = BufWriter::new(File::create(path).unwrap());
        let mut encoder = png::Encoder::new(file, self.width, self.height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        let channels = |place: u8| [place / (LEVELS * LEVELS), place / LEVELS % LEVELS, place % LEVELS];
        let palette: Vec<u8> = (0..LEVELS.pow(3))
            .flat_map(|place| channels(place).map(|level| level * (255 / (LEVELS - 1))))
            .collect();
        encoder.set_palette(palette);
        encoder.write_header().unwrap().write_image_data(&self.pixels).unwrap();
    }

    fn read(path: &Path) -> Option<Self> {
        let mut reader = png::Decoder::new(BufReader::new(File::open(path).ok()?)).read_info().ok()?;
        let mut pixels = vec![0; reader.output_buffer_size()?];
        let info = reader.next_frame(&mut pixels).ok()?;
        pixels.truncate(info.buffer_size());
        Some(Self { width: info.width, height: info.height, pixels })
    }
}
