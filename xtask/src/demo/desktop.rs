//! The customer's desktop: a virtual screen with a window manager, an editor and a terminal.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::background::{Background, wait_until};
use crate::cmd::Cmd;

/// How long each part of the desktop has to appear.
const APPEAR: Duration = Duration::from_secs(30);

/// An X display and what is needed to be let in.
#[derive(Clone, Debug)]
pub(super) struct Display {
    name: String,
    authority: Option<PathBuf>,
}

impl Display {
    /// The display that the person in front of this machine looks at.
    pub(super) fn of_this_desktop() -> Option<Self> {
        let name = std::env::var("DISPLAY").ok().filter(|name| !name.is_empty())?;
        Some(Self { name, authority: None })
    }

    /// The environment of a program on this display.
    pub(super) fn variables(&self) -> Vec<(&'static str, PathBuf)> {
        let mut variables = vec![("DISPLAY", PathBuf::from(&self.name))];
        variables.extend(self.authority.clone().map(|file| ("XAUTHORITY", file)));
        variables
    }
}

impl std::fmt::Display for Display {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// A desktop that nobody sees, with nothing of this user's settings on it.
#[derive(Debug)]
pub(super) struct VirtualDesktop {
    /// Where programs find it.
    pub(super) display: Display,
    /// The editor that waits for a line.
    pub(super) editor: Editor,
    // Fields are dropped in this order: the screen goes last.
    _terminal: Background,
    _window_manager: Background,
    _screen: Background,
}

/// An editor with an empty file.
#[derive(Debug)]
pub(super) struct Editor {
    /// What it edits.
    pub(super) file: PathBuf,
    /// The middle of its window on the screen.
    pub(super) middle: (i32, i32),
    _program: Background,
}

impl VirtualDesktop {
    /// Starts everything, with its files below `folder`, and waits until it can be used.
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let authority = folder.join("xauthority");
        std::fs::write(&authority, cookie()?).context("the display's key can't be written")?;
        let home = folder.join("home");
        std::fs::create_dir_all(&home).context("the customer's home folder can't be made")?;

        let mut screen = Command::new("Xvfb");
        screen.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x800x24",
            "-nolisten",
            "tcp",
            "-noreset",
            "-auth",
        ]);
        let mut screen = Background::start("the screen", screen.arg(&authority), folder)?;
        let number = screen.wait_for("its number", APPEAR, |line| line.trim().parse::<u16>().ok())?;
        let display = Display { name: format!(":{number}"), authority: Some(authority) };
        let program = |program: &str| on_desktop(program, &display, &home);

        let mut window_manager = Background::start("the window manager", &mut program("openbox"), folder)?;
        wait_until("the window manager", APPEAR, || {
            window_manager.still_runs()?;
            // Window managers say that they are there by a property of the root window.
            let root = xdo(&display, "xprop").args(["-root", "_NET_SUPPORTING_WM_CHECK"]).output()?;
            Ok(root.contains("window id").then_some(()))
        })?;
        xdo(&display, "xsetroot").args(["-solid", "#3a5a78"]).run()?;
        let mut terminal = program("xterm");
        terminal.args(["-geometry", "70x12+560+560", "-title", "Terminal", "-e"]);
        terminal.args(["sh", "-c", "echo 'This is the desktop of a customer.'; exec sh"]);
        let terminal = Background::start("the terminal", &mut terminal, folder)?;
        let editor = Editor::start(&display, program("mousepad"), folder)?;
        Ok(Self { display, editor, _terminal: terminal, _window_manager: window_manager, _screen: screen })
    }
}

impl Editor {
    fn start(display: &Display, mut program: Command, folder: &Path) -> Result<Self> {
        let file = folder.join("letter.txt");
        std::fs::write(&file, "").with_context(|| format!("{} can't be written", file.display()))?;
        program.arg("--disable-server").arg(&file);
        let mut program = Background::start("the editor", &mut program, folder)?;
        let window = wait_until("the editor's window", APPEAR, || {
            program.still_runs()?;
            let search = xdo(display, "xdotool").args(["search", "--onlyvisible", "--name", "letter.txt"]);
            Ok(search.output().ok().and_then(|found| found.lines().next().map(str::to_owned)))
        })?;
        xdo(display, "xdotool").args(["windowsize", "--sync", &window, "720", "480"]).seconds(20).run()?;
        xdo(display, "xdotool").args(["windowmove", "--sync", &window, "40", "60"]).seconds(20).run()?;
        xdo(display, "xdotool").args(["windowactivate", "--sync", &window]).seconds(20).run()?;
        let geometry = xdo(display, "xdotool").args(["getwindowgeometry", "--shell", &window]).output()?;
        let middle = middle(&geometry).context("xdotool did not tell where the editor's window is")?;
        Ok(Self { file, middle, _program: program })
    }
}

/// The middle of a window from xdotool's `X=…`, `Y=…`, `WIDTH=…`, `HEIGHT=…`.
fn middle(geometry: &str) -> Option<(i32, i32)> {
    let number = |key: &str| {
        let value = geometry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        value?.trim().parse::<i32>().ok()
    };
    Some((number("X")? + number("WIDTH")? / 2, number("Y")? + number("HEIGHT")? / 2))
}

/// A program of the customer's, who has no settings and no session bus.
fn on_desktop(program: &str, display: &Display, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(home).env("HOME", home).envs(display.variables());
    for folder in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"] {
        command.env_remove(folder);
    }
    command.env("XDG_RUNTIME_DIR", home);
    command
        .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
        .env("NO_AT_BRIDGE", "1")
        .env("GSETTINGS_BACKEND", "memory");
    // Texts that are not ASCII need a locale, and C.UTF-8 is on every Debian.
    command.env("LC_ALL", "C.UTF-8").env("GDK_BACKEND", "x11").env_remove("WAYLAND_DISPLAY");
    command
}

/// A small tool on the display, for a few seconds.
fn xdo(display: &Display, program: &str) -> Cmd {
    let cmd = Cmd::new(program).seconds(10);
    display.variables().into_iter().fold(cmd, |cmd, (name, value)| cmd.env(name, value))
}

/// A file in Xauthority's format with one fresh key for any display of this machine.
///
/// Family "wild" (65535), then address, number, name and data, each with its length in front.
fn cookie() -> Result<Vec<u8>> {
    const NAME: &[u8] = b"MIT-MAGIC-COOKIE-1";
    let mut key = [0; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut key))
        .context("no randomness")?;
    let mut file = vec![0xff, 0xff, 0, 0, 0, 0];
    for field in [NAME, &key] {
        file.extend((field.len() as u16).to_be_bytes());
        file.extend(field);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_window_is_found() {
        let geometry = "WINDOW=4194307\nX=41\nY=80\nWIDTH=720\nHEIGHT=480\nSCREEN=0\n";
        assert_eq!(middle(geometry), Some((401, 320)));
        assert_eq!(middle("X=1\nY=2\nWIDTH=3\n"), None);
    }

    #[test]
    fn each_display_has_its_own_key() {
        let (one, other) = (cookie().unwrap(), cookie().unwrap());
        assert_eq!(one.len(), 6 + 2 + 18 + 2 + 16);
        assert_eq!(one[..28], other[..28]);
        assert_ne!(one[28..], other[28..]);
    }
}
