//! The configuration file: TOML, read key by key, so that whatever is wrong is told with its line, its key, what is
//! allowed there and an example.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use farhand_broker::Limits;
use farhand_proto::language::Language;
use farhand_proto::name::Name;
use farhand_proto::notice::{Notice, Notices};
use farhand_proto::prose::Prose;
use farhand_transport::Encapsulation;
use rustls_pki_types::DnsName;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Filter, Pages, parse_address};
use crate::acme::Acme;
use crate::logs::Format;

/// What a file says; what it does not say is `None`, or a limit's default.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) organisation: Option<Name>,
    pub(super) notices: Notices,
    pub(super) listen: Option<Vec<SocketAddr>>,
    pub(super) encapsulations: Option<Vec<Encapsulation>>,
    pub(super) direct: Option<bool>,
    pub(super) certificate: Option<PathBuf>,
    pub(super) certificate_key: Option<PathBuf>,
    pub(super) acme: Option<Acme>,
    pub(super) pages: Option<Pages>,
    pub(super) state: Option<PathBuf>,
    pub(super) grace_seconds: Option<u32>,
    pub(super) silence_seconds: Option<u32>,
    pub(super) limits: Limits,
    pub(super) log_format: Option<Format>,
    pub(super) log_filter: Option<Filter>,
}

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 1.
    pub line: usize,
    /// Which key, what is wrong with it, what is allowed, an example.
    pub message: String,
}

impl File {
    /// Reads a whole file.
    ///
    /// # Errors
    /// Everything in it that can't be used, in the order of its lines.
    pub(super) fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        let mut reader = Reader { text, file: Self::default(), faults: Vec::new() };
        match DeTable::parse(text) {
            Ok(table) => reader.table(Table::Top, table.get_ref()),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                reader.fault(
                    at,
                    format!(
                        "this is not TOML ({}); a line is a key, = and a value, and texts stand in quotation marks, \
                         for example: organisation = \"Town Hall Helpdesk\"",
                        error.message()
                    ),
                );
            }
        }
        if reader.faults.is_empty() {
            return Ok(reader.file);
        }
        reader.faults.sort_by_key(|fault| fault.line);
        Err(reader.faults)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// The parts of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Top,
    Acme,
    Notice,
    Limits,
    Log,
}

/// The most seconds of a time: a day.
const MOST_SECONDS: u64 = 86_400;
/// The most of anything that is counted.
const MOST: u64 = 1_000_000_000;

