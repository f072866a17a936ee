//! Whatever happens in whatever order, the broker keeps its promises and forgets everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::world::{World, address, key, settings};
use farhand_broker::{CLAIM_LIFE, Ending, LegId, Limits, OperatorCheck, OperatorId, Settings};
use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::id::SessionId;
use farhand_proto::relay::{FromRelay, KeyHash, Ticket, ToRelay};
use farhand_proto::version::Versions;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Open { key: u8 },
    Register { leg: usize, claim: usize },
    Login { leg: usize },
    Check { known: Option<i64> },
    Find { leg: usize, number: usize },
    Join { leg: usize, ticket: usize },
    Client { key: u8 },
    Console { key: u8, operator: i64 },
    Come { ticket: usize, thief: Option<u8> },
    Ping { leg: usize },
    Test { leg: usize },
    Garbage { leg: usize },
    Close { leg: usize },
    EndClosed,
    EndSession { pair: usize },
    Remove { operator: i64 },
    Pass { ms: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u8..5).prop_map(|key| Step::Open { key }),
        4 => (0_usize..64, 0_usize..8).prop_map(|(leg, claim)| Step::Register { leg, claim }),
        2 => (0_usize..64).prop_map(|leg| Step::Login { leg }),
        2 => proptest::option::weighted(0.8, 1_i64..3).prop_map(|known| Step::Check { known }),
        8 => (0_usize..64, 0_usize..3).prop_map(|(leg, number)| Step::Find { leg, number }),
        1 => (0_usize..64, 0_usize..8).prop_map(|(leg, ticket)| Step::Join { leg, ticket }),
        4 => (0_u8..3).prop_map(|key| Step::Client { key }),
        3 => (3_u8..5, 1_i64..3).prop_map(|(key, operator)| Step::Console { key, operator }),
        12 => (0_usize..4, proptest::option::weighted(0.2, 0_u8..5))
            .prop_map(|(ticket, thief)| Step::Come { ticket, thief }),
        1 => (0_usize..64).prop_map(|leg| Step::Ping { leg }),
        1 => (0_usize..64).prop_map(|leg| Step::Test { leg }),
        1 => (0_usize..64).prop_map(|leg| Step::Garbage { leg }),
        1 => (0_usize..64).prop_map(|leg| Step::Close { leg }),
        2 => Just(Step::EndClosed),
        1 => (0_usize..8).prop_map(|pair| Step::EndSession { pair }),
        1 => (1_i64..3).prop_map(|operator| Step::Remove { operator }),
        2 => (0_u64..20_000).prop_map(|ms| Step::Pass { ms }),
    ]
}

/// What an onlooker knows who sees every message.
#[derive(Default)]
struct Onlooker {
    legs: Vec<LegId>,
    keys: BTreeMap<LegId, KeyHash>,
    numbers: Vec<SessionId>,
    claims: Vec<Bytes<1024>>,
    tickets: Vec<(Ticket, KeyHash)>,
    used: BTreeMap<LegId, (Ticket, KeyHash)>,
    seen: BTreeMap<LegId, usize>,
}

impl Onlooker {
    fn leg(&self, index: usize) -> Option<LegId> {
        // The newest legs are the interesting ones.
        let count = self.legs.len();
        (count > 0).then(|| self.legs[count - 1 - index % count.min(8)])
    }

