//! Where a relay listens.

use std::fmt;
use std::str::FromStr;

/// A host name or address and a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// A DNS name, an IPv4 address, or an IPv6 address without brackets.
    pub host: String,
    /// A TCP port.
    pub port: u16,
}

/// A text that names no host and port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not HOST:PORT; examples: relay.example.org:443, 192.0.2.7:11438, [2001:db8::7]:443")]
pub struct TargetError(String);

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl Target {
    /// Reads `HOST` or `HOST:PORT`; also says whether a port was written.
    ///
    /// # Errors
    /// It is neither.
    pub(crate) fn with_port(text: &str, port: u16) -> Result<(Self, bool), TargetError> {
        let has_port = match text.rsplit_once(']') {
            Some((_, behind)) => !behind.is_empty(),
            None => text.contains(':'),
        };
        let whole = if has_port { text.to_owned() } else { format!("{text}:{port}") };
        let target = whole.parse().map_err(|_| TargetError(text.to_owned()))?;
        Ok((target, has_port))
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let error = || TargetError(text.to_owned());
        let (host, port) = text.trim().rsplit_once(':').ok_or_else(error)?;
        let host = match host.strip_prefix('[') {
            Some(inside) => inside.strip_suffix(']').ok_or_else(error)?,
            None if host.contains(':') => return Err(error()),
            None => host,
        };
        if host.is_empty() || host.chars().any(|c| c.is_whitespace() || matches!(c, '/' | '[' | ']')) {
            return Err(error());
        }
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(error)?;
        Ok(Self { host: host.to_owned(), port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_as_they_are_printed() {
        for text in ["relay.example.org:443", "192.0.2.7:80", "[2001:db8::7]:110"] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
        for text in [
            "relay",
            "relay:",
            "relay:0",
            "relay:70000",
            ":443",
            "2001:db8::7:443",
            "https://a:443",
            "[::1:3",
            "[[x]:3",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
