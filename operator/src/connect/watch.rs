//! Follows a session's events: decodes the picture, notes what changed, and lets steps wait for it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use farhand_media::{Decoder, State};
use farhand_peer::SessionEnd;
use farhand_peer::console::{ConsoleControl, ConsoleEvent, ConsoleHandle};
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::screen::{Layout, Picture, Point, Rect, Region};
use farhand_proto::session::Undone;
use farhand_proto::transfer::FileProblem;
use farhand_session::{ConsoleEvent as Session, FileEvent, Stopped};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::picture::Pointer;
use crate::say::Say;

/// Changes remembered for `wait change`; older ones are joined.
const MAX_CHANGES: usize = 256;
/// Files that did not arrive and are named.
const NAMED: usize = 5;
/// Fresh starts asked for, one after the other, before the client's pictures are given up.
const MAX_FRESH_STARTS: u32 = 3;
/// Why they are given up.
const UNDECODABLE: &str =
    "pictures that can't be decoded, not even from their beginning; use the newest of both programs";

/// What is known of the session.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) grants: Option<Grants>,
    pub(crate) layout: Option<Layout>,
    /// Counts changes of what the picture shows.
    pub(crate) screens: u64,
    /// The part of the desktop that the picture shows.
    pub(crate) area: Rect,
    pub(crate) picture: Picture,
    /// Whether the picture was the customer's screen when its last update was made.
    pub(crate) complete: bool,
    pub(crate) pointer: Pointer,
    /// Acts that are done or refused: all below this number.
    pub(crate) answered: u64,
    /// Why an act was not done. What goes wrong after it is no news: the step has failed.
    pub(crate) undone: Option<Undone>,
    /// Counts updates that changed pixels.
    pub(crate) changes: u64,
    pub(crate) changed_at: Option<Instant>,
    recent: VecDeque<(u64, Region)>,
    pub(crate) lost: bool,
    /// Whether the customer uses their own mouse or keyboard, so that input waits.
    pub(crate) held: bool,
    /// Texts of the customer that no step has waited for.
    pub(crate) said: usize,
    /// The newest text that the customer copied, until a step takes it.
    pub(crate) clipboard: Option<String>,
    pub(crate) files: Files,
    pub(crate) ended: Option<SessionEnd>,
}

/// What is known of the transfer that a step waits for.
#[derive(Default)]
pub(crate) struct Files {
    /// The first of what did not arrive, and why.
    pub(crate) failed: Vec<String>,
    /// How many did not.
    pub(crate) failures: usize,
    /// How it ended.
    pub(crate) over: Option<Result<(), Stopped>>,
}

impl Known {
    /// Whether this is allowed now.
    pub(crate) fn allows(&self, grant: Grant) -> bool {
        self.grants.is_some_and(|grants| grants.allows(grant))
    }

    /// The picture's place on the desktop.
    pub(crate) fn origin(&self) -> Point {
        Point { x: self.area.x, y: self.area.y }
    }

    /// Whether pixels changed after so many changes, inside this area of the desktop or anywhere.
    pub(crate) fn changed_since(&self, count: u64, area: Option<Rect>) -> bool {
        let mut later = self.recent.iter().filter(|(number, _)| *number > count);
        match area {
            None => self.changes > count,
            Some(area) => later.any(|(_, region)| !region.clipped(area).is_empty()),
        }
    }
}

/// A task that follows the session until it ends.
pub(crate) struct Watcher {
    known: Arc<Mutex<Known>>,
    news: watch::Receiver<u64>,
    _task: JoinSet<()>,
}

impl Watcher {
    pub(crate) fn start(handle: ConsoleHandle, say: Say) -> Self {
        let known = Arc::new(Mutex::new(Known::default()));
        let (notify, news) = watch::channel(0);
        let mut task = JoinSet::new();
        let follower = Follower {
            control: handle.control(),
            handle,
            say,
            known: known.clone(),
            notify,
            decoder: farhand_media::decoder(),
            refreshing: false,
            fresh_starts: 0,
        };
        task.spawn(follower.run());
        Self { known, news, _task: task }
    }

