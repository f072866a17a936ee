//! Reads what an administrator hands out: the lines that `farhand-relay operator add` and `farhand-relay pin` print,
//! the same with labels, a command line, an environment file or a mail around them.

use farhand_proto::name::Name;
use farhand_transport::{Pin, RelayAddress};

use super::forms::Secret;
use crate::token::is_token;

/// What `farhand-relay operator add` prints where it does not know the address.
const PLACEHOLDER: &str = "HOST:PORT";
/// Characters that are looked at.
const MAX_LOOKED_AT: usize = 16 * 1024;

/// How many kinds of things there are to be found.
pub(crate) const KINDS: usize = 4;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Handout {
    pub(crate) relays: Vec<RelayAddress>,
    pub(crate) pins: Vec<Pin>,
    pub(crate) operator: Option<Name>,
    /// What is said to be one; see [`Handout::has_token`].
    pub(crate) token: Option<Secret>,
}

impl Handout {
    /// How many kinds of things were found.
    pub(crate) fn len(&self) -> usize {
        [!self.relays.is_empty(), !self.pins.is_empty(), self.operator.is_some(), self.token.is_some()]
            .into_iter()
            .filter(|found| *found)
            .count()
    }

    /// Whether a relay can have given the token.
    pub(crate) fn has_token(&self) -> bool {
        self.token.as_ref().is_some_and(|token| is_token(&token.0))
    }
}

/// What a label promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Relay,
    Pin,
    Operator,
    Token,
}

/// Finds relays, pins, the operator's name and the token.
pub(crate) fn read(text: &str) -> Handout {
    let text: String = text.chars().take(MAX_LOOKED_AT).collect();
    let mut found = Handout::default();
    for line in text.lines() {
        if line.contains(PLACEHOLDER) {
            // What the administrator had to fill in, and what the relay says of it.
            continue;
        }
        if let Some(name) = sentence_name(line) {
            found.operator.get_or_insert(name);
            continue;
        }
        read_line(line, &mut found);
    }
    found
}

/// The name in the relay's own words.
fn sentence_name(line: &str) -> Option<Name> {
    let rest = line.trim().strip_prefix("This is the token of ")?;
    Name::new(rest.split_once(". It is shown this once")?.0).ok()
}

fn read_line(line: &str, found: &mut Handout) {
    let words: Vec<&str> =
        line.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '{' | '}' | '[' | ']')).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let mut promised: Option<Label> = None;
    let mut rest = line;
    for word in words {
        rest = rest.split_once(word).map_or("", |(_, rest)| rest);
        let (label, value) = split_label(word, rest);
        if let Some(label) = label {
            if value.is_empty() {
                promised = Some(label);
                if label == Label::Operator && is_at_start(line, word) {
                    // A name may be several words: with a label at the line's start it takes the line.
                    note_name(rest.trim().trim_start_matches(['=', ':']).trim_start(), found);
                    return;
                }
                continue;
            }
            note(value, Some(label), found);
            promised = None;
            continue;
        }
        if !value.is_empty() {
            note(value, promised, found);
            promised = None;
        }
    }
}

fn is_at_start(line: &str, word: &str) -> bool {
    line.trim_start().starts_with(word) && !word.starts_with('-')
}

/// `relay=host:1`, `"token":"x"`, `--pin=x`, `Operator:`, `add`.
fn split_label<'a>(word: &'a str, rest: &str) -> (Option<Label>, &'a str) {
    let bare = |text: &str| {
        text.trim_matches(|c: char| matches!(c, '"' | '\'' | '`' | '<' | '>' | '(' | ')')).to_owned()
    };
    let at = word.find([':', '=']);
    let (name, value) = match at {
        Some(at) => (&word[..at], &word[at + 1..]),
        None => (word, ""),
    };
    let label = match bare(name).trim_start_matches('-').to_lowercase().as_str() {
        "relay" | "relays" | "server" | "farhand_relay" => Some(Label::Relay),
        "pin" | "pins" | "key" | "klíč" | "farhand_pin" => Some(Label::Pin),
        "operator" | "name" | "login" | "jméno" | "operátor" | "farhand_operator" => Some(Label::Operator),
        "token" | "farhand_token" => Some(Label::Token),
        _ => None,
    };
    // A bare word is a label only with its colon or dashes: "token" in a sentence promises nothing.
    let is_marked = at.is_some() || word.starts_with("--") || rest.trim_start().starts_with(['=', ':']);
    match label {
        Some(label) if is_marked => (Some(label), trimmed(value)),
        _ => (None, trimmed(word)),
    }
}

fn trimmed(word: &str) -> &str {
    let is_around = |c: char| matches!(c, '"' | '\'' | '`' | '<' | '>' | '(' | ')' | '=');
    word.trim_start_matches(is_around)
        .trim_end_matches(|c: char| is_around(c) || matches!(c, '.' | ':' | '!' | '?'))
}

fn note(value: &str, promised: Option<Label>, found: &mut Handout) {
    if let Ok(pin) = with_padding(value).parse::<Pin>() {
        if !found.pins.contains(&pin) {
            found.pins.push(pin);
        }
    } else if promised == Some(Label::Operator) {
        note_name(value, found);
    } else if promised == Some(Label::Token) {
        note_token(value, found);
    } else if let Some(target) = target(value, promised == Some(Label::Relay)) {
        if !found.relays.contains(&target) {
            found.relays.push(target);
        }
    } else if is_token(value) {
        note_token(value, found);
    }
}

