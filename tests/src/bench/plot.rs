//! Figures as a picture (SVG): a panel for each thing that was measured, a group of bars for each scene, a bar for each
//! peer.

use std::fmt::Write as _;

use super::{Figure, short};

/// Points: the whole width, the margin at the left for what the axis says, and the height of a panel's bars.
const WIDTH: f64 = 960.0;
const MARGIN: f64 = 70.0;
const BARS: f64 = 190.0;
/// Above the bars of a panel its title stands, below them the names of the groups.
const ABOVE: f64 = 52.0;
const BELOW: f64 = 30.0;
/// The row at the top that says whose each colour is.
const LEGEND: f64 = 44.0;
/// The first peer is ours; told from each other also by those who see few colours.
const COLOURS: [&str; 3] = ["#0b5cad", "#e08a00", "#7f8a99"];

/// What the value of a bar is.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bar<'a> {
    panel: &'a str,
    unit: &'a str,
    group: &'a str,
    peer: &'a str,
    value: f64,
}

/// A figure's name is `GROUP: WHAT, PEER`.
fn bar(figure: &Figure) -> Option<Bar<'_>> {
    let (group, rest) = figure.name.split_once(": ")?;
    let (panel, peer) = rest.rsplit_once(", ")?;
    Some(Bar { panel, unit: figure.unit, group, peer, value: figure.median() })
}

/// The items in the order in which they first come, each once.
fn distinct<'a>(items: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found = Vec::new();
    for item in items {
        if !found.contains(&item) {
            found.push(item);
        }
    }
    found
}

/// Where a value stands on an axis of powers of ten from `least` to `most`: 0 to 1.
fn height(value: f64, least: i32, most: i32) -> f64 {
    let height = (value.log10() - f64::from(least)) / f64::from(most - least);
    // What is below all that is drawn has still a bar, of which only the foot shows.
    height.clamp(0.01, 1.0)
}

/// Draws the medians of what was measured of each of these peers, in these panels as far as there is anything in them.
#[must_use]
pub(super) fn svg(title: &str, figures: &[Figure], panels: &[&str], peers: &[&str]) -> String {
    let bars: Vec<Bar<'_>> =
        figures.iter().filter_map(bar).filter(|bar| peers.contains(&bar.peer) && bar.value > 0.0).collect();
    let panels: Vec<&str> =
        panels.iter().copied().filter(|panel| bars.iter().any(|bar| bar.panel == *panel)).collect();
    let whole = LEGEND + panels.len() as f64 * (ABOVE + BARS + BELOW) + 8.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {whole}\" role=\"img\" \
         font-family=\"sans-serif\" font-size=\"13\" fill=\"#1d232b\">\n<title>{}</title>\n\
         <rect width=\"{WIDTH}\" height=\"{whole}\" fill=\"#ffffff\"/>\n",
        escaped(title)
    );
    for ((index, peer), colour) in peers.iter().enumerate().zip(COLOURS) {
        let x = MARGIN + index as f64 * 140.0;
        let _ = writeln!(out, "<rect x=\"{x}\" y=\"16\" width=\"14\" height=\"14\" fill=\"{colour}\"/>");
        text(&mut out, x + 20.0, 28.0, "start", peer);
    }
    for (index, panel) in panels.iter().enumerate() {
        let top = LEGEND + index as f64 * (ABOVE + BARS + BELOW) + ABOVE;
        let bars: Vec<Bar<'_>> = bars.iter().copied().filter(|bar| bar.panel == *panel).collect();
        draw_panel(&mut out, top, panel, &bars, peers);
    }
    out.push_str("</svg>\n");
    out
}

fn draw_panel(out: &mut String, top: f64, name: &str, bars: &[Bar<'_>], peers: &[&str]) {
    let unit = bars.first().map_or("", |bar| bar.unit);
    let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
    let heading = format!("{name}{unit}; each line is ten times the one below, less is better");
    text(out, MARGIN, top - 28.0, "start", &heading);
    let values = || bars.iter().map(|bar| bar.value);
    let least = values().fold(f64::INFINITY, f64::min).log10().floor() as i32;
    let most = (values().fold(0.0, f64::max).log10().ceil() as i32).max(least + 1);
    let bottom = top + BARS;
    for power in least..=most {
        let y = bottom - BARS * f64::from(power - least) / f64::from(most - least);
        let _ = writeln!(
            out,
            "<line x1=\"{MARGIN}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#d5dae1\"/>",
            WIDTH - 16.0
        );
        text(out, MARGIN - 8.0, y + 4.0, "end", &short_power(power));
    }
    let groups = distinct(bars.iter().map(|bar| bar.group));
    let wide = (WIDTH - 16.0 - MARGIN) / groups.len().max(1) as f64;
    let each = (wide * 0.84 / peers.len().max(1) as f64).min(52.0);
    for (place, group) in groups.iter().enumerate() {
        let middle = MARGIN + (place as f64 + 0.5) * wide;
        text(out, middle, bottom + 20.0, "middle", group);
        for (number, (peer, colour)) in peers.iter().zip(COLOURS).enumerate() {
            let Some(bar) = bars.iter().find(|bar| bar.group == *group && bar.peer == *peer) else {
                continue;
            };
            let tall = BARS * height(bar.value, least, most);
            let x = middle + (number as f64 - peers.len() as f64 / 2.0) * each;
            let _ = writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{tall:.1}\" fill=\"{colour}\"/>",
                bottom - tall,
                each - 3.0
            );
            text(out, x + each / 2.0 - 1.5, bottom - tall - 4.0, "middle", &concise(bar.value));
        }
    }
}

/// With as many digits as fit over a bar.
fn concise(value: f64) -> String {
    match value.abs() {
        10_000.0.. => format!("{:.0}k", value / 1e3),
        10.0.. => format!("{value:.0}"),
        1.0.. => format!("{value:.1}"),
        _ => short(value),
    }
}

fn short_power(power: i32) -> String {
    if power < 0 {
        format!("{:.*}", power.unsigned_abs() as usize, 10_f64.powi(power))
    } else {
        10_u64.pow(power.unsigned_abs()).to_string()
    }
}

fn text(out: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let _ =
        writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>", escaped(words));
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_stands_on_its_axis_and_says_its_value() {
        let figure = |name: &str, value| Figure::new(name, "kbit/s", vec![value]);
        let figures = [
            figure("typing: bytes, ours", 7.3),
            figure("typing: bytes, theirs", 31.0),
            figure("scroll <1>: bytes, ours", 585.0),
            figure("scroll <1>: bytes, theirs", 74_852.0),
            figure("typing: bytes, ours to theirs", 0.24),
            figure("typing: wrong pixels, ours", 3.0),
        ];
        let drawn = svg("picture", &figures, &["bytes", "time"], &["ours", "theirs"]);
        for words in [">7.3<", ">31<", ">585<", ">75k<", ">scroll &lt;1&gt;<", ">100000<"] {
            assert!(drawn.contains(words), "{words} is not in\n{drawn}");
        }
        assert_eq!(drawn.matches("<rect").count(), 1 + 2 + 4, "ground, legend, bars");
        assert!(!drawn.contains("NaN") && !drawn.contains("inf"));
        assert_eq!([1.0, 10.0, 100.0].map(|value| height(value, 0, 2)), [0.01, 0.5, 1.0]);
    }

    #[test]
    fn what_was_not_measured_is_not_drawn() {
        assert!(svg("nothing", &[], &["bytes"], &["ours"]).ends_with("</svg>\n"));
    }
}
