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
use farhand_proto::seal::{
    EpochProof, MAX_EPOCHS, RESUME_ALPN, ResumeFromClient, ResumeFromConsole, SealRefusal,
};
use farhand_proto::session::Taken;
use farhand_proto::time::Moment;
use rustls::sign::CertifiedKey;

use crate::error::{Misbehaviour, SealError};
use crate::run::{Agreed, Handshake, Run, driven};
use crate::schedule::{self, EpochProofs, Secret};
use crate::sealed::Sealed;
use crate::tls::{Channel, Tls};

/// Whose session it is: it begins with two keys, and never goes on with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    console: KeyHash,
    client: KeyHash,
}

/// What brings a session back. It is worth as much as the session: nothing shows it, and it is wiped when dropped.
#[derive(Clone)]
pub struct ResumeKeys {
    pub(crate) agreed: Agreed,
    ends: Ends,
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
        let ends = Ends { console, client };
        Self { agreed, ends, current: Epoch { number: 0, secret }, previous: None }
    }

    /// Whose session it is.
    #[must_use]
    pub fn ends(&self) -> Ends {
        self.ends
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
        Self { agreed: self.agreed, ends: self.ends, current, previous }
    }

    fn proofs(&self, base: &Epoch, channel: &dyn Channel, nonces: &Nonces) -> Result<EpochProofs, SealError> {
        let context =
            schedule::resume_context(self.ends.console, self.ends.client, &nonces.client, &nonces.console);
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

/// A client's run. Once it has been told what the client has taken in, by [`ClientResume::new`] or
/// [`ClientResume::release`], the client takes in nothing over any other link that stood by then: even if the run fails,
/// because the console may have committed it.
pub struct ClientResume(Run<ClientResuming>);

/// A console's run. From the moment that it has been told what the console has taken in to its end, the console takes in
/// nothing over any other link.
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
        let ends = keys.ends();
        Self::begin(identity, ends, Some((keys, taken)), now)
    }

    /// Begins a run while another link stands. It [is held](Self::is_held) once the console has proven itself as far as it
    /// can: then this link is known to carry, and costs a round trip more.
    ///
    /// # Errors
    /// The key is no Ed25519 key.
    pub fn held(identity: &Arc<CertifiedKey>, ends: Ends, now: Moment) -> Result<Self, SealError> {
        Self::begin(identity, ends, None, now)
    }

    fn begin(
        identity: &Arc<CertifiedKey>,
        ends: Ends,
        from: Option<(ResumeKeys, Taken)>,
        now: Moment,
    ) -> Result<Self, SealError> {
        let tls = Tls::client(identity, RESUME_ALPN)?;
        let handshake = ClientResuming { ends, from, state: AtClient::Closed };
        Ok(Self(Run::new(tls, handshake, now)))
    }

    /// Whether it waits for [`release`](Self::release).
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.0.handshake().is_some_and(|handshake| matches!(handshake.state, AtClient::Held { .. }))
    }

    /// Lets a held run go on: with the session's present keys, and what has been taken in over the link that stands until
    /// now.
    ///
    /// # Errors
    /// The console has not proven those keys; nothing was said that would end the session on the other link.
    pub fn release(&mut self, keys: ResumeKeys, taken: Taken) -> Result<(), SealError> {
        self.0.act(|handshake, channel, out| handshake.release(keys, taken, channel, out))
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
        let ends = keys.ends();
        Self::begin(identity, ends, Some((keys, taken)), now)
    }

    /// Begins a run while another link stands. It [is held](Self::is_held) once the TLS stands with the session's client:
    /// then this link is known to carry, and costs a round trip more.
    ///
    /// # Errors
    /// The key is no Ed25519 key.
    pub fn held(identity: &Arc<CertifiedKey>, ends: Ends, now: Moment) -> Result<Self, SealError> {
        Self::begin(identity, ends, None, now)
    }

    fn begin(
        identity: &Arc<CertifiedKey>,
        ends: Ends,
        from: Option<(ResumeKeys, Taken)>,
        now: Moment,
    ) -> Result<Self, SealError> {
        let tls = Tls::console(identity, RESUME_ALPN)?;
        let handshake = ConsoleResuming { ends, from, state: AtConsole::AwaitHello };
        Ok(Self(Run::new(tls, handshake, now)))
    }

    /// Whether it waits for [`release`](Self::release).
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.0.handshake().is_some_and(|handshake| matches!(handshake.state, AtConsole::Held { .. }))
    }

    /// Lets a held run go on: with the session's present keys, and what has been taken in over the link that stands until
    /// now. Until it has ended well, that link stays the session's.
    ///
    /// # Errors
    /// The TLS failed.
    pub fn release(&mut self, keys: ResumeKeys, taken: Taken) -> Result<(), SealError> {
        self.0.act(|handshake, channel, out| handshake.release(keys, taken, channel, out))
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
    ends: Ends,
    /// What the session goes on from; none while another link stands.
    from: Option<(ResumeKeys, Taken)>,
    state: AtClient,
}

enum AtClient {
    /// The TLS does not stand yet, or the conversation is over.
    Closed,
    /// `Hello` is sent.
    AwaitProve([u8; 32]),
    /// `Prove` has come, and this end has to let go of another link first.
    Held(Nonces, Offered),
    /// `Answer` is sent.
    AwaitCommit(Box<(ResumeKeys, Taken, EpochProofs)>),
}

/// The console's, of the epochs that it knows.
type Offered = List<EpochProof, MAX_EPOCHS>;

