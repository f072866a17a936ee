//! How large the window is, so that all that the customer has to read is in sight.

use farhand_window::egui::{self, vec2};

/// The window's size in points. It fits a laptop's screen of 1366 by 768 pixels; where there is less room, it
/// opens smaller and scrolls.
pub(super) const SIZE: egui::Vec2 = vec2(440.0, 672.0);
/// The least size at which the window is of use; it scrolls.
pub(super) const LEAST: egui::Vec2 = vec2(340.0, 440.0);
/// How small letters may get where all would not be in sight otherwise, against those of a monitor of scale 1.
const SMALLEST: f32 = 0.75;
/// What a desktop's own panels and the frame around a window take away, in points.
const AROUND: egui::Vec2 = vec2(24.0, 90.0);

/// The window's size and how large its points are, where there is so much room, in points of a monitor of this scale.
/// What the customer has to read is in sight if letters a little smaller than on a monitor of scale 1 can do that; else
/// it scrolls.
pub(super) fn fit(room: egui::Vec2, scale: f32) -> (egui::Vec2, f32) {
    let room = (room - AROUND).max(vec2(200.0, 200.0));
    let zoom = (room / SIZE).min_elem().clamp(SMALLEST * scale.max(1.0).recip(), 1.0);
    (SIZE.min(room / zoom).floor(), zoom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_in_sight_where_letters_can_be_smaller() {
        // Without a scale, and with room.
        assert_eq!(fit(vec2(1366.0, 768.0), 1.0), (SIZE, 1.0));
        assert_eq!(fit(vec2(1920.0, 1080.0), 2.0), (SIZE, 1.0));
        for (width, height, scale) in [(1920.0, 1080.0, 2.0), (1920.0, 1080.0, 1.75), (2560.0, 1440.0, 2.5)] {
            let (size, zoom) = fit(vec2(width, height) / scale, scale);
            assert!(
                size.y >= SIZE.y - 1.0 && size.x == SIZE.x && zoom < 1.0,
                "{width} {scale}: {size} {zoom}"
            );
            assert!(zoom * scale >= 0.95);
        }
        for (width, height, scale) in [(1366.0, 768.0, 2.0), (800.0, 600.0, 1.0), (1024.0, 600.0, 1.0)] {
            let (size, zoom) = fit(vec2(width, height) / scale, scale);
            assert!(size.y >= SIZE.y - 1.0 && zoom * scale >= 0.75, "{width} {scale}: {size} {zoom}");
        }
        // Letters do not get too small to read.
        let (size, zoom) = fit(vec2(640.0, 480.0), 1.0);
        assert!(zoom == 0.75 && size == vec2(SIZE.x, 520.0), "{size} {zoom}");
    }
}
