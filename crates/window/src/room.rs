//! Places that stay where they are.

use egui::{Align, Layout, Ui, vec2};

/// Room of exactly this height in points: what it holds may change, what is below it stays.
pub fn room<R>(ui: &mut Ui, height: f32, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let size = vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(size);
        contents(ui)
    })
    .inner
}
