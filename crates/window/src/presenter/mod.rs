//! How frames come into a window: by the processor everywhere, by the graphics processor where there is one.

pub(crate) mod software;

use std::sync::Arc;

use egui::{ClippedPrimitive, TexturesDelta};
use farhand_proto::screen::Region;
use softbuffer::SoftBufferError;
use winit::event_loop::ActiveEventLoop;
use winit::window::{Window, WindowAttributes};

use crate::picture::Backdrop;
use crate::run::RunError;
use software::Software;

/// A frame of the interface.
pub(crate) struct Frame {
    /// Pixels across and down.
    pub(crate) size: [usize; 2],
    pub(crate) primitives: Vec<ClippedPrimitive>,
    pub(crate) textures: TexturesDelta,
    pub(crate) pixels_per_point: f32,
}

/// Shows one window's frames, and the remote pictures beneath them.
pub(crate) trait Presenter {
    /// Pixels across and down of the last frame.
    fn size(&self) -> [usize; 2];

    /// Takes over a frame; tells where the window differs from before.
    fn lay(&mut self, frame: Frame) -> Region;

    /// Brings what changed to the window.
    fn present(&mut self, backdrop: &mut Backdrop, changed: &Region) -> Result<(), PresentError>;
}

/// Why a frame does not show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PresentError {
    /// The system refuses pixels.
    #[error("{0}")]
    Surface(#[from] SoftBufferError),
    /// The graphics processor gave up; the processor can go on in a new window.
    #[cfg(feature = "gpu")]
    #[error("{0}")]
    Lost(String),
}

/// Opens a window that the graphics processor draws, hidden; or says in words why it can't.
///
/// A program that never names the one that does, does not contain it, whatever features others ask for.
pub(crate) type OpenGpu = fn(
    &ActiveEventLoop,
    &WindowAttributes,
    takes_software: bool,
) -> Result<(Arc<Window>, Box<dyn Presenter>), String>;

/// The graphics processor, where it is to be used.
#[derive(Clone, Copy)]
pub(crate) struct Gpu {
    pub(crate) open: OpenGpu,
    /// Whether OpenGL on the processor will do.
    pub(crate) takes_software: bool,
}

/// Opens a window, hidden, with the best that can draw it. What failed once is not tried again.
pub(crate) fn open(
    event_loop: &ActiveEventLoop,
    attributes: WindowAttributes,
    gpu: &mut Option<Gpu>,
) -> Result<(Arc<Window>, Box<dyn Presenter>), RunError> {
    if let Some(Gpu { open, takes_software }) = *gpu {
        match open(event_loop, &attributes, takes_software) {
            Ok(opened) => return Ok(opened),
            Err(reason) if takes_software => tracing::warn!(reason, "the processor draws the window"),
            Err(reason) => tracing::info!(reason, "the processor draws the window"),
        }
        *gpu = None;
    }
    let window = Arc::new(event_loop.create_window(attributes).map_err(RunError::Window)?);
    let display = event_loop.owned_display_handle();
    let presenter = Software::new(display, window.clone()).map_err(RunError::Surface)?;
    Ok((window, Box::new(presenter)))
}
