//! A network with a way to go: every byte arrives a while after it was sent.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use farhand_peer::console::Way;
use farhand_transport::Pin;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::relay::way;

/// What one direction holds at most.
const UNDER_WAY: usize = 4 * 1024 * 1024;

/// The way to a relay. Dropping it cuts everything.
#[derive(Debug)]
pub struct SlowNetwork {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl SlowNetwork {
    /// Leads to this address; each direction takes so long. A connection is refused where the relay's machine refuses
    /// it.
    pub async fn before(relay: SocketAddr, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, relay, delay));
        Self { address, _tasks: tasks }
    }

    /// How a program reaches the relay with this key through it.
    #[must_use]
    pub fn way(&self, pin: Pin) -> Way {
        way(self.address, pin)
    }
}

async fn accept(listener: TcpListener, relay: SocketAddr, delay: Duration) {
    let mut tasks = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        tasks.spawn(async move {
            // The question of whether anybody is there takes its time as well.
            tokio::time::sleep(delay * 2).await;
            let Ok(far) = TcpStream::connect(relay).await else { return };
            let _ = (near.set_nodelay(true), far.set_nodelay(true));
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            tokio::join!(carry(near_in, far_out, delay), carry(far_in, near_out, delay));
        });
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, delay: Duration) {
    let mut under_way: VecDeque<(Instant, Vec<u8>)> = VecDeque::new();
    let (mut held, mut open) = (0, true);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let due = under_way.front().map(|(due, _)| *due);
        tokio::select! {
            biased;
            () = async { sleep_until(due.unwrap_or_else(Instant::now)).await }, if due.is_some() => {
                let Some((_, bytes)) = under_way.pop_front() else { continue };
                held -= bytes.len();
                if bytes.is_empty() || to.write_all(&bytes).await.is_err() {
                    let _ = to.shutdown().await;
                    return;
                }
            }
            count = from.read(&mut buffer), if open && held < UNDER_WAY => {
                // An end takes its time like everything else; one with an error is the same end.
                let count = count.unwrap_or(0);
                open = count > 0;
                held += count;
                under_way.push_back((Instant::now() + delay, buffer[..count].to_vec()));
            }
        }
    }
}
