//! The connection test: every way to a relay tried for itself, and what that says of the network.

use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::dial::{AttemptError, Attempts};
use crate::identity::Identity;
use crate::ladder::{Encapsulation, Ladder, Rung};
use crate::leg::Leg;
use crate::measure::{Measured, measure};
use crate::pin::Pin;
use crate::proxy::{Proxy, Route};

/// What was found.
#[derive(Debug)]
pub struct Survey {
    /// Every host with the addresses that its name has.
    pub hosts: Vec<(String, Result<Vec<IpAddr>, String>)>,
    /// What leads to each, and who says so.
    pub routes: Vec<(String, Route)>,
    /// How the line to each does, over the first way that led there.
    pub lines: Vec<(String, Measured)>,
    /// Every way, in the order in which they are tried.
    pub ways: Vec<Finding>,
}

/// What was found of one way.
#[derive(Debug)]
pub struct Finding {
    /// Which way.
    pub rung: Rung,
    /// What came of it.
    pub result: Result<Reached, AttemptError>,
}

/// A way that leads to a relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// From the first packet until both knew each other's key.
    pub took: Duration,
    /// Who vouches for the certificate around an encapsulated leg: the relay's own authority, or a box on the way that
    /// opens HTTPS.
    pub issuer: Option<String>,
}

/// What all of it amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It works.
    Good {
        /// How many ways lead to a relay.
        ways: usize,
        /// Who opens HTTPS on the way, as far as that can be told; nobody can open a session.
        opened_by: Option<String>,
    },
    /// What answers is not the relay.
    WrongPin,
    /// A proxy wants to know who this is.
    ProxyPassword(Proxy),
    /// The network wants people to log in on a web page first.
    Portal,
    /// The proxy that is named is not there.
    NoProxy(Proxy),
    /// No name is known.
    NoName,
    /// Nothing gets out to a relay.
    Blocked,
}

/// Tries every rung of a ladder, all at the same time.
pub async fn survey(ladder: &Ladder, pins: &[Pin], identity: &Identity) -> Survey {
    let rungs = ladder.rungs().await;
    let attempts = Attempts::new(pins, identity);
    let mut hosts: Vec<(String, Result<Vec<IpAddr>, String>)> = Vec::new();
    let mut routes = Vec::new();
    let mut running = JoinSet::new();
    for (index, rung) in rungs.iter().cloned().enumerate() {
        let attempts = attempts.clone();
        running.spawn(async move {
            let start = Instant::now();
            let leg = attempts.rung(rung).await;
            let took = start.elapsed();
            (index, leg.map(|leg| (leg, took)))
        });
    }
    let mut results = Vec::new();
    let mut lines: Vec<(String, Measured)> = Vec::new();
    while let Some(done) = running.join_next().await {
        let (index, result): (usize, Result<(Leg, Duration), AttemptError>) = match done {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        };
        let result = match result {
            Ok((leg, took)) => {
                let issuer = leg.certificate_around().and_then(|certificate| issuer(certificate));
                let host = &rungs[index].target.host;
                // At once: a relay waits a few seconds only, and the ways that fail take longer.
                if !lines.iter().any(|(known, _)| known == host)
                    && let Ok(measured) = measure(leg).await
                {
                    lines.push((host.clone(), measured));
                }
                Ok(Reached { took, issuer })
            }
            Err(error) => Err(error),
        };
        results.push((index, result));
    }
    // The attempts have looked these up by now: nothing waits here that a relay would tire of.
    for host in rungs.iter().map(|rung| &rung.target.host) {
        if !hosts.iter().any(|(known, _)| known == host) {
            let found = attempts.look_up(host).await.map_err(|error| error.to_string());
            hosts.push((host.clone(), found));
            routes.push((host.clone(), ladder.route(host).await));
        }
    }
    results.sort_by_key(|(index, _)| *index);
    let ways = rungs.into_iter().zip(results).map(|(rung, (_, result))| Finding { rung, result }).collect();
    Survey { hosts, routes, lines, ways }
}

