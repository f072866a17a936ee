//! The text in the clipboard, from this end to the other and back: only the newest counts.

use farhand_proto::bounded::Bytes;
use farhand_proto::codec::Message;
use farhand_proto::limits::MAX_CLIPBOARD;
use farhand_proto::session::{MAX_CLIPBOARD_CHUNK, ToClient, ToConsole};

use crate::files::Breach;
use crate::line::Line;

/// Why a text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClipboardError {
    /// The customer does not allow it now.
    #[error("the customer does not allow the clipboard now")]
    NotAllowed,
    /// The customer has paused the session.
    #[error("the customer has paused the session")]
    Paused,
    /// It is too long.
    #[error(
        "the text has {0} bytes; a clipboard of at most {MAX_CLIPBOARD} travels, longer texts are for files"
    )]
    TooLong(usize),
    /// There is no session any more.
    #[error("the session is over")]
    Over,
}

/// The message with a piece of a clipboard that one end sends.
pub(crate) trait ClipboardFrame: Message {
    fn clipboard(first: bool, last: bool, data: Bytes<MAX_CLIPBOARD_CHUNK>) -> Self;
}

impl ClipboardFrame for ToClient {
    fn clipboard(first: bool, last: bool, data: Bytes<MAX_CLIPBOARD_CHUNK>) -> Self {
        Self::Clipboard { first, last, data }
    }
}

impl ClipboardFrame for ToConsole {
    fn clipboard(first: bool, last: bool, data: Bytes<MAX_CLIPBOARD_CHUNK>) -> Self {
        Self::Clipboard { first, last, data }
    }
}

/// Both ways at one end.
#[derive(Debug, Default)]
pub(crate) struct Clipboard {
    /// The newest text of this end that is not on its way.
    newest: Option<String>,
    /// What has come of a text whose end has not; `None` where there is none.
    coming: Option<Vec<u8>>,
}

impl Clipboard {
    /// This end has this text now.
    pub(crate) fn offer(&mut self, text: String) -> Result<(), ClipboardError> {
        if text.len() > MAX_CLIPBOARD {
            return Err(ClipboardError::TooLong(text.len()));
        }
        self.newest = Some(text);
        Ok(())
    }

    /// Puts the newest text on its way once the one before has arrived.
    pub(crate) fn flush<M: ClipboardFrame>(&mut self, line: &mut Line) {
        let Some(text) = self.newest.take_if(|_| !line.has_bulk()) else { return };
        let mut rest = text.as_bytes();
        let mut first = true;
        loop {
            let (piece, after) = rest.split_at(rest.len().min(MAX_CLIPBOARD_CHUNK));
            let data = Bytes::new(piece).expect("a piece is cut to fit");
            line.push_bulk(&M::clipboard(first, after.is_empty(), data));
            (rest, first) = (after, false);
            if rest.is_empty() {
                return;
            }
        }
    }

    /// A piece of the other end's came. Gives the whole text with its last one.
    pub(crate) fn handle(&mut self, first: bool, last: bool, data: &[u8]) -> Result<Option<String>, Breach> {
        if first {
            self.coming = Some(Vec::new());
        }
        // Without its beginning it was not wanted.
        let Some(coming) = &mut self.coming else { return Ok(None) };
        if coming.len() + data.len() > MAX_CLIPBOARD {
            return Err("a longer text in a clipboard than travels");
        }
        coming.extend_from_slice(data);
        if !last {
            return Ok(None);
        }
        let whole = self.coming.take().unwrap_or_default();
        String::from_utf8(whole).map(Some).map_err(|_| "a clipboard that is no text")
    }

    /// It is not allowed any more: nothing more goes out, and what is coming is not taken.
    pub(crate) fn forget(&mut self, line: &mut Line) {
        self.newest = None;
        self.coming = None;
        line.drop_waiting_bulk();
    }
}
