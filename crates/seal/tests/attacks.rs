//! Somebody sits between the ends, or pretends to be one. What each of them can and can't do.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::sync::Arc;

use common::scripted::{ClientScript, ConsoleScript, Scripted};
use common::{
    NOW, Outcome, RELAY_TIME, Relay, Seat, World, identity, key_hash, password, run, run_through,
    talk_through, talk_with, wrong_password,
};
use farhand_proto::codec::Message as _;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::relay::{SignedVoucher, Voucher};
use farhand_proto::seal::{SealFromClient, SealFromConsole, SealRefusal};
use farhand_seal::{
    ClientSeal, ConsoleGuesses, ConsoleSeal, Guesses, Language, Misbehaviour, SealError, VoucherError, Wrong,
};
use farhand_testkit::tls::Otherwise;

fn english(indices: [usize; 2]) -> [&'static str; 2] {
    let list: Vec<_> = include_str!("../src/words/english.txt").lines().collect();
    indices.map(|index| list[index])
}

/// Both ends against what stands in docs/PROTOCOL.md, written a second time.
#[test]
fn an_independent_client_and_console_are_understood() {
    let world = World::new();

    let mut tries = ConsoleGuesses::new();
    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    let mut tls = Scripted::client(&world.client, Otherwise::default());
    talk_with(&mut console, &mut tls);
    let mut script = ClientScript::new(&mut tls, world.session_id, password());
    script.tls.send(&script.hello().to_frame());
    talk_with(&mut console, script.tls);
    let hello = script.tls.next_message::<SealFromConsole>().unwrap();
    let at_proof = script.share(hello, |_| {});
    talk_with(&mut console, &mut tls);
    let proof = tls.next_message::<SealFromConsole>().unwrap();
    assert_eq!(proof, SealFromConsole::ConsoleProof { mac: at_proof.console_mac });
    tls.send(&at_proof.proof.to_frame());
    talk_with(&mut console, &mut tls);
    let sealed = console.ended.unwrap().unwrap();
    assert_eq!(sealed.words().in_language(Language::English), english(at_proof.words));
    assert_eq!(sealed.language(), Language::Spanish);

    let mut guesses = Guesses::new(password());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    let mut tls = Scripted::console(&world.console, Otherwise::default());
    talk_with(&mut client, &mut tls);
    let client_hello = tls.next_message::<SealFromClient>().unwrap();
    let voucher = world.relay.sign(&world.voucher());
    let script = ConsoleScript {
        tls: &mut tls,
        session_id: world.session_id,
        password: password(),
        nonce: [8; 32],
        voucher,
    };
    let at_share = script.hello(&client_hello);
    tls.send(&at_share.hello.to_frame());
    talk_with(&mut client, &mut tls);
    let (proof, exporter) = at_share.proof(&tls.next_message::<SealFromClient>().unwrap());
    tls.send(&proof.to_frame());
    talk_with(&mut client, &mut tls);
    let Some(SealFromClient::ClientProof { nonce, language, .. }) = tls.next_message() else {
        panic!("no proof")
    };
    assert_eq!(language, world.client_config().language);
    let sealed = client.ended.unwrap().unwrap().sealed;
    let words = common::scripted::words(&exporter, &nonce, &[8; 32]);
    assert_eq!(sealed.words().in_language(Language::English), english(words));
}

/// A middleman with an own TLS session to each end, who passes on what the ends say. `voucher` replaces the console's.
fn middleman_who_passes_on(world: &World, middle: &World, voucher: Option<&SignedVoucher>) -> Outcome {
    let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    let mut to_console = Scripted::client(&middle.client, Otherwise::default());
    let mut to_client = Scripted::console(&middle.console, Otherwise::default());
    for _ in 0..8 {
        talk_with(&mut console, &mut to_console);
        talk_with(&mut client, &mut to_client);
        while let Some(message) = to_client.next_message::<SealFromClient>() {
            to_console.send(&message.to_frame());
        }
        while let Some(mut message) = to_console.next_message::<SealFromConsole>() {
            if let (SealFromConsole::ConsoleHello { voucher, .. }, Some(other)) = (&mut message, voucher) {
                *voucher = other.clone();
            }
            to_client.send(&message.to_frame());
        }
    }
    Outcome { client: client.ended, console: console.ended }
}

