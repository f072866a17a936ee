//! Reads and writes files for a session: a thread for the transfer that runs.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use farhand_files::{Answer, Goes, Source, Stop, Target};
use farhand_proto::bounded::Shown;
use farhand_proto::transfer::{Cancelled, FileProblem, Piece};
use farhand_session::{Direction, FileEvent, Progress, Stopped, Transfers};
use tokio::sync::{mpsc, oneshot};

/// Pieces that may be read and not taken.
const READ_AHEAD: usize = 2;
/// Pieces that may be taken and not written; the session lets no more come, see its `Files`.
const WRITE_BEHIND: usize = 16 * 1024;
/// Answers that may wait; full makes the writing wait.
const ANSWERS: usize = 64;
/// How often people are told how far a transfer has come.
pub(crate) const PROGRESS: Duration = Duration::from_millis(200);
/// Threads of transfers that are over which may still be at work before no other begins: a disk may hang.
const MOST_ENDING: usize = 4;
/// How often the writing looks whether a pause is over.
const PAUSE: Duration = Duration::from_millis(50);
/// How long the end of a session waits for half files to be deleted.
pub(crate) const CLEAN_UP: Duration = Duration::from_secs(2);

/// The transfer that runs, if one does.
#[derive(Debug, Default)]
pub(crate) struct Work {
    running: Option<Running>,
    /// Transfers that are over, whose threads may still be cleaning up.
    ending: Vec<Ending>,
    told: Option<Progress>,
    is_paused: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Running {
    side: Side,
    stop: Stop,
    done: oneshot::Receiver<()>,
}

#[derive(Debug)]
struct Ending {
    answers: Option<mpsc::Receiver<Result<Answer, FileProblem>>>,
    done: oneshot::Receiver<()>,
    /// What it said in its last moments.
    late: Vec<FileEvent>,
}

#[derive(Debug)]
enum Side {
    Reads { orders: Arc<Orders>, pieces: mpsc::Receiver<(u32, Result<Piece, FileProblem>)>, generation: u32 },
    Writes { pieces: mpsc::Sender<Piece>, answers: mpsc::Receiver<Result<Answer, FileProblem>> },
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

/// What a thread has to say.
#[derive(Debug)]
pub(crate) enum News {
    Piece(Piece),
    Answer(Answer),
    Failed(FileProblem),
    /// Everything that was stopped has ended, and this still became of files.
    Late(Vec<FileEvent>),
}

impl News {
    /// Tells the session.
    pub(crate) fn tell(self, session: &mut impl Transfers) {
        match self {
            Self::Piece(piece) => session.file_piece(piece),
            Self::Answer(Answer::GoOn { item, offset }) => session.file_goes_on(item, offset),
            Self::Answer(Answer::Wrote(weight)) => session.file_wrote(weight),
            Self::Answer(Answer::Settled { item, result, .. }) => session.file_settled(item, result),
            Self::Answer(Answer::Finished) => session.file_finished(),
            Self::Failed(problem) => session.cancel_transfer(Cancelled::Problem(problem)),
            // No session is left.
            Self::Late(_) => {}
        }
    }
}

impl Work {
    /// Begins to read these for a transfer.
    ///
    /// # Errors
    /// It can't begin now.
    pub(crate) fn read(&mut self, paths: Vec<PathBuf>) -> Result<(), Cancelled> {
        let orders = Arc::new(Orders::default());
        let (to_session, pieces) = mpsc::channel(READ_AHEAD);
        let theirs = orders.clone();
        let side = Side::Reads { orders, pieces, generation: 0 };
        self.run(side, move |stop| match Source::of(&paths, stop) {
            Ok(source) => read(source, &theirs, &to_session),
            // A session that is over needs no reason.
            Err(problem) => drop(to_session.blocking_send((0, Err(problem)))),
        })
    }

    /// Begins to write what comes; without a place for it there is nowhere to write to.
    ///
    /// # Errors
    /// It can't begin now.
    pub(crate) fn write(&mut self, goes: Option<Goes>) -> Result<(), Cancelled> {
        let (pieces, to_write) = mpsc::channel(WRITE_BEHIND);
        let (to_session, answers) = mpsc::channel(ANSWERS);
        let is_paused = self.is_paused.clone();
        self.run(Side::Writes { pieces, answers }, move |stop| {
            let opened = match goes {
                Some(goes) => Target::open(goes, stop),
                None => Err(FileProblem::System(Shown::truncated("this user has no folder for files"))),
            };
            match opened {
                Ok(target) => write(target, to_write, (stop, &is_paused), &to_session),
                Err(problem) => drop(to_session.blocking_send(Err(problem))),
            }
        })
    }

