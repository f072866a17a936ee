//! What a token looks like, as `farhand-relay operator add` prints it.

/// Characters of a token: 32 bytes in base64url.
pub(crate) const LENGTH: usize = 43;

/// Whether a relay can have given this.
pub(crate) fn is_token(text: &str) -> bool {
    text.len() == LENGTH
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
