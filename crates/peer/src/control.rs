//! What a client's and a console's first talk with a relay have in common.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use farhand_proto::bounded::Bytes;
use farhand_proto::limits::MAX_SIGNED;
use farhand_proto::relay::{FromRelay, Refusal, Ticket, ToRelay};
use farhand_proto::version::Versions;
use farhand_transport::dial::DialError;
use farhand_transport::{Identity, Ladder, Leg, LegError, Pin};

use crate::RELAY_ANSWER;

/// How a program reaches its relay.
#[derive(Debug, Clone)]
pub struct Way {
    /// Every way to the relays; tried one a little after the other.
    pub ladder: Ladder,
    /// The keys that the relay may have.
    pub pins: Vec<Pin>,
    /// For how long a session whose line was lost may come back; [`farhand_session::RESUME_WINDOW`] is a good choice.
    pub resume_window: Duration,
    /// Whether a session may go without the relay.
    pub direct: Direct,
}

/// Whether a session may go without the relay, where its two computers reach each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direct {
    /// It stays with the relay.
    Off,
    /// It may. A console would rather wait at this port than at another; a client dials only.
    On {
        /// TCP.
        port: u16,
    },
}

impl Default for Direct {
    fn default() -> Self {
        Self::On { port: Self::PORT }
    }
}

impl Direct {
    /// The port at which a console waits if it is not told otherwise and can have it.
    pub const PORT: u16 = farhand_transport::direct::PORT;

    /// The port, where a session may go without the relay.
    pub(crate) fn port(self) -> Option<u16> {
        match self {
            Self::Off => None,
            Self::On { port } => Some(port),
        }
    }
}

impl FromStr for Direct {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            "on" => Ok(Self::default()),
            port => match port.parse() {
                Ok(port) if port > 0 => Ok(Self::On { port }),
                _ => Err("on, off or a port from 1 to 65535 is needed".to_owned()),
            },
        }
    }
}

/// Reads [`Way::resume_window`] as people write it: whole seconds.
///
/// # Errors
/// It is none, or more than an hour; in words.
pub fn parse_resume_window(text: &str) -> Result<u16, String> {
    text.parse()
        .ok()
        .filter(|seconds| (0..=3600).contains(seconds))
        .ok_or_else(|| "a whole number of seconds is needed, from 0 to 3600".to_owned())
}

/// Why a relay did not do what was asked of it.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// No target gave a leg.
    #[error("{0}")]
    Unreachable(#[from] DialError),
    /// The relay says no.
    #[error("{0}")]
    Refused(Refusal),
    /// The leg ended.
    #[error("the relay ended the connection ({0}); try again")]
    Leg(#[from] LegError),
    /// No answer came.
    #[error("the relay did not answer within {} s; try again", RELAY_ANSWER.as_secs())]
    Silent,
    /// An answer came that does not fit.
    #[error("the relay answered something else than was asked; use the newest program")]
    Unexpected,
    /// The relay is being stopped.
    #[error("the relay is being stopped; try again in a minute")]
    Stopping,
}

/// Dials and says the first message; gives the leg and the relay's answer to it.
pub(crate) async fn open(
    way: &Way,
    identity: &Identity,
    first: &ToRelay,
) -> Result<(Leg, FromRelay), RelayError> {
    let mut leg = farhand_transport::dial(&way.ladder, &way.pins, identity).await?;
    let talk = async {
        leg.write_message(first).await?;
        leg.read_message::<FromRelay>().await
    };
    match tokio::time::timeout(RELAY_ANSWER, talk).await {
        Err(_) => Err(RelayError::Silent),
        Ok(Err(error)) => Err(error.into()),
        Ok(Ok(FromRelay::Refused { refusal })) => Err(RelayError::Refused(refusal)),
        Ok(Ok(FromRelay::Stopping {})) => Err(RelayError::Stopping),
        Ok(Ok(answer)) => Ok((leg, answer)),
    }
}

/// What a relay says when both halves are there.
#[derive(Debug)]
pub(crate) struct Joined {
    /// What brings this half back there.
    pub(crate) pass: Bytes<MAX_SIGNED>,
    /// Where it comes from, as the relay sees it; `None` where the two are not to look for a way without it.
    pub(crate) direct: Option<IpAddr>,
}

/// Brings one half of a session to the relay and waits for the other.
pub(crate) async fn join(
    way: &Way,
    identity: &Identity,
    ticket: Ticket,
) -> Result<(Leg, Joined), RelayError> {
    let first = ToRelay::Join { versions: Versions::RELAY, ticket };
    joined(open(way, identity, &first).await?)
}

/// Brings one half of a session back to a relay and waits for the other, which may not know yet that it has to.
pub(crate) async fn resume(
    way: &Way,
    identity: &Identity,
    pass: Bytes<MAX_SIGNED>,
) -> Result<(Leg, Joined), RelayError> {
    let first = ToRelay::Resume { versions: Versions::RELAY, pass };
    joined(open(way, identity, &first).await?)
}

fn joined((leg, answer): (Leg, FromRelay)) -> Result<(Leg, Joined), RelayError> {
    match answer {
        FromRelay::Joined { pass, direct, .. } => Ok((leg, Joined { pass, direct })),
        _ => Err(RelayError::Unexpected),
    }
}

/// A program's own key on legs and in seals.
pub(crate) fn new_identity() -> Result<Arc<Identity>, farhand_transport::identity::IdentityError> {
    Ok(Arc::new(Identity::generate()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_whole_seconds() {
        assert_eq!((parse_resume_window("0"), parse_resume_window("3600")), (Ok(0), Ok(3600)));
        for text in ["", "-1", "3601", "1.5", "70000"] {
            assert!(parse_resume_window(text).unwrap_err().contains("from 0 to 3600"), "{text}");
        }
    }

    #[test]
    fn a_session_may_go_without_the_relay_or_not() {
        assert_eq!("off".parse(), Ok(Direct::Off));
        assert_eq!("on".parse(), Ok(Direct::On { port: 110 }));
        assert_eq!("4711".parse(), Ok(Direct::On { port: 4711 }));
        for text in ["", "0", "65536", "-1", "On", "yes"] {
            assert!(text.parse::<Direct>().unwrap_err().contains("from 1 to 65535"), "{text}");
        }
    }
}
