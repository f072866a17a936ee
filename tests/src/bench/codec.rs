//! The codec alone: recorded scenes through the encoder and back, without a line or a window; beside it what the same
//! pixels cost in one zstd stream.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use farhand_proto::screen::{Picture, Region};

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
    Scene::ALL.into_iter().flat_map(|scene| measure(scene, &recording(scene, &folder), setup.runs)).collect()
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
    let (plain_first, plain_rate) = plain(recording);
    for _ in 0..runs {
        let (mut encoder, mut decoder) = (farhand_media::encoder(), farhand_media::decoder());
        let mut bytes = Vec::new();
        let mut sizes = Vec::new();
        let mut known = Picture::default();
        recording.replay(|picture, damage| {
            let start = Instant::now();
            encoder.damage(picture, damage);
            bytes.clear();
            while encoder.pending() {
                encoder.encode(picture, usize::MAX, &mut bytes);
            }
            let encoded = Instant::now();
            if !bytes.is_empty() {
                decoder.decode(&bytes).expect("what was encoded");
            }
            if !sizes.is_empty() && !damage.is_empty() {
                encoding.push((encoded - start).as_secs_f64() * 1e3);
                decoding.push(encoded.elapsed().as_secs_f64() * 1e3);
            }
            sizes.push(bytes.len());
            known.clone_from(decoder.picture());
            assert!(known.pixels() == picture.pixels(), "{scene:?}: picture {} is another", sizes.len());
        });
        first.push(sizes[0] as f64 / 1e3);
        rate.push(rate_of(&sizes));
    }
    let name = |what: &str| format!("{}: {what}", scene.name());
    vec![
        Figure::new(name("first picture"), "kB", first),
        Figure::new(name("after it"), "kbit/s", rate),
        Figure::new(name("first picture, zstd"), "kB", vec![plain_first]),
        Figure::new(name("after it, zstd"), "kbit/s", vec![plain_rate]),
        Figure::new(name("encoding"), "ms", encoding),
        Figure::new(name("decoding"), "ms", decoding),
    ]
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
