//! One connection to the X server: opening it, waiting on it without polling, and sorting its errors.

use std::ops::Deref;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use x11rb::connection::{Connection, RequestConnection};
use x11rb::errors::{ConnectError, ConnectionError, DisplayParsingError, ReplyError};
use x11rb::protocol::xproto::{Screen, Window};
use x11rb::rust_connection::RustConnection;

use crate::waker::Wake;
use crate::{InjectError, LocalInputError, OpenError, ScreenError, Waker};

/// A connection to the X server. All of x11rb's requests work on it.
pub(super) struct Link {
    connection: RustConnection,
    screen: usize,
    bell: Arc<Bell>,
}

/// What ended a sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Awake {
    /// The server sent something, or the connection broke: the next request tells.
    Server,
    /// A waker.
    Woken,
    /// The time is over.
    Timeout,
}

impl Link {
    pub(super) fn connect(display: &str) -> Result<Self, OpenError> {
        if !has_possible_number(display) {
            return Err(connect_error(
                display,
                ConnectError::DisplayParsingError(DisplayParsingError::MalformedValue(display.into())),
            ));
        }
        let (connection, screen) =
            RustConnection::connect(Some(display)).map_err(|error| connect_error(display, error))?;
        let bell = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).map_err(|error| {
            OpenError::Unreachable { display: display.to_owned(), reason: error.to_string() }
        })?;
        Ok(Self { connection, screen, bell: Arc::new(Bell(bell)) })
    }

    /// The screen that the display's name chose.
    pub(super) fn screen(&self) -> &Screen {
        &self.connection.setup().roots[self.screen]
    }

    /// The window behind all others.
    pub(super) fn root(&self) -> Window {
        self.screen().root
    }

    /// Whether the server has an extension.
    pub(super) fn has_extension(&self, name: &'static str) -> Result<bool, ScreenError> {
        let found = self
            .connection
            .extension_information(name)
            .map_err(|error| failed("tell its extensions", error.into()))?;
        Ok(found.is_some())
    }

    /// Refuses a server that lacks one of these.
    pub(super) fn need_extensions(&self, names: &[&'static str]) -> Result<(), OpenError> {
        for name in names {
            if !self.has_extension(name)? {
                return Err(OpenError::MissingExtension { name });
            }
        }
        Ok(())
    }

    /// Whether the server is reached in a way that carries file descriptors.
    pub(super) fn is_local(&self) -> bool {
        let Ok(copy) = self.connection.stream().as_fd().try_clone_to_owned() else { return false };
        UnixStream::from(copy).peer_addr().is_ok()
    }

    /// Ends a running or the next [`Link::sleep`].
    pub(super) fn waker(&self) -> Waker {
        Waker::new(self.bell.clone())
    }

    /// Takes back a wake that nobody waited for; tells whether there was one.
    pub(super) fn take_wake(&self) -> bool {
        self.bell.take()
    }

    /// Sends all requests, then blocks until the server sends something, until woken, or until the deadline.
    /// All events must have been read before.
    pub(super) fn sleep(&self, deadline: Option<Instant>) -> Result<Awake, ConnectionError> {
        self.connection.flush()?;
        let mut fds =
            [PollFd::new(self.connection.stream(), PollFlags::IN), PollFd::new(&self.bell.0, PollFlags::IN)];
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            match poll(&mut fds, left.map(timespec).as_ref()) {
                Ok(0) if left.is_some_and(|left| left <= LONGEST_POLL) => return Ok(Awake::Timeout),
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) if self.bell.take() => return Ok(Awake::Woken),
                Ok(_) => return Ok(Awake::Server),
                Err(error) => return Err(ConnectionError::IoError(error.into())),
            }
        }
    }
}

impl Deref for Link {
    type Target = RustConnection;

    fn deref(&self) -> &RustConnection {
        &self.connection
    }
}

/// The longest that one poll is asked to last, so that no deadline overflows the system's time.
const LONGEST_POLL: Duration = Duration::from_secs(24 * 60 * 60);

