//! All lanes over one thin line: a file that travels is not felt by whoever types.

use std::time::Duration;

use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::limits::MAX_FILE_CHUNK;
use farhand_proto::session::ToConsole;
use farhand_proto::time::Moment;
use farhand_proto::transfer::{Existing, ItemKind, ItemPath, Piece};
use farhand_session::{ClientEvent, ConsoleEvent, Direction, FileEvent, Transfers};

use crate::world::{MS, World, key, message};

/// A file without an end that travels, as the programs would read and write it.
struct Travelling {
    direction: Direction,
    begun: u8,
    offset: u64,
    arrived: u64,
    seen: [usize; 2],
}

impl Travelling {
    fn begin(world: &mut World, direction: Direction) -> Self {
        match direction {
            Direction::Out => world.console.put(None, Existing::Keep),
            Direction::In => world.console.get(Text::new("large").unwrap()),
        }
        .unwrap();
        Self {
            direction,
            begun: 0,
            offset: 0,
            arrived: 0,
            seen: [world.at_client.len(), world.at_console.len()],
        }
    }

    /// Reads what may be sent and writes what came.
    fn step(&mut self, world: &mut World) {
        let at_client = world.at_client[self.seen[0]..].iter();
        let at_client: Vec<FileEvent> = at_client
            .filter_map(|event| if let ClientEvent::File(event) = event { Some(event.clone()) } else { None })
            .collect();
        let at_console = world.at_console[self.seen[1]..].iter();
        let at_console: Vec<FileEvent> = at_console
            .filter_map(
                |event| if let ConsoleEvent::File(event) = event { Some(event.clone()) } else { None },
            )
            .collect();
        self.seen = [world.at_client.len(), world.at_console.len()];
        let (sender, receiver): (&mut dyn Transfers, &mut dyn Transfers) = match self.direction {
            Direction::Out => (&mut world.console, &mut world.client),
            Direction::In => (&mut world.client, &mut world.console),
        };
        let (at_sender, at_receiver) = match self.direction {
            Direction::Out => (at_console, at_client),
            Direction::In => (at_client, at_console),
        };
        for event in at_sender {
            match event {
                FileEvent::Read { offset, .. } => self.offset = offset,
                FileEvent::Return { .. } => (self.begun, self.offset) = (0, 0),
                FileEvent::Over(result) => panic!("{result:?}"),
                _ => {}
            }
        }
        for event in at_receiver {
            let FileEvent::Take(piece) = event else { continue };
            if let Piece::Item { item, .. } = &piece {
                receiver.file_goes_on(*item, 0);
            }
            if let Piece::Data { data, .. } = &piece {
                self.arrived += data.len() as u64;
            }
            receiver.file_wrote(piece.weight());
        }
        while sender.wants_file_piece() {
            let piece = match self.begun {
                0 => Piece::Begin { files: 1, bytes: 1 << 40 },
                1 => Piece::Item {
                    item: 0,
                    path: ItemPath::new("large").unwrap(),
                    kind: ItemKind::File { size: 1 << 40, modified: 0 },
                },
                _ => {
                    let data = Bytes::new(vec![7; MAX_FILE_CHUNK]).unwrap();
                    let offset = self.offset;
                    self.offset += data.len() as u64;
                    Piece::Data { item: 0, offset, data }
                }
            };
            self.begun = (self.begun + 1).min(2);
            sender.file_piece(piece);
        }
    }
}

