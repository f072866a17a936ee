//! The password-authenticated key exchange behind one small trait, so that another can follow.

use spake2::{Ed25519Group, Identity, Password, Spake2};
use zeroize::Zeroizing;

/// Which end of the seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Side A; it sends its share first.
    Console,
    /// Side B.
    Client,
}

/// What both ends must agree on besides the password; each names a role and its key.
pub(crate) struct Identities {
    pub(crate) console: Vec<u8>,
    pub(crate) client: Vec<u8>,
}

/// The peer's share is none: wrong length, wrong role, not on the curve, or this end's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadShare;

/// A balanced PAKE of one message each way.
pub(crate) trait Pake: Sized {
    /// Begins, and gives the share to send.
    fn start(role: Role, password: &[u8], identities: &Identities) -> (Self, Vec<u8>);

    /// The key, equal on both ends if the passwords and identities are.
    fn finish(self, peer_share: &[u8]) -> Result<Zeroizing<Vec<u8>>, BadShare>;
}

/// SPAKE2 (RFC 9382's idea, in the form of the `spake2` crate) over Ed25519.
pub(crate) struct Spake2Ed25519 {
    state: Spake2<Ed25519Group>,
    own_element: Vec<u8>,
}

impl Pake for Spake2Ed25519 {
    fn start(role: Role, password: &[u8], identities: &Identities) -> (Self, Vec<u8>) {
        let password = Password::new(password);
        let console = Identity::new(&identities.console);
        let client = Identity::new(&identities.client);
        let (state, share) = match role {
            Role::Console => Spake2::start_a(&password, &console, &client),
            Role::Client => Spake2::start_b(&password, &console, &client),
        };
        let own_element = share[1..].to_vec();
        (Self { state, own_element }, share)
    }

    fn finish(self, peer_share: &[u8]) -> Result<Zeroizing<Vec<u8>>, BadShare> {
        // A share begins with its side, which `spake2` checks; the element behind it must not be our own either.
        if peer_share.get(1..) == Some(&self.own_element) {
            return Err(BadShare);
        }
        self.state.finish(peer_share).map(Zeroizing::new).map_err(|_| BadShare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(role: Role, password: &[u8], console: &[u8]) -> (Spake2Ed25519, Vec<u8>) {
        let identities = Identities { console: console.to_vec(), client: b"client".to_vec() };
        Spake2Ed25519::start(role, password, &identities)
    }

    #[test]
    fn equal_passwords_and_identities_give_equal_keys_and_nothing_else_does() {
        let run = |password: &[u8], identity: &[u8]| {
            let (console, a) = start(Role::Console, b"123456789", b"console");
            let (client, b) = start(Role::Client, password, identity);
            console.finish(&b).unwrap() == client.finish(&a).unwrap()
        };
        assert!(run(b"123456789", b"console"));
        assert!(!run(b"123456788", b"console"));
        assert!(!run(b"123456789", b"another"));
    }

    #[test]
    fn a_share_that_is_none_of_the_other_role_is_refused() {
        let (_, own) = start(Role::Console, b"1", b"console");
        let (_, other) = start(Role::Client, b"1", b"console");
        let refused = |share: &[u8]| start(Role::Console, b"1", b"console").0.finish(share).is_err();
        assert!(!refused(&other));
        assert!(refused(&own));
        assert!(refused(&[]));
        assert!(refused(&other[..32]));
        assert!(refused(&[other.as_slice(), &[0]].concat()));
        // y = 2 is on no point of the curve.
        let mut off = vec![b'B', 2];
        off.resize(33, 0);
        assert!(refused(&off));
    }

    #[test]
    fn the_own_share_under_the_other_roles_name_is_refused() {
        let (console, mut share) = start(Role::Console, b"1", b"console");
        share[0] = b'B';
        assert_eq!(console.finish(&share), Err(BadShare));
    }
}
