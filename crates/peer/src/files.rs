//! Reads and writes files for a session: a thread for the transfer that runs.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use farhand_files::{Answer, Leftovers, Source, Target};
use farhand_proto::bounded::Text;
use farhand_proto::transfer::{Cancelled, Existing, FileProblem};
use farhand_session::{FileEvent, FilePiece, Progress, Transfers};
use tokio::sync::mpsc;

/// Pieces that may be read and not taken.
const READ_AHEAD: usize = 2;
/// Pieces that may be taken and not written; the session lets no more come, see its `Files`.
const WRITE_BEHIND: usize = 16 * 1024;
/// Answers that may wait; full makes the writing wait.
const ANSWERS: usize = 64;
/// How often people are told how far a transfer has come.
pub(crate) const PROGRESS: Duration = Duration::from_millis(200);
/// How long the end of a session waits for half files to be deleted.
const CLEAN_UP: Duration = Duration::from_secs(2);

/// The transfer that runs, if one does.
#[derive(Debug)]
pub(crate) struct Work {
    leftovers: Leftovers,
    running: Option<Running>,
    /// Threads of transfers that are over, which may still be cleaning up.
    ending: Vec<JoinHandle<()>>,
    told: Option<Progress>,
}

#[derive(Debug)]
struct Running {
    side: Side,
    stop: Stop,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Side {
    Reads {
        orders: Arc<Orders>,
        pieces: mpsc::Receiver<(u32, Result<FilePiece, FileProblem>)>,
        generation: u32,
    },
    Writes {
        pieces: mpsc::Sender<FilePiece>,
        answers: mpsc::Receiver<Result<Answer, FileProblem>>,
    },
}

/// What the reading thread is to do next. The newest wish is the one that counts: an item that is left is the one that
/// is being read, for those before it are through.
#[derive(Debug, Default)]
struct Orders {
    waiting: Mutex<Waiting>,
    something: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    go: Option<Go>,
    leave: Option<u32>,
    /// Counts the wishes to go elsewhere.
    generation: u32,
    is_over: bool,
}

#[derive(Debug, Clone, Copy)]
enum Go {
    Read { item: u32, offset: u64 },
    Return { item: u32 },
}

/// Ends a thread between two pieces.
#[derive(Debug, Clone, Default)]
struct Stop(Arc<AtomicBool>);

impl Stop {
    fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What a thread has to say.
#[derive(Debug)]
pub(crate) enum News {
    Piece(FilePiece),
    Answer(Answer),
    Failed(FileProblem),
}

impl News {
    /// Tells the session.
    pub(crate) fn tell(self, session: &mut impl Transfers) {
        match self {
            Self::Piece(piece) => session.file_piece(piece),
            Self::Answer(Answer::GoOn { item, offset }) => session.file_goes_on(item, offset),
            Self::Answer(Answer::Wrote(bytes)) => session.file_wrote(bytes),
            Self::Answer(Answer::Settled { item, result }) => session.file_settled(item, result),
            Self::Answer(Answer::Finished) => session.file_finished(),
            Self::Failed(problem) => session.cancel_transfer(Cancelled::Problem(problem)),
        }
    }
}

impl Work {
    pub(crate) fn new(leftovers: Leftovers) -> Self {
        Self { leftovers, running: None, ending: Vec::new(), told: None }
    }

    /// Begins to read these for a transfer.
    pub(crate) fn read(&mut self, paths: Vec<PathBuf>) {
        let orders = Arc::new(Orders::default());
        let (to_session, pieces) = mpsc::channel(READ_AHEAD);
        let stop = Stop::default();
        let theirs = orders.clone();
        let thread = std::thread::spawn(move || match Source::of(&paths) {
            Ok(source) => read(source, &theirs, &to_session),
            // A session that is over needs no reason.
            Err(problem) => drop(to_session.blocking_send((0, Err(problem)))),
        });
        self.run(Side::Reads { orders, pieces, generation: 0 }, stop, thread);
    }

    /// Begins to write what comes into this folder.
    pub(crate) fn write(&mut self, folder: Option<PathBuf>, existing: Existing) {
        let (pieces, to_write) = mpsc::channel(WRITE_BEHIND);
        let (to_session, answers) = mpsc::channel(ANSWERS);
        let (stop, leftovers) = (Stop::default(), self.leftovers);
        let theirs = stop.clone();
        let thread = std::thread::spawn(move || {
            let opened = match folder {
                Some(folder) => Target::open(folder, existing, leftovers),
                None => Err(FileProblem::System(Text::truncated("this user has no folder for files"))),
            };
            match opened {
                Ok(target) => write(target, to_write, &theirs, &to_session),
                Err(problem) => drop(to_session.blocking_send(Err(problem))),
            }
        });
        self.run(Side::Writes { pieces, answers }, stop, thread);
    }

    fn run(&mut self, side: Side, stop: Stop, thread: JoinHandle<()>) {
        self.end();
        self.running = Some(Running { side, stop, thread: Some(thread) });
    }

