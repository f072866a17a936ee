//! What a helpdesk looks at, with real programs on a virtual screen, at 25 pictures a second.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use farhand_desktop::{CaptureBackend, Options};
use farhand_proto::screen::{Picture, Rect, Region, Size};
use farhand_testkit::x::{Eye, Picture as Pixels, Program, XServer};

/// The screen.
pub(super) const SIZE: Size = Size { width: 1920, height: 1080 };
/// Pictures a second.
pub(super) const RATE: u32 = 25;

/// Something that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scene {
    /// Text comes into an editor, letter by letter.
    Typing,
    /// An editor with a long text is scrolled by the wheel.
    Scroll,
    /// Output runs through a terminal.
    Terminal,
    /// A terminal is dragged over a photograph.
    Drag,
    /// A film plays in a window.
    Video,
    /// Two windows that fill the screen change places every second.
    Switch,
    /// A cursor blinks.
    Idle,
}

impl Scene {
    /// All of them.
    pub(super) const ALL: [Self; 7] =
        [Self::Typing, Self::Scroll, Self::Terminal, Self::Drag, Self::Video, Self::Switch, Self::Idle];

    /// Those that are played on both screens.
    pub(super) const PLAYED: [Self; 6] =
        [Self::Typing, Self::Scroll, Self::Drag, Self::Video, Self::Switch, Self::Idle];

    /// Whether the screen stands still once it has been played, but for a cursor.
    pub(super) fn comes_to_rest(self) -> bool {
        !matches!(self, Self::Video | Self::Terminal)
    }

    /// Its name in a table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Typing => "typing",
            Self::Scroll => "scroll",
            Self::Terminal => "terminal",
            Self::Drag => "drag",
            Self::Video => "video",
            Self::Switch => "switch",
            Self::Idle => "idle",
        }
    }
}

/// Where the terminal lies in which latency is measured.
const TYPED: Rect = Rect { x: 1400, y: 100, width: 420, height: 300 };

/// A screen with a scene on it that is ready to begin.
pub(super) struct Stage {
    scene: Scene,
    pub(super) server: XServer,
    _programs: Vec<Program>,
}

impl Stage {
    /// Starts the programs.
    pub(super) fn set(scene: Scene) -> Self {
        let server = XServer::xvfb(SIZE.width, SIZE.height);
        let mut programs = vec![server.start_window_manager()];
        let full = |class: &str| {
            let window = server.window(class);
            server.run("xdotool", &["windowmove", &window, "0", "0"]);
            let (width, height) = (SIZE.width.to_string(), (SIZE.height - 30).to_string());
            server.run("xdotool", &["windowsize", &window, &width, &height]);
        };
        match scene {
            Scene::Typing | Scene::Idle => {
                programs.push(server.start_editor("text.txt"));
                full("Mousepad");
            }
            Scene::Scroll => {
                programs.push(server.start_editor_with("text.txt", &prose(4000)));
                full("Mousepad");
                server.run("xdotool", &["mousemove", "900", "500"]);
            }
            Scene::Terminal => {
                std::fs::write(server.file("text.txt"), prose(20000)).expect("the folder is ours");
                let show = format!(
                    "sleep 3; while read -r line; do echo \"$line\"; sleep 0.01; done < '{}'",
                    server.file("text.txt").display()
                );
                programs.push(server.start_program(
                    "xterm",
                    &["-fa", "Monospace", "-fs", "11", "-geometry", "180x50", "-e", "sh", "-c", &show],
                ));
                server.wait_for_window("XTerm");
            }
            Scene::Drag => {
                Eye::open(&server).set_background(&photograph());
                programs.push(server.start_terminal("typed.txt"));
                server.run("xdotool", &["type", "--delay", "1", &prose(20).replace('\n', " ")]);
                let window = server.window("XTerm");
                server.run("xdotool", &["windowmove", &window, "200", "200"]);
            }
            Scene::Video => {
                let film = film(&server);
                let arguments =
                    ["-loglevel", "error", "-an", "-loop", "0", "-left", "400", "-top", "200", "-i"];
                programs.push(server.start_program("ffplay", &[&arguments[..], &[&film]].concat()));
                server.wait_for_window("ffplay");
            }
            Scene::Switch => {
                programs.push(server.start_editor("text.txt"));
                full("Mousepad");
                server.run("xdotool", &["type", "--delay", "1", &prose(40)]);
                programs.push(server.start_terminal("typed.txt"));
                full("XTerm");
                server.run("xdotool", &["type", "--delay", "1", &prose(30)]);
            }
        }
        std::thread::sleep(Duration::from_secs(2));
        Self { scene, server, _programs: programs }
    }

