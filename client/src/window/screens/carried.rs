//! What travels beside the picture: files under way, and what the two say to each other.

use egui::{
    Align, Color32, CornerRadius, Frame, Key, Layout, Margin, RichText, TextEdit, TextStyle, Ui, vec2,
};
use farhand_session::Direction;
use farhand_window::egui;
use farhand_window::theme::{self, Palette};

use super::super::carried::{Ended, Running, Speaker};
use super::super::model::{Command, Visit};
use super::super::parts;
use super::super::words::Words;

/// The least height of the lines of a talk, whether there are any or not; more are reached by scrolling within them.
const TALK_HEIGHT: f32 = 62.0;
/// Height of what is said of files.
const FILES_HEIGHT: f32 = 48.0;
/// Height of a field with a button beside it.
const ROW: f32 = 36.0;

/// Files under way with a way to stop them, or how the last ones ended.
pub(super) fn draw_files(ui: &mut Ui, visit: &Visit, words: &Words) -> Option<Command> {
    let files = &visit.files;
    if files.running.is_none() && files.last.is_none() {
        return None;
    }
    ui.add_space(2.0);
    farhand_window::room(ui, FILES_HEIGHT, |ui| {
        let palette = Palette::in_use(ui);
        ui.spacing_mut().item_spacing.y = 2.0;
        if let Some(running) = &files.running {
            return draw_running(ui, visit, running, words);
        }
        if let Some(ended) = &files.last {
            let is_good = ended.failed == 0 && ended.stopped.is_none();
            let colour = if is_good { palette.good } else { palette.trying };
            let response = parts::small(ui, &ended_words(ended, words), colour);
            parts::announce(&response);
            if let Some(place) = ended.place.as_ref() {
                parts::fitted(ui, place, TextStyle::Small, palette.weak, 1);
            }
        }
        None
    })
}

fn draw_running(ui: &mut Ui, visit: &Visit, running: &Running, words: &Words) -> Option<Command> {
    let palette = Palette::in_use(ui);
    let key = match running.direction {
        Direction::In => "files-brings",
        Direction::Out => "files-fetches",
    };
    let current = running.progress.as_ref().and_then(|progress| progress.current.as_deref());
    let what = current.or(running.what.as_deref()).unwrap_or_default();
    let (done, whole) =
        running.progress.as_ref().map_or((0, 0), |progress| (progress.bytes_done, progress.bytes));
    let mut command = None;
    let row = vec2(ui.available_width(), FILES_HEIGHT);
    ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
        if parts::steady_button(ui, &words.get("button-stop-files"), &[]).clicked() {
            command = Some(Command::CancelFiles);
        }
        let beside = vec2(ui.available_width(), FILES_HEIGHT);
        ui.allocate_ui_with_layout(beside, Layout::top_down(Align::Min), |ui| {
            let says = words.fill(key, &[("what", what.into())]);
            let response = parts::fitted(ui, &says, TextStyle::Small, palette.text, 1);
            parts::announce(&response);
            let share = if whole == 0 { 0.0 } else { done as f32 / whole as f32 };
            let size = vec2((ui.available_width() - 4.0).max(40.0), 24.0);
            // Without a line, and in a pause, nothing travels at any rate.
            let rate = running.rate.last().filter(|_| visit.lost.is_none() && !visit.is_paused);
            let (key, rate) = rate
                .map_or(("files-progress", String::new()), |rate| ("files-progress-rate", words.bytes(rate)));
            let bytes = [
                ("done", words.bytes(done).into()),
                ("whole", words.bytes(whole).into()),
                ("rate", rate.into()),
            ];
            let font = TextStyle::Small.resolve(ui.style());
            farhand_window::progress_bar(ui, size, share, &words.fill(key, &bytes), font);
        });
    });
    command
}

