//! Files dragged onto a window, in the way that file managers do it (XDND, version 5).

use std::path::Path;

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::program::eventually;
use super::server::XServer;

/// The newest version of the protocol.
const VERSION: u32 = 5;

/// Files that hang on the pointer.
#[derive(Debug)]
pub struct Drag {
    connection: RustConnection,
    source: Window,
    target: Window,
    list: String,
}

impl Drag {
    /// Drags these files over what lies at this point of the desktop, and waits until it says that it takes them.
    ///
    /// # Panics
    /// Nothing there takes files.
    #[must_use]
    pub fn over(server: &XServer, (x, y): (i16, i16), files: &[&Path]) -> Self {
        let (connection, screen) =
            RustConnection::connect(Some(server.display())).expect("the server answers");
        let root = connection.setup().roots[screen].root;
        let source = connection.generate_id().expect("an id");
        let create = CreateWindowAux::new();
        connection
            .create_window(0, source, root, 0, 0, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &create)
            .expect("sent");
        let list = files.iter().map(|file| format!("file://{}\r\n", file.display())).collect();
        let mut drag = Self { connection, source, target: root, list };
        drag.target = drag.aware(root, (x, y)).expect("a window that takes what is dragged over it");
        let selection = drag.atom("XdndSelection");
        drag.connection.set_selection_owner(source, selection, x11rb::CURRENT_TIME).expect("sent");
        drag.send("XdndEnter", [VERSION << 24, drag.atom("text/uri-list"), 0, 0]);
        let at = u32::try_from(i32::from(x) << 16 | i32::from(y)).expect("a point of the desktop");
        drag.send("XdndPosition", [0, at, x11rb::CURRENT_TIME, drag.atom("XdndActionCopy")]);
        let status = drag.answer("XdndStatus");
        assert_eq!(status[1] & 1, 1, "it does not take files");
        drag
    }

    /// Lets go of them.
    ///
    /// # Panics
    /// The window never says that it has them.
    pub fn drop_there(self) {
        self.send("XdndDrop", [0, x11rb::CURRENT_TIME, 0, 0]);
        self.answer("XdndFinished");
    }

    /// The innermost window at a point that takes what is dragged.
    fn aware(&self, root: Window, (x, y): (i16, i16)) -> Option<Window> {
        let (mut found, mut window) = (None, root);
        while window != x11rb::NONE {
            let name = self.atom("XdndAware");
            let aware = self.connection.get_property(false, window, name, AtomEnum::ANY, 0, 1).expect("sent");
            if aware.reply().expect("an answer").value_len > 0 {
                found = Some(window);
            }
            let below = self.connection.translate_coordinates(root, window, x, y).expect("sent");
            window = below.reply().expect("an answer").child;
        }
        found
    }

    fn atom(&self, name: &str) -> Atom {
        let asked = self.connection.intern_atom(false, name.as_bytes()).expect("sent");
        asked.reply().expect("an answer").atom
    }

    fn send(&self, name: &str, [one, two, three, four]: [u32; 4]) {
        let data = [self.source, one, two, three, four];
        let message = ClientMessageEvent::new(32, self.target, self.atom(name), data);
        self.connection.send_event(false, self.target, EventMask::NO_EVENT, message).expect("sent");
        self.connection.flush().expect("sent");
    }

    /// Gives the files to whoever asks until this message comes.
    fn answer(&self, name: &str) -> [u32; 5] {
        let awaited = self.atom(name);
        eventually(name, || {
            while let Some(event) = self.connection.poll_for_event().expect("the server is there") {
                match event {
                    Event::SelectionRequest(request) => self.give(&request),
                    Event::ClientMessage(message) if message.type_ == awaited => {
                        return Some(message.data.as_data32());
                    }
                    _ => {}
                }
            }
            None
        })
    }

    fn give(&self, request: &SelectionRequestEvent) {
        let list = self.list.as_bytes();
        self.connection
            .change_property8(PropMode::REPLACE, request.requestor, request.property, request.target, list)
            .expect("sent");
        let notice = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: request.property,
        };
        self.connection.send_event(false, request.requestor, EventMask::NO_EVENT, notice).expect("sent");
        self.connection.flush().expect("sent");
    }
}
