//! The settings, and the first start: who the operator is, which relay, how the window looks.

use farhand_texts::Texts;
use farhand_window::egui::{self, Key, Ui};
use farhand_window::theme::Palette;

use super::trouble;
use crate::window::details;
use crate::window::forms::{Field, Test};
use crate::window::handout;
use crate::window::model::{Command, Held, Model};
use crate::window::parts::{self, FieldLook, Light};
use crate::window::report::Report;
use crate::window::settings::{Language, Theme};

/// Width of the column in which everything stands.
const COLUMN: f32 = 620.0;
/// Width of the names of what stands in one line.
const NAME: f32 = 110.0;
/// Characters from which on a paste of several things can't be meant for one field.
const LEAST_HANDOUT: usize = 2;

/// Draws the page.
pub(crate) fn draw(ui: &mut Ui, model: &Model, texts: &Texts) -> Vec<Command> {
    let mut commands = Vec::new();
    take_paste(ui, model, &mut commands);
    egui::ScrollArea::vertical().id_salt("settings").auto_shrink(false).show(ui, |ui| {
        let width = COLUMN.min(ui.available_width() - 32.0);
        ui.vertical_centered(|ui| {
            ui.set_max_width(width);
            ui.with_layout(egui::Layout::top_down(egui::Align::LEFT), |ui| {
                ui.add_space(20.0);
                parts::card(ui, |ui| relay(ui, model, texts, &mut commands));
                ui.add_space(8.0);
                parts::card(ui, |ui| looks(ui, model, texts, &mut commands));
                ui.add_space(4.0);
                file(ui, model, texts);
                ui.add_space(20.0);
            });
        });
    });
    if model.setup.focus.is_some() {
        commands.push(Command::Focused);
    }
    commands
}

/// The lines that the administrator sent fill everything, whichever field they are pasted into.
fn take_paste(ui: &Ui, model: &Model, commands: &mut Vec<Command>) {
    if model.question.is_some() || model.renaming.is_some() {
        return;
    }
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let egui::Event::Paste(text) = event else { return true };
            let found = handout::read(text);
            if found.len() < LEAST_HANDOUT {
                return true;
            }
            commands.push(Command::Handout(found));
            false
        });
    });
}

fn relay(ui: &mut Ui, model: &Model, texts: &Texts, commands: &mut Vec<Command>) {
    let palette = Palette::in_use(ui);
    let is_first = !model.settings.is_complete();
    let only_token = !is_first && model.held.token().is_none() && model.held != Held::Asking;
    let (title, lead) = if is_first {
        ("setup-title-first", "setup-lead-first")
    } else if only_token {
        ("setup-title-token", "setup-lead-token")
    } else {
        ("setup-title", "setup-lead")
    };
    parts::title(ui, &texts.get(title));
    parts::sentence(ui, &texts.get(lead), palette.weak);
    if let Some(trouble) = &model.file_trouble {
        ui.add_space(4.0);
        parts::state(ui, Light::Bad, &texts.get("setup-file-trouble"));
        for words in details::of_settings(trouble) {
            parts::small(ui, &words.say(texts), palette.text);
        }
    }
    ui.add_space(4.0);
    let mut entered = false;
    for field in [Field::Relay, Field::Pin, Field::Operator, Field::Token] {
        entered |= row(ui, model, texts, field, commands);
    }
    token_place(ui, model, texts);
    entered |= proxy(ui, model, texts, commands);
    ui.add_space(6.0);
    if entered {
        commands.push(Command::Save);
    }
    buttons(ui, model, texts, commands);
    if let Some(count) = model.setup.pasted {
        let words = texts.fill("setup-pasted", &[("count", (count as u64).into())]);
        parts::state(ui, if count == handout::KINDS { Light::Good } else { Light::Trying }, &words);
    }
    let is_over = !matches!(model.setup.test, Test::None | Test::Running);
    parts::come_into_sight(ui, "test", is_over.then_some(&model.introduction.tries()), |ui| {
        // It stays in its place, or everything would move under the pointer.
        if model.setup.is_outdated {
            ui.disable();
        }
        tested(ui, model, texts, commands);
    });
}

/// What came of the test.
fn tested(ui: &mut Ui, model: &Model, texts: &Texts, commands: &mut Vec<Command>) {
    match &model.setup.test {
        Test::None | Test::Running => {}
        Test::Fine(organisation) => {
            let words = texts.fill("setup-test-fine", &[("organisation", organisation.as_str().into())]);
            parts::state(ui, Light::Good, &words);
        }
        Test::Failed(failure) => commands.extend(trouble::draw(ui, texts, failure, &model.introduction)),
    }
    if let Some(found) = &model.setup.report {
        report(ui, found, texts, commands);
    }
}

/// What the test has found on the way, and what to do with it.
fn report(ui: &mut Ui, report: &Report, texts: &Texts, commands: &mut Vec<Command>) {
    let palette = Palette::in_use(ui);
    ui.add_space(4.0);
    let light = if report.is_good { Light::Good } else { Light::Bad };
    parts::state(ui, light, &report.verdict.say(texts));
    ui.horizontal(|ui| {
        if parts::plain(ui, &texts.get("setup-report-copy"), 170.0).clicked() {
            ui.ctx().copy_text(report.text(texts));
        }
        if parts::plain(ui, &texts.get("setup-report-save"), 170.0).clicked() {
            commands.push(Command::SaveReport(report.text(texts)));
        }
    });
    let said = match &report.saved {
        None => texts.get("setup-report-hint"),
        Some(Ok(file)) => texts.fill("setup-report-saved", &[("file", file.as_str().into())]),
        Some(Err(why)) => texts.fill("setup-report-not-saved", &[("why", why.as_str().into())]),
    };
    parts::announce(&parts::small(ui, &said, palette.weak));
}

