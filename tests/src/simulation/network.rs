//! Legs between the two programs and the relay: ordered pipes of bytes that are slow, stall, end and hang.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use farhand_proto::time::Moment;

use super::dice::Dice;

/// How long a program tries to reach the relay.
const ATTEMPT: Duration = Duration::from_secs(8);
/// What the system takes of a program for a line on which nothing moves any more.
const SYSTEM_BUFFER: usize = 16 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Client,
    Console,
}

impl Who {
    pub(super) const BOTH: [Self; 2] = [Self::Client, Self::Console];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LegNo(pub(super) u32);

/// Who holds an end of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Program,
    Relay,
}

#[derive(Debug)]
pub(super) enum Parcel {
    Bytes(Vec<u8>),
    End,
}

/// How far a program has come with its dialling.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Dialled {
    Pending,
    Open,
    Failed,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    /// The first packet comes to the relay then.
    Arriving(Moment),
    /// The outer TLS stands for the relay and for the program then.
    Shaking { relay: Moment, program: Moment },
    /// The relay has it; the program too from then on.
    Open { program: Moment },
    /// The program hears then that nobody is there.
    Refused(Moment),
}

/// One direction.
#[derive(Debug)]
struct Way {
    rate: u64,
    delay: Duration,
    /// What the system takes ahead of the line, as a time.
    slack: Duration,
    free_at: Moment,
    /// Nothing arrives before.
    not_before: Moment,
    under_way: VecDeque<(Moment, Parcel)>,
    /// The sender has ended it, or the line was cut.
    closed: bool,
    /// Nothing arrives any more, not even the end.
    hung: bool,
    swallowed: usize,
}

#[derive(Debug)]
pub(super) struct Leg {
    pub(super) who: Who,
    stage: Stage,
    deadline: Moment,
    up: Way,
    down: Way,
    /// Which ends nobody holds any more.
    left: (bool, bool),
}

/// All legs.
#[derive(Debug, Default)]
pub(super) struct Network {
    legs: BTreeMap<LegNo, Leg>,
    next: u32,
    /// Until when nothing of a program gets through.
    cut_off: BTreeMap<Who, Moment>,
}

impl Way {
    fn new(dice: &mut Dice, delay: Duration, now: Moment) -> Self {
        let rate = [16_000, 60_000, 250_000, 2_000_000, 20_000_000][dice.index(5)];
        let slack = dice.time(0, 60);
        let (under_way, closed, hung) = (VecDeque::new(), false, false);
        Self { rate, delay, slack, free_at: now, not_before: now, under_way, closed, hung, swallowed: 0 }
    }

    fn arrival(&self) -> Moment {
        let last = self.under_way.back().map_or(Moment::ZERO, |(at, _)| *at);
        (self.free_at + self.delay).max(self.not_before).max(last)
    }

    fn send(&mut self, bytes: Vec<u8>, now: Moment) {
        if self.closed || bytes.is_empty() {
            return;
        }
        let time = Duration::from_micros(bytes.len() as u64 * 1_000_000 / self.rate);
        self.free_at = self.free_at.max(now) + time;
        if self.hung {
            self.swallowed += bytes.len();
        } else {
            self.under_way.push_back((self.arrival(), Parcel::Bytes(bytes)));
        }
    }

    fn close(&mut self, now: Moment) {
        if !std::mem::replace(&mut self.closed, true) && !self.hung {
            self.free_at = self.free_at.max(now);
            self.under_way.push_back((self.arrival(), Parcel::End));
        }
    }

    /// When the next record may be handed over; `None` if never.
    fn idle_at(&self) -> Option<Moment> {
        (self.swallowed < SYSTEM_BUFFER).then(|| self.free_at.saturating_sub(self.slack))
    }

    /// Nothing arrives before then.
    fn stall(&mut self, until: Moment) {
        self.not_before = self.not_before.max(until);
        for (at, _) in &mut self.under_way {
            *at = (*at).max(until);
        }
    }

    /// Some of what is under way arrives yet, and then the end.
    fn cut(&mut self, dice: &mut Dice, now: Moment) {
        if self.hung || self.under_way.back().is_some_and(|(_, parcel)| matches!(parcel, Parcel::End)) {
            return;
        }
        let kept = dice.index(self.under_way.len() + 1);
        self.under_way.truncate(kept);
        if let Some((_, Parcel::Bytes(bytes))) = self.under_way.back_mut() {
            bytes.truncate(dice.index(bytes.len()) + 1);
        }
        self.closed = true;
        let later = if dice.chance(60) { dice.time(0, 50) } else { dice.time(50, 4_000) };
        let at = self.under_way.back().map_or(now, |(at, _)| *at).max(now) + later;
        self.under_way.push_back((at, Parcel::End));
    }

