//! The thread that watches the screen and encodes it when the line can take it: the newest pixels, once.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use farhand_desktop::{Changes, Screen, ScreenError, Waker};
use farhand_media::Encoder;
use farhand_peer::client::{DeskEvent, DeskSender};
use farhand_proto::screen::{Part, Picture, Rect, Region, Room, View};

use super::{lock, send};

/// Nothing wakes this thread but changes, orders and what is to be made exact; the wait only has to be finite.
const LONG: Duration = Duration::from_secs(3600);

/// What the session wants; taken all at once.
#[derive(Debug, Default)]
pub(super) struct Orders {
    pub(super) show: Option<(u32, View)>,
    pub(super) stop: bool,
    pub(super) want: Option<Room>,
    quit: bool,
}

/// The running thread. Dropping it ends it.
pub(super) struct Show {
    orders: Arc<Mutex<Orders>>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Show {
    pub(super) fn start(screen: Box<dyn Screen>, events: DeskSender) -> Self {
        let orders = Arc::new(Mutex::new(Orders::default()));
        let waker = screen.waker();
        let watcher = Watcher {
            screen,
            events,
            orders: orders.clone(),
            shown: None,
            want: None,
            pointer: Changes::default(),
            began: Instant::now(),
        };
        let thread = std::thread::spawn(move || watcher.run());
        Self { orders, waker, thread: Some(thread) }
    }

    /// Leaves an order; a later one of the same kind replaces it.
    pub(super) fn order(&self, change: impl FnOnce(&mut Orders)) {
        change(&mut lock(&self.orders));
        self.waker.wake();
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        self.order(|orders| orders.quit = true);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told standard error; the session ends either way.
            let _ = thread.join();
        }
    }
}

/// What is being shown.
struct Shown {
    generation: u32,
    view: View,
    area: Rect,
    picture: Picture,
    encoder: Box<dyn Encoder>,
    /// Where the screen may differ from `picture`.
    damage: Region,
}

struct Watcher {
    screen: Box<dyn Screen>,
    events: DeskSender,
    orders: Arc<Mutex<Orders>>,
    shown: Option<Shown>,
    want: Option<Room>,
    /// The pointer's last known shape and place, for whoever begins to look.
    pointer: Changes,
    /// From when on the encoder's time counts.
    began: Instant,
}

/// Why the thread ends.
enum Stop {
    Quit,
    Failed(ScreenError),
}

impl From<ScreenError> for Stop {
    fn from(error: ScreenError) -> Self {
        Self::Failed(error)
    }
}

impl Watcher {
    fn run(mut self) {
        if let Err(Stop::Failed(error)) = self.watch() {
            send(&self.events, DeskEvent::Gone(error.to_string()));
        }
    }

    fn watch(&mut self) -> Result<(), Stop> {
        loop {
            self.take_orders()?;
            self.encode()?;
            let changes = self.screen.wait(self.until_due())?;
            self.note_pointer(&changes)?;
            if changes.layout {
                if let Some(shown) = self.shown.take() {
                    self.begin(shown.generation, shown.view)?;
                }
            } else if let Some(shown) = &mut self.shown {
                shown.damage.add_region(&changes.damage.clipped(shown.area));
            }
        }
    }

    /// How long nothing is to be done if nothing changes.
    fn until_due(&self) -> Duration {
        let due = self
            .shown
            .as_ref()
            .filter(|_| self.want.is_some())
            .and_then(|shown| shown.encoder.poll_timeout());
        due.map_or(LONG, |due| due.saturating_sub(self.began.elapsed()))
    }

    fn take_orders(&mut self) -> Result<(), Stop> {
        let orders = std::mem::take(&mut *lock(&self.orders));
        if orders.quit {
            return Err(Stop::Quit);
        }
        if orders.stop {
            self.shown = None;
            self.want = None;
        }
        if let Some((generation, view)) = orders.show {
            self.want = None;
            self.begin(generation, view)?;
            let pointer = self.pointer.clone();
            self.tell_pointer(&pointer)?;
        }
        if orders.want.is_some() {
            self.want = orders.want;
        }
        Ok(())
    }

    /// Starts a picture from scratch and says what it shows.
    fn begin(&mut self, generation: u32, view: View) -> Result<(), Stop> {
        let layout = self.screen.layout().clone();
        let (view, area) = match layout.area_of(view) {
            Some(area) => (view, area),
            None => (View { part: Part::Desktop, ..view }, Rect::of_size(layout.desktop)),
        };
        let mut encoder = farhand_media::encoder();
        encoder.reset(area.size());
        let picture = Picture::new(area.size());
        self.shown = Some(Shown { generation, view, area, picture, encoder, damage: Region::from(area) });
        self.tell(DeskEvent::Screen { generation, layout, view, area })
    }

    /// Encodes what changed, if the line can take it.
    fn encode(&mut self) -> Result<(), Stop> {
        let (Some(room), Some(shown)) = (self.want, &mut self.shown) else { return Ok(()) };
        if !shown.damage.is_empty() {
            self.screen.grab(shown.area, &shown.damage, &mut shown.picture)?;
            let damage = std::mem::take(&mut shown.damage).translated(-shown.area.x, -shown.area.y);
            shown.view.colours.reduce(&mut shown.picture, &damage);
            shown.encoder.damage(&shown.picture, &damage);
        }
        let mut bytes = Vec::new();
        shown.encoder.encode(&shown.picture, room, self.began.elapsed(), &mut bytes);
        if bytes.is_empty() {
            return Ok(());
        }
        self.want = None;
        let generation = shown.generation;
        self.tell(DeskEvent::Update { generation, bytes })
    }

    fn note_pointer(&mut self, changes: &Changes) -> Result<(), Stop> {
        if changes.pointer_at.is_some() {
            self.pointer.pointer_at = changes.pointer_at;
        }
        if changes.pointer_shape.is_some() {
            self.pointer.pointer_shape.clone_from(&changes.pointer_shape);
        }
        if self.shown.is_some() { self.tell_pointer(changes) } else { Ok(()) }
    }

    fn tell_pointer(&mut self, pointer: &Changes) -> Result<(), Stop> {
        if let Some(shape) = &pointer.pointer_shape {
            self.tell(DeskEvent::Shape(shape.clone()))?;
        }
        match pointer.pointer_at {
            Some(at) => self.tell(DeskEvent::PointerAt(at)),
            None => Ok(()),
        }
    }

    fn tell(&self, event: DeskEvent) -> Result<(), Stop> {
        if send(&self.events, event) { Ok(()) } else { Err(Stop::Quit) }
    }
}
