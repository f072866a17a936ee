//! The event loop.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::time::Instant;

use egui::Vec2;
use winit::application::ApplicationHandler;
use winit::event::{DeviceEvent, DeviceId, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop, EventLoopProxy};
use winit::window::WindowId;

use crate::clipboard::Clipboard;
use crate::picture::Layers;
use crate::presenter::{Gpu, PresentError};
use crate::system::{Monitors, Typed, Wheel};
use crate::view::View;

/// A program with windows. All of it runs on one thread and never blocks.
pub trait App {
    /// Names its windows.
    type Window: Copy + Eq + Hash + Debug;
    /// What other threads tell it.
    type Message: Send + 'static;

    /// The windows that should be open now; asked after everything that happens. None: the program ends.
    fn windows(&self) -> Vec<(Self::Window, Spec)>;

    /// Lays out a window. Where it draws nothing, the layers are seen.
    fn draw(&mut self, window: Self::Window, ui: &mut egui::Ui, layers: &mut Layers);

    /// Hears another thread.
    fn message(&mut self, message: Self::Message) -> Redraw;

    /// Sees an event before the interface does.
    fn event(&mut self, window: Self::Window, event: &WindowEvent) -> Taken {
        let _ = (window, event);
        Taken::No
    }

    /// Whether what other programs type into a window (password managers, keyboards on the screen) has to arrive
    /// exactly, however fast they give the keyboard letters that it lacks.
    fn is_typed_into(&self, window: Self::Window) -> bool {
        let _ = window;
        false
    }

    /// Sees before the interface does what a screen reader or another program asks for.
    fn action(&mut self, window: Self::Window, request: &egui::accesskit::ActionRequest) -> Taken {
        let _ = (window, request);
        Taken::No
    }

    /// Everything that has happened so far was handed over, and the windows wait from now on. Says when to be called
    /// next, if nothing happens before: what comes in floods can be passed on at its own pace that way, without
    /// laying out anything.
    fn idle(&mut self) -> Option<Instant> {
        None
    }

    /// A window was made; it shows with its first frame.
    fn opened(&mut self, window: Self::Window, handle: &winit::window::Window) {
        let _ = (window, handle);
    }

    /// What is still to be done if the display is suddenly gone, and the process's exit code then. It is called on the
    /// windows' thread, from which nothing else comes any more.
    fn farewell(&self) -> Farewell {
        Box::new(|| 1)
    }

    /// Somebody closes a window.
    fn close(&mut self, window: Self::Window);

    /// The monitors, in pixels of the desktop: asked for before [`App::windows`].
    fn monitors(&mut self, monitors: Vec<Monitor>) {
        let _ = monitors;
    }
}

/// Last things to do; gives the process's exit code.
pub type Farewell = Box<dyn FnOnce() -> u8 + Send>;

/// One monitor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Monitor {
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Pixels per point.
    pub scale: f64,
}

/// What a window is like.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// In the frame around it, and for screen readers.
    pub title: String,
    /// Its size in points when it opens; a new value resizes it.
    pub size: Vec2,
    /// The least size in points.
    pub min_size: Vec2,
    /// How large a point is to what the monitor's scale says: less than 1 where all has to fit.
    pub zoom: f32,
    /// Whether people may resize it.
    pub is_resizable: bool,
    /// Where it lies among other windows.
    pub stacking: Stacking,
    /// Its top left corner when it opens, in pixels of the desktop; a new value moves it. The system chooses otherwise.
    pub place: Option<(i32, i32)>,
}

/// Where a window lies among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stacking {
    /// Like every window.
    Normal,
    /// Above all others, without a frame; the window manager has no say.
    Bar,
}

/// Whether the application took an event for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The interface gets it.
    No,
    /// It is over with.
    Yes,
    /// It is over with, and changed what the window shows.
    YesRedraw,
}

/// What has to be drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redraw {
    /// Nothing.
    Nothing,
    /// Pictures beneath the interface.
    Pictures,
    /// Everything.
    All,
}

