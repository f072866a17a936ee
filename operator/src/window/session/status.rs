//! The line below the picture: what the operator should know at this moment, and how the line to the customer does.

use farhand_media::State;
use farhand_proto::grant::Grant;
use farhand_proto::screen::Colours;
use farhand_proto::session::Undone;
use farhand_session::{ActError, SayError, Statistics};
use farhand_texts::{Texts, Value};
use farhand_window::CaptureState;
use farhand_window::egui::text::{LayoutJob, TextWrapping};
use farhand_window::egui::{
    self, Align, Align2, Color32, CornerRadius, FontFamily, FontId, Label, Layout, Rect, UiBuilder, Vec2,
    WidgetInfo, WidgetType, pos2, vec2,
};
use farhand_window::theme::{self, Palette};

use super::SessionView;
use super::known::{Notice, shown};
use super::picture::pill;

/// Points that the line takes.
pub(super) const HEIGHT: f32 = 36.0;
/// Points at its two ends.
const MARGIN: f32 = 10.0;

impl SessionView {
    /// The line in its place.
    pub(super) fn draw_status(&self, ui: &mut egui::Ui, row: Rect, texts: &Texts) {
        let palette = Palette::in_use(ui);
        ui.painter().rect_filled(row, CornerRadius::ZERO, palette.ground);
        let inner = row.shrink2(vec2(MARGIN, 0.0));
        let numbers = self.draw_numbers(ui, inner, texts);
        let Some((words, colour, is_strong)) = self.message(texts, &palette) else { return };
        let rect = inner.with_max_x((numbers - 16.0).max(inner.min.x));
        ui.scope_builder(
            UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)),
            |ui| {
                let family = if is_strong { theme::strong() } else { FontFamily::Proportional };
                // What is too long for one line takes two smaller ones.
                let is_long = line_size(ui, &words, FontId::new(14.0, family.clone())).x > rect.width();
                let size = if is_long { 13.0 } else { 14.0 };
                let job = LayoutJob::simple(words.clone(), FontId::new(size, family), colour, rect.width());
                let job = LayoutJob { wrap: TextWrapping { max_rows: 2, ..job.wrap.clone() }, ..job };
                ui.add(Label::new(job).wrap()).on_hover_text(&words);
            },
        );
        self.renew_notice(ui);
    }

    /// In full screen, what can't wait.
    pub(super) fn draw_message_over(&self, ui: &mut egui::Ui, room: Rect, texts: &Texts) {
        let palette = Palette::in_use(ui);
        if let Some((words, colour, true)) = self.message(texts, &palette) {
            pill(ui, room.shrink(12.0), Align2::LEFT_BOTTOM, &words, colour);
            self.renew_notice(ui);
        }
    }

    fn renew_notice(&self, ui: &egui::Ui) {
        if self.known.notice().is_some() {
            ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
        }
    }

    /// The one thing to say, its colour, and whether it matters at once.
    fn message(&self, texts: &Texts, palette: &Palette) -> Option<(String, Color32, bool)> {
        let is_captured = self.chosen.wants_capture && self.can_act();
        Some(if self.chosen.is_ending && self.known.ended.is_none() {
            (texts.get("session-ending"), palette.trying, true)
        } else if self.known.is_held && self.known.is_live() {
            (texts.get("session-held"), palette.trying, true)
        } else if let Some(notice) = self.known.notice() {
            (notice_words(notice, texts), palette.bad, true)
        } else if self.known.relay_stops && self.known.ended.is_none() {
            (texts.get("session-relay-stops"), palette.trying, true)
        } else if let Some((_, text)) = self.chat.lines.back().filter(|_| self.chat.is_unread) {
            let said = text.replace('\n', " ");
            (texts.fill("session-unread", &[("text", said.as_str().into())]), palette.accent, true)
        } else if is_captured && self.capture.state() == CaptureState::Refused {
            (texts.get("session-capture-refused"), palette.bad, true)
        } else if is_captured && self.devices.has_focus() {
            (texts.get("session-captured"), palette.accent, true)
        } else if self.can_act() && self.devices.has_focus() {
            (texts.get("session-keys-there"), palette.weak, false)
        } else if self.can_act() {
            (texts.get("session-keys-here"), palette.weak, false)
        } else if !self.known.is_live() {
            return None;
        } else if self.known.taken_back.allows(Grant::Control) {
            (self.grant_words(Grant::Control, texts), palette.bad, false)
        } else if !self.known.allows(Grant::Control) {
            (self.grant_words(Grant::Control, texts), palette.weak, false)
        } else if self.chosen.is_view_only {
            (texts.get("session-only-viewing"), palette.weak, false)
        } else {
            return None;
        })
    }

    /// The numbers at the right; gives their left edge. Each has a place of its own, so that none moves.
    fn draw_numbers(&self, ui: &mut egui::Ui, row: Rect, texts: &Texts) -> f32 {
        let palette = Palette::in_use(ui);
        let font = FontId::proportional(13.0);
        let is_over = self.known.ended.is_some();
        let picture = self.known.picture.filter(|_| self.known.is_live());
        let is_used = !is_over && self.known.grants.is_some();
        let colours = self.known.view.colours;
        let now = numbers(&self.known.statistics, picture, colours, !is_over, is_used, texts);
        // Each as wide as it ever gets.
        let most = STATES.map(|state| numbers(&WIDEST, Some(state), colours, true, true, texts));
        let width_of = |text: &String| {
            ui.painter().layout_no_wrap(text.clone(), font.clone(), palette.weak).size().x.ceil() + 16.0
        };
        let width = |index: usize| {
            most.iter().chain([&now]).map(|numbers| width_of(&numbers[index])).fold(0.0, f32::max)
        };
        let widths: Vec<f32> = (0..now.len()).map(width).collect();
        // In a narrow window the words at the left come first, and of the numbers the first.
        let room = row.width() * 0.5;
        let mut used = 0.0;
        let fitting = widths.iter().take_while(|width| {
            used += **width;
            used <= room
        });
        let count = fitting.count();
        let mut left = row.max.x;
        for (text, width) in now.iter().zip(&widths).take(count).rev() {
            ui.painter().text(
                pos2(left, row.center().y),
                Align2::RIGHT_CENTER,
                text,
                font.clone(),
                palette.weak,
            );
            left -= width;
        }
        let rect = Rect::from_min_max(pos2(left, row.min.y), row.max);
        let response = ui.interact(rect, ui.id().with("numbers"), egui::Sense::hover());
        let is_direct = self.known.is_direct && !is_over;
        let key = if is_direct { "session-line-direct" } else { "session-line" };
        let label = texts.fill(key, &[("numbers", now.join(", ").into())]);
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &label));
        let mut hint = texts.get("session-line-hint");
        if is_direct {
            hint = format!("{hint}\n{}", texts.get("session-line-direct-hint"));
        }
        response.on_hover_text(hint);
        left
    }
}

