//! The bar that lies above everything on each monitor while somebody is here.

use egui::{
    Button, Color32, Key, Rect, Sense, TextStyle, Ui, UiBuilder, Vec2, WidgetInfo, WidgetType, pos2, vec2,
};
use farhand_proto::grant::Grant;
use farhand_proto::screen::Rect as Pixels;
use farhand_session::Direction;
use farhand_window::theme::{self, Palette};
use farhand_window::{Monitor, egui};

use super::carried::Files;
use super::model::{Command, Model, Note, Visit};
use super::parts;
use super::words::Words;

/// Height of every bar in points.
pub(crate) const HEIGHT: f32 = 48.0;
/// Its width where there is room.
const WIDTH: f32 = 1040.0;
/// What is left free beside it on a narrow monitor.
const BESIDE: f32 = 24.0;
/// Below this, the switches give way to a button that opens the window.
const NARROW: f32 = 880.0;
/// One step of an arrow key, in points.
const STEP: f32 = 32.0;

/// A bar's size on a monitor so wide, in points.
pub(crate) fn size(monitor_width: f32) -> Vec2 {
    vec2(WIDTH.min(monitor_width - BESIDE).max(0.0).floor(), HEIGHT)
}

/// What a frame of a bar asks for.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Answer {
    pub(crate) command: Option<Command>,
    pub(crate) shift: Option<Shift>,
}

/// How the person moves a bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shift {
    /// By so many points from where it is.
    By(Vec2),
    /// Let go: to the nearest edge.
    Drop,
}

/// Lays out a bar.
pub(crate) fn draw(ui: &mut Ui, model: &Model, visit: &Visit, words: &Words) -> Answer {
    let palette = Palette::in_use(ui);
    let whole = ui.max_rect();
    let (light, [_, state]) = parts::doing(visit);
    let edge = light.colour(&palette);
    ui.painter().rect(whole, 0.0, palette.card, egui::Stroke::new(2.0, edge), egui::StrokeKind::Inside);
    let mut answer = Answer::default();
    let handle = Rect::from_min_size(whole.min, vec2(28.0, whole.height()));
    answer.shift = draw_handle(ui, handle, &words.get("bar-handle"));
    let right = Rect::from_min_max(pos2(handle.right(), whole.top()), whole.max).shrink2(vec2(8.0, 3.0));
    let buttons = ui
        .scope_builder(
            UiBuilder::new().max_rect(right).layout(egui::Layout::right_to_left(egui::Align::Center)),
            |ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                answer.command = draw_buttons(ui, visit, words, whole.width());
                ui.min_rect().left()
            },
        )
        .inner;
    let lamp = Rect::from_center_size(pos2(handle.right() + 9.0, whole.center().y), Vec2::splat(18.0));
    parts::paint_light(ui, lamp, light);
    let text = Rect::from_min_max(
        pos2(lamp.right() + 10.0, whole.top() + 6.0),
        pos2(buttons - 10.0, whole.bottom() - 4.0),
    );
    ui.scope_builder(UiBuilder::new().max_rect(text), |ui| {
        ui.set_clip_rect(text);
        ui.spacing_mut().item_spacing.y = 1.0;
        let names = [
            ("operator", visit.operator.as_str().into()),
            ("organisation", visit.organisation.as_str().into()),
        ];
        let who = words.fill("bar-who", &names);
        let carried = carried(&visit.files).map(|key| words.get(key));
        let heavy = egui::FontId::new(15.0, theme::strong());
        ui.allocate_ui(vec2(ui.available_width(), 20.0), |ui| {
            draw_line(ui, &who, carried.as_deref(), heavy, palette.text);
        });
        let font = TextStyle::Small.resolve(ui.style());
        let state = words.get(state);
        let beside = match (&model.note, &model.hot_key) {
            (Some((Note::Ignored, _)), _) => Some(words.get("bar-ignored")),
            // What they do comes first; the keys stand in the window too.
            (_, Some(key)) => Some(words.fill("bar-hot-key", &[("key", key.as_str().into())]))
                .filter(|keys| fits_beside(ui, &state, keys, &font)),
            _ => None,
        };
        draw_line(ui, &state, beside.as_deref(), font, edge);
    });
    answer
}

/// Between two things on a line.
const APART: &str = "  ·  ";

