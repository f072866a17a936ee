//! What a relay signs for its programs to keep: 64 bytes of signature, then the value in its wire form. Only a relay
//! with the same key reads it.

use farhand_proto::bounded::Bytes;
use farhand_proto::codec::{get, put};
use farhand_proto::limits::MAX_SIGNED;
use farhand_proto::relay::{Claim, Pass};

use crate::settings::Signer;

/// A value that is signed under a label of its own.
pub(crate) trait Signed: Sized {
    fn to_body(&self) -> Vec<u8>;
    fn from_body(body: &[u8]) -> Option<Self>;
    fn labelled(body: &[u8]) -> Vec<u8>;
}

macro_rules! signed {
    ($value:ident, $name:literal) => {
        impl Signed for $value {
            fn to_body(&self) -> Vec<u8> {
                let mut body = Vec::new();
                put(self, &mut body);
                body
            }

            fn from_body(body: &[u8]) -> Option<Self> {
                get(body, $name).ok()
            }

            fn labelled(body: &[u8]) -> Vec<u8> {
                Self::signed_bytes(body)
            }
        }
    };
}

signed!(Claim, "claim");
signed!(Pass, "pass");

/// Signs a value.
pub(crate) fn seal<T: Signed>(value: &T, signer: &dyn Signer) -> Bytes<MAX_SIGNED> {
    let body = value.to_body();
    let mut signed = signer.sign(&T::labelled(&body)).to_vec();
    signed.extend_from_slice(&body);
    Bytes::new(signed).expect("claims and passes have names and fixed parts, far below the limit")
}

/// Reads a value; `None` if it was not made by this signer.
pub(crate) fn open<T: Signed>(signed: &[u8], signer: &dyn Signer) -> Option<T> {
    let (signature, body) = signed.split_first_chunk::<64>()?;
    if !signer.verify(&T::labelled(body), signature) {
        return None;
    }
    T::from_body(body)
}
