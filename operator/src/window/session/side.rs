//! The panel beside the picture: what the two say to each other in writing, and files.

use farhand_proto::grant::Grant;
use farhand_proto::prose::prose_of;
use farhand_session::Progress;
use farhand_texts::Texts;
use farhand_window::egui::{
    self, Align, CornerRadius, Frame, Key, Label, Layout, Margin, Panel, Response, RichText, ScrollArea,
    TextEdit, Ui, vec2,
};
use farhand_window::theme::{self, Palette};
use farhand_window::{progress_bar, room};

use super::carried::{Job, Outcome, Speaker};
use super::known::Notice;
use super::widgets::{HEIGHT, menu_button};
use super::{SessionView, Wish};
use crate::window::parts;

/// Points that the panel takes.
const WIDTH: f32 = 300.0;
/// The least and the most height that files under way and their results take, and what else needs room in the window.
const CARRIED: [f32; 2] = [100.0, 160.0];
const OTHERS: f32 = 480.0;
/// The least height of the talk, and of the panel in which it has that beside the files.
const TALK: f32 = 90.0;
const WHOLE: f32 = 470.0;
/// Height of a heading or a choice, and of a hint of two lines.
const ROW: f32 = 24.0;
const HINT: f32 = 34.0;

impl SessionView {
    /// The panel in its place, if it is open.
    pub(super) fn draw_side(&mut self, ui: &mut Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
        if !self.chosen.has_side {
            return;
        }
        self.chat.is_unread = false;
        let palette = Palette::in_use(ui);
        let frame = Frame::new().fill(palette.ground).inner_margin(Margin::same(12));
        let panel = Panel::right("side")
            .exact_size(WIDTH)
            .resizable(false)
            .frame(frame)
            .show_separator_line(false)
            .show_inside(ui, |ui| {
                ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
                if ui.available_height() < WHOLE {
                    // One after the other, and all of it within reach.
                    ScrollArea::vertical().id_salt("side").auto_shrink(false).show(ui, |ui| {
                        self.draw_chat(ui, TALK, texts, wishes);
                        ui.add_space(8.0);
                        self.draw_files(ui, texts, wishes);
                    });
                    return;
                }
                Panel::bottom("files").frame(Frame::NONE).show_separator_line(false).show_inside(ui, |ui| {
                    self.draw_files(ui, texts, wishes);
                });
                let talk = (ui.available_height() - ROW - HEIGHT - 24.0).max(TALK);
                self.draw_chat(ui, talk, texts, wishes);
            });
        // What is typed after a press here is not meant for the customer.
        let is_pressed = ui.input(|input| {
            let place = input.pointer.interact_pos().filter(|_| input.pointer.any_pressed());
            place.is_some_and(|place| panel.response.rect.contains(place))
        });
        if is_pressed {
            self.devices.turn_beside();
        }
    }

    fn draw_chat(&mut self, ui: &mut Ui, talk: f32, texts: &Texts, wishes: &mut Vec<Wish>) {
        let palette = Palette::in_use(ui);
        heading(ui, &texts.get("side-messages"));
        ScrollArea::vertical()
            .id_salt("talk")
            .max_height(talk)
            .stick_to_bottom(true)
            .auto_shrink(false)
            .show(ui, |ui| {
                for (speaker, text) in &self.chat.lines {
                    let (who, colour) = match speaker {
                        Speaker::Operator => (texts.get("side-you"), palette.weak),
                        Speaker::Customer => (texts.get("side-customer"), palette.accent),
                    };
                    draw_line(ui, &who, text, colour, &palette);
                }
            });
        let may_say = self.known.grants.is_some() && self.known.ended.is_none();
        ui.add_enabled_ui(may_say, |ui| {
            row(ui, HEIGHT, |ui| {
                let sends = menu_button(ui, &texts.get("side-say"), true).clicked();
                let (field, enters) = field(ui, &mut self.chat.draft, texts.get("side-ask"));
                if enters || sends || std::mem::take(&mut self.chat.wants_focus) {
                    field.request_focus();
                }
                if sends || enters {
                    let texts = prose_of(&std::mem::take(&mut self.chat.draft));
                    for text in texts {
                        self.chat.add(Speaker::Operator, text.to_string());
                        wishes.push(Wish::Say(text));
                    }
                }
            });
        });
    }

