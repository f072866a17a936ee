//! Numbers to read aloud, or why there are none.

use egui::{RichText, TextStyle, Ui};
use farhand_transport::Proxy;
use farhand_window::egui;
use farhand_window::theme::{self, Palette};

use super::super::model::{Command, ConnectionTest, Copyable, Model, Relay};
use super::super::parts::{self, Light};
use super::super::report;
use super::super::trouble::{Kind, Trouble};
use super::super::words::Words;

/// What stands in the place of a number that is not there yet.
const NO_SESSION_ID: &str = "––– ––– ––––";
const NO_PASSWORD: &str = "––– ––– –––";

pub(super) fn draw(ui: &mut Ui, model: &Model, words: &Words) -> Option<Command> {
    let palette = Palette::in_use(ui);
    super::title(ui, &words.get("heading-waiting"), 1);
    farhand_window::room(ui, 26.0, |ui| {
        let name = model.organisation.as_deref().unwrap_or_default();
        parts::fitted(ui, name, TextStyle::Body, palette.weak, 1);
    });
    let status = status(&model.relay, words);
    farhand_window::room(ui, 86.0, |ui| {
        ui.horizontal(|ui| {
            parts::light(ui, status.light, &words.get(status.light_name));
            let head = RichText::new(&status.head)
                .text_style(TextStyle::Heading)
                .color(status.light.colour(&palette));
            let response = ui.add(egui::Label::new(head).truncate());
            parts::announce(&response);
        });
        parts::sentence(ui, &status.more, palette.text);
    });
    if let Relay::Trouble { trouble: Trouble { proxy: Some(proxy), .. }, .. } = &model.relay {
        return introduction(ui, model, proxy, words);
    }
    let is_ready = matches!(model.relay, Relay::Ready);
    let copied = model.copied.map(|(what, _)| what);
    let mut command = None;
    parts::card(ui, |ui| {
        let number = model.numbers.as_ref().map(|numbers| numbers.session_id.as_str());
        let width = copy_width(ui, words);
        number_row(ui, "label-session-id", number.unwrap_or(NO_SESSION_ID), is_ready, width, words, |ui| {
            if copy_button(ui, copied == Some(Copyable::SessionId), words, "label-session-id") {
                command = Some(Command::Copy(Copyable::SessionId));
            }
        });
    });
    parts::card(ui, |ui| {
        let number = model.numbers.as_ref().map(|numbers| numbers.password.as_str());
        let other = parts::button_width(ui, &words.get("button-new-password"));
        let width = other + ui.spacing().item_spacing.x + copy_width(ui, words);
        number_row(ui, "label-password", number.unwrap_or(NO_PASSWORD), is_ready, width, words, |ui| {
            if parts::steady_button(ui, &words.get("button-new-password"), &[]).clicked() {
                command = Some(Command::NewPassword);
            }
            if copy_button(ui, copied == Some(Copyable::Password), words, "label-password") {
                command = Some(Command::Copy(Copyable::Password));
            }
        });
    });
    match status.detail {
        _ if is_tested(model) => {
            let response = parts::small(ui, &verdict(model, words), palette.text);
            if parts::steady_button(ui, &words.get("button-test-again"), &[]).clicked() {
                command = Some(Command::Test);
            }
            response
        }
        Some(detail) => {
            let detail = words.fill("detail", &[("detail", detail.into())]);
            parts::fitted(ui, &detail, TextStyle::Small, palette.weak, 3)
        }
        None => parts::small(ui, &words.get("hint-consent"), palette.weak),
    };
    command.filter(|command| *command == Command::Test || is_ready && model.numbers.is_some())
}

fn is_tested(model: &Model) -> bool {
    !matches!(model.relay, Relay::Ready) && matches!(model.test, ConnectionTest::Done { .. })
}

/// What the connection test has found, in a sentence, and what to do with it.
fn verdict(model: &Model, words: &Words) -> String {
    let ConnectionTest::Done { verdict, .. } = &model.test else { return String::new() };
    report::verdict(verdict, words) + " " + &words.get("verdict-next")
}

