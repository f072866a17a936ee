//! What the screens are made of.

use egui::{
    Button, Color32, CornerRadius, FontId, Frame, Margin, Rect, Response, RichText, Sense, Shape, Stroke,
    StrokeKind, TextStyle, Ui, Vec2, WidgetInfo, WidgetType, pos2, vec2,
};
use farhand_proto::grant::Grant;
use farhand_window::egui;
use farhand_window::theme::{self, Palette};

use super::model::Visit;

/// Between the window's edge and everything in it.
pub(crate) const MARGIN: f32 = 20.0;
/// Height of the two buttons at the bottom.
pub(crate) const ACTION_HEIGHT: f32 = 46.0;
/// Between the two buttons at the bottom.
pub(crate) const ACTION_GAP: f32 = 12.0;

/// What a light says without words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Light {
    Good,
    Trying,
    Bad,
    /// Somebody sees or does something here.
    Live,
}

impl Light {
    pub(crate) fn colour(self, palette: &Palette) -> Color32 {
        match self {
            Self::Good => palette.good,
            Self::Trying => palette.trying,
            Self::Bad | Self::Live => palette.bad,
        }
    }
}

/// How much a button asks to be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Plain,
    /// The one thing to do.
    Main,
    /// Ends what goes on.
    Stop,
    /// A yes, as large as the no beside it.
    Yes,
    No,
}

/// A status light; its shape differs too, for those who don't tell the colours apart.
pub(crate) fn light(ui: &mut Ui, light: Light, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(18.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, name));
    paint_light(ui, rect, light);
    response
}

pub(crate) fn paint_light(ui: &Ui, rect: Rect, light: Light) {
    let palette = Palette::in_use(ui);
    let (centre, colour) = (rect.center(), light.colour(&palette));
    let painter = ui.painter();
    match light {
        Light::Good => {
            painter.circle_filled(centre, 9.0, colour);
            let tick = [centre + vec2(-4.0, 0.2), centre + vec2(-1.2, 3.2), centre + vec2(4.2, -3.0)];
            painter.add(Shape::line(tick.to_vec(), Stroke::new(2.0, palette.card)));
        }
        Light::Trying => {
            painter.circle_stroke(centre, 7.5, Stroke::new(3.0, colour));
            painter.circle_filled(centre, 2.5, colour);
        }
        Light::Bad => {
            painter.circle_filled(centre, 9.0, colour);
            painter.line_segment(
                [centre + vec2(0.0, -4.8), centre + vec2(0.0, 1.2)],
                Stroke::new(2.4, palette.card),
            );
            painter.circle_filled(centre + vec2(0.0, 4.6), 1.5, palette.card);
        }
        Light::Live => {
            painter.circle_filled(centre, 8.0, colour);
        }
    }
}

/// A text of at most so many rows; what does not fit is shown when pointed at.
pub(crate) fn fitted(ui: &mut Ui, text: &str, style: TextStyle, colour: Color32, rows: usize) -> Response {
    let (response, is_cut) = cut(ui, text, style.resolve(ui.style()), colour, rows);
    if is_cut { response.on_hover_text(text) } else { response }
}

/// A text about somebody, of at most so many rows. Where it is too long, their name is shortened rather than what is
/// said of them; the whole is shown when pointed at, and is what a screen reader says.
pub(crate) fn about(
    ui: &mut Ui,
    name: &str,
    say: impl Fn(&str) -> String,
    font: FontId,
    colour: Color32,
    rows: usize,
) -> Response {
    let whole = say(name);
    if fits(ui, &whole, &font, rows) {
        return cut(ui, &whole, font, colour, rows).0;
    }
    let beginning = |end: usize| format!("{}…", name[..end].trim_end());
    let ends: Vec<usize> = name.char_indices().map(|(at, _)| at).collect();
    let fitting = ends.partition_point(|end| fits(ui, &say(&beginning(*end)), &font, rows));
    let end = fitting.checked_sub(1).map_or(0, |last| ends[last]);
    let (response, _) = cut(ui, &say(&beginning(end)), font, colour, rows);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &whole));
    response.on_hover_text(whole)
}

/// Whether a text has so few rows and no word wider than one.
fn fits(ui: &Ui, text: &str, font: &FontId, rows: usize) -> bool {
    let width = ui.available_width();
    let mut words = text.split_inclusive(|c: char| c.is_whitespace() || c == '-').map(str::trim_end);
    let galley =
        ui.ctx().fonts_mut(|fonts| fonts.layout(text.to_owned(), font.clone(), Color32::PLACEHOLDER, width));
    galley.rows.len() <= rows && words.all(|word| width_of(ui, word, font.clone()) <= width)
}