    /// Everything has a place of its own, whether it can be used or not: nothing moves under a hand.
    fn draw_files(&mut self, ui: &mut Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
        let palette = Palette::in_use(ui);
        let is_open = self.known.ended.is_none();
        row(ui, ROW, |ui| {
            if !self.files.results.is_empty() && ui.small_button(texts.get("side-clear")).clicked() {
                self.files.results.clear();
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| heading(ui, &texts.get("side-files")));
        });
        let may = self.known.allows(Grant::Files) && is_open;
        ui.add_enabled_ui(may, |ui| {
            ui.horizontal(|ui| {
                if menu_button(ui, &texts.get("side-put-files"), true).clicked() {
                    wishes.push(Wish::ChooseFiles { folders: false });
                }
                if menu_button(ui, &texts.get("side-put-folder"), true).clicked() {
                    wishes.push(Wish::ChooseFiles { folders: true });
                }
            });
        });
        let key = match self.known.grants {
            _ if may && self.known.stands_still() => "side-later",
            _ if may => "side-drop",
            _ if self.known.ended.is_some() => "session-ended",
            None => "session-grant-open",
            Some(_) => "session-files-refused",
        };
        room(ui, HINT, |ui| {
            ui.add(Label::new(RichText::new(texts.get(key)).color(palette.weak).size(13.0)).wrap());
        });
        ui.add_enabled_ui(may, |ui| {
            row(ui, HEIGHT, |ui| {
                let gets = menu_button(ui, &texts.get("side-get"), true).clicked();
                let (field, enters) = field(ui, &mut self.files.wanted, texts.get("side-get-ask"));
                if gets || enters {
                    field.request_focus();
                    let path = std::mem::take(&mut self.files.wanted);
                    if !path.trim().is_empty() {
                        self.carry(Job::Get(path.trim().to_owned()));
                    }
                }
            });
        });
        let height = (ui.ctx().content_rect().height() - OTHERS).clamp(CARRIED[0], CARRIED[1]);
        room(ui, height, |ui| {
            ScrollArea::vertical().id_salt("carried").max_height(height).auto_shrink(false).show(ui, |ui| {
                self.draw_running(ui, texts, wishes);
                self.draw_results(ui, texts);
            });
        });
        row(ui, ROW, |ui| {
            if self.known.allows(Grant::Clipboard) && is_open {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    self.draw_clipboard(ui, texts, wishes);
                });
            }
        });
    }

    fn draw_clipboard(&mut self, ui: &mut Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
        let mut shares = !self.chosen.keeps_clipboard;
        let response = ui.checkbox(&mut shares, texts.get("session-tool-clipboard"));
        if response.on_hover_text(texts.get("session-tool-clipboard-hint")).changed() {
            self.chosen.keeps_clipboard = !shares;
            if shares {
                wishes.push(Wish::ShareClipboard);
            }
        }
    }

    fn draw_running(&self, ui: &mut Ui, texts: &Texts, wishes: &mut Vec<Wish>) {
        let palette = Palette::in_use(ui);
        if let Some((job, progress)) = &self.files.running {
            self.draw_job(ui, job, progress.as_ref(), texts, wishes);
        }
        if !self.files.waiting.is_empty() {
            let count = self.files.waiting.len() as u64;
            let words = texts.fill("side-waiting", &[("count", count.into())]);
            ui.label(RichText::new(words).color(palette.weak).size(13.0));
        }
    }

    fn draw_job(
        &self,
        ui: &mut Ui,
        job: &Job,
        progress: Option<&Progress>,
        texts: &Texts,
        wishes: &mut Vec<Wish>,
    ) {
        let palette = Palette::in_use(ui);
        let current = progress.and_then(|progress| progress.current.as_deref());
        let name = current.map_or_else(|| job.name(), str::to_owned);
        ui.add(Label::new(RichText::new(name).color(palette.text)).truncate());
        let (done, whole) = progress.map_or((0, 0), |known| (known.bytes_done, known.bytes));
        row(ui, HEIGHT, |ui| {
            if menu_button(ui, &texts.get("side-stop"), true).clicked() {
                wishes.push(Wish::CancelFiles);
            }
            let share = if whole == 0 { 0.0 } else { done as f32 / whole as f32 };
            // Without a line, and in a pause, nothing travels at any rate.
            let (key, rate) = match self.rate.last().filter(|_| !self.known.stands_still()) {
                Some(rate) => ("side-progress", texts.size(rate)),
                None => ("side-progress-first", String::new()),
            };
            let values = [
                ("done", texts.size(done).into()),
                ("whole", texts.size(whole).into()),
                ("rate", rate.into()),
            ];
            let words = texts.fill(key, &values);
            let size = vec2(ui.available_width(), 24.0);
            progress_bar(ui, size, share, &words, egui::FontId::proportional(12.0));
        });
    }

    fn draw_results(&self, ui: &mut Ui, texts: &Texts) {
        let palette = Palette::in_use(ui);
        ui.spacing_mut().item_spacing.y = 2.0;
        for outcome in &self.files.results {
            let (words, colour) = match outcome {
                Outcome::Arrived { name, place } => {
                    let values = [("name", name.as_str().into()), ("what", place.as_str().into())];
                    (texts.fill("side-arrived", &values), palette.good)
                }
                Outcome::Several { count, place } => {
                    let values = [("count", (*count).into()), ("what", place.as_str().into())];
                    (texts.fill("side-arrived-several", &values), palette.good)
                }
                Outcome::Failed { name, why } => {
                    let values = [("name", name.as_str().into()), ("what", why.say(texts).into())];
                    (texts.fill("side-failed", &values), palette.bad)
                }
            };
            let response = ui.add(Label::new(RichText::new(words).size(13.0).color(colour)).wrap());
            parts::announce(&response);
        }
    }

    /// Carries this after what is under way.
    pub(super) fn carry(&mut self, job: Job) {
        if !self.files.add(job) {
            self.known.tell(Notice::TooMany);
        }
    }
}