impl ClientResuming {
    fn release(
        &mut self,
        keys: ResumeKeys,
        taken: Taken,
        channel: &dyn Channel,
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        match std::mem::replace(&mut self.state, AtClient::Closed) {
            AtClient::Held(nonces, offered) => {
                self.state = Self::answer(&nonces, &offered, keys, taken, channel, out)?;
                Ok(())
            }
            _ => Err(SealError::Over),
        }
    }

    fn answer(
        nonces: &Nonces,
        offered: &Offered,
        keys: ResumeKeys,
        taken: Taken,
        channel: &dyn Channel,
        out: &mut Vec<u8>,
    ) -> Result<AtClient, SealError> {
        let base = &keys.current;
        let proofs = keys.proofs(base, channel, nonces)?;
        if !offered.iter().any(|offer| offer.epoch == base.number && proofs.is_console(&offer.mac)) {
            return Err(Misbehaviour::ResumeProof.into());
        }
        ResumeFromClient::Answer { mac: proofs.client(&taken), taken }.encode(out);
        Ok(AtClient::AwaitCommit(Box::new((keys, taken, proofs))))
    }
}

impl Handshake for ClientResuming {
    type Incoming = ResumeFromConsole;
    type Outcome = Back;

    /// The console commits last, and goes on at once.
    const DATA_MAY_FOLLOW: bool = true;

    fn opened(&mut self, channel: &dyn Channel, out: &mut Vec<u8>) -> Result<(), SealError> {
        same_ends((channel.own_key(), self.ends.client), (channel.peer_key(), self.ends.console))?;
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
                let nonces = Nonces { client: own, console: nonce };
                self.state = match self.from.take() {
                    Some((keys, taken)) => Self::answer(&nonces, &offered, keys, taken, channel, out)?,
                    None => AtClient::Held(nonces, offered),
                };
                Ok(None)
            }
            (AtClient::AwaitCommit(answered), ResumeFromConsole::Commit { mac, taken }) => {
                let (keys, own, proofs) = *answered;
                if !proofs.is_commit(&mac, &own, &taken) {
                    return Err(Misbehaviour::ResumeProof.into());
                }
                Ok(Some(Back { keys: keys.next(&keys.current, &proofs, false), taken }))
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
    ends: Ends,
    /// What the session goes on from; none while another link stands.
    from: Option<(ResumeKeys, Taken)>,
    state: AtConsole,
}

enum AtConsole {
    /// The client speaks first.
    AwaitHello,
    /// The client's nonce has come, and this end has to let go of another link first.
    Held([u8; 32]),
    /// `Prove` is sent.
    AwaitAnswer(Box<Proven>),
    /// `Commit` is sent, or the conversation is over.
    Over,
}

/// What a console has proven, under each of these epochs.
struct Proven {
    keys: ResumeKeys,
    taken: Taken,
    offers: Vec<(Epoch, EpochProofs)>,
}

impl ConsoleResuming {
    fn release(
        &mut self,
        keys: ResumeKeys,
        taken: Taken,
        channel: &dyn Channel,
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        match std::mem::replace(&mut self.state, AtConsole::Over) {
            AtConsole::Held(nonce) => {
                self.state = Self::prove(nonce, keys, taken, channel, out)?;
                Ok(())
            }
            _ => Err(SealError::Over),
        }
    }

    fn prove(
        client: [u8; 32],
        keys: ResumeKeys,
        taken: Taken,
        channel: &dyn Channel,
        out: &mut Vec<u8>,
    ) -> Result<AtConsole, SealError> {
        let own = schedule::nonce();
        let nonces = Nonces { client, console: *own };
        let epochs = std::iter::once(&keys.current).chain(&keys.previous);
        let offers = epochs
            .map(|epoch| Ok((epoch.clone(), keys.proofs(epoch, channel, &nonces)?)))
            .collect::<Result<Vec<_>, SealError>>()?;
        let proofs = offers
            .iter()
            .map(|(epoch, proofs)| EpochProof { epoch: epoch.number, mac: proofs.console() })
            .collect();
        let proofs = List::new(proofs).expect("the present key and the one before are two");
        ResumeFromConsole::Prove { nonce: *own, proofs }.encode(out);
        Ok(AtConsole::AwaitAnswer(Box::new(Proven { keys, taken, offers })))
    }
}

impl Handshake for ConsoleResuming {
    type Incoming = ResumeFromClient;
    type Outcome = Back;

    /// The client goes on only once it has seen the commit.
    const DATA_MAY_FOLLOW: bool = false;

    fn opened(&mut self, channel: &dyn Channel, _: &mut Vec<u8>) -> Result<(), SealError> {
        same_ends((channel.own_key(), self.ends.console), (channel.peer_key(), self.ends.client))
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
                self.state = match self.from.take() {
                    Some((keys, taken)) => Self::prove(nonce, keys, taken, channel, out)?,
                    None => AtConsole::Held(nonce),
                };
                Ok(None)
            }
            (AtConsole::AwaitAnswer(proven), ResumeFromClient::Answer { mac, taken }) => {
                let Proven { keys, taken: own, offers } = *proven;
                let (base, proofs) = offers
                    .iter()
                    .find(|(_, proofs)| proofs.is_client(&mac, &taken))
                    .ok_or(Misbehaviour::ResumeProof)?;
                let mac = proofs.commit(&taken, &own);
                ResumeFromConsole::Commit { mac, taken: own }.encode(out);
                Ok(Some(Back { keys: keys.next(base, proofs, true), taken }))
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
