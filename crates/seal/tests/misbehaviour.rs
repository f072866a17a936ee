//! What is out of order, oversized or no message at all ends the run, and the other end is told.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::scripted::{ClientAtProof, ClientScript, ConsoleAtShare, ConsoleScript, Scripted};
use common::{NOW, Seat, World, password, talk_with};
use farhand_proto::bounded::Bytes;
use farhand_proto::codec::{DecodeError, Message};
use farhand_proto::language::Language;
use farhand_proto::seal::{SealFromClient, SealFromConsole, SealRefusal};
use farhand_proto::version::{Version, Versions};
use farhand_seal::{ClientSeal, ConsoleGuesses, ConsoleSeal, Guesses, Misbehaviour, SealError, Wrong};
use farhand_testkit::tls::Otherwise;
use proptest::prelude::*;

/// Where a console stands when a scripted client does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ConsoleAwaits {
    Hello,
    Share,
    Proof,
}

/// A console that has come that far, then hears `bytes` and the end of the TLS: its error, and what it told.
fn console_hears(
    awaits: ConsoleAwaits,
    bytes: impl FnOnce(Option<&ClientAtProof>) -> Vec<u8>,
) -> (SealError, Option<SealFromConsole>) {
    let world = World::new();
    let mut tries = ConsoleGuesses::new();
    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    let mut tls = Scripted::client(&world.client, Otherwise::default());
    talk_with(&mut console, &mut tls);
    let mut script = ClientScript::new(&mut tls, world.session_id, password());
    let mut at_proof = None;
    if awaits != ConsoleAwaits::Hello {
        script.tls.send(&script.hello().to_frame());
        talk_with(&mut console, script.tls);
        let hello = script.tls.next_message::<SealFromConsole>().unwrap();
        if awaits == ConsoleAwaits::Proof {
            at_proof = Some(script.share(hello, |_| {}));
            talk_with(&mut console, script.tls);
            script.tls.next_message::<SealFromConsole>().unwrap();
        }
    }
    tls.send(&bytes(at_proof.as_ref()));
    tls.tls.send_close_notify();
    talk_with(&mut console, &mut tls);
    let error = console.ended.expect("it ended").unwrap_err();
    let told = tls.next_message();
    assert!(tls.rest().is_empty());
    (error, told)
}

/// Where a client stands when a scripted console does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClientAwaits {
    Hello,
    Proof,
}

/// A client that has come that far, then hears `bytes` and the end of the TLS: its error, what it told, and what it
/// cost.
fn client_hears(
    awaits: ClientAwaits,
    bytes: impl FnOnce(&SealFromConsole, Option<&SealFromConsole>) -> Vec<u8>,
) -> (SealError, Option<SealFromClient>, Wrong) {
    let world = World::new();
    let mut guesses = Guesses::new(password());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    let mut tls = Scripted::console(&world.console, Otherwise::default());
    talk_with(&mut client, &mut tls);
    let client_hello = tls.next_message::<SealFromClient>().unwrap();
    let script = ConsoleScript {
        tls: &mut tls,
        session_id: world.session_id,
        password: password(),
        nonce: [1; 32],
        voucher: world.relay.sign(&world.voucher()),
    };
    let at_share: ConsoleAtShare = script.hello(&client_hello);
    let hello = at_share.hello.clone();
    let mut proof = None;
    if awaits == ClientAwaits::Proof {
        tls.send(&hello.to_frame());
        talk_with(&mut client, &mut tls);
        proof = Some(at_share.proof(&tls.next_message::<SealFromClient>().unwrap()).0);
    }
    tls.send(&bytes(&hello, proof.as_ref()));
    tls.tls.send_close_notify();
    talk_with(&mut client, &mut tls);
    let error = client.ended.expect("it ended").unwrap_err();
    let told = tls.next_message();
    assert!(tls.rest().is_empty());
    drop(client.end);
    (error, told, guesses.verdict())
}

const FULL: Wrong = Wrong::Password { left: 3 };

fn told_console() -> Option<SealFromClient> {
    Some(SealFromClient::Refused { refusal: SealRefusal::Protocol })
}

fn told_client() -> Option<SealFromConsole> {
    Some(SealFromConsole::Refused { refusal: SealRefusal::Protocol })
}