const PROSE: &str = "a text in quotation marks, 1 to 1024 bytes, on several lines with \"\"\" around it";
const WHOLE: &str = "a whole number from 1 to 1000000000";
/// Every key: where it stands, what is allowed, an example.
const KEYS: [(Table, &str, &str, &str); 36] = [
    (Table::Top, "organisation", "a name in quotation marks, 1 to 128 bytes", "\"Town Hall Helpdesk\""),
    (
        Table::Top,
        "listen",
        "a list of at least one \"ADDRESS:PORT\", in numbers",
        "[\"0.0.0.0:443\", \"[::]:443\"]",
    ),
    (
        Table::Top,
        "encapsulations",
        "a list of at least one of \"raw\", \"https\" and \"http\"",
        "[\"raw\", \"https\", \"http\"]",
    ),
    (Table::Top, "direct", "true or false", "false"),
    (Table::Top, "certificate", "the path of a file in quotation marks", "\"fullchain.pem\""),
    (Table::Top, "certificate_key", "the path of a file in quotation marks", "\"privkey.pem\""),
    (Table::Top, "pages", "\"ADDRESS:PORT\", in numbers, or \"off\"", "\"127.0.0.1:9311\""),
    (Table::Top, "state", "the path of a folder in quotation marks", "\"/var/lib/farhand\""),
    (Table::Top, "grace_seconds", "a whole number from 0 to 86400", "5"),
    (Table::Top, "silence_seconds", "a whole number from 1 to 86400", "60"),
    (
        Table::Acme,
        "hosts",
        "a list of at least one name of this relay in quotation marks",
        "[\"relay.example.org\"]",
    ),
    (
        Table::Acme,
        "directory",
        "an address in quotation marks that begins with https://",
        "\"https://acme-v02.api.letsencrypt.org/directory\"",
    ),
    (Table::Acme, "contact", "a mail address in quotation marks", "\"helpdesk@example.org\""),
    (Table::Acme, "root", "the path of a file in quotation marks", "\"authority.pem\""),
    (Table::Notice, "cs", PROSE, "\"Pomáháme vám s počítačem.\""),
    (Table::Notice, "da", PROSE, "\"Vi hjælper dig med din computer.\""),
    (Table::Notice, "de", PROSE, "\"Wir helfen Ihnen an Ihrem Computer.\""),
    (Table::Notice, "en", PROSE, "\"We help you with your computer.\""),
    (Table::Notice, "es", PROSE, "\"Le ayudamos con su ordenador.\""),
    (Table::Notice, "fr", PROSE, "\"Nous vous aidons avec votre ordinateur.\""),
    (Table::Notice, "it", PROSE, "\"La aiutiamo con il suo computer.\""),
    (Table::Notice, "nl", PROSE, "\"Wij helpen u met uw computer.\""),
    (Table::Notice, "pl", PROSE, "\"Pomagamy przy Państwa komputerze.\""),
    (Table::Limits, "legs", WHOLE, "20000"),
    (Table::Limits, "legs_per_address", WHOLE, "512"),
    (Table::Limits, "newcomers", WHOLE, "1024"),
    (Table::Limits, "newcomers_per_address", WHOLE, "64"),
    (Table::Limits, "clients", WHOLE, "10000"),
    (Table::Limits, "registrations_per_minute", WHOLE, "60"),
    (Table::Limits, "login_failures_per_minute", WHOLE, "10"),
    (Table::Limits, "misses_per_minute", WHOLE, "30"),
    (Table::Limits, "sessions", WHOLE, "5000"),
    (Table::Limits, "sessions_per_operator", WHOLE, "64"),
    (Table::Limits, "logins_per_operator", WHOLE, "16"),
    (Table::Log, "format", "\"text\" or \"json\"", "\"json\""),
    (
        Table::Log,
        "filter",
        "error, warn, info, debug, trace or off in quotation marks, optionally by module",
        "\"info,farhand_relay=debug\"",
    ),
];

impl Table {
    /// The part with this head.
    fn named(head: &str) -> Option<Self> {
        match head {
            "acme" => Some(Self::Acme),
            "notice" => Some(Self::Notice),
            "limits" => Some(Self::Limits),
            "log" => Some(Self::Log),
            _ => None,
        }
    }

    /// How it begins in a file, as part of a sentence.
    fn place(self) -> &'static str {
        match self {
            Self::Top => "above the first [ ]",
            Self::Acme => "under [acme]",
            Self::Notice => "under [notice]",
            Self::Limits => "under [limits]",
            Self::Log => "under [log]",
        }
    }
}

/// What is wrong, and where in the text; the key's own words are put around it.
struct Wrong {
    at: usize,
    what: String,
}

type Value<'a> = Spanned<DeValue<'a>>;

