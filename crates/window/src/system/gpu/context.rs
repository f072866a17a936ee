//! A window with OpenGL in it.
#![expect(unsafe_code, reason = "OpenGL and the systems' ways to it are C interfaces")]

use std::num::NonZeroU32;
use std::sync::Arc;

use egui_glow::glow::{self, HasContext as _};
use glutin::config::{ColorBufferType, Config, ConfigTemplateBuilder};
use glutin::context::{
    ContextApi, ContextAttributesBuilder, NotCurrentContext, PossiblyCurrentContext, Robustness, Version,
};
use glutin::display::{Display, DisplayApiPreference, GetGlDisplay as _};
use glutin::prelude::*;
use glutin::surface::{Surface, SurfaceAttributesBuilder, SwapInterval, WindowSurface};
use winit::event_loop::{ActiveEventLoop, OwnedDisplayHandle};
use winit::raw_window_handle::{HasDisplayHandle as _, HasWindowHandle as _, RawWindowHandle};
use winit::window::{Window, WindowAttributes};

/// The error of a context whose processor was reset (`GL_CONTEXT_LOST`).
const CONTEXT_LOST: u32 = 0x0507;

/// `glGetGraphicsResetStatus` of OpenGL 4.5, which glow does not bind.
type ResetStatus = extern "system" fn() -> u32;

/// OpenGL for one window. The order of the fields is that in which they have to go.
pub(super) struct Context {
    context: PossiblyCurrentContext,
    surface: Surface<WindowSurface>,
    /// Tells whether the processor was reset, where OpenGL does.
    reset_status: Option<ResetStatus>,
    _window: Arc<Window>,
    _display: OwnedDisplayHandle,
}

impl Context {
    /// Opens a window, hidden, and makes its context the current one.
    pub(super) fn open(
        event_loop: &ActiveEventLoop,
        attributes: &WindowAttributes,
    ) -> Result<(Arc<Window>, Self, Arc<glow::Context>), String> {
        let said = |error: glutin::error::Error| error.to_string();
        let owned = event_loop.owned_display_handle();
        let (window, config) = window(event_loop, &owned, attributes)?;
        let window = Arc::new(window);
        let handle = handle(&window)?;
        let display = config.display();
        let size = window.inner_size();
        let one = |side| NonZeroU32::new(side).unwrap_or(NonZeroU32::MIN);
        let surface_attributes =
            SurfaceAttributesBuilder::<WindowSurface>::new().build(handle, one(size.width), one(size.height));
        // SAFETY: the window is there as long as the surface: both are in `Context`.
        let surface = unsafe { display.create_window_surface(&config, &surface_attributes) }.map_err(said)?;
        let (context, is_robust) = create(&display, &config, handle)?;
        let context = context.make_current(&surface).map_err(said)?;
        // A frame is shown when it is there; the desktop's own compositor sees to it that it is shown whole.
        if let Err(error) = surface.set_swap_interval(&context, SwapInterval::DontWait) {
            tracing::debug!(%error, "frames wait for the screen");
        }
        // SAFETY: the context is current, and the functions are asked of its own display.
        let gl = unsafe { glow::Context::from_loader_function_cstr(|name| display.get_proc_address(name)) };
        let version = gl.version();
        let has_status = is_robust && !version.is_embedded && (version.major, version.minor) >= (4, 5);
        let status = display.get_proc_address(c"glGetGraphicsResetStatus");
        // SAFETY: OpenGL 4.5 has this function without arguments, a number is its answer, and a null is no function.
        let status = unsafe { std::mem::transmute::<*const std::ffi::c_void, Option<ResetStatus>>(status) };
        let reset_status = status.filter(|_| has_status);
        let context = Self { context, surface, reset_status, _window: window.clone(), _display: owned };
        Ok((window, context, Arc::new(gl)))
    }

    /// Makes the context current, for a window of so many pixels.
    pub(super) fn take(&self, [width, height]: [u32; 2]) -> Result<(), String> {
        if !self.context.is_current() {
            self.context.make_current(&self.surface).map_err(|error| error.to_string())?;
        }
        if let (Some(width), Some(height)) = (NonZeroU32::new(width), NonZeroU32::new(height)) {
            self.surface.resize(&self.context, width, height);
        }
        Ok(())
    }

    /// Shows what was drawn.
    pub(super) fn show(&self, gl: &glow::Context) -> Result<(), String> {
        self.surface.swap_buffers(&self.context).map_err(|error| error.to_string())?;
        if self.reset_status.is_some_and(|ask| ask() != glow::NO_ERROR) {
            return Err("the graphics processor was reset".to_owned());
        }
        // SAFETY: the context is current.
        match unsafe { gl.get_error() } {
            glow::NO_ERROR => Ok(()),
            CONTEXT_LOST => Err("the graphics processor was reset".to_owned()),
            glow::OUT_OF_MEMORY => Err("the graphics processor has no memory left".to_owned()),
            other => Err(format!("OpenGL reports error {other:#06x}")),
        }
    }
}

