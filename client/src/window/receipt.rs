//! The receipt's text.

use farhand_peer::SessionEnd;
use farhand_peer::client::{Decided, Decision, Fate, Receipt};
use farhand_proto::grant::Grant;
use farhand_proto::session::EndReason;
use farhand_session::{Direction, Ended};

use super::words::Words;

/// One line: what it is about, and what there is to say; or a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    Fact(String, String),
    Sentence(String),
    /// Opens a part.
    Heading(String),
}

/// All lines, in their order.
pub(crate) fn lines(receipt: &Receipt, words: &Words) -> Vec<Line> {
    let fact = |key: &str, value: String| Line::Fact(words.get(key), value);
    let took = receipt.to.duration_since(receipt.from).unwrap_or_default();
    let mut lines = vec![
        fact("receipt-who", receipt.operator.operator.to_string()),
        fact("receipt-organisation", receipt.operator.organisation.to_string()),
        fact("receipt-from", words.date_and_time(receipt.from)),
        fact("receipt-to", words.date_and_time(receipt.to)),
        fact("receipt-took", words.duration(took)),
        fact("receipt-ended", words.get(end_key(&receipt.end))),
        Line::Sentence(used(receipt, Grant::View, words)),
        Line::Sentence(used(receipt, Grant::Control, words)),
        Line::Sentence(used(receipt, Grant::Clipboard, words)),
        Line::Sentence(used(receipt, Grant::Files, words)),
        Line::Heading(words.get("receipt-happened")),
    ];
    let at = |time, key: &str, value: Option<String>| {
        let what = words.get(key);
        let said = value.map_or(what.clone(), |value| {
            words.fill("receipt-line", &[("label", what.into()), ("value", value.into())])
        });
        Line::Fact(words.exact_time(time), said)
    };
    if let Some(asked) = receipt.asked {
        lines.push(at(receipt.from, "receipt-asked", Some(words.grants(asked))));
    }
    let decided = receipt.decisions.iter().map(|Decision { at: time, what }| {
        let line = match what {
            Decided::Given(grants) => at(*time, "receipt-given", Some(words.grants(*grants))),
            Decided::TakenBack(grants) => at(*time, "receipt-taken", Some(words.grants(*grants))),
            Decided::Paused => at(*time, "receipt-paused", None),
            Decided::Resumed => at(*time, "receipt-resumed", None),
            Decided::Lost => at(*time, "receipt-lost", None),
            Decided::Found => at(*time, "receipt-found", None),
        };
        (*time, line)
    });
    let named = |name: String| Some(name).filter(|name| !name.is_empty());
    let moved = receipt.files.iter().map(|file| {
        let name = file.path.clone();
        let line = match (&file.fate, file.direction) {
            (Fate::Arrived(place), Direction::In) => at(file.at, "receipt-brought", Some(place.clone())),
            (Fate::Arrived(_), Direction::Out) => at(file.at, "receipt-fetched", Some(name)),
            (Fate::Failed(_) | Fate::Stopped, Direction::In) => {
                at(file.at, "receipt-not-brought", Some(name))
            }
            (Fate::Failed(_), Direction::Out) => at(file.at, "receipt-not-fetched", Some(name)),
            (Fate::Stopped, Direction::Out) => at(file.at, "receipt-fetch-stopped", Some(name)),
            (Fate::Refused(_), Direction::In) => at(file.at, "receipt-refused-files", named(name)),
            (Fate::Refused(_), Direction::Out) => at(file.at, "receipt-refused-fetch", named(name)),
        };
        (file.at, line)
    });
    let mut happened: Vec<_> = decided.chain(moved).collect();
    happened.sort_by_key(|(time, _)| *time);
    lines.extend(happened.into_iter().map(|(_, line)| line));
    let more = receipt.counts.all().saturating_sub(receipt.files.len() as u64);
    if more > 0 {
        let more = words.fill("receipt-more-files", &[("count", more.into())]);
        lines.push(Line::Fact(words.exact_time(receipt.to), more));
    }
    lines.push(at(receipt.to, end_key(&receipt.end), None));
    lines.push(Line::Sentence(words.get("receipt-vouched")));
    lines
}

/// The whole as text, to be copied or saved.
pub(crate) fn text(receipt: &Receipt, words: &Words) -> String {
    let mut text = words.get("receipt-title") + "\n\n";
    for line in lines(receipt, words) {
        match line {
            Line::Fact(label, value) => {
                text += &words.fill("receipt-line", &[("label", label.into()), ("value", value.into())]);
            }
            Line::Sentence(sentence) => text += &sentence,
            Line::Heading(heading) => {
                text.push('\n');
                text += &heading;
            }
        }
        text.push('\n');
    }
    text
}

fn used(receipt: &Receipt, grant: Grant, words: &Words) -> String {
    let time = receipt.allowed_for(grant);
    let (some, none) = match grant {
        Grant::View => ("receipt-saw", "receipt-saw-not"),
        Grant::Control => ("receipt-controlled", "receipt-controlled-not"),
        Grant::Clipboard => ("receipt-clipboard", "receipt-clipboard-not"),
        // Of these every one is named.
        Grant::Files => return files(receipt, words),
    };
    if time.is_zero() { words.get(none) } else { words.fill(some, &[("time", words.duration(time).into())]) }
}

/// How many files travelled.
fn files(receipt: &Receipt, words: &Words) -> String {
    let counts = receipt.counts;
    let time = receipt.allowed_for(Grant::Files);
    let could = words.fill("receipt-files-could", &[("time", words.duration(time).into())]);
    let mut said = if time.is_zero() { String::new() } else { could + " " };
    if counts.all() == counts.refused {
        return said + &words.get("receipt-files-not");
    }
    let arrived = [("brought", counts.brought.into()), ("fetched", counts.fetched.into())];
    said += &words.fill("receipt-files", &arrived);
    let failed = counts.not_brought + counts.not_fetched;
    if failed > 0 {
        said = said + " " + &words.fill("files-failed", &[("failed", failed.into())]);
    }
    said
}

fn end_key(end: &SessionEnd) -> &'static str {
    match end {
        SessionEnd::Session(Ended::Here(reason)) => match reason {
            EndReason::Customer => "end-you",
            EndReason::Denied => "end-denied",
            EndReason::NoAnswer => "end-no-answer",
            EndReason::DisplayGone(_) => "end-desktop",
            EndReason::Operator | EndReason::Protocol(_) | EndReason::WordsDiffer => "end-fault",
        },
        SessionEnd::Session(Ended::There(EndReason::WordsDiffer)) => "end-words",
        SessionEnd::Session(Ended::There(EndReason::Operator)) => "end-operator",
        SessionEnd::Session(Ended::There(_)) => "end-fault",
        SessionEnd::Session(Ended::Lost(_)) => "end-line",
        SessionEnd::Relay(_) => "end-relay",
    }
}
