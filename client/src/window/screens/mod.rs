//! The window's contents: pure functions of the model that give back what the person wants.
//!
//! At the bottom there are always two places of the same size: the right one stops or leaves, the left one goes on.

mod cannot;
mod carried;
mod consent;
mod over;
mod session;
mod waiting;

use egui::{Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};
use farhand_proto::grant::Grant;
use farhand_window::egui;
use farhand_window::theme::{Palette, title_style};

use super::model::{Command, ConnectionTest, Copyable, Model, Note, Question, Relay, Stage};
use super::parts::{self, ACTION_GAP, ACTION_HEIGHT, Look, MARGIN};
use super::words::Words;

/// How much of what is in sight one step of scrolling takes away.
const PART: f32 = 0.7;
/// More steps than any screen has.
const FAR: f32 = 1e4;
/// Room for a note above the two buttons.
const NOTE_HEIGHT: f32 = 38.0;

/// Lays out the window; returns what the person wants.
pub(crate) fn draw(ui: &mut Ui, model: &Model, words: &Words) -> Option<Command> {
    let palette = Palette::in_use(ui);
    let whole = ui.max_rect();
    ui.painter().rect_filled(whole, 0.0, palette.ground);
    let inner = whole.shrink(MARGIN);
    let actions = Rect::from_min_max(pos2(inner.left(), inner.bottom() - ACTION_HEIGHT), inner.max);
    let note = Rect::from_min_max(
        pos2(inner.left(), actions.top() - 8.0 - NOTE_HEIGHT),
        pos2(inner.right(), actions.top() - 8.0),
    );
    let called = match &model.stage {
        Stage::Asked(Question { notice: None, .. }) => Some(consent::Called::new(ui, inner.width(), words)),
        _ => None,
    };
    let called_top = note.top() - 4.0 - called.as_ref().map_or(0.0, consent::Called::height);
    // The scroll bar lies in the margin.
    let contents = Rect::from_min_max(inner.min, pos2(whole.right() - 4.0, called_top));
    let (command, is_at_end, scroll) = ui
        .scope_builder(UiBuilder::new().max_rect(contents), |ui| {
            let scroll = &mut ui.spacing_mut().scroll;
            *scroll = egui::style::ScrollStyle::solid();
            scroll.bar_width = 8.0;
            scroll.bar_inner_margin = MARGIN - 4.0 - 8.0;
            let shown = ScrollArea::vertical()
                .id_salt((stage_name(&model.stage), model.turns))
                .auto_shrink(false)
                .show(ui, |ui| {
                    ui.set_width(inner.width());
                    screen(ui, model, words)
                });
            let page = shown.inner_rect.height();
            let most = (shown.content_size.y - page).max(0.0);
            let scroll = move |ctx: &egui::Context, by: f32| {
                let mut state = shown.state;
                state.offset.y = (state.offset.y + by).clamp(0.0, most);
                state.store(ctx, shown.id);
                ctx.request_repaint();
            };
            let mut by = 0.0;
            if shown.state.offset.y < most - 1.0
                && parts::more(ui, shown.inner_rect.with_max_x(inner.right()))
            {
                by += page * PART;
            }
            by += pages(ui) * page * PART;
            if by != 0.0 {
                scroll(ui.ctx(), by);
            }
            (shown.inner, shown.state.offset.y >= most - 8.0, scroll)
        })
        .inner;
    if let Some(called) = called {
        let place = Rect::from_min_max(pos2(inner.left(), called_top), pos2(inner.right(), note.top()));
        ui.scope_builder(UiBuilder::new().max_rect(place), |ui| called.draw(ui));
    }
    ui.scope_builder(UiBuilder::new().max_rect(note), |ui| {
        ui.set_clip_rect(note.expand(2.0));
        draw_note(ui, model, words);
    });
    let width = (actions.width() - ACTION_GAP) / 2.0;
    let left = Rect::from_min_size(actions.min, vec2(width, ACTION_HEIGHT));
    let right = left.translate(vec2(width + ACTION_GAP, 0.0));
    let reading = match &model.stage {
        Stage::Asked(Question { notice: None, .. }) => Reading::of(ui, model.turns, is_at_end),
        _ => Reading::Done,
    };
    if reading == Reading::Ahead {
        let text = words.get("button-read-on");
        if ui
            .push_id("button-read-on", |ui| parts::action(ui, left, &text, Look::Plain, true))
            .inner
            .clicked()
        {
            scroll(ui.ctx(), contents.height() * PART);
        }
    }
    command.or(bottom(ui, model, words, left, right, reading))
}

