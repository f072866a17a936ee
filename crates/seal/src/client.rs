//! The client's end: it waits, demands the voucher, and looks at the console's proof only after spending a guess.

use std::sync::Arc;

use farhand_proto::bounded::Bytes;
use farhand_proto::codec::Message as _;
use farhand_proto::id::SessionId;
use farhand_proto::language::Language;
use farhand_proto::relay::Voucher;
use farhand_proto::seal::{ALPN, SealFromClient, SealFromConsole, SealRefusal};
use farhand_proto::time::Moment;
use farhand_proto::version::Versions;
use rustls::sign::CertifiedKey;

use crate::error::{Misbehaviour, SealError};
use crate::guesses::Guesses;
use crate::key;
use crate::pake::{Pake as _, Role, Spake2Ed25519};
use crate::resume::ResumeKeys;
use crate::run::{Agreed, AgreedByClient, Handshake, Run, driven};
use crate::schedule::{self, Parties, Proofs, Secret};
use crate::sealed::Sealed;
use crate::tls::{Channel, Tls};
use crate::voucher::{self, Expected};
use crate::words::SpokenWords;

/// What a client's run needs besides its guesses.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// The client's ephemeral Ed25519 key, its SubjectPublicKeyInfo standing as the only certificate.
    pub identity: Arc<CertifiedKey>,
    /// The number that the client waits under.
    pub session_id: SessionId,
    /// The relay's Ed25519 key as pinned on the leg: DER of its SubjectPublicKeyInfo.
    pub relay_key: Vec<u8>,
    /// The relay's clock at the `now` of [`ClientSeal::new`], in seconds since 1970-01-01 UTC: what the invite said
    /// and the time since then.
    pub relay_time: u64,
    /// The language in which both ends show the two words.
    pub language: Language,
}

/// What a client has when the seal stands.
#[derive(Debug)]
pub struct ClientSealed {
    /// The stream.
    pub sealed: Sealed,
    /// Who the operator is, by the relay's word.
    pub operator: Voucher,
}

/// A client's handshake with one console. It borrows the guesses: there is one run at a time.
pub struct ClientSeal<'a>(Run<ClientHandshake<'a>>);

impl<'a> ClientSeal<'a> {
    /// Begins a run. The client waits for the console's first bytes.
    ///
    /// # Errors
    /// No guess is left, or a key of `config` is no Ed25519 key.
    pub fn new(config: ClientConfig, guesses: &'a mut Guesses, now: Moment) -> Result<Self, SealError> {
        guesses.ready().map_err(SealError::GuessesSpent)?;
        let relay_key = key::ed25519(&config.relay_key).ok_or(SealError::Key("relay's"))?;
        let tls = Tls::client(&config.identity, ALPN)?;
        let ClientConfig { session_id, relay_time, language, .. } = config;
        let handshake = ClientHandshake::new(guesses, relay_key, session_id, relay_time, language);
        Ok(Self(Run::new(tls, handshake, now)))
    }
}

driven!(ClientSeal<'_>, ClientSealed, |outcome, stream| {
    ClientSealed { sealed: stream.sealed(outcome.keys), operator: outcome.operator }
});

pub(crate) struct ClientHandshake<'a> {
    guesses: &'a mut Guesses,
    relay_key: [u8; 32],
    session_id: SessionId,
    relay_time: u64,
    language: Language,
    state: State,
}

enum State {
    /// The TLS does not stand yet, or the conversation is over.
    Closed,
    /// `ClientHello` is sent.
    AwaitHello { nonce: Secret, hello: Vec<u8> },
    /// `ClientShare` is sent.
    AwaitProof { nonce: Secret, proofs: Box<Proofs>, outcome: Box<AgreedByClient> },
}

impl<'a> ClientHandshake<'a> {
    pub(crate) fn new(
        guesses: &'a mut Guesses,
        relay_key: [u8; 32],
        session_id: SessionId,
        relay_time: u64,
        language: Language,
    ) -> Self {
        Self { guesses, relay_key, session_id, relay_time, language, state: State::Closed }
    }
}

