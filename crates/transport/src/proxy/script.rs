//! Proxy auto-configuration: a script that an organisation keeps on a server of its own, and that says which proxy leads
//! where. It is strangers' JavaScript, so it runs in an interpreter that can do nothing but look up names, with limits on
//! time and memory.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs as _, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use rquickjs::prelude::Func;
use rquickjs::{CatchResultExt as _, Context, Ctx, Function, Runtime, Value};

use super::Proxy;

/// How long a script may run, its looking up of names included.
const RUNS: Duration = Duration::from_secs(2);
/// How long one name may take of it.
const LOOK_UP: Duration = Duration::from_millis(800);
/// The most names that one run looks up.
const MOST_NAMES: usize = 16;
/// The most memory that it may take, in bytes.
const MEMORY: usize = 16 << 20;
const STACK: usize = 256 << 10;
/// The most proxies of one answer that are tried.
const MOST_PROXIES: usize = 3;
/// The most letters of a script's own words that are shown.
const MOST_WORDS: usize = 120;

/// What scripts may call.
const PRELUDE: &str = include_str!("script.js");

/// What a script says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// In the order in which they are to be tried.
    pub(crate) proxies: Vec<Proxy>,
    /// Whether it may be tried without any.
    pub(crate) is_direct: bool,
}

/// Why a script is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// It can't be had.
    #[error("the proxy script can't be read: {0}")]
    Unread(String),
    /// It fails, in the interpreter's words.
    #[error("the proxy script fails: {0}")]
    Fails(String),
    /// It takes too long.
    #[error("the proxy script takes too long")]
    TooSlow,
    /// It says something that names no proxy.
    #[error("the proxy script names no proxy that is understood here: {0}")]
    Answer(String),
}

/// Runs a script for a host.
pub(crate) fn evaluate(script: &str, host: &str) -> Result<Answer, ScriptError> {
    let deadline = Instant::now() + RUNS;
    let is_late = move || Instant::now() >= deadline;
    let fails = |error: rquickjs::Error| ScriptError::Fails(short(&error.to_string()));
    let runtime = Runtime::new().map_err(fails)?;
    runtime.set_memory_limit(MEMORY);
    runtime.set_max_stack_size(STACK);
    runtime.set_interrupt_handler(Some(Box::new(is_late)));
    let context = Context::full(&runtime).map_err(fails)?;
    let answer = context.with(|ctx| run(&ctx, script, host, deadline));
    match answer {
        Ok(answer) => read(&answer),
        Err(_) if is_late() => Err(ScriptError::TooSlow),
        Err(error) => Err(ScriptError::Fails(short(&error))),
    }
}

fn run(ctx: &Ctx<'_>, script: &str, host: &str, deadline: Instant) -> Result<String, String> {
    let said = |error: rquickjs::CaughtError<'_>| error.to_string();
    let globals = ctx.globals();
    let names = Arc::new(Mutex::new(Vec::new()));
    let resolve = move |name: String| look_up(&name, &names, deadline);
    let offer = || {
        globals.set("farhandResolve", Func::from(resolve))?;
        globals.set("farhandAddress", Func::from(own_address))?;
        globals
            .set("farhandMatches", Func::from(|text: String, pattern: String| matches(&text, &pattern)))?;
        ctx.eval::<(), _>(PRELUDE)
    };
    offer().catch(ctx).map_err(said)?;
    let mut options = rquickjs::context::EvalOptions::default();
    options.strict = false;
    ctx.eval_with_options::<(), _>(script, options).catch(ctx).map_err(said)?;
    let ask: Function<'_> =
        globals.get("FindProxyForURL").map_err(|_| "it has no FindProxyForURL".to_owned())?;
    // Browsers, too, keep the path of what is sealed to themselves.
    let url = if host.contains(':') { format!("https://[{host}]/") } else { format!("https://{host}/") };
    let answer: Value<'_> = ask.call((url, host)).catch(ctx).map_err(said)?;
    if answer.is_null() || answer.is_undefined() {
        return Ok(String::new());
    }
    answer.get::<String>().map_err(|_| "its answer is no text".to_owned())
}

/// Reads what a script returns.
fn read(answer: &str) -> Result<Answer, ScriptError> {
    let mut found = Answer { proxies: Vec::new(), is_direct: false };
    let parts = || answer.split(';').map(str::trim).filter(|part| !part.is_empty());
    for part in parts() {
        let (kind, place) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
        let scheme = match kind.to_ascii_uppercase().as_str() {
            "DIRECT" => {
                found.is_direct = true;
                continue;
            }
            "PROXY" | "HTTP" => "http",
            "HTTPS" => "https",
            "SOCKS" | "SOCKS5" => "socks5",
            _ => continue,
        };
        // A script says nothing of who this is.
        if let Ok(proxy) = format!("{scheme}://{}", place.trim()).parse::<Proxy>()
            && !proxy.is_introduced()
            && !found.proxies.contains(&proxy)
            && found.proxies.len() < MOST_PROXIES
        {
            found.proxies.push(proxy);
        }
    }
    if parts().next().is_none() {
        // No word means none is needed.
        found.is_direct = true;
    } else if found.proxies.is_empty() && !found.is_direct {
        return Err(ScriptError::Answer(short(answer)));
    }
    Ok(found)
}