/// A text of at most so many rows, and whether it is longer. Its name is the whole text.
pub(crate) fn cut(ui: &mut Ui, text: &str, font: FontId, colour: Color32, rows: usize) -> (Response, bool) {
    let mut job = egui::text::LayoutJob::simple(text.to_owned(), font, colour, ui.available_width());
    job.wrap.max_rows = rows;
    // One row is used up to its end.
    job.wrap.break_anywhere = rows == 1;
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let is_cut = galley.elided;
    let response = ui.label(galley);
    if is_cut {
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, text));
    }
    (response, is_cut)
}

/// A sentence that wraps.
pub(crate) fn sentence(ui: &mut Ui, text: &str, colour: Color32) -> Response {
    ui.add(egui::Label::new(RichText::new(text).color(colour)).wrap())
}

/// A smaller sentence that wraps.
pub(crate) fn small(ui: &mut Ui, text: &str, colour: Color32) -> Response {
    ui.add(egui::Label::new(RichText::new(text).text_style(TextStyle::Small).color(colour)).wrap())
}

/// A heavy line that wraps.
pub(crate) fn heading(ui: &mut Ui, text: &str) -> Response {
    let palette = Palette::in_use(ui);
    ui.add(egui::Label::new(RichText::new(text).font(heading_font()).color(palette.text)).wrap())
}

/// What a heavy line is set in.
pub(crate) fn heading_font() -> FontId {
    FontId::new(15.0, theme::strong())
}

/// What belongs together.
pub(crate) fn card<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let palette = Palette::in_use(ui);
    Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(CornerRadius::same(10))
        .inner_margin(Margin::symmetric(14, 8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            contents(ui)
        })
        .inner
}

/// Says something to a screen reader as soon as it changes.
pub(crate) fn announce(response: &Response) {
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.set_live(farhand_window::accesskit::Live::Polite);
    });
}

/// How much is hidden at the bottom of what goes on below.
pub(crate) const FADED: f32 = 38.0;

/// Lets what is cut at the bottom fade away, with an arrow: it goes on below. Whether the arrow is pressed: nothing that
/// is painted over is.
pub(crate) fn more(ui: &Ui, rect: Rect) -> bool {
    /// Of what fades, and of the arrow's own place below it.
    const HEIGHTS: [f32; 2] = [24.0, FADED - 24.0];
    /// Letters are rounded to whole pixels, outwards.
    const ROUNDED: f32 = 3.0;
    let palette = Palette::in_use(ui);
    // A scroll area shows a little of what is beyond its edge.
    let rect = rect.with_max_y(rect.bottom() + ui.visuals().clip_rect_margin + ROUNDED);
    let arrow = rect.with_min_y(rect.bottom() - HEIGHTS[1] - ROUNDED);
    let fade = Rect::from_min_max(pos2(rect.left(), arrow.top() - HEIGHTS[0]), arrow.right_top());
    let mut mesh = egui::Mesh::default();
    for (corner, colour) in [
        (fade.left_top(), Color32::TRANSPARENT),
        (fade.right_top(), Color32::TRANSPARENT),
        (fade.right_bottom(), palette.ground),
        (fade.left_bottom(), palette.ground),
    ] {
        mesh.colored_vertex(corner, colour);
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(0, 2, 3);
    ui.painter().add(Shape::mesh(mesh));
    ui.painter().rect_filled(arrow, 0.0, palette.ground);
    let tip = arrow.center_bottom() - vec2(0.0, 4.0);
    let line = vec![tip + vec2(-9.0, -7.0), tip, tip + vec2(9.0, -7.0)];
    ui.painter().add(Shape::line(line, Stroke::new(2.5, palette.text)));
    ui.interact(fade.union(arrow), ui.id().with("more"), Sense::CLICK).clicked()
}

/// Keeps what has got the focus in sight.
pub(crate) fn follow_focus(response: &Response) {
    if response.gained_focus() {
        // What fades out at the bottom hides nothing of it.
        let around = response.rect.expand2(vec2(0.0, 40.0));
        response.clone().with_new_rect(around).scroll_to_me(None);
    }
}

/// What lies under a widget's text while the pointer is over it. A frame is for what has the keyboard.
pub(crate) fn under_pointer(ground: Color32, palette: &Palette) -> Color32 {
    ground.lerp_to_gamma(palette.text, 0.1)
}

/// One of the large buttons, of exactly this size.
pub(crate) fn action(ui: &mut Ui, rect: Rect, text: &str, look: Look, is_enabled: bool) -> Response {
    let palette = Palette::in_use(ui);
    let (fill, colour) = match look {
        Look::Plain | Look::Yes | Look::No => (None, palette.text),
        Look::Main => (Some(palette.accent), palette.on_accent),
        Look::Stop => {
            (Some(palette.bad), if ui.visuals().dark_mode { palette.on_accent } else { palette.card })
        }
    };
    let font = |size| FontId::new(size, theme::strong());
    // Longer languages get smaller letters rather than cut words.
    let fits = |size: &f32| width_of(ui, text, font(*size)) <= rect.width() - 16.0;
    let size = [16.0, 15.0, 14.0].into_iter().find(fits).unwrap_or(13.0);
    let text = RichText::new(text).font(font(size)).color(colour);
    let mut button = Button::new(text).min_size(rect.size()).truncate();
    if let Some(fill) = fill {
        let is_lit = is_enabled && ui.rect_contains_pointer(rect);
        button = button.fill(if is_lit { under_pointer(fill, &palette) } else { fill });
    }
    let centred = egui::Layout::centered_and_justified(egui::Direction::TopDown);
    let response = ui
        .scope_builder(egui::UiBuilder::new().max_rect(rect).layout(centred), |ui| {
            ui.spacing_mut().button_padding.x = 6.0;
            if fill.is_some() {
                let widgets = &mut ui.visuals_mut().widgets;
                for widget in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
                    widget.fg_stroke.color = colour;
                }
                // Round the coloured fill, the focus has to be told from it.
                widgets.active.bg_stroke = Stroke::new(3.0, palette.text);
                widgets.hovered.bg_stroke = Stroke::NONE;
            }
            ui.add_enabled(is_enabled, button)
        })
        .inner;
    let mark = rect.left_center() + vec2(22.0, 0.0);
    let faded = |colour: Color32| if is_enabled { colour } else { colour.gamma_multiply(0.5) };
    match look {
        Look::Yes => {
            let tick = [mark + vec2(-6.0, 0.5), mark + vec2(-1.5, 5.0), mark + vec2(6.5, -5.0)];
            ui.painter().add(Shape::line(tick.to_vec(), Stroke::new(2.5, faded(palette.good))));
        }
        Look::No => {
            let stroke = Stroke::new(2.5, faded(palette.bad));
            for side in [-5.0, 5.0] {
                ui.painter().line_segment([mark + vec2(-5.0, -side), mark + vec2(5.0, side)], stroke);
            }
        }
        Look::Plain | Look::Main | Look::Stop => {}
    }
    response
}

