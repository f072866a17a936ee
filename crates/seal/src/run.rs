//! What both ends' handshakes have in common: TLS first, then frames in lockstep, a deadline, and a refusal that
//! still goes out when the run fails.

use farhand_proto::codec::{self, HEADER, Message};
use farhand_proto::language::Language;
use farhand_proto::limits::MAX_SEAL_FRAME;
use farhand_proto::relay::Voucher;
use farhand_proto::seal::SealRefusal;
use farhand_proto::time::Moment;
use farhand_proto::version::Version;

use crate::error::{Misbehaviour, SealError};
use crate::resume::ResumeKeys;
use crate::sealed::Sealed;
use crate::tls::{Channel, Tls};
use crate::words::SpokenWords;

/// How long a handshake may take, from its first byte to the seal.
pub const RUN_TIME: Moment = Moment::from_secs(10);

/// The most bytes that a run takes from the link before its last message, TLS and all; a good one needs 5 KiB.
pub const MAX_RUN_INPUT: usize = 32 * 1024;

/// What a driver does next.
#[derive(Debug)]
pub enum Step<T> {
    /// Send what `take_output` gives, then bring more input.
    NeedInput,
    /// The seal stands. What is still to be sent moved into it.
    Done(Box<T>),
}

/// One end's part of the conversation: frames in, frames out.
pub(crate) trait Handshake {
    /// What the peer sends.
    type Incoming: Message;
    /// What is left when both have proven the password.
    type Outcome;

    /// Whether the peer may send session data right behind its last message.
    const DATA_MAY_FOLLOW: bool;

    /// The TLS stands.
    fn opened(&mut self, channel: &dyn Channel, out: &mut Vec<u8>) -> Result<(), SealError>;

    /// A message came, `frame` is its wire form. Time is counted from the start of the run.
    fn message(
        &mut self,
        message: Self::Incoming,
        frame: &[u8],
        channel: &dyn Channel,
        elapsed: Moment,
        out: &mut Vec<u8>,
    ) -> Result<Option<Self::Outcome>, SealError>;

    /// The frame that tells the peer why; `None` where it would take it for session data.
    fn refuse(&self, refusal: SealRefusal) -> Option<Vec<u8>>;
}

/// What both ends know once the seal stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agreed {
    pub(crate) version: Version,
    pub(crate) words: SpokenWords,
    pub(crate) language: Language,
}

/// The client's outcome.
pub(crate) struct AgreedByClient {
    pub(crate) keys: ResumeKeys,
    pub(crate) operator: Voucher,
}

/// What a driver does with each of the four runs: with its type, what it ends in, and how that is made of the outcome
/// and the stream.
macro_rules! driven {
    ($run:ty, $done:ty, |$outcome:ident, $stream:ident| $make:expr) => {
        impl $run {
            /// Bytes came from the link.
            ///
            /// # Errors
            /// Nothing stands, and nothing will. Send what [`take_output`](Self::take_output) still gives and close the
            /// link.
            pub fn handle_input(
                &mut self,
                bytes: &[u8],
                now: Moment,
            ) -> Result<$crate::run::Step<$done>, SealError> {
                let Some(($outcome, $stream)) = self.0.handle_input(bytes, now)? else {
                    return Ok($crate::run::Step::NeedInput);
                };
                Ok($crate::run::Step::Done(Box::new($make)))
            }

            /// The link's stream ended. Gives the error to report.
            pub fn handle_eof(&mut self) -> SealError {
                self.0.handle_eof()
            }

            /// Time went by.
            ///
            /// # Errors
            /// [`SealError::TimedOut`] at or after the [`deadline`](Self::deadline).
            pub fn handle_timeout(&mut self, now: Moment) -> Result<(), SealError> {
                self.0.handle_timeout(now)
            }

            /// When [`handle_timeout`](Self::handle_timeout) must be called at the latest.
            #[must_use]
            pub fn deadline(&self) -> Moment {
                self.0.deadline()
            }

            /// Appends the bytes to send; says whether there were any.
            pub fn take_output(&mut self, out: &mut Vec<u8>) -> bool {
                self.0.take_output(out)
            }
        }
    };
}
pub(crate) use driven;

