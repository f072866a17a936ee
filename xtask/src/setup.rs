//! The system packages that the commands need: found with dpkg, installed with apt when allowed.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};

use crate::cmd::Cmd;
use crate::windows;

/// What a package is needed for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    /// Building the programs.
    Build,
    /// Running every test.
    Test,
    /// Showing a session on a virtual desktop.
    Demo,
    /// Measuring.
    Bench,
    /// Compiling for Windows with a target from rustup.
    Windows,
    /// Compiling for Windows without such a target: a second Rust with its own sources.
    WindowsRust,
}

use Purpose::{Bench, Build, Demo, Test, Windows, WindowsRust};

/// Every Debian package, what it is needed for, and why.
const PACKAGES: &[(&str, &[Purpose], &str)] = &[
    ("gcc", &[Build], "links every program and compiles aws-lc and SQLite"),
    ("libc6-dev", &[Build], "the C headers for the same"),
    ("cmake", &[Build], "aws-lc falls back to it where its own compile rules don't fit"),
    ("pkg-config", &[Build], "finds the X11 libraries"),
    ("libxcb1-dev", &[Build], "the scrap baseline links libxcb"),
    ("libxcb-shm0-dev", &[Build], "the scrap baseline reads the screen through shared memory"),
    ("libxcb-randr0-dev", &[Build], "the scrap baseline lists monitors"),
    ("git", &[Test], "lists the files that the static checks look at"),
    ("xvfb", &[Test, Demo], "a virtual screen"),
    ("tigervnc-standalone-server", &[Test], "an X server whose mouse and keyboard a test can move"),
    ("xserver-xephyr", &[Test], "an X server whose screen can be turned"),
    ("weston", &[Test], "a Wayland desktop"),
    ("xwayland", &[Test], "the X server of a Wayland desktop"),
    ("libx11-xcb1", &[Test], "the windows draw through it; every X11 desktop has it"),
    ("libxcursor1", &[Test], "the windows' pointers; every X11 desktop has it"),
    ("libxi6", &[Test], "the windows' mouse and keyboard; every X11 desktop has it"),
    ("libxkbcommon-x11-0", &[Test], "the windows' keyboard layouts; every X11 desktop has it"),
    ("libegl1", &[Test], "the console's way to OpenGL; every desktop with a graphics processor has it"),
    ("libgl1-mesa-dri", &[Test], "OpenGL on the processor, so that the same can be tested everywhere"),
    ("picom", &[Test], "a compositor, over which the bar has to stay on top"),
    ("openbox", &[Test, Demo], "a window manager, so that windows have focus and a frame"),
    ("xterm", &[Test, Demo], "a program to type into that isn't GTK"),
    ("mousepad", &[Test, Demo], "a GTK editor to type into and save from"),
    ("dbus-x11", &[Test, Demo], "GTK programs ask a session bus; tests start their own"),
    ("dbus-daemon", &[Test], "the bus of a test's own on which windows tell what they show"),
    ("at-spi2-core", &[Test], "hands what windows tell to screen readers"),
    ("xdotool", &[Test, Demo], "finds and activates windows while a desktop is prepared"),
    ("xclip", &[Test], "a program that copies and pastes"),
    ("mount", &[Test], "a disk that is full"),
    ("iproute2", &[Test], "networks of a test's own"),
    ("nftables", &[Test], "the firewalls in them"),
    ("squid-openssl", &[Test], "a proxy as large offices have, which can open HTTPS"),
    ("krb5-kdc", &[Test], "an authority that gives tickets"),
    ("krb5-admin-server", &[Test], "its administration"),
    ("krb5-user", &[Test], "who takes them"),
    ("tinyproxy-bin", &[Test], "a proxy as small offices have"),
    ("microsocks", &[Test], "a SOCKS proxy"),
    ("pebble", &[Test], "an authority that gives certificates (ACME)"),
    ("imagemagick", &[Test], "shows a picture in a window"),
    ("tigervnc-scraping-server", &[Bench], "a remote desktop to compare with"),
    ("tigervnc-viewer", &[Bench], "how that one shows"),
    ("x11vnc", &[Bench], "another remote desktop to compare with"),
    ("ffmpeg", &[Bench], "makes a film and shows it in a window"),
    ("x11-utils", &[Test, Demo], "xprop and xwininfo tell what the X server knows"),
    ("x11-xserver-utils", &[Test, Demo], "xrandr changes the resolution of a screen, xsetroot its colour"),
    ("x11-xkb-utils", &[Test, Demo], "setxkbmap, and xkbcomp without which no X server has a keyboard"),
    ("xkb-data", &[Test, Demo], "the keyboard layouts"),
    ("gcc-mingw-w64-x86-64", &[Windows, WindowsRust], "compiles aws-lc for Windows"),
    ("rustc-web", &[WindowsRust], "a compiler whose standard library can be built from source"),
    ("cargo-web", &[WindowsRust], "the cargo of the same version"),
    ("rust-web-src", &[WindowsRust], "the source of that standard library"),
];

