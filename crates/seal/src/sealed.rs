//! The stream once the seal stands: bytes of the session in, records out, and back.

use farhand_proto::language::Language;
use farhand_proto::relay::KeyHash;
use farhand_proto::version::Version;

use crate::error::StreamError;
use crate::resume::ResumeKeys;
use crate::tls::{Channel as _, Tls};
use crate::words::SpokenWords;

/// A sealed stream between a client and a console that have proven the password to each other.
///
/// It holds back nothing and bounds nothing by itself: whoever calls [`seal`](Self::seal) takes the output before
/// sealing more, and whoever calls [`handle_input`](Self::handle_input) reads what it opened.
pub struct Sealed {
    tls: Tls,
    output: Vec<u8>,
    plaintext: Vec<u8>,
    keys: ResumeKeys,
    closed: bool,
    failed: Option<rustls::Error>,
}

impl Sealed {
    pub(crate) fn new(tls: Tls, output: Vec<u8>, plaintext: Vec<u8>, mut keys: ResumeKeys) -> Self {
        if !plaintext.is_empty() {
            keys.confirm();
        }
        Self { tls, output, plaintext, keys, closed: false, failed: None }
    }

    /// The session protocol that both speak.
    #[must_use]
    pub fn version(&self) -> Version {
        self.keys.agreed.version
    }

    /// The two words that both people should see.
    #[must_use]
    pub fn words(&self) -> SpokenWords {
        self.keys.agreed.words
    }

    /// The customer's language, by the client's own word: the one in which both show the words.
    #[must_use]
    pub fn language(&self) -> Language {
        self.keys.agreed.language
    }

    /// What brings the session back if the link is cut. They change with what comes over it, so they are asked for
    /// after that.
    #[must_use]
    pub fn resume_keys(&self) -> &ResumeKeys {
        &self.keys
    }

    /// The ephemeral key of the other end.
    #[must_use]
    pub fn peer_key(&self) -> KeyHash {
        self.tls.peer_key()
    }

    /// Seals plaintext: one record for each begun 16 KiB, ready in [`take_output`](Self::take_output).
    ///
    /// # Errors
    /// This end has closed, or the stream has failed before.
    pub fn seal(&mut self, plaintext: &[u8]) -> Result<(), StreamError> {
        self.unless_failed()?;
        if self.closed {
            return Err(StreamError::Closed);
        }
        let sent = self.tls.send(plaintext, &mut self.output);
        self.note(sent)
    }

    /// Opens what came from the link. What was opened before an error is still there to read.
    ///
    /// # Errors
    /// A record was tampered with or breaks TLS; nothing that comes after it can be trusted.
    pub fn handle_input(&mut self, bytes: &[u8]) -> Result<(), StreamError> {
        self.unless_failed()?;
        let before = self.plaintext.len();
        let received = self.tls.receive(bytes, &mut self.plaintext);
        if self.plaintext.len() > before {
            self.keys.confirm();
        }
        self.tls.flush(&mut self.output);
        self.note(received)
    }

    /// The link's stream ended.
    ///
    /// # Errors
    /// The line was cut: the peer did not close before.
    pub fn handle_eof(&self) -> Result<(), StreamError> {
        if self.peer_closed() { Ok(()) } else { Err(StreamError::Cut) }
    }

    /// Appends the plaintext that was opened; gives the number of bytes.
    pub fn read(&mut self, out: &mut Vec<u8>) -> usize {
        let count = self.plaintext.len();
        out.append(&mut self.plaintext);
        count
    }

    /// Appends the bytes to send; says whether there were any.
    pub fn take_output(&mut self, out: &mut Vec<u8>) -> bool {
        let any = !self.output.is_empty();
        out.append(&mut self.output);
        any
    }

    /// Bytes that wait in [`take_output`](Self::take_output).
    #[must_use]
    pub fn pending_output(&self) -> usize {
        self.output.len()
    }

    /// Tells the peer that this end sends no more. What the peer still sends can be read.
    pub fn close(&mut self) {
        if !self.closed {
            self.closed = true;
            self.tls.close(&mut self.output);
        }
    }

    /// Whether the peer said that it sends no more. All that it sent before is there to read.
    #[must_use]
    pub fn peer_closed(&self) -> bool {
        self.tls.peer_closed()
    }

    fn unless_failed(&self) -> Result<(), StreamError> {
        self.failed.clone().map_or(Ok(()), |error| Err(StreamError::Tls(error)))
    }

    fn note(&mut self, result: Result<(), rustls::Error>) -> Result<(), StreamError> {
        result.map_err(|error| {
            self.failed = Some(error.clone());
            StreamError::Tls(error)
        })
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealed")
            .field("keys", &self.keys)
            .field("closed", &self.closed)
            .field("failed", &self.failed)
            .field("peer_closed", &self.peer_closed())
            .finish_non_exhaustive()
    }
}