/// How a transfer ended.
fn ended_words(ended: &Ended, words: &Words) -> String {
    let counts = [("count", ended.stored.into()), ("failed", ended.failed.into())];
    let key = match (&ended.stopped, ended.direction) {
        (Some(_), Direction::In) => "files-stopped",
        // What has left in part has left.
        (Some(_), Direction::Out) => "files-fetch-stopped",
        (None, Direction::In) => "files-brought",
        (None, Direction::Out) => "files-fetched",
    };
    // What arrived is said however much else did not.
    let mut said = words.fill(key, &counts);
    if ended.failed > 0 {
        said = said + " " + &words.fill("files-failed", &counts);
    }
    said
}

/// The talk, and a line to answer.
pub(super) fn draw_chat(ui: &mut Ui, visit: &Visit, words: &Words) -> Option<Command> {
    let chat = &visit.chat;
    ui.add_space(4.0);
    parts::heading(ui, &words.get("chat-heading"));
    // As much as the window leaves, wherever it is scrolled to.
    let above = ui.cursor().top() - ui.min_rect().top();
    let below = ROW + 16.0;
    let height = (ui.clip_rect().height() - above - below).max(TALK_HEIGHT);
    draw_talk(ui, visit, height, words);
    let mut command = None;
    let row = vec2(ui.available_width(), ROW);
    // The keyboard comes to the field first.
    ui.allocate_ui_with_layout(row, Layout::left_to_right(Align::Center), |ui| {
        let button = words.get("button-say");
        let beside = parts::button_width(ui, &button) + ui.spacing().item_spacing.x;
        let mut draft = chat.draft.clone();
        let name = words.get("chat-ask");
        // The same whatever stands above it: nobody loses the keyboard in the middle of a sentence.
        let field = TextEdit::singleline(&mut draft)
            .id(draft_id())
            .hint_text(name.as_str())
            .desired_width(ui.available_width() - beside)
            .margin(Margin::symmetric(8, 9));
        let field = ui.add(field);
        ui.ctx().accesskit_node_builder(field.id, |node| node.set_label(name));
        parts::follow_focus(&field);
        let is_pressed = ui.input(|input| input.pointer.primary_clicked());
        let at = ui.input(|input| input.pointer.interact_pos());
        if is_pressed && at.is_some_and(|at| ui.clip_rect().intersect(field.rect).contains(at)) {
            // What fades out above it took the press: what is typed next belongs here all the same.
            field.request_focus();
        }
        let sends = parts::steady_button(ui, &button, &[]).clicked();
        let enters = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if enters {
            field.request_focus();
        }
        // Letters and Enter may come in one frame.
        if (sends || enters) && !draft.trim().is_empty() {
            command = Some(Command::Say(draft));
        } else if field.changed() {
            command = Some(Command::Draft(draft));
        }
    });
    command
}

/// The field to write in.
pub(super) fn draft_id() -> egui::Id {
    egui::Id::new("draft")
}

/// How the talk stood in the frame before.
#[derive(Debug, Clone, Copy, Default)]
struct Stood {
    /// How many lines, in what height.
    talk: (u64, u32),
    /// Where it was scrolled to for what was new.
    at: f32,
    /// Whether the person has scrolled away from there, and not to the end.
    is_elsewhere: bool,
    /// Whether the frame that shows it scrolled is still to come.
    settles: bool,
    /// Whether the newest words are before the person.
    is_in_sight: bool,
}

fn stood_id() -> egui::Id {
    egui::Id::new("stood")
}

/// Whether the newest words were before the person in the last frame.
pub(crate) fn is_talk_in_sight(ctx: &egui::Context) -> bool {
    ctx.data(|data| data.get_temp::<Stood>(stood_id())).is_some_and(|stood| stood.is_in_sight)
}

