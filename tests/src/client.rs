//! The customer's program on a desktop.

use std::process::Command;

use farhand_testkit::x::XServer;

use crate::process::Process;
use crate::programs::program;
use crate::relay::Relay;

/// What the customer reads aloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// The number, grouped as it is read.
    pub session_id: String,
    /// The secret, grouped as it is read.
    pub password: String,
}

/// For how many seconds a session may come back: whoever is gone for good is not waited for much longer.
pub(crate) const WINDOW: &str = "4";

/// A running client.
#[derive(Debug)]
pub struct Client {
    /// The program itself.
    pub process: Process,
}

impl Client {
    /// Starts one on a server's desktop. The arguments say how it consents.
    #[must_use]
    pub fn start(relay: &Relay, server: &XServer, arguments: &[&str]) -> Self {
        let mut command = server.command(&Self::program());
        Self::start_as(Self::with(&mut command, relay).args(arguments))
    }

    /// Starts the command of a client.
    #[must_use]
    pub fn start_as(command: &mut Command) -> Self {
        Self { process: Process::start(command) }
    }

    /// Where the program is.
    #[must_use]
    pub fn program() -> String {
        program("farhand-client").display().to_string()
    }

    /// Adds to its command what every test says: no window, JSON, every log line, and where the relay is.
    pub fn with<'a>(command: &'a mut Command, relay: &Relay) -> &'a mut Command {
        command.args(["--headless", "--json", "--log", "trace"]);
        command.env("FARHAND_RESUME_WINDOW", WINDOW);
        command.args(["--relay", relay.address(), "--pin", relay.pin()])
    }

    /// The numbers, when somebody can connect.
    ///
    /// # Panics
    /// It never gets there.
    pub fn ready(&mut self) -> Ready {
        let event = self.process.event("ready");
        let text = |key: &str| event[key].as_str().unwrap_or_else(|| panic!("no {key}: {event}")).to_owned();
        Ready { session_id: text("session_id"), password: text("password") }
    }

    /// Says one of its commands.
    pub fn say(&mut self, command: &str) {
        self.process.say(command);
    }
}
