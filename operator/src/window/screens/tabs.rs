//! The row of tabs: a tab per session, one for a new session, and the settings.

use farhand_texts::Texts;
use farhand_window::egui::{
    self, CornerRadius, FontId, Id, Key, KeyboardShortcut, Modifiers, Rect, Sense, Stroke, StrokeKind,
    TextEdit, Ui, WidgetInfo, WidgetType, pos2, vec2,
};
use farhand_window::theme::{self, Palette};

use crate::window::model::{Command, MAX_TAB_NAME, Model, Page, Tab, TabState};
use crate::window::parts::{self, Light, Sign};

/// Height of the row.
pub(crate) const ROW: f32 = 48.0;
/// Height of a tab.
const TAB: f32 = 38.0;
/// Widest and narrowest tab.
const WIDTH: (f32, f32) = (216.0, 178.0);

/// Draws the row.
pub(crate) fn draw(ui: &mut Ui, model: &Model, texts: &Texts) -> Vec<Command> {
    let mut commands = shortcuts(ui, model);
    let palette = Palette::in_use(ui);
    let row = ui.max_rect();
    ui.painter().hline(row.x_range(), row.bottom() - 0.5, Stroke::new(1.0, palette.line));
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.add_space(10.0);
        let settings = texts.get("tab-settings");
        let font = egui::TextStyle::Button.resolve(ui.style());
        let sweep = (model.over() > 1)
            .then(|| texts.fill("tab-close-ended", &[("count", (model.over() as u64).into())]));
        let wide = |text: &String| {
            let galley = ui.fonts_mut(|fonts| fonts.layout_no_wrap(text.clone(), font.clone(), palette.text));
            galley.size().x + 28.0
        };
        let reserved = wide(&settings) + sweep.as_ref().map_or(0.0, |text| wide(text) + 6.0) + 46.0 + 30.0;
        let space = ui.available_width() - reserved;
        let count = model.tabs.len().max(1) as f32;
        let width = ((space / count) - 6.0).clamp(WIDTH.1, WIDTH.0);
        let all = (model.tabs.len() as f32 * (width + 6.0)).min(space);
        if !model.tabs.is_empty() {
            // The wheel goes along the row.
            let place = Rect::from_min_size(ui.cursor().min, vec2(all, ROW));
            if ui.rect_contains_pointer(place) {
                ui.input_mut(|input| {
                    let wheel = &mut input.smooth_scroll_delta;
                    wheel.x += std::mem::take(&mut wheel.y);
                });
            }
            egui::ScrollArea::horizontal()
                .max_width(all)
                .min_scrolled_width(all)
                .auto_shrink([true, false])
                .scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden)
                .show(ui, |ui| {
                    ui.horizontal_centered(|ui| {
                        for tab in &model.tabs {
                            draw_tab(ui, model, texts, tab, width, &mut commands);
                        }
                    });
                });
        }
        new_tab(ui, model, texts, &mut commands);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(10.0);
            let is_open = model.page == Page::Settings;
            if ui.add(egui::Button::selectable(is_open, settings).min_size(vec2(0.0, TAB))).clicked() {
                commands.push(if is_open { Command::LeaveSettings } else { Command::Show(Page::Settings) });
            }
            if let Some(sweep) = sweep
                && ui.add(egui::Button::new(sweep).min_size(vec2(0.0, TAB))).clicked()
            {
                commands.push(Command::CloseEnded);
            }
        });
    });
    commands
}

/// Keys of the window itself; they come here only while no session takes them.
fn shortcuts(ui: &Ui, model: &Model) -> Vec<Command> {
    let mut commands = Vec::new();
    if model.question.is_some() {
        return commands;
    }
    let pressed =
        |modifiers, key| ui.input_mut(|input| input.consume_shortcut(&KeyboardShortcut::new(modifiers, key)));
    if pressed(Modifiers::COMMAND, Key::T) {
        commands.push(Command::Show(Page::Connect));
    }
    if pressed(Modifiers::CTRL | Modifiers::SHIFT, Key::Tab) {
        commands.push(Command::PreviousTab);
    }
    if pressed(Modifiers::CTRL, Key::Tab) {
        commands.push(Command::NextTab);
    }
    if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::W) {
        commands.push(Command::CloseEnded);
    }
    if let Page::Session(tab) = model.page {
        if pressed(Modifiers::COMMAND, Key::W) {
            commands.push(Command::CloseTab(tab));
        }
        if pressed(Modifiers::NONE, Key::F2) {
            commands.push(Command::Rename(tab));
        }
    }
    commands
}

/// The tab of the connect page: a name while there is room for it, a plus sign otherwise.
fn new_tab(ui: &mut Ui, model: &Model, texts: &Texts, commands: &mut Vec<Command>) {
    let name = texts.get("tab-new");
    let is_shown = model.page == Page::Connect;
    let (rect, _) = ui.allocate_exact_size(vec2(TAB, TAB), Sense::hover());
    if is_shown {
        let palette = Palette::in_use(ui);
        let stroke = Stroke::new(1.0, palette.line);
        ui.painter().rect(rect, CornerRadius::same(6), palette.card, stroke, StrokeKind::Inside);
        ui.painter().hline(rect.shrink(6.0).x_range(), rect.bottom() - 2.0, Stroke::new(3.0, palette.accent));
    }
    if parts::sign(ui, rect, Id::new("new_tab"), &name, Sign::Plus).clicked() {
        commands.push(Command::Show(Page::Connect));
    }
}

