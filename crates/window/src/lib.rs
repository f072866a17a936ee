//! Puts the frames that egui lays out into windows of the system.
//!
//! [`run`] owns the event loop: it keeps the windows that an [`App`] wants, hands it what people do in them, and
//! draws on the processor, only what changed and only when something did. With the feature `gpu`, `run_on` has the
//! graphics processor draw where there is one. A [`SharedPicture`] is a remote screen
//! shown beneath the interface: its changes go to the window without laying out anything.

mod canvas;
mod capture;
mod clipboard;
mod compose;
mod picture;
mod presenter;
mod progress;
mod room;
mod run;
mod scale;
pub mod theme;
pub mod tray;
mod view;

mod system;

pub use accesskit;
pub use egui;
pub use winit;

pub use canvas::{Still, still, still_over};
pub use capture::{Capture, CaptureState};
pub use picture::{Layers, SharedPicture};
pub use progress::{Rate, progress_bar};
pub use room::room;
pub use run::{App, Farewell, Monitor, Proxy, Redraw, RunError, Spec, Stacking, Taken, run};
#[cfg(feature = "gpu")]
pub use run::{Graphics, run_on};
pub use scale::Sampling;
pub use system::system_theme;
