//! The operator's view of one session: the customer's screen, and what is around it.
//!
//! [`SessionView`] is told what happens in the session ([`News`]) and in the window, shows it, and gives back what the
//! operator wants ([`Wish`]). It owns no line: whoever owns it passes the wishes on, in order.
//!
//! While the picture has the focus and the customer allows control, every key goes to the customer. The right Ctrl
//! key, pressed and released alone, leads out: it gives the keyboard back and goes to the buttons above the picture.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use farhand_media::State as PictureState;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::input::Input;
use farhand_proto::prose::Prose;
use farhand_proto::screen::{Layout, Picture, Point, PointerShape, Rect, Region, View};
use farhand_proto::session::Undone;
use farhand_session::{ActError, FileEvent, Progress, SayError, Statistics, TransferError};
use farhand_texts::Texts;
use farhand_window::egui;
use farhand_window::winit::event::WindowEvent;
use farhand_window::{Capture, Layers, Rate, Redraw, SharedPicture, Taken};

mod carried;
mod icons;
mod input;
mod keys;
mod known;
mod made_up;
mod menus;
mod mouse;
mod picture;
mod place;
mod reasons;
mod side;
mod status;
mod strip;
#[cfg(test)]
mod tests;
mod tools;
mod widgets;

use carried::{Chat, Files, Speaker};
use input::Input as Devices;
use known::{Known, State};
use place::Fit;

use super::model::TabState;

pub(crate) use carried::Job;
pub(crate) use made_up::made_up;

/// What the operator wants.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wish {
    /// Something done on the customer's desktop.
    Act(Input),
    /// A text typed there, exactly as it stands.
    Type(String),
    /// To look at one monitor or all.
    Watch(View),
    /// Something said to the customer in writing.
    Say(Prose),
    /// The text in this computer's clipboard in the customer's too, if it is another than before.
    ShareClipboard,
    /// The customer's text in this computer's clipboard.
    TakeClipboard(String),
    /// Files or folders chosen to be sent.
    ChooseFiles {
        /// Folders, not files.
        folders: bool,
    },
    /// Something carried.
    Carry(Job),
    /// What is carried no longer.
    CancelFiles,
    /// The session over.
    End,
    /// The session over, because the customer's two words are others.
    WordsDiffer,
    /// The whole monitor for the picture, or no longer. The window is on its way already; what else the window shows
    /// has to go or come.
    FullScreen(bool),
}

/// How long a press on what ends a session does nothing after another session came there.
const CALM: Duration = Duration::from_millis(800);

/// What happened in the session.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum News {
    /// The customer is being asked and has so long to answer.
    Asking(Duration),
    /// What is allowed now.
    Allowed(Grants),
    /// The customer has paused the session, or lets it go on.
    Paused(bool),
    /// The desktop, and what of it the picture shows from the next update on.
    Screen {
        /// All monitors.
        layout: Layout,
        /// What was chosen.
        view: View,
        /// The part of the desktop that the picture shows.
        area: Rect,
    },
    /// The shared picture was changed.
    Picture {
        /// How it compares with the customer's screen.
        state: PictureState,
    },
    /// The remote pointer looks like this.
    Shape(PointerShape),
    /// The remote pointer is here.
    PointerAt(Point),
    /// The person at the machine uses their own mouse or keyboard, or no longer does.
    Holding(bool),
    /// The customer's desktop answers no more, or again.
    Answering(bool),
    /// The customer says something in writing.
    Said(Prose),
    /// What the operator said was not taken.
    NotSaid(SayError),
    /// The customer's clipboard has this text.
    Clipboard(String),
    /// These were chosen to be sent.
    Chosen(Vec<PathBuf>),
    /// No window for choosing opened.
    NoDialog,
    /// What was to be carried can't be.
    NotCarried(TransferError),
    /// Something about files.
    File(FileEvent),
    /// How far the files under way have come.
    Progress(Progress),
    /// An act was not done.
    Undone(Undone),
    /// An act was not taken at all.
    NotTaken(ActError),
    /// The line to the client is lost; another is looked for.
    Lost,
    /// It is still lost, and this is the next try.
    Retrying(u32),
    /// The session goes on over another line.
    Found,
    /// How the line does, at most twice a second.
    Statistics(Statistics),
    /// The session goes without the relay from here on, or through it again.
    Direct(bool),
    /// The relay is being stopped.
    RelayStopping,
    /// The session is over, in words.
    Ended(String),
}

