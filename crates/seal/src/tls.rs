//! The inner TLS 1.3 without a socket: ephemeral Ed25519 raw keys on both sides (RFC 7250), no tickets, no 0-RTT, no
//! certificate, no clock.
//!
//! The keys prove themselves here and nothing more. Whose they are is for the voucher, the password and the words.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use farhand_proto::relay::KeyHash;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{AlwaysResolvesClientRawPublicKeys, ClientConnection, Resumption};
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider, kx_group};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, IpAddr, Ipv4Addr, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{AlwaysResolvesServerRawPublicKeys, NoServerSessionStorage, ServerConnection};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::{
    CertificateError, ClientConfig, Connection, DigitallySignedStruct, DistinguishedName, Error,
    PeerMisbehaved, ServerConfig, SignatureScheme,
};

use crate::error::SealError;
use crate::key;
use crate::schedule::{EXPORTER, Secret};

/// The most bytes that rustls holds back for a driver that does not take them.
const BUFFER_LIMIT: usize = 64 * 1024;

/// What the handshake needs of the TLS that it runs in.
pub(crate) trait Channel {
    /// The key that this end proved.
    fn own_key(&self) -> KeyHash;

    /// The key that the peer proved.
    fn peer_key(&self) -> KeyHash;

    /// Secret bytes that only the two ends of this one TLS session know (RFC 8446, section 7.5).
    fn export(&self, context: &[u8; 32]) -> Result<Secret, SealError>;
}

/// One end of the inner TLS.
pub(crate) struct Tls {
    connection: Connection,
    own_key: KeyHash,
    protocol: &'static [u8],
    peer_closed: bool,
}

impl Tls {
    /// The console's end: it speaks first. Inside goes this protocol, by its ALPN name.
    pub(crate) fn console(identity: &Arc<CertifiedKey>, protocol: &'static [u8]) -> Result<Self, SealError> {
        let own_key = own_key(identity, "console's")?;
        let provider = Arc::new(provider());
        let mut config = ClientConfig::builder_with_details(Arc::clone(&provider), Arc::new(NoClock))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(SealError::Tls)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyKey(provider.signature_verification_algorithms)))
            .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(Arc::clone(
                identity,
            ))));
        config.alpn_protocols = vec![protocol.to_vec()];
        config.resumption = Resumption::disabled();
        config.enable_early_data = false;
        config.enable_sni = false;
        // rustls wants a name to look for tickets by; with neither tickets nor SNI it goes nowhere.
        let nobody = ServerName::IpAddress(IpAddr::V4(Ipv4Addr::from([0; 4])));
        let connection = ClientConnection::new(Arc::new(config), nobody).map_err(SealError::Tls)?;
        Ok(Self::new(Connection::Client(connection), own_key, protocol))
    }

    /// The client's end: it waits.
    pub(crate) fn client(identity: &Arc<CertifiedKey>, protocol: &'static [u8]) -> Result<Self, SealError> {
        let own_key = own_key(identity, "client's")?;
        let provider = Arc::new(provider());
        let mut config = ServerConfig::builder_with_details(Arc::clone(&provider), Arc::new(NoClock))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(SealError::Tls)?
            .with_client_cert_verifier(Arc::new(AnyKey(provider.signature_verification_algorithms)))
            .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(Arc::clone(identity))));
        config.alpn_protocols = vec![protocol.to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.max_early_data_size = 0;
        let connection = ServerConnection::new(Arc::new(config)).map_err(SealError::Tls)?;
        Ok(Self::new(Connection::Server(connection), own_key, protocol))
    }

    fn new(mut connection: Connection, own_key: KeyHash, protocol: &'static [u8]) -> Self {
        connection.set_buffer_limit(Some(BUFFER_LIMIT));
        Self { connection, own_key, protocol, peer_closed: false }
    }

    /// Whether both ends are done with the TLS handshake.
    pub(crate) fn is_established(&self) -> bool {
        !self.connection.is_handshaking()
    }

    /// Whether both agreed on the protocol inside.
    pub(crate) fn speaks_seal(&self) -> bool {
        self.connection.alpn_protocol() == Some(self.protocol)
    }

    /// Whether the peer said that it sends no more.
    pub(crate) fn peer_closed(&self) -> bool {
        self.peer_closed
    }

    /// Opens what arrived, appends the plaintext. What was opened before an error is appended as well.
    pub(crate) fn receive(&mut self, mut bytes: &[u8], plaintext: &mut Vec<u8>) -> Result<(), Error> {
        while !bytes.is_empty() && !self.peer_closed {
            self.connection.read_tls(&mut bytes).map_err(|error| Error::General(error.to_string()))?;
            let processed = self.connection.process_new_packets();
            self.drain(plaintext)?;
            self.peer_closed = processed?.peer_has_closed();
        }
        Ok(())
    }

    fn drain(&mut self, plaintext: &mut Vec<u8>) -> Result<(), Error> {
        match self.connection.reader().read_to_end(plaintext) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(Error::General(error.to_string())),
        }
    }

    /// Seals plaintext and appends the records, behind any that waited.
    pub(crate) fn send(&mut self, mut plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        while !plaintext.is_empty() {
            let taken = self
                .connection
                .writer()
                .write(plaintext)
                .map_err(|error| Error::General(error.to_string()))?;
            plaintext = &plaintext[taken..];
            self.flush(out);
        }
        Ok(())
    }

    /// Says that this end sends no more.
    pub(crate) fn close(&mut self, out: &mut Vec<u8>) {
        self.connection.send_close_notify();
        self.flush(out);
    }

    /// Appends the records that wait.
    pub(crate) fn flush(&mut self, out: &mut Vec<u8>) {
        while self.connection.wants_write() {
            self.connection.write_tls(out).expect("a Vec takes every byte");
        }
    }
}