/// The lines. What is new is scrolled to, unless the person reads elsewhere: then an arrow says that it is there.
fn draw_talk(ui: &mut Ui, visit: &Visit, height: f32, words: &Words) {
    let palette = Palette::in_use(ui);
    let chat = &visit.chat;
    let mut stood: Stood = ui.data(|data| data.get_temp(stood_id())).unwrap_or_default();
    let talk = (chat.count + u64::from(chat.is_refused), height as u32);
    let is_new = stood.talk != talk;
    let is_own =
        chat.is_refused || chat.lines.back().is_none_or(|(speaker, _)| *speaker == Speaker::Customer);
    let scrolls = is_new && (is_own || !stood.is_elsewhere);
    let newest = chat.lines.len() - chat.newest.min(chat.lines.len());
    let mut shown_newest = egui::Rect::NOTHING;
    // What fades away at the bottom of the page is not read.
    let page = ui.clip_rect();
    let page = page.with_max_y(page.bottom() - parts::FADED);
    let area = farhand_window::room(ui, height, |ui| {
        let scroll = egui::ScrollArea::vertical().id_salt("talk").max_height(height);
        scroll.auto_shrink(false).show(ui, |ui| {
            if chat.lines.is_empty() {
                parts::small(ui, &words.get("chat-none"), palette.weak);
            }
            for (index, (speaker, text)) in chat.lines.iter().enumerate() {
                let response = draw_line(ui, *speaker, text, &visit.operator, words, &palette);
                if index >= newest {
                    parts::announce(&response);
                    shown_newest |= response.rect;
                }
            }
            if chat.is_refused {
                let response = parts::small(ui, &words.get("chat-refused"), palette.bad);
                parts::announce(&response);
                shown_newest = response.rect;
            }
            if shown_newest.is_positive() && scrolls {
                // What is longer than the list is read from its beginning.
                let align = if shown_newest.height() > height { Align::Min } else { Align::Max };
                ui.scroll_to_rect_animation(shown_newest, Some(align), egui::style::ScrollAnimation::none());
            }
            let beginning = shown_newest.with_max_y(shown_newest.top() + 24.0);
            let sight = ui.clip_rect().intersect(page);
            !shown_newest.is_positive() || sight.contains_rect(beginning.shrink(2.0))
        })
    });
    let mut offset = area.state.offset.y;
    let end = (area.content_size.y - area.inner_rect.height()).max(0.0);
    if stood.is_elsewhere && offset < end - 1.0 && parts::more(ui, area.inner_rect) {
        let mut state = area.state;
        state.offset.y = end;
        state.store(ui.ctx(), area.id);
        offset = end;
    }
    if scrolls || stood.settles {
        (stood.at, stood.is_elsewhere) = (offset, false);
    } else if !is_new {
        stood.is_elsewhere = offset < end - 1.0 && (offset - stood.at).abs() > 1.0;
    }
    stood.is_in_sight = area.inner && !is_new && !stood.settles;
    if is_new || stood.settles {
        ui.ctx().request_repaint();
    }
    (stood.talk, stood.settles) = (talk, scrolls);
    ui.data_mut(|data| data.insert_temp(stood_id(), stood));
}

fn draw_line(
    ui: &mut Ui,
    speaker: Speaker,
    text: &str,
    operator: &str,
    words: &Words,
    palette: &Palette,
) -> egui::Response {
    let (who, colour): (String, Color32) = match speaker {
        Speaker::Operator => (operator.to_owned(), palette.accent),
        Speaker::Customer => (words.get("chat-you"), palette.weak),
    };
    let whole = words.fill("receipt-line", &[("label", who.as_str().into()), ("value", text.into())]);
    let frame = Frame::new().fill(palette.card).corner_radius(CornerRadius::same(8)).inner_margin(8);
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 1.0;
        let name = RichText::new(who).text_style(TextStyle::Small).family(theme::strong()).color(colour);
        ui.add(egui::Label::new(name).truncate());
        ui.add(egui::Label::new(RichText::new(text).color(palette.text)).wrap())
    });
    ui.add_space(4.0);
    let response = shown.inner;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, &whole));
    response.with_new_rect(shown.response.rect)
}