/// One field; whether Enter was pressed in it.
fn row(ui: &mut Ui, model: &Model, texts: &Texts, field: Field, commands: &mut Vec<Command>) -> bool {
    let has_token = model.setup_has_token();
    let (name, hint, id, text) = match field {
        Field::Pin => ("setup-pin", "setup-pin-hint", "pin", &model.setup.pin),
        Field::Operator => ("setup-operator", "setup-operator-hint", "operator", &model.setup.operator),
        Field::Token if has_token => ("setup-token", "setup-token-kept", "token", &model.setup.token.0),
        Field::Token => ("setup-token", "setup-token-hint", "token", &model.setup.token.0),
        _ => ("setup-relay", "setup-relay-hint", "relay", &model.setup.relay),
    };
    let look = FieldLook {
        name: &texts.get(name),
        hint: &texts.get(hint),
        id,
        is_secret: field == Field::Token,
        is_large: false,
        is_enabled: true,
        takes_focus: model.setup.focus == Some(field),
    };
    let (response, changed) = parts::field(ui, texts, &look, text, &model.setup.check(field, has_token));
    commands.extend(changed.map(|text| Command::Setup(field, text)));
    response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}

/// The proxy, which few have to set: in one line. Whether Enter was pressed in it.
fn proxy(ui: &mut Ui, model: &Model, texts: &Texts, commands: &mut Vec<Command>) -> bool {
    let check = model.setup.check(Field::Proxy, false);
    let look = FieldLook {
        name: &texts.get("setup-proxy"),
        hint: &texts.get("setup-proxy-hint"),
        id: "proxy",
        is_secret: false,
        is_large: false,
        is_enabled: true,
        takes_focus: model.setup.focus == Some(Field::Proxy),
    };
    let (response, changed) = parts::field_in_line(ui, texts, &look, NAME, &model.setup.proxy, &check);
    commands.extend(changed.map(|text| Command::Setup(Field::Proxy, text)));
    response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}

/// Where the token is now, and where it will be.
fn token_place(ui: &mut Ui, model: &Model, texts: &Texts) {
    let palette = Palette::in_use(ui);
    let (key, why) = match &model.held {
        Held::Asking => ("token-asking", None),
        Held::Missing => ("token-will-be-kept", None),
        Held::Kept(_) => ("token-kept", None),
        Held::NoStore(why) => ("token-no-store", Some(why)),
        Held::Memory(_, why) => ("token-in-memory", Some(why)),
        Held::Given(_) => ("token-given", None),
    };
    let response = parts::small(ui, &texts.get(key), palette.weak);
    if let Some(why) = why.filter(|why| !why.is_empty()) {
        response.on_hover_text(why);
    }
}

fn buttons(ui: &mut Ui, model: &Model, texts: &Texts, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let save = if model.is_ready() { "setup-save" } else { "setup-go-on" };
        if parts::primary(ui, &texts.get(save), 150.0).clicked() {
            commands.push(Command::Save);
        }
        let is_testing = model.setup.test == Test::Running;
        let test = texts.get(if is_testing { "setup-testing" } else { "setup-test" });
        // A button that can't be pressed would lose the keyboard.
        ui.scope(|ui| {
            ui.visuals_mut().override_text_color = is_testing.then(|| Palette::in_use(ui).weak);
            if parts::plain(ui, &test, 170.0).clicked() && !is_testing {
                commands.push(Command::Test);
            }
        });
        if model.is_ready() && parts::plain(ui, &texts.get("setup-cancel"), 110.0).clicked() {
            commands.push(Command::LeaveSettings);
        }
    });
}

fn looks(ui: &mut Ui, model: &Model, texts: &Texts, commands: &mut Vec<Command>) {
    let choose = |ui: &mut Ui, name: &str, choices: &mut dyn FnMut(&mut Ui)| {
        ui.horizontal_wrapped(|ui| {
            let label = egui::Label::new(egui::RichText::new(name).family(farhand_window::theme::strong()));
            let layout = egui::Layout::left_to_right(egui::Align::Center);
            ui.allocate_ui_with_layout(egui::vec2(NAME, 34.0), layout, |ui| {
                ui.set_min_width(NAME);
                ui.add(label);
            });
            ui.spacing_mut().item_spacing.x = 20.0;
            choices(ui);
        });
    };
    choose(ui, &texts.get("setup-theme"), &mut |ui| {
        for (theme, key) in
            [(Theme::System, "setup-as-system"), (Theme::Light, "setup-light"), (Theme::Dark, "setup-dark")]
        {
            if ui.radio(model.setup.theme == theme, texts.get(key)).clicked() {
                commands.push(Command::SetTheme(theme));
            }
        }
    });
    choose(ui, &texts.get("setup-language"), &mut |ui| {
        for (language, name) in [
            (Language::System, texts.get("setup-as-system")),
            (Language::English, "English".to_owned()),
            (Language::Czech, "Čeština".to_owned()),
        ] {
            if ui.radio(model.setup.language == language, name).clicked() {
                commands.push(Command::SetLanguage(language));
            }
        }
    });
}

/// Where the settings are kept.
fn file(ui: &mut Ui, model: &Model, texts: &Texts) {
    let palette = Palette::in_use(ui);
    ui.horizontal(|ui| {
        ui.add_space(24.0);
        ui.vertical(|ui| match &model.file {
            Some(file) => {
                let words = texts.fill("setup-file", &[("file", file.as_str().into())]);
                parts::small(ui, &words, palette.weak);
            }
            None => drop(parts::small(ui, &texts.get("setup-no-file"), palette.weak)),
        });
    });
}
