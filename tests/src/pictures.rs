//! Pictures of both windows in every state, with made-up people in them.

use std::path::Path;

use farhand_window::Still;
use farhand_window::egui::{Theme, Vec2};

/// The console's window in the pictures, in points.
const CONSOLE: Vec2 = Vec2::new(960.0, 640.0);

/// The pictures in the guides: the file in docs/pictures, and the state that it shows.
pub const IN_GUIDES: [(&str, &str); 10] = [
    ("client-waiting", "client-waiting"),
    ("client-notice", "client-notice"),
    ("client-asking", "client-asking"),
    ("client-bar", "client-bar"),
    ("client-ended", "client-ended"),
    ("console-first-start", "console-setup_first"),
    ("console-connect", "console-connect_typed"),
    ("console-session", "console-session_live"),
    ("console-line-lost", "console-session_lost"),
    ("console-recent", "console-connect_recent"),
];

/// Every state of the client's window by name, in this language.
#[must_use]
pub fn client(language: &str, theme: Theme, pixels_per_point: f32) -> Vec<(String, Still)> {
    let pictures = farhand_client::window::pictures::pictures(language, theme, pixels_per_point);
    pictures.into_iter().map(|picture| (format!("client-{}", picture.name), picture.still)).collect()
}

/// Every state of both windows by name, in English, with so many pixels per point.
#[must_use]
pub fn all(theme: Theme, pixels_per_point: f32) -> Vec<(String, Still)> {
    let client = client("en", theme, pixels_per_point).into_iter();
    let console = farhand_operator::window::pictures::pictures(CONSOLE, pixels_per_point, theme, "en");
    let console = console.into_iter().map(|(name, still)| (format!("console-{name}"), still));
    client.chain(console).collect()
}

/// Saves a picture as PNG.
///
/// # Errors
/// The file can't be written.
pub fn write(path: &Path, still: &Still) -> std::io::Result<()> {
    let side = |pixels: usize| u32::try_from(pixels).map_err(std::io::Error::other);
    let file = std::io::BufWriter::new(std::fs::File::create(path)?);
    let mut encoder = png::Encoder::new(file, side(still.width)?, side(still.height)?);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    // The windows are opaque.
    let rgb: Vec<u8> = still.rgba.chunks_exact(4).flat_map(|pixel| &pixel[..3]).copied().collect();
    encoder.write_header()?.write_image_data(&rgb)?;
    Ok(())
}