struct Reader<'a> {
    text: &'a str,
    file: File,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn table(&mut self, table: Table, entries: &DeTable<'_>) {
        if table == Table::Acme {
            self.file.acme = Some(Acme::default());
        }
        for (key, value) in entries {
            let name: &str = key.get_ref();
            if let (Table::Top, Some(inner)) = (table, Table::named(name)) {
                match value.get_ref() {
                    DeValue::Table(entries) => self.table(inner, entries),
                    other => self.fault(
                        key.span().start,
                        format!(
                            "`{name}` can't be {}; it is the head [{name}] with keys below it",
                            kind(other)
                        ),
                    ),
                }
                continue;
            }
            match KEYS.iter().find(|(place, known, ..)| *place == table && *known == name) {
                Some((_, _, allowed, example)) => {
                    if let Err(Wrong { at, what }) = self.key(table, name, value) {
                        let message = format!(
                            "`{name}`: {what}; it must be {allowed}, for example: {name} = {example}"
                        );
                        self.fault(at, message);
                    }
                }
                None => self.fault(key.span().start, unknown(table, name)),
            }
        }
    }

    fn key(&mut self, table: Table, name: &str, value: &Value<'_>) -> Result<(), Wrong> {
        let file = &mut self.file;
        match (table, name) {
            (Table::Top, "organisation") => {
                let name = Name::new(text(value)?).map_err(|error| wrong(value, error.to_string()))?;
                file.organisation = Some(name);
            }
            (Table::Top, "listen") => file.listen = Some(addresses(value)?),
            (Table::Top, "pages") => {
                let pages = text(value)?.parse().map_err(|error| wrong(value, error))?;
                file.pages = Some(pages);
            }
            (Table::Top, "encapsulations") => file.encapsulations = Some(encapsulations(value)?),
            (Table::Top, "direct") => file.direct = Some(switch(value)?),
            (Table::Top, "state") => file.state = Some(path(value)?),
            (Table::Top, "certificate") => file.certificate = Some(path(value)?),
            (Table::Top, "certificate_key") => file.certificate_key = Some(path(value)?),
            (Table::Top, "grace_seconds") => file.grace_seconds = Some(seconds(value, 0..=MOST_SECONDS)?),
            (Table::Top, "silence_seconds") => file.silence_seconds = Some(seconds(value, 1..=MOST_SECONDS)?),
            (Table::Acme, name) => {
                let acme = file.acme.get_or_insert_default();
                match name {
                    "hosts" => acme.hosts = hosts(value)?,
                    "directory" => acme.directory = directory(value)?,
                    "contact" => acme.contact = Some(contact(value)?),
                    "root" => acme.root = Some(path(value)?),
                    _ => {}
                }
            }
            (Table::Notice, code) => {
                let text =
                    Prose::new(text(value)?.trim_end()).map_err(|error| wrong(value, error.to_string()))?;
                let mut notices = file.notices.to_vec();
                if let Some(language) = Language::ALL.into_iter().find(|language| language.code() == code) {
                    notices.push(Notice { language, text });
                }
                // TOML has every key once, so there are as many as languages at most.
                file.notices = Notices::new(notices).unwrap_or_default();
            }
            (Table::Log, "format") => {
                file.log_format = Some(match text(value)? {
                    "text" => Format::Text,
                    "json" => Format::Json,
                    other => return Err(wrong(value, format!("there is no format {other:?}"))),
                });
            }
            (Table::Log, _) => {
                let filter = text(value)?.parse().map_err(|error| wrong(value, error))?;
                file.log_filter = Some(filter);
            }
            (_, name) => {
                if let Some(limit) = limit(&mut file.limits, name) {
                    // A thousand million fits every system that this runs on.
                    *limit = usize::try_from(number(value, 1..=MOST)?).unwrap_or(usize::MAX);
                }
            }
        }
        Ok(())
    }

    fn fault(&mut self, at: usize, message: String) {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        self.faults.push(Fault { line, message });
    }
}

fn limit<'l>(limits: &'l mut Limits, name: &str) -> Option<&'l mut usize> {
    Some(match name {
        "legs" => &mut limits.legs,
        "legs_per_address" => &mut limits.legs_per_address,
        "newcomers" => &mut limits.newcomers,
        "newcomers_per_address" => &mut limits.newcomers_per_address,
        "clients" => &mut limits.clients,
        "registrations_per_minute" => &mut limits.registrations_per_minute,
        "login_failures_per_minute" => &mut limits.login_failures_per_minute,
        "misses_per_minute" => &mut limits.misses_per_minute,
        "sessions" => &mut limits.sessions,
        "sessions_per_operator" => &mut limits.sessions_per_operator,
        "logins_per_operator" => &mut limits.logins_per_operator,
        _ => return None,
    })
}

fn text<'v>(value: &'v Value<'_>) -> Result<&'v str, Wrong> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text),
        other => Err(wrong(value, format!("this is {}", kind(other)))),
    }
}

fn number(value: &Value<'_>, range: RangeInclusive<u64>) -> Result<u64, Wrong> {
    match value.get_ref() {
        DeValue::Integer(digits) => {
            let number = u64::from_str_radix(digits.as_str(), digits.radix()).ok();
            let outside = || wrong(value, format!("{digits} is not a number that it can be"));
            number.filter(|number| range.contains(number)).ok_or_else(outside)
        }
        DeValue::String(_) => Err(wrong(value, "this is a text; take the quotation marks away".to_owned())),
        other => Err(wrong(value, format!("this is {}", kind(other)))),
    }
}

