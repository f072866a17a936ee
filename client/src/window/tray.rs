//! What the icon among the desktop's own says.

use farhand_window::tray::{Tray, TrayEvent, TrayIcon, TrayPause, TrayState};

use super::model::{Model, Relay, Stage};
use super::words::Words;

/// Asks the desktop to show the icon.
pub(crate) fn open(model: &Model, words: &Words, hear: impl Fn(TrayEvent) + Send + 'static) -> Tray {
    Tray::open(super::PROGRAM, state(model, words), hear)
}

/// Shows what the model says now.
pub(crate) fn follow(tray: &Tray, model: &Model, words: &Words) {
    tray.set(state(model, words));
}

fn state(model: &Model, words: &Words) -> TrayState {
    let (icon, pause) = match &model.stage {
        Stage::Waiting if matches!(model.relay, Relay::Ready) => (TrayIcon::Ready, None),
        Stage::Waiting if model.relay.is_bad() => (TrayIcon::Cannot, None),
        Stage::Waiting | Stage::Asked(_) => (TrayIcon::Trying, None),
        Stage::Here(visit) if visit.is_paused => {
            (TrayIcon::Paused, Some(TrayPause::Resume(words.get("button-resume"))))
        }
        Stage::Here(_) => (TrayIcon::InSession, Some(TrayPause::Pause(words.get("button-pause")))),
        Stage::Over(_) => (TrayIcon::Over, None),
        Stage::Cannot(_) => (TrayIcon::Cannot, None),
    };
    let tooltip = match model.visitor() {
        Some(visit) => words.fill("tray-here", &[("operator", visit.operator.as_str().into())]),
        None => words.get("tray-waiting"),
    };
    let end = if model.visitor().is_some() { "button-end" } else { "button-close" };
    TrayState {
        icon,
        title: words.get("window-title"),
        tooltip,
        show: words.get("tray-show"),
        pause,
        end: words.get(end),
    }
}
