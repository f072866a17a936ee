//! Keys, vouchers and two ends face to face, for all tests of the seal.
#![expect(dead_code, unreachable_pub, reason = "each test file takes what it needs")]

pub mod scripted;

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use farhand_proto::bounded::Bytes;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::language::Language;
use farhand_proto::name::Name;
use farhand_proto::relay::{KeyHash, SignedVoucher, Voucher};
use farhand_proto::time::Moment;
use farhand_seal::{
    ClientConfig, ClientSeal, ClientSealed, ConsoleConfig, ConsoleGuesses, ConsoleSeal, Guesses, SealError,
    Sealed, Step,
};
use rustls::crypto::aws_lc_rs::sign::any_eddsa_type;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

pub const NOW: Moment = Moment::from_secs(1000);
pub const RELAY_TIME: u64 = 1_800_000_000;

pub fn identity() -> Arc<CertifiedKey> {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap();
    let key = any_eddsa_type(&PrivatePkcs8KeyDer::from(pkcs8.as_ref())).unwrap();
    let spki = key.public_key().unwrap().to_vec();
    Arc::new(CertifiedKey::new(vec![CertificateDer::from(spki)], key))
}

pub fn key_hash(spki: &[u8]) -> KeyHash {
    KeyHash(digest(&SHA256, spki).as_ref().try_into().unwrap())
}

pub struct Relay(pub Ed25519KeyPair);

impl Relay {
    pub fn new() -> Self {
        Self(Ed25519KeyPair::generate().unwrap())
    }

    pub fn spki(&self) -> Vec<u8> {
        let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        [&prefix, self.0.public_key().as_ref()].concat()
    }

    pub fn sign(&self, voucher: &Voucher) -> SignedVoucher {
        let body = voucher.to_body();
        let signature = self.0.sign(&Voucher::signed_bytes(&body)).as_ref().to_vec();
        SignedVoucher { body: Bytes::new(body).unwrap(), signature: Bytes::new(signature).unwrap() }
    }
}

pub fn password() -> Password {
    Password::from_digits([1, 2, 3, 4, 5, 6, 7, 8])
}

pub fn wrong_password() -> Password {
    Password::from_digits([8, 7, 6, 5, 4, 3, 2, 1])
}

/// One relay, one waiting client, one console that was sent to it.
pub struct World {
    pub relay: Relay,
    pub client: Arc<CertifiedKey>,
    pub console: Arc<CertifiedKey>,
    pub session_id: SessionId,
}

impl World {
    pub fn new() -> Self {
        Self {
            relay: Relay::new(),
            client: identity(),
            console: identity(),
            session_id: SessionId::from_digits([4; 9]),
        }
    }

    pub fn voucher(&self) -> Voucher {
        Voucher {
            operator: Name::new("ada").unwrap(),
            organisation: Name::new("Example Ltd").unwrap(),
            session_id: self.session_id,
            console_key: key_hash(&self.console.cert[0]),
            expires: RELAY_TIME + 60,
        }
    }

    pub fn client_config(&self) -> ClientConfig {
        ClientConfig {
            identity: Arc::clone(&self.client),
            session_id: self.session_id,
            relay_key: self.relay.spki(),
            relay_time: RELAY_TIME,
            language: Language::Polish,
        }
    }

    pub fn console_config(&self, password: Password) -> ConsoleConfig {
        ConsoleConfig {
            identity: Arc::clone(&self.console),
            session_id: self.session_id,
            password,
            voucher: self.relay.sign(&self.voucher()),
        }
    }
}

/// One end, whichever.
pub trait End {
    type Done;
    fn input(&mut self, bytes: &[u8]) -> Result<Step<Self::Done>, SealError>;
    fn output(&mut self, out: &mut Vec<u8>);
    fn done_output(done: &mut Self::Done, out: &mut Vec<u8>);
}

impl End for ClientSeal<'_> {
    type Done = ClientSealed;

    fn input(&mut self, bytes: &[u8]) -> Result<Step<ClientSealed>, SealError> {
        self.handle_input(bytes, NOW)
    }

    fn output(&mut self, out: &mut Vec<u8>) {
        self.take_output(out);
    }

    fn done_output(done: &mut ClientSealed, out: &mut Vec<u8>) {
        done.sealed.take_output(out);
    }
}