/// One run of a handshake.
pub(crate) struct Run<H> {
    talk: Option<Talk<H>>,
    output: Vec<u8>,
    started: Moment,
}

struct Talk<H> {
    tls: Tls,
    handshake: H,
    opened: bool,
    inbox: Vec<u8>,
    taken: usize,
}

impl<H: Handshake> Run<H> {
    pub(crate) fn new(mut tls: Tls, handshake: H, now: Moment) -> Self {
        let mut output = Vec::new();
        tls.flush(&mut output);
        let talk = Talk { tls, handshake, opened: false, inbox: Vec::new(), taken: 0 };
        Self { talk: Some(talk), output, started: now }
    }

    pub(crate) fn deadline(&self) -> Moment {
        self.started + RUN_TIME
    }

    pub(crate) fn take_output(&mut self, out: &mut Vec<u8>) -> bool {
        let any = !self.output.is_empty();
        out.append(&mut self.output);
        any
    }

    /// Gives the outcome and the stream that it belongs to.
    pub(crate) fn handle_input(
        &mut self,
        bytes: &[u8],
        now: Moment,
    ) -> Result<Option<(H::Outcome, Unfinished)>, SealError> {
        self.handle_timeout(now)?;
        let mut talk = self.talk.take().ok_or(SealError::Over)?;
        match talk.advance(bytes, now.saturating_sub(self.started), &mut self.output) {
            Ok(None) => {
                self.talk = Some(talk);
                Ok(None)
            }
            Ok(Some(outcome)) => {
                let output = std::mem::take(&mut self.output);
                Ok(Some((outcome, Unfinished { tls: talk.tls, output, plaintext: talk.inbox })))
            }
            Err(error) => {
                talk.give_up(&error, &mut self.output);
                Err(error)
            }
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Moment) -> Result<(), SealError> {
        if now < self.deadline() {
            return Ok(());
        }
        self.end(SealError::TimedOut)
    }

    pub(crate) fn handle_eof(&mut self) -> SealError {
        match self.end(SealError::Closed) {
            Ok(()) => SealError::Over,
            Err(error) => error,
        }
    }

    /// This end's part, while the run lasts.
    pub(crate) fn handshake(&self) -> Option<&H> {
        self.talk.as_ref().map(|talk| &talk.handshake)
    }

    /// This end says something that does not answer a message.
    pub(crate) fn act(
        &mut self,
        say: impl FnOnce(&mut H, &dyn Channel, &mut Vec<u8>) -> Result<(), SealError>,
    ) -> Result<(), SealError> {
        let mut talk = self.talk.take().ok_or(SealError::Over)?;
        let mut frames = Vec::new();
        let said = say(&mut talk.handshake, &talk.tls, &mut frames)
            .and_then(|()| talk.tls.send(&frames, &mut self.output).map_err(SealError::Tls));
        match said {
            Ok(()) => {
                self.talk = Some(talk);
                Ok(())
            }
            Err(error) => {
                talk.give_up(&error, &mut self.output);
                Err(error)
            }
        }
    }

    fn end(&mut self, error: SealError) -> Result<(), SealError> {
        let Some(mut talk) = self.talk.take() else { return Err(SealError::Over) };
        talk.give_up(&error, &mut self.output);
        Err(error)
    }
}

impl<H: Handshake> Talk<H> {
    fn advance(
        &mut self,
        bytes: &[u8],
        elapsed: Moment,
        output: &mut Vec<u8>,
    ) -> Result<Option<H::Outcome>, SealError> {
        // What this call brings may hold session data behind the last message, so only the ones before it count.
        if self.taken > MAX_RUN_INPUT {
            return Err(Misbehaviour::TooMuch.into());
        }
        self.taken = self.taken.saturating_add(bytes.len());
        let received = self.tls.receive(bytes, &mut self.inbox);
        self.tls.flush(output);
        // A refusal may have come before whatever went wrong.
        let outcome = self.converse(elapsed, output)?;
        received.map_err(SealError::Tls)?;
        if outcome.is_none() && self.tls.peer_closed() {
            return Err(SealError::Closed);
        }
        Ok(outcome)
    }

