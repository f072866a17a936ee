//! The program as an administrator runs it.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use farhand_proto::relay::FromRelay;
use farhand_relay::config::{Config, EXAMPLE};
use farhand_relay::options::SettingOptions;
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::running::Reach;

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_farhand-relay"));
    command.current_dir(folder).args(arguments);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FARHAND_")) {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder, arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Runs it and expects this exit code and these words on standard error.
fn fails(folder: &Path, arguments: &[&str], code: i32, words: &[&str]) {
    let output = run(folder, arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{error}");
    for word in words {
        assert!(error.contains(word), "{word:?} is not in {error:?}");
    }
}

/// A relay in a process of its own, and its log up to its ports.
pub(crate) struct Running {
    pub(crate) child: Child,
    log: BufReader<std::process::ChildStderr>,
    seen: Vec<serde_json::Value>,
}

impl Running {
    pub(crate) fn start(folder: &Path, more: &[&str]) -> Self {
        let mut arguments =
            vec!["run", "--listen", "127.0.0.1:0", "--pages", "127.0.0.1:0", "--log-format", "json"];
        arguments.extend_from_slice(more);
        let mut child = program(folder, &arguments).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut running = Self { child, log, seen: Vec::new() };
        running.until("pages");
        running
    }

    /// Reads the log up to a message.
    pub(crate) fn until(&mut self, message: &str) -> serde_json::Value {
        loop {
            let line = self.next();
            if line["fields"]["message"] == message {
                return line;
            }
        }
    }

    /// Reads the next line of the log.
    pub(crate) fn next(&mut self) -> serde_json::Value {
        let mut line = String::new();
        assert!(self.log.read_line(&mut line).unwrap() > 0, "the log goes on");
        let line: serde_json::Value = serde_json::from_str(&line).expect("a line of the log is JSON");
        self.seen.push(line.clone());
        line
    }

    /// How to reach it.
    pub(crate) fn reach(&self, folder: &Path) -> Reach {
        let field = |message: &str, field: &str| {
            let line = self.seen.iter().find(|line| line["fields"]["message"] == message).unwrap();
            line["fields"][field].as_str().unwrap().to_owned()
        };
        let (address, pin) = (field("listening", "address"), field("relay starts", "pin"));
        Reach { address: address.parse().unwrap(), pin: pin.parse().unwrap(), folder: folder.to_owned() }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn operators_are_added_listed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // All of it beside the running relay.
    let _relay = Running::start(folder, &[]);
    let added = run(folder, &["operator", "add", "anna"]);
    assert!(added.status.success());
    let token = stdout(&added);
    assert_eq!(token.trim_end().len(), 43, "standard output is the token and nothing else");
    let added = stdout(&run(folder, &["operator", "add", "bob", "--json"]));
    let added: serde_json::Value = serde_json::from_str(&added).unwrap();
    assert_eq!(added["operator"], "bob");
    assert_eq!(added["token"].as_str().unwrap().len(), 43);

    fails(folder, &["operator", "add", "anna"], 5, &["anna already"]);
    fails(folder, &["operator", "add", " anna"], 2, &["no space"]);
    fails(folder, &["operator", "add", "anna\u{202e}"], 2, &["U+202E", "invisible or changes"]);
    fails(folder, &["operator", "add", "a\u{200b}nna"], 2, &["U+200B"]);
    let listed = stdout(&run(folder, &["operator", "list"]));
    let names: Vec<&str> = listed.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(names, ["anna", "bob"]);
    assert!(run(folder, &["operator", "remove", "anna"]).status.success());
    fails(folder, &["operator", "remove", "anna"], 5, &["no operator \"anna\""]);
    let listed = stdout(&run(folder, &["operator", "list", "--json"]));
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["operator"], "bob");
    assert!(listed["added"].as_u64().unwrap() > 1_700_000_000);
}

#[test]
fn an_operator_gets_four_lines_ready_to_paste() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let _relay = Running::start(folder, &[]);
    let pin = stdout(&run(folder, &["pin"]));
    let lines = |relay: &str, name: &str, token: &str| {
        format!("relay: {relay}\npin: {pin}operator: {name}\ntoken: {token}\n")
    };
    // For a script: the token alone, and the rest where it may be read by others.
    let added = run(folder, &["operator", "add", "Anna Nováková", "--listen", "[::1]:443"]);
    let (token, told) = (stdout(&added), String::from_utf8(added.stderr).unwrap());
    assert!(told.starts_with(&lines("[::1]:443", "Anna Nováková", "(on standard output)")), "{told}");
    assert!(!told.contains(token.trim_end()) && !told.contains("HOST:PORT"), "{told}");
    // For a person: all of it.
    let listen = "192.0.2.7:11438";
    let (shown, told) = on_terminal(folder, &["operator", "add", "bob", "--listen", listen]);
    let token = shown.lines().last().unwrap().strip_prefix("token: ").unwrap();
    assert_eq!((shown.as_str(), token.len()), (lines(listen, "bob", token).as_str(), 43));
    assert!(!told.contains(token), "{told}");
    // What is no single address does not say where operators reach it.
    for (name, listen) in
        [("c", "0.0.0.0:443"), ("d", "[::]:443"), ("e", "127.0.0.1:0"), ("f", "127.0.0.1:1,[::1]:1")]
    {
        let (shown, told) = on_terminal(folder, &["operator", "add", name, "--listen", listen]);
        assert!(shown.starts_with("relay: HOST:PORT\npin: "), "{shown}");
        assert!(told.contains("Instead of HOST:PORT write"), "{told}");
    }
}

