//! A program's side of a leg: the rungs of a ladder raced in the manner of happy eyeballs (RFC 8305), the first good one
//! wins.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;
use tokio_rustls::{TlsConnector, TlsStream};

use crate::identity::Identity;
use crate::ladder::{Encapsulation, Ladder, Rung};
use crate::leg::Leg;
use crate::pin::Pin;
use crate::proxy::{Hop, Proxy, ProxyError};
use crate::socket::{Carries as _, Socket};
use crate::target::Target;
use crate::websocket::DressError;
use crate::{http, tls, websocket};

/// How long one try has before the next one starts beside it.
const STAGGER: Duration = Duration::from_millis(250);
/// How long one address has to accept a connection and shake hands.
const ATTEMPT: Duration = Duration::from_secs(8);

/// No rung led to a relay.
#[derive(Debug)]
pub struct DialError {
    /// What happened at each target, in the order in which they were tried; of several encapsulations, what says most.
    pub attempts: Vec<(Target, AttemptError)>,
}

/// What happened at one target.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// The name is not known here.
    #[error("this name can't be found: {0}")]
    Name(#[source] io::Error),
    /// Nothing listens there, or something on the way refuses.
    #[error("the connection was refused")]
    Refused,
    /// No answer in time.
    #[error("no answer within {} s; a firewall may be dropping it", ATTEMPT.as_secs())]
    TimedOut,
    /// The network failed otherwise.
    #[error("{0}")]
    Network(#[source] io::Error),
    /// A proxy on the way does not let through.
    #[error("through {0}: {1}")]
    Proxy(Proxy, #[source] ProxyError),
    /// Something on the way wants people to log in on a web page first, and sends everybody there.
    #[error("this network sends everybody to a web page first ({0}); open it in a browser and log in")]
    Portal(String),
    /// Something answers with another key than the relay's.
    #[error("what answers there is not the relay that this program was given")]
    WrongPin,
    /// Something took the connection and ended it without a word.
    #[error(
        "the connection was taken and closed again at once; a relay does that while it is being stopped or is full, \
         a firewall that lets this program through to nowhere; try again in a minute, or another relay"
    )]
    Closed,
    /// Something answers that is no relay.
    #[error("what answers there is not a relay: {0}")]
    NotARelay(#[source] io::Error),
    /// This program's own key failed.
    #[error("{0}")]
    Identity(#[from] crate::identity::IdentityError),
}

impl fmt::Display for DialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_wrong_pin() {
            f.write_str("the relay's key does not fit its pin; somebody may be in between, or the relay has a new key")?;
        } else {
            f.write_str("the relay can't be reached")?;
        }
        for (target, error) in &self.attempts {
            write!(f, "; {target}: {error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DialError {}

impl DialError {
    fn new(rungs: Vec<Rung>, errors: Vec<AttemptError>) -> Self {
        let mut attempts: Vec<(Target, AttemptError)> = Vec::new();
        for (Rung { target, .. }, error) in rungs.into_iter().zip(errors) {
            match attempts.iter_mut().find(|(other, _)| *other == target) {
                Some((_, known)) if known.rank() <= error.rank() => {}
                Some((_, known)) => *known = error,
                None => attempts.push((target, error)),
            }
        }
        Self { attempts }
    }

    /// A proxy that wants to be told who this is, or does not take what it was told.
    #[must_use]
    pub fn asking_proxy(&self) -> Option<&Proxy> {
        self.attempts.iter().find_map(|(_, error)| error.asking_proxy())
    }

    /// A proxy that is not there.
    #[must_use]
    pub fn missing_proxy(&self) -> Option<&Proxy> {
        self.attempts.iter().find_map(|(_, error)| error.missing_proxy())
    }

    /// Whether the network wants people to log in on a web page first. Then what else answers is no wonder.
    #[must_use]
    pub fn is_portal(&self) -> bool {
        self.attempts.iter().any(|(_, error)| matches!(error, AttemptError::Portal(_)))
    }

    /// Whether somewhere an answer came from another key than the relay's.
    #[must_use]
    pub fn is_wrong_pin(&self) -> bool {
        self.attempts.iter().any(|(_, error)| matches!(error, AttemptError::WrongPin))
    }
}

/// Reaches a relay: each rung a little after the one before, or at once when that failed; the first that leads to a
/// relay whose key fits one of the pins wins, and is tried first the next time; the others are closed.
///
/// # Errors
/// None gave a leg; the error says what happened at each.
pub async fn dial(ladder: &Ladder, pins: &[Pin], identity: &Identity) -> Result<Leg, DialError> {
    let rungs = ladder.rungs().await;
    let attempts = Attempts::new(pins, identity);
    let tries = rungs.iter().map(|rung| attempts.clone().rung(rung.clone()));
    match race(tries.collect()).await {
        Ok(leg) => {
            if let Some(rung) = leg.rung() {
                ladder.prefer(rung);
            }
            Ok(leg)
        }
        Err(errors) => {
            ladder.forget_routes();
            Err(DialError::new(rungs, errors))
        }
    }
}

/// Addresses of names, each looked up once.
#[derive(Debug, Clone, Default)]
struct Names(Arc<Mutex<HashMap<String, Arc<OnceCell<Found>>>>>);

/// What was found of a name.
type Found = Result<Vec<IpAddr>, (io::ErrorKind, String)>;

impl Names {
    async fn look_up(&self, host: &str) -> Result<Vec<IpAddr>, AttemptError> {
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(host.to_owned()).or_default())
        };
        let look_up = async {
            // No port that counts: the same addresses are for all of them.
            let found = tokio::net::lookup_host((host, 443)).await;
            found
                .map(|addresses| addresses.map(|address| address.ip()).collect())
                .map_err(|error| (error.kind(), error.to_string()))
        };
        match tokio::time::timeout(ATTEMPT, cell.get_or_init(|| look_up)).await {
            Err(_) => Err(AttemptError::TimedOut),
            Ok(Err((kind, why))) => Err(AttemptError::Name(io::Error::new(*kind, why.clone()))),
            Ok(Ok(addresses)) if addresses.is_empty() => {
                Err(AttemptError::Name(io::Error::other("it has no address")))
            }
            Ok(Ok(addresses)) => Ok(addresses.clone()),
        }
    }
}

/// What all attempts of one dialling share.
#[derive(Clone)]
pub(crate) struct Attempts {
    names: Names,
    /// None if this program's own key is of no use.
    config: Option<Arc<ClientConfig>>,
}

impl Attempts {
    pub(crate) fn new(pins: &[Pin], identity: &Identity) -> Self {
        let config = identity.raw_key().ok().and_then(|own| tls::client_config(pins, own).ok());
        Self { names: Names::default(), config }
    }

    pub(crate) async fn look_up(&self, host: &str) -> Result<Vec<IpAddr>, AttemptError> {
        self.names.look_up(host).await
    }

    pub(crate) async fn rung(self, rung: Rung) -> Result<Leg, AttemptError> {
        let hop = rung.first_hop();
        let found = self.look_up(&hop.host).await;
        let addresses = found.map_err(|error| match (&rung.proxy, error) {
            (Some(proxy), AttemptError::Name(error)) => AttemptError::Proxy(proxy.clone(), error.into()),
            (_, error) => error,
        })?;
        let attempts = interleaved(&addresses).into_iter().map(|ip| {
            let address = SocketAddr::new(ip, hop.port);
            self.clone().address(rung.clone(), address)
        });
        race(attempts.collect()).await.map_err(most_telling)
    }

    async fn address(self, rung: Rung, address: SocketAddr) -> Result<Leg, AttemptError> {
        let damaged = AttemptError::Identity(crate::identity::IdentityError::Damaged);
        let config = self.config.ok_or(damaged)?;
        match tokio::time::timeout(ATTEMPT, connect(rung, address, config)).await {
            Ok(result) => result,
            Err(_) => Err(AttemptError::TimedOut),
        }
    }
}

async fn connect(rung: Rung, address: SocketAddr, config: Arc<ClientConfig>) -> Result<Leg, AttemptError> {
    let hop = Hop { proxy: rung.proxy.clone(), address, target: rung.target.clone() };
    let classify_hop = |error: ProxyError| match (&rung.proxy, error) {
        (Some(proxy), error) => AttemptError::Proxy(proxy.clone(), error),
        (None, ProxyError::Network(error)) => classify_network(error),
        (None, ProxyError::Portal(to)) => AttemptError::Portal(to),
        (None, error) => AttemptError::NotARelay(io::Error::other(error)),
    };
    let (carrier, around) = match rung.encapsulation {
        Encapsulation::Raw => (hop.tunnel().await.map_err(classify_hop)?, None),
        Encapsulation::Https => {
            let carrier = hop.tunnel().await.map_err(classify_hop)?;
            websocket::connect(carrier, &rung.target).await.map_err(classify_dress)?
        }
        Encapsulation::Http => (http::connect(hop).await.map_err(classify_hop)?, None),
    };
    let socket = Socket::new(carrier);
    let name = ServerName::IpAddress(address.ip().into());
    let handshake = TlsConnector::from(config).connect(name, socket).into_fallible();
    let mut stream = handshake.await.map_err(|(error, socket)| classify_handshake(error, &socket))?;
    stream.lift_limit();
    let session = stream.get_ref().1;
    if session.alpn_protocol() != Some(farhand_proto::relay::ALPN) {
        return Err(AttemptError::NotARelay(io::Error::other("it names no protocol of ours")));
    }
    let certificate = session.peer_certificates().and_then(|certificates| certificates.first());
    let spki = certificate.and_then(|certificate| tls::spki_of(certificate).ok());
    let Some(spki) = spki else {
        return Err(AttemptError::NotARelay(io::Error::other("it shows no key")));
    };
    Ok(Leg::dialled(TlsStream::Client(stream), spki, address, rung, around))
}

fn classify_network(error: io::Error) -> AttemptError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => AttemptError::Refused,
        io::ErrorKind::TimedOut => AttemptError::TimedOut,
        _ if is_end(&error) => AttemptError::Closed,
        _ => AttemptError::Network(error),
    }
}

