//! What happens on a screen while somebody looks, and keys that are pressed there.

use std::time::{Duration, Instant};

use farhand_proto::screen::Rect;
use farhand_testkit::x::XServer;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, KEY_PRESS_EVENT, KEY_RELEASE_EVENT};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// Changes that come closer after each other are one.
const TOGETHER: Duration = Duration::from_millis(5);

/// Sees every change of a screen.
pub(super) struct Watch {
    connection: RustConnection,
    root: u32,
    damage: u32,
}

impl Watch {
    pub(super) fn of(server: &XServer) -> Self {
        let (connection, number) = RustConnection::connect(Some(server.display())).expect("the server runs");
        let root = connection.setup().roots[number].root;
        connection.damage_query_version(1, 1).expect("a request").reply().expect("DAMAGE");
        let damage = connection.generate_id().expect("an id");
        connection.damage_create(damage, root, ReportLevel::RAW_RECTANGLES).expect("a request");
        connection.get_input_focus().expect("a request").reply().expect("the server answers");
        Self { connection, root, damage }
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

/// Presses keys.
pub(super) struct Hand {
    connection: RustConnection,
    root: u32,
}

impl Hand {
    pub(super) fn at(server: &XServer) -> Self {
        let (connection, number) = RustConnection::connect(Some(server.display())).expect("the server runs");
        let root = connection.setup().roots[number].root;
        Self { connection, root }
    }

    /// Presses and releases one of the keys of the row below the digits.
    pub(super) fn press(&self, number: usize) {
        /// The key Q of every PC keyboard.
        const FIRST: u8 = 24;
        let key = FIRST + (number % 10) as u8;
        for kind in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            self.connection.xtest_fake_input(kind, key, 0, self.root, 0, 0, 0).expect("a request");
        }
        self.connection.flush().expect("the server runs");
    }
}
