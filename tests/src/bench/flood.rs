//! What a session notices while its relay is full of idle clients and strangers storm it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use farhand_peer::console::{Operator, Way};
use farhand_proto::bounded::{Bytes, Text};
use farhand_session::RESUME_WINDOW;
use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::{Figure, Setup, percentile, resident};
use crate::inprocess::hostile::{Line, Program};
use crate::relay::Relay;

/// The title that the figures go under.
pub const TITLE: &str = "flood";

/// Registered clients that do nothing.
const IDLE: usize = 10_000;
/// Of those, how many register at once.
const AT_ONCE: usize = 32;
/// Strangers that storm at once, each coming again as soon as it was thrown out.
const STRANGERS: usize = 2_000;
/// How many addresses the strangers have.
const ADDRESSES: usize = 200;
/// How long each part of the measurement takes.
const PART: Duration = Duration::from_secs(10);
/// The time between two echoes.
const PACE: Duration = Duration::from_millis(2);
/// Files and connections that this program needs beside the idle clients and the strangers.
const OTHERS: usize = 300;

/// Everything that one run shows.
struct Run {
    idle: usize,
    quiet: Echoes,
    full: Echoes,
    storm: Echoes,
    came: f64,
    dropped: f64,
    newcomers: u64,
    /// Resident memory of the relay in MB: alone with the session, with the idle clients, the most in the storm, and
    /// after everybody has left.
    memory: [f64; 4],
}

/// How long echoes took, in ms.
struct Echoes {
    median: f64,
    p99: f64,
    most: f64,
}

/// Measures.
///
/// # Panics
/// The relay does not start, or does not take what it has to.
#[must_use]
pub fn run(setup: &Setup) -> Vec<Figure> {
    crate::programs::use_folder(&setup.programs);
    let idle = IDLE.min(files().saturating_sub(STRANGERS + OTHERS));
    if idle < IDLE {
        println!(
            "this system lets a program open {} files, so {idle} clients are idle and not {IDLE}",
            files()
        );
    }
    let runs: Vec<Run> = (0..setup.runs).map(|_| once(idle)).collect();
    let figure = |name: &str, unit, value: &dyn Fn(&Run) -> f64| {
        Figure::new(name, unit, runs.iter().map(value).collect())
    };
    vec![
        figure("idle clients", "", &|run| run.idle as f64),
        figure("echo, relay empty: median", "ms", &|run| run.quiet.median),
        figure("echo, relay empty: p99", "ms", &|run| run.quiet.p99),
        figure("echo, idle clients: median", "ms", &|run| run.full.median),
        figure("echo, idle clients: p99", "ms", &|run| run.full.p99),
        figure("echo, storm: median", "ms", &|run| run.storm.median),
        figure("echo, storm: p99", "ms", &|run| run.storm.p99),
        figure("echo, storm: longest", "ms", &|run| run.storm.most),
        figure("echo, storm to empty: median", "x", &|run| run.storm.median / run.quiet.median),
        figure("echo, storm to empty: p99", "x", &|run| run.storm.p99 / run.quiet.p99),
        figure("storm: connections", "1/s", &|run| run.came),
        figure("storm: dropped before TLS", "1/s", &|run| run.dropped),
        figure("storm: most newcomers", "", &|run| run.newcomers as f64),
        figure("relay's memory: one session", "MB", &|run| run.memory[0]),
        figure("relay's memory: idle clients", "MB", &|run| run.memory[1]),
        figure("relay's memory: most in the storm", "MB", &|run| run.memory[2]),
        figure("relay's memory: all gone", "MB", &|run| run.memory[3]),
    ]
}

fn once(idle: usize) -> Run {
    // The idle clients come from one address here; the limits that the storm meets are the product's.
    let more = "silence_seconds = 3600\n[limits]\nlegs_per_address = 20000\nclients = 20000\nregistrations_per_minute = 1000000";
    let mut relay = Relay::with(more, "filter = \"info\"");
    let way = Way {
        ladder: farhand_transport::Ladder::new(
            &[relay.address().parse().expect("an address")],
            &farhand_transport::ProxyChoice::Direct,
        ),
        pins: vec![relay.pin().parse().expect("a pin")],
        resume_window: RESUME_WINDOW,
        direct: farhand_peer::Direct::Off,
    };
    let address: SocketAddr = relay.address().parse().expect("an address in numbers");
    let operator = relay.add_operator("anna");
    let operator = Operator {
        name: Text::new(&operator.name).expect("a name"),
        token: Bytes::new(operator.token.as_bytes()).expect("a token"),
    };
    let pid = relay.process().pid();
    // One thread for the session, others of less weight for the crowd, which in earnest has machines of its own.
    let session = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let crowd = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .on_thread_start(|| {
            // Of the same weight it measures a little more of itself; nothing worse.
            let _ = nice(10);
        })
        .build()
        .expect("a runtime");
    let mut pair = session.block_on(Pair::new(&way, &operator));
    let quiet = session.block_on(pair.echoes(PART, || ()));
    let empty = resident(pid);

    let idlers = crowd.block_on(register(&way, idle));
    let full = session.block_on(pair.echoes(PART, || ()));
    let filled = resident(pid);

    let dropped = |relay: &Relay| -> u64 {
        ["newcomers_per_address", "newcomers", "legs_per_address", "legs"]
            .iter()
            .map(|reason| relay.metric(&format!("farhand_relay_dropped_total{{reason=\"{reason}\"}}")))
            .sum()
    };
    let before = dropped(&relay);
    let storm = Storm::start(&crowd, address);
    let (mut most, mut newcomers) = (filled, 0);
    let start = Instant::now();
    let stormy = session.block_on(pair.echoes(PART, || {
        most = most.max(resident(pid));
        newcomers = newcomers.max(relay.metric(NEWCOMERS));
    }));
    let seconds = start.elapsed().as_secs_f64();
    let came = storm.end(&crowd) as f64 / seconds;
    let dropped = (dropped(&relay) - before) as f64 / seconds;

    crowd.block_on(async { drop(idlers) });
    session.block_on(async { drop(pair) });
    relay.wait_for_metric(NEWCOMERS, 0);
    relay.wait_for_metric("farhand_relay_legs{kind=\"client\"}", 0);
    relay.wait_for_metric("farhand_relay_legs{kind=\"ending\"}", 0);
    let memory = [empty, filled, most, resident(pid)];
    Run { idle, quiet, full, storm: stormy, came, dropped, newcomers, memory }
}

