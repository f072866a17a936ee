//! Every label and hash input of the seal, and the keys, proofs and words that come out.
//!
//! All inputs have fixed lengths, so no two of them can be told apart wrongly. Frames are hashed in wire form with
//! their header. A session ID enters as ten bytes, one digit each.

use aws_lc_rs::{hkdf, hmac};
use farhand_proto::id::SessionId;
use farhand_proto::language::Language;
use farhand_proto::relay::KeyHash;
use farhand_proto::session::Taken;
use farhand_proto::version::Version;
use zeroize::Zeroizing;

use crate::key::sha256;
use crate::pake::Identities;

/// The exporter's label (RFC 8446, section 7.5).
pub(crate) const EXPORTER: &[u8] = b"EXPORTER-farhand-seal-1";

const COMMITMENT: &[u8] = b"farhand words commitment 1\0";
const CONSOLE_IDENTITY: &[u8] = b"farhand seal 1 console\0";
const CLIENT_IDENTITY: &[u8] = b"farhand seal 1 client\0";
const HELLOS: &[u8] = b"farhand seal 1 hellos\0";
const TRANSCRIPT: &[u8] = b"farhand seal 1 transcript\0";
const CONSOLE_KEY: &[u8] = b"farhand seal 1 console key\0";
const CLIENT_KEY: &[u8] = b"farhand seal 1 client key\0";
const CONSOLE_PROOF: &[u8] = b"farhand seal 1 console proof\0";
const CLIENT_PROOF: &[u8] = b"farhand seal 1 client proof\0";
const WORDS: &[u8] = b"farhand seal 1 words\0";
const RESUME: &[u8] = b"farhand seal 1 resume\0";
const RESUME_CONTEXT: &[u8] = b"farhand resume 1 context\0";
const RESUME_CONSOLE_KEY: &[u8] = b"farhand resume 1 console key\0";
const RESUME_CLIENT_KEY: &[u8] = b"farhand resume 1 client key\0";
const RESUME_NEXT: &[u8] = b"farhand resume 1 next\0";
const RESUME_PROVE: &[u8] = b"farhand resume 1 prove\0";
const RESUME_ANSWER: &[u8] = b"farhand resume 1 answer\0";
const RESUME_COMMIT: &[u8] = b"farhand resume 1 commit\0";

/// 32 secret bytes.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// Who seals what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parties {
    pub(crate) session_id: SessionId,
    pub(crate) console: KeyHash,
    pub(crate) client: KeyHash,
}

impl Parties {
    fn session_digits(&self) -> [u8; 10] {
        self.session_id.into()
    }

    /// What the PAKE names its two sides by.
    pub(crate) fn identities(&self) -> Identities {
        let session = self.session_digits();
        Identities {
            console: [CONSOLE_IDENTITY, &session, &self.console.0].concat(),
            client: [CLIENT_IDENTITY, &session, &self.client.0].concat(),
        }
    }
}

/// 32 random bytes for the words.
pub(crate) fn nonce() -> Secret {
    let mut nonce = Secret::default();
    aws_lc_rs::rand::fill(nonce.as_mut_slice()).expect("aws-lc draws random bytes or aborts");
    nonce
}

/// What the client sends of its nonce before it knows the console's. The language is bound with it: who could choose
/// it once the words are known would have nine tries at words that are alike.
pub(crate) fn commitment(client_nonce: &[u8; 32], language: Language) -> [u8; 32] {
    sha256(&[COMMITMENT, client_nonce, &[language as u8]])
}

/// Parties and hellos in one hash: the exporter's context. It stands before either nonce is opened or either proof
/// is sent, which is what keeps the words from being ground.
pub(crate) fn hellos(parties: &Parties, client_hello: &[u8], console_hello: &[u8]) -> [u8; 32] {
    sha256(&[
        HELLOS,
        &parties.session_digits(),
        &parties.console.0,
        &parties.client.0,
        &sha256(&[client_hello]),
        &sha256(&[console_hello]),
    ])
}

/// The keys of both proofs and what is proven.
pub(crate) struct Proofs {
    console: hmac::Key,
    client: hmac::Key,
    transcript: [u8; 32],
    resume: Secret,
}

