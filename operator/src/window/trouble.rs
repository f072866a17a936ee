//! Every refusal in words for the operator: what happened, and what to try next.

use farhand_peer::SessionEnd;
use farhand_peer::console::{ConnectError, RelayError};
use farhand_proto::relay::Refusal;
use farhand_proto::seal::SealRefusal;
use farhand_proto::session::EndReason;
use farhand_seal::SealError;
use farhand_session::Ended;
use farhand_transport::Proxy;
use farhand_transport::dial::{AttemptError, DialError};
use farhand_transport::proxy::ProxyError;

use super::details;
use super::words::Words;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) what: Words,
    pub(crate) next: Words,
    /// For whoever looks into it: one line each.
    pub(crate) details: Vec<Words>,
    /// A proxy that wants to know who this is.
    pub(crate) proxy: Option<Proxy>,
    /// Where the cure begins.
    pub(crate) fault: Fault,
}

/// What has to be changed before it makes sense to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Id,
    Password,
    Settings,
    /// Nothing here.
    Elsewhere,
}

impl Trouble {
    fn new(what: &'static str, next: &'static str, fault: Fault) -> Self {
        Self { what: Words::new(what), next: Words::new(next), details: Vec::new(), proxy: None, fault }
    }

    fn detail(mut self, detail: impl Into<Option<Words>>) -> Self {
        self.details.extend(detail.into());
        self
    }
}

impl From<&ConnectError> for Trouble {
    fn from(error: &ConnectError) -> Self {
        match error {
            ConnectError::Relay(error) => error.into(),
            ConnectError::Nobody => Self::new("trouble-nobody", "trouble-nobody-next", Fault::Id),
            ConnectError::Seal(error) => error.into(),
            ConnectError::Identity(error) => {
                Self::new("trouble-here", "trouble-here-next", Fault::Elsewhere).detail(details::code(error))
            }
        }
    }
}

impl From<&RelayError> for Trouble {
    fn from(error: &RelayError) -> Self {
        match error {
            RelayError::Unreachable(error) => error.into(),
            RelayError::Refused(refusal) => refusal.into(),
            RelayError::Leg(_) => Self::new("trouble-relay-left", "trouble-again", Fault::Elsewhere)
                .detail(details::of_leg(error)),
            RelayError::Silent => Self::new("trouble-relay-silent", "trouble-again", Fault::Elsewhere),
            RelayError::Unexpected => Self::new("trouble-relay-odd", "trouble-newest", Fault::Elsewhere),
            RelayError::Stopping => Self::new("trouble-relay-stopping", "trouble-minute", Fault::Elsewhere),
        }
    }
}

impl From<&DialError> for Trouble {
    fn from(error: &DialError) -> Self {
        let mut trouble = if let (Some(proxy), false) = (error.missing_proxy(), error.is_wrong_pin()) {
            let mut trouble = Self::new("verdict-no-proxy", "trouble-no-proxy-next", Fault::Settings);
            trouble.what = Words::new("verdict-no-proxy").with("proxy", proxy);
            trouble
        } else if error.is_portal() {
            Self::new("verdict-portal", "trouble-again", Fault::Elsewhere)
        } else if error.is_wrong_pin() {
            Self::new("trouble-pin", "trouble-pin-next", Fault::Settings)
        } else {
            Self::new("trouble-unreachable", "trouble-unreachable-next", Fault::Elsewhere)
        };
        trouble.proxy = error.asking_proxy().cloned();
        if trouble.proxy.is_some() {
            trouble.next = Words::new("trouble-proxy-next");
        }
        trouble.details = error.attempts.iter().map(|(target, error)| attempt(error, target)).collect();
        trouble
    }
}

/// What came of an attempt, at this target or over this way.
pub(crate) fn attempt(error: &AttemptError, at: impl ToString) -> Words {
    let key = match error {
        AttemptError::Name(_) => "attempt-name",
        AttemptError::Refused => "attempt-refused",
        AttemptError::TimedOut => "attempt-timed-out",
        AttemptError::Network(_) => "attempt-network",
        AttemptError::WrongPin => "attempt-pin",
        AttemptError::Proxy(_, ProxyError::WantsPassword(_)) => "attempt-proxy-wants-password",
        AttemptError::Proxy(_, ProxyError::WrongPassword) => "attempt-proxy-wrong-password",
        AttemptError::Proxy(_, ProxyError::Network(_)) => "attempt-proxy-missing",
        AttemptError::Proxy(..) => "attempt-proxy",
        AttemptError::Portal(_) => "attempt-portal",
        AttemptError::Closed => "attempt-closed",
        AttemptError::NotARelay(_) => "attempt-no-relay",
        AttemptError::Identity(_) => "attempt-here",
    };
    let words = Words::new(key).with("relay", at);
    match error {
        AttemptError::Proxy(proxy, _) => words.with("proxy", proxy),
        _ => words,
    }
}

