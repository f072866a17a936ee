//! What both ends of a session share: taking in, giving out, acknowledging, listening for the other's heart.

use std::collections::VecDeque;
use std::time::Duration;

use farhand_proto::codec::Message;
use farhand_proto::session::EndReason;
use farhand_proto::time::Moment;

use crate::pacing::Pacer;

/// How often the console asks whether the client is there.
pub(crate) const HEARTBEAT: Duration = Duration::from_millis(300);
/// Silence after which the line counts as lost: input is no longer taken, the picture is old.
const LOST_AFTER: Duration = Duration::from_secs(1);
/// Silence after which the session is given up.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(20);

/// Bytes of control frames that may wait for the link before this end takes on nothing more.
const MAX_CONTROL_WAITING: usize = 64 * 1024;

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// This end ended it.
    #[error("{}", own(.0))]
    Here(EndReason),
    /// The other end ended it.
    #[error("{}", told(.0))]
    There(EndReason),
    /// Nothing came from the other end any more.
    #[error("nothing came from the other side for {} s: its network or this one is down, or the program was stopped", GIVEN_UP_AFTER.as_secs())]
    Silence,
}

/// This end's reason.
fn own(reason: &EndReason) -> String {
    match reason {
        EndReason::DisplayGone(what) => what.to_string(),
        reason => reason.to_string(),
    }
}

/// The other end's reason, in this end's words. Advice that it gave is for the person there.
fn told(reason: &EndReason) -> String {
    match reason {
        EndReason::DisplayGone(what) => format!(
            "the customer's desktop is gone; ask the customer to log in and to start the program again (it says there: \
             {what})"
        ),
        EndReason::Protocol(what) => format!("the other program did not understand this one: {what}"),
        reason => reason.to_string(),
    }
}

/// How the line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineState {
    /// The round trip, `None` until measured.
    pub round_trip: Option<Duration>,
    /// Measured bytes per second towards the other end, `None` until measured.
    pub rate: Option<u64>,
    /// Bytes sent that the other end has not taken in yet.
    pub in_flight: u64,
}

/// The half of a line that does not depend on the direction.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) pacer: Pacer,
    /// Whole frames that go before everything else, and are never replaced.
    control: VecDeque<Vec<u8>>,
    control_bytes: usize,
    /// Frames about the line itself: not counted, not paced, and only the newest of each kind is worth sending.
    ping: Option<Vec<u8>>,
    pong: Option<Vec<u8>>,
    taken_in: u64,
    acknowledged: u64,
    heard: Moment,
    lost: bool,
}

/// What the passing of time did to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Nothing.
    Same,
    /// Nothing was heard for too long.
    Lost,
    /// Nothing was heard for so long that it makes no sense to wait.
    GivenUp,
}

impl Line {
    pub(crate) fn new(now: Moment) -> Self {
        Self {
            pacer: Pacer::new(now),
            control: VecDeque::new(),
            control_bytes: 0,
            ping: None,
            pong: None,
            taken_in: 0,
            acknowledged: 0,
            heard: now,
            lost: false,
        }
    }

    pub(crate) fn state(&self) -> LineState {
        LineState {
            round_trip: self.pacer.round_trip(),
            rate: self.pacer.rate(),
            in_flight: self.pacer.in_flight(),
        }
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Something came. Returns whether the line was lost until now.
    pub(crate) fn on_heard(&mut self, now: Moment) -> bool {
        self.heard = now;
        std::mem::take(&mut self.lost)
    }

    /// A frame that counts was taken in.
    pub(crate) fn on_taken_in(&mut self, bytes: usize) {
        self.taken_in += bytes as u64;
    }

    /// Asks whether the other end is there.
    pub(crate) fn push_ping<M: Message>(&mut self, ping: &M) {
        self.ping = Some(ping.to_frame());
    }

    /// Answers the other end's question.
    pub(crate) fn push_pong<M: Message>(&mut self, pong: &M) {
        self.pong = Some(pong.to_frame());
    }

    /// A frame that goes before pointer and picture.
    pub(crate) fn push_control<M: Message>(&mut self, message: &M) {
        let frame = message.to_frame();
        self.control_bytes += frame.len();
        self.control.push_back(frame);
    }

    /// Whether so much waits for the link that nothing that causes more may be taken on.
    pub(crate) fn is_congested(&self) -> bool {
        self.control_bytes > MAX_CONTROL_WAITING
    }

    /// The next frame that goes before pointer and picture.
    pub(crate) fn pop<M: Message>(&mut self, ack: fn(u64) -> M, now: Moment) -> Option<Vec<u8>> {
        if let Some(frame) = self.pong.take().or_else(|| self.ping.take()) {
            return Some(frame);
        }
        if self.taken_in > self.acknowledged {
            self.acknowledged = self.taken_in;
            return Some(ack(self.taken_in).to_frame());
        }
        let frame = self.control.pop_front()?;
        self.control_bytes -= frame.len();
        self.pacer.on_sent(frame.len(), now);
        Some(frame)
    }

    fn lost_after(&self) -> Duration {
        LOST_AFTER.max(self.pacer.round_trip().unwrap_or_default() * 4)
    }

    pub(crate) fn poll_timeout(&self) -> Moment {
        let silence = self.heard + if self.lost { GIVEN_UP_AFTER } else { self.lost_after() };
        match self.pacer.oldest_in_flight() {
            Some(oldest) => silence.min(oldest + GIVEN_UP_AFTER),
            None => silence,
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Moment) -> Turn {
        let silent_for = now.saturating_sub(self.heard);
        let stuck_for =
            self.pacer.oldest_in_flight().map_or(Duration::ZERO, |oldest| now.saturating_sub(oldest));
        if silent_for >= GIVEN_UP_AFTER || stuck_for >= GIVEN_UP_AFTER {
            return Turn::GivenUp;
        }
        if !self.lost && silent_for >= self.lost_after() {
            self.lost = true;
            return Turn::Lost;
        }
        Turn::Same
    }
}
