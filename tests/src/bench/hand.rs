//! Keys that are pressed on a screen.

use farhand_testkit::x::XServer;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{KEY_PRESS_EVENT, KEY_RELEASE_EVENT};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::screen::connect;

/// Presses keys.
pub(super) struct Hand {
    connection: RustConnection,
    root: u32,
}

impl Hand {
    pub(super) fn at(server: &XServer) -> Self {
        let (connection, root) = connect(server);
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
