//! How far something has come.

use std::time::{Duration, Instant};

use egui::{Align2, FontId, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, WidgetType};

use crate::theme::Palette;

/// A bar of this size that is filled up to `share` (0 to 1), with words over it that are read on both sides of the
/// edge; screen readers say them.
pub fn progress_bar(ui: &mut Ui, size: Vec2, share: f32, says: &str, font: FontId) {
    let palette = Palette::in_use(ui);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::ProgressIndicator, true, says));
    let painter = ui.painter();
    painter.rect(rect, 6.0, palette.card, Stroke::new(1.0, palette.line), StrokeKind::Inside);
    let done = rect.with_max_x(rect.left() + rect.width() * share.clamp(0.0, 1.0));
    painter.with_clip_rect(done).rect_filled(rect, 6.0, palette.accent);
    for (part, colour) in [(done, palette.on_accent), (rect.with_min_x(done.right()), palette.text)] {
        painter.with_clip_rect(part).text(rect.center(), Align2::CENTER_CENTER, says, font.clone(), colour);
    }
}

/// How fast something comes along: bytes a second of late.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    last: Option<u64>,
    from: Option<(Instant, u64)>,
}

impl Rate {
    /// Of something made up.
    #[must_use]
    pub fn of(bytes_a_second: u64) -> Self {
        Self { last: Some(bytes_a_second), from: None }
    }

    /// So many bytes have come in all.
    pub fn note(&mut self, bytes: u64, now: Instant) {
        const SPAN: Duration = Duration::from_secs(1);
        let (since, before) = *self.from.get_or_insert((now, bytes));
        let passed = now.saturating_duration_since(since);
        if passed >= SPAN {
            self.last = Some((bytes.saturating_sub(before) as f64 / passed.as_secs_f64()) as u64);
            self.from = Some((now, bytes));
        }
    }

    /// What it is, once a second has passed.
    #[must_use]
    pub fn last(self) -> Option<u64> {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_second() {
        let (mut rate, begun) = (Rate::default(), Instant::now());
        let mut after = |milliseconds: u64, bytes: u64| {
            rate.note(bytes, begun + Duration::from_millis(milliseconds));
            rate.last()
        };
        assert_eq!(after(0, 1_000), None);
        assert_eq!(after(500, 600_000), None, "too soon to say");
        assert_eq!(after(1_000, 1_001_000), Some(1_000_000));
        assert_eq!(after(1_500, 1_011_000), Some(1_000_000));
        assert_eq!(after(3_000, 1_041_000), Some(20_000), "it has become slow");
    }
}