impl Handshake for ClientHandshake<'_> {
    type Incoming = SealFromConsole;
    type Outcome = AgreedByClient;

    /// The console must have verified `ClientProof` first.
    const DATA_MAY_FOLLOW: bool = false;

    fn opened(&mut self, _: &dyn Channel, out: &mut Vec<u8>) -> Result<(), SealError> {
        let nonce = schedule::nonce();
        let commitment = schedule::commitment(&nonce, self.language);
        let hello = SealFromClient::ClientHello { versions: Versions::SESSION, commitment }.to_frame();
        out.extend_from_slice(&hello);
        self.state = State::AwaitHello { nonce, hello };
        Ok(())
    }

    fn message(
        &mut self,
        message: SealFromConsole,
        frame: &[u8],
        channel: &dyn Channel,
        elapsed: Moment,
        out: &mut Vec<u8>,
    ) -> Result<Option<AgreedByClient>, SealError> {
        match (std::mem::replace(&mut self.state, State::Closed), message) {
            (_, SealFromConsole::Refused { refusal }) => Err(SealError::Refused(refusal)),
            (
                State::AwaitHello { nonce, hello },
                SealFromConsole::ConsoleHello { versions, nonce: theirs, voucher, share },
            ) => {
                let version =
                    Versions::SESSION.common(versions).ok_or(SealError::Version { theirs: versions })?;
                let parties = Parties {
                    session_id: self.session_id,
                    console: channel.peer_key(),
                    client: channel.own_key(),
                };
                let expected = Expected {
                    relay_key: self.relay_key,
                    session_id: self.session_id,
                    console_key: parties.console,
                    relay_time: self.relay_time.saturating_add(elapsed.as_secs()),
                };
                let operator = voucher::open(&voucher, &expected)?;

                let secret = self.guesses.password().as_secret();
                let (pake, own_share) = Spake2Ed25519::start(Role::Client, &secret, &parties.identities());
                let pake_key = pake.finish(&share).map_err(|_| Misbehaviour::Share)?;
                let own_share = SealFromClient::ClientShare { share: short(own_share) }.to_frame();
                out.extend_from_slice(&own_share);

                let hellos = schedule::hellos(&parties, &hello, frame);
                let exporter = channel.export(&hellos)?;
                let proofs = Proofs::new(&pake_key, &exporter, &hellos, &own_share, version);
                let words = SpokenWords::new(&schedule::words(&exporter, &nonce, &theirs));
                let agreed = Agreed { version, words, language: self.language };
                let keys = ResumeKeys::first(agreed, parties.console, parties.client, proofs.resume_secret());
                let outcome = Box::new(AgreedByClient { keys, operator });
                self.state = State::AwaitProof { nonce, proofs: Box::new(proofs), outcome };
                Ok(None)
            }
            (State::AwaitProof { nonce, proofs, outcome }, SealFromConsole::ConsoleProof { mac }) => {
                self.guesses.begin_guess().map_err(SealError::GuessesSpent)?;
                if !proofs.is_console(&mac) {
                    return Err(SealError::WrongPassword(self.guesses.verdict()));
                }
                self.guesses.succeeded();
                let (mac, language) = (proofs.client(&nonce), self.language);
                SealFromClient::ClientProof { mac, nonce: *nonce, language }.encode(out);
                Ok(Some(*outcome))
            }
            (_, SealFromConsole::ConsoleHello { .. } | SealFromConsole::ConsoleProof { .. }) => {
                Err(Misbehaviour::OutOfOrder.into())
            }
        }
    }

    fn refuse(&self, refusal: SealRefusal) -> Option<Vec<u8>> {
        Some(SealFromClient::Refused { refusal }.to_frame())
    }
}

/// A share as a message carries it.
pub(crate) fn short<const MAX: usize>(share: Vec<u8>) -> Bytes<MAX> {
    Bytes::new(share).expect("a PAKE share is short")
}
