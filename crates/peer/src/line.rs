//! The line of a session: a seal over a leg while it stands, and the tries to get another when it is lost.

use std::fmt;
use std::future::pending;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use farhand_proto::bounded::Bytes;
use farhand_proto::codec::Message;
use farhand_proto::limits::MAX_SIGNED;
use farhand_proto::relay::Refusal;
use farhand_proto::session::{ConsoleAt, EndReason, Taken};
use farhand_seal::{ClientResume, ConsoleResume, ResumeKeys, SealError, StreamError};
use farhand_session::Ended;
use farhand_transport::Identity;
use farhand_transport::direct::Listener;
use farhand_transport::identity::IdentityError;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use crate::control::{self, RelayError, Way};
use crate::direct::{Crossed, Direct, Own, Prepared};
use crate::presence::{self, Presence};
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
/// How long the session may stand still on its way over to another link; less than it takes to count as lost.
const CROSSING: Duration = Duration::from_millis(800);
/// How much longer a round trip without the relay may take: it is worth that to be rid of what lies between.
const WORTH: Duration = Duration::from_millis(10);
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
    /// Where this end comes from, as the relay sees it; `None` where there is to be no way without it.
    pub(crate) direct: Option<IpAddr>,
}

/// A session's line.
pub(crate) struct Line {
    back: WayBack,
    clock: Clock,
    state: State,
    /// What looks for a way without the relay.
    direct: Option<Direct>,
    /// Whether it was told last that the line goes without the relay.
    was_direct: bool,
}

enum State {
    Up {
        pipe: Box<SealedPipe>,
        /// While it goes without the relay.
        presence: Option<Presence>,
    },
    /// On its way over to another link; nothing is taken in over this one meanwhile.
    Crossing {
        from: Box<SealedPipe>,
        presence: Option<Presence>,
        over: JoinSet<Option<Crossed>>,
    },
    Down(Box<Down>),
    /// No more tries.
    Gone,
}

/// Looking for another line.
struct Down {
    keys: ResumeKeys,
    taken: Taken,
    tries: JoinSet<Option<Back>>,
    /// Several lines may be proven at the same time, but only one may be committed.
    commit: Arc<Mutex<()>>,
    failures: mpsc::Receiver<TryError>,
    failed: u32,
}

/// Another line.
struct Back {
    pipe: SealedPipe,
    taken: Taken,
    /// The relay's; none where it goes without.
    pass: Option<Bytes<MAX_SIGNED>>,
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
    /// There is a way without the relay. It is the line's once that is told to [cross over](Line::cross).
    Found(Prepared),
    /// The relay will not have the session go on.
    Refused(Refusal),
    /// One more try came to nothing; the next is under way.
    Failed { attempt: u32, error: TryError },
}