/// The first IPv4 address of a name.
fn look_up(name: &str, asked: &Mutex<Vec<(String, Option<String>)>>, deadline: Instant) -> Option<String> {
    if let Ok(address) = name.parse::<IpAddr>() {
        return Some(address.to_string());
    }
    let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, known)) = asked.iter().find(|(known, _)| known == name) {
        return known.clone();
    }
    let left = deadline.saturating_duration_since(Instant::now()).min(LOOK_UP);
    if asked.len() >= MOST_NAMES || left.is_zero() || name.len() > 253 {
        return None;
    }
    let (tell, told) = mpsc::channel();
    let place = (name.to_owned(), 443);
    std::thread::spawn(move || {
        let found =
            place.to_socket_addrs().ok().and_then(|mut found| found.find(std::net::SocketAddr::is_ipv4));
        // Nobody may be waiting any more.
        let _ = tell.send(found.map(|address| address.ip().to_string()));
    });
    let found = told.recv_timeout(left).ok().flatten();
    asked.push((name.to_owned(), found.clone()));
    found
}

/// The address from which this computer reaches the rest of the world; nothing is sent to find that out.
fn own_address() -> String {
    let find = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
        // An address that nobody has (RFC 5737).
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
        Some(socket.local_addr().ok()?.ip().to_string())
    };
    find().unwrap_or_else(|| Ipv4Addr::LOCALHOST.to_string())
}

/// Whether a text is like a pattern with `*` for anything and `?` for one letter, in a time that does not grow with the
/// number of stars.
fn matches(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut next) = (0, 0);
    // Where the last star stands, and how far it reaches.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(next) {
            Some('*') => {
                star = Some((next, at));
                next += 1;
            }
            Some(letter) if *letter == '?' || *letter == text[at] => (at, next) = (at + 1, next + 1),
            _ => {
                let Some((place, reach)) = star else { return false };
                star = Some((place, reach + 1));
                (at, next) = (reach + 1, place + 1);
            }
        }
    }
    pattern[next..].iter().all(|letter| *letter == '*')
}