const NEWCOMERS: &str = "farhand_relay_legs{kind=\"newcomer\"}";

/// How many files this program may have open, once it has asked for all that it can get.
fn files() -> usize {
    let limit = getrlimit(Resource::Nofile);
    // What can't be raised stays as it is.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    getrlimit(Resource::Nofile).current.map_or(usize::MAX, |held| usize::try_from(held).unwrap_or(usize::MAX))
}

/// Clients that are registered and do nothing until they are dropped.
async fn register(way: &Way, count: usize) -> Vec<Program> {
    let mut idle = Vec::with_capacity(count);
    let mut coming = JoinSet::new();
    while idle.len() < count {
        while coming.len() < AT_ONCE && idle.len() + coming.len() < count {
            let way = way.clone();
            coming.spawn(async move { Program::register(way).await.0 });
        }
        idle.push(coming.join_next().await.expect("somebody comes").expect("the relay takes it"));
    }
    idle
}

/// Two halves of a session, and the programs that they belong to.
struct Pair {
    console: Line,
    client: Line,
    _programs: [Program; 2],
}

impl Pair {
    async fn new(way: &Way, operator: &Operator) -> Self {
        let (mut client, session_id) = Program::register(way.clone()).await;
        let mut console = Program::log_in(way.clone(), operator).await;
        let (of_console, _) = console.find(session_id).await.expect("the client waits");
        let (of_client, _) = client.invited().await;
        let (to_client, to_console) = tokio::join!(console.joined(&of_console), client.joined(&of_client));
        Self { console: to_client, client: to_console, _programs: [console, client] }
    }

    /// Echoes for so long; `look` is called a few times a second between them.
    async fn echoes(&mut self, time: Duration, mut look: impl FnMut()) -> Echoes {
        let mut took = Vec::new();
        let (start, mut looked) = (Instant::now(), Instant::now());
        while start.elapsed() < time {
            took.push(self.echo().await.as_secs_f64() * 1e3);
            if looked.elapsed() > Duration::from_millis(200) {
                look();
                looked = Instant::now();
            }
            tokio::time::sleep(PACE).await;
        }
        took.sort_by(f64::total_cmp);
        Echoes { median: percentile(&took, 50), p99: percentile(&took, 99), most: percentile(&took, 100) }
    }

    /// A key press's worth of bytes to the client and back.
    async fn echo(&mut self) -> Duration {
        let start = Instant::now();
        carry(&mut self.console, &mut self.client).await;
        carry(&mut self.client, &mut self.console).await;
        start.elapsed()
    }
}

/// Sends bytes from one half and waits until all of them are at the other.
async fn carry(from: &mut Line, to: &mut Line) {
    let sent = [7; 64];
    from.write(&sent).await.expect("the session goes on");
    let mut came = 0;
    while came < sent.len() {
        let bytes = to.read().await.expect("the session goes on");
        assert!(!bytes.is_empty(), "the session has ended");
        came += bytes.len();
    }
}

/// Strangers that come, do one of four wrong things, and come again.
struct Storm {
    over: Arc<AtomicBool>,
    came: Arc<AtomicU64>,
    tasks: JoinSet<()>,
}

impl Storm {
    fn start(crowd: &Runtime, relay: SocketAddr) -> Self {
        let (over, came) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut tasks = JoinSet::new();
        for number in 0..STRANGERS {
            let (over, came) = (over.clone(), came.clone());
            let stranger = async move {
                while !over.load(Relaxed) {
                    if visit(number, relay).await.is_ok() {
                        came.fetch_add(1, Relaxed);
                    }
                }
            };
            tasks.spawn_on(stranger, crowd.handle());
        }
        Self { over, came, tasks }
    }

    /// Ends it; gives how many came.
    fn end(mut self, crowd: &Runtime) -> u64 {
        self.over.store(true, Relaxed);
        crowd.block_on(self.tasks.shutdown());
        self.came.load(Relaxed)
    }
}

/// One connection from one of this machine's many addresses, until the relay ends it.
async fn visit(number: usize, relay: SocketAddr) -> std::io::Result<()> {
    let source = u8::try_from(number % ADDRESSES).unwrap_or_default();
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 1, 0, source), 0)))?;
    let mut stream = socket.connect(relay).await?;
    match number / ADDRESSES % 4 {
        0 => {}
        1 => stream.write_all(&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01]).await?,
        2 => stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await?,
        _ => stream.write_all(&[0x16; 64 * 1024]).await?,
    }
    while stream.read(&mut [0; 1024]).await? > 0 {}
    Ok(())
}
