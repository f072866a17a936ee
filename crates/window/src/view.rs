//! One window: its egui context, its pixels, and when to draw it next.

use std::sync::Arc;
use std::time::Instant;

use egui::{OutputCommand, ViewportCommand, ViewportId, ViewportInfo};
use egui_winit::State;
use farhand_proto::screen::{PointerShape, Region};
use winit::dpi::{LogicalSize, PhysicalPosition, PhysicalSize};
use winit::event::{ElementState, WindowEvent};
use winit::event_loop::ActiveEventLoop;
use winit::keyboard::{Key, ModifiersState, NamedKey};
use winit::window::{CustomCursor, Fullscreen, Window, WindowAttributes};

use crate::canvas::rect;
use crate::capture::Capture;
use crate::clipboard::Clipboard;
use crate::picture::{Backdrop, Layers};
use crate::presenter::{self, Frame, Gpu, PresentError, Presenter};
use crate::run::{RunError, Sender, Spec, Stacking};
use crate::{system, theme};

/// Passes in a row that the interface may ask for at once; then others get their turn.
const PASSES: usize = 3;

pub(crate) struct View {
    pub(crate) window: Arc<Window>,
    pub(crate) spec: Spec,
    context: egui::Context,
    state: State,
    info: ViewportInfo,
    presenter: Box<dyn Presenter>,
    backdrop: Backdrop,
    /// The mouse pointer that is not one of the desktop's own.
    cursor: Option<(Arc<PointerShape>, CustomCursor)>,
    /// The keyboard, while this window has all of it.
    capture: Option<Capture>,
    /// What people did that is for the next frames.
    waiting: Vec<egui::Event>,
    /// When the interface wants to be laid out next.
    due: Option<Instant>,
    modifiers: ModifiersState,
    is_shown: bool,
    /// Whether the window's own pixels are lost.
    is_exposed: bool,
}

/// What a window was like whose place another one takes.
pub(crate) struct Before {
    memory: egui::Memory,
    size: PhysicalSize<u32>,
    place: Option<PhysicalPosition<i32>>,
    is_maximized: bool,
    fullscreen: Option<Fullscreen>,
}

impl Before {
    fn attributes(&self, mut attributes: WindowAttributes) -> WindowAttributes {
        if let Some(place) = self.place {
            attributes = attributes.with_position(place);
        }
        attributes
            .with_inner_size(self.size)
            .with_maximized(self.is_maximized)
            .with_fullscreen(self.fullscreen.clone())
    }
}

