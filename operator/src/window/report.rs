//! The connection test's report.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use farhand_peer::console::ConnectError;
use farhand_transport::survey::{Survey, Verdict};

use super::words::Words;

/// What the connection test has found, and what became of saving it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// In a sentence.
    pub(crate) verdict: Words,
    pub(crate) is_good: bool,
    /// All of it, for whoever looks into it. Nothing personal is in it.
    pub(crate) text: String,
    /// Where it lies, or why it does not.
    pub(crate) saved: Option<Result<String, String>>,
}

impl Report {
    /// What a test has found, and why the login did not succeed, if it did not.
    pub(crate) fn new(survey: &Survey, refused: Option<&ConnectError>) -> Self {
        let verdict = match survey.verdict() {
            Verdict::Good { ways, opened_by: None } => Words::new("verdict-good").count("ways", ways as u64),
            Verdict::Good { opened_by: Some(who), .. } => Words::new("verdict-opened").with("who", who),
            Verdict::WrongPin => Words::new("verdict-pin"),
            Verdict::ProxyPassword(proxy) => Words::new("verdict-proxy").with("proxy", proxy),
            Verdict::NoName => Words::new("verdict-no-name"),
            Verdict::Portal => Words::new("verdict-portal"),
            Verdict::NoProxy(proxy) => Words::new("verdict-no-proxy").with("proxy", proxy),
            Verdict::Blocked => Words::new("verdict-blocked"),
        };
        let login = refused.map_or_else(|| "it succeeds".to_owned(), ToString::to_string);
        let is_good = matches!(survey.verdict(), Verdict::Good { .. });
        Self { verdict, is_good, text: format!("{survey}The login: {login}\n"), saved: None }
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