impl Survey {
    /// What it amounts to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let good = self.ways.iter().filter(|way| way.result.is_ok()).count();
        if good > 0 {
            return Verdict::Good { ways: good, opened_by: self.opened_by() };
        }
        let failures = || self.ways.iter().filter_map(|way| way.result.as_ref().err());
        if let Some(proxy) = failures().find_map(AttemptError::asking_proxy) {
            return Verdict::ProxyPassword(proxy.clone());
        }
        // Whoever sends everybody to a web page answers in the relay's place, too.
        if failures().any(|error| matches!(error, AttemptError::Portal(_))) {
            return Verdict::Portal;
        }
        if failures().any(|error| matches!(error, AttemptError::WrongPin)) {
            return Verdict::WrongPin;
        }
        if let Some(proxy) = failures().find_map(AttemptError::missing_proxy) {
            return Verdict::NoProxy(proxy.clone());
        }
        // A proxy looks up names for itself: here only what goes round it counts.
        let is_direct = |way: &Finding| way.rung.proxy.is_none();
        if self.hosts.iter().all(|(_, found)| found.is_err()) && self.ways.iter().all(is_direct) {
            return Verdict::NoName;
        }
        Verdict::Blocked
    }

    /// Who opens HTTPS: whoever answers raw legs with another key where the same port leads to the relay as HTTPS.
    fn opened_by(&self) -> Option<String> {
        let is_other = |finding: &&Finding| {
            finding.rung.encapsulation == Encapsulation::Raw
                && matches!(finding.result, Err(AttemptError::WrongPin | AttemptError::NotARelay(_)))
        };
        let raw = self.ways.iter().find(is_other)?;
        let dressed = Rung { encapsulation: Encapsulation::Https, ..raw.rung.clone() };
        let dressed = self.ways.iter().find(|finding| finding.rung == dressed)?;
        let reached = dressed.result.as_ref().ok()?;
        Some(reached.issuer.clone().unwrap_or_else(|| "somebody without a name".to_owned()))
    }

    /// What a network administrator is asked to let out: hosts, addresses and TCP ports, a line each.
    #[must_use]
    pub fn firewall_list(&self) -> String {
        self.rules().map(|rule| format!("{rule}\n")).collect()
    }

    fn rules(&self) -> impl Iterator<Item = Line<'_>> {
        self.hosts.iter().map(|(host, found)| {
            let mut ports: Vec<u16> = Vec::new();
            for way in self.ways.iter().filter(|way| way.rung.target.host == *host) {
                if !ports.contains(&way.rung.target.port) {
                    ports.push(way.rung.target.port);
                }
            }
            Line::Rule { host, addresses: found.as_ref().ok().map(|found| list(found)), ports: list(&ports) }
        })
    }

    /// All of it, line by line. Nothing in it says who this is.
    #[must_use]
    pub fn report(&self) -> Vec<Line<'_>> {
        let hosts = self.hosts.iter().map(|(host, found)| match found {
            Ok(addresses) => Line::Host { host, addresses: list(addresses) },
            Err(why) => Line::NoHost { host, why },
        });
        let routes = self.routes.iter().map(|(host, route)| Line::Route { host, route });
        let ways = self.ways.iter().map(|Finding { rung, result }| match result {
            Ok(reached) => Line::Reached { rung, reached },
            Err(error) => Line::Failed { rung, error },
        });
        let lines = self.lines.iter().map(|(host, measured)| Line::Measured { host, measured: *measured });
        let verdict = self.verdict();
        let is_blocked = verdict == Verdict::Blocked;
        let mut report: Vec<_> = hosts.chain(routes).chain(ways).chain(lines).collect();
        report.push(Line::Verdict(verdict));
        if is_blocked {
            report.push(Line::Ask);
            report.extend(self.rules());
        }
        report
    }
}

