//! `cargo xtask demo`: a whole session on this machine, from building it to the picture of it.

mod background;
mod desktop;
mod programs;

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use self::background::{Background, wait_until};
use self::desktop::{Display, Editor, VirtualDesktop};
use self::programs::{Programs, Ready, Relay, Step};
use crate::cmd::Cmd;
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

/// What the operator types into the customer's editor.
const LINE: &str = "Typed through Farhand: ř ß ø ñ ł ž €";

/// Where and with what to show a session.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Use a virtual desktop also where there is a real one ($DISPLAY)
    #[arg(long = "virtual")]
    is_virtual: bool,
    /// Use the programs in this folder instead of building them
    #[arg(long, value_name = "FOLDER")]
    programs: Option<PathBuf>,
}

/// Builds, connects, types, looks, and stops everything again.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let folder = workspace.target.join("demo");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("{} can't be emptied", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;

    if let Some(display) = Display::of_this_desktop().filter(|_| !options.is_virtual) {
        setup::ensure(&[])?;
        let programs = Programs::find(workspace, options.programs.as_deref())?;
        return show_windows(&programs, &folder, &display);
    }

    setup::ensure(&[Purpose::Demo])?;
    let programs = Programs::find(workspace, options.programs.as_deref())?;
    say("starting a virtual desktop with an editor and a terminal");
    let desktop = VirtualDesktop::start(&folder)?;
    work(&programs, &folder, &desktop)?;
    draw_windows(&folder.join("windows"))
}

/// Both windows on this desktop, side by side and connected.
fn show_windows(programs: &Programs, folder: &Path, display: &Display) -> Result<()> {
    say("opening the customer's window and the operator's console on this desktop");
    let session = Session::open(programs, folder, programs.client_window(display), "view,control")?;
    let mut console = programs.console_window(&session.relay, &session.ready, display);
    let mut console = Background::start("the console", &mut console, folder)?;
    // The customer's on the left, the console beside it; where xdotool is missing, the desktop chooses.
    session.client.move_window(display, 20, 40);
    console.move_window(display, 500, 40);
    println!(
        "\nThe console has the two numbers already and asks to be let in: press Allow in the customer's window. \
         The console then shows this desktop, itself included. Close the console to end the demonstration; nothing \
         leaves this machine."
    );
    console.wait_for_its_end()
}

/// Pictures of both windows in every state.
fn draw_windows(folder: &Path) -> Result<()> {
    say("drawing both windows in every state");
    let pictures =
        Cmd::cargo().args(["run", "--quiet", "--locked", "--package", "farhand-tests", "--bin", "pictures"]);
    pictures.args(["--"]).args([folder]).minutes(30).run()?;
    println!("The customer's window and the operator's console in every state: {}", folder.display());
    Ok(())
}

/// The operator clicks into the customer's editor, types a line, saves the file and takes a picture.
fn work(programs: &Programs, folder: &Path, desktop: &VirtualDesktop) -> Result<()> {
    let Editor { file, middle, .. } = &desktop.editor;
    let client = programs.client(&desktop.display, "view,control");
    let session = Session::open(programs, folder, client, "view,control")?;
    let picture = folder.join("desktop.png");
    say("the operator types a line into the customer's editor and saves the file");
    session.console(&[
        Step::Click(*middle),
        Step::Type(LINE),
        Step::Key("ctrl+s"),
        Step::Settle,
        Step::Picture(&picture),
    ])?;
    let saved = wait_until("the editor to save the line", Duration::from_secs(10), || {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        Ok(text.lines().any(|line| line == LINE).then_some(text))
    });
    saved.with_context(|| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        format!("The editor's file should hold the line {LINE:?} but holds {text:?}")
    })?;
    println!("\nThe line {LINE:?} is in the file that the editor saved.");
    show(&picture)
}

/// A relay and a client that waits; both end with this.
struct Session<'a> {
    programs: &'a Programs,
    folder: &'a Path,
    grants: &'a str,
    relay: Relay,
    ready: Ready,
    // Fields are dropped in this order: the client says goodbye to a relay that still runs.
    client: Background,
    _relay: Background,
}

impl<'a> Session<'a> {
    /// Starts a relay, and this client with its numbers told as JSON.
    fn open(programs: &'a Programs, folder: &'a Path, mut client: Command, grants: &'a str) -> Result<Self> {
        say("starting the relay");
        let port = free_port()?;
        let config = programs.write_relay_config(folder, port)?;
        let mut server = Background::start("the relay", &mut programs.relay(&config), folder)?;
        wait_until("the relay to listen", Duration::from_secs(20), || {
            server.still_runs()?;
            Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok())
        })?;
        let relay = programs.introduce(&config, port)?;

        say("starting the customer's client");
        let mut client = Background::start("the client", client.args(relay.arguments()), folder)?;
        let ready = client.wait_for("its session ID", Duration::from_secs(30), Ready::parse)?;
        println!("    session ID {}, password {}", ready.session_id, ready.password);
        Ok(Self { programs, folder, grants, relay, ready, client, _relay: server })
    }

    /// Runs the console with these steps in one session.
    fn console(&self, steps: &[Step<'_>]) -> Result<()> {
        say("starting the operator's console");
        let script = Programs::write_script(self.folder, steps)?;
        let console = self.programs.console(&self.relay, &self.ready, self.grants, &script);
        let said = console.seconds(90).output().with_context(|| {
            let folder = self.folder.display();
            format!("The console could not do its part; what client and relay say is in the logs in {folder}")
        })?;
        for line in said.lines() {
            println!("    {line}");
        }
        Ok(())
    }
}

/// Says where the picture is, if it is one.
fn show(picture: &Path) -> Result<()> {
    let (width, height) = size_of_png(picture)?;
    println!("\nWhat the operator saw ({width}x{height}): {}", picture.display());
    Ok(())
}

/// The size in a PNG's header.
fn size_of_png(path: &Path) -> Result<(u32, u32)> {
    let bytes =
        std::fs::read(path).with_context(|| format!("the console saved no picture at {}", path.display()))?;
    let number =
        |at: usize| bytes.get(at..at + 4).and_then(|four| Some(u32::from_be_bytes(four.try_into().ok()?)));
    match (bytes.starts_with(b"\x89PNG\r\n\x1a\n"), number(16), number(20)) {
        (true, Some(width), Some(height)) if width > 0 && height > 0 => Ok((width, height)),
        _ => bail!("{} is not a PNG picture", path.display()),
    }
}

fn say(what: &str) {
    println!("==> {what}");
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port on 127.0.0.1 can be opened")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_told_from_anything_else() {
        let folder = std::env::current_exe().unwrap().with_extension("pictures");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.png");
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend([0, 0, 5, 0, 0, 0, 3, 32]);
        std::fs::write(&path, &png).unwrap();
        assert_eq!(size_of_png(&path).unwrap(), (1280, 800));
        std::fs::write(&path, &png[..20]).unwrap();
        assert!(size_of_png(&path).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(format!("{:#}", size_of_png(&path).unwrap_err()).contains("saved no picture"));
    }
}
