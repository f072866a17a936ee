//! What a screen reader sees of a program and can do with it, by AT-SPI on buses of the test's own.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use farhand_testkit::x::{Place, Program, ScratchDir, eventually};
use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::OwnedObjectPath;

/// Where Debian's at-spi2-core has it.
const LAUNCHER: &str = "/usr/libexec/at-spi-bus-launcher";

/// The longest wait for an answer of a program.
const PATIENCE: Duration = Duration::from_secs(5);

/// A session bus without any service but the one for screen readers.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=SOCKET</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"#;

/// A screen reader at work on a session bus.
#[derive(Debug)]
pub struct Reader {
    bus: Connection,
    session_bus: String,
    // Dropped in this order: who uses a bus goes before it.
    _launcher: Program,
    _session: Program,
    _dir: ScratchDir,
}

/// What a node of the tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ticked or not, or a switch.
    CheckBox,
    /// A window of the desktop.
    Frame,
    /// A picture, or a light.
    Image,
    /// Words.
    Label,
    /// To be pressed.
    Button,
    /// One of several.
    RadioButton,
    /// To be pressed, and stays so.
    ToggleButton,
    /// To be written in.
    Entry,
    /// Any other, by its number in AT-SPI.
    Other(u32),
}

impl From<u32> for Role {
    fn from(number: u32) -> Self {
        match number {
            7 => Self::CheckBox,
            23 => Self::Frame,
            27 => Self::Image,
            29 => Self::Label,
            43 => Self::Button,
            44 => Self::RadioButton,
            62 => Self::ToggleButton,
            79 => Self::Entry,
            other => Self::Other(other),
        }
    }
}

/// A node of a program's tree, as it was when it was read.
#[derive(Debug, Clone)]
pub struct Node {
    bus: Connection,
    service: String,
    path: OwnedObjectPath,
    /// The title of the window it is in.
    pub window: String,
    /// What it is.
    pub role: Role,
    /// What a reader calls it.
    pub name: String,
    states: u64,
}

