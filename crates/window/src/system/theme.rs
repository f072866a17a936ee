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

/// Tells on another thread how the desktop wants programs to look, now and whenever that changes, for as long as
/// `tell` says that anybody listens. Systems that tell windows themselves tell nothing here.
pub(crate) fn follow_theme(tell: impl Fn(Option<egui::Theme>) -> bool + Send + 'static) {
    #[cfg(target_os = "linux")]
    portal::follow(tell);
    #[cfg(not(target_os = "linux"))]
    let _ = tell;
}

#[cfg(target_os = "linux")]
mod portal {
    use std::sync::mpsc;
    use std::time::Duration;

    use egui::Theme;
    use zbus::blocking::{Connection, Proxy, proxy};
    use zbus::proxy::CacheProperties;
    use zbus::zvariant::{OwnedValue, Value};

    /// How long to wait: a portal that has to be started first would hold up the window.
    const PATIENCE: Duration = Duration::from_millis(200);

    const NAMESPACE: &str = "org.freedesktop.appearance";
    const KEY: &str = "color-scheme";

    pub(super) fn ask() -> Option<Theme> {
        let (answer, answered) = mpsc::sync_channel(1);
        let thread = std::thread::Builder::new().name("theme".to_owned());
        let asked = thread.spawn(move || {
            let read = portal().and_then(|portal| read(&portal));
            let read = read.inspect_err(|error| tracing::debug!(%error, "the desktop tells no theme"));
            // Too late is too late.
            let _ = answer.send(read.ok().flatten());
        });
        asked.inspect_err(|error| tracing::debug!(%error, "no thread to ask for the theme")).ok()?;
        answered.recv_timeout(PATIENCE).ok().flatten()
    }

    pub(super) fn follow(tell: impl Fn(Option<Theme>) -> bool + Send + 'static) {
        let thread = std::thread::Builder::new().name("theme".to_owned()).spawn(move || {
            if let Err(error) = keep_telling(&tell) {
                tracing::debug!(%error, "changes of the desktop's theme go unnoticed");
            }
        });
        if let Err(error) = thread {
            tracing::debug!(%error, "no thread to follow the theme");
        }
    }

    fn keep_telling(tell: &impl Fn(Option<Theme>) -> bool) -> zbus::Result<()> {
        let portal = portal()?;
        // It listens before it asks, so that it misses nothing in between.
        let changes = portal.receive_signal("SettingChanged")?;
        // There may be a portal later.
        let first = read(&portal);
        if first.is_ok_and(|theme| !tell(theme)) {
            return Ok(());
        }
        for change in changes {
            let Ok((namespace, key, value)) = change.body().deserialize::<(String, String, OwnedValue)>()
            else {
                continue;
            };
            if (&*namespace, &*key) == (NAMESPACE, KEY) && !tell(scheme(&value)) {
                break;
            }
        }
        Ok(())
    }

    fn portal() -> zbus::Result<Proxy<'static>> {
        proxy::Builder::new(&Connection::session()?)
            .destination("org.freedesktop.portal.Desktop")?
            .path("/org/freedesktop/portal/desktop")?
            .interface("org.freedesktop.portal.Settings")?
            .cache_properties(CacheProperties::No)
            .build()
    }

    fn read(portal: &Proxy<'_>) -> zbus::Result<Option<Theme>> {
        // Newer portals would rather be asked by ReadOne, but all know this one.
        let value: OwnedValue = portal.call("Read", &(NAMESPACE, KEY))?;
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