    /// What is known right now.
    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        lock(&self.known)
    }

    /// Waits until something is known that was not before. Returns at once if that has happened already since the
    /// last call.
    pub(crate) async fn news(&mut self) {
        // The sender goes with the session's end, which is known by then.
        if self.news.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the session is over.
    pub(crate) async fn until_ended(&mut self) {
        while self.known().ended.is_none() && self.news.changed().await.is_ok() {}
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Follower {
    handle: ConsoleHandle,
    control: ConsoleControl,
    say: Say,
    known: Arc<Mutex<Known>>,
    notify: watch::Sender<u64>,
    decoder: Box<dyn Decoder>,
    /// Whether a fresh start was asked for that has not begun yet.
    refreshing: bool,
    /// Fresh starts asked for since a picture was whole.
    fresh_starts: u32,
}

impl Follower {
    async fn run(mut self) {
        while let Some(event) = self.handle.event().await {
            if !self.is_old_news(&event) {
                self.say.event(&event);
            }
            if !self.note(event) && !self.refreshing {
                self.start_afresh().await;
            }
            self.notify.send_modify(|count| *count += 1);
        }
    }

    /// Asks for the picture from its beginning, unless that has not helped before.
    async fn start_afresh(&mut self) {
        self.refreshing = true;
        if self.fresh_starts < MAX_FRESH_STARTS {
            self.fresh_starts += 1;
            self.control.refresh().await;
        } else {
            self.control.give_up(UNDECODABLE).await;
        }
    }

    /// Whether a person knows it already: of a text that is cut into many acts, one that is not done says it for all.
    fn is_old_news(&self, event: &ConsoleEvent) -> bool {
        matches!(event, ConsoleEvent::Session(Session::Undone { .. })) && lock(&self.known).undone.is_some()
    }

    /// Notes an event; false if the picture can't be continued.
    fn note(&mut self, event: ConsoleEvent) -> bool {
        let mut known = lock(&self.known);
        let event = match event {
            ConsoleEvent::Session(event) => event,
            ConsoleEvent::RelayStopping
            | ConsoleEvent::Direct(_)
            | ConsoleEvent::Retrying { .. }
            | ConsoleEvent::Progress(_) => return true,
            ConsoleEvent::Ended(end) => {
                known.ended = Some(end);
                return true;
            }
        };
        match event {
            Session::Allowed(grants) => {
                // What comes when the view is allowed again is another picture.
                known.complete &= grants.allows(Grant::View);
                known.grants = Some(grants);
            }
            // What comes when it goes on is another picture.
            Session::Paused(paused) => known.complete &= !paused,
            Session::Screen { layout, area, .. } => {
                known.layout = Some(layout);
                known.area = area;
                known.complete = false;
                known.screens += 1;
                // A fresh start follows; if that can't be decoded either, it is asked for again.
                self.refreshing = false;
            }
            Session::Update { bytes, .. } => match self.decoder.decode(&bytes) {
                Ok(decoded) => {
                    self.refreshing = false;
                    if decoded.state == State::Exact {
                        self.fresh_starts = 0;
                    }
                    note_change(&mut known, &decoded, self.decoder.picture());
                }
                Err(_) => return false,
            },
            Session::Shape(shape) => known.pointer.shape = Some(shape),
            Session::PointerAt(at) => known.pointer.at = Some(at),
            Session::Done(number) => known.answered = number + 1,
            Session::Undone { why, .. } => drop(known.undone.get_or_insert(why)),
            Session::Lost => {
                // What comes once the line is back is another picture.
                (known.lost, known.complete) = (true, false);
            }
            Session::Found => known.lost = false,
            Session::Holding(held) => known.held = held,
            Session::Said(_) => known.said += 1,
            Session::Clipboard(text) => known.clipboard = Some(text),
            Session::File(event) => note_file(&mut known.files, event),
            Session::Asking(_) | Session::Answering(_) | Session::Ended(_) => {}
        }
        true
    }
}

fn note_file(files: &mut Files, event: FileEvent) {
    match event {
        // It was sent again.
        FileEvent::NotStored { why: FileProblem::Again, .. } => {}
        FileEvent::NotStored { path, why, .. } => {
            files.failures += 1;
            if files.failed.len() < NAMED {
                files.failed.push(format!("{path}: {why}"));
            }
        }
        FileEvent::Over(result) => files.over = Some(result),
        _ => {}
    }
}

fn note_change(known: &mut Known, decoded: &farhand_media::Decoded, picture: &Picture) {
    known.complete = decoded.state == State::Exact;
    if decoded.changed.is_empty() {
        return;
    }
    if known.picture.size() == picture.size() && !decoded.fresh {
        decoded.changed.rects().iter().for_each(|rect| known.picture.copy_from(picture, *rect));
    } else {
        known.picture = picture.clone();
    }
    known.changes += 1;
    known.changed_at = Some(Instant::now());
    let region = decoded.changed.translated(known.area.x, known.area.y);
    known.recent.push_back((known.changes, region));
    if known.recent.len() > MAX_CHANGES
        && let Some((_, oldest)) = known.recent.pop_front()
        && let Some((_, next)) = known.recent.front_mut()
    {
        next.add_region(&oldest);
    }
}
