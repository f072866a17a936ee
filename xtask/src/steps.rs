//! Named steps: each runs, whatever happened to the ones before it; a summary ends the run.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// The steps of one run and how they ended.
#[derive(Debug)]
pub(crate) struct Steps {
    started: Instant,
    ended: Vec<Ended>,
}

#[derive(Debug)]
struct Ended {
    name: String,
    took: Duration,
    /// What the step has to say when it went well, or why it did not.
    result: Result<String, String>,
}

impl Steps {
    /// No step yet.
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), ended: Vec::new() }
    }

    /// Runs one step. `Ok` holds a few words for the summary, or nothing.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<String>) {
        println!("\n==> {name}");
        let started = Instant::now();
        let result = work().map_err(|error| format!("{error:#}"));
        let took = started.elapsed();
        match &result {
            Ok(_) => println!("==> {name}: passed in {:.1} s", took.as_secs_f64()),
            Err(error) => println!("==> {name}: FAILED after {:.1} s\n{error}", took.as_secs_f64()),
        }
        self.ended.push(Ended { name: name.to_owned(), took, result });
    }

    /// Prints the summary; an error when any step failed, or when there was none.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\n{}", self.summary());
        let failed = self.ended.iter().filter(|ended| ended.result.is_err()).count();
        match failed {
            _ if self.ended.is_empty() => bail!("no step ran"),
            0 => Ok(()),
            _ => bail!("{failed} of {} steps failed", self.ended.len()),
        }
    }

    fn summary(&self) -> String {
        let width = self.ended.iter().map(|ended| ended.name.len()).max().unwrap_or(0);
        let mut lines = vec!["Summary".to_owned()];
        for Ended { name, took, result } in &self.ended {
            let (verdict, words) = match result {
                Ok(note) => ("passed", note.as_str()),
                Err(error) => ("FAILED", error.lines().next().unwrap_or_default()),
            };
            let line = format!("  {verdict}  {:>7.1} s  {name:width$}  {words}", took.as_secs_f64());
            lines.push(line.trim_end().to_owned());
        }
        lines.push(format!("  total   {:>7.1} s", self.started.elapsed().as_secs_f64()));
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_fails_the_run_but_not_the_next_step() {
        let mut steps = Steps::new();
        let mut ran = false;
        steps.step("first", || bail!("no luck"));
        steps.step("second", || {
            ran = true;
            Ok("3 tests".into())
        });
        assert!(ran);
        let summary = steps.summary();
        assert!(summary.contains("FAILED") && summary.contains("no luck"), "{summary}");
        assert!(summary.contains("3 tests"), "{summary}");
        assert_eq!(steps.finish().unwrap_err().to_string(), "1 of 2 steps failed");
    }

    #[test]
    fn a_run_without_steps_is_a_failure() {
        assert!(Steps::new().finish().is_err());
    }
}