    /// Whether a transfer runs.
    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Does what the session asks for. Gives the event back if people are to hear of it.
    pub(crate) fn handle(&mut self, event: FileEvent) -> Option<FileEvent> {
        match event {
            FileEvent::Read { item, offset } => self.go(Go::Read { item, offset }),
            FileEvent::Return { item } => self.go(Go::Return { item }),
            FileEvent::Leave { item } => {
                if let Some(Running { side: Side::Reads { orders, .. }, .. }) = &self.running {
                    orders.leave(|waiting| waiting.leave = Some(item));
                }
            }
            FileEvent::Take(piece) => {
                if let Some(Running { side: Side::Writes { pieces, .. }, .. }) = &self.running {
                    // There is room, or the thread has said why it stopped.
                    let _ = pieces.try_send(piece);
                }
            }
            FileEvent::Over(_) => {
                self.end();
                return Some(event);
            }
            FileEvent::Put { .. }
            | FileEvent::Get { .. }
            | FileEvent::Begun { .. }
            | FileEvent::Stored { .. }
            | FileEvent::NotStored { .. } => return Some(event),
        }
        None
    }

    fn go(&mut self, go: Go) {
        if let Some(Running { side: Side::Reads { orders, generation, .. }, .. }) = &mut self.running {
            *generation += 1;
            orders.leave(|waiting| {
                waiting.go = Some(go);
                waiting.leave = None;
                waiting.generation = *generation;
            });
        }
    }

    /// What the thread has to say next; `wants_piece` is whether something that was read can be taken. Cancelling loses
    /// nothing.
    pub(crate) async fn next(&mut self, wants_piece: bool) -> News {
        loop {
            match self.running.as_mut().map(|running| &mut running.side) {
                Some(Side::Reads { pieces, generation, .. }) if wants_piece => match pieces.recv().await {
                    Some((_, Err(problem))) => return News::Failed(problem),
                    Some((of, Ok(piece))) if of == *generation => return News::Piece(piece),
                    // It was read for elsewhere.
                    Some(_) => {}
                    None => return News::Failed(broken()),
                },
                Some(Side::Writes { answers, .. }) => match answers.recv().await {
                    Some(Ok(answer)) => return News::Answer(answer),
                    Some(Err(problem)) => return News::Failed(problem),
                    None => return News::Failed(broken()),
                },
                Some(Side::Reads { .. }) | None => std::future::pending().await,
            }
        }
    }

    /// How far it has come, if that is news.
    pub(crate) fn progress(&mut self, session: &impl Transfers) -> Option<Progress> {
        let progress = session.progress().filter(|progress| self.told.as_ref() != Some(progress))?;
        self.told = Some(progress.clone());
        Some(progress)
    }

    /// Ends the transfer that runs; its thread cleans up.
    fn end(&mut self) {
        self.told = None;
        if let Some(mut running) = self.running.take() {
            running.stop.0.store(true, Ordering::Release);
            self.ending.extend(running.thread.take());
        }
        self.ending.retain(|thread| !thread.is_finished());
    }

    /// Ends everything, and waits until half files are gone.
    pub(crate) async fn close(mut self) {
        self.end();
        let ending = std::mem::take(&mut self.ending);
        let join = tokio::task::spawn_blocking(move || {
            for thread in ending {
                // One that panicked has told standard error.
                let _ = thread.join();
            }
        });
        // A disk that hangs is not waited for.
        let _ = tokio::time::timeout(CLEAN_UP, join).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.0.store(true, Ordering::Release);
        if let Side::Reads { orders, .. } = &self.side {
            orders.leave(|waiting| waiting.is_over = true);
        }
    }
}

/// What a thread that ended without a word leaves.
fn broken() -> FileProblem {
    FileProblem::System(Text::truncated("this program failed; start it again"))
}

impl Orders {
    fn leave(&self, order: impl FnOnce(&mut Waiting)) {
        order(&mut self.lock());
        self.something.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // No code that holds it can panic half-way.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is something to do.
    fn wait(&self) {
        let mut waiting = self.lock();
        while !waiting.is_over && waiting.go.is_none() && waiting.leave.is_none() {
            waiting = self.something.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Reads until nobody wants more.
fn read(
    mut source: Source,
    orders: &Orders,
    to_session: &mpsc::Sender<(u32, Result<FilePiece, FileProblem>)>,
) {
    loop {
        let (go, leave, generation) = {
            let mut waiting = orders.lock();
            if waiting.is_over {
                return;
            }
            (waiting.go.take(), waiting.leave.take(), waiting.generation)
        };
        match go {
            Some(Go::Read { item, offset }) => source.read_from(item, offset),
            Some(Go::Return { item }) => source.return_to(item),
            None => {}
        }
        if let Some(item) = leave {
            source.leave(item);
        }
        match source.next_piece() {
            Some(piece) => {
                if to_session.blocking_send((generation, Ok(piece))).is_err() {
                    return;
                }
            }
            None => orders.wait(),
        }
    }
}

/// Writes until nothing more comes.
fn write(
    mut target: Target,
    mut pieces: mpsc::Receiver<FilePiece>,
    stop: &Stop,
    to_session: &mpsc::Sender<Result<Answer, FileProblem>>,
) {
    while let Some(piece) = pieces.blocking_recv() {
        if stop.is_set() {
            return;
        }
        target.take(piece, |answer| {
            // A session that is over needs no answers.
            let _ = to_session.blocking_send(Ok(answer));
        });
    }
}
