//! A program with windows: seen by a screen reader and by the X server, used by a person.

use std::process::Command;

use farhand_testkit::x::{Eye, Picture, RfbClient, XServer, eventually};

use crate::client::Ready;
use crate::process::Process;
use crate::programs::program;
use crate::reader::{Node, Reader, Role};
use crate::relay::{Operator, Relay};

/// Where a test's own programs lie, in the folder of an operator's desktop.
const PROGRAMS: &str = "programs";

/// A program with windows on a desktop.
#[derive(Debug)]
pub struct Window {
    /// The program itself.
    pub process: Process,
    reader: Reader,
    display: String,
}

impl Window {
    /// Starts the customer's program.
    #[must_use]
    pub fn client(relay: &Relay, server: &XServer) -> Self {
        Self::start(server, &mut Self::client_command(relay, server))
    }

    /// Starts the operator's program as somebody for whom everything is set.
    #[must_use]
    pub fn console(relay: &Relay, operator: &Operator, server: &XServer) -> Self {
        let mut command = Self::console_command(server);
        command.env("FARHAND_RELAY", relay.address()).env("FARHAND_PIN", relay.pin());
        command.env("FARHAND_OPERATOR", &operator.name).env("FARHAND_TOKEN", &operator.token);
        // Whoever is gone for good is not waited for as long as in earnest.
        command.env("FARHAND_RESUME_WINDOW", "15");
        // Of other programs it knows those alone that a test puts there.
        command.env("PATH", server.file(PROGRAMS));
        Self::start(server, &mut command)
    }

    /// Puts a program there that any of the operator's desktop can start.
    ///
    /// # Panics
    /// It can't be written.
    pub fn write_program(server: &XServer, name: &str, script: &str) {
        let folder = server.file(PROGRAMS);
        std::fs::create_dir_all(&folder).expect("the folder is ours");
        let path = folder.join(name);
        std::fs::write(&path, format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n"))
            .expect("the folder is ours");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&path, mode).expect("the file is ours");
    }

    /// How the customer's program is started.
    #[must_use]
    pub fn client_command(relay: &Relay, server: &XServer) -> Command {
        let mut command = server.command(&program("farhand-client").display().to_string());
        command.args(["--relay", relay.address(), "--pin", relay.pin(), "--language", "en"]);
        command
    }

    /// How the operator's program is started.
    #[must_use]
    pub fn console_command(server: &XServer) -> Command {
        server.command(&program("farhand-operator").display().to_string())
    }

    /// Starts a program, and a screen reader beside it.
    #[must_use]
    pub fn start(server: &XServer, command: &mut Command) -> Self {
        let reader = Reader::start();
        command.env("DBUS_SESSION_BUS_ADDRESS", reader.session_bus());
        Self { process: Process::start(command), reader, display: server.display().to_owned() }
    }

    /// The session bus that the program is on.
    #[must_use]
    pub fn session_bus(&self) -> &str {
        self.reader.session_bus()
    }

    /// All that its windows show now.
    ///
    /// # Panics
    /// They show nothing.
    #[must_use]
    pub fn nodes(&self) -> Vec<Node> {
        eventually("a window", || self.reader.read(self.process.pid()).ok())
    }

    /// Waits for the one node that is like this.
    ///
    /// # Panics
    /// There never is one.
    pub fn node(&self, what: &str, fits: impl Fn(&Node) -> bool) -> Node {
        eventually(what, || {
            let nodes = self.reader.read(self.process.pid()).ok()?;
            nodes.into_iter().find(|node| fits(node))
        })
    }

    /// Waits until no node is like this.
    ///
    /// # Panics
    /// There always is one.
    pub fn wait_without(&self, what: &str, fits: impl Fn(&Node) -> bool) {
        eventually(what, || {
            let nodes = self.reader.read(self.process.pid()).ok()?;
            (!nodes.iter().any(&fits)).then_some(())
        });
    }

