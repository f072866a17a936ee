//! Two honest ends face to face: what they agree on, what a slip costs, what the stream does afterwards.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{
    NOW, RELAY_TIME, Seat, World, good_run, identity, key_hash, password, run, run_through, talk_through,
    wrong_password,
};
use farhand_proto::id::{Password, SessionId};
use farhand_proto::seal::SealRefusal;
use farhand_proto::time::Moment;
use farhand_proto::version::Version;
use farhand_seal::{
    ClientSeal, ConsoleGuesses, ConsoleSeal, Guesses, Language, RUN_TIME, RunsSpent, SealError, Sealed,
    StreamError, Wrong,
};
use proptest::prelude::*;

fn deliver(from: &mut Sealed, to: &mut Sealed) -> Vec<u8> {
    let (mut records, mut plaintext) = (Vec::new(), Vec::new());
    from.take_output(&mut records);
    to.handle_input(&records).unwrap();
    to.read(&mut plaintext);
    plaintext
}

#[test]
fn both_ends_agree_on_everything() {
    let world = World::new();
    let (mut client, mut console) = good_run(&world);
    assert_eq!(client.operator, world.voucher());
    assert_eq!(client.sealed.version(), Version(3));
    assert_eq!(console.version(), Version(3));
    assert_eq!(client.sealed.peer_key(), key_hash(&world.console.cert[0]));
    assert_eq!(console.peer_key(), key_hash(&world.client.cert[0]));
    for language in Language::ALL {
        assert_eq!(client.sealed.words().in_language(language), console.words().in_language(language));
    }
    assert_eq!((client.sealed.language(), console.language()), (Language::Polish, Language::Polish));
    client.sealed.seal(b"from the client").unwrap();
    assert_eq!(deliver(&mut client.sealed, &mut console), b"from the client");
    console.seal(b"from the console").unwrap();
    assert_eq!(deliver(&mut console, &mut client.sealed), b"from the console");
}

#[test]
fn two_runs_have_different_words_and_nothing_to_resume() {
    let world = World::new();
    let mut words = std::collections::HashSet::new();
    for _ in 0..8 {
        words.insert(good_run(&world).1.words().in_language(Language::English));
    }
    // Eight equal pairs by chance: once in 2^112.
    assert!(words.len() > 1);
}

#[test]
fn a_run_takes_eight_flights_and_few_bytes() {
    let world = World::new();
    let mut sizes = Vec::new();
    let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
    run_through(
        world.client_config(),
        &mut guesses,
        world.console_config(password()),
        &mut tries,
        |_, flight| sizes.push(flight.len()),
    )
    .sealed();
    assert_eq!(sizes.len(), 8, "{sizes:?}");
    assert!(sizes.iter().sum::<usize>() < 5000, "{sizes:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn bytes_may_come_in_any_pieces(pieces in prop::collection::vec(1_usize..600, 1..40)) {
        let world = World::new();
        let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
        let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
        let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
        let mut pieces = pieces.into_iter().cycle();
        while console.ended.is_none() {
            client.give(&console.take(), &mut pieces);
            console.give(&client.take(), &mut pieces);
        }
        let words = |sealed: &Sealed| sealed.words().in_language(Language::Czech);
        prop_assert_eq!(
            words(&client.ended.unwrap().unwrap().sealed),
            words(&console.ended.unwrap().unwrap())
        );
    }

    #[test]
    fn what_is_sealed_is_read_whatever_its_size(
        lengths in prop::collection::vec(0_usize..40_000, 1..6),
        piece in 1_usize..5_000,
    ) {
        let (mut client, mut console) = good_run(&World::new());
        let mut sent = Vec::new();
        for (index, length) in lengths.into_iter().enumerate() {
            let bytes = vec![u8::try_from(index).unwrap(); length];
            client.sealed.seal(&bytes).unwrap();
            sent.extend(bytes);
        }
        let (mut records, mut read) = (Vec::new(), Vec::new());
        prop_assert_eq!(client.sealed.pending_output() == 0, sent.is_empty());
        client.sealed.take_output(&mut records);
        for piece in records.chunks(piece) {
            console.handle_input(piece).unwrap();
            console.read(&mut read);
        }
        prop_assert_eq!(read, sent);
    }
}