/// One session as the operator sees it.
#[derive(Debug)]
pub(crate) struct SessionView {
    picture: SharedPicture,
    words: [String; 2],
    known: Known,
    chosen: Chosen,
    chat: Chat,
    files: Files,
    /// Of files under way.
    rate: Rate,
    /// Files dropped onto the window since the last frame, and whether some are held over it.
    dropped: Vec<PathBuf>,
    is_hovered: bool,
    capture: Capture,
    devices: Devices,
    /// Whether this is the session before the operator, and from when on what ends it counts: a press that comes sooner
    /// was meant for what stood there before.
    is_shown: bool,
    calm_at: Option<Instant>,
    /// What the customer copied last while another session was before the operator.
    copied: Option<String>,
    /// The operator may have copied something since the customer's clipboard got it last.
    may_have_copied: bool,
    /// What came up outside of [`SessionView::draw`] and is given back with the next frame.
    waiting: Vec<Wish>,
    /// The same, which needs no frame.
    unseen: Vec<Wish>,
}

/// What the operator chose in the window.
#[derive(Debug, Default)]
struct Chosen {
    /// Whether the two words were said to be the customer's.
    are_words_right: bool,
    is_view_only: bool,
    /// Whether the operator has ended the session, of which the other side may not have heard.
    is_ending: bool,
    fit: Fit,
    is_full_screen: bool,
    wants_capture: bool,
    /// Whether the panel for messages and files is open.
    has_side: bool,
    /// Whether the clipboard stays here, whatever the customer allows.
    keeps_clipboard: bool,
    /// The text in the field, not sent yet.
    text: String,
    /// The keys in the field, not sent yet.
    chord: String,
    /// What of that is no key.
    no_key: Option<String>,
}

impl SessionView {
    /// A session that begins. `words` are the two that the customer sees too, in the customer's language; `picture`
    /// is where the session's picture will be; it may come back for `resume_window` once its line is lost.
    pub(crate) fn new(words: [&str; 2], picture: SharedPicture, resume_window: Duration) -> Self {
        Self {
            picture,
            words: words.map(str::to_owned),
            known: Known::new(resume_window),
            chosen: Chosen::default(),
            chat: Chat::default(),
            files: Files::default(),
            rate: Rate::default(),
            dropped: Vec::new(),
            is_hovered: false,
            capture: Capture::new(),
            devices: Devices::default(),
            is_shown: false,
            calm_at: None,
            copied: None,
            may_have_copied: false,
            waiting: Vec::new(),
            unseen: Vec::new(),
        }
    }

    /// Shows the session in all of `ui`, in which nothing may be drawn yet: the picture lies beneath it.
    pub(crate) fn draw(&mut self, ui: &mut egui::Ui, layers: &mut Layers, texts: &Texts) -> Vec<Wish> {
        let mut wishes = std::mem::take(&mut self.waiting);
        if !std::mem::replace(&mut self.is_shown, true) {
            self.be_calm();
            wishes.extend(self.copied.take().map(Wish::TakeClipboard));
        }
        for wish in &wishes {
            if let Wish::FullScreen(on) = wish {
                ui.ctx().send_viewport_cmd(egui::ViewportCommand::Fullscreen(*on));
            }
        }
        self.devices.begin_frame();
        ui.spacing_mut().item_spacing = egui::vec2(8.0, 0.0);
        if !self.chosen.is_full_screen || self.keeps_strip() {
            self.draw_strip(ui, texts, &mut wishes);
        }
        self.take_dropped();
        self.draw_side(ui, texts, &mut wishes);
        let mut room = ui.available_rect_before_wrap();
        if !self.chosen.is_full_screen {
            let top = (room.max.y - status::HEIGHT).max(room.min.y);
            let row = egui::Rect::from_min_max(egui::pos2(room.min.x, top), room.max);
            room.max.y = top;
            self.draw_status(ui, row, texts);
        }
        self.draw_picture(ui, room, layers, texts);
        if self.chosen.is_full_screen {
            self.draw_over(ui, room, texts, &mut wishes);
        }
        if self.chosen.wants_capture && self.can_act() && self.devices.has_focus() {
            layers.capture_keyboard(&self.capture);
        }
        if self.devices.covers_picture(ui.ctx()) {
            wishes.extend(self.release());
        }
        self.push_on(ui);
        wishes.extend(self.outgoing());
        wishes
    }

    /// What goes out whether the view is shown or not. To be asked for after [`SessionView::note`].
    pub(crate) fn outgoing(&mut self) -> Vec<Wish> {
        let mut wishes = std::mem::take(&mut self.unseen);
        if self.known.allows(Grant::Files) && !self.known.stands_still() {
            wishes.extend(self.files.begin().map(Wish::Carry));
        }
        wishes
    }

    /// All that was dropped at once is carried at once.
    fn take_dropped(&mut self) {
        if !self.dropped.is_empty() {
            let paths = std::mem::take(&mut self.dropped);
            self.chosen.has_side = true;
            self.carry(Job::Put(paths));
        }
    }

    /// What stood here before is another thing now.
    fn be_calm(&mut self) {
        self.calm_at = Some(Instant::now() + CALM);
    }

    /// Whether a press on what ends the session is meant.
    fn may_end(&self) -> bool {
        self.calm_at.is_none_or(|calm_at| Instant::now() >= calm_at)
    }