    fn look(&mut self, world: &World) {
        for (leg, sent) in &world.sent {
            let seen = self.seen.entry(*leg).or_default();
            for (_, message) in &sent[*seen..] {
                match message {
                    FromRelay::Registered { session_id, claim, .. } => {
                        self.numbers.insert(0, *session_id);
                        self.claims.insert(0, claim.clone());
                    }
                    FromRelay::Invite { ticket, .. } | FromRelay::Found { ticket, .. } => {
                        self.tickets.insert(0, (ticket.clone(), self.keys[leg]));
                    }
                    _ => {}
                }
            }
            *seen = sent.len();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn promises_hold_in_every_order(steps in proptest::collection::vec(step(), 1..250), seed: u64) {
        let limits = Limits { legs: 60, sessions: 3, clients: 4, ..Limits::default() };
        let mut world = World::with(Settings { limits, ..settings() }, seed);
        let mut onlooker = Onlooker::default();
        for step in steps {
            apply(&mut world, &mut onlooker, step);
            onlooker.look(&world);
            let figures = world.broker.figures();
            prop_assert!(figures.sessions + figures.invited <= 3);
            prop_assert!(figures.waiting <= 4 && figures.client_legs <= 5);
        }

        // No ticket made two sessions, every half proved the key its ticket was made for, and no half has two.
        let mut halves = BTreeSet::new();
        let mut spent = BTreeSet::new();
        for (_, console, client) in &world.pairs {
            for half in [console, client] {
                prop_assert!(halves.insert(*half));
                let (ticket, owner) = &onlooker.used[half];
                prop_assert_eq!(owner, &onlooker.keys[half]);
                prop_assert!(spent.insert(ticket.to_vec()));
            }
        }

        // When everybody has left, nothing is remembered.
        let open: Vec<LegId> = onlooker.legs.clone();
        for pair in world.pairs.clone() {
            world.end_session(pair.0, Default::default(), Ending::Client);
        }
        for leg in open {
            world.close(leg);
        }
        world.closed.clear();
        world.pass(CLAIM_LIFE);
        prop_assert_eq!(world.remembered(), 0);
    }
}

fn apply(world: &mut World, onlooker: &mut Onlooker, step: Step) {
    match step {
        Step::Open { key } => {
            open(world, onlooker, key);
        }
        Step::Client { key } => {
            let Some(leg) = open(world, onlooker, key) else { return };
            world.say(leg, ToRelay::Register { versions: Versions::RELAY, claim: None });
        }
        Step::Console { key, operator } => {
            let Some(leg) = open(world, onlooker, key) else { return };
            login(world, leg);
            if world.checks.back() == Some(&leg) {
                world.checks.pop_back();
                let known = OperatorCheck::Known(OperatorId(operator));
                world.broker.handle_operator_checked(world.now(), leg, known);
            }
        }
        Step::Come { ticket, thief } => {
            let Some((ticket, owner)) = onlooker.tickets.get(ticket).cloned() else { return };
            let Some(leg) = open(world, onlooker, thief.unwrap_or(owner.0[0])) else { return };
            join(world, onlooker, leg, &ticket, owner);
        }
        Step::Register { leg, claim } => {
            let Some(leg) = onlooker.leg(leg) else { return };
            let claim = onlooker.claims.get(claim).cloned();
            world.say(leg, ToRelay::Register { versions: Versions::RELAY, claim });
        }
        Step::Login { leg } => {
            let Some(leg) = onlooker.leg(leg) else { return };
            login(world, leg);
        }
        Step::Check { known } => {
            let Some(leg) = world.checks.pop_front() else { return };
            let check = known.map_or(OperatorCheck::Unknown, |id| OperatorCheck::Known(OperatorId(id)));
            world.broker.handle_operator_checked(world.now(), leg, check);
        }
        Step::Find { leg, number } => {
            let consoles: Vec<LegId> =
                onlooker.legs.iter().copied().filter(|leg| is_console(world, *leg)).collect();
            let leg =
                if consoles.is_empty() { onlooker.leg(leg) } else { Some(consoles[leg % consoles.len()]) };
            let (Some(leg), Some(number)) = (leg, onlooker.numbers.get(number)) else { return };
            world.find(leg, *number);
        }
        Step::Join { leg, ticket } => {
            let Some((ticket, owner)) = onlooker.tickets.get(ticket).cloned() else { return };
            let Some(leg) = onlooker.leg(leg) else { return };
            join(world, onlooker, leg, &ticket, owner);
        }
        Step::Ping { leg } => {
            let Some(leg) = onlooker.leg(leg) else { return };
            world.say(leg, ToRelay::Ping { number: 1 });
        }
        Step::Test { leg } => {
            let Some(leg) = onlooker.leg(leg) else { return };
            world.say(leg, ToRelay::Test { versions: Versions::RELAY });
            world.say(leg, ToRelay::Echo { data: Bytes::default() });
        }
        Step::Garbage { leg } => {
            let Some(leg) = onlooker.leg(leg) else { return };
            world.broker.handle_garbage(world.now(), leg);
        }
        Step::Close { leg } => {
            let Some(leg) = onlooker.leg(leg) else { return };
            world.close(leg);
        }
        Step::EndClosed => world.end_closed(),
        Step::EndSession { pair } => {
            let Some((pair, ..)) = world.pairs.get(pair) else { return };
            world.end_session(*pair, Default::default(), Ending::Client);
        }
        Step::Remove { operator } => {
            world.broker.handle_operator_removed(world.now(), OperatorId(operator));
        }
        Step::Pass { ms } => world.pass(Duration::from_millis(ms)),
    }
    world.settle();
}

fn open(world: &mut World, onlooker: &mut Onlooker, number: u8) -> Option<LegId> {
    let leg = world.broker.handle_accepted(world.now(), address(number)).ok()?;
    world.broker.handle_opened(world.now(), leg, key(number));
    world.settle();
    onlooker.legs.push(leg);
    onlooker.keys.insert(leg, key(number));
    Some(leg)
}

fn login(world: &mut World, leg: LegId) {
    let (operator, token) = (Text::truncated("anna"), Bytes::default());
    world.say(leg, ToRelay::Login { versions: Versions::RELAY, operator, token });
}

fn is_console(world: &World, leg: LegId) -> bool {
    let sent = world.sent.get(&leg).map_or(&[][..], Vec::as_slice);
    matches!(sent.first(), Some((_, FromRelay::LoggedIn { .. }))) && !world.closed.contains(&leg)
}

fn join(world: &mut World, onlooker: &mut Onlooker, leg: LegId, ticket: &Ticket, owner: KeyHash) {
    if world.heard(leg) == 0 {
        onlooker.used.entry(leg).or_insert((ticket.clone(), owner));
    }
    world.say(leg, ToRelay::Join { versions: Versions::RELAY, ticket: ticket.clone() });
}
