//! The codec alone: recorded scenes through the encoder and back, without a line or a window.

use std::path::Path;
use std::time::Instant;

use farhand_proto::screen::Picture;

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
        let rest: usize = sizes[1..].iter().sum();
        first.push(sizes[0] as f64 / 1e3);
        rate.push(rest as f64 * 8.0 / 1e3 / (sizes.len() - 1) as f64 * f64::from(RATE));
    }
    let name = |what: &str| format!("{}: {what}", scene.name());
    vec![
        Figure::new(name("first picture"), "kB", first),
        Figure::new(name("after it"), "kbit/s", rate),
        Figure::new(name("encoding"), "ms", encoding),
        Figure::new(name("decoding"), "ms", decoding),
    ]
}
