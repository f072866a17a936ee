//! The customer's screen in the window, and what is said over it where it is not live.

use std::time::Duration;

use farhand_proto::screen::{Rect as Pixels, Size};
use farhand_texts::Texts;
use farhand_window::egui::{
    self, Align2, Color32, CornerRadius, FontId, Frame, Margin, Rect, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, UiBuilder, Vec2, WidgetInfo, WidgetType, pos2, vec2,
};
use farhand_window::theme::{self, Palette};
use farhand_window::{CaptureState, Layers};

use super::SessionView;
use super::known::State;
use super::place::{Fit, Placement, sampling, shown};

/// Around the picture, so that it can be seen when keys go there.
const EDGE: f32 = 2.0;
/// Points a second by which the mouse at the very edge pushes a picture that is larger than its room.
const PUSH: f32 = 1200.0;
/// Seconds that one step of it lasts at most.
const LONGEST_STEP: f32 = 0.05;
/// Until the next step.
const NEXT_STEP: Duration = Duration::from_millis(16);

impl SessionView {
    pub(super) fn draw_picture(&mut self, ui: &mut egui::Ui, room: Rect, layers: &mut Layers, texts: &Texts) {
        let edge = if self.chosen.is_full_screen { 0.0 } else { EDGE };
        let inner = room.shrink(edge);
        let id = ui.id().with("picture");
        let response = ui.interact(inner, id, Sense::click());
        let label = texts.get("session-picture");
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, &label));
        self.follow_focus(ui, &response);
        let state = self.known.state();
        let size = self.picture.read(farhand_proto::screen::Picture::size);
        let palette = Palette::in_use(ui);
        let is_hidden = matches!(state, State::Asking { .. } | State::Hidden | State::Ended(_));
        let (place, around) = if size.width > 0 && !is_hidden {
            let (place, clip) = self.place_picture(ui, inner, size);
            let sampling = sampling(size, Size { width: place.width, height: place.height });
            let scale = ui.ctx().pixels_per_point();
            let (shown, around) = (points(place, scale), points(clip, scale));
            layers.show(&self.picture, shown, around, sampling, state != State::Live);
            self.devices.placement = Some(Placement { place, clip, area: self.known.area });
            if self.devices.push != Vec2::ZERO {
                self.devices.follow_push();
            }
            (shown.intersect(around), around)
        } else {
            (Rect::from_min_size(inner.min, Vec2::ZERO), inner)
        };
        ui.painter().add(surrounding(around, place, palette.ground));
        if edge > 0.0 {
            let colour =
                if self.devices.has_focus() && self.can_act() { palette.accent } else { palette.line };
            ui.painter().rect_stroke(room, CornerRadius::ZERO, Stroke::new(EDGE, colour), StrokeKind::Inside);
        }
        self.place_pointer();
        if self.can_act()
            && self.devices.is_over()
            && let Some(shape) = &self.known.shape
        {
            layers.cursor(shape);
        }
        if state != State::Live {
            self.draw_state(ui, inner, &state, texts);
        }
        if self.is_hovered {
            let may = self.known.allows(farhand_proto::grant::Grant::Files);
            let (key, colour) =
                if may { ("session-drop", palette.good) } else { ("session-files-refused", palette.bad) };
            pill(ui, inner.shrink(16.0), Align2::CENTER_TOP, &texts.get(key), colour);
        }
    }

    fn follow_focus(&mut self, ui: &mut egui::Ui, response: &egui::Response) {
        let nothing_else = ui.memory(|memory| memory.focused().is_none());
        if self.devices.leaves_picture() {
            response.surrender_focus();
        } else if self.devices.takes_focus()
            || response.clicked()
            || (nothing_else && !self.devices.is_beside && self.can_act())
        {
            response.request_focus();
        }
        self.devices.note_focus(response.has_focus() || self.devices.takes_focus());
        if self.devices.has_focus() && self.can_act() && self.capture.state() != CaptureState::Held {
            // What an input method makes of keys arrives as text.
            let caret = Rect::from_min_size(response.rect.left_bottom(), Vec2::ZERO);
            ui.output_mut(|output| {
                output.ime = Some(egui::output::IMEOutput { rect: response.rect, cursor_rect: caret });
            });
        }
    }

    /// The picture's place in pixels of the window, and where it is seen.
    fn place_picture(&mut self, ui: &mut egui::Ui, inner: Rect, size: Size) -> (Pixels, Pixels) {
        let scale = ui.ctx().pixels_per_point();
        if self.chosen.fit == Fit::Whole {
            let room = pixels(inner, scale);
            let shown = shown(Fit::Whole, size, room.size());
            return (centred(room, shown), room);
        }
        ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
            ui.spacing_mut().scroll = egui::style::ScrollStyle {
                foreground_color: true,
                bar_inner_margin: 0.0,
                ..egui::style::ScrollStyle::solid()
            };
            let bars = ui.spacing().scroll.allocated_width();
            let mut room = pixels(inner, scale).size();
            let mut wanted = shown(self.chosen.fit, size, room);
            // A bar on one side takes room from the other.
            let bar = (bars * scale).ceil() as u32;
            if wanted.height > room.height {
                room.width = room.width.saturating_sub(bar);
                wanted = shown(self.chosen.fit, size, room);
            }
            let content = vec2(wanted.width as f32, wanted.height as f32) / scale;
            // The bars have round ends, and nothing else lies beneath them.
            let behind = ui.painter().add(Shape::Noop);
            let mut area = ScrollArea::both().id_salt("scroll").auto_shrink(false);
            let step = self.devices.push * PUSH * ui.input(|input| input.stable_dt.min(LONGEST_STEP));
            if step != Vec2::ZERO {
                area = area
                    .scroll_offset((self.devices.scrolled + step).clamp(Vec2::ZERO, self.devices.scrollable));
            }
            let output = area.show(ui, |ui| ui.allocate_exact_size(content, Sense::hover()).0);
            self.devices.scrolled = output.state.offset;
            self.devices.scrollable = (content - output.inner_rect.size()).max(Vec2::ZERO);
            let clip = pixels(output.inner_rect, scale);
            let ground = Palette::in_use(ui).ground;
            ui.painter().set(behind, surrounding(inner, points(clip, scale), ground));
            let offset = output.state.offset * scale;
            let place = centred(clip, wanted);
            let along = |centre: i32, start: i32, shown: u32, room: u32, offset: f32| {
                if shown > room { start - offset.round() as i32 } else { centre }
            };
            let place = Pixels {
                x: along(place.x, clip.x, wanted.width, clip.width, offset.x),
                y: along(place.y, clip.y, wanted.height, clip.height, offset.y),
                ..place
            };
            (place, clip)
        })
        .inner
    }

    /// Pushes the picture on while the mouse is at its edge.
    pub(super) fn push_on(&mut self, ui: &egui::Ui) {
        self.devices.note_push();
        if self.devices.push != Vec2::ZERO {
            ui.ctx().request_repaint_after(NEXT_STEP);
        }
    }

    fn draw_state(&self, ui: &mut egui::Ui, inner: Rect, state: &State, texts: &Texts) {
        let palette = Palette::in_use(ui);
        let (title, hint, colour) = state_words(state, texts, &palette);
        let width = (inner.width() - 32.0).clamp(120.0, 460.0);
        let rect = Rect::from_center_size(inner.center(), vec2(width, inner.height()));
        let frame = Frame::new()
            .fill(palette.card)
            .stroke(Stroke::new(2.0, colour))
            .corner_radius(CornerRadius::same(10))
            .inner_margin(Margin::symmetric(24, 18));
        // The height is known only after the words are laid out.
        let height = ui.ctx().data(|data| data.get_temp(ui.id().with("state"))).unwrap_or(96.0_f32);
        let rect = Rect::from_center_size(rect.center(), vec2(width, height));
        let drawn = ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            frame
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 6.0;
                    ui.vertical_centered(|ui| {
                        let style = theme::title_style();
                        ui.label(egui::RichText::new(title).text_style(style).color(colour));
                        if let Some(hint) = hint {
                            ui.label(egui::RichText::new(hint).color(palette.text));
                        }
                    });
                })
                .response
                .rect
                .height()
        });
        if (drawn.inner - height).abs() > 0.5 {
            ui.ctx().data_mut(|data| data.insert_temp(ui.id().with("state"), drawn.inner));
            ui.ctx().request_repaint();
        }
        if matches!(state, State::Lost { .. } | State::Silent { .. } | State::Asking { left: Some(_), .. }) {
            ui.ctx().request_repaint_after(Duration::from_secs(1));
        }
    }
}