#[test]
fn a_middleman_who_passes_everything_on_has_no_voucher_for_his_key() {
    let outcome = middleman_who_passes_on(&World::new(), &World::new(), None);
    assert_eq!(*outcome.client_error(), SealError::Voucher(VoucherError::Console));
    assert_eq!(*outcome.console_error(), SealError::Refused(SealRefusal::Voucher));
}

#[test]
fn a_middleman_whom_the_relay_helps_still_fails_at_the_proof() {
    let (world, middle) = (World::new(), World::new());
    let his = Voucher { console_key: key_hash(&middle.console.cert[0]), ..world.voucher() };
    let outcome = middleman_who_passes_on(&world, &middle, Some(&world.relay.sign(&his)));
    assert_eq!(*outcome.client_error(), SealError::WrongPassword(Wrong::Password { left: 2 }));
    assert_eq!(*outcome.console_error(), SealError::Refused(SealRefusal::Password));
}

#[test]
fn a_middleman_with_the_keys_of_both_programs_still_fails_at_the_exporter() {
    // He stole both ephemeral keys, so even the hashes agree; only the TLS sessions are two.
    let world = World::new();
    let middle =
        World { client: Arc::clone(&world.client), console: Arc::clone(&world.console), ..World::new() };
    let outcome = middleman_who_passes_on(&world, &middle, None);
    assert_eq!(*outcome.client_error(), SealError::WrongPassword(Wrong::Password { left: 2 }));
    assert_eq!(*outcome.console_error(), SealError::Refused(SealRefusal::Password));
}

#[test]
fn a_middleman_who_overheard_the_password_and_owns_the_relay_is_heard_in_the_words() {
    let mut pairs = Vec::new();
    for _ in 0..3 {
        let (world, middle) = (World::new(), World::new());
        let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
        let mut console =
            Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
        let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
        let mut to_console = Scripted::client(&middle.client, Otherwise::default());
        let mut to_client = Scripted::console(&middle.console, Otherwise::default());

        talk_with(&mut client, &mut to_client);
        let client_hello = to_client.next_message::<SealFromClient>().unwrap();
        let his = Voucher { console_key: key_hash(&middle.console.cert[0]), ..world.voucher() };
        let script = ConsoleScript {
            tls: &mut to_client,
            session_id: world.session_id,
            password: password(),
            nonce: [1; 32],
            voucher: world.relay.sign(&his),
        };
        let at_share = script.hello(&client_hello);
        to_client.send(&at_share.hello.to_frame());
        talk_with(&mut client, &mut to_client);
        let (proof, _) = at_share.proof(&to_client.next_message::<SealFromClient>().unwrap());
        to_client.send(&proof.to_frame());
        talk_with(&mut client, &mut to_client);

        talk_with(&mut console, &mut to_console);
        let mut script = ClientScript::new(&mut to_console, world.session_id, password());
        script.tls.send(&script.hello().to_frame());
        talk_with(&mut console, script.tls);
        let hello = script.tls.next_message::<SealFromConsole>().unwrap();
        let at_proof = script.share(hello, |_| {});
        talk_with(&mut console, &mut to_console);
        to_console.send(&at_proof.proof.to_frame());
        talk_with(&mut console, &mut to_console);

        let at_client = client.ended.unwrap().unwrap().sealed.words().in_language(Language::English);
        let at_console = console.ended.unwrap().unwrap().words().in_language(Language::English);
        pairs.push((at_client, at_console));
    }
    // All three pairs agree by chance once in 2^48.
    assert!(pairs.iter().any(|(client, console)| client != console), "{pairs:?}");
}

