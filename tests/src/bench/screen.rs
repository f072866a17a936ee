//! When a program's window shows, and when it last changed: seen from the X server.

use std::time::{Duration, Instant};

use farhand_testkit::x::XServer;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask};
use x11rb::rust_connection::RustConnection;

/// What happened on the screen after a program was started.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeline {
    /// A window with something in it.
    pub(super) shown: Duration,
    /// The last change before it was quiet.
    pub(super) settled: Duration,
}

/// Sees every change of a screen on which nothing else happens.
pub(super) struct Screen {
    connection: RustConnection,
    damage: u32,
}

impl Screen {
    /// Looks at a server's screen.
    pub(super) fn of(server: &XServer) -> Self {
        let (connection, number) = RustConnection::connect(Some(server.display())).expect("the server runs");
        let root = connection.setup().roots[number].root;
        connection.damage_query_version(1, 1).expect("a request").reply().expect("DAMAGE");
        let changes = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
        connection.change_window_attributes(root, &changes).expect("a request");
        let damage = connection.generate_id().expect("an id");
        connection.damage_create(damage, root, ReportLevel::DELTA_RECTANGLES).expect("a request");
        connection.get_input_focus().expect("a request").reply().expect("the server answers");
        Self { connection, damage }
    }

    /// Follows a program that was started at `start` until nothing has changed for `quiet`.
    ///
    /// # Panics
    /// No window shows within `limit`.
    pub(super) fn follow(&self, start: Instant, quiet: Duration, limit: Duration) -> Timeline {
        let mut is_mapped = false;
        let mut shown = None;
        let mut settled = Duration::ZERO;
        loop {
            let elapsed = start.elapsed();
            if shown.is_some() && elapsed > settled + quiet {
                break;
            }
            assert!(elapsed < limit, "no quiet window within {limit:?}");
            let Some(event) = self.connection.poll_for_event().expect("the server runs") else {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            };
            match event {
                Event::MapNotify(_) => is_mapped = true,
                Event::DamageNotify(_) => {
                    self.connection.damage_subtract(self.damage, 0u32, 0u32).expect("a request");
                    self.connection.flush().expect("the server runs");
                    if is_mapped {
                        shown.get_or_insert(elapsed);
                        settled = elapsed;
                    }
                }
                _ => {}
            }
        }
        Timeline { shown: shown.unwrap_or_default(), settled }
    }
}