/// How long a key takes from the console until it is done at the client, and until its small picture is back. The
/// longest of many, in milliseconds; and how much of the line the file had meanwhile, from 0 to 1.
fn felt(rate: u64, delay: Duration, direction: Option<Direction>) -> (u128, u128, f64) {
    let mut world = World::new(rate, delay);
    world.run(200 * MS);
    world.client.answer(crate::world::both(), world.now);
    world.run(200 * MS);
    let mut travelling = direction.map(|direction| Travelling::begin(&mut world, direction));
    let run = |world: &mut World, travelling: &mut Option<Travelling>| {
        if let Some(travelling) = travelling {
            travelling.step(world);
        }
        world.run(MS);
        assert!(world.now < Moment::ZERO + Duration::from_secs(300), "a key never arrives");
    };
    // Until the rate is known and the window is full.
    for _ in 0..3_000 {
        run(&mut world, &mut travelling);
    }
    let (mut done, mut echoed) = (0, 0);
    for round in 0..200_u64 {
        let start = world.now;
        world.act(key('a', round % 2 == 0));
        let (before, seen) = (world.done.len(), world.at_console.len());
        while world.done.len() == before {
            run(&mut world, &mut travelling);
        }
        done = done.max((world.now - start).as_millis());
        // The letter on the screen.
        while world.client.update_room().is_none() {
            run(&mut world, &mut travelling);
        }
        world.client.update(vec![1; 300], world.now);
        let is_update = |event: &ConsoleEvent| matches!(event, ConsoleEvent::Update { .. });
        while !world.at_console[seen..].iter().any(is_update) {
            run(&mut world, &mut travelling);
        }
        echoed = echoed.max((world.now - start).as_millis());
        // Not always at the same place between two records.
        for _ in 0..37 + round % 13 {
            run(&mut world, &mut travelling);
        }
    }
    let possible = rate as f64 * world.now.as_secs_f64();
    (done, echoed, travelling.map_or(0.0, |travelling| travelling.arrived as f64 / possible))
}

#[test]
fn at_2_mbit_a_file_adds_at_most_50_ms_to_the_echo_of_a_key() {
    let (rate, delay) = (250_000, 20 * MS);
    let (_, alone, _) = felt(rate, delay, None);
    for direction in [Direction::Out, Direction::In] {
        let (_, beside, arrived) = felt(rate, delay, Some(direction));
        println!(
            "{direction:?}: {alone} ms alone, {beside} ms beside a file, which had {arrived:.2} of the line"
        );
        assert!(beside <= alone + 50, "{direction:?}: {beside} ms, alone {alone} ms");
        // It has most of the line.
        assert!(arrived > 0.5, "{direction:?}: {arrived}");
    }
}

#[test]
fn at_256_kbit_a_key_waits_for_one_record_at_most() {
    let (rate, delay) = (32_000, 20 * MS);
    // A record lasts 20 ms, and the key itself needs its time.
    const RECORD: u128 = 20 + 2;
    let (alone, _, _) = felt(rate, delay, None);
    for direction in [Direction::Out, Direction::In] {
        let (beside, _, arrived) = felt(rate, delay, Some(direction));
        println!(
            "{direction:?}: {alone} ms alone, {beside} ms beside a file, which had {arrived:.2} of the line"
        );
        assert!(beside <= alone + RECORD, "{direction:?}: {beside} ms, alone {alone} ms");
        assert!(arrived > 0.5, "{direction:?}: {arrived}");
    }
}

/// A screen that never stands still, over a line that stops for 700 ms: each picture, when it was taken and when it
/// arrived.
fn pictures_over_a_stall(rate: u64, delay: Duration) -> (Moment, Vec<(Moment, Moment)>) {
    const STALL: Duration = Duration::from_millis(700);
    let mut world = World::new(rate, delay);
    world.run(200 * MS);
    world.client.answer(crate::world::both(), world.now);
    world.run(200 * MS);
    let mut taken = Vec::new();
    let mut arrived = Vec::new();
    let mut seen = world.at_console.len();
    let mut end = Moment::MAX;
    for millisecond in 0..12_000 {
        if let Some(room) = world.client.update_room() {
            taken.push(world.now);
            world.client.update(vec![1; room.bytes], world.now);
        }
        if millisecond == 6_000 {
            let way = &mut world.to_console;
            way.free_at = way.free_at.max(world.now) + STALL;
            way.under_way.iter_mut().for_each(|(at, _)| *at += STALL);
            end = world.now + STALL;
        }
        world.run(MS);
        for event in &world.at_console[seen..] {
            if let ConsoleEvent::Update { number, .. } = event {
                arrived.push((taken[*number as usize], world.now));
            }
        }
        seen = world.at_console.len();
    }
    (end, arrived)
}