    fn run(&mut self, side: Side, work: impl FnOnce(&Stop) + Send + 'static) -> Result<(), Cancelled> {
        self.stop();
        self.ending.retain_mut(|ending| !ending.is_done() || !ending.late.is_empty());
        if self.ending.iter().filter(|ending| !ending.done.is_terminated()).count() >= MOST_ENDING {
            return Err(Cancelled::Busy);
        }
        let (stop, (is_done, done)) = (Stop::default(), oneshot::channel());
        let theirs = stop.clone();
        let thread = std::thread::Builder::new().name("files".to_owned()).spawn(move || {
            work(&theirs);
            // Everything that the work held is dropped by now; whoever waited may have gone.
            let _ = is_done.send(());
        });
        if let Err(error) = thread {
            return Err(Cancelled::Problem(FileProblem::System(Shown::truncated(&error.to_string()))));
        }
        self.running = Some(Running { side, stop, done });
        Ok(())
    }

    /// Whether the writing holds still.
    pub(crate) fn pause(&self, is_paused: bool) {
        self.is_paused.store(is_paused, Ordering::Release);
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
            FileEvent::Over(ref how) => {
                if let (Err(Stopped::Here(Cancelled::ByHand)), Some(running)) = (how, &self.running) {
                    running.stop.discard();
                }
                self.stop();
                return Some(event);
            }
            FileEvent::Put { .. }
            | FileEvent::Get { .. }
            | FileEvent::Refused { .. }
            | FileEvent::Begun { .. }
            | FileEvent::Stored { .. }
            | FileEvent::NotStored { .. }
            | FileEvent::Unfinished { .. } => return Some(event),
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

    /// What the thread has to say next; `wants_piece` is whether something that was read can be taken, `to_end` whether
    /// to wait for the end of what was stopped. Cancelling loses nothing.
    pub(crate) async fn next(&mut self, wants_piece: bool, to_end: bool) -> News {
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
                None if to_end => return News::Late(self.ended().await),
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
    pub(crate) fn stop(&mut self) {
        self.told = None;
        if let Some(Running { side, stop, done }) = self.running.take() {
            stop.set();
            let answers = match side {
                Side::Reads { orders, .. } => {
                    orders.leave(|waiting| waiting.is_over = true);
                    None
                }
                Side::Writes { answers, .. } => Some(answers),
            };
            self.ending.push(Ending { answers, done, late: Vec::new() });
        }
    }

    /// Waits until what was stopped has cleaned up; gives what still became of files meanwhile. Cancelling loses
    /// nothing.
    pub(crate) async fn ended(&mut self) -> Vec<FileEvent> {
        for ending in &mut self.ending {
            ending.wait().await;
        }
        self.ending.drain(..).flat_map(|ending| ending.late).collect()
    }

    /// Stops everything, and waits until half files are gone; not for a disk that hangs.
    pub(crate) async fn close(&mut self) -> Vec<FileEvent> {
        self.stop();
        tokio::time::timeout(CLEAN_UP, self.ended()).await.unwrap_or_default()
    }
}

impl Ending {
    /// Whether the thread has ended, as far as is known without waiting.
    fn is_done(&mut self) -> bool {
        while let Some(answer) = self.answers.as_mut().and_then(|answers| answers.try_recv().ok()) {
            self.note(answer);
        }
        self.done.is_terminated() || !matches!(self.done.try_recv(), Err(oneshot::error::TryRecvError::Empty))
    }

    async fn wait(&mut self) {
        while let Some(answers) = &mut self.answers {
            match answers.recv().await {
                Some(answer) => self.note(answer),
                None => self.answers = None,
            }
        }
        if !self.done.is_terminated() {
            // One that panicked has told standard error.
            let _ = (&mut self.done).await;
        }
    }

    fn note(&mut self, answer: Result<Answer, FileProblem>) {
        // How a transfer ended that is over already is nobody's business any more; what lies on the disk is.
        if let Ok(Answer::Settled { path, kind, result: Ok(place), .. }) = answer {
            self.late.push(FileEvent::Stored { direction: Direction::In, path, kind, place });
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What a thread that ended without a word leaves.
fn broken() -> FileProblem {
    FileProblem::System(Shown::truncated("this program failed; start it again"))
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
fn read(mut source: Source, orders: &Orders, to_session: &mpsc::Sender<(u32, Result<Piece, FileProblem>)>) {
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
    mut pieces: mpsc::Receiver<Piece>,
    (stop, is_paused): (&Stop, &AtomicBool),
    to_session: &mpsc::Sender<Result<Answer, FileProblem>>,
) {
    while let Some(piece) = pieces.blocking_recv() {
        while is_paused.load(Ordering::Acquire) && !stop.is_set() {
            std::thread::sleep(PAUSE);
        }
        if stop.is_set() {
            return;
        }
        target.take(piece, |answer| {
            // A session that is over needs no answers.
            let _ = to_session.blocking_send(Ok(answer));
        });
    }
}
