//! What the screens are made of.

use farhand_texts::Texts;
use farhand_window::egui::text::{CCursor, CCursorRange};
use farhand_window::egui::text_edit::TextEditState;
use farhand_window::egui::{
    self, Align2, Button, Color32, CornerRadius, Frame, Margin, Rect, Response, RichText, Sense, Shape,
    Stroke, StrokeKind, TextEdit, TextStyle, Ui, WidgetInfo, WidgetType, vec2,
};
use farhand_window::theme::{self, Palette};

use super::forms::Check;

/// Height of a button and of a field.
pub(crate) const HEIGHT: f32 = 38.0;

/// What a dot says without words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Light {
    Good,
    Trying,
    Bad,
    Over,
}

/// A status light; its shape differs too, for those who don't tell the colours apart.
pub(crate) fn paint_light(ui: &Ui, centre: egui::Pos2, light: Light) {
    let palette = Palette::in_use(ui);
    let painter = ui.painter();
    match light {
        Light::Good => drop(painter.circle_filled(centre, 5.0, palette.good)),
        Light::Trying => {
            painter.circle_stroke(centre, 4.0, Stroke::new(2.0, palette.trying));
        }
        Light::Bad => {
            let tip = |x, y| centre + vec2(x, y);
            let triangle = vec![tip(0.0, -5.0), tip(5.5, 4.5), tip(-5.5, 4.5)];
            painter.add(Shape::convex_polygon(triangle, palette.bad, Stroke::NONE));
        }
        Light::Over => {
            let square = Rect::from_center_size(centre, vec2(8.0, 8.0));
            painter.rect_filled(square, CornerRadius::same(1), palette.weak);
        }
    }
}

/// The one thing to do.
pub(crate) fn primary(ui: &mut Ui, text: &str, width: f32) -> Response {
    let palette = Palette::in_use(ui);
    let widgets = &mut ui.visuals_mut().widgets;
    let before = widgets.clone();
    for widget in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
        widget.bg_stroke = Stroke::NONE;
        widget.fg_stroke.color = palette.on_accent;
        widget.weak_bg_fill = palette.accent;
    }
    widgets.hovered.weak_bg_fill = palette.accent.lerp_to_gamma(palette.text, 0.25);
    // Round the coloured button, the focus has to be told from it.
    widgets.active.bg_stroke = Stroke::new(3.0, palette.text);
    // As wide as its text needs, where there is room for that.
    let font = TextStyle::Button.resolve(ui.style());
    let galley = ui.fonts_mut(|fonts| fonts.layout_no_wrap(text.to_owned(), font, palette.on_accent));
    let least = galley.size().x + 2.0 * ui.spacing().button_padding.x;
    let width = width.max(least).min(ui.available_width());
    let text = RichText::new(text).color(palette.on_accent);
    let button = Button::new(text).min_size(vec2(width, HEIGHT));
    let response =
        ui.allocate_ui_with_layout(vec2(width, HEIGHT), centred(), |ui| ui.add(button.truncate())).inner;
    ui.visuals_mut().widgets = before;
    response
}

/// Another thing to do.
pub(crate) fn plain(ui: &mut Ui, text: &str, width: f32) -> Response {
    ui.add(Button::new(text).min_size(vec2(width, HEIGHT)))
}

fn centred() -> egui::Layout {
    egui::Layout::centered_and_justified(egui::Direction::LeftToRight)
}

/// A small square button with a painted sign.
pub(crate) fn sign(ui: &mut Ui, rect: Rect, id: egui::Id, name: &str, sign: Sign) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, name));
    let palette = Palette::in_use(ui);
    let visuals = *ui.style().interact(&response);
    if response.hovered() || response.has_focus() {
        ui.painter().rect(
            rect,
            CornerRadius::same(5),
            visuals.bg_fill,
            Stroke::new(if response.has_focus() { 2.0 } else { 0.0 }, palette.accent),
            StrokeKind::Inside,
        );
    }
    let stroke = Stroke::new(1.8, palette.text);
    let (centre, arm) = (rect.center(), 4.5);
    let (one, other) = match sign {
        Sign::Plus => (vec2(arm + 1.0, 0.0), vec2(0.0, arm + 1.0)),
        Sign::Cross => (vec2(arm, arm), vec2(arm, -arm)),
    };
    for way in [one, other] {
        ui.painter().line_segment([centre - way, centre + way], stroke);
    }
    response.on_hover_text(name)
}