/// A line of the report, to be said in any language; in English it says itself.
#[derive(Debug)]
pub enum Line<'a> {
    /// The addresses of a name.
    Host {
        /// The name.
        host: &'a str,
        /// With commas between them.
        addresses: String,
    },
    /// A name is not found.
    NoHost {
        /// The name.
        host: &'a str,
        /// What the system says.
        why: &'a str,
    },
    /// What leads to a host.
    Route {
        /// The host.
        host: &'a str,
        /// The proxies on the way, and who names them.
        route: &'a Route,
    },
    /// A way leads to the relay.
    Reached {
        /// Which.
        rung: &'a Rung,
        /// How.
        reached: &'a Reached,
    },
    /// A way does not lead to the relay.
    Failed {
        /// Which.
        rung: &'a Rung,
        /// Why.
        error: &'a AttemptError,
    },
    /// How the line to a host does.
    Measured {
        /// The host.
        host: &'a str,
        /// How it does.
        measured: Measured,
    },
    /// What all of it amounts to.
    Verdict(Verdict),
    /// A network administrator is to be asked for what follows.
    Ask,
    /// What to let out.
    Rule {
        /// Where to.
        host: &'a str,
        /// Its addresses with commas between them, if they are known.
        addresses: Option<String>,
        /// TCP ports with commas between them.
        ports: String,
    },
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host { host, addresses } => write!(f, "{host}: {addresses}"),
            Self::NoHost { host, why } => write!(f, "{host}: {why}"),
            Self::Route { host, route: Route { proxies, origin, trouble, .. } } => {
                let names = if proxies.is_empty() { "none".to_owned() } else { list(proxies) };
                match trouble {
                    None => write!(f, "{host}, proxy: {names} ({origin})"),
                    Some(trouble) => write!(f, "{host}, proxy: {names} ({origin}; {trouble})"),
                }
            }
            Self::Reached { rung, reached: Reached { took, issuer } } => {
                write!(f, "{rung}: leads to the relay, {} ms", took.as_millis())?;
                match issuer {
                    Some(issuer) => write!(f, ", certificate by {issuer}"),
                    None => Ok(()),
                }
            }
            // The way names the proxy already.
            Self::Failed { rung, error: AttemptError::Proxy(_, error) } => write!(f, "{rung}: {error}"),
            Self::Failed { rung, error } => write!(f, "{rung}: {error}"),
            Self::Measured { host, measured } => {
                write!(f, "{host}: there and back in {} ms", measured.milliseconds())?;
                if let Some(megabits) = measured.megabits() {
                    write!(f, ", at least {megabits} Mbit/s")?;
                }
                match measured.seconds_apart() {
                    0 => f.write_str(", the clocks agree"),
                    ahead @ 1.. => write!(f, ", this computer's clock is {ahead} s ahead of the relay's"),
                    behind => write!(f, ", this computer's clock is {} s behind the relay's", -behind),
                }
            }
            Self::Verdict(verdict) => verdict.fmt(f),
            Self::Ask => f.write_str("Ask your network administrator to let out:"),
            Self::Rule { host, addresses, ports } => {
                let addresses = addresses.as_deref().unwrap_or("address not known here");
                write!(
                    f,
                    "TCP to {host} ({addresses}), {} {ports}",
                    if ports.contains(',') { "ports" } else { "port" }
                )
            }
        }
    }
}

fn list<T: ToString>(of: &[T]) -> String {
    of.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report().iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good { ways: 1, opened_by: None } => f.write_str("The relay can be reached in one way."),
            Self::Good { ways, opened_by: None } => write!(f, "The relay can be reached in {ways} ways."),
            Self::Good { opened_by: Some(who), .. } => write!(
                f,
                "The relay can be reached. HTTPS is opened on the way by {who}; sessions stay sealed."
            ),
            Self::WrongPin => f.write_str(
                "What answers is not the relay that this program was given: somebody is in between, or the relay has a \
                 new key.",
            ),
            Self::ProxyPassword(proxy) => write!(f, "The proxy {proxy} wants a user and a password that it takes."),
            Self::Portal => f.write_str(
                "This network wants people to log in on a web page first: open a browser, log in, and try again.",
            ),
            Self::NoProxy(proxy) => {
                write!(f, "The proxy {proxy} can't be reached: it is not there, or its name or port is wrong.")
            }
            Self::NoName => f.write_str("The relay's name is not found: there is no network, or the name is wrong."),
            Self::Blocked => f.write_str("Nothing gets out to the relay, or it is not running there."),
        }
    }
}

/// Who has signed a certificate: the organisation or the common name of its issuer.
fn issuer(certificate: &rustls::pki_types::CertificateDer<'_>) -> Option<String> {
    const ORGANISATION: &[u8] = &[0x55, 4, 10];
    const COMMON_NAME: &[u8] = &[0x55, 4, 3];
    let certificate = webpki::EndEntityCert::try_from(certificate).ok()?;
    let names = attributes(certificate.issuer());
    let of = |kind: &[u8]| names.iter().find(|(name, _)| *name == kind).map(|(_, value)| *value);
    let name = String::from_utf8_lossy(of(ORGANISATION).or_else(|| of(COMMON_NAME))?).into_owned();
    // Whoever it is, their words are shown to people.
    let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    (!name.is_empty()).then_some(name)
}

/// The attributes of a distinguished name in DER (RFC 5280, section 4.1.2.4): type and value of each.
fn attributes(mut name: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut found = Vec::new();
    while let Some((_, set, rest)) = element(name) {
        name = rest;
        let attribute = element(set).and_then(|(_, attribute, _)| {
            let (_, kind, rest) = element(attribute)?;
            let (_, value, _) = element(rest)?;
            Some((kind, value))
        });
        found.extend(attribute);
    }
    found
}

