//! The inner TLS as it stands on the wire: what is offered, what is demanded, what is refused.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use common::scripted::Scripted;
use common::{NOW, Seat, World, identity, password, talk_with};
use farhand_proto::seal::SealFromClient;
use farhand_seal::{
    ClientSeal, ConsoleGuesses, ConsoleSeal, Guesses, MAX_RUN_INPUT, Misbehaviour, SealError,
};
use farhand_testkit::tls::Otherwise;
use rustls::crypto::aws_lc_rs::kx_group;
use rustls::crypto::aws_lc_rs::sign::any_ecdsa_type;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, HandshakeKind, NamedGroup, ProtocolVersion};

/// The extensions of a TLS ClientHello, by number.
fn extensions(record: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let word = |at: usize| u16::from_be_bytes([record[at], record[at + 1]]);
    assert_eq!((record[0], record[5]), (22, 1), "a ClientHello");
    let mut at = 5 + 4 + 2 + 32;
    at += 1 + usize::from(record[at]);
    at += 2 + usize::from(word(at));
    at += 1 + usize::from(record[at]);
    let end = at + 2 + usize::from(word(at));
    at += 2;
    let mut found = Vec::new();
    while at < end {
        let length = usize::from(word(at + 2));
        found.push((word(at), record[at + 4..at + 4 + length].to_vec()));
        at += 4 + length;
    }
    assert_eq!(end, record.len());
    found
}

#[test]
fn the_console_offers_one_version_hybrid_first_and_only_raw_keys() {
    let world = World::new();
    let mut tries = ConsoleGuesses::new();
    let console = ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap();
    let offered = extensions(&Seat::new(console).take());
    let get = |number: u16| offered.iter().find(|(n, _)| *n == number).map(|(_, bytes)| bytes.as_slice());

    assert_eq!(get(43), Some([2, 3, 4].as_slice()), "supported_versions: TLS 1.3 alone");
    assert_eq!(get(10), Some([0, 4, 0x11, 0xec, 0, 0x1d].as_slice()), "X25519MLKEM768, X25519");
    assert_eq!(get(51).unwrap()[2..6], [0x11, 0xec, 4, 0xc0], "a key share of X25519MLKEM768");
    assert_eq!(get(13), Some([0, 2, 8, 7].as_slice()), "signature_algorithms: Ed25519");
    assert_eq!(get(16), Some([b"\0\x0f\x0e".as_slice(), b"farhand-seal/1"].concat().as_slice()), "ALPN");
    assert_eq!(get(19), Some([1, 2].as_slice()), "client_certificate_type: raw public key");
    assert_eq!(get(20), Some([1, 2].as_slice()), "server_certificate_type: raw public key");
    for absent in [0, 35, 41, 42] {
        assert_eq!(get(absent), None, "no server name, ticket, pre-shared key or early data");
    }
}

#[test]
fn the_hybrid_is_used_and_plain_x25519_still_does() {
    let world = World::new();
    for (groups, used) in [
        (vec![kx_group::X25519MLKEM768, kx_group::X25519], NamedGroup::X25519MLKEM768),
        (vec![kx_group::X25519], NamedGroup::X25519),
    ] {
        let mut guesses = Guesses::new(password());
        let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
        let mut tls =
            Scripted::console(&world.console, Otherwise { kx_groups: groups, ..Otherwise::default() });
        talk_with(&mut client, &mut tls);
        assert!(matches!(tls.next_message(), Some(SealFromClient::ClientHello { .. })));
        assert_eq!(tls.tls.protocol_version(), Some(ProtocolVersion::TLSv1_3));
        assert_eq!(tls.tls.handshake_kind(), Some(HandshakeKind::Full));
        assert_eq!(tls.tls.negotiated_key_exchange_group().unwrap().name(), used);
        let tickets = match &tls.tls {
            rustls::Connection::Client(client) => client.tls13_tickets_received(),
            rustls::Connection::Server(_) => unreachable!("a console"),
        };
        assert_eq!(tickets, 0);
    }
}

#[test]
fn without_the_protocols_name_there_is_no_seal() {
    let world = World::new();
    let without = || Otherwise { alpn: Vec::new(), ..Otherwise::default() };
    let other = || Otherwise { alpn: vec![b"http/1.1".to_vec()], ..Otherwise::default() };

    let mut guesses = Guesses::new(password());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    let mut tls = Scripted::console(&world.console, without());
    talk_with(&mut client, &mut tls);
    assert_eq!(client.ended.unwrap().unwrap_err(), SealError::PeerMisbehaved(Misbehaviour::Alpn));
    assert!(tls.rest().is_empty());

    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    let mut tls = Scripted::console(&world.console, other());
    talk_with(&mut client, &mut tls);
    assert_eq!(client.ended.unwrap().unwrap_err(), SealError::Tls(Error::NoApplicationProtocol));

    let mut tries = ConsoleGuesses::new();
    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    let mut tls = Scripted::client(&world.client, without());
    talk_with(&mut console, &mut tls);
    assert_eq!(console.ended.unwrap().unwrap_err(), SealError::PeerMisbehaved(Misbehaviour::Alpn));

    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    let mut tls = Scripted::client(&world.client, other());
    talk_with(&mut console, &mut tls);
    assert!(matches!(console.ended.unwrap().unwrap_err(), SealError::Tls(Error::AlertReceived(_))));
}

