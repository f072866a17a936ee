//! A relay with files of its own, and its operators.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;

use farhand_testkit::x::{ScratchDir, eventually};
use serde_json::Value;

use crate::network::Network;
use crate::process::Process;
use crate::programs::program;

/// A running relay on this machine.
#[derive(Debug)]
pub struct Relay {
    process: Process,
    dir: ScratchDir,
    address: String,
    pages: String,
    pin: String,
}

/// Somebody who may ask this relay for numbers.
#[derive(Debug, Clone)]
pub struct Operator {
    /// The name.
    pub name: String,
    /// The secret that was printed once.
    pub token: String,
}

impl Relay {
    /// Starts one with a new key and no operators, on ports that the system chooses, that logs everything.
    ///
    /// # Panics
    /// It does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::with("", "filter = \"trace\"")
    }

    /// Starts one that sessions don't go without, with these further lines of its configuration: above the first head, and
    /// under `[log]`.
    ///
    /// # Panics
    /// It does not start.
    #[must_use]
    pub fn with(more: &str, log: &str) -> Self {
        let more = format!("listen = [\"127.0.0.1:0\"]\ndirect = false\n{more}");
        Self::started(&more, log, &mut Self::command)
    }

    /// Starts one in a network of its own, on the ports that it takes when nobody says otherwise.
    ///
    /// # Panics
    /// It does not start.
    #[must_use]
    pub fn within(network: &Network) -> Self {
        Self::within_with(network, "")
    }

    /// The same with these further lines of its configuration.
    ///
    /// # Panics
    /// It does not start.
    #[must_use]
    pub fn within_with(network: &Network, more: &str) -> Self {
        Self::started(more, "filter = \"debug\"", &mut |dir| network.inside(&Self::command(dir)))
    }

    fn started(more: &str, log: &str, command: &mut dyn FnMut(&ScratchDir) -> Command) -> Self {
        let dir = ScratchDir::new();
        let config = format!(
            "organisation = \"Test House\"\npages = \"127.0.0.1:0\"\n{more}\n[log]\nformat = \"json\"\n{log}\n"
        );
        std::fs::write(dir.file("relay.toml"), config).expect("the folder is ours");
        let process = Process::start(command(&dir).arg("run"));
        let pin = logged(&process, "relay starts", "pin");
        let address = logged(&process, "listening", "address");
        let pages = logged(&process, "pages", "address");
        Self { process, dir, address, pages, pin }
    }

    /// Starts it again at the same place with the same files, after it has ended.
    ///
    /// # Panics
    /// It does not start.
    pub fn start_again(&mut self) {
        let mut command = Self::command(&self.dir);
        self.process = Process::start(command.args(["--listen", &self.address, "run"]));
        self.pages = logged(&self.process, "pages", "address");
    }

    /// The same in this network.
    ///
    /// # Panics
    /// It does not start.
    pub fn start_again_within(&mut self, network: &Network) {
        let mut command = network.inside(&Self::command(&self.dir));
        self.process = Process::start(command.arg("run"));
        logged(&self.process, "pages", "address");
    }

    /// Adds an operator by the command line.
    ///
    /// # Panics
    /// The relay's command line does not do it.
    #[must_use]
    pub fn add_operator(&self, name: &str) -> Operator {
        let printed = Self::ask(&self.dir, &["operator", "add", name, "--json"]);
        let printed: Value = serde_json::from_str(&printed).expect("one JSON object");
        let token = printed["token"].as_str().expect("a token").to_owned();
        Operator { name: name.to_owned(), token }
    }

    /// Removes an operator by the command line.
    pub fn remove_operator(&self, name: &str) {
        Self::ask(&self.dir, &["operator", "remove", name]);
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What its key is known by.
    #[must_use]
    pub fn pin(&self) -> &str {
        &self.pin
    }

    /// A file of its state.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.file(name)
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// A value of its page for Prometheus, named with its labels.
    ///
    /// # Panics
    /// The page is not there, or the value is not on it.
    #[must_use]
    pub fn metric(&self, name: &str) -> u64 {
        let page = self.page().unwrap_or_else(|error| panic!("the relay's page: {error}"));
        let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        value.unwrap_or_else(|| panic!("{name} is not on the page:\n{page}"))
    }

    /// Blocks until a value of its page is this.
    ///
    /// # Panics
    /// It never is.
    pub fn wait_for_metric(&self, name: &str, expected: u64) {
        eventually(&format!("{name} to be {expected}"), || (self.metric(name) == expected).then_some(()));
    }

    fn page(&self) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.pages)?;
        write!(stream, "GET /metrics HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n")?;
        let mut page = String::new();
        stream.read_to_string(&mut page)?;
        Ok(page)
    }

    fn command(dir: &ScratchDir) -> Command {
        let mut command = Command::new(program("farhand-relay"));
        command.arg("--config").arg(dir.file("relay.toml"));
        command
    }

    fn ask(dir: &ScratchDir, words: &[&str]) -> String {
        let output = Self::command(dir).args(words).output().expect("the relay's program runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "farhand-relay {words:?}: {error}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

/// A field of the relay's log line with this message.
fn logged(process: &Process, message: &str, field: &str) -> String {
    process.log(&format!("{message:?}"), |line| {
        let line: Value = serde_json::from_str(line).ok()?;
        let fields = &line["fields"];
        (fields["message"] == message).then_some(())?;
        fields[field].as_str().map(str::to_owned)
    })
}
