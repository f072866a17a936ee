//! Every message as it stands on the wire, and everything near it that must be refused.

#![expect(clippy::unwrap_used, reason = "a test ends where an expectation fails")]

use std::fmt::Debug;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use farhand_proto::bounded::{Bytes, List, Shown, Text};
use farhand_proto::codec::{DecodeError, FrameBuffer, HEADER, Message, payload_length};
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::id::SessionId;
use farhand_proto::input::{Button, Input, Key, NamedKey};
use farhand_proto::language::Language;
use farhand_proto::name::Name;
use farhand_proto::notice::{Notice, Notices};
use farhand_proto::prose::Prose;
use farhand_proto::relay::{FromRelay, KeyHash, Refusal, SignedVoucher, ToRelay, Voucher};
use farhand_proto::screen::{
    Colours, Layout, Monitor, MonitorId, Point, PointerShape, Rect, Rotation, Size, View,
};
use farhand_proto::seal::{
    EpochProof, ResumeFromClient, ResumeFromConsole, SealFromClient, SealFromConsole, SealRefusal,
};
use farhand_proto::session::{ConsoleAt, EndReason, Taken, ToClient, ToConsole, Token, Undone};
use farhand_proto::transfer::{Cancelled, Existing, FileMessage, FileProblem, ItemKind, ItemPath, Piece};
use farhand_proto::version::{Version, Versions};
use proptest::prelude::*;

/// The message and its frame belong together, and no other frame near it is taken for one.
fn check<M: Message + PartialEq + Debug>(message: &M, hex: &str) {
    let frame = message.to_frame();
    assert_eq!(hex::encode(&frame), hex, "{message:?}");
    let (number, payload) = (frame[0], &frame[HEADER..]);
    assert_eq!(&M::decode(number, payload).unwrap(), message);
    for length in 0..payload.len() {
        assert!(M::decode(number, &payload[..length]).is_err(), "{message:?} cut to {length}");
    }
    assert!(M::decode(number, &[payload, &[0]].concat()).is_err(), "{message:?} with a byte more");
    let limit = M::limit(number).unwrap();
    assert!(payload.len() <= limit);
    let [high, low] = u16::try_from(limit + 1).unwrap().to_be_bytes();
    assert!(matches!(payload_length::<M>([number, high, low]), Err(DecodeError::TooLong { .. })));
}

fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::new(text).unwrap()
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn bytes<const MAX: usize>(bytes: &[u8]) -> Bytes<MAX> {
    Bytes::new(bytes).unwrap()
}

fn session_id() -> SessionId {
    SessionId::from_digits([1, 2, 3, 4, 5, 6, 7, 8, 9])
}

fn both() -> Grants {
    Grant::ALL.into_iter().collect()
}

fn voucher() -> SignedVoucher {
    SignedVoucher { body: bytes(&[1, 2, 3]), signature: bytes(&[9; 4]) }
}

#[test]
fn to_relay() {
    let versions = Versions { oldest: Version(1), newest: Version(300) };
    check(&ToRelay::Register { versions, claim: None }, "01000501fb2c0100");
    check(&ToRelay::Register { versions, claim: Some(bytes(&[5, 6])) }, "01000801fb2c0101020506");
    check(
        &ToRelay::Login { versions, operator: text("Jana Nováková"), token: bytes(b"secret") },
        "02001b01fb2c010f4a616e61204e6f76c3a16b6f76c3a106736563726574",
    );
    check(&ToRelay::Join { versions, ticket: bytes(&[7; 3]) }, "03000801fb2c0103070707");
    check(
        &ToRelay::Find { request: 70_000, session_id: session_id() },
        "04000ffc7011010001020304050607080904",
    );
    check(&ToRelay::Ping { number: 3 }, "05000103");
    check(&ToRelay::Resume { versions, pass: bytes(&[5, 6]) }, "06000701fb2c01020506");
    check(&ToRelay::Test { versions }, "07000401fb2c01");
    check(&ToRelay::Echo { data: bytes(&[5, 6]) }, "080003020506");
}

