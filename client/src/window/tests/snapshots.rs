//! Every state as a picture, in light and dark, at one and two pixels per point.
//!
//! The pictures under tests/snapshots keep six levels of each colour: enough to see by, and small. After an intended
//! change, run the test with UPDATE_SNAPSHOTS=1 and look at what it wrote.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use farhand_window::Still;
use farhand_window::egui::Theme;

use super::super::pictures::pictures;

/// Levels of each colour.
const LEVELS: u8 = 6;
/// One pixel in so many may differ by one level: other processors round otherwise.
const TOLERANCE: usize = 500;

/// A picture with few colours: for each pixel its place in the palette.
#[derive(PartialEq)]
struct Plain {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

#[test]
fn every_state_looks_as_it_did_in_light() {
    check(Theme::Light, 1);
}

#[test]
fn every_state_looks_as_it_did_in_light_and_fine() {
    check(Theme::Light, 2);
}

#[test]
fn every_state_looks_as_it_did_in_dark() {
    check(Theme::Dark, 1);
}

#[test]
fn every_state_looks_as_it_did_in_dark_and_fine() {
    check(Theme::Dark, 2);
}

fn check(theme: Theme, scale: u8) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let end = format!("-{}-{scale}x.png", if theme == Theme::Light { "light" } else { "dark" });
    let is_update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut wrong = Vec::new();
    let mut shown = Vec::new();
    for picture in pictures("en", theme, f32::from(scale)) {
        let file = format!("{}{end}", picture.name);
        let is_now = Plain::of(&picture.still);
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

/// Czech texts are as long as they are: a picture of each is at least drawn.
#[test]
fn every_state_can_be_drawn_in_every_language() {
    for (language, _) in super::super::words::SOURCES {
        let pictures = pictures(language, Theme::Light, 1.25);
        assert!(
            pictures.iter().all(|picture| picture.still.rgba.chunks_exact(4).all(|pixel| pixel[3] == 0xff))
        );
    }
}

fn failed_folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/client-snapshots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Plain {
    fn of(still: &Still) -> Self {
        let level = |value: u8| ((u16::from(value) * u16::from(LEVELS - 1) + 127) / 255) as u8;
        let pixels = still
            .rgba
            .chunks_exact(4)
            .map(|pixel| (level(pixel[0]) * LEVELS + level(pixel[1])) * LEVELS + level(pixel[2]));
        Self { width: still.width as u32, height: still.height as u32, pixels: pixels.collect() }
    }

    fn looks_like(&self, other: &Self) -> bool {
        let channels = |pixel: u8| [pixel / (LEVELS * LEVELS), pixel / LEVELS % LEVELS, pixel % LEVELS];
        let mut differing = 0;
        for (one, other) in self.pixels.iter().zip(&other.pixels) {
            if one == other {
                continue;
            }
            differing += 1;
            if channels(*one).into_iter().zip(channels(*other)).any(|(one, other)| one.abs_diff(other) > 1) {
                return false;
            }
        }
        (self.width, self.height) == (other.width, other.height) && differing <= self.pixels.len() / TOLERANCE
    }

    fn write(&self, path: &Path) {
        let mut encoder =
            png::Encoder::new(BufWriter::new(File::create(path).unwrap()), self.width, self.height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        let step = 255 / (LEVELS - 1);
        let levels = || (0..LEVELS).map(|level| level * step);
        let palette = levels().flat_map(|red| {
            levels().flat_map(move |green| levels().flat_map(move |blue| [red, green, blue]))
        });
        encoder.set_palette(palette.collect::<Vec<u8>>());
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