fn is_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}

fn classify_dress(error: DressError) -> AttemptError {
    match error {
        DressError::Tls(error) if is_end(&error) => AttemptError::Closed,
        error => AttemptError::NotARelay(io::Error::other(error)),
    }
}

fn classify_handshake(error: io::Error, socket: &Socket) -> AttemptError {
    if is_end(&error) && socket.has_read_nothing() {
        return AttemptError::Closed;
    }
    let tls_error = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match tls_error {
        Some(rustls::Error::InvalidCertificate(rustls::CertificateError::ApplicationVerificationFailure)) => {
            AttemptError::WrongPin
        }
        _ => AttemptError::NotARelay(error),
    }
}

/// IPv6 and IPv4 in turn, beginning with the kind that the system put first (RFC 8305, section 4).
fn interleaved(addresses: &[IpAddr]) -> Vec<IpAddr> {
    let first_is_v6 = addresses.first().is_some_and(IpAddr::is_ipv6);
    let (first, second): (Vec<IpAddr>, Vec<IpAddr>) =
        addresses.iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut result = Vec::with_capacity(addresses.len());
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    loop {
        let before = result.len();
        result.extend(first.next());
        result.extend(second.next());
        if result.len() == before {
            return result;
        }
    }
}

impl AttemptError {
    /// The proxy that wants to be told who this is, or does not take what it was told.
    #[must_use]
    pub fn asking_proxy(&self) -> Option<&Proxy> {
        match self {
            Self::Proxy(proxy, ProxyError::WantsPassword(_) | ProxyError::WrongPassword) => Some(proxy),
            _ => None,
        }
    }