#[test]
fn the_client_may_send_right_behind_its_proof_and_nothing_is_lost() {
    let world = World::new();
    let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    while client.ended.is_none() {
        client.give(&console.take(), &mut std::iter::empty());
        if client.ended.is_none() {
            console.give(&client.take(), &mut std::iter::empty());
        }
    }
    assert!(console.ended.is_none());
    let Some(Ok(at_client)) = &mut client.ended else { panic!("sealed") };
    at_client.sealed.seal(b"session data").unwrap();
    at_client.sealed.close();
    console.give(&client.take(), &mut std::iter::empty());
    let mut console = console.ended.unwrap().unwrap();
    let mut read = Vec::new();
    console.read(&mut read);
    assert_eq!(read, b"session data");
    assert!(console.peer_closed());
}

#[test]
fn a_wrong_password_is_told_to_both_and_costs_one_guess() {
    let world = World::new();
    let mut guesses = Guesses::new(password());
    let mut told = Vec::new();
    for _ in 0..3 {
        // Each from another console program: one alone stops after its own three tries.
        let mut tries = ConsoleGuesses::new();
        let outcome =
            run(world.client_config(), &mut guesses, world.console_config(wrong_password()), &mut tries);
        let (client, console) = (outcome.client_error().clone(), outcome.console_error().clone());
        assert!(
            matches!(&client, SealError::WrongPassword(wrong) if console == SealError::Refused(wrong.refusal()))
        );
        told.push(console);
    }
    assert_eq!(
        told,
        [SealRefusal::Password, SealRefusal::Password, SealRefusal::PasswordReplaced].map(SealError::Refused)
    );
}

#[test]
fn a_console_that_may_not_try_again_is_told_so_and_not_of_a_new_password() {
    let world = World::new();
    let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
    let told: Vec<_> = (0..3)
        .map(|_| {
            run(world.client_config(), &mut guesses, world.console_config(wrong_password()), &mut tries)
                .console_error()
                .clone()
        })
        .collect();
    let wrong = SealError::Refused(SealRefusal::Password);
    assert_eq!(told, [wrong.clone(), wrong, SealError::RunsSpent(RunsSpent)]);
}

#[test]
fn nine_wrong_guesses_end_the_number() {
    let world = World::new();
    let mut guesses = Guesses::new(password());
    let mut told = Vec::new();
    for digit in 0..3 {
        for _ in 0..3 {
            let mut tries = ConsoleGuesses::new();
            let outcome =
                run(world.client_config(), &mut guesses, world.console_config(wrong_password()), &mut tries);
            told.push(outcome.console_error().clone());
        }
        let spent = ClientSeal::new(world.client_config(), &mut guesses, NOW).err().unwrap();
        let wrong = if digit < 2 { Wrong::PasswordReplaced } else { Wrong::NumberEnded };
        assert_eq!(spent, SealError::GuessesSpent(wrong));
        assert_eq!(guesses.replace_password(Password::from_digits([digit; 8])).is_ok(), digit < 2);
    }
    assert_eq!(told[8], SealError::Refused(SealRefusal::NumberEnded));
    assert_eq!(told[5], SealError::Refused(SealRefusal::PasswordReplaced));
    assert_eq!(told.iter().filter(|error| **error == SealError::Refused(SealRefusal::Password)).count(), 6);
}

#[test]
fn a_right_password_after_two_wrong_ones_costs_nothing_more() {
    let world = World::new();
    let mut guesses = Guesses::new(password());
    let mut tries = ConsoleGuesses::new();
    for _ in 0..2 {
        run(world.client_config(), &mut guesses, world.console_config(wrong_password()), &mut tries);
    }
    for _ in 0..4 {
        run(world.client_config(), &mut guesses, world.console_config(password()), &mut tries).sealed();
    }
    assert_eq!(guesses.verdict(), Wrong::Password { left: 1 });
    assert_eq!(tries.ready(), Ok(()));
}

