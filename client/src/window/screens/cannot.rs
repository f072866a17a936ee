//! Why nobody can be let in here, and what to do.

use egui::{TextStyle, Ui};
use farhand_window::egui;
use farhand_window::theme::Palette;

use super::super::model::{Cannot, Command};
use super::super::parts::{self, Light};
use super::super::words::Words;

pub(super) fn draw(ui: &mut Ui, why: &Cannot, words: &Words) -> Option<Command> {
    let palette = Palette::in_use(ui);
    ui.horizontal(|ui| {
        parts::light(ui, Light::Bad, &words.get("light-bad"));
        super::title(ui, &words.get("cannot-heading"), 2);
    });
    ui.add_space(6.0);
    let (key, detail) = match why {
        Cannot::Wayland => ("cannot-wayland", None),
        Cannot::Gone => ("cannot-gone", None),
        Cannot::Desktop(detail) => ("cannot-desktop", Some(detail)),
        Cannot::Fault(detail) => ("cannot-fault", Some(detail)),
    };
    parts::sentence(ui, &words.get(key), palette.text);
    if let Some(detail) = detail {
        ui.add_space(6.0);
        parts::fitted(ui, detail, TextStyle::Small, palette.weak, 12);
    }
    None
}
