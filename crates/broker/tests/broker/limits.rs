//! How much a relay takes, from whom, and how often.

use std::time::Duration;

use crate::world::{CLIENT, CONSOLE, START, World, address, key, settings};
use farhand_broker::{FAILED_LOGIN_DELAY, Limits, NOBODY_DELAY, NoRoom, OperatorCheck, OperatorId, Settings};
use farhand_proto::id::SessionId;
use farhand_proto::relay::{FromRelay, Refusal, ToRelay};
use farhand_proto::version::Versions;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn unknown() -> SessionId {
    SessionId::from_digits([9; 9])
}

#[test]
fn wrong_operators_are_refused_alike_and_late_and_not_for_ever() {
    let mut world = World::new();
    let limit = Limits::default().login_failures_per_minute;
    for _ in 0..limit {
        let leg = world.asking(key(CONSOLE));
        world.pass(ms(20));
        world.broker.handle_operator_checked(world.now(), leg, OperatorCheck::Unknown);
        world.pass(FAILED_LOGIN_DELAY - ms(21));
        assert_eq!(world.heard(leg), 0);
        world.pass(ms(1));
        world.assert_refused(leg, Refusal::Operator);
    }
    world.checks.clear();
    let leg = world.asking(key(CONSOLE));
    assert!(world.checks.is_empty(), "the store is not even asked");
    world.assert_refused(leg, Refusal::Busy { seconds: 56 });
    // Another address is not concerned, and this one may again when its minute is over.
    world.console(key(CONSOLE + 1), 5);
    world.pass(Duration::from_secs(56));
    world.console(key(CONSOLE), 5);
}

#[test]
fn a_store_that_fails_is_no_wrong_token() {
    let mut world = World::new();
    let leg = world.asking(key(CONSOLE));
    world.broker.handle_operator_checked(world.now(), leg, OperatorCheck::Failed);
    world.settle();
    world.assert_refused(leg, Refusal::Busy { seconds: 10 });
}

#[test]
fn misses_are_limited_per_operator_on_all_legs_and_hits_do_not_help() {
    let mut world = World::new();
    let (_, session_id, _) = world.client(key(CLIENT), None);
    let first = world.console(key(CONSOLE), 5);
    for _ in 0..5 {
        world.find(first, unknown());
        world.pass(Duration::from_secs(1));
    }
    // Beyond the limit a right number gets the same refusal as a wrong one.
    world.find(first, session_id);
    world.assert_refused(first, Refusal::Busy { seconds: 55 });
    let second = world.console(key(CONSOLE + 1), 5);
    world.find(second, unknown());
    world.assert_refused(second, Refusal::Busy { seconds: 55 });
    let colleague = world.console(key(CONSOLE + 2), 6);
    world.find(colleague, session_id);
    assert!(matches!(world.last(colleague), Some(FromRelay::Found { .. })));
    world.pass(Duration::from_secs(55));
    let third = world.console(key(CONSOLE), 5);
    world.find(third, unknown());
    world.pass(NOBODY_DELAY);
    assert_eq!(world.last(third), Some(&FromRelay::Nobody { request: 7 }));
}

#[test]
fn sixty_misses_an_hour_are_the_end_of_it() {
    let mut world = World::new();
    let console = world.console(key(CONSOLE), 5);
    for _ in 0..60 {
        world.find(console, unknown());
        world.pass(Duration::from_secs(20));
    }
    world.find(console, unknown());
    world.assert_refused(console, Refusal::Busy { seconds: 2400 });
}

#[test]
fn misses_are_limited_per_address_as_well() {
    let limits = Limits { misses_per_minute: 3, ..Limits::default() };
    let mut world = World::with(Settings { limits, ..settings() }, 1);
    for operator in 0..3 {
        let leg = world.console(key(CONSOLE), operator);
        world.find(leg, unknown());
    }
    let leg = world.console(key(CONSOLE), 9);
    world.find(leg, unknown());
    world.assert_refused(leg, Refusal::Busy { seconds: 60 });
}

#[test]
fn crowds_are_refused() {
    let limits = Limits {
        newcomers: 5,
        newcomers_per_address: 2,
        legs_per_address: 3,
        clients: 4,
        registrations_per_minute: 3,
        ..Limits::default()
    };
    let mut world = World::with(Settings { limits, ..settings() }, 1);
    let accept = |world: &mut World, from| world.broker.handle_accepted(world.now(), address(from));
    let two = [accept(&mut world, 1).unwrap(), accept(&mut world, 1).unwrap()];
    assert_eq!(accept(&mut world, 1), Err(NoRoom::NewcomersOfAddress));
    let others: Vec<_> = (2..5).map(|from| accept(&mut world, from).unwrap()).collect();
    // One of the address that has two makes room; after that nobody has more than the next one would.
    let sixth = accept(&mut world, 6).unwrap();
    assert_eq!(accept(&mut world, 7), Err(NoRoom::Newcomers));
    for leg in two.into_iter().chain(others).chain([sixth]) {
        world.close(leg);
    }

    for _ in 0..3 {
        world.client(key(1), None);
    }
    let leg = world.open(key(1));
    world.assert_refused(leg, Refusal::Busy { seconds: 60 });
    world.end_closed();
    let leg = world.open(key(1));
    world.say(leg, ToRelay::Register { versions: Versions::RELAY, claim: None });
    world.assert_refused(leg, Refusal::Busy { seconds: 60 });
    for other in 2..5 {
        world.client(key(other), None);
    }
    let leg = world.open(key(9));
    world.say(leg, ToRelay::Register { versions: Versions::RELAY, claim: None });
    world.assert_refused(leg, Refusal::Busy { seconds: 60 });
}

