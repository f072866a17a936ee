//! What went wrong and what to try next.

use farhand_texts::Texts;
use farhand_transport::proxy::Introduction;
use farhand_window::egui::{self, CornerRadius, Frame, Key, Margin, Stroke, Ui};
use farhand_window::theme::Palette;

use crate::window::forms::Check;
use crate::window::model::Command;
use crate::window::parts::{self, FieldLook};
use crate::window::trouble::Trouble;

/// Shows it as a card of its own, with the question of a proxy that has one.
pub(crate) fn draw(ui: &mut Ui, texts: &Texts, trouble: &Trouble, typed: &Introduction) -> Option<Command> {
    let mut command = None;
    let palette = Palette::in_use(ui);
    Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(1.5, palette.bad))
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::symmetric(14, 12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 6.0;
            parts::state(ui, parts::Light::Bad, &trouble.what.say(texts));
            parts::sentence(ui, &trouble.next.say(texts), palette.text);
            if let Some(proxy) = &trouble.proxy {
                command = draw_introduction(ui, texts, &proxy.to_string(), typed);
            }
            for detail in &trouble.details {
                let words = detail.say(texts);
                ui.add(
                    egui::Label::new(egui::RichText::new(words).small().color(palette.weak))
                        .wrap()
                        .selectable(true),
                );
            }
        });
    command
}

/// The question of a proxy that wants to know who this is.
fn draw_introduction(ui: &mut Ui, texts: &Texts, proxy: &str, typed: &Introduction) -> Option<Command> {
    let palette = Palette::in_use(ui);
    if typed.is_spent() {
        let response = parts::sentence(ui, &texts.get("proxy-spent"), palette.bad);
        parts::announce(&response);
        return None;
    }
    if typed.tries() > 0 {
        let response = parts::sentence(ui, &texts.get("proxy-wrong"), palette.bad);
        parts::announce(&response);
    }
    let look = FieldLook {
        name: &texts.get("proxy-user"),
        hint: "",
        id: "proxy_user",
        is_secret: false,
        is_large: false,
        is_enabled: true,
        takes_focus: false,
    };
    let (who, user) = parts::field(ui, texts, &look, &typed.user, &Check::Empty);
    let look =
        FieldLook { name: &texts.get("proxy-password"), id: "proxy_password", is_secret: true, ..look };
    let (secret, password) = parts::field(ui, texts, &look, &typed.password, &Check::Empty);
    let is_changed = user.is_some() || password.is_some();
    let mut typed = typed.clone();
    typed.user = user.unwrap_or(typed.user);
    typed.password = password.unwrap_or(typed.password);
    let enters = (who.lost_focus() || secret.lost_focus()) && ui.input(|input| input.key_pressed(Key::Enter));
    let sends = ui.horizontal(|ui| parts::plain(ui, &texts.get("proxy-send"), 170.0).clicked()).inner;
    parts::small(ui, &texts.fill("proxy-who", &[("proxy", proxy.into())]), palette.weak);
    // Letters and Enter may come in one frame.
    if (enters || sends) && !typed.user.is_empty() && !typed.password.is_empty() {
        Some(Command::Introduce(typed))
    } else {
        is_changed.then_some(Command::Introduction(typed))
    }
}