impl Reader {
    /// Starts one. Programs that are to be read find it at [`Reader::session_bus`].
    ///
    /// # Panics
    /// dbus-daemon or at-spi2-core is not installed.
    #[must_use]
    pub fn start() -> Self {
        let dir = ScratchDir::new();
        let config = dir.file("bus.conf");
        let socket = dir.file("bus").display().to_string();
        std::fs::write(&config, BUS.replace("SOCKET", &socket)).expect("the folder is ours");
        let mut command = Command::new("dbus-daemon");
        command.args(["--nofork", "--nopidfile", "--print-address=1"]).arg("--config-file").arg(&config);
        let mut session = Program::start(command.stdout(Stdio::piped()).stderr(Stdio::null()));
        let mut address = String::new();
        let stdout = session.take_stdout().expect("its output is a pipe");
        BufReader::new(stdout).read_line(&mut address).expect("its output can be read");
        let session_bus = address.trim().to_owned();
        let mut command = Command::new(LAUNCHER);
        command.arg("--launch-immediately").env("DBUS_SESSION_BUS_ADDRESS", &session_bus);
        command.env("XDG_RUNTIME_DIR", dir.path()).env("GSETTINGS_BACKEND", "memory").env_remove("DISPLAY");
        let launcher = Program::start(command.stdout(Stdio::null()).stderr(Stdio::null()));

        let own = connect(&session_bus);
        let address: String = eventually("the accessibility bus", || {
            let proxy = Proxy::new(&own, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus").ok()?;
            proxy.call("GetAddress", &()).ok().filter(|address: &String| !address.is_empty())
        });
        let status = Proxy::new(&own, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status").expect("a name");
        for property in ["IsEnabled", "ScreenReaderEnabled"] {
            status.set_property(property, true).expect("it is switched on");
        }
        Self { bus: connect(&address), session_bus, _launcher: launcher, _session: session, _dir: dir }
    }

    /// The address of the session bus, as `DBUS_SESSION_BUS_ADDRESS` takes it.
    #[must_use]
    pub fn session_bus(&self) -> &str {
        &self.session_bus
    }

    /// Everything that all windows of a process show now.
    ///
    /// # Errors
    /// It is not there yet, or just changing.
    pub fn read(&self, pid: u32) -> zbus::Result<Vec<Node>> {
        let missing = || zbus::Error::Failure("the program is not there".to_owned());
        let root = OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root")?;
        let programs = self.children("org.a11y.atspi.Registry", &root)?;
        let bus =
            Proxy::new(&self.bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")?;
        let is_it = |service: &str| {
            bus.call("GetConnectionUnixProcessID", &(service,)).is_ok_and(|found: u32| found == pid)
        };
        let (service, path) = programs.into_iter().find(|(service, _)| is_it(service)).ok_or_else(missing)?;
        let mut nodes = Vec::new();
        // The last one is looked at next, so children are put in from behind.
        let mut waiting: Vec<(OwnedObjectPath, String)> = Vec::new();
        waiting
            .extend(self.children(&service, &path)?.into_iter().rev().map(|(_, path)| (path, String::new())));
        while let Some((path, window)) = waiting.pop() {
            let accessible = proxy(&self.bus, &service, &path, "Accessible")?;
            let role = Role::from(accessible.call::<_, _, u32>("GetRole", &())?);
            let name: String = accessible.get_property("Name")?;
            let states: Vec<u32> = accessible.call("GetState", &())?;
            drop(accessible);
            let states = states.iter().rev().fold(0, |all, half| all << 32 | u64::from(*half));
            let window = if role == Role::Frame { name.clone() } else { window };
            let below = self.children(&service, &path)?;
            waiting.extend(below.into_iter().rev().map(|(_, path)| (path, window.clone())));
            nodes.push(Node {
                bus: self.bus.clone(),
                service: service.clone(),
                path,
                window,
                role,
                name,
                states,
            });
        }
        if nodes.is_empty() { Err(missing()) } else { Ok(nodes) }
    }

    fn children(
        &self,
        service: &str,
        path: &OwnedObjectPath,
    ) -> zbus::Result<Vec<(String, OwnedObjectPath)>> {
        proxy(&self.bus, service, path, "Accessible")?.call("GetChildren", &())
    }
}

impl Node {
    /// What it is known by for as long as it is there.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// Where it is on the desktop.
    ///
    /// # Panics
    /// It is gone.
    #[must_use]
    pub fn place(&self) -> Place {
        /// Coordinates of the desktop.
        const SCREEN: u32 = 0;
        let component = proxy(&self.bus, &self.service, &self.path, "Component").expect("a name");
        let (x, y, width, height) = component
            .call::<_, _, ((i32, i32, i32, i32),)>("GetExtents", &(SCREEN,))
            .unwrap_or_else(|error| panic!("{:?} is nowhere: {error}", self.name))
            .0;
        Place { x, y, width, height }
    }

    /// What is written in it.
    ///
    /// # Panics
    /// It is gone, or nothing can be written in it.
    #[must_use]
    pub fn text(&self) -> String {
        let text = proxy(&self.bus, &self.service, &self.path, "Text").expect("a name");
        text.call("GetText", &(0, -1)).unwrap_or_else(|error| panic!("{:?} has no text: {error}", self.name))
    }

    /// Presses it, as a screen reader does for who has no hand to do it. Says whether it was told to the program.
    #[must_use]
    pub fn press(&self) -> bool {
        proxy(&self.bus, &self.service, &self.path, "Action")
            .and_then(|action| action.call("DoAction", &(0,)))
            .unwrap_or(false)
    }

    /// Whether something can be done with it.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        let is_pressed =
            matches!(self.role, Role::Button | Role::CheckBox | Role::RadioButton | Role::ToggleButton);
        self.has(8) && (!is_pressed || self.can_be_pressed())
    }

    fn can_be_pressed(&self) -> bool {
        proxy(&self.bus, &self.service, &self.path, "Action")
            .and_then(|action| action.get_property("NActions"))
            .is_ok_and(|count: i32| count > 0)
    }

    /// Whether it is ticked, or switched on.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.has(4)
    }

    /// Whether it has the keyboard.
    #[must_use]
    pub fn is_focused(&self) -> bool {
        self.has(12)
    }

    /// Whether it has a state, by its number in AT-SPI.
    fn has(&self, state: u32) -> bool {
        self.states & (1 << state) != 0
    }
}

/// A line for a person who wants to know what was there.
impl std::fmt::Display for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let marks =
            [(!self.is_enabled(), " off"), (self.is_checked(), " on"), (self.is_focused(), " focused")];
        write!(f, "{:?} {:?} in {:?}", self.role, self.name, self.window)?;
        marks.iter().filter(|(holds, _)| *holds).try_for_each(|(_, mark)| f.write_str(mark))
    }
}

fn connect(address: &str) -> Connection {
    let builder = Builder::address(address).expect("an address");
    // A program that is just starting may leave a question without an answer; who asks again gets one.
    builder.method_timeout(PATIENCE).build().expect("the bus answers")
}

fn proxy<'a>(
    bus: &Connection,
    service: &'a str,
    path: &'a OwnedObjectPath,
    interface: &str,
) -> zbus::Result<Proxy<'a>> {
    // Nothing may be remembered: what is asked for is what is there now.
    zbus::blocking::proxy::Builder::new(bus)
        .destination(service)?
        .path(path.as_ref())?
        .interface(format!("org.a11y.atspi.{interface}"))?
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
}