    /// Waits for a widget of this name that can be used.
    ///
    /// # Panics
    /// There never is one.
    pub fn widget(&self, role: Role, name: &str) -> Node {
        self.node(&format!("{role:?} {name:?}"), |node| {
            node.role == role && node.name == name && node.is_enabled()
        })
    }

    /// Waits for a button of this name that can be pressed.
    ///
    /// # Panics
    /// There never is one.
    pub fn button(&self, name: &str) -> Node {
        self.widget(Role::Button, name)
    }

    /// As [`Window::button`], in the window of this title.
    ///
    /// # Panics
    /// There never is one.
    #[must_use]
    pub fn button_in(&self, window: &str, name: &str) -> Node {
        self.node(&format!("the button {name:?} in {window:?}"), |node| {
            node.role == Role::Button && node.name == name && node.window == window && node.is_enabled()
        })
    }

    /// Waits until somewhere there are these words; gives all that stands there.
    ///
    /// # Panics
    /// They never are.
    pub fn says(&self, words: &str) -> String {
        self.node(&format!("the words {words:?}"), |node| node.name.contains(words)).name
    }

    /// Whether there are these words now.
    #[must_use]
    pub fn says_now(&self, words: &str) -> bool {
        self.nodes().iter().any(|node| node.name.contains(words))
    }

    /// What the customer's program tells to read aloud.
    ///
    /// # Panics
    /// It never tells.
    #[must_use]
    pub fn numbers(&self) -> Ready {
        let number = |label: &str| {
            let fits = |node: &Node| {
                node.is_enabled()
                    && node
                        .name
                        .strip_prefix(label)
                        .is_some_and(|rest| rest.contains(|letter: char| letter.is_ascii_digit()))
            };
            self.node(label, fits).name[label.len()..].trim().to_owned()
        };
        Ready { session_id: number("Session ID"), password: number("Password") }
    }

    /// Presses a button as a program does, through XTEST.
    pub fn click(&self, node: &Node) {
        self.click_at(node.place().middle());
    }

    /// Presses the left button of the mouse here as a program does, through XTEST.
    pub fn click_at(&self, (x, y): (i32, i32)) {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string(), "click", "1"]);
    }

    /// Presses keys as a program does, through XTEST: by name or number, with `+` between those held together.
    pub fn keys(&self, keys: &[&str]) {
        self.xdotool(&[&["key", "--delay", "1"], keys].concat());
    }

    /// Types letters that the keyboard has, as a program does, through XTEST.
    pub fn type_text(&self, text: &str) {
        // `--`, for a text may begin with a dash, as one token in 64 does.
        self.xdotool(&["type", "--delay", "1", "--", text]);
    }

    /// Asks `xdotool` for something.
    ///
    /// # Panics
    /// It can't do it.
    pub fn xdotool(&self, words: &[&str]) {
        let status = Command::new("xdotool").env("DISPLAY", &self.display).args(words).status();
        assert!(status.is_ok_and(|status| status.success()), "xdotool {words:?}");
    }

    /// What was there, for a person who wants to know.
    fn tree(&self) -> String {
        match self.reader.read(self.process.pid()) {
            Ok(nodes) => nodes.iter().map(|node| format!("   {node}\n")).collect(),
            Err(error) => format!("   nothing that can be read: {error}\n"),
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("-- the windows showed:\n{}", self.tree());
            let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
            let path = std::env::temp_dir()
                .join(format!("farhand-failed-{name}{}.png", self.display.replace(':', "-")));
            let picture = Eye::try_open(&self.display).map(|eye| eye.pixels());
            if picture.is_some_and(|picture: Picture| picture.write_png(&path).is_ok()) {
                eprintln!("-- the screen is in {}", path.display());
            }
        }
    }
}

/// Keys by X11's numbers for their symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys;

