//! The connection test's report.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use farhand_peer::console::ConnectError;
use farhand_texts::Texts;
use farhand_transport::survey::{Line, Survey, Verdict};

use super::trouble;
use super::words::Words;

/// What the connection test has found, and what became of saving it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// In a sentence.
    pub(crate) verdict: Words,
    pub(crate) is_good: bool,
    /// All of it, for whoever looks into it. Nothing personal is in it.
    pub(crate) lines: Vec<Words>,
    /// Where it lies, or why it does not.
    pub(crate) saved: Option<Result<String, String>>,
}

impl Report {
    /// What a test has found, and why the login did not succeed, if it did not.
    pub(crate) fn new(survey: &Survey, refused: Option<&ConnectError>) -> Self {
        let verdict = self::verdict(&survey.verdict());
        let mut lines: Vec<_> = survey.report().iter().map(line).collect();
        lines.push(match refused {
            None => Words::new("report-login"),
            Some(error) => Words::new("report-no-login").with("why", error),
        });
        let is_good = matches!(survey.verdict(), Verdict::Good { .. });
        Self { verdict, is_good, lines, saved: None }
    }

    /// All of it in a language.
    pub(crate) fn text(&self, texts: &Texts) -> String {
        self.lines.iter().map(|line| line.say(texts) + "\n").collect()
    }
}

fn verdict(verdict: &Verdict) -> Words {
    match verdict {
        Verdict::Good { ways, opened_by: None } => Words::new("verdict-good").count("ways", *ways as u64),
        Verdict::Good { opened_by: Some(who), .. } => Words::new("verdict-opened").with("who", who),
        Verdict::WrongPin => Words::new("verdict-pin"),
        Verdict::ProxyPassword(proxy) => Words::new("verdict-proxy").with("proxy", proxy),
        Verdict::NoName => Words::new("verdict-no-name"),
        Verdict::Portal => Words::new("verdict-portal"),
        Verdict::NoProxy(proxy) => Words::new("verdict-no-proxy").with("proxy", proxy),
        Verdict::Blocked => Words::new("verdict-blocked"),
    }
}

fn line(line: &Line<'_>) -> Words {
    match line {
        Line::Host { host, addresses } => {
            Words::new("report-host").with("host", host).with("what", addresses)
        }
        Line::NoHost { host, why } => Words::new("report-host").with("host", host).with("what", why),
        Line::Route { host, route } if route.proxies.is_empty() => {
            Words::new("report-no-proxy").with("host", host)
        }
        Line::Route { host, route } => {
            let names: Vec<_> = route.proxies.iter().map(ToString::to_string).collect();
            Words::new("report-proxy").with("host", host).with("names", names.join(", "))
        }
        Line::Reached { rung, reached } => {
            let time = u64::try_from(reached.took.as_millis()).unwrap_or(u64::MAX);
            let words = |key| Words::new(key).with("way", rung).count("time", time);
            match &reached.issuer {
                None => words("report-reached"),
                Some(issuer) => words("report-reached-by").with("issuer", issuer),
            }
        }
        Line::Failed { rung, error } => trouble::attempt(error, rung),
        Line::Measured { host, measured } => {
            let rate = measured.megabits().unwrap_or_else(|| "–".to_owned());
            let apart = measured.seconds_apart();
            let key = match apart {
                0 => "report-line",
                1.. => "report-line-ahead",
                _ => "report-line-behind",
            };
            let words = Words::new(key).with("host", host).with("time", measured.milliseconds());
            words.with("rate", rate).count("seconds", apart.unsigned_abs())
        }
        Line::Verdict(found) => verdict(found),
        Line::Ask => Words::new("report-ask"),
        Line::Rule { host, addresses, ports } => {
            let words = |key| Words::new(key).with("host", host).with("ports", ports);
            match addresses {
                None => words("report-rule"),
                Some(addresses) => words("report-rule-addresses").with("addresses", addresses),
            }
        }
    }
}

/// Writes a report under a name that nothing has yet.
pub(crate) fn save(folder: &Path, text: &str) -> Result<String, String> {
    for number in 1..100 {
        let more = if number == 1 { String::new() } else { format!(" ({number})") };
        let file = folder.join(format!("farhand-connection-test{more}.txt"));
        match OpenOptions::new().write(true).create_new(true).open(&file) {
            Ok(mut open) => {
                let written = open.write_all(text.as_bytes());
                return written.map(|()| file.display().to_string()).map_err(|error| error.to_string());
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("{}: {error}", file.display())),
        }
    }
    Err(format!("{} holds too many of them", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_report_has_a_name_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let places = ["a", "b"].map(|text| save(folder.path(), text).unwrap());
        assert!(places[0].ends_with("farhand-connection-test.txt"));
        assert!(places[1].ends_with("farhand-connection-test (2).txt"));
        assert_eq!(std::fs::read_to_string(&places[0]).unwrap(), "a");
        assert!(save(&folder.path().join("missing"), "a").unwrap_err().contains("missing"));
    }
}