/// Whether there is room for both in whole.
fn fits_beside(ui: &Ui, first: &str, beside: &str, font: &egui::FontId) -> bool {
    parts::width_of(ui, &format!("{first}{APART}{beside}"), font.clone()).ceil() + 1.0 <= ui.available_width()
}

/// Who it is or what they do, and beside it what the person has to know. Where the room is short, only the first is cut.
fn draw_line(ui: &mut Ui, first: &str, beside: Option<&str>, font: egui::FontId, colour: Color32) {
    let line = ui.available_rect_before_wrap();
    let whole = beside.map(|beside| {
        let text = format!("{APART}{beside}");
        (beside, ui.fonts_mut(|fonts| fonts.layout_no_wrap(text, font.clone(), colour)))
    });
    let taken = whole.as_ref().map_or(0.0, |(_, galley)| galley.size().x.ceil());
    let place = line.with_max_x((line.right() - taken).max(line.left()));
    let response = ui
        .scope_builder(UiBuilder::new().max_rect(place), |ui| parts::cut(ui, first, font, colour, 1).0)
        .inner;
    parts::announce(&response);
    if let Some((beside, galley)) = whole {
        let place = line.with_min_x(response.rect.right());
        let response = ui.scope_builder(UiBuilder::new().max_rect(place), |ui| ui.label(galley)).inner;
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, beside));
        parts::announce(&response);
    }
}

/// From right to left: End is always at the end.
fn draw_buttons(ui: &mut Ui, visit: &Visit, words: &Words, width: f32) -> Option<Command> {
    let is_narrow = width < NARROW;
    let size = |width: f32| vec2(width, ui_height());
    let mut command = None;
    let (rect, _) = ui.allocate_exact_size(size(96.0), Sense::hover());
    if parts::action(ui, rect, &words.get("button-end"), parts::Look::Stop, true).clicked() {
        command = Some(Command::End);
    }
    let (pause, resume) = (words.get("button-pause"), words.get("button-resume"));
    let (shown, other, wish) =
        if visit.is_paused { (&resume, &pause, Command::Resume) } else { (&pause, &resume, Command::Pause) };
    if parts::steady_button(ui, shown, &[other]).clicked() {
        command = command.or(Some(wish));
    }
    // Always in its place, so that nothing else comes under a hand that pressed it.
    let leads_to = match visit {
        _ if visit.chat.is_unread => "button-show-message",
        _ if visit.files.is_unseen => "button-show-files",
        _ => "button-show-window",
    };
    let texts = ["button-show-message", "button-show-files", "button-show-window"].map(|key| words.get(key));
    let steady = texts.iter().map(|text| parts::button_width(ui, text)).fold(0.0, f32::max);
    let button = Button::new(words.get(leads_to)).min_size(vec2(steady, ui.spacing().interact_size.y));
    if ui.add(button).clicked() {
        command = command.or(Some(Command::ShowMain));
    }
    // What the switches take, the words beside them need.
    if is_narrow {
        return command;
    }
    ui.spacing_mut().item_spacing.x = 0.0;
    for grant in Grant::ALL.into_iter().rev() {
        let is_on = visit.allowed.allows(grant);
        if switch(ui, is_on, &words.get(label(grant)), &words.grant(grant)) {
            command = command.or(Some(Command::Switch(grant, !is_on)));
        }
    }
    command
}

fn ui_height() -> f32 {
    36.0
}

/// What a grant is called here.
fn label(grant: Grant) -> &'static str {
    match grant {
        Grant::View => "bar-view",
        Grant::Control => "bar-control",
        Grant::Clipboard => "bar-clipboard",
        Grant::Files => "bar-files-switch",
    }
}

/// A switch below its name; says whether it was pressed.
fn switch(ui: &mut Ui, is_on: bool, label: &str, name: &str) -> bool {
    const KNOB: Vec2 = vec2(34.0, 18.0);
    let palette = Palette::in_use(ui);
    let font = egui::FontId::proportional(13.0);
    let galley = ui.fonts_mut(|fonts| fonts.layout_no_wrap(label.to_owned(), font, palette.text));
    let width = galley.size().x.max(KNOB.x) + 12.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width.ceil(), HEIGHT - 6.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::Checkbox, true, is_on, name));
    if response.hovered() {
        ui.painter().rect_filled(rect, 6.0, parts::under_pointer(palette.card, &palette));
    }
    if response.has_focus() {
        let stroke = egui::Stroke::new(2.0, palette.accent);
        ui.painter().rect_stroke(rect, 6.0, stroke, egui::StrokeKind::Inside);
    }
    let at = pos2(rect.center().x - galley.size().x / 2.0, rect.top() + 3.0);
    let place = Rect::from_center_size(pos2(rect.center().x, rect.bottom() - 4.0 - KNOB.y / 2.0), KNOB);
    ui.painter().galley(at, galley, palette.text);
    parts::paint_switch(ui, place, is_on, true);
    response.clicked()
}

