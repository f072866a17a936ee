//! A session that comes back over another link: only between its own ends, each time under a new secret, whatever
//! became of the last message.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::sync::Arc;

use common::{End, NOW, Seat, World, good_run, identity, talk_through};
use farhand_proto::seal::SealRefusal;
use farhand_proto::session::Taken;
use farhand_proto::time::Moment;
use farhand_seal::{
    ClientResume, ConsoleResume, Misbehaviour, RUN_TIME, ResumeKeys, Resumed, SealError, Sealed, Step,
};
use rustls::sign::CertifiedKey;

const BY_CLIENT: Taken = Taken { control: 7, bulk: 1 };
const BY_CONSOLE: Taken = Taken { control: 1 << 40, bulk: 0 };

macro_rules! end {
    ($run:ident) => {
        impl End for $run {
            type Done = Resumed;

            fn input(&mut self, bytes: &[u8]) -> Result<Step<Resumed>, SealError> {
                self.handle_input(bytes, NOW)
            }

            fn output(&mut self, out: &mut Vec<u8>) {
                self.take_output(out);
            }

            fn done_output(done: &mut Resumed, out: &mut Vec<u8>) {
                done.sealed.take_output(out);
            }
        }
    };
}
end!(ClientResume);
end!(ConsoleResume);

type Outcome = Option<Result<Box<Resumed>, SealError>>;

/// One run between these two; `meddle` sees each flight, with its number from 0: even ones are the console's.
fn meet(
    client: (&Arc<CertifiedKey>, &ResumeKeys),
    console: (&Arc<CertifiedKey>, &ResumeKeys),
    meddle: impl FnMut(usize, &mut Vec<u8>),
) -> (Outcome, Outcome) {
    let mut at_client = Seat::new(ClientResume::new(client.0, client.1.clone(), BY_CLIENT, NOW).unwrap());
    let mut at_console =
        Seat::new(ConsoleResume::new(console.0, console.1.clone(), BY_CONSOLE, NOW).unwrap());
    talk_through(&mut at_console, &mut at_client, meddle);
    (at_client.ended, at_console.ended)
}

fn keys(world: &World) -> (ResumeKeys, ResumeKeys) {
    let (client, console) = good_run(world);
    (client.sealed.resume_keys().clone(), console.resume_keys().clone())
}

fn good(world: &World, client: &ResumeKeys, console: &ResumeKeys) -> (Resumed, Resumed) {
    let (client, console) = meet((&world.client, client), (&world.console, console), |_, _| {});
    (*client.unwrap().unwrap(), *console.unwrap().unwrap())
}

/// Something of the session goes from one to the other.
fn say(from: &mut Sealed, to: &mut Sealed) {
    from.seal(b"go on").unwrap();
    let (mut records, mut plaintext) = (Vec::new(), Vec::new());
    from.take_output(&mut records);
    to.handle_input(&records).unwrap();
    to.read(&mut plaintext);
    assert_eq!(plaintext, b"go on");
}

#[test]
fn a_session_comes_back_again_and_again() {
    let world = World::new();
    let (client, console) = good_run(&world);
    let words = console.words();
    let (mut client, mut console) = (client.sealed.resume_keys().clone(), console.resume_keys().clone());
    for epoch in 1..5 {
        let (mut at_client, mut at_console) = good(&world, &client, &console);
        assert_eq!((at_client.taken, at_console.taken), (BY_CONSOLE, BY_CLIENT));
        assert!(at_client.sealed.words() == words && at_console.sealed.words() == words);
        assert_eq!(at_console.sealed.language(), at_client.sealed.language());
        say(&mut at_console.sealed, &mut at_client.sealed);
        say(&mut at_client.sealed, &mut at_console.sealed);
        (client, console) = (at_client.sealed.resume_keys().clone(), at_console.sealed.resume_keys().clone());
        assert_eq!((client.epoch(), console.epoch()), (epoch, epoch));
    }
}

#[test]
fn a_run_that_is_cut_anywhere_costs_nothing() {
    let world = World::new();
    let (mut client, mut console) = keys(&world);
    let mut flights = 0;
    drop(meet((&world.client, &client), (&world.console, &console), |number, _| flights = number));
    assert!(flights >= 5, "{flights}");
    for lost in 0..=flights {
        let (at_client, at_console) =
            meet((&world.client, &client), (&world.console, &console), |number, flight| {
                if number >= lost {
                    flight.clear();
                }
            });
        // The console may have committed without the client's knowing; never the other way round.
        assert!(at_client.is_none(), "{lost}: {at_client:?}");
        if let Some(committed) = at_console {
            console = committed.unwrap().sealed.resume_keys().clone();
        }
        let (mut back, mut other) = good(&world, &client, &console);
        say(&mut back.sealed, &mut other.sealed);
        (client, console) = (back.sealed.resume_keys().clone(), other.sealed.resume_keys().clone());
    }
}