impl Line {
    pub(crate) fn new(pipe: SealedPipe, back: WayBack, clock: Clock) -> Self {
        Self {
            back,
            clock,
            state: State::Up { pipe: Box::new(pipe), presence: None },
            direct: None,
            was_direct: false,
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        matches!(self.state, State::Up { .. } | State::Crossing { .. })
    }

    /// Whether it goes without the relay, if that is news.
    pub(crate) fn other_way(&mut self) -> Option<bool> {
        let direct = matches!(self.state, State::Up { presence: Some(_), .. });
        let is_news = std::mem::replace(&mut self.was_direct, direct) != direct;
        is_news.then(|| {
            tracing::info!(direct, "the session goes another way");
            direct
        })
    }

    /// The console waits for its client to come without the relay. Gives what the client has to know, if there is to be
    /// such a way.
    pub(crate) fn open_door(&mut self) -> Option<ConsoleAt> {
        let (seen, port) = (self.back.direct?, self.back.way.direct.port()?);
        let opened = Listener::bind(port).and_then(|listener| Ok((listener.at(Some(seen))?, listener)));
        match opened {
            Ok((at, listener)) => {
                self.direct = Some(Direct::wait_at(listener, self.own()?));
                Some(at)
            }
            Err(error) => {
                tracing::info!(%error, "no way without the relay");
                None
            }
        }
    }

    /// The client comes without the relay, if there is to be such a way.
    pub(crate) fn knock_at(&mut self, at: ConsoleAt) {
        if self.back.direct.is_some() && self.back.way.direct != control::Direct::Off {
            self.direct = self.own().map(|own| Direct::knock_at(at, own));
        }
    }

    fn own(&self) -> Option<Own> {
        let ends = match &self.state {
            State::Up { pipe, .. } | State::Crossing { from: pipe, .. } => pipe.resume_keys().ends(),
            State::Down(down) => down.keys.ends(),
            State::Gone => return None,
        };
        Some(Own { identity: Arc::clone(&self.back.identity), ends, clock: self.clock })
    }

    /// Goes over to another link, if it is better than the one that stands, whose round trip this is. `taken` is what this
    /// end has taken in, and no more.
    pub(crate) fn cross(&mut self, found: Prepared, round_trip: Option<Duration>, taken: Taken) {
        if !is_worth(found.round_trip, round_trip) {
            return tracing::debug!(?found.round_trip, ?round_trip, "the way without the relay is longer");
        }
        let State::Up { pipe, presence } = std::mem::replace(&mut self.state, State::Gone) else { return };
        let mut over = JoinSet::new();
        over.spawn(cross(found, pipe.resume_keys(), taken));
        self.state = State::Crossing { from: pipe, presence, over };
    }

    /// Nothing will be sent or looked for any more.
    pub(crate) fn give_up(&mut self) {
        self.state = State::Gone;
    }

    /// How long what is sent over this line may be on its way before that means anything; none without a line.
    pub(crate) fn patience(&self) -> Option<Duration> {
        match &self.state {
            State::Up { pipe, .. } => Some(pipe.patience()),
            State::Crossing { .. } | State::Down(_) | State::Gone => None,
        }
    }

    /// Whether all that was sealed has left.
    pub(crate) fn is_idle(&self) -> bool {
        matches!(&self.state, State::Up { pipe, .. } if pipe.is_idle())
    }

    /// Seals frames while the line can take them. Without a line none is taken.
    pub(crate) fn send_from(&mut self, next: impl FnMut() -> Option<Vec<u8>>) -> Result<(), StreamError> {
        match &mut self.state {
            State::Up { pipe, .. } => pipe.send_from(next),
            State::Crossing { .. } | State::Down(_) | State::Gone => Ok(()),
        }
    }

    /// Lets go of the line and looks for another; `taken` is what this end has taken in, and no more.
    pub(crate) fn lose(&mut self, taken: Taken) {
        let (State::Up { pipe, .. } | State::Crossing { from: pipe, .. }) =
            std::mem::replace(&mut self.state, State::Gone)
        else {
            return;
        };
        let keys = pipe.resume_keys();
        drop(pipe);
        let (tell, failures) = mpsc::channel(FAILURES);
        let mut tries = JoinSet::new();
        let commit = Arc::new(Mutex::new(()));
        for ladder in self.back.way.ladder.by_host() {
            let mut back = self.back.clone();
            back.way.ladder = ladder;
            let run = Run { back, keys: keys.clone(), taken, commit: Arc::clone(&commit), clock: self.clock };
            tries.spawn(run.until_back(tell.clone()));
        }
        if let Some(direct) = &self.direct {
            direct.hurry();
        }
        self.state = State::Down(Box::new(Down { keys, taken, tries, commit, failures, failed: 0 }));
    }

    /// Moves bytes, or waits for another line; returns once something happened. Cancelling loses nothing.
    pub(crate) async fn turn(&mut self, read: bool) -> Turned {
        loop {
            match &mut self.state {
                State::Up { pipe, presence } => tokio::select! {
                    biased;
                    news = next_news(presence) => match news {
                        presence::News::Pass(pass) => self.back.pass = pass,
                        presence::News::Refused(refusal) => return Turned::Refused(refusal),
                        presence::News::Called => {
                            return Turned::Moved(Err(PipeError::Line(StreamError::Cut)));
                        }
                    },
                    found = next_way(&mut self.direct) => return Turned::Found(found),
                    moved = pipe.turn(read) => return Turned::Moved(moved),
                },
                State::Crossing { over, .. } => {
                    let crossed = over.join_next().await.and_then(Result::ok).flatten();
                    return self.crossed(crossed);
                }
                State::Down(down) => tokio::select! {
                    biased;
                    Some(done) = down.tries.join_next() => {
                        if let Ok(Some(back)) = done {
                            let taken = back.taken;
                            self.stand(back);
                            return Turned::Back(taken);
                        }
                    }
                    found = next_way(&mut self.direct) => down.try_way(found),
                    Some(error) = down.failures.recv() => {
                        down.failed = down.failed.saturating_add(1);
                        return Turned::Failed { attempt: down.failed + 1, error };
                    }
                },
                State::Gone => return pending().await,
            }
        }
    }

    /// What became of crossing over.
    fn crossed(&mut self, crossed: Option<Crossed>) -> Turned {
        let State::Crossing { from, presence, .. } = std::mem::replace(&mut self.state, State::Gone) else {
            return Turned::Moved(Ok(()));
        };
        if let Some(Crossed { pipe, taken }) = crossed {
            self.stand(Back { pipe, taken, pass: None });
            return Turned::Back(taken);
        }
        self.state = State::Up { pipe: from, presence };
        match self.back.role {
            // Nothing was committed.
            Role::Console => Turned::Moved(Ok(())),
            // The console may have committed it.
            Role::Client => Turned::Moved(Err(PipeError::Line(StreamError::Cut))),
        }
    }

    /// From here on this is the line.
    fn stand(&mut self, Back { pipe, pass, .. }: Back) {
        let presence = match pass {
            Some(pass) => {
                self.back.pass = pass;
                None
            }
            None => Some(Presence::keep(self.back.clone())),
        };
        self.state = State::Up { pipe: Box::new(pipe), presence };
    }

    /// Hands over every message that has come, in order, then gives what came of the turn that brought them.
    pub(crate) fn take_in<M: Message>(
        &mut self,
        moved: Result<(), PipeError>,
        handle: impl FnMut(M, usize),
    ) -> Result<(), PipeError> {
        let State::Up { pipe, .. } = &mut self.state else { return moved };
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
        if let State::Up { pipe, .. } = self.state {
            pipe.farewell().await;
        }
    }
}

impl Down {
    /// One more of the ways that may lead back.
    fn try_way(&mut self, found: Prepared) {
        let (keys, taken, commit) = (self.keys.clone(), self.taken, Arc::clone(&self.commit));
        self.tries.spawn(async move {
            let _only = commit.lock().await;
            let Crossed { pipe, taken } = cross(found, keys, taken).await?;
            Some(Back { pipe, taken, pass: None })
        });
    }
}

/// Whether a way with this round trip is better than a line with that one, as far as both are known.
fn is_worth(there: Option<Duration>, here: Option<Duration>) -> bool {
    match (there, here) {
        (Some(there), Some(here)) => there <= here + here / 4 + WORTH,
        _ => true,
    }
}

async fn cross(found: Prepared, keys: ResumeKeys, taken: Taken) -> Option<Crossed> {
    tokio::time::timeout(CROSSING, found.cross(keys, taken)).await.ok().flatten()
}

async fn next_way(direct: &mut Option<Direct>) -> Prepared {
    match direct {
        Some(direct) => direct.next().await,
        None => pending().await,
    }
}

async fn next_news(presence: &mut Option<Presence>) -> presence::News {
    match presence {
        Some(presence) => presence.next().await,
        None => pending().await,
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
        let WayBack { role, way, identity, pass, .. } = &self.back;
        let key = identity.raw_key()?;
        let (leg, joined) = control::resume(way, identity, pass.clone()).await?;
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
                let pass = Some(joined.pass);
                Ok(Back { pipe: SealedPipe::new(pipe, resumed.sealed), taken: resumed.taken, pass })
            }
            Err(error) => {
                let _ = tokio::time::timeout(REFUSAL, pipe.farewell()).await;
                Err(error.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_way_carries() {
        let ms = |milliseconds| Some(Duration::from_millis(milliseconds));
        for (there, here, better) in [
            (ms(1), ms(80), true),
            (ms(80), ms(80), true),
            (ms(110), ms(80), true),
            (ms(111), ms(80), false),
            (ms(10), ms(0), true),
            (ms(11), ms(0), false),
            (None, ms(1), true),
            (ms(500), None, true),
        ] {
            assert_eq!(is_worth(there, here), better, "{there:?} {here:?}");
        }
    }
}
