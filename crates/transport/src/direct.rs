//! A way between the two ends of a session without a relay: the console listens, the client dials. Who may come and what
//! is said there is the business of whoever uses this; here are only addresses, ports and one secret word at the door.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand;
use farhand_proto::bounded::List;
use farhand_proto::limits::MAX_ADDRESSES;
use farhand_proto::session::{ConsoleAt, Token};
use if_addrs::{IfAddr, Interface};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::socket::{Carrier, without_delay};

/// The port that is tried before any other; firewalls that let programs of this kind through know it.
pub const PORT: u16 = 110;
/// The most addresses that a client dials.
const MOST_DIALLED: usize = 4;
/// How long a client tries an address.
const DIAL: Duration = Duration::from_secs(3);
/// How long somebody at a console's door has to say the word.
const WORD: Duration = Duration::from_secs(2);
/// Connections that the system keeps until the console takes them.
const BACKLOG: i32 = 8;

/// A console's door for one session.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    token: Token,
}

impl Listener {
    /// Listens on this port, or on any where it can't be had.
    ///
    /// # Errors
    /// The system gives no port at all, or no random bytes.
    pub fn bind(port: u16) -> io::Result<Self> {
        let socket = listen(port).or_else(|_| listen(0))?;
        let mut token = [0; 32];
        rand::fill(&mut token).map_err(|_| io::Error::other("no random bytes"))?;
        Ok(Self { socket, token: Token(token) })
    }

    /// What the client has to know; `seen` is where the relay sees this computer.
    ///
    /// # Errors
    /// The system does not say where it listens.
    pub fn at(&self, seen: Option<IpAddr>) -> io::Result<ConsoleAt> {
        let port = self.socket.local_addr()?.port();
        let mut own: Vec<_> = interfaces().iter().map(Interface::ip).filter(|ip| is_of_use(*ip)).collect();
        own.truncate(MAX_ADDRESSES);
        let seen = seen.filter(|seen| is_of_use(*seen) && !own.contains(seen));
        let with_port = |ip| SocketAddr::new(ip, port);
        let own = List::new(own.into_iter().map(with_port).collect()).expect("no more than a list holds");
        Ok(ConsoleAt { token: self.token.clone(), own, seen: seen.map(with_port) })
    }

    /// Takes the next connection, whoever it is from.
    ///
    /// # Errors
    /// The system is short of something; it makes sense to go on after a while.
    pub async fn accept(&self) -> io::Result<TcpStream> {
        Ok(without_delay(self.socket.accept().await?.0))
    }

    /// What whoever comes has to say.
    #[must_use]
    pub fn token(&self) -> Token {
        self.token.clone()
    }
}

/// Lets in who knows the word. Nothing is said to anybody else.
pub async fn admit(mut stream: TcpStream, token: &Token) -> Option<Carrier> {
    let mut word = [0; 32];
    tokio::time::timeout(WORD, stream.read_exact(&mut word)).await.ok()?.ok()?;
    verify_slices_are_equal(&word, &token.0).ok()?;
    Some(Box::new(stream))
}

/// Dials a console where it says that it is, as far as this computer can tell that it might be: all addresses at the same
/// time, and the first that answers wins. Also gives how long it took to answer.
pub async fn dial(at: &ConsoleAt) -> Option<(Carrier, Duration)> {
    let begun = Instant::now();
    let mut tries = JoinSet::new();
    for address in candidates(at, &interfaces()) {
        tries.spawn(async move { tokio::time::timeout(DIAL, TcpStream::connect(address)).await });
    }
    while let Some(tried) = tries.join_next().await {
        if let Ok(Ok(Ok(stream))) = tried {
            let round_trip = begun.elapsed();
            let mut stream = without_delay(stream);
            stream.write_all(&at.token.0).await.ok()?;
            return Some((Box::new(stream), round_trip));
        }
    }
    None
}

/// What of the console's addresses is dialled: those in this computer's own networks, and where its relay sees it.
fn candidates(at: &ConsoleAt, interfaces: &[Interface]) -> Vec<SocketAddr> {
    let near = at.own.iter().filter(|address| interfaces.iter().any(|own| is_near(own, address.ip())));
    let mut known = HashSet::new();
    let all = near.chain(&at.seen).copied();
    all.filter(|address| address.port() != 0 && is_of_use(address.ip()) && known.insert(*address))
        .take(MOST_DIALLED)
        .collect()
}

