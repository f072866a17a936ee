//! A relay inside the test, and peers that talk to it.

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::PathBuf;
use std::time::Duration;

use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::id::SessionId;
use farhand_proto::name::Name;
use farhand_proto::relay::{FromRelay, Ticket, ToRelay};
use farhand_proto::version::Versions;
use farhand_relay::config::Config;
use farhand_relay::options::SettingOptions;
use farhand_relay::server::Server;
use farhand_store::{Store, Token};
use farhand_transport::{Identity, Ladder, Leg, LegError, LegStream, Pin, ProxyChoice, dial};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// No event on one machine takes longer.
pub(crate) const SOON: Duration = Duration::from_secs(20);

pub(crate) struct Relay {
    pub(crate) server: Server,
    pub(crate) config: Config,
    reach: Reach,
    _folder: TempDir,
}

/// What one needs to know of a relay to use it.
pub(crate) struct Reach {
    pub(crate) address: SocketAddr,
    pub(crate) pin: Pin,
    pub(crate) folder: PathBuf,
}

/// A program's key and its leg.
pub(crate) struct Peer {
    pub(crate) identity: Identity,
    pub(crate) leg: Leg,
}

/// A relay on ports that the system chooses.
pub(crate) async fn relay() -> Relay {
    relay_with(|_| {}).await
}

pub(crate) async fn relay_with(change: impl FnOnce(&mut Config)) -> Relay {
    let folder = tempfile::tempdir().unwrap();
    let options = SettingOptions {
        state: Some(folder.path().to_owned()),
        organisation: Some(Name::new("Example Ltd").unwrap()),
        listen: vec![SocketAddr::from(([127, 0, 0, 1], 0))],
        pages: Some("127.0.0.1:0".parse().unwrap()),
        ..SettingOptions::default()
    };
    let mut config = Config::load(&options).unwrap();
    change(&mut config);
    let server = Server::start(&config).await.unwrap();
    let reach = Reach { address: server.addresses()[0], pin: server.pin(), folder: folder.path().to_owned() };
    Relay { server, config, reach, _folder: folder }
}

impl Deref for Relay {
    type Target = Reach;

    fn deref(&self) -> &Reach {
        &self.reach
    }
}

impl Relay {
    /// Ends the relay and starts it again with the same files.
    pub(crate) async fn restarted(mut self) -> Self {
        self.server.stop();
        self.server.ended().await;
        self.server = Server::start(&self.config).await.unwrap();
        self.reach.address = self.server.addresses()[0];
        self
    }

