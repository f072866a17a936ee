//! Ed25519 raw public keys as TLS carries them (RFC 7250): DER of a SubjectPublicKeyInfo (RFC 8410).

use aws_lc_rs::digest::{SHA256, digest};
use farhand_proto::relay::KeyHash;

/// What stands before the 32 bytes of every Ed25519 key: its only encoding.
const ED25519_SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The 32 bytes inside, if these are exactly an Ed25519 key.
pub(crate) fn ed25519(spki: &[u8]) -> Option<[u8; 32]> {
    spki.strip_prefix(&ED25519_SPKI)?.try_into().ok()
}

/// SHA-256 over all parts, one behind the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = aws_lc_rs::digest::Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// The name of a key.
pub(crate) fn key_hash(spki: &[u8]) -> KeyHash {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, spki).as_ref());
    KeyHash(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_ed25519_key_is_one() {
        let good = [ED25519_SPKI.as_slice(), &[7; 32]].concat();
        assert_eq!(ed25519(&good), Some([7; 32]));
        assert_eq!(ed25519(&good[..43]), None);
        assert_eq!(ed25519(&[good.as_slice(), &[0]].concat()), None);
        let mut x25519 = good;
        x25519[8] = 0x6e;
        assert_eq!(ed25519(&x25519), None);
    }

    #[test]
    fn a_key_is_named_by_the_hash_of_all_its_bytes() {
        assert_eq!(key_hash(b"abc").0, sha256(&[b"a", b"", b"bc"]));
    }
}