#[test]
fn the_key_of_before_is_good_until_something_comes_under_the_new_one() {
    let world = World::new();
    let (before, console) = keys(&world);
    // The client did not hear of the commit, twice.
    let unsure = good(&world, &before, &console).1.sealed.resume_keys().clone();
    let unsure = good(&world, &before, &unsure).1.sealed.resume_keys().clone();
    let (mut client, mut console) = good(&world, &before, &unsure);
    say(&mut client.sealed, &mut console.sealed);
    let sure = console.sealed.resume_keys();
    let (at_client, at_console) = meet((&world.client, &before), (&world.console, sure), |_, _| {});
    assert!(matches!(at_client, Some(Err(SealError::PeerMisbehaved(Misbehaviour::ResumeProof)))));
    assert!(matches!(at_console, Some(Err(SealError::Refused(SealRefusal::Resume)))));
}

#[test]
fn another_session_of_the_same_two_programs_is_not_this_one() {
    let world = World::new();
    let (client, console) = (keys(&world).0, keys(&world).1);
    let (at_client, at_console) = meet((&world.client, &client), (&world.console, &console), |_, _| {});
    assert!(
        matches!(at_client, Some(Err(SealError::PeerMisbehaved(Misbehaviour::ResumeProof)))),
        "{at_client:?}"
    );
    assert!(matches!(at_console, Some(Err(SealError::Refused(SealRefusal::Resume)))), "{at_console:?}");
}

#[test]
fn a_stranger_is_sent_away_before_anything_is_proven_to_it() {
    let world = World::new();
    let (client, console) = keys(&world);
    let mut sent = Vec::new();
    let mut at_client = Seat::new(ClientResume::new(&world.client, client, BY_CLIENT, NOW).unwrap());
    // It has the right secret and another key.
    let mut theirs = Seat::new(ConsoleResume::new(&identity(), console, BY_CONSOLE, NOW).unwrap());
    talk_through(&mut theirs, &mut at_client, |number, flight| sent.push((number, flight.len())));
    assert!(
        matches!(at_client.ended, Some(Err(SealError::PeerMisbehaved(Misbehaviour::Stranger)))),
        "{:?} {sent:?}",
        at_client.ended
    );
}

#[test]
fn two_of_one_role_find_nothing_in_common() {
    let world = World::new();
    let (client, _) = keys(&world);
    let mut one = Seat::new(ClientResume::new(&world.client, client.clone(), BY_CLIENT, NOW).unwrap());
    let mut other = Seat::new(ClientResume::new(&world.client, client, BY_CLIENT, NOW).unwrap());
    talk_through(&mut one, &mut other, |_, _| {});
    assert!(one.ended.is_none() && other.ended.is_none(), "both wait for the other to begin");
}

#[test]
fn a_seal_and_a_resume_do_not_speak_to_each_other() {
    let world = World::new();
    let (client, _) = keys(&world);
    let mut tries = farhand_seal::ConsoleGuesses::new();
    let config = world.console_config(common::password());
    let mut console = Seat::new(farhand_seal::ConsoleSeal::new(config, &mut tries, NOW).unwrap());
    let mut client = Seat::new(ClientResume::new(&world.client, client, BY_CLIENT, NOW).unwrap());
    talk_through(&mut console, &mut client, |_, _| {});
    assert!(matches!(client.ended, Some(Err(SealError::Tls(_)))), "{:?}", client.ended);
    assert!(matches!(console.ended, Some(Err(SealError::Tls(_)))));
}

#[test]
fn every_byte_on_the_way_is_looked_at() {
    let world = World::new();
    let (client, console) = keys(&world);
    let mut lengths = Vec::new();
    drop(meet((&world.client, &client), (&world.console, &console), |_, flight| lengths.push(flight.len())));
    for (flight, length) in lengths.into_iter().enumerate() {
        for position in (0..length).step_by(7) {
            let (at_client, at_console) =
                meet((&world.client, &client), (&world.console, &console), |number, bytes| {
                    if number == flight
                        && let Some(byte) = bytes.get_mut(position)
                    {
                        *byte ^= 0x40;
                    }
                });
            let back = |end: &Outcome| matches!(end, Some(Ok(_)));
            assert!(!back(&at_client), "flight {flight}, byte {position}");
            // Only the last flight is the client's to believe alone.
            assert!(!back(&at_console) || flight >= 4, "flight {flight}, byte {position}");
        }
    }
}

