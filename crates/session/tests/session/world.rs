//! Both machines face to face over a line of chosen rate and delay, in virtual time.

use std::collections::VecDeque;
use std::time::Duration;

use farhand_proto::bounded::List;
use farhand_proto::codec::{FrameBuffer, Message};
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::input::{Input, Key};
use farhand_proto::screen::{Layout, Rect, Size, View};
use farhand_proto::session::{ToClient, ToConsole};
use farhand_proto::time::Moment;
use farhand_session::{ClientEvent, ClientSession, ConsoleEvent, ConsoleSession, Ended, RESUME_WINDOW};

pub(crate) const MS: Duration = Duration::from_millis(1);

/// One direction of a line: frames leave at the line's rate and arrive a while later.
pub(crate) struct Way {
    pub(crate) rate: u64,
    pub(crate) delay: Duration,
    pub(crate) free_at: Moment,
    pub(crate) under_way: VecDeque<(Moment, Vec<u8>)>,
    pub(crate) dead: bool,
    pub(crate) bytes: u64,
}

impl Way {
    pub(crate) fn new(rate: u64, delay: Duration) -> Self {
        Self { rate, delay, free_at: Moment::ZERO, under_way: VecDeque::new(), dead: false, bytes: 0 }
    }

    pub(crate) fn send(&mut self, frame: Vec<u8>, now: Moment) {
        self.bytes += frame.len() as u64;
        let begins = self.free_at.max(now);
        self.free_at = begins + Duration::from_micros(frame.len() as u64 * 1_000_000 / self.rate);
        if !self.dead {
            self.under_way.push_back((self.free_at + self.delay, frame));
        }
    }

    pub(crate) fn arrived(&mut self, now: Moment) -> Option<Vec<u8>> {
        let ready = !self.dead && self.under_way.front().is_some_and(|(at, _)| *at <= now);
        if ready { self.under_way.pop_front().map(|(_, frame)| frame) } else { None }
    }
}

/// A client, a console and the line between them. The desk answers every act at once unless told otherwise.
pub(crate) struct World {
    pub(crate) now: Moment,
    pub(crate) client: ClientSession,
    pub(crate) console: ConsoleSession,
    pub(crate) to_client: Way,
    pub(crate) to_console: Way,
    pub(crate) done: Vec<Input>,
    pub(crate) desk_works: bool,
    pub(crate) at_client: Vec<ClientEvent>,
    pub(crate) at_console: Vec<ConsoleEvent>,
}

impl World {
    pub(crate) fn new(rate: u64, delay: Duration) -> Self {
        let now = Moment::ZERO;
        Self {
            now,
            client: ClientSession::new(RESUME_WINDOW, now),
            console: ConsoleSession::new(both(), RESUME_WINDOW, now),
            to_client: Way::new(rate, delay),
            to_console: Way::new(rate, delay),
            done: Vec::new(),
            desk_works: true,
            at_client: Vec::new(),
            at_console: Vec::new(),
        }
    }

    /// A line that does not matter.
    pub(crate) fn quick() -> Self {
        Self::new(100_000_000, MS)
    }

    /// A quick line with a customer who said yes to everything.
    pub(crate) fn open() -> Self {
        let mut world = Self::quick();
        world.run(10 * MS);
        world.client.answer(both(), world.now);
        world.run(10 * MS);
        world
    }

    pub(crate) fn settle(&mut self) {
        loop {
            let mut moved = false;
            while let Some(frame) = self.to_client.arrived(self.now) {
                let (message, bytes) = message::<ToClient>(&frame);
                self.client.handle(message, bytes, self.now);
                moved = true;
            }
            while let Some(frame) = self.to_console.arrived(self.now) {
                let (message, bytes) = message::<ToConsole>(&frame);
                self.console.handle(message, bytes, self.now);
                moved = true;
            }
            while let Some(event) = self.client.poll_event() {
                if let ClientEvent::Do(input) = &event {
                    self.done.push(input.clone());
                    if self.desk_works {
                        self.client.done(Ok(()), self.now);
                    }
                }
                self.at_client.push(event);
                moved = true;
            }
            while let Some(event) = self.console.poll_event() {
                self.at_console.push(event);
                moved = true;
            }
            // Frames are taken only when the line is free, as a driver does whose socket is full.
            while self.to_client.free_at <= self.now {
                let Some(frame) = self.console.poll_transmit(self.now) else { break };
                self.to_client.send(frame, self.now);
                moved = true;
            }
            while self.to_console.free_at <= self.now {
                let Some(frame) = self.client.poll_transmit(self.now) else { break };
                self.to_console.send(frame, self.now);
                moved = true;
            }
            if !moved {
                return;
            }
        }
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.settle();
            if self.now >= end {
                return;
            }
            self.now += MS;
            self.client.handle_due(self.now);
            self.console.handle_due(self.now);
        }
    }

    pub(crate) fn act(&mut self, input: Input) -> u64 {
        self.console.act(&input, self.now).unwrap()
    }

    /// Both ends find the link cut; what was under way is gone.
    pub(crate) fn cut(&mut self) {
        self.client.cut(self.now);
        self.console.cut(self.now);
        for way in [&mut self.to_client, &mut self.to_console] {
            way.under_way.clear();
            way.free_at = self.now;
        }
        self.settle();
    }

    /// Both ends go over to another link while this one stands: what was under way over it is gone.
    pub(crate) fn cross(&mut self) {
        for way in [&mut self.to_client, &mut self.to_console] {
            way.under_way.clear();
            way.free_at = self.now;
        }
        self.resume();
    }

    /// Both ends find another link.
    pub(crate) fn resume(&mut self) {
        let (client, console) = (self.client.taken(), self.console.taken());
        (self.to_client.dead, self.to_console.dead) = (false, false);
        self.client.resume(console, self.now);
        self.console.resume(client, self.now);
        self.settle();
    }

    /// An act of a console that nobody drives: what the client says to it is taken away unread.
    pub(crate) fn act_unseen(&mut self, number: u64) {
        self.client.handle(ToClient::Act { number, input: Input::ReleaseAll }, 5, self.now);
        while let Some(event) = self.client.poll_event() {
            if let ClientEvent::Do(_) = &event {
                self.client.done(Ok(()), self.now);
            }
            self.at_client.push(event);
        }
        while self.client.poll_transmit(self.now).is_some() {}
    }

    pub(crate) fn ends(&self) -> (Option<Ended>, Option<Ended>) {
        let client = self.at_client.iter().find_map(|event| match event {
            ClientEvent::Ended(how) => Some(how.clone()),
            _ => None,
        });
        let console = self.at_console.iter().find_map(|event| match event {
            ConsoleEvent::Ended(how) => Some(how.clone()),
            _ => None,
        });
        (client, console)
    }
}

pub(crate) fn message<M: Message>(frame: &[u8]) -> (M, usize) {
    let mut buffer = FrameBuffer::new();
    buffer.push(frame);
    buffer.next_message().unwrap().unwrap()
}

pub(crate) fn both() -> Grants {
    Grant::ALL.into_iter().collect()
}

pub(crate) fn view() -> Grants {
    Grants::NONE.with(Grant::View)
}

pub(crate) fn key(character: char, pressed: bool) -> Input {
    Input::Key { key: Key::Char(character), pressed }
}

pub(crate) fn screen() -> (Layout, View, Rect) {
    let desktop = Size { width: 640, height: 480 };
    (Layout { monitors: List::default(), desktop }, View::DESKTOP, Rect::of_size(desktop))
}
