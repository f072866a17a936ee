//! Which monitors there are, now: winit's list on X11 may be an old one, and nobody wakes it when one is unplugged.

use winit::event_loop::ActiveEventLoop;

use crate::run::Monitor;

/// Follows the monitors.
#[derive(Debug)]
pub(crate) struct Monitors {
    #[cfg(target_os = "linux")]
    areas: std::sync::Arc<std::sync::Mutex<Vec<x11::Area>>>,
}

impl Monitors {
    /// Begins; `changed` is called on another thread after every change, and says whether anybody still listens.
    pub(crate) fn follow(changed: impl Fn() -> bool + Send + 'static) -> Self {
        #[cfg(target_os = "linux")]
        return Self { areas: x11::follow(changed) };
        #[cfg(not(target_os = "linux"))]
        {
            let _ = changed;
            Self {}
        }
    }

    /// All of them.
    pub(crate) fn list(&self, event_loop: &ActiveEventLoop) -> Vec<Monitor> {
        let listed = event_loop.available_monitors().map(|monitor| Monitor {
            x: monitor.position().x,
            y: monitor.position().y,
            width: monitor.size().width,
            height: monitor.size().height,
            scale: monitor.scale_factor(),
        });
        let listed = listed.collect::<Vec<_>>();
        #[cfg(target_os = "linux")]
        return x11::corrected(listed, &self.areas.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        #[cfg(not(target_os = "linux"))]
        listed
    }
}

#[cfg(target_os = "linux")]
mod x11 {
    use std::sync::{Arc, Mutex, PoisonError};

    use x11rb::connection::Connection as _;
    use x11rb::protocol::randr::{ConnectionExt as _, NotifyMask};
    use x11rb::rust_connection::RustConnection;

    use crate::run::Monitor;

    /// Left and top edge, pixels across and down.
    pub(super) type Area = (i32, i32, u32, u32);

    type Failure = Box<dyn std::error::Error + Send + Sync>;

    /// Where the monitors are, kept up to date; empty where the system does not tell.
    pub(super) fn follow(changed: impl Fn() -> bool + Send + 'static) -> Arc<Mutex<Vec<Area>>> {
        let areas = Arc::new(Mutex::new(Vec::new()));
        let theirs = areas.clone();
        let thread = std::thread::Builder::new().name("monitors".to_owned()).spawn(move || {
            // Without a display the windows say more of it.
            if let Err(error) = keep_reading(&theirs, &changed) {
                tracing::debug!(%error, "changes of the monitors are noticed late");
                theirs.lock().unwrap_or_else(PoisonError::into_inner).clear();
            }
        });
        if let Err(error) = thread {
            tracing::debug!(%error, "no thread to follow the monitors");
        }
        areas
    }

    fn keep_reading(areas: &Mutex<Vec<Area>>, changed: &impl Fn() -> bool) -> Result<(), Failure> {
        let (connection, screen) = RustConnection::connect(None)?;
        let root = connection.setup().roots[screen].root;
        connection.randr_query_version(1, 3)?.reply()?;
        let events = NotifyMask::SCREEN_CHANGE | NotifyMask::CRTC_CHANGE | NotifyMask::OUTPUT_CHANGE;
        connection.randr_select_input(root, events)?.check()?;
        loop {
            let found = read(&connection, root)?;
            let is_new = {
                let mut areas = areas.lock().unwrap_or_else(PoisonError::into_inner);
                let is_new = *areas != found;
                *areas = found;
                is_new
            };
            if is_new && !changed() {
                return Ok(());
            }
            connection.wait_for_event()?;
            while connection.poll_for_event()?.is_some() {}
        }
    }

    fn read(connection: &RustConnection, root: u32) -> Result<Vec<Area>, Failure> {
        let resources = connection.randr_get_screen_resources_current(root)?.reply()?;
        let mut areas = Vec::new();
        for crtc in resources.crtcs {
            // One that vanished meanwhile is told of by the next event.
            let Ok(crtc) = connection.randr_get_crtc_info(crtc, resources.config_timestamp)?.reply() else {
                continue;
            };
            let area = (crtc.x.into(), crtc.y.into(), crtc.width.into(), crtc.height.into());
            // Monitors that show the same are one.
            if crtc.width > 0 && crtc.height > 0 && !crtc.outputs.is_empty() && !areas.contains(&area) {
                areas.push(area);
            }
        }
        Ok(areas)
    }

    /// The monitors that are there, with the pixels per point that are known of them, or else of the others.
    pub(super) fn corrected(listed: Vec<Monitor>, areas: &[Area]) -> Vec<Monitor> {
        if areas.is_empty() {
            return listed;
        }
        let usual = listed.first().map_or(1.0, |monitor| monitor.scale);
        let monitor = |&(x, y, width, height): &Area| {
            let known = |monitor: &&Monitor| {
                (monitor.x, monitor.y, monitor.width, monitor.height) == (x, y, width, height)
            };
            let scale = listed.iter().find(known).map_or(usual, |monitor| monitor.scale);
            Monitor { x, y, width, height, scale }
        };
        areas.iter().map(monitor).collect()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_there_counts_and_not_what_was() {
            let monitor = |x, scale| Monitor { x, y: 0, width: 100, height: 80, scale };
            let listed = vec![monitor(0, 1.0), monitor(100, 2.0)];
            assert_eq!(corrected(listed.clone(), &[]), listed);
            assert_eq!(corrected(listed.clone(), &[(100, 0, 100, 80)]), [monitor(100, 2.0)]);
            assert_eq!(
                corrected(listed, &[(0, 0, 100, 80), (200, 0, 100, 80)]),
                [monitor(0, 1.0), monitor(200, 1.0)]
            );
        }
    }
}