/// What is said over a picture that is not live.
fn state_words(state: &State, texts: &Texts, palette: &Palette) -> (String, Option<String>, Color32) {
    let calm =
        |title: &'static str, hint: &'static str| (texts.get(title), Some(texts.get(hint)), palette.trying);
    match state {
        State::Live => (String::new(), None, palette.good),
        State::Asking { left, may_be_reading } => {
            let mut hint = match left {
                Some(left) => texts.fill("session-asking-left", &[("seconds", left.as_secs().into())]),
                None => texts.get("session-asking-hint"),
            };
            if *may_be_reading {
                hint = hint + " " + &texts.get("session-asking-notice");
            }
            (texts.get("session-asking"), Some(hint), palette.trying)
        }
        State::Hidden => calm("session-hidden", "session-hidden-hint"),
        State::Arriving => calm("session-arriving", "session-arriving-hint"),
        State::Paused => calm("session-paused", "session-paused-hint"),
        State::Silent { age } => {
            let title = texts.fill("session-silent", &[("seconds", age.as_secs().into())]);
            (title, Some(texts.get("session-silent-hint")), palette.bad)
        }
        State::Lost { age, attempt, left } => {
            let title = texts.fill("session-frozen", &[("seconds", age.as_secs().into())]);
            let values = [("attempt", u64::from(*attempt).into()), ("left", left.as_secs().into())];
            let hint = texts.fill("session-frozen-hint", &values);
            (title, Some(hint), palette.bad)
        }
        State::Ended(words) => (texts.get("session-ended"), Some(words.clone()), palette.bad),
    }
}

