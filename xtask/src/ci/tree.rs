//! The files of the repository: nothing left over, nothing of one machine, nothing huge.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::cmd::Cmd;

/// The largest file, in bytes.
const LARGEST: u64 = 256 * 1024;
/// A source file of more lines is looking for a seam, and is listed.
const MANY_LINES: usize = 500;
/// A source file of more lines is refused.
const TOO_MANY_LINES: usize = 900;

/// Folders of people and machines; a path below one of them is right on one machine only.
const MACHINE_FOLDERS: [&str; 4] = ["/work/", "/home/", "/root/", "/Users/"];

/// Hosts that packages come from. Which one serves a machine is that machine's own setting.
const REGISTRIES: [&str; 9] = [
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("static.", "rust-lang.org"),
    concat!("deb.", "debian.org"),
    concat!("archive.", "ubuntu.com"),
    concat!("registry.", "npmjs.org"),
    concat!("pypi", ".org"),
    concat!("docker", ".io"),
    concat!("ghcr", ".io"),
];
/// The same, in the words of cargo's configuration.
const REGISTRY_SETTINGS: [&str; 3] =
    [concat!("sparse", "+http"), concat!("replace", "-with"), concat!("[regis", "tries")];
/// The only source that a lock file may name: cargo's word for crates.io.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Notes of something left undone.
const LEFT_OVER: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!")];

/// What was found in the files.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What fails the check.
    pub(super) problems: Vec<String>,
    /// What is worth knowing.
    pub(super) notices: Vec<String>,
}

/// Looks at every file that is in git, or would be.
pub(super) fn check(workspace: &crate::workspace::Workspace) -> Result<Findings> {
    let mut findings = Findings::default();
    for path in files(&workspace.root)? {
        let bytes =
            std::fs::read(workspace.root.join(&path)).with_context(|| format!("{path} can't be read"))?;
        look(&path, &bytes, &mut findings);
    }
    Ok(findings)
}

/// The paths, below the top, of all files that git has or would take.
pub(super) fn files(root: &Path) -> Result<Vec<String>> {
    let list = Cmd::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .folder(root)
        .output()
        .context("the files to check are those that git knows, and git could not be asked")?;
    let mut files: Vec<String> =
        list.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    // A file that was removed but not yet from git's index, and a link to nowhere, have no content.
    files.retain(|path| root.join(path).is_file());
    files.sort();
    files.dedup();
    if files.is_empty() {
        bail!("git knows no file here, so nothing can be checked");
    }
    Ok(files)
}

fn look(path: &str, bytes: &[u8], findings: &mut Findings) {
    let length = bytes.len() as u64;
    if length > LARGEST {
        findings
            .problems
            .push(format!("{path}: {length} bytes; a file of the repository has at most {LARGEST}"));
    }
    // Pictures and fuzzing corpora are not read by people.
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for (number, line) in text.lines().enumerate() {
        if let Some(what) = wrong(path, line) {
            findings.problems.push(format!("{path}:{}: {what}", number + 1));
        }
    }
    let lines = text.lines().count();
    if path.ends_with(".rs") && lines > TOO_MANY_LINES {
        findings.problems.push(format!("{path}: {lines} lines; more than {TOO_MANY_LINES} are two files"));
    } else if path.ends_with(".rs") && lines > MANY_LINES {
        findings
            .notices
            .push(format!("{path}: {lines} lines; past {MANY_LINES} a file is looking for a seam"));
    }
}

/// What is wrong with a line, if anything.
fn wrong(path: &str, line: &str) -> Option<String> {
    if path == "Cargo.lock" {
        let other = line.starts_with("source = ") && !line.contains(CRATES_IO);
        return other.then(|| format!("a dependency that isn't from crates.io: {line}"));
    }
    if let Some(folder) = MACHINE_FOLDERS.iter().find(|folder| names_folder(line, folder)) {
        return Some(format!("a path below {folder} is right on one machine only"));
    }
    if let Some(host) = REGISTRIES.iter().chain(&REGISTRY_SETTINGS).find(|host| line.contains(**host)) {
        return Some(format!("{host}: where packages come from is a machine's own setting"));
    }
    let note = LEFT_OVER.iter().find(|note| contains_word(line, note))?;
    Some(format!("{note}: do it, or say in docs/OUT-OF-SCOPE.md that it isn't done"))
}

/// Whether a line holds an absolute path below the folder: not a part of a longer path or address.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + folder.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || "./_-}$~)".contains(c))
            && after.is_some_and(|c| c.is_alphanumeric() || "._-".contains(c))
    })
}

fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        edge(line[..at].chars().next_back()) && edge(line[at + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> Vec<String> {
        let mut findings = Findings::default();
        look(path, text.as_bytes(), &mut findings);
        findings.problems
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        for folder in MACHINE_FOLDERS {
            for line in [format!("cd {folder}farhand"), format!("\"{folder}a\""), format!("={folder}.cargo")]
            {
                assert!(problems("docs/A.md", &line)[0].starts_with("docs/A.md:1: a path below"), "{line}");
            }
            for line in [
                format!("a{folder}b"),
                format!("https://example.org{folder}b"),
                format!("..{folder}b"),
                format!("`{folder}`"),
            ] {
                assert_eq!(problems("docs/A.md", &line), Vec::<String>::new());
            }
        }
    }

    #[test]
    fn registries_are_found() {
        for name in REGISTRIES.iter().chain(&REGISTRY_SETTINGS) {
            assert_eq!(problems("deploy/Containerfile", &format!("\nurl {name}/x")).len(), 1, "{name}");
        }
    }

    #[test]
    fn another_source_in_the_lock_file_is_found() {
        assert_eq!(problems("Cargo.lock", &format!("source = \"{CRATES_IO}\"")), Vec::<String>::new());
        assert_eq!(problems("Cargo.lock", "source = \"git+https://example.org/x#1\"").len(), 1);
    }

    #[test]
    fn work_left_over_is_found() {
        for note in LEFT_OVER {
            assert_eq!(problems("a.rs", &format!("fn f() {{ {note} }}")).len(), 1, "{note}");
            assert_eq!(problems("a.rs", &format!("M{note}")), Vec::<String>::new());
        }
    }

    #[test]
    fn huge_and_long_files_are_found() {
        assert_eq!(problems("a.txt", &"x".repeat(LARGEST as usize)), Vec::<String>::new());
        assert_eq!(problems("a.txt", &"x".repeat(LARGEST as usize + 1)).len(), 1);
        assert_eq!(problems("a.rs", &"x\n".repeat(TOO_MANY_LINES)), Vec::<String>::new());
        assert_eq!(problems("a.rs", &"x\n".repeat(TOO_MANY_LINES + 1)).len(), 1);
        assert_eq!(problems("a.md", &"x\n".repeat(TOO_MANY_LINES + 1)), Vec::<String>::new());
    }

    #[test]
    fn a_long_source_file_is_listed() {
        let mut findings = Findings::default();
        look("a.rs", "x\n".repeat(MANY_LINES + 1).as_bytes(), &mut findings);
        assert_eq!((findings.problems.len(), findings.notices.len()), (0, 1));
    }
}