/// How far a question was read before it takes a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Its end was not in sight yet.
    Ahead,
    /// It came into sight just now: the second press of a double click that was meant for scrolling says no yes.
    Settling,
    Done,
}

impl Reading {
    fn of(ui: &Ui, turn: u32, is_at_end: bool) -> Self {
        const SETTLED: f32 = 0.6;
        let id = egui::Id::new("reading");
        let now = ui.input(|input| input.time);
        let before: Option<(u32, Option<f64>)> =
            ui.data(|data| data.get_temp(id)).filter(|(read, _)| *read == turn);
        let done_at = match before {
            Some((_, None)) if is_at_end => {
                ui.ctx().request_repaint_after_secs(SETTLED);
                Some(now + f64::from(SETTLED))
            }
            Some((_, done_at)) => done_at,
            // All of it is in sight from the first.
            None => is_at_end.then_some(now),
        };
        ui.data_mut(|data| data.insert_temp(id, (turn, done_at)));
        match done_at {
            None => Self::Ahead,
            Some(at) if now < at => Self::Settling,
            Some(_) => Self::Done,
        }
    }
}

/// How far the keyboard scrolls: down, or up where it is negative.
fn pages(ui: &Ui) -> f32 {
    ui.input(|input| {
        let whole = |key| if input.modifiers.command && input.key_pressed(key) { FAR } else { 0.0 };
        let page = |key| input.num_presses(key) as f32;
        page(egui::Key::PageDown) - page(egui::Key::PageUp) + whole(egui::Key::End) - whole(egui::Key::Home)
    })
}

pub(crate) use carried::is_talk_in_sight;

/// Gives the keyboard to the field for an answer.
pub(crate) fn focus_draft(ctx: &egui::Context) {
    ctx.memory_mut(|memory| memory.request_focus(carried::draft_id()));
}

fn screen(ui: &mut Ui, model: &Model, words: &Words) -> Option<Command> {
    match &model.stage {
        Stage::Waiting => waiting::draw(ui, model, words),
        Stage::Asked(question) => consent::draw(ui, question, words),
        Stage::Here(visit) => session::draw(ui, visit, words),
        Stage::Over(over) => over::draw(ui, over, model.copied.map(|(what, _)| what), words),
        Stage::Cannot(why) => cannot::draw(ui, why, words),
    }
}

/// Each screen scrolls for itself.
fn stage_name(stage: &Stage) -> &'static str {
    match stage {
        Stage::Waiting => "waiting",
        Stage::Asked(Question { notice: Some(_), .. }) => "notice",
        Stage::Asked(_) => "asked",
        Stage::Here(_) => "here",
        Stage::Over(_) => "over",
        Stage::Cannot(_) => "cannot",
    }
}

