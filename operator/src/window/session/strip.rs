//! The strip above the picture: who, what is allowed, and what can be done.

use farhand_proto::grant::Grant;
use farhand_proto::screen::View;
use farhand_texts::Texts;
use farhand_window::egui::{
    self, Align, Color32, CornerRadius, FontId, Frame, Key, Layout, Margin, Modifiers, Popup,
    PopupCloseBehavior, Response, RichText, Sense, Stroke, StrokeKind, TextEdit, Vec2, WidgetInfo,
    WidgetType, pos2, vec2,
};
use farhand_window::theme::{self, Palette};
use farhand_window::{Capture, egui::Rect};

use super::icons::{self, Icon};
use super::place::Fit;
use super::status::line_size;
use super::{SessionView, Wish};
use crate::chord::Chord;

/// Between a button's edge, its sign and its words.
const PADDING: f32 = 10.0;
const GAP: f32 = 7.0;
const HEIGHT: f32 = 34.0;
/// Between two buttons.
const SPACE: f32 = 6.0;

/// A button of the strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Keys,
    Type,
    ViewOnly,
    Capture,
    Monitors,
    Size,
    FullScreen,
}

impl Tool {
    /// Whether a click does it; the others open a menu.
    fn is_switch(self) -> bool {
        matches!(self, Self::ViewOnly | Self::Capture | Self::FullScreen)
    }
}

impl SessionView {
    /// The strip in its place.
    pub(super) fn draw_strip(&mut self, ui: &mut egui::Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
        let palette = Palette::in_use(ui);
        let margin = Margin::symmetric(8, 6);
        Frame::new().fill(palette.ground).inner_margin(margin).show(ui, |ui| {
            ui.set_width(ui.available_width());
            self.draw_tools(ui, texts, wishes);
        });
        if !self.chosen.are_words_right && self.known.ended.is_none() {
            Frame::new().fill(palette.card).inner_margin(margin).show(ui, |ui| {
                ui.set_width(ui.available_width());
                self.draw_words(ui, texts, wishes);
            });
        }
    }

    /// In full screen: the strip while it is wanted, and what can't wait.
    pub(super) fn draw_over(&mut self, ui: &mut egui::Ui, room: Rect, texts: &Texts, wishes: &mut Vec<Wish>) {
        self.draw_message_over(ui, room, texts);
        let is_menu_open = Popup::is_any_open(ui.ctx());
        if !(self.devices.is_bar_shown
            || is_menu_open
            || !self.chosen.are_words_right
            || self.known.ended.is_some())
        {
            return;
        }
        let palette = Palette::in_use(ui);
        let area = egui::Area::new(ui.id().with("bar"))
            .order(egui::Order::Middle)
            .fixed_pos(room.min)
            .constrain(false);
        let drawn = area.show(ui.ctx(), |ui| {
            ui.set_width(room.width());
            ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
            self.draw_strip(ui, texts, wishes);
            let line = ui.min_rect();
            ui.painter().hline(line.x_range(), line.max.y, Stroke::new(1.0, palette.line));
        });
        self.devices.cover(drawn.response.rect, ui.ctx().pixels_per_point());
    }

    fn draw_words(&mut self, ui: &mut egui::Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
        let palette = Palette::in_use(ui);
        ui.spacing_mut().item_spacing = vec2(12.0, 4.0);
        ui.horizontal_wrapped(|ui| {
            ui.set_min_height(HEIGHT);
            ui.label(RichText::new(texts.get("session-words-ask")).color(palette.text));
            let words = self.words.join("   ");
            ui.label(RichText::new(words).family(theme::strong()).size(20.0).color(palette.accent));
            let response = button(ui, Icon::Tick, &texts.get("session-words-match"), palette.good, None);
            if response.clicked() {
                self.chosen.are_words_right = true;
                self.devices.focus_picture();
            }
            let response = button(ui, Icon::Cross, &texts.get("session-words-differ"), palette.bad, None);
            if response.on_hover_text(texts.get("session-words-differ-hint")).clicked() {
                wishes.push(Wish::End);
            }
        });
    }