    /// A terminal to type into, and beside it a text that can be scrolled at the same time if that is the scene.
    ///
    /// # Panics
    /// There is no such scene.
    pub(super) fn set_to_type_beside(busy: Option<Scene>) -> Self {
        let server = XServer::xvfb(SIZE.width, SIZE.height);
        let mut programs = vec![server.start_window_manager()];
        if let Some(scene) = busy {
            assert_eq!(scene, Scene::Scroll, "what is scrolled leaves the keyboard to others");
            programs.push(server.start_editor_with("text.txt", &prose(4000)));
            let window = server.window("Mousepad");
            server.run("xdotool", &["windowmove", &window, "0", "0"]);
            server.run("xdotool", &["windowsize", &window, "1300", "1040"]);
        }
        programs.push(server.start_terminal("typed.txt"));
        let window = server.window("XTerm");
        let (x, y) = (TYPED.x.to_string(), TYPED.y.to_string());
        server.run("xdotool", &["windowmove", &window, &x, &y]);
        server.run("xdotool", &["mousemove", "600", "500"]);
        std::thread::sleep(Duration::from_secs(2));
        Self { scene: busy.unwrap_or(Scene::Idle), server, _programs: programs }
    }

    /// Where what is typed shows then.
    pub(super) fn typed_place() -> Rect {
        TYPED
    }

    /// What runs while pictures are taken.
    pub(super) fn play(&self) -> Option<Program> {
        let script = match self.scene {
            Scene::Idle | Scene::Terminal | Scene::Video => return None,
            Scene::Typing => {
                // As much as is typed in the time.
                let text: String = prose(6).chars().take(46).collect();
                return Some(self.server.start_program("xdotool", &["type", "--delay", "120", &text]));
            }
            Scene::Scroll => "click --repeat 200 --delay 40 5".to_owned(),
            Scene::Drag => {
                let mut script = "mousemove 400 205 mousedown 1".to_owned();
                for step in 1..100_i32 {
                    // Along a curve, so that no two steps are alike.
                    let (x, y) = (400 + step * 9, 205 + step * 3 + (step * step) % 23);
                    let _ = write!(script, " sleep 0.04 mousemove {x} {y}");
                }
                script + " mouseup 1"
            }
            Scene::Switch => {
                let [one, two] = ["Mousepad", "XTerm"].map(|class| self.server.window(class));
                (0..5).map(|_| format!("windowraise {one} sleep 1 windowraise {two} sleep 1 ")).collect()
            }
        };
        let words: Vec<&str> = script.split_whitespace().collect();
        Some(self.server.start_program("xdotool", &words))
    }
}

/// A scene as the client's program sees it: the first picture whole, then what changes.
#[derive(Debug, Default)]
pub(super) struct Recording {
    /// Where something may have changed, and the pixels there as they are packed.
    frames: Vec<(Region, Vec<u8>)>,
}

impl Recording {
    /// Plays a scene and records so many pictures.
    pub(super) fn make(scene: Scene, pictures: usize) -> Self {
        let stage = Stage::set(scene);
        let options = Options {
            display: Some(stage.server.display().to_owned()),
            capture: CaptureBackend::Default,
            ..Options::default()
        };
        let mut screen = farhand_desktop::open(&options).expect("the screen can be read").screen;
        let mut picture = Picture::new(SIZE);
        let mut recording = Self::default();
        let area = Rect::of_size(SIZE);
        let mut play = None;
        let mut next = Instant::now();
        for number in 0..=pictures {
            next += Duration::from_secs(1) / RATE;
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
            let changes = screen.wait(Duration::ZERO).expect("the screen is there");
            screen.grab(area, &changes.damage, &mut picture).expect("the screen is there");
            recording.note(&picture, changes.damage);
            if number == 0 {
                play = stage.play();
            }
        }
        drop(play);
        recording
    }

    fn note(&mut self, picture: &Picture, damage: Region) {
        let mut pixels = Vec::new();
        for rect in damage.rects() {
            pixels.extend(picture.rows(*rect).flatten().flat_map(|pixel| pixel.to_le_bytes()));
        }
        let packed = zstd::bulk::compress(&pixels, 1).expect("there is memory");
        self.frames.push((damage, packed));
    }

    /// Gives each picture after the other, and where it may differ from the one before.
    pub(super) fn replay(&self, mut see: impl FnMut(&Picture, &Region)) {
        let mut picture = Picture::new(SIZE);
        for (damage, packed) in &self.frames {
            let count: u64 = damage.rects().iter().map(|rect| rect.size().area()).sum();
            let pixels = zstd::bulk::decompress(packed, 4 * count as usize).expect("it was packed here");
            let mut pixels =
                pixels.chunks_exact(4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]));
            for rect in damage.rects() {
                for y in rect.y..rect.bottom() {
                    for pixel in picture.row_mut(rect.x as u32, y as u32, rect.width) {
                        *pixel = pixels.next().expect("as many as were packed");
                    }
                }
            }
            see(&picture, damage);
        }
    }

    /// The first picture.
    pub(super) fn first(&self) -> Picture {
        let mut first = None;
        let begin = Self { frames: self.frames[..1].to_vec() };
        begin.replay(|picture, _| first = Some(picture.clone()));
        first.expect("there is one")
    }

    /// Writes it into a file.
    pub(super) fn save(&self, path: &std::path::Path) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        for (damage, packed) in &self.frames {
            bytes.extend((damage.rects().len() as u32).to_le_bytes());
            for rect in damage.rects() {
                for number in [rect.x as u32, rect.y as u32, rect.width, rect.height] {
                    bytes.extend(number.to_le_bytes());
                }
            }
            bytes.extend((packed.len() as u32).to_le_bytes());
            bytes.extend(packed);
        }
        std::fs::write(path, bytes)
    }

    /// Reads what was saved; `None` if there is nothing of the kind.
    pub(super) fn load(path: &std::path::Path) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let mut rest = &bytes[..];
        let mut recording = Self::default();
        while !rest.is_empty() {
            let count = number(&mut rest)?;
            let mut damage = Region::new();
            for _ in 0..count {
                let [x, y, width, height] =
                    [number(&mut rest)?, number(&mut rest)?, number(&mut rest)?, number(&mut rest)?];
                damage.add(Rect { x: x as i32, y: y as i32, width, height });
            }
            let length = number(&mut rest)? as usize;
            let packed = rest.get(..length)?.to_vec();
            rest = &rest[length..];
            recording.frames.push((damage, packed));
        }
        Some(recording)
    }
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*first))
}

