//! Frames, numbers, pins, signed bodies, the relay's configuration.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use farhand_proto::codec::{self, FrameBuffer, Message};
use farhand_proto::grant::Grants;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::relay::{Claim, Voucher};
use farhand_relay::config::Config;
use farhand_relay::options::SettingOptions;
use farhand_transport::{Pin, Target};

/// The first byte cuts the rest into two arrivals. However they are cut, the same messages come; each has one wire
/// form, and writing it gives back what was read.
pub(super) fn frames<M: Message + Debug + PartialEq>(data: &[u8]) {
    let Some((&cut, bytes)) = data.split_first() else { return };
    let (first, second) = bytes.split_at(bytes.len() * usize::from(cut) / 256);
    let whole = read::<M>(&[bytes]);
    assert_eq!(whole, read::<M>(&[first, second]));
    let mut written = Vec::new();
    for message in &whole.0 {
        let start = written.len();
        message.encode(&mut written);
        let limit = M::limit(message.number()).unwrap();
        assert!(written.len() - start <= codec::HEADER + limit);
    }
    // bincode's integers have more than one form, so what was read may have been longer than what is written. A byte
    // that may not be shown becomes a sign of three.
    assert!(written.len() <= 3 * bytes.len());
    assert_eq!(read::<M>(&[&written]).0, whole.0);
}

/// The messages in these arrivals, and whether an error followed them.
fn read<M: Message>(arrivals: &[&[u8]]) -> (Vec<M>, bool) {
    let mut buffer = FrameBuffer::new();
    let mut messages = Vec::new();
    for bytes in arrivals {
        buffer.push(bytes);
        loop {
            match buffer.next_message() {
                Ok(Some((message, _))) => messages.push(message),
                Ok(None) => break,
                Err(_) => return (messages, true),
            }
        }
    }
    (messages, false)
}

/// What people type: the two numbers, a pin, a relay's address, grants.
pub(super) fn typed(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    same_again::<SessionId>(text);
    same_again::<Password>(text);
    same_again::<Pin>(text);
    same_again::<Target>(text);
    // "nothing" is for people to read; nobody asks for it by that name.
    if text.parse::<Grants>().is_ok_and(|grants| !grants.is_empty()) {
        same_again::<Grants>(text);
    }
}

/// What is understood is printed in a form that is understood as the same.
fn same_again<T: FromStr + Display + PartialEq>(text: &str) {
    if let Ok(value) = text.parse::<T>() {
        let printed = value.to_string();
        assert!(printed.parse::<T>().ok() == Some(value), "{text:?} became {printed:?}");
    }
}

/// What relays sign.
pub(super) fn signed(data: &[u8]) {
    if let Ok(voucher) = Voucher::from_body(data) {
        assert_eq!(Voucher::from_body(&voucher.to_body()).unwrap(), voucher);
    }
    if let Ok(claim) = codec::get::<Claim>(data, "claim") {
        let mut body = Vec::new();
        codec::put(&claim, &mut body);
        assert_eq!(codec::get::<Claim>(&body, "claim").unwrap(), claim);
    }
    // A label keeps one kind of signature from being taken for another.
    assert_ne!(Voucher::signed_bytes(data), Claim::signed_bytes(data));
}

/// A relay's configuration file.
pub(super) fn relay_config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    thread_local! {
        static FOLDER: tempfile::TempDir = tempfile::tempdir().unwrap();
    }
    FOLDER.with(|folder| {
        let file = folder.path().join("relay.toml");
        std::fs::write(&file, text).unwrap();
        let options = SettingOptions { config: Some(file), ..SettingOptions::default() };
        match Config::load(&options) {
            Ok(config) => {
                assert!(!config.listen.is_empty());
                assert!(config.broker.limits.legs > 0 && !config.broker.timing.silence.is_zero());
                assert!(config.to_string().contains("organisation"));
            }
            Err(error) => assert!(error.to_string().contains("relay.toml")),
        }
    });
}
