//! Where the customer's screen lies in the window, and which of its pixels is under the mouse.

use farhand_proto::screen::{Point, Rect, Size};
use farhand_window::Sampling;

/// How large the picture is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Fit {
    /// All of it, as large as there is room.
    #[default]
    Whole,
    /// As wide as there is room; it scrolls downwards.
    Width,
    /// Pixel by pixel; it scrolls.
    Exact,
}

/// Enlarging by less than this would blur letters and gain nothing.
const LEAST_ENLARGEMENT: f64 = 1.25;

/// Pixels of the window that a picture takes, where there is so much room.
pub(super) fn shown(fit: Fit, picture: Size, room: Size) -> Size {
    if picture.width == 0 || picture.height == 0 {
        return Size::default();
    }
    let across = f64::from(room.width) / f64::from(picture.width);
    let down = f64::from(room.height) / f64::from(picture.height);
    let factor = match fit {
        Fit::Whole => across.min(down),
        Fit::Width => across,
        Fit::Exact => 1.0,
    };
    let factor = if (1.0..LEAST_ENLARGEMENT).contains(&factor) { 1.0 } else { factor };
    let side = |pixels: u32| (f64::from(pixels) * factor).round().max(1.0) as u32;
    Size { width: side(picture.width), height: side(picture.height) }
}

/// How a picture is brought to the size at which it is shown.
pub(super) fn sampling(picture: Size, shown: Size) -> Sampling {
    let is_whole = |source: u32, shown: u32| source > 0 && shown.is_multiple_of(source);
    if is_whole(picture.width, shown.width) && is_whole(picture.height, shown.height) {
        Sampling::Blocks
    } else {
        Sampling::Mean
    }
}

/// A picture in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placement {
    /// Its place in pixels of the window; parts of it may lie outside `clip`.
    pub(super) place: Rect,
    /// The pixels of the window in which it is seen.
    pub(super) clip: Rect,
    /// The part of the customer's desktop that it shows.
    pub(super) area: Rect,
}

impl Placement {
    /// The desktop's pixel under this place of the window; `None` where the picture is not seen.
    pub(super) fn at(&self, x: f64, y: f64) -> Option<Point> {
        let pixel = Point { x: x.floor() as i32, y: y.floor() as i32 };
        (self.place.contains(pixel) && self.clip.contains(pixel)).then(|| self.nearest(x, y))
    }