/// What moves the bar: dragged, or with arrow keys while it has the focus.
fn draw_handle(ui: &mut Ui, rect: Rect, name: &str) -> Option<Shift> {
    let palette = Palette::in_use(ui);
    let response = ui.interact(rect, ui.id().with("handle"), Sense::drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Other, true, name));
    let is_lit = response.hovered() || response.has_focus() || response.dragged();
    let colour = if is_lit { palette.accent } else { palette.weak };
    for row in -1..=1 {
        for column in [-3.5, 3.5] {
            ui.painter().circle_filled(rect.center() + vec2(column, row as f32 * 7.0), 1.8, colour);
        }
    }
    let response = response.on_hover_cursor(egui::CursorIcon::Grab);
    if response.drag_stopped() {
        return Some(Shift::Drop);
    }
    if response.dragged() {
        return follow_pointer(ui, response.id);
    }
    if response.has_focus() {
        ui.memory_mut(|memory| {
            let arrows =
                egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
            memory.set_focus_lock_filter(response.id, arrows);
        });
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        let steps = [
            (Key::ArrowLeft, vec2(-STEP, 0.0)),
            (Key::ArrowRight, vec2(STEP, 0.0)),
            (Key::ArrowUp, vec2(0.0, -STEP)),
            (Key::ArrowDown, vec2(0.0, STEP)),
        ];
        return steps.into_iter().find(|(key, _)| pressed(*key)).map(|(_, step)| Shift::By(step));
    }
    None
}

/// What the bar knows of the drag under way.
#[derive(Debug, Clone, Copy, Default)]
struct Drag {
    /// When the bar was moved last.
    at: f64,
    /// Whether the pointer has moved since.
    is_behind: bool,
}

/// The pointer's places come relative to the bar, which moves itself. So a place counts only if it was told after the
/// bar's last move has surely been made.
fn follow_pointer(ui: &Ui, id: egui::Id) -> Option<Shift> {
    /// Until a move has been made.
    const SETTLED: f64 = 0.016;
    let mut drag: Drag = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let (now, has_moved, from, to) = ui.input(|input| {
        let has_moved = input.events.iter().any(|event| matches!(event, egui::Event::PointerMoved(_)));
        (input.time, has_moved, input.pointer.press_origin(), input.pointer.latest_pos())
    });
    drag.is_behind |= has_moved;
    let mut shift = None;
    if drag.is_behind {
        if now - drag.at < SETTLED {
            ui.ctx().request_repaint_after_secs(SETTLED as f32);
        } else {
            shift = Some(Shift::By(to? - from?));
            drag = Drag { at: now, is_behind: false };
        }
    }
    ui.data_mut(|data| data.insert_temp(id, drag));
    shift
}

/// What there is to say of files until the person has looked.
fn carried(files: &Files) -> Option<&'static str> {
    match files {
        Files { running: Some(running), .. } => Some(match running.direction {
            Direction::In => "bar-brings",
            Direction::Out => "bar-fetches",
        }),
        Files { last: Some(ended), is_unseen: true, .. } if ended.stored > 0 => Some(match ended.direction {
            Direction::In => "bar-brought",
            Direction::Out => "bar-fetched",
        }),
        _ => None,
    }
}

/// Where a bar is on its monitor: the pixels from the monitor's top left corner to its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) x: i32,
    pub(crate) y: i32,
}

impl Place {
    /// In the middle of the top edge.
    pub(crate) fn home(monitor: &Monitor) -> Self {
        Self { x: room(monitor).0 / 2, y: 0 }
    }

