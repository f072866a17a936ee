//! What the operator says in writing and copies, and what comes of the customer's.

use farhand_proto::grant::Grant;
use farhand_proto::prose::Prose;
use farhand_proto::session::ToClient;

use super::{ConsoleEvent, ConsoleSession};
use crate::clipboard::ClipboardError;
use crate::words::SayError;

impl ConsoleSession {
    pub(super) fn handle_clipboard(&mut self, first: bool, last: bool, data: &[u8]) {
        if !self.may(Grant::Clipboard) {
            // It was allowed when the client sent it.
            return;
        }
        match self.clipboard.handle(first, last, data) {
            Ok(Some(text)) => self.events.push_back(ConsoleEvent::Clipboard(text)),
            Ok(None) => {}
            Err(breach) => self.fail(breach),
        }
    }

    /// The operator says something; heard once the customer has said yes, also in a pause and, later, over another
    /// line.
    ///
    /// # Errors
    /// It can't be taken now.
    pub fn say(&mut self, text: Prose) -> Result<(), SayError> {
        if self.over {
            return Err(SayError::Over);
        }
        if !self.answered {
            return Err(SayError::NotYet);
        }
        if self.line.is_full() {
            return Err(SayError::Congested);
        }
        self.line.push_control(&ToClient::Say { text });
        Ok(())
    }

    /// The operator's clipboard has this text now. Only the newest one travels.
    ///
    /// # Errors
    /// The customer does not get it.
    pub fn clipboard(&mut self, text: String) -> Result<(), ClipboardError> {
        if self.over {
            return Err(ClipboardError::Over);
        }
        if !self.grants.allows(Grant::Clipboard) {
            return Err(ClipboardError::NotAllowed);
        }
        if self.paused {
            return Err(ClipboardError::Paused);
        }
        self.clipboard.offer(text)
    }
}
