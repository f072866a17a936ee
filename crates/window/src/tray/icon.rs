//! The pictures of the icon, drawn for any size.

use egui::Color32;

/// What the icon shows: a disc in the colour of the state, and on it a sign, for those who can't tell the colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrayIcon {
    /// Green, a tick: ready to be reached.
    Ready,
    /// Orange, three dots: trying, or somebody asks.
    Trying,
    /// Red, a full circle: somebody sees the desktop.
    InSession,
    /// Orange, two bars: a session that is paused.
    Paused,
    /// Grey, a line: it is over, and nobody can come.
    Over,
    /// Red, a cross: it can't go on.
    Cannot,
}

impl TrayIcon {
    /// All of them.
    pub const ALL: [TrayIcon; 6] =
        [Self::Ready, Self::Trying, Self::InSession, Self::Paused, Self::Over, Self::Cannot];

    /// Its pixels, row by row: red, green, blue, alpha, not multiplied.
    #[must_use]
    pub fn pixels(self, side: usize) -> Vec<[u8; 4]> {
        let colour = self.colour();
        (0..side * side).map(|index| self.pixel(colour, index % side, index / side, side)).collect()
    }

    /// Panels are light or dark whatever the theme of windows: colours that show on both, with a contrast of at least
    /// 3 to 1 against the white sign (WCAG 2.2, 1.4.11).
    fn colour(self) -> Color32 {
        match self {
            Self::Ready => Color32::from_rgb(0x1c, 0x87, 0x40),
            Self::Trying | Self::Paused => Color32::from_rgb(0xc9, 0x6a, 0x00),
            Self::Over => Color32::from_rgb(0x6b, 0x72, 0x80),
            Self::InSession | Self::Cannot => Color32::from_rgb(0xc6, 0x28, 0x20),
        }
    }

    fn pixel(self, colour: Color32, x: usize, y: usize, side: usize) -> [u8; 4] {
        let (mut disc, mut white) = (0, 0);
        for sample in 0..FINE * FINE {
            // From -1 to 1 across the picture.
            let place = |pixel: usize, step: usize| {
                ((pixel * FINE + step) as f32 + 0.5) / (side * FINE) as f32 * 2.0 - 1.0
            };
            let (x, y) = (place(x, sample % FINE), place(y, sample / FINE));
            let distance = x.hypot(y);
            // The white rim parts it from a panel of any colour.
            disc += usize::from(distance <= 0.98);
            white += usize::from(distance <= 0.98 && (distance > 0.88 || self.has_sign_at(x, y)));
        }
        if disc == 0 {
            return [0; 4];
        }
        let mix = |channel: u8| ((usize::from(channel) * (disc - white) + 255 * white) / disc).min(255) as u8;
        let alpha = (255 * disc / (FINE * FINE)) as u8;
        [mix(colour.r()), mix(colour.g()), mix(colour.b()), alpha]
    }

    /// Whether the white sign covers this place.
    fn has_sign_at(self, x: f32, y: f32) -> bool {
        const HALF: f32 = 0.12;
        match self {
            Self::Ready => {
                near((x, y), (-0.42, 0.04), (-0.12, 0.34), HALF)
                    || near((x, y), (-0.12, 0.34), (0.44, -0.3), HALF)
            }
            Self::Trying => [-0.45, 0.0, 0.45].iter().any(|dot| (x - dot).hypot(y) <= 0.15),
            Self::InSession => x.hypot(y) <= 0.4,
            Self::Paused => (0.12..=0.36).contains(&x.abs()) && y.abs() <= 0.42,
            Self::Over => x.abs() <= 0.42 && y.abs() <= HALF,
            Self::Cannot => {
                near((x, y), (-0.32, -0.32), (0.32, 0.32), HALF)
                    || near((x, y), (-0.32, 0.32), (0.32, -0.32), HALF)
            }
        }
    }
}

/// Samples across and down one pixel.
const FINE: usize = 4;

/// Whether a place is at most this far from a line.
fn near(at: (f32, f32), from: (f32, f32), to: (f32, f32), reach: f32) -> bool {
    let (across, down) = (to.0 - from.0, to.1 - from.1);
    let along = ((at.0 - from.0) * across + (at.1 - from.1) * down) / (across * across + down * down);
    let along = along.clamp(0.0, 1.0);
    (at.0 - from.0 - along * across).hypot(at.1 - from.1 - along * down) <= reach
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_a_disc_with_a_sign_of_its_own() {
        let side = 22;
        let mut signs = Vec::new();
        for icon in TrayIcon::ALL {
            let pixels = icon.pixels(side);
            assert_eq!(pixels.len(), side * side);
            assert_eq!(pixels[0][3], 0, "{icon:?}: the corner is seen through");
            assert_eq!(pixels[side * side / 2 + side / 2][3], 255, "{icon:?}: the middle is not");
            let [r, g, b, _] = icon.colour().to_array();
            assert!(pixels.contains(&[r, g, b, 255]), "{icon:?} has its colour");
            assert!(pixels.contains(&[255; 4]), "{icon:?} has white");
            let sign: Vec<bool> = pixels.iter().map(|[.., b, _]| *b > 200).collect();
            assert!(!signs.contains(&sign), "{icon:?} is told from the others without colours");
            signs.push(sign);
        }
    }
}
