//! A relay's side of a leg: everything that a port takes, told apart by its first bytes.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use farhand_proto::relay::ALPN;
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use tokio::net::TcpStream;
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor, TlsStream, server};

use crate::identity::{Identity, IdentityError};
use crate::leg::Leg;
use crate::socket::{Carrier, Socket, without_delay};
use crate::tls;

/// The first byte of TLS: a record of a handshake (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

/// Turns TCP connections into legs, and tells visitors of the relay's web pages from them.
#[derive(Clone)]
pub struct Acceptor {
    leg: Arc<ServerConfig>,
    web: Option<Arc<ServerConfig>>,
    takes_raw: bool,
    timeout: Duration,
}

/// What a connection turned out to be.
#[derive(Debug)]
pub enum Arrival {
    /// A leg.
    Leg(Box<Leg>),
    /// Somebody who speaks HTTP, plainly or over TLS.
    Visitor(Carrier),
}

/// Why a connection did not become a leg. The peer's fault, or the network's.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The handshake was not done in time.
    #[error("no handshake within {0:?}")]
    TimedOut(Duration),
    /// The peer went away before the handshake was done.
    #[error("closed during the handshake")]
    Closed,
    /// The peer does not speak this protocol.
    #[error("not a leg: {0}")]
    NotALeg(#[source] io::Error),
}

impl From<io::Error> for AcceptError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Closed } else { Self::NotALeg(error) }
    }
}

impl Acceptor {
    /// For a relay with this key and certificate. A connection has `timeout` to become a leg.
    ///
    /// # Errors
    /// The TLS library does not take the key.
    pub fn new(
        identity: &Identity,
        certificate: CertificateDer<'static>,
        timeout: Duration,
    ) -> Result<Self, IdentityError> {
        let leg = tls::server_config(identity.certified(certificate)?).map_err(|_| IdentityError::Damaged)?;
        Ok(Self { leg, web: None, takes_raw: true, timeout })
    }

    /// Takes visitors too: those over TLS meet this certificate.
    #[must_use]
    pub fn with_web(self, certificate: Arc<dyn rustls::server::ResolvesServerCert>) -> Self {
        Self { web: Some(tls::web_config(certificate)), ..self }
    }

    /// Takes legs only inside something else.
    #[must_use]
    pub fn without_raw(self) -> Self {
        Self { takes_raw: false, ..self }
    }

    /// Finds out what a connection is and shakes hands. Until [`Leg::lift_limit`] the peer can send 16 KiB in all,
    /// handshake included.
    ///
    /// # Errors
    /// The peer is too slow, goes away, or speaks nothing that is spoken here.
    pub async fn accept(&self, stream: TcpStream, peer: SocketAddr) -> Result<Arrival, AcceptError> {
        self.in_time(self.tell_apart(stream, peer)).await
    }

    /// The same where only legs are taken.
    ///
    /// # Errors
    /// The peer is too slow, goes away, or does not speak this protocol.
    pub async fn accept_leg(&self, stream: TcpStream, peer: SocketAddr) -> Result<Leg, AcceptError> {
        match self.accept(stream, peer).await? {
            Arrival::Leg(leg) => Ok(*leg),
            Arrival::Visitor(_) => Err(AcceptError::NotALeg(io::Error::other("it speaks HTTP"))),
        }
    }

    /// Shakes hands over what a visitor has turned their connection into.
    ///
    /// # Errors
    /// The peer is too slow, goes away, or speaks nothing that is spoken here.
    pub async fn accept_dressed(&self, carrier: Carrier, peer: SocketAddr) -> Result<Leg, AcceptError> {
        let handshake = TlsAcceptor::from(Arc::clone(&self.leg)).accept(Socket::new(carrier));
        self.in_time(async { leg(handshake.await?, peer) }).await
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, AcceptError>>) -> Result<T, AcceptError> {
        tokio::time::timeout(self.timeout, work).await.unwrap_or(Err(AcceptError::TimedOut(self.timeout)))
    }

    async fn tell_apart(&self, stream: TcpStream, peer: SocketAddr) -> Result<Arrival, AcceptError> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Err(AcceptError::Closed);
        }
        let socket = Socket::new(Box::new(without_delay(stream)));
        match (first[0], &self.web) {
            (HANDSHAKE, web) => {
                let hello = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), socket).await?;
                let is_leg =
                    hello.client_hello().alpn().is_some_and(|mut names| names.any(|name| name == ALPN));
                match web {
                    Some(web) if !is_leg => {
                        let visitor = hello.into_stream(Arc::clone(web)).await?;
                        Ok(Arrival::Visitor(Box::new(visitor)))
                    }
                    _ if !self.takes_raw => {
                        Err(AcceptError::NotALeg(io::Error::other("legs are not taken raw here")))
                    }
                    _ => leg(hello.into_stream(Arc::clone(&self.leg)).await?, peer)
                        .map(|leg| Arrival::Leg(Box::new(leg))),
                }
            }
            // Every method of HTTP (RFC 9110, section 9) is a word in capitals.
            (b'A'..=b'Z', Some(_)) => Ok(Arrival::Visitor(Box::new(socket))),
            _ => {
                Err(AcceptError::NotALeg(io::Error::new(io::ErrorKind::InvalidData, "it does not speak TLS")))
            }
        }
    }
}

fn leg(stream: server::TlsStream<Socket>, peer: SocketAddr) -> Result<Leg, AcceptError> {
    let session = stream.get_ref().1;
    if session.alpn_protocol() != Some(ALPN) {
        return Err(AcceptError::NotALeg(io::Error::other("no protocol named in the handshake")));
    }
    let key = session.peer_certificates().and_then(|keys| keys.first());
    let Some(key) = key.map(|key| key.to_vec()) else {
        return Err(AcceptError::NotALeg(io::Error::other("no key shown")));
    };
    Ok(Leg::new(TlsStream::Server(stream), key, peer))
}