fn seconds(value: &Value<'_>, range: RangeInclusive<u64>) -> Result<u32, Wrong> {
    // The range ends far below what does not fit.
    number(value, range).map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX))
}

fn path(value: &Value<'_>) -> Result<PathBuf, Wrong> {
    match text(value)? {
        "" => Err(wrong(value, "it is empty".to_owned())),
        path => Ok(PathBuf::from(path)),
    }
}

fn list<'v, 'a>(value: &'v Value<'a>) -> Result<&'v [Value<'a>], Wrong> {
    match value.get_ref() {
        DeValue::Array(items) => Ok(items),
        DeValue::String(_) => Err(wrong(value, "this is a text; put [ ] around it".to_owned())),
        other => Err(wrong(value, format!("this is {}", kind(other)))),
    }
}

fn switch(value: &Value<'_>) -> Result<bool, Wrong> {
    match value.get_ref() {
        DeValue::Boolean(on) => Ok(*on),
        other => Err(wrong(value, format!("this is {}", kind(other)))),
    }
}

fn encapsulations(value: &Value<'_>) -> Result<Vec<Encapsulation>, Wrong> {
    let mut named = Vec::new();
    for item in list(value)? {
        let name = text(item)?;
        let unknown = || wrong(item, format!("there is no encapsulation {name:?}"));
        let encapsulation = Encapsulation::named(name).ok_or_else(unknown)?;
        if named.contains(&encapsulation) {
            return Err(wrong(item, format!("{name:?} stands there twice")));
        }
        named.push(encapsulation);
    }
    if named.is_empty() {
        return Err(wrong(value, "the list is empty, so nobody could reach this relay".to_owned()));
    }
    Ok(named)
}

fn hosts(value: &Value<'_>) -> Result<Vec<String>, Wrong> {
    let is_name = |host: &str| DnsName::try_from(host).is_ok() && host.parse::<IpAddr>().is_err();
    let items = list(value)?;
    let named = items.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let others: Vec<_> = named.iter().filter(|host| !is_name(host)).map(|host| format!("{host:?}")).collect();
    if !others.is_empty() {
        return Err(wrong(value, format!("no name of a host is {}", others.join(", "))));
    }
    let mut hosts = Vec::new();
    for (item, host) in items.iter().zip(named) {
        if hosts.iter().any(|known: &String| known.eq_ignore_ascii_case(host)) {
            return Err(wrong(item, format!("{host:?} stands there twice")));
        }
        hosts.push(host.to_owned());
    }
    if hosts.is_empty() {
        return Err(wrong(value, "the list is empty".to_owned()));
    }
    Ok(hosts)
}

fn directory(value: &Value<'_>) -> Result<String, Wrong> {
    let address = text(value)?;
    let is_one = address.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
        && !address.contains(char::is_whitespace);
    if is_one {
        Ok(address.to_owned())
    } else {
        Err(wrong(value, format!("{address:?} is not such an address")))
    }
}

fn contact(value: &Value<'_>) -> Result<String, Wrong> {
    let address = text(value)?;
    let is_one = address.split_once('@').is_some_and(|(who, at)| !who.is_empty() && !at.is_empty())
        && !address
            .contains(|letter: char| letter.is_whitespace() || letter.is_control() || ",?:".contains(letter));
    if is_one { Ok(address.to_owned()) } else { Err(wrong(value, format!("{address:?} is no mail address"))) }
}

fn addresses(value: &Value<'_>) -> Result<Vec<SocketAddr>, Wrong> {
    let mut addresses = Vec::new();
    for item in list(value)? {
        let address = parse_address(text(item)?).map_err(|error| wrong(item, error))?;
        if address.port() != 0 && addresses.contains(&address) {
            return Err(wrong(item, format!("{address} stands there twice")));
        }
        addresses.push(address);
    }
    if addresses.is_empty() {
        return Err(wrong(value, "the list is empty, so nobody could reach this relay".to_owned()));
    }
    Ok(addresses)
}

