//! X servers, and what a test asks of one without the code under test.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::eye::Eye;
use super::picture::Picture;
use super::program::{Program, ScratchDir, eventually, wait_for_file};

/// A running X server. Dropping it ends it.
#[derive(Debug)]
pub struct XServer {
    program: Program,
    display: String,
    rfb_socket: Option<PathBuf>,
    dir: ScratchDir,
    /// What this server shows itself on.
    _below: Option<Below>,
}

/// What a server that has no screen of its own runs on. It ends after that server.
#[derive(Debug)]
enum Below {
    X { _server: Box<XServer> },
    Wayland { _compositor: Program, _dir: ScratchDir },
}

impl XServer {
    /// A virtual screen of this size, with 24-bit pixels.
    #[must_use]
    pub fn xvfb(width: u32, height: u32) -> Self {
        Self::xvfb_with(&["-screen", "0", &format!("{width}x{height}x24")])
    }

    /// A virtual screen with these options.
    ///
    /// # Panics
    /// Xvfb is not installed or does not start.
    #[must_use]
    pub fn xvfb_with(options: &[&str]) -> Self {
        Self::start(Command::new("Xvfb").args(options), None)
    }

    /// A virtual screen that a person can use through RFB and whose monitor can change its mode.
    ///
    /// # Panics
    /// TigerVNC's server is not installed or does not start.
    #[must_use]
    pub fn tigervnc(width: u32, height: u32) -> Self {
        let mut command = Command::new("Xtigervnc");
        command.args(["-geometry", &format!("{width}x{height}"), "-depth", "24"]);
        Self::start(&mut command, Some("rfb"))
    }

    /// A screen of this size that can be turned, as a window on a virtual screen of its own.
    ///
    /// # Panics
    /// Xephyr or Xvfb is not installed or does not start.
    #[must_use]
    pub fn xephyr(width: u32, height: u32) -> Self {
        // Turned or not, the window is within it.
        let side = width.max(height);
        let host = Self::xvfb(side, side);
        let mut command = host.command("Xephyr");
        command.args(["-screen", &format!("{width}x{height}")]);
        let below = Below::X { _server: Box::new(host) };
        Self { _below: Some(below), ..Self::start(&mut command, None) }
    }

    /// The X server of a Wayland desktop: it serves single windows, and nothing is on its own screen.
    ///
    /// # Panics
    /// Weston or Xwayland is not installed or does not start.
    #[must_use]
    pub fn xwayland() -> Self {
        let dir = ScratchDir::new();
        let mut command = Command::new("weston");
        // A folder that others could look into is not taken.
        std::fs::set_permissions(dir.path(), Permissions::from_mode(0o700)).expect("the folder is ours");
        command.args(["--backend=headless-backend.so", "--socket=wayland", "--no-config", "--idle-time=0"]);
        command.env("XDG_RUNTIME_DIR", dir.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let compositor = Program::start(&mut command);
        let socket = dir.file("wayland");
        eventually("the Wayland compositor", || UnixStream::connect(&socket).ok());
        let mut command = Command::new("Xwayland");
        command.arg("-rootless").env("XDG_RUNTIME_DIR", dir.path()).env("WAYLAND_DISPLAY", &socket);
        let below = Below::Wayland { _compositor: compositor, _dir: dir };
        Self { _below: Some(below), ..Self::start(&mut command, None) }
    }

    fn start(command: &mut Command, rfb_socket: Option<&str>) -> Self {
        let name = command.get_program().display().to_string();
        let dir = ScratchDir::new();
        let rfb_socket = rfb_socket.map(|name| dir.file(name));
        // The number of the display comes on the standard output, once the server takes connections. Servers that
        // start over when their last program ends lose what was set, and Xephyr crashes at it.
        command.args(["-displayfd", "1", "-noreset", "-nolisten", "tcp"]);
        if let Some(socket) = &rfb_socket {
            command.args(["-SecurityTypes", "None", "-rfbport", "-1", "-rfbunixpath"]).arg(socket);
            command.args(["-AlwaysShared", "-BlacklistTimeout", "0"]);
        }
        let mut program = Program::start(command.stdout(Stdio::piped()).stderr(Stdio::null()));
        let mut number = String::new();
        let stdout = program.take_stdout().expect("its output is a pipe");
        BufReader::new(stdout).read_line(&mut number).expect("its output can be read");
        let number = number.trim();
        assert!(!number.is_empty(), "{name} ended instead of serving a display");
        Self { program, display: format!(":{number}"), rfb_socket, dir, _below: None }
    }

    /// Its name, as `DISPLAY` takes it.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Where it takes RFB connections.
    ///
    /// # Panics
    /// It takes none.
    #[must_use]
    pub fn rfb_socket(&self) -> &PathBuf {
        self.rfb_socket.as_ref().expect("only TigerVNC's server speaks RFB")
    }

    /// Ends the server at once, as a crash would.
    pub fn kill(&mut self) {
        self.program.kill();
    }

    /// Stops the server as one hangs, or lets it go on.
    ///
    /// # Panics
    /// It has ended.
    pub fn hang(&self, hangs: bool) {
        let signal = if hangs { "-STOP" } else { "-CONT" };
        let sent = Command::new("kill").args([signal, &self.pid().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the server takes no signal");
    }

    /// The number of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.program.pid()
    }

    /// A command that will run on this display, and on no other desktop.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", self.dir.path())
            .env("XDG_RUNTIME_DIR", self.dir.path())
            .env("XDG_CONFIG_HOME", self.dir.path())
            .env("XDG_DATA_HOME", self.dir.path())
            .env("XDG_CACHE_HOME", self.dir.path())
            .env("GSETTINGS_BACKEND", "memory")
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XDG_SESSION_TYPE")
            .env_remove("XMODIFIERS")
            .env_remove("GTK_IM_MODULE");
        command
    }

    /// Starts a program on this display.
    #[must_use]
    pub fn start_program(&self, program: &str, arguments: &[&str]) -> Program {
        let mut command = self.command(program);
        Program::start(command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// Runs a program on this display to its end and gives what it wrote.
    ///
    /// # Panics
    /// It is not installed or fails.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Vec<u8> {
        let output = self.command(program).args(arguments).stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| panic!("{program} is needed for this test: {error}"));
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?} failed: {words}");
        output.stdout
    }