    fn hang(&mut self) {
        self.hung = true;
        self.under_way.clear();
    }
}

impl Leg {
    fn from(&mut self, at: At) -> &mut Way {
        match at {
            At::Program => &mut self.up,
            At::Relay => &mut self.down,
        }
    }

    fn to(&mut self, at: At) -> &mut Way {
        match at {
            At::Program => &mut self.down,
            At::Relay => &mut self.up,
        }
    }
}

/// What programs and the relay do.
impl Network {
    pub(super) fn dial(&mut self, who: Who, dice: &mut Dice, now: Moment) -> LegNo {
        let delay = if dice.chance(80) { dice.time(1, 60) } else { dice.time(60, 250) };
        let leaves = self.cut_off.get(&who).map_or(now, |until| now.max(*until));
        let leg = Leg {
            who,
            stage: Stage::Arriving(leaves + delay),
            deadline: now + ATTEMPT,
            up: Way::new(dice, delay, now),
            down: Way::new(dice, delay, now),
            left: (false, false),
        };
        let number = LegNo(self.next);
        self.next += 1;
        self.legs.insert(number, leg);
        number
    }

    pub(super) fn dialled(&self, leg: LegNo, now: Moment) -> Dialled {
        let Some(leg) = self.legs.get(&leg) else { return Dialled::Failed };
        let from = match leg.stage {
            Stage::Arriving(_) => leg.deadline,
            Stage::Shaking { program, .. } | Stage::Open { program } => program,
            Stage::Refused(at) => return if at <= now { Dialled::Failed } else { Dialled::Pending },
        };
        if now >= leg.deadline && from >= leg.deadline {
            Dialled::Failed
        } else if from <= now {
            Dialled::Open
        } else {
            Dialled::Pending
        }
    }

    /// Legs whose first packet has come to the relay.
    pub(super) fn arriving(&self, now: Moment) -> Vec<LegNo> {
        let here = |leg: &Leg| matches!(leg.stage, Stage::Arriving(at) if at <= now);
        self.legs.iter().filter(|(_, leg)| here(leg)).map(|(number, _)| *number).collect()
    }

    pub(super) fn accept(&mut self, leg: LegNo, now: Moment) {
        let Some(leg) = self.legs.get_mut(&leg) else { return };
        let (program, relay) = (now + leg.up.delay * 3, now + leg.up.delay * 4);
        leg.stage = Stage::Shaking { relay, program };
        for way in [&mut leg.up, &mut leg.down] {
            way.free_at = way.free_at.max(now);
        }
    }

    /// Nobody takes it; the program hears of that, or nothing.
    pub(super) fn refuse(&mut self, leg: LegNo, silently: bool, now: Moment) {
        let Some(leg) = self.legs.get_mut(&leg) else { return };
        leg.stage = Stage::Refused(if silently { leg.deadline } else { now + leg.down.delay });
        leg.left.1 = true;
    }

    /// Legs whose outer TLS stands since now for the relay.
    pub(super) fn opened(&mut self, now: Moment) -> Vec<LegNo> {
        let mut opened = Vec::new();
        for (number, leg) in &mut self.legs {
            if let Stage::Shaking { relay, program } = leg.stage
                && relay <= now
            {
                leg.stage = Stage::Open { program };
                opened.push(*number);
            }
        }
        opened
    }

    pub(super) fn who(&self, leg: LegNo) -> Option<Who> {
        self.legs.get(&leg).map(|leg| leg.who)
    }

    pub(super) fn send(&mut self, leg: LegNo, at: At, bytes: Vec<u8>, now: Moment) {
        if let Some(leg) = self.legs.get_mut(&leg) {
            leg.from(at).send(bytes, now);
        }
    }

    /// Ends the own direction; what comes is still taken.
    pub(super) fn finish(&mut self, leg: LegNo, at: At, now: Moment) {
        if let Some(leg) = self.legs.get_mut(&leg) {
            leg.from(at).close(now);
        }
    }