/// A client that knows the password and opens something else than it committed to.
fn console_is_shown_another(change: impl FnOnce(&mut ClientScript<'_>)) {
    let world = World::new();
    let mut tries = ConsoleGuesses::new();
    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    let mut tls = Scripted::client(&world.client, Otherwise::default());
    talk_with(&mut console, &mut tls);
    let mut script = ClientScript::new(&mut tls, world.session_id, password());
    script.tls.send(&script.hello().to_frame());
    talk_with(&mut console, script.tls);
    let hello = script.tls.next_message::<SealFromConsole>().unwrap();
    change(&mut script);
    let at_proof = script.share(hello, |_| {});
    talk_with(&mut console, &mut tls);
    tls.send(&at_proof.proof.to_frame());
    talk_with(&mut console, &mut tls);
    assert_eq!(console.ended.unwrap().unwrap_err(), SealError::PeerMisbehaved(Misbehaviour::Commitment));
    // A client would take a refusal here for session data: there is none, only the end.
    assert!(matches!(tls.next_message::<SealFromConsole>(), Some(SealFromConsole::ConsoleProof { .. })));
    assert!(tls.rest().is_empty());
    drop(console.end);
    assert_eq!(tries.ready(), Ok(()));
}

#[test]
fn words_can_not_be_chosen_after_the_fact() {
    console_is_shown_another(|script| script.nonce = [2; 32]);
}

#[test]
fn a_client_can_not_choose_the_language_once_it_knows_the_words() {
    console_is_shown_another(|script| script.language = Language::Dutch);
}

#[test]
fn a_false_client_learns_one_guess_in_each_run_and_gets_three() {
    let world = World::new();
    let mut tries = ConsoleGuesses::new();
    for _ in 0..3 {
        let mut console =
            Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
        let mut tls = Scripted::client(&identity(), Otherwise::default());
        talk_with(&mut console, &mut tls);
        let mut script = ClientScript::new(&mut tls, world.session_id, wrong_password());
        script.tls.send(&script.hello().to_frame());
        talk_with(&mut console, script.tls);
        let hello = script.tls.next_message::<SealFromConsole>().unwrap();
        let at_proof = script.share(hello, |_| {});
        talk_with(&mut console, script.tls);
        let Some(SealFromConsole::ConsoleProof { mac }) = tls.next_message() else { panic!("no proof") };
        assert_ne!(mac, at_proof.console_mac);
        tls.send(&at_proof.proof.to_frame());
        talk_with(&mut console, &mut tls);
        assert_eq!(console.ended.unwrap().unwrap_err(), SealError::ClientUnproven);
        assert!(tls.rest().is_empty());
    }
    assert!(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).is_err());
}

#[test]
fn shares_of_no_use_are_refused() {
    type Meddle = fn(&mut Vec<u8>, &[u8]);
    let meddling: [(&str, Meddle); 5] = [
        ("the console's own", |frame, own| frame.splice(4.., own.iter().copied()).for_each(drop)),
        ("the console's own under the client's name", |frame, own| {
            frame.splice(5.., own[1..].iter().copied()).for_each(drop);
        }),
        ("one of the same role", |frame, _| frame[4] = b'A'),
        ("a short one", |frame, _| {
            frame.truncate(frame.len() - 1);
            frame[2] -= 1;
            frame[3] -= 1;
        }),
        ("none", |frame, _| {
            frame.truncate(4);
            frame[2] = 1;
            frame[3] = 0;
        }),
    ];
    for (what, meddle) in meddling {
        let world = World::new();
        let mut tries = ConsoleGuesses::new();
        let mut console =
            Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
        let mut tls = Scripted::client(&world.client, Otherwise::default());
        talk_with(&mut console, &mut tls);
        let mut script = ClientScript::new(&mut tls, world.session_id, password());
        script.tls.send(&script.hello().to_frame());
        talk_with(&mut console, script.tls);
        let hello = script.tls.next_message::<SealFromConsole>().unwrap();
        let SealFromConsole::ConsoleHello { share: own, .. } = hello.clone() else { panic!("{hello:?}") };
        script.share(hello, |frame| meddle(frame, &own));
        talk_with(&mut console, script.tls);
        let error = console.ended.unwrap().unwrap_err();
        assert_eq!(error, SealError::PeerMisbehaved(Misbehaviour::Share), "{what}");
        let told = tls.next_message::<SealFromConsole>();
        assert_eq!(told, Some(SealFromConsole::Refused { refusal: SealRefusal::Protocol }), "{what}");
        drop(console.end);
        assert_eq!(tries.ready(), Ok(()));
    }
}

#[test]
fn two_ends_of_the_same_role_never_seal() {
    let world = World::new();
    let (mut one, mut two) = (ConsoleGuesses::new(), ConsoleGuesses::new());
    let mut first = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut one, NOW).unwrap());
    let mut second = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut two, NOW).unwrap());
    talk_through(&mut first, &mut second, |_, _| {});
    assert!(matches!(first.ended, Some(Err(SealError::Tls(_)))));
    assert!(matches!(second.ended, Some(Err(SealError::Tls(_)))));

    // Two clients both wait, until their time is up.
    let (mut one, mut two) = (Guesses::new(password()), Guesses::new(password()));
    let mut first = Seat::new(ClientSeal::new(world.client_config(), &mut one, NOW).unwrap());
    let mut second = Seat::new(ClientSeal::new(world.client_config(), &mut two, NOW).unwrap());
    talk_through(&mut first, &mut second, |_, _| {});
    assert!(first.ended.is_none() && second.ended.is_none());
}

