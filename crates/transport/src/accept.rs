//! A relay's side of a leg.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsStream};

use crate::identity::{Identity, IdentityError};
use crate::leg::Leg;
use crate::socket::Socket;
use crate::tls;

/// Turns TCP connections into legs.
#[derive(Clone)]
pub struct Acceptor {
    tls: TlsAcceptor,
    timeout: Duration,
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
        let config =
            tls::server_config(identity.certified(certificate)?).map_err(|_| IdentityError::Damaged)?;
        Ok(Self { tls: TlsAcceptor::from(config), timeout })
    }

    /// Shakes hands. Until [`Leg::lift_limit`] the peer can send 16 KiB in all, handshake included.
    ///
    /// # Errors
    /// The peer is too slow, goes away, or does not speak this protocol.
    pub async fn accept(&self, stream: TcpStream, peer: SocketAddr) -> Result<Leg, AcceptError> {
        // Without it a key press waits for the acknowledgement of the one before; no more than a hint if it fails.
        let _ = stream.set_nodelay(true);
        let handshake = self.tls.accept(Socket::new(stream));
        let stream = match tokio::time::timeout(self.timeout, handshake).await {
            Err(_) => return Err(AcceptError::TimedOut(self.timeout)),
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(AcceptError::Closed);
            }
            Ok(Err(error)) => return Err(AcceptError::NotALeg(error)),
            Ok(Ok(stream)) => stream,
        };
        let session = stream.get_ref().1;
        if session.alpn_protocol() != Some(farhand_proto::relay::ALPN) {
            return Err(AcceptError::NotALeg(io::Error::other("no protocol named in the handshake")));
        }
        let key = session.peer_certificates().and_then(|keys| keys.first());
        let Some(key) = key.map(|key| Arc::<[u8]>::from(key.as_ref())) else {
            return Err(AcceptError::NotALeg(io::Error::other("no key shown")));
        };
        Ok(Leg::new(TlsStream::Server(stream), key.to_vec(), peer))
    }
}
