//! Brings a session back whose link was cut: a new inner TLS between the same two keys, and a proof on both sides of
//! what only the ends of the session can know.
//!
//! Every time a session comes back its secret is replaced by one that the old secret and the new TLS give together,
//! so what one epoch leaves behind opens no other. The console decides: of several runs under way the one that it
//! commits is the session's. It keeps the key of the epoch before until something comes from the client under the
//! new one, because the commit may have been lost with its link.

use std::fmt;
use std::sync::Arc;

use farhand_proto::bounded::List;
use farhand_proto::codec::Message as _;
use farhand_proto::relay::KeyHash;
use farhand_proto::seal::{EpochProof, RESUME_ALPN, ResumeFromClient, ResumeFromConsole, SealRefusal};
use farhand_proto::session::Taken;
use farhand_proto::time::Moment;
use rustls::sign::CertifiedKey;

use crate::error::{Misbehaviour, SealError};
use crate::run::{Agreed, Handshake, Run, driven};
use crate::schedule::{self, EpochProofs, Secret};
use crate::sealed::Sealed;
use crate::tls::{Channel, Tls};

/// What brings a session back. It is worth as much as the session: nothing shows it, and it is wiped when dropped.
#[derive(Clone)]
pub struct ResumeKeys {
    pub(crate) agreed: Agreed,
    console: KeyHash,
    client: KeyHash,
    current: Epoch,
    /// At the console: the one before, until the client is known to have the present one.
    previous: Option<Epoch>,
}

#[derive(Clone)]
struct Epoch {
    number: u32,
    secret: Secret,
}

impl ResumeKeys {
    /// Those of a seal that was made with the password.
    pub(crate) fn first(agreed: Agreed, console: KeyHash, client: KeyHash, secret: Secret) -> Self {
        Self { agreed, console, client, current: Epoch { number: 0, secret }, previous: None }
    }

    /// How often the session has come back.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.current.number
    }

    /// The other end has shown that it has the present key.
    pub(crate) fn confirm(&mut self) {
        self.previous = None;
    }

    /// Those of the epoch that begins with this run; the base stays with a console.
    fn next(&self, base: &Epoch, proofs: &EpochProofs, keep_base: bool) -> Self {
        let current = Epoch { number: base.number.saturating_add(1), secret: proofs.next_secret() };
        let previous = keep_base.then(|| base.clone());
        Self { agreed: self.agreed, console: self.console, client: self.client, current, previous }
    }

    fn proofs(&self, base: &Epoch, channel: &dyn Channel, nonces: &Nonces) -> Result<EpochProofs, SealError> {
        let context = schedule::resume_context(self.console, self.client, &nonces.client, &nonces.console);
        let exporter = channel.export(&context)?;
        Ok(EpochProofs::new(&base.secret, base.number, &exporter, context))
    }
}

impl fmt::Debug for ResumeKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResumeKeys").field("epoch", &self.current.number).finish_non_exhaustive()
    }
}

struct Nonces {
    client: [u8; 32],
    console: [u8; 32],
}

/// A session that is back.
#[derive(Debug)]
pub struct Resumed {
    /// The stream.
    pub sealed: Sealed,
    /// What the other end had taken in when it let go of every other link.
    pub taken: Taken,
}

/// What a run comes to.
pub(crate) struct Back {
    keys: ResumeKeys,
    taken: Taken,
}

/// A client's run. Between its start and its end the client takes in nothing over any other link.
pub struct ClientResume(Run<ClientResuming>);

/// A console's run. Between its start and its end the console takes in nothing over any other link.
pub struct ConsoleResume(Run<ConsoleResuming>);

driven!(ClientResume, Resumed, |back, stream| Resumed {
    sealed: stream.sealed(back.keys),
    taken: back.taken
});
driven!(ConsoleResume, Resumed, |back, stream| Resumed {
    sealed: stream.sealed(back.keys),
    taken: back.taken
});

impl ClientResume {
    /// Begins a run; the client waits for the console's first bytes. `identity` is the key of the first seal.
    ///
    /// # Errors
    /// The key is no Ed25519 key.
    pub fn new(
        identity: &Arc<CertifiedKey>,
        keys: ResumeKeys,
        taken: Taken,
        now: Moment,
    ) -> Result<Self, SealError> {
        let tls = Tls::client(identity, RESUME_ALPN)?;
        let handshake = ClientResuming { keys, taken, state: AtClient::Closed };
        Ok(Self(Run::new(tls, handshake, now)))
    }
}

impl ConsoleResume {
    /// Begins a run; its first bytes wait in [`take_output`](Self::take_output). `identity` is the key of the first
    /// seal.
    ///
    /// # Errors
    /// The key is no Ed25519 key.
    pub fn new(
        identity: &Arc<CertifiedKey>,
        keys: ResumeKeys,
        taken: Taken,
        now: Moment,
    ) -> Result<Self, SealError> {
        let tls = Tls::console(identity, RESUME_ALPN)?;
        let handshake = ConsoleResuming { keys, taken, state: AtConsole::AwaitHello };
        Ok(Self(Run::new(tls, handshake, now)))
    }
}

/// Neither end goes on with anybody but the program that the session began with.
fn same_ends(own: (KeyHash, KeyHash), peer: (KeyHash, KeyHash)) -> Result<(), SealError> {
    if own.0 != own.1 {
        return Err(SealError::Key("session's own"));
    }
    if peer.0 == peer.1 { Ok(()) } else { Err(Misbehaviour::Stranger.into()) }
}

pub(crate) struct ClientResuming {
    keys: ResumeKeys,
    taken: Taken,
    state: AtClient,
}