#[test]
fn a_console_takes_each_message_only_in_its_turn() {
    use ConsoleAwaits::{Hello, Proof, Share};
    let hello = SealFromClient::ClientHello { versions: Versions::SESSION, commitment: [1; 32] };
    let share = SealFromClient::ClientShare { share: Bytes::new([b'B'; 33]).unwrap() };
    let proof = SealFromClient::ClientProof { mac: [1; 32], nonce: [1; 32], language: Language::English };
    for (awaits, message) in
        [(Hello, &share), (Hello, &proof), (Share, &hello), (Share, &proof), (Proof, &hello), (Proof, &share)]
    {
        let (error, told) = console_hears(awaits, |_| message.to_frame());
        assert_eq!(error, SealError::PeerMisbehaved(Misbehaviour::OutOfOrder), "{awaits:?} {message:?}");
        assert_eq!(told, told_client());
    }
}

#[test]
fn a_client_takes_each_message_only_in_its_turn() {
    let proof = SealFromConsole::ConsoleProof { mac: [1; 32] };
    let (error, told, left) = client_hears(ClientAwaits::Hello, |_, _| proof.to_frame());
    assert_eq!(error, SealError::PeerMisbehaved(Misbehaviour::OutOfOrder));
    assert_eq!((told, left), (told_console(), FULL));
    let (error, told, left) = client_hears(ClientAwaits::Proof, |hello, _| hello.to_frame());
    assert_eq!(error, SealError::PeerMisbehaved(Misbehaviour::OutOfOrder));
    assert_eq!((told, left), (told_console(), FULL));
}

#[test]
fn bytes_before_their_time_are_refused() {
    let early = SealError::PeerMisbehaved(Misbehaviour::Early);
    let hello = SealFromClient::ClientHello { versions: Versions::SESSION, commitment: [1; 32] };
    let (error, told) = console_hears(ConsoleAwaits::Hello, |_| [hello.to_frame(), vec![3]].concat());
    assert_eq!((error, told), (early.clone(), told_client()));
    let (error, told, _) = client_hears(ClientAwaits::Hello, |hello, _| [hello.to_frame(), vec![4]].concat());
    assert_eq!((error, told), (early.clone(), told_console()));
    // Not even the right proof may be followed: the console has to wait for the client's.
    let (error, told, _) =
        client_hears(ClientAwaits::Proof, |_, proof| [proof.unwrap().to_frame(), vec![0]].concat());
    assert_eq!((error, told), (early, told_console()));
}

#[test]
fn a_message_of_the_other_role_is_none() {
    let frame = SealFromConsole::ConsoleProof { mac: [1; 32] }.to_frame();
    let (error, told) = console_hears(ConsoleAwaits::Share, |_| frame);
    let unknown = DecodeError::UnknownType { number: 4, registry: "seal from client" };
    assert_eq!((error, told), (SealError::PeerMisbehaved(unknown.into()), told_client()));
    let frame = SealFromClient::ClientShare { share: Bytes::default() }.to_frame();
    let (error, told, _) = client_hears(ClientAwaits::Hello, |_, _| frame);
    let unknown = DecodeError::UnknownType { number: 3, registry: "seal from console" };
    assert_eq!((error, told), (SealError::PeerMisbehaved(unknown.into()), told_console()));
}

#[test]
fn a_frame_that_announces_too_much_is_refused_by_its_header() {
    for (number, limit) in [(1, 64_u16), (3, 160), (5, 96), (15, 8)] {
        for awaits in [ConsoleAwaits::Hello, ConsoleAwaits::Share, ConsoleAwaits::Proof] {
            let [high, low] = (limit + 1).to_be_bytes();
            let (error, told) = console_hears(awaits, |_| vec![number, high, low]);
            assert!(
                matches!(
                    error,
                    SealError::PeerMisbehaved(Misbehaviour::Malformed(DecodeError::TooLong { .. }))
                ),
                "{error:?}"
            );
            assert_eq!(told, told_client());
        }
    }
    for (number, limit) in [(2, 2048_u16), (4, 48), (15, 8)] {
        for awaits in [ClientAwaits::Hello, ClientAwaits::Proof] {
            let [high, low] = (limit + 1).to_be_bytes();
            let (error, told, left) = client_hears(awaits, |_, _| vec![number, high, low]);
            assert!(
                matches!(
                    error,
                    SealError::PeerMisbehaved(Misbehaviour::Malformed(DecodeError::TooLong { .. }))
                ),
                "{error:?}"
            );
            assert_eq!((told, left), (told_console(), FULL));
        }
    }
}

