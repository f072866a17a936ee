//! The thread that uses keyboard and pointer.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use farhand_desktop::{InjectError, Injector, Interrupter};
use farhand_peer::client::{DeskEvent, DeskSender};
use farhand_proto::bounded::Text;
use farhand_proto::input::Input;
use farhand_proto::session::Undone;
use farhand_session::Unfinished;

use super::{lock, send};

enum Order {
    Inject(Input),
    ReleaseAll,
    Quit,
}

/// Orders in turn. The session hands out one input at a time, so there are never more than a few.
#[derive(Default)]
struct Orders {
    queue: Mutex<VecDeque<Order>>,
    filled: Condvar,
}

impl Orders {
    fn push(&self, order: Order) {
        lock(&self.queue).push_back(order);
        self.filled.notify_one();
    }

    fn pop(&self) -> Order {
        let mut queue = lock(&self.queue);
        loop {
            if let Some(order) = queue.pop_front() {
                return order;
            }
            queue = self.filled.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The running thread. Dropping it releases every key and button, then ends it.
pub(super) struct Hands {
    orders: Arc<Orders>,
    interrupter: Interrupter,
    thread: Option<JoinHandle<()>>,
}

impl Hands {
    pub(super) fn start(injector: Box<dyn Injector>, events: DeskSender) -> Self {
        let orders = Arc::new(Orders::default());
        let theirs = orders.clone();
        let interrupter = injector.interrupter();
        let thread = std::thread::spawn(move || run(injector, &theirs, &events));
        Self { orders, interrupter, thread: Some(thread) }
    }

    pub(super) fn inject(&self, input: Input) {
        self.orders.push(Order::Inject(input));
    }

    /// Releases everything; a text that is being typed is broken off.
    pub(super) fn release_all(&self) {
        self.interrupter.interrupt();
        self.orders.push(Order::ReleaseAll);
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        self.orders.push(Order::Quit);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told standard error; its injector released what it held on the way.
            let _ = thread.join();
        }
    }
}

/// What the session is told of it.
fn why(error: &InjectError) -> Unfinished {
    match error {
        InjectError::Interrupted { typed } => Unfinished::BrokenOff { typed: *typed },
        InjectError::OwnWindow => Unfinished::Refused(Undone::OwnWindow),
        error => Unfinished::Refused(Undone::System(Text::truncated(&error.to_string()))),
    }
}

fn run(mut injector: Box<dyn Injector>, orders: &Orders, events: &DeskSender) {
    loop {
        match orders.pop() {
            Order::Inject(input) => {
                let result = injector.inject(&input).map_err(|error| why(&error));
                if !send(events, DeskEvent::Done(result)) {
                    // The session is over; dropping the injector releases everything.
                    return;
                }
            }
            Order::ReleaseAll => {
                // If the desktop is gone, so are its keys; the screen's thread tells the session.
                let _ = injector.release_all();
            }
            Order::Quit => return,
        }
    }
}
