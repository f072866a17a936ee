//! The parts of the window: each draws what the model says and gives back what people do.

pub(super) mod connect;
pub(super) mod question;
pub(super) mod settings;
pub(super) mod tabs;
pub(super) mod trouble;
