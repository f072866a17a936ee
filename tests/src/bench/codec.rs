//! The codec alone: recorded scenes through the encoder and back, without a line or a window; beside it what the same
//! pixels cost in one zstd stream.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use farhand_media::State;
use farhand_proto::screen::{Picture, Rect, Region, Room};
use farhand_proto::time::Moment;

use super::scenes::{RATE, Recording, Scene};
use super::{Figure, Setup};

/// The title that the figures go under.
pub const TITLE: &str = "codec";

/// Pictures of each scene after the first.
const PICTURES: usize = 150;

/// Measures. Scenes are recorded once, into the folder of the programs; recordings that lie there are used again.
///
/// # Panics
/// A scene can't be played, or a picture does not arrive exactly.
#[must_use]
pub fn run(setup: &Setup) -> Vec<Figure> {
    let folder = setup.programs.join("recordings");
    std::fs::create_dir_all(&folder).expect("a folder for recordings");
    let scenes = Scene::ALL.into_iter().filter(|scene| setup.wants(scene.name()));
    scenes.flat_map(|scene| measure(scene, &recording(scene, &folder), setup.runs)).collect()
}

fn recording(scene: Scene, folder: &Path) -> Recording {
    let path = folder.join(scene.name());
    Recording::load(&path).unwrap_or_else(|| {
        let made = Recording::make(scene, PICTURES);
        made.save(&path).expect("there is room for recordings");
        made
    })
}

fn measure(scene: Scene, recording: &Recording, runs: usize) -> Vec<Figure> {
    let mut first = Vec::new();
    let mut rate = Vec::new();
    let (mut encoding, mut decoding) = (Vec::new(), Vec::new());
    let (mut likeness, mut exact) = (Vec::new(), Vec::new());
    let (plain_first, plain_rate) = plain(recording);
    let [readable, all] = thin(recording);
    for _ in 0..runs {
        let (mut encoder, mut decoder) = (farhand_media::encoder(), farhand_media::decoder());
        let mut bytes = Vec::new();
        let mut sizes = Vec::new();
        let mut now = Moment::ZERO;
        let mut last = Picture::default();
        let mut worst = f64::INFINITY;
        recording.replay(|picture, damage| {
            let start = Instant::now();
            encoder.damage(picture, damage);
            bytes.clear();
            let encoded = encoder.encode(picture, Room::ANY, now, &mut bytes);
            let done = Instant::now();
            if !bytes.is_empty() {
                decoder.decode(&bytes).expect("what was encoded");
            }
            if !sizes.is_empty() && !damage.is_empty() {
                encoding.push((done - start).as_secs_f64() * 1e3);
                decoding.push(done.elapsed().as_secs_f64() * 1e3);
            }
            sizes.push(bytes.len());
            let error = distance(decoder.picture(), picture);
            assert!(
                error == 0.0 || encoded.state == State::Rough,
                "{scene:?}: picture {} is another",
                sizes.len()
            );
            worst = worst.min(error.recip());
            last.clone_from(picture);
            now += Duration::from_secs(1) / RATE;
        });
        // In the end all stands still.
        let mut rest = 0;
        while let Some(due) = encoder.poll_timeout() {
            bytes.clear();
            encoder.encode(&last, Room::ANY, due, &mut bytes);
            decoder.decode(&bytes).expect("what was encoded");
            rest += bytes.len();
        }
        assert!(decoder.picture().pixels() == last.pixels(), "{scene:?}: the last picture is another");
        // At 100 dB no pixel can be told from its original.
        exact.push(rest as f64 / 1e3);
        likeness.push((10.0 * (255.0 * 255.0 * worst).log10()).min(100.0));
        first.push(sizes[0] as f64 / 1e3);
        rate.push(rate_of(&sizes));
    }
    let name = |what: &str| format!("{}: {what}", scene.name());
    vec![
        Figure::new(name("first picture"), "kB", first),
        Figure::new(name("after it"), "kbit/s", rate),
        Figure::new(name("first picture, zstd"), "kB", vec![plain_first]),
        Figure::new(name("after it, zstd"), "kbit/s", vec![plain_rate]),
        Figure::new(name("last picture, made exact"), "kB", exact),
        Figure::new(name("first picture at 256 kbit/s"), "s", vec![readable]),
        Figure::new(name("the same, until it is exact"), "s", vec![all]),
        Figure::new(name("worst likeness while it moves"), "dB", likeness),
        Figure::new(name("encoding"), "ms", encoding),
        Figure::new(name("decoding"), "ms", decoding),
    ]
}

/// How far two pictures are apart: the mean of the square of what each channel differs by.
fn distance(a: &Picture, b: &Picture) -> f64 {
    let square = |(a, b): (&u32, &u32)| -> u64 {
        if a == b {
            return 0;
        }
        let channels = a.to_be_bytes().into_iter().zip(b.to_be_bytes());
        channels.map(|(a, b)| u64::from(a.abs_diff(b)).pow(2)).sum()
    };
    let sum: u64 = a.pixels().iter().zip(b.pixels()).map(square).sum();
    sum as f64 / (3 * a.pixels().len()) as f64
}

/// How many seconds the first picture takes over a line of 256 kbit/s, until nothing is lacking and until all is exact.
fn thin(recording: &Recording) -> [f64; 2] {
    const PER_SECOND: u64 = 32_000;
    /// What passes in 64 ms, as a session would ask for.
    const ROOM: Room = Room { bytes: 2048, per_second: Some(PER_SECOND) };
    let picture = recording.first();
    let mut encoder = farhand_media::encoder();
    let mut now = Moment::ZERO;
    let mut readable = None;
    let mut bytes = Vec::new();
    encoder.damage(&picture, &Rect::of_size(picture.size()).into());
    loop {
        bytes.clear();
        let encoded = encoder.encode(&picture, ROOM, now, &mut bytes);
        now += Duration::from_secs_f64(bytes.len() as f64 / PER_SECOND as f64);
        match encoded.state {
            State::Partial => {}
            State::Rough => {
                readable.get_or_insert(now);
                now = encoder.poll_timeout().map_or(now, |due| due.max(now));
            }
            State::Exact => return [readable.unwrap_or(now), now].map(|moment| moment.as_secs_f64()),
        }
    }
}

/// Of what comes after the first picture, in kbit/s.
fn rate_of(sizes: &[usize]) -> f64 {
    let rest: usize = sizes[1..].iter().sum();
    rest as f64 * 8.0 / 1e3 / (sizes.len() - 1) as f64 * f64::from(RATE)
}

/// The kB of the first picture and the kbit/s after it where all that may have changed goes, as red, green and blue,
/// through one zstd stream of level 1.
fn plain(recording: &Recording) -> (f64, f64) {
    let mut stream = zstd::Encoder::new(Vec::new(), 1).expect("there is memory");
    let mut sizes = Vec::new();
    recording.replay(|picture, damage: &Region| {
        let before = stream.get_ref().len();
        for rect in damage.rects() {
            let pixels: Vec<u8> = picture
                .rows(*rect)
                .flatten()
                .flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1))
                .collect();
            stream.write_all(&pixels).expect("there is memory");
        }
        if !damage.is_empty() {
            stream.flush().expect("there is memory");
        }
        sizes.push(stream.get_ref().len() - before);
    });
    (sizes[0] as f64 / 1e3, rate_of(&sizes))
}