#[test]
fn from_relay() {
    let version = Version(1);
    let registered = FromRelay::Registered {
        version,
        session_id: session_id(),
        claim: bytes(&[1]),
        organisation: name("Helpdesk"),
        notices: Notices::new(vec![Notice { language: Language::English, text: Prose::new("Hi").unwrap() }])
            .unwrap(),
    };
    check(&registered, "01001b010102030405060708090401010848656c706465736b0103024869");
    check(&FromRelay::LoggedIn { version, organisation: name("Helpdesk") }, "02000a010848656c706465736b");
    check(&FromRelay::Joined { version, pass: bytes(&[5, 6]), direct: None }, "0300050102050600");
    let direct = Some(IpAddr::from([192, 0, 2, 7]));
    check(&FromRelay::Joined { version, pass: bytes(&[5, 6]), direct }, "03000a010205060100c0000207");
    check(
        &FromRelay::Invite { ticket: bytes(&[7; 3]), relay_time: 1_795_000_000 },
        "04000903070707fcc086fd6a",
    );
    check(
        &FromRelay::Found { request: 1, ticket: bytes(&[7; 3]), voucher: voucher() },
        "05000e0103070707030102030409090909",
    );
    check(&FromRelay::Nobody { request: 1 }, "06000101");
    check(&FromRelay::Pong { number: 3 }, "07000103");
    check(&FromRelay::Refused { refusal: Refusal::Version(Versions::RELAY) }, "080003000202");
    check(&FromRelay::Refused { refusal: Refusal::Operator }, "08000101");
    check(&FromRelay::Refused { refusal: Refusal::Ticket }, "08000102");
    check(&FromRelay::Refused { refusal: Refusal::Alone }, "08000103");
    check(&FromRelay::Refused { refusal: Refusal::Busy { seconds: 60 } }, "080002043c");
    check(&FromRelay::Refused { refusal: Refusal::Protocol }, "08000105");
    check(&FromRelay::Stopping {}, "090000");
    check(&FromRelay::Testing { version, time: 300 }, "0a000401fb2c01");
    check(&FromRelay::Echo { data: bytes(&[5, 6]) }, "0b0003020506");
}

