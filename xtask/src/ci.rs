//! `cargo xtask ci`: the static checks, which need no display and run no product code.

mod code;
mod edges;
mod manifests;
mod sources;
mod tree;

use anyhow::{Result, bail};

use crate::cmd::Cmd;
use crate::deny;
use crate::setup;
use crate::steps::Steps;
use crate::workspace::Workspace;

/// Runs the static checks and fails if any failed.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    setup::ensure(&[])?;
    let mut steps = Steps::new();
    self::steps(workspace, &mut steps);
    steps.finish()
}

/// The static checks, the quick ones first.
pub(crate) fn steps(workspace: &Workspace, steps: &mut Steps) {
    steps.step("dependency edges", || verdict(&edges::check(workspace)?));
    steps.step("manifests", || verdict(&manifests::check(workspace)?));
    steps.step("sources", || verdict(&sources::check(workspace)?));
    steps.step("tree", || {
        let findings = tree::check(workspace)?;
        for notice in &findings.notices {
            println!("  notice: {notice}");
        }
        verdict(&findings.problems)
    });
    steps.step("format", || run_cargo(Cmd::cargo().args(["fmt", "--all", "--check"])));
    steps.step("clippy", || {
        run_cargo(Cmd::cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]))
    });
    steps.step("documentation", || {
        let doc = Cmd::cargo().args(["doc", "--workspace", "--no-deps", "--locked"]);
        run_cargo(doc.env("RUSTDOCFLAGS", "-D warnings"))
    });
    steps.step("licences, bans, sources", || {
        deny::check(workspace, &["licenses", "bans", "sources"]).map(|()| String::new())
    });
}

fn run_cargo(cmd: Cmd) -> Result<String> {
    cmd.minutes(20).run().map(|()| String::new())
}

/// Nothing found is good; anything found is shown, one line each.
fn verdict(problems: &[String]) -> Result<String> {
    if problems.is_empty() {
        return Ok(String::new());
    }
    for problem in problems {
        println!("  {problem}");
    }
    bail!("{} problems, listed above", problems.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_problem_is_enough_to_fail() {
        assert!(verdict(&[]).is_ok());
        assert!(verdict(&["this is wrong".into()]).is_err());
    }
}
