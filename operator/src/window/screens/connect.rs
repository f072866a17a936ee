//! Connecting: the two numbers, what is asked for, what is being tried, and the sessions of late.

use farhand_texts::Texts;
use farhand_window::egui::{self, Key, Modifiers, Ui, vec2};
use farhand_window::theme::Palette;

use super::trouble;
use crate::window::forms::Field;
use crate::window::model::{Attempt, Command, Model, Stage};
use crate::window::parts::{self, FieldLook, Light};
use crate::window::pasted;
use crate::window::recent::{End, Past};
use crate::window::words::Words;

/// Width of the column in which everything stands.
const COLUMN: f32 = 480.0;

/// Draws the page.
pub(crate) fn draw(ui: &mut Ui, model: &Model, texts: &Texts) -> Vec<Command> {
    let mut commands = Vec::new();
    take_paste(ui, model, &mut commands);
    egui::ScrollArea::vertical().id_salt("connect").auto_shrink(false).show(ui, |ui| {
        let width = COLUMN.min(ui.available_width() - 32.0);
        ui.vertical_centered(|ui| {
            ui.set_max_width(width);
            ui.with_layout(egui::Layout::top_down(egui::Align::LEFT), |ui| {
                ui.add_space(28.0);
                parts::card(ui, |ui| form(ui, model, texts, &mut commands));
                ui.add_space(4.0);
                identity(ui, model, texts);
                if !model.recent.list().is_empty() {
                    ui.add_space(18.0);
                    recent(ui, model, texts, &mut commands);
                }
                ui.add_space(20.0);
            });
        });
    });
    commands
}

/// Numbers that are pasted go where they belong, wherever the keyboard is.
fn take_paste(ui: &Ui, model: &Model, commands: &mut Vec<Command>) {
    if model.attempt.is_some() || model.question.is_some() || model.renaming.is_some() {
        return;
    }
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let egui::Event::Paste(text) = event else { return true };
            let pasted = pasted::read(text);
            if pasted.id.is_none() && pasted.password.is_none() {
                return true;
            }
            commands.push(Command::Pasted(pasted));
            false
        });
    });
}

fn form(ui: &mut Ui, model: &Model, texts: &Texts, commands: &mut Vec<Command>) {
    let palette = Palette::in_use(ui);
    let form = &model.connect;
    let is_free = model.attempt.is_none();
    parts::title(ui, &texts.get("connect-title"));
    parts::sentence(ui, &texts.get("connect-lead"), palette.weak);
    ui.add_space(6.0);
    let look = FieldLook {
        name: &texts.get("connect-id"),
        hint: "",
        id: "session_id",
        is_secret: false,
        is_large: true,
        is_enabled: is_free,
        takes_focus: form.focus == Some(Field::Id),
    };
    let (id, changed) = parts::field(ui, texts, &look, &form.id, &form.check_id());
    commands.extend(changed.map(Command::SetId));
    let look = FieldLook {
        name: &texts.get("connect-password"),
        id: "password",
        takes_focus: form.focus == Some(Field::Password),
        ..look
    };
    let (password, changed) = parts::field(ui, texts, &look, &form.password.0, &form.check_password());
    commands.extend(changed.map(Command::SetPassword));
    if form.focus.is_some() {
        commands.push(Command::Focused);
    }
    for (field, response) in [(Field::Id, &id), (Field::Password, &password)] {
        if entered(ui, response, form.focus == Some(field)) {
            commands.push(Command::Entered(field));
        }
    }
    ui.add_space(2.0);
    ask(ui, model, texts, commands);
    ui.add_space(10.0);
    match &model.attempt {
        None => {
            if parts::primary(ui, &texts.get("connect-go"), ui.available_width()).clicked() {
                commands.push(Command::Connect);
            }
        }
        Some(attempt) => trying(ui, attempt, texts, commands),
    }
    let what = form.trouble.as_ref().map(|trouble| (trouble.what.say(texts), model.introduction.tries()));
    parts::come_into_sight(ui, "trouble", what.as_ref(), |ui| {
        if let Some(trouble) = &form.trouble {
            ui.add_space(6.0);
            commands.extend(trouble::draw(ui, texts, trouble, &model.introduction));
        }
    });
}

