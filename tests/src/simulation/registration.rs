//! The leg on which a client waits, made anew whenever it is lost.

use std::time::Duration;

use farhand_proto::codec::{FrameBuffer, Message as _};
use farhand_proto::relay::{FromRelay, Refusal, Ticket, ToRelay};
use farhand_proto::time::Moment;
use farhand_proto::version::Versions;

use super::Around;
use super::ask::{Asked, Asking};
use super::line::Pass;
use super::network::{At, LegNo, Parcel, Who};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
pub(super) const HEARTBEAT: Duration = Duration::from_secs(20);

pub(super) struct Registration {
    claim: Option<Pass>,
    pause: Duration,
    stage: Stage,
}

enum Stage {
    Down(Moment),
    Asking(Asking),
    Waiting { leg: LegNo, frames: FrameBuffer, ping_at: Moment, unanswered: u32 },
    Over,
}

impl Registration {
    pub(super) fn new() -> Self {
        Self { claim: None, pause: FIRST_PAUSE, stage: Stage::Down(Moment::ZERO) }
    }

    pub(super) fn next(&self) -> Option<Moment> {
        match &self.stage {
            Stage::Down(until) => Some(*until),
            Stage::Asking(asking) => asking.next(),
            Stage::Waiting { ping_at, .. } => Some(*ping_at),
            Stage::Over => None,
        }
    }

    /// Gives the number up.
    pub(super) fn end(&mut self, around: &mut Around) {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Asking(asking) => asking.give_up(around),
            Stage::Waiting { leg, .. } => around.network.close(leg, At::Program, around.now),
            Stage::Down(_) | Stage::Over => {}
        }
    }

    /// Gives the ticket and the relay's time when a console asks.
    pub(super) fn turn(&mut self, around: &mut Around) -> Option<(Ticket, u64)> {
        let now = around.now;
        if matches!(self.stage, Stage::Down(until) if until <= now) {
            let first = ToRelay::Register { versions: Versions::RELAY, claim: self.claim.clone() };
            self.stage = Stage::Asking(Asking::new(Who::Client, first, around));
        }
        if let Stage::Asking(asking) = &mut self.stage {
            match asking.turn(around) {
                Asked::Waiting => {}
                Asked::Answer(leg, FromRelay::Registered { session_id, claim, .. }) => {
                    if around.ledger.session_id.replace(session_id).is_some_and(|before| before != session_id)
                    {
                        around.fail(format_args!("client: another number than before"));
                    }
                    around.note(format_args!("client: registered"));
                    (self.claim, self.pause) = (Some(claim), FIRST_PAUSE);
                    let frames = FrameBuffer::new();
                    self.stage = Stage::Waiting { leg, frames, ping_at: now + HEARTBEAT, unanswered: 0 };
                }
                Asked::Answer(leg, answer) => {
                    around.network.close(leg, At::Program, now);
                    self.down(&format!("{answer:?}"), busy(&answer), around);
                }
                Asked::Failed(why) => self.down(why, Duration::ZERO, around),
            }
        }
        self.wait(around)
    }

    fn wait(&mut self, around: &mut Around) -> Option<(Ticket, u64)> {
        let now = around.now;
        loop {
            let Stage::Waiting { leg, frames, ping_at, unanswered } = &mut self.stage else { return None };
            let leg = *leg;
            match frames.next_message::<FromRelay>() {
                Ok(Some((FromRelay::Invite { ticket, relay_time }, _))) => return Some((ticket, relay_time)),
                Ok(Some((FromRelay::Pong { .. }, _))) => *unanswered = 0,
                Ok(Some((FromRelay::Stopping {}, _))) => {}
                Ok(Some((other, _))) => {
                    around.network.close(leg, At::Program, now);
                    self.down(&format!("{other:?}"), busy(&other), around);
                }
                Err(error) => {
                    around.fail(format_args!("the relay is not understood: {error}"));
                    return None;
                }
                Ok(None) => match around.network.arrived(leg, At::Program, now) {
                    Some(Parcel::Bytes(bytes)) => frames.push(&bytes),
                    Some(Parcel::End) => {
                        around.network.close(leg, At::Program, now);
                        self.down("the relay has gone", Duration::ZERO, around);
                    }
                    None if *ping_at > now => return None,
                    None if *unanswered > 1 => {
                        around.network.close(leg, At::Program, now);
                        self.down("the relay is silent", Duration::ZERO, around);
                    }
                    None => {
                        *unanswered += 1;
                        *ping_at = now + HEARTBEAT;
                        let ping = ToRelay::Ping { number: *unanswered };
                        around.network.send(leg, At::Program, ping.to_frame(), now);
                    }
                },
            }
        }
    }

    fn down(&mut self, why: &str, least: Duration, around: &mut Around) {
        around.note(format_args!("client: not registered: {why}"));
        self.stage = Stage::Down(around.now + self.pause.max(least));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}

/// How long the relay wants to be left alone.
pub(super) fn busy(answer: &FromRelay) -> Duration {
    match answer {
        FromRelay::Refused { refusal: Refusal::Busy { seconds } } => Duration::from_secs(u64::from(*seconds)),
        _ => Duration::ZERO,
    }
}
