//! The strip above the picture: who, what is allowed, and what can be done.

use farhand_proto::grant::Grant;
use farhand_texts::Texts;
use farhand_window::egui::{
    self, Align, Color32, CornerRadius, Frame, Layout, Margin, Popup, Rect, RichText, Shape, Stroke, vec2,
};
use farhand_window::theme::{self, Palette};

use super::icons::Icon;
use super::widgets::{HEIGHT, button, button_width, chip, chip_width};
use super::{SessionView, Wish};

/// Between two buttons.
const SPACE: f32 = 6.0;
/// What has a sign of its own; what else is allowed shows where it is used.
const CHIPS: [Grant; 2] = [Grant::View, Grant::Control];

impl SessionView {
    /// The strip in its place.
    pub(super) fn draw_strip(&mut self, ui: &mut egui::Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
        let palette = Palette::in_use(ui);
        row(ui, palette.ground, |ui| self.draw_tools(ui, texts, wishes));
        if !self.chosen.are_words_right && self.known.ended.is_none() {
            row(ui, palette.card, |ui| self.draw_words(ui, texts, wishes));
        }
    }

    /// Whether the strip stands above the picture in full screen too: it asks for something.
    pub(super) fn keeps_strip(&self) -> bool {
        !self.chosen.are_words_right || self.known.ended.is_some()
    }

    /// In full screen: the strip over the picture while it is wanted, and what can't wait.
    pub(super) fn draw_over(&mut self, ui: &mut egui::Ui, room: Rect, texts: &Texts, wishes: &mut Vec<Wish>) {
        self.draw_message_over(ui, room, texts);
        let is_wanted = self.devices.is_bar_shown || Popup::is_any_open(ui.ctx());
        if !is_wanted || self.keeps_strip() {
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
            let words = RichText::new(words).family(theme::strong()).size(20.0).color(palette.accent);
            // They stay beside each other.
            ui.add(egui::Label::new(words).extend());
            let (right, wrong) = (texts.get("session-words-match"), texts.get("session-words-differ"));
            // The two answers stay beside each other.
            let width = button_width(ui, &right) + ui.spacing().item_spacing.x + button_width(ui, &wrong);
            let layout = Layout::left_to_right(Align::Center);
            ui.allocate_ui_with_layout(vec2(width, HEIGHT), layout, |ui| {
                if button(ui, Icon::Tick, &right, palette.good, None).clicked() {
                    self.chosen.are_words_right = true;
                    self.devices.focus_picture();
                }
                let response = button(ui, Icon::Cross, &wrong, palette.bad, None);
                if response.on_hover_text(texts.get("session-words-differ-hint")).clicked() {
                    wishes.push(Wish::WordsDiffer);
                }
            });
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
                let is_over = self.known.ended.is_some();
                for grant in CHIPS.into_iter().filter(|_| !is_over) {
                    self.draw_grant(ui, grant, texts, &palette);
                }
                let end = texts.get(if is_over { "session-close" } else { "session-end" });
                let more = texts.get("session-tool-more");
                let tools = self.tools();
                let labels: Vec<String> = tools.iter().map(|tool| self.label(*tool, texts)).collect();
                let widths: Vec<f32> = labels.iter().map(|label| button_width(ui, label) + SPACE).collect();
                let beside = button_width(ui, &end) + 2.0 * SPACE;
                let all = widths.iter().sum::<f32>() + beside;
                // Where the tools need the room, less says that the words were compared, or that they are asked for no more.
                let words = self.words.join(" ");
                let short = texts.get("session-words-short");
                let room = ui.available_width() - SPACE - all;
                let fits = |label: &&str| chip_width(ui, label) <= room;
                if let Some(shown) = [words.as_str(), short.as_str()].into_iter().find(fits) {
                    if self.chosen.are_words_right {
                        let label = texts.fill("session-words-compared", &[("words", words.as_str().into())]);
                        chip(ui, Icon::Tick, shown, &label, palette.good);
                    } else if !is_over {
                        // Its place is kept, so that no tool moves once they match.
                        ui.allocate_exact_size(vec2(chip_width(ui, shown), HEIGHT), egui::Sense::hover());
                    }
                }
                let room = ui.available_width() - beside;
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
                if response.clicked() && self.may_end() {
                    self.chosen.is_ending = true;
                    wishes.push(Wish::End);
                }
            },
        );
    }

    fn draw_grant(&self, ui: &mut egui::Ui, grant: Grant, texts: &Texts, palette: &Palette) {
        let name = match grant {
            Grant::View => "session-view",
            Grant::Control => "session-control",
            Grant::Clipboard | Grant::Files => return,
        };
        let (icon, colour) = match self.known.grants {
            None => (Icon::Ring, palette.weak),
            Some(_) if self.is_unused(grant) => (Icon::Dash, palette.weak),
            Some(_) if self.known.allows(grant) && self.known.stands_still() => (Icon::Tick, palette.weak),
            Some(_) if self.known.allows(grant) => (Icon::Tick, palette.good),
            Some(_) if self.known.taken_back.allows(grant) => (Icon::Cross, palette.bad),
            Some(_) => (Icon::Cross, palette.weak),
        };
        chip(ui, icon, &texts.get(name), &self.grant_words(grant, texts), colour);
    }

    /// Whether the customer allows it, and the operator wants only to look.
    fn is_unused(&self, grant: Grant) -> bool {
        grant == Grant::Control && self.chosen.is_view_only && self.known.allows(grant)
    }

    /// What became of a grant.
    pub(super) fn grant_words(&self, grant: Grant, texts: &Texts) -> String {
        let (allowed, refused, taken_back) = match grant {
            Grant::View => ("session-view-allowed", "session-view-refused", "session-view-taken-back"),
            Grant::Control => {
                ("session-control-allowed", "session-control-refused", "session-control-taken-back")
            }
            Grant::Clipboard | Grant::Files => return String::new(),
        };
        texts.get(match self.known.grants {
            None => "session-grant-open",
            Some(_) if self.is_unused(grant) => "session-control-unused",
            Some(_) if self.known.allows(grant) => allowed,
            Some(_) if self.known.taken_back.allows(grant) => taken_back,
            Some(_) => refused,
        })
    }
}

/// A row over the whole width, whatever stands in it.
fn row(ui: &mut egui::Ui, colour: Color32, content: impl FnOnce(&mut egui::Ui)) {
    let behind = ui.painter().add(Shape::Noop);
    let frame = Frame::new().inner_margin(Margin::symmetric(8, 6));
    let inner = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        content(ui);
    });
    let rect = inner.response.rect.with_min_x(ui.max_rect().min.x);
    let rect = rect.with_max_x(rect.max.x.max(ui.max_rect().max.x));
    ui.painter().set(behind, Shape::rect_filled(rect, CornerRadius::ZERO, colour));
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