impl View {
    pub(crate) fn open<M: Send + 'static>(
        event_loop: &ActiveEventLoop,
        program: &str,
        spec: Spec,
        sender: &Sender<M>,
        theme: Option<egui::Theme>,
        gpu: &mut Option<Gpu>,
        before: Option<&Before>,
    ) -> Result<Self, RunError> {
        let (size, least) = (logical(spec.size, spec.zoom), logical(spec.min_size, spec.zoom));
        let mut attributes = WindowAttributes::default()
            .with_title(&spec.title)
            .with_inner_size(size)
            .with_min_inner_size(least)
            .with_resizable(spec.is_resizable)
            // Screen readers have to know a window before it shows.
            .with_visible(false);
        if spec.stacking == Stacking::Bar {
            attributes =
                attributes.with_decorations(false).with_window_level(winit::window::WindowLevel::AlwaysOnTop);
        }
        if let Some(place) = spec.place {
            attributes = attributes.with_position(PhysicalPosition::new(place.0, place.1));
        }
        if let Some(before) = before {
            attributes = before.attributes(attributes);
        }
        let attributes = system::attributes(attributes, program, spec.stacking);
        let (window, presenter) = presenter::open(event_loop, attributes, gpu)?;
        let context = egui::Context::default();
        if let Some(before) = before {
            context.memory_mut(|memory| *memory = before.memory.clone());
        }
        context.set_zoom_factor(spec.zoom);
        theme::install(&context);
        set_fallback_theme(&context, theme);
        let scale = Some(window.scale_factor() as f32);
        let mut state =
            State::new(context.clone(), ViewportId::ROOT, &*window, scale, window.theme().or(None), None);
        state.init_accesskit(event_loop, &window, sender.0.clone());
        context.enable_accesskit();
        let mut info = ViewportInfo::default();
        egui_winit::update_viewport_info(&mut info, &context, &window, true);
        Ok(Self {
            window,
            spec,
            context,
            state,
            info,
            presenter,
            backdrop: Backdrop::default(),
            cursor: None,
            capture: None,
            waiting: Vec::new(),
            due: Some(Instant::now()),
            modifiers: ModifiersState::empty(),
            is_shown: false,
            is_exposed: true,
        })
    }

    /// Looks like the desktop, where the system does not tell windows.
    pub(crate) fn set_fallback_theme(&mut self, theme: Option<egui::Theme>) {
        set_fallback_theme(&self.context, theme);
        self.redraw();
    }

    /// Puts another window in its place, which the processor draws; people find in it what was in this one.
    #[cfg(feature = "gpu")]
    pub(crate) fn reopen<M: Send + 'static>(
        &mut self,
        event_loop: &ActiveEventLoop,
        program: &str,
        sender: &Sender<M>,
        theme: Option<egui::Theme>,
    ) -> Result<Self, RunError> {
        if let Some(capture) = self.capture.take() {
            // The keyboard goes with the window.
            capture.set(crate::CaptureState::Off);
        }
        let before = Before {
            memory: self.context.memory(Clone::clone),
            size: self.window.inner_size(),
            place: self.window.outer_position().ok(),
            is_maximized: self.window.is_maximized(),
            fullscreen: self.window.fullscreen(),
        };
        View::open(event_loop, program, self.spec.clone(), sender, theme, &mut None, Some(&before))
    }

    /// Takes over what the application says of the window now.
    pub(crate) fn follow(&mut self, spec: Spec) {
        if spec.title != self.spec.title {
            self.window.set_title(&spec.title);
            // A screen reader hears it too.
            self.redraw();
        }
        if (spec.size, spec.zoom) != (self.spec.size, self.spec.zoom) {
            self.context.set_zoom_factor(spec.zoom);
            let _ = self.window.request_inner_size(logical(spec.size, spec.zoom));
        }
        if let Some((x, y)) = spec.place.filter(|_| spec.place != self.spec.place) {
            self.window.set_outer_position(PhysicalPosition::new(x, y));
        }
        self.spec = spec;
    }

    /// The interface wants to be laid out.
    pub(crate) fn redraw(&mut self) {
        self.due = Some(Instant::now());
    }

    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Notes what every event changes, whoever gets it.
    pub(crate) fn note(&mut self, event: &WindowEvent) {
        match event {
            WindowEvent::ModifiersChanged(modifiers) => self.modifiers = modifiers.state(),
            WindowEvent::RedrawRequested => self.is_exposed = true,
            // When it comes back, egui hides it once more.
            WindowEvent::CursorLeft { .. } => self.cursor = None,
            _ => {}
        }
    }

    /// Passes an event to the interface.
    pub(crate) fn handle(&mut self, event: &WindowEvent, clipboard: &mut Clipboard) {
        if self.is_paste(event)
            && let Some(text) = clipboard.text()
        {
            self.state.set_clipboard_text(text);
        }
        let response = self.state.on_window_event(&self.window, event);
        // The expose event paints what is there.
        if response.repaint && !matches!(event, WindowEvent::RedrawRequested) {
            self.redraw();
        }
    }

    pub(crate) fn handle_action(&mut self, request: egui::accesskit::ActionRequest) {
        self.state.on_accesskit_action_request(request);
        self.redraw();
    }

    fn is_paste(&self, event: &WindowEvent) -> bool {
        let WindowEvent::KeyboardInput { event, .. } = event else { return false };
        event.state == ElementState::Pressed
            && match &event.logical_key {
                Key::Character(letter) => self.modifiers.control_key() && letter.eq_ignore_ascii_case("v"),
                Key::Named(NamedKey::Insert) => self.modifiers.shift_key(),
                Key::Named(NamedKey::Paste) => true,
                _ => false,
            }
    }

    /// Lays out the interface if it is due, and shows all that changed.
    pub(crate) fn draw(
        &mut self,
        event_loop: &ActiveEventLoop,
        clipboard: &mut Clipboard,
        mut lay_out: impl FnMut(&mut egui::Ui, &mut Layers),
    ) -> Result<(), PresentError> {
        let mut changed = Region::new();
        for _ in 0..PASSES {
            if self.due.is_none_or(|due| due > Instant::now()) {
                break;
            }
            changed.add_region(&self.lay_out(event_loop, clipboard, &mut lay_out));
        }
        changed.add_region(&self.backdrop.take_changes());
        if std::mem::take(&mut self.is_exposed) {
            changed.clear();
            let [width, height] = self.presenter.size();
            changed.add(rect(0, 0, width, height));
        }
        if !changed.is_empty() {
            self.presenter.present(&mut self.backdrop, &changed)?;
        }
        if !self.is_shown {
            self.is_shown = true;
            self.window.set_visible(true);
            self.is_exposed = true;
            self.tell_place();
        }
        Ok(())
    }

    fn lay_out(
        &mut self,
        event_loop: &ActiveEventLoop,
        clipboard: &mut Clipboard,
        lay_out: &mut impl FnMut(&mut egui::Ui, &mut Layers),
    ) -> Region {
        self.due = None;
        let size = self.window.inner_size();
        if size.width == 0 || size.height == 0 {
            return Region::new();
        }
        egui_winit::update_viewport_info(&mut self.info, &self.context, &self.window, false);
        let mut input = self.state.take_egui_input(&self.window);
        input.viewports.insert(ViewportId::ROOT, self.info.clone());
        self.waiting.append(&mut input.events);
        input.events = up_to_turn(&mut self.waiting);
        let mut layers = Layers::default();
        let mut output = self.context.run_ui(input, |ui| {
            layers = Layers::default();
            lay_out(ui, &mut layers);
        });
        for command in output.platform_output.commands.drain(..) {
            match command {
                OutputCommand::CopyText(text) => clipboard.set(text),
                // Nothing of ours copies pictures or opens pages.
                OutputCommand::CopyImage(_) | OutputCommand::OpenUrl(_) => {}
            }
        }
        let (cursor, capture) = layers.take_devices();
        if cursor.is_some() {
            // Hidden for egui, so that it shows one again as soon as there is none of ours.
            output.platform_output.cursor_icon = egui::CursorIcon::None;
        }
        if let Some(tree) = &mut output.platform_output.accesskit_update {
            complete(tree, &self.spec.title);
        }
        self.state.handle_platform_output(&self.window, output.platform_output);
        self.show_cursor(event_loop, cursor);
        self.capture_keyboard(capture);
        if let Some(viewport) = output.viewport_output.remove(&ViewportId::ROOT) {
            let mut actions = Vec::new();
            let is_moved =
                viewport.commands.iter().any(|command| matches!(command, ViewportCommand::OuterPosition(_)));
            egui_winit::process_viewport_commands(
                &self.context,
                &mut self.info,
                viewport.commands,
                &self.window,
                &mut actions,
            );
            self.due = Instant::now().checked_add(viewport.repaint_delay);
            if is_moved {
                self.tell_place();
            }
        }
        if !self.waiting.is_empty() {
            self.redraw();
        }
        let pixels_per_point = output.pixels_per_point;
        let primitives = self.context.tessellate(output.shapes, pixels_per_point);
        let size = [size.width as usize, size.height as usize];
        let textures = output.textures_delta;
        let mut changed = self.presenter.lay(Frame { size, primitives, textures, pixels_per_point });
        changed.add_region(&self.backdrop.set(layers, pixels_per_point));
        changed
    }

    /// Screen readers look for widgets where the window is. One that no window manager places is not told.
    fn tell_place(&mut self) {
        if self.spec.stacking == Stacking::Bar
            && let Ok(place) = self.window.outer_position()
        {
            let _ = self.state.on_window_event(&self.window, &WindowEvent::Moved(place));
        }
    }

    fn show_cursor(&mut self, event_loop: &ActiveEventLoop, shape: Option<Arc<PointerShape>>) {
        let Some(shape) = shape else {
            self.cursor = None;
            return;
        };
        if self.cursor.as_ref().is_some_and(|(shown, _)| Arc::ptr_eq(shown, &shape)) {
            return;
        }
        let (width, height) = (shape.width, shape.height);
        let is_seen = shape.rgba.chunks_exact(4).any(|pixel| pixel[3] > 0);
        match CustomCursor::from_rgba(shape.rgba.to_vec(), width, height, shape.hot_x, shape.hot_y) {
            Ok(source) if is_seen => {
                let cursor = event_loop.create_custom_cursor(source);
                self.window.set_cursor(cursor.clone());
                self.window.set_cursor_visible(true);
                self.cursor = Some((shape, cursor));
            }
            // An empty shape hides it.
            Ok(_) | Err(_) => {
                self.cursor = None;
                self.window.set_cursor_visible(false);
            }
        }
    }

    fn capture_keyboard(&mut self, wanted: Option<Capture>) {
        if let Some(capture) = self.capture.take_if(|capture| wanted.as_ref() != Some(capture)) {
            system::release_keyboard(&self.window);
            capture.set(crate::CaptureState::Off);
        }
        if let Some(capture) = wanted
            && capture.state() != crate::CaptureState::Held
        {
            let state = system::capture_keyboard(&self.window);
            capture.set(state);
            self.capture = Some(capture);
        }
    }
}

