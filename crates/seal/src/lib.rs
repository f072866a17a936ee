//! Makes and keeps the end-to-end encryption between a client and a console: the seal.
//!
//! A pure state machine: bytes and the time go in, bytes come out. It knows no socket, no clock and no thread;
//! randomness is drawn by the cryptography underneath. The console runs [`ConsoleSeal`], the client
//! [`ClientSeal`]; each ends in a [`Sealed`] stream or in a [`SealError`] that says whose fault it is.
//!
//! Inside is TLS 1.3 between two ephemeral Ed25519 keys, then a PAKE over the password that is bound to this one
//! TLS session. `docs/PROTOCOL.md` has every label and hash input.
//!
//! # Calling order
//! 1. The client keeps one [`Guesses`] for each session ID, the console one [`ConsoleGuesses`]. A run borrows it, so
//!    there is only one at a time, and a run that is dropped keeps its guess spent.
//! 2. After `new` and after every call: send what `take_output` gives, **also after an error**: the refusal is in it.
//! 3. `handle_input` for bytes of the link, `handle_eof` for its end, `handle_timeout` at `deadline`.
//! 4. [`Step::Done`] brings the stream; output that was not taken yet moved into it, and so did session data that
//!    came right behind the last message. The client may send at once; the console has verified the client by then.
//! 5. After [`SealError::WrongPassword`] or [`SealError::GuessesSpent`] the client does what [`Wrong`] says:
//!    [`Guesses::replace_password`], or ends the number.
//!
//! A run holds at most [`MAX_RUN_INPUT`] bytes of a peer and what one call brings. A stream holds what one call brings
//! until it is read, and what was sealed until it is taken: how much that may be is the driver's to bound.
//!
//! # Example
//! ```
//! # use std::sync::Arc;
//! # use farhand_proto::{bounded::Bytes, id::{Password, SessionId}, relay::{KeyHash, SignedVoucher, Voucher}};
//! # use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
//! # use rustls::{crypto::aws_lc_rs::sign::any_eddsa_type, pki_types::{CertificateDer, PrivatePkcs8KeyDer}, sign::CertifiedKey};
//! use farhand_proto::time::Moment;
//! use farhand_seal::{
//!     ClientConfig, ClientSeal, ConsoleConfig, ConsoleGuesses, ConsoleSeal, Guesses, Language, Step,
//! };
//! # fn identity() -> Arc<CertifiedKey> {
//! #     let pkcs8 = Ed25519KeyPair::generate_pkcs8v1(&aws_lc_rs::rand::SystemRandom::new()).unwrap();
//! #     let key = any_eddsa_type(&PrivatePkcs8KeyDer::from(pkcs8.as_ref())).unwrap();
//! #     let spki = key.public_key().unwrap().to_vec();
//! #     Arc::new(CertifiedKey::new(vec![CertificateDer::from(spki)], key))
//! # }
//! # let (client_identity, console_identity) = (identity(), identity());
//! # let session_id = SessionId::from_digits([1; 9]);
//! # let relay = Ed25519KeyPair::generate().unwrap();
//! # let mut relay_key = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
//! # relay_key.extend_from_slice(relay.public_key().as_ref());
//! # let mut key_hash = [0; 32];
//! # key_hash.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &console_identity.cert[0]).as_ref());
//! # let name = || farhand_proto::name::Name::new("Example").unwrap();
//! # let body = Voucher { operator: name(), organisation: name(), session_id,
//! #     console_key: KeyHash(key_hash), expires: 1_800_000_060 }.to_body();
//! # let signature = relay.sign(&Voucher::signed_bytes(&body)).as_ref().to_vec();
//! # let voucher = SignedVoucher { body: Bytes::new(body).unwrap(), signature: Bytes::new(signature).unwrap() };
//! # let now = Moment::ZERO;
//! let mut guesses = Guesses::new(Password::from_digits([1, 2, 3, 4, 5, 6, 7, 8]));
//! let config = ClientConfig { identity: client_identity, session_id, relay_key, relay_time: 1_800_000_000, language: Language::Czech };
//! let mut client = ClientSeal::new(config, &mut guesses, now)?;
//!
//! let mut tries = ConsoleGuesses::new();
//! let password = Password::from_digits([1, 2, 3, 4, 5, 6, 7, 8]);
//! let config = ConsoleConfig { identity: console_identity, session_id, password, voucher };
//! let mut console = ConsoleSeal::new(config, &mut tries, now)?;
//!
//! // A driver has one of the two and a link; here they stand face to face.
//! let mut at_client = None;
//! let mut at_console = None;
//! while at_console.is_none() {
//!     let mut bytes = Vec::new();
//!     console.take_output(&mut bytes);
//!     if let Step::Done(done) = client.handle_input(&bytes, now)? {
//!         at_client = Some(done);
//!     }
//!     bytes.clear();
//!     match &mut at_client {
//!         None => client.take_output(&mut bytes),
//!         Some(client) => client.sealed.take_output(&mut bytes),
//!     };
//!     if let Step::Done(done) = console.handle_input(&bytes, now)? {
//!         at_console = Some(done);
//!     }
//! }
//! let (mut client, mut console) = (at_client.expect("done first"), at_console.expect("done"));
//!
//! assert_eq!(client.sealed.words().in_language(Language::Czech), console.words().in_language(console.language()));
//! console.seal(b"may I?")?;
//! let (mut records, mut plaintext) = (Vec::new(), Vec::new());
//! console.take_output(&mut records);
//! client.sealed.handle_input(&records)?;
//! client.sealed.read(&mut plaintext);
//! assert_eq!(plaintext, b"may I?");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod console;
mod error;
mod guesses;
mod key;
mod pake;
mod resume;
mod run;
mod schedule;
mod sealed;
#[cfg(test)]
mod tests;
mod tls;
mod voucher;
mod words;

pub use client::{ClientConfig, ClientSeal, ClientSealed};
pub use console::{ConsoleConfig, ConsoleSeal};
pub use error::{Misbehaviour, SealError, StreamError, VoucherError};
pub use farhand_proto::language::Language;
pub use guesses::{ConsoleGuesses, Guesses, NumberSpent, RunsSpent, Wrong};
pub use resume::{ClientResume, ConsoleResume, Ends, ResumeKeys, Resumed};
pub use run::{MAX_RUN_INPUT, RUN_TIME, Step};
pub use sealed::Sealed;
pub use words::{LIST_LENGTH, SpokenWords};
