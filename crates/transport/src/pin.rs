//! The pin of a relay's key.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use farhand_proto::relay::KeyHash;

/// What a relay is known by: the SHA-256 of its public key, written `sha256/` and 44 characters of base64.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pin(pub KeyHash);

/// A text that is no pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pin looks like sha256/ followed by 44 letters, digits, + / or =; `farhand-relay pin` prints it")]
pub struct PinError;

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256/{}", STANDARD.encode(self.0.0))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

impl FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        let text = text.trim().strip_prefix("sha256/").ok_or(PinError)?;
        let bytes = STANDARD.decode(text).map_err(|_| PinError)?;
        Ok(Self(KeyHash(bytes.try_into().map_err(|_| PinError)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_as_it_is_printed() {
        let pin = Pin(KeyHash([7; 32]));
        assert_eq!(pin.to_string(), "sha256/BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        assert_eq!(pin.to_string().parse(), Ok(pin));
        assert_eq!("sha256/BwcH".parse::<Pin>(), Err(PinError));
        assert_eq!("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".parse::<Pin>(), Err(PinError));
    }
}
