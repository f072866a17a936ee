//! What the sources may say where: `unsafe`, operating systems, clocks and the like.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::code::{self, Word};
use super::{edges, tree};
use crate::workspace::Workspace;

/// Where `unsafe` may stand: the systems' interfaces, vector instructions and codec bindings, the keyboard's grab,
/// which has to be made through the connection of the window itself, the loss of that connection, OpenGL, and the
/// system's tickets.
const UNSAFE_FOLDERS: [&str; 6] = [
    "crates/desktop/",
    "crates/media/src/",
    "crates/transport/src/system/ticket.rs",
    "crates/window/src/system/gpu/",
    "crates/window/src/system/keyboard.rs",
    "crates/window/src/system/loss.rs",
];
/// In the relay, one module may: the kernel's way of forwarding.
const UNSAFE_RELAY: &str = "relay/src/";

/// Where code may differ from system to system: the adapters, and tests that need real X servers.
const PLATFORM_FOLDERS: [&str; 6] = [
    "crates/desktop/",
    "crates/files/src/system",
    "crates/transport/src/system",
    "crates/window/src/system",
    "crates/testkit/",
    "tests/",
];
/// What a `cfg` says when it asks for the system. (The processor is another matter: vector code.)
const PLATFORM_WORDS: [&str; 6] =
    ["windows", "unix", "target_os", "target_family", "target_env", "target_vendor"];

/// Parts of `std` that a pure crate must not name, each with what it does instead.
const IMPURE_MODULES: [(&str, &str); 6] = [
    ("fs", "it is given bytes and gives bytes"),
    ("net", "it opens no socket (addresses alone are in core::net)"),
    ("thread", "its owner decides what runs where"),
    ("env", "it is configured by its caller"),
    ("process", "it starts and ends nothing"),
    ("os", "it knows no operating system"),
];

/// One file of a package.
#[derive(Debug)]
pub(super) struct Source {
    /// Its path below the top, with `/`.
    pub(super) path: String,
    /// Its code, tests included.
    pub(super) code: String,
    /// Its code without tests; empty when the whole file is a test.
    pub(super) product: String,
}

/// Everything that stands where it must not, in words.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let sources = read(&workspace.root)?;
    let pure: Vec<String> = workspace
        .packages
        .iter()
        .filter(|package| edges::PURE.contains(&package.name.as_str()))
        .map(|package| format!("{}/", package.folder))
        .collect();
    Ok(violations(&sources, &pure))
}

/// Reads every Rust file of the repository.
pub(super) fn read(root: &Path) -> Result<Vec<Source>> {
    let mut files = Vec::new();
    for path in tree::files(root)?.into_iter().filter(|path| path.ends_with(".rs")) {
        let text =
            std::fs::read_to_string(root.join(&path)).with_context(|| format!("{path} can't be read"))?;
        files.push((path, text));
    }
    Ok(reduce(files))
}

/// Reduces each file, given as its path and its text, to its code.
fn reduce(files: Vec<(String, String)>) -> Vec<Source> {
    let mut test_files = BTreeSet::new();
    let mut sources = Vec::new();
    for (path, text) in files {
        let code = code::code(&text);
        for module in code::test_modules(&code) {
            test_files.extend(module_files(&path, &module));
        }
        let product = code::without_tests(&code);
        sources.push(Source { path, code, product });
    }
    for source in &mut sources {
        let path = &source.path;
        let stands_among_tests = ["tests/", "benches/", "examples/", "fuzz/"]
            .iter()
            .any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}")));
        if stands_among_tests || test_files.iter().any(|test| belongs_to(path, test)) {
            source.product.clear();
        }
    }
    sources
}

/// Where the code of `mod MODULE;` in this file may lie.
fn module_files(path: &str, module: &str) -> Vec<String> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.trim_end_matches(".rs");
    let folder = match stem {
        "lib" | "main" | "mod" => folder.to_owned(),
        _ => format!("{folder}/{stem}"),
    };
    vec![format!("{folder}/{module}.rs"), format!("{folder}/{module}/")]
}

fn belongs_to(path: &str, test: &str) -> bool {
    path == test || (test.ends_with('/') && path.starts_with(test))
}

