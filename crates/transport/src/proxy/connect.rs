//! Tunnels through a proxy for HTTP: CONNECT (RFC 9110, section 9.3.6).

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

use super::{Credentials, Hop, ProxyError, digest, ntlm};
use crate::socket::Carrier;
use crate::system::ticket;
use crate::target::Target;

/// The most bytes of an answer's head.
const HEAD: usize = 16 * 1024;
/// Tickets, or NTLM under another name (RFC 4559).
const NEGOTIATE: &str = "Negotiate";
/// The most bytes of the page that comes with a refusal, before a new connection is better.
const PAGE: usize = 64 * 1024;

/// Asks for a tunnel, and says who this is if it has to.
pub(super) async fn connect(hop: &Hop, credentials: Option<&Credentials>) -> Result<Carrier, ProxyError> {
    let target = &hop.target;
    let mut stream = hop.open().await?;
    let mut answer = ask(&mut stream, target, None).await?;
    if answer.status != 407 {
        return answer.settle(stream);
    }
    // Who gave a name and a password means those.
    if credentials.is_none()
        && answer.offers(NEGOTIATE)
        && let Some(proxy) = &hop.proxy
        && let Some(ticket) = ticket::for_web(&proxy.target().host).await
    {
        if !answer.keeps {
            stream = hop.open().await?;
        }
        let words = Zeroizing::new(format!("{NEGOTIATE} {}", STANDARD.encode(ticket)));
        answer = ask(&mut stream, target, Some(&words)).await?;
        if answer.status != 407 {
            return answer.settle(stream);
        }
    }
    let credentials = credentials.ok_or_else(|| ProxyError::WantsPassword(answer.schemes()))?;
    let scheme = answer.scheme().ok_or_else(|| ProxyError::UnknownScheme(answer.schemes()))?;
    let trial = credentials.try_out().await?;
    if !answer.keeps {
        stream = hop.open().await?;
    }
    answer = match scheme {
        Scheme::Ntlm(name) => by_ntlm(&mut stream, target, &name, credentials).await?,
        Scheme::Basic => ask(&mut stream, target, Some(&credentials.basic())).await?,
        Scheme::Digest(challenge) => by_digest(&mut stream, hop, challenge, credentials).await?,
    };
    trial.settle(answer.status != 407).await?;
    answer.settle(stream)
}

/// RFC 7616. What was right but for its age is answered once more.
async fn by_digest(
    stream: &mut Carrier,
    hop: &Hop,
    mut challenge: digest::Challenge,
    who: &Credentials,
) -> Result<Answer, ProxyError> {
    let mut is_first = true;
    loop {
        let words = challenge.answer(&who.user, &who.password, "CONNECT", &hop.target.to_string());
        let words = Zeroizing::new(words.ok_or_else(no_randomness)?);
        let answer = ask(stream, &hop.target, Some(&words)).await?;
        match answer.scheme() {
            Some(Scheme::Digest(new)) if answer.status == 407 && new.is_stale && is_first => challenge = new,
            _ => return Ok(answer),
        }
        is_first = false;
        if !answer.keeps {
            *stream = hop.open().await?;
        }
    }
}

/// Three messages over one connection; see [`ntlm`].
async fn by_ntlm(
    stream: &mut Carrier,
    target: &Target,
    name: &str,
    who: &Credentials,
) -> Result<Answer, ProxyError> {
    let hello = format!("{name} {}", STANDARD.encode(ntlm::negotiate()));
    let answer = ask(stream, target, Some(&hello)).await?;
    if answer.status != 407 {
        return Ok(answer);
    }
    let challenge = answer.token(name).and_then(|token| ntlm::Challenge::parse(&token));
    let (Some(challenge), true) = (challenge, answer.keeps) else { return Err(ProxyError::Garbage) };
    let message = challenge.answer(&who.user, &who.password).ok_or_else(no_randomness)?;
    let words = Zeroizing::new(format!("{name} {}", STANDARD.encode(&*message)));
    ask(stream, target, Some(&words)).await
}

fn no_randomness() -> io::Error {
    io::Error::other("this system gives no randomness")
}

/// How a proxy wants to be told who this is.
enum Scheme {
    /// Under this name: proxies that offer `Negotiate` (RFC 4559) take it as well.
    Ntlm(String),
    Digest(digest::Challenge),
    Basic,
}

/// What a proxy answers to CONNECT.
struct Answer {
    status: u16,
    reason: String,
    /// How it wants to be told who this is, in its words.
    challenges: Vec<String>,
    /// Whether the connection can be used again.
    keeps: bool,
}

