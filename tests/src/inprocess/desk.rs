//! A desk that shows canaries and writes down every wish.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use farhand_peer::client::{Desk, DeskEvent, DeskSender};
use farhand_proto::bounded::List;
use farhand_proto::input::Input;
use farhand_proto::screen::{Layout, Rect, Room, Size, View};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What every picture of a [`FakeDesk`] is made of; found nowhere else.
pub const CANARY: &[u8] = b"<pixels of the customer's screen>";

/// A wish of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A session begins.
    Open,
    /// Show this.
    Show(View),
    /// Show nothing.
    Stop,
    /// Read the screen for an update.
    Want,
    /// Do this.
    Inject(Input),
    /// Put this into the clipboard.
    SetClipboard(String),
    /// Watch the clipboard, or no longer.
    WatchClipboard(bool),
    /// Let go of everything.
    ReleaseAll,
    /// The session is over.
    Close,
}

/// What the desk was asked for, readable while the desk belongs to the client.
#[derive(Debug, Clone, Default)]
pub struct Record(Arc<Mutex<Vec<Wish>>>);

impl Record {
    fn note(&self, wish: Wish) {
        self.0.lock().unwrap().push(wish);
    }

    /// Every wish so far.
    #[must_use]
    pub fn wishes(&self) -> Vec<Wish> {
        self.0.lock().unwrap().clone()
    }

    /// How many wishes are of this kind.
    #[must_use]
    pub fn count(&self, kind: impl Fn(&Wish) -> bool) -> usize {
        self.0.lock().unwrap().iter().filter(|wish| kind(wish)).count()
    }

    /// Inputs that were done.
    #[must_use]
    pub fn injected(&self) -> Vec<Input> {
        let input = |wish: &Wish| if let Wish::Inject(input) = wish { Some(input.clone()) } else { None };
        self.0.lock().unwrap().iter().filter_map(input).collect()
    }

    /// Fails the test if the screen was read or anything was done to the desktop.
    ///
    /// # Panics
    /// It was.
    pub fn nothing_seen_or_done(&self) {
        let touched = |wish: &&Wish| matches!(wish, Wish::Show(_) | Wish::Want | Wish::Inject(_));
        let touched: Vec<Wish> = self.0.lock().unwrap().iter().filter(touched).cloned().collect();
        assert_eq!(touched, [], "nobody had said yes");
    }

    /// Forgets what was, for what comes.
    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

/// A desk whose screen changes all the time and which does everything at once.
#[derive(Debug, Default)]
pub struct FakeDesk {
    record: Record,
    open: Option<Open>,
    /// Whether an injection is ever reported as done.
    stuck: bool,
}

#[derive(Debug)]
struct Open {
    orders: Arc<Orders>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Orders {
    waiting: Mutex<Waiting>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    show: Option<(u32, View)>,
    want: Option<usize>,
    inject: VecDeque<Input>,
}

impl FakeDesk {
    /// A desk and what it writes down.
    #[must_use]
    pub fn new() -> (Self, Record) {
        let desk = Self::default();
        let record = desk.record.clone();
        (desk, record)
    }

    /// A desk that takes inputs and is never done with them.
    #[must_use]
    pub fn stuck() -> (Self, Record) {
        let (mut desk, record) = Self::new();
        desk.stuck = true;
        (desk, record)
    }

    fn order(&self, change: impl FnOnce(&mut Waiting)) {
        if let Some(open) = &self.open {
            change(&mut open.orders.waiting.lock().unwrap());
            open.orders.news.notify_one();
        }
    }
}

impl Desk for FakeDesk {
    fn open(&mut self, events: DeskSender) {
        self.record.note(Wish::Open);
        let orders = Arc::new(Orders::default());
        let task = tokio::spawn(work(orders.clone(), events, self.stuck));
        self.open = Some(Open { orders, task });
    }

    fn show(&mut self, generation: u32, view: View) {
        self.record.note(Wish::Show(view));
        self.order(|waiting| {
            waiting.show = Some((generation, view));
            waiting.want = None;
        });
    }

    fn stop(&mut self) {
        self.record.note(Wish::Stop);
        self.order(|waiting| (waiting.show, waiting.want) = (None, None));
    }

    fn want_update(&mut self, room: Room) {
        self.record.note(Wish::Want);
        self.order(|waiting| waiting.want = Some(room.bytes));
    }

    fn inject(&mut self, input: Input) {
        self.record.note(Wish::Inject(input.clone()));
        self.order(|waiting| waiting.inject.push_back(input));
    }

    fn set_clipboard(&mut self, text: String) {
        self.record.note(Wish::SetClipboard(text));
    }

    fn watch_clipboard(&mut self, watch: bool) {
        self.record.note(Wish::WatchClipboard(watch));
    }

    fn release_all(&mut self) {
        self.record.note(Wish::ReleaseAll);
    }

    fn close(&mut self) {
        self.record.note(Wish::Close);
        if let Some(open) = self.open.take() {
            open.task.abort();
        }
    }
}

impl Drop for FakeDesk {
    fn drop(&mut self) {
        if let Some(open) = &self.open {
            open.task.abort();
        }
    }
}

/// The size of the fake screen.
pub const SCREEN: Size = Size { width: 640, height: 480 };

async fn work(orders: Arc<Orders>, events: DeskSender, stuck: bool) {
    let mut showing = 0;
    loop {
        let Waiting { show, want, inject } = std::mem::take(&mut *orders.waiting.lock().unwrap());
        let mut tell = Vec::new();
        if let Some((generation, view)) = show {
            showing = generation;
            let layout = Layout { monitors: List::default(), desktop: SCREEN };
            tell.push(DeskEvent::Screen { generation, layout, view, area: Rect::of_size(SCREEN) });
        }
        if let Some(bytes) = want {
            let bytes = CANARY.iter().copied().cycle().take(bytes).collect();
            tell.push(DeskEvent::Update { generation: showing, bytes });
        }
        if !stuck {
            tell.extend(inject.into_iter().map(|_| DeskEvent::Done(Ok(()))));
        }
        let idle = tell.is_empty();
        for event in tell {
            if events.send(event).await.is_err() {
                return;
            }
        }
        if idle {
            orders.news.notified().await;
        }
    }
}
