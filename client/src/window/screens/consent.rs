//! The question whether somebody may see and do what they ask for.

use std::sync::Arc;

use egui::{Galley, RichText, TextStyle, Ui};
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
    ui.spacing_mut().item_spacing.y = 4.0;
    let title = |operator: &str| words.fill("consent-heading", &[("operator", operator.into())]);
    let response = super::title_about(ui, operator, title);
    parts::announce(&response);
    let who = |organisation: &str| words.fill("consent-who", &[("organisation", organisation.into())]);
    let font = TextStyle::Small.resolve(ui.style());
    parts::about(ui, organisation, who, font, palette.text, 2);
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
        let meaning = super::meaning(grant, &more);
        if let Some(on) = parts::choice(ui, Choice::Tick, is_on, &title, meaning, question.is_open()) {
            command = Some(Command::Tick(grant, on));
        }
    }
    command
}

/// Whether the person called them: in sight whatever stands above.
pub(super) struct Called {
    heading: Arc<Galley>,
    more: Arc<Galley>,
}

impl Called {
    /// Above it, and between its two texts.
    const GAPS: [f32; 2] = [8.0, 3.0];

    pub(super) fn new(ui: &Ui, width: f32, words: &Words) -> Self {
        let colour = Palette::in_use(ui).text;
        let lay_out =
            |key, font| ui.ctx().fonts_mut(|fonts| fonts.layout(words.get(key), font, colour, width));
        Self {
            heading: lay_out("consent-called", parts::heading_font()),
            more: lay_out("consent-called-more", TextStyle::Small.resolve(ui.style())),
        }
    }

    pub(super) fn height(&self) -> f32 {
        Self::GAPS.iter().sum::<f32>() + self.heading.size().y + self.more.size().y
    }

    pub(super) fn draw(self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (gap, text) in Self::GAPS.into_iter().zip([self.heading, self.more]) {
            ui.add_space(gap);
            ui.label(text);
        }
    }
}

/// What the organisation has to say first.
fn draw_notice(ui: &mut Ui, question: &Question, notice: &str, words: &Words) {
    let palette = Palette::in_use(ui);
    let response = super::title(ui, &words.get("notice-heading"), 2);
    parts::announce(&response);
    let then = |operator: &str| words.fill("notice-then", &[("operator", operator.into())]);
    let font = TextStyle::Body.resolve(ui.style());
    parts::about(ui, &question.operator, then, font, palette.text, 4);
    countdown(ui, question, words);
    let from = |organisation: &str| words.fill("notice-from", &[("organisation", organisation.into())]);
    parts::about(ui, &question.organisation, from, parts::heading_font(), palette.text, 2);
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