    /// The proxy that is not there.
    #[must_use]
    pub fn missing_proxy(&self) -> Option<&Proxy> {
        match self {
            Self::Proxy(proxy, ProxyError::Network(_)) => Some(proxy),
            _ => None,
        }
    }

    /// The lower, the more it says about what to do.
    fn rank(&self) -> u8 {
        match self {
            Self::WrongPin => 0,
            error if error.asking_proxy().is_some() => 1,
            Self::Portal(_) => 1,
            Self::NotARelay(_) => 2,
            Self::Identity(_) => 3,
            Self::Closed => 4,
            Self::Proxy(..) => 5,
            Self::Refused => 6,
            Self::TimedOut => 7,
            Self::Network(_) => 8,
            Self::Name(_) => 9,
        }
    }
}

/// The error that says most about what to do.
fn most_telling(errors: Vec<AttemptError>) -> AttemptError {
    errors.into_iter().min_by_key(AttemptError::rank).unwrap_or(AttemptError::TimedOut)
}

/// Starts each future [`STAGGER`] after the one before, or at once when one has failed; gives the first success,
/// or every error in the order of the futures. The losers are dropped.
async fn race<T, E, F>(futures: Vec<F>) -> Result<T, Vec<E>>
where
    T: Send + 'static,
    E: Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
{
    let count = futures.len();
    let mut waiting = futures.into_iter().enumerate();
    let mut running = JoinSet::new();
    let mut errors: Vec<(usize, E)> = Vec::with_capacity(count);
    loop {
        let started = match waiting.next() {
            Some((index, future)) => {
                running.spawn(async move { (index, future.await) });
                true
            }
            None => false,
        };
        let finished = if started && waiting.len() > 0 {
            tokio::time::timeout(STAGGER, running.join_next()).await.unwrap_or(None)
        } else {
            running.join_next().await
        };
        match finished {
            Some(Ok((_, Ok(value)))) => return Ok(value),
            Some(Ok((index, Err(error)))) => errors.push((index, error)),
            Some(Err(panic)) => std::panic::resume_unwind(panic.into_panic()),
            None => {}
        }
        if running.is_empty() && waiting.len() == 0 {
            errors.sort_by_key(|(index, _)| *index);
            return Err(errors.into_iter().map(|(_, error)| error).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    type Try = std::pin::Pin<Box<dyn Future<Output = Result<u8, u8>> + Send>>;

    #[test]
    fn address_kinds_take_turns() {
        let addresses: Vec<IpAddr> =
            ["::1", "::2", "::3", "1.1.1.1"].map(|text| text.parse().unwrap()).to_vec();
        let order: Vec<String> = interleaved(&addresses).iter().map(ToString::to_string).collect();
        assert_eq!(order, ["::1", "1.1.1.1", "::2", "::3"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_first_target_costs_one_stagger() {
        let tries: Vec<Try> =
            vec![Box::pin(std::future::pending()), Box::pin(async { Err(1) }), Box::pin(async { Ok(2) })];
        let start = tokio::time::Instant::now();
        assert_eq!(race(tries).await, Ok(2));
        assert_eq!(start.elapsed(), STAGGER);
    }

    #[tokio::test]
    async fn all_errors_come_back_in_order() {
        let start = Instant::now();
        let tries: Vec<Try> = vec![Box::pin(async { Err(1) }), Box::pin(async { Err(2) })];
        assert_eq!(race(tries).await, Err(vec![1, 2]));
        assert_eq!(race(Vec::<std::future::Ready<Result<u8, u8>>>::new()).await, Err(vec![]));
        assert!(start.elapsed() < Duration::from_secs(1));
    }
}
