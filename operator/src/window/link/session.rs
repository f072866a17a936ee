//! One session: its events become news and pictures, the operator's wishes become acts.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use farhand_media::{Decoder, State};
use farhand_peer::console::{ConsoleControl, ConsoleEvent, ConsoleHandle};
use farhand_proto::bounded::Text;
use farhand_proto::input::Input;
use farhand_proto::screen::{Picture, Region};
use farhand_proto::transfer::Existing;
use farhand_session::{ActError, ConsoleEvent as Event};
use farhand_window::SharedPicture;
use tokio::sync::{Notify, watch};

use super::desk::{Clipboard, choose};
use super::{FromLink, Inbox, lock};
use crate::window::model::TabId;
use crate::window::recent::End;
use crate::window::session::{Job, News, Wish};
use crate::window::trouble::Trouble;

/// Wishes that may wait before no more are taken.
const MAX_WISHES: usize = 4096;
/// Fresh starts asked for, one after the other, before the client's pictures are given up.
const MAX_FRESH_STARTS: u32 = 3;

/// What the operator wants and the session has not heard yet, in order.
#[derive(Debug, Clone)]
pub(super) struct Wishes(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    waiting: Mutex<VecDeque<Wish>>,
    something: Notify,
    is_over: watch::Sender<bool>,
}

impl Default for Wishes {
    fn default() -> Self {
        let shared = Shared {
            waiting: Mutex::default(),
            something: Notify::new(),
            is_over: watch::Sender::new(false),
        };
        Self(Arc::new(shared))
    }
}

impl Wishes {
    /// Adds one; false if too many wait. A pointer that moves on takes the place of its move before.
    pub(super) fn push(&self, wish: Wish) -> bool {
        {
            let mut waiting = lock(&self.0.waiting);
            let is_full = waiting.len() >= MAX_WISHES;
            match (waiting.back_mut(), &wish) {
                (Some(last @ Wish::Act(Input::Move(_))), Wish::Act(Input::Move(_))) => *last = wish,
                // There is always room for letting go and for the end.
                (_, Wish::End | Wish::WordsDiffer | Wish::Act(Input::ReleaseAll)) => waiting.push_back(wish),
                _ if is_full => return false,
                _ => waiting.push_back(wish),
            }
        }
        self.0.something.notify_one();
        true
    }

    /// Waits until the session is over.
    pub(super) async fn over(&self) {
        // Whoever could tell is gone only together with the session.
        let _ = self.0.is_over.subscribe().wait_for(|over| *over).await;
    }

    async fn next(&self) -> Wish {
        loop {
            if let Some(wish) = lock(&self.0.waiting).pop_front() {
                return wish;
            }
            self.0.something.notified().await;
        }
    }
}

/// Holds a session to its end.
pub(super) async fn hold(
    tab: TabId,
    handle: ConsoleHandle,
    picture: SharedPicture,
    wishes: Wishes,
    clipboard: Clipboard,
    inbox: &Inbox,
) {
    let control = handle.control();
    clipboard.begin();
    let mut follower = Follower {
        tab,
        control,
        inbox,
        picture,
        decoder: farhand_media::decoder(),
        is_refreshing: false,
        fresh_starts: 0,
        clipboard,
    };
    follower.run(handle, &wishes).await;
    wishes.0.is_over.send_replace(true);
}

struct Follower<'a> {
    tab: TabId,
    control: ConsoleControl,
    inbox: &'a Inbox,
    picture: SharedPicture,
    decoder: Box<dyn Decoder>,
    /// Whether a fresh start was asked for that has not begun yet.
    is_refreshing: bool,
    /// Fresh starts asked for since a picture was whole.
    fresh_starts: u32,
    clipboard: Clipboard,
}

