//! Ed25519 keys: ephemeral ones of programs, lasting ones of relays.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use farhand_proto::relay::KeyHash;
use rustls::crypto::aws_lc_rs::sign::any_eddsa_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

/// An Ed25519 key pair (RFC 8032) and the forms in which TLS shows it.
pub struct Identity {
    pair: Ed25519KeyPair,
    pkcs8: PrivatePkcs8KeyDer<'static>,
    spki: Vec<u8>,
}

/// A key can't be made or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The system gives no randomness.
    #[error("this system gave no random bytes for a key")]
    Random,
    /// The stored key is not an Ed25519 key in PKCS #8 form (RFC 8410).
    #[error("the stored key is damaged or not an Ed25519 key")]
    Damaged,
}

impl Identity {
    /// A new key from the system's randomness.
    ///
    /// # Errors
    /// The system gives none.
    pub fn generate() -> Result<Self, IdentityError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| IdentityError::Random)?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| IdentityError::Random)?;
        Self::from_pkcs8(pkcs8.as_ref())
    }

    /// A key that was stored.
    ///
    /// # Errors
    /// The bytes are not an Ed25519 key in PKCS #8 form.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, IdentityError> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| IdentityError::Damaged)?;
        let spki = pair.public_key().as_der().map_err(|_| IdentityError::Damaged)?.as_ref().to_vec();
        Ok(Self { pair, pkcs8: PrivatePkcs8KeyDer::from(pkcs8.to_vec()), spki })
    }

    /// The secret key in PKCS #8 form, to store.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        self.pkcs8.secret_pkcs8_der()
    }

    /// The public key as a DER SubjectPublicKeyInfo (RFC 8410).
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The hash that names the public key.
    #[must_use]
    pub fn key_hash(&self) -> KeyHash {
        key_hash(&self.spki)
    }

    /// Signs bytes; they must begin with a label that no other kind of signature has.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }

    /// The key as a raw public key for TLS (RFC 7250).
    ///
    /// # Errors
    /// The TLS library does not take the key.
    pub fn raw_key(&self) -> Result<Arc<CertifiedKey>, IdentityError> {
        self.certified(CertificateDer::from(self.spki.clone()))
    }

    /// The key behind a certificate, for TLS.
    ///
    /// # Errors
    /// The TLS library does not take the key.
    pub fn certified(
        &self,
        certificate: CertificateDer<'static>,
    ) -> Result<Arc<CertifiedKey>, IdentityError> {
        let key = any_eddsa_type(&self.pkcs8).map_err(|_| IdentityError::Damaged)?;
        Ok(Arc::new(CertifiedKey::new(vec![certificate], key)))
    }

    /// A self-signed certificate for the key. It says nothing: whoever reaches a relay goes by its pin.
    ///
    /// # Errors
    /// The certificate can't be made.
    pub fn self_signed(&self) -> Result<CertificateDer<'static>, IdentityError> {
        let key = PrivateKeyDer::Pkcs8(self.pkcs8.clone_key());
        let key = rcgen::KeyPair::from_der_and_sign_algo(&key, &rcgen::PKCS_ED25519)
            .map_err(|_| IdentityError::Damaged)?;
        let mut params = rcgen::CertificateParams::new(vec!["relay.invalid".to_owned()])
            .map_err(|_| IdentityError::Damaged)?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        let certificate = params.self_signed(&key).map_err(|_| IdentityError::Damaged)?;
        Ok(certificate.der().clone())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("key", &self.key_hash()).finish_non_exhaustive()
    }
}

/// SHA-256 over a SubjectPublicKeyInfo.
#[must_use]
pub fn key_hash(spki: &[u8]) -> KeyHash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, spki).as_ref());
    KeyHash(hash)
}