impl Proofs {
    /// Everything said so far, under the PAKE's key and the exporter of the inner TLS.
    pub(crate) fn new(
        pake_key: &[u8],
        exporter: &Secret,
        hellos: &[u8; 32],
        client_share: &[u8],
        version: Version,
    ) -> Self {
        let transcript = sha256(&[TRANSCRIPT, hellos, &sha256(&[client_share]), &version.0.to_be_bytes()]);
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, exporter.as_slice()).extract(pake_key);
        let key = |label: &[u8]| {
            hmac::Key::new(hmac::HMAC_SHA256, expand(&extracted, &[label, &transcript]).as_slice())
        };
        let resume = expand(&extracted, &[RESUME, &transcript]);
        Self { console: key(CONSOLE_KEY), client: key(CLIENT_KEY), transcript, resume }
    }

    /// What brings the session back for the first time.
    pub(crate) fn resume_secret(&self) -> Secret {
        self.resume.clone()
    }

    /// The console's proof.
    pub(crate) fn console(&self) -> [u8; 32] {
        tag(&self.console, &[CONSOLE_PROOF, &self.transcript].concat())
    }

    /// Whether this is the console's proof; compared in constant time.
    pub(crate) fn is_console(&self, mac: &[u8; 32]) -> bool {
        hmac::verify(&self.console, &[CONSOLE_PROOF, &self.transcript].concat(), mac).is_ok()
    }

    /// The client's proof, over the nonce that it opens.
    pub(crate) fn client(&self, nonce: &[u8; 32]) -> [u8; 32] {
        tag(&self.client, &[CLIENT_PROOF, self.transcript.as_slice(), nonce].concat())
    }

    /// Whether this is the client's proof; compared in constant time.
    pub(crate) fn is_client(&self, mac: &[u8; 32], nonce: &[u8; 32]) -> bool {
        hmac::verify(&self.client, &[CLIENT_PROOF, self.transcript.as_slice(), nonce].concat(), mac).is_ok()
    }
}

/// The bytes that choose the two spoken words. Only what both ends were bound to before the nonces opened goes in:
/// a share or proof in here could be varied by a middleman who knows the password, until the words agree.
pub(crate) fn words(exporter: &Secret, client_nonce: &[u8; 32], console_nonce: &[u8; 32]) -> Secret {
    let nonces = Zeroizing::new([client_nonce.as_slice(), console_nonce].concat());
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, exporter.as_slice()).extract(&nonces);
    expand(&extracted, &[WORDS])
}

/// Both ends and both nonces of a run that brings a session back: the exporter's context.
pub(crate) fn resume_context(
    console: KeyHash,
    client: KeyHash,
    client_nonce: &[u8; 32],
    console_nonce: &[u8; 32],
) -> [u8; 32] {
    sha256(&[RESUME_CONTEXT, &console.0, &client.0, client_nonce, console_nonce])
}

/// The keys of the proofs of one run under the secret of one epoch, and the secret that follows.
pub(crate) struct EpochProofs {
    console: hmac::Key,
    client: hmac::Key,
    context: [u8; 32],
    next: Secret,
}

impl EpochProofs {
    pub(crate) fn new(base: &Secret, epoch: u32, exporter: &Secret, context: [u8; 32]) -> Self {
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, exporter.as_slice()).extract(base.as_slice());
        let derive = |label: &[u8]| expand(&extracted, &[label, &epoch.to_be_bytes(), &context]);
        let key = |label: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, derive(label).as_slice());
        Self {
            console: key(RESUME_CONSOLE_KEY),
            client: key(RESUME_CLIENT_KEY),
            context,
            next: derive(RESUME_NEXT),
        }
    }

    /// The secret of the next epoch.
    pub(crate) fn next_secret(&self) -> Secret {
        self.next.clone()
    }

    /// The console's proof.
    pub(crate) fn console(&self) -> [u8; 32] {
        tag(&self.console, &self.proven(RESUME_PROVE, &[]))
    }

    /// Whether this is the console's proof; compared in constant time, as all of these.
    pub(crate) fn is_console(&self, mac: &[u8; 32]) -> bool {
        hmac::verify(&self.console, &self.proven(RESUME_PROVE, &[]), mac).is_ok()
    }

    /// The client's proof, over what it has taken in.
    pub(crate) fn client(&self, taken: &Taken) -> [u8; 32] {
        tag(&self.client, &self.proven(RESUME_ANSWER, &[taken]))
    }

    /// Whether this is the client's proof.
    pub(crate) fn is_client(&self, mac: &[u8; 32], taken: &Taken) -> bool {
        hmac::verify(&self.client, &self.proven(RESUME_ANSWER, &[taken]), mac).is_ok()
    }

    /// The console's decision, over what both have taken in.
    pub(crate) fn commit(&self, client: &Taken, console: &Taken) -> [u8; 32] {
        tag(&self.console, &self.proven(RESUME_COMMIT, &[client, console]))
    }

    /// Whether this is the console's decision.
    pub(crate) fn is_commit(&self, mac: &[u8; 32], client: &Taken, console: &Taken) -> bool {
        hmac::verify(&self.console, &self.proven(RESUME_COMMIT, &[client, console]), mac).is_ok()
    }

    fn proven(&self, label: &[u8], taken: &[&Taken]) -> Vec<u8> {
        let mut bytes = [label, &self.context].concat();
        for taken in taken {
            bytes.extend_from_slice(&taken.control.to_be_bytes());
            bytes.extend_from_slice(&taken.bulk.to_be_bytes());
        }
        bytes
    }
}

fn expand(key: &hkdf::Prk, info: &[&[u8]]) -> Secret {
    let mut out = Secret::default();
    key.expand(info, hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(out.as_mut_slice()))
        .expect("one hash of output is never too much");
    out
}

fn tag(key: &hmac::Key, data: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(hmac::sign(key, data).as_ref());
    out
}
