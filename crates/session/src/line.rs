//! What both ends of a session share: taking in, giving out, acknowledging, listening for the other's heart, and
//! outliving the link.

use std::time::Duration;

use farhand_proto::codec::Message;
use farhand_proto::session::{EndReason, Lane, Taken};
use farhand_proto::time::Moment;

use crate::lane::{ImpossibleCount, SendLane};
use crate::pacing::Pacer;

/// How often the console asks whether the client is there.
pub(crate) const HEARTBEAT: Duration = Duration::from_millis(300);
/// Silence after which the line counts as lost, at least: four round trips if that is longer.
const LOST_AFTER: Duration = Duration::from_secs(1);
/// The longest that the other end can ask for.
const MOST_PATIENCE: Duration = Duration::from_secs(10);
/// The same while no round trip is measured.
const LOST_AT_FIRST: Duration = Duration::from_secs(3);
/// How long the other end may leave what was sent to it untouched, however lively it is otherwise.
const STUCK_AFTER: Duration = Duration::from_secs(20);

/// Bytes of control frames that may wait for the link before this end takes on nothing more.
const MAX_CONTROL_WAITING: usize = 64 * 1024;
/// Bytes of memory for frames that an end keeps which the other has not taken in. The answers to all files that may be
/// under way fit.
const MAX_KEPT: usize = 3 * 1024 * 1024;

/// How long a session whose line is lost may come back, unless it is told otherwise.
pub const RESUME_WINDOW: Duration = Duration::from_secs(120);

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// This end ended it.
    #[error("{}", own(.0))]
    Here(EndReason),
    /// The other end ended it.
    #[error("{}", told(.0))]
    There(EndReason),
    /// The line was lost and did not come back in time.
    #[error(
        "the line to the other side was lost and did not come back within {} s: its network or this one is down, or \
         its program has ended",
        .0.as_secs()
    )]
    Lost(Duration),
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
    control: SendLane,
    bulk: SendLane,
    /// What this end has taken in of the reliable lanes.
    taken: Taken,
    /// Frames about the line itself: not counted, not paced, and only the newest of each kind is worth sending.
    ping: Option<Vec<u8>>,
    pong: Option<Vec<u8>>,
    /// Bytes that came over this link, and how many of them were acknowledged; `None` at its start: then even
    /// nothing is acknowledged, so that the other end hears that this one is there.
    taken_in: u64,
    acknowledged: Option<u64>,
    heard: Moment,
    /// Since when no link stands.
    lost: Option<Moment>,
    /// The round trip of the link before.
    known_round_trip: Option<Duration>,
    /// How long this end and the other may be silent at least, for the ways that they take.
    patience: (Duration, Duration),
    window: Duration,
}

/// What the passing of time did to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Nothing.
    Same,
    /// Nothing was heard for too long: the link is of no use any more.
    Lost,
    /// It did not come back in time.
    GivenUp(Duration),
}