    /// The operator does something on the customer's desktop, for which what they have copied may be needed. Copied for
    /// another purpose, it stays here until then.
    fn hand_over(&mut self) -> Option<Wish> {
        (self.shares_clipboard() && std::mem::take(&mut self.may_have_copied)).then_some(Wish::ShareClipboard)
    }

    /// Whether the texts in the two clipboards are kept alike.
    fn shares_clipboard(&self) -> bool {
        self.known.allows(Grant::Clipboard) && !self.chosen.keeps_clipboard && self.known.ended.is_none()
    }

    /// Sees what happens in the window before the interface does.
    pub(crate) fn event(&mut self, event: &WindowEvent) -> (Taken, Vec<Wish>) {
        self.handle(event)
    }

    /// To be called from [`farhand_window::App::idle`]: gives what was held back to go out together, and when to
    /// be called again.
    pub(crate) fn idle(&mut self, now: Instant) -> (Vec<Wish>, Option<Instant>) {
        if self.can_act() { self.devices.mouse.flush(now) } else { (Vec::new(), None) }
    }

    /// Hears what happened in the session; says what has to be drawn anew.
    pub(crate) fn note(&mut self, news: News) -> Redraw {
        self.note_carried(&news);
        let redraw = self.known.note(news);
        if matches!(self.known.state(), State::Hidden | State::Ended(_)) {
            // What the customer no longer shows is nowhere here.
            self.picture.update(|shown| (Region::new(), *shown = Picture::default()));
        }
        if !self.can_act() {
            // The client has released everything by itself.
            self.devices.forget();
        }
        if !self.known.allows(Grant::Control) || self.known.ended.is_some() {
            self.chosen.wants_capture = false;
        }
        self.place_pointer();
        redraw
    }

    /// Hears what travels beside the picture.
    fn note_carried(&mut self, news: &News) {
        match news {
            News::Said(text) => {
                // The panel is not opened: nothing moves under the operator's hand. The line below tells the words.
                self.chat.is_unread = !self.chosen.has_side;
                self.chat.add(Speaker::Customer, text.to_string());
            }
            News::Clipboard(text) if !self.chosen.keeps_clipboard => {
                if self.is_shown {
                    self.unseen.push(Wish::TakeClipboard(text.clone()));
                } else {
                    // Nothing that another customer does changes what the operator pastes here.
                    self.copied = Some(text.clone());
                }
            }
            News::Allowed(grants) => self.may_have_copied |= grants.allows(Grant::Clipboard),
            News::Chosen(paths) if !paths.is_empty() => self.carry(Job::Put(paths.clone())),
            News::NotCarried(why) => self.files.refused(*why),
            News::File(event) => {
                self.files.note(event);
                self.rate = Rate::default();
            }
            News::Progress(progress) => {
                self.rate.note(progress.bytes_done, Instant::now());
                self.files.progress(progress.clone());
            }
            News::Ended(_) => {
                self.files.end();
                self.be_calm();
            }
            _ => {}
        }
    }

    /// What the session's tab shows of it.
    pub(crate) fn tab_state(&self) -> TabState {
        match self.known.state() {
            State::Ended(_) => TabState::Ended,
            State::Lost { .. } => TabState::Lost,
            State::Silent { .. } => TabState::Silent,
            State::Asking { .. } => TabState::Asking,
            State::Paused => TabState::Paused,
            State::Hidden if self.known.grants.is_none_or(Grants::is_empty) => TabState::Paused,
            State::Hidden | State::Arriving | State::Live => TabState::Live,
        }
    }

    /// Another tab is shown, or the window closes: lets go of everything, of full screen too. What is returned goes out at once.
    pub(crate) fn leave(&mut self) -> Vec<Wish> {
        (self.chosen.wants_capture, self.chosen.is_full_screen) = (false, false);
        self.is_shown = false;
        self.devices.leave();
        self.release()
    }

    /// Whether keys and mouse go to the customer.
    fn can_act(&self) -> bool {
        !self.chosen.is_view_only && self.known.allows(Grant::Control) && self.known.is_live()
    }

    /// Releases what is held on the customer's desktop.
    fn release(&mut self) -> Vec<Wish> {
        let is_idle = self.devices.is_idle();
        self.devices.forget();
        if is_idle { Vec::new() } else { vec![Wish::Act(Input::ReleaseAll)] }
    }

    /// Puts the remote pointer into the picture where the operator's own does not stand for it.
    fn place_pointer(&self) {
        let is_shown = self.known.is_live() && (!self.can_act() || self.known.is_held);
        let pointer = self.known.pointer_at.zip(self.known.shape.clone()).filter(|_| is_shown);
        let area = self.known.area;
        self.picture.set_pointer(pointer.map(|(at, shape)| {
            let at = Point { x: at.x.saturating_sub(area.x), y: at.y.saturating_sub(area.y) };
            (at, shape)
        }));
    }
}
