//! What a session was, to keep.

use egui::{Color32, Grid, RichText, TextEdit, TextStyle, Ui};
use farhand_peer::SessionEnd;
use farhand_proto::session::EndReason;
use farhand_session::Ended;
use farhand_window::egui;
use farhand_window::theme::Palette;

use super::super::model::{Command, Copyable, Over, Saved, Unsaved};
use super::super::parts;
use super::super::receipt::{self, Line};
use super::super::words::Words;

pub(super) fn draw(ui: &mut Ui, over: &Over, copied: Option<Copyable>, words: &Words) -> Option<Command> {
    let palette = Palette::in_use(ui);
    let denied =
        matches!(over.receipt.end, SessionEnd::Session(Ended::Here(EndReason::Denied | EndReason::NoAnswer)));
    let differed = matches!(over.receipt.end, SessionEnd::Session(Ended::There(EndReason::WordsDiffer)));
    let heading = match (denied, differed) {
        (true, _) => "over-heading-denied",
        (false, true) => "over-heading-words",
        (false, false) => "over-heading",
    };
    super::title(ui, &words.get(heading), 2);
    if differed {
        let response = parts::sentence(ui, &words.get("end-words"), palette.bad);
        parts::announce(&response);
    }
    parts::sentence(ui, &words.get("over-nothing-remains"), palette.good);
    let mut command = None;
    let label = ui.label(RichText::new(words.get("save-path")).color(palette.weak));
    let mut path = over.path.clone();
    let field = TextEdit::singleline(&mut path)
        .font(TextStyle::Small)
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(8, 9));
    let field = ui.add(field).labelled_by(label.id);
    if field.changed() {
        command = Some(Command::SetPath(path));
    }
    let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    parts::follow_focus(&field);
    let width = parts::width_of(ui, &over.path, TextStyle::Small.resolve(ui.style()));
    if width > field.rect.width() - 16.0 {
        field.on_hover_text(&over.path);
    }
    ui.horizontal(|ui| {
        let (copy, done) = (words.get("button-copy"), words.get("button-copied"));
        let saves = parts::steady_button(ui, &words.get("button-save"), &[]);
        if is_entered || saves.clicked() {
            command = Some(Command::Save);
        }
        let (shown, other) = if copied == Some(Copyable::Receipt) { (&done, &copy) } else { (&copy, &done) };
        let copies = parts::steady_button(ui, shown, &[other]);
        if copies.clicked() {
            command = Some(Command::Copy(Copyable::Receipt));
        }
        for response in [saves, copies] {
            parts::follow_focus(&response);
        }
        let (said, colour) = said(over.saved.as_ref(), words, &palette);
        let response = parts::fitted(ui, &said, TextStyle::Small, colour, 2);
        parts::announce(&response);
    });
    parts::card(ui, |ui| draw_lines(ui, &receipt::lines(&over.receipt, words)));
    command
}

/// What came of saving it.
fn said(saved: Option<&Saved>, words: &Words, palette: &Palette) -> (String, Color32) {
    match saved {
        None => (String::new(), palette.weak),
        Some(Saved::At(_)) => (words.get("save-done"), palette.good),
        Some(Saved::Exists) => (words.get("save-exists"), palette.bad),
        Some(Saved::Failed(why)) => {
            let why = match why {
                Unsaved::Denied => words.get("save-denied"),
                Unsaved::NoFolder => words.get("save-no-folder"),
                Unsaved::Full => words.get("save-full"),
                Unsaved::ReadOnly => words.get("save-read-only"),
                Unsaved::Other(why) => why.clone(),
            };
            (words.fill("save-failed", &[("why", why.into())]), palette.bad)
        }
    }
}

fn draw_lines(ui: &mut Ui, lines: &[Line]) {
    let palette = Palette::in_use(ui);
    ui.spacing_mut().item_spacing.y = 3.0;
    let style = TextStyle::Small;
    let mut facts: Vec<(&str, &str)> = Vec::new();
    let mut part = 0;
    for line in lines {
        if let Line::Fact(label, value) = line {
            facts.push((label, value));
            continue;
        }
        draw_facts(ui, &mut facts, part);
        part += 1;
        match line {
            Line::Sentence(text) => {
                parts::small(ui, text, palette.text);
            }
            Line::Heading(text) => {
                ui.add_space(4.0);
                let text =
                    RichText::new(text).text_style(style.clone()).family(farhand_window::theme::strong());
                ui.label(text.color(palette.text));
            }
            Line::Fact(..) => {}
        }
    }
    draw_facts(ui, &mut facts, part);
}

fn draw_facts(ui: &mut Ui, facts: &mut Vec<(&str, &str)>, part: usize) {
    if facts.is_empty() {
        return;
    }
    let palette = Palette::in_use(ui);
    Grid::new(("facts", part)).num_columns(2).spacing([12.0, 3.0]).min_row_height(0.0).show(ui, |ui| {
        for (label, value) in facts.drain(..) {
            ui.label(RichText::new(label).text_style(TextStyle::Small).color(palette.weak));
            parts::small(ui, value, palette.text);
            ui.end_row();
        }
    });
}
