//! What the strip and its menus are made of.

use farhand_window::egui::{
    self, Color32, CornerRadius, FontId, Rect, Response, Sense, Stroke, StrokeKind, Vec2, WidgetInfo,
    WidgetType, pos2, vec2,
};
use farhand_window::theme::{self, Palette};

use super::icons::{self, Icon};
use super::status::line_size;

/// Between a button's edge, its sign and its words.
const PADDING: f32 = 10.0;
const GAP: f32 = 7.0;
/// Height of what can be pressed.
pub(super) const HEIGHT: f32 = 34.0;

pub(super) fn button_font() -> FontId {
    FontId::new(15.0, theme::strong())
}

pub(super) fn button_width(ui: &egui::Ui, label: &str) -> f32 {
    PADDING * 2.0 + icons::SIDE + GAP + line_size(ui, label, button_font()).x.ceil()
}

/// A button with a sign; `is_on` where it switches something.
pub(super) fn button(
    ui: &mut egui::Ui,
    icon: Icon,
    label: &str,
    colour: Color32,
    is_on: Option<bool>,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(button_width(ui, label), HEIGHT), Sense::click());
    let is_enabled = ui.is_enabled();
    response.widget_info(|| match is_on {
        Some(is_on) => WidgetInfo::selected(WidgetType::Checkbox, is_enabled, is_on, label),
        None => WidgetInfo::labeled(WidgetType::Button, is_enabled, label),
    });
    let palette = Palette::in_use(ui);
    let look = ui.style().interact_selectable(&response, is_on == Some(true));
    let fill = if is_on == Some(true) { ui.visuals().selection.bg_fill } else { look.weak_bg_fill };
    let stroke = if response.has_focus() {
        Stroke::new(2.0, palette.accent)
    } else if is_on == Some(true) {
        Stroke::new(1.0, palette.accent)
    } else {
        look.bg_stroke
    };
    ui.painter().rect(rect, CornerRadius::same(6), fill, stroke, StrokeKind::Inside);
    let colour = if is_on == Some(true) { palette.text } else { colour };
    words(ui, rect, icon, label, button_font(), colour);
    response
}

/// Something to read, with a sign; `meaning` says it whole.
pub(super) fn chip(ui: &mut egui::Ui, icon: Icon, label: &str, meaning: &str, colour: Color32) {
    let font = FontId::proportional(14.0);
    let (rect, response) = ui.allocate_exact_size(vec2(chip_width(ui, label), HEIGHT), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, meaning));
    words(ui, rect.translate(vec2(-PADDING, 0.0)), icon, label, font, colour);
    response.on_hover_text(meaning);
}

fn words(ui: &egui::Ui, rect: Rect, icon: Icon, label: &str, font: FontId, colour: Color32) {
    let left = rect.min.x + PADDING;
    icon.paint(ui.painter(), pos2(left + icons::SIDE / 2.0, rect.center().y), colour);
    let galley = ui.painter().layout_no_wrap(label.to_owned(), font, colour);
    let at = pos2(left + icons::SIDE + GAP, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, colour);
}

/// How wide a chip is.
pub(super) fn chip_width(ui: &egui::Ui, label: &str) -> f32 {
    icons::SIDE + GAP + line_size(ui, label, FontId::proportional(14.0)).x.ceil() + 6.0
}

/// A button inside of a menu that looks like one.
pub(super) fn menu_button(ui: &mut egui::Ui, label: &str, is_enabled: bool) -> Response {
    ui.scope(|ui| {
        ui.reset_style();
        ui.add_enabled(is_enabled, egui::Button::new(label).min_size(vec2(0.0, HEIGHT)))
    })
    .inner
}

/// A line of a menu over its whole width; `is_on` where one of several is chosen.
pub(super) fn entry(ui: &mut egui::Ui, label: &str, is_on: Option<bool>) -> Response {
    let size = Vec2::new(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let is_enabled = ui.is_enabled();
    response.widget_info(|| match is_on {
        Some(is_on) => WidgetInfo::selected(WidgetType::SelectableLabel, is_enabled, is_on, label),
        None => WidgetInfo::labeled(WidgetType::Button, is_enabled, label),
    });
    let palette = Palette::in_use(ui);
    let look = ui.style().interact(&response);
    if response.hovered() || response.has_focus() {
        let width = if response.has_focus() { 2.0 } else { 0.0 };
        let stroke = Stroke::new(width, palette.accent);
        ui.painter().rect(rect, CornerRadius::same(6), look.weak_bg_fill, stroke, StrokeKind::Inside);
    }
    let mut left = rect.min.x + PADDING;
    if is_on.is_some() {
        if is_on == Some(true) {
            Icon::Tick.paint(ui.painter(), pos2(left + icons::SIDE / 2.0, rect.center().y), palette.accent);
        }
        left += icons::SIDE + GAP;
    }
    let galley = ui.painter().layout_no_wrap(label.to_owned(), FontId::proportional(15.0), palette.text);
    ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, palette.text);
    response
}