impl Follower<'_> {
    async fn run(&mut self, mut handle: ConsoleHandle, wishes: &Wishes) {
        let mut statistics = handle.statistics();
        loop {
            // What the operator does goes before what the customer's screen does.
            tokio::select! {
                biased;
                wish = wishes.next() => self.grant(wish).await,
                Ok(()) = statistics.changed() => self.say(News::Statistics(*statistics.borrow_and_update())),
                event = handle.event() => match event {
                    Some(ConsoleEvent::Session(event)) => {
                        self.inbox.room().await;
                        self.handle(event).await;
                    }
                    Some(ConsoleEvent::Progress(progress)) => self.say(News::Progress(progress)),
                    Some(ConsoleEvent::Retrying { attempt }) => self.say(News::Retrying(attempt)),
                    Some(ConsoleEvent::Direct(direct)) => self.say(News::Direct(direct)),
                    Some(ConsoleEvent::RelayStopping) => self.say(News::RelayStopping),
                    Some(ConsoleEvent::Ended(end)) => {
                        let ended = FromLink::Ended(self.tab, End::from(&end), Trouble::from(&end));
                        return self.inbox.push(ended);
                    }
                    None => return,
                }
            }
        }
    }

    fn say(&self, news: News) {
        self.inbox.push(FromLink::Session(self.tab, news));
    }

    /// Passes on what the operator wants.
    async fn grant(&mut self, wish: Wish) {
        let result = match wish {
            Wish::Act(input) => self.control.act(input).await.map(drop),
            Wish::Type(text) => self.control.type_text(text).await.map(drop),
            Wish::Watch(view) => return self.control.watch(view).await,
            Wish::End => return self.control.end().await,
            Wish::WordsDiffer => return self.control.words_differ().await,
            Wish::Say(text) => {
                if let Err(error) = self.control.say(text).await {
                    self.say(News::NotSaid(error));
                }
                return;
            }
            Wish::ShareClipboard => return self.share_clipboard(),
            Wish::TakeClipboard(text) => return self.clipboard.put(text),
            Wish::Carry(job) => return self.carry(job).await,
            Wish::CancelFiles => return self.control.cancel_files().await,
            Wish::ChooseFiles { folders } => {
                let (tab, inbox) = (self.tab, self.inbox.clone());
                choose(folders, move |chosen| {
                    let news = chosen.map_or(News::NoDialog, News::Chosen);
                    inbox.push(FromLink::Session(tab, news));
                });
                return;
            }
            // The window's own.
            Wish::FullScreen(_) => return,
        };
        match result {
            // The end is news of its own.
            Ok(()) | Err(ActError::Over) => {}
            Err(error) => self.say(News::NotTaken(error)),
        }
    }

    /// Gives the customer the text in this computer's clipboard, unless they have it already.
    /// The session goes on meanwhile: another program that has the clipboard may take its time.
    fn share_clipboard(&self) {
        let (clipboard, control) = (self.clipboard.clone(), self.control.clone());
        tokio::spawn(async move {
            if let Some(text) = clipboard.changed().await
                && let Err(error) = control.clipboard(text).await
            {
                clipboard.kept();
                tracing::debug!(%error, "the clipboard stays here");
            }
        });
    }

    async fn carry(&mut self, job: Job) {
        let begun = match job {
            Job::Put(paths) => self.control.put(paths, None, Existing::Keep).await,
            Job::Get(path) => {
                let folder = farhand_files::downloads().unwrap_or_else(std::env::temp_dir);
                self.control.get(Text::truncated(&path), folder, Existing::Keep).await
            }
        };
        if let Err(why) = begun {
            self.say(News::NotCarried(why));
        }
    }

    async fn handle(&mut self, event: Event) {
        let news = match event {
            Event::Asking(time) => News::Asking(time),
            Event::Allowed(grants) => News::Allowed(grants),
            Event::Paused(paused) => News::Paused(paused),
            Event::Screen { layout, view, area } => {
                self.is_refreshing = false;
                News::Screen { layout, view, area }
            }
            Event::Update { bytes, .. } => match self.decode(&bytes) {
                Some(state) => News::Picture { state },
                None => {
                    if !self.is_refreshing {
                        self.start_afresh().await;
                    }
                    return;
                }
            },
            Event::Shape(shape) => News::Shape(shape),
            Event::PointerAt(at) => News::PointerAt(at),
            Event::Holding(held) => News::Holding(held),
            Event::Answering(answers) => News::Answering(answers),
            Event::Undone { why, .. } => News::Undone(why),
            Event::Said(text) => News::Said(text),
            Event::Clipboard(text) => News::Clipboard(text),
            Event::File(event) => News::File(event),
            Event::Lost => News::Lost,
            Event::Found => News::Found,
            // The end comes as an event of the connection.
            Event::Done(_) | Event::Ended(_) => return,
        };
        self.say(news);
    }

    /// Decodes an update into the shared picture; gives how that compares with the customer's screen, `None`
    /// if it can't be continued.
    fn decode(&mut self, bytes: &[u8]) -> Option<State> {
        let decoded = self.decoder.decode(bytes).ok()?;
        self.is_refreshing = false;
        if decoded.state != State::Partial {
            self.fresh_starts = 0;
        }
        let source = self.decoder.picture();
        self.picture.update(|shown| {
            if decoded.fresh || shown.size() != source.size() {
                shown.clone_from(source);
            } else {
                copy(source, shown, &decoded.changed);
            }
            (decoded.changed, ())
        });
        Some(decoded.state)
    }

    /// Asks for the picture from its beginning, unless that has not helped before.
    async fn start_afresh(&mut self) {
        self.is_refreshing = true;
        if self.fresh_starts < MAX_FRESH_STARTS {
            self.fresh_starts += 1;
            self.control.refresh().await;
        } else {
            let what = "pictures that can't be decoded, not even from their beginning; use the newest of both programs";
            self.control.give_up(what).await;
        }
    }
}

fn copy(from: &Picture, to: &mut Picture, changed: &Region) {
    changed.rects().iter().for_each(|rect| to.copy_from(from, *rect));
}