/// What lies around a rectangle inside of another.
fn surrounding(all: Rect, inner: Rect, colour: Color32) -> Shape {
    let parts = [
        Rect::from_min_max(all.min, pos2(all.max.x, inner.min.y)),
        Rect::from_min_max(pos2(all.min.x, inner.max.y), all.max),
        Rect::from_min_max(pos2(all.min.x, inner.min.y), pos2(inner.min.x, inner.max.y)),
        Rect::from_min_max(pos2(inner.max.x, inner.min.y), pos2(all.max.x, inner.max.y)),
    ];
    let parts = parts.into_iter().filter(farhand_window::egui::Rect::is_positive);
    Shape::Vec(parts.map(|part| Shape::rect_filled(part, CornerRadius::ZERO, colour)).collect())
}

fn centred(room: Pixels, shown: Size) -> Pixels {
    let along =
        |start: i32, room: u32, shown: u32| start + (i64::from(room) - i64::from(shown)).div_euclid(2) as i32;
    Pixels {
        x: along(room.x, room.width, shown.width),
        y: along(room.y, room.height, shown.height),
        width: shown.width,
        height: shown.height,
    }
}

fn pixels(rect: Rect, scale: f32) -> Pixels {
    let edge = |value: f32| (value * scale).round() as i32;
    let (left, top) = (edge(rect.min.x), edge(rect.min.y));
    Pixels {
        x: left,
        y: top,
        width: edge(rect.max.x).saturating_sub(left).max(0) as u32,
        height: edge(rect.max.y).saturating_sub(top).max(0) as u32,
    }
}

fn points(rect: Pixels, scale: f32) -> Rect {
    let min = pos2(rect.x as f32, rect.y as f32) / scale;
    Rect::from_min_size(min, vec2(rect.width as f32, rect.height as f32) / scale)
}

/// Words on a card in a corner of `room`, or in the middle of one of its sides.
pub(super) fn pill(ui: &egui::Ui, room: Rect, align: Align2, words: &str, colour: Color32) {
    /// Between the card's edge and its words.
    const MARGIN: Vec2 = vec2(12.0, 6.0);
    let palette = Palette::in_use(ui);
    let font = FontId::new(15.0, theme::strong());
    let width = (room.width() - 2.0 * MARGIN.x).max(0.0);
    let galley = ui.painter().layout(words.to_owned(), font, colour, width);
    let rect = align.align_size_within_rect(galley.size() + 2.0 * MARGIN, room);
    let line = Stroke::new(1.0, palette.line);
    ui.painter().rect(rect, CornerRadius::same(8), palette.card, line, StrokeKind::Inside);
    ui.painter().galley(rect.min + MARGIN, galley, colour);
}