/// What draws, in its own words. The context has to be current.
pub(super) fn renderer(gl: &glow::Context) -> String {
    // SAFETY: every version of OpenGL answers this.
    unsafe { gl.get_parameter_string(glow::RENDERER) }
}

fn handle(window: &Window) -> Result<RawWindowHandle, String> {
    window.window_handle().map(|handle| handle.as_raw()).map_err(|error| error.to_string())
}

/// The best context that the display gives, and whether it survives a reset of the processor.
fn create(
    display: &Display,
    config: &Config,
    window: RawWindowHandle,
) -> Result<(NotCurrentContext, bool), String> {
    let plain = ContextAttributesBuilder::new;
    let robust = || plain().with_robustness(Robustness::RobustLoseContextOnReset);
    let small = ContextApi::Gles(Some(Version::new(3, 0)));
    let wanted = [(robust(), true), (plain(), false), (plain().with_context_api(small), false)];
    let mut reason = String::new();
    for (attributes, is_robust) in wanted {
        // SAFETY: the window outlives the context: both are in `Context`.
        match unsafe { display.create_context(config, &attributes.build(Some(window))) } {
            Ok(context) => return Ok((context, is_robust)),
            Err(error) => reason = error.to_string(),
        }
    }
    Err(reason)
}

/// What every window needs: eight bits a colour, nothing else.
fn template() -> ConfigTemplateBuilder {
    ConfigTemplateBuilder::new().with_alpha_size(0).with_depth_size(0).with_stencil_size(0)
}

/// The plainest that fits: what is not transparent, has neither more bits than eight a colour nor several samples,
/// and no buffers that nobody uses.
fn plainest(configs: Box<dyn Iterator<Item = Config> + '_>) -> Result<Config, String> {
    configs
        .min_by_key(|config| {
            let is_transparent = config.supports_transparency() == Some(true);
            let eight = ColorBufferType::Rgb { r_size: 8, g_size: 8, b_size: 8 };
            let is_odd = config.color_buffer_type() != Some(eight);
            let unused = (config.num_samples(), config.alpha_size(), config.depth_size());
            (is_transparent, is_odd, unused, config.stencil_size())
        })
        .ok_or_else(|| "OpenGL has nothing for windows of this desktop".to_owned())
}

/// On X11 a window has to be made for what OpenGL chose.
#[cfg(target_os = "linux")]
fn window(
    event_loop: &ActiveEventLoop,
    owned: &OwnedDisplayHandle,
    attributes: &WindowAttributes,
) -> Result<(Window, Config), String> {
    use glutin::platform::x11::X11GlConfigExt as _;
    use winit::platform::x11::{WindowAttributesExtX11 as _, register_xlib_error_hook};
    let preference = DisplayApiPreference::EglThenGlx(Box::new(register_xlib_error_hook));
    let handle = owned.display_handle().map_err(|error| error.to_string())?;
    // SAFETY: the display is winit's; `owned` keeps it open and is in `Context`.
    let display = unsafe { Display::new(handle.as_raw(), preference) }.map_err(|error| error.to_string())?;
    // SAFETY: the template names no window.
    let configs = unsafe { display.find_configs(template().build()) }.map_err(|error| error.to_string())?;
    let config = plainest(Box::new(configs.filter(|config| config.x11_visual().is_some())))?;
    let visual = config.x11_visual().ok_or("OpenGL chose nothing for windows")?.visual_id();
    let attributes = attributes.clone().with_x11_visual(visual as u32);
    Ok((event_loop.create_window(attributes).map_err(|error| error.to_string())?, config))
}

/// On Windows OpenGL is found by a window.
#[cfg(target_os = "windows")]
fn window(
    event_loop: &ActiveEventLoop,
    owned: &OwnedDisplayHandle,
    attributes: &WindowAttributes,
) -> Result<(Window, Config), String> {
    let window = event_loop.create_window(attributes.clone()).map_err(|error| error.to_string())?;
    let raw = handle(&window)?;
    let preference = DisplayApiPreference::Wgl(Some(raw));
    let handle = owned.display_handle().map_err(|error| error.to_string())?;
    // SAFETY: the display is winit's; `owned` keeps it open and is in `Context`.
    let display = unsafe { Display::new(handle.as_raw(), preference) }.map_err(|error| error.to_string())?;
    let template = template().compatible_with_native_window(raw).build();
    // SAFETY: the window is open.
    let configs = unsafe { display.find_configs(template) }.map_err(|error| error.to_string())?;
    let config = plainest(configs)?;
    Ok((window, config))
}