fn violations(sources: &[Source], pure: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut unsafe_in_relay = BTreeSet::new();
    for source in sources {
        let starts_with = |folders: &[&str]| folders.iter().any(|folder| source.path.starts_with(folder));
        if !starts_with(&UNSAFE_FOLDERS)
            && let Some(line) = first_unsafe(&source.code)
        {
            if source.path.starts_with(UNSAFE_RELAY) {
                unsafe_in_relay.insert(source.path.as_str());
            } else {
                found.push(format!(
                    "{}:{line}: `unsafe` belongs in desktop, in media's vector code and codec bindings, in window's \
                     keyboard, loss and OpenGL, in transport's tickets and in one module of the relay, where each use is reviewed",
                    source.path
                ));
            }
        }
        if !starts_with(&PLATFORM_FOLDERS) {
            platform(source, &mut found);
        }
        if pure.iter().any(|folder| source.path.starts_with(folder)) {
            impure(source, &mut found);
        }
    }
    if unsafe_in_relay.len() > 1 {
        let files: Vec<_> = unsafe_in_relay.into_iter().collect();
        found.push(format!("`unsafe` belongs in one module of the relay, not in {}", files.join(" and ")));
    }
    found
}

fn first_unsafe(code: &str) -> Option<usize> {
    code::words(code).find(|word| word.text == "unsafe").map(|word| word.line)
}

/// Finds `cfg(…)`, `cfg!(…)` and `cfg_attr(…)` that ask for the system.
fn platform(source: &Source, found: &mut Vec<String>) {
    for word in code::words(&source.code).filter(|word| matches!(word.text, "cfg" | "cfg_attr")) {
        let after = word.after.trim_start_matches('!');
        let Some(condition) = code::between(after, '(', ')') else { continue };
        // The rest of a `cfg_attr` is what it switches on.
        let condition = if word.text == "cfg" { condition } else { first_argument(condition) };
        if let Some(system) = code::words(condition).find(|word| PLATFORM_WORDS.contains(&word.text)) {
            found.push(format!(
                "{}:{}: cfg({}): code that differs from system to system belongs in crates/desktop or \
                 crates/transport/src/system, so that everything else is the same everywhere",
                source.path, word.line, system.text
            ));
        }
    }
}

fn first_argument(arguments: &str) -> &str {
    let mut depth = 0;
    for (at, c) in arguments.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => return &arguments[..at],
            _ => {}
        }
    }
    arguments
}

