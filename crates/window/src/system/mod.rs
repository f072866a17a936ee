//! What windows need to be told differently on each system.

#[cfg(all(test, target_os = "linux"))]
mod bus_tests;
#[cfg(all(feature = "gpu", any(target_os = "linux", target_os = "windows")))]
mod gpu;
mod keyboard;
mod loss;
mod monitors;
mod theme;
mod tray;
mod typed;
mod wheel;

use winit::error::EventLoopError;
use winit::event_loop::{EventLoop, EventLoopBuilder};
use winit::window::WindowAttributes;

use crate::run::Stacking;

#[cfg(all(feature = "gpu", any(target_os = "linux", target_os = "windows")))]
pub(crate) use gpu::open as open_gpu;
pub(crate) use keyboard::{CAN_CAPTURE, capture_keyboard, release_keyboard};
pub(crate) use loss::when_display_is_lost;
pub(crate) use monitors::Monitors;
pub(crate) use theme::follow_theme;
pub use theme::system_theme;
pub(crate) use tray::Item;
pub(crate) use typed::Typed;
pub(crate) use wheel::Wheel;

/// The event loop of the desktop. On Linux that is X11's, also under a Wayland desktop that offers both: there the
/// windows can be placed, kept above others and drawn without a protocol of their own.
pub(crate) fn event_loop<T>(mut builder: EventLoopBuilder<T>) -> Result<EventLoop<T>, EventLoopError> {
    #[cfg(target_os = "linux")]
    winit::platform::x11::EventLoopBuilderExtX11::with_x11(&mut builder);
    builder.build()
}

/// Names the program to the desktop and puts a bar above everything else.
pub(crate) fn attributes(
    attributes: WindowAttributes,
    program: &str,
    stacking: Stacking,
) -> WindowAttributes {
    #[cfg(target_os = "linux")]
    {
        use winit::platform::x11::{WindowAttributesExtX11 as _, WindowType};
        let attributes = attributes.with_name(program, program);
        match stacking {
            Stacking::Normal => attributes,
            // A window manager can neither cover, minimise nor move what it does not manage.
            Stacking::Bar => attributes
                .with_override_redirect(true)
                .with_x11_window_type(vec![WindowType::Dock, WindowType::Utility]),
        }
    }
    #[cfg(target_os = "windows")]
    {
        use winit::platform::windows::WindowAttributesExtWindows as _;
        let _ = program;
        attributes.with_skip_taskbar(stacking == Stacking::Bar)
    }
    #[cfg(not(any(target_os = "linux", target_os = "windows")))]
    {
        let _ = (program, stacking);
        attributes
    }
}

/// There is no way to OpenGL here.
#[cfg(all(feature = "gpu", not(any(target_os = "linux", target_os = "windows"))))]
pub(crate) fn open_gpu(
    _: &winit::event_loop::ActiveEventLoop,
    _: &WindowAttributes,
    _: bool,
) -> Result<(std::sync::Arc<winit::window::Window>, Box<dyn crate::presenter::Presenter>), String> {
    Err("windows of this system are drawn by the processor".to_owned())
}
