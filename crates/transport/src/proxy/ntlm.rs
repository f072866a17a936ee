//! NTLM version 2, as proxies of Windows networks ask for it: three messages over one connection, and the password
//! itself never travels. \[MS-NLMP\], sections 2.2.1 and 3.3.2.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md4::{Digest as _, Md4};
use md5::Md5;
use zeroize::Zeroizing;

/// What every message begins with.
const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";
/// Texts are UTF-16; else they are bytes of whatever letters the other end has.
const UNICODE: u32 = 0x1;
/// The other end says who it is.
const REQUEST_TARGET: u32 = 0x4;
const NTLM: u32 = 0x200;
const ALWAYS_SIGN: u32 = 0x8000;
const EXTENDED_SECURITY: u32 = 0x8_0000;
/// The other end describes itself.
const TARGET_INFO: u32 = 0x80_0000;
const FLAGS: u32 = UNICODE | REQUEST_TARGET | NTLM | ALWAYS_SIGN | EXTENDED_SECURITY;
/// In the other end's description of itself: the end of it, and its time.
const END: u16 = 0;
const TIMESTAMP: u16 = 7;
/// From 1601, where Windows' time begins, to 1970, in seconds.
const EPOCH: u64 = 11_644_473_600;
/// Bytes of the last message before its texts.
const HEADER: usize = 64;

/// The first message: that this is wanted.
pub(super) fn negotiate() -> Vec<u8> {
    let mut message = SIGNATURE.to_vec();
    message.extend(1u32.to_le_bytes());
    message.extend(FLAGS.to_le_bytes());
    // No domain and no computer's name: they are nobody's business before.
    message.extend([0; 16]);
    message
}

/// The second message: what the proxy asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    flags: u32,
    nonce: [u8; 8],
    /// How the proxy's network describes itself: pairs of a kind and a value.
    target: Vec<u8>,
}

impl Challenge {
    /// Reads it; none if it is something else.
    pub(super) fn parse(message: &[u8]) -> Option<Self> {
        let u16_at = |at: usize| Some(u16::from_le_bytes(message.get(at..at + 2)?.try_into().ok()?));
        let u32_at = |at: usize| Some(u32::from_le_bytes(message.get(at..at + 4)?.try_into().ok()?));
        if !message.starts_with(SIGNATURE) || u32_at(8)? != 2 {
            return None;
        }
        let nonce = message.get(24..32)?.try_into().ok()?;
        let flags = u32_at(20)?;
        // Old ones do not describe themselves, and have something else there.
        let target = match (u16_at(40), u32_at(44)) {
            (Some(length), Some(at)) if length > 0 && flags & TARGET_INFO != 0 => {
                let at = usize::try_from(at).ok()?;
                message.get(at..at.checked_add(length.into())?)?.to_vec()
            }
            _ => Vec::new(),
        };
        Some(Self { flags, nonce, target })
    }

    /// The third message: who this is, as `DOMAIN\USER`, `USER@DOMAIN` or `USER`. None if the system gives no randomness.
    pub(super) fn answer(&self, user: &str, password: &str) -> Option<Zeroizing<Vec<u8>>> {
        let mut random = [0; 8];
        rand::fill(&mut random).ok()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = (now.as_secs() + EPOCH) * 10_000_000 + u64::from(now.subsec_nanos()) / 100;
        Some(self.answer_with(user, password, random, now))
    }

    fn answer_with(&self, user: &str, password: &str, random: [u8; 8], now: u64) -> Zeroizing<Vec<u8>> {
        let (domain, user) = user.split_once('\\').unwrap_or(("", user));
        let key = key(domain, user, password);
        let told = self.time();
        let proof = self.proof(&key, random, told.unwrap_or(now));
        // One that tells its time wants nothing of the older answer.
        let older = match told {
            Some(_) => vec![0; 24],
            None => [hash(&key, &[&self.nonce, &random]).as_slice(), &random].concat(),
        };
        let text =
            |text: &str| if self.flags & UNICODE == 0 { text.as_bytes().to_vec() } else { utf16(text) };
        let parts = [older, proof, text(domain), text(user), Vec::new(), Vec::new()];
        let mut message = Zeroizing::new(SIGNATURE.to_vec());
        message.extend(3u32.to_le_bytes());
        let mut at = HEADER;
        for part in &parts {
            let length = u16::try_from(part.len()).unwrap_or(u16::MAX).to_le_bytes();
            message.extend(length);
            message.extend(length);
            message.extend(u32::try_from(at).unwrap_or(u32::MAX).to_le_bytes());
            at += part.len();
        }
        message.extend((self.flags & FLAGS).to_le_bytes());
        parts.iter().for_each(|part| message.extend(part));
        message
    }

    /// The newer answer: a keyed hash, and what was hashed beside the proxy's nonce.
    fn proof(&self, key: &[u8; 16], random: [u8; 8], time: u64) -> Vec<u8> {
        let mut hashed = vec![1, 1, 0, 0, 0, 0, 0, 0];
        hashed.extend(time.to_le_bytes());
        hashed.extend(random);
        hashed.extend([0; 4]);
        hashed.extend(&self.target);
        hashed.extend([0; 4]);
        [hash(key, &[&self.nonce, &hashed]).to_vec(), hashed].concat()
    }

