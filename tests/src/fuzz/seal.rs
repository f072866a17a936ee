//! Both ends of a seal's handshake, and of the one that brings a session back, fed with bytes that no other end would
//! send.

use std::sync::{Arc, LazyLock};

use farhand_proto::bounded::Bytes;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::language::Language;
use farhand_proto::name::Name;
use farhand_proto::relay::{SignedVoucher, Voucher};
use farhand_proto::session::Taken;
use farhand_proto::time::Moment;
use farhand_seal::{
    ClientConfig, ClientResume, ClientSeal, ClientSealed, ConsoleConfig, ConsoleGuesses, ConsoleResume,
    ConsoleSeal, Guesses, MAX_RUN_INPUT, ResumeKeys, Resumed, SealError, Sealed, Step,
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

/// What the two ends of a session that stood have to bring it back: the client's and the console's.
static KEYS: LazyLock<[ResumeKeys; 2]> = LazyLock::new(|| {
    let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
    let honest = converse(client_seal(&mut guesses), console_seal(&mut tries), None, None);
    let (client, console) = honest.unwrap();
    [client.sealed.resume_keys().clone(), console.resume_keys().clone()]
});

const BY_CLIENT: Taken = Taken { control: 7, bulk: 1 };
const BY_CONSOLE: Taken = Taken { control: 1 << 40, bulk: 0 };

fn client_resume() -> ClientResume {
    ClientResume::new(&WORLD.client.raw_key().unwrap(), KEYS[0].clone(), BY_CLIENT, Moment::ZERO).unwrap()
}

fn console_resume() -> ConsoleResume {
    ConsoleResume::new(&WORLD.console.raw_key().unwrap(), KEYS[1].clone(), BY_CONSOLE, Moment::ZERO).unwrap()
}

/// One end of a handshake.
trait End {
    type Done;

    fn input(&mut self, bytes: &[u8]) -> Result<Step<Self::Done>, SealError>;

    fn output(&mut self, out: &mut Vec<u8>);

    /// What the other end still has to read once this one is done.
    fn last_output(done: &mut Self::Done, out: &mut Vec<u8>);
}

macro_rules! end {
    ($end:ty, $done:ty, $sealed:expr) => {
        impl End for $end {
            type Done = $done;

            fn input(&mut self, bytes: &[u8]) -> Result<Step<$done>, SealError> {
                self.handle_input(bytes, Moment::ZERO)
            }

            fn output(&mut self, out: &mut Vec<u8>) {
                self.take_output(out);
            }

            fn last_output(done: &mut $done, out: &mut Vec<u8>) {
                let sealed: fn(&mut $done) -> &mut Sealed = $sealed;
                sealed(done).take_output(out);
            }
        }
    };
}
end!(ClientSeal<'_>, ClientSealed, |done| &mut done.sealed);
end!(ConsoleSeal<'_>, Sealed, |done| done);
end!(ClientResume, Resumed, |done| &mut done.sealed);
end!(ConsoleResume, Resumed, |done| &mut done.sealed);

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

/// What is wrong with the other end's bytes: nothing but noise, or an honest end's spoiled from some place on.
fn read<'a>(data: &'a [u8], end: &mut impl End) -> Option<Spoil<'a>> {
    if data.first() == Some(&255) {
        assert!(!matches!(noise(&data[1..], end), Ok(true)), "agreed with nobody");
        return None;
    }
    Spoil::read(data)
}

/// A client that makes a seal with a console which breaks the rules.
pub(super) fn client(data: &[u8]) {
    let spoil = read(data, &mut client_seal(&mut Guesses::new(password())));
    seals(spoil.as_ref(), None);
}

/// A console that makes a seal with a client which breaks the rules.
pub(super) fn console(data: &[u8]) {
    let spoil = read(data, &mut console_seal(&mut ConsoleGuesses::new()));
    seals(None, spoil.as_ref());
}

/// A client that looks for its console, and finds one that breaks the rules.
pub(super) fn resumed_client(data: &[u8]) {
    let spoil = read(data, &mut client_resume());
    resumes(spoil.as_ref(), None);
}

/// A console that looks for its client, and finds one that breaks the rules.
pub(super) fn resumed_console(data: &[u8]) {
    let spoil = read(data, &mut console_resume());
    resumes(None, spoil.as_ref());
}

/// What was changed without notice was what TLS does not look at: both mean the same session all the same.
fn seals(to_client: Option<&Spoil<'_>>, to_console: Option<&Spoil<'_>>) {
    let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
    let (client, console) = (client_seal(&mut guesses), console_seal(&mut tries));
    if let Some((client, console)) = converse(client, console, to_client, to_console) {
        assert!(client.sealed.words() == console.words(), "the two people would see different words");
    }
}

fn resumes(to_client: Option<&Spoil<'_>>, to_console: Option<&Spoil<'_>>) {
    if let Some((client, console)) = converse(client_resume(), console_resume(), to_client, to_console) {
        assert_eq!((client.taken, console.taken), (BY_CONSOLE, BY_CLIENT));
    }
}

/// Feeds the bytes in pieces of up to 300; an end that waits never takes more than a run may. Says whether it is done.
fn noise(data: &[u8], end: &mut impl End) -> Result<bool, SealError> {
    let mut taken = 0;
    for piece in data.chunks(300) {
        if let Step::Done(_) = end.input(piece)? {
            return Ok(true);
        }
        taken += piece.len();
        assert!(taken <= MAX_RUN_INPUT + piece.len());
    }
    Ok(false)
}

/// What both ends have, where both have something.
type Both<A, B> = Option<(Box<<A as End>::Done>, Box<<B as End>::Done>)>;

/// Both ends face to face: what they have where both come to their end. Without a change they do.
fn converse<A: End, B: End>(
    client: A,
    console: B,
    to_client: Option<&Spoil<'_>>,
    to_console: Option<&Spoil<'_>>,
) -> Both<A, B> {
    let (mut client, mut console) = (Seat { end: client, done: None }, Seat { end: console, done: None });
    let mut spoiled = false;
    for round in 0..8 {
        let mut bytes = console.output();
        spoiled |= to_client.is_some_and(|spoil| spoil.spoil(round, &mut bytes));
        if client.input(&bytes).is_err() {
            assert!(spoiled, "an honest console was refused");
            return None;
        }
        let mut bytes = client.output();
        spoiled |= to_console.is_some_and(|spoil| spoil.spoil(round, &mut bytes));
        if console.input(&bytes).is_err() {
            assert!(spoiled, "an honest client was refused");
            return None;
        }
        if client.done.is_some() && console.done.is_some() {
            break;
        }
    }
    let both = client.done.zip(console.done);
    assert!(spoiled || both.is_some(), "honest ends came to nothing");
    both
}

/// An end and what came of it.
struct Seat<E: End> {
    end: E,
    done: Option<Box<E::Done>>,
}

impl<E: End> Seat<E> {
    fn output(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match &mut self.done {
            None => self.end.output(&mut bytes),
            Some(done) => E::last_output(done, &mut bytes),
        }
        bytes
    }

    fn input(&mut self, bytes: &[u8]) -> Result<(), SealError> {
        if self.done.is_none()
            && !bytes.is_empty()
            && let Step::Done(done) = self.end.input(bytes)?
        {
            self.done = Some(done);
        }
        Ok(())
    }
}