#[test]
fn after_a_stall_the_newest_picture_comes_and_no_queue_of_old_ones() {
    for (rate, delay) in [(32_000, 20 * MS), (250_000, 20 * MS), (2_500_000, 10 * MS)] {
        let (end, arrived) = pictures_over_a_stall(rate, delay);
        let oldest = |from: Moment, to: Moment| {
            let within = arrived.iter().filter(|(_, at)| (from..to).contains(at));
            within.map(|(taken, at)| *at - *taken).max().unwrap()
        };
        // The smallest update that is worth its frame takes longer than 40 ms where the line is thin.
        let update = Duration::from_micros(2_048 * 1_000_000 / rate).max(40 * MS);
        // On its way, behind the 50 ms that may wait, itself, and what is not picture.
        let bound = delay + 50 * MS + update + 30 * MS;
        let before = oldest(Moment::ZERO + Duration::from_secs(3), end - 700 * MS);
        assert!(before <= bound, "{rate}: {before:?} old, before the line stopped");
        // What was under way when it stopped is all that comes late.
        let late = arrived.iter().filter(|(taken, at)| *at > end && *at - *taken > bound).count();
        assert!((1..=4).contains(&late), "{rate}: {late} pictures from before the stall");
        let after = oldest(end + bound + 100 * MS, Moment::MAX);
        assert!(after <= bound, "{rate}: {after:?} old, after the line went on");
        println!("{rate} bytes/s: {before:?} before, {late} late ones, {after:?} after");
    }
}

/// A picture that takes all it may.
fn show(world: &mut World) {
    if let Some(room) = world.client.update_room() {
        world.client.update(vec![1; room.bytes], world.now);
    }
}

/// A line of 2 Mbit/s that a picture has filled for a while.
fn full() -> World {
    let mut world = World::new(250_000, 20 * MS);
    world.run(200 * MS);
    world.client.answer(crate::world::both(), world.now);
    for _ in 0..3_000 {
        show(&mut world);
        world.run(MS);
    }
    world
}

#[test]
fn a_file_beside_a_picture_that_takes_all_it_may_has_a_quarter_of_the_line() {
    let mut world = full();
    let mut travelling = Travelling::begin(&mut world, Direction::In);
    let begun = world.now;
    for _ in 0..8_000 {
        travelling.step(&mut world);
        show(&mut world);
        world.run(MS);
    }
    let share = travelling.arrived as f64 / (250_000.0 * (world.now - begun).as_secs_f64());
    assert!((0.15..0.35).contains(&share), "{share}");
}

#[test]
fn copied_text_arrives_beside_a_picture_that_takes_all_it_may() {
    let mut world = full();
    let text = "x".repeat(50_000);
    world.client.clipboard(text.clone()).unwrap();
    let begun = world.now;
    let copied = ConsoleEvent::Clipboard(text);
    while !world.at_console.contains(&copied) {
        show(&mut world);
        world.run(MS);
        assert!(
            world.now - begun < Duration::from_secs(2),
            "a quarter of the line is enough for it in 0.8 s"
        );
    }
}

#[test]
fn while_nothing_waits_beside_the_picture_nothing_is_saved_up_for_it() {
    let mut world = full();
    world.run(500 * MS);
    world.client.clipboard("something".to_owned()).unwrap();
    world.client.update(vec![1; 4_000], world.now);
    let first = world.client.poll_transmit(world.now).unwrap();
    let (first, _) = message::<ToConsole>(&first);
    assert!(matches!(first, ToConsole::Video { .. }), "{first:?}");
}
