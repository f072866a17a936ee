//! One end of a session: its machine over its line, driven as `farhand_peer` does.

use std::time::Duration;

use farhand_proto::codec::Message;
use farhand_proto::session::{Taken, ToClient, ToConsole};
use farhand_proto::time::Moment;
use farhand_session::{ClientSession, ConsoleSession, Ended};

use super::Around;
use super::line::{Line, Turned};

/// How long the other end has to take the last words of a session.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// The same where no line stands.
const LATE_WORDS: Duration = Duration::from_secs(10);

/// What the two machines have in common.
pub(super) trait Machine {
    type Incoming: Message;

    fn handle(&mut self, message: Self::Incoming, bytes: usize, now: Moment);
    fn poll_timeout(&self) -> Option<Moment>;
    fn cut(&mut self, now: Moment);
    fn taken(&self) -> Taken;
    fn resume(&mut self, taken: Taken, now: Moment);
    fn is_over(&self) -> bool;
    fn can_take_in(&self) -> bool;
}

macro_rules! machine {
    ($session:ty, $incoming:ty, |$this:ident| $can_take_in:expr) => {
        impl Machine for $session {
            type Incoming = $incoming;

            fn handle(&mut self, message: $incoming, bytes: usize, now: Moment) {
                self.handle(message, bytes, now);
            }

            fn poll_timeout(&self) -> Option<Moment> {
                self.poll_timeout()
            }

            fn cut(&mut self, now: Moment) {
                self.cut(now);
            }

            fn taken(&self) -> Taken {
                self.taken()
            }

            fn resume(&mut self, taken: Taken, now: Moment) {
                self.resume(taken, now);
            }

            fn is_over(&self) -> bool {
                self.is_over()
            }

            fn can_take_in(&self) -> bool {
                let $this = self;
                $can_take_in
            }
        }
    };
}

machine!(ClientSession, ToClient, |session| session.can_take_in());
machine!(ConsoleSession, ToConsole, |_session| true);

pub(super) struct Seat<M> {
    pub(super) session: M,
    pub(super) line: Line,
    /// How it ended, while the other end is told.
    pub(super) ended: Option<Ended>,
    over_at: Option<Moment>,
    pub(super) lost_since: Option<Moment>,
}

impl<M: Machine> Seat<M> {
    pub(super) fn new(session: M, line: Line) -> Self {
        Self { session, line, ended: None, over_at: None, lost_since: None }
    }

    /// The machine has lost its line.
    pub(super) fn handle_lost(&mut self, around: &mut Around) {
        around.trace.totals.losses += 1;
        self.lost_since = Some(around.now);
        self.line.lose(self.session.taken(), around);
    }

    /// The machine goes on over another line.
    pub(super) fn handle_found(&mut self, around: &mut Around) {
        around.trace.totals.returns += 1;
        self.lost_since = None;
    }

    /// The machine is over.
    pub(super) fn handle_ended(&mut self, how: Ended, around: &mut Around) {
        let time = match &how {
            _ if self.line.is_up() => LAST_WORDS,
            Ended::Here(_) => LATE_WORDS,
            Ended::There(_) | Ended::Lost(_) => Duration::ZERO,
        };
        self.over_at = Some(around.now + time);
        if self.ended.replace(how).is_some() {
            around.fail(format_args!("a session ended twice"));
        }
    }

    /// Gives how it ended once the other end has been told, or has had its time.
    pub(super) fn take_end(&mut self, around: &mut Around) -> Option<Ended> {
        let waited = self.over_at.is_some_and(|at| at <= around.now);
        let end = self.ended.take_if(|_| waited || self.line.is_idle(around))?;
        self.line.farewell(around);
        Some(end)
    }

    /// Takes one thing in; returns whether there was any.
    pub(super) fn take_in(&mut self, around: &mut Around) -> bool {
        let read = self.ended.is_none() && self.session.can_take_in();
        let (session, now) = (&mut self.session, around.now);
        match self.line.turn(read, &mut |message, bytes| session.handle(message, bytes, now), around) {
            Turned::Nothing => return false,
            Turned::Moved => {}
            Turned::Ended => {
                self.session.cut(now);
                if self.session.is_over() {
                    self.over_at = Some(now);
                }
            }
            Turned::Back(taken) => self.session.resume(taken, now),
        }
        true
    }

    pub(super) fn next(&self, around: &Around) -> Option<Moment> {
        let timers = [self.session.poll_timeout(), self.over_at, self.line.next(around)];
        timers.into_iter().flatten().min()
    }
}