enum AtClient {
    /// The TLS does not stand yet, or the conversation is over.
    Closed,
    /// `Hello` is sent.
    AwaitProve([u8; 32]),
    /// `Answer` is sent.
    AwaitCommit(Box<EpochProofs>),
}

impl Handshake for ClientResuming {
    type Incoming = ResumeFromConsole;
    type Outcome = Back;

    /// The console commits last, and goes on at once.
    const DATA_MAY_FOLLOW: bool = true;

    fn opened(&mut self, channel: &dyn Channel, out: &mut Vec<u8>) -> Result<(), SealError> {
        same_ends((channel.own_key(), self.keys.client), (channel.peer_key(), self.keys.console))?;
        let nonce = schedule::nonce();
        ResumeFromClient::Hello { nonce: *nonce }.encode(out);
        self.state = AtClient::AwaitProve(*nonce);
        Ok(())
    }

    fn message(
        &mut self,
        message: ResumeFromConsole,
        _: &[u8],
        channel: &dyn Channel,
        _: Moment,
        out: &mut Vec<u8>,
    ) -> Result<Option<Back>, SealError> {
        match (std::mem::replace(&mut self.state, AtClient::Closed), message) {
            (_, ResumeFromConsole::Refused { refusal }) => Err(SealError::Refused(refusal)),
            (AtClient::AwaitProve(own), ResumeFromConsole::Prove { nonce, proofs: offered }) => {
                let base = &self.keys.current;
                let nonces = Nonces { client: own, console: nonce };
                let proofs = self.keys.proofs(base, channel, &nonces)?;
                let proven =
                    offered.iter().any(|offer| offer.epoch == base.number && proofs.is_console(&offer.mac));
                if !proven {
                    return Err(Misbehaviour::ResumeProof.into());
                }
                ResumeFromClient::Answer { mac: proofs.client(&self.taken), taken: self.taken }.encode(out);
                self.state = AtClient::AwaitCommit(Box::new(proofs));
                Ok(None)
            }
            (AtClient::AwaitCommit(proofs), ResumeFromConsole::Commit { mac, taken }) => {
                if !proofs.is_commit(&mac, &self.taken, &taken) {
                    return Err(Misbehaviour::ResumeProof.into());
                }
                let keys = self.keys.next(&self.keys.current, &proofs, false);
                Ok(Some(Back { keys, taken }))
            }
            (_, ResumeFromConsole::Prove { .. } | ResumeFromConsole::Commit { .. }) => {
                Err(Misbehaviour::OutOfOrder.into())
            }
        }
    }

    fn refuse(&self, refusal: SealRefusal) -> Option<Vec<u8>> {
        Some(ResumeFromClient::Refused { refusal }.to_frame())
    }
}

pub(crate) struct ConsoleResuming {
    keys: ResumeKeys,
    taken: Taken,
    state: AtConsole,
}

enum AtConsole {
    /// The client speaks first.
    AwaitHello,
    /// `Prove` is sent, under each of these.
    AwaitAnswer(Vec<(Epoch, EpochProofs)>),
    /// `Commit` is sent, or the conversation is over.
    Over,
}

impl Handshake for ConsoleResuming {
    type Incoming = ResumeFromClient;
    type Outcome = Back;

    /// The client goes on only once it has seen the commit.
    const DATA_MAY_FOLLOW: bool = false;

    fn opened(&mut self, channel: &dyn Channel, _: &mut Vec<u8>) -> Result<(), SealError> {
        same_ends((channel.own_key(), self.keys.console), (channel.peer_key(), self.keys.client))
    }

    fn message(
        &mut self,
        message: ResumeFromClient,
        _: &[u8],
        channel: &dyn Channel,
        _: Moment,
        out: &mut Vec<u8>,
    ) -> Result<Option<Back>, SealError> {
        match (std::mem::replace(&mut self.state, AtConsole::Over), message) {
            (_, ResumeFromClient::Refused { refusal }) => Err(SealError::Refused(refusal)),
            (AtConsole::AwaitHello, ResumeFromClient::Hello { nonce }) => {
                let own = schedule::nonce();
                let nonces = Nonces { client: nonce, console: *own };
                let epochs = std::iter::once(&self.keys.current).chain(&self.keys.previous);
                let offers = epochs
                    .map(|epoch| Ok((epoch.clone(), self.keys.proofs(epoch, channel, &nonces)?)))
                    .collect::<Result<Vec<_>, SealError>>()?;
                let proofs = offers
                    .iter()
                    .map(|(epoch, proofs)| EpochProof { epoch: epoch.number, mac: proofs.console() })
                    .collect();
                let proofs = List::new(proofs).expect("the present key and the one before are two");
                ResumeFromConsole::Prove { nonce: *own, proofs }.encode(out);
                self.state = AtConsole::AwaitAnswer(offers);
                Ok(None)
            }
            (AtConsole::AwaitAnswer(offers), ResumeFromClient::Answer { mac, taken }) => {
                let (base, proofs) = offers
                    .iter()
                    .find(|(_, proofs)| proofs.is_client(&mac, &taken))
                    .ok_or(Misbehaviour::ResumeProof)?;
                let mac = proofs.commit(&taken, &self.taken);
                ResumeFromConsole::Commit { mac, taken: self.taken }.encode(out);
                Ok(Some(Back { keys: self.keys.next(base, proofs, true), taken }))
            }
            (_, ResumeFromClient::Hello { .. } | ResumeFromClient::Answer { .. }) => {
                Err(Misbehaviour::OutOfOrder.into())
            }
        }
    }

    fn refuse(&self, refusal: SealRefusal) -> Option<Vec<u8>> {
        Some(ResumeFromConsole::Refused { refusal }.to_frame())
    }
}