#[test]
fn recorded_flights_of_before_are_worth_nothing() {
    let world = World::new();
    let (client, console) = keys(&world);
    let mut recorded = Vec::new();
    drop(meet((&world.client, &client), (&world.console, &console), |_, flight| {
        recorded.push(flight.clone());
    }));
    for replayed in 1..recorded.len() {
        let (at_client, at_console) =
            meet((&world.client, &client), (&world.console, &console), |number, flight| {
                if number >= replayed {
                    *flight = recorded.get(number).cloned().unwrap_or_default();
                }
            });
        assert!(!matches!(at_client, Some(Ok(_))), "{replayed}");
        // The last is the console's own commit: it has said it, whatever becomes of it on the way.
        let is_commit = replayed + 1 == recorded.len();
        assert!(is_commit || !matches!(at_console, Some(Ok(_))), "{replayed}");
    }
}

#[test]
fn a_run_has_its_time_and_keys_are_not_shown() {
    let world = World::new();
    let (client, console) = keys(&world);
    assert_eq!(format!("{client:?}"), "ResumeKeys { epoch: 0, .. }");
    let mut run = ConsoleResume::new(&world.console, console, BY_CONSOLE, NOW).unwrap();
    assert_eq!(run.deadline(), NOW + RUN_TIME);
    assert_eq!(run.handle_timeout(NOW + RUN_TIME - Moment::from_millis(1)), Ok(()));
    assert_eq!(run.handle_timeout(NOW + RUN_TIME), Err(SealError::TimedOut));
    let mut run = ClientResume::new(&world.client, client, BY_CLIENT, NOW).unwrap();
    assert_eq!(run.handle_eof(), SealError::Closed);
}

/// Both runs of a session on their way over to another link, held where they would have to let go of the first.
fn held(world: &World, ends: (&ResumeKeys, &ResumeKeys)) -> (Seat<ClientResume>, Seat<ConsoleResume>) {
    let client = ClientResume::held(&world.client, ends.0.ends(), NOW).unwrap();
    let console = ConsoleResume::held(&world.console, ends.1.ends(), NOW).unwrap();
    let (mut client, mut console) = (Seat::new(client), Seat::new(console));
    talk_through(&mut console, &mut client, |_, _| {});
    assert!(console.end.is_held() && !client.end.is_held(), "the console is the first to let go");
    (client, console)
}

#[test]
fn a_session_goes_over_to_another_link_once_both_have_let_go_of_theirs() {
    let world = World::new();
    let (client, console) = keys(&world);
    let (mut at_client, mut at_console) = held(&world, (&client, &console));
    at_console.end.release(console.clone(), BY_CONSOLE).unwrap();
    talk_through(&mut at_console, &mut at_client, |_, _| {});
    assert!(at_client.end.is_held() && at_client.ended.is_none() && at_console.ended.is_none());
    at_client.end.release(client, BY_CLIENT).unwrap();
    talk_through(&mut at_client, &mut at_console, |_, _| {});
    let (client, console) = (at_client.ended.unwrap().unwrap(), at_console.ended.unwrap().unwrap());
    assert_eq!((client.taken, console.taken), (BY_CONSOLE, BY_CLIENT));
    assert_eq!((client.sealed.resume_keys().epoch(), console.sealed.resume_keys().epoch()), (1, 1));
}

#[test]
fn a_link_that_was_prepared_before_the_session_came_back_over_another_goes_on_from_the_new_secret_alone() {
    let world = World::new();
    let (old_client, old_console) = keys(&world);
    let back = |client: &ResumeKeys, console: &ResumeKeys| {
        let (client, console) = meet((&world.client, client), (&world.console, console), |_, _| {});
        let keys = |outcome: Outcome| outcome.unwrap().unwrap().sealed.resume_keys().clone();
        (keys(client), keys(console))
    };
    // Twice, so that the console knows of the first that the client has it.
    let (client, console) = back(&old_client, &old_console);
    let (client, console) = back(&client, &console);
    for (by_client, is_back) in [(old_client.clone(), false), (client, true)] {
        let (mut at_client, mut at_console) = held(&world, (&old_client, &old_console));
        at_console.end.release(console.clone(), BY_CONSOLE).unwrap();
        talk_through(&mut at_console, &mut at_client, |_, _| {});
        let released = at_client.end.release(by_client, BY_CLIENT);
        talk_through(&mut at_client, &mut at_console, |_, _| {});
        assert_eq!(released.is_ok(), is_back, "{released:?}");
        assert_eq!(matches!(at_console.ended, Some(Ok(_))), is_back, "{:?}", at_console.ended);
    }
}

#[test]
fn nothing_is_released_twice_or_too_early() {
    let world = World::new();
    let (client, console) = keys(&world);
    let mut early = ClientResume::held(&world.client, client.ends(), NOW).unwrap();
    assert_eq!(early.release(client.clone(), BY_CLIENT), Err(SealError::Over));
    let (_, mut at_console) = held(&world, (&client, &console));
    at_console.end.release(console.clone(), BY_CONSOLE).unwrap();
    assert_eq!(at_console.end.release(console, BY_CONSOLE), Err(SealError::Over));
}
