//! Measuring: figures with their spread, on paper and as JSON.

pub mod codec;
pub mod flood;
pub mod picture;
pub mod present;
pub mod reach;
pub mod resume;
pub mod start;

mod hand;
mod plot;
mod scenes;
mod screen;
mod wire;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// One figure, measured several times.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// In what.
    pub unit: &'static str,
    /// Each time.
    pub values: Vec<f64>,
}

impl Figure {
    fn new(name: impl Into<String>, unit: &'static str, values: Vec<f64>) -> Self {
        Self { name: name.into(), unit, values }
    }

    /// The middle one.
    #[must_use]
    pub fn median(&self) -> f64 {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        match sorted.len() {
            0 => f64::NAN,
            count if count % 2 == 1 => sorted[count / 2],
            count => f64::midpoint(sorted[count / 2 - 1], sorted[count / 2]),
        }
    }

    /// Nineteen of twenty are at most this.
    #[must_use]
    pub fn p95(&self) -> f64 {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        percentile(&sorted, 95)
    }

    fn least(&self) -> f64 {
        self.values.iter().copied().fold(f64::INFINITY, f64::min)
    }

    fn most(&self) -> f64 {
        self.values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }
}

/// The value below which so many of a hundred are, of values in order.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

/// Memory that a process has in use, shared libraries included, in MB.
fn resident(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line
        .and_then(|line| line.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or_default();
    kib * 1024.0 / 1e6
}

/// What a benchmark needs to know.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where the programs to be measured are.
    pub programs: PathBuf,
    /// How often to measure each figure.
    pub runs: usize,
    /// The scenes to measure, of those that there are, with commas between them.
    pub only: Option<String>,
}

impl Setup {
    /// Whether a scene is asked for.
    fn wants(&self, scene: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only.split(',').any(|only| only.trim() == scene))
    }
}

/// Prints the figures as a table.
pub fn print(title: &str, figures: &[Figure]) {
    println!("{title}");
    let width = figures.iter().map(|figure| figure.name.len()).max().unwrap_or_default();
    println!("{:width$}  {:>10} {:>10} {:>10} {:>10}", "", "median", "p95", "least", "most");
    for figure in figures {
        let values = [figure.median(), figure.p95(), figure.least(), figure.most()];
        let [median, p95, least, most] = values.map(short);
        println!("{:width$}  {median:>10} {p95:>10} {least:>10} {most:>10}  {}", figure.name, figure.unit);
    }
}

fn short(value: f64) -> String {
    match value.abs() {
        100.0.. => format!("{value:.0}"),
        0.1.. => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// Writes the figures as JSON.
///
/// # Errors
/// The file can't be written.
pub fn write(path: &Path, title: &str, figures: &[Figure]) -> std::io::Result<()> {
    let figures: Vec<Value> = figures
        .iter()
        .map(|figure| {
            json!({
                "name": figure.name,
                "unit": figure.unit,
                "median": figure.median(),
                "p95": figure.p95(),
                "least": figure.least(),
                "most": figure.most(),
                "values": figure.values,
            })
        })
        .collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let text = json!({ "bench": title, "cores": cores, "figures": figures });
    std::fs::write(path, format!("{text:#}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!([50, 99, 100].map(|percent| percentile(&hundred, percent)), [50.0, 99.0, 100.0]);
        assert_eq!(percentile(&[3.0], 99), 3.0);
        assert!(percentile(&[], 50).is_nan());
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_two_middle_ones() {
        assert_eq!(Figure::new("", "", vec![9.0, 1.0, 5.0]).median(), 5.0);
        assert_eq!(Figure::new("", "", vec![9.0, 1.0, 5.0, 7.0]).median(), 6.0);
    }

    #[test]
    fn nineteen_of_twenty_are_at_most_the_95th_percentile() {
        let values = |count: u32| Figure::new("", "", (1..=count).rev().map(f64::from).collect());
        assert_eq!([1, 5, 20, 100].map(|count| values(count).p95()), [1.0, 5.0, 19.0, 95.0]);
    }
}