/// What is painted on a small button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Plus,
    Cross,
}

/// What belongs together.
pub(crate) fn card<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let palette = Palette::in_use(ui);
    Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(CornerRadius::same(10))
        .inner_margin(Margin::symmetric(24, 20))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            contents(ui)
        })
        .inner
}

/// Scrolls to something when it has come, or has become something else.
pub(crate) fn come_into_sight<T>(
    ui: &mut Ui,
    name: &str,
    what: Option<&impl std::hash::Hash>,
    draw: impl FnOnce(&mut Ui) -> T,
) -> T {
    let drawn = ui.scope(draw);
    let id = ui.id().with(name);
    let now = what.map(egui::Id::new);
    let before = ui.data(|data| data.get_temp::<Option<egui::Id>>(id)).flatten();
    if now != before {
        ui.data_mut(|data| data.insert_temp(id, now));
        if now.is_some() {
            ui.scroll_to_rect_animation(drawn.response.rect, None, egui::style::ScrollAnimation::none());
        }
    }
    drawn.inner
}

/// A sentence that wraps.
pub(crate) fn sentence(ui: &mut Ui, text: &str, colour: Color32) -> Response {
    ui.add(egui::Label::new(RichText::new(text).color(colour)).wrap())
}

/// A smaller sentence that wraps.
pub(crate) fn small(ui: &mut Ui, text: &str, colour: Color32) -> Response {
    ui.add(egui::Label::new(RichText::new(text).text_style(TextStyle::Small).color(colour)).wrap())
}

/// What a page is about.
pub(crate) fn title(ui: &mut Ui, text: &str) -> Response {
    let palette = Palette::in_use(ui);
    ui.add(egui::Label::new(RichText::new(text).text_style(theme::title_style()).color(palette.text)).wrap())
}

/// What a part of a page is about.
pub(crate) fn heading(ui: &mut Ui, text: &str) -> Response {
    let palette = Palette::in_use(ui);
    ui.add(egui::Label::new(RichText::new(text).family(theme::strong()).color(palette.text)).wrap())
}

/// Says something to a screen reader as soon as it changes.
pub(crate) fn announce(response: &Response) {
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.set_live(farhand_window::accesskit::Live::Polite);
    });
}

/// A field with its name above and what there is to say about it below, in a place of its own, so that nothing moves.
pub(crate) struct FieldLook<'a> {
    pub(crate) name: &'a str,
    pub(crate) hint: &'a str,
    pub(crate) id: &'a str,
    pub(crate) is_secret: bool,
    pub(crate) is_large: bool,
    pub(crate) is_enabled: bool,
    /// Whether it wants the keyboard now.
    pub(crate) takes_focus: bool,
}

/// Draws a field below its name; gives its new text if somebody changed it, and the field.
pub(crate) fn field(
    ui: &mut Ui,
    texts: &Texts,
    look: &FieldLook<'_>,
    text: &str,
    check: &Check,
) -> (Response, Option<String>) {
    let label = heading(ui, look.name);
    ui.add_space(-4.0);
    let (response, typed) = edit(ui, look, &label, text, check);
    ui.add_space(-4.0);
    remark(ui, texts, check, text);
    (response, typed)
}

/// The same beside its name, which has this much room; what there is to say about it takes room only if there is
/// something.
pub(crate) fn field_in_line(
    ui: &mut Ui,
    texts: &Texts,
    look: &FieldLook<'_>,
    width: f32,
    text: &str,
    check: &Check,
) -> (Response, Option<String>) {
    let drawn = ui.horizontal(|ui| {
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let named = ui.allocate_ui_with_layout(vec2(width, 36.0), layout, |ui| {
            ui.set_min_width(width);
            heading(ui, look.name)
        });
        edit(ui, look, &named.inner, text, check)
    });
    if matches!(check, Check::Wrong(_)) {
        remark(ui, texts, check, text);
    }
    drawn.inner
}