    /// Chooses the keyboard's layouts, for example `cz,us`.
    pub fn set_layout(&self, layouts: &str) {
        self.run("setxkbmap", &["-layout", layouts]);
    }

    /// Starts a small window manager, and waits until it takes care of windows.
    #[must_use]
    pub fn start_window_manager(&self) -> Program {
        let program = self.start_program("openbox", &["--sm-disable"]);
        Eye::open(self).wait_for_window_manager();
        program
    }

    /// Starts a terminal that writes every line typed into it to a file in this server's folder, and waits until it
    /// has the keyboard. It needs a window manager.
    #[must_use]
    pub fn start_terminal(&self, file: &str) -> Program {
        let write = format!("exec cat > '{}'", self.file(file).display());
        let program = self.start_program("xterm", &["-u8", "-e", "sh", "-c", &write]);
        self.wait_for_focus("XTerm");
        program
    }

    /// Starts an editor (a GTK program) on an empty file in this server's folder, and waits until it has the
    /// keyboard. It needs a window manager.
    ///
    /// # Panics
    /// The file can't be made.
    #[must_use]
    pub fn start_editor(&self, file: &str) -> Program {
        self.start_editor_with(file, "")
    }

    /// The same on a file that holds this text.
    ///
    /// # Panics
    /// The file can't be made.
    #[must_use]
    pub fn start_editor_with(&self, file: &str, text: &str) -> Program {
        std::fs::write(self.file(file), text).expect("the folder is ours");
        let path = self.file(file).display().to_string();
        // It takes its own saves for a stranger's when the disk tells of them late, and asks about them.
        let settings = self.file("glib-2.0/settings");
        std::fs::create_dir_all(&settings).expect("the folder is ours");
        let quiet = "[org/xfce/mousepad/preferences/file]\nmonitor-changes=false\n";
        std::fs::write(settings.join("keyfile"), quiet).expect("the folder is ours");
        let mut command = self.command("dbus-run-session");
        command.args(["--", "mousepad", &path]).env("GSETTINGS_BACKEND", "keyfile");
        let program = Program::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
        self.wait_for_focus("Mousepad");
        program
    }

    /// Blocks until a window of this class shows and has the keyboard.
    pub fn wait_for_focus(&self, class: &str) {
        self.wait_for_window(class);
        eventually(&format!("the focus in a window of class {class}"), || {
            self.has_focus(class).then_some(())
        });
    }

    /// Whether a window of this class has the keyboard.
    #[must_use = "this does nothing but look"]
    pub fn has_focus(&self, class: &str) -> bool {
        let text = |command: &mut Command| {
            command.output().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let Ok(window) = text(self.command("xdotool").arg("getwindowfocus")) else { return false };
        let classes = text(self.command("xprop").args(["-id", &window, "WM_CLASS"])).unwrap_or_default();
        classes.to_lowercase().contains(&format!("\"{}\"", class.to_lowercase()))
    }

    /// Blocks until a window of this class shows; gives its number.
    #[must_use = "the number names the window"]
    pub fn window(&self, class: &str) -> String {
        eventually(&format!("a window of class {class}"), || {
            let search = ["search", "--onlyvisible", "--class", class];
            let output = self.command("xdotool").args(search).output().ok()?;
            String::from_utf8_lossy(&output.stdout).lines().last().map(str::to_owned)
        })
    }

    /// Blocks until a window of this class shows.
    pub fn wait_for_window(&self, class: &str) {
        drop(self.window(class));
    }

    /// The whole screen, all monitors of it; see [`Eye::pixels`].
    #[must_use]
    pub fn pixels(&self) -> Picture {
        Eye::open(self).pixels()
    }

    /// A file of this name in the folder that belongs to this server.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.file(name)
    }

    /// Blocks until a file in this server's folder holds exactly this.
    ///
    /// # Errors
    /// What it held last, if it never did.
    pub fn wait_for_file(&self, name: &str, expected: &str) -> Result<(), String> {
        wait_for_file(&self.file(name), expected)
    }
}
