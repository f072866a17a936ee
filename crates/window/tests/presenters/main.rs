//! One window, drawn by the processor and by OpenGL (Mesa's, on the processor), on real X servers: it has to look the
//! same, whatever the remote pictures in it do, and to show wherever OpenGL fails.

mod scene;

use std::io::Write as _;
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use farhand_testkit::x::{Eye, Picture, XServer};
use scene::{HEIGHT, Scene, WIDTH};

/// How far a colour may be off where triangles are filled and scaled pixels rounded.
const TOLERANCE: u32 = 1;

/// How long a window may take to look right on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    if let Some(graphics) = std::env::var_os("FARHAND_TEST_SHOW") {
        scene::show(graphics.to_str().and_then(|graphics| graphics.parse().ok()).expect("a choice"));
        return ExitCode::SUCCESS;
    }
    let tests: [(&str, fn()); 5] = [
        ("the_processor_draws_what_a_still_shows", the_processor_draws_what_a_still_shows),
        ("opengl_draws_the_same", opengl_draws_the_same),
        ("without_a_graphics_processor_opengl_is_not_drawn_with", without_a_graphics_processor),
        ("without_opengl_the_processor_draws", without_opengl_the_processor_draws),
        ("when_opengl_fails_the_processor_goes_on", when_opengl_fails_the_processor_goes_on),
    ];
    let filters: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let chosen =
        |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()));
    let mut failed = 0;
    let mut passed = 0;
    for (name, test) in tests.into_iter().filter(|(name, _)| chosen(name)) {
        let is_fine = std::panic::catch_unwind(test).is_ok();
        println!("test {name} ... {}", if is_fine { "ok" } else { "FAILED" });
        *if is_fine { &mut passed } else { &mut failed } += 1;
    }
    let result = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "test result: {result}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out"
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The window, as a program of its own. Dropping it ends it.
struct Shown<'a> {
    server: &'a XServer,
    eye: Eye,
    child: Child,
    input: ChildStdin,
    scene: Scene,
}

impl<'a> Shown<'a> {
    fn start(server: &'a XServer, graphics: &str, prepare: impl FnOnce(&mut Command)) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut command = server.command(&program.display().to_string());
        command.env("FARHAND_TEST_SHOW", graphics).env("WINIT_X11_SCALE_FACTOR", "1").stdin(Stdio::piped());
        prepare(&mut command);
        let mut child = command.spawn().expect("this program starts");
        let input = child.stdin.take().expect("its input is a pipe");
        Self { server, eye: Eye::open(server), child, input, scene: Scene::new() }
    }

    /// Does the same to the window and to what it is compared with.
    fn act(&mut self, act: &str) {
        self.scene.act(act);
        writeln!(self.input, "{act}").expect("the window is there");
    }

    /// Waits until the window looks as it should, then returns by how much the worst pixel is off.
    fn looks_right(&mut self, tolerance: u32) -> u32 {
        let expected = self.scene.still();
        let since = Instant::now();
        loop {
            let seen = self.eye.pixels();
            let (off, place) = worst_of(&seen, &expected);
            if off <= tolerance {
                return off;
            }
            if since.elapsed() > PATIENCE {
                let folder = std::env::temp_dir();
                expected.write_png(&folder.join("presenters-expected.png")).expect("a file");
                seen.write_png(&folder.join("presenters-seen.png")).expect("a file");
                panic!("off by {off} at {place:x?}; both pictures are in {}", folder.display());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether the program has loaded a library.
    fn has_loaded(&self, library: &str) -> bool {
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", self.child.id())).expect("it runs");
        maps.contains(library)
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The largest difference of a colour, and where it is.
fn worst_of(seen: &Picture, expected: &Picture) -> (u32, (i32, i32, u32, u32)) {
    let off = |one: u32, two: u32| {
        [0, 8, 16]
            .map(|shift| (one >> shift & 0xff).abs_diff(two >> shift & 0xff))
            .into_iter()
            .max()
            .unwrap_or(0)
    };
    let places = seen.differences(expected);
    let worst = places.into_iter().max_by_key(|place| off(place.2, place.3));
    worst.map_or((0, (0, 0, 0, 0)), |place| (off(place.2, place.3), place))
}

fn server() -> XServer {
    XServer::xvfb(WIDTH, HEIGHT)
}

/// Everything that remote pictures do, one after the other.
fn everything(shown: &mut Shown<'_>, tolerance: u32) {
    shown.looks_right(tolerance);
    // One at the edge is mixed with what is beside it, in the sizes that mix.
    for act in
        ["part 3 2 40 9", "part 0 0 1 1", "pointer 20 30", "pointer 21 8", "part 199 149 1 1", "size 123 77"]
    {
        shown.act(act);
        let off = shown.looks_right(tolerance);
        println!("  {act}: off by {off}");
    }
    shown.act("part 100 50 23 27");
    shown.looks_right(tolerance);
    shown.act("pointer none");
    shown.looks_right(tolerance);
    shown.act("hide");
    shown.looks_right(tolerance);
    shown.act("part 5 5 50 50");
    shown.act("show");
    shown.looks_right(tolerance);
}

fn the_processor_draws_what_a_still_shows() {
    let server = server();
    let mut shown = Shown::start(&server, "software", |_| {});
    everything(&mut shown, 0);
    assert!(!shown.has_loaded("libEGL"), "OpenGL is not even asked");
}

fn opengl_draws_the_same() {
    let server = server();
    let mut shown = Shown::start(&server, "gpu", |_| {});
    everything(&mut shown, TOLERANCE);
    assert!(
        shown.has_loaded("libEGL"),
        "OpenGL draws it: libegl1 and libgl1-mesa-dri are needed for this test"
    );
    assert!(shown.has_loaded("swrast"), "Mesa draws it: libgl1-mesa-dri is needed for this test");
    // A picture in its own size is not touched.
    let (seen, expected) = (shown.eye.pixels(), shown.scene.still());
    seen.part(scene::EXACT).must_equal(&expected.part(scene::EXACT));
}

fn without_a_graphics_processor() {
    let server = server();
    let mut shown = Shown::start(&server, "auto", |_| {});
    everything(&mut shown, 0);
}

fn without_opengl_the_processor_draws() {
    let size = format!("{WIDTH}x{HEIGHT}x24");
    let server = XServer::xvfb_with(&["-screen", "0", &size, "-extension", "GLX"]);
    let mut shown = Shown::start(&server, "gpu", |command| {
        // The X server has none, and neither has the machine.
        command.env("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent");
    });
    everything(&mut shown, 0);
    assert!(!shown.has_loaded("swrast"), "nothing of Mesa draws");
}

fn when_opengl_fails_the_processor_goes_on() {
    let server = server();
    let mut shown = Shown::start(&server, "gpu", |_| {});
    shown.looks_right(TOLERANCE);
    assert!(shown.has_loaded("swrast"), "Mesa draws it: libgl1-mesa-dri is needed for this test");
    let before = shown.server.window("presenters");
    shown.act("type 7");
    shown.looks_right(TOLERANCE);
    // No texture can be that wide.
    shown.act("size 20000 20");
    shown.looks_right(0);
    assert_ne!(shown.server.window("presenters"), before, "it is another window");
    shown.act("size 200 150");
    everything(&mut shown, 0);
}
