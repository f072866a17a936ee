//! What a relay does for clients and consoles, in virtual time.

use std::time::Duration;

use crate::world::{CLIENT, CONSOLE, Stamp, World, address, key, settings};
use farhand_broker::{
    ALONE, CLAIM_LIFE, CLOCK_SKEW, Ending, Event, NOBODY_DELAY, NoRoom, OperatorCheck, OperatorId, Settings,
    Signer, TICKET_LIFE, Timing, Traffic,
};
use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::id::SessionId;
use farhand_proto::relay::{ECHOES, FromRelay, MAX_ECHO, Refusal, ToRelay, Voucher};
use farhand_proto::version::{Version, Versions};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn unknown() -> SessionId {
    SessionId::from_digits([9; 9])
}

#[test]
fn a_session_from_first_to_last() {
    let mut world = World::new();
    let (client, session_id, _) = world.client(key(CLIENT), None);
    let console = world.console(key(CONSOLE), 5);
    world.find(console, session_id);
    let (of_client, of_console, voucher) = world.tickets(client, console);
    let Some(FromRelay::Invite { relay_time, .. }) = world.last(client) else { panic!() };
    assert_eq!(*relay_time, world.now().unix.as_secs());

    let signature: [u8; 64] = voucher.signature.to_vec().try_into().unwrap();
    assert!(Stamp(99).verify(&Voucher::signed_bytes(&voucher.body), &signature));
    let vouched = Voucher::from_body(&voucher.body).unwrap();
    assert_eq!(&*vouched.operator, "anna");
    assert_eq!(&*vouched.organisation, "Example");
    assert_eq!((vouched.session_id, vouched.console_key), (session_id, key(CONSOLE)));
    assert_eq!(vouched.expires, relay_time + (TICKET_LIFE + CLOCK_SKEW).as_secs());

    let first = world.join(key(CLIENT), &of_client);
    assert_eq!(world.heard(first), 0);
    let second = world.join(key(CONSOLE), &of_console);
    for leg in [first, second] {
        assert!(matches!(world.last(leg), Some(FromRelay::Joined { version: Version(2), .. })));
    }
    let [(pair, paired_console, paired_client)] = world.pairs[..] else { panic!("one pair") };
    assert_eq!((paired_console, paired_client), (second, first));
    assert_eq!(world.broker.figures().sessions, 1);

    // The ends' own legs may go; the session stays, and so does the number's owner.
    world.close(client);
    world.close(console);
    world.pass(Duration::from_secs(90));
    assert!(world.closed.is_empty());
    let traffic = Traffic { to_client: 3, to_console: 4 };
    world.end_session(pair, traffic, Ending::Client);
    world.settle();
    let duration = Duration::from_secs(90);
    assert_eq!(
        world.events,
        [
            Event::LoggedIn,
            Event::Found(session_id),
            Event::SessionStarted(session_id),
            Event::SessionEnded { session_id, duration, traffic, ending: Ending::Client },
        ]
    );
    assert_eq!(world.remembered(), 0);
}

