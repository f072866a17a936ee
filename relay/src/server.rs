//! The running relay: its ports, its pages, and the task that drives the broker.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use farhand_broker::{Broker, Entropy, Environment, LocalDirectory, Settings, Signer};
use farhand_store::{Store, StoreError};
use farhand_transport::identity::IdentityError;
use farhand_transport::web::{WebCertificate, WebCertificateError};
use farhand_transport::{Acceptor, Encapsulation, Identity, Pin};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep};
use tracing::{error, info, warn};

use crate::acme;
use crate::config::{CertificateFiles, Config, Pages, Public};
use crate::counters::Counters;
use crate::descriptors;
use crate::door::Door;
use crate::driver::{Driver, Inlets};
use crate::leg::Newcomer;
use crate::listen::{ListenError, listen};
use crate::pages;
use crate::state::{self, Lock, State, StateError};
use crate::throttle;

/// Connections that wait for the driver, beyond what the system keeps.
const ARRIVALS: usize = 64;
/// Questions of pages that wait for the driver.
const QUESTIONS: usize = 8;
/// How often the files of the public certificate are looked at.
const RENEWAL: Duration = Duration::from_secs(10);
/// How long to wait when the system gives no more connections (out of file descriptors, for example).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A relay that runs. Dropping it stops everything at once.
pub struct Server {
    addresses: Vec<SocketAddr>,
    pages: Option<SocketAddr>,
    pin: Pin,
    orders: mpsc::Sender<Order>,
    driver: JoinHandle<Outcome>,
    /// The ports and pages; they end with the server.
    _helpers: JoinSet<()>,
}

/// What the running relay is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Take nobody new, tell everybody, give sessions their time.
    Stop,
    /// End now.
    Abort,
}

/// How a relay ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As it was told, with everybody told.
    Stopped,
    /// At once.
    Cut,
}

/// The relay can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its key or certificate can't be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// Its database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A port can't be used.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// TLS does not take its key.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Its public certificate can't be used.
    #[error(transparent)]
    Certificate(#[from] WebCertificateError),
}

impl Server {
    /// Starts a relay; when this returns, all its ports are open.
    ///
    /// # Errors
    /// Its files or a port can't be used.
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        let lock = Lock::take(&config.state)?;
        let state = State::create_or_open(&lock)?;
        // A start that fails later has made the key all the same.
        announce(config, &state, &lock);
        let store = Store::create_or_open(&state::database(&config.state)).await?;
        let listeners = open(config)?;
        let pages = match config.pages {
            Pages::At(address) => Some(listen(address)?),
            Pages::Off => None,
        };
        let pin = state.pin();
        let timing = config.broker.timing;
        let mut helpers = JoinSet::new();
        let mut acceptor = Acceptor::new(&state.identity, state.certificate.clone(), timing.first_message)?;
        if config.encapsulations.iter().any(|encapsulation| *encapsulation != Encapsulation::Raw) {
            let certificate = match &config.certificate {
                Public::Own => Arc::new(WebCertificate::self_signed()?),
                Public::Files(files) => {
                    let certificate = Arc::new(WebCertificate::load(&files.chain, &files.key)?);
                    helpers.spawn(renew(Arc::clone(&certificate), files.clone()));
                    certificate
                }
                Public::Acme(acme) => {
                    let certificate = Arc::new(acme::begin(&config.state)?);
                    let (acme, folder) = (acme.clone(), config.state.clone());
                    helpers.spawn(acme::keep(acme, folder, Arc::clone(&certificate)));
                    certificate
                }
            };
            acceptor = acceptor.with_web(certificate);
        }
        if !config.encapsulations.contains(&Encapsulation::Raw) {
            acceptor = acceptor.without_raw();
        }
        let environment = Environment {
            entropy: Box::new(SystemEntropy),
            signer: Box::new(RelayKey(state.identity)),
            directory: Box::new(LocalDirectory::default()),
        };
        let (limits, visits) = descriptors::fit(config.broker.limits);
        let broker = Broker::new(Settings { limits, ..config.broker.clone() }, environment);
        let counters = Arc::new(Counters::new());