#[test]
fn a_wrong_proof_costs_the_guess_and_a_broken_one_is_none() {
    let (error, told, left) =
        client_hears(ClientAwaits::Proof, |_, _| SealFromConsole::ConsoleProof { mac: [0; 32] }.to_frame());
    assert_eq!(error, SealError::WrongPassword(Wrong::Password { left: 2 }));
    assert_eq!(told, Some(SealFromClient::Refused { refusal: SealRefusal::Password }));
    assert_eq!(left, Wrong::Password { left: 2 });

    let (error, told, left) = client_hears(ClientAwaits::Proof, |_, _| vec![4, 0, 31]);
    // 31 bytes were announced and none came: the client waited until the console closed.
    assert_eq!((error, told, left), (SealError::Closed, None, FULL));
}

#[test]
fn a_refusal_is_passed_on_at_every_stage() {
    for refusal in [
        SealRefusal::Version,
        SealRefusal::Password,
        SealRefusal::PasswordReplaced,
        SealRefusal::NumberEnded,
        SealRefusal::Voucher,
        SealRefusal::Protocol,
    ] {
        for awaits in [ConsoleAwaits::Hello, ConsoleAwaits::Share, ConsoleAwaits::Proof] {
            let frame = SealFromClient::Refused { refusal }.to_frame();
            assert_eq!(console_hears(awaits, |_| frame), (SealError::Refused(refusal), None));
        }
        for awaits in [ClientAwaits::Hello, ClientAwaits::Proof] {
            let frame = SealFromConsole::Refused { refusal }.to_frame();
            assert_eq!(client_hears(awaits, |_, _| frame), (SealError::Refused(refusal), None, FULL));
        }
    }
}

#[test]
fn no_version_in_common_is_told() {
    let theirs = Versions { oldest: Version(8), newest: Version(9) };
    let frame = SealFromClient::ClientHello { versions: theirs, commitment: [1; 32] }.to_frame();
    let (error, told) = console_hears(ConsoleAwaits::Hello, |_| frame);
    assert_eq!(error, SealError::Version { theirs });
    assert_eq!(told, Some(SealFromConsole::Refused { refusal: SealRefusal::Version }));

    let (error, told, _) = client_hears(ClientAwaits::Hello, |hello, _| {
        let mut hello = hello.clone();
        if let SealFromConsole::ConsoleHello { versions, .. } = &mut hello {
            *versions = theirs;
        }
        hello.to_frame()
    });
    assert_eq!(error, SealError::Version { theirs });
    assert_eq!(told, Some(SealFromClient::Refused { refusal: SealRefusal::Version }));
}

#[test]
fn a_changed_client_proof_is_refused_without_a_word() {
    for index in 3..3 + 64 {
        let (error, told) = console_hears(ConsoleAwaits::Proof, |at_proof| {
            let mut frame = at_proof.unwrap().proof.to_frame();
            frame[index] ^= 0x80;
            frame
        });
        assert_eq!((error, told), (SealError::ClientUnproven, None), "byte {index}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn garbage_inside_the_tls_never_makes_a_seal(
        garbage in prop::collection::vec(any::<u8>(), 3..4000),
        stage in 0..5,
    ) {
        // Each of these fails if the end is not in error.
        let _ = match stage {
            0 => console_hears(ConsoleAwaits::Hello, |_| garbage).0,
            1 => console_hears(ConsoleAwaits::Share, |_| garbage).0,
            2 => console_hears(ConsoleAwaits::Proof, |_| garbage).0,
            3 => client_hears(ClientAwaits::Hello, |_, _| garbage).0,
            _ => client_hears(ClientAwaits::Proof, |_, _| garbage).0,
        };
    }

    #[test]
    fn garbage_instead_of_tls_is_an_error_or_waits(garbage in prop::collection::vec(any::<u8>(), 1..20_000)) {
        let world = World::new();
        let mut guesses = Guesses::new(password());
        let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
        client.give(&garbage, &mut std::iter::empty());
        prop_assert!(!matches!(client.ended, Some(Ok(_))));
        let mut tries = ConsoleGuesses::new();
        let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
        console.give(&garbage, &mut std::iter::empty());
        prop_assert!(!matches!(console.ended, Some(Ok(_))));
    }
}
