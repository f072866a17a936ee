//! Owns the model: takes in news, shows windows, and carries out what the person wants.

use std::collections::HashMap;
use std::time::Instant;

use farhand_desktop::{FormerFocus, KeepAbove};
use farhand_peer::client::Control;
use farhand_proto::grant::Grants;
use farhand_proto::prose::prose_of;
use farhand_transport::survey::Survey;
use farhand_window::egui::{self, ViewportCommand, vec2};
use farhand_window::tray::{Tray, TrayEvent};
use farhand_window::winit::event::{ElementState, WindowEvent};
use farhand_window::winit::keyboard::Key;
use farhand_window::winit::window::Window;
use farhand_window::{App, Farewell, Layers, Monitor, Proxy, Redraw, Spec, Stacking, Taken};

use super::bar::{self, Place, Shift};
use super::hands::{Hands, Seen, is_modifier};
use super::hot_key::HotKeyThread;
use super::link::{Link, News};
use super::model::{Cannot, Command, ConnectionTest, Copyable, Model, Note, Saved, Stage};
use super::size::{LEAST, SIZE, fit};
use super::words::Words;
use super::{receipt, save, screens, tray};

/// The program's windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Pane {
    Main,
    /// The bar of the monitor with this place in the list.
    Bar(usize),
}

/// What other threads tell.
#[derive(Debug)]
pub(crate) enum Message {
    /// There is news to fetch.
    News,
    Tray(TrayEvent),
    /// The connection test is over.
    Tested(Option<Survey>),
    /// Another window changed what all show.
    Changed,
}

/// The program.
pub(crate) struct ClientApp {
    pub(crate) model: Model,
    words: Words,
    /// Missing where there is nothing to offer.
    link: Option<Link>,
    hands: Hands,
    /// What had the keyboard before this program; missing where nobody knows.
    former: Option<FormerFocus>,
    display: Option<String>,
    proxy: Proxy<Message>,
    tray: Option<Tray>,
    hot_key: Option<HotKeyThread>,
    /// Whether a hot key was asked for in this session: one that others have is not asked for again and again.
    hot_key_tried: bool,
    size: egui::Vec2,
    /// How large its points are, so that all of it fits.
    zoom: f32,
    monitors: Vec<Monitor>,
    places: HashMap<usize, Place>,
    above: HashMap<usize, KeepAbove>,
    wants_front: bool,
    is_open: bool,
}

impl ClientApp {
    pub(crate) fn new(
        model: Model,
        words: Words,
        link: Option<Link>,
        hands: Hands,
        display: Option<String>,
        proxy: Proxy<Message>,
    ) -> Self {
        let tray = {
            let (proxy, brake) = (proxy.clone(), link.as_ref().map(Link::brake));
            let stops = move |event| match (event, &brake) {
                (TrayEvent::End, Some(brake)) => brake.pull(Control::end_session),
                (TrayEvent::Pause, Some(brake)) => brake.pull(Control::pause),
                _ => false,
            };
            tray::open(&model, &words, move |event| {
                if !stops(event) {
                    proxy.send(Message::Tray(event));
                }
            })
        };
        let former = link.as_ref().and_then(|_| {
            FormerFocus::watch(display.as_deref(), std::process::id())
                .inspect_err(|error| tracing::warn!(%error, "the keyboard is not given back after a yes"))
                .ok()
        });
        Self {
            model,
            words,
            link,
            hands,
            former,
            display,
            proxy,
            tray: Some(tray),
            hot_key: None,
            hot_key_tried: false,
            size: SIZE,
            zoom: 1.0,
            monitors: Vec::new(),
            places: HashMap::new(),
            above: HashMap::new(),
            wants_front: false,
            is_open: true,
        }
    }

    /// Takes in all news that are there.
    fn fetch(&mut self) {
        let now = Instant::now();
        while let Some(news) = self.link.as_mut().and_then(Link::fetch) {
            match news {
                News::Event(event) => {
                    let was_asked = matches!(self.model.stage, Stage::Asked(_));
                    self.model.apply(event, now);
                    match &mut self.model.stage {
                        Stage::Asked(_) if !was_asked => self.wants_front = true,
                        Stage::Over(over) if over.path.is_empty() => {
                            self.wants_front = true;
                            over.path = save::proposal(&over.receipt, &self.words);
                        }
                        _ => {}
                    }
                }
                News::Fault(why) => self.model.give_up(Cannot::Fault(why)),
                News::Quit => self.is_open = false,
            }
        }
    }