/// Finds clocks, threads, sockets and files in the product code of a pure crate.
fn impure(source: &Source, found: &mut Vec<String>) {
    let mut add = |line: usize, what: &str, instead: &str| {
        found.push(format!("{}:{line}: {what} in a pure crate: {instead}", source.path));
    };
    for word in code::words(&source.product) {
        match word.text {
            "SystemTime" => add(word.line, "SystemTime", "the time is passed in"),
            "now" if word.before.ends_with("Instant::") => {
                add(word.line, "Instant::now", "the time is passed in");
            }
            "elapsed" if word.before.ends_with("Instant::") => {
                add(word.line, "Instant::elapsed", "the time is passed in");
            }
            "std" => {
                for module in children(&word) {
                    if let Some((name, instead)) = IMPURE_MODULES.iter().find(|(name, _)| *name == module) {
                        add(word.line, &format!("std::{name}"), instead);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The modules named right below this one: `b` of `a::b::c`, `b` and `d` of `a::{b::c, d}`.
fn children<'a>(parent: &Word<'a>) -> Vec<&'a str> {
    let Some(after) = parent.after.strip_prefix("::") else { return Vec::new() };
    let Some(group) = code::between(after, '{', '}') else {
        return code::words(after).next().map(|word| word.text).into_iter().collect();
    };
    let mut depth = 0;
    let mut starts = true;
    let mut names = Vec::new();
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => starts = true,
            _ if starts && depth == 0 && c.is_alphabetic() => {
                names.extend(code::words(&group[at..]).next().map(|word| word.text));
                starts = false;
            }
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        found_in(&[(path, text)])
    }

    fn found_in(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        violations(&reduce(files), &["crates/proto/".to_owned()])
    }

    #[test]
    fn unsafe_is_found_outside_its_places() {
        for text in ["fn f() {\n unsafe { g() } }", "\nunsafe fn f() {}", "\nunsafe impl Send for S {}"] {
            assert!(
                found("client/src/main.rs", text)[0].starts_with("client/src/main.rs:2: `unsafe`"),
                "{text}"
            );
            assert_eq!(found("crates/desktop/src/x11.rs", text), Vec::<String>::new());
            assert_eq!(found("crates/media/src/simd.rs", text), Vec::<String>::new());
            assert_eq!(found("relay/src/splice.rs", text), Vec::<String>::new());
        }
    }

    #[test]
    fn speaking_of_unsafe_is_not_using_it() {
        let text =
            "// unsafe {\n#![expect(unsafe_code, reason = \"unsafe\")]\n#![forbid(unsafe_op_in_unsafe_fn)]";
        assert_eq!(found("client/src/main.rs", text), Vec::<String>::new());
    }

    #[test]
    fn a_second_unsafe_module_of_the_relay_is_found() {
        let files = [("relay/src/splice.rs", "unsafe {}"), ("relay/src/main.rs", "unsafe {}")];
        assert!(found_in(&files)[0].contains("relay/src/main.rs and relay/src/splice.rs"));
    }

    #[test]
    fn platform_conditions_are_found_outside_their_places() {
        for text in [
            "#[cfg(target_os = \"linux\")] fn f() {}",
            "#[cfg(windows)] fn f() {}",
            "#[cfg(not(unix))] fn f() {}",
            "#[cfg(all(feature = \"a\", target_family = \"unix\"))] fn f() {}",
            "fn f() -> bool { cfg!(windows) }",
            "#![cfg_attr(windows, windows_subsystem = \"windows\")]",
        ] {
            assert_eq!(found("operator/src/main.rs", text).len(), 1, "{text}");
            assert_eq!(found("crates/peer/tests/a.rs", text).len(), 1, "{text}");
            assert_eq!(found("crates/desktop/src/lib.rs", text), Vec::<String>::new());
            assert_eq!(found("crates/transport/src/system.rs", text), Vec::<String>::new());
            assert_eq!(found("crates/transport/src/system/linux.rs", text), Vec::<String>::new());
        }
    }

    #[test]
    fn other_conditions_are_fine() {
        for text in [
            "#[cfg(test)] mod a {}",
            "#[cfg(feature = \"unix\")] mod a {}",
            "#[cfg(target_arch = \"x86_64\")] mod a {}",
            "#[cfg_attr(test, derive(windows))] struct S;",
        ] {
            assert_eq!(found("operator/src/main.rs", text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn impure_code_is_found_in_pure_crates_only() {
        for (text, what) in [
            ("let t = Instant::now();", "Instant::now"),
            ("use std::time::SystemTime;", "SystemTime"),
            ("std::thread::spawn(f);", "std::thread"),
            ("use std::net::TcpStream;", "std::net"),
            ("use std::{fmt, fs::{self, File}, io};", "std::fs"),
            ("std::env::var(name)", "std::env"),
            ("std::process::exit(1)", "std::process"),
        ] {
            let words = found("crates/proto/src/lib.rs", text);
            assert!(words.len() == 1 && words[0].contains(what), "{text}: {words:?}");
            assert_eq!(found("crates/transport/src/lib.rs", text), Vec::<String>::new());
        }
    }

    #[test]
    fn pure_code_is_fine() {
        let text = "use std::{fmt::{self, fs}, time::{Duration, Instant}}; use core::net::IpAddr; \
                    fn f(now: Instant) { std::mem::take(&mut fs); self.clock.now(); }";
        assert_eq!(found("crates/proto/src/lib.rs", text), Vec::<String>::new());
    }

    #[test]
    fn tests_of_pure_crates_may_be_impure() {
        let text = "use std::fs;";
        assert_eq!(found("crates/proto/tests/corpus.rs", text), Vec::<String>::new());
        assert_eq!(
            found("crates/proto/src/lib.rs", "#[cfg(test)] mod tests { use std::fs; }"),
            Vec::<String>::new()
        );
        let inside = [
            ("crates/proto/src/screen.rs", "#[cfg(test)] mod tests;"),
            ("crates/proto/src/screen/tests.rs", text),
        ];
        assert_eq!(found_in(&inside), Vec::<String>::new());
        let beside = [("crates/proto/src/lib.rs", "mod tests;"), ("crates/proto/src/tests.rs", text)];
        assert_eq!(found_in(&beside).len(), 1);
    }
}
