//! The customer's desktop as a session sees it: wishes go in without waiting, what happens comes back.

use farhand_proto::input::Input;
use farhand_proto::screen::{Layout, Point, PointerShape, Rect, Room, View};
use farhand_session::Unfinished;
use tokio::sync::mpsc;

/// What a session wants of a desktop. None of these waits; what comes of them arrives through the [`DeskSender`]
/// that [`Desk::open`] was given.
pub trait Desk: Send {
    /// From now on, in a session and between sessions: say once why the desktop is gone for good, if that happens. A
    /// desk that can't go away drops the sender.
    fn watch(&mut self, gone: GoneSender) {
        drop(gone);
    }

    /// A session begins: from now on events go to this sender.
    fn open(&mut self, events: DeskSender);

    /// Show this, from scratch: answer with [`DeskEvent::Screen`], then updates when asked for. A view that is not
    /// there shows the whole desktop. Everything sent from here on carries this generation.
    fn show(&mut self, generation: u32, view: View);

    /// Read the screen no more.
    fn stop(&mut self);

    /// Encode the newest screen, so that it fits the room, as soon as there is something new, once.
    fn want_update(&mut self, room: Room);

    /// Do this, then send [`DeskEvent::Done`].
    fn inject(&mut self, input: Input);

    /// Put this text into the clipboard, and tell of no change that this is.
    fn set_clipboard(&mut self, text: String);

    /// Tell what the clipboard holds whenever it changes from now on ([`DeskEvent::Clipboard`]), or no longer.
    fn watch_clipboard(&mut self, watch: bool);

    /// Release every key and button that remote input holds down; before anything that waits to be injected.
    fn release_all(&mut self);

    /// The session is over: nothing is wanted, everything is released.
    fn close(&mut self);
}

/// What happens at a desktop.
#[derive(Debug)]
pub enum DeskEvent {
    /// The picture shows this from now on.
    Screen {
        /// Of which `show` this is.
        generation: u32,
        /// All monitors.
        layout: Layout,
        /// What is shown.
        view: View,
        /// The part of the desktop that the picture shows.
        area: Rect,
    },
    /// The update that was asked for.
    Update {
        /// Of which `show` this is.
        generation: u32,
        /// What the encoder gave.
        bytes: Vec<u8>,
    },
    /// The pointer is here.
    PointerAt(Point),
    /// The pointer looks like this.
    Shape(PointerShape),
    /// What was to be injected is done, or why it is not.
    Done(Result<(), Unfinished>),
    /// The clipboard holds this text now.
    Clipboard(String),
    /// The person at the machine used their own mouse or keyboard.
    LocalInput,
    /// The desktop answers no more, or again.
    Answers(bool),
    /// The desktop is gone, with the reason in words.
    Gone(String),
}

/// Where a desk says why the desktop is gone for good. It never is full: there is one thing to say.
pub type GoneSender = mpsc::Sender<String>;

/// Where a desk sends what happens. Full means: wait.
pub type DeskSender = mpsc::Sender<DeskEvent>;
