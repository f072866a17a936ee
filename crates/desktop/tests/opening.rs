//! A desktop that can't be opened says why, and what to do.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

use farhand_desktop::{OpenError, Options};
use farhand_testkit::x::XServer;

const INNER: &str = "FARHAND_TEST_INNER";

/// Runs one test of this file again, alone and with another environment, and gives the words it wrote.
fn again(test: &str, environment: &[(&str, &str)]) -> String {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(INNER, "1");
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"] {
        command.env_remove(name);
    }
    let output = command.envs(environment.iter().copied()).output().unwrap();
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{words}");
    words.lines().find_map(|line| line.split_once("said: ")).expect("it said something").1.to_owned()
}

fn say() {
    let error = farhand_desktop::open(&Options::default()).unwrap_err();
    println!("\nsaid: {error:?} {error}");
}

#[test]
fn no_display_and_wayland_alone_are_told_apart() {
    let name = "no_display_and_wayland_alone_are_told_apart";
    if std::env::var_os(INNER).is_some() {
        return say();
    }
    let nothing = again(name, &[]);
    assert!(nothing.starts_with("NoDisplay") && nothing.contains("set DISPLAY"), "{nothing}");
    let wayland = again(name, &[("WAYLAND_DISPLAY", "wayland-0")]);
    assert!(wayland.starts_with("Wayland") && wayland.contains("Xorg"), "{wayland}");
    let by_type = again(name, &[("XDG_SESSION_TYPE", "wayland"), ("DISPLAY", "")]);
    assert!(by_type.starts_with("Wayland"), "{by_type}");
}

#[test]
fn the_x_server_of_a_wayland_desktop_is_refused_whatever_the_environment_says() {
    let name = "the_x_server_of_a_wayland_desktop_is_refused_whatever_the_environment_says";
    if std::env::var_os(INNER).is_some() {
        return say();
    }
    let server = XServer::xwayland();
    let of_the_desktop = again(name, &[("DISPLAY", server.display()), ("WAYLAND_DISPLAY", "wayland-0")]);
    assert!(of_the_desktop.starts_with("Wayland") && of_the_desktop.contains("Xorg"), "{of_the_desktop}");
    let from_elsewhere = again(name, &[("DISPLAY", server.display())]);
    assert!(from_elsewhere.starts_with("Wayland"), "{from_elsewhere}");
    let refused = refusal(server.display());
    assert!(matches!(&refused, OpenError::Wayland), "{refused:?}");
}

#[test]
fn a_real_x_server_is_opened_also_where_a_wayland_compositor_runs() {
    let name = "a_real_x_server_is_opened_also_where_a_wayland_compositor_runs";
    if std::env::var_os(INNER).is_some() {
        let opened = farhand_desktop::open(&Options::default()).unwrap();
        return println!("\nsaid: {opened:?}");
    }
    let server = XServer::xvfb(640, 480);
    let beside = again(name, &[("DISPLAY", server.display()), ("WAYLAND_DISPLAY", "wayland-0")]);
    assert!(beside.starts_with("Desktop"), "{beside}");
}

fn refusal(display: &str) -> OpenError {
    let options = Options { display: Some(display.to_owned()), ..Options::default() };
    farhand_desktop::open(&options).unwrap_err()
}

#[test]
fn a_display_that_is_not_there_is_unreachable() {
    for display in ["nonsense", ":64999"] {
        let error = refusal(display);
        assert!(matches!(&error, OpenError::Unreachable { .. }), "{error:?}");
        assert!(error.to_string().contains(display), "{error}");
    }
}

#[test]
fn a_display_that_lets_nobody_in_is_refused() {
    let keys = farhand_testkit::x::ScratchDir::new();
    // One entry of the file's format: any address, display "", MIT-MAGIC-COOKIE-1 with 16 bytes.
    let mut entry = vec![0xff, 0xff, 0, 0, 0, 0, 0, 18];
    entry.extend_from_slice(b"MIT-MAGIC-COOKIE-1");
    entry.extend_from_slice(&[0, 16]);
    entry.extend_from_slice(&[7; 16]);
    std::fs::write(keys.file("keys"), entry).unwrap();
    let file = keys.file("keys").display().to_string();
    let server = XServer::xvfb_with(&["-screen", "0", "640x480x24", "-auth", &file]);
    let error = refusal(server.display());
    assert!(matches!(&error, OpenError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("XAUTHORITY"), "{error}");
}

#[test]
fn missing_extensions_are_named() {
    for name in ["DAMAGE", "XTEST"] {
        let server = XServer::xvfb_with(&["-screen", "0", "640x480x24", "-extension", name]);
        let error = refusal(server.display());
        assert!(matches!(&error, OpenError::MissingExtension { name: found } if *found == name), "{error:?}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn other_colour_depths_are_refused_in_words() {
    for depth in [8, 16] {
        let server = XServer::xvfb_with(&["-screen", "0", &format!("640x480x{depth}")]);
        let error = refusal(server.display());
        assert!(
            matches!(&error, OpenError::UnsupportedDepth { depth: found, .. } if *found == depth),
            "{error:?}"
        );
    }
}