/// Runs it with a terminal as its standard output; gives what it wrote there and on standard error.
fn on_terminal(folder: &Path, arguments: &[&str]) -> (String, String) {
    // A relay that another test starts meanwhile must not have the terminal open as well.
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let theirs =
        rustix::fs::open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())
            .unwrap();
    let output = program(folder, arguments).stdout(theirs).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut shown = Vec::new();
    // A terminal that nobody has open any more ends with an error.
    let _ = File::from(ours).read_to_end(&mut shown);
    let shown = String::from_utf8(shown).unwrap().replace("\r\n", "\n");
    (shown, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn it_starts_without_any_file_makes_its_key_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Running::start(folder.path(), &[]);
    let starts = relay.seen[0]["fields"].clone();
    let pin = stdout(&run(folder.path(), &["pin"]));
    assert_eq!(starts["pin"], pin.trim_end());
    assert_eq!(starts["message"], "relay starts");
    assert!(pin.starts_with("sha256/"));
    let listening = relay.seen.iter().find(|line| line["fields"]["message"] == "listening").unwrap();
    assert!(listening["fields"]["address"].as_str().unwrap().starts_with("127.0.0.1:"));
    let mode = std::fs::metadata(folder.path().join("relay.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    relay.signal("TERM");
    relay.until("relay ended");
    assert_eq!(relay.child.wait().unwrap().code(), Some(0));
    assert_eq!(stdout(&run(folder.path(), &["pin"])), pin, "the key stays");
}

#[test]
fn a_port_that_cannot_be_used_is_named_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    fails(
        folder.path(),
        &["run", "--listen", &taken, "--pages", "off"],
        4,
        // The key is made all the same, and the log says so.
        &["relay starts", "a new key was made", &taken, "another program listens there"],
    );
    fails(
        folder.path(),
        &["run", "--listen", "203.0.113.7:11438"],
        4,
        &["203.0.113.7:11438", "no such address"],
    );
}

#[test]
fn a_wrong_configuration_is_named_with_line_and_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("farhand-relay.toml");
    for (text, words) in [
        ("organisation = \"A\"\nlisten_on = []\n", &["line 2", "listen_on", "no key"][..]),
        ("\n[limits]\nlegz = 1\n", &["line 3", "legz", "no key"]),
        ("listen = \"0.0.0.0:443\"\n", &["line 1", "listen"]),
        ("organisation = \"A\"\nlisten = [\n  \"0.0.0.0\",\n]\n", &["line 3", "0.0.0.0"]),
        ("[limits]\nlegs = 0\n", &["line 2", "legs"]),
        ("pages = \"nowhere\"\n", &["line 1", "127.0.0.1:9311"]),
        ("silence_seconds = 0\n", &["line 1", "silence_seconds"]),
        ("[log]\nfilter = \"farhand=loud\"\n", &["line 2", "filter"]),
        ("[log]\nformat = \"xml\"\n", &["line 2", "xml", "json"]),
        ("organisation = \n", &["line 1"]),
        ("\nlisten = []\n", &["line 2", "`listen`", "empty", "for example: listen = [\"0.0.0.0:443\""]),
        ("organisation = \"\"\n", &["line 1", "`organisation`", "can't be empty"]),
        ("organisation = \"Bank\u{202e}\"\n", &["line 1", "`organisation`", "U+202E"]),
        ("organisation = \"a\u{200d}b\"\n", &["line 1", "`organisation`", "U+200D"]),
        ("[log]\nfilter = \"verbose\"\n", &["line 2", "`filter`", "is no filter"]),
    ] {
        std::fs::write(&file, text).unwrap();
        let mut all = vec!["farhand-relay.toml"];
        all.extend_from_slice(words);
        fails(folder.path(), &["check-config"], 3, &all);
    }
    fails(folder.path(), &["check-config", "--config", "missing.toml"], 3, &["missing.toml"]);
    fails(folder.path(), &["run", "--pages", "nowhere"], 2, &["nowhere"]);
    fails(folder.path(), &["run", "--listen", "0.0.0.0"], 2, &["not ADDRESS:PORT", "0.0.0.0:443"]);
    fails(folder.path(), &["run", "--organisation", ""], 2, &["can't be empty"]);
    fails(folder.path(), &["run", "--state", ""], 2, &["--state"]);
}

