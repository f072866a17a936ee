//! A real relay on a port that the system chooses.

use std::net::SocketAddr;
use std::time::Duration;

use farhand_peer::Direct;
use farhand_peer::console::{Operator, Way};
use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::name::Name;
use farhand_relay::config::Config;
use farhand_relay::options::SettingOptions;
use farhand_relay::server::Server;
use farhand_store::Store;
use farhand_transport::{Identity, Ladder, Leg, Pin, ProxyChoice};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{SOON, soon};

/// A relay that runs.
#[derive(Debug)]
pub struct Relay {
    server: Server,
    folder: TempDir,
}

impl Relay {
    /// Starts one with the product's settings.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts one with other settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::at([127, 0, 0, 1], tempfile::tempdir().unwrap(), change).await
    }

    /// Starts a second one with the same key and operators on another address of this machine.
    pub async fn beside(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.folder.path()).unwrap().map(Result::unwrap) {
            if file.file_name() != "relay.lock" {
                std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
            }
        }
        Self::at([127, 0, 0, 2], folder, |_| {}).await
    }

    async fn at(address: [u8; 4], folder: TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let options = SettingOptions {
            state: Some(folder.path().to_owned()),
            organisation: Some(Name::new("Example Ltd").unwrap()),
            listen: vec![SocketAddr::from((address, 0))],
            pages: Some("127.0.0.1:0".parse().unwrap()),
            ..SettingOptions::default()
        };
        let mut config = Config::load(&options).unwrap();
        // What is tried here goes through the relay.
        config.broker.direct = false;
        change(&mut config);
        let server = Server::start(&config).await.unwrap();
        Self { server, folder }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.addresses()[0]
    }

    /// What it is known by.
    #[must_use]
    pub fn pin(&self) -> Pin {
        self.server.pin()
    }

    /// How programs reach it.
    #[must_use]
    pub fn way(&self) -> Way {
        way(self.address(), self.pin())
    }

    /// Adds an operator.
    pub async fn operator(&self, name: &str) -> Operator {
        let store = Store::open(&self.folder.path().join("relay.db")).await.unwrap();
        let token = store.add_operator(&name.parse().unwrap(), "test", Duration::ZERO).await.unwrap();
        store.close().await;
        Operator { name: Text::new(name).unwrap(), token: Bytes::new(token.as_bytes()).unwrap() }
    }

    /// A leg with this key, over which nothing has been said.
    pub async fn dial(&self, identity: &Identity) -> Leg {
        dial(&self.way(), identity).await
    }

    /// One of its figures.
    pub async fn figure(&self, name: &str) -> u64 {
        let mut stream = TcpStream::connect(self.server.pages().unwrap()).await.unwrap();
        let request = "GET /metrics HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut page = String::new();
        soon("the relay's figures", stream.read_to_string(&mut page)).await.unwrap();
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is not in\n{page}")).parse().unwrap()
    }

    /// Waits until a figure has a value.
    pub async fn until(&self, name: &str, value: u64) {
        let start = std::time::Instant::now();
        loop {
            let found = self.figure(name).await;
            if found == value {
                return;
            }
            assert!(start.elapsed() < SOON, "{name} is {found} and not {value}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// For how long a session may come back here: whoever does not come back in a test is not waited for much longer.
pub const WINDOW: Duration = Duration::from_secs(3);

/// How programs reach a relay at this address of this key.
#[must_use]
pub fn way(address: SocketAddr, pin: Pin) -> Way {
    let ladder = Ladder::new(&[format!("raw://{address}").parse().unwrap()], &ProxyChoice::Direct);
    Way { ladder, pins: vec![pin], resume_window: WINDOW, direct: Direct::Off }
}

/// A leg with this key, over which nothing has been said.
pub async fn dial(way: &Way, identity: &Identity) -> Leg {
    soon("a leg", farhand_transport::dial(&way.ladder, &way.pins, identity)).await.unwrap()
}
