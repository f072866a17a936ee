//! What goes wrong, and when.

use std::time::Duration;

use farhand_proto::time::Moment;

use super::Around;
use super::network::Who;
use super::relay::Relay;

#[derive(Debug)]
pub(super) struct Faults {
    next_at: Moment,
    /// The longest pause between two, in milliseconds.
    pause: u64,
}

impl Faults {
    /// How often depends on the dice.
    pub(super) fn new(around: &mut Around) -> Self {
        let pause = [2_000, 8_000, 15_000, 30_000, 60_000][around.dice.index(5)];
        Self { next_at: around.now + around.dice.time(0, pause), pause }
    }

    pub(super) fn next(&self) -> Moment {
        self.next_at
    }

    /// Everything is well again by `end`.
    pub(super) fn turn(&mut self, relay: &mut Relay, end: Moment, around: &mut Around) {
        if self.next_at > around.now {
            return;
        }
        self.next_at = around.now + around.dice.time(0, self.pause);
        let kind = around.dice.below(100);
        match kind {
            0..65 => self.of_a_leg(kind, end, around),
            65..88 => {
                let who = Who::BOTH[around.dice.index(2)];
                let long = around.dice.chance(20);
                let time = around.dice.time(100, if long { 30_000 } else { 4_000 });
                around.note(format_args!("network: {who:?} is cut off for {} ms", time.as_millis()));
                around.trace.totals.partitions += 1;
                let until = (around.now + time).min(end);
                around.network.cut_off(who, until, &mut around.dice);
            }
            88..92 => {
                let time = around.dice.time(50, 12_000);
                around.note(format_args!("relay: told to stop, again in {} ms", time.as_millis()));
                around.trace.totals.stops += 1;
                relay.stop((around.now + time).min(end), around);
            }
            _ if relay.is_up() => {
                let long = around.dice.chance(20);
                let time = around.dice.time(50, if long { 20_000 } else { 3_000 });
                around.note(format_args!("relay: killed for {} ms", time.as_millis()));
                around.trace.totals.crashes += 1;
                relay.crash((around.now + time).min(end.max(around.now + Duration::from_millis(1))), around);
            }
            _ => {}
        }
    }

    fn of_a_leg(&mut self, kind: u64, end: Moment, around: &mut Around) {
        let Some(leg) = around.network.any_leg(&mut around.dice) else { return };
        let who = around.network.who(leg);
        match kind {
            0..30 => {
                around.note(format_args!("network: leg {} of {who:?} is cut", leg.0));
                around.trace.totals.cuts += 1;
                around.network.cut(leg, &mut around.dice, around.now);
            }
            30..50 => {
                around.note(format_args!("network: leg {} of {who:?} hangs", leg.0));
                around.trace.totals.hangs += 1;
                around.network.hang(leg, &mut around.dice);
            }
            _ => {
                let time = around.dice.time(100, 1_500);
                around.note(format_args!(
                    "network: leg {} of {who:?} stalls for {} ms",
                    leg.0,
                    time.as_millis()
                ));
                around.trace.totals.stalls += 1;
                let until = (around.now + time).min(end);
                around.network.stall(leg, &mut around.dice, until);
            }
        }
    }
}
