//! The window's application: the model, the sessions' views and the network put together.

use std::collections::HashMap;
use std::time::Instant;

use farhand_session::ActError;
use farhand_texts::Texts;
use farhand_window::egui::{self, CentralPanel, Frame, Panel, Ui, Vec2, ViewportCommand};
use farhand_window::theme::Palette;
use farhand_window::winit::event::WindowEvent;
use farhand_window::{App, Farewell, Layers, Monitor, Redraw, Spec, Stacking, Taken};

use super::forms::Test;
use super::link::{FromLink, Inbox, Link, Request};
use super::model::{Command, Effect, Model, Page, TabId, TabState};
use super::screens;
use super::session::{News, SessionView, Wish};
use super::settings::Theme;
use super::words;

/// The network has something to say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message;

/// The one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Main;

/// What the window is made of.
pub(super) struct Console {
    model: Model,
    views: HashMap<TabId, SessionView>,
    /// Without it the window is closed at once.
    link: Option<Link>,
    inbox: Inbox,
    locale: String,
    texts: Texts,
    /// The window's size in points when it opens, once the monitors are known.
    size: Option<Vec2>,
    /// Whether theme and size have to be told to the window.
    is_restyled: bool,
}

/// Enough for a picture of a usual desktop and all that is around it.
const SIZE: Vec2 = Vec2::new(1180.0, 760.0);
/// Below this, something would not fit.
const MIN_SIZE: Vec2 = Vec2::new(720.0, 480.0);
/// Points that the desktop keeps for frames and panels.
const AROUND: Vec2 = Vec2::new(16.0, 72.0);

/// The size in which the window fits on every one of these monitors.
fn fitting(monitors: &[Monitor]) -> Vec2 {
    let rooms = monitors.iter().filter(|monitor| monitor.width > 0 && monitor.height > 0).map(|monitor| {
        Vec2::new(monitor.width as f32, monitor.height as f32) / (monitor.scale.max(0.5) as f32) - AROUND
    });
    rooms.fold(SIZE, Vec2::min).max(Vec2::splat(320.0)).floor()
}

impl Console {
    pub(super) fn new(
        model: Model,
        effects: Vec<Effect>,
        link: Option<Link>,
        inbox: Inbox,
        locale: String,
    ) -> Self {
        let texts = words::texts(model.settings.language, &locale);
        let mut console =
            Self { model, views: HashMap::new(), link, inbox, locale, texts, size: None, is_restyled: true };
        console.model.is_over |= console.link.is_none();
        console.perform(effects);
        console
    }

    fn shown(&mut self) -> Option<(TabId, &mut SessionView)> {
        let Page::Session(id) = self.model.page else { return None };
        self.views.get_mut(&id).map(|view| (id, view))
    }