impl End for ConsoleSeal<'_> {
    type Done = Sealed;

    fn input(&mut self, bytes: &[u8]) -> Result<Step<Sealed>, SealError> {
        self.handle_input(bytes, NOW)
    }

    fn output(&mut self, out: &mut Vec<u8>) {
        self.take_output(out);
    }

    fn done_output(done: &mut Sealed, out: &mut Vec<u8>) {
        done.take_output(out);
    }
}

/// How one end ended; `None`: it still waits.
pub type Ended<T> = Option<Result<Box<T>, SealError>>;

/// An end and how it ended.
pub struct Seat<E: End> {
    pub end: E,
    pub ended: Ended<E::Done>,
}

impl<E: End> Seat<E> {
    pub fn new(end: E) -> Self {
        Self { end, ended: None }
    }

    /// Gives bytes to it in pieces of these sizes, over and over.
    pub fn give(&mut self, mut bytes: &[u8], pieces: &mut dyn Iterator<Item = usize>) {
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(pieces.next().unwrap_or(usize::MAX).clamp(1, bytes.len()));
            bytes = rest;
            match &mut self.ended {
                None => match self.end.input(piece) {
                    Ok(Step::NeedInput) => {}
                    Ok(Step::Done(done)) => self.ended = Some(Ok(done)),
                    Err(error) => self.ended = Some(Err(error)),
                },
                Some(_) => return,
            }
        }
    }

    pub fn take(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.end.output(&mut out);
        if let Some(Ok(done)) = &mut self.ended {
            E::done_output(done, &mut out);
        }
        out
    }
}

/// Lets both talk until neither has anything to say. `meddle` sees each flight, with its number from 0.
pub fn talk_through<A: End, B: End>(
    a: &mut Seat<A>,
    b: &mut Seat<B>,
    mut meddle: impl FnMut(usize, &mut Vec<u8>),
) {
    let mut flight = 0;
    loop {
        let mut from_a = a.take();
        if !from_a.is_empty() {
            meddle(flight, &mut from_a);
            flight += 1;
        }
        b.give(&from_a, &mut std::iter::empty());
        let mut from_b = b.take();
        if from_a.is_empty() && from_b.is_empty() {
            return;
        }
        if !from_b.is_empty() {
            meddle(flight, &mut from_b);
            flight += 1;
        }
        a.give(&from_b, &mut std::iter::empty());
    }
}

pub struct Outcome {
    pub client: Ended<ClientSealed>,
    pub console: Ended<Sealed>,
}

impl Outcome {
    /// Both sealed streams.
    pub fn sealed(self) -> (ClientSealed, Sealed) {
        (*self.client.unwrap().unwrap(), *self.console.unwrap().unwrap())
    }

    pub fn client_error(&self) -> &SealError {
        self.client.as_ref().unwrap().as_ref().unwrap_err()
    }

    pub fn console_error(&self) -> &SealError {
        self.console.as_ref().unwrap().as_ref().unwrap_err()
    }
}

/// A whole run, undisturbed.
pub fn run(
    client: ClientConfig,
    guesses: &mut Guesses,
    console: ConsoleConfig,
    tries: &mut ConsoleGuesses,
) -> Outcome {
    run_through(client, guesses, console, tries, |_, _| {})
}

/// A whole run over a line on which somebody sits. Even flights come from the console.
pub fn run_through(
    client: ClientConfig,
    guesses: &mut Guesses,
    console: ConsoleConfig,
    tries: &mut ConsoleGuesses,
    meddle: impl FnMut(usize, &mut Vec<u8>),
) -> Outcome {
    let mut console = Seat::new(ConsoleSeal::new(console, tries, NOW).unwrap());
    let mut client = Seat::new(ClientSeal::new(client, guesses, NOW).unwrap());
    talk_through(&mut console, &mut client, meddle);
    Outcome { client: client.ended, console: console.ended }
}

/// A whole run with the right password.
pub fn good_run(world: &World) -> (ClientSealed, Sealed) {
    let mut guesses = Guesses::new(password());
    run(world.client_config(), &mut guesses, world.console_config(password()), &mut ConsoleGuesses::new())
        .sealed()
}

/// Lets an end talk with a scripted one until neither has anything to say.
pub fn talk_with<E: End>(seat: &mut Seat<E>, scripted: &mut scripted::Scripted) {
    loop {
        let from_scripted = scripted.output();
        seat.give(&from_scripted, &mut std::iter::empty());
        let from_seat = seat.take();
        scripted.input(&from_seat);
        if from_scripted.is_empty() && from_seat.is_empty() {
            return;
        }
    }
}