fn wrong(value: &Value<'_>, what: String) -> Wrong {
    Wrong { at: value.span().start, what }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a part of its own with keys",
    }
}

fn unknown(table: Table, name: &str) -> String {
    let elsewhere = KEYS.iter().find(|(place, known, ..)| *known == name && *place != table);
    if let Some((place, ..)) = elsewhere {
        return format!("`{name}` does not stand here; write it {}", place.place());
    }
    let mut known: Vec<&str> =
        KEYS.iter().filter(|(place, ..)| *place == table).map(|(_, known, ..)| *known).collect();
    if table == Table::Top {
        known.extend(["[acme]", "[notice]", "[limits]", "[log]"]);
    }
    format!("there is no key `{name}`; {} there are: {}", table.place(), known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        File::parse(text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_key_takes_its_own_example_and_says_it_when_it_gets_another_thing() {
        for (table, name, allowed, example) in KEYS {
            let head = match table {
                Table::Top => "",
                Table::Acme => "[acme]\n",
                Table::Notice => "[notice]\n",
                Table::Limits => "[limits]\n",
                Table::Log => "[log]\n",
            };
            assert!(File::parse(&format!("{head}{name} = {example}\n")).is_ok(), "{name} = {example}");
            let line = if head.is_empty() { 1 } else { 2 };
            for other in
                ["true", "1.5", "2026-11-22", "{}", "-1", "\"\"", "[]", "[1]", "99999999999999999999999"]
            {
                if (name, other) == ("direct", "true") {
                    continue;
                }
                let said = faults(&format!("{head}{name} = {other}\n"));
                assert_eq!(said.len(), 1, "{name} = {other}: {said:?}");
                assert!(said[0].starts_with(&format!("line {line}: `{name}`: ")), "{said:?}");
                assert!(
                    said[0].ends_with(&format!("it must be {allowed}, for example: {name} = {example}")),
                    "{said:?}"
                );
            }
        }
    }

    #[test]
    fn no_word_of_the_programming_language_is_in_an_error() {
        let all = "organisation = 1\nlisten = \"x\"\npages = 2\nstate = []\ngrace_seconds = -1\nsilence_seconds = 0\n\
                   [limits]\nlegs = \"many\"\nclients = 1.5\n[log]\nformat = \"xml\"\nfilter = \"loud\"\nlisten = []\n";
        let said = faults(all);
        assert_eq!(said.len(), 11, "{said:#?}");
        for word in
            ["u32", "u64", "usize", "nonzero", "syntax", "invalid", "expected", "variant", "field", "None"]
        {
            assert!(said.iter().all(|fault| !fault.contains(word)), "{word}: {said:#?}");
        }
    }

    #[test]
    fn a_key_in_the_wrong_place_is_told_where_it_belongs() {
        assert_eq!(faults("legs = 3\n"), ["line 1: `legs` does not stand here; write it under [limits]"]);
        let said = faults("\n[log]\nlisten = [\"[::]:1\"]\n");
        assert_eq!(said, ["line 3: `listen` does not stand here; write it above the first [ ]"]);
        let said = faults("[limits]\nlegz = 1\n");
        assert!(
            said[0].starts_with("line 2: there is no key `legz`; under [limits] there are: legs, "),
            "{said:?}"
        );
        assert!(faults("log = 3\n")[0].contains("the head [log]"));
    }

    #[test]
    fn all_faults_are_told_in_the_order_of_their_lines() {
        let said = faults(
            "silence_seconds = 0\nlisten = [\n  \"0.0.0.0:1\",\n  \"0.0.0.0\",\n]\ngrace_seconds = -3\n",
        );
        assert_eq!(
            said.iter().map(|fault| &fault[..7]).collect::<Vec<_>>(),
            ["line 1:", "line 4:", "line 6:"]
        );
        let twice = faults("listen = [\"0.0.0.0:1\",\n\"0.0.0.0:1\"]\n");
        assert!(twice[0].starts_with("line 2: `listen`: 0.0.0.0:1 stands there twice"), "{twice:?}");
        assert!(File::parse("listen = [\"[::1]:0\", \"[::1]:0\"]\n").is_ok());
    }
}