#[test]
fn a_console_stops_after_three_tries_of_one_number() {
    let world = World::new();
    let mut tries = ConsoleGuesses::new();
    for _ in 0..3 {
        // The same number, and always a fresh client: a false one would say so.
        let mut guesses = Guesses::new(password());
        run(world.client_config(), &mut guesses, world.console_config(wrong_password()), &mut tries);
    }
    let refused = ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).err();
    assert_eq!(refused, Some(SealError::RunsSpent(RunsSpent)));
}

#[test]
fn a_client_that_was_cut_off_before_the_proof_lost_no_guess() {
    let world = World::new();
    let mut guesses = Guesses::new(password());
    // Flight 6 is ConsoleProof.
    for (cut, left) in [(4, 3), (6, 3)] {
        let mut tries = ConsoleGuesses::new();
        run_through(
            world.client_config(),
            &mut guesses,
            world.console_config(wrong_password()),
            &mut tries,
            |flight, bytes| {
                if flight >= cut {
                    bytes.clear();
                }
            },
        );
        assert_eq!(guesses.verdict(), Wrong::Password { left });
    }
}

#[test]
fn a_console_that_was_cut_off_after_its_proof_lost_a_try() {
    let world = World::new();
    let mut tries = ConsoleGuesses::new();
    for _ in 0..3 {
        let mut guesses = Guesses::new(password());
        let config = world.console_config(password());
        run_through(world.client_config(), &mut guesses, config, &mut tries, |flight, bytes| {
            if flight >= 7 {
                bytes.clear();
            }
        });
    }
    assert_eq!(tries.ready(), Err(RunsSpent));
}

#[test]
fn another_session_id_is_no_match_even_with_the_right_password() {
    let world = World::new();
    let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
    // The voucher is for the client's number, the PAKE for another.
    let mut console = world.console_config(password());
    console.session_id = SessionId::from_digits([5; 9]);
    let outcome = run(world.client_config(), &mut guesses, console, &mut tries);
    assert_eq!(*outcome.client_error(), SealError::WrongPassword(Wrong::Password { left: 2 }));
    assert_eq!(*outcome.console_error(), SealError::Refused(SealRefusal::Password));
}

#[test]
fn a_run_has_ten_seconds() {
    let world = World::new();
    let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
    let late = NOW + RUN_TIME;
    let just = late - Moment::from_nanos(1);
    let mut client = ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap();
    assert_eq!(client.deadline(), late);
    client.handle_timeout(just).unwrap();
    assert_eq!(client.handle_timeout(late), Err(SealError::TimedOut));
    assert_eq!(client.handle_timeout(late), Err(SealError::Over));

    let mut console = ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap();
    assert_eq!(console.deadline(), late);
    console.handle_input(&[], just).unwrap();
    assert_eq!(console.handle_input(&[], late).unwrap_err(), SealError::TimedOut);
    assert_eq!(console.handle_input(&[], NOW).unwrap_err(), SealError::Over);
}

#[test]
fn a_late_last_message_does_not_make_a_seal() {
    let world = World::new();
    let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    while client.ended.is_none() {
        client.give(&console.take(), &mut std::iter::empty());
        if client.ended.is_none() {
            console.give(&client.take(), &mut std::iter::empty());
        }
    }
    let late = console.end.handle_input(&client.take(), NOW + RUN_TIME);
    assert_eq!(late.unwrap_err(), SealError::TimedOut);
}

#[test]
fn an_end_of_the_line_before_the_seal_is_an_error() {
    let world = World::new();
    let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
    let mut client = ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap();
    assert_eq!(client.handle_eof(), SealError::Closed);
    assert_eq!(client.handle_eof(), SealError::Over);
    let mut console = ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap();
    assert_eq!(console.handle_eof(), SealError::Closed);
}

