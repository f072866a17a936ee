//! The line of a session: a seal over a leg while it stands, and the tries to get another when it is lost.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use farhand_proto::bounded::Bytes;
use farhand_proto::codec::Message;
use farhand_proto::limits::MAX_SIGNED;
use farhand_proto::relay::Refusal;
use farhand_proto::session::{EndReason, Taken};
use farhand_seal::{ClientResume, ConsoleResume, ResumeKeys, SealError, StreamError};
use farhand_session::Ended;
use farhand_transport::Identity;
use farhand_transport::identity::IdentityError;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use crate::control::{self, RelayError, Way};
use crate::stream::{Pipe, PipeError, SealedPipe};
use crate::{Clock, handshake};

/// How long the other side has to take the last words of a session.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// The same where no line stands when this end ends the session, or the one that stands has turned out not to carry
/// anything: as long as another may still be found.
pub(crate) const LATE_WORDS: Duration = Duration::from_secs(10);

/// The pause before a relay is tried again that failed; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long a refusal of this end may take to leave.
const REFUSAL: Duration = Duration::from_millis(200);
/// Failures that may wait to be told; more of them speak for each other.
const FAILURES: usize = 16;

/// Which end this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Client,
    Console,
}

/// What takes a session back to a relay.
#[derive(Clone)]
pub(crate) struct WayBack {
    pub(crate) role: Role,
    pub(crate) way: Way,
    pub(crate) identity: Arc<Identity>,
    pub(crate) pass: Bytes<MAX_SIGNED>,
}

/// A session's line.
pub(crate) struct Line {
    back: WayBack,
    clock: Clock,
    state: State,
}

enum State {
    Up(Box<SealedPipe>),
    Down {
        tries: JoinSet<Option<Back>>,
        failures: mpsc::Receiver<TryError>,
        failed: u32,
    },
    /// No more tries.
    Gone,
}

/// Another line.
struct Back {
    pipe: SealedPipe,
    taken: Taken,
    pass: Bytes<MAX_SIGNED>,
}

