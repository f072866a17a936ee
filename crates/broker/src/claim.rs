//! The claim that a client keeps for its session ID: 64 bytes of signature, then [`Claim`] in its wire form. Only
//! the relay that made it reads it.

use farhand_proto::bounded::Bytes;
use farhand_proto::codec::{get, put};
use farhand_proto::limits::MAX_SIGNED;
use farhand_proto::relay::Claim;

use crate::settings::Signer;

/// Signs a claim.
pub(crate) fn seal(claim: &Claim, signer: &dyn Signer) -> Bytes<MAX_SIGNED> {
    let mut body = Vec::new();
    put(claim, &mut body);
    let mut claim = signer.sign(&Claim::signed_bytes(&body)).to_vec();
    claim.extend_from_slice(&body);
    Bytes::new(claim).expect("a claim has fixed parts, far below its limit")
}

/// Reads a claim; `None` if it was not made by this signer.
pub(crate) fn open(claim: &[u8], signer: &dyn Signer) -> Option<Claim> {
    let (signature, body) = claim.split_first_chunk::<64>()?;
    if !signer.verify(&Claim::signed_bytes(body), signature) {
        return None;
    }
    get(body, "claim").ok()
}
