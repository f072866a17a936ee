//! A program's side of a leg: targets raced in the manner of happy eyeballs (RFC 8305), the first good one wins.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::{TlsConnector, TlsStream};

use crate::identity::Identity;
use crate::leg::Leg;
use crate::pin::Pin;
use crate::socket::Socket;
use crate::target::Target;
use crate::tls;

/// How long one try has before the next one starts beside it.
const STAGGER: Duration = Duration::from_millis(250);
/// How long one address has to accept a connection and shake hands.
const ATTEMPT: Duration = Duration::from_secs(8);

/// No target gave a leg.
#[derive(Debug)]
pub struct DialError {
    /// What happened at each target, in the order given.
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
    /// Whether somewhere an answer came from another key than the relay's.
    #[must_use]
    pub fn is_wrong_pin(&self) -> bool {
        self.attempts.iter().any(|(_, error)| matches!(error, AttemptError::WrongPin))
    }
}

/// Reaches a relay: each target a little after the one before, or at once when that failed; the first whose key
/// fits one of the pins wins, the others are closed.
///
/// # Errors
/// None gave a leg; the error says what happened at each.
pub async fn dial(targets: &[Target], pins: &[Pin], identity: &Identity) -> Result<Leg, DialError> {
    let everywhere = |error: fn() -> AttemptError| DialError {
        attempts: targets.iter().map(|target| (target.clone(), error())).collect(),
    };
    let damaged = || AttemptError::Identity(crate::identity::IdentityError::Damaged);
    let Ok(own) = identity.raw_key() else { return Err(everywhere(damaged)) };
    let Ok(config) = tls::client_config(pins, own) else { return Err(everywhere(damaged)) };
    let attempts = targets.iter().map(|target| attempt_target(target.clone(), config.clone()));
    race(attempts.collect())
        .await
        .map_err(|errors| DialError { attempts: targets.iter().cloned().zip(errors).collect() })
}

async fn attempt_target(target: Target, config: Arc<ClientConfig>) -> Result<Leg, AttemptError> {
    let lookup = tokio::net::lookup_host((target.host.as_str(), target.port));
    let addresses: Vec<SocketAddr> = match tokio::time::timeout(ATTEMPT, lookup).await {
        Err(_) => return Err(AttemptError::TimedOut),
        Ok(found) => found.map_err(AttemptError::Name)?.collect(),
    };
    if addresses.is_empty() {
        return Err(AttemptError::Name(io::Error::other("it has no address")));
    }
    let attempts =
        interleaved(&addresses).into_iter().map(|address| attempt_address(address, config.clone()));
    race(attempts.collect()).await.map_err(most_telling)
}

async fn attempt_address(address: SocketAddr, config: Arc<ClientConfig>) -> Result<Leg, AttemptError> {
    match tokio::time::timeout(ATTEMPT, connect(address, config)).await {
        Ok(result) => result,
        Err(_) => Err(AttemptError::TimedOut),
    }
}

async fn connect(address: SocketAddr, config: Arc<ClientConfig>) -> Result<Leg, AttemptError> {
    let stream = TcpStream::connect(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::ConnectionRefused => AttemptError::Refused,
        io::ErrorKind::TimedOut => AttemptError::TimedOut,
        _ => AttemptError::Network(error),
    })?;
    // Without it a key press waits for the acknowledgement of the one before; no more than a hint if it fails.
    let _ = stream.set_nodelay(true);
    let name = ServerName::IpAddress(address.ip().into());
    let handshake = TlsConnector::from(config).connect(name, Socket::new(stream)).into_fallible();
    let mut stream = handshake.await.map_err(|(error, socket)| classify_handshake(error, &socket))?;
    stream.get_mut().0.lift_limit();
    let session = stream.get_ref().1;
    if session.alpn_protocol() != Some(farhand_proto::relay::ALPN) {
        return Err(AttemptError::NotARelay(io::Error::other("it names no protocol of ours")));
    }
    let certificate = session.peer_certificates().and_then(|certificates| certificates.first());
    let spki = certificate.and_then(|certificate| tls::spki_of(certificate).ok());
    let Some(spki) = spki else {
        return Err(AttemptError::NotARelay(io::Error::other("it shows no key")));
    };
    Ok(Leg::new(TlsStream::Client(stream), spki, address))
}

fn classify_handshake(error: io::Error, socket: &Socket) -> AttemptError {
    let ended = matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    );
    if ended && socket.has_read_nothing() {
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
fn interleaved(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<SocketAddr>, Vec<SocketAddr>) =
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

/// The error that says most about what to do.
fn most_telling(errors: Vec<AttemptError>) -> AttemptError {
    let rank = |error: &AttemptError| match error {
        AttemptError::WrongPin => 0,
        AttemptError::NotARelay(_) => 1,
        AttemptError::Identity(_) => 2,
        AttemptError::Closed => 3,
        AttemptError::Refused => 4,
        AttemptError::TimedOut => 5,
        AttemptError::Network(_) => 6,
        AttemptError::Name(_) => 7,
    };
    errors.into_iter().min_by_key(rank).unwrap_or(AttemptError::TimedOut)
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
        let addresses: Vec<SocketAddr> =
            ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"].map(|text| text.parse().unwrap()).to_vec();
        let order: Vec<String> = interleaved(&addresses).iter().map(ToString::to_string).collect();
        assert_eq!(order, ["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]);
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