    /// Does what the person wants, unless no hand has pressed where one has to.
    fn obey(&mut self, command: Command, is_by_hand: bool, context: &egui::Context) {
        let now = Instant::now();
        self.proxy.send(Message::Changed);
        if self.model.is_too_early(&command, now) {
            return;
        }
        if let Command::Draft(text) | Command::Say(text) = &command {
            self.model.visit(|visit| visit.chat.draft.clone_from(text));
        }
        if command.needs_hand() && !is_by_hand {
            self.model.say(Note::Ignored, now);
            return;
        }
        let control = self.link.as_ref().and_then(Link::control);
        match command {
            Command::Copy(what) => {
                if let Some(text) = self.text_of(what) {
                    context.copy_text(text);
                    self.model.copied(what, now);
                }
            }
            Command::SetPath(path) => {
                if let Stage::Over(over) = &mut self.model.stage {
                    over.path = path;
                    over.saved = None;
                }
            }
            Command::Save => {
                if let Stage::Over(over) = &mut self.model.stage
                    && !matches!(over.saved, Some(Saved::At(_)))
                {
                    let saved = save::save(&over.path, &receipt::text(&over.receipt, &self.words));
                    if let Saved::At(path) = &saved {
                        over.path.clone_from(path);
                    }
                    over.saved = Some(saved);
                }
            }
            Command::Tick(grant, on) => {
                if let Stage::Asked(question) = &mut self.model.stage {
                    let one = Grants::NONE.with(grant);
                    let ticked = question.ticked.without(one);
                    question.ticked = if on { ticked.or(one) } else { ticked };
                }
            }
            Command::Continue => {
                self.model.notice_was_read(now);
                if let Some(control) = control {
                    control.notice_was_read();
                }
            }
            Command::Allow | Command::Deny => {
                let Stage::Asked(question) = &mut self.model.stage else { return };
                question.is_answered = true;
                let grants = if command == Command::Allow { question.ticked } else { Grants::NONE };
                let Some(control) = control else { return };
                match &self.former {
                    // Before anybody is let in: what the operator types first is meant for what the person did before.
                    Some(former) if !grants.is_empty() => former.give_back(move || control.answer(grants)),
                    _ => control.answer(grants),
                }
            }
            Command::NewPassword => {
                if let Some(control) = control {
                    control.new_password();
                }
            }
            Command::Switch(grant, on) => {
                if let Some(control) = control {
                    control.switch(grant, on);
                }
            }
            Command::Pause => {
                if let Some(control) = control {
                    control.pause();
                }
            }
            Command::Resume => {
                if let Some(control) = control {
                    control.resume();
                }
            }
            Command::End => {
                if let Some(control) = control {
                    control.end_session();
                }
            }
            // It stands in the field.
            Command::Draft(_) => {}
            Command::Say(_) => self.say(),
            Command::CancelFiles => {
                if let Some(control) = control {
                    control.cancel_files();
                }
            }
            Command::WaitAgain => {
                if let Some(link) = &self.link
                    && matches!(self.model.stage, Stage::Over(_))
                {
                    link.wait_again();
                    self.model.wait_again();
                }
            }
            Command::Introduction(typed) => self.model.introduction = typed,
            Command::Introduce(typed) => {
                self.model.introduction = typed;
                if let Some((proxy, user, password)) = self.model.introduce()
                    && let Some(link) = &self.link
                {
                    link.introduce(&proxy, user, password);
                }
            }
            Command::Test => {
                if let Some(link) = &self.link
                    && self.model.test != ConnectionTest::Running
                {
                    self.model.test = ConnectionTest::Running;
                    link.test();
                }
            }
            Command::ShowMain => self.wants_front = true,
            Command::Close => self.is_open = false,
        }
    }

    /// Sends what the person has typed; what is not taken stays in the field.
    fn say(&mut self) {
        let Some(control) = self.link.as_ref().and_then(Link::control) else { return };
        self.model.visit(|visit| {
            let mut texts = prose_of(&visit.chat.draft).into_iter();
            let refused = texts.find(|text| !control.say(text.clone()));
            visit.chat.is_refused = refused.is_some();
            // What has gone is not said twice.
            let left: Vec<String> = refused.into_iter().chain(texts).map(|text| text.to_string()).collect();
            visit.chat.draft = left.join(" ");
        });
    }

    fn text_of(&self, what: Copyable) -> Option<String> {
        match (what, &self.model.stage) {
            (Copyable::SessionId, _) => self.model.numbers.as_ref().map(|numbers| numbers.session_id.clone()),
            (Copyable::Password, _) => self.model.numbers.as_ref().map(|numbers| numbers.password.clone()),
            (Copyable::Receipt, Stage::Over(over)) => Some(receipt::text(&over.receipt, &self.words)),
            (Copyable::Receipt, _) => None,
            (Copyable::Report, _) => match &self.model.test {
                ConnectionTest::Done { report, .. } => Some(report.clone()),
                _ => None,
            },
        }
    }

