//! How far something has come.

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