    fn command(&mut self, command: Command) {
        let effects = self.model.apply(command);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.perform_one(effect);
        }
        if self.model.is_over {
            self.views.clear();
        }
    }

    fn perform_one(&mut self, effect: Effect) {
        let Some(link) = &mut self.link else { return };
        match effect {
            Effect::Connect { tab, id, password, ask, settings, token } => {
                link.connect(tab, &settings, &token, Request { id, password, ask });
            }
            Effect::CancelAttempt => link.cancel_attempt(),
            Effect::FindStore => link.find_store(),
            Effect::LoadToken(operator) => link.load_token(operator),
            Effect::StoreToken(operator, token) => link.store_token(operator, token),
            Effect::Test { settings, token } => link.test(&settings, &token),
            Effect::CancelTest => link.cancel_test(),
            Effect::SaveReport(text) => link.save_report(text),
            Effect::Introduce { proxy, user, password } => link.introduce(&proxy, user, password.0),
            Effect::SaveSettings(settings) => link.save_settings(settings),
            Effect::SaveRecent(recent) => link.save_recent(recent),
            Effect::Restyle => {
                self.texts = words::texts(self.model.setup.language, &self.locale);
                self.is_restyled = true;
            }
            Effect::Leave(id) => {
                let wishes = self.views.get_mut(&id).map(SessionView::leave).unwrap_or_default();
                self.wish(id, wishes);
            }
            Effect::Forget(id) => {
                self.wish(id, vec![Wish::End]);
                self.views.remove(&id);
            }
        }
    }

    /// Passes on what the operator wants of a session.
    fn wish(&mut self, id: TabId, wishes: Vec<Wish>) {
        for wish in wishes {
            match wish {
                Wish::FullScreen(is_full) => self.model.is_full_screen = is_full,
                Wish::End if self.has_ended(id) => self.command(Command::CloseTab(id)),
                wish => {
                    let is_taken = self.link.as_ref().is_some_and(|link| link.wish(id, wish));
                    if !is_taken
                        && !self.has_ended(id)
                        && let Some(view) = self.views.get_mut(&id)
                    {
                        view.note(News::NotTaken(ActError::Congested));
                    }
                }
            }
        }
    }

    fn has_ended(&self, id: TabId) -> bool {
        self.model.tab(id).is_some_and(|tab| tab.state == TabState::Ended)
    }

    /// Hears the network; says what has to be drawn anew.
    fn hear(&mut self, news: FromLink) -> Redraw {
        match news {
            FromLink::Session(id, news) => return self.note(id, news),
            FromLink::Stage(id, stage) => self.model.stage(id, stage),
            FromLink::Failed(id, trouble) => self.model.failed(id, trouble),
            FromLink::Connected(id, begun) => {
                if self.model.connected(id, begun.organisation) {
                    self.views.insert(id, SessionView::new(begun.words, begun.picture, begun.resume_window));
                } else if let Some(link) = &self.link {
                    // Given up in the moment in which it succeeded.
                    link.wish(id, Wish::End);
                }
            }
            FromLink::Ended(id, end, trouble) => {
                let effects = self.model.ended(id, end);
                self.perform(effects);
                if let Some(view) = self.views.get_mut(&id) {
                    let (what, next) = (trouble.what.say(&self.texts), trouble.next.say(&self.texts));
                    view.note(News::Ended(format!("{what} {next}")));
                }
            }
            FromLink::Loaded(answer) => self.model.loaded(answer),
            FromLink::Stored(answer) => self.model.stored(answer),
            FromLink::Tested(result, report) => {
                self.model.tested(result.map_or_else(Test::Failed, Test::Fine), report);
            }
            FromLink::ReportSaved(saved) => self.model.report_saved(saved),
            FromLink::Saved(Ok(())) => self.model.file_trouble = None,
            FromLink::Saved(Err(error)) => {
                tracing::warn!(%error, "the settings were not written");
                self.model.file_trouble = Some(error);
            }
        }
        Redraw::All
    }

    fn note(&mut self, id: TabId, news: News) -> Redraw {
        let before = self.model.tab(id).map(|tab| tab.state);
        let is_marked = matches!(news, News::Said(_)) && self.model.said(id);
        let is_shown = self.model.page == Page::Session(id);
        let Some(view) = self.views.get_mut(&id) else { return Redraw::Nothing };
        let redraw = view.note(news);
        let wishes = view.outgoing();
        self.model.tab_state(id, view.tab_state());
        let after = self.model.tab(id).map(|tab| tab.state);
        self.wish(id, wishes);
        if before != after || is_marked {
            Redraw::All
        } else if is_shown {
            redraw
        } else {
            Redraw::Nothing
        }
    }

    fn restyle(&self, ui: &Ui) {
        let theme = match self.model.setup.theme {
            Theme::System => egui::ThemePreference::System,
            Theme::Light => egui::ThemePreference::Light,
            Theme::Dark => egui::ThemePreference::Dark,
        };
        ui.ctx().set_theme(theme);
    }

    /// Whether keys and clicks go to the session before the interface.
    fn session_goes_first(&self, event: &WindowEvent) -> bool {
        let is_key = matches!(event, WindowEvent::KeyboardInput { .. } | WindowEvent::Ime(_));
        self.model.question.is_none() && !(is_key && self.model.renaming.is_some())
    }
}

impl App for Console {
    type Window = Main;
    type Message = Message;

    fn windows(&self) -> Vec<(Main, Spec)> {
        if self.model.is_over {
            return Vec::new();
        }
        let name = self.texts.get("window-title");
        let title = match self.model.page {
            Page::Session(id) => self.model.tab(id).map(|tab| format!("{} – {name}", tab.label())),
            Page::Connect | Page::Settings => None,
        };
        vec![(
            Main,
            Spec {
                title: title.unwrap_or(name),
                size: self.size.unwrap_or(SIZE),
                min_size: MIN_SIZE.min(self.size.unwrap_or(SIZE)),
                zoom: 1.0,
                is_resizable: true,
                stacking: Stacking::Normal,
                place: None,
            },
        )]
    }

