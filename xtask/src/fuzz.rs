//! `cargo xtask fuzz`: the fuzz targets of the folder `fuzz`, one or all of them, each for a while.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::cmd::Cmd;
use crate::tools;
use crate::workspace::Workspace;

/// Of cargo-fuzz.
const VERSION: &str = "0.13.2";

/// What to fuzz, and for how long.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The target: the name of a file in fuzz/fuzz_targets, without `.rs`; without it all of them, one after the other
    target: Option<String>,
    /// How long each
    #[arg(long, default_value_t = 60, value_name = "N")]
    seconds: u64,
    /// Write the figures there, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What a run came to.
#[derive(Debug, Default)]
struct Figures {
    target: String,
    /// Inputs that were tried.
    executions: u64,
    /// Edges of the program that some input took, by libFuzzer's count.
    edges: u64,
}

/// Runs targets with cargo-fuzz, which needs a nightly Rust for the sanitizers; the first crash ends it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let folder = workspace.root.join("fuzz");
    let all = targets(&folder.join("fuzz_targets")).context("there is no folder fuzz/fuzz_targets")?;
    let wanted = match &options.target {
        Some(target) if all.contains(target) => vec![target.clone()],
        Some(target) => bail!("There is no fuzz target {target}. There are: {}", all.join(", ")),
        None => all,
    };
    if !Cmd::new("rustc").args(["--version"]).env("RUSTUP_TOOLCHAIN", "nightly").succeeds() {
        bail!("Fuzzing needs a nightly Rust, whose sanitizers it uses: rustup toolchain install nightly");
    }
    let program = tools::installed(workspace, "cargo-fuzz", VERSION, &[])?;
    let figures = wanted.iter().map(|target| fuzz(workspace, &program, target, options.seconds));
    let figures = figures.collect::<Result<Vec<_>>>()?;
    println!("\n| target | executions | edges covered | crashes |\n|---|---|---|---|");
    for Figures { target, executions, edges } in &figures {
        println!("| `{target}` | {executions} | {edges} | 0 |");
    }
    if let Some(file) = &options.json {
        let figures: Vec<Value> = figures
            .iter()
            .map(|Figures { target, executions, edges }| {
                json!({"target": target, "executions": executions, "edges": edges, "crashes": 0})
            })
            .collect();
        let text = serde_json::to_string_pretty(&json!({"seconds": options.seconds, "targets": figures}))?;
        std::fs::write(file, text).with_context(|| format!("{} can't be written", file.display()))?;
    }
    Ok(())
}

fn targets(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut targets = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            targets.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    targets.sort();
    Ok(targets)
}

fn fuzz(workspace: &Workspace, program: &Path, target: &str, seconds: u64) -> Result<Figures> {
    let folder = workspace.root.join("fuzz");
    let built = workspace.root.join("target/fuzz");
    // What a run finds goes first; what is kept in the repository is only read.
    let found = built.join("corpus").join(target);
    let kept = folder.join("corpus").join(target);
    std::fs::create_dir_all(&found).with_context(|| format!("{} can't be made", found.display()))?;
    let mut figures = Figures { target: target.to_owned(), ..Figures::default() };
    Cmd::new(program)
        .args(["fuzz", "run", "--target-dir"])
        .args([&built])
        .args([target])
        .args([found, kept])
        .args(["--", "-rss_limit_mb=1024", "-timeout=10", "-print_final_stats=1"])
        .args([format!("-max_total_time={seconds}")])
        .env("RUSTUP_TOOLCHAIN", "nightly")
        .folder(&folder)
        .minutes(20 + seconds / 60)
        .run_error_lines(|line| figures.look(line))?;
    if figures.executions == 0 {
        bail!("the fuzz target {target} said nothing of what it did");
    }
    Ok(figures)
}

impl Figures {
    /// Takes in a line of libFuzzer's.
    fn look(&mut self, line: &str) {
        let after = |key: &str| {
            let (_, rest) = line.split_once(key)?;
            rest.split_whitespace().next()?.parse().ok()
        };
        self.executions = after("stat::number_of_executed_units:").unwrap_or(self.executions);
        if line.starts_with('#') {
            self.edges = after(" cov: ").unwrap_or(self.edges);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_libfuzzers() {
        let mut figures = Figures::default();
        for line in [
            "#2\tINITED cov: 102 ft: 103 corp: 1/1b exec/s: 0 rss: 40Mb",
            "#1048576\tpulse  cov: 345 ft: 600 corp: 80/3kb lim: 4096 exec/s: 524288 rss: 80Mb",
            "Done 1200000 runs in 3 second(s)",
            "stat::number_of_executed_units: 1200000",
            "stat::average_exec_per_sec:     400000",
        ] {
            figures.look(line);
        }
        assert_eq!((figures.executions, figures.edges), (1_200_000, 345));
    }
}