/// Makes sure that everything for these purposes (and for building) is installed.
///
/// Quick when nothing is missing. Installs with apt as root or through a `sudo` that asks no
/// password; otherwise names the command to run.
pub(crate) fn ensure(purposes: &[Purpose]) -> Result<()> {
    let mut wanted = purposes.to_vec();
    wanted.push(Build);
    if wanted.contains(&Windows) && !windows::rustup_target_is_installed() {
        wanted.push(WindowsRust);
    }
    let mut needed = needed(&wanted);
    if wanted.contains(&WindowsRust) && !has_candidate("rustc-web") {
        // A system other than Debian 12: the packages of WindowsRust don't exist there.
        println!("rustc-web isn't in this system's packages; asking rustup for the Windows target");
        Cmd::new("rustup").args(["target", "add", windows::TARGET]).minutes(5).run().context(
            "Neither apt nor rustup has a Rust that compiles for Windows. Add the target \
             x86_64-pc-windows-gnu to the Rust in use and start again",
        )?;
        needed.retain(|package| !needed_only_for(package, WindowsRust));
    }
    let missing = missing(&needed)?;
    if missing.is_empty() { Ok(()) } else { install(&missing) }
}

fn needed(purposes: &[Purpose]) -> Vec<&'static str> {
    let fits = |for_what: &[Purpose]| for_what.iter().any(|purpose| purposes.contains(purpose));
    PACKAGES.iter().filter(|(_, for_what, _)| fits(for_what)).map(|(name, ..)| *name).collect()
}

fn needed_only_for(package: &str, purpose: Purpose) -> bool {
    PACKAGES.iter().any(|(name, for_what, _)| *name == package && **for_what == [purpose])
}

/// Whether apt, or a fresh list of apt's, knows the package.
fn has_candidate(package: &str) -> bool {
    let known = || {
        let policy = Cmd::new("apt-cache").args(["policy", package]).output().unwrap_or_default();
        policy.lines().any(|line| line.trim().starts_with("Candidate:") && !line.contains("(none)"))
    };
    known() || (update().is_ok() && known())
}

/// Which of the packages dpkg does not have.
fn missing(needed: &[&'static str]) -> Result<Vec<&'static str>> {
    // dpkg-query ends with 1 when it doesn't know one of the names, so the code says nothing.
    let query = "dpkg-query --show --showformat '${Package} ${db:Status-Status}\\n' \"$@\" 2>/dev/null; true";
    if !Cmd::new("dpkg-query").args(["--version"]).succeeds() {
        bail!(
            "This isn't a Debian-like system (there is no dpkg-query), so nothing can be installed here. \
             These packages, under Debian's names, are needed: {}",
            needed.join(" ")
        );
    }
    let answer = Cmd::new("sh").args(["-c", query, "sh"]).args(needed).output()?;
    Ok(without_installed(needed, &answer))
}

fn without_installed(needed: &[&'static str], dpkg: &str) -> Vec<&'static str> {
    let installed: BTreeSet<&str> = dpkg.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    needed.iter().copied().filter(|name| !installed.contains(name)).collect()
}

fn install(missing: &[&str]) -> Result<()> {
    println!("Installing {} missing packages:", missing.len());
    for (name, _, why) in PACKAGES.iter().filter(|(name, ..)| missing.contains(name)) {
        println!("  {name}: {why}");
    }
    let command = format!("apt-get install --yes --no-install-recommends {}", missing.join(" "));
    if privileged("true").is_none() {
        bail!(
            "Not root, and sudo wants a password. Run this once, then start again:\n\n    sudo {command}\n"
        );
    }
    update()?;
    let install = privileged("env").context("the privilege was there a moment ago")?;
    install.args(["DEBIAN_FRONTEND=noninteractive"]).args(command.split(' ')).minutes(20).run().with_context(
        || format!("apt could not install everything. Run this to see why:\n\n    sudo {command}\n"),
    )
}

/// Brings apt's lists up to date.
fn update() -> Result<()> {
    let update = privileged("apt-get").context("not root, and sudo wants a password")?;
    update.args(["update", "--quiet"]).run().context("apt's package lists can't be fetched")
}

/// A command that runs as root, if this user may.
fn privileged(program: &str) -> Option<Cmd> {
    let root = Cmd::new("id").args(["-u"]).output().is_ok_and(|id| id.trim() == "0");
    if root {
        return Some(Cmd::new(program));
    }
    Cmd::new("sudo").args(["-n", "true"]).succeeds().then(|| Cmd::new("sudo").args(["-n", program]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_stands_once_with_a_purpose_and_a_reason() {
        let names: BTreeSet<&str> = PACKAGES.iter().map(|(name, ..)| *name).collect();
        assert_eq!(names.len(), PACKAGES.len());
        assert!(PACKAGES.iter().all(|(_, purposes, why)| !purposes.is_empty() && why.len() > 10));
    }

    #[test]
    fn purposes_choose_packages() {
        assert!(needed(&[Demo]).contains(&"mousepad"));
        assert!(!needed(&[Demo]).contains(&"imagemagick"));
        assert!(!needed(&[Windows]).contains(&"rustc-web"));
        assert!(needed(&[Windows, WindowsRust]).contains(&"rustc-web"));
        assert!(
            needed_only_for("rustc-web", WindowsRust)
                && !needed_only_for("gcc-mingw-w64-x86-64", WindowsRust)
        );
    }

    #[test]
    fn removed_and_unknown_packages_are_missing() {
        let dpkg = "gcc installed\nxvfb config-files\nxterm not-installed\n";
        assert_eq!(
            without_installed(&["gcc", "xvfb", "xterm", "mousepad"], dpkg),
            ["xvfb", "xterm", "mousepad"]
        );
    }
}