    fn draw(&mut self, _: Main, ui: &mut Ui, layers: &mut Layers) {
        if std::mem::take(&mut self.is_restyled) {
            self.restyle(ui);
        }
        self.model.now = super::now();
        let commands = chrome(ui, &self.model, &self.texts, |ui, model, texts| match model.page {
            Page::Session(id) => {
                let wishes = self.views.get_mut(&id).map(|view| view.draw(ui, layers, texts));
                Drawn::Session(id, wishes.unwrap_or_default())
            }
            page => Drawn::Page(page_of(ui, page, model, texts)),
        });
        let was_full = self.model.is_full_screen;
        for drawn in commands {
            match drawn {
                Drawn::Page(commands) => commands.into_iter().for_each(|command| self.command(command)),
                Drawn::Session(id, wishes) => self.wish(id, wishes),
            }
        }
        if was_full && !self.model.is_full_screen {
            ui.ctx().send_viewport_cmd(ViewportCommand::Fullscreen(false));
        }
        if self.is_restyled || was_full != self.model.is_full_screen {
            ui.ctx().request_repaint();
        }
    }

    fn message(&mut self, _: Message) -> Redraw {
        self.model.now = super::now();
        let mut redraw = Redraw::Nothing;
        for news in self.inbox.take() {
            redraw = match (redraw, self.hear(news)) {
                (Redraw::All, _) | (_, Redraw::All) => Redraw::All,
                (Redraw::Pictures, _) | (_, Redraw::Pictures) => Redraw::Pictures,
                (Redraw::Nothing, Redraw::Nothing) => Redraw::Nothing,
            };
        }
        redraw
    }

    fn event(&mut self, _: Main, event: &WindowEvent) -> Taken {
        if !self.session_goes_first(event) {
            return Taken::No;
        }
        let Some((id, view)) = self.shown() else { return Taken::No };
        let (taken, wishes) = view.event(event);
        let was_full = self.model.is_full_screen;
        self.wish(id, wishes);
        if was_full != self.model.is_full_screen && taken == Taken::Yes { Taken::YesRedraw } else { taken }
    }

    fn monitors(&mut self, monitors: Vec<Monitor>) {
        // Later the window is as large as its operator wants it.
        self.size.get_or_insert_with(|| fitting(&monitors));
    }

    fn is_typed_into(&self, _: Main) -> bool {
        true
    }

    fn idle(&mut self) -> Option<Instant> {
        let (id, view) = self.shown()?;
        let (wishes, next) = view.idle(Instant::now());
        self.wish(id, wishes);
        next
    }

    fn farewell(&self) -> Farewell {
        let say = self.link.as_ref().map(Link::farewell);
        Box::new(move || {
            if let Some(say) = say {
                say();
            }
            1
        })
    }

    fn close(&mut self, _: Main) {
        self.command(Command::CloseWindow);
    }
}

/// What drawing a part of the window brought.
pub(super) enum Drawn {
    Page(Vec<Command>),
    Session(TabId, Vec<Wish>),
}

/// Draws a page that is no session.
pub(super) fn page_of(ui: &mut Ui, page: Page, model: &Model, texts: &Texts) -> Vec<Command> {
    match page {
        Page::Connect => screens::connect::draw(ui, model, texts),
        Page::Settings => screens::settings::draw(ui, model, texts),
        Page::Session(_) => Vec::new(),
    }
}

/// Draws what is around a page, and the page by `body`.
pub(super) fn chrome(
    ui: &mut Ui,
    model: &Model,
    texts: &Texts,
    body: impl FnOnce(&mut Ui, &Model, &Texts) -> Drawn,
) -> Vec<Drawn> {
    let palette = Palette::in_use(ui);
    let mut drawn = Vec::new();
    if !model.is_full_screen {
        Panel::top("tabs")
            .exact_size(screens::tabs::ROW)
            .frame(Frame::new().fill(palette.ground))
            .show_separator_line(false)
            .show_inside(ui, |ui| drawn.push(Drawn::Page(screens::tabs::draw(ui, model, texts))));
    }
    // Where a session shows its picture, nothing may lie over it.
    let is_session = matches!(model.page, Page::Session(_));
    let frame = if is_session { Frame::NONE } else { Frame::new().fill(palette.ground) };
    CentralPanel::default().frame(frame).show_inside(ui, |ui| drawn.push(body(ui, model, texts)));
    drawn.push(Drawn::Page(screens::question::draw(ui, model, texts)));
    drawn
}

#[cfg(test)]
mod size_tests {
    use super::*;

    #[test]
    fn the_window_fits_on_every_monitor() {
        let monitor = |width, height, scale| Monitor { x: 0, y: 0, width, height, scale };
        assert_eq!(fitting(&[]), SIZE);
        assert_eq!(fitting(&[monitor(1920, 1080, 1.0)]), SIZE);
        assert_eq!(fitting(&[monitor(1366, 768, 1.0)]), Vec2::new(1180.0, 696.0));
        assert_eq!(fitting(&[monitor(3840, 2160, 2.0), monitor(1400, 900, 2.0)]), Vec2::new(684.0, 378.0));
    }
}
