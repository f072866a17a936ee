//! Both ends of a seal's handshake, fed with bytes that no other end would send.

use std::sync::{Arc, LazyLock};

use farhand_proto::bounded::Bytes;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::language::Language;
use farhand_proto::name::Name;
use farhand_proto::relay::{SignedVoucher, Voucher};
use farhand_proto::time::Moment;
use farhand_seal::{
    ClientConfig, ClientSeal, ConsoleConfig, ConsoleGuesses, ConsoleSeal, Guesses, MAX_RUN_INPUT, SealError,
    Step,
};
use farhand_transport::Identity;

struct World {
    client: Identity,
    console: Identity,
    relay: Identity,
    session_id: SessionId,
    voucher: SignedVoucher,
}

/// Keys cost more than everything else, so there is one set of them.
static WORLD: LazyLock<Arc<World>> = LazyLock::new(|| {
    let [client, console, relay] = [(); 3].map(|()| Identity::generate().unwrap());
    let session_id = SessionId::from_digits([4; 9]);
    let body = Voucher {
        operator: Name::new("ada").unwrap(),
        organisation: Name::new("Example Ltd").unwrap(),
        session_id,
        console_key: console.key_hash(),
        expires: 1_800_000_060,
    }
    .to_body();
    let signature = Bytes::new(relay.sign(&Voucher::signed_bytes(&body))).unwrap();
    let voucher = SignedVoucher { body: Bytes::new(body).unwrap(), signature };
    Arc::new(World { client, console, relay, session_id, voucher })
});

fn password() -> Password {
    Password::from_digits([1, 2, 3, 4, 5, 6, 7, 8])
}

fn client_seal(guesses: &mut Guesses) -> ClientSeal<'_> {
    let config = ClientConfig {
        identity: WORLD.client.raw_key().unwrap(),
        session_id: WORLD.session_id,
        relay_key: WORLD.relay.spki().to_vec(),
        relay_time: 1_800_000_000,
        language: Language::English,
    };
    ClientSeal::new(config, guesses, Moment::ZERO).unwrap()
}

fn console_seal(guesses: &mut ConsoleGuesses) -> ConsoleSeal<'_> {
    let config = ConsoleConfig {
        identity: WORLD.console.raw_key().unwrap(),
        session_id: WORLD.session_id,
        password: password(),
        voucher: WORLD.voucher.clone(),
    };
    ConsoleSeal::new(config, guesses, Moment::ZERO).unwrap()
}

/// How an honest console's bytes are spoiled on their way: after so many rounds, at this place, to this.
struct Spoil<'a> {
    round: usize,
    place: usize,
    by: &'a [u8],
}

impl<'a> Spoil<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        let (&[round, high, low], by) = data.split_first_chunk()?;
        Some(Self { round: usize::from(round % 4), place: usize::from(u16::from_be_bytes([high, low])), by })
    }

    /// Puts its bytes over those of this round; says whether anything changed.
    fn spoil(&self, round: usize, bytes: &mut Vec<u8>) -> bool {
        if round != self.round {
            return false;
        }
        let before = bytes.clone();
        let place = self.place.min(bytes.len());
        let end = (place + self.by.len()).min(bytes.len());
        bytes.splice(place..end, self.by.iter().copied());
        *bytes != before
    }
}

/// A client that hears a console whose bytes are spoiled from some place on, or nothing but noise.
pub(super) fn client(data: &[u8]) {
    if data.first() == Some(&255) {
        let mut guesses = Guesses::new(password());
        let mut seal = client_seal(&mut guesses);
        let result =
            noise(&data[1..], |bytes| seal.handle_input(bytes, Moment::ZERO).map(|step| is_done(&step)));
        assert!(!matches!(result, Ok(true)), "a seal with nobody");
        return;
    }
    let Some(spoil) = Spoil::read(data) else { return };
    converse(Some(&spoil), None);
}

/// A console that hears a client whose bytes are spoiled from some place on, or nothing but noise.
pub(super) fn console(data: &[u8]) {
    if data.first() == Some(&255) {
        let mut guesses = ConsoleGuesses::new();
        let mut seal = console_seal(&mut guesses);
        let result =
            noise(&data[1..], |bytes| seal.handle_input(bytes, Moment::ZERO).map(|step| is_done(&step)));
        assert!(!matches!(result, Ok(true)), "a seal with nobody");
        return;
    }
    let Some(spoil) = Spoil::read(data) else { return };
    converse(None, Some(&spoil));
}

fn is_done<T>(step: &Step<T>) -> bool {
    matches!(step, Step::Done(_))
}

/// Feeds the bytes in pieces of up to 300; an end that waits never takes more than a run may.
fn noise(data: &[u8], mut input: impl FnMut(&[u8]) -> Result<bool, SealError>) -> Result<bool, SealError> {
    let mut taken = 0;
    for piece in data.chunks(300) {
        if input(piece)? {
            return Ok(true);
        }
        taken += piece.len();
        assert!(taken <= MAX_RUN_INPUT + piece.len());
    }
    Ok(false)
}

/// Both ends face to face. Without a change both have the seal; with one, at most that end which was done before it.
fn converse(to_client: Option<&Spoil<'_>>, to_console: Option<&Spoil<'_>>) {
    let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
    let (mut client, mut console) = (client_seal(&mut guesses), console_seal(&mut tries));
    let (mut spoiled, mut client_has, mut console_has) = (false, None, None);
    for round in 0..6 {
        let mut bytes = Vec::new();
        console.take_output(&mut bytes);
        spoiled |= to_client.is_some_and(|spoil| spoil.spoil(round, &mut bytes));
        if client_has.is_none() && !bytes.is_empty() {
            match client.handle_input(&bytes, Moment::ZERO) {
                Ok(Step::Done(sealed)) => client_has = Some(sealed),
                Ok(Step::NeedInput) => {}
                Err(_) => return assert!(spoiled, "an honest console was refused"),
            }
        }
        let mut bytes = Vec::new();
        match &mut client_has {
            None => client.take_output(&mut bytes),
            Some(client) => client.sealed.take_output(&mut bytes),
        };
        spoiled |= to_console.is_some_and(|spoil| spoil.spoil(round, &mut bytes));
        if !bytes.is_empty() {
            match console.handle_input(&bytes, Moment::ZERO) {
                Ok(Step::Done(sealed)) => console_has = Some(sealed),
                Ok(Step::NeedInput) => {}
                Err(_) => return assert!(spoiled, "an honest client was refused"),
            }
        }
        if console_has.is_some() {
            break;
        }
    }
    if !spoiled {
        assert!(client_has.is_some() && console_has.is_some(), "no seal between honest ends");
    }
    if let (Some(client), Some(console)) = (&client_has, &console_has) {
        // What was changed without notice was what TLS does not look at; both mean the same session all the same.
        assert!(client.sealed.words() == console.words(), "the two people would see different words");
    }
}