/// The two places at the bottom.
fn bottom(
    ui: &mut Ui,
    model: &Model,
    words: &Words,
    left: Rect,
    right: Rect,
    reading: Reading,
) -> Option<Command> {
    let mut button = |rect, key: &str, look, is_enabled, command| {
        // Each has a name of its own, or the keyboard would be on what takes another's place.
        let response =
            ui.push_id(place_of(key), |ui| parts::action(ui, rect, &words.get(key), look, is_enabled)).inner;
        response.clicked().then_some(command)
    };
    match &model.stage {
        Stage::Waiting => {
            let other = match (&model.relay, &model.test) {
                (Relay::Ready, _) => None,
                (_, ConnectionTest::Running) => {
                    button(left, "button-testing", Look::Plain, false, Command::Test)
                }
                (_, ConnectionTest::Done { .. }) => {
                    let is_copied = matches!(model.copied, Some((Copyable::Report, _)));
                    let key = if is_copied { "button-copied" } else { "button-copy-report" };
                    button(left, key, Look::Plain, true, Command::Copy(Copyable::Report))
                }
                // Who waits for the first time does not need it.
                (Relay::Trouble { .. }, ConnectionTest::None) => {
                    button(left, "button-test", Look::Plain, true, Command::Test)
                }
                (_, ConnectionTest::None) => None,
            };
            button(right, "button-close", Look::Plain, true, Command::Close).or(other)
        }
        Stage::Cannot(_) => button(right, "button-close", Look::Plain, true, Command::Close),
        Stage::Asked(question) => {
            let is_open = question.is_open();
            let allows = is_open && !question.ticked.is_empty() && reading == Reading::Done;
            let allow = if question.notice.is_some() {
                button(left, "button-continue", Look::Main, is_open, Command::Continue)
            } else if reading == Reading::Ahead {
                // Its place is taken.
                None
            } else {
                button(left, "button-allow", Look::Yes, allows, Command::Allow)
            };
            let deny = button(right, "button-deny", Look::No, is_open, Command::Deny);
            let escape = is_open && ui.input(|input| input.key_pressed(egui::Key::Escape));
            deny.or(allow).or(escape.then_some(Command::Deny))
        }
        Stage::Here(visit) => {
            let (key, command) = if visit.is_paused {
                ("button-resume", Command::Resume)
            } else {
                ("button-pause", Command::Pause)
            };
            let other = button(left, key, Look::Plain, true, command);
            button(right, "button-end", Look::Stop, true, Command::End).or(other)
        }
        Stage::Over(_) => {
            let again = button(left, "button-wait-again", Look::Plain, true, Command::WaitAgain);
            button(right, "button-close", Look::Plain, true, Command::Close).or(again)
        }
    }
}

/// Buttons that stand for each other keep the keyboard's focus.
fn place_of(key: &str) -> &str {
    match key {
        "button-resume" => "button-pause",
        "button-testing" | "button-copy-report" | "button-copied" => "button-test",
        key => key,
    }
}

fn draw_note(ui: &mut Ui, model: &Model, words: &Words) {
    let palette = Palette::in_use(ui);
    match (&model.note, &model.stage, &model.hot_key) {
        (Some((note, _)), _, _) => {
            let response = parts::small(ui, &note_text(*note, words), palette.trying);
            parts::announce(&response);
        }
        (None, Stage::Here(_), Some(key)) => {
            parts::small(ui, &words.fill("session-hot-key", &[("key", key.as_str().into())]), palette.weak);
        }
        (None, _, _) => {}
    }
}

fn note_text(note: Note, words: &Words) -> String {
    match note {
        Note::WrongPassword { left } => {
            words.fill("note-wrong-password", &[("left", u64::from(left).into())])
        }
        Note::PasswordReplaced => words.get("note-password-replaced"),
        Note::NumberReplaced => words.get("note-number-replaced"),
        Note::NotLetIn => words.get("note-not-let-in"),
        Note::CameAndWent => words.get("note-came-and-went"),
        Note::Ignored => words.get("note-ignored"),
        Note::RelayStopping => words.get("note-relay-stopping"),
    }
}

/// How a grant is explained: those that matter most in sight, the others take one line.
fn meaning(grant: Grant, more: &str) -> parts::Meaning<'_> {
    match grant {
        Grant::View | Grant::Control => parts::Meaning::Shown(more),
        Grant::Clipboard | Grant::Files => parts::Meaning::Hidden(more),
    }
}

/// What a screen is about.
fn title(ui: &mut Ui, text: &str, rows: usize) -> egui::Response {
    let palette = Palette::in_use(ui);
    parts::fitted(ui, text, title_style(), palette.text, rows)
}

/// The same where it is about somebody.
fn title_about(ui: &mut Ui, name: &str, say: impl Fn(&str) -> String) -> egui::Response {
    let colour = Palette::in_use(ui).text;
    let font = title_style().resolve(ui.style());
    parts::about(ui, name, say, font, colour, 2)
}
