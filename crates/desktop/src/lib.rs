//! The desktop that a session shows: its pixels, its pointer, its keyboard.
//!
//! [`open`] connects to one desktop and gives three halves that live on threads of their own: a [`Screen`] to
//! watch and read, an [`Injector`] to drive it, and a [`LocalInput`] that tells when the person at the machine
//! uses their own mouse or keyboard. All of them block; none of them polls.
//!
//! The systems stand side by side: `x11`, [`dummy`] (a test picture that needs no system at all), and on every
//! other system a refusal in words.

mod above;
mod clipboard;
pub mod dummy;
mod error;
mod former;
mod hotkey;
mod presses;
mod waker;
#[cfg(target_os = "linux")]
mod x11;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use farhand_proto::input::Input;
use farhand_proto::screen::{Layout, Picture, Point, PointerShape, Rect, Region};

pub use above::KeepAbove;
pub use clipboard::Clipboard;
pub use error::{InjectError, LocalInputError, OpenError, ScreenError};
pub use former::FormerFocus;
pub use hotkey::{Chord, HotKey, HotKeyError};
pub use presses::{GenuinePresses, PressKind};
pub use waker::Waker;

/// Connects to a desktop.
///
/// # Errors
/// See [`OpenError`]; each case says in words what is missing and what to do.
pub fn open(options: &Options) -> Result<Desktop, OpenError> {
    if options.capture == CaptureBackend::Dummy {
        return Ok(dummy::open(dummy::DEFAULT_SIZE).0);
    }
    #[cfg(target_os = "linux")]
    return x11::open(options);
    #[cfg(not(target_os = "linux"))]
    return Err(OpenError::NotOnThisSystem);
}

/// Releases every key and button that injected input holds down on a desktop, whichever program pressed it, and takes
/// back what a program of this library taught the keyboard: for when that program was killed, or left it. Taught
/// keys are left for two seconds more, until what was typed with them has been read.
///
/// # Errors
/// The desktop can't be reached.
pub fn release_leftovers(display: Option<&str>) -> Result<(), OpenError> {
    #[cfg(target_os = "linux")]
    return x11::release_leftovers(display);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = display;
        Err(OpenError::NotOnThisSystem)
    }
}

/// Feels whether a desktop answers; `None` for one that always does.
///
/// # Errors
/// The desktop can't be reached.
pub fn feel_pulse(options: &Options) -> Result<Option<Box<dyn Pulse>>, OpenError> {
    if options.capture == CaptureBackend::Dummy {
        return Ok(None);
    }
    #[cfg(target_os = "linux")]
    return Ok(Some(Box::new(x11::feel_pulse(options.display.as_deref())?)));
    #[cfg(not(target_os = "linux"))]
    Err(OpenError::NotOnThisSystem)
}

/// Watches whether a desktop is still there, without looking at it; `None` for one that can't go away.
///
/// # Errors
/// The desktop can't be reached.
pub fn watch_over(options: &Options) -> Result<Option<Box<dyn Vigil>>, OpenError> {
    if options.capture == CaptureBackend::Dummy {
        return Ok(None);
    }
    #[cfg(target_os = "linux")]
    return Ok(Some(Box::new(x11::watch_over(options.display.as_deref())?)));
    #[cfg(not(target_os = "linux"))]
    Err(OpenError::NotOnThisSystem)
}

/// Which desktop to open, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// The X11 display, for example `:0`; `None` takes it from the environment variable `DISPLAY`.
    pub display: Option<String>,
    /// How to read the screen.
    pub capture: CaptureBackend,
    /// A process whose windows get no injected press, key, turn of the wheel or text: the program that asks the person
    /// for consent must not be used by somebody else.
    pub untouched: Option<u32>,
    /// Whether another process calls [`release_leftovers`] as soon as this one lets go of the desktop, however that
    /// happens. What was taught to the keyboard is then left to that, and nobody has to wait for it.
    pub is_guarded: bool,
}

/// A way of reading the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CaptureBackend {
    /// The system's own way, which says what changed: DAMAGE on X11.
    #[default]
    Default,
    /// The `scrap` library: whole frames, compared. A baseline to measure against.
    Scrap,
    /// A moving test picture, and input that is only noted; see [`dummy`].
    Dummy,
}

impl CaptureBackend {
    /// Every way of reading the screen.
    pub const ALL: [CaptureBackend; 3] = [Self::Default, Self::Scrap, Self::Dummy];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Scrap => "scrap",
            Self::Dummy => "dummy",
        }
    }

    /// The way of this name, whatever the case of the letters.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|backend| backend.name().eq_ignore_ascii_case(name))
    }
}

/// One connected desktop, in the parts that go to different threads.
pub struct Desktop {
    /// Watches and reads the screen.
    pub screen: Box<dyn Screen>,
    /// Drives keyboard and pointer.
    pub injector: Box<dyn Injector>,
    /// Tells when the person at the machine uses their own mouse or keyboard.
    pub local_input: Box<dyn LocalInput>,
}