        let (orders, order_inlet) = mpsc::channel(2);
        let (arrivals, arrival_inlet) = mpsc::channel(ARRIVALS);
        let door = Door::new(&config.broker.organisation, config.encapsulations.clone(), arrivals.clone());
        let (questions, question_inlet) = mpsc::channel(QUESTIONS);
        let mut addresses = Vec::new();
        for (listener, asked) in listeners {
            let address = listener.local_addr().unwrap_or(asked);
            info!(%address, "listening");
            addresses.push(address);
            helpers.spawn(take_in(listener, arrivals.clone()));
        }
        let mut page_address = None;
        if let Some(listener) = pages {
            page_address = listener.local_addr().ok();
            if let Some(address) = page_address {
                info!(%address, "pages");
            }
            helpers.spawn(pages::serve(listener, questions, counters.clone()));
        }
        let inlets = Inlets { orders: order_inlet, arrivals: arrival_inlet, questions: question_inlet };
        let driver = Driver::new(broker, store, acceptor, door, visits, counters, timing).run(inlets);
        let driver = tokio::spawn(async move {
            let outcome = driver.await;
            // The next relay may have the folder once nothing of this one writes to it any more.
            drop(lock);
            outcome
        });
        Ok(Self { addresses, pages: page_address, pin, orders, driver, _helpers: helpers })
    }

    /// Where it listens, in the order of the configuration, with the ports that the system chose.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where its pages are.
    #[must_use]
    pub fn pages(&self) -> Option<SocketAddr> {
        self.pages
    }

    /// What its key is known by.
    #[must_use]
    pub fn pin(&self) -> Pin {
        self.pin
    }

    /// Asks it to stop: nobody new is taken, everybody is told, sessions have their time.
    pub fn stop(&self) {
        self.order(Order::Stop);
    }

    /// Asks it to end now.
    pub fn abort(&self) {
        self.order(Order::Abort);
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> Outcome {
        match (&mut self.driver).await {
            Ok(outcome) => outcome,
            Err(failure) => {
                error!(%failure, "the relay failed");
                Outcome::Cut
            }
        }
    }

    fn order(&self, order: Order) {
        // A full inlet holds the same orders already; a closed one belongs to a relay that has ended.
        let _ = self.orders.try_send(order);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

fn announce(config: &Config, state: &State, lock: &Lock) {
    let version = env!("CARGO_PKG_VERSION");
    let organisation = &*config.broker.organisation;
    let folder = lock.folder();
    let folder = folder.display();
    info!(version, organisation, pin = %state.pin(), state = %folder, "relay starts");
    if state.is_new {
        info!(state = %folder, "a new key was made; clients and consoles need its pin");
    }
    if state.is_exposed {
        warn!("others than its owner can read relay.key; chmod 600 it");
    }
    if !config.is_named() {
        warn!("customers see {organisation:?}; set `organisation` in the configuration");
    }
}

/// Opens the ports. Those that nobody has asked for may be missing, but not all.
fn open(config: &Config) -> Result<Vec<(TcpListener, SocketAddr)>, ListenError> {
    let mut open = Vec::new();
    let mut failed = None;
    for address in &config.listen {
        match listen(*address) {
            Ok(listener) => open.push((listener, *address)),
            Err(error) if config.listen_is_told => return Err(error),
            Err(error) => {
                warn!("{error}");
                failed = Some(error);
            }
        }
    }
    match failed {
        Some(error) if open.is_empty() => Err(error),
        _ => Ok(open),
    }
}

/// Takes a renewed certificate as soon as it lies there.
async fn renew(certificate: Arc<WebCertificate>, files: CertificateFiles) {
    let changed = |files: &CertificateFiles| {
        [&files.chain, &files.key].map(|path| std::fs::metadata(path).and_then(|file| file.modified()).ok())
    };
    let mut known = changed(&files);
    loop {
        sleep(RENEWAL).await;
        let now = changed(&files);
        if now == known {
            continue;
        }
        match certificate.reload(&files.chain, &files.key) {
            Ok(()) => {
                known = now;
                info!(file = %files.chain.display(), "a new public certificate");
            }
            // Whoever writes one file after the other is not done yet; it is tried again.
            Err(error) => warn!(%error, "the new public certificate can't be used, the old one stays"),
        }
    }
}

/// Takes connections from one port and hands them to the driver.
async fn take_in(listener: TcpListener, arrivals: mpsc::Sender<(Newcomer, SocketAddr)>) {
    let mut complained: Option<Instant> = None;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if arrivals.send((Newcomer::Tcp(stream), peer)).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                if complained.is_none_or(|last| last.elapsed() >= throttle::WINDOW) {
                    complained = Some(Instant::now());
                    warn!(%error, "can't take a connection");
                }
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// The system's randomness.
struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("a system without randomness can't run a relay");
    }
}

/// The relay's key, for vouchers and claims.
struct RelayKey(Identity);

impl Signer for RelayKey {
    fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).try_into().expect("an Ed25519 signature has 64 bytes")
    }

    fn verify(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
        UnparsedPublicKey::new(&ED25519, self.0.spki()).verify(bytes, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_relays_key_verifies_its_own_signatures_alone() {
        let (one, other) = (RelayKey(Identity::generate().unwrap()), RelayKey(Identity::generate().unwrap()));
        let signature = one.sign(b"bytes");
        assert!(one.verify(b"bytes", &signature));
        assert!(!one.verify(b"other", &signature));
        assert!(!other.verify(b"bytes", &signature));
    }
}