#[test]
fn pages_that_would_be_where_legs_come_are_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for (listen, pages, words) in [
        ("127.0.0.1:7000", "127.0.0.1:7000", "`listen` has 127.0.0.1:7000, so both would take the same port"),
        ("[::1]:1,0.0.0.0:7000", "127.0.0.1:7000", "`listen` has 0.0.0.0:7000, so both"),
        ("127.0.0.1:7000", "0.0.0.0:7000", "`pages` is 0.0.0.0:7000 and `listen` has 127.0.0.1:7000"),
    ] {
        for command in ["check-config", "run"] {
            fails(folder.path(), &[command, "--listen", listen, "--pages", pages], 3, &[pages, words]);
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    for (listen, pages) in [
        ("127.0.0.1:0", "127.0.0.1:0"),
        ("[::]:7000", "127.0.0.1:7000"),
        ("127.0.0.1:7000", "127.0.0.2:7000"),
    ] {
        let output = run(folder.path(), &["check-config", "--listen", listen, "--pages", pages]);
        assert!(output.status.success(), "{output:?}");
    }
    // What the file alone says counts as well.
    std::fs::write(folder.path().join("farhand-relay.toml"), "listen = [\"0.0.0.0:9311\"]\n").unwrap();
    fails(folder.path(), &["check-config"], 3, &["127.0.0.1:9311", "0.0.0.0:9311"]);
}

#[test]
fn an_empty_variable_is_a_mistake_and_no_default() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["CONFIG", "ORGANISATION", "LISTEN", "PAGES", "STATE", "LOG_FORMAT", "LOG_FILTER"] {
        let mut command = program(folder.path(), &["check-config"]);
        let output = command.env(format!("FARHAND_RELAY_{name}"), "").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {output:?}");
    }
}

#[test]
fn all_that_is_wrong_in_a_file_is_told_at_once_one_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let text = "grace_seconds = \"5\"\n\n[limits]\nlegs = 0\n";
    std::fs::write(folder.path().join("farhand-relay.toml"), text).unwrap();
    let output = run(folder.path(), &["check-config"]);
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "farhand-relay: farhand-relay.toml, line 1: `grace_seconds`: this is a text; take the quotation marks away; it \
         must be a whole number from 0 to 86400, for example: grace_seconds = 5\n\
         farhand-relay.toml, line 4: `legs`: 0 is not a number that it can be; it must be a whole number from 1 to \
         1000000000, for example: legs = 20000\n"
    );
}

#[test]
fn nothing_but_a_relays_start_makes_a_state_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mistyped = folder.path().join("stat");
    let mistyped = mistyped.to_str().unwrap();
    for command in
        [&["operator", "add", "anna"][..], &["operator", "list"], &["operator", "remove", "anna"], &["pin"]]
    {
        let arguments = [command, &["--state", mistyped]].concat();
        fails(
            folder.path(),
            &arguments,
            1,
            &["no relay's state in", mistyped, "--state", "farhand-relay run"],
        );
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let relay = Running::start(folder.path(), &["--state", mistyped]);
    let new =
        relay.seen.iter().find(|line| line["fields"]["message"].as_str().unwrap().starts_with("a new key"));
    assert_eq!(new.unwrap()["fields"]["state"], mistyped, "the first start says where");
    assert!(run(folder.path(), &["operator", "add", "anna", "--state", mistyped]).status.success());
}

#[test]
fn a_second_relay_on_one_state_folder_is_refused_until_the_first_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Running::start(folder.path(), &[]);
    let process = first.child.id().to_string();
    let second = ["run", "--listen", "127.0.0.1:0", "--pages", "off"];
    let whole = folder.path().to_str().unwrap();
    fails(folder.path(), &second, 1, &["another relay runs", whole, &process, "stop that one first"]);
    assert!(run(folder.path(), &["operator", "add", "anna"]).status.success());
    // Even one that was killed leaves nothing behind.
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    Running::start(folder.path(), &[]);
}