/// Why there are no windows.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No display, or one that can't be used.
    #[error("this desktop can't be reached: {0}")]
    EventLoop(#[from] winit::error::EventLoopError),
    /// The system refuses a window.
    #[error("this desktop gives no window: {0}")]
    Window(#[source] winit::error::OsError),
    /// The system refuses pixels.
    #[error("this desktop gives a window no pixels: {0}")]
    Surface(#[source] softbuffer::SoftBufferError),
}

/// What comes into the loop from outside.
#[derive(Debug)]
pub(crate) enum Outside<M> {
    Message(M),
    /// The desktop's theme.
    Theme(Option<egui::Theme>),
    /// Monitors came, went or moved.
    Monitors,
    Accessibility(egui_winit::accesskit_winit::Event),
}

impl<M> From<egui_winit::accesskit_winit::Event> for Outside<M> {
    fn from(event: egui_winit::accesskit_winit::Event) -> Self {
        Self::Accessibility(event)
    }
}

pub(crate) struct Sender<M: 'static>(pub(crate) EventLoopProxy<Outside<M>>);

/// Tells the application something from another thread. The messages queue without a bound: send news that there
/// is something to fetch, not the things themselves, and not again before it was fetched.
#[derive(Debug)]
pub struct Proxy<M: 'static>(EventLoopProxy<Outside<M>>);

impl<M> Clone for Proxy<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: Send> Proxy<M> {
    /// Sends; nothing happens once the program ends.
    pub fn send(&self, message: M) {
        // A loop that is over needs no news.
        let _ = self.0.send_event(Outside::Message(message));
    }
}

/// What draws windows.
#[cfg(feature = "gpu")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Graphics {
    /// The graphics processor where there is one, the processor elsewhere.
    #[default]
    Auto,
    /// The processor.
    Software,
    /// OpenGL, even where that is a program on the processor; the processor where there is none.
    Gpu,
}

#[cfg(feature = "gpu")]
impl std::str::FromStr for Graphics {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "software" => Ok(Self::Software),
            "gpu" => Ok(Self::Gpu),
            _ => Err("say auto, software or gpu".to_owned()),
        }
    }
}

/// Opens the windows of the application that `make` makes, and runs until it wants none. `program` names it to the
/// desktop; `theme` is the desktop's, where the windows' system does not tell; when that changes, they follow. The
/// processor draws.
///
/// # Errors
/// There is no desktop, or it refuses windows.
pub fn run<A: App>(
    program: &str,
    theme: Option<egui::Theme>,
    make: impl FnOnce(Proxy<A::Message>) -> A,
) -> Result<(), RunError> {
    run_with(None, program, theme, make)
}

/// The same with a choice of what draws.
///
/// # Errors
/// There is no desktop, or it refuses windows.
#[cfg(feature = "gpu")]
pub fn run_on<A: App>(
    graphics: Graphics,
    program: &str,
    theme: Option<egui::Theme>,
    make: impl FnOnce(Proxy<A::Message>) -> A,
) -> Result<(), RunError> {
    let open = crate::system::open_gpu;
    let gpu = match graphics {
        Graphics::Software => None,
        Graphics::Auto => Some(Gpu { open, takes_software: false }),
        Graphics::Gpu => Some(Gpu { open, takes_software: true }),
    };
    run_with(gpu, program, theme, make)
}