/// A stranger's words, fit to be shown.
fn short(words: &str) -> String {
    let line = words.lines().next().unwrap_or_default();
    line.chars().filter(|letter| !letter.is_control()).take(MOST_WORDS).collect()
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direct = self.is_direct.then(|| "none".to_owned());
        let ways: Vec<String> = self.proxies.iter().map(ToString::to_string).chain(direct).collect();
        f.write_str(&ways.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(body: &str) -> Result<String, ScriptError> {
        let script = format!("function FindProxyForURL(url, host) {{ {body} }}");
        evaluate(&script, "relay.example.org").map(|answer| answer.to_string())
    }

    fn truth(condition: &str) -> bool {
        let said = ask(&format!("return ({condition}) ? 'PROXY yes:1' : 'DIRECT';")).unwrap();
        assert!(["http://yes:1", "none"].contains(&said.as_str()), "{condition}: {said}");
        said == "http://yes:1"
    }

    #[test]
    fn a_script_names_proxies_in_their_order() {
        for (answer, read) in [
            (
                "'PROXY a:3128; HTTPS b:443 ;SOCKS5 c; DIRECT'",
                "http://a:3128, https://b:443, socks5://c:1080, none",
            ),
            ("'proxy a'", "http://a:80"),
            ("''", "none"),
            ("null", "none"),
            ("undefined", "none"),
            ("'SOCKS4 a:1; PROXY a:1; PROXY a:1'", "http://a:1"),
            ("'PROXY a:1;PROXY b:1;PROXY c:1;PROXY d:1'", "http://a:1, http://b:1, http://c:1"),
            (
                "url === 'https://relay.example.org/' && host === 'relay.example.org' ? 'PROXY right:1' : ''",
                "http://right:1",
            ),
        ] {
            assert_eq!(ask(&format!("return {answer};")).as_deref(), Ok(read), "{answer}");
        }
        assert_eq!(ask("return 'PROXY anna:secret@a:1; DIRECT';").as_deref(), Ok("none"));
    }

    #[test]
    fn what_scripts_call_is_there() {
        for condition in [
            "isPlainHostName('intranet')",
            "!isPlainHostName(host)",
            "dnsDomainIs(host, '.example.org')",
            "localHostOrDomainIs('relay', 'relay.example.org')",
            "!localHostOrDomainIs('other.example.org', 'relay.example.org')",
            "dnsDomainLevels(host) === 2",
            "dnsResolve('192.0.2.7') === '192.0.2.7'",
            "isResolvable('localhost')",
            "dnsResolve('no.such.name.invalid') === null",
            "isInNet('10.1.2.3', '10.0.0.0', '255.0.0.0')",
            "!isInNet('11.1.2.3', '10.0.0.0', '255.0.0.0')",
            "isInNet('localhost', '127.0.0.0', '255.0.0.0')",
            "!isInNet('no.such.name.invalid', '0.0.0.0', '0.0.0.0')",
            "convert_addr('192.0.2.7') === 3221225991",
            "/^\\d+\\.\\d+\\.\\d+\\.\\d+$/.test(myIpAddress())",
            "shExpMatch(url, 'https://*.example.???/*')",
            "!shExpMatch(host, '*.example.com')",
            "shExpMatch('', '*')",
            "alert('x') === undefined",
        ] {
            assert!(truth(condition), "{condition}");
        }
        let stars = format!("shExpMatch('{}', '{}b')", "a".repeat(3000), "*a".repeat(500));
        assert!(!truth(&stars));
    }

    #[test]
    fn days_dates_and_times_are_ranges_that_may_go_round() {
        // Friday, 27 November 2026, 15:30:20 in GMT.
        let at =
            |condition: &str| truth(&format!("farhandNow(Date.UTC(2026, 10, 27, 15, 30, 20)), {condition}"));
        for condition in [
            "weekdayRange('FRI', 'GMT')",
            "weekdayRange('MON', 'FRI', 'GMT')",
            "weekdayRange('THU', 'MON', 'GMT')",
            "dateRange(27, 'GMT')",
            "dateRange(20, 30, 'GMT')",
            "dateRange('NOV', 'GMT')",
            "dateRange('OCT', 'JAN', 'GMT')",
            "dateRange(2026, 'GMT')",
            "dateRange(25, 'NOV', 3, 'FEB', 'GMT')",
            "dateRange('OCT', 2025, 'NOV', 2026, 'GMT')",
            "dateRange(1, 'JAN', 2026, 31, 'DEC', 2026, 'GMT')",
            "timeRange(15, 'GMT')",
            "timeRange(9, 17, 'GMT')",
            "timeRange(15, 30, 15, 30, 'GMT')",
            "timeRange(22, 0, 15, 31, 'GMT')",
            "timeRange(15, 30, 20, 15, 30, 20, 'GMT')",
        ] {
            assert!(at(condition), "{condition}");
        }
        for condition in [
            "weekdayRange('SAT', 'GMT')",
            "weekdayRange('SAT', 'THU', 'GMT')",
            "weekdayRange('Freitag', 'GMT')",
            "dateRange(28, 'GMT')",
            "dateRange('DEC', 'OCT', 'GMT')",
            "dateRange(28, 'NOV', 3, 'FEB', 'GMT')",
            "dateRange(1, 'JAN', 2027, 'GMT')",
            "dateRange('GMT')",
            "timeRange(16, 'GMT')",
            "timeRange(16, 14, 'GMT')",
            "timeRange(15, 30, 21, 15, 31, 0, 'GMT')",
            "timeRange()",
        ] {
            assert!(!at(condition), "{condition}");
        }
    }

    #[test]
    fn a_hostile_script_ends_in_time_and_in_its_memory() {
        let start = Instant::now();
        for endless in ["for (;;) {}", "return /^(a+)+$/.test('a'.repeat(40) + 'b');"] {
            assert_eq!(ask(endless), Err(ScriptError::TooSlow), "{endless}");
        }
        for fault in [
            "let text = 'a'; for (;;) text += text;",
            "const all = []; for (;;) all.push(new Array(1000));",
            "return FindProxyForURL(url, host);",
            "throw new Error('never');",
            "return {};",
            "return require('fs');",
            "return std.getenv('HOME');",
        ] {
            let error = ask(fault).unwrap_err();
            assert!(matches!(&error, ScriptError::Fails(words) if !words.is_empty()), "{fault}: {error:?}");
        }
        assert!(start.elapsed() < 4 * RUNS, "{:?}", start.elapsed());
        for script in ["", "function FindProxyForURL(", "var FindProxyForURL = 7;", "\0"] {
            assert!(matches!(evaluate(script, "a"), Err(ScriptError::Fails(_))), "{script:?}");
        }
        assert!(matches!(ask("return 'TELEPHONE 7';"), Err(ScriptError::Answer(_))));
        let words = ask(&format!("throw '\\u0007{}';", "x".repeat(5000))).unwrap_err().to_string();
        assert!(words.len() < 200 && !words.contains('\u{7}'), "{words}");
    }
}
