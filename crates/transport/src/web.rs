//! The certificate that a relay shows to browsers and to whatever looks like one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::tls::ACME;

/// The one in use; it can be replaced at any time.
#[derive(Debug)]
pub struct WebCertificate {
    in_use: RwLock<Arc<CertifiedKey>>,
    /// What is shown in its place to whoever checks that a host is this relay's.
    proofs: RwLock<HashMap<String, Arc<CertifiedKey>>>,
}

/// Why a certificate can't be used.
#[derive(Debug, thiserror::Error)]
pub enum WebCertificateError {
    /// A file can't be read, or holds something else.
    #[error("{path} holds no {what} that can be used: {why}", path = .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What should be in it.
        what: &'static str,
        /// What the library says.
        why: String,
    },
    /// They do not belong together.
    #[error("the certificate and its key do not belong together: {0}")]
    Apart(rustls::Error),
    /// None can be made.
    #[error("no certificate can be made: {0}")]
    Unmade(rcgen::Error),
}

impl WebCertificate {
    /// One that nobody vouches for. Browsers warn of it; programs of ours, which trust what is inside alone, do not.
    ///
    /// # Errors
    /// The library can't make it.
    pub fn self_signed() -> Result<Self, WebCertificateError> {
        let make = || {
            let key = rcgen::KeyPair::generate()?;
            let mut params = rcgen::CertificateParams::new(vec!["relay.invalid".to_owned()])?;
            params.distinguished_name = rcgen::DistinguishedName::new();
            Ok((params.self_signed(&key)?.der().clone(), key.serialize_der()))
        };
        let (certificate, key) = make().map_err(WebCertificateError::Unmade)?;
        Ok(Self::of(certified(vec![certificate], PrivateKeyDer::Pkcs8(key.into()))?))
    }

    /// The one in these files, in PEM: the certificate with those that vouch for it behind it, and its key.
    ///
    /// # Errors
    /// A file can't be read or used, or they do not belong together.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, WebCertificateError> {
        Ok(Self::of(from_files(certificate, key)?))
    }

    fn of(key: Arc<CertifiedKey>) -> Self {
        Self { in_use: RwLock::new(key), proofs: RwLock::default() }
    }

    /// Shows who asks for it by the protocol `acme-tls/1` that this host is the relay's (RFC 8737, section 3): `digest` is
    /// the SHA-256 of what the authority has to find.
    ///
    /// # Errors
    /// The library can't make such a certificate.
    pub fn prove(&self, host: &str, digest: [u8; 32]) -> Result<(), WebCertificateError> {
        let make = || {
            let key = rcgen::KeyPair::generate()?;
            let mut params = rcgen::CertificateParams::new(vec![host.to_owned()])?;
            params.custom_extensions = vec![rcgen::CustomExtension::new_acme_identifier(&digest)];
            Ok((params.self_signed(&key)?.der().clone(), key.serialize_der()))
        };
        let (certificate, key) = make().map_err(WebCertificateError::Unmade)?;
        // Not checked against each other: the extension is one that only authorities know, and critical.
        let key = PrivateKeyDer::Pkcs8(key.into());
        let key = aws_lc_rs::sign::any_supported_type(&key).map_err(WebCertificateError::Apart)?;
        let proof = Arc::new(CertifiedKey::new(vec![certificate], key));
        let mut proofs = self.proofs.write().unwrap_or_else(PoisonError::into_inner);
        proofs.insert(host.to_ascii_lowercase(), proof);
        Ok(())
    }

    /// Takes all proofs away.
    pub fn forget_proofs(&self) {
        self.proofs.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The certificate in use with those behind it.
    #[must_use]
    pub fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.in_use.read().unwrap_or_else(PoisonError::into_inner).cert.clone()
    }

    /// Takes what is in these files now; the old one stays if that can't be used.
    ///
    /// # Errors
    /// A file can't be read or used, or they do not belong together.
    pub fn reload(&self, certificate: &Path, key: &Path) -> Result<(), WebCertificateError> {
        let new = from_files(certificate, key)?;
        *self.in_use.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }
}

impl ResolvesServerCert for WebCertificate {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if hello.alpn().is_some_and(|mut names| names.any(|name| name == ACME)) {
            let proofs = self.proofs.read().unwrap_or_else(PoisonError::into_inner);
            return proofs.get(&hello.server_name()?.to_ascii_lowercase()).cloned();
        }
        Some(Arc::clone(&self.in_use.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn from_files(certificate: &Path, key: &Path) -> Result<Arc<CertifiedKey>, WebCertificateError> {
    let fault =
        |path: &Path, what, why: String| WebCertificateError::File { path: path.to_owned(), what, why };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| fault(certificate, "certificate", error.to_string()))?;
    if chain.is_empty() {
        return Err(fault(certificate, "certificate", "there is none in it".to_owned()));
    }
    let key =
        PrivateKeyDer::from_pem_file(key).map_err(|error| fault(key, "private key", error.to_string()))?;
    certified(chain, key)
}

fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<CertifiedKey>, WebCertificateError> {
    let provider = aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map(Arc::new).map_err(WebCertificateError::Apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> (PathBuf, PathBuf) {
        let (certificate, key) = (folder.join("fullchain.pem"), folder.join("privkey.pem"));
        let pair = rcgen::KeyPair::generate().unwrap();
        let made =
            rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap().self_signed(&pair).unwrap();
        std::fs::write(&certificate, made.pem()).unwrap();
        std::fs::write(&key, pair.serialize_pem()).unwrap();
        (certificate, key)
    }

    #[test]
    fn what_is_wrong_with_files_is_said_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = files(folder.path());
        let loaded = WebCertificate::load(&certificate, &key).unwrap();
        let in_use = || loaded.chain();
        let before = in_use();
        let said = |error: WebCertificateError| error.to_string();
        let missing = folder.path().join("nothing.pem");
        assert!(said(loaded.reload(&missing, &key).unwrap_err()).contains("nothing.pem"));
        assert!(said(loaded.reload(&key, &key).unwrap_err()).contains("there is none"));
        assert!(said(loaded.reload(&certificate, &certificate).unwrap_err()).contains("private key"));
        let other = tempfile::tempdir().unwrap();
        let (renewed, its_key) = files(other.path());
        assert!(said(loaded.reload(&renewed, &key).unwrap_err()).contains("belong together"));
        assert_eq!(in_use(), before);
        loaded.reload(&renewed, &its_key).unwrap();
        assert_ne!(in_use(), before);
        assert!(WebCertificate::self_signed().is_ok());
    }
}