#[test]
fn a_database_that_cannot_be_used_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    drop(Running::start(folder.path(), &[]));
    let database = folder.path().join("relay.db");
    for file in ["relay.db-wal", "relay.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(file));
    }
    let start = ["run", "--listen", "127.0.0.1:0", "--pages", "off"];
    let whole = std::fs::read(&database).unwrap();
    std::fs::write(&database, "somebody's notes").unwrap();
    for command in [&start[..], &["operator", "list"]] {
        fails(
            folder.path(),
            command,
            1,
            &["relay.db", "not the database of a Farhand relay", "move this file away"],
        );
    }
    std::fs::write(&database, &whole[..whole.len() / 2]).unwrap();
    for command in [&start[..], &["operator", "list"]] {
        fails(folder.path(), command, 1, &["relay.db", "is damaged", "backup"]);
    }
}

#[test]
fn options_stand_above_the_environment_and_that_above_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("farhand-relay.toml");
    std::fs::write(&file, "organisation = \"file\"\nlisten = [\"127.0.0.1:1\"]\nstate = \"kept\"\n").unwrap();
    let check = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = program(folder.path(), &["check-config"]);
        command.args(arguments).envs(variables.iter().copied());
        stdout(&command.output().unwrap())
    };
    let alone = check(&[], &[]);
    assert!(alone.contains("organisation   file\nlisten         127.0.0.1:1\n"), "{alone}");
    assert!(alone.contains("state          ./kept\n"), "{alone}");
    let variables =
        [("FARHAND_RELAY_ORGANISATION", "variable"), ("FARHAND_RELAY_LISTEN", "127.0.0.1:2,[::1]:3")];
    let above = check(&[], &variables);
    assert!(above.contains("organisation   variable\nlisten         127.0.0.1:2\nlisten         [::1]:3\n"));
    let top = check(&["--organisation", "option", "--listen", "127.0.0.1:4"], &variables);
    assert!(
        top.contains("organisation   option\nlisten         127.0.0.1:4\nencapsulations raw, https, http\n"),
        "{top}"
    );
}

#[test]
fn the_example_shows_every_default() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(stdout(&run(folder.path(), &["example-config"])), EXAMPLE);
    let plain = Config::load(&SettingOptions {
        config: Some(folder.path().join("plain.toml")),
        ..SettingOptions::default()
    });
    assert!(plain.is_err(), "a file that was named has to be there");
    let load = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let options = SettingOptions { config: Some(file), ..SettingOptions::default() };
        let mut config = Config::load(&options).unwrap();
        config.file = None;
        config
    };
    // Its keys, with their # taken away, say what an empty file means.
    let is_key = |line: &&str| {
        let name = line.split(" = ").next().unwrap_or_default();
        line.contains(" = ") && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
    };
    let uncommented: Vec<&str> =
        EXAMPLE.lines().map(|line| line.strip_prefix('#').filter(is_key).unwrap_or(line)).collect();
    let (defaults, shown) = (load("empty.toml", ""), load("shown.toml", &uncommented.join("\n")));
    assert_eq!(uncommented.iter().filter(|line| is_key(line)).count(), 21);
    assert_eq!(shown.broker.limits, defaults.broker.limits);
    assert_eq!(shown.broker.timing, defaults.broker.timing);
    assert_eq!(
        shown.to_string().replace("/.\n", "\n"),
        defaults.to_string().replace(", if it can be had", "")
    );
    load("as-it-is.toml", EXAMPLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("farhand-relay.toml"), "grace_seconds = 3600\n").unwrap();
    let mut relay = Running::start(folder.path(), &["--organisation", "Example Ltd"]);
    let reach = relay.reach(folder.path());
    let mut session = reach.session().await;
    relay.signal("INT");
    assert_eq!(session.client.hear().await, FromRelay::Stopping {});
    relay.signal("TERM");
    assert_eq!(relay.child.wait().unwrap().code(), Some(6));
    let mut log = String::new();
    relay.log.read_to_string(&mut log).unwrap();
    assert!(log.contains("a second signal stops at once") && log.contains("sessions were cut"), "{log}");
    // The log names the session by its first digits alone, and no token.
    let seen: String = relay.seen.iter().map(ToString::to_string).chain([log]).collect();
    assert!(seen.contains("\"session\":"));
    assert!(!seen.contains(&session.session_id.plain()) && !seen.contains(&session.session_id.to_string()));
    assert!(!seen.contains(&session.token.to_string()));
}