/// Whoever fills all places with connections that say nothing keeps nobody out who says at once what they want.
#[test]
fn silence_makes_room_for_others() {
    let limits = Limits { newcomers: 6, newcomers_per_address: 3, ..Limits::default() };
    for crowd in [[1; 3].into_iter().chain([2; 3]).collect::<Vec<u8>>(), (1..=6).collect()] {
        let mut world = World::with(Settings { limits, ..settings() }, 1);
        let accept = |world: &mut World, from| world.broker.handle_accepted(world.now(), address(from));
        for from in &crowd {
            accept(&mut world, *from).unwrap();
        }
        world.pass(Duration::from_secs(1));
        for number in 0..10 {
            world.client(key(20 + number), None);
            world.pass(Duration::from_millis(10));
            // What was ended dials again at once, as often as it can.
            for from in &crowd {
                let _ = accept(&mut world, *from);
            }
            world.settle();
            if crowd[0] != crowd[1] {
                // Of many addresses each connection has its second.
                world.pass(Duration::from_secs(1));
            }
        }
        assert_eq!(world.broker.figures().client_legs, 10, "{crowd:?}");
        let figures = world.broker.figures();
        assert!(figures.newcomers <= 6 && figures.displaced >= 10, "{figures:?}");
    }
}

#[test]
fn one_address_has_no_more_legs_than_its_limit_and_its_newcomers_whatever_they_do() {
    let limits = Limits { newcomers_per_address: 4, legs_per_address: 3, ..Limits::default() };
    let mut world = World::with(Settings { limits, ..settings() }, 1);
    let mut taken = 0;
    let refused = loop {
        match world.broker.handle_accepted(world.now(), address(1)) {
            Ok(leg) => {
                // It gets as far as it can, is refused at the latest for its message, and never goes.
                world.broker.handle_opened(world.now(), leg, key(1));
                world.broker.handle_garbage(world.now(), leg);
                world.settle();
                taken += 1;
            }
            Err(error) => break error,
        }
    };
    assert_eq!((taken, refused), (7, NoRoom::LegsOfAddress));
    assert_eq!(world.broker.figures().ending_legs, 7);
    world.client(key(2), None);
    world.end_closed();
    world.client(key(1), None);
}

#[test]
fn an_operator_who_is_being_checked_is_still_a_newcomer() {
    let limits = Limits { newcomers_per_address: 2, ..Limits::default() };
    let mut world = World::with(Settings { limits, ..settings() }, 1);
    let first = world.asking(key(1));
    world.asking(key(1));
    let third = world.broker.handle_accepted(world.now(), address(1));
    assert_eq!(third, Err(NoRoom::NewcomersOfAddress));
    world.broker.handle_operator_checked(world.now(), first, OperatorCheck::Known(OperatorId(5)));
    world.settle();
    world.asking(key(1));
}

#[test]
fn all_addresses_together_have_their_limit() {
    let limits = Limits { legs: 3, ..Limits::default() };
    let mut world = World::with(Settings { limits, ..settings() }, 1);
    let (first, ..) = world.client(key(1), None);
    world.client(key(2), None);
    world.client(key(3), None);
    assert_eq!(world.broker.handle_accepted(world.now(), address(4)), Err(NoRoom::Legs));
    world.close(first);
    world.client(key(4), None);
}

#[test]
fn an_ipv6_network_of_64_bits_counts_as_one_address() {
    let limits = Limits { newcomers_per_address: 2, ..Limits::default() };
    let mut world = World::with(Settings { limits, ..settings() }, 1);
    let mut accept = |from: &str| world.broker.handle_accepted(world.now(), from.parse().unwrap());
    accept("2001:db8:1:2::1").unwrap();
    accept("2001:db8:1:2:ffff::9").unwrap();
    assert_eq!(accept("2001:db8:1:2:3::4"), Err(NoRoom::NewcomersOfAddress));
    accept("2001:db8:1:3::1").unwrap();
}

#[test]
fn sessions_and_logins_have_their_limits() {
    let limits = Limits { sessions_per_operator: 1, logins_per_operator: 2, ..Limits::default() };
    let mut world = World::with(Settings { limits, ..settings() }, 1);
    let (_, one, _) = world.client(key(10), None);
    let (_, two, _) = world.client(key(11), None);
    let console = world.console(key(CONSOLE), 5);
    world.console(key(CONSOLE), 5);
    let third = world.asking(key(CONSOLE));
    world.broker.handle_operator_checked(world.now(), third, OperatorCheck::Known(OperatorId(5)));
    world.settle();
    world.assert_refused(third, Refusal::Busy { seconds: 60 });
    world.find(console, one);
    world.find(console, two);
    world.assert_refused(console, Refusal::Busy { seconds: 30 });
}

#[test]
fn session_ids_differ_and_times_are_the_relays() {
    let limits =
        Limits { registrations_per_minute: 1000, clients: 1000, legs_per_address: 1000, ..Limits::default() };
    let mut world = World::with(Settings { limits, ..settings() }, 1);
    let mut numbers: Vec<SessionId> = (0..=255).map(|number| world.client(key(number), None).1).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 256);
    assert!(world.now().unix.as_secs() > START);
}