/// Numbers that take as much room as any usual ones.
const WIDEST: Statistics = Statistics {
    round_trip: Some(std::time::Duration::from_millis(8888)),
    bytes: 11_111_000,
    updates: 88,
    acts_waiting: 888,
};

/// All that a picture can be.
const STATES: [State; 3] = [State::Partial, State::Rough, State::Exact];

/// The numbers in words, and how good the picture is. `is_there`: there is a line; `is_used`: the session runs over
/// it. Where not, dashes.
fn numbers(
    statistics: &Statistics,
    picture: Option<State>,
    colours: Colours,
    is_there: bool,
    is_used: bool,
    texts: &Texts,
) -> [String; 5] {
    let (time, rate, frames, waiting) = shown(statistics);
    let or_dash = |number: Option<u64>| number.map_or("–".into(), Value::from);
    let used = |number| or_dash(Some(number).filter(|_| is_used));
    [
        texts.fill("session-line-round-trip", &[("time", or_dash(time.filter(|_| is_there)))]),
        texts.fill("session-line-frames", &[("count", used(frames))]),
        texts.fill("session-line-rate", &[("rate", used(rate))]),
        texts.fill("session-line-waiting", &[("count", used(waiting))]),
        picture_words(picture, colours, texts),
    ]
}

/// How good the picture is, and which colours it has if not all: however exact it is, it is not what the customer sees.
fn picture_words(picture: Option<State>, colours: Colours, texts: &Texts) -> String {
    let state = picture.map_or("–".to_owned(), |state| {
        texts.get(match state {
            State::Partial => "session-picture-partial",
            State::Rough => "session-picture-rough",
            State::Exact => "session-picture-exact",
        })
    });
    let key = match colours {
        Colours::All => return state,
        Colours::Few => "session-picture-few",
        Colours::Grey => "session-picture-grey",
    };
    texts.fill(key, &[("state", state.into())])
}

fn notice_words(notice: &Notice, texts: &Texts) -> String {
    texts.get(match notice {
        Notice::Undone(Undone::NotAllowed) | Notice::NotTaken(ActError::NotAllowed) => {
            "session-undone-not-allowed"
        }
        Notice::Undone(Undone::Paused) | Notice::NotTaken(ActError::Paused) => "session-undone-paused",
        Notice::Undone(Undone::Stale) => "session-undone-stale",
        Notice::Undone(Undone::Overflow) => "session-undone-overflow",
        Notice::Undone(Undone::Interrupted) => "session-undone-interrupted",
        Notice::Undone(Undone::OwnWindow) => "session-undone-own-window",
        Notice::Undone(Undone::System(why)) => {
            return texts.fill("session-undone-system", &[("why", why.to_string().into())]);
        }
        Notice::NotTaken(ActError::LineLost) => "session-undone-lost",
        Notice::NotTaken(ActError::Congested) | Notice::NotSaid(SayError::Congested) => {
            "session-undone-congested"
        }
        Notice::NotTaken(ActError::Over) | Notice::NotSaid(SayError::Over) => "session-undone-over",
        Notice::NoDialog => "session-no-dialog",
        Notice::TooMany => "session-too-many",
        Notice::NotSaid(SayError::NotYet) => "session-grant-open",
    })
}

/// The room that one line of text takes, with a sign before it.
pub(super) fn line_size(ui: &egui::Ui, text: &str, font: FontId) -> Vec2 {
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size()
}
