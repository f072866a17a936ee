//! The three programs and their command lines, as docs/CLI.md has them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::desktop::Display;
use crate::cmd::Cmd;
use crate::workspace::Workspace;

/// The name of the operator in the demonstration.
const OPERATOR: &str = "demo";

/// Where the built programs are.
#[derive(Debug)]
pub(super) struct Programs {
    folder: PathBuf,
}

/// What client and console must know of a relay.
#[derive(Debug)]
pub(super) struct Relay {
    address: String,
    pin: String,
    token: String,
}

/// What the customer reads aloud.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Ready {
    pub(super) session_id: String,
    pub(super) password: String,
}

/// One step of the console in a session.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// Click at this place of the customer's screen.
    Click((i32, i32)),
    /// Type this text.
    Type(&'a str),
    /// Press this key or chord.
    Key(&'a str),
    /// Wait until the screen stands still.
    Settle,
    /// Save what the operator sees.
    Picture(&'a Path),
}

impl Programs {
    /// Builds the programs, or takes those in `folder`.
    pub(super) fn find(workspace: &Workspace, folder: Option<&Path>) -> Result<Self> {
        const NAMES: [&str; 3] = ["farhand-relay", "farhand-client", "farhand-operator"];
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => {
                println!("==> building relay, client and console");
                let build = Cmd::cargo().args(["build", "--locked"]);
                build.args(NAMES.iter().flat_map(|name| ["--package", name])).minutes(30).run()?;
                workspace.target.join("debug")
            }
        };
        match NAMES.iter().find(|name| !folder.join(name).is_file()) {
            Some(name) => bail!("there is no program {}", folder.join(name).display()),
            None => Ok(Self { folder }),
        }
    }

    /// Writes the relay's configuration; gives its path.
    pub(super) fn write_relay_config(&self, folder: &Path, port: u16) -> Result<PathBuf> {
        let folder = folder.join("relay");
        std::fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
        let path = folder.join("relay.toml");
        let text = format!(
            "organisation = \"Farhand demonstration\"\nlisten = [\"127.0.0.1:{port}\"]\npages = \"off\"\n"
        );
        std::fs::write(&path, text).with_context(|| format!("{} can't be written", path.display()))?;
        Ok(path)
    }

    /// The relay, running until it is stopped.
    pub(super) fn relay(&self, config: &Path) -> Command {
        let mut command = Command::new(self.folder.join("farhand-relay"));
        command.arg("--config").arg(config).arg("run");
        command
    }

    /// Asks the relay for its pin, and adds an operator to it.
    pub(super) fn introduce(&self, config: &Path, port: u16) -> Result<Relay> {
        let ask = |words: &[&str]| -> Result<String> {
            let relay =
                Cmd::new(self.folder.join("farhand-relay")).args([Path::new("--config"), config]).args(words);
            let answer = relay.seconds(20).output()?;
            let line = answer.lines().rfind(|line| !line.trim().is_empty());
            Ok(line
                .with_context(|| format!("farhand-relay {} printed nothing", words.join(" ")))?
                .trim()
                .to_owned())
        };
        let pin = ask(&["pin"])?;
        let token = ask(&["operator", "add", OPERATOR])?;
        Ok(Relay { address: format!("127.0.0.1:{port}"), pin, token })
    }

    /// The customer's client without a window, with these grants; the relay comes as more arguments.
    pub(super) fn client(&self, display: &Display, grants: &str) -> Command {
        let mut command = Command::new(self.folder.join("farhand-client"));
        command.args(["--headless", "--json", "--allow", grants]).envs(display.variables());
        command
    }

    /// The customer's client with its window; the relay comes as more arguments.
    pub(super) fn client_window(&self, display: &Display) -> Command {
        let mut command = Command::new(self.folder.join("farhand-client"));
        command.arg("--json").envs(display.variables());
        command
    }

    /// The operator's console with its window, which connects at once.
    pub(super) fn console_window(&self, relay: &Relay, ready: &Ready, display: &Display) -> Command {
        let mut command = Command::new(self.folder.join("farhand-operator"));
        command.args(relay.arguments()).args(["--operator", OPERATOR, "open", &ready.session_id]);
        command.env("FARHAND_TOKEN", &relay.token).env("FARHAND_PASSWORD", &ready.password);
        command.envs(display.variables());
        command
    }

    /// Writes a script of these steps; gives its path.
    pub(super) fn write_script(folder: &Path, steps: &[Step<'_>]) -> Result<PathBuf> {
        let path = folder.join("steps.txt");
        let lines: String = steps.iter().map(|step| step.line() + "\n").collect();
        std::fs::write(&path, lines).with_context(|| format!("{} can't be written", path.display()))?;
        Ok(path)
    }

    /// The operator's console, which does the steps of a script in one session.
    pub(super) fn console(&self, relay: &Relay, ready: &Ready, grants: &str, script: &Path) -> Cmd {
        Cmd::new(self.folder.join("farhand-operator"))
            .args(["--relay", &relay.address, "--pin", &relay.pin, "--operator", OPERATOR])
            .args(["--json", "connect", &ready.session_id, "--grants", grants, "script"])
            .args([script])
            .env("FARHAND_TOKEN", &relay.token)
            .env("FARHAND_PASSWORD", &ready.password)
    }
}

impl Relay {
    /// How a command line names it.
    pub(super) fn arguments(&self) -> [&str; 4] {
        ["--relay", &self.address, "--pin", &self.pin]
    }
}

impl Step<'_> {
    /// As a line of the console's script.
    fn line(&self) -> String {
        match self {
            Self::Click((x, y)) => format!("click {x} {y}"),
            Self::Type(text) => format!("type \"{text}\""),
            Self::Key(chord) => format!("key {chord}"),
            Self::Settle => "wait settled".to_owned(),
            Self::Picture(path) => format!("picture \"{}\"", path.display()),
        }
    }
}

impl Ready {
    /// Reads the client's `ready` event; other lines mean nothing.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let event: Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| event[key].as_str().map(str::to_owned);
        (event["event"] == "ready").then_some(())?;
        Some(Self { session_id: text("session_id")?, password: text("password")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_event_is_told_from_others() {
        let line = r#"{"event":"ready","session_id":"123 456 7890","password":"123 456 789","more":1}"#;
        let ready = Ready { session_id: "123 456 7890".into(), password: "123 456 789".into() };
        assert_eq!(Ready::parse(line), Some(ready));
        assert_eq!(Ready::parse(r#"{"event":"connecting"}"#), None);
        assert_eq!(Ready::parse(r#"{"event":"ready","session_id":"1"}"#), None);
        assert_eq!(Ready::parse("ready"), None);
    }

    #[test]
    fn no_secret_is_on_the_command_line() {
        let relay = Relay { address: "a:1".into(), pin: "p".into(), token: "token".into() };
        let ready = Ready { session_id: "123".into(), password: "password".into() };
        let programs = Programs { folder: "bin".into() };
        let words = programs.console(&relay, &ready, "view", Path::new("steps.txt")).to_string();
        assert!(words.contains("connect 123 --grants view script steps.txt"), "{words}");
        assert!(!words.contains("token") && !words.contains("password"), "{words}");
    }

    #[test]
    fn steps_are_lines() {
        let picture = PathBuf::from("a b.png");
        let steps = [
            Step::Click((1, 2)),
            Step::Type("a b"),
            Step::Key("ctrl+s"),
            Step::Settle,
            Step::Picture(&picture),
        ];
        let lines = steps.map(|step| step.line());
        assert_eq!(lines, ["click 1 2", "type \"a b\"", "key ctrl+s", "wait settled", "picture \"a b.png\""]);
    }
}