    fn converse(&mut self, elapsed: Moment, output: &mut Vec<u8>) -> Result<Option<H::Outcome>, SealError> {
        if !self.tls.is_established() {
            return Ok(None);
        }
        let mut frames = Vec::new();
        if !self.opened {
            self.open(&mut frames)?;
        }
        // This end may have just spoken first; then nothing may be there yet.
        let mut outcome = None;
        if frames.is_empty() {
            let Some((message, frame)) = next_frame::<H::Incoming>(&mut self.inbox)? else { return Ok(None) };
            outcome = self.handshake.message(message, &frame, &self.tls, elapsed, &mut frames)?;
        }
        let data_may_follow = outcome.is_some() && H::DATA_MAY_FOLLOW;
        if !self.inbox.is_empty() && !data_may_follow {
            return Err(Misbehaviour::Early.into());
        }
        self.tls.send(&frames, output).map_err(SealError::Tls)?;
        Ok(outcome)
    }

    fn open(&mut self, frames: &mut Vec<u8>) -> Result<(), SealError> {
        if !self.tls.speaks_seal() {
            return Err(Misbehaviour::Alpn.into());
        }
        if self.tls.peer_key() == self.tls.own_key() {
            return Err(Misbehaviour::OwnKey.into());
        }
        self.opened = true;
        self.handshake.opened(&self.tls, frames)
    }

    /// Tells the peer, if it can be told, and closes.
    fn give_up(&mut self, error: &SealError, output: &mut Vec<u8>) {
        if self.opened
            && let Some(frame) = refusal(error).and_then(|refusal| self.handshake.refuse(refusal))
        {
            // A TLS that failed takes no more; its alert is all that goes out then.
            let _ = self.tls.send(&frame, output);
        }
        self.tls.close(output);
    }
}

/// The TLS that carried the handshake, and the bytes that were already behind it.
pub(crate) struct Unfinished {
    tls: Tls,
    output: Vec<u8>,
    plaintext: Vec<u8>,
}

impl Unfinished {
    pub(crate) fn sealed(self, keys: ResumeKeys) -> Sealed {
        Sealed::new(self.tls, self.output, self.plaintext, keys)
    }
}

/// Takes the first frame out of the inbox: the message and its bytes as they came, which is what is hashed.
fn next_frame<M: Message>(inbox: &mut Vec<u8>) -> Result<Option<(M, Vec<u8>)>, Misbehaviour> {
    let Some(header) = inbox.first_chunk::<HEADER>() else { return Ok(None) };
    let length = HEADER + codec::payload_length::<M>(*header)?;
    debug_assert!(length <= MAX_SEAL_FRAME);
    if inbox.len() < length {
        return Ok(None);
    }
    let message = M::decode(inbox[0], &inbox[HEADER..length])?;
    let frame = inbox.drain(..length).collect();
    Ok(Some((message, frame)))
}

fn refusal(error: &SealError) -> Option<SealRefusal> {
    match error {
        SealError::WrongPassword(wrong) | SealError::GuessesSpent(wrong) => Some(wrong.refusal()),
        SealError::Voucher(_) => Some(SealRefusal::Voucher),
        SealError::Version { .. } => Some(SealRefusal::Version),
        SealError::PeerMisbehaved(Misbehaviour::ResumeProof | Misbehaviour::Stranger) => {
            Some(SealRefusal::Resume)
        }
        SealError::PeerMisbehaved(_) => Some(SealRefusal::Protocol),
        SealError::Refused(_)
        | SealError::RunsSpent(_)
        | SealError::ClientUnproven
        | SealError::Tls(_)
        | SealError::TimedOut
        | SealError::Closed
        | SealError::Key(_)
        | SealError::Over => None,
    }
}
