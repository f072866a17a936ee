//! What an operator proves themselves with.

use std::fmt;

use aws_lc_rs::{constant_time, digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// 32 random bytes as 43 characters of base64url (RFC 4648). These characters are what the console sends.
///
/// `Display` shows it, for the one time that it is handed out; `Debug` does not.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Zeroizing<String>);

/// The system gives no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this system gave no random bytes for a token")]
pub struct NoRandomness;

impl Token {
    pub(crate) fn generate() -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::fill(&mut *bytes).map_err(|_| NoRandomness)?;
        Ok(Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes))))
    }

    /// The characters, as a console sends them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What the store keeps of a token: 64 hexadecimal digits of its SHA-256.
///
/// A slow hash and a salt protect passwords, because people choose them from a few thousand million. A token is
/// 256 random bits: who holds the hash can't find it by trying, however fast trying is, and no two are the same. So
/// a login costs the relay a microsecond, which nobody can use to exhaust it.
pub(crate) fn hash(token: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, token);
    digest.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        use fmt::Write;
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Compares in a time that does not depend on where they differ.
pub(crate) fn fits(token: &[u8], stored: &str) -> bool {
    constant_time::verify_slices_are_equal(hash(token).as_bytes(), stored.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_43_characters_that_debug_hides() {
        let token = Token::generate().unwrap();
        assert_eq!(token.to_string().len(), 43);
        assert!(token.to_string().bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_'));
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert_ne!(token, Token::generate().unwrap());
    }

    #[test]
    fn the_hash_is_sha_256() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash(b"abc"), abc);
        assert!(fits(b"abc", abc));
        assert!(!fits(b"abd", abc));
        assert!(!fits(b"abc", "ba78"));
    }
}
