//! The menus of the strip: keys, text, monitors and sizes.

use farhand_proto::input::NamedKey;
use farhand_proto::screen::{Colours, Part, View};
use farhand_texts::Texts;
use farhand_window::egui::{self, Key, Margin, Modifiers, RichText, Stroke, TextEdit};
use farhand_window::theme::Palette;

use super::place::Fit;
use super::status::line_size;
use super::widgets::{button_font, entry, menu_button};
use super::{SessionView, Wish};
use crate::chord::{Chord, NoKey};
use crate::window::parts;

impl SessionView {
    pub(super) fn draw_keys(&mut self, ui: &mut egui::Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
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
                self.chosen.no_key = None;
            }
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if menu_button(ui, &send, true).clicked() || entered {
                let names = texts.get("session-chord-names");
                match Chord::read(self.chosen.chord.trim(), |name| key_named(&names, name)) {
                    Ok(chord) => chosen = Some(chord),
                    Err(NoKey(name)) => self.chosen.no_key = Some(name),
                }
            }
        });
        if let Some(name) = &self.chosen.no_key {
            let words = texts.fill("session-chord-wrong", &[("name", name.as_str().into())]);
            ui.add(egui::Label::new(RichText::new(words).color(palette.bad)).wrap());
        }
        if let Some(chord) = chosen {
            wishes.extend(chord.presses().chain(chord.releases()).map(Wish::Act));
            self.devices.focus_picture();
            ui.close();
        }
    }

    pub(super) fn draw_typing(
        &mut self,
        ui: &mut egui::Ui,
        just_opened: bool,
        texts: &Texts,
        wishes: &mut Vec<Wish>,
    ) {
        let palette = Palette::in_use(ui);
        let ask = RichText::new(texts.get("session-type-ask")).color(palette.weak);
        let label = ui.add(egui::Label::new(ask).wrap().halign(egui::Align::LEFT));
        // Menus draw no frames.
        ui.visuals_mut().widgets.inactive.bg_stroke = Stroke::new(1.0, palette.line);
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
        if has_unknown(ui, &self.chosen.text) {
            let words = RichText::new(texts.get("session-type-unknown")).color(palette.trying).size(13.0);
            parts::announce(&ui.add(egui::Label::new(words).wrap()));
        }
        ui.horizontal(|ui| {
            let is_full = !self.chosen.text.is_empty();
            let send = menu_button(ui, &texts.get("session-type-send"), is_full);
            ui.label(RichText::new(texts.get("session-type-hint")).color(palette.weak).size(13.0));
            if (send.clicked() || entered) && is_full {
                wishes.push(Wish::Type(std::mem::take(&mut self.chosen.text)));
                self.devices.focus_picture();
                ui.close();
            }
        });
    }

    pub(super) fn draw_monitors(&mut self, ui: &mut egui::Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
        let Some(layout) = &self.known.layout else { return };
        let all = (Part::Desktop, texts.get("session-monitors-all"));
        let each = layout.monitors.iter().zip(1_u64..).map(|(monitor, number)| {
            let name = monitor.name.to_string();
            let values = [("number", number.into()), ("name", name.into())];
            (Part::Monitor(monitor.id), texts.fill("session-monitor", &values))
        });
        let choices: Vec<_> = std::iter::once(all).chain(each).collect();
        let view = self.known.view;
        for (part, label) in choices {
            if entry(ui, &label, Some(part == view.part)).clicked() {
                wishes.push(Wish::Watch(View { part, ..view }));
                self.devices.focus_picture();
                ui.close();
            }
        }
    }

    pub(super) fn draw_sizes(&mut self, ui: &mut egui::Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
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
        if self.known.layout.is_none() || self.known.ended.is_some() {
            return;
        }
        ui.add_space(4.0);
        let palette = Palette::in_use(ui);
        ui.label(RichText::new(texts.get("session-colours")).color(palette.weak));
        let view = self.known.view;
        for colours in Colours::ALL {
            if entry(ui, &texts.get(colours_key(colours)), Some(colours == view.colours)).clicked() {
                wishes.push(Wish::Watch(View { colours, ..view }));
                self.devices.focus_picture();
                ui.close();
            }
        }
    }
}

fn colours_key(colours: Colours) -> &'static str {
    match colours {
        Colours::All => "session-colours-all",
        Colours::Few => "session-colours-few",
        Colours::Grey => "session-colours-grey",
    }
}

/// Whether the typeface lacks a character of this text, so that it is seen as something else.
fn has_unknown(ui: &egui::Ui, text: &str) -> bool {
    let font = egui::TextStyle::Body.resolve(ui.style());
    ui.fonts_mut(|fonts| text.chars().any(|c| !c.is_control() && !fonts.has_glyph(&font, c)))
}

/// The key with this name among those that a language has, as `name=key, name=key`.
fn key_named(names: &str, wanted: &str) -> Option<NamedKey> {
    let wanted = wanted.trim().to_lowercase();
    let pairs = names.split(',').filter_map(|pair| pair.split_once('='));
    let (_, key) = pairs.map(|(name, key)| (name.trim(), key.trim())).find(|(name, _)| *name == wanted)?;
    NamedKey::from_name(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::words::SOURCES;

    #[test]
    fn every_language_names_keys_that_there_are() {
        for (language, _) in SOURCES {
            let names = farhand_texts::Texts::new(&SOURCES, language).get("session-chord-names");
            for pair in names.split(',') {
                let name = pair.split_once('=').unwrap_or_else(|| panic!("{language}: {pair:?}")).0.trim();
                assert!(key_named(&names, name).is_some(), "{language}: {pair:?}");
            }
        }
    }
}