impl Channel for Tls {
    fn own_key(&self) -> KeyHash {
        self.own_key
    }

    fn peer_key(&self) -> KeyHash {
        let keys =
            self.connection.peer_certificates().expect("the verifiers demand a key, and it was checked");
        key::key_hash(&keys[0])
    }

    fn export(&self, context: &[u8; 32]) -> Result<Secret, SealError> {
        let mut out = Secret::default();
        self.connection
            .export_keying_material(out.as_mut_slice(), EXPORTER, Some(context))
            .map_err(SealError::Tls)?;
        Ok(out)
    }
}

fn own_key(identity: &CertifiedKey, whose: &'static str) -> Result<KeyHash, SealError> {
    let spki = identity.cert.first().ok_or(SealError::Key(whose))?;
    key::ed25519(spki).ok_or(SealError::Key(whose))?;
    Ok(key::key_hash(spki))
}

/// TLS 1.3 with the post-quantum hybrid first (draft-ietf-tls-ecdhe-mlkem).
fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        ],
        kx_groups: vec![kx_group::X25519MLKEM768, kx_group::X25519],
        ..default_provider()
    }
}

/// Believes every Ed25519 raw key that signed the handshake.
#[derive(Debug)]
struct AnyKey(WebPkiSupportedAlgorithms);

impl AnyKey {
    fn check_key(spki: &[u8], rest: &[CertificateDer<'_>]) -> Result<(), Error> {
        if key::ed25519(spki).is_none() || !rest.is_empty() {
            return Err(CertificateError::BadEncoding.into());
        }
        Ok(())
    }

    fn check_signature(
        &self,
        message: &[u8],
        spki: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if signature.scheme != SignatureScheme::ED25519 {
            return Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
        }
        verify_tls13_signature_with_raw_key(
            message,
            &SubjectPublicKeyInfoDer::from(spki.as_ref()),
            signature,
            &self.0,
        )
    }
}

impl ServerCertVerifier for AnyKey {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Self::check_key(end_entity, intermediates).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(message, key, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ClientCertVerifier for AnyKey {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Self::check_key(end_entity, intermediates).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(message, key, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

/// Raw keys have no dates, so rustls gets the start of its calendar.
#[derive(Debug)]
struct NoClock;

impl TimeProvider for NoClock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(core::time::Duration::ZERO))
    }
}