fn timespec(duration: Duration) -> Timespec {
    let duration = duration.min(LONGEST_POLL);
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(duration.subsec_nanos()),
    }
}

/// Wakes a sleep through a file descriptor that is polled beside the connection's.
struct Bell(std::os::fd::OwnedFd);

impl Bell {
    fn take(&self) -> bool {
        rustix::io::read(&self.0, &mut [0; 8]).is_ok()
    }
}

impl Wake for Bell {
    fn wake(&self) {
        if let Err(error) = rustix::io::write(&self.0, &1u64.to_ne_bytes()) {
            // The only expected refusal is a counter that is full: then it is rung already.
            tracing::debug!(%error, "waking a wait on the X server");
        }
    }
}

/// Whether the number in a display's name is one that a port belongs to, which x11rb does not check.
fn has_possible_number(display: &str) -> bool {
    const FIRST_PORT: u16 = 6000;
    let number = display.rsplit_once(':').map_or("", |(_, number)| number);
    let number = number.split_once('.').map_or(number, |(number, _)| number);
    number.parse::<u16>().is_ok_and(|number| number <= u16::MAX - FIRST_PORT)
}

fn connect_error(display: &str, error: ConnectError) -> OpenError {
    let display = display.to_owned();
    match error {
        ConnectError::SetupFailed(setup) => {
            OpenError::Refused { display, reason: String::from_utf8_lossy(&setup.reason).trim().to_owned() }
        }
        ConnectError::SetupAuthenticate(setup) => {
            OpenError::Refused { display, reason: String::from_utf8_lossy(&setup.reason).trim().to_owned() }
        }
        ConnectError::DisplayParsingError(_) => {
            OpenError::Unreachable { display, reason: "that is not the name of a display".to_owned() }
        }
        ConnectError::InvalidScreen => {
            OpenError::Unreachable { display, reason: "it has no screen of that number".to_owned() }
        }
        other => OpenError::Unreachable { display, reason: other.to_string() },
    }
}

/// What is left of an error of the connection once a dead server is told apart.
pub(super) enum Failure {
    /// The server ended.
    Gone,
    /// It refused, for this reason.
    Refused(String),
}

impl From<ReplyError> for Failure {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(ConnectionError::IoError(_) | ConnectionError::UnknownError) => {
                Self::Gone
            }
            other => Self::Refused(other.to_string()),
        }
    }
}

/// A [`Failure`] of something asked of the server, as the caller's own kind of error.
pub(super) trait FromFailure {
    fn from_failure(what: &'static str, failure: Failure) -> Self;
}

macro_rules! from_failure {
    ($($error:ident),*) => {$(
        impl FromFailure for $error {
            fn from_failure(what: &'static str, failure: Failure) -> Self {
                match failure {
                    Failure::Gone => Self::DisplayGone,
                    Failure::Refused(reason) => Self::Server { what, reason },
                }
            }
        }
    )*};
}

from_failure!(ScreenError, InjectError, LocalInputError);

impl FromFailure for OpenError {
    fn from_failure(what: &'static str, failure: Failure) -> Self {
        Self::Screen(ScreenError::from_failure(what, failure))
    }
}

/// The error for something asked of the server that failed.
pub(super) fn failed<E: FromFailure>(what: &'static str, error: ReplyError) -> E {
    E::from_failure(what, error.into())
}

/// Adds what was asked of the server to its errors.
pub(super) trait Asked<T> {
    fn asked<E: FromFailure>(self, what: &'static str) -> Result<T, E>;
}

impl<T> Asked<T> for Result<T, ReplyError> {
    fn asked<E: FromFailure>(self, what: &'static str) -> Result<T, E> {
        self.map_err(|error| failed(what, error))
    }
}

impl<T> Asked<T> for Result<T, ConnectionError> {
    fn asked<E: FromFailure>(self, what: &'static str) -> Result<T, E> {
        self.map_err(|error| failed(what, error.into()))
    }
}