    /// The proxy's time, if it tells it.
    fn time(&self) -> Option<u64> {
        let mut rest = self.target.as_slice();
        loop {
            let (kind, length) = (rest.get(..2)?.try_into().ok()?, rest.get(2..4)?.try_into().ok()?);
            let value = rest.get(4..4 + usize::from(u16::from_le_bytes(length)))?;
            match u16::from_le_bytes(kind) {
                END => return None,
                TIMESTAMP => return Some(u64::from_le_bytes(value.try_into().ok()?)),
                _ => rest = &rest[4 + value.len()..],
            }
        }
    }
}

/// What stands for user and password.
fn key(domain: &str, user: &str, password: &str) -> [u8; 16] {
    let password = Zeroizing::new(utf16(password));
    let old: [u8; 16] = Md4::digest(&*password).into();
    hash(&old, &[&utf16(&user.to_uppercase()), &utf16(domain)])
}

/// HMAC with MD5 (RFC 2104).
fn hash(key: &[u8; 16], parts: &[&[u8]]) -> [u8; 16] {
    // A short key is filled up with zeros.
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let mut hmac = Hmac::<Md5>::new(&block.into());
    parts.iter().for_each(|part| hmac.update(part));
    hmac.finalize().into_bytes().into()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hexadecimal: &str) -> Vec<u8> {
        let digits: Vec<u8> = hexadecimal.bytes().filter(u8::is_ascii_hexdigit).collect();
        let digit = |digit: u8| (digit as char).to_digit(16).unwrap() as u8;
        digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
    }

    /// The network of the specification's example: `Domain`, `Server`.
    fn target() -> Vec<u8> {
        let pair = |kind: u16, text: &str| {
            let text = utf16(text);
            [&kind.to_le_bytes()[..], &(text.len() as u16).to_le_bytes(), &text].concat()
        };
        [pair(2, "Domain"), pair(1, "Server"), vec![0; 4]].concat()
    }

    fn challenge(target: Vec<u8>) -> Challenge {
        Challenge { flags: 0xe28a_8233, nonce: bytes("0123456789abcdef").try_into().unwrap(), target }
    }

    /// [MS-NLMP], sections 4.2.4.1 and 4.2.4.2.
    #[test]
    fn the_specifications_example_comes_out() {
        let key = key("Domain", "User", "Password");
        assert_eq!(key.to_vec(), bytes("0c868a403bfd7a93a3001ef22ef02e3f"));
        let (challenge, random) = (challenge(target()), [0xaa; 8]);
        let proof = challenge.proof(&key, random, 0);
        assert_eq!(proof[..16], bytes("68cd0ab851e51c96aabc927bebef6a1c"));
        let message = challenge.answer_with("Domain\\User", "Password", random, 0);
        let part = |number: usize| {
            let field = &message[12 + 8 * number..][..8];
            let at = u32::from_le_bytes(field[4..].try_into().unwrap()) as usize;
            message[at..at + usize::from(u16::from_le_bytes(field[..2].try_into().unwrap()))].to_vec()
        };
        assert_eq!(part(0), bytes("86c35097ac9cec102554764a57cccc19 aaaaaaaaaaaaaaaa"));
        assert_eq!(part(1), proof);
        assert_eq!((part(2), part(3)), (utf16("Domain"), utf16("User")));
    }

    #[test]
    fn a_proxy_that_tells_its_time_gets_no_older_answer() {
        let time = [&7u16.to_le_bytes()[..], &8u16.to_le_bytes(), &42u64.to_le_bytes()].concat();
        let challenge = challenge([time, target()].concat());
        assert_eq!(challenge.time(), Some(42));
        let message = challenge.answer_with("anna@example.org", "secret", [1; 8], 7);
        assert_eq!(message[HEADER..HEADER + 24], [0; 24]);
        // Behind the hash and the version stands the time that was hashed.
        assert_eq!(message[HEADER + 24 + 16 + 8..][..8], 42u64.to_le_bytes());
        assert!(message.windows(32).any(|part| part == utf16("anna@example.org")));
    }

    #[test]
    fn messages_are_read_and_rubbish_is_none() {
        let target = target();
        let mut message = SIGNATURE.to_vec();
        message.extend(2u32.to_le_bytes());
        message.extend([0; 8]);
        message.extend(0xe28a_8233u32.to_le_bytes());
        message.extend(bytes("0123456789abcdef"));
        message.extend([0; 8]);
        message.extend((target.len() as u16).to_le_bytes());
        message.extend((target.len() as u16).to_le_bytes());
        message.extend(56u32.to_le_bytes());
        message.extend([0; 8]);
        message.extend(&target);
        assert_eq!(Challenge::parse(&message), Some(challenge(target)));
        for end in 0..message.len() {
            let part = Challenge::parse(&message[..end]);
            assert!(part.is_none_or(|part| end < 48 && part.target.is_empty()), "{end}");
        }
        // An old one: its name stands where others describe themselves.
        let old = [&message[..20], &FLAGS.to_le_bytes(), &message[24..40], b"WORKGROUP"].concat();
        assert!(Challenge::parse(&old).is_some_and(|old| old.target.is_empty()));
        message[44..48].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(Challenge::parse(&message), None);
        assert_eq!(Challenge::parse(&negotiate()), None);
        assert_eq!(negotiate().len(), 32);
        for pairs in [vec![7, 0, 3, 0, 1, 2, 3], vec![7, 0, 255, 255], vec![1, 0, 0, 0, 1]] {
            assert_eq!(challenge(pairs).time(), None);
        }
    }
}
