//! Halves of a session that come back with their passes.

use std::time::Duration;

use farhand_broker::{ALONE, Ending, Event, OperatorCheck, PASS_LIFE, Traffic};
use farhand_proto::bounded::Bytes;
use farhand_proto::relay::{FromRelay, Refusal};

use crate::world::{CLIENT, CONSOLE, START, World, key};

/// The session's line is cut at both ends.
fn cut(world: &mut World, pair: farhand_broker::PairId) {
    world.end_session(pair, Traffic::default(), Ending::Client);
    world.settle();
}

#[test]
fn both_halves_come_back_in_any_order_and_the_audit_says_so() {
    for client_first in [true, false] {
        let mut world = World::new();
        let (pair, _, _, pass) = world.session();
        cut(&mut world, pair);
        let mut legs = Vec::new();
        for of_client in [client_first, !client_first] {
            legs.push(world.back(key(if of_client { CLIENT } else { CONSOLE }), &pass));
        }
        for leg in &legs {
            let Some(FromRelay::Joined { pass: again, .. }) = world.last(*leg) else { panic!("not back") };
            assert!(!again.is_empty());
        }
        let (client, console) = if client_first { (legs[0], legs[1]) } else { (legs[1], legs[0]) };
        let &(again, paired_console, paired_client) = world.pairs.last().unwrap();
        assert_eq!((paired_console, paired_client), (console, client));
        assert_ne!(again, pair);
        assert!(matches!(world.events.last(), Some(Event::SessionResumed(_))));
        cut(&mut world, again);
        assert_eq!(world.broker.figures().sessions, 0);
    }
}

#[test]
fn a_relay_that_was_restarted_knows_its_own_passes() {
    let mut before = World::new();
    let (_, _, _, pass) = before.session();
    let mut world = World::new();
    let client = world.back(key(CLIENT), &pass);
    world.back(key(CONSOLE), &pass);
    assert!(matches!(world.last(client), Some(FromRelay::Joined { .. })));
    let pair = world.pairs[0].0;
    cut(&mut world, pair);
    assert_eq!(world.remembered(), 0);
}

#[test]
fn a_half_that_comes_back_first_ends_the_line_that_the_relay_still_believes_in() {
    let mut world = World::new();
    let (pair, console, client, pass) = world.session();
    let back = world.back(key(CLIENT), &pass);
    assert!(world.closed.contains(&console) && world.closed.contains(&client));
    assert_eq!(world.broker.cut_because(pair), Some(Ending::Moved));
    world.end_closed();
    world.back(key(CONSOLE), &pass);
    assert!(matches!(world.last(back), Some(FromRelay::Joined { .. })));
    assert_eq!(world.broker.figures().sessions, 1);
}

#[test]
fn a_half_that_lost_the_leg_on_which_it_waited_takes_its_place_again() {
    let mut world = World::new();
    let (pair, _, _, pass) = world.session();
    cut(&mut world, pair);
    let first = world.back(key(CLIENT), &pass);
    let second = world.back(key(CLIENT), &pass);
    world.assert_refused(first, Refusal::Alone);
    world.close(first);
    world.back(key(CONSOLE), &pass);
    assert!(matches!(world.last(second), Some(FromRelay::Joined { .. })));
}

#[test]
fn a_half_waits_its_time_and_can_come_again() {
    let mut world = World::new();
    let (pair, _, _, pass) = world.session();
    cut(&mut world, pair);
    let client = world.back(key(CLIENT), &pass);
    world.pass(ALONE - Duration::from_millis(1));
    assert_eq!(world.heard(client), 0);
    world.pass(Duration::from_millis(1));
    world.assert_refused(client, Refusal::Alone);
    let client = world.back(key(CLIENT), &pass);
    assert_eq!(world.heard(client), 0);
}

#[test]
fn a_pass_is_good_for_its_own_two_keys_its_own_relay_and_its_time() {
    let mut world = World::new();
    let (pair, _, _, pass) = world.session();
    cut(&mut world, pair);
    let stranger = world.come_back(key(77), &pass);
    world.assert_refused(stranger, Refusal::Ticket);
    let mut other = pass.to_vec();
    *other.last_mut().unwrap() ^= 1;
    let tampered = world.come_back(key(CLIENT), &Bytes::new(other).unwrap());
    world.assert_refused(tampered, Refusal::Ticket);
    let nothing = world.come_back(key(CLIENT), &Bytes::default());
    world.assert_refused(nothing, Refusal::Ticket);
    let claim = world.client(key(9), None).2;
    let claimed = world.come_back(key(9), &claim);
    world.assert_refused(claimed, Refusal::Ticket);
    world.pass(PASS_LIFE);
    assert!(world.now().unix.as_secs() > START);
    let late = world.come_back(key(CLIENT), &pass);
    world.assert_refused(late, Refusal::Ticket);
}

#[test]
fn an_operator_who_was_removed_meanwhile_does_not_come_back() {
    let mut world = World::new();
    let (pair, _, _, pass) = world.session();
    cut(&mut world, pair);
    for half in [CLIENT, CONSOLE] {
        let leg = world.come_back(key(half), &pass);
        world.present(leg, OperatorCheck::Unknown);
        world.assert_refused(leg, Refusal::Operator);
    }
    let unsure = world.come_back(key(CONSOLE), &pass);
    world.present(unsure, OperatorCheck::Failed);
    world.assert_refused(unsure, Refusal::Busy { seconds: 10 });
}

#[test]
fn nobody_else_is_sent_to_a_client_whose_half_waits_for_its_session() {
    let mut world = World::new();
    let (client, session_id, _) = world.client(key(CLIENT), None);
    let console = world.console(key(CONSOLE), 5);
    world.find(console, session_id);
    let (of_client, of_console, _) = world.tickets(client, console);
    let half = world.join(key(CLIENT), &of_client);
    world.join(key(CONSOLE), &of_console);
    let Some(FromRelay::Joined { pass, .. }) = world.last(half).cloned() else { panic!("not joined") };
    let pair = world.pairs[0].0;
    cut(&mut world, pair);
    world.back(key(CLIENT), &pass);
    let stranger = world.console(key(44), 6);
    world.find(stranger, session_id);
    world.pass(Duration::from_secs(1));
    assert!(matches!(world.last(stranger), Some(FromRelay::Nobody { .. })));
}

#[test]
fn while_the_relay_stops_nobody_comes_back_to_it() {
    let mut world = World::new();
    let (pair, _, _, pass) = world.session();
    let leg = world.open(key(CLIENT));
    world.broker.handle_stop(world.now());
    world.settle();
    world.say(
        leg,
        farhand_proto::relay::ToRelay::Resume { versions: farhand_proto::version::Versions::RELAY, pass },
    );
    world.assert_refused(leg, Refusal::Busy { seconds: 10 });
    cut(&mut world, pair);
}
