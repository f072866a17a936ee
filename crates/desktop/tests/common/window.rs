//! A window of the test's own.

use farhand_testkit::x::{XServer, eventually};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ButtonPressEvent, ConnectionExt as _, CreateWindowAux, EventMask, InputFocus, KeyPressEvent, MapState,
    Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// A window that no window manager touches, on a connection of its own.
pub(crate) struct OwnWindow {
    pub(crate) connection: RustConnection,
    pub(crate) root: Window,
    pub(crate) window: Window,
}

/// What reached the window.
#[derive(Debug)]
pub(crate) enum Press {
    Key(KeyPressEvent),
    Button(ButtonPressEvent),
}

impl OwnWindow {
    /// Shows one with this colour, and waits until it is there.
    pub(crate) fn show(server: &XServer, at: (i16, i16), size: (u16, u16), colour: u32) -> Self {
        let (connection, screen) = RustConnection::connect(Some(server.display())).unwrap();
        let root = connection.setup().roots[screen].root;
        let window = connection.generate_id().unwrap();
        let events = EventMask::KEY_PRESS | EventMask::BUTTON_PRESS | EventMask::STRUCTURE_NOTIFY;
        let values = CreateWindowAux::new().override_redirect(1).background_pixel(colour).event_mask(events);
        let class = WindowClass::INPUT_OUTPUT;
        connection.create_window(0, window, root, at.0, at.1, size.0, size.1, 0, class, 0, &values).unwrap();
        connection.map_window(window).unwrap();
        connection.sync().unwrap();
        let own = Self { connection, root, window };
        let attributes = own.connection.get_window_attributes(window).unwrap().reply().unwrap();
        assert_eq!(attributes.map_state, MapState::VIEWABLE);
        own
    }

    /// Takes the keyboard.
    pub(crate) fn focus(&self) {
        let focus = InputFocus::POINTER_ROOT;
        self.connection.set_input_focus(focus, self.window, x11rb::CURRENT_TIME).unwrap();
        self.connection.sync().unwrap();
    }

    /// Blocks until a press reaches it.
    pub(crate) fn press(&self) -> Press {
        eventually("a press to reach the window", || match self.connection.poll_for_event().unwrap()? {
            Event::KeyPress(event) => Some(Press::Key(event)),
            Event::ButtonPress(event) => Some(Press::Button(event)),
            _ => None,
        })
    }

    /// Blocks until a key reaches it; gives its scancode.
    pub(crate) fn key(&self) -> u32 {
        match self.press() {
            Press::Key(event) => u32::from(event.detail) - 8,
            other @ Press::Button(_) => panic!("not a key: {other:?}"),
        }
    }

    /// Blocks until a button reaches it; gives where.
    pub(crate) fn button(&self) -> (i16, i16) {
        match self.press() {
            Press::Button(event) => (event.root_x, event.root_y),
            other @ Press::Key(_) => panic!("not a button: {other:?}"),
        }
    }
}
