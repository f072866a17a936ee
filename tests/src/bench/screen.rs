//! When a program's window shows, and what changes on a screen: seen from the X server.

use std::time::{Duration, Instant};

use farhand_proto::screen::Rect;
use farhand_testkit::x::XServer;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask, ImageFormat};
use x11rb::rust_connection::RustConnection;

/// Changes that come closer after each other are one.
const TOGETHER: Duration = Duration::from_millis(5);

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
    root: u32,
    damage: u32,
}

impl Screen {
    /// Looks at a server's screen.
    pub(super) fn of(server: &XServer) -> Self {
        let (connection, root) = connect(server);
        connection.damage_query_version(1, 1).expect("a request").reply().expect("DAMAGE");
        let changes = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
        connection.change_window_attributes(root, &changes).expect("a request");
        let damage = connection.generate_id().expect("an id");
        connection.damage_create(damage, root, ReportLevel::DELTA_RECTANGLES).expect("a request");
        connection.get_input_focus().expect("a request").reply().expect("the server answers");
        Self { connection, root, damage }
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

    /// How often something changes in this time.
    pub(super) fn count(&self, time: Duration) -> usize {
        let until = Instant::now() + time;
        let mut count = 0;
        let mut last: Option<Instant> = None;
        while Instant::now() < until {
            if self.changes() {
                let now = Instant::now();
                count += usize::from(last.is_none_or(|last| now - last > TOGETHER));
                last = Some(now);
            } else {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        count
    }

    /// When these pixels have become others than they are now.
    pub(super) fn until_changed(&self, place: Rect, limit: Duration) -> Option<Instant> {
        let begun = Instant::now();
        let before = self.pixels(place);
        while begun.elapsed() < limit {
            if self.changes() {
                let now = Instant::now();
                if self.pixels(place) != before {
                    return Some(now);
                }
            } else {
                std::thread::sleep(Duration::from_micros(200));
            }
        }
        None
    }

    fn changes(&self) -> bool {
        let mut any = false;
        while let Some(event) = self.connection.poll_for_event().expect("the server runs") {
            any |= matches!(event, Event::DamageNotify(_));
        }
        if any {
            self.connection.damage_subtract(self.damage, 0_u32, 0_u32).expect("a request");
            self.connection.flush().expect("the server runs");
        }
        any
    }

    fn pixels(&self, place: Rect) -> Vec<u8> {
        let (x, y) = (place.x as i16, place.y as i16);
        let (width, height) = (place.width as u16, place.height as u16);
        let image =
            self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, u32::MAX);
        image.expect("a request").reply().expect("an image").data
    }
}

/// A connection to a server, and its root window.
pub(super) fn connect(server: &XServer) -> (RustConnection, u32) {
    let (connection, number) = RustConnection::connect(Some(server.display())).expect("the server runs");
    let root = connection.setup().roots[number].root;
    (connection, root)
}
