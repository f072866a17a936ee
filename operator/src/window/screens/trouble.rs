//! What went wrong and what to try next.

use farhand_texts::Texts;
use farhand_window::egui::{self, CornerRadius, Frame, Margin, Stroke, Ui};
use farhand_window::theme::Palette;

use crate::window::parts;
use crate::window::trouble::Trouble;

/// Shows it as a card of its own.
pub(crate) fn draw(ui: &mut Ui, texts: &Texts, trouble: &Trouble) {
    let palette = Palette::in_use(ui);
    Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(1.5, palette.bad))
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::symmetric(14, 12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 6.0;
            parts::state(ui, parts::Light::Bad, &trouble.what.say(texts));
            parts::sentence(ui, &trouble.next.say(texts), palette.text);
            for detail in &trouble.details {
                let words = detail.say(texts);
                ui.add(
                    egui::Label::new(egui::RichText::new(words).small().color(palette.weak))
                        .wrap()
                        .selectable(true),
                );
            }
        });
}
