//! Ports.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};

/// Connections that the system keeps until the relay takes them.
const BACKLOG: i32 = 1024;
/// A connection without traffic is probed after this time, and again after each interval.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_RETRIES: u32 = 3;

/// A port can't be used.
#[derive(Debug, thiserror::Error)]
#[error("can't listen on {address}: {source}{advice}", advice = advice(*address, source))]
pub struct ListenError {
    /// Which address and port.
    pub address: SocketAddr,
    /// Why.
    pub source: io::Error,
}

/// Listens on an address. An IPv6 one takes IPv6 alone, so that both kinds can be listed side by side.
///
/// # Errors
/// The port can't be used; the error says what to do.
pub fn listen(address: SocketAddr) -> Result<TcpListener, ListenError> {
    let open = || {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        // A restarted relay takes its port back while old connections still linger in the system.
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        TcpListener::from_std(socket.into())
    };
    open().map_err(|source| ListenError { address, source })
}

/// Lets the system notice a peer that is gone without a word.
pub(crate) fn keep_alive(stream: &TcpStream) -> io::Result<()> {
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE)
        .with_interval(KEEPALIVE_INTERVAL)
        .with_retries(KEEPALIVE_RETRIES);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}

fn advice(address: SocketAddr, error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::PermissionDenied if address.port() < 1024 => {
            "; ports below 1024 need a privilege: use the systemd unit, or `setcap cap_net_bind_service=+ep` on \
             the program, or a port above 1023"
        }
        ErrorKind::AddrInUse => {
            "; another program listens there, `ss -ltnp` shows which; stop it or choose another port"
        }
        ErrorKind::AddrNotAvailable => "; this machine has no such address, `ip address` shows those it has",
        _ => "",
    }
}
