//! The connection test's report, for whoever looks after the network.

use farhand_transport::dial::AttemptError;
use farhand_transport::survey::{Line, Survey, Verdict};

use super::trouble::{self, Fault};
use super::words::Words;

/// All of it, in the person's language.
pub(crate) fn text(survey: &Survey, words: &Words) -> String {
    survey.report().iter().map(|found| line(found, words) + "\n").collect()
}

/// What it amounts to, in a sentence.
pub(crate) fn verdict(verdict: &Verdict, words: &Words) -> String {
    words.get(match verdict {
        Verdict::Good { .. } => "verdict-good",
        Verdict::WrongPin => "verdict-pin",
        Verdict::ProxyPassword(_) => "verdict-proxy",
        Verdict::NoName => "verdict-no-name",
        Verdict::Portal => "trouble-portal",
        Verdict::NoProxy(_) => "verdict-no-proxy",
        Verdict::Blocked => "verdict-blocked",
    })
}

fn line(line: &Line<'_>, words: &Words) -> String {
    match line {
        Line::Route { host, route } => {
            let names: Vec<_> = route.proxies.iter().map(ToString::to_string).collect();
            let names = if names.is_empty() { words.get("report-no-proxy") } else { names.join(", ") };
            words.fill("report-proxy", &[("host", (*host).into()), ("names", names.into())])
        }
        Line::Reached { rung, reached } => {
            let milliseconds = u64::try_from(reached.took.as_millis()).unwrap_or(u64::MAX);
            let way = rung.to_string();
            let values = [("way", way.into()), ("time", milliseconds.into())];
            match &reached.issuer {
                None => words.fill("report-reached", &values),
                Some(issuer) => {
                    let [way, time] = values;
                    words.fill("report-reached-by", &[way, time, ("issuer", issuer.as_str().into())])
                }
            }
        }
        Line::Failed { rung, error } => {
            let (key, more) = match error {
                // The way names the proxy already.
                AttemptError::Proxy(_, error) => ("fault-proxy", Some(error.to_string())),
                error => trouble::at_target(error),
            };
            words.faults(&[Fault { target: Some(rung.to_string()), key, more }])
        }
        Line::Measured { host, measured } => {
            let (time, rate) =
                (measured.milliseconds(), measured.megabits().unwrap_or_else(|| "–".to_owned()));
            let values = [("host", (*host).into()), ("time", time.into()), ("rate", rate.into())];
            let line = words.fill("report-line", &values);
            let (key, apart) = match measured.seconds_apart() {
                0 => return line,
                ahead @ 1.. => ("report-clock-ahead", ahead),
                behind => ("report-clock-behind", -behind),
            };
            line + ", " + &words.fill(key, &[("seconds", apart.unsigned_abs().into())])
        }
        Line::Verdict(found) => verdict(found, words),
        Line::Ask => words.get("report-ask"),
        Line::Rule { host, addresses, ports } => {
            let addresses = addresses.clone().unwrap_or_else(|| words.get("report-unknown"));
            let values =
                [("host", (*host).into()), ("addresses", addresses.into()), ("ports", ports.as_str().into())];
            words.fill("report-rule", &values)
        }
        Line::Host { .. } | Line::NoHost { .. } => line.to_string(),
    }
}
