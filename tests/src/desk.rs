//! A desktop with the customer's window on it.

use std::process::Command;

use farhand_testkit::x::{Eye, Program, XServer};

use crate::console::Console;
use crate::process::Process;
use crate::reader::{Node, Role};
use crate::relay::{Operator, Relay};
use crate::window::{Person, Window};

/// The window's title, once it knows whose relay it is.
pub const MAIN: &str = "Remote help – Test House";
/// The bar's title.
pub const BAR: &str = "Remote help: bar";

/// A desktop with a window manager and the customer's window, an operator who may ask, and a relay between them.
#[derive(Debug)]
pub struct Desk {
    // Dropped in this order: the server goes last.
    /// The customer's program.
    pub client: Window,
    _manager: Program,
    /// The relay.
    pub relay: Relay,
    /// Who may ask.
    pub operator: Operator,
    /// What the server itself knows.
    pub eye: Eye,
    /// The desktop.
    pub server: XServer,
}

impl Desk {
    /// On this server.
    #[must_use]
    pub fn on(server: XServer) -> Self {
        Self::after(server, |_| ()).0
    }

    /// On this server, with something else that was there before the customer's window.
    #[must_use]
    pub fn after<T>(server: XServer, prepare: impl FnOnce(&XServer) -> T) -> (Self, T) {
        Self::with(server, prepare, |_| ())
    }

    /// As [`Desk::after`], with the customer's command changed.
    #[must_use]
    pub fn with<T>(
        server: XServer,
        prepare: impl FnOnce(&XServer) -> T,
        change: impl FnOnce(&mut Command),
    ) -> (Self, T) {
        let relay = Relay::start();
        Self::at(relay, server, prepare, change)
    }

    /// As [`Desk::with`], at this relay.
    #[must_use]
    pub fn at<T>(
        relay: Relay,
        server: XServer,
        prepare: impl FnOnce(&XServer) -> T,
        change: impl FnOnce(&mut Command),
    ) -> (Self, T) {
        let operator = relay.add_operator("anna");
        let manager = server.start_window_manager();
        let before = prepare(&server);
        let mut command = Window::client_command(&relay, &server);
        change(&mut command);
        let client = Window::start(&server, &mut command);
        let eye = Eye::open(&server);
        (Self { client, _manager: manager, relay, operator, eye, server }, before)
    }

    /// With a person before it.
    #[must_use]
    pub fn with_person() -> (Self, Person) {
        let desk = Self::on(XServer::tigervnc(1280, 800));
        let person = Person::at(&desk.server);
        (desk, person)
    }

    /// An operator who asks with the numbers that are shown now.
    #[must_use]
    pub fn console(&self, script: &str) -> Process {
        Console::new(&self.relay, &self.operator, &self.client.numbers()).start(script)
    }

    /// An operator who was let in by the person.
    #[must_use]
    pub fn visit(&self, person: &mut Person, script: &str) -> Process {
        let mut console = self.console(script);
        person.click(&self.client.button("Allow"));
        console.event("allowed");
        self.client.says("anna is here");
        console
    }

    /// A switch of the bar.
    #[must_use]
    pub fn switch(&self, name: &str) -> Node {
        self.client.node(name, |node| node.role == Role::CheckBox && node.window == BAR && node.name == name)
    }

    /// All that went through the relay to the console until now, in bytes.
    #[must_use]
    pub fn carried_to_console(&self) -> u64 {
        self.relay.metric("farhand_relay_forwarded_bytes_total{direction=\"to_console\"}")
    }
}
