//! An end written a second time, from docs/PROTOCOL.md alone and with no state machine: it sends whatever a test
//! wants, and knows every label by itself.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::{hkdf, hmac};
use farhand_proto::bounded::Bytes;
use farhand_proto::codec::Message;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::language::Language;
use farhand_proto::relay::SignedVoucher;
use farhand_proto::seal::{SealFromClient, SealFromConsole};
use farhand_proto::version::{Version, Versions};
pub use farhand_testkit::tls::HandTls as Scripted;
use spake2::{Ed25519Group, Identity, Spake2};

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    digest(&SHA256, &parts.concat()).as_ref().try_into().unwrap()
}

/// Who seals what, in hashes.
#[derive(Clone, Copy)]
struct Parties {
    session_id: SessionId,
    console: [u8; 32],
    client: [u8; 32],
}

impl Parties {
    fn digits(&self) -> [u8; 10] {
        self.session_id.into()
    }

    fn identities(&self) -> (Identity, Identity) {
        let console = [b"farhand seal 1 console\0".as_slice(), &self.digits(), &self.console].concat();
        let client = [b"farhand seal 1 client\0".as_slice(), &self.digits(), &self.client].concat();
        (Identity::new(&console), Identity::new(&client))
    }

    fn start_console(&self, password: &Password) -> (Spake2<Ed25519Group>, Vec<u8>) {
        let (console, client) = self.identities();
        Spake2::start_a(&spake2::Password::new(password.as_secret().as_slice()), &console, &client)
    }

    fn start_client(&self, password: &Password) -> (Spake2<Ed25519Group>, Vec<u8>) {
        let (console, client) = self.identities();
        Spake2::start_b(&spake2::Password::new(password.as_secret().as_slice()), &console, &client)
    }

    fn hellos(&self, client_hello: &[u8], console_hello: &[u8]) -> [u8; 32] {
        sha256(&[
            b"farhand seal 1 hellos\0",
            &self.digits(),
            &self.console,
            &self.client,
            &sha256(&[client_hello]),
            &sha256(&[console_hello]),
        ])
    }
}

/// Both proofs: the console's, and the client's over its nonce.
fn proofs(
    pake_key: &[u8],
    exporter: &[u8; 32],
    hellos: &[u8; 32],
    client_share: &[u8],
    version: Version,
    nonce: &[u8; 32],
) -> ([u8; 32], [u8; 32]) {
    let transcript =
        sha256(&[b"farhand seal 1 transcript\0", hellos, &sha256(&[client_share]), &version.0.to_be_bytes()]);
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, exporter).extract(pake_key);
    let mac = |key: &[u8], label: &[u8], nonce: &[u8]| {
        let mut bytes = [0; 32];
        extracted.expand(&[key, &transcript], hkdf::HKDF_SHA256).unwrap().fill(&mut bytes).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        hmac::sign(&key, &[label, &transcript, nonce].concat()).as_ref().try_into().unwrap()
    };
    (
        mac(b"farhand seal 1 console key\0", b"farhand seal 1 console proof\0", &[]),
        mac(b"farhand seal 1 client key\0", b"farhand seal 1 client proof\0", nonce),
    )
}

/// The indices of the two words.
pub fn words(exporter: &[u8; 32], client_nonce: &[u8; 32], console_nonce: &[u8; 32]) -> [usize; 2] {
    let nonces = [client_nonce.as_slice(), console_nonce].concat();
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, exporter).extract(&nonces);
    let mut bytes = [0; 32];
    extracted.expand(&[b"farhand seal 1 words\0"], hkdf::HKDF_SHA256).unwrap().fill(&mut bytes).unwrap();
    // Any two different ones of 256, in their order.
    let mut low = [0; 8];
    low.copy_from_slice(&bytes[..8]);
    let number = (u64::from_le_bytes(low) % (256 * 255)) as usize;
    let (first, second) = (number / 255, number % 255);
    [first, if second < first { second } else { second + 1 }]
}

/// A scripted client that has exchanged shares and knows what it would prove.
pub struct ClientAtProof {
    pub proof: SealFromClient,
    pub console_mac: [u8; 32],
    pub words: [usize; 2],
}