    fn draw_tools(&mut self, ui: &mut egui::Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
        let palette = Palette::in_use(ui);
        let takes_focus = self.devices.gives_focus_to_strip();
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), HEIGHT),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.spacing_mut().item_spacing = vec2(SPACE, 0.0);
                if self.chosen.are_words_right {
                    let words = self.words.join(" ");
                    let label = texts.fill("session-words-compared", &[("words", words.clone().into())]);
                    chip(ui, Icon::Tick, &words, &label, palette.good);
                }
                let is_over = self.known.ended.is_some();
                for grant in Grant::ALL.into_iter().filter(|_| !is_over) {
                    self.draw_grant(ui, grant, texts, &palette);
                }
                let end = texts.get(if is_over { "session-close" } else { "session-end" });
                let more = texts.get("session-tool-more");
                let tools = self.tools();
                let labels: Vec<String> = tools.iter().map(|tool| self.label(*tool, texts)).collect();
                let (mut room, end_width) = (ui.available_width(), button_width(ui, &end) + 2.0 * SPACE);
                room -= end_width;
                let widths: Vec<f32> = labels.iter().map(|label| button_width(ui, label) + SPACE).collect();
                let shown = fitting(&widths, room, button_width(ui, &more) + SPACE);
                let used: f32 = widths.iter().take(shown).sum();
                let more_width = if shown < tools.len() { button_width(ui, &more) + SPACE } else { 0.0 };
                ui.add_space((room - used - more_width).max(0.0));
                let mut first = takes_focus;
                for (tool, label) in tools.iter().zip(&labels).take(shown) {
                    let response = self.draw_tool(ui, *tool, label, texts, wishes);
                    if std::mem::take(&mut first) {
                        response.request_focus();
                    }
                }
                if shown < tools.len() {
                    let response = button(ui, Icon::More, &more, palette.text, None);
                    if std::mem::take(&mut first) {
                        response.request_focus();
                    }
                    self.draw_more(&response, &tools[shown..], texts, wishes);
                }
                ui.add_space(SPACE);
                let response = button(ui, Icon::Stop, &end, palette.bad, None);
                if first {
                    response.request_focus();
                }
                if response.clicked() {
                    wishes.push(Wish::End);
                }
            },
        );
    }

    fn draw_grant(&self, ui: &mut egui::Ui, grant: Grant, texts: &Texts, palette: &Palette) {
        let name = match grant {
            Grant::View => "session-view",
            Grant::Control => "session-control",
        };
        let (icon, colour) = match self.known.grants {
            None => (Icon::Ring, palette.weak),
            Some(_) if self.known.allows(grant) => (Icon::Tick, palette.good),
            Some(_) if self.known.taken_back.allows(grant) => (Icon::Cross, palette.bad),
            Some(_) => (Icon::Cross, palette.weak),
        };
        chip(ui, icon, &texts.get(name), &self.grant_words(grant, texts), colour);
    }

    /// What became of a grant.
    pub(super) fn grant_words(&self, grant: Grant, texts: &Texts) -> String {
        let (allowed, refused, taken_back) = match grant {
            Grant::View => ("session-view-allowed", "session-view-refused", "session-view-taken-back"),
            Grant::Control => {
                ("session-control-allowed", "session-control-refused", "session-control-taken-back")
            }
        };
        texts.get(match self.known.grants {
            None => "session-grant-open",
            Some(_) if self.known.allows(grant) => allowed,
            Some(_) if self.known.taken_back.allows(grant) => taken_back,
            Some(_) => refused,
        })
    }

    /// What can be done in this session.
    fn tools(&self) -> Vec<Tool> {
        let may_act = self.known.allows(Grant::Control) && self.known.ended.is_none();
        let monitors = self.known.layout.as_ref().map_or(0, |layout| layout.monitors.len());
        let wanted = [
            (Tool::Keys, may_act),
            (Tool::Type, may_act),
            (Tool::ViewOnly, may_act),
            (Tool::Capture, may_act && Capture::IS_POSSIBLE),
            (Tool::Monitors, monitors > 1 && self.known.ended.is_none()),
            (Tool::Size, true),
            (Tool::FullScreen, true),
        ];
        wanted.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(tool, _)| tool).collect()
    }

    fn label(&self, tool: Tool, texts: &Texts) -> String {
        texts.get(match tool {
            Tool::Keys => "session-tool-keys",
            Tool::Type => "session-tool-type",
            Tool::ViewOnly => "session-tool-view-only",
            Tool::Capture => "session-tool-capture",
            Tool::Monitors => "session-tool-monitors",
            Tool::Size => "session-tool-size",
            Tool::FullScreen if self.chosen.is_full_screen => "session-tool-window",
            Tool::FullScreen => "session-tool-full-screen",
        })
    }

    fn draw_tool(
        &mut self,
        ui: &mut egui::Ui,
        tool: Tool,
        label: &str,
        texts: &Texts,
        wishes: &mut Vec<Wish>,
    ) -> Response {
        let palette = Palette::in_use(ui);
        let (icon, is_on) = match tool {
            Tool::Keys => (Icon::Key, None),
            Tool::Type => (Icon::Letters, None),
            Tool::ViewOnly => (Icon::Eye, Some(self.chosen.is_view_only)),
            Tool::Capture => (Icon::Keyboard, Some(self.chosen.wants_capture)),
            Tool::Monitors => (Icon::Monitors, None),
            Tool::Size => (Icon::Size, None),
            Tool::FullScreen if self.chosen.is_full_screen => (Icon::Shrink, None),
            Tool::FullScreen => (Icon::Grow, None),
        };
        let needs_control = matches!(tool, Tool::Keys | Tool::Type | Tool::Capture);
        let is_usable = !needs_control || self.can_act();
        let response = ui.add_enabled_ui(is_usable, |ui| button(ui, icon, label, palette.text, is_on)).inner;
        let response = match tool {
            Tool::Capture => response.on_hover_text(texts.get("session-tool-capture-hint")),
            Tool::FullScreen => response.on_hover_text("F11"),
            Tool::ViewOnly => response.on_hover_text(texts.get("session-tool-view-only-hint")),
            Tool::Keys | Tool::Type | Tool::Monitors | Tool::Size => response,
        };
        match tool {
            Tool::ViewOnly | Tool::Capture | Tool::FullScreen => {
                if response.clicked() {
                    self.switch(tool, wishes);
                }
            }
            Tool::Keys | Tool::Type | Tool::Monitors | Tool::Size => {
                let popup = Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
                let just_opened = response.clicked();
                popup.show(|ui| {
                    ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
                    ui.set_width(if tool == Tool::Type { 380.0 } else { 260.0 });
                    self.draw_menu(ui, tool, just_opened, texts, wishes);
                });
            }
        }
        response
    }

    fn draw_more(&mut self, button: &Response, tools: &[Tool], texts: &Texts, wishes: &mut Vec<Wish>) {
        let popup = Popup::menu(button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        popup.show(|ui| {
            let most = ui.ctx().content_rect().height() - 80.0;
            ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
            ui.set_width(300.0);
            egui::ScrollArea::vertical().max_height(most.max(160.0)).show(ui, |ui| {
                // What takes one line comes first, so that it is found without scrolling.
                let (lines, menus): (Vec<Tool>, Vec<Tool>) =
                    tools.iter().copied().partition(|tool| tool.is_switch());
                for tool in lines.into_iter().chain(menus) {
                    self.draw_section(ui, tool, texts, wishes);
                }
            });
        });
    }

    /// A tool inside of the menu for what finds no room on the strip.
    fn draw_section(&mut self, ui: &mut egui::Ui, tool: Tool, texts: &Texts, wishes: &mut Vec<Wish>) {
        let palette = Palette::in_use(ui);
        let label = self.label(tool, texts);
        match tool {
            Tool::ViewOnly | Tool::Capture | Tool::FullScreen => {
                let is_on = match tool {
                    Tool::ViewOnly => Some(self.chosen.is_view_only),
                    Tool::Capture => Some(self.chosen.wants_capture),
                    _ => None,
                };
                let is_usable = tool != Tool::Capture || self.can_act();
                if ui.add_enabled_ui(is_usable, |ui| entry(ui, &label, is_on)).inner.clicked() {
                    self.switch(tool, wishes);
                    ui.close();
                }
            }
            Tool::Keys | Tool::Type | Tool::Monitors | Tool::Size => {
                ui.label(RichText::new(label).family(theme::strong()).color(palette.weak));
                let needs_control = matches!(tool, Tool::Keys | Tool::Type);
                let is_usable = !needs_control || self.can_act();
                ui.add_enabled_ui(is_usable, |ui| self.draw_menu(ui, tool, false, texts, wishes));
                ui.add_space(4.0);
            }
        }
    }

    fn switch(&mut self, tool: Tool, wishes: &mut Vec<Wish>) {
        match tool {
            Tool::ViewOnly => {
                wishes.extend(self.release());
                self.chosen.is_view_only = !self.chosen.is_view_only;
                self.chosen.wants_capture = false;
            }
            Tool::Capture => self.chosen.wants_capture = !self.chosen.wants_capture,
            Tool::FullScreen => self.set_full_screen(!self.chosen.is_full_screen),
            Tool::Keys | Tool::Type | Tool::Monitors | Tool::Size => {}
        }
        self.devices.focus_picture();
    }

    fn draw_menu(
        &mut self,
        ui: &mut egui::Ui,
        tool: Tool,
        just_opened: bool,
        texts: &Texts,
        wishes: &mut Vec<Wish>,
    ) {
        match tool {
            Tool::Keys => self.draw_keys(ui, texts, wishes),
            Tool::Type => self.draw_typing(ui, just_opened, texts, wishes),
            Tool::Monitors => self.draw_monitors(ui, texts, wishes),
            Tool::Size => self.draw_sizes(ui, texts),
            Tool::ViewOnly | Tool::Capture | Tool::FullScreen => {}
        }
    }

    fn draw_keys(&mut self, ui: &mut egui::Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
        let palette = Palette::in_use(ui);
        let usual = [
            ("session-keys-ctrl-alt-del", "ctrl+alt+delete"),
            ("session-keys-super", "super"),
            ("session-keys-alt-tab", "alt+tab"),
            ("session-keys-print", "print"),
            ("session-keys-alt-f4", "alt+f4"),
            ("session-keys-ctrl-esc", "ctrl+escape"),
        ];
        let mut chosen = None;
        for (key, chord) in usual {
            if entry(ui, &texts.get(key), None).clicked() {
                chosen = chord.parse::<Chord>().ok();
            }
        }
        ui.add_space(4.0);
        let label = ui.label(RichText::new(texts.get("session-chord-ask")).color(palette.weak));
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let send = texts.get("session-chord-send");
            let width = ui.available_width() - line_size(ui, &send, button_font()).x - 36.0;
            let field = TextEdit::singleline(&mut self.chosen.chord)
                .margin(Margin::symmetric(8, 8))
                .hint_text("ctrl+shift+t")
                .char_limit(60)
                .desired_width(width);
            let field = ui.add(field).labelled_by(label.id);
            if field.changed() {
                self.chosen.is_chord_wrong = false;
            }
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if ui.button(send).clicked() || entered {
                match self.chosen.chord.trim().parse::<Chord>() {
                    Ok(chord) => chosen = Some(chord),
                    Err(_) => self.chosen.is_chord_wrong = true,
                }
            }
        });
        if self.chosen.is_chord_wrong {
            ui.label(RichText::new(texts.get("session-chord-wrong")).color(palette.bad));
        }
        if let Some(chord) = chosen {
            wishes.extend(chord.presses().chain(chord.releases()).map(Wish::Act));
            self.devices.focus_picture();
            ui.close();
        }
    }

    fn draw_typing(&mut self, ui: &mut egui::Ui, just_opened: bool, texts: &Texts, wishes: &mut Vec<Wish>) {
        let palette = Palette::in_use(ui);
        let label = ui.label(RichText::new(texts.get("session-type-ask")).color(palette.weak));
        let field = TextEdit::multiline(&mut self.chosen.text)
            .margin(Margin::symmetric(8, 8))
            .desired_rows(4)
            .desired_width(f32::INFINITY);
        let field = ui.add(field).labelled_by(label.id);
        if just_opened {
            field.request_focus();
        }
        let entered =
            field.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::CTRL, Key::Enter));
        ui.horizontal(|ui| {
            let is_full = !self.chosen.text.is_empty();
            let send = ui.add_enabled(is_full, egui::Button::new(texts.get("session-type-send")));
            ui.label(RichText::new(texts.get("session-type-hint")).color(palette.weak).size(13.0));
            if (send.clicked() || entered) && is_full {
                wishes.push(Wish::Type(std::mem::take(&mut self.chosen.text)));
                self.devices.focus_picture();
                ui.close();
            }
        });
    }

    fn draw_monitors(&mut self, ui: &mut egui::Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
        let Some(layout) = &self.known.layout else { return };
        let all = (View::Desktop, texts.get("session-monitors-all"));
        let each = layout.monitors.iter().zip(1_u64..).map(|(monitor, number)| {
            let name = monitor.name.to_string();
            let values = [("number", number.into()), ("name", name.into())];
            (View::Monitor(monitor.id), texts.fill("session-monitor", &values))
        });
        let choices: Vec<_> = std::iter::once(all).chain(each).collect();
        for (view, label) in choices {
            if entry(ui, &label, Some(view == self.known.view)).clicked() {
                wishes.push(Wish::Watch(view));
                self.devices.focus_picture();
                ui.close();
            }
        }
    }

    fn draw_sizes(&mut self, ui: &mut egui::Ui, texts: &Texts) {
        let sizes = [
            (Fit::Whole, "session-size-whole"),
            (Fit::Width, "session-size-width"),
            (Fit::Exact, "session-size-exact"),
        ];
        for (fit, key) in sizes {
            if entry(ui, &texts.get(key), Some(fit == self.chosen.fit)).clicked() {
                self.chosen.fit = fit;
                self.devices.focus_picture();
                ui.close();
            }
        }
    }
}

