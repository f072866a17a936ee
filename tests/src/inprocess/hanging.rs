//! A network that can hang: it keeps every connection and carries nothing.

use std::net::SocketAddr;

use farhand_peer::console::Way;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::relay::{Relay, way};

/// The way to a relay, in a test's hand. Dropping it cuts everything.
#[derive(Debug)]
pub struct HangingNetwork {
    address: SocketAddr,
    hangs: watch::Sender<bool>,
    _tasks: JoinSet<()>,
}

impl HangingNetwork {
    /// Carries everything, until told otherwise.
    pub async fn before(relay: &Relay) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (hangs, told) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, relay.address(), told));
        Self { address, hangs, _tasks: tasks }
    }

    /// How a program reaches the relay through it.
    #[must_use]
    pub fn way(&self, relay: &Relay) -> Way {
        way(self.address, relay.pin())
    }

    /// Carries nothing from now on, or again everything.
    pub fn hang(&self, hangs: bool) {
        self.hangs.send_replace(hangs);
    }
}

async fn accept(listener: TcpListener, relay: SocketAddr, told: watch::Receiver<bool>) {
    let mut tasks = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        let Ok(far) = TcpStream::connect(relay).await else { continue };
        let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
        tasks.spawn(carry(near_in, far_out, told.clone()));
        tasks.spawn(carry(far_in, near_out, told.clone()));
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut hangs: watch::Receiver<bool>) {
    let mut buffer = [0; 16 * 1024];
    loop {
        let Ok(count) = from.read(&mut buffer).await else { return };
        if hangs.wait_for(|hangs| !hangs).await.is_err() || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
        if count == 0 {
            // Whoever reads the other direction may go on.
            let _ = to.shutdown().await;
            return;
        }
    }
}
