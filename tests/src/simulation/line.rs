//! A session's line at one end, in the order in which `farhand_peer` drives it: a seal over a leg while it stands, and
//! the tries to get another when it is lost.

use std::sync::Arc;
use std::time::Duration;

use farhand_proto::bounded::Bytes;
use farhand_proto::codec::{FrameBuffer, Message};
use farhand_proto::limits::MAX_SIGNED;
use farhand_proto::relay::{FromRelay, Refusal, ToRelay};
use farhand_proto::session::Taken;
use farhand_proto::time::Moment;
use farhand_proto::version::Versions;
use farhand_seal::{ClientResume, ConsoleResume, ResumeKeys, Resumed, SealError, Sealed, Step};
use farhand_transport::Identity;

use super::Around;
use super::ask::{Asked, Asking};
use super::network::{At, LegNo, Parcel, Who};

/// The pause before the relay is tried again; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Plaintext after which a record is full enough to go.
const RECORD_FILL: usize = 1024;

pub(super) type Pass = Bytes<MAX_SIGNED>;

/// What takes an end of a session back.
#[derive(Clone)]
pub(super) struct WayBack {
    pub(super) who: Who,
    pub(super) identity: Arc<Identity>,
    pub(super) pass: Pass,
}

/// A seal over a leg.
pub(super) struct Pipe {
    leg: LegNo,
    sealed: Sealed,
    frames: FrameBuffer,
}

pub(super) struct Line {
    back: WayBack,
    state: State,
    /// As often as it came back, by this end's own count.
    pub(super) epoch: u32,
}

enum State {
    Up(Box<Pipe>),
    Down { keys: Box<ResumeKeys>, taken: Taken, pause: Duration, stage: Try },
}

enum Try {
    Pause(Moment),
    Asking(Asking),
    Proving { leg: LegNo, run: Box<Run>, pass: Pass },
}

enum Run {
    Client(ClientResume),
    Console(ConsoleResume),
}

impl Run {
    fn take_output(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Client(run) => run.take_output(&mut out),
            Self::Console(run) => run.take_output(&mut out),
        };
        out
    }

    fn handle_input(&mut self, bytes: &[u8], now: Moment) -> Result<Option<Box<Resumed>>, SealError> {
        let step = match self {
            Self::Client(run) => run.handle_input(bytes, now)?,
            Self::Console(run) => run.handle_input(bytes, now)?,
        };
        Ok(match step {
            Step::NeedInput => None,
            Step::Done(resumed) => Some(resumed),
        })
    }

    fn handle_eof(&mut self) -> SealError {
        match self {
            Self::Client(run) => run.handle_eof(),
            Self::Console(run) => run.handle_eof(),
        }
    }

    fn handle_timeout(&mut self, now: Moment) -> Result<(), SealError> {
        match self {
            Self::Client(run) => run.handle_timeout(now),
            Self::Console(run) => run.handle_timeout(now),
        }
    }

    fn deadline(&self) -> Moment {
        match self {
            Self::Client(run) => run.deadline(),
            Self::Console(run) => run.deadline(),
        }
    }
}

impl Pipe {
    pub(super) fn new(leg: LegNo, mut sealed: Sealed, around: &mut Around) -> Self {
        let (mut frames, mut plaintext, mut out) = (FrameBuffer::new(), Vec::new(), Vec::new());
        sealed.read(&mut plaintext);
        frames.push(&plaintext);
        sealed.take_output(&mut out);
        around.network.send(leg, At::Program, out, around.now);
        Self { leg, sealed, frames }
    }

    fn send_from(&mut self, mut next: impl FnMut() -> Option<Vec<u8>>, around: &mut Around) {
        if !around.network.is_idle(self.leg, around.now) {
            return;
        }
        let mut record = Vec::new();
        while record.len() < RECORD_FILL {
            let Some(frame) = next() else { break };
            record.extend_from_slice(&frame);
        }
        if !record.is_empty()
            && let Err(error) = self.sealed.seal(&record)
        {
            around.fail(format_args!("a seal that stands does not seal: {error}"));
        }
        let mut out = Vec::new();
        self.sealed.take_output(&mut out);
        around.network.send(self.leg, At::Program, out, around.now);
    }
}