/// A button as wide as the longest text that it ever shows, so that nothing beside it moves.
pub(crate) fn steady_button(ui: &mut Ui, text: &str, others: &[&str]) -> Response {
    let width = others.iter().chain([&text]).map(|text| button_width(ui, text)).fold(0.0, f32::max);
    ui.add(Button::new(text).min_size(vec2(width, ui.spacing().interact_size.y)))
}

/// How wide a button with this text is.
pub(crate) fn button_width(ui: &Ui, text: &str) -> f32 {
    let width = width_of(ui, text, TextStyle::Button.resolve(ui.style()));
    (width + ui.spacing().button_padding.x * 2.0).ceil()
}

/// How wide a text is in one row.
pub(crate) fn width_of(ui: &Ui, text: &str, font: FontId) -> f32 {
    ui.ctx().fonts_mut(|fonts| fonts.layout_no_wrap(text.to_owned(), font, Color32::WHITE).size().x)
}

/// How a choice is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Takes effect with a button.
    Tick,
    /// Takes effect at once.
    Switch,
}

/// What a choice means.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Meaning<'a> {
    /// Below its name.
    Shown(&'a str),
    Hidden(&'a str),
}

/// What the operator can do at this moment: the light, and what the window and the bar say.
pub(crate) fn doing(visit: &Visit) -> (Light, [&'static str; 2]) {
    if visit.lost.is_some() {
        return (Light::Trying, ["session-lost", "bar-lost"]);
    }
    if visit.is_paused {
        return (Light::Trying, ["session-paused", "bar-paused"]);
    }
    let allows = |grants: [Grant; 2]| grants.map(|grant| visit.allowed.allows(grant));
    let words = match allows([Grant::View, Grant::Control]) {
        [true, true] => ["session-sees-and-controls", "bar-sees-and-controls"],
        [true, false] => ["session-sees", "bar-sees"],
        [false, true] => ["session-controls", "bar-controls"],
        // Who sees nothing may have a hand in something all the same.
        [false, false] => match allows([Grant::Clipboard, Grant::Files]) {
            [true, true] => ["session-copies-and-files", "bar-copies-and-files"],
            [true, false] => ["session-copies", "bar-copies"],
            [false, true] => ["session-files", "bar-files"],
            [false, false] => return (Light::Good, ["session-nothing", "bar-nothing"]),
        },
    };
    (Light::Live, words)
}

/// Something to choose; returns what it shall be, if that was changed.
pub(crate) fn choice(
    ui: &mut Ui,
    kind: Choice,
    is_on: bool,
    title: &str,
    meaning: Meaning<'_>,
    is_enabled: bool,
) -> Option<bool> {
    const ICON: f32 = 22.0;
    const SWITCH: Vec2 = vec2(44.0, 24.0);
    let palette = Palette::in_use(ui);
    let (more, shown, padding) = match meaning {
        Meaning::Shown(more) => (more, more, vec2(12.0, 9.0)),
        Meaning::Hidden(more) => (more, "", vec2(12.0, 7.0)),
    };
    let (before, after) = match kind {
        Choice::Tick => (ICON + 12.0, 0.0),
        Choice::Switch => (0.0, SWITCH.x + 12.0),
    };
    let width = ui.available_width();
    let text_width = width - 2.0 * padding.x - before - after;
    let colour = |colour: Color32| if is_enabled { colour } else { colour.gamma_multiply(0.6) };
    let title_font = FontId::new(15.0, theme::strong());
    let more_font = TextStyle::Small.resolve(ui.style());
    let (title_galley, more_galley) = ui.fonts_mut(|fonts| {
        (
            fonts.layout(title.to_owned(), title_font, colour(palette.text), text_width),
            fonts.layout(shown.to_owned(), more_font, colour(palette.weak), text_width),
        )
    });
    let gap = 2.0;
    let below = if shown.is_empty() { 0.0 } else { gap + more_galley.size().y };
    let height = title_galley.size().y + below + 2.0 * padding.y;
    let sense = if is_enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), sense);
    response.widget_info(|| {
        WidgetInfo::selected(WidgetType::Checkbox, is_enabled, is_on, format!("{title}. {more}"))
    });
    follow_focus(&response);
    let stroke = if is_enabled && response.has_focus() {
        Stroke::new(2.0, palette.accent)
    } else {
        Stroke::new(1.0, palette.line)
    };
    let ground =
        if is_enabled && response.hovered() { under_pointer(palette.card, &palette) } else { palette.card };
    let painter = ui.painter();
    painter.rect(rect, 8.0, ground, stroke, StrokeKind::Inside);
    let inner = rect.shrink2(padding);
    let text_at = pos2(inner.left() + before, inner.top());
    let title_height = title_galley.size().y;
    painter.galley(text_at, title_galley, palette.text);
    if !shown.is_empty() {
        painter.galley(text_at + vec2(0.0, title_height + gap), more_galley, palette.weak);
    }
    match kind {
        Choice::Tick => {
            let middle = pos2(inner.left() + ICON / 2.0, inner.top() + title_height / 2.0 + 1.0);
            let place = Rect::from_center_size(middle, Vec2::splat(ICON));
            paint_tick(ui, place, is_on, colour(palette.accent));
        }
        Choice::Switch => {
            let place =
                Rect::from_min_size(pos2(inner.right() - SWITCH.x, rect.center().y - SWITCH.y / 2.0), SWITCH);
            paint_switch(ui, place, is_on, is_enabled);
        }
    }
    let is_changed = response.clicked();
    if shown.is_empty() {
        // No wider than the window, which nothing can lie outside of.
        let most = ui.ctx().content_rect().width() - 40.0;
        response.on_hover_ui(|ui| {
            ui.set_max_width(most);
            ui.add(egui::Label::new(more).wrap());
        });
    }
    is_changed.then_some(!is_on)
}

