//! A company's box that opens HTTPS: it shows a certificate of its own, reads everything, and passes it on over another
//! TLS. What is not HTTPS does not pass.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use farhand_peer::console::Way;
use farhand_transport::web::WebCertificate;
use farhand_transport::websocket::dress;
use rustls::ServerConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::relay::{Relay, way};

/// The box. Dropping it cuts everything.
#[derive(Debug)]
pub struct Inspection {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<u8>>>,
    _tasks: JoinSet<()>,
}

impl Inspection {
    /// Passes on what goes to this address.
    pub async fn before(relay: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<u8>>> = Arc::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, relay, Arc::clone(&seen)));
        Self { address, seen, _tasks: tasks }
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How a program reaches the relay through it.
    #[must_use]
    pub fn way(&self, relay: &Relay) -> Way {
        way(self.address, relay.pin())
    }

    /// Everything that it has read.
    #[must_use]
    pub fn seen(&self) -> Vec<u8> {
        self.seen.lock().unwrap().clone()
    }
}

async fn accept(listener: TcpListener, relay: SocketAddr, seen: Arc<Mutex<Vec<u8>>>) {
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(WebCertificate::self_signed().unwrap()));
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let mut tasks = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
        tasks.spawn(async move {
            let Ok(near) = acceptor.accept(near).await else { return };
            let Ok(far) = TcpStream::connect(relay).await else { return };
            let connector = TlsConnector::from(dress());
            let name = ServerName::try_from("relay.example").unwrap();
            let Ok(far) = connector.connect(name, far).await else { return };
            let ((near_in, near_out), (far_in, far_out)) = (tokio::io::split(near), tokio::io::split(far));
            tokio::select! {
                () = carry(near_in, far_out, &seen) => {}
                () = carry(far_in, near_out, &seen) => {}
            }
        });
    }
}

async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, seen: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        seen.lock().unwrap().extend_from_slice(&buffer[..count]);
        if to.write_all(&buffer[..count]).await.is_err() || to.flush().await.is_err() {
            return;
        }
    }
}