fn run_with<A: App>(
    gpu: Option<Gpu>,
    program: &str,
    theme: Option<egui::Theme>,
    make: impl FnOnce(Proxy<A::Message>) -> A,
) -> Result<(), RunError> {
    let event_loop = crate::system::event_loop(EventLoop::with_user_event())?;
    let sender = Sender(event_loop.create_proxy());
    let app = make(Proxy(event_loop.create_proxy()));
    crate::system::when_display_is_lost(app.farewell());
    let proxy = event_loop.create_proxy();
    crate::system::follow_theme(move |theme| proxy.send_event(Outside::Theme(theme)).is_ok());
    let proxy = event_loop.create_proxy();
    let monitors = Monitors::follow(move || proxy.send_event(Outside::Monitors).is_ok());
    let mut running = Running {
        app,
        program,
        theme,
        monitors,
        gpu,
        sender,
        views: HashMap::new(),
        opened: Vec::new(),
        typed: HashMap::new(),
        wheel: Wheel::default(),
        clipboard: Clipboard::Closed,
        failure: None,
    };
    event_loop.run_app(&mut running)?;
    running.failure.map_or(Ok(()), Err)
}

struct Running<'a, A: App> {
    app: A,
    program: &'a str,
    theme: Option<egui::Theme>,
    monitors: Monitors,
    /// The graphics processor, until it failed.
    gpu: Option<Gpu>,
    sender: Sender<A::Message>,
    views: HashMap<A::Window, View>,
    /// The windows in the order in which they were made. In this order they are drawn as well: accesskit_unix counts
    /// on windows telling screen readers of themselves in the order of their making, and panics otherwise.
    opened: Vec<A::Window>,
    typed: HashMap<A::Window, Typed>,
    wheel: Wheel,
    clipboard: Clipboard,
    failure: Option<RunError>,
}

impl<A: App> Running<'_, A> {
    fn named(&self, id: WindowId) -> Option<A::Window> {
        self.views.iter().find(|(_, view)| view.window.id() == id).map(|(name, _)| *name)
    }

    /// The event, with what its key typed at its time.
    fn completed(&self, name: A::Window, event: WindowEvent) -> WindowEvent {
        match (self.typed.get(&name), event) {
            (Some(typed), WindowEvent::KeyboardInput { device_id, event, is_synthetic: false })
                if event.state.is_pressed() =>
            {
                let event = typed.complete(&event).unwrap_or(event);
                WindowEvent::KeyboardInput { device_id, event, is_synthetic: false }
            }
            (_, event) => event,
        }
    }

    fn redraw_all(&mut self) {
        self.views.values_mut().for_each(View::redraw);
    }

    fn note_taken(&mut self, window: A::Window, taken: Taken) {
        if taken == Taken::YesRedraw
            && let Some(view) = self.views.get_mut(&window)
        {
            view.redraw();
        }
    }

    /// Opens and closes windows as the application wants them, then draws what is due.
    fn settle(&mut self, event_loop: &ActiveEventLoop) -> Result<(), RunError> {
        self.app.monitors(self.monitors.list(event_loop));
        let wanted = self.app.windows();
        if wanted.is_empty() {
            self.views.clear();
            event_loop.exit();
            return Ok(());
        }
        self.views.retain(|name, _| wanted.iter().any(|(wanted, _)| wanted == name));
        self.opened.retain(|name| self.views.contains_key(name));
        self.typed.retain(|name, _| self.views.contains_key(name));
        for (name, spec) in wanted {
            if let Some(view) = self.views.get_mut(&name) {
                view.follow(spec);
            } else {
                let view = View::open(
                    event_loop,
                    self.program,
                    spec,
                    &self.sender,
                    self.theme,
                    &mut self.gpu,
                    None,
                )?;
                announce(&mut self.app, &mut self.typed, name, &view);
                self.views.insert(name, view);
                self.opened.push(name);
            }
        }
        let mut reopened = Vec::new();
        for name in &self.opened {
            let Some(view) = self.views.get_mut(name) else { continue };
            let drawn =
                view.draw(event_loop, &mut self.clipboard, |ui, layers| self.app.draw(*name, ui, layers));
            match drawn {
                Ok(()) => {}
                Err(PresentError::Surface(error)) => return Err(RunError::Surface(error)),
                #[cfg(feature = "gpu")]
                Err(PresentError::Lost(reason)) => {
                    tracing::warn!(reason, "the processor draws the window from now on");
                    self.gpu = None;
                    *view = view.reopen(event_loop, self.program, &self.sender, self.theme)?;
                    reopened.push(*name);
                    announce(&mut self.app, &mut self.typed, *name, view);
                }
            }
        }
        self.opened.retain(|name| !reopened.contains(name));
        self.opened.append(&mut reopened);
        let next = self.views.values().filter_map(View::due).chain(self.app.idle()).min();
        event_loop.set_control_flow(next.map_or(ControlFlow::Wait, ControlFlow::WaitUntil));
        Ok(())
    }

    /// What happened to a window.
    fn on_window_event(&mut self, id: WindowId, event: WindowEvent) {
        let Some(name) = self.named(id) else { return };
        if self.wheel.is_echo(&event) {
            return;
        }
        let event = self.completed(name, event);
        if let Some(view) = self.views.get_mut(&name) {
            view.note(&event);
        }
        if matches!(event, WindowEvent::CloseRequested) {
            self.app.close(name);
            self.redraw_all();
            return;
        }
        match self.app.event(name, &event) {
            Taken::No => {
                if let Some(view) = self.views.get_mut(&name) {
                    view.handle(&event, &mut self.clipboard);
                }
            }
            taken => self.note_taken(name, taken),
        }
    }
}

