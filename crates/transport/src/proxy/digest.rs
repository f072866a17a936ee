//! Digest access authentication (RFC 7616), as proxies ask for it: the password itself never travels.

use aws_lc_rs::{digest, rand};
use md5::{Digest as _, Md5};

/// How something is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Md5,
    Sha256,
}

/// What a proxy has asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// Whether the algorithm is named, and how.
    named: Option<String>,
    has_qop: bool,
    /// The answer before was right, but for a nonce that is too old.
    pub(super) is_stale: bool,
}

impl Challenge {
    /// Reads what stands behind `Digest` in `Proxy-Authenticate`; none if it wants what is not known here.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fields = parameters(text)?;
        let field = |name: &str| {
            fields.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
        };
        let named = field("algorithm");
        let algorithm = match named.as_deref().map(str::to_ascii_lowercase).as_deref() {
            None | Some("md5") => Algorithm::Md5,
            Some("sha-256") => Algorithm::Sha256,
            Some(_) => return None,
        };
        let qop = field("qop");
        let has_qop = match &qop {
            None => false,
            Some(kinds) => {
                let knows = kinds.split(',').any(|kind| kind.trim().eq_ignore_ascii_case("auth"));
                if !knows {
                    return None;
                }
                true
            }
        };
        Some(Self {
            realm: field("realm")?,
            nonce: field("nonce")?,
            opaque: field("opaque"),
            algorithm,
            named,
            has_qop,
            is_stale: field("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// The value of `Proxy-Authorization` for one request; none if the system gives no randomness.
    pub(super) fn answer(&self, user: &str, password: &str, method: &str, uri: &str) -> Option<String> {
        let mut random = [0; 16];
        rand::fill(&mut random).ok()?;
        Some(self.answer_with(user, password, method, uri, &hexadecimal(&random)))
    }

    fn answer_with(&self, user: &str, password: &str, method: &str, uri: &str, cnonce: &str) -> String {
        /// Each nonce answers one request.
        const COUNT: &str = "00000001";
        let hash = |text: &str| self.algorithm.hash(text.as_bytes());
        let who = hash(&format!("{user}:{}:{password}", self.realm));
        let what = hash(&format!("{method}:{uri}"));
        let nonce = &self.nonce;
        let response = if self.has_qop {
            hash(&format!("{who}:{nonce}:{COUNT}:{cnonce}:auth:{what}"))
        } else {
            hash(&format!("{who}:{nonce}:{what}"))
        };
        let mut answer = format!(
            "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{response}\"",
            quoted(user),
            quoted(&self.realm),
            quoted(nonce),
            quoted(uri),
        );
        if let Some(named) = &self.named {
            answer += &format!(", algorithm={named}");
        }
        if self.has_qop {
            answer += &format!(", qop=auth, nc={COUNT}, cnonce=\"{cnonce}\"");
        }
        if let Some(opaque) = &self.opaque {
            answer += &format!(", opaque=\"{}\"", quoted(opaque));
        }
        answer
    }
}

impl Algorithm {
    /// In hexadecimal digits.
    fn hash(self, bytes: &[u8]) -> String {
        match self {
            Self::Md5 => hexadecimal(&Md5::digest(bytes)),
            Self::Sha256 => hexadecimal(digest::digest(&digest::SHA256, bytes).as_ref()),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As the contents of a quoted string (RFC 9110, section 5.6.4).
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Names and values with commas between them, some of them in quotation marks.
fn parameters(text: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches([' ', ',', '\t']);
    while !rest.is_empty() {
        let (name, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let (value, behind) = match behind.strip_prefix('"') {
            None => {
                let end = behind.find(',').unwrap_or(behind.len());
                (behind[..end].trim().to_owned(), &behind[end..])
            }
            Some(inside) => {
                let mut value = String::new();
                let mut characters = inside.char_indices();
                let end = loop {
                    match characters.next()? {
                        (index, '"') => break index + 1,
                        (_, '\\') => value.push(characters.next()?.1),
                        // It is sent back as it came, within a line.
                        (_, character) if character.is_control() => return None,
                        (_, character) => value.push(character),
                    }
                };
                (value, &inside[end..])
            }
        };
        found.push((name.trim().to_owned(), value));
        rest = behind.trim_start_matches([' ', ',', '\t']);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &str = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
        nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

    #[test]
    fn the_examples_of_the_standard_come_out() {
        // RFC 7616, section 3.9.1.
        for (algorithm, response) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let challenge = Challenge::parse(&format!(" {FIELDS}, algorithm={algorithm}")).unwrap();
            let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
            let answer = challenge.answer_with("Mufasa", "Circle of Life", "GET", "/dir/index.html", cnonce);
            assert!(
                answer.contains(&format!("response=\"{response}\", algorithm={algorithm}, qop=auth")),
                "{answer}"
            );
            assert!(answer.contains("opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""), "{answer}");
        }
        // RFC 2069's way, without qop.
        let old =
            Challenge::parse("realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"")
                .unwrap();
        let answer = old.answer_with("Mufasa", "CircleOfLife", "GET", "/dir/index.html", "");
        assert!(answer.contains("response=\"1949323746fe6a43ef61f9606e7febea\""), "{answer}");
    }

    #[test]
    fn what_is_not_known_or_broken_is_no_challenge() {
        for text in [
            "",
            "realm=\"a\"",
            "nonce=\"a\"",
            "realm=\"a\", nonce=\"b",
            "realm=\"a\", nonce=\"b\", algorithm=MD5-sess",
            "realm=\"a\", nonce=\"b\", qop=\"auth-int\"",
            "realm=\"a\u{d}\u{a}X: y\", nonce=\"b\"",
            "realm",
        ] {
            assert_eq!(Challenge::parse(text), None, "{text:?}");
        }
        let quoting = Challenge::parse("realm=\"a \\\"b\\\" \\\\c\" ,nonce=n,stale=TRUE").unwrap();
        assert!(quoting.is_stale);
        assert!(
            quoting
                .answer("u\"", "p", "CONNECT", "a:1")
                .unwrap()
                .contains("username=\"u\\\"\", realm=\"a \\\"b\\\" \\\\c\"")
        );
    }
}
