//! Finds the two numbers in what somebody pasted: a number with odd separators, a line of a chat, a whole mail.

use farhand_proto::id::{PASSWORD_DIGITS, Password, SESSION_ID_DIGITS, SessionId};

/// Characters of a paste that are looked at; nobody means the rest.
const MAX_LOOKED_AT: usize = 16 * 1024;

/// What was found. Each is grouped as it is read aloud, or, where its check digit is wrong, as it was pasted.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Pasted {
    pub(crate) id: Option<String>,
    pub(crate) password: Option<String>,
}

impl std::fmt::Debug for Pasted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seen = |found: &Option<String>| if found.is_some() { "found" } else { "none" };
        f.debug_struct("Pasted")
            .field("id", &seen(&self.id))
            .field("password", &seen(&self.password))
            .finish()
    }
}

/// Finds a session ID, a password or both. Of several, the one that looks most like a number of ours wins: first
/// those whose check digit is right, then those grouped as ours are, then the first.
pub(crate) fn read(text: &str) -> Pasted {
    let text: String = text.chars().take(MAX_LOOKED_AT).collect();
    let runs = runs(&text);
    let id = best(&runs, SESSION_ID_DIGITS, &[3, 3, 4], None, |digits| {
        digits.parse::<SessionId>().ok().map(|id| id.to_string())
    });
    let password = best(&runs, PASSWORD_DIGITS, &[3, 3, 3], id.as_ref().map(|found| found.place), |digits| {
        digits.parse::<Password>().ok().map(|password| password.to_string())
    });
    Pasted { id: id.map(|found| found.shown), password: password.map(|found| found.shown) }
}

/// Groups of digits that only separators of our numbers lie between.
type Run = Vec<String>;

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut run: Run = Vec::new();
    let mut group = String::new();
    // A telephone number with its country is no number of ours.
    let mut is_telephone = false;
    for character in text.chars().chain(std::iter::once('\n')) {
        if let Some(digit) = character.to_digit(10) {
            group.extend(char::from_digit(digit, 10));
            continue;
        }
        if !group.is_empty() {
            run.push(std::mem::take(&mut group));
        }
        if is_separator(character) {
            continue;
        }
        if !run.is_empty() {
            let run = std::mem::take(&mut run);
            if !is_telephone {
                runs.push(run);
            }
        }
        is_telephone = character == '+';
    }
    runs
}

/// Whether people and programs put this between the digits of one number: spaces of every width, dashes, dots.
fn is_separator(character: char) -> bool {
    (character.is_whitespace() && !matches!(character, '\n' | '\r'))
        || matches!(
            character,
            '-' | '.' | '/' | '\u{2010}'
                ..='\u{2015}' | '\u{2212}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{b7}'
        )
}

/// The groups of one run that make up a number: run, first group, behind the last.
type Place = (usize, usize, usize);

struct Found {
    place: Place,
    shown: String,
}

fn best(
    runs: &[Run],
    digits: usize,
    grouping: &[usize],
    taken: Option<Place>,
    check: impl Fn(&str) -> Option<String>,
) -> Option<Found> {
    let mut best: Option<(u8, Found)> = None;
    for (index, run) in runs.iter().enumerate() {
        for first in 0..run.len() {
            for behind in first + 1..=run.len() {
                let place = (index, first, behind);
                let groups = &run[first..behind];
                let count: usize = groups.iter().map(String::len).sum();
                if count > digits {
                    break;
                }
                if count < digits || taken.is_some_and(|taken| overlap(taken, place)) {
                    continue;
                }
                let checked = check(&groups.concat());
                let is_alone = first == 0 && behind == run.len();
                if checked.is_none() && !is_alone {
                    continue;
                }
                let is_grouped =
                    groups.len() == 1 || groups.iter().map(String::len).eq(grouping.iter().copied());
                let rank = match (checked.is_some(), is_grouped) {
                    (true, true) => 0,
                    (true, false) => 1,
                    (false, true) => 2,
                    (false, false) => 3,
                };
                if best.as_ref().is_none_or(|(before, _)| rank < *before) {
                    let shown = checked.unwrap_or_else(|| groups.join(" "));
                    best = Some((rank, Found { place, shown }));
                }
            }
        }
    }
    best.map(|(_, found)| found)
}

fn overlap(one: Place, other: Place) -> bool {
    one.0 == other.0 && one.1 < other.2 && other.1 < one.2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> (String, String) {
        (
            SessionId::from_digits([1, 2, 3, 4, 5, 6, 7, 8, 9]).to_string(),
            Password::from_digits([1, 2, 3, 4, 5, 6, 7, 8]).to_string(),
        )
    }

    #[test]
    fn both_are_found_however_they_are_written() {
        let (id, password) = numbers();
        let both = Pasted { id: Some(id.clone()), password: Some(password.clone()) };
        let (plain_id, plain_password) = (id.replace(' ', ""), password.replace(' ', ""));
        let (dashed_id, dashed) = (id.replace(' ', "-"), password.replace(' ', "-"));
        let (wide_id, wide) = (id.replace(' ', "\u{a0}"), password.replace(' ', "\u{2009}\u{2013}\u{202f}"));
        for text in [
            format!("ID: {id}, heslo {dashed}"),
            format!("{id} {password}"),
            format!("{plain_id} {plain_password}"),
            format!("{plain_password}\n{plain_id}"),
            format!("heslo {dashed}; číslo {dashed_id}"),
            format!("{wide_id}\t{wide}"),
            format!("Session ID:\r\n  {id}\r\nPassword:\r\n  {password}\r\n"),
            format!("<b>{id}</b>/<b>{password}</b>"),
            format!("[22.11.2026, 20:41] Eva: mám tam {id} a pod tím {password}"),
            format!("Volejte +420 123 456 782. Číslo {id}. Heslo {password}."),
            format!("{id} - {password} - děkuji, Eva (místnost 12)"),
        ] {
            assert_eq!(read(&text).id, both.id, "{text}");
            assert_eq!(read(&text).password, both.password, "{text}");
        }
    }

    #[test]
    fn one_alone_is_found() {
        let (id, password) = numbers();
        assert_eq!(read(&id), Pasted { id: Some(id.clone()), password: None });
        assert_eq!(read(&format!("PIN {password}!")), Pasted { id: None, password: Some(password) });
    }

    #[test]
    fn a_wrong_check_digit_is_kept_to_be_shown() {
        let (id, password) = numbers();
        let wrong = if id.ends_with('0') { "123 456 7891" } else { "123 456 7890" };
        let found = read(&format!("ID: {wrong}, heslo {password}"));
        assert_eq!((found.id.as_deref(), found.password), (Some(wrong), Some(password)));
    }

    #[test]
    fn a_right_number_wins_over_what_only_looks_like_one() {
        let (id, _) = numbers();
        let wrong = if id.ends_with('0') { "1234567891" } else { "1234567890" };
        assert_eq!(read(&format!("order {wrong}, session {id}")).id, Some(id));
    }

    #[test]
    fn where_there_is_no_number_none_is_found() {
        for text in ["", "hello", "+420 123 456 789", "2026-11-22", "12 34", "123456789012345678901234"] {
            assert_eq!(read(text), Pasted::default(), "{text}");
        }
        assert_eq!(read(&"1 ".repeat(100_000)).id.map(|id| id.len()).unwrap_or(12), 12);
    }
}
