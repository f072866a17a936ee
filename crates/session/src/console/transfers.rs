//! Files at the operator's: what is brought to the customer and fetched from there.

use farhand_proto::bounded::{Shown, Text};
use farhand_proto::grant::Grant;
use farhand_proto::limits::MAX_PATH;
use farhand_proto::session::ToClient;
use farhand_proto::transfer::{Cancelled, Existing, FileMessage, FileProblem, Piece};

use super::{ConsoleEvent, ConsoleSession};
use crate::files::{Breach, Direction, FileEvent, Progress, TransferError, Transfers, transfers};

impl ConsoleSession {
    /// Brings files to the customer: into this folder of theirs, or where their downloads go. What there is to bring
    /// follows with [`Transfers::file_piece`].
    ///
    /// # Errors
    /// It can't begin now.
    pub fn put(&mut self, folder: Option<Text<MAX_PATH>>, existing: Existing) -> Result<(), TransferError> {
        let transfer = self.begin(Direction::Out)?;
        self.line.push_control(&ToClient::Put { transfer, folder, existing });
        Ok(())
    }

    /// Fetches a file or a folder of the customer's. What comes of it is told with [`FileEvent::Take`].
    ///
    /// # Errors
    /// It can't begin now.
    pub fn get(&mut self, path: Text<MAX_PATH>) -> Result<(), TransferError> {
        let transfer = self.begin(Direction::In)?;
        self.line.push_control(&ToClient::Get { transfer, path });
        self.files.accept::<ToClient>(&mut self.line);
        Ok(())
    }

    fn begin(&mut self, direction: Direction) -> Result<u32, TransferError> {
        if self.over {
            return Err(TransferError::Over);
        }
        if !self.grants.allows(Grant::Files) {
            return Err(TransferError::NotAllowed);
        }
        if self.paused {
            return Err(TransferError::Paused);
        }
        if self.line.is_lost() {
            return Err(TransferError::LineLost);
        }
        if self.files.is_busy() {
            return Err(TransferError::Busy);
        }
        let number = self.files.next_number();
        self.files.take_number(number).map_err(|_| TransferError::Busy)?;
        self.files.begin(direction);
        Ok(number)
    }

    pub(super) fn file_events(
        &mut self,
        done: Result<(), Breach>,
        happened: impl IntoIterator<Item = FileEvent>,
    ) {
        self.events.extend(happened.into_iter().map(ConsoleEvent::File));
        if let Err(breach) = done {
            self.fail(breach);
        } else if self.line.is_abused() {
            self.fail("more and more was written, and no answer acknowledged");
        }
    }

    /// What is read meanwhile waits where it is.
    pub(super) fn may_move_files(&self) -> bool {
        self.may(Grant::Files) && !self.line.is_lost()
    }
}

transfers!(ConsoleSession, ToClient);