/// What a turn brought.
pub(super) enum Turned {
    /// Nothing.
    Nothing,
    /// Something moved.
    Moved,
    /// The link has ended.
    Ended,
    /// Another link stands; the other end had taken in so much.
    Back(Taken),
}

impl Line {
    pub(super) fn new(pipe: Pipe, back: WayBack) -> Self {
        Self { back, state: State::Up(Box::new(pipe)), epoch: 0 }
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(self.state, State::Up(_))
    }

    /// Whether all that was sealed has left.
    pub(super) fn is_idle(&self, around: &Around) -> bool {
        matches!(&self.state, State::Up(pipe) if around.network.is_idle(pipe.leg, around.now))
    }

    pub(super) fn next(&self, around: &Around) -> Option<Moment> {
        match &self.state {
            State::Up(pipe) => around.network.idle_at(pipe.leg).filter(|at| *at > around.now),
            State::Down { stage, .. } => match stage {
                Try::Pause(until) => Some(*until),
                Try::Asking(asking) => asking.next(),
                Try::Proving { run, .. } => Some(run.deadline()),
            },
        }
    }

    pub(super) fn send_from(&mut self, next: impl FnMut() -> Option<Vec<u8>>, around: &mut Around) {
        if let State::Up(pipe) = &mut self.state {
            pipe.send_from(next, around);
        }
    }

    /// Lets go of the link and looks for another; `taken` is what this end has taken in, and no more.
    pub(super) fn lose(&mut self, taken: Taken, around: &mut Around) {
        let State::Up(pipe) = &self.state else { return };
        let keys = Box::new(pipe.sealed.resume_keys().clone());
        around.network.close(pipe.leg, At::Program, around.now);
        let stage = Try::Pause(around.now);
        self.state = State::Down { keys, taken, pause: FIRST_PAUSE, stage };
    }

    /// Moves what there is to move, one thing at a time. Every message that has come is handed over.
    pub(super) fn turn<M: Message>(
        &mut self,
        read: bool,
        handle: &mut dyn FnMut(M, usize),
        around: &mut Around,
    ) -> Turned {
        let State::Up(pipe) = &mut self.state else { return self.look_for_another(around) };
        if !read {
            return Turned::Nothing;
        }
        let Some(parcel) = around.network.arrived(pipe.leg, At::Program, around.now) else {
            // What came right behind the handshake.
            return if deliver(&mut pipe.frames, handle, around) { Turned::Moved } else { Turned::Nothing };
        };
        let mut has_ended = true;
        if let Parcel::Bytes(bytes) = parcel {
            let opened = pipe.sealed.handle_input(&bytes);
            if let Err(error) = &opened {
                around.fail(format_args!("{:?}: the seal broke: {error}", self.back.who));
            }
            let mut plaintext = Vec::new();
            pipe.sealed.read(&mut plaintext);
            pipe.frames.push(&plaintext);
            has_ended = opened.is_err();
        }
        deliver(&mut pipe.frames, handle, around);
        if has_ended { Turned::Ended } else { Turned::Moved }
    }

