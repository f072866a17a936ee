//! Why the relay can't be used, sorted by what the person can do about it.

use farhand_peer::client::RelayError;
use farhand_proto::relay::Refusal;
use farhand_transport::dial::{AttemptError, DialError};
use farhand_transport::proxy::{Proxy, ProxyError};

/// Tries in a row until the light turns red: by then it was no passing fault.
pub(crate) const PATIENCE: u32 = 4;

/// One kind of trouble, and what the program knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) kind: Kind,
    /// Who wants to know who this is.
    pub(crate) proxy: Option<Proxy>,
    /// What happened at each target, for whoever understands it.
    pub(crate) faults: Vec<Fault>,
}

/// What happened, somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where, if that is known.
    pub(crate) target: Option<String>,
    /// The text that says what.
    pub(crate) key: &'static str,
    /// What the system says of it.
    pub(crate) more: Option<String>,
}

/// Kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing answers, or names aren't found.
    Unreachable,
    /// Something on the way closes or refuses.
    Blocked,
    /// A proxy wants to know who this is.
    Proxy,
    /// The network wants people to log in on a web page first.
    Portal,
    /// What answers is not the relay.
    WrongRelay,
    /// The program and the relay do not understand each other.
    OldProgram,
    /// The relay takes no more.
    Full,
    /// A connection that stood is gone.
    Lost,
}

impl Kind {
    /// Whether trying again can't help.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::WrongRelay | Self::OldProgram | Self::Proxy)
    }
}

impl Trouble {
    pub(crate) fn of(error: &RelayError) -> Self {
        let kind = match error {
            RelayError::Unreachable(error) => kind_of_dial(error),
            RelayError::Refused(Refusal::Version(_) | Refusal::Protocol) | RelayError::Unexpected => {
                Kind::OldProgram
            }
            RelayError::Refused(Refusal::Busy { .. }) => Kind::Full,
            RelayError::Refused(_) | RelayError::Leg(_) | RelayError::Silent | RelayError::Stopping => {
                Kind::Lost
            }
        };
        let proxy = match error {
            RelayError::Unreachable(error) => error.asking_proxy().cloned(),
            _ => None,
        };
        Self { kind, proxy, faults: faults(error) }
    }
}

fn faults(error: &RelayError) -> Vec<Fault> {
    let one = |key, more| vec![Fault { target: None, key, more }];
    match error {
        RelayError::Unreachable(error) => error
            .attempts
            .iter()
            .map(|(target, error)| {
                let (key, more) = at_target(error);
                Fault { target: Some(target.to_string()), key, more }
            })
            .collect(),
        RelayError::Refused(refusal) => one("fault-refusal", Some(refusal.to_string())),
        RelayError::Leg(error) => one("fault-leg", Some(error.to_string())),
        RelayError::Silent => one("fault-silent", None),
        RelayError::Unexpected => one("fault-unexpected", None),
        RelayError::Stopping => one("fault-stopping", None),
    }
}

pub(crate) fn at_target(error: &AttemptError) -> (&'static str, Option<String>) {
    match error {
        AttemptError::Name(error) => ("fault-name", Some(error.to_string())),
        AttemptError::Refused => ("fault-refused", None),
        AttemptError::TimedOut => ("fault-timed-out", None),
        AttemptError::Network(error) => ("fault-network", Some(error.to_string())),
        AttemptError::WrongPin => ("fault-wrong-pin", None),
        AttemptError::Proxy(proxy, ProxyError::WantsPassword(_)) => {
            ("fault-proxy-wants-password", Some(proxy.to_string()))
        }
        AttemptError::Proxy(proxy, ProxyError::WrongPassword) => {
            ("fault-proxy-wrong-password", Some(proxy.to_string()))
        }
        AttemptError::Proxy(proxy, error) => ("fault-proxy", Some(format!("{proxy}: {error}"))),
        AttemptError::Portal(to) => ("fault-portal", Some(to.clone())),
        AttemptError::Closed => ("fault-closed", None),
        AttemptError::NotARelay(error) => ("fault-not-a-relay", Some(error.to_string())),
        AttemptError::Identity(error) => ("fault-own-key", Some(error.to_string())),
    }
}

fn kind_of_dial(error: &DialError) -> Kind {
    if error.asking_proxy().is_some() {
        return Kind::Proxy;
    }
    if error.is_portal() {
        return Kind::Portal;
    }
    if error.is_wrong_pin() {
        return Kind::WrongRelay;
    }
    let blocked = |error: &AttemptError| {
        matches!(
            error,
            AttemptError::Refused
                | AttemptError::Closed
                | AttemptError::NotARelay(_)
                | AttemptError::Proxy(..)
        )
    };
    if error.attempts.iter().any(|(_, error)| blocked(error)) { Kind::Blocked } else { Kind::Unreachable }
}
