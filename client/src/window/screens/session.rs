//! Somebody is here: who, since when, and what they may do.

use egui::{RichText, TextStyle, Ui};
use farhand_proto::grant::Grant;
use farhand_window::egui;
use farhand_window::theme::Palette;

use super::super::model::{Command, Visit};
use super::super::parts::{self, Choice, Light, Meaning};
use super::super::words::Words;
use super::carried;

pub(super) fn draw(ui: &mut Ui, visit: &Visit, words: &Words) -> Option<Command> {
    let palette = Palette::in_use(ui);
    super::title_about(ui, &visit.operator, |operator| {
        words.fill("session-heading", &[("operator", operator.into())])
    });
    let time = visit.since.map_or_else(String::new, |since| words.time(since));
    let who = |organisation: &str| {
        words.fill("session-who", &[("organisation", organisation.into()), ("time", time.as_str().into())])
    };
    let font = TextStyle::Body.resolve(ui.style());
    parts::about(ui, &visit.organisation, who, font, palette.weak, 2);
    ui.add_space(4.0);
    let (light, name, key) = state(visit);
    parts::card(ui, |ui| {
        farhand_window::room(ui, 44.0, |ui| {
            ui.horizontal_top(|ui| {
                parts::light(ui, light, &words.get(name));
                let attempt = u64::from(visit.lost.unwrap_or_default()).into();
                let text = RichText::new(words.fill(key, &[("attempt", attempt)]))
                    .family(farhand_window::theme::strong());
                let response = ui.add(egui::Label::new(text.color(light.colour(&palette))).wrap());
                parts::announce(&response);
            });
        });
    });
    // Whatever comes and goes, nothing moves under a hand: files take their room from the talk.
    ui.add_space(2.0);
    let may = |operator: &str| words.fill("session-may", &[("operator", operator.into())]);
    parts::about(ui, &visit.operator, may, parts::heading_font(), palette.text, 1);
    let mut command = None;
    for grant in Grant::ALL {
        let (title, more) = (words.grant(grant), words.grant_more(grant));
        let is_on = visit.allowed.allows(grant);
        // They read it when they were asked.
        if let Some(on) = parts::choice(ui, Choice::Switch, is_on, &title, Meaning::Hidden(&more), true) {
            command = Some(Command::Switch(grant, on));
        }
    }
    command.or(carried::draw_files(ui, visit, words)).or(carried::draw_chat(ui, visit, words))
}

/// The light, its name, and the words beside it.
fn state(visit: &Visit) -> (Light, &'static str, &'static str) {
    let (light, [words, _]) = parts::doing(visit);
    let name = match (visit.lost, visit.is_paused) {
        (Some(_), _) => "light-trying",
        (None, true) => "light-paused",
        (None, false) => "light-here",
    };
    (light, name, words)
}