/// Keeps the tab of the page that is shown in sight when it, its neighbours or the window have changed.
fn follow(ui: &Ui, rect: Rect, tab: &Tab, count: usize) {
    let now = (tab.id, count, ui.clip_rect().width() as i32);
    let id = Id::new("tab_shown");
    if ui.data(|data| data.get_temp(id)) != Some(now) {
        ui.data_mut(|data| data.insert_temp(id, now));
        ui.scroll_to_rect(rect, None);
    }
}

fn draw_tab(ui: &mut Ui, model: &Model, texts: &Texts, tab: &Tab, width: f32, commands: &mut Vec<Command>) {
    let palette = Palette::in_use(ui);
    let label = tab.label();
    let (light, state) = match tab.state {
        TabState::Asking => (Light::Trying, "tab-asking"),
        TabState::Live => (Light::Good, "tab-live"),
        TabState::Paused => (Light::Trying, "tab-paused"),
        TabState::Lost => (Light::Bad, "tab-lost"),
        TabState::Silent => (Light::Bad, "tab-silent"),
        TabState::Ended => (Light::Over, "tab-ended"),
    };
    let mut state = texts.get(state);
    if tab.is_unread {
        state = texts.fill("tab-unread", &[("state", state.into())]);
    }
    let (rect, _) = ui.allocate_exact_size(vec2(width, TAB), Sense::hover());
    let is_shown = model.page == Page::Session(tab.id);
    if is_shown {
        follow(ui, rect, tab, model.tabs.len());
    }
    let id = Id::new(("tab", tab.id.0));
    let cross = Rect::from_center_size(pos2(rect.right() - 19.0, rect.center().y), vec2(28.0, 28.0));
    let face = Rect::from_min_max(rect.min, pos2(cross.left() - 2.0, rect.bottom()));
    if let Some(renaming) = model.renaming.as_ref().filter(|renaming| renaming.tab == tab.id) {
        ui.painter().rect(
            rect,
            CornerRadius::same(6),
            palette.card,
            Stroke::new(1.0, palette.line),
            StrokeKind::Inside,
        );
        let mut name = renaming.text.clone();
        let edit = TextEdit::singleline(&mut name)
            .id(id.with("name"))
            .char_limit(MAX_TAB_NAME)
            .hint_text(tab.session_id.to_string())
            .margin(egui::Margin::symmetric(8, 5));
        let response = ui.put(rect.shrink2(vec2(4.0, 3.0)), edit);
        response.widget_info(|| WidgetInfo::labeled(WidgetType::TextEdit, true, texts.get("tab-name")));
        if response.changed() {
            commands.push(Command::RenameTo(name));
        }
        if !renaming.is_focused {
            response.request_focus();
            commands.push(Command::RenameFocused);
        } else if response.lost_focus() {
            let is_dropped = ui.input(|input| input.key_pressed(Key::Escape));
            commands.push(if is_dropped { Command::RenameCancel } else { Command::RenameDone });
        }
        return;
    }
    let response = ui.interact(face, id, Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(WidgetType::SelectableLabel, true, is_shown, format!("{label}, {state}"))
    });
    let fill = if is_shown {
        palette.card
    } else if response.hovered() {
        ui.visuals().widgets.hovered.bg_fill
    } else {
        palette.button
    };
    let stroke =
        if response.has_focus() { Stroke::new(2.0, palette.accent) } else { Stroke::new(1.0, palette.line) };
    ui.painter().rect(rect, CornerRadius::same(6), fill, stroke, StrokeKind::Inside);
    if is_shown {
        ui.painter().hline(rect.shrink(6.0).x_range(), rect.bottom() - 2.0, Stroke::new(3.0, palette.accent));
    }
    parts::paint_light(ui, pos2(rect.left() + 17.0, rect.center().y), light);
    let mark = if tab.is_unread { 18.0 } else { 0.0 };
    if tab.is_unread {
        ui.painter().circle_filled(pos2(cross.left() - 12.0, rect.center().y), 6.0, palette.accent);
    }
    let text = Rect::from_min_max(
        pos2(rect.left() + 30.0, rect.top()),
        pos2(cross.left() - 4.0 - mark, rect.bottom()),
    );
    let family = if is_shown { theme::strong() } else { egui::FontFamily::Proportional };
    parts::line_in(ui, text, &label, FontId::new(15.0, family), palette.text);
    let response = response.on_hover_text(format!("{label}: {state}"));
    if response.double_clicked() {
        commands.push(Command::Rename(tab.id));
    } else if response.clicked() {
        commands.push(Command::Show(Page::Session(tab.id)));
    }
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    let close = texts.fill("tab-close", &[("name", label.as_str().into())]);
    if parts::sign(ui, cross, id.with("close"), &close, Sign::Cross).clicked() {
        commands.push(Command::CloseTab(tab.id));
    }
}
