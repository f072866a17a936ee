//! An end of the TLS inside a session that a test works by hand: what is said in it is the test's own.

use std::io::{ErrorKind, Read as _, Write as _};
use std::sync::Arc;

use farhand_proto::codec::{FrameBuffer, Message};
use farhand_proto::seal::ALPN;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{AlwaysResolvesClientRawPublicKeys, ClientConnection};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::crypto::{CryptoProvider, SupportedKxGroup, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{AlwaysResolvesServerRawPublicKeys, ServerConnection};
use rustls::sign::CertifiedKey;
use rustls::{
    ClientConfig, Connection, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
};

/// A TLS end that takes every key of its peer, as long as the peer has signed with it.
#[derive(Debug)]
pub struct HandTls {
    /// The machine itself.
    pub tls: Connection,
    /// Its own public key, as a DER SubjectPublicKeyInfo; empty if it shows none.
    pub own_spki: Vec<u8>,
    frames: FrameBuffer,
    /// What was wrong with what came, if anything; nothing is read after that.
    pub failed: Option<Error>,
}

/// What a test may want otherwise.
#[derive(Debug)]
pub struct Otherwise {
    /// The protocols that it names.
    pub alpn: Vec<Vec<u8>>,
    /// The key exchanges that it takes.
    pub kx_groups: Vec<&'static dyn SupportedKxGroup>,
}

impl Default for Otherwise {
    fn default() -> Self {
        Self { alpn: vec![ALPN.to_vec()], kx_groups: default_provider().kx_groups }
    }
}

impl Otherwise {
    fn provider(&self) -> Arc<CryptoProvider> {
        Arc::new(CryptoProvider { kx_groups: self.kx_groups.clone(), ..default_provider() })
    }
}

impl HandTls {
    /// The client's end, which waits for the console's first bytes.
    #[must_use]
    pub fn client(identity: &Arc<CertifiedKey>, otherwise: Otherwise) -> Self {
        let mut config = ServerConfig::builder_with_provider(otherwise.provider())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("the provider has TLS 1.3")
            .with_client_cert_verifier(Arc::new(Anybody))
            .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(Arc::clone(identity))));
        config.alpn_protocols = otherwise.alpn;
        config.send_tls13_tickets = 0;
        let tls = ServerConnection::new(Arc::new(config)).expect("a configuration");
        Self::new(Connection::Server(tls), identity.cert[0].to_vec())
    }

    /// The console's end.
    #[must_use]
    pub fn console(identity: &Arc<CertifiedKey>, otherwise: Otherwise) -> Self {
        let resolver = AlwaysResolvesClientRawPublicKeys::new(Arc::clone(identity));
        let mut config = ClientConfig::builder_with_provider(otherwise.provider())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("the provider has TLS 1.3")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody))
            .with_client_cert_resolver(Arc::new(resolver));
        config.alpn_protocols = otherwise.alpn;
        Self::new(connect(config), identity.cert[0].to_vec())
    }

    /// A console that has no key to show.
    #[must_use]
    pub fn keyless_console() -> Self {
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("the provider has TLS 1.3")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody))
            .with_no_client_auth();
        config.alpn_protocols = vec![ALPN.to_vec()];
        Self::new(connect(config), Vec::new())
    }

    fn new(tls: Connection, own_spki: Vec<u8>) -> Self {
        Self { tls, own_spki, frames: FrameBuffer::new(), failed: None }
    }

    /// Takes bytes of the peer.
    pub fn input(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.failed.is_none() {
            if self.tls.read_tls(&mut bytes).expect("bytes in memory") == 0 {
                return;
            }
            self.failed = self.tls.process_new_packets().err();
            let mut plaintext = Vec::new();
            if let Err(error) = self.tls.reader().read_to_end(&mut plaintext) {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
            }
            self.frames.push(&plaintext);
        }
    }

    /// Bytes for the peer.
    pub fn output(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        while self.tls.wants_write() {
            self.tls.write_tls(&mut out).expect("bytes in memory");
        }
        out
    }

    /// Bytes inside the TLS, as they are, whatever they are.
    pub fn send(&mut self, plaintext: &[u8]) {
        self.tls.writer().write_all(plaintext).expect("bytes in memory");
    }

    /// The next message that came.
    ///
    /// # Panics
    /// What came is none.
    pub fn next_message<M: Message>(&mut self) -> Option<M> {
        self.frames.next_message().expect("a message").map(|(message, _)| message)
    }

    /// Plaintext that came and was not taken as a message.
    pub fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.frames).into_rest()
    }

    /// The peer's public key, as a DER SubjectPublicKeyInfo.
    ///
    /// # Panics
    /// It has shown none.
    #[must_use]
    pub fn peer_spki(&self) -> Vec<u8> {
        self.tls.peer_certificates().expect("the peer has shown a key")[0].to_vec()
    }

    /// Keying material for the seal (RFC 8446, section 7.5).
    ///
    /// # Panics
    /// The handshake is not done.
    #[must_use]
    pub fn export(&self, context: &[u8]) -> [u8; 32] {
        let exported = self.tls.export_keying_material([0; 32], b"EXPORTER-farhand-seal-1", Some(context));
        exported.expect("the handshake is done")
    }
}

fn connect(config: ClientConfig) -> Connection {
    let name = ServerName::try_from("by-hand.example").expect("a name");
    Connection::Client(ClientConnection::new(Arc::new(config), name).expect("a configuration"))
}

/// Takes every key that signed the handshake.
#[derive(Debug)]
struct Anybody;

/// What both kinds of verifiers say alike.
macro_rules! takes_every_signer {
    () => {
        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            unreachable!("TLS 1.3 only")
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            key: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = default_provider().signature_verification_algorithms;
            let key = SubjectPublicKeyInfoDer::from(key.as_ref());
            verify_tls13_signature_with_raw_key(message, &key, signature, &algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            vec![SignatureScheme::ED25519, SignatureScheme::ECDSA_NISTP256_SHA256]
        }

        fn requires_raw_public_keys(&self) -> bool {
            true
        }
    };
}

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    takes_every_signer!();
}

impl ClientCertVerifier for Anybody {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    takes_every_signer!();
}
