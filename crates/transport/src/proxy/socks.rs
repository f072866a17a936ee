//! SOCKS version 5.

use std::net::IpAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

use super::{Credentials, ProxyError};
use crate::socket::Carrier;
use crate::target::Target;

/// RFC 1928 and, for a user and a password, RFC 1929.
pub(super) async fn connect(
    mut stream: TcpStream,
    target: &Target,
    credentials: Option<&Credentials>,
) -> Result<Carrier, ProxyError> {
    const NO_AUTHENTICATION: u8 = 0;
    const PASSWORD: u8 = 2;
    const CONNECT: u8 = 1;
    let methods: &[u8] =
        if credentials.is_some() { &[5, 2, NO_AUTHENTICATION, PASSWORD] } else { &[5, 1, NO_AUTHENTICATION] };
    stream.write_all(methods).await?;
    let mut chosen = [0; 2];
    stream.read_exact(&mut chosen).await?;
    match (chosen, credentials) {
        ([5, NO_AUTHENTICATION], _) => {}
        ([5, PASSWORD], Some(credentials)) => {
            let (user, password) = (credentials.user.as_bytes(), credentials.password.as_bytes());
            let lengths = u8::try_from(user.len()).ok().zip(u8::try_from(password.len()).ok());
            let (user_length, password_length) = lengths.ok_or(ProxyError::WrongPassword)?;
            let mut words = Zeroizing::new(vec![1, user_length]);
            words.extend_from_slice(user);
            words.push(password_length);
            words.extend_from_slice(password);
            let trial = credentials.try_out().await?;
            stream.write_all(&words).await?;
            let mut verdict = [0; 2];
            stream.read_exact(&mut verdict).await?;
            trial.settle(verdict[1] == 0).await?;
        }
        ([5, _], None) => return Err(ProxyError::WantsPassword("SOCKS5".to_owned())),
        ([5, method], Some(_)) => {
            return Err(ProxyError::UnknownScheme(format!("SOCKS5 method {method}")));
        }
        _ => return Err(ProxyError::Garbage),
    }
    let mut request = vec![5, CONNECT, 0];
    match target.host.parse() {
        Ok(IpAddr::V4(address)) => {
            request.push(1);
            request.extend_from_slice(&address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(4);
            request.extend_from_slice(&address.octets());
        }
        Err(_) => {
            let length = u8::try_from(target.host.len());
            let length = length.map_err(|_| ProxyError::Refused("the host's name is too long".to_owned()))?;
            request.extend_from_slice(&[3, length]);
            request.extend_from_slice(target.host.as_bytes());
        }
    }
    request.extend_from_slice(&target.port.to_be_bytes());
    stream.write_all(&request).await?;
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let [5, code, _, kind] = head else { return Err(ProxyError::Garbage) };
    if code != 0 {
        return Err(ProxyError::Refused(socks_words(code)));
    }
    let rest = match kind {
        1 => 4 + 2,
        4 => 16 + 2,
        3 => usize::from(stream.read_u8().await?) + 2,
        _ => return Err(ProxyError::Garbage),
    };
    let mut bound = [0; 256 + 2];
    stream.read_exact(&mut bound[..rest]).await?;
    Ok(Box::new(stream))
}

/// What a reply means (RFC 1928, section 6).
fn socks_words(code: u8) -> String {
    let words = match code {
        1 => "it failed",
        2 => "its rules do not allow this",
        3 => "the network can't be reached",
        4 => "the host can't be reached",
        5 => "the connection was refused",
        6 => "no answer in time",
        7 => "it does not know CONNECT",
        8 => "it does not know this kind of address",
        other => return format!("reply {other}"),
    };
    words.to_owned()
}
