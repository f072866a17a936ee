//! The inner TLS by hand: what the seal says inside it is the test's own.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use farhand_proto::seal::ALPN;
use farhand_transport::Identity;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{AlwaysResolvesClientRawPublicKeys, ClientConnection};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::crypto::verify_tls13_signature_with_raw_key;
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{AlwaysResolvesServerRawPublicKeys, ServerConnection};
use rustls::{
    ClientConfig, Connection, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
};

use super::hostile::Line;
use super::soon;

/// One end of an inner TLS on a line between two halves of a session.
#[derive(Debug)]
pub struct InnerTls {
    line: Line,
    tls: Connection,
}

impl InnerTls {
    /// The client's end; it waits for the console's first bytes.
    pub async fn as_client(line: Line, identity: &Identity) -> Self {
        Self::resumed(line, Vec::new(), identity).await
    }

    /// The client's end, with the console's first bytes.
    pub async fn resumed(line: Line, first: Vec<u8>, identity: &Identity) -> Self {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_client_cert_verifier(Arc::new(Anybody))
            .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(
                identity.raw_key().unwrap(),
            )));
        config.alpn_protocols = vec![ALPN.to_vec()];
        config.send_tls13_tickets = 0;
        let tls = Connection::Server(ServerConnection::new(Arc::new(config)).unwrap());
        Self::open(line, tls, first).await
    }

    /// The console's end.
    pub async fn as_console(line: Line, identity: &Identity) -> Self {
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody))
            .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(
                identity.raw_key().unwrap(),
            )));
        config.alpn_protocols = vec![ALPN.to_vec()];
        let name = ServerName::try_from("hostile.example").unwrap();
        let tls = Connection::Client(ClientConnection::new(Arc::new(config), name).unwrap());
        Self::open(line, tls, Vec::new()).await
    }

    async fn open(line: Line, tls: Connection, first: Vec<u8>) -> Self {
        let mut inner = Self { line, tls };
        inner.process(&first);
        inner.flush().await;
        while inner.tls.is_handshaking() {
            assert!(inner.take_in().await, "the inner TLS has failed");
            inner.flush().await;
        }
        inner
    }

    /// Sends bytes inside the TLS, whatever they are. A line that is gone takes them for nothing.
    pub async fn send(&mut self, plaintext: &[u8]) {
        self.tls.writer().write_all(plaintext).unwrap();
        self.flush().await;
    }

    /// What comes next inside the TLS; empty at the end.
    pub async fn hear(&mut self) -> Vec<u8> {
        loop {
            let mut plaintext = Vec::new();
            // Nothing there is not an end.
            let _ = self.tls.reader().read_to_end(&mut plaintext);
            if !plaintext.is_empty() || !self.take_in().await {
                return plaintext;
            }
        }
    }

    /// Waits for the end of the line.
    pub async fn end(self) {
        self.line.end().await;
    }

    async fn take_in(&mut self) -> bool {
        let bytes = soon("bytes of the inner TLS", self.line.read()).await.unwrap_or_default();
        !bytes.is_empty() && self.process(&bytes)
    }

    fn process(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            self.tls.read_tls(&mut bytes).unwrap();
            if self.tls.process_new_packets().is_err() {
                return false;
            }
        }
        true
    }

    async fn flush(&mut self) {
        let mut out = Vec::new();
        while self.tls.wants_write() {
            self.tls.write_tls(&mut out).unwrap();
        }
        let _ = self.line.write(&out).await;
    }
}

/// Takes every key that signed the handshake.
#[derive(Debug)]
struct Anybody;

impl Anybody {
    fn check(
        message: &[u8],
        key: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = SubjectPublicKeyInfoDer::from(key.as_ref());
        let algorithms = default_provider().signature_verification_algorithms;
        verify_tls13_signature_with_raw_key(message, &key, signature, &algorithms)
    }
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
        Self::check(message, key, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
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
        Self::check(message, key, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