    /// Stops whatever goes on; what is left of a session is shown, not closed.
    fn stop(&mut self, context: &egui::Context) {
        let command = match &self.model.stage {
            Stage::Here(_) => Command::End,
            Stage::Asked(_) => Command::Deny,
            Stage::Waiting | Stage::Over(_) | Stage::Cannot(_) => Command::Close,
        };
        self.obey(command, false, context);
    }

    fn draw_main(&mut self, ui: &mut egui::Ui) -> Option<Command> {
        let is_called = std::mem::take(&mut self.wants_front);
        if is_called {
            ui.ctx().send_viewport_cmd(ViewportCommand::Minimized(false));
            ui.ctx().send_viewport_cmd(ViewportCommand::Focus);
        }
        if is_called && self.model.visitor().is_some_and(|visit| visit.chat.is_unread) {
            // Who comes because of a message answers it.
            screens::focus_draft(ui.ctx());
        }
        let command = screens::draw(ui, &self.model, &self.words);
        if is_called || ui.input(|input| input.focused) {
            // Whoever has it before them needs nothing on the bar that leads to it.
            let is_read = screens::is_talk_in_sight(ui.ctx());
            let mut has_changed = false;
            self.model.visit(|visit| {
                has_changed = std::mem::take(&mut visit.files.is_unseen);
                has_changed |= is_read && std::mem::take(&mut visit.chat.is_unread);
            });
            if has_changed {
                self.proxy.send(Message::Changed);
            }
        }
        command
    }

    fn draw_bar(&mut self, index: usize, ui: &mut egui::Ui) -> Option<Command> {
        let monitor = self.monitors.get(index)?;
        let place = self.places.get(&index).copied().unwrap_or_else(|| Place::home(monitor));
        let visit = self.model.visitor()?;
        let answer = bar::draw(ui, &self.model, visit, &self.words);
        if let Some(shift) = answer.shift {
            let moved = match shift {
                Shift::By(by) => place.moved(by, monitor),
                Shift::Drop => place.dropped(monitor),
            };
            if moved != place {
                self.places.insert(index, moved);
                let (x, y) = moved.on_desktop(monitor);
                let points = ui.ctx().pixels_per_point();
                let at = egui::pos2(x as f32 / points, y as f32 / points);
                ui.ctx().send_viewport_cmd(ViewportCommand::OuterPosition(at));
            }
        }
        answer.command
    }

    /// Keeps what lies outside the windows in step with what they show.
    fn follow(&mut self) {
        if let Some(tray) = &self.tray {
            tray::follow(tray, &self.model, &self.words);
        }
        let is_here = matches!(self.model.stage, Stage::Here(_));
        if !is_here {
            self.above.clear();
            self.hot_key = None;
            self.hot_key_tried = false;
            self.model.hot_key = None;
        } else if !std::mem::replace(&mut self.hot_key_tried, true)
            && let Some(control) = self.link.as_ref().and_then(Link::control)
        {
            self.hot_key = HotKeyThread::start(self.display.as_deref(), control);
            self.model.hot_key = self.hot_key.as_ref().map(|key| self.words.chord(key.chord()));
            self.proxy.send(Message::Changed);
        }
    }
}

impl App for ClientApp {
    type Window = Pane;
    type Message = Message;

    fn windows(&self) -> Vec<(Pane, Spec)> {
        if !self.is_open {
            return Vec::new();
        }
        let title = match &self.model.organisation {
            Some(name) => self.words.fill("window-title-of", &[("organisation", name.as_str().into())]),
            None => self.words.get("window-title"),
        };
        let main = Spec {
            title,
            size: self.size,
            min_size: LEAST.min(self.size),
            zoom: self.zoom,
            is_resizable: true,
            stacking: Stacking::Normal,
            place: None,
        };
        let mut windows = vec![(Pane::Main, main)];
        if self.model.visitor().is_some() {
            windows.extend(self.monitors.iter().enumerate().map(|(index, monitor)| {
                let place = self.places.get(&index).copied().unwrap_or_else(|| Place::home(monitor));
                let size = bar::size((f64::from(monitor.width) / monitor.scale) as f32);
                let bar = Spec {
                    title: self.words.get("bar-title"),
                    size,
                    min_size: size,
                    zoom: 1.0,
                    is_resizable: false,
                    stacking: Stacking::Bar,
                    place: Some(place.on_desktop(monitor)),
                };
                (Pane::Bar(index), bar)
            }));
        }
        windows
    }