fn is_near(own: &Interface, other: IpAddr) -> bool {
    match (&own.addr, other) {
        (IfAddr::V4(own), IpAddr::V4(other)) => {
            let mask = u32::from(own.netmask);
            // A mask of all ones is a point-to-point line, and of none everything.
            mask != 0 && u32::from(own.ip) & mask == u32::from(other) & mask
        }
        (IfAddr::V6(own), IpAddr::V6(other)) => {
            let mask = u128::from(own.netmask);
            mask != 0 && u128::from(own.ip) & mask == u128::from(other) & mask
        }
        (IfAddr::V4(_), IpAddr::V6(_)) | (IfAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// Whether another computer can be there: not this one itself, nobody in particular, or many at once.
fn is_of_use(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let is_local = match address {
        IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
        // An address of one link alone means nothing without the link's name.
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    !is_local && !address.is_loopback() && !address.is_unspecified() && !address.is_multicast()
}

fn interfaces() -> Vec<Interface> {
    // A system that does not say has no network that it would tell of.
    if_addrs::get_if_addrs().unwrap_or_default()
}

/// For both kinds of addresses where the system has them.
fn listen(port: u16) -> io::Result<TcpListener> {
    let open = |address: SocketAddr| {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if address.is_ipv6() {
            socket.set_only_v6(false)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        TcpListener::from_std(socket.into())
    };
    open((Ipv6Addr::UNSPECIFIED, port).into()).or_else(|_| open((Ipv4Addr::UNSPECIFIED, port).into()))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use if_addrs::{IfOperStatus, Ifv4Addr};

    use super::*;

    fn at(own: &[&str], seen: Option<&str>) -> ConsoleAt {
        let address = |text: &&str| text.parse().unwrap();
        ConsoleAt {
            token: Token([7; 32]),
            own: List::new(own.iter().map(address).collect()).unwrap(),
            seen: seen.as_ref().map(address),
        }
    }

    fn dialled(own: &[&str], seen: Option<&str>) -> Vec<String> {
        let network = Ifv4Addr {
            ip: Ipv4Addr::new(10, 1, 2, 3),
            netmask: Ipv4Addr::new(255, 255, 255, 0),
            prefixlen: 24,
            broadcast: None,
        };
        let interface = Interface {
            name: "e".into(),
            addr: IfAddr::V4(network),
            index: None,
            oper_status: IfOperStatus::Up,
            is_p2p: false,
        };
        candidates(&at(own, seen), &[interface]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_client_dials_into_its_own_networks_and_where_the_relay_sees_the_console() {
        let own = ["10.1.2.9:110", "10.1.3.9:110", "192.168.1.1:110", "[2001:db8::1]:110"];
        assert_eq!(dialled(&own, None), ["10.1.2.9:110"]);
        assert_eq!(dialled(&own, Some("203.0.113.7:110")), ["10.1.2.9:110", "203.0.113.7:110"]);
        assert_eq!(dialled(&["10.1.2.9:110"], Some("10.1.2.9:110")), ["10.1.2.9:110"], "once");
    }

    #[test]
    fn a_client_knocks_at_four_doors_at_most_and_at_none_of_its_own_computer() {
        let many: Vec<_> = (1..=8).map(|host| format!("10.1.2.{host}:25")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert_eq!(dialled(&many, Some("203.0.113.7:110")).len(), 4);
        for seen in ["127.0.0.1:80", "[::1]:80", "[::ffff:127.0.0.1]:80", "0.0.0.0:80", "224.0.0.1:80"] {
            assert_eq!(dialled(&[], Some(seen)), [""; 0], "{seen}");
        }
        for seen in ["169.254.169.254:80", "255.255.255.255:80", "[fe80::1]:80", "203.0.113.7:0"] {
            assert_eq!(dialled(&[], Some(seen)), [""; 0], "{seen}");
        }
    }

    #[tokio::test]
    async fn nobody_hears_anything_without_the_word() {
        let listener = Listener::bind(0).unwrap();
        let port = listener.socket.local_addr().unwrap().port();
        let knock = async |word: &[u8]| {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
            stream.write_all(word).await.unwrap();
            let admitted = admit(listener.accept().await.unwrap(), &listener.token).await;
            let is_in = admitted.is_some();
            drop(admitted);
            let mut heard = Vec::new();
            // A connection that is closed with something unread is reset.
            let _ = stream.read_to_end(&mut heard).await;
            assert_eq!(heard, b"");
            is_in
        };
        assert!(knock(&listener.token.0).await);
        assert!(!knock(&[0; 32]).await);
        let mut almost = listener.token.0;
        almost[31] ^= 1;
        assert!(!knock(&almost).await);
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_let_go() {
        let listener = Listener::bind(0).unwrap();
        let port = listener.socket.local_addr().unwrap().port();
        let _silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        assert!(admit(listener.accept().await.unwrap(), &listener.token).await.is_none());
    }

    #[tokio::test]
    async fn another_port_does_where_the_first_is_taken() {
        let first = Listener::bind(0).unwrap();
        let port = first.socket.local_addr().unwrap().port();
        let second = Listener::bind(port).unwrap();
        assert_ne!(second.socket.local_addr().unwrap().port(), port);
        assert_ne!(first.token, second.token);
    }
}