/// Why a try came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TryError {
    #[error("{0}")]
    Relay(#[from] RelayError),
    #[error("{0}")]
    Seal(#[from] SealError),
    #[error("{0}")]
    Identity(#[from] IdentityError),
}

impl TryError {
    /// Why no try will come to anything.
    pub(crate) fn is_final(&self) -> Option<Refusal> {
        match self {
            Self::Relay(RelayError::Refused(refusal @ Refusal::Operator)) => Some(*refusal),
            _ => None,
        }
    }
}

/// What a turn brought.
pub(crate) enum Turned {
    /// Bytes moved, or the line failed.
    Moved(Result<(), PipeError>),
    /// Another line stands; the other end had taken in so much.
    Back(Taken),
    /// One more try came to nothing; the next is under way.
    Failed { attempt: u32, error: TryError },
}

impl Line {
    pub(crate) fn new(pipe: SealedPipe, back: WayBack, clock: Clock) -> Self {
        Self { back, clock, state: State::Up(Box::new(pipe)) }
    }

    pub(crate) fn is_up(&self) -> bool {
        matches!(self.state, State::Up(_))
    }

    /// How long what is sent over this line may be on its way before that means anything; none without a line.
    pub(crate) fn patience(&self) -> Option<Duration> {
        match &self.state {
            State::Up(pipe) => Some(pipe.patience()),
            State::Down { .. } | State::Gone => None,
        }
    }

    /// Whether all that was sealed has left.
    pub(crate) fn is_idle(&self) -> bool {
        matches!(&self.state, State::Up(pipe) if pipe.is_idle())
    }

    /// Seals frames while the line can take them. Without a line none is taken.
    pub(crate) fn send_from(&mut self, next: impl FnMut() -> Option<Vec<u8>>) -> Result<(), StreamError> {
        match &mut self.state {
            State::Up(pipe) => pipe.send_from(next),
            State::Down { .. } | State::Gone => Ok(()),
        }
    }

    /// Lets go of the line and looks for another; `taken` is what this end has taken in, and no more.
    pub(crate) fn lose(&mut self, taken: Taken) {
        let State::Up(pipe) = std::mem::replace(&mut self.state, State::Gone) else { return };
        let keys = pipe.resume_keys();
        drop(pipe);
        let (tell, failures) = mpsc::channel(FAILURES);
        let mut tries = JoinSet::new();
        // Several lines may be proven at the same time, but only one may be committed.
        let commit = Arc::new(Mutex::new(()));
        for ladder in self.back.way.ladder.by_host() {
            let mut back = self.back.clone();
            back.way.ladder = ladder;
            let run = Run { back, keys: keys.clone(), taken, commit: Arc::clone(&commit), clock: self.clock };
            tries.spawn(run.until_back(tell.clone()));
        }
        self.state = State::Down { tries, failures, failed: 0 };
    }

    /// Moves bytes, or waits for another line; returns once something happened. Cancelling loses nothing.
    pub(crate) async fn turn(&mut self, read: bool) -> Turned {
        let State::Down { tries, failures, failed } = &mut self.state else {
            return match &mut self.state {
                State::Up(pipe) => Turned::Moved(pipe.turn(read).await),
                State::Down { .. } | State::Gone => pending().await,
            };
        };
        loop {
            tokio::select! {
                biased;
                Some(done) = tries.join_next() => {
                    if let Ok(Some(Back { pipe, taken, pass })) = done {
                        self.back.pass = pass;
                        self.state = State::Up(Box::new(pipe));
                        return Turned::Back(taken);
                    }
                }
                Some(error) = failures.recv() => {
                    *failed = failed.saturating_add(1);
                    return Turned::Failed { attempt: *failed + 1, error };
                }
                else => pending().await,
            }
        }
    }

    /// Hands over every message that has come, in order, then gives what came of the turn that brought them.
    pub(crate) fn take_in<M: Message>(
        &mut self,
        moved: Result<(), PipeError>,
        handle: impl FnMut(M, usize),
    ) -> Result<(), PipeError> {
        let State::Up(pipe) = &mut self.state else { return Ok(()) };
        let taken_in = pipe.take_in(moved, handle);
        match &taken_in {
            Err(PipeError::Line(error @ StreamError::Tls(_))) => tracing::warn!(%error, "the line is lost"),
            Err(PipeError::Line(error)) => tracing::info!(%error, "the line is lost"),
            Err(PipeError::Protocol(_)) | Ok(()) => {}
        }
        taken_in
    }

    /// Whether the other end must hear how the session ended, or would wait for this one in vain.
    pub(crate) fn has_last_words(how: &Ended) -> bool {
        // Whoever broke the protocol need not even listen.
        matches!(how, Ended::Here(reason) if !matches!(reason, EndReason::Protocol(_)))
    }

    /// How long the other end has to hear how the session ended.
    pub(crate) fn time_for_last_words(&self, how: &Ended) -> Duration {
        match how {
            _ if self.is_up() => LAST_WORDS,
            Ended::Here(_) => LATE_WORDS,
            Ended::There(_) | Ended::Lost(_) => Duration::ZERO,
        }
    }

    /// Says that nothing more comes, and closes.
    pub(crate) async fn farewell(self) {
        if let State::Up(pipe) = self.state {
            pipe.farewell().await;
        }
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("is_up", &self.is_up()).finish_non_exhaustive()
    }
}

/// Tries at one relay until there is a line.
struct Run {
    back: WayBack,
    keys: ResumeKeys,
    taken: Taken,
    commit: Arc<Mutex<()>>,
    clock: Clock,
}

impl Run {
    async fn until_back(self, tell: mpsc::Sender<TryError>) -> Option<Back> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.once().await {
                Ok(back) => return Some(back),
                Err(error) => {
                    tracing::debug!(%error, "the session is not back yet");
                    if let TryError::Relay(RelayError::Refused(Refusal::Alone)) = error {
                        // The relay is there, and the other end is not yet.
                        pause = FIRST_PAUSE;
                    }
                    // Where failures are not taken as fast as they come, one speaks for several.
                    let _ = tell.try_send(error);
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn once(&self) -> Result<Back, TryError> {
        let WayBack { role, way, identity, pass } = &self.back;
        let key = identity.raw_key()?;
        let (leg, pass) = control::resume(way, identity, pass.clone()).await?;
        let mut pipe = Pipe::new(leg);
        let (keys, taken, clock) = (self.keys.clone(), self.taken, self.clock);
        let resumed = match role {
            Role::Client => {
                let run = ClientResume::new(&key, keys, taken, clock.now())?;
                handshake::complete(run, &mut pipe, clock).await
            }
            Role::Console => {
                let _only = self.commit.lock().await;
                let run = ConsoleResume::new(&key, keys, taken, clock.now())?;
                handshake::complete(run, &mut pipe, clock).await
            }
        };
        match resumed {
            Ok(resumed) => {
                Ok(Back { pipe: SealedPipe::new(pipe, resumed.sealed), taken: resumed.taken, pass })
            }
            Err(error) => {
                let _ = tokio::time::timeout(REFUSAL, pipe.farewell()).await;
                Err(error.into())
            }
        }
    }
}
