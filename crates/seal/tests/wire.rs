//! The seal's messages byte by byte, and what is refused of each.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use farhand_proto::bounded::Bytes;
use farhand_proto::codec::{DecodeError, FrameBuffer, HEADER, Message};
use farhand_proto::id::SessionId;
use farhand_proto::language::Language;
use farhand_proto::limits::MAX_SEAL_FRAME;
use farhand_proto::name::Name;
use farhand_proto::relay::{KeyHash, SignedVoucher, Voucher};
use farhand_proto::seal::{SealFromClient, SealFromConsole, SealRefusal};
use farhand_proto::version::Versions;

fn read<M: Message>(bytes: &[u8]) -> Result<Option<M>, DecodeError> {
    let mut buffer = FrameBuffer::new();
    buffer.push(bytes);
    Ok(buffer.next_message()?.map(|(message, _)| message))
}

fn from_client() -> Vec<(SealFromClient, String)> {
    vec![
        (
            SealFromClient::ClientHello { versions: Versions::SESSION, commitment: [0xaa; 32] },
            format!("010022 03 03 {}", "aa".repeat(32)),
        ),
        (
            SealFromClient::ClientShare { share: Bytes::new([0x42; 33]).unwrap() },
            format!("030022 21 {}", "42".repeat(33)),
        ),
        (
            SealFromClient::ClientProof { mac: [0xbb; 32], nonce: [0xcc; 32], language: Language::Dutch },
            format!("050041 {} {} 07", "bb".repeat(32), "cc".repeat(32)),
        ),
        (SealFromClient::Refused { refusal: SealRefusal::Version }, "0f0001 00".into()),
        (SealFromClient::Refused { refusal: SealRefusal::Password }, "0f0001 01".into()),
        (SealFromClient::Refused { refusal: SealRefusal::PasswordReplaced }, "0f0001 02".into()),
        (SealFromClient::Refused { refusal: SealRefusal::NumberEnded }, "0f0001 03".into()),
        (SealFromClient::Refused { refusal: SealRefusal::Voucher }, "0f0001 04".into()),
        (SealFromClient::Refused { refusal: SealRefusal::Protocol }, "0f0001 05".into()),
    ]
}

fn from_console() -> Vec<(SealFromConsole, String)> {
    let voucher = Voucher {
        operator: Name::new("ada").unwrap(),
        organisation: Name::new("Org").unwrap(),
        session_id: SessionId::from_digits([0, 1, 2, 3, 4, 5, 6, 7, 8]),
        console_key: KeyHash([0xdd; 32]),
        expires: 1_800_000_000,
    };
    let voucher = SignedVoucher {
        body: Bytes::new(voucher.to_body()).unwrap(),
        signature: Bytes::new([0xee; 64]).unwrap(),
    };
    let hello = SealFromConsole::ConsoleHello {
        versions: Versions::SESSION,
        nonce: [0xaa; 32],
        voucher,
        share: Bytes::new([0x41; 33]).unwrap(),
    };
    let hex = format!(
        "0200bd 03 03 {} 37 03616461 034f7267 00010203040506070806 {} fc00d2496b 40 {} 21 {}",
        "aa".repeat(32),
        "dd".repeat(32),
        "ee".repeat(64),
        "41".repeat(33)
    );
    vec![
        (hello, hex),
        (SealFromConsole::ConsoleProof { mac: [0xbb; 32] }, format!("040020 {}", "bb".repeat(32))),
        (SealFromConsole::Refused { refusal: SealRefusal::Protocol }, "0f0001 05".into()),
    ]
}

fn check<M: Message + Clone + PartialEq + std::fmt::Debug>(messages: Vec<(M, String)>) {
    for (message, expected) in messages {
        let frame = message.to_frame();
        assert_eq!(hex::encode(&frame), expected.replace(' ', ""), "{message:?}");
        assert_eq!(read::<M>(&frame), Ok(Some(message.clone())));

        // Anything shorter waits; anything shorter that claims to be whole is refused.
        for length in 0..frame.len() {
            assert_eq!(read::<M>(&frame[..length]), Ok(None), "{message:?} cut to {length}");
        }
        let mut short = frame.clone();
        short.pop();
        short[2] -= 1;
        assert!(read::<M>(&short).is_err(), "{message:?}");
        // A byte too many is refused.
        let mut long = [frame.as_slice(), &[0]].concat();
        long[2] += 1;
        assert!(read::<M>(&long).is_err(), "{message:?}");
        // A length past the limit is refused by the header alone.
        let limit = M::limit(message.number()).unwrap();
        assert!(HEADER + limit <= MAX_SEAL_FRAME);
        let [high, low] = u16::try_from(limit + 1).unwrap().to_be_bytes();
        let found = limit + 1;
        let refused = DecodeError::TooLong { number: message.number(), registry: M::REGISTRY, found, limit };
        assert_eq!(read::<M>(&[message.number(), high, low]), Err(refused));
    }
}

#[test]
fn the_clients_messages_are_what_they_were() {
    check(from_client());
}

#[test]
fn the_consoles_messages_are_what_they_were() {
    check(from_console());
}

#[test]
fn other_numbers_are_unknown() {
    for number in 0..=u8::MAX {
        let known = [1, 3, 5, 15].contains(&number);
        let unknown = matches!(read::<SealFromClient>(&[number, 0, 0]), Err(DecodeError::UnknownType { .. }));
        assert_eq!(unknown, !known, "{number}");
        let known = [2, 4, 15].contains(&number);
        let unknown =
            matches!(read::<SealFromConsole>(&[number, 0, 0]), Err(DecodeError::UnknownType { .. }));
        assert_eq!(unknown, !known, "{number}");
    }
}

#[test]
fn bytes_longer_than_their_type_are_refused() {
    // A share of 129 bytes, and a reason nobody knows.
    let share = [[3, 0, 130, 129].as_slice(), &[0; 129]].concat();
    assert_eq!(read::<SealFromClient>(&share), Err(DecodeError::Malformed("seal from client ClientShare")));
    assert_eq!(
        read::<SealFromClient>(&[15, 0, 1, 7]),
        Err(DecodeError::Malformed("seal from client Refused"))
    );
    // A share that announces 2^63 bytes allocates nothing.
    let huge = [[3, 0, 9, 253].as_slice(), &(1_u64 << 63).to_le_bytes()].concat();
    assert!(read::<SealFromClient>(&huge).is_err());
}
