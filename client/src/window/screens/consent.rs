//! The question whether somebody may see and do what they ask for.

use egui::{RichText, TextStyle, Ui};
use farhand_window::egui;
use farhand_window::theme::{self, Palette};

use super::super::model::{Command, Question};
use super::super::parts::{self, Choice};
use super::super::words::Words;

pub(super) fn draw(ui: &mut Ui, question: &Question, words: &Words) -> Option<Command> {
    if let Some(notice) = &question.notice {
        draw_notice(ui, question, notice, words);
        return None;
    }
    let palette = Palette::in_use(ui);
    let (operator, organisation) = (question.operator.as_str(), question.organisation.as_str());
    ui.spacing_mut().item_spacing.y = 6.0;
    let title = words.fill("consent-heading", &[("operator", operator.into())]);
    let response = super::title(ui, &title, 4);
    parts::announce(&response);
    let names = [("operator", operator.into()), ("organisation", organisation.into())];
    parts::small(ui, &words.fill("consent-who", &names), palette.text);
    countdown(ui, question, words);
    parts::card(ui, |ui| {
        parts::heading(ui, &words.get("consent-words-heading"));
        spoken_words(ui, &question.words);
        parts::small(ui, &words.get("consent-words-more"), palette.weak);
    });
    let mut command = None;
    parts::heading(ui, &words.get("consent-asks"));
    for grant in question.asked.iter() {
        let (title, more) = (words.grant(grant), words.grant_more(grant));
        let is_on = question.ticked.allows(grant);
        if let Some(on) = parts::choice(ui, Choice::Tick, is_on, &title, &more, question.is_open()) {
            command = Some(Command::Tick(grant, on));
        }
    }
    parts::heading(ui, &words.get("consent-called"));
    parts::small(ui, &words.get("consent-called-more"), palette.text);
    command
}

/// What the organisation has to say first.
fn draw_notice(ui: &mut Ui, question: &Question, notice: &str, words: &Words) {
    let palette = Palette::in_use(ui);
    let response = super::title(ui, &words.get("notice-heading"), 2);
    parts::announce(&response);
    let names = [("operator", question.operator.as_str().into())];
    parts::sentence(ui, &words.fill("notice-then", &names), palette.text);
    countdown(ui, question, words);
    let names = [("organisation", question.organisation.as_str().into())];
    parts::heading(ui, &words.fill("notice-from", &names));
    parts::card(ui, |ui| parts::sentence(ui, notice, palette.text));
}

/// The two words, so large that nobody reads another one.
fn spoken_words(ui: &mut Ui, spoken: &[String; 2]) {
    let palette = Palette::in_use(ui);
    let text = spoken.join("   ");
    let font = egui::FontId::new(26.0, theme::strong());
    let response = ui.add(egui::Label::new(RichText::new(&text).font(font).color(palette.accent)).wrap());
    let name = spoken.join(", ");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, &name));
}

/// Always one line, so that nothing moves when the number gets shorter.
fn countdown(ui: &mut Ui, question: &Question, words: &Words) {
    let palette = Palette::in_use(ui);
    let text = if question.is_answered {
        words.get("consent-answered")
    } else {
        words.fill("consent-seconds", &[("seconds", question.seconds_left.into())])
    };
    parts::fitted(ui, &text, TextStyle::Small, palette.trying, 1);
}
