//! What the customer says in writing and copies, and what comes of the operator's.

use farhand_proto::grant::Grant;
use farhand_proto::prose::Prose;
use farhand_proto::session::ToConsole;

use super::{ClientEvent, ClientSession, Phase};
use crate::clipboard::ClipboardError;
use crate::words::SayError;

impl ClientSession {
    pub(super) fn handle_clipboard(&mut self, first: bool, last: bool, data: &[u8]) {
        if !self.grants().allows(Grant::Clipboard) {
            // It was allowed when the console sent it, or the console does not care.
            return;
        }
        match self.clipboard.handle(first, last, data) {
            Ok(Some(text)) => self.events.push_back(ClientEvent::Clipboard(text)),
            Ok(None) => {}
            Err(breach) => self.fail(breach),
        }
    }

    /// The customer says something; heard once they have said yes, also in a pause.
    ///
    /// # Errors
    /// It can't be taken now.
    pub fn say(&mut self, text: Prose) -> Result<(), SayError> {
        match self.phase {
            Phase::Open { .. } if self.line.is_full() => Err(SayError::Congested),
            Phase::Open { .. } => {
                self.line.push_control(&ToConsole::Say { text });
                Ok(())
            }
            Phase::New { .. } | Phase::Asking { .. } => Err(SayError::NotYet),
            Phase::Over => Err(SayError::Over),
        }
    }

    /// This computer's clipboard has this text now. Only the newest one travels.
    ///
    /// # Errors
    /// The operator does not get it.
    pub fn clipboard(&mut self, text: String) -> Result<(), ClipboardError> {
        match self.phase {
            Phase::Over => Err(ClipboardError::Over),
            Phase::Open { paused: true, .. } => Err(ClipboardError::Paused),
            _ if !self.grants().allows(Grant::Clipboard) => Err(ClipboardError::NotAllowed),
            _ => self.clipboard.offer(text),
        }
    }
}
