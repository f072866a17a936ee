//! `cargo xtask check-windows`: client and console compile for Windows.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::cmd::Cmd;
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

/// The target that the programs are checked for.
pub(crate) const TARGET: &str = "x86_64-pc-windows-gnu";

/// The programs that people run on Windows.
const PROGRAMS: [&str; 2] = ["farhand-client", "farhand-operator"];

/// Debian's second Rust (rustc-web, cargo-web, rust-web-src), beside whatever rustup has.
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// Installs what is missing, then checks.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    setup::ensure(&[Purpose::Windows])?;
    let note = check(workspace)?;
    println!("{} compile for {TARGET} ({note})", PROGRAMS.join(" and "));
    Ok(())
}

/// Checks both programs; says which Rust did it.
pub(crate) fn check(workspace: &Workspace) -> Result<String> {
    let (cargo, note) = if rustup_target_is_installed() {
        (Cmd::cargo().args(["check"]), format!("the installed target {TARGET}"))
    } else {
        (debian_cargo()?, "Debian's Rust, standard library from source".to_owned())
    };
    cargo
        .args(["--locked", "--target", TARGET])
        .args(PROGRAMS.iter().flat_map(|program| ["--package", program]))
        // The C of aws-lc takes a minute optimised, and nothing here is ever run.
        .args(["--config", "profile.dev.package.aws-lc-sys.opt-level=0"])
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_TARGET_DIR", workspace.target.join("windows"))
        .minutes(15)
        .run()
        .with_context(|| format!("{} don't compile for {TARGET}", PROGRAMS.join(" and ")))?;
    Ok(note)
}

/// Whether the Rust in use has the target's standard library.
pub(crate) fn rustup_target_is_installed() -> bool {
    let sysroot = Cmd::new("rustc").args(["--print", "sysroot"]).output().unwrap_or_default();
    !sysroot.is_empty() && PathBuf::from(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib").is_dir()
}

/// `cargo check` with the standard library built from Debian's sources.
fn debian_cargo() -> Result<Cmd> {
    for program in [DEBIAN_CARGO, DEBIAN_RUSTC] {
        if !Path::new(program).exists() {
            bail!(
                "there is no {program}: `cargo xtask setup` installs Debian's cargo-web, rustc-web and rust-web-src"
            );
        }
    }
    let command = Cmd::new(DEBIAN_CARGO)
        .args(["check", "-Zbuild-std=std,panic_unwind"])
        .env("RUSTC", DEBIAN_RUSTC)
        // -Z options on a stable compiler: building the standard library has no stable switch.
        .env("RUSTC_BOOTSTRAP", "1")
        // cargo puts its own compiler's libraries there, which are not this compiler's.
        .env_remove("LD_LIBRARY_PATH")
        .env_remove("RUSTUP_TOOLCHAIN");
    Ok(command)
}