#[test]
fn an_end_that_hears_itself_never_seals() {
    let world = World::new();
    let mut tries = ConsoleGuesses::new();
    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    let own = console.take();
    console.give(&own, &mut std::iter::empty());
    assert!(matches!(console.ended, Some(Err(SealError::Tls(_)))));
}

#[test]
fn a_peer_with_this_ends_own_key_is_refused() {
    let world = World::new();
    let mut guesses = Guesses::new(password());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    let mut tls = Scripted::console(&world.client, Otherwise::default());
    talk_with(&mut client, &mut tls);
    assert_eq!(client.ended.unwrap().unwrap_err(), SealError::PeerMisbehaved(Misbehaviour::OwnKey));

    let mut tries = ConsoleGuesses::new();
    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    let mut tls = Scripted::client(&world.console, Otherwise::default());
    talk_with(&mut console, &mut tls);
    assert_eq!(console.ended.unwrap().unwrap_err(), SealError::PeerMisbehaved(Misbehaviour::OwnKey));
}

#[test]
fn two_sessions_can_not_be_spliced() {
    // From one flight on, the console hears another session's client.
    for splice in 0..8 {
        let world = World::new();
        let mut recorded = Vec::new();
        let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
        let config = world.console_config(password());
        run_through(world.client_config(), &mut guesses, config, &mut tries, |_, bytes| {
            recorded.push(bytes.clone());
        });
        let outcome = run_through(
            world.client_config(),
            &mut guesses,
            world.console_config(password()),
            &mut tries,
            |flight, bytes| {
                if flight >= splice {
                    *bytes = recorded.get(flight).cloned().unwrap_or_default();
                }
            },
        );
        assert!(!matches!(outcome.console, Some(Ok(_))), "from flight {splice}");
        assert_eq!(matches!(outcome.client, Some(Ok(_))), splice == 7, "from flight {splice}");
    }
}

/// A run in which the console shows this.
fn shown(world: &World, voucher: SignedVoucher) -> Outcome {
    let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
    let mut config = world.console_config(password());
    config.voucher = voucher;
    let outcome = run(world.client_config(), &mut guesses, config, &mut tries);
    assert_eq!(*outcome.console_error(), SealError::Refused(SealRefusal::Voucher));
    assert_eq!((guesses.verdict(), tries.ready()), (Wrong::Password { left: 3 }, Ok(())));
    outcome
}

#[test]
fn only_a_good_voucher_is_believed() {
    let world = World::new();
    let refused = |voucher: SignedVoucher| shown(&world, voucher).client_error().clone();

    let elsewhere = Voucher { console_key: key_hash(&identity().cert[0]), ..world.voucher() };
    assert_eq!(refused(world.relay.sign(&elsewhere)), SealError::Voucher(VoucherError::Console));
    let expired = Voucher { expires: RELAY_TIME - 31, ..world.voucher() };
    assert_eq!(refused(world.relay.sign(&expired)), SealError::Voucher(VoucherError::Expired));
    let other_session = Voucher { session_id: SessionId::from_digits([5; 9]), ..world.voucher() };
    assert_eq!(refused(world.relay.sign(&other_session)), SealError::Voucher(VoucherError::Session));
    assert_eq!(refused(Relay::new().sign(&world.voucher())), SealError::Voucher(VoucherError::Signature));
}

#[test]
fn the_client_shows_nothing_of_the_password_before_the_voucher() {
    let world = World::new();
    let mut guesses = Guesses::new(password());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    let mut tls = Scripted::console(&world.console, Otherwise::default());
    talk_with(&mut client, &mut tls);
    let client_hello = tls.next_message::<SealFromClient>().unwrap();
    let voucher = Relay::new().sign(&world.voucher());
    let script = ConsoleScript {
        tls: &mut tls,
        session_id: world.session_id,
        password: Password::from_digits([0; 8]),
        nonce: [1; 32],
        voucher,
    };
    let hello = script.hello(&client_hello).hello;
    tls.send(&hello.to_frame());
    talk_with(&mut client, &mut tls);
    assert_eq!(tls.next_message(), Some(SealFromClient::Refused { refusal: SealRefusal::Voucher }));
    assert!(tls.rest().is_empty());
}