/// The first wins, unless it is none and this is one.
fn note_token(value: &str, found: &mut Handout) {
    if found.token.is_none() || (!found.has_token() && is_token(value)) {
        found.token = Some(Secret(value.to_owned()));
    }
}

/// A pin's last character is `=`, which a quote around it may have taken along.
fn with_padding(value: &str) -> String {
    if value.starts_with("sha256/") && !value.ends_with('=') { format!("{value}=") } else { value.to_owned() }
}

fn note_name(value: &str, found: &mut Handout) {
    if found.operator.is_none() {
        found.operator = Name::new(trimmed(value.trim())).ok();
    }
}

/// A place to connect to. Two of three have to be there, a label, a port, and the looks of a host: neither a time of day
/// nor a word of a sentence is one.
fn target(value: &str, labelled: bool) -> Option<RelayAddress> {
    let relay: RelayAddress = value.parse().ok()?;
    let host = relay.host();
    let looks_like_a_host = host.contains(['.', ':']) || host == "localhost";
    let signs = [labelled, relay.port().is_some(), looks_like_a_host];
    let is_anywhere = matches!(host, "0.0.0.0" | "::");
    (signs.into_iter().filter(|sign| *sign).count() >= 2 && !is_anywhere).then_some(relay)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIN: &str = "sha256/BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    const SECRET: &str = "abcdefghijABCDEFGHIJ0123456789-_abcdefghijK";

    fn whole(operator: &str) -> Handout {
        Handout {
            relays: vec!["relay.example.org:11438".parse().unwrap()],
            pins: vec![PIN.parse().unwrap()],
            operator: Some(Name::new(operator).unwrap()),
            token: Some(Secret(SECRET.to_owned())),
        }
    }

    #[test]
    fn what_the_relay_prints_is_understood() {
        let text = format!(
            "$ farhand-relay operator add 'Anna Nováková'\n{SECRET}\n\
             This is the token of Anna Nováková. It is shown this once; whoever has it is Anna Nováková.\n\
             Anna Nováková is known to the relay that uses /var/lib/farhand/relay.db.\n\
             $ farhand-relay pin\n{PIN}\nrelay.example.org:11438\n"
        );
        assert_eq!(read(&text), whole("Anna Nováková"));
    }

    #[test]
    fn an_address_that_was_to_be_filled_in_is_none() {
        let printed = format!(
            "relay: HOST:PORT\npin: {PIN}\noperator: anna\ntoken: {SECRET}\n\
             Instead of HOST:PORT write where operators reach this relay: its name, a colon and the port.\n\
             This is the token of anna. It is shown this once; whoever has it is anna.\n"
        );
        assert_eq!(read(&printed), Handout { relays: Vec::new(), ..whole("anna") });
        assert_eq!(read(&printed.replace("HOST:PORT", "relay.example.org:11438")), whole("anna"));
    }

    #[test]
    fn other_ways_to_write_it_are_understood() {
        for text in [
            format!("Relay: relay.example.org:11438\nPin: {PIN}\nOperator: anna\nToken: {SECRET}"),
            format!(
                "relay = \"relay.example.org:11438\"\npin = \"{PIN}\"\noperator = \"anna\"\ntoken = \"{SECRET}\""
            ),
            format!(
                "FARHAND_RELAY=relay.example.org:11438\r\nFARHAND_PIN={PIN}\r\nFARHAND_OPERATOR=anna\r\n\
                 FARHAND_TOKEN={SECRET}\r\n"
            ),
            format!(
                "FARHAND_TOKEN={SECRET} farhand-operator --relay relay.example.org:11438 --pin {PIN} --operator anna"
            ),
            format!("{{\"operator\":\"anna\",\"token\":\"{SECRET}\"}} {PIN}, relay.example.org:11438."),
            format!(
                "Dobrý den, v 20:41 jsem vás přidal (server relay.example.org:11438).\nOperátor: anna\nToken: {SECRET}\nPin je {PIN}."
            ),
        ] {
            assert_eq!(read(&text), whole("anna"), "{text}");
        }
    }

    #[test]
    fn what_is_called_a_token_and_is_none_gives_way_to_one() {
        let found = read("relay: a.example:1\ntoken: wrong");
        assert_eq!(
            (found.token.as_ref().map(|token| token.0.as_str()), found.has_token()),
            (Some("wrong"), false)
        );
        let found = read(&format!("token: below\n{SECRET}\ntoken: wrong"));
        assert!(found.has_token());
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for text in ["", "hello there", "at 20:41 on 0.0.0.0:11438", "the token is a secret", "pin sha256/xx"]
        {
            assert_eq!(read(text), Handout::default(), "{text}");
        }
        assert_eq!(read(PIN).len(), 1);
        let two = format!("{PIN} {PIN} a.example:1 b.example:2 a.example:1");
        assert_eq!((read(&two).pins.len(), read(&two).relays.len()), (1, 2));
    }
}