#[test]
fn a_tls_1_2_console_is_refused_with_an_alert() {
    // version 1.2, random, no session, ECDHE_RSA_WITH_AES_128_GCM_SHA256, no compression, X25519 and Ed25519.
    let extensions = [0, 10, 0, 4, 0, 2, 0, 0x1d, 0, 13, 0, 4, 0, 2, 8, 7];
    let body = [
        [3, 3].as_slice(),
        &[7; 32],
        &[0],
        &[0, 2, 0xc0, 0x2f],
        &[1, 0],
        &u16::try_from(extensions.len()).unwrap().to_be_bytes(),
        &extensions,
    ]
    .concat();
    let length = u8::try_from(body.len()).unwrap();
    let record = [[22, 3, 1, 0, length + 4, 1, 0, 0, length].as_slice(), &body].concat();

    let world = World::new();
    let mut guesses = Guesses::new(password());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    client.give(&record, &mut std::iter::empty());
    let Some(Err(SealError::Tls(Error::PeerIncompatible(_)))) = client.ended else {
        panic!("{:?}", client.ended)
    };
    // A fatal alert: protocol_version.
    assert_eq!(client.take(), [21, 3, 3, 0, 2, 2, 70]);
}

#[test]
fn a_tls_1_2_client_is_refused_with_an_alert() {
    let body = [[3, 3].as_slice(), &[7; 32], &[0], &[0xc0, 0x2f], &[0]].concat();
    let length = u8::try_from(body.len()).unwrap();
    let record = [[22, 3, 3, 0, length + 4, 2, 0, 0, length].as_slice(), &body].concat();

    let world = World::new();
    let mut tries = ConsoleGuesses::new();
    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    console.take();
    console.give(&record, &mut std::iter::empty());
    let Some(Err(SealError::Tls(Error::PeerIncompatible(_)))) = console.ended else {
        panic!("{:?}", console.ended)
    };
    assert_eq!(console.take()[..6], [21, 3, 3, 0, 2, 2]);
}

#[test]
fn a_tls_message_that_never_ends_is_refused_early() {
    // A ClientHello of 60 KB, in records of 1 KiB.
    let world = World::new();
    let mut guesses = Guesses::new(password());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    let first = [[22, 3, 1, 4, 0, 1, 0, 0xea, 0x60].as_slice(), &[3; 1020]].concat();
    let more = [[22, 3, 1, 4, 0].as_slice(), &[3; 1024]].concat();
    client.give(&first, &mut std::iter::empty());
    let mut given = first.len();
    while client.ended.is_none() {
        client.give(&more, &mut std::iter::empty());
        given += more.len();
    }
    assert_eq!(client.ended.unwrap().unwrap_err(), SealError::PeerMisbehaved(Misbehaviour::TooMuch));
    assert!(given <= MAX_RUN_INPUT + 2 * more.len(), "{given}");
}

/// An ECDSA key where Ed25519 is demanded.
fn ecdsa_identity() -> Arc<CertifiedKey> {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).unwrap();
    let key = any_ecdsa_type(&PrivatePkcs8KeyDer::from(pkcs8.as_ref()).into()).unwrap();
    let spki = key.public_key().unwrap().to_vec();
    Arc::new(CertifiedKey::new(vec![CertificateDer::from(spki)], key))
}

#[test]
fn a_key_of_another_kind_is_refused() {
    let world = World::new();
    let mut guesses = Guesses::new(password());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    talk_with(&mut client, &mut Scripted::console(&ecdsa_identity(), Otherwise::default()));
    assert!(matches!(client.ended, Some(Err(SealError::Tls(_)))), "{:?}", client.ended);
    let mut tries = ConsoleGuesses::new();
    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    talk_with(&mut console, &mut Scripted::client(&ecdsa_identity(), Otherwise::default()));
    assert!(matches!(console.ended, Some(Err(SealError::Tls(_)))), "{:?}", console.ended);
}

#[test]
fn a_key_without_its_signature_is_refused() {
    // It shows the console's key and signs with another.
    let world = World::new();
    let stolen = CertifiedKey::new(world.console.cert.clone(), Arc::clone(&identity().key));
    let mut guesses = Guesses::new(password());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    talk_with(&mut client, &mut Scripted::console(&Arc::new(stolen), Otherwise::default()));
    assert!(matches!(client.ended, Some(Err(SealError::Tls(_)))), "{:?}", client.ended);
    let stolen = CertifiedKey::new(world.client.cert.clone(), Arc::clone(&identity().key));
    let mut tries = ConsoleGuesses::new();
    let mut console = Seat::new(ConsoleSeal::new(world.console_config(password()), &mut tries, NOW).unwrap());
    talk_with(&mut console, &mut Scripted::client(&Arc::new(stolen), Otherwise::default()));
    assert!(matches!(console.ended, Some(Err(SealError::Tls(_)))), "{:?}", console.ended);
}

#[test]
fn a_console_without_a_key_is_refused() {
    let world = World::new();
    let mut guesses = Guesses::new(password());
    let mut client = Seat::new(ClientSeal::new(world.client_config(), &mut guesses, NOW).unwrap());
    talk_with(&mut client, &mut Scripted::keyless_console());
    assert!(matches!(client.ended, Some(Err(SealError::Tls(_)))), "{:?}", client.ended);
}
