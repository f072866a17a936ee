//! What a client tells its program.

use std::time::{Duration, Instant, SystemTime};

use farhand_proto::grant::Grants;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::language::Language;
use farhand_proto::prose::Prose;
use farhand_proto::relay::Voucher;
use farhand_seal::{SealError, SpokenWords};
use farhand_session::{FileEvent, Progress, SayError};
use farhand_transport::Rung;

use super::receipt::Receipt;
use crate::SessionEnd;
use crate::control::RelayError;

/// What the program shows and decides.
#[derive(Debug)]
pub enum Event {
    /// The relay is being tried.
    Connecting {
        /// Which try in a row this is: 1 at the start and after a connection that stood.
        attempt: u32,
    },
    /// The relay can't be used now; it is tried again.
    Trouble {
        /// What happened, in words; inside is what happened at each target.
        error: RelayError,
        /// Which try in a row failed; 0 if it was no try but a connection that stood until now.
        attempt: u32,
        /// When it is tried again.
        retry_in: Duration,
    },
    /// The relay does not answer for now: nobody can connect until it does (`false`), or until it is reached anew.
    Silent(bool),
    /// Somebody can connect. Comes again whenever number or password change.
    Ready {
        /// To be read aloud.
        session_id: SessionId,
        /// To be read aloud.
        password: Password,
        /// Whose relay it is, by its own word.
        organisation: String,
        /// What it tells its customers before they let anybody in, in their language or English.
        notice: Option<String>,
        /// The way that led to the relay.
        way: Option<Rung>,
    },
    /// A console came and did not get in.
    Refused {
        /// Why. After [`farhand_seal::Wrong::NumberEnded`] the number is good for nothing; another one follows.
        error: SealError,
    },
    /// Somebody wants in: ask the customer and pass the answer to [`Control::answer`](super::Control::answer).
    Asked(Question),
    /// The customer has said yes. [`Event::Allowed`] follows.
    Here(Visitor),
    /// What is allowed now, after the answer and after every change.
    Allowed(Grants),
    /// The customer's pause begins (`true`) or is over: meanwhile nothing is seen or done, whatever is allowed.
    Paused(bool),
    /// The operator says something in writing.
    Said(Prose),
    /// What the customer said in writing is on its way to the operator.
    Heard(Prose),
    /// It is not: why.
    NotHeard(SayError),
    /// Something about files: what the operator brings or fetches, and what came of it.
    File(FileEvent),
    /// How far the files under way have come.
    Progress(Progress),
    /// The line to the console is lost: nothing is seen or done until it is back. Another one is looked for.
    Lost,
    /// The line is still lost, and this is the next try.
    Retrying {
        /// Counts up from 2.
        attempt: u32,
    },
    /// The session goes on over another line.
    Found,
    /// The session goes without the relay from here on, or through it again.
    Direct(bool),
    /// From here on nothing of this computer is seen, and nothing is done to it. The other side is being told, which
    /// takes seconds where the network hangs; then [`Event::Ended`] follows.
    Over(Receipt),
    /// The session is over for both; the next [`Event::Ready`] brings a new password.
    Ended(SessionEnd),
    /// The relay is being stopped; the program looks for it again.
    RelayStopping,
    /// This computer's desktop is gone, for this reason: nobody can connect any more. The client has stopped.
    DesktopGone(String),
}

/// What the customer is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Who asks: signed by the relay, for this session and for the very key that the console has proven. Without such
    /// a word nobody gets as far as a question; that it is true remains the relay's claim.
    pub operator: Voucher,
    /// To compare with what the operator reads aloud, in [`Question::language`].
    pub words: SpokenWords,
    /// The language in which the console shows the words: the one that [`Client::start`](super::Client::start) got.
    pub language: Language,
    /// What is asked for.
    pub grants: Grants,
    /// How long the customer has; then the answer counts as no.
    pub timeout: Duration,
    /// When that is.
    pub deadline: Instant,
}

/// Who is in a session with the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Who it is, by the relay's word; see [`Question::operator`].
    pub operator: Voucher,
    /// When the customer said yes.
    pub since: SystemTime,
}