/// Whether Enter was pressed in a field. One that has just got the keyboard may lose it to Enter in the same frame.
fn entered(ui: &Ui, field: &egui::Response, took_focus: bool) -> bool {
    let is_left = field.lost_focus() || (took_focus && !field.has_focus());
    is_left && ui.input(|input| input.key_pressed(Key::Enter))
}

fn ask(ui: &mut Ui, model: &Model, texts: &Texts, commands: &mut Vec<Command>) {
    let asks = model.connect.asks_control;
    ui.add_enabled_ui(model.attempt.is_none(), |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 22.0;
            for (control, key) in [(true, "connect-ask-control"), (false, "connect-ask-view")] {
                if ui.radio(asks == control, texts.get(key)).clicked() {
                    commands.push(Command::AskControl(control));
                }
            }
        });
    });
}

/// What is being tried, where the button was.
fn trying(ui: &mut Ui, attempt: &Attempt, texts: &Texts, commands: &mut Vec<Command>) {
    let words = match attempt.stage {
        Stage::Relay => texts.get("connect-trying-relay"),
        Stage::Client => texts.get("connect-trying-client"),
    };
    let cancel = texts.get("connect-cancel");
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), parts::HEIGHT),
        egui::Layout::right_to_left(egui::Align::Center),
        |ui| {
            let button = parts::plain(ui, &cancel, 110.0);
            if button.clicked() || ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
                commands.push(Command::Cancel);
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                parts::state(ui, Light::Trying, &words);
            });
        },
    );
}

/// As whom the operator connects, and through which relay.
fn identity(ui: &mut Ui, model: &Model, texts: &Texts) {
    let palette = Palette::in_use(ui);
    let (Some(operator), Some(relay)) = (&model.settings.operator, model.settings.relays.first()) else {
        return;
    };
    let relay = relay.to_string();
    let words = texts
        .fill("connect-identity", &[("operator", (**operator).into()), ("relay", relay.as_str().into())]);
    ui.horizontal(|ui| {
        ui.add_space(24.0);
        parts::small(ui, &words, palette.weak);
    });
}

fn recent(ui: &mut Ui, model: &Model, texts: &Texts, commands: &mut Vec<Command>) {
    let palette = Palette::in_use(ui);
    ui.horizontal(|ui| {
        ui.add_space(24.0);
        parts::heading(ui, &texts.get("recent-title"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button(texts.get("recent-clear")).clicked() {
                commands.push(Command::ClearRecent);
            }
        });
    });
    for past in model.recent.list().iter().take(MAX_SHOWN) {
        ui.horizontal_top(|ui| {
            ui.add_space(24.0);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                let when = ago(model.now.saturating_sub(past.began)).say(texts);
                let lasted = lasted(past.lasted).say(texts);
                let line = Words::new("recent-line").with("when", when).with("lasted", lasted).say(texts);
                parts::sentence(ui, &line, palette.text);
                let words = Words::new("recent-how").with("organisation", &past.organisation);
                parts::small(ui, &words.with("end", texts.get(end(past))).say(texts), palette.weak);
            });
        });
    }
}

/// Sessions that are shown.
const MAX_SHOWN: usize = 6;

/// So many seconds ago, roughly.
fn ago(seconds: u64) -> Words {
    match seconds {
        0..60 => Words::new("ago-now"),
        60..3_600 => Words::new("ago-minutes").count("count", seconds / 60),
        3_600..86_400 => Words::new("ago-hours").count("count", seconds / 3_600),
        _ => Words::new("ago-days").count("count", seconds / 86_400),
    }
}

/// For so many seconds.
fn lasted(seconds: u64) -> Words {
    match seconds {
        0..60 => Words::new("lasted-seconds").count("count", seconds),
        60..7_200 => Words::new("lasted-minutes").count("count", seconds / 60),
        _ => Words::new("lasted-hours").count("count", seconds / 3_600),
    }
}

fn end(past: &Past) -> &'static str {
    match past.end {
        End::Operator => "recent-operator",
        End::Customer => "recent-customer",
        End::Denied => "recent-denied",
        End::NoAnswer => "recent-no-answer",
        End::DisplayGone => "recent-desktop-gone",
        End::Line => "recent-line-lost",
        End::Relay => "recent-relay",
        End::Protocol => "recent-protocol",
    }
}