impl std::fmt::Debug for Desktop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desktop").field("layout", self.screen.layout()).finish_non_exhaustive()
    }
}

/// Watches and reads a screen.
pub trait Screen: Send {
    /// The monitors and the desktop's size, as the last [`Screen::wait`] found them.
    fn layout(&self) -> &Layout;

    /// Ends a running [`Screen::wait`], or the next one, early.
    fn waker(&self) -> Waker;

    /// Blocks until something changed, until woken, or until the timeout; then tells all that changed since the
    /// last call.
    ///
    /// The first call tells the whole desktop, the pointer's shape and its place. The first change after a quiet
    /// moment is told at once; while more keeps coming, a call gathers for at most 2 ms.
    ///
    /// # Errors
    /// [`ScreenError::DisplayGone`] once the desktop ended, on every call from then on.
    fn wait(&mut self, timeout: Duration) -> Result<Changes, ScreenError>;

    /// Copies the pixels of `region` (in desktop coordinates; what lies outside `area` is left out) into
    /// `picture`, which has the size of `area` and whose first pixel is the area's top left.
    ///
    /// What is not on the desktop, because it shrank meanwhile, keeps the pixels that the picture held; the next
    /// [`Screen::wait`] then tells the new layout.
    ///
    /// # Errors
    /// The desktop ended, or the picture's size is not the area's.
    fn grab(&mut self, area: Rect, region: &Region, picture: &mut Picture) -> Result<(), ScreenError>;
}

/// What changed on a screen since it was asked last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Where pixels may have changed; everything on it that did is inside.
    pub damage: Region,
    /// Whether [`Screen::layout`] has changed; the damage is then the whole desktop.
    pub layout: bool,
    /// The pointer's new picture.
    pub pointer_shape: Option<PointerShape>,
    /// The pointer's new place.
    pub pointer_at: Option<Point>,
    /// Whether a [`Waker`] ended the wait.
    pub woken: bool,
}

impl Changes {
    /// Whether nothing changed and nobody woke the wait: it timed out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

/// Does on a desktop what an operator asks for. Dropping it releases all that it holds down.
pub trait Injector: Send {
    /// Does one input. When this returns, the system has taken it in; the programs on the desktop may still be
    /// reading it.
    ///
    /// # Errors
    /// See [`InjectError`]. Nothing stays half pressed.
    fn inject(&mut self, input: &Input) -> Result<(), InjectError>;

    /// Releases every key and button that was pressed through here.
    ///
    /// # Errors
    /// The desktop ended.
    fn release_all(&mut self) -> Result<(), InjectError>;

    /// Breaks off a text that is being typed, from another thread.
    fn interrupter(&self) -> Interrupter;
}

/// Breaks off a text that an [`Injector`] is typing, between two characters. What is injected after the next
/// [`Injector::release_all`] is not concerned.
#[derive(Debug, Clone, Default)]
pub struct Interrupter(Arc<AtomicBool>);

impl Interrupter {
    /// Breaks off.
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether to break off.
    #[cfg(target_os = "linux")]
    fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// What comes now is wanted.
    #[cfg(target_os = "linux")]
    fn clear(&self) {
        self.0.store(false, Ordering::Release);
    }
}

/// This very program, to be started again, also after its file was renamed or deleted.
///
/// # Errors
/// The system does not tell.
pub fn own_program() -> std::io::Result<PathBuf> {
    if cfg!(target_os = "linux") { Ok(PathBuf::from("/proc/self/exe")) } else { std::env::current_exe() }
}

/// Keeps a second program out of what a terminal or a script does to this one, such as Ctrl+C.
pub fn set_apart(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// Notices when a desktop ends.
pub trait Vigil: Send {
    /// Blocks until woken.
    ///
    /// # Errors
    /// [`ScreenError::DisplayGone`] once the desktop ended.
    fn wait(&mut self) -> Result<(), ScreenError>;

    /// Ends a running [`Vigil::wait`], or the next one, early.
    fn waker(&self) -> Waker;
}

/// Notices when a desktop answers nobody, although it is still there.
pub trait Pulse: Send {
    /// Blocks until it answers no more (`Some(false)`) or again (`Some(true)`), in turn and at first as if it did; or
    /// until woken (`None`). It is asked once a second.
    ///
    /// # Errors
    /// The desktop ended.
    fn change(&mut self) -> Result<Option<bool>, ScreenError>;

    /// Ends a running [`Pulse::change`], or the next one, early.
    fn waker(&self) -> Waker;
}

/// Tells the person's own mouse and keyboard from injected input.
pub trait LocalInput: Send {
    /// Blocks until the person at the machine uses their own mouse or keyboard (`true`), or until woken or the
    /// timeout (`false`).
    ///
    /// # Errors
    /// [`LocalInputError::DisplayGone`] once the desktop ended.
    fn wait(&mut self, timeout: Duration) -> Result<bool, LocalInputError>;

    /// Ends a running [`LocalInput::wait`], or the next one, early.
    fn waker(&self) -> Waker;
}