/// The question of a proxy that wants to know who this is.
fn introduction(ui: &mut Ui, model: &Model, proxy: &Proxy, words: &Words) -> Option<Command> {
    let palette = Palette::in_use(ui);
    let typed = &model.introduction;
    let proxy = proxy.target().to_string();
    if typed.is_spent() {
        let response = parts::sentence(ui, &words.get("proxy-spent"), palette.bad);
        parts::announce(&response);
        parts::small(ui, &words.fill("proxy-who", &[("proxy", proxy.into())]), palette.weak);
        return None;
    }
    let mut typed = typed.clone();
    let mut command = None;
    parts::card(ui, |ui| {
        if typed.tries() > 0 {
            let response = parts::sentence(ui, &words.get("proxy-wrong"), palette.bad);
            parts::announce(&response);
        }
        let field = |ui: &mut Ui, label: &str, text: &mut String, is_secret: bool| {
            let label = ui.label(RichText::new(words.get(label)).color(palette.weak));
            let field = egui::TextEdit::singleline(text)
                .password(is_secret)
                .desired_width(f32::INFINITY)
                .margin(egui::Margin::symmetric(8, 9));
            let field = ui.add(field).labelled_by(label.id);
            parts::follow_focus(&field);
            field
        };
        let who = field(ui, "proxy-user", &mut typed.user, false);
        let secret = field(ui, "proxy-password", &mut typed.password, true);
        let enters = (who.lost_focus() || secret.lost_focus())
            && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let sends = parts::steady_button(ui, &words.get("button-introduce"), &[]);
        parts::follow_focus(&sends);
        let is_changed = who.changed() || secret.changed();
        // Letters and Enter may come in one frame.
        if (enters || sends.clicked()) && !typed.user.is_empty() && !typed.password.is_empty() {
            command = Some(Command::Introduce(typed));
        } else if is_changed {
            command = Some(Command::Introduction(typed));
        }
    });
    parts::small(ui, &words.fill("proxy-who", &[("proxy", proxy.into())]), palette.weak);
    command
}

/// A number with its name above and its buttons below, which are seen once the number is good.
fn number_row(
    ui: &mut Ui,
    name: &str,
    number: &str,
    is_good: bool,
    buttons_width: f32,
    words: &Words,
    buttons: impl FnOnce(&mut Ui),
) {
    let palette = Palette::in_use(ui);
    let name = words.get(name);
    let colour = match (is_good, number) {
        (true, _) => palette.text,
        (false, NO_SESSION_ID | NO_PASSWORD) => palette.line,
        (false, _) => palette.weak,
    };
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.horizontal(|ui| {
        ui.set_min_height(ui.spacing().interact_size.y);
        ui.label(RichText::new(&name).color(palette.weak));
        if is_good {
            // From left to right, as the keyboard goes.
            ui.add_space((ui.available_width() - buttons_width).max(0.0));
            buttons(ui);
        }
    });
    let text = RichText::new(number).text_style(theme::number_style()).color(colour);
    let response = ui.add(egui::Label::new(text).selectable(is_good));
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::WidgetType::Label, is_good, format!("{name} {number}"))
    });
}

fn copy_width(ui: &Ui, words: &Words) -> f32 {
    let (copy, copied) = (words.get("button-copy"), words.get("button-copied"));
    parts::button_width(ui, &copy).max(parts::button_width(ui, &copied))
}

fn copy_button(ui: &mut Ui, is_copied: bool, words: &Words, what: &str) -> bool {
    let (copy, copied) = (words.get("button-copy"), words.get("button-copied"));
    let (shown, other) = if is_copied { (&copied, &copy) } else { (&copy, &copied) };
    let response = parts::steady_button(ui, shown, &[other]);
    let name = format!("{shown}: {}", words.get(what));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &name));
    if is_copied {
        parts::announce(&response);
    }
    response.clicked()
}

/// The relay's state in words.
struct Status {
    light: Light,
    light_name: &'static str,
    head: String,
    more: String,
    detail: Option<String>,
}

fn status(relay: &Relay, words: &Words) -> Status {
    let trying = |head: String, more: &str| Status {
        light: Light::Trying,
        light_name: "light-trying",
        head,
        more: words.get(more),
        detail: None,
    };
    match relay {
        Relay::Ready => Status {
            light: Light::Good,
            light_name: "light-ready",
            head: words.get("status-ready"),
            more: words.get("status-ready-more"),
            detail: None,
        },
        Relay::Connecting { attempt: 0 | 1 } => {
            trying(words.get("status-connecting"), "status-connecting-more")
        }
        Relay::Connecting { attempt } => trying(
            words.fill("status-connecting-again", &[("attempt", u64::from(*attempt).into())]),
            "status-connecting-more",
        ),
        Relay::Silent => trying(words.get("status-silent"), "status-silent-more"),
        Relay::Stopping => trying(words.get("status-stopping"), "status-stopping-more"),
        Relay::Trouble { trouble, attempt } => {
            let more = match trouble.kind {
                Kind::Unreachable => "trouble-unreachable",
                Kind::Portal => "trouble-portal",
                Kind::Blocked => "trouble-blocked",
                Kind::Proxy => "trouble-proxy",
                Kind::WrongRelay => "trouble-wrong-relay",
                Kind::OldProgram => "trouble-old-program",
                Kind::Full => "trouble-full",
                Kind::Lost => "trouble-lost",
            };
            let detail = Some(words.faults(&trouble.faults));
            if relay.is_bad() {
                return Status {
                    light: Light::Bad,
                    light_name: "light-bad",
                    head: words.get("status-bad"),
                    more: words.get(more),
                    detail,
                };
            }
            let head = match attempt {
                0 => words.get("status-lost"),
                attempt => words.fill("status-trying", &[("attempt", u64::from(*attempt).into())]),
            };
            Status { detail, ..trying(head, more) }
        }
    }
}
