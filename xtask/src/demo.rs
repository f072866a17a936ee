//! `cargo xtask demo`: a whole session on this machine, from building it to the picture of it.

mod background;
mod desktop;
mod programs;

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use self::background::{Background, wait_until};
use self::desktop::{Display, Editor, VirtualDesktop};
use self::programs::{Programs, Ready, Relay, Step};
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

/// What the operator types into the customer's editor.
const LINE: &str = "Typed through Farhand: ř ß ø ñ ł ž €";

/// Where and with what to show a session.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Show this very desktop ($DISPLAY) instead of a virtual one: a picture is taken of it, nothing
    /// is typed or clicked
    #[arg(long)]
    here: bool,
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

    if options.here {
        setup::ensure(&[])?;
        let display = Display::of_this_desktop()?;
        println!(
            "This takes one picture of your desktop ({display}) through a session on this machine. Nothing is \
             typed or clicked, and nothing leaves the machine."
        );
        let programs = Programs::find(workspace, options.programs.as_deref())?;
        return look(&programs, &folder, &display);
    }

    setup::ensure(&[Purpose::Demo])?;
    let programs = Programs::find(workspace, options.programs.as_deref())?;
    say("starting a virtual desktop with an editor and a terminal");
    let desktop = VirtualDesktop::start(&folder)?;
    work(&programs, &folder, &desktop)
}

/// The operator only looks.
fn look(programs: &Programs, folder: &Path, display: &Display) -> Result<()> {
    let session = Session::open(programs, folder, display, "view")?;
    let picture = folder.join("desktop.png");
    session.console(&[Step::Picture(&picture)])?;
    show(&picture)
}

/// The operator clicks into the customer's editor, types a line, saves the file and takes a picture.
fn work(programs: &Programs, folder: &Path, desktop: &VirtualDesktop) -> Result<()> {
    let Editor { file, middle, .. } = &desktop.editor;
    let session = Session::open(programs, folder, &desktop.display, "view,control")?;
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
    _client: Background,
    _relay: Background,
}

impl<'a> Session<'a> {
    fn open(programs: &'a Programs, folder: &'a Path, display: &Display, grants: &'a str) -> Result<Self> {
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
        let mut client =
            Background::start("the client", &mut programs.client(&relay, display, grants), folder)?;
        let ready = client.wait_for("its session ID", Duration::from_secs(30), Ready::parse)?;
        println!("    session ID {}, password {}", ready.session_id, ready.password);
        Ok(Self { programs, folder, grants, relay, ready, _client: client, _relay: server })
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