    /// There, or below what lies there already.
    pub(crate) fn beside(others: &[Pixels], monitor: &Monitor) -> Self {
        let (width, height) = pixels(monitor);
        let mut place = Self::home(monitor);
        let overlaps = |place: Self, other: &&Pixels| {
            let (x, y) = place.on_desktop(monitor);
            let apart = |start: i32, length: i32, other: i32, others_length: u32| {
                start + length <= other || other.saturating_add_unsigned(others_length) <= start
            };
            !apart(x, width, other.x, other.width) && !apart(y, height, other.y, other.height)
        };
        // Each can be in the way once.
        for _ in others {
            let Some(other) = others.iter().find(|other| overlaps(place, other)) else { break };
            let bottom = other.y.saturating_add_unsigned(other.height) - monitor.y;
            place = Self { y: bottom, ..place }.within(monitor);
        }
        place
    }

    /// Moved, and within the monitor.
    pub(crate) fn moved(self, by: Vec2, monitor: &Monitor) -> Self {
        let scale = monitor.scale as f32;
        let (x, y) = (self.x + (by.x * scale).round() as i32, self.y + (by.y * scale).round() as i32);
        Self { x, y }.within(monitor)
    }

    /// At the nearest edge.
    pub(crate) fn dropped(self, monitor: &Monitor) -> Self {
        let (right, bottom) = room(monitor);
        let Self { x, y } = self.within(monitor);
        let nearest = [
            (y, Self { x, y: 0 }),
            (bottom - y, Self { x, y: bottom }),
            (x, Self { x: 0, y }),
            (right - x, Self { x: right, y }),
        ];
        nearest.into_iter().min_by_key(|(distance, _)| *distance).map_or(self, |(_, place)| place)
    }

    /// In pixels of the desktop.
    pub(crate) fn on_desktop(self, monitor: &Monitor) -> (i32, i32) {
        let Self { x, y } = self.within(monitor);
        (monitor.x + x, monitor.y + y)
    }

    fn within(self, monitor: &Monitor) -> Self {
        let (right, bottom) = room(monitor);
        Self { x: self.x.clamp(0, right), y: self.y.clamp(0, bottom) }
    }
}

/// How far a bar can move to the right and down.
fn room(monitor: &Monitor) -> (i32, i32) {
    let (width, height) = pixels(monitor);
    let free = |side: u32, own: i32| (side as i32 - own).max(0);
    (free(monitor.width, width), free(monitor.height, height))
}

/// A bar's size in pixels.
fn pixels(monitor: &Monitor) -> (i32, i32) {
    let size = size((f64::from(monitor.width) / monitor.scale) as f32) * monitor.scale as f32;
    (size.x.round() as i32, size.y.round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONITOR: Monitor = Monitor { x: 1920, y: 100, width: 2280, height: 1000, scale: 2.0 };

    #[test]
    fn a_bar_stays_on_its_monitor_and_goes_to_the_nearest_edge() {
        let home = Place::home(&MONITOR);
        assert_eq!(size(1080.0), vec2(WIDTH, HEIGHT));
        assert_eq!(home.on_desktop(&MONITOR), (1920 + 100, 100));
        let low = home.moved(vec2(-500.0, 450.0), &MONITOR);
        assert_eq!(low, Place { x: 0, y: 900 });
        assert_eq!(low.dropped(&MONITOR), Place { x: 0, y: 900 });
        assert_eq!(home.moved(vec2(0.0, 20.0), &MONITOR).dropped(&MONITOR), home);
        assert_eq!(Place { x: 100, y: 880 }.dropped(&MONITOR), Place { x: 100, y: 904 });
        assert_eq!(Place { x: 190, y: 400 }.dropped(&MONITOR), Place { x: 200, y: 400 });
        // Another session's bar, and a second one below it.
        let other = |y| Pixels { x: 1920 + 100, y, width: 2080, height: 96 };
        assert_eq!(Place::beside(&[], &MONITOR), home);
        assert_eq!(Place::beside(&[other(196), other(100)], &MONITOR), Place { y: 192, ..home });
        assert_eq!(Place::beside(&[other(196)], &MONITOR), home);
        // A monitor that got smaller keeps it in sight.
        let small = Monitor { width: 800, height: 600, scale: 1.0, ..MONITOR };
        assert_eq!(Place { x: 100, y: 904 }.on_desktop(&small), (1920 + 24, 100 + 552));
    }
}