#[test]
fn an_end_is_told_from_a_cut() {
    let (mut client, mut console) = good_run(&World::new());
    assert_eq!(console.handle_eof(), Err(StreamError::Cut));
    client.sealed.seal(b"bye").unwrap();
    client.sealed.close();
    client.sealed.close();
    assert_eq!(client.sealed.seal(b"more"), Err(StreamError::Closed));
    assert_eq!(deliver(&mut client.sealed, &mut console), b"bye");
    assert!(console.peer_closed());
    assert_eq!(console.handle_eof(), Ok(()));
    // The other direction still stands.
    console.seal(b"and you").unwrap();
    assert_eq!(deliver(&mut console, &mut client.sealed), b"and you");
    assert_eq!(client.sealed.handle_eof(), Err(StreamError::Cut));
}

#[test]
fn a_record_that_was_changed_doubled_or_dropped_ends_the_stream() {
    let tamper: [fn(&mut Vec<Vec<u8>>); 4] = [
        |records| records[1][20] ^= 1,
        |records| records.insert(1, records[0].clone()),
        |records| drop(records.remove(0)),
        |records| records.swap(0, 1),
    ];
    for tamper in tamper {
        let (mut client, mut console) = good_run(&World::new());
        let mut records = Vec::new();
        for text in ["first", "second", "third"] {
            client.sealed.seal(text.as_bytes()).unwrap();
            let mut record = Vec::new();
            client.sealed.take_output(&mut record);
            records.push(record);
        }
        tamper(&mut records);
        let error = console.handle_input(&records.concat()).unwrap_err();
        assert!(matches!(error, StreamError::Tls(_)));
        let mut read = Vec::new();
        console.read(&mut read);
        assert!(b"firstsecondthird".starts_with(&read[..]) && read.len() < 16);
        assert_eq!(console.handle_input(&[]), Err(error.clone()));
        assert_eq!(console.seal(b"more"), Err(error));
    }
}

#[test]
fn the_voucher_is_measured_by_the_relays_clock_as_it_goes_on() {
    let world = World::new();
    let mut voucher = world.voucher();
    voucher.expires = RELAY_TIME - 25;
    for (wait, good) in [(Moment::from_secs(5), true), (Moment::from_secs(6), false)] {
        let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
        let mut config = world.console_config(password());
        config.voucher = world.relay.sign(&voucher);
        let mut console = Seat::new(ConsoleSeal::new(config, &mut tries, NOW).unwrap());
        // The client began before.
        let client = ClientSeal::new(world.client_config(), &mut guesses, NOW - wait).unwrap();
        let mut client = Seat::new(client);
        talk_through(&mut console, &mut client, |_, _| {});
        assert_eq!(client.ended.unwrap().is_ok(), good);
    }
}

#[test]
fn a_key_that_is_no_ed25519_key_is_the_programs_own_mistake() {
    let world = World::new();
    let mut guesses = Guesses::new(password());
    let mut config = world.client_config();
    config.relay_key.pop();
    let refused = ClientSeal::new(config, &mut guesses, NOW).err();
    assert_eq!(refused, Some(SealError::Key("relay's")));
    let mut config = world.console_config(password());
    config.identity =
        std::sync::Arc::new(rustls::sign::CertifiedKey::new(Vec::new(), identity().key.clone()));
    let refused = ConsoleSeal::new(config, &mut ConsoleGuesses::new(), NOW).err();
    assert_eq!(refused, Some(SealError::Key("console's")));
}

#[test]
fn nothing_secret_is_in_a_debug_output() {
    let world = World::new();
    let (client, _) = good_run(&world);
    let shown = format!("{client:?} {:?} {:?}", world.console_config(password()), Guesses::new(password()));
    assert!(!shown.contains(&password().to_string()) && !shown.contains("12345678"), "{shown}");
    let [first, second] = client.sealed.words().in_language(Language::English);
    let words = format!("{:?}", client.sealed.words());
    assert!(!words.contains(first) && !words.contains(second));
}

#[test]
fn all_of_it_may_move_between_threads() {
    fn movable<T: Send>() {}
    movable::<ClientSeal<'_>>();
    movable::<ConsoleSeal<'_>>();
    movable::<Sealed>();
}
