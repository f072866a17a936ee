//! Whether the desktop is light or dark.

/// How the desktop wants programs to look, by its settings portal (`org.freedesktop.appearance`); `None` where there
/// is no portal, it has no preference, or it does not answer within 200 ms. On systems that tell windows themselves
/// this is always `None`.
#[must_use]
pub fn system_theme() -> Option<egui::Theme> {
    #[cfg(target_os = "linux")]
    return portal::ask();
    #[cfg(not(target_os = "linux"))]
    None
}

#[cfg(target_os = "linux")]
mod portal {
    use std::sync::mpsc;
    use std::time::Duration;

    use egui::Theme;
    use zbus::zvariant::{OwnedValue, Value};

    /// How long to wait: a portal that has to be started first would hold up the window.
    const PATIENCE: Duration = Duration::from_millis(200);

    pub(super) fn ask() -> Option<Theme> {
        let (answer, answered) = mpsc::sync_channel(1);
        let thread = std::thread::Builder::new().name("theme".to_owned());
        let asked = thread.spawn(move || {
            let read = read().inspect_err(|error| tracing::debug!(%error, "the desktop tells no theme"));
            // Too late is too late.
            let _ = answer.send(read.ok().flatten());
        });
        asked.inspect_err(|error| tracing::debug!(%error, "no thread to ask for the theme")).ok()?;
        answered.recv_timeout(PATIENCE).ok().flatten()
    }

    fn read() -> zbus::Result<Option<Theme>> {
        let bus = zbus::blocking::Connection::session()?;
        let portal = Some("org.freedesktop.portal.Desktop");
        let settings = Some("org.freedesktop.portal.Settings");
        let asked = ("org.freedesktop.appearance", "color-scheme");
        // Newer portals would rather be asked by ReadOne, but all know this one.
        let reply = bus.call_method(portal, "/org/freedesktop/portal/desktop", settings, "Read", &asked)?;
        let value: OwnedValue = reply.body().deserialize()?;
        Ok(scheme(&value))
    }

    /// The number, in however many layers of variants.
    fn scheme(value: &Value<'_>) -> Option<Theme> {
        match value {
            Value::Value(inner) => scheme(inner),
            Value::U32(1) => Some(Theme::Dark),
            Value::U32(2) => Some(Theme::Light),
            _ => None,
        }
    }
}
