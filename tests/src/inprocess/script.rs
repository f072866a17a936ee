//! A relay that says a fixed sequence of bytes, whatever it hears.

use std::net::Ipv4Addr;
use std::time::Duration;

use farhand_peer::console::Way;
use farhand_transport::{Acceptor, Identity, Pin};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::relay::way;

/// What a [`ScriptedRelay`] does with each connection.
#[derive(Debug, Clone)]
pub struct Script {
    /// Sent as it is instead of TLS; `None` shakes hands as a relay does.
    pub instead_of_tls: Option<Vec<u8>>,
    /// Sent inside the leg, each behind one message of the program.
    pub answers: Vec<Vec<u8>>,
    /// Whether the connection ends after the last of them, or is held in silence.
    pub closes: bool,
}

/// A relay that is no better than its script.
#[derive(Debug)]
pub struct ScriptedRelay {
    way: Way,
    _tasks: JoinSet<()>,
}

impl ScriptedRelay {
    /// Starts one.
    pub async fn start(script: Script) -> Self {
        let identity = Identity::generate().unwrap();
        let certificate = identity.self_signed().unwrap();
        let acceptor = Acceptor::new(&identity, certificate, Duration::from_secs(5)).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let way = way(listener.local_addr().unwrap(), Pin(identity.key_hash()));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut legs = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                legs.spawn(play(stream, acceptor.clone(), script.clone()));
            }
        });
        Self { way, _tasks: tasks }
    }

    /// How programs reach it.
    #[must_use]
    pub fn way(&self) -> Way {
        self.way.clone()
    }
}

/// However the program takes it, the script goes on to its end.
async fn play(mut stream: TcpStream, acceptor: Acceptor, script: Script) {
    if let Some(bytes) = script.instead_of_tls {
        let _ = stream.write_all(&bytes).await;
        if !script.closes {
            drain(stream).await;
        }
        return;
    }
    let peer = stream.peer_addr().unwrap();
    let Ok(mut leg) = acceptor.accept_leg(stream, peer).await else { return };
    leg.lift_limit();
    let (mut stream, _) = leg.into_stream();
    let mut heard = [0; 4096];
    for answer in script.answers {
        // A program says one thing and waits.
        if !stream.read(&mut heard).await.is_ok_and(|count| count > 0) {
            return;
        }
        let _ = stream.write_all(&answer).await;
        let _ = stream.flush().await;
    }
    if script.closes {
        let _ = stream.shutdown().await;
    } else {
        drain(stream).await;
    }
}

async fn drain(mut stream: impl tokio::io::AsyncRead + Unpin) {
    let mut bytes = [0; 4096];
    while stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
}