impl Keys {
    /// Goes to the next widget.
    pub const TAB: u32 = 0xff09;
    /// Confirms.
    pub const ENTER: u32 = 0xff0d;
    /// Says no.
    pub const ESCAPE: u32 = 0xff1b;
    /// Presses what has the keyboard.
    pub const SPACE: u32 = 0x20;
    /// Of the hot key.
    pub const CONTROL: u32 = 0xffe3;
    /// Of the hot key.
    pub const ALT: u32 = 0xffe9;
    /// Of the hot key.
    pub const SHIFT: u32 = 0xffe1;
}

/// Somebody with mouse and keyboard at a desktop.
#[derive(Debug)]
pub struct Person {
    hands: RfbClient,
    eye: Eye,
}

impl Person {
    /// Sits down at a desktop of [`XServer::tigervnc`].
    ///
    /// # Panics
    /// It takes nobody.
    #[must_use]
    pub fn at(server: &XServer) -> Self {
        let hands = RfbClient::connect(server.rfb_socket()).expect("the server listens");
        Self { hands, eye: Eye::open(server) }
    }

    /// Puts these monitors before the desktop instead of its own, by left edge, top edge, width and height, and waits
    /// until it has their size.
    ///
    /// # Panics
    /// The server is gone.
    pub fn plug_in(&mut self, monitors: &[[u16; 4]]) {
        self.hands.set_monitors(monitors).expect("the server listens");
        let width = monitors.iter().map(|area| u32::from(area[0] + area[2])).max();
        eventually("the monitors", || (Some(self.eye.pixels().width) == width).then_some(()));
    }

    /// Moves the mouse there.
    ///
    /// # Panics
    /// The server is gone.
    pub fn point(&mut self, (x, y): (i32, i32)) {
        self.pointer((x, y), 0);
        eventually("the pointer to come", || (self.eye.pointer() == (x, y)).then_some(()));
    }

    /// Presses and releases the left button there.
    ///
    /// # Panics
    /// The server is gone.
    pub fn click_at(&mut self, at: (i32, i32)) {
        // Where a program has put the pointer, the mouse has to come for itself.
        self.point((at.0 + 1, at.1));
        self.point(at);
        self.pointer(at, 1);
        self.pointer(at, 0);
    }

    /// Presses a widget.
    ///
    /// # Panics
    /// It is gone.
    pub fn click(&mut self, node: &Node) {
        self.click_at(node.place().middle());
    }

    /// Presses and releases keys, all held at once.
    ///
    /// # Panics
    /// The server is gone.
    pub fn chord(&mut self, symbols: &[u32]) {
        for symbol in symbols {
            self.hands.key(*symbol, true).expect("the server listens");
        }
        for symbol in symbols.iter().rev() {
            self.hands.key(*symbol, false).expect("the server listens");
        }
    }

    /// Presses and releases a key.
    pub fn key(&mut self, symbol: u32) {
        self.chord(&[symbol]);
    }

    /// Goes from widget to widget with Tab until this one has the keyboard.
    ///
    /// # Panics
    /// It never gets there.
    pub fn tab_to(&mut self, window: &Window, role: Role, name: &str) {
        let wanted = |node: &Node| node.role == role && node.name == name;
        for _ in 0..40 {
            let focused = |nodes: &[Node]| {
                nodes.iter().find(|node| node.is_focused() && node.role != Role::Frame).cloned()
            };
            let before = focused(&window.nodes());
            if before.as_ref().is_some_and(wanted) {
                return;
            }
            self.key(Keys::TAB);
            let path = |node: &Option<Node>| node.as_ref().map(|node| node.path().to_owned());
            eventually("the keyboard to go on", || {
                let now = focused(&window.nodes());
                (path(&now) != path(&before)).then_some(())
            });
        }
        panic!("Tab never leads to {name:?}");
    }

    fn pointer(&mut self, (x, y): (i32, i32), buttons: u8) {
        let side = |pixels: i32| u16::try_from(pixels).expect("a place on the desktop");
        self.hands.pointer(side(x), side(y), buttons).expect("the server listens");
    }
}
