//! Files from one end of a session to the other, over a line that is cut at any moment.

#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use farhand_files::{Answer, Goes, Leftovers, Source, Stop, Target};
use farhand_proto::bounded::Text;
use farhand_proto::codec::{FrameBuffer, Message};
use farhand_proto::grant::Grant;
use farhand_proto::session::{ToClient, ToConsole};
use farhand_proto::time::Moment;
use farhand_proto::transfer::{Existing, Piece};
use farhand_session::{
    ClientEvent, ClientSession, ConsoleEvent, ConsoleSession, FileEvent, RESUME_WINDOW, Transfers,
};

const MS: Duration = Duration::from_millis(1);

fn source(path: &Path) -> Source {
    Source::of(&[path.to_owned()], &Stop::default()).unwrap()
}

fn target(folder: PathBuf, existing: Existing) -> Target {
    let goes = Goes { folder, existing, leftovers: Leftovers::Keep, asked: None };
    Target::open(goes, &Stop::default()).unwrap()
}

/// One end's program: reads or writes, a little at each step.
#[derive(Default)]
struct Disk {
    source: Option<Source>,
    target: Option<Target>,
    /// Taken and not written yet.
    waiting: VecDeque<Piece>,
    /// Steps of time for a piece that is written; 0 for several pieces at each.
    slowness: u32,
    steps: u32,
    over: bool,
    refused: Vec<String>,
    offsets: Vec<u64>,
}

impl Disk {
    fn handle(&mut self, event: FileEvent, downloads: &Path) {
        match event {
            FileEvent::Put { folder, existing } => {
                let folder = folder.map_or_else(|| downloads.to_owned(), |folder| PathBuf::from(&*folder));
                self.target = Some(target(folder, existing));
            }
            FileEvent::Get { path } => self.source = Some(source(Path::new(&*path))),
            FileEvent::Read { item, offset } => {
                self.offsets.push(offset);
                self.source.as_mut().unwrap().read_from(item, offset);
            }
            FileEvent::Return { item } => self.source.as_mut().unwrap().return_to(item),
            FileEvent::Leave { item } => self.source.as_mut().unwrap().leave(item),
            FileEvent::Take(piece) => self.waiting.push_back(piece),
            FileEvent::NotStored { path, why, .. } => self.refused.push(format!("{path}: {why}")),
            FileEvent::Over(result) => {
                result.unwrap();
                self.over = true;
            }
            FileEvent::Refused { .. }
            | FileEvent::Begun { .. }
            | FileEvent::Stored { .. }
            | FileEvent::Unfinished { .. } => {}
        }
    }

    fn work(&mut self, session: &mut impl Transfers) {
        if session.wants_file_piece()
            && let Some(piece) = self.source.as_mut().and_then(Source::next_piece)
        {
            session.file_piece(piece);
        }
        let Some(target) = &mut self.target else { return };
        self.steps += 1;
        let pieces = match self.slowness {
            0 => 3,
            slowness => u32::from(self.steps.is_multiple_of(slowness)),
        };
        for _ in 0..pieces {
            let Some(piece) = self.waiting.pop_front() else { return };
            target.take(piece, |answer| match answer {
                Answer::GoOn { item, offset } => session.file_goes_on(item, offset),
                Answer::Wrote(weight) => session.file_wrote(weight),
                Answer::Settled { item, result, .. } => session.file_settled(item, result),
                Answer::Finished => session.file_finished(),
            });
        }
    }
}

/// Frames that leave at a rate and arrive a while later.
#[derive(Default)]
struct Way {
    free_at: Moment,
    under_way: VecDeque<(Moment, Vec<u8>)>,
}

impl Way {
    fn send(&mut self, frame: Vec<u8>, now: Moment) {
        const RATE: u64 = 2_000_000;
        self.free_at = self.free_at.max(now) + Duration::from_micros(frame.len() as u64 * 1_000_000 / RATE);
        self.under_way.push_back((self.free_at + 10 * MS, frame));
    }

    fn arrived<M: Message>(&mut self, now: Moment) -> Option<(M, usize)> {
        self.under_way.front().filter(|(at, _)| *at <= now)?;
        let (_, frame) = self.under_way.pop_front()?;
        let mut buffer = FrameBuffer::new();
        buffer.push(&frame);
        buffer.next_message().unwrap()
    }
}

struct World {
    now: Moment,
    client: ClientSession,
    console: ConsoleSession,
    to_client: Way,
    to_console: Way,
    customers: Disk,
    operators: Disk,
    downloads: PathBuf,
    back_at: Option<Moment>,
    cuts: u32,
}

impl World {
    fn new(downloads: &Path) -> Self {
        let all = Grant::ALL.into_iter().collect();
        let mut world = Self {
            now: Moment::ZERO,
            client: ClientSession::new(RESUME_WINDOW, Moment::ZERO),
            console: ConsoleSession::new(all, RESUME_WINDOW, Moment::ZERO),
            to_client: Way::default(),
            to_console: Way::default(),
            customers: Disk::default(),
            operators: Disk::default(),
            downloads: downloads.to_owned(),
            back_at: None,
            cuts: 0,
        };
        world.run(100, &mut Random(0), 0);
        world.client.answer(all, world.now);
        world.run(100, &mut Random(0), 0);
        world
    }