/// The first element of DER: its tag, its contents, and what stands behind it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => (usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?])), rest.get(2..)?),
        _ => return None,
    };
    Some((*tag, rest.get(..length)?, rest.get(length..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::ProxyError;

    #[test]
    fn who_signed_a_certificate_is_read_and_rubbish_is_nobody() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "inspection.example");
        let made = params.self_signed(&key).unwrap();
        assert_eq!(issuer(made.der()).as_deref(), Some("inspection.example"));
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "Big\u{7} Brother & Söhne");
        let made = params.self_signed(&key).unwrap();
        assert_eq!(issuer(made.der()).as_deref(), Some("Big Brother & Söhne"));
        let der = made.der().to_vec();
        for end in 0..der.len() {
            assert_eq!(issuer(&der[..end].to_vec().into()), None);
        }
        for rubbish in [&b""[..], &[0x31], &[0x31, 0x85, 1], &[0x31, 2, 0x30, 0x82]] {
            assert!(attributes(rubbish).is_empty(), "{rubbish:?}");
        }
    }

    #[test]
    fn the_verdict_says_what_to_do() {
        let rung = |text: &str| text.parse::<Rung>().unwrap();
        let reached = |issuer: Option<&str>| {
            Ok(Reached { took: Duration::from_millis(40), issuer: issuer.map(str::to_owned) })
        };
        let survey = |ways: Vec<(&str, Result<Reached, AttemptError>)>| Survey {
            hosts: vec![("a".to_owned(), Ok(vec!["192.0.2.7".parse().unwrap()]))],
            routes: Vec::new(),
            lines: Vec::new(),
            ways: ways.into_iter().map(|(text, result)| Finding { rung: rung(text), result }).collect(),
        };
        let good = survey(vec![("raw://a:443", reached(None)), ("raw://a:80", Err(AttemptError::Refused))]);
        assert_eq!(good.verdict(), Verdict::Good { ways: 1, opened_by: None });
        let opened = survey(vec![
            ("raw://a:443", Err(AttemptError::WrongPin)),
            ("https://a:443", reached(Some("Big Brother"))),
        ]);
        assert_eq!(opened.verdict(), Verdict::Good { ways: 1, opened_by: Some("Big Brother".to_owned()) });
        let blocked = survey(vec![
            ("raw://a:443", Err(AttemptError::TimedOut)),
            ("https://a:443", Err(AttemptError::TimedOut)),
            ("raw://a:80", Err(AttemptError::Refused)),
        ]);
        assert_eq!(blocked.verdict(), Verdict::Blocked);
        assert!(
            blocked.to_string().ends_with("let out:\nTCP to a (192.0.2.7), ports 443, 80\n"),
            "{blocked}"
        );
        let proxy: Proxy = "anna:secret@p:1".parse().unwrap();
        let wants = || AttemptError::Proxy(proxy.clone(), ProxyError::WrongPassword);
        let wanting = survey(vec![
            ("raw://a:443 through http://p:1", Err(wants())),
            ("raw://a:80", Err(AttemptError::WrongPin)),
        ]);
        assert_eq!(wanting.verdict(), Verdict::ProxyPassword(proxy.clone()));
        assert!(!wanting.to_string().contains("anna"), "{wanting}");
        let missing = survey(vec![
            ("raw://a:443 through http://p:1", {
                let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
                Err(AttemptError::Proxy(proxy.clone(), ProxyError::Network(refused)))
            }),
            ("raw://a:80", Err(AttemptError::TimedOut)),
        ]);
        assert_eq!(missing.verdict(), Verdict::NoProxy(proxy.clone()));
        assert!(
            missing.to_string().contains("through http://p:1: the proxy can't be reached: "),
            "{missing}"
        );
        let portal = survey(vec![
            ("raw://a:443", Err(AttemptError::WrongPin)),
            ("http://a:80", Err(AttemptError::Portal("login.example".to_owned()))),
        ]);
        assert_eq!(portal.verdict(), Verdict::Portal);
        let nobody = Survey {
            hosts: vec![("a".to_owned(), Err("no such name".to_owned()))],
            routes: Vec::new(),
            lines: Vec::new(),
            ways: Vec::new(),
        };
        assert_eq!(nobody.verdict(), Verdict::NoName);
    }
}
