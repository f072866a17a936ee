//! How long a session is without its line when the relay is killed while somebody types and a large file travels, and
//! whether anything is lost.

use std::fs::File;
use std::io::{BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use farhand_peer::client::{Client, Desk, DeskEvent, DeskSender, Event};
use farhand_peer::console::{Console, ConsoleControl, ConsoleEvent, ConsoleHandle, Operator};
use farhand_proto::bounded::{Bytes, List, Text};
use farhand_proto::input::Input;
use farhand_proto::language::Language;
use farhand_proto::screen::{Layout, Rect, Room, Size, View};
use farhand_proto::transfer::Existing;
use farhand_seal::ConsoleGuesses;
use farhand_session::{ActError, ConsoleEvent as Session, FileEvent};
use tokio::sync::watch;

use super::{Figure, Setup, percentile};
use crate::inprocess::everything;
use crate::inprocess::slow::SlowNetwork;
use crate::relay::Relay;

/// The title that the figures go under.
pub const TITLE: &str = "resume";

/// How often the relay is killed in one run.
const KILLS: usize = 20;
/// One direction of the line between each end and the relay: the two ends have a round trip of 100 ms.
const DELAY: Duration = Duration::from_millis(25);
/// The time between two words that are typed.
const PACE: Duration = Duration::from_millis(20);
/// How long everything may take that a session needs.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of the file for each run.
const FILE: u64 = 200_000_000;
/// How long all of the file may take, for each run.
const FILE_PATIENCE: Duration = Duration::from_secs(120);

/// Measures.
///
/// # Panics
/// The relay does not start, a session does not come back, or what was typed is not what was accepted.
#[must_use]
pub fn run(setup: &Setup) -> Vec<Figure> {
    crate::programs::use_folder(&setup.programs);
    let mut relay = Relay::with("[limits]\nregistrations_per_minute = 1000000", "filter = \"info\"");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let mut bench = runtime.block_on(Bench::new(&relay));
    let folder = tempfile::tempdir().expect("a folder");
    let size = FILE * setup.runs as u64;
    let file = LargeFile::write(folder.path(), size);
    let begun = Instant::now();
    runtime.block_on(bench.send(&file));
    let mut kills_meanwhile = 0;
    let (mut down, mut found, mut picture) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..setup.runs * KILLS {
        // Somewhere between two words, and not always at the same place.
        std::thread::sleep(Duration::from_millis(150) + PACE.mul_f64(down.len() as f64 * 0.618 % 1.0));
        relay.process().kill();
        let killed = Instant::now();
        relay.start_again();
        let listening = Instant::now();
        let back = runtime.block_on(bench.back_since(killed));
        down.push(milliseconds(listening - killed));
        found.push(milliseconds(back.found.saturating_duration_since(listening)));
        picture.push(milliseconds(back.picture.saturating_duration_since(listening)));
        kills_meanwhile += u32::from(!bench.is_sent());
    }
    let taken =
        runtime.block_on(bench.sent(FILE_PATIENCE * u32::try_from(setup.runs).unwrap_or(u32::MAX))) - begun;
    file.check();
    let (words, wrong) = bench.end();
    assert_eq!(wrong, 0, "words are missing, doubled or out of order");
    let p99 = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        vec![percentile(&sorted, 99)]
    };
    vec![
        Figure::new("relay down", "ms", down),
        Figure::new("relay there to session back: p99", "ms", p99(&found)),
        Figure::new("relay there to session back", "ms", found),
        Figure::new("relay there to picture back: p99", "ms", p99(&picture)),
        Figure::new("relay there to picture back", "ms", picture),
        Figure::new("file sent meanwhile, the same to the byte", "MB", vec![size as f64 / 1e6]),
        Figure::new(
            "its rate, the relay's absences included",
            "MB/s",
            vec![size as f64 / 1e6 / taken.as_secs_f64()],
        ),
        Figure::new("kills while it travelled", "", vec![f64::from(kills_meanwhile)]),
        Figure::new("words typed meanwhile", "", vec![f64::from(words)]),
        Figure::new("words lost, doubled or out of order", "", vec![wrong as f64]),
    ]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// When things came back last.
#[derive(Debug, Clone, Copy)]
struct Back {
    found: Instant,
    picture: Instant,
}

/// A file that is sent, and where it arrives.
struct LargeFile {
    from: PathBuf,
    to: PathBuf,
}

impl LargeFile {
    fn write(folder: &Path, size: u64) -> Self {
        let (from, to) = (folder.join("large"), folder.join("there"));
        std::fs::create_dir(&to).expect("the folder is ours");
        let mut file = BufWriter::new(File::create(&from).expect("the folder is ours"));
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..size / 8 {
            // Xorshift: no two blocks of a file are alike.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            file.write_all(&state.to_le_bytes()).expect("there is room");
        }
        file.flush().expect("there is room");
        Self { from, to }
    }

    /// # Panics
    /// What arrived is another file.
    fn check(&self) {
        let open = |path: &Path| File::open(path).expect("the file is there");
        let (mut from, mut to) = (open(&self.from), open(&self.to.join("large")));
        let (mut sent, mut arrived) = (vec![0; 1 << 20], vec![0; 1 << 20]);
        loop {
            let read = |file: &mut File, buffer: &mut Vec<u8>| {
                buffer.clear();
                Read::by_ref(file).take(1 << 20).read_to_end(buffer).expect("the file can be read");
            };
            read(&mut from, &mut sent);
            read(&mut to, &mut arrived);
            assert!(sent == arrived, "the file is another than was sent");
            if sent.is_empty() {
                return;
            }
        }
    }
}

/// Both ends of a session over a slow network, and somebody who types.
struct Bench {
    control: ConsoleControl,
    sent: watch::Receiver<Option<Instant>>,
    back: watch::Receiver<Back>,
    typed: Arc<Mutex<String>>,
    accepted: watch::Receiver<u32>,
    stop: watch::Sender<bool>,
    _networks: [SlowNetwork; 2],
    _tasks: tokio::task::JoinSet<()>,
}

impl Bench {
    async fn new(relay: &Relay) -> Self {
        let address = relay.address().parse().expect("an address in numbers");
        let pin = || relay.pin().parse().expect("a pin");
        let networks = [SlowNetwork::before(address, DELAY).await, SlowNetwork::before(address, DELAY).await];
        let [to_client, to_console] = &networks;
        let patient = |way| farhand_peer::console::Way { resume_window: PATIENCE, ..way };
        let operator = relay.add_operator("anna");
        let operator = Operator {
            name: Text::new(&operator.name).expect("a name"),
            token: Bytes::new(operator.token.as_bytes()).expect("a token"),
        };
        let typed = Arc::new(Mutex::new(String::new()));
        let desk = Box::new(TextDesk { typed: typed.clone(), events: None, generation: 0 });
        let mut client =
            Client::start(patient(to_client.way(pin())), Language::English, desk).expect("a client");
        let number = loop {
            if let Some(Event::Ready { session_id, password, .. }) = client.event().await {
                break (session_id, password);
            }
        };
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(async move {
            let control = client.control();
            while let Some(event) = client.event().await {
                if let Event::Asked(_) = event {
                    control.answer(everything());
                }
            }
        });
        let way = patient(to_console.way(pin()));
        let mut console = Console::log_in(way, operator).await.expect("a login");
        let mut guesses = ConsoleGuesses::new();
        let sealing = console.connect(number.0, number.1, &mut guesses).await.expect("a seal");
        let handle = console.start(sealing, everything());
        let control = handle.control();
        let now = Instant::now();
        let (tell, mut back) = watch::channel(Back { found: now, picture: now });
        let (tell_sent, sent) = watch::channel(None);
        tasks.spawn(follow(handle, tell, tell_sent));
        tokio::time::timeout(PATIENCE, back.changed()).await.expect("a picture").expect("a session");
        let (stop, stopped) = watch::channel(false);
        let (count, accepted) = watch::channel(0);
        tasks.spawn(type_words(control.clone(), stopped, count));
        Self { control, sent, back, typed, accepted, stop, _networks: networks, _tasks: tasks }
    }

    /// Waits until line and picture are back that were lost at this moment.
    async fn back_since(&mut self, killed: Instant) -> Back {
        let back = self.back.wait_for(|back| back.found > killed && back.picture > back.found);
        *tokio::time::timeout(PATIENCE, back)
            .await
            .expect("the session is back")
            .expect("the session goes on")
    }

    /// Begins to send this.
    async fn send(&self, file: &LargeFile) {
        let there = Text::new(file.to.to_str().expect("a path in UTF-8")).expect("a short path");
        self.control.put(vec![file.from.clone()], Some(there), Existing::Keep).await.expect("it begins");
    }

    fn is_sent(&self) -> bool {
        self.sent.borrow().is_some()
    }

    /// Waits until the file has arrived, and gives when.
    async fn sent(&mut self, patience: Duration) -> Instant {
        let sent = self.sent.wait_for(Option::is_some);
        let sent = tokio::time::timeout(patience, sent).await.expect("the file arrives");
        sent.expect("the session goes on").expect("it was waited for")
    }

    /// Stops typing; gives the words that were accepted, and how many places of what was typed are not as accepted.
    fn end(&self) -> (u32, usize) {
        self.stop.send_replace(true);
        let start = Instant::now();
        loop {
            std::thread::sleep(Duration::from_millis(300));
            let words = *self.accepted.borrow();
            let expected: String = (0..words).map(word).collect();
            let typed = self.typed.lock().expect("nobody panicked").clone();
            if typed == expected {
                return (words, 0);
            }
            if start.elapsed() > PATIENCE {
                let alike = typed.chars().zip(expected.chars()).take_while(|(a, b)| a == b).count();
                return (words, typed.chars().count().max(expected.chars().count()) - alike);
            }
        }
    }
}

/// A word of its own for every number.
fn word(number: u32) -> String {
    format!("{number} ")
}

/// Types words for as long as it is wanted; while the line is lost none is accepted.
async fn type_words(control: ConsoleControl, stopped: watch::Receiver<bool>, accepted: watch::Sender<u32>) {
    let mut number = 0;
    while !*stopped.borrow() {
        match control.type_text(word(number)).await {
            Ok(_) => {
                number += 1;
                accepted.send_replace(number);
            }
            Err(ActError::Over) => return,
            Err(_) => {}
        }
        tokio::time::sleep(PACE).await;
    }
}

/// Notes when line and picture come back, and when the file is there.
async fn follow(
    mut handle: ConsoleHandle,
    tell: watch::Sender<Back>,
    tell_sent: watch::Sender<Option<Instant>>,
) {
    let mut is_waiting = true;
    while let Some(event) = handle.event().await {
        match event {
            ConsoleEvent::Session(Session::Found) => {
                is_waiting = true;
                tell.send_if_modified(|back| {
                    back.found = Instant::now();
                    false
                });
            }
            ConsoleEvent::Session(Session::Update { .. }) if std::mem::take(&mut is_waiting) => {
                tell.send_modify(|back| back.picture = Instant::now());
            }
            ConsoleEvent::Session(Session::File(FileEvent::Over(result))) => {
                result.expect("the file arrives");
                tell_sent.send_replace(Some(Instant::now()));
            }
            ConsoleEvent::Session(Session::File(FileEvent::NotStored { why, .. })) => {
                panic!("the file did not arrive: {why}");
            }
            _ => {}
        }
    }
}

/// A desk with a small picture that changes now and then, on which typing takes no time.
struct TextDesk {
    typed: Arc<Mutex<String>>,
    events: Option<DeskSender>,
    generation: u32,
}

impl TextDesk {
    fn tell(&self, after: Duration, event: DeskEvent) {
        if let Some(events) = self.events.clone() {
            tokio::spawn(async move {
                tokio::time::sleep(after).await;
                // A session that is over needs no news.
                let _ = events.send(event).await;
            });
        }
    }
}

impl Desk for TextDesk {
    fn open(&mut self, events: DeskSender) {
        self.events = Some(events);
    }

    fn show(&mut self, generation: u32, view: View) {
        self.generation = generation;
        let size = Size { width: 640, height: 480 };
        let layout = Layout { monitors: List::default(), desktop: size };
        self.tell(Duration::ZERO, DeskEvent::Screen { generation, layout, view, area: Rect::of_size(size) });
    }

    fn stop(&mut self) {}

    fn want_update(&mut self, room: Room) {
        let generation = self.generation;
        self.tell(PACE, DeskEvent::Update { generation, bytes: vec![7; room.bytes.min(4096)] });
    }

    fn inject(&mut self, input: Input) {
        if let Input::Text(text) = &input {
            self.typed.lock().expect("nobody panicked").push_str(text);
        }
        self.tell(Duration::ZERO, DeskEvent::Done(Ok(())));
    }

    fn set_clipboard(&mut self, _: String) {}

    fn watch_clipboard(&mut self, _: bool) {}

    fn release_all(&mut self) {}

    fn close(&mut self) {
        self.events = None;
    }
}