    fn step(&mut self) {
        self.now += MS;
        while let Some((message, bytes)) = self.to_client.arrived::<ToClient>(self.now) {
            self.client.handle(message, bytes, self.now);
        }
        while let Some((message, bytes)) = self.to_console.arrived::<ToConsole>(self.now) {
            self.console.handle(message, bytes, self.now);
        }
        self.client.handle_due(self.now);
        self.console.handle_due(self.now);
        while let Some(event) = self.client.poll_event() {
            match event {
                ClientEvent::File(event) => self.customers.handle(event, &self.downloads),
                ClientEvent::Ended(how) => panic!("the client ended: {how}"),
                _ => {}
            }
        }
        while let Some(event) = self.console.poll_event() {
            match event {
                ConsoleEvent::File(event) => self.operators.handle(event, &self.downloads),
                ConsoleEvent::Ended(how) => panic!("the console ended: {how}"),
                _ => {}
            }
        }
        // Only once all events were taken: what was read before is for elsewhere then.
        self.customers.work(&mut self.client);
        self.operators.work(&mut self.console);
        while self.to_client.free_at <= self.now {
            let Some(frame) = self.console.poll_transmit(self.now) else { break };
            self.to_client.send(frame, self.now);
        }
        while self.to_console.free_at <= self.now {
            let Some(frame) = self.client.poll_transmit(self.now) else { break };
            self.to_console.send(frame, self.now);
        }
    }

    /// Lets time pass; about once in `cut` steps the link is cut and comes back a little later.
    fn run(&mut self, steps: u32, random: &mut Random, cut: u64) {
        for _ in 0..steps {
            if let Some(back) = self.back_at {
                if self.now >= back {
                    self.back_at = None;
                    let (client, console) = (self.client.taken(), self.console.taken());
                    self.client.resume(console, self.now);
                    self.console.resume(client, self.now);
                }
            } else if cut > 0 && random.below(cut) == 0 {
                self.cuts += 1;
                self.client.cut(self.now);
                self.console.cut(self.now);
                (self.to_client, self.to_console) = (Way::default(), Way::default());
                self.back_at = Some(self.now + MS * u32::try_from(random.below(60)).unwrap());
            }
            self.step();
        }
    }

    fn until_over(&mut self, random: &mut Random, cut: u64) {
        for _ in 0..600 {
            if self.customers.over && self.operators.over {
                return;
            }
            self.run(100, random, cut);
        }
        panic!("not over after a minute: {:?}", self.console.progress());
    }
}

/// Numbers that follow from a seed (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Small files, large ones, empty ones and folders within each other.
fn tree(at: &Path, random: &mut Random) {
    for folder in ["a", "a/b", "c"] {
        fs::create_dir_all(at.join(folder)).unwrap();
        for index in 0..7 {
            let size = [0, 1, 700, 20_000, 65_536, 65_537, 400_000][index];
            let bytes: Vec<u8> = (0..size).map(|_| random.below(256) as u8).collect();
            fs::write(at.join(folder).join(format!("file {index}")), bytes).unwrap();
        }
    }
    fs::create_dir(at.join("empty")).unwrap();
}

/// Every file and folder with its contents.
fn all(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if path.is_dir() {
                found.push((name, Vec::new()));
                folders.push(path);
            } else {
                found.push((name, fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn same(one: &Path, other: &Path) {
    let (one, other) = (all(one), all(other));
    let names = |all: &[(String, Vec<u8>)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other));
    for ((name, bytes), (_, others)) in one.iter().zip(&other) {
        assert!(bytes == others, "{name} differs");
    }
}

#[test]
fn everything_arrives_as_it_was_whatever_becomes_of_the_line() {
    let mut cuts = 0;
    for seed in 1..=30 {
        let mut random = Random(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("tree"), folder.path().join("to"));
        tree(&from, &mut random);
        let mut world = World::new(&to);
        // A third of the disks is slower than the line.
        let slowness = if seed % 3 == 0 { 15 } else { 0 };
        (world.customers.slowness, world.operators.slowness) = (slowness, slowness);
        // Half of them are brought, half fetched.
        if seed % 2 == 0 {
            world.console.put(None, Existing::Keep).unwrap();
            world.operators.source = Some(source(&from));
        } else {
            world.console.get(Text::new(from.to_str().unwrap()).unwrap()).unwrap();
            world.operators.target = Some(target(to.clone(), Existing::Keep));
        }
        world.until_over(&mut random, [0, 400, 100, 40][seed as usize % 4]);
        assert_eq!((&world.customers.refused, &world.operators.refused), (&vec![], &vec![]), "seed {seed}");
        same(&from, &to.join("tree"));
        cuts += world.cuts;
    }
    assert!(cuts > 100, "{cuts}");
}

#[test]
fn a_cut_costs_only_what_was_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("large"), folder.path().join("to"));
    fs::write(&from, vec![7; 4_000_000]).unwrap();
    let mut world = World::new(&to);
    world.console.put(None, Existing::Keep).unwrap();
    world.operators.source = Some(source(&from));
    world.run(1_000, &mut Random(1), 0);
    let before = world.console.progress().unwrap().bytes_done;
    assert!(before > 500_000, "{before}");
    world.client.cut(world.now);
    world.console.cut(world.now);
    (world.to_client, world.to_console) = (Way::default(), Way::default());
    let (client, console) = (world.client.taken(), world.console.taken());
    world.client.resume(console, world.now);
    world.console.resume(client, world.now);
    world.until_over(&mut Random(1), 0);
    let offsets = &world.operators.offsets;
    assert!(offsets.len() == 2 && offsets[0] == 0 && offsets[1] >= before, "{offsets:?} after {before}");
    assert_eq!(fs::read(to.join("large")).unwrap(), vec![7; 4_000_000]);
}
