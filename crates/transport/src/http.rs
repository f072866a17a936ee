//! A leg's bytes in plain HTTP requests, for networks that let nothing else out: posted up piece by piece, and polled
//! down by requests that wait at the relay. Every piece says where in its direction it belongs, so that a request may be
//! made again whenever a proxy has swallowed it or its answer, on any connection.
//!
//! | request | answer |
//! |---|---|
//! | `POST /leg/LINK/up/OFFSET` with bytes | 204 once they are taken; 409 if bytes before them are missing |
//! | `POST /leg/LINK/down/OFFSET` | 200 with bytes from there on; 204 if there were none for a while; 410 at their end |
//! | `POST /leg/LINK/end/OFFSET` | 204: nothing more comes up |
//!
//! A link has a name of 32 hexadecimal digits that its program draws at random. 404 says that it is gone.

mod link;
mod requests;

pub use link::{Down, Link, LinkStream, Up};
pub(crate) use requests::connect;

/// Where the relay takes these requests: this, the link, a slash, and what is wanted.
pub const PATH: &str = "/leg/";
/// The most bytes that one request brings; many proxies take no large ones.
pub const PIECE: usize = 32 * 1024;

/// A link's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkName([u8; 16]);

/// What is wanted of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// To bring bytes.
    Up,
    /// To have bytes.
    Down,
    /// To bring no more.
    End,
}

impl LinkName {
    fn new() -> Result<Self, aws_lc_rs::error::Unspecified> {
        let mut name = [0; 16];
        aws_lc_rs::rand::fill(&mut name)?;
        Ok(Self(name))
    }
}

/// What a path asks for: which link, what of it, and where.
#[must_use]
pub fn parse_path(path: &str) -> Option<(LinkName, Wish, u64)> {
    let mut parts = path.strip_prefix(PATH)?.split('/');
    let (name, wish, offset) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || name.len() != 32 || !name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let name = u128::from_str_radix(name, 16).ok()?.to_be_bytes();
    let wish = match wish {
        "up" => Wish::Up,
        "down" => Wish::Down,
        "end" => Wish::End,
        _ => return None,
    };
    Some((LinkName(name), wish, offset.parse().ok()?))
}

fn path_of(name: LinkName, wish: Wish, offset: u64) -> String {
    let wish = match wish {
        Wish::Up => "up",
        Wish::Down => "down",
        Wish::End => "end",
    };
    format!("{PATH}{:032x}/{wish}/{offset}", u128::from_be_bytes(name.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are_written() {
        let name = LinkName([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        for (wish, offset) in [(Wish::Up, 0), (Wish::Down, u64::MAX), (Wish::End, 7)] {
            assert_eq!(parse_path(&path_of(name, wish, offset)), Some((name, wish, offset)));
        }
        assert_eq!(path_of(name, Wish::Up, 7), "/leg/000102030405060708090a0b0c0d0eff/up/7");
        let good = "/leg/000102030405060708090a0b0c0d0eff";
        for bad in [
            "/leg",
            "/leg/",
            "/leg/00/up/0",
            &format!("{good}/up"),
            &format!("{good}/up/"),
            &format!("{good}/up/-1"),
            &format!("{good}/up/0/0"),
            &format!("{good}/on/0"),
            &format!("{good}0/up/0"),
            "/leg/+00102030405060708090a0b0c0d0eff/up/0",
            &format!("{good}/up/18446744073709551616"),
        ] {
            assert_eq!(parse_path(bad), None, "{bad}");
        }
    }
}
