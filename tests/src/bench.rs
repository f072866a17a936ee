//! Measuring: figures with their spread, on paper and as JSON.

pub mod start;

mod screen;

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

    fn least(&self) -> f64 {
        self.values.iter().copied().fold(f64::INFINITY, f64::min)
    }

    fn most(&self) -> f64 {
        self.values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }
}

/// What a benchmark needs to know.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where the programs to be measured are.
    pub programs: PathBuf,
    /// How often to measure each figure.
    pub runs: usize,
}

/// Prints the figures as a table.
pub fn print(title: &str, figures: &[Figure]) {
    println!("{title}");
    let width = figures.iter().map(|figure| figure.name.len()).max().unwrap_or_default();
    println!("{:width$}  {:>10} {:>10} {:>10}", "", "median", "least", "most");
    for figure in figures {
        let [median, least, most] = [figure.median(), figure.least(), figure.most()].map(short);
        println!("{:width$}  {median:>10} {least:>10} {most:>10}  {}", figure.name, figure.unit);
    }
}

fn short(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
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
    fn the_median_is_the_middle_or_between_the_two_middle_ones() {
        assert_eq!(Figure::new("", "", vec![9.0, 1.0, 5.0]).median(), 5.0);
        assert_eq!(Figure::new("", "", vec![9.0, 1.0, 5.0, 7.0]).median(), 6.0);
    }
}