    fn look_for_another(&mut self, around: &mut Around) -> Turned {
        let who = self.back.who;
        let State::Down { keys, taken, pause, stage } = &mut self.state else { return Turned::Nothing };
        match stage {
            Try::Pause(until) if *until > around.now => Turned::Nothing,
            Try::Pause(_) => {
                let first = ToRelay::Resume { versions: Versions::RELAY, pass: self.back.pass.clone() };
                *stage = Try::Asking(Asking::new(who, first, around));
                Turned::Moved
            }
            Try::Asking(asking) => match asking.turn(around) {
                Asked::Waiting => Turned::Nothing,
                Asked::Answer(leg, FromRelay::Joined { pass, .. }) => {
                    let key = self.back.identity.raw_key().expect("a key of ours");
                    let (keys, taken, now) = ((**keys).clone(), *taken, around.now);
                    let run = match who {
                        Who::Client => ClientResume::new(&key, keys, taken, now).map(Run::Client),
                        Who::Console => ConsoleResume::new(&key, keys, taken, now).map(Run::Console),
                    };
                    let mut run = Box::new(run.expect("a key of ours"));
                    around.network.send(leg, At::Program, run.take_output(), now);
                    *stage = Try::Proving { leg, run, pass };
                    Turned::Moved
                }
                Asked::Answer(leg, answer) => {
                    around.note(format_args!("{who:?}: not back: {answer:?}"));
                    around.network.close(leg, At::Program, around.now);
                    let alone = matches!(answer, FromRelay::Refused { refusal: Refusal::Alone });
                    if !matches!(answer, FromRelay::Refused { .. } | FromRelay::Stopping {}) {
                        around.fail(format_args!("{who:?}: an answer that does not fit: {answer:?}"));
                    }
                    *stage = again(pause, alone, around);
                    Turned::Moved
                }
                Asked::Failed(why) => {
                    around.note(format_args!("{who:?}: not back: {why}"));
                    *stage = again(pause, false, around);
                    Turned::Moved
                }
            },
            Try::Proving { leg, run, pass } => {
                let leg = *leg;
                let proven = match around.network.arrived(leg, At::Program, around.now) {
                    Some(Parcel::Bytes(bytes)) => run.handle_input(&bytes, around.now),
                    Some(Parcel::End) => Err(run.handle_eof()),
                    None if run.deadline() <= around.now => match run.handle_timeout(around.now) {
                        Ok(()) => return Turned::Nothing,
                        Err(error) => Err(error),
                    },
                    None => return Turned::Nothing,
                };
                around.network.send(leg, At::Program, run.take_output(), around.now);
                match proven {
                    Ok(None) => Turned::Moved,
                    Ok(Some(resumed)) => {
                        let Resumed { sealed, taken } = *resumed;
                        self.epoch = sealed.resume_keys().epoch();
                        around.note(format_args!("{who:?}: back, epoch {}", self.epoch));
                        self.back.pass = pass.clone();
                        self.state = State::Up(Box::new(Pipe::new(leg, sealed, around)));
                        Turned::Back(taken)
                    }
                    Err(error) => {
                        around.note(format_args!("{who:?}: not back: {error}"));
                        if !is_of_the_line(&error) {
                            around.fail(format_args!("{who:?}: no way back with an honest end: {error}"));
                        }
                        around.network.close(leg, At::Program, around.now);
                        *stage = again(pause, false, around);
                        Turned::Moved
                    }
                }
            }
        }
    }

    /// Says that nothing more comes, and closes.
    pub(super) fn farewell(&mut self, around: &mut Around) {
        match &mut self.state {
            State::Up(pipe) => {
                pipe.sealed.close();
                let mut out = Vec::new();
                pipe.sealed.take_output(&mut out);
                around.network.send(pipe.leg, At::Program, out, around.now);
                around.network.close(pipe.leg, At::Program, around.now);
            }
            State::Down { stage: Try::Pause(_), .. } => {}
            State::Down { stage: Try::Asking(asking), .. } => asking.give_up(around),
            State::Down { stage: Try::Proving { leg, .. }, .. } => {
                around.network.close(*leg, At::Program, around.now);
            }
        }
    }
}

/// Whether a handshake ended because its line did, or because the other end gave it up.
pub(super) fn is_of_the_line(error: &SealError) -> bool {
    match error {
        SealError::Closed | SealError::TimedOut => true,
        // The other end's TLS closes before its handshake is done.
        SealError::Tls(error) => error.to_string().contains("CloseNotify"),
        _ => false,
    }
}

fn again(pause: &mut Duration, alone: bool, around: &Around) -> Try {
    if alone {
        *pause = FIRST_PAUSE;
    }
    let until = around.now + *pause;
    *pause = (*pause * 2).min(LONGEST_PAUSE);
    Try::Pause(until)
}

fn deliver<M: Message>(
    frames: &mut FrameBuffer,
    handle: &mut dyn FnMut(M, usize),
    around: &mut Around,
) -> bool {
    let mut any = false;
    loop {
        match frames.next_message::<M>() {
            Ok(Some((message, bytes))) => handle(message, bytes),
            Ok(None) => return any,
            Err(error) => {
                around.fail(format_args!("an honest end is not understood: {error}"));
                return any;
            }
        }
        any = true;
    }
}