    fn draw(&mut self, window: Pane, ui: &mut egui::Ui, _: &mut Layers) {
        if let Some(next) = self.model.tick(Instant::now()) {
            ui.ctx().request_repaint_after(next);
        }
        let command = match window {
            Pane::Main => self.draw_main(ui),
            Pane::Bar(index) => self.draw_bar(index, ui),
        };
        let is_by_hand = self.hands.are_in_use(window);
        if let Some(command) = command {
            let context = ui.ctx().clone();
            self.obey(command, is_by_hand, &context);
        }
    }

    fn message(&mut self, message: Message) -> Redraw {
        let context = egui::Context::default();
        match message {
            Message::News => self.fetch(),
            Message::Tray(TrayEvent::End) => self.stop(&context),
            Message::Tray(TrayEvent::Pause) => self.obey(Command::Pause, true, &context),
            // Nobody knows who chose it: the person can go on in the window.
            Message::Tray(TrayEvent::Show | TrayEvent::Resume) => self.wants_front = true,
            Message::Tested(survey) => self.model.tested(survey.as_ref(), &self.words),
            Message::Changed => {}
        }
        Redraw::All
    }

    fn event(&mut self, window: Pane, event: &WindowEvent) -> Taken {
        let is_asked = matches!(self.model.stage, Stage::Asked(_));
        // Every press is judged, whatever becomes of it: one that was not would vouch for another.
        let seen = self.hands.see(window, event, is_asked);
        if let Stage::Asked(question) = &mut self.model.stage
            && let WindowEvent::KeyboardInput { event, is_synthetic: false, .. } = event
            && event.state == ElementState::Pressed
            && !is_modifier(&event.logical_key)
            && !question.takes_key(matches!(event.logical_key, Key::Character(_)), Instant::now())
        {
            return Taken::Yes;
        }
        match seen {
            Seen::Pass => Taken::No,
            Seen::Drop => Taken::Yes,
            Seen::DropAndSay => {
                self.model.say(Note::Ignored, Instant::now());
                Taken::YesRedraw
            }
        }
    }

    fn action(&mut self, window: Pane, _: &egui::accesskit::ActionRequest) -> Taken {
        self.hands.see_action(window);
        Taken::No
    }

    fn idle(&mut self) -> Option<Instant> {
        self.follow();
        None
    }

    fn opened(&mut self, window: Pane, handle: &Window) {
        let Some(number) = self.hands.opened(window, handle) else { return };
        if let Pane::Bar(index) = window {
            match KeepAbove::start(self.display.as_deref(), number) {
                Ok(above) => {
                    if let Some(monitor) = self.monitors.get(index)
                        && !self.places.contains_key(&index)
                    {
                        // The bar of another session on this desktop. At home it stays in the middle of whatever monitor.
                        let place = Place::beside(above.others(), monitor);
                        if place != Place::home(monitor) {
                            self.places.insert(index, place);
                        }
                    }
                    self.above.insert(index, above);
                }
                Err(error) => tracing::warn!(%error, "a bar may be covered"),
            }
        }
    }

    fn farewell(&self) -> Farewell {
        let wait = self.link.as_ref().map(Link::farewell);
        Box::new(move || {
            if let Some(wait) = wait {
                wait();
            }
            crate::NO_DESKTOP
        })
    }

    fn close(&mut self, window: Pane) {
        // A bar can't be closed.
        if window == Pane::Main {
            self.stop(&egui::Context::default());
        }
    }

    fn monitors(&mut self, monitors: Vec<Monitor>) {
        if self.monitors.is_empty() && !monitors.is_empty() {
            let room = |side: fn(&Monitor) -> u32| {
                let sides = monitors.iter().map(|monitor| (f64::from(side(monitor)) / monitor.scale) as f32);
                sides.fold(f32::INFINITY, f32::min)
            };
            let room = vec2(room(|monitor| monitor.width), room(|monitor| monitor.height));
            let scale = monitors.iter().map(|monitor| monitor.scale as f32).fold(f32::INFINITY, f32::min);
            (self.size, self.zoom) = fit(room, scale);
        }
        // What the person moved stays where it is for as long as its monitor does.
        let before = std::mem::replace(&mut self.monitors, monitors);
        let corner = |monitors: &[Monitor], index: usize| monitors.get(index).map(|at| (at.x, at.y));
        let now = &self.monitors;
        self.places.retain(|index, _| corner(&before, *index) == corner(now, *index));
    }
}
