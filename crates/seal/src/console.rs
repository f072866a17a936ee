//! The console's end: it opens the TLS, shows its voucher, and proves the password first.

use std::sync::Arc;

use farhand_proto::codec::Message as _;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::relay::SignedVoucher;
use farhand_proto::seal::{ALPN, SealFromClient, SealFromConsole, SealRefusal};
use farhand_proto::time::Moment;
use farhand_proto::version::{Version, Versions};
use rustls::sign::CertifiedKey;

use crate::client::short;
use crate::error::{Misbehaviour, SealError};
use crate::guesses::ConsoleGuesses;
use crate::pake::{Pake as _, Role, Spake2Ed25519};
use crate::resume::ResumeKeys;
use crate::run::{Agreed, Handshake, Run, driven};
use crate::schedule::{self, Parties, Proofs, Secret};
use crate::sealed::Sealed;
use crate::tls::{Channel, Tls};
use crate::words::SpokenWords;

/// What a console's run needs besides its tries.
#[derive(Debug, Clone)]
pub struct ConsoleConfig {
    /// The console's ephemeral Ed25519 key, its SubjectPublicKeyInfo standing as the only certificate: the one that
    /// it proved on its leg and that the voucher names.
    pub identity: Arc<CertifiedKey>,
    /// The number that the operator asked for.
    pub session_id: SessionId,
    /// What the operator typed.
    pub password: Password,
    /// The relay's word for the operator.
    pub voucher: SignedVoucher,
}

/// A console's handshake with one client. It borrows the tries of this session ID: there is one run at a time.
pub struct ConsoleSeal<'a>(Run<ConsoleHandshake<'a>>);

impl<'a> ConsoleSeal<'a> {
    /// Begins a run; its first bytes wait in [`take_output`](Self::take_output).
    ///
    /// # Errors
    /// The session ID's tries are spent, or the key of `config` is no Ed25519 key.
    pub fn new(
        config: ConsoleConfig,
        guesses: &'a mut ConsoleGuesses,
        now: Moment,
    ) -> Result<Self, SealError> {
        guesses.ready()?;
        let tls = Tls::console(&config.identity, ALPN)?;
        let handshake = ConsoleHandshake::new(guesses, config.session_id, config.password, config.voucher);
        Ok(Self(Run::new(tls, handshake, now)))
    }
}

driven!(ConsoleSeal<'_>, Sealed, |keys, stream| stream.sealed(keys));

pub(crate) struct ConsoleHandshake<'a> {
    guesses: &'a mut ConsoleGuesses,
    session_id: SessionId,
    password: Password,
    voucher: SignedVoucher,
    state: State,
}

enum State {
    /// The client speaks first.
    AwaitHello,
    /// `ConsoleHello` is sent.
    AwaitShare(Box<Opening>, Spake2Ed25519),
    /// `ConsoleProof` is sent.
    AwaitProof(Box<Opening>, Box<Proofs>),
    /// `ClientProof` came: the client takes everything from here on for session data.
    Proven,
    /// The conversation is over.
    Over,
}

/// What both hellos settled.
struct Opening {
    version: Version,
    commitment: [u8; 32],
    nonce: Secret,
    hellos: [u8; 32],
    exporter: Secret,
}

impl<'a> ConsoleHandshake<'a> {
    pub(crate) fn new(
        guesses: &'a mut ConsoleGuesses,
        session_id: SessionId,
        password: Password,
        voucher: SignedVoucher,
    ) -> Self {
        Self { guesses, session_id, password, voucher, state: State::AwaitHello }
    }

    fn hello(
        &self,
        version: Version,
        commitment: [u8; 32],
        client_hello: &[u8],
        channel: &dyn Channel,
        out: &mut Vec<u8>,
    ) -> Result<State, SealError> {
        let parties =
            Parties { session_id: self.session_id, console: channel.own_key(), client: channel.peer_key() };
        let (pake, share) =
            Spake2Ed25519::start(Role::Console, &self.password.as_secret(), &parties.identities());
        let nonce = schedule::nonce();
        let hello = SealFromConsole::ConsoleHello {
            versions: Versions::SESSION,
            nonce: *nonce,
            voucher: self.voucher.clone(),
            share: short(share),
        }
        .to_frame();
        out.extend_from_slice(&hello);
        let hellos = schedule::hellos(&parties, client_hello, &hello);
        let exporter = channel.export(&hellos)?;
        Ok(State::AwaitShare(Box::new(Opening { version, commitment, nonce, hellos, exporter }), pake))
    }
}

impl Handshake for ConsoleHandshake<'_> {
    type Incoming = SealFromClient;
    type Outcome = ResumeKeys;

    /// The client has verified everything before it proves itself.
    const DATA_MAY_FOLLOW: bool = true;

    fn opened(&mut self, _: &dyn Channel, _: &mut Vec<u8>) -> Result<(), SealError> {
        Ok(())
    }

    fn message(
        &mut self,
        message: SealFromClient,
        frame: &[u8],
        channel: &dyn Channel,
        _: Moment,
        out: &mut Vec<u8>,
    ) -> Result<Option<ResumeKeys>, SealError> {
        match (std::mem::replace(&mut self.state, State::Over), message) {
            (
                _,
                SealFromClient::Refused { refusal: SealRefusal::Password | SealRefusal::PasswordReplaced },
            ) if let Err(spent) = self.guesses.ready() => Err(spent.into()),
            (_, SealFromClient::Refused { refusal }) => Err(SealError::Refused(refusal)),
            (State::AwaitHello, SealFromClient::ClientHello { versions, commitment }) => {
                let version =
                    Versions::SESSION.common(versions).ok_or(SealError::Version { theirs: versions })?;
                self.state = self.hello(version, commitment, frame, channel, out)?;
                Ok(None)
            }
            (State::AwaitShare(opening, pake), SealFromClient::ClientShare { share }) => {
                let pake_key = pake.finish(&share).map_err(|_| Misbehaviour::Share)?;
                let proofs =
                    Proofs::new(&pake_key, &opening.exporter, &opening.hellos, frame, opening.version);
                self.guesses.begin_run()?;
                SealFromConsole::ConsoleProof { mac: proofs.console() }.encode(out);
                self.state = State::AwaitProof(opening, Box::new(proofs));
                Ok(None)
            }
            (State::AwaitProof(opening, proofs), SealFromClient::ClientProof { mac, nonce, language }) => {
                self.state = State::Proven;
                if !proofs.is_client(&mac, &nonce) {
                    return Err(SealError::ClientUnproven);
                }
                if schedule::commitment(&nonce, language) != opening.commitment {
                    return Err(Misbehaviour::Commitment.into());
                }
                self.guesses.succeeded();
                let words = SpokenWords::new(&schedule::words(&opening.exporter, &nonce, &opening.nonce));
                let agreed = Agreed { version: opening.version, words, language };
                let (console, client) = (channel.own_key(), channel.peer_key());
                Ok(Some(ResumeKeys::first(agreed, console, client, proofs.resume_secret())))
            }
            (_, _) => Err(Misbehaviour::OutOfOrder.into()),
        }
    }

    fn refuse(&self, refusal: SealRefusal) -> Option<Vec<u8>> {
        match self.state {
            State::Proven => None,
            _ => Some(SealFromConsole::Refused { refusal }.to_frame()),
        }
    }
}