fn edit(
    ui: &mut Ui,
    look: &FieldLook<'_>,
    label: &Response,
    text: &str,
    check: &Check,
) -> (Response, Option<String>) {
    let palette = Palette::in_use(ui);
    let mut typed = text.to_owned();
    let (size, above) = if look.is_large { (22.0, 8) } else { (16.0, 9) };
    let is_right = check.is_right();
    let id = ui.make_persistent_id(look.id);
    if look.takes_focus {
        // Before the field is drawn, so that it gets what was typed in this very frame.
        // A customer reads a number again from its start.
        let is_read_again = look.is_large && matches!(check, Check::Right(_) | Check::Wrong(_));
        take_focus(ui, id, text, is_read_again);
    }
    let edit = TextEdit::singleline(&mut typed)
        .id(id)
        .hint_text(RichText::new(look.hint).size(size).color(palette.weak))
        .password(look.is_secret)
        .font(egui::FontId::proportional(size))
        .desired_width(f32::INFINITY)
        .margin(Margin { left: 12, right: if is_right { 40 } else { 12 }, top: above, bottom: above });
    let is_wrong = matches!(check, Check::Missing(_) | Check::Wrong(_));
    let widgets = &mut ui.visuals_mut().widgets;
    let before = widgets.clone();
    if is_wrong {
        for widget in [&mut widgets.inactive, &mut widgets.hovered] {
            widget.bg_stroke = Stroke::new(2.0, palette.bad);
        }
    }
    let response = ui.add_enabled(look.is_enabled, edit).labelled_by(label.id);
    ui.visuals_mut().widgets = before;
    if is_right {
        tick(ui, response.rect.right_center() - vec2(20.0, 0.0));
    }
    let is_changed = response.changed() && typed != text;
    (response, is_changed.then_some(typed))
}

/// Gives a field the keyboard. What is typed now replaces what stands there, or goes on from its end.
fn take_focus(ui: &Ui, id: egui::Id, text: &str, replaces: bool) {
    let end = CCursor::new(text.chars().count());
    let start = if replaces { CCursor::new(0) } else { end };
    let mut state = TextEditState::load(ui.ctx(), id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::two(start, end)));
    state.store(ui.ctx(), id);
    ui.memory_mut(|memory| memory.request_focus(id));
}

fn tick(ui: &Ui, centre: egui::Pos2) {
    let palette = Palette::in_use(ui);
    let tick = [centre + vec2(-6.0, 0.5), centre + vec2(-1.5, 5.0), centre + vec2(6.5, -5.0)];
    ui.painter().add(Shape::line(tick.to_vec(), Stroke::new(2.5, palette.good)));
}

/// What there is to say about a field, on a line that is always there.
fn remark(ui: &mut Ui, texts: &Texts, check: &Check, typed: &str) {
    let palette = Palette::in_use(ui);
    let (words, colour) = match check {
        Check::Unfinished(words) => (words.say(texts), palette.weak),
        Check::Missing(words) | Check::Wrong(words) => (words.say(texts), palette.bad),
        Check::Right(shown) if shown != typed.trim() => (shown.clone(), palette.good),
        Check::Empty | Check::Right(_) => (String::new(), palette.weak),
    };
    let line = vec2(ui.available_width(), 18.0);
    if words.is_empty() {
        ui.allocate_space(line);
        return;
    }
    let words = RichText::new(words).text_style(TextStyle::Small).color(colour);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let response =
        ui.allocate_ui_with_layout(line, layout, |ui| ui.add(egui::Label::new(words).wrap())).inner;
    announce(&response);
}

/// A light with words beside it, read out when they change.
pub(crate) fn state(ui: &mut Ui, light: Light, words: &str) -> Response {
    let palette = Palette::in_use(ui);
    let colour = match light {
        Light::Good => palette.good,
        Light::Trying => palette.trying,
        Light::Bad => palette.bad,
        Light::Over => palette.weak,
    };
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(14.0, 20.0), Sense::hover());
        paint_light(ui, rect.center(), light);
        let response =
            ui.add(egui::Label::new(RichText::new(words).family(theme::strong()).color(colour)).wrap());
        announce(&response);
        response
    })
    .inner
}

/// One line of text in a rectangle, cut where it does not fit.
pub(crate) fn line_in(ui: &Ui, rect: Rect, text: &str, font: egui::FontId, colour: Color32) {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap.max_width = rect.width();
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let place = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), rect);
    ui.painter().galley(place.min, galley, colour);
}
