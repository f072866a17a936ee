//! A way between the two ends without the relay, beside the line that stands: the console waits at its door, the client
//! knocks, and both make a run of resume as far as it goes without letting go of anything. Then the line decides.

use std::sync::Arc;
use std::time::Duration;

use farhand_proto::session::{ConsoleAt, Taken};
use farhand_seal::{ClientResume, ConsoleResume, Ends, ResumeKeys};
use farhand_transport::Identity;
use farhand_transport::direct::{self, Listener};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;

use crate::Clock;
use crate::handshake::{self, Held};
use crate::stream::{Pipe, SealedPipe};

/// Runs that may be under way at a console's door.
const AT_THE_DOOR: usize = 4;
/// The pause after a port failed.
const DOOR_PAUSE: Duration = Duration::from_secs(1);
/// The pause before a client knocks again; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// What goes on beside a session's line for a way without the relay.
pub(crate) struct Direct {
    ways: mpsc::Receiver<Prepared>,
    /// Knock at once.
    hurry: Arc<Notify>,
    _tasks: JoinSet<()>,
}

/// Another link, whose run waits for this end to let go of what it has.
pub(crate) struct Prepared {
    /// What a message there and back takes, at who has dialled.
    pub(crate) round_trip: Option<Duration>,
    release: oneshot::Sender<(ResumeKeys, Taken)>,
    outcome: oneshot::Receiver<Crossed>,
}

/// A link that the session has crossed over to.
pub(crate) struct Crossed {
    pub(crate) pipe: SealedPipe,
    /// What the other end had taken in.
    pub(crate) taken: Taken,
}

impl Prepared {
    /// Goes over to it: `taken` is what this end has taken in, and no more.
    pub(crate) async fn cross(self, keys: ResumeKeys, taken: Taken) -> Option<Crossed> {
        self.release.send((keys, taken)).ok()?;
        self.outcome.await.ok()
    }
}

/// Who this end is in every run.
#[derive(Clone)]
pub(crate) struct Own {
    pub(crate) identity: Arc<Identity>,
    pub(crate) ends: Ends,
    pub(crate) clock: Clock,
}

impl Direct {
    /// Opens the console's door.
    pub(crate) fn wait_at(listener: Listener, own: Own) -> Self {
        Self::begin(|tell, _| async move {
            let room = Arc::new(Semaphore::new(AT_THE_DOOR));
            let mut visits = JoinSet::new();
            loop {
                while visits.try_join_next().is_some() {}
                let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
                let stream = match listener.accept().await {
                    Ok(stream) => stream,
                    Err(error) => {
                        tracing::debug!(%error, "nobody can come without the relay for now");
                        tokio::time::sleep(DOOR_PAUSE).await;
                        continue;
                    }
                };
                let (token, own, tell) = (listener.token(), own.clone(), tell.clone());
                visits.spawn(async move {
                    let _place = place;
                    let Some(carrier) = direct::admit(stream, &token).await else { return };
                    let Ok(key) = own.identity.raw_key() else { return };
                    if let Ok(run) = ConsoleResume::held(&key, own.ends, own.clock.now()) {
                        prepare(run, Pipe::direct(carrier), None, own.clock, &tell).await;
                    }
                });
            }
        })
    }

    /// Knocks at the console's door until the session has gone through it, and again when it is told to hurry.
    pub(crate) fn knock_at(at: ConsoleAt, own: Own) -> Self {
        Self::begin(|tell, hurry| async move {
            let mut pause = FIRST_PAUSE;
            loop {
                let through = knock(&at, &own, &tell).await;
                let rest = async {
                    if through {
                        std::future::pending::<()>().await;
                    } else {
                        tokio::time::sleep(pause).await;
                    }
                };
                tokio::select! {
                    () = rest => pause = (pause * 2).min(LONGEST_PAUSE),
                    () = hurry.notified() => pause = FIRST_PAUSE,
                }
            }
        })
    }

    fn begin<F: Future<Output = ()> + Send + 'static>(
        work: impl FnOnce(mpsc::Sender<Prepared>, Arc<Notify>) -> F,
    ) -> Self {
        let (tell, ways) = mpsc::channel(1);
        let hurry = Arc::new(Notify::new());
        let mut tasks = JoinSet::new();
        tasks.spawn(work(tell, Arc::clone(&hurry)));
        Self { ways, hurry, _tasks: tasks }
    }

    /// The next way that would carry. Cancelling loses nothing.
    pub(crate) async fn next(&mut self) -> Prepared {
        match self.ways.recv().await {
            Some(prepared) => prepared,
            None => std::future::pending().await,
        }
    }

    /// The line is lost: every way counts now.
    pub(crate) fn hurry(&self) {
        self.hurry.notify_one();
    }
}

/// Whether the session has gone over.
async fn knock(at: &ConsoleAt, own: &Own, tell: &mpsc::Sender<Prepared>) -> bool {
    let Some((carrier, round_trip)) = direct::dial(at).await else {
        tracing::debug!("the console is not reached without the relay");
        return false;
    };
    tracing::debug!(?round_trip, "the console is reached without the relay");
    let Ok(key) = own.identity.raw_key() else { return false };
    let Ok(run) = ClientResume::held(&key, own.ends, own.clock.now()) else { return false };
    prepare(run, Pipe::direct(carrier), Some(round_trip), own.clock, tell).await
}

/// Makes a run as far as it goes, offers it, and ends it if it was taken. Gives whether the session has gone over.
async fn prepare<H: Held>(
    mut run: H,
    mut pipe: Pipe,
    round_trip: Option<Duration>,
    clock: Clock,
    tell: &mpsc::Sender<Prepared>,
) -> bool {
    if let Err(error) = handshake::until_held(&mut run, &mut pipe, clock).await {
        tracing::debug!(%error, "no way without the relay");
        return false;
    }
    let (release, released) = oneshot::channel();
    let (done, outcome) = oneshot::channel();
    if tell.send(Prepared { round_trip, release, outcome }).await.is_err() {
        return false;
    }
    // It may not be wanted; then it ends here.
    let Ok((keys, taken)) = released.await else { return false };
    let crossed = match run.release(keys, taken) {
        Ok(()) => handshake::complete(run, &mut pipe, clock).await,
        Err(error) => Err(error),
    };
    match crossed {
        Ok(resumed) => {
            let crossed = Crossed { pipe: SealedPipe::new(pipe, resumed.sealed), taken: resumed.taken };
            done.send(crossed).is_ok()
        }
        Err(error) => {
            tracing::debug!(%error, "the session did not get over to a way without the relay");
            false
        }
    }
}
