//! The conversation without its TLS: every byte of every frame is proven, and so is the session that carries it.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use farhand_proto::bounded::Bytes;
use farhand_proto::codec::{HEADER, Message};
use farhand_proto::id::{Password, SessionId};
use farhand_proto::language::Language;
use farhand_proto::name::Name;
use farhand_proto::relay::{KeyHash, SignedVoucher, Voucher};
use farhand_proto::time::Moment;

use crate::client::ClientHandshake;
use crate::console::ConsoleHandshake;
use crate::error::SealError;
use crate::guesses::{ConsoleGuesses, Guesses};
use crate::resume::ResumeKeys;
use crate::run::{AgreedByClient, Handshake};
use crate::schedule::Secret;
use crate::tls::Channel;

/// One end's view of a TLS session.
#[derive(Clone)]
struct Line {
    own_key: KeyHash,
    peer_key: KeyHash,
    session: u8,
}

impl Channel for Line {
    fn own_key(&self) -> KeyHash {
        self.own_key
    }

    fn peer_key(&self) -> KeyHash {
        self.peer_key
    }

    fn export(&self, context: &[u8; 32]) -> Result<Secret, SealError> {
        Ok(Secret::new(crate::key::sha256(&[&[self.session], context])))
    }
}

struct Ends {
    at_client: Line,
    at_console: Line,
    client_session: SessionId,
    console_session: SessionId,
}

impl Ends {
    fn new() -> Self {
        let (client, console) = (KeyHash([1; 32]), KeyHash([2; 32]));
        let session = SessionId::from_digits([3; 9]);
        Self {
            at_client: Line { own_key: client, peer_key: console, session: 0 },
            at_console: Line { own_key: console, peer_key: client, session: 0 },
            client_session: session,
            console_session: session,
        }
    }

    /// Both agree, or nobody does. `meddle` sees each frame, with its number from 0.
    fn meet(
        &self,
        mut meddle: impl FnMut(usize, &mut Vec<u8>),
    ) -> Result<(AgreedByClient, ResumeKeys), SealError> {
        let relay = Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap();
        let password = Password::from_digits([1, 2, 3, 4, 5, 6, 7, 8]);
        let (mut guesses, mut tries) = (Guesses::new(password.clone()), ConsoleGuesses::new());
        let relay_key = relay.public_key().as_ref().try_into().unwrap();
        let mut client =
            ClientHandshake::new(&mut guesses, relay_key, self.client_session, 0, Language::English);
        let voucher = voucher(&relay, self.client_session, self.at_client.peer_key);
        let mut console = ConsoleHandshake::new(&mut tries, self.console_session, password, voucher);
        let mut say = |number, frame: &mut Vec<u8>| meddle(number, frame);

        let mut frame = Vec::new();
        client.opened(&self.at_client, &mut frame)?;
        say(0, &mut frame);
        let mut answer = Vec::new();
        hear(&mut console, &self.at_console, &frame, &mut answer)?;
        say(1, &mut answer);
        frame.clear();
        hear(&mut client, &self.at_client, &answer, &mut frame)?;
        say(2, &mut frame);
        answer.clear();
        hear(&mut console, &self.at_console, &frame, &mut answer)?;
        say(3, &mut answer);
        frame.clear();
        let at_client = hear(&mut client, &self.at_client, &answer, &mut frame)?;
        say(4, &mut frame);
        answer.clear();
        let at_console = hear(&mut console, &self.at_console, &frame, &mut answer)?;
        assert!(answer.is_empty());
        Ok((at_client.unwrap(), at_console.unwrap()))
    }
}

fn voucher(relay: &Ed25519KeyPair, session_id: SessionId, console_key: KeyHash) -> SignedVoucher {
    let body = Voucher {
        operator: Name::new("ada").unwrap(),
        organisation: Name::new("Example").unwrap(),
        session_id,
        console_key,
        expires: 100,
    }
    .to_body();
    let signature = relay.sign(&Voucher::signed_bytes(&body)).as_ref().to_vec();
    SignedVoucher { body: Bytes::new(body).unwrap(), signature: Bytes::new(signature).unwrap() }
}

fn hear<H: Handshake>(
    end: &mut H,
    line: &Line,
    frame: &[u8],
    out: &mut Vec<u8>,
) -> Result<Option<H::Outcome>, SealError> {
    let message = H::Incoming::decode(frame[0], &frame[HEADER..])
        .map_err(|error| SealError::PeerMisbehaved(error.into()))?;
    end.message(message, frame, line, Moment::ZERO, out)
}

#[test]
fn two_ends_of_one_session_agree() {
    let (client, console) = Ends::new().meet(|_, _| {}).ok().unwrap();
    assert_eq!(client.keys.agreed.words, console.agreed.words);
    assert_eq!(client.keys.agreed.version, console.agreed.version);
}

#[test]
fn another_tls_session_another_key_or_another_number_at_one_end_is_no_agreement() {
    let spoil: [fn(&mut Ends); 4] = [
        |ends| ends.at_client.session = 1,
        |ends| ends.at_client.own_key = KeyHash([7; 32]),
        |ends| ends.at_console.own_key = KeyHash([7; 32]),
        |ends| ends.console_session = SessionId::from_digits([4; 9]),
    ];
    for spoil in spoil {
        let mut ends = Ends::new();
        spoil(&mut ends);
        assert!(matches!(ends.meet(|_, _| {}), Err(SealError::WrongPassword(_))));
    }
    let mut swapped = Ends::new();
    std::mem::swap(&mut swapped.at_console.own_key, &mut swapped.at_console.peer_key);
    assert!(matches!(swapped.meet(|_, _| {}), Err(SealError::WrongPassword(_))));
}

#[test]
fn every_byte_of_every_frame_is_proven() {
    let mut lengths = [0; 5];
    Ends::new().meet(|number, frame| lengths[number] = frame.len()).ok().unwrap();
    assert_eq!(lengths[0] + lengths[2] + lengths[3] + lengths[4], 37 + 37 + 35 + 68);
    for (flipped, length) in lengths.into_iter().enumerate() {
        for index in (0..length).filter(|index| !(1..HEADER).contains(index)) {
            let met = Ends::new().meet(|number, frame| {
                if number == flipped {
                    frame[index] ^= 1;
                }
            });
            assert!(met.is_err(), "frame {flipped} byte {index}");
        }
    }
}