/// What stands beside each other, from the right.
fn row(ui: &mut Ui, height: f32, content: impl FnOnce(&mut Ui)) {
    let size = vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), content);
}

/// A line to write in, as wide as there is room, and whether Enter ended it.
fn field(ui: &mut Ui, text: &mut String, ask: String) -> (Response, bool) {
    let field = TextEdit::singleline(text)
        .hint_text(ask.as_str())
        .margin(Margin::symmetric(8, 8))
        .desired_width(ui.available_width());
    let field = ui.add(field);
    ui.ctx().accesskit_node_builder(field.id, |node| node.set_label(ask));
    let enters = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    (field, enters)
}

fn heading(ui: &mut Ui, text: &str) {
    let palette = Palette::in_use(ui);
    ui.label(RichText::new(text).family(theme::strong()).color(palette.text));
}

fn draw_line(ui: &mut Ui, who: &str, text: &str, colour: egui::Color32, palette: &Palette) {
    let frame = Frame::new().fill(palette.card).corner_radius(CornerRadius::same(8)).inner_margin(8);
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.label(RichText::new(who).size(12.0).family(theme::strong()).color(colour));
        ui.add(Label::new(RichText::new(text).color(palette.text)).wrap())
    });
    let whole = format!("{who}: {text}");
    shown.inner.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, &whole));
    parts::announce(&shown.inner);
}
