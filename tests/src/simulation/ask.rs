//! A program's first words with the relay: it dials, says what it wants, and waits for the answer.

use std::time::Duration;

use farhand_proto::codec::{FrameBuffer, Message as _};
use farhand_proto::relay::{FromRelay, ToRelay};
use farhand_proto::time::Moment;

use super::Around;
use super::network::{At, Dialled, LegNo, Parcel, Who};

/// How long the relay has to answer.
pub(super) const RELAY_ANSWER: Duration = Duration::from_secs(12);

pub(super) struct Asking {
    leg: LegNo,
    first: Option<ToRelay>,
    frames: FrameBuffer,
    deadline: Option<Moment>,
}

pub(super) enum Asked {
    Waiting,
    Answer(LegNo, FromRelay),
    Failed(&'static str),
}

impl Asking {
    pub(super) fn new(who: Who, first: ToRelay, around: &mut Around) -> Self {
        let leg = around.network.dial(who, &mut around.dice, around.now);
        Self { leg, first: Some(first), frames: FrameBuffer::new(), deadline: None }
    }

    pub(super) fn next(&self) -> Option<Moment> {
        self.deadline
    }

    pub(super) fn turn(&mut self, around: &mut Around) -> Asked {
        if let Some(first) = &self.first {
            match around.network.dialled(self.leg, around.now) {
                Dialled::Pending => return Asked::Waiting,
                Dialled::Failed => return self.failed("nobody is there", around),
                Dialled::Open => {}
            }
            around.network.send(self.leg, At::Program, first.to_frame(), around.now);
            self.first = None;
            self.deadline = Some(around.now + RELAY_ANSWER);
        }
        loop {
            match self.frames.next_message::<FromRelay>() {
                Ok(Some((message, _))) => return Asked::Answer(self.leg, message),
                Ok(None) => {}
                Err(error) => around.fail(format_args!("the relay is not understood: {error}")),
            }
            match around.network.arrived(self.leg, At::Program, around.now) {
                Some(Parcel::Bytes(bytes)) => self.frames.push(&bytes),
                Some(Parcel::End) => return self.failed("the relay has gone", around),
                None if self.deadline.is_some_and(|at| at <= around.now) => {
                    return self.failed("the relay does not answer", around);
                }
                None => return Asked::Waiting,
            }
        }
    }

    pub(super) fn give_up(&self, around: &mut Around) {
        around.network.close(self.leg, At::Program, around.now);
    }

    fn failed(&self, why: &'static str, around: &mut Around) -> Asked {
        self.give_up(around);
        Asked::Failed(why)
    }
}