impl Line {
    pub(crate) fn new(window: Duration, now: Moment) -> Self {
        Self {
            pacer: Pacer::new(now),
            control: SendLane::default(),
            bulk: SendLane::default(),
            taken: Taken::default(),
            ping: None,
            pong: None,
            taken_in: 0,
            acknowledged: Some(0),
            heard: now,
            lost: None,
            known_round_trip: None,
            patience: (LOST_AFTER, LOST_AFTER),
            window,
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
        self.lost.is_some()
    }

    /// What this end has taken in since the first seal stood.
    pub(crate) fn taken(&self) -> Taken {
        self.taken
    }

    /// Something came.
    pub(crate) fn on_heard(&mut self, now: Moment) {
        self.heard = now;
    }

    /// A frame that counts was taken in.
    pub(crate) fn on_taken_in(&mut self, bytes: usize, lane: Option<Lane>) {
        self.taken_in += bytes as u64;
        if let Some(lane) = lane {
            self.taken.count(lane);
        }
    }

    /// The other end says what it has taken in. Returns whether that can be true.
    pub(crate) fn on_acknowledged(&mut self, bytes: u64, taken: Taken, now: Moment) -> bool {
        self.pacer.on_acknowledged(bytes, now)
            && self.control.on_taken(taken.control).is_ok()
            && self.bulk.on_taken(taken.bulk).is_ok()
    }

    /// Whether the other end has taken in all that was to be said, the session's end too.
    pub(crate) fn is_heard(&self) -> bool {
        self.control.kept() == 0
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
        self.control.push(message.to_frame(), None);
    }

    /// The same, with another that goes out in its place if this one has not by then.
    pub(crate) fn push_control_until<M: Message>(&mut self, message: &M, until: Moment, instead: &M) {
        self.control.push(message.to_frame(), Some((until, instead.to_frame())));
    }

    /// A frame of what is large: it shares the line with the picture.
    pub(crate) fn push_bulk<M: Message>(&mut self, message: &M) {
        self.bulk.push(message.to_frame(), None);
    }

    /// Whether some of that has not arrived.
    pub(crate) fn has_bulk(&self) -> bool {
        self.bulk.kept() > 0
    }

    /// Whether some of that waits to go out.
    pub(crate) fn has_waiting_bulk(&self) -> bool {
        self.bulk.waiting() > 0
    }

    /// The next of that, within the window.
    pub(crate) fn pop_bulk(&mut self, now: Moment) -> Option<Vec<u8>> {
        self.bulk.pop(now)
    }

    /// Forgets what of that has not gone out.
    pub(crate) fn drop_waiting_bulk(&mut self) {
        self.bulk.drop_waiting();
    }

    /// Whether so much waits for the link that nothing that causes more may be taken on.
    pub(crate) fn is_congested(&self) -> bool {
        self.control.waiting() > MAX_CONTROL_WAITING
    }

    /// Whether so much is not taken in by the other end that nothing more may be promised to arrive.
    pub(crate) fn is_full(&self) -> bool {
        self.control.kept() > MAX_CONTROL_WAITING
    }

    /// Whether the other end leaves untouched what it causes: it acknowledges nothing and asks for more.
    pub(crate) fn is_abused(&self) -> bool {
        self.control.memory() + self.bulk.memory() > MAX_KEPT
    }

    /// The next frame that goes before pointer and picture.
    pub(crate) fn pop<M: Message>(&mut self, ack: fn(u64, Taken) -> M, now: Moment) -> Option<Vec<u8>> {
        if self.is_lost() {
            return None;
        }
        if let Some(frame) = self.pong.take().or_else(|| self.ping.take()) {
            return Some(frame);
        }
        if self.acknowledged.is_none_or(|acknowledged| self.taken_in > acknowledged) {
            self.acknowledged = Some(self.taken_in);
            return Some(ack(self.taken_in, self.taken).to_frame());
        }
        let frame = self.control.pop(now)?;
        Some(self.sent(frame, now))
    }

    /// Whether the window leaves something for what is not control.
    pub(crate) fn has_room(&self) -> bool {
        !self.is_lost() && self.pacer.credit() > 0
    }

    /// Notes that a frame goes out.
    pub(crate) fn sent(&mut self, frame: Vec<u8>, now: Moment) -> Vec<u8> {
        self.pacer.on_sent(frame.len(), now);
        frame
    }

    fn lost_after(&self) -> Duration {
        let round_trip = self.pacer.round_trip().or(self.known_round_trip);
        let lost_after = round_trip.map_or(LOST_AT_FIRST, |round_trip| LOST_AFTER.max(round_trip * 4));
        lost_after.max(self.patience.0).max(self.patience.1)
    }

    /// This end's way takes so long to tell; gives what the other end has to hear, if it has not.
    pub(crate) fn be_patient(&mut self, patience: Duration) -> Option<u16> {
        let has_changed = std::mem::replace(&mut self.patience.0, patience) != patience;
        has_changed.then(|| u16::try_from(patience.as_millis()).unwrap_or(u16::MAX))
    }

    /// The other end's way takes so long to tell.
    pub(crate) fn on_patience(&mut self, milliseconds: u16) {
        self.patience.1 = Duration::from_millis(milliseconds.into()).min(MOST_PATIENCE);
    }

    /// The link is cut, or of no use any more. Returns whether one stood until now.
    pub(crate) fn cut(&mut self, now: Moment) -> bool {
        if self.is_lost() {
            return false;
        }
        self.lost = Some(now);
        self.known_round_trip = self.pacer.round_trip().or(self.known_round_trip);
        (self.ping, self.pong) = (None, None);
        true
    }

    /// Another link stands, and the other end has taken in so much.
    pub(crate) fn resume(&mut self, taken: Taken, now: Moment) -> Result<(), ImpossibleCount> {
        self.control.on_resumed(taken.control)?;
        self.bulk.on_resumed(taken.bulk)?;
        self.pacer = Pacer::new(now);
        (self.taken_in, self.acknowledged) = (0, None);
        self.heard = now;
        self.lost = None;
        Ok(())
    }

    pub(crate) fn poll_timeout(&self) -> Moment {
        if let Some(lost) = self.lost {
            return lost + self.window;
        }
        let silence = self.heard + self.lost_after();
        match self.pacer.oldest_in_flight() {
            Some(oldest) => silence.min(oldest + STUCK_AFTER),
            None => silence,
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Moment) -> Turn {
        if let Some(lost) = self.lost {
            let over = now.saturating_sub(lost) >= self.window;
            return if over { Turn::GivenUp(self.window) } else { Turn::Same };
        }
        if now < self.poll_timeout() {
            return Turn::Same;
        }
        self.cut(now);
        Turn::Lost
    }
}
