//! One leg: a TLS stream, who is at the other end, and whole messages in both directions.

use std::io;
use std::net::SocketAddr;

use farhand_proto::codec::{DecodeError, FrameBuffer, Message};
use farhand_proto::relay::KeyHash;
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsStream;

use crate::identity::key_hash;
use crate::ladder::Rung;
use crate::socket::{Carries as _, Socket};

/// The byte stream of a leg once no more messages travel on it.
pub type LegStream = TlsStream<Socket>;

/// A connection between a program and a relay on which both know each other's key.
#[derive(Debug)]
pub struct Leg {
    stream: LegStream,
    incoming: FrameBuffer,
    peer_spki: Vec<u8>,
    peer_address: SocketAddr,
    rung: Option<Rung>,
    around: Option<CertificateDer<'static>>,
}

/// Why a leg can't go on.
#[derive(Debug, thiserror::Error)]
pub enum LegError {
    /// The other end closed it, or the connection broke.
    #[error("the connection was closed")]
    Closed,
    /// The network or TLS failed.
    #[error("the connection broke: {0}")]
    Broken(#[source] io::Error),
    /// The other end sent what the protocol does not allow.
    #[error("the other end broke the protocol: {0}")]
    PeerMisbehaved(#[from] DecodeError),
}

impl From<io::Error> for LegError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                Self::Closed
            }
            _ => Self::Broken(error),
        }
    }
}

impl Leg {
    pub(crate) fn new(stream: LegStream, peer_spki: Vec<u8>, peer_address: SocketAddr) -> Self {
        Self { stream, incoming: FrameBuffer::new(), peer_spki, peer_address, rung: None, around: None }
    }

    pub(crate) fn dialled(
        stream: LegStream,
        peer_spki: Vec<u8>,
        peer_address: SocketAddr,
        rung: Rung,
        around: Option<CertificateDer<'static>>,
    ) -> Self {
        Self { rung: Some(rung), around, ..Self::new(stream, peer_spki, peer_address) }
    }

    /// The certificate that the TLS around an encapsulated leg has shown. It proves nothing.
    #[must_use]
    pub fn certificate_around(&self) -> Option<&CertificateDer<'static>> {
        self.around.as_ref()
    }

    /// The way that led to the relay, at the program that has gone it.
    #[must_use]
    pub fn rung(&self) -> Option<&Rung> {
        self.rung.as_ref()
    }

    /// The other end's public key, as a DER SubjectPublicKeyInfo.
    #[must_use]
    pub fn peer_spki(&self) -> &[u8] {
        &self.peer_spki
    }

    /// The hash that names the other end's public key.
    #[must_use]
    pub fn peer_key(&self) -> KeyHash {
        key_hash(&self.peer_spki)
    }

    /// Where the other end is, as this end sees it.
    #[must_use]
    pub fn peer_address(&self) -> SocketAddr {
        self.peer_address
    }

    /// The other end has shown who it is: it may send more than 16 KiB in all.
    pub fn lift_limit(&mut self) {
        self.stream.get_mut().0.lift_limit();
    }

    /// The next message. Cancelling it loses nothing.
    ///
    /// # Errors
    /// The leg has ended.
    pub async fn read_message<M: Message>(&mut self) -> Result<M, LegError> {
        loop {
            if let Some((message, _)) = self.incoming.next_message::<M>()? {
                return Ok(message);
            }
            let mut bytes = [0; 2048];
            let read = self.stream.read(&mut bytes).await?;
            if read == 0 {
                return Err(LegError::Closed);
            }
            self.incoming.push(&bytes[..read]);
        }
    }

    /// Sends a message. Cancelling it may leave half of it sent: the leg is of no use then.
    ///
    /// # Errors
    /// The leg has ended.
    pub async fn write_message<M: Message>(&mut self, message: &M) -> Result<(), LegError> {
        self.stream.write_all(&message.to_frame()).await?;
        self.stream.flush().await?;
        Ok(())
    }

    /// Closes the leg, saying so to the other end.
    pub async fn close(mut self) {
        // The other end may be gone already; there is nothing left to tell anybody.
        let _ = self.stream.shutdown().await;
    }

    /// Gives up messages for bytes. Also returns what arrived behind the last message.
    #[must_use]
    pub fn into_stream(self) -> (LegStream, Vec<u8>) {
        (self.stream, self.incoming.into_rest())
    }
}