/// Lines of words that are no two alike.
fn prose(lines: u32) -> String {
    const WORDS: [&str; 24] = [
        "printer", "the", "server", "restart", "a", "password", "with", "settings", "account", "because",
        "network", "please", "and", "message", "shared", "folder", "when", "update", "is", "not", "driver",
        "open", "to", "mail",
    ];
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut text = String::new();
    for line in 0..lines {
        let _ = write!(text, "{line}: ");
        let mut length = 0;
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let wanted = 20 + (state % 70) as usize;
        while length < wanted {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let word = WORDS[(state % WORDS.len() as u64) as usize];
            length += word.len() + 1;
            text.push_str(word);
            text.push(' ');
        }
        text.push('\n');
    }
    text
}

/// Makes a film of 960 x 540 pixels as cameras and their codecs leave it: a wide view across which the camera goes,
/// with something that turns in front of it.
fn film(server: &XServer) -> String {
    let Pixels { width, height, pixels } = photograph();
    let mut bytes = format!("P6 {width} {height} 255\n").into_bytes();
    bytes.extend(pixels.iter().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)));
    let [view, film] = ["view.ppm", "film.mp4"].map(|name| server.file(name).to_string_lossy().into_owned());
    std::fs::write(&view, bytes).expect("the folder is ours");
    let filter = "[0:v]crop=960:540:x='480+300*sin(t/2)':y='270+120*sin(t/3)',noise=alls=5:allf=t[far];\
                  [1:v]format=yuva420p,rotate=t:c=none:ow=220:oh=220[near];\
                  [far][near]overlay=x='360+250*cos(t)':y='160+120*sin(t*2)',format=yuv420p";
    let input = ["-loglevel", "error", "-loop", "1", "-framerate", "25", "-i", &view, "-f", "lavfi", "-i"];
    let output = ["-filter_complex", filter, "-t", "10", "-c:v", "mpeg4", "-q:v", "3", "-y", &film];
    let all = [&input[..], &["testsrc2=size=160x120:rate=25"], &output[..]].concat();
    server.run("ffmpeg", &all);
    film
}

/// Soft shapes under fine noise, as a camera sees them.
fn photograph() -> Pixels {
    /// Pixels between two points of a layer, and how much it adds.
    const LAYERS: [(u32, f32); 5] = [(256, 90.0), (96, 50.0), (33, 24.0), (11, 10.0), (1, 3.0)];
    let noise = |x: u32, y: u32, seed: u32| {
        let mut hash =
            x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA6B) ^ seed.wrapping_mul(0xC2B2_AE35);
        hash = (hash ^ hash >> 15).wrapping_mul(0x2C1B_3C6D);
        hash = (hash ^ hash >> 12).wrapping_mul(0x297A_2D39);
        (hash ^ hash >> 15) as f32 / u32::MAX as f32 - 0.5
    };
    let layer = |x: u32, y: u32, step: u32, seed: u32| {
        let (left, top) = (x / step, y / step);
        let smooth = |at: u32| {
            let part = (at % step) as f32 / step as f32;
            part * part * (3.0 - 2.0 * part)
        };
        let (across, down) = (smooth(x), smooth(y));
        let row = |y| noise(left, y, seed) * (1.0 - across) + noise(left + 1, y, seed) * across;
        row(top) * (1.0 - down) + row(top + 1) * down
    };
    let pixel = |x: u32, y: u32| {
        let light: f32 = LAYERS.iter().map(|(step, height)| layer(x, y, *step, *step) * height).sum();
        let channel = |base: f32, seed: u32| {
            let tint = layer(x, y, 180, seed) * 70.0 + noise(x, y, seed) * 3.0;
            (base + light * 1.6 + tint).clamp(0.0, 255.0) as u32
        };
        channel(120.0, 71) << 16 | channel(128.0, 72) << 8 | channel(140.0, 73)
    };
    let pixels = (0..SIZE.height).flat_map(|y| (0..SIZE.width).map(move |x| pixel(x, y))).collect();
    Pixels { width: SIZE.width, height: SIZE.height, pixels }
}