impl Answer {
    /// The tunnel, if this is a yes.
    fn settle(self, stream: Carrier) -> Result<Carrier, ProxyError> {
        match self.status {
            200..=299 => Ok(stream),
            status => Err(ProxyError::Refused(format!("{status} {}", self.reason).trim_end().to_owned())),
        }
    }

    fn scheme_names(&self) -> impl Iterator<Item = &str> {
        self.challenges.iter().filter_map(|challenge| challenge.split_whitespace().next())
    }

    fn schemes(&self) -> String {
        let names: Vec<_> = self.scheme_names().collect();
        if names.is_empty() { "it does not say how".to_owned() } else { names.join(", ") }
    }

    fn offers(&self, wanted: &str) -> bool {
        self.scheme_names().any(|name| name.eq_ignore_ascii_case(wanted))
    }

    /// The best of those that are known here.
    fn scheme(&self) -> Option<Scheme> {
        let digest = self.challenges.iter().find_map(|challenge| {
            let (name, fields) = challenge.split_once(' ')?;
            name.eq_ignore_ascii_case("digest").then(|| digest::Challenge::parse(fields)).flatten()
        });
        let offers = |wanted: &str| self.offers(wanted);
        let ntlm = ["NTLM", NEGOTIATE].into_iter().find(|name| offers(name));
        let ntlm = || ntlm.map(|name| Scheme::Ntlm(name.to_owned()));
        let basic = || offers("Basic").then_some(Scheme::Basic);
        // `Negotiate` alone may mean tickets, and nothing else.
        let alone = if offers("NTLM") { ntlm().or_else(basic) } else { basic().or_else(ntlm) };
        digest.map(Scheme::Digest).or(alone)
    }

    /// What stands behind the name of a scheme.
    fn token(&self, name: &str) -> Option<Vec<u8>> {
        self.challenges.iter().find_map(|challenge| {
            let (other, token) = challenge.split_once(' ')?;
            other.eq_ignore_ascii_case(name).then(|| STANDARD.decode(token.trim()).ok()).flatten()
        })
    }
}

/// Asks for a tunnel and reads the answer, with the page behind a refusal.
async fn ask(
    stream: &mut Carrier,
    target: &Target,
    authorization: Option<&str>,
) -> Result<Answer, ProxyError> {
    let mut request = Zeroizing::new(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"));
    if let Some(authorization) = authorization {
        request.push_str("Proxy-Authorization: ");
        request.push_str(authorization);
        request.push_str("\r\n");
    }
    request.push_str("Proxy-Connection: keep-alive\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut read = Vec::new();
    let head = loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if read.len() >= HEAD {
            return Err(ProxyError::Garbage);
        }
        let mut bytes = [0; 2048];
        match stream.read(&mut bytes).await? {
            0 if read.is_empty() => return Err(ProxyError::Network(io::ErrorKind::UnexpectedEof.into())),
            0 => return Err(ProxyError::Garbage),
            count => read.extend_from_slice(&bytes[..count]),
        }
    };
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    if !response.parse(&read[..head]).is_ok_and(|status| status.is_complete()) {
        return Err(ProxyError::Garbage);
    }
    let values = |name: &str| {
        let named = response.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
        named.map(|header| String::from_utf8_lossy(header.value).trim().to_owned()).collect::<Vec<_>>()
    };
    let status = response.code.unwrap_or_default();
    let length = values("content-length").first().and_then(|length| length.parse::<usize>().ok());
    let says_close = ["connection", "proxy-connection"]
        .iter()
        .any(|name| values(name).iter().any(|value| value.eq_ignore_ascii_case("close")));
    let is_old = response.version == Some(0);
    let mut answer = Answer {
        status,
        reason: response.reason.unwrap_or_default().chars().filter(|c| !c.is_control()).take(100).collect(),
        challenges: values("proxy-authenticate"),
        keeps: false,
    };
    let behind = read.len() - head;
    if (200..=299).contains(&status) {
        // Whoever is asked to speak first speaks first: a relay never does.
        return if behind == 0 { Ok(answer) } else { Err(ProxyError::Garbage) };
    }
    if let (Some(length @ ..=PAGE), false, false) = (length, says_close, is_old) {
        let mut left = length.saturating_sub(behind);
        let mut bytes = [0; 2048];
        while left > 0 {
            let most = left.min(bytes.len());
            match stream.read(&mut bytes[..most]).await? {
                0 => return Ok(answer),
                count => left -= count,
            }
        }
        answer.keeps = true;
    }
    Ok(answer)
}