    /// The desktop's pixel nearest to this place of the window.
    pub(super) fn nearest(&self, x: f64, y: f64) -> Point {
        let along = |at: f64, start: i32, shown: u32, first: i32, pixels: u32| {
            // The middle of the window's pixel decides.
            let part = (at.floor() + 0.5 - f64::from(start)) / f64::from(shown.max(1));
            let pixel = (part * f64::from(pixels)).floor().clamp(0.0, f64::from(pixels.max(1) - 1));
            first.saturating_add(pixel as i32)
        };
        Point {
            x: along(x, self.place.x, self.place.width, self.area.x, self.area.width),
            y: along(y, self.place.y, self.place.height, self.area.y, self.area.height),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    const fn rect(x: i32, y: i32, width: u32, height: u32) -> Rect {
        Rect { x, y, width, height }
    }

    #[test]
    fn the_whole_picture_fits_with_its_proportions() {
        assert_eq!(shown(Fit::Whole, size(1920, 1080), size(960, 900)), size(960, 540));
        assert_eq!(shown(Fit::Whole, size(1920, 1080), size(1920, 540)), size(960, 540));
        assert_eq!(shown(Fit::Whole, size(800, 600), size(1600, 1300)), size(1600, 1200));
    }

    #[test]
    fn a_little_more_room_does_not_blur() {
        assert_eq!(shown(Fit::Whole, size(1000, 700), size(1000, 700)), size(1000, 700));
        assert_eq!(shown(Fit::Whole, size(1000, 700), size(1200, 900)), size(1000, 700));
        assert_eq!(shown(Fit::Width, size(1000, 700), size(1249, 10)), size(1000, 700));
    }

    #[test]
    fn the_other_sizes_may_be_larger_than_the_room() {
        assert_eq!(shown(Fit::Width, size(1000, 3000), size(500, 100)), size(500, 1500));
        assert_eq!(shown(Fit::Exact, size(4000, 3000), size(500, 100)), size(4000, 3000));
    }

    #[test]
    fn impossible_sizes_do_no_harm() {
        assert_eq!(shown(Fit::Whole, size(0, 0), size(500, 100)), size(0, 0));
        assert_eq!(shown(Fit::Whole, size(100, 100), size(0, 0)), size(1, 1));
        let nothing = Placement { place: rect(0, 0, 0, 0), clip: rect(0, 0, 9, 9), area: rect(0, 0, 0, 0) };
        assert_eq!(nothing.at(3.0, 3.0), None);
        assert_eq!(nothing.nearest(3.0, 3.0), Point::default());
    }

    #[test]
    fn whole_multiples_stay_sharp() {
        assert_eq!(sampling(size(800, 600), size(1600, 1200)), Sampling::Blocks);
        assert_eq!(sampling(size(800, 600), size(800, 600)), Sampling::Blocks);
        assert_eq!(sampling(size(800, 600), size(640, 480)), Sampling::Mean);
        assert_eq!(sampling(size(800, 600), size(1200, 900)), Sampling::Mean);
    }

    #[test]
    fn pixel_by_pixel_every_place_is_exact() {
        let placement = Placement {
            place: rect(13, 57, 640, 480),
            clip: rect(0, 0, 2000, 2000),
            area: rect(1920, 100, 640, 480),
        };
        for x in 0..640 {
            for y in [0, 1, 239, 479] {
                let at = placement.at(f64::from(13 + x), f64::from(57 + y));
                assert_eq!(at, Some(Point { x: 1920 + x, y: 100 + y }));
            }
        }
        assert_eq!(placement.at(12.9, 60.0), None);
        assert_eq!(placement.at(13.0 + 640.0, 60.0), None);
        assert_eq!(placement.at(20.0, 57.0 + 480.0), None);
    }

    #[test]
    fn in_every_size_every_pixel_can_be_reached_or_its_neighbour() {
        for (width, height) in [(320, 240), (512, 384), (1280, 960), (1111, 833)] {
            let placement = Placement {
                place: rect(5, 7, width, height),
                clip: rect(5, 7, width, height),
                area: rect(-640, 0, 640, 480),
            };
            for column in 0..width as i32 {
                let at = placement.at(f64::from(5 + column) + 0.9, 7.0).unwrap();
                let middle = (f64::from(column) + 0.5) * 640.0 / f64::from(width);
                assert_eq!(at, Point { x: -640 + middle as i32, y: at.y });
            }
            let corner = placement.at(f64::from(5 + width) - 0.5, f64::from(7 + height) - 0.5).unwrap();
            assert!((corner.x + 1).abs() <= 1 && (corner.y - 479).abs() <= 1, "{corner:?}");
        }
    }

    #[test]
    fn what_is_scrolled_away_is_not_pointed_at() {
        let placement = Placement {
            place: rect(-100, -50, 2000, 1000),
            clip: rect(0, 40, 300, 200),
            area: rect(0, 0, 2000, 1000),
        };
        assert_eq!(placement.at(0.0, 40.0), Some(Point { x: 100, y: 90 }));
        assert_eq!(placement.at(0.0, 39.0), None);
        assert_eq!(placement.at(300.0, 41.0), None);
    }

    #[test]
    fn a_drag_ends_at_the_edge() {
        let placement = Placement {
            place: rect(10, 10, 100, 100),
            clip: rect(10, 10, 100, 100),
            area: rect(0, 0, 200, 200),
        };
        assert_eq!(placement.nearest(-400.0, 60.0), Point { x: 0, y: 101 });
        assert_eq!(placement.nearest(4000.0, 4000.0), Point { x: 199, y: 199 });
    }
}