    /// One of the relay's pages.
    pub(crate) async fn page(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.server.pages().unwrap()).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut page = String::new();
        timeout(SOON, stream.read_to_string(&mut page)).await.unwrap().unwrap();
        page
    }

    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let page = self.page("/metrics").await;
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is not in\n{page}")).parse().unwrap()
    }

    /// Waits until a metric has a value.
    pub(crate) async fn until(&self, name: &str, value: u64) {
        let reached = async {
            while self.metric(name).await != value {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if timeout(SOON, reached).await.is_err() {
            panic!("{name} is {} and not {value}", self.metric(name).await);
        }
    }
}

impl Reach {
    pub(crate) async fn store(&self) -> Store {
        Store::open(&self.folder.join("relay.db")).await.unwrap()
    }

    pub(crate) async fn operator(&self, name: &str) -> Token {
        let store = self.store().await;
        let token = store.add_operator(&name.parse().unwrap(), "test", Duration::ZERO).await.unwrap();
        store.close().await;
        token
    }

    /// The one way there: raw.
    pub(crate) fn ladder(&self) -> Ladder {
        let address = format!("raw://127.0.0.1:{}", self.address.port()).parse().unwrap();
        Ladder::new(&[address], &ProxyChoice::Direct)
    }

    pub(crate) async fn dial(&self, identity: Identity) -> Peer {
        let leg = dial(&self.ladder(), &[self.pin], &identity).await.unwrap();
        Peer { identity, leg }
    }

    pub(crate) async fn peer(&self) -> Peer {
        self.dial(Identity::generate().unwrap()).await
    }

    /// Another leg of the same program.
    pub(crate) async fn again(&self, peer: &Peer) -> Peer {
        self.dial(Identity::from_pkcs8(peer.identity.pkcs8()).unwrap()).await
    }

    /// A registered client, its number and its claim.
    pub(crate) async fn client(&self) -> (Peer, SessionId, Bytes<1024>) {
        let mut peer = self.peer().await;
        let (session_id, claim) = peer.register(None).await;
        (peer, session_id, claim)
    }

    /// A logged-in console of a new operator.
    pub(crate) async fn console(&self, name: &str) -> Peer {
        self.console_and_token(name).await.0
    }

    async fn console_and_token(&self, name: &str) -> (Peer, Token) {
        let token = self.operator(name).await;
        let mut peer = self.peer().await;
        let answer = peer.login(name, token.as_bytes()).await;
        assert!(matches!(answer, FromRelay::LoggedIn { .. }), "{answer:?}");
        (peer, token)
    }

    /// Everything up to a session: console's half, client's half, and their own legs.
    pub(crate) async fn session(&self) -> Session {
        let (mut client, session_id, _) = self.client().await;
        let (mut console, token) = self.console_and_token("anna").await;
        let (of_client, of_console) = console.find(session_id, &mut client).await;
        let mut client_half = self.again(&client).await;
        let mut console_half = self.again(&console).await;
        client_half.say(&join(&of_client)).await;
        console_half.say(&join(&of_console)).await;
        assert!(matches!(client_half.hear().await, FromRelay::Joined { .. }));
        assert!(matches!(console_half.hear().await, FromRelay::Joined { .. }));
        let stream = |peer: Peer| {
            let (stream, rest) = peer.leg.into_stream();
            assert!(rest.is_empty());
            stream
        };
        Session {
            session_id,
            token,
            console,
            client,
            from_console: stream(console_half),
            from_client: stream(client_half),
        }
    }
}

pub(crate) struct Session {
    pub(crate) session_id: SessionId,
    pub(crate) token: Token,
    pub(crate) console: Peer,
    pub(crate) client: Peer,
    pub(crate) from_console: LegStream,
    pub(crate) from_client: LegStream,
}

pub(crate) fn join(ticket: &Ticket) -> ToRelay {
    ToRelay::Join { versions: Versions::RELAY, ticket: ticket.clone() }
}

impl Peer {
    pub(crate) async fn say(&mut self, message: &ToRelay) {
        self.leg.write_message(message).await.unwrap();
    }

    pub(crate) async fn hear(&mut self) -> FromRelay {
        timeout(SOON, self.leg.read_message()).await.expect("no answer").unwrap()
    }

    /// Waits for the leg to end without another word.
    pub(crate) async fn ends(&mut self) {
        let end = timeout(SOON, self.leg.read_message::<FromRelay>()).await.expect("the leg stays open");
        assert!(matches!(end, Err(LegError::Closed | LegError::Broken(_))), "{end:?}");
    }

    pub(crate) async fn register(&mut self, claim: Option<Bytes<1024>>) -> (SessionId, Bytes<1024>) {
        self.say(&ToRelay::Register { versions: Versions::RELAY, claim }).await;
        match self.hear().await {
            FromRelay::Registered { session_id, claim, organisation, .. } => {
                assert_eq!(&*organisation, "Example Ltd");
                (session_id, claim)
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn login(&mut self, name: &str, token: &[u8]) -> FromRelay {
        let operator = Text::new(name).unwrap();
        let token = Bytes::new(token).unwrap();
        self.say(&ToRelay::Login { versions: Versions::RELAY, operator, token }).await;
        self.hear().await
    }

    /// Asks for a client; gives both tickets.
    pub(crate) async fn find(&mut self, session_id: SessionId, client: &mut Peer) -> (Ticket, Ticket) {
        self.say(&ToRelay::Find { request: 1, session_id }).await;
        let FromRelay::Found { ticket: of_console, request: 1, .. } = self.hear().await else { panic!() };
        let FromRelay::Invite { ticket: of_client, .. } = client.hear().await else { panic!() };
        (of_client, of_console)
    }
}