impl<A: App> ApplicationHandler<Outside<A::Message>> for Running<'_, A> {
    fn resumed(&mut self, _: &ActiveEventLoop) {}

    fn user_event(&mut self, _: &ActiveEventLoop, event: Outside<A::Message>) {
        match event {
            Outside::Message(message) => match self.app.message(message) {
                Redraw::Nothing | Redraw::Pictures => {}
                Redraw::All => self.redraw_all(),
            },
            Outside::Theme(theme) if self.theme == theme => {}
            Outside::Theme(theme) => {
                self.theme = theme;
                self.views.values_mut().for_each(|view| view.set_fallback_theme(theme));
            }
            // They are looked at before the loop waits again.
            Outside::Monitors => {}
            Outside::Accessibility(event) => {
                use egui_winit::accesskit_winit::WindowEvent;
                let Some(name) = self.named(event.window_id) else { return };
                match event.window_event {
                    WindowEvent::InitialTreeRequested => self.note_taken(name, Taken::YesRedraw),
                    WindowEvent::ActionRequested(request) => match self.app.action(name, &request) {
                        Taken::No => {
                            if let Some(view) = self.views.get_mut(&name) {
                                view.handle_action(request);
                            }
                        }
                        taken => self.note_taken(name, taken),
                    },
                    WindowEvent::AccessibilityDeactivated => {}
                }
            }
        }
    }

    fn window_event(&mut self, _: &ActiveEventLoop, id: WindowId, event: WindowEvent) {
        if let WindowEvent::Resized(_) = event {
            // Nobody tells where in the window the pointer is now: until it moves, a press would go to what lay there
            // before.
            self.on_window_event(id, WindowEvent::CursorLeft { device_id: DeviceId::dummy() });
        }
        self.on_window_event(id, event);
    }

    fn device_event(&mut self, _: &ActiveEventLoop, _: DeviceId, event: DeviceEvent) {
        self.wheel.note(&event);
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        self.typed.values().for_each(Typed::caught_up);
        self.wheel.clear();
        if let Err(error) = self.settle(event_loop) {
            self.failure = Some(error);
            self.views.clear();
            event_loop.exit();
        }
        // What a frame did may have changed which windows there should be.
        let due = self.views.values().filter_map(View::due).min();
        if due.is_some_and(|due| due <= Instant::now()) {
            event_loop.set_control_flow(ControlFlow::Poll);
        }
    }
}

/// Tells of a window that was made.
fn announce<A: App>(app: &mut A, typed: &mut HashMap<A::Window, Typed>, name: A::Window, view: &View) {
    app.opened(name, &view.window);
    if app.is_typed_into(name)
        && let Some(follows) = Typed::follow(&view.window)
    {
        typed.insert(name, follows);
    }
}