/// How far a scripted client has come.
pub struct ClientScript<'a> {
    pub tls: &'a mut Scripted,
    pub session_id: SessionId,
    pub password: Password,
    /// What it commits to.
    pub committed: [u8; 32],
    /// What it opens.
    pub nonce: [u8; 32],
    /// What it opens beside the nonce; it commits to Spanish.
    pub language: Language,
}

impl<'a> ClientScript<'a> {
    pub fn new(tls: &'a mut Scripted, session_id: SessionId, password: Password) -> Self {
        Self { tls, session_id, password, committed: [1; 32], nonce: [1; 32], language: Language::Spanish }
    }

    pub fn hello(&self) -> SealFromClient {
        let commitment =
            sha256(&[b"farhand words commitment 1\0", &self.committed, &[Language::Spanish as u8]]);
        SealFromClient::ClientHello { versions: Versions::SESSION, commitment }
    }

    /// Answers the console's hello. The share is sent through `meddle`, what is proven stays as if it were not.
    pub fn share(
        &mut self,
        console_hello: SealFromConsole,
        meddle: impl FnOnce(&mut Vec<u8>),
    ) -> ClientAtProof {
        let console_frame = console_hello.to_frame();
        let SealFromConsole::ConsoleHello { nonce: theirs, share: a, .. } = console_hello else {
            panic!("{console_hello:?}");
        };
        let parties = Parties {
            session_id: self.session_id,
            console: sha256(&[&self.tls.peer_spki()]),
            client: sha256(&[&self.tls.own_spki]),
        };
        let (pake, b) = parties.start_client(&self.password);
        let share = SealFromClient::ClientShare { share: Bytes::new(b).unwrap() }.to_frame();
        let mut sent = share.clone();
        meddle(&mut sent);
        self.tls.send(&sent);
        let hellos = parties.hellos(&self.hello().to_frame(), &console_frame);
        let exporter = self.tls.export(&hellos);
        let key = pake.finish(&a).unwrap();
        let (console_mac, mac) =
            proofs(&key, &exporter, &hellos, &share, Versions::SESSION.newest, &self.nonce);
        let words = words(&exporter, &self.nonce, &theirs);
        let proof = SealFromClient::ClientProof { mac, nonce: self.nonce, language: self.language };
        ClientAtProof { proof, console_mac, words }
    }
}

/// A scripted console.
pub struct ConsoleScript<'a> {
    pub tls: &'a mut Scripted,
    pub session_id: SessionId,
    pub password: Password,
    pub nonce: [u8; 32],
    pub voucher: SignedVoucher,
}

/// A scripted console that has said hello.
pub struct ConsoleAtShare {
    pub hello: SealFromConsole,
    hellos: [u8; 32],
    exporter: [u8; 32],
    pake: Spake2<Ed25519Group>,
}

impl ConsoleScript<'_> {
    /// Answers the client's hello, without sending it yet.
    pub fn hello(&self, client_hello: &SealFromClient) -> ConsoleAtShare {
        let parties = Parties {
            session_id: self.session_id,
            console: sha256(&[&self.tls.own_spki]),
            client: sha256(&[&self.tls.peer_spki()]),
        };
        let (pake, a) = parties.start_console(&self.password);
        let hello = SealFromConsole::ConsoleHello {
            versions: Versions::SESSION,
            nonce: self.nonce,
            voucher: self.voucher.clone(),
            share: Bytes::new(a).unwrap(),
        };
        let hellos = parties.hellos(&client_hello.to_frame(), &hello.to_frame());
        let exporter = self.tls.export(&hellos);
        ConsoleAtShare { hello, hellos, exporter, pake }
    }
}

impl ConsoleAtShare {
    /// Answers the client's share: the proof to send, and the words for the client's nonce once it is open.
    pub fn proof(self, client_share: &SealFromClient) -> (SealFromConsole, [u8; 32]) {
        let SealFromClient::ClientShare { share: b } = client_share else { panic!("{client_share:?}") };
        let key = self.pake.finish(b).unwrap();
        let frame = client_share.to_frame();
        let (mac, _) = proofs(&key, &self.exporter, &self.hellos, &frame, Versions::SESSION.newest, &[0; 32]);
        (SealFromConsole::ConsoleProof { mac }, self.exporter)
    }
}