#[test]
fn seal() {
    let versions = Versions::SESSION;
    check(
        &SealFromClient::ClientHello { versions, commitment: [0xaa; 32] },
        "0100220303aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    );
    check(
        &SealFromConsole::ConsoleHello {
            versions,
            nonce: [0xbb; 32],
            voucher: voucher(),
            share: bytes(&[4; 2]),
        },
        "02002e0303bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb030102030409090909020404",
    );
    check(&SealFromClient::ClientShare { share: bytes(&[4; 2]) }, "030003020404");
    check(
        &SealFromConsole::ConsoleProof { mac: [0xcc; 32] },
        "040020cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
    );
    check(
        &SealFromClient::ClientProof { mac: [0xdd; 32], nonce: [0xee; 32], language: Language::Polish },
        "050041ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee08",
    );
    check(&SealFromConsole::Refused { refusal: SealRefusal::Version }, "0f000100");
    check(&SealFromClient::Refused { refusal: SealRefusal::Password }, "0f000101");
    check(&SealFromClient::Refused { refusal: SealRefusal::PasswordReplaced }, "0f000102");
    check(&SealFromClient::Refused { refusal: SealRefusal::NumberEnded }, "0f000103");
    check(&SealFromClient::Refused { refusal: SealRefusal::Voucher }, "0f000104");
    check(&SealFromClient::Refused { refusal: SealRefusal::Protocol }, "0f000105");
    check(&SealFromClient::Refused { refusal: SealRefusal::Resume }, "0f000106");
}

#[test]
fn resume() {
    let taken = Taken { control: 300, bulk: 1 };
    check(
        &ResumeFromClient::Hello { nonce: [0xaa; 32] },
        "010020aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    );
    let proof = |epoch, mac| EpochProof { epoch, mac: [mac; 32] };
    let proofs = List::new(vec![proof(300, 0xcc), proof(299, 0xdd)]).unwrap();
    check(
        &ResumeFromConsole::Prove { nonce: [0xbb; 32], proofs },
        "020067bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb02fb2c01ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccfb2b01dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
    );
    check(
        &ResumeFromClient::Answer { mac: [0xee; 32], taken },
        "030024eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeefb2c0101",
    );
    check(
        &ResumeFromConsole::Commit { mac: [0xff; 32], taken },
        "040024fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffb2c0101",
    );
    check(&ResumeFromClient::Refused { refusal: SealRefusal::Resume }, "0f000106");
    check(&ResumeFromConsole::Refused { refusal: SealRefusal::Resume }, "0f000106");
}

#[test]
fn to_client() {
    let at = Point { x: 300, y: -1 };
    let act = |input| ToClient::Act { number: 5, input };
    let taken = Taken { control: 300, bulk: 1 };
    check(&ToClient::Ping { at: 300 }, "010003fb2c01");
    check(&ToClient::Pong { at: 300 }, "020003fb2c01");
    check(&ToClient::Ack { bytes: 1 << 40, taken }, "03000dfd0000000000010000fb2c0101");
    check(&ToClient::End { reason: EndReason::Operator }, "04000100");
    check(&ToClient::End { reason: EndReason::WordsDiffer }, "04000106");
    check(&ToClient::Ask { grants: both() }, "1000010f");
    check(&act(Input::Key { key: Key::Char('ř'), pressed: true }), "110006050000c59901");
    check(&act(Input::Key { key: Key::Named(NamedKey::F12), pressed: false }), "1100050500012a00");
    check(&act(Input::Text(text("ř€"))), "110008050105c599e282ac");
    check(&act(Input::Move(at)), "1100060502fb580201");
    check(&act(Input::Button { button: Button::Forward, pressed: true, at }), "11000805030401fb580201");
    check(&act(Input::Scroll { right: -120, down: 240, at }), "11000a0504effbe001fb580201");
    check(&act(Input::ReleaseAll), "1100020505");
    check(&ToClient::Watch { view: View::DESKTOP }, "1200020000");
    check(&ToClient::Watch { view: View { colours: Colours::Grey, ..View::DESKTOP } }, "1200020002");
    check(&ToClient::Watch { view: View::monitor(MonitorId(2)) }, "120003010200");
    check(&ToClient::Refresh {}, "130000");
    check(&ToClient::Patience { milliseconds: 5000 }, "0a0003fb8813");
    check(&ToClient::Skip { number: 300 }, "140003fb2c01");
}

#[test]
fn to_console() {
    let taken = Taken { control: 300, bulk: 1 };
    let area = Rect { x: 0, y: 0, width: 1920, height: 1080 };
    let monitor =
        Monitor { id: MonitorId(1), name: text("HDMI-1"), area, primary: true, rotation: Rotation::Left };
    let layout =
        Layout { monitors: List::new(vec![monitor]).unwrap(), desktop: Size { width: 1920, height: 1080 } };
    check(&ToConsole::Ping { at: 300 }, "010003fb2c01");
    check(&ToConsole::Pong { at: 300 }, "020003fb2c01");
    check(&ToConsole::Ack { bytes: 1 << 40, taken }, "03000dfd0000000000010000fb2c0101");
    check(&ToConsole::End { reason: EndReason::Customer }, "04000101");
    check(&ToConsole::End { reason: EndReason::Denied }, "04000102");
    check(&ToConsole::End { reason: EndReason::NoAnswer }, "04000103");
    check(&ToConsole::End { reason: EndReason::DisplayGone(text("gone")) }, "0400060404676f6e65");
    check(&ToConsole::End { reason: EndReason::Protocol(text("what")) }, "040006050477686174");
    check(&ToConsole::Asking { timeout: 60_000 }, "200003fb60ea");
    check(&ToConsole::Allowed { grants: Grants::NONE.with(Grant::View) }, "21000101");
    check(
        &ToConsole::Screen { layout, view: View::DESKTOP, area },
        "22002301010648444d492d310000fb8007fb38040101fb8007fb380400000000fb8007fb3804",
    );
    check(
        &ToConsole::Video { update: 7, at: 1000, last: true, data: bytes(&[1, 2, 3]) },
        "23000907fbe8030103010203",
    );
    let shape = PointerShape { width: 1, height: 1, hot_x: 0, hot_y: 0, rgba: bytes(&[1, 2, 3, 4]) };
    check(&ToConsole::Shape { shape }, "240009010100000401020304");
    check(&ToConsole::PointerAt { at: Point { x: 5, y: 6 } }, "2500020a0c");
    check(&ToConsole::Holding { held: true }, "26000101");
    check(&ToConsole::Answering { answers: true }, "2a000101");
    check(&ToConsole::Patience { milliseconds: 250 }, "0a0001fa");
    check(&ToConsole::Done { number: 5 }, "27000105");
    check(&ToConsole::Undone { number: 5, why: Undone::NotAllowed }, "2800020500");
    check(&ToConsole::Undone { number: 5, why: Undone::Stale }, "2800020501");
    check(&ToConsole::Undone { number: 5, why: Undone::Overflow }, "2800020502");
    check(&ToConsole::Undone { number: 5, why: Undone::Interrupted }, "2800020504");
    check(&ToConsole::Undone { number: 5, why: Undone::System(text("no")) }, "2800050503026e6f");
    check(&ToConsole::Undone { number: 5, why: Undone::Paused }, "2800020505");
    check(&ToConsole::Undone { number: 5, why: Undone::OwnWindow }, "2800020506");
    check(&ToConsole::Paused { paused: true }, "29000101");
}

#[test]
fn what_travels_beside_the_picture_in_both_directions() {
    check(&ToClient::Say { text: Prose::new("Dobrý den").unwrap() }, "05000b0a446f6272c3bd2064656e");
    check(&ToConsole::Say { text: Prose::new("Dobrý den").unwrap() }, "05000b0a446f6272c3bd2064656e");
    let clipboard = |first, last| ToClient::Clipboard { first, last, data: bytes(b"abc") };
    check(&clipboard(true, false), "060006010003616263");
    check(&clipboard(false, true), "060006000103616263");
    check(&ToConsole::Clipboard { first: true, last: true, data: bytes(&[]) }, "060003010100");
    check(&ToClient::Put { transfer: 300, folder: None, existing: Existing::Keep }, "150005fb2c010000");
    let folder = Some(text("C:\\data"));
    check(
        &ToClient::Put { transfer: 1, folder, existing: Existing::Replace },
        "15000b010107433a5c6461746101",
    );
    check(&ToClient::Get { transfer: 2, path: text("~/a b") }, "16000702057e2f612062");
    let at = ConsoleAt {
        token: Token([0xdd; 32]),
        own: List::new(vec![SocketAddr::from(([10, 1, 2, 3], 110))]).unwrap(),
        seen: Some(SocketAddr::from((Ipv6Addr::LOCALHOST, 300))),
    };
    check(
        &ToClient::Direct { at },
        "17003c\
         dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd01000a0102036e\
         010100000000000000000000000000000001fb2c01",
    );
    check(&ToClient::FileTaken { transfer: 1, weight: 300 }, "09000401fb2c01");
    check(&ToConsole::FileTaken { transfer: 1, weight: 300 }, "09000401fb2c01");
    let path = || ItemPath::new("a/č").unwrap();
    let stored = FileMessage::Stored { item: 3, place: Shown::truncated("/tmp/a") };
    for (piece, hex) in [
        (Piece::Begin { files: 2, bytes: 70_000 }, "08000901020002fc70110100"),
        (Piece::Item { item: 3, path: path(), kind: ItemKind::Folder }, "08000a0102010304612fc48d00"),
        (
            Piece::Item { item: 3, path: path(), kind: ItemKind::File { size: 300, modified: -1 } },
            "08000e0102010304612fc48d01fb2c0101",
        ),
        (
            Piece::Data { item: 3, offset: 70_000, data: bytes(&[1, 2, 3]) },
            "08000d01020203fc7011010003010203",
        ),
        (
            Piece::Digest { item: 3, sha256: [0xaa; 32] },
            "08002401020303aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
        (Piece::Skipped { item: 3, why: FileProblem::NotFound }, "0800050102040300"),
        (Piece::Finished, "080003010205"),
    ] {
        check(&ToClient::FilePiece { transfer: 1, run: 2, piece: piece.clone() }, hex);
        check(&ToConsole::FilePiece { transfer: 1, run: 2, piece }, hex);
    }
    for (message, hex) in [
        (FileMessage::Restart { item: 3, run: 2 }, "07000401000302"),
        (FileMessage::Continue { item: 3, offset: 300, run: 2 }, "070007010103fb2c0102"),
        (stored, "07000a010203062f746d702f61"),
        (
            FileMessage::NotStored { item: 3, why: FileProblem::System(Shown::truncated("no")) },
            "07000701030309026e6f",
        ),
        (FileMessage::Through, "0700020104"),
        (FileMessage::Cancel { why: Cancelled::ByHand }, "070003010500"),
        (FileMessage::Cancel { why: Cancelled::NotAllowed }, "070003010501"),
        (FileMessage::Cancel { why: Cancelled::Paused }, "070003010502"),
        (FileMessage::Cancel { why: Cancelled::Busy }, "070003010503"),
        (FileMessage::Cancel { why: Cancelled::Problem(FileProblem::Full) }, "07000401050402"),
    ] {
        check(&ToClient::File { transfer: 1, message: message.clone() }, hex);
        check(&ToConsole::File { transfer: 1, message }, hex);
    }
    for (why, hex) in [
        (FileProblem::NotFound, "07000401030000"),
        (FileProblem::Denied, "07000401030001"),
        (FileProblem::Full, "07000401030002"),
        (FileProblem::ReadOnly, "07000401030003"),
        (FileProblem::NotAFile, "07000401030004"),
        (FileProblem::InTheWay, "07000401030005"),
        (FileProblem::Name, "07000401030006"),
        (FileProblem::Changed, "07000401030007"),
        (FileProblem::Damaged, "07000401030008"),
    ] {
        let message = FileMessage::NotStored { item: 0, why };
        check(&ToConsole::File { transfer: 1, message }, hex);
    }
}

#[test]
fn what_is_signed() {
    let voucher = Voucher {
        operator: name("Jana"),
        organisation: name("Helpdesk"),
        session_id: session_id(),
        console_key: KeyHash([0x11; 32]),
        expires: 1_795_000_030,
    };
    let body = voucher.to_body();
    assert_eq!(
        hex::encode(&body),
        "044a616e610848656c706465736b010203040506070809041111111111111111111111111111111111111111111111111111111111111111fcde86fd6a"
    );
    assert_eq!(Voucher::from_body(&body).unwrap(), voucher);
    assert!(Voucher::from_body(&body[1..]).is_err());
    assert!(Voucher::signed_bytes(&body).starts_with(b"farhand voucher 1\0"));
}

#[test]
fn numbers_that_nobody_registered_are_refused() {
    fn check<M: Message>(known: usize) {
        let limits = (0..=u8::MAX).filter(|number| M::limit(*number).is_some()).count();
        assert_eq!(limits, known, "{}", M::REGISTRY);
        for number in (0..=u8::MAX).filter(|number| M::limit(*number).is_none()) {
            assert!(matches!(M::decode(number, &[]), Err(DecodeError::UnknownType { .. })));
            assert!(matches!(payload_length::<M>([number, 0, 0]), Err(DecodeError::UnknownType { .. })));
        }
    }
    check::<ToRelay>(8);
    check::<FromRelay>(11);
    check::<SealFromClient>(4);
    check::<SealFromConsole>(3);
    check::<ResumeFromClient>(3);
    check::<ResumeFromConsole>(3);
    check::<ToClient>(18);
    check::<ToConsole>(21);
}

#[test]
fn texts_and_lists_past_their_limits_are_refused_before_they_take_memory() {
    // A length of 64 GiB, in bincode's variable-length form.
    let huge = [&[253][..], &(1_u64 << 36).to_le_bytes()].concat();
    let reason = [&[5][..], &huge].concat();
    assert!(matches!(ToConsole::decode(4, &reason), Err(DecodeError::Malformed(_))));
    let login = [&[1, 1][..], &huge].concat();
    assert!(matches!(ToRelay::decode(2, &login), Err(DecodeError::Malformed(_))));
    let too_long = [&[1, 1, 129][..], &[b'a'; 129], &[0]].concat();
    assert!(matches!(ToRelay::decode(2, &too_long), Err(DecodeError::Malformed(_))));
}

#[test]
fn values_that_mean_nothing_are_refused() {
    assert!(ToClient::decode(16, &[16]).is_err(), "an unknown grant");
    assert!(ToClient::decode(17, &[0, 0, 1, 200, 1]).is_err(), "an unknown key");
    assert!(ToRelay::decode(4, &[1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9]).is_err(), "a wrong check digit");
    assert!(ToConsole::decode(38, &[2]).is_err(), "neither true nor false");
    assert!(ToConsole::decode(41, &[2]).is_err(), "neither true nor false");
    let proof = |language| [&[0; 64][..], &[language]].concat();
    assert!(SealFromClient::decode(5, &proof(8)).is_ok());
    assert!(SealFromClient::decode(5, &proof(9)).is_err(), "an unknown language");
}

/// Whatever arrives, and however it is cut: no panic, and nothing kept beyond one frame.
fn feed<M: Message>(bytes: &[u8], cuts: &[usize]) {
    let mut buffer = FrameBuffer::new();
    let mut rest = bytes;
    for cut in cuts.iter().chain([&usize::MAX]) {
        let (piece, later) = rest.split_at(rest.len().min(*cut));
        rest = later;
        buffer.push(piece);
        loop {
            match buffer.next_message::<M>() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return,
            }
        }
        assert!(buffer.len() < HEADER + 0x1_0000);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..2000),
                              cuts in proptest::collection::vec(0_usize..50, 0..20)) {
        feed::<ToRelay>(&bytes, &cuts);
        feed::<FromRelay>(&bytes, &cuts);
        feed::<SealFromClient>(&bytes, &cuts);
        feed::<SealFromConsole>(&bytes, &cuts);
        feed::<ToClient>(&bytes, &cuts);
        feed::<ToConsole>(&bytes, &cuts);
    }

    #[test]
    fn messages_survive_any_cut(texts in proptest::collection::vec("\\PC{0,40}", 1..8), cut in 1_usize..9) {
        let messages: Vec<_> = texts
            .iter()
            .enumerate()
            .map(|(number, text)| ToClient::Act { number: number as u64, input: Input::Text(Text::truncated(text)) })
            .collect();
        let mut wire = Vec::new();
        for message in &messages {
            message.encode(&mut wire);
        }
        let (mut buffer, mut received, mut bytes) = (FrameBuffer::new(), Vec::new(), 0);
        for piece in wire.chunks(cut) {
            buffer.push(piece);
            while let Some((message, size)) = buffer.next_message::<ToClient>().unwrap() {
                received.push(message);
                bytes += size;
            }
        }
        prop_assert_eq!(received, messages);
        prop_assert_eq!(bytes, wire.len());
        prop_assert!(buffer.is_empty());
    }
}