    /// Lets go of an end.
    pub(super) fn close(&mut self, number: LegNo, at: At, now: Moment) {
        let Some(leg) = self.legs.get_mut(&number) else { return };
        leg.from(at).close(now);
        leg.to(at).hang();
        match at {
            At::Program => leg.left.0 = true,
            At::Relay => leg.left.1 = true,
        }
        if matches!(leg.stage, Stage::Arriving(_)) {
            leg.left = (true, true);
        }
        if leg.left == (true, true) {
            self.legs.remove(&number);
        }
    }

    /// The next that has come.
    pub(super) fn arrived(&mut self, leg: LegNo, at: At, now: Moment) -> Option<Parcel> {
        let way = self.legs.get_mut(&leg)?.to(at);
        way.under_way.pop_front_if(|(at, _)| *at <= now).map(|(_, parcel)| parcel)
    }

    pub(super) fn is_idle(&self, leg: LegNo, now: Moment) -> bool {
        self.idle_at(leg).is_some_and(|at| at <= now)
    }

    /// When the program may hand over the next record.
    pub(super) fn idle_at(&self, leg: LegNo) -> Option<Moment> {
        self.legs.get(&leg).and_then(|leg| leg.up.idle_at())
    }

    /// When something happens next.
    pub(super) fn next(&self, now: Moment) -> Option<Moment> {
        let of_leg = |leg: &Leg| {
            let stage = match leg.stage {
                Stage::Arriving(at) => [Some(at), Some(leg.deadline)],
                Stage::Shaking { relay, program } => [Some(relay), Some(program)],
                Stage::Open { program } => [Some(program), None],
                Stage::Refused(at) => [Some(at), None],
            };
            let ways = [&leg.up, &leg.down].map(|way| way.under_way.front().map(|(at, _)| *at));
            stage.into_iter().chain(ways).flatten().filter(|at| *at > now).min()
        };
        self.legs.values().filter_map(of_leg).min()
    }

    pub(super) fn legs(&self) -> usize {
        self.legs.len()
    }
}

/// What goes wrong.
impl Network {
    /// A leg that somebody may lose.
    pub(super) fn any_leg(&self, dice: &mut Dice) -> Option<LegNo> {
        let numbers: Vec<_> = self.legs.keys().copied().collect();
        (!numbers.is_empty()).then(|| numbers[dice.index(numbers.len())])
    }

    pub(super) fn cut(&mut self, leg: LegNo, dice: &mut Dice, now: Moment) {
        let Some(leg) = self.legs.get_mut(&leg) else { return };
        leg.up.cut(dice, now);
        leg.down.cut(dice, now);
    }

    /// Nothing arrives any more, in one direction or both.
    pub(super) fn hang(&mut self, leg: LegNo, dice: &mut Dice) {
        let Some(leg) = self.legs.get_mut(&leg) else { return };
        let which = dice.below(4);
        if which != 0 {
            leg.up.hang();
        }
        if which != 1 {
            leg.down.hang();
        }
    }

    /// Lost packets hold one direction up.
    pub(super) fn stall(&mut self, leg: LegNo, dice: &mut Dice, until: Moment) {
        let Some(leg) = self.legs.get_mut(&leg) else { return };
        if dice.chance(50) { leg.up.stall(until) } else { leg.down.stall(until) }
    }

    /// Nothing of a program gets through until then.
    pub(super) fn cut_off(&mut self, who: Who, until: Moment, dice: &mut Dice) {
        self.cut_off.insert(who, until);
        for leg in self.legs.values_mut().filter(|leg| leg.who == who) {
            if let Stage::Arriving(at) = &mut leg.stage {
                *at = (*at).max(until);
            }
            leg.up.stall(until + dice.time(0, 500));
            leg.down.stall(until + dice.time(0, 500));
        }
    }

    /// The relay is gone: its ends of legs are closed by its system, or just silent.
    pub(super) fn relay_gone(&mut self, dice: &mut Dice, now: Moment) {
        let silently = dice.chance(30);
        for leg in self.legs.values_mut() {
            match leg.stage {
                Stage::Arriving(_) | Stage::Refused(_) => continue,
                Stage::Shaking { .. } => leg.stage = Stage::Refused(leg.deadline.max(now)),
                Stage::Open { .. } => {}
            }
            leg.up.hang();
            if silently {
                leg.down.hang();
            } else {
                leg.down.cut(dice, now);
            }
            leg.left.1 = true;
        }
        self.legs.retain(|_, leg| leg.left != (true, true));
    }
}