#[test]
fn nobody_is_the_same_bytes_at_the_same_moment_whatever_the_cause() {
    let mut answers = Vec::new();
    for cause in ["unknown", "left", "expired", "invited", "in a session"] {
        let mut world = World::with(settings(), 3);
        let (client, session_id, _) = world.client(key(CLIENT), None);
        let mut asked = session_id;
        match cause {
            "unknown" => asked = unknown(),
            "left" => world.close(client),
            "expired" => {
                for _ in 0..CLAIM_LIFE.as_secs() / 20 {
                    world.say(client, ToRelay::Ping { number: 0 });
                    world.pass(Duration::from_secs(20));
                }
                assert!(world.closed.contains(&client));
            }
            _ => {
                let other = world.console(key(CONSOLE + 1), 6);
                world.find(other, session_id);
                let (of_client, of_console, _) = world.tickets(client, other);
                if cause == "in a session" {
                    world.join(key(CLIENT), &of_client);
                    world.join(key(CONSOLE + 1), &of_console);
                    assert_eq!(world.pairs.len(), 1);
                }
            }
        }
        let console = world.console(key(CONSOLE), 5);
        let told = world.heard(client);
        let asked_at = world.moment;
        world.find(console, asked);
        world.pass(NOBODY_DELAY - Duration::from_nanos(1));
        assert_eq!(world.heard(console), 1, "{cause}: answered early");
        world.pass(Duration::from_nanos(1));
        let (moment, bytes) = world.last_bytes(console);
        assert_eq!(moment, asked_at + ms(150), "{cause}");
        assert_eq!(world.heard(client), told, "{cause}: the client heard of it");
        answers.push(bytes);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(answers[0], [6, 0, 1, 7]);
}

#[test]
fn a_ticket_is_good_once_for_its_bearer_and_for_thirty_seconds() {
    let mut world = World::new();
    let (client, session_id, _) = world.client(key(CLIENT), None);
    let console = world.console(key(CONSOLE), 5);
    world.find(console, session_id);
    let (of_client, of_console, _) = world.tickets(client, console);

    // Others can't use it, and their attempt does not spend it.
    for (thief, ticket) in [(key(9), &of_client), (key(CONSOLE), &of_client), (key(CLIENT), &of_console)] {
        let leg = world.join(thief, ticket);
        world.assert_refused(leg, Refusal::Ticket);
    }
    for wrong in [Bytes::default(), Bytes::new([1; 32]).unwrap(), Bytes::new([1; 33]).unwrap()] {
        let leg = world.join(key(CLIENT), &wrong);
        world.assert_refused(leg, Refusal::Ticket);
    }
    let first = world.join(key(CLIENT), &of_client);
    assert_eq!(world.heard(first), 0);
    let again = world.join(key(CLIENT), &of_client);
    world.assert_refused(again, Refusal::Ticket);
    world.join(key(CONSOLE), &of_console);
    let again = world.join(key(CONSOLE), &of_console);
    world.assert_refused(again, Refusal::Ticket);
    assert_eq!(world.pairs.len(), 1);

    let mut world = World::new();
    let (client, session_id, _) = world.client(key(CLIENT), None);
    let console = world.console(key(CONSOLE), 5);
    world.find(console, session_id);
    let (of_client, _, _) = world.tickets(client, console);
    world.pass(TICKET_LIFE);
    let late = world.join(key(CLIENT), &of_client);
    world.assert_refused(late, Refusal::Ticket);
    // The client is free again.
    world.find(console, session_id);
    assert!(matches!(world.last(console), Some(FromRelay::Found { .. })));
}

#[test]
fn the_first_half_waits_ten_seconds_and_then_the_client_is_free() {
    let mut world = World::new();
    let (client, session_id, _) = world.client(key(CLIENT), None);
    let console = world.console(key(CONSOLE), 5);
    world.find(console, session_id);
    let (of_client, of_console, _) = world.tickets(client, console);
    let half = world.join(key(CONSOLE), &of_console);
    world.pass(ALONE - ms(1));
    assert_eq!(world.heard(half), 0);
    world.pass(ms(1));
    world.assert_refused(half, Refusal::Alone);
    let other = world.join(key(CLIENT), &of_client);
    world.assert_refused(other, Refusal::Ticket);
    world.find(console, session_id);
    assert!(matches!(world.last(console), Some(FromRelay::Found { .. })));
}

#[test]
fn a_half_that_came_late_still_has_its_ten_seconds_but_the_others_ticket_expires() {
    let mut world = World::new();
    let (client, session_id, _) = world.client(key(CLIENT), None);
    let console = world.console(key(CONSOLE), 5);
    world.find(console, session_id);
    let (of_client, of_console, _) = world.tickets(client, console);
    world.pass(TICKET_LIFE - ms(1));
    let half = world.join(key(CONSOLE), &of_console);
    world.pass(ms(1));
    let late = world.join(key(CLIENT), &of_client);
    world.assert_refused(late, Refusal::Ticket);
    assert_eq!(world.heard(half), 0);
    world.pass(ALONE - ms(1));
    world.assert_refused(half, Refusal::Alone);
}

#[test]
fn a_half_that_leaves_or_babbles_while_it_waits_frees_the_client() {
    for babbles in [false, true] {
        let mut world = World::new();
        let (client, session_id, _) = world.client(key(CLIENT), None);
        let console = world.console(key(CONSOLE), 5);
        world.find(console, session_id);
        let (_, of_console, _) = world.tickets(client, console);
        let half = world.join(key(CONSOLE), &of_console);
        if babbles {
            world.say(half, ToRelay::Ping { number: 1 });
            world.assert_refused(half, Refusal::Protocol);
        } else {
            world.close(half);
        }
        world.find(console, session_id);
        assert!(matches!(world.last(console), Some(FromRelay::Found { .. })));
    }
}

#[test]
fn a_claim_brings_the_number_back_even_to_a_new_relay() {
    let mut world = World::new();
    let (_, session_id, claim) = world.client(key(CLIENT), None);
    let mut restarted = World::with(settings(), 77);
    restarted.moment = world.moment + Duration::from_secs(60);
    let (_, again, renewed) = restarted.client(key(CLIENT), Some(claim.clone()));
    assert_eq!(again, session_id);
    assert_eq!(renewed, claim, "claiming a number again does not make it last longer");

    // Another key, a changed claim, an expired one: a fresh number for each.
    let (_, other, _) = World::with(settings(), 78).client(key(9), Some(claim.clone()));
    assert_ne!(other, session_id);
    for place in 0..claim.len() {
        let mut bytes = claim.to_vec();
        bytes[place] ^= 1;
        let forged = Some(Bytes::new(bytes).unwrap());
        assert_ne!(World::with(settings(), 79).client(key(CLIENT), forged).1, session_id);
    }
    let mut later = World::with(settings(), 80);
    later.moment = world.moment + CLAIM_LIFE;
    assert_ne!(later.client(key(CLIENT), Some(claim)).1, session_id);
}

#[test]
fn a_newer_leg_of_the_same_key_takes_over() {
    let mut world = World::new();
    let (old, session_id, claim) = world.client(key(CLIENT), None);
    let (new, again, _) = world.client(key(CLIENT), Some(claim));
    assert_eq!(again, session_id);
    assert_eq!(world.closed, [old]);
    world.end_closed();
    let console = world.console(key(CONSOLE), 5);
    world.find(console, session_id);
    assert!(matches!(world.last(new), Some(FromRelay::Invite { .. })));

    // Without its claim it gets another number, and the old one is nobody's.
    let (_, fresh, _) = world.client(key(CLIENT), None);
    assert_ne!(fresh, session_id);
}

#[test]
fn a_client_that_comes_back_during_its_session_stays_busy() {
    let mut world = World::new();
    let (client, session_id, claim) = world.client(key(CLIENT), None);
    let console = world.console(key(CONSOLE), 5);
    world.find(console, session_id);
    let (of_client, of_console, _) = world.tickets(client, console);
    world.join(key(CLIENT), &of_client);
    world.join(key(CONSOLE), &of_console);
    world.close(client);
    let (_, again, _) = world.client(key(CLIENT), Some(claim));
    assert_eq!(again, session_id);
    world.find(console, session_id);
    world.pass(NOBODY_DELAY);
    assert_eq!(world.last(console), Some(&FromRelay::Nobody { request: 7 }));
    let pair = world.pairs[0].0;
    world.end_session(pair, Traffic::default(), Ending::Console);
    world.find(console, session_id);
    assert!(matches!(world.last(console), Some(FromRelay::Found { .. })));
}

#[test]
fn a_claim_for_a_number_that_is_anothers_by_now_gives_a_fresh_one() {
    // A relay that restarted draws the same numbers again, so the first newcomer gets the claimed one.
    let (_, session_id, claim) = World::new().client(key(CLIENT), None);
    let mut restarted = World::new();
    let (_, taken, _) = restarted.client(key(9), None);
    assert_eq!(taken, session_id);
    let (_, fresh, _) = restarted.client(key(CLIENT), Some(claim));
    assert_ne!(fresh, session_id);
}

#[test]
fn a_removed_operator_is_told_and_their_sessions_and_tickets_end() {
    let mut world = World::new();
    let (client, session_id, _) = world.client(key(CLIENT), None);
    let (waiting, other_id, _) = world.client(key(8), None);
    let console = world.console(key(CONSOLE), 5);
    let colleague = world.console(key(7), 6);
    world.find(console, session_id);
    let (of_client, of_console, _) = world.tickets(client, console);
    let (a, b) = (world.join(key(CLIENT), &of_client), world.join(key(CONSOLE), &of_console));
    world.find(console, other_id);
    let (of_waiting, of_console, _) = world.tickets(waiting, console);
    let half = world.join(key(8), &of_waiting);
    assert_eq!(world.broker.operators_present(), [OperatorId(5), OperatorId(6)]);

    world.broker.handle_operator_removed(world.now(), OperatorId(5));
    world.settle();
    world.assert_refused(console, Refusal::Operator);
    world.assert_refused(half, Refusal::Ticket);
    assert!(world.closed.contains(&a) && world.closed.contains(&b));
    world.end_closed();
    assert!(matches!(world.events.last(), Some(Event::SessionEnded { ending: Ending::OperatorRemoved, .. })));
    let late = world.join(key(CONSOLE), &of_console);
    world.assert_refused(late, Refusal::Ticket);
    assert_eq!(world.broker.operators_present(), [OperatorId(6)]);
    world.find(colleague, session_id);
    assert!(matches!(world.last(colleague), Some(FromRelay::Found { .. })));
}

#[test]
fn the_store_can_answer_late() {
    let mut world = World::new();
    let leg = world.asking(key(CONSOLE));
    world.close(leg);
    world.broker.handle_operator_checked(world.now(), leg, OperatorCheck::Known(OperatorId(5)));
    world.settle();
    assert_eq!((world.heard(leg), world.remembered()), (0, 0));
}

#[test]
fn silence_ends_a_leg_and_a_ping_keeps_it() {
    let mut world = World::new();
    let (silent, ..) = world.client(key(CLIENT), None);
    let (alive, ..) = world.client(key(9), None);
    for _ in 0..3 {
        world.pass(Duration::from_secs(20));
        world.say(alive, ToRelay::Ping { number: 4 });
        assert_eq!(world.last(alive), Some(&FromRelay::Pong { number: 4 }));
    }
    assert_eq!(world.closed, [silent]);

    let leg = world.broker.handle_accepted(world.now(), address(3)).unwrap();
    world.pass(ms(4999));
    assert_eq!(world.closed, [silent]);
    world.broker.handle_opened(world.now(), leg, key(3));
    world.pass(ms(1));
    assert_eq!(world.closed, [silent, leg], "TLS and the first message share five seconds");
}

#[test]
fn what_does_not_belong_on_a_leg_ends_it() {
    let register = || ToRelay::Register { versions: Versions::RELAY, claim: None };
    let find = || ToRelay::Find { request: 1, session_id: unknown() };
    let mut world = World::new();
    for message in [find(), ToRelay::Ping { number: 1 }] {
        let leg = world.open(key(3));
        world.say(leg, message);
        world.assert_refused(leg, Refusal::Protocol);
    }
    for message in [find(), register()] {
        let (leg, ..) = world.client(key(3), None);
        world.say(leg, message);
        world.assert_refused(leg, Refusal::Protocol);
    }
    let leg = world.console(key(CONSOLE), 5);
    world.say(leg, register());
    world.assert_refused(leg, Refusal::Protocol);
    let leg = world.open(key(3));
    world.broker.handle_garbage(world.now(), leg);
    world.settle();
    world.assert_refused(leg, Refusal::Protocol);
    let leg = world.open(key(3));
    let versions = Versions { oldest: Version(8), newest: Version(9) };
    world.say(leg, ToRelay::Register { versions, claim: None });
    world.assert_refused(leg, Refusal::Version(Versions::RELAY));
}

#[test]
fn a_session_whose_half_ends_before_forwarding_began_ends_both() {
    let mut world = World::new();
    let (client, session_id, _) = world.client(key(CLIENT), None);
    let console = world.console(key(CONSOLE), 5);
    world.find(console, session_id);
    let (of_client, of_console, _) = world.tickets(client, console);
    let a = world.join(key(CLIENT), &of_client);
    let b = world.join(key(CONSOLE), &of_console);
    world.close(b);
    assert_eq!(world.closed, [a]);
    world.closed.clear();
    world.close(a);
    assert!(matches!(world.events.last(), Some(Event::SessionEnded { ending: Ending::Console, .. })));
    assert_eq!(world.broker.figures().sessions, 0);
}

#[test]
fn a_stop_tells_everybody_and_gives_sessions_their_time() {
    let mut world = World::new();
    let (client, session_id, _) = world.client(key(CLIENT), None);
    let console = world.console(key(CONSOLE), 5);
    world.find(console, session_id);
    let (of_client, of_console, _) = world.tickets(client, console);
    world.join(key(CLIENT), &of_client);
    world.join(key(CONSOLE), &of_console);
    let newcomer = world.open(key(9));
    let arriving = world.broker.handle_accepted(world.now(), address(9)).unwrap();

    world.broker.handle_stop(world.now());
    world.settle();
    assert_eq!(world.last(client), Some(&FromRelay::Stopping {}));
    assert_eq!(world.last(console), Some(&FromRelay::Stopping {}));
    world.assert_refused(newcomer, Refusal::Busy { seconds: 10 });
    assert_eq!(world.broker.handle_accepted(world.now(), address(1)), Err(NoRoom::Stopping));
    assert_eq!(world.closed, [newcomer, arriving]);
    world.end_closed();
    world.pass(Timing::default().grace - ms(1));
    assert!(world.closed.is_empty());
    assert!(!world.broker.is_stopped());
    world.pass(ms(1));
    assert_eq!(world.closed.len(), 4);
    world.end_closed();
    assert!(world.broker.is_stopped());
    assert!(matches!(world.events.last(), Some(Event::SessionEnded { ending: Ending::RelayStopped, .. })));
    assert_eq!(world.remembered(), 0);
}

#[test]
fn a_stop_without_sessions_takes_no_time() {
    let mut world = World::new();
    let (client, ..) = world.client(key(CLIENT), None);
    world.broker.handle_stop(world.now());
    world.settle();
    assert_eq!(world.last(client), Some(&FromRelay::Stopping {}));
    assert_eq!(world.closed, [client]);
    world.end_closed();
    assert!(world.broker.is_stopped());
}

#[test]
fn the_last_session_that_ends_during_the_grace_time_ends_the_stop() {
    let mut world = World::new();
    let (client, session_id, _) = world.client(key(CLIENT), None);
    let console = world.console(key(CONSOLE), 5);
    world.find(console, session_id);
    let (of_client, of_console, _) = world.tickets(client, console);
    world.join(key(CLIENT), &of_client);
    world.join(key(CONSOLE), &of_console);
    world.broker.handle_stop(world.now());
    let pair = world.pairs[0].0;
    world.end_session(pair, Traffic::default(), Ending::Client);
    world.settle();
    assert_eq!(world.closed, [client, console]);
    assert!(matches!(world.events.last(), Some(Event::SessionEnded { ending: Ending::Client, .. })));
}

#[test]
fn a_session_that_is_over_frees_its_client_before_its_legs_have_ended() {
    let mut world = World::new();
    let (client, session_id, _) = world.client(key(CLIENT), None);
    let console = world.console(key(CONSOLE), 5);
    world.find(console, session_id);
    let (of_client, of_console, _) = world.tickets(client, console);
    let halves = [world.join(key(CLIENT), &of_client), world.join(key(CONSOLE), &of_console)];
    world.broker.handle_session_ended(world.now(), world.pairs[0].0, Traffic::default(), Ending::Client);
    world.settle();
    let figures = world.broker.figures();
    assert_eq!((figures.sessions, figures.waiting, figures.ending_legs), (0, 1, 2));
    world.find(console, session_id);
    assert!(matches!(world.last(console), Some(FromRelay::Found { .. })));
    // A leg that is still being ended counts as one, so a relay that is stopped waits for its last words.
    world.broker.handle_stop(world.now());
    for leg in [client, console] {
        world.close(leg);
    }
    for half in halves {
        assert!(!world.broker.is_stopped());
        world.close(half);
    }
    assert!(world.broker.is_stopped());
}

#[test]
fn a_console_that_goes_before_it_has_come_with_its_ticket_frees_the_client_at_once() {
    for client_came in [false, true] {
        let mut world = World::new();
        let (client, session_id, _) = world.client(key(CLIENT), None);
        let console = world.console(key(CONSOLE), 5);
        world.find(console, session_id);
        let (of_client, of_console, _) = world.tickets(client, console);
        let half = client_came.then(|| world.join(key(CLIENT), &of_client));
        world.close(console);
        let alone = FromRelay::Refused { refusal: Refusal::Alone };
        assert_eq!(half.and_then(|half| world.last(half)), client_came.then_some(&alone));
        assert_eq!(world.broker.figures().waiting, 1);
        let late = world.join(key(CONSOLE), &of_console);
        assert_eq!(world.last(late), Some(&FromRelay::Refused { refusal: Refusal::Ticket }));
        // Another console of the same operator is not touched by it.
        let (first, second) = (world.console(key(CONSOLE), 5), world.console(key(CONSOLE + 1), 5));
        world.find(second, session_id);
        world.close(first);
        assert_eq!(world.broker.figures().invited, 1);
    }
}

#[test]
fn a_line_is_tested_for_ten_seconds_with_so_many_echoes_and_not_too_often() {
    let mut world = World::new();
    let test = || ToRelay::Test { versions: Versions::RELAY };
    let echo = || ToRelay::Echo { data: Bytes::new(vec![7; MAX_ECHO]).unwrap() };
    let time = world.now().unix.as_millis() as u64;
    let greedy = world.open(key(3));
    world.say(greedy, test());
    assert_eq!(world.last(greedy), Some(&FromRelay::Testing { version: Version(2), time }));
    for _ in 0..ECHOES {
        world.say(greedy, echo());
        assert!(matches!(world.last(greedy), Some(FromRelay::Echo { data }) if data.len() == MAX_ECHO));
    }
    world.say(greedy, echo());
    world.assert_refused(greedy, Refusal::Protocol);

    // It stays a newcomer, and talking does not lengthen its time.
    let slow = world.open(key(3));
    world.say(slow, test());
    assert_eq!(world.broker.figures().newcomers, 1);
    for _ in 0..4 {
        world.pass(Duration::from_millis(2499));
        world.say(slow, echo());
    }
    assert!(!world.closed.contains(&slow));
    world.pass(ms(4));
    assert!(world.closed.contains(&slow));

    // Nothing else is said on such a leg, and nobody else says an echo.
    for (first, second) in [(test(), test()), (test(), ToRelay::Ping { number: 1 })] {
        let leg = world.open(key(3));
        world.say(leg, first);
        world.say(leg, second);
        world.assert_refused(leg, Refusal::Protocol);
    }
    let leg = world.open(key(3));
    world.say(leg, echo());
    world.assert_refused(leg, Refusal::Protocol);

    world.pass(Duration::from_secs(60));
    for _ in 0..20 {
        let leg = world.open(key(3));
        world.say(leg, test());
        assert!(matches!(world.last(leg), Some(FromRelay::Testing { .. })));
        world.close(leg);
    }
    let leg = world.open(key(3));
    world.say(leg, test());
    assert!(matches!(world.last(leg), Some(FromRelay::Refused { refusal: Refusal::Busy { .. } })));
    let elsewhere = world.open_from(key(4), address(9));
    world.say(elsewhere, test());
    assert!(matches!(world.last(elsewhere), Some(FromRelay::Testing { .. })));
}

#[test]
fn pings_are_answered_two_in_a_second() {
    let timing = Timing { silence: Duration::from_secs(120), ..Timing::default() };
    let mut world = World::with(Settings { timing, ..settings() }, 1);
    let (client, ..) = world.client(key(CLIENT), None);
    for minute in 0..3 {
        for number in 0..120 {
            world.say(client, ToRelay::Ping { number });
            assert_eq!(world.last(client), Some(&FromRelay::Pong { number }), "in minute {minute}");
        }
        world.pass(Duration::from_secs(60));
    }
    for number in 0..=120 {
        world.say(client, ToRelay::Ping { number });
    }
    assert_eq!(world.last(client), Some(&FromRelay::Refused { refusal: Refusal::Protocol }));
    assert_eq!(world.closed, [client]);
}

#[test]
fn an_operator_whose_name_could_fool_is_nobody_whatever_the_store_says() {
    let mut world = World::new();
    let leg = world.open(key(CONSOLE));
    let operator = Text::truncated("anna\u{202e}");
    let token = Bytes::new(*b"token").unwrap();
    world.say(leg, ToRelay::Login { versions: Versions::RELAY, operator, token });
    world.broker.handle_operator_checked(world.now(), leg, OperatorCheck::Known(OperatorId(5)));
    world.pass(Duration::from_secs(1));
    assert_eq!(world.last(leg), Some(&FromRelay::Refused { refusal: Refusal::Operator }));
}
