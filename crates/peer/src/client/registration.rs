//! Keeps a client registered: one leg to the relay, made anew whenever it is lost, with the same number.

use std::sync::Arc;
use std::time::Duration;

use super::Current;
use farhand_proto::bounded::Bytes;
use farhand_proto::limits::MAX_SIGNED;
use farhand_proto::relay::{FromRelay, Refusal, Ticket, ToRelay};
use farhand_proto::version::Versions;
use farhand_transport::{Encapsulation, Identity, Leg};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use crate::RELAY_ANSWER;
use crate::control::{self, RelayError, Way};

/// The first pause before the relay is tried again; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How often the relay is asked whether it is there, and how long it may take until the person is told that it does not
/// answer: they are to know within two seconds.
const PULSE: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_millis(900);
/// The same where each question is a request of its own.
const SLOW_PULSE: Duration = Duration::from_secs(5);
const SLOW_PATIENCE: Duration = Duration::from_secs(3);

/// The pause before another number is taken after one was spent on wrong guesses: whoever guesses on must wait.
const RENEWAL_PAUSE: Duration = Duration::from_secs(10);

/// What becomes of the registration.
#[derive(Debug)]
pub(super) enum News {
    /// The relay is being tried.
    Connecting { attempt: u32 },
    /// It failed at this attempt, or the leg that stood was lost (0), and is tried again.
    Down { error: RelayError, attempt: u32, retry_in: Duration },
    /// Somebody can connect.
    Registered(Current),
    /// A console asks.
    Invited { ticket: Ticket, relay_time: u64 },
    /// The relay does not answer for now, or again.
    Silent(bool),
    /// The relay is being stopped.
    Stopping,
}

/// Asks for another number.
struct Renew;

/// A running registration. Dropping it ends it.
pub(super) struct Registration {
    news: mpsc::Receiver<News>,
    renew: mpsc::Sender<Renew>,
    _tasks: JoinSet<()>,
}

impl Registration {
    pub(super) fn start(way: Way, identity: Arc<Identity>) -> Self {
        let (to_owner, news) = mpsc::channel(16);
        let (renew, from_owner) = mpsc::channel(1);
        let mut tasks = JoinSet::new();
        let run = Run { way, identity, claim: None, to_owner, from_owner };
        tasks.spawn(run.run());
        Self { news, renew, _tasks: tasks }
    }

    pub(super) async fn news(&mut self) -> Option<News> {
        self.news.recv().await
    }

    /// Gives the number up and takes another.
    pub(super) async fn renew(&self) {
        // The task lives as long as this handle.
        let _ = self.renew.send(Renew).await;
    }
}

struct Run {
    way: Way,
    identity: Arc<Identity>,
    claim: Option<Bytes<MAX_SIGNED>>,
    to_owner: mpsc::Sender<News>,
    from_owner: mpsc::Receiver<Renew>,
}

impl Run {
    async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        let mut attempt: u32 = 0;
        loop {
            attempt = attempt.saturating_add(1);
            if self.tell(News::Connecting { attempt }).await.is_err() {
                return;
            }
            let error = match self.register().await {
                Ok((leg, news)) => {
                    pause = FIRST_PAUSE;
                    attempt = 0;
                    if self.tell(news).await.is_err() {
                        return;
                    }
                    match self.wait(leg).await {
                        Ended::Renewed => {
                            tokio::time::sleep(RENEWAL_PAUSE).await;
                            continue;
                        }
                        Ended::Dropped => return,
                        Ended::Lost(error) => error,
                    }
                }
                Err(error) => error,
            };
            let retry_in = match &error {
                RelayError::Refused(Refusal::Busy { seconds }) => {
                    Duration::from_secs(u64::from(*seconds)).max(pause)
                }
                _ => pause,
            };
            if self.tell(News::Down { error, attempt, retry_in }).await.is_err() {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            tokio::select! {
                () = tokio::time::sleep(retry_in) => {}
                () = self.way.ladder.introduced() => pause = FIRST_PAUSE,
                renew = self.from_owner.recv() => match renew {
                    Some(Renew) => self.claim = None,
                    None => return,
                },
            }
        }
    }

    async fn register(&mut self) -> Result<(Leg, News), RelayError> {
        let first = ToRelay::Register { versions: Versions::RELAY, claim: self.claim.clone() };
        let (leg, answer) = control::open(&self.way, &self.identity, &first).await?;
        let FromRelay::Registered { session_id, claim, organisation, notices, .. } = answer else {
            return Err(RelayError::Unexpected);
        };
        self.claim = Some(claim);
        let (relay_spki, way) = (leg.peer_spki().to_vec(), leg.rung().cloned());
        let news = News::Registered(Current { session_id, organisation, notices, relay_spki, way });
        Ok((leg, news))
    }

    async fn wait(&mut self, mut leg: Leg) -> Ended {
        let over_requests = leg.rung().is_some_and(|rung| rung.encapsulation == Encapsulation::Http);
        let (pulse, patience) = if over_requests { (SLOW_PULSE, SLOW_PATIENCE) } else { (PULSE, PATIENCE) };
        let mut pulse = tokio::time::interval(pulse);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // When the question was asked that has no answer yet, and how long the one before took.
        let (mut asked, mut took) = (None::<Instant>, Duration::ZERO);
        let mut is_silent = false;
        loop {
            let patience = patience.max(took * 2);
            let due = asked.map(|asked| asked + if is_silent { RELAY_ANSWER } else { patience });
            // Order: the owner, then the relay, then time.
            let news = tokio::select! {
                biased;
                renew = self.from_owner.recv() => match renew {
                    Some(Renew) => {
                        self.claim = None;
                        leg.close().await;
                        return Ended::Renewed;
                    }
                    None => return Ended::Dropped,
                },
                message = leg.read_message::<FromRelay>() => match message {
                    Ok(FromRelay::Invite { ticket, relay_time }) => Some(News::Invited { ticket, relay_time }),
                    Ok(FromRelay::Stopping {}) => Some(News::Stopping),
                    Ok(FromRelay::Pong { .. }) => {
                        took = asked.take().map_or(took, |asked| asked.elapsed());
                        std::mem::take(&mut is_silent).then_some(News::Silent(false))
                    }
                    Ok(FromRelay::Refused { refusal }) => return Ended::Lost(RelayError::Refused(refusal)),
                    Ok(_) => return Ended::Lost(RelayError::Unexpected),
                    Err(error) => return Ended::Lost(error.into()),
                },
                () = until(due) => {
                    if is_silent {
                        return Ended::Lost(RelayError::Silent);
                    }
                    is_silent = true;
                    Some(News::Silent(true))
                }
                _ = pulse.tick(), if asked.is_none() => {
                    asked = Some(Instant::now());
                    let ping = ToRelay::Ping { number: 0 };
                    match tokio::time::timeout(RELAY_ANSWER, leg.write_message(&ping)).await {
                        Ok(Ok(())) => None,
                        Ok(Err(error)) => return Ended::Lost(error.into()),
                        Err(_) => return Ended::Lost(RelayError::Silent),
                    }
                }
            };
            if let Some(news) = news
                && self.tell(news).await.is_err()
            {
                return Ended::Dropped;
            }
        }
    }

    async fn tell(&self, news: News) -> Result<(), ()> {
        self.to_owner.send(news).await.map_err(|_| ())
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// Why a registered leg is no longer used.
enum Ended {
    /// Another number is wanted.
    Renewed,
    /// Nobody wants the registration any more.
    Dropped,
    /// The relay or the network failed.
    Lost(RelayError),
}