impl From<&Refusal> for Trouble {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Version(_) | Refusal::Protocol => {
                Self::new("trouble-relay-version", "trouble-newest", Fault::Elsewhere)
                    .detail(details::of_refusal(refusal))
            }
            Refusal::Operator => Self::new("trouble-operator", "trouble-operator-next", Fault::Settings),
            Refusal::Ticket => Self::new("trouble-ticket", "trouble-again", Fault::Elsewhere),
            Refusal::Alone => Self::new("trouble-alone", "trouble-alone-next", Fault::Elsewhere),
            Refusal::Busy { seconds } => Self {
                next: Words::new("trouble-busy-next").count("seconds", u64::from(*seconds)),
                ..Self::new("trouble-busy", "trouble-busy-next", Fault::Elsewhere)
            },
        }
    }
}

impl From<&SealError> for Trouble {
    fn from(error: &SealError) -> Self {
        match error {
            SealError::Refused(refusal) => match refusal {
                SealRefusal::Password => {
                    Self::new("trouble-password", "trouble-password-next", Fault::Password)
                }
                SealRefusal::PasswordReplaced => {
                    Self::new("trouble-password", "trouble-password-replaced", Fault::Password)
                }
                SealRefusal::NumberEnded => {
                    Self::new("trouble-number-ended", "trouble-new-numbers", Fault::Id)
                }
                SealRefusal::Version | SealRefusal::Protocol => {
                    Self::new("trouble-programs", "trouble-newest", Fault::Elsewhere)
                        .detail(details::of_seal_refusal(refusal))
                }
                SealRefusal::Voucher | SealRefusal::Resume => {
                    Self::new("trouble-voucher", "trouble-again", Fault::Elsewhere)
                }
            },
            SealError::RunsSpent(_) => Self::new("trouble-spent", "trouble-spent-next", Fault::Id),
            SealError::ClientUnproven => Self::new("trouble-unproven", "trouble-unproven-next", Fault::Id),
            SealError::TimedOut | SealError::Closed => {
                Self::new("trouble-client-silent", "trouble-client-silent-next", Fault::Elsewhere)
            }
            SealError::Version { .. } => Self::new("trouble-programs", "trouble-newest", Fault::Elsewhere)
                .detail(details::of_seal(error)),
            SealError::PeerMisbehaved(_) | SealError::Tls(_) => {
                Self::new("trouble-seal", "trouble-seal-next", Fault::Elsewhere)
                    .detail(details::of_seal(error))
            }
            SealError::WrongPassword(_)
            | SealError::GuessesSpent(_)
            | SealError::Voucher(_)
            | SealError::Key(_)
            | SealError::Over => Self::new("trouble-here", "trouble-here-next", Fault::Elsewhere)
                .detail(details::of_seal(error)),
        }
    }
}

impl From<&SessionEnd> for Trouble {
    fn from(end: &SessionEnd) -> Self {
        let elsewhere = |what, next| Self::new(what, next, Fault::Elsewhere);
        match end {
            SessionEnd::Session(Ended::Here(reason) | Ended::There(reason)) => match reason {
                EndReason::Operator => elsewhere("end-operator", "end-operator-next"),
                EndReason::Customer => elsewhere("end-customer", "end-customer-next"),
                EndReason::Denied => elsewhere("end-denied", "end-denied-next"),
                EndReason::NoAnswer => elsewhere("end-no-answer", "end-no-answer-next"),
                EndReason::DisplayGone(why) => {
                    elsewhere("end-desktop-gone", "end-desktop-gone-next").detail(details::there(why))
                }
                EndReason::WordsDiffer => elsewhere("end-words", "end-words-next"),
                EndReason::Protocol(why) => {
                    elsewhere("end-protocol", "trouble-newest").detail(details::there(why))
                }
            },
            SessionEnd::Session(Ended::Lost(_)) => elsewhere("end-line", "end-line-next"),
            SessionEnd::Relay(refusal) => refusal.into(),
        }
    }
}
