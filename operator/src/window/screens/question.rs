//! Asks before a session is ended by closing something.

use farhand_texts::Texts;
use farhand_window::egui::{self, Ui};
use farhand_window::theme::Palette;

use crate::window::model::{Command, Model, Question};
use crate::window::parts;

/// Draws the question over everything, if there is one.
pub(crate) fn draw(ui: &Ui, model: &Model, texts: &Texts) -> Vec<Command> {
    let mut commands = Vec::new();
    let Some(question) = model.question else { return commands };
    let (title, yes) = match question {
        Question::CloseTab(id) => {
            let name = model.tab(id).map(crate::window::model::Tab::label).unwrap_or_default();
            (texts.fill("close-tab-title", &[("name", name.into())]), texts.get("close-tab-yes"))
        }
        Question::CloseWindow(count) => {
            let count = count as u64;
            (texts.fill("close-window-title", &[("count", count.into())]), texts.get("close-window-yes"))
        }
    };
    let frame = egui::Frame::popup(ui.style()).inner_margin(24);
    let modal = egui::Modal::new(egui::Id::new("question")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(400.0);
        let palette = Palette::in_use(ui);
        parts::title(ui, &title);
        parts::sentence(ui, &texts.get("close-lead"), palette.text);
        ui.add_space(10.0);
        ui.horizontal(|ui| {
            let stay = parts::primary(ui, &texts.get("close-stay"), 150.0);
            let end = parts::plain(ui, &yes, 150.0);
            // The keyboard is here for as long as the question is.
            if !stay.has_focus() && !end.has_focus() {
                stay.request_focus();
            }
            if stay.clicked() {
                commands.push(Command::Dismiss);
            }
            if end.clicked() {
                commands.push(Command::Confirm);
            }
        });
    });
    if modal.should_close() {
        commands.push(Command::Dismiss);
    }
    commands
}