/// Takes the events of one frame. What is typed after a key that may turn the keyboard to another widget is for that
/// widget, which the interface knows only after the frame, however much is typed at once.
/// A size in points as the system counts it.
fn logical(points: egui::Vec2, zoom: f32) -> LogicalSize<f32> {
    LogicalSize::new(points.x * zoom, points.y * zoom)
}

fn up_to_turn(events: &mut Vec<egui::Event>) -> Vec<egui::Event> {
    let turns = |event: &egui::Event| {
        let egui::Event::Key { key, pressed: true, .. } = event else { return false };
        matches!(key, egui::Key::Tab | egui::Key::Enter | egui::Key::Escape)
    };
    let end = events.iter().position(turns).map_or(events.len(), |turn| turn + 1);
    events.drain(..end).collect()
}

/// Tells screen readers what egui leaves out: the window's title, and that what is switched off can't be pressed.
fn complete(tree: &mut egui::accesskit::TreeUpdate, title: &str) {
    use egui::accesskit::{Action, Role};
    for (_, node) in &mut tree.nodes {
        if node.role() == Role::Window {
            node.set_label(title);
        }
        if node.is_disabled() {
            // Readers of X11's desktops go by this alone.
            node.remove_action(Action::Click);
        }
    }
}

fn set_fallback_theme(context: &egui::Context, theme: Option<egui::Theme>) {
    context.options_mut(|options| options.fallback_theme = theme.unwrap_or(egui::Theme::Light));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: egui::Key, pressed: bool) -> egui::Event {
        egui::Event::Key { key, physical_key: None, pressed, repeat: false, modifiers: egui::Modifiers::NONE }
    }

    fn text(text: &str) -> egui::Event {
        egui::Event::Text(text.to_owned())
    }

    #[test]
    fn what_is_typed_after_tab_waits_for_the_next_field() {
        let typed = [text("1"), key(egui::Key::Tab, true), key(egui::Key::Tab, false), text("2")];
        let mut events = [&typed[..], &[key(egui::Key::Enter, true)], &[text("3")]].concat();
        assert_eq!(up_to_turn(&mut events), typed[..2]);
        assert_eq!(up_to_turn(&mut events), [&typed[2..], &[key(egui::Key::Enter, true)]].concat());
        assert_eq!(up_to_turn(&mut events), [text("3")]);
        assert_eq!(up_to_turn(&mut events), []);
    }
}
