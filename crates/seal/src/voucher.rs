//! What the client demands of the relay's word for an operator.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use farhand_proto::id::SessionId;
use farhand_proto::relay::{KeyHash, SignedVoucher, Voucher};

use crate::error::VoucherError;

/// Seconds by which the relay's clock may have moved against the client's count of it.
pub(crate) const CLOCK_SKEW: u64 = 30;

/// What a voucher must say to be believed.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    /// The 32 bytes of the relay's Ed25519 key.
    pub(crate) relay_key: [u8; 32],
    pub(crate) session_id: SessionId,
    /// The key that the console proved in the inner TLS.
    pub(crate) console_key: KeyHash,
    /// The relay's clock now, in seconds since 1970-01-01 UTC.
    pub(crate) relay_time: u64,
}

/// Opens a voucher if it is the relay's, for this session and this console, and not too old.
pub(crate) fn open(signed: &SignedVoucher, expected: &Expected) -> Result<Voucher, VoucherError> {
    UnparsedPublicKey::new(&ED25519, &expected.relay_key)
        .verify(&Voucher::signed_bytes(&signed.body), &signed.signature)
        .map_err(|_| VoucherError::Signature)?;
    let voucher = Voucher::from_body(&signed.body).map_err(|_| VoucherError::Malformed)?;
    if voucher.session_id != expected.session_id {
        return Err(VoucherError::Session);
    }
    if voucher.console_key != expected.console_key {
        return Err(VoucherError::Console);
    }
    if voucher.expires.saturating_add(CLOCK_SKEW) < expected.relay_time {
        return Err(VoucherError::Expired);
    }
    Ok(voucher)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use farhand_proto::bounded::Bytes;
    use farhand_proto::name::Name;

    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn relay(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
    }

    fn signed(relay: &Ed25519KeyPair, body: Vec<u8>) -> SignedVoucher {
        let signature = relay.sign(&Voucher::signed_bytes(&body)).as_ref().to_vec();
        SignedVoucher { body: Bytes::new(body).unwrap(), signature: Bytes::new(signature).unwrap() }
    }

    fn voucher() -> Voucher {
        Voucher {
            operator: Name::new("ada").unwrap(),
            organisation: Name::new("Example").unwrap(),
            session_id: SessionId::from_digits([1; 9]),
            console_key: KeyHash([7; 32]),
            expires: NOW + 20,
        }
    }

    fn expected() -> Expected {
        Expected {
            relay_key: relay(1).public_key().as_ref().try_into().unwrap(),
            session_id: SessionId::from_digits([1; 9]),
            console_key: KeyHash([7; 32]),
            relay_time: NOW,
        }
    }

    fn opened(voucher: &Voucher) -> Result<Voucher, VoucherError> {
        open(&signed(&relay(1), voucher.to_body()), &expected())
    }

    #[test]
    fn a_good_one_is_opened() {
        assert_eq!(opened(&voucher()), Ok(voucher()));
    }

    #[test]
    fn each_claim_is_checked() {
        let other_session = Voucher { session_id: SessionId::from_digits([2; 9]), ..voucher() };
        assert_eq!(opened(&other_session), Err(VoucherError::Session));
        let other_console = Voucher { console_key: KeyHash([8; 32]), ..voucher() };
        assert_eq!(opened(&other_console), Err(VoucherError::Console));
        let other_relay = open(&signed(&relay(2), voucher().to_body()), &expected());
        assert_eq!(other_relay, Err(VoucherError::Signature));
    }

    #[test]
    fn thirty_seconds_of_skew_are_allowed_and_no_more() {
        assert!(opened(&Voucher { expires: NOW - 30, ..voucher() }).is_ok());
        assert_eq!(opened(&Voucher { expires: NOW - 31, ..voucher() }), Err(VoucherError::Expired));
        assert!(opened(&Voucher { expires: u64::MAX, ..voucher() }).is_ok());
    }

    #[test]
    fn every_changed_bit_of_body_and_signature_is_seen() {
        let good = signed(&relay(1), voucher().to_body());
        for index in 0..good.body.len() {
            let mut body = good.body.to_vec();
            body[index] ^= 1;
            let bad = SignedVoucher { body: Bytes::new(body).unwrap(), ..good.clone() };
            assert_eq!(open(&bad, &expected()), Err(VoucherError::Signature));
        }
        for index in 0..good.signature.len() {
            let mut signature = good.signature.to_vec();
            signature[index] ^= 1;
            let bad = SignedVoucher { signature: Bytes::new(signature).unwrap(), ..good.clone() };
            assert_eq!(open(&bad, &expected()), Err(VoucherError::Signature));
        }
    }

    #[test]
    fn a_signature_over_another_kind_of_thing_is_none() {
        let body = voucher().to_body();
        let signature = relay(1).sign(&body).as_ref().to_vec();
        let bare =
            SignedVoucher { body: Bytes::new(body).unwrap(), signature: Bytes::new(signature).unwrap() };
        assert_eq!(open(&bare, &expected()), Err(VoucherError::Signature));
        let trailing = [voucher().to_body(), vec![0]].concat();
        assert_eq!(open(&signed(&relay(1), trailing), &expected()), Err(VoucherError::Malformed));
    }
}