fn paint_tick(ui: &Ui, rect: Rect, is_on: bool, accent: Color32) {
    let palette = Palette::in_use(ui);
    let painter = ui.painter();
    if is_on {
        painter.rect_filled(rect, 5.0, accent);
        let centre = rect.center();
        let tick = [centre + vec2(-5.5, 0.5), centre + vec2(-1.5, 4.5), centre + vec2(6.0, -4.5)];
        painter.add(Shape::line(tick.to_vec(), Stroke::new(2.5, palette.on_accent)));
    } else {
        painter.rect(rect, 5.0, palette.card, Stroke::new(2.0, palette.weak), StrokeKind::Inside);
    }
}

pub(crate) fn paint_switch(ui: &Ui, rect: Rect, is_on: bool, is_enabled: bool) {
    let palette = Palette::in_use(ui);
    let fade = |colour: Color32| if is_enabled { colour } else { colour.gamma_multiply(0.5) };
    let radius = rect.height() / 2.0;
    let painter = ui.painter();
    let knob = |x: f32| pos2(x, rect.center().y);
    if is_on {
        painter.rect_filled(rect, radius, fade(palette.accent));
        painter.circle_filled(knob(rect.right() - radius), radius - 4.0, palette.on_accent);
    } else {
        painter.rect(rect, radius, palette.card, Stroke::new(2.0, fade(palette.weak)), StrokeKind::Inside);
        painter.circle_filled(knob(rect.left() + radius), radius - 6.0, fade(palette.weak));
    }
}
