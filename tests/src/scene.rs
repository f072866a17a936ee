//! What several tests put on a desktop and look for on it.

use std::path::PathBuf;

use farhand_testkit::x::{Program, XServer, eventually};

/// A terminal that writes every byte typed into it to a file, at once and unchanged.
#[derive(Debug)]
pub struct RawTerminal {
    /// The file.
    pub file: PathBuf,
    _program: Program,
}

/// Starts a terminal that writes every byte typed into it to a file, and waits until it has the keyboard. It needs a
/// window manager.
#[must_use]
pub fn raw_terminal(server: &XServer, file: &str) -> RawTerminal {
    terminal(server, file, "80x24", "")
}

/// As [`raw_terminal`], of 40 by 10 letters, and the terminal types what the mouse does to it, as programs with menus
/// have it.
#[must_use]
pub fn mouse_terminal(server: &XServer, file: &str) -> RawTerminal {
    // Buttons, with places in letters and without limits.
    terminal(server, file, "40x10", r"printf '\033[?1000h\033[?1006h' &&")
}

fn terminal(server: &XServer, file: &str, letters: &str, first: &str) -> RawTerminal {
    let path = server.file(file);
    // The file is there once the terminal's own editing of lines is off.
    let write = format!("stty raw -echo && {first} exec cat > '{}'", path.display());
    let title = ["-u8", "-T", file, "-geometry", letters];
    let program = server.start_program("xterm", &[&title[..], &["-e", "sh", "-c", &write]].concat());
    // A window manager may keep the keyboard where somebody used it last; a person would click.
    eventually("the keyboard in the terminal", || {
        let search = ["search", "--onlyvisible", "--name", file, "windowactivate", "--sync"];
        let activated = server.command("xdotool").args(search).output().ok()?;
        (activated.status.success() && server.has_focus("XTerm")).then_some(())
    });
    eventually("the terminal", || path.exists().then_some(()));
    RawTerminal { file: path, _program: program }
}

impl RawTerminal {
    /// What was typed until now. A character whose bytes have not all come is left out.
    #[must_use]
    pub fn text(&self) -> String {
        let bytes = std::fs::read(&self.file).unwrap_or_default();
        match std::str::from_utf8(&bytes) {
            Ok(text) => text.to_owned(),
            Err(error) => String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned(),
        }
    }

    /// Blocks until what was typed is like this; gives it.
    ///
    /// # Panics
    /// It never is.
    pub fn wait(&self, what: &str, fits: impl Fn(&str) -> bool) -> String {
        eventually(what, || Some(self.text()).filter(|text| fits(text)))
    }

    /// Blocks until exactly this was typed.
    ///
    /// # Panics
    /// Something else was.
    pub fn expect(&self, text: &str) {
        let found = self.wait("the text", |found| found.chars().count() >= text.chars().count());
        assert_eq!(found, text);
    }
}