/// How many of the first buttons find room, where the rest needs one more.
fn fitting(widths: &[f32], room: f32, more: f32) -> usize {
    if widths.iter().sum::<f32>() <= room {
        return widths.len();
    }
    let mut used = more;
    widths
        .iter()
        .take_while(|width| {
            used += **width;
            used <= room
        })
        .count()
}

fn button_font() -> FontId {
    FontId::new(15.0, theme::strong())
}

fn button_width(ui: &egui::Ui, label: &str) -> f32 {
    PADDING * 2.0 + icons::SIDE + GAP + line_size(ui, label, button_font()).x.ceil()
}

/// A button with a sign; `is_on` where it switches something.
fn button(ui: &mut egui::Ui, icon: Icon, label: &str, colour: Color32, is_on: Option<bool>) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(button_width(ui, label), HEIGHT), Sense::click());
    let is_enabled = ui.is_enabled();
    response.widget_info(|| match is_on {
        Some(is_on) => WidgetInfo::selected(WidgetType::Checkbox, is_enabled, is_on, label),
        None => WidgetInfo::labeled(WidgetType::Button, is_enabled, label),
    });
    let palette = Palette::in_use(ui);
    let look = ui.style().interact_selectable(&response, is_on == Some(true));
    let fill = if is_on == Some(true) { ui.visuals().selection.bg_fill } else { look.weak_bg_fill };
    let stroke = if response.has_focus() || is_on == Some(true) {
        Stroke::new(2.0, palette.accent)
    } else {
        look.bg_stroke
    };
    ui.painter().rect(rect, CornerRadius::same(6), fill, stroke, StrokeKind::Inside);
    let colour = if is_on == Some(true) { palette.text } else { colour };
    words(ui, rect, icon, label, button_font(), colour);
    response
}

/// Something to read, with a sign; `meaning` says it whole.
fn chip(ui: &mut egui::Ui, icon: Icon, label: &str, meaning: &str, colour: Color32) {
    let font = FontId::proportional(14.0);
    let width = icons::SIDE + GAP + line_size(ui, label, font.clone()).x.ceil() + 6.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::hover());
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

/// A line of a menu over its whole width; `is_on` where one of several is chosen.
fn entry(ui: &mut egui::Ui, label: &str, is_on: Option<bool>) -> Response {
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
        ui.painter().rect(rect, CornerRadius::same(6), look.weak_bg_fill, look.bg_stroke, StrokeKind::Inside);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_goes_into_the_menu() {
        assert_eq!(fitting(&[100.0, 100.0, 100.0], 300.0, 80.0), 3);
        assert_eq!(fitting(&[100.0, 100.0, 100.0], 299.0, 80.0), 2);
        assert_eq!(fitting(&[100.0, 100.0, 100.0], 200.0, 80.0), 1);
        assert_eq!(fitting(&[100.0, 100.0, 100.0], 50.0, 80.0), 0);
        assert_eq!(fitting(&[], 0.0, 80.0), 0);
    }
}
