//! `cargo xtask test`: everything that CI runs.

use anyhow::{Result, bail};

use crate::cmd::Cmd;
use crate::setup::{self, Purpose};
use crate::steps::Steps;
use crate::workspace::Workspace;
use crate::{ci, windows};

/// Runs every step, then fails if any failed.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    setup::ensure(&[Purpose::Test, Purpose::Windows])?;
    let mut steps = Steps::new();
    ci::steps(workspace, &mut steps);
    steps.step("build", build);
    steps.step("tests", || tests(workspace));
    steps.step("check-windows", || windows::check(workspace));
    steps.finish()
}

/// Programs and tests together, so that no part of them is built twice.
fn build() -> Result<String> {
    Cmd::cargo().args(["build", "--workspace", "--locked", "--bins", "--tests"]).minutes(30).run()?;
    Ok(String::new())
}

/// Every test of every package, documentation's included.
fn tests(workspace: &Workspace) -> Result<String> {
    let mut tally = Tally::default();
    let outcome = Cmd::cargo()
        .args(["test", "--workspace", "--locked", "--no-fail-fast"])
        .env("FARHAND_TEST_PROGRAMS", workspace.target.join("debug"))
        .minutes(45)
        .run_lines(|line| tally.read(line));
    println!("{tally}");
    outcome?;
    tally.judge()?;
    Ok(tally.to_string())
}

/// The sums of what the test programs reported.
#[derive(Debug, Default, Eq, PartialEq)]
struct Tally {
    programs: u64,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Tally {
    /// Takes a line like `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; …`.
    fn read(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        self.programs += 1;
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else { continue };
            let number = number.parse().unwrap_or(0);
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }

    fn judge(&self) -> Result<()> {
        if self.passed == 0 {
            bail!("no test ran");
        }
        if self.ignored > 0 {
            bail!("{} tests are ignored: a test that does not run proves nothing", self.ignored);
        }
        Ok(())
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { programs, passed, failed, ignored } = self;
        write!(f, "{passed} tests passed, {failed} failed, {ignored} ignored, in {programs} test programs")
    }
}

#[cfg(test)]
mod tally_tests {
    use super::*;

    fn tally(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read(line));
        tally
    }

    #[test]
    fn results_are_added_up() {
        let sums = tally(&[
            "running 4 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 2 passed; 5 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s",
        ]);
        assert_eq!(sums, Tally { programs: 2, passed: 5, failed: 5, ignored: 1 });
        assert!(sums.judge().is_err());
    }

    #[test]
    fn nothing_run_is_a_failure() {
        let none = tally(&["test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"]);
        assert!(none.judge().unwrap_err().to_string().contains("no test ran"));
        let one = tally(&["test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"]);
        assert!(one.judge().is_ok());
    }
}
