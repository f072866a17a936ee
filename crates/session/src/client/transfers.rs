//! Files at the customer's: what the operator may begin, and what the desktop's program says of it.

use farhand_proto::bounded::{Shown, Text};
use farhand_proto::grant::Grant;
use farhand_proto::limits::MAX_PATH;
use farhand_proto::session::ToConsole;
use farhand_proto::transfer::{Cancelled, Existing, FileMessage, FileProblem, Piece};

use super::{ClientEvent, ClientSession, Phase};
use crate::files::{Breach, Direction, FileEvent, Progress, Transfers, transfers};

impl ClientSession {
    pub(super) fn handle_put(&mut self, transfer: u32, folder: Option<Text<MAX_PATH>>, existing: Existing) {
        if self.begin(transfer, Direction::In, folder.as_ref()) {
            self.events.push_back(ClientEvent::File(FileEvent::Put { folder, existing }));
        }
    }

    pub(super) fn handle_get(&mut self, transfer: u32, path: Text<MAX_PATH>) {
        if self.begin(transfer, Direction::Out, Some(&path)) {
            self.events.push_back(ClientEvent::File(FileEvent::Get { path }));
        }
    }

    /// Begins a transfer, or says why not; says whether it began.
    fn begin(&mut self, number: u32, direction: Direction, what: Option<&Text<MAX_PATH>>) -> bool {
        if let Err(breach) = self.files.take_number(number) {
            self.fail(breach);
            return false;
        }
        let refused = match self.phase {
            Phase::Open { grants, .. } if !grants.allows(Grant::Files) => Some(Cancelled::NotAllowed),
            Phase::Open { paused: true, .. } => Some(Cancelled::Paused),
            Phase::Open { .. } if self.files.is_busy() => Some(Cancelled::Busy),
            Phase::Open { .. } => None,
            Phase::New { .. } | Phase::Asking { .. } | Phase::Over => Some(Cancelled::NotAllowed),
        };
        match refused {
            Some(why) => {
                let message = FileMessage::Cancel { why: why.clone() };
                self.line.push_control(&ToConsole::File { transfer: number, message });
                self.file_events(Ok(()), Some(FileEvent::Refused { direction, what: what.cloned(), why }));
                false
            }
            None => {
                self.files.begin(direction);
                if direction == Direction::In {
                    self.files.accept::<ToConsole>(&mut self.line);
                }
                true
            }
        }
    }

    /// Passes on what happened. What is to be written waits while the customer pauses, or could not.
    pub(super) fn file_events(
        &mut self,
        done: Result<(), Breach>,
        happened: impl IntoIterator<Item = FileEvent>,
    ) {
        for event in happened {
            match event {
                FileEvent::Take(_) if !self.can_stop_files() => {
                    self.held.push_back(event);
                    continue;
                }
                FileEvent::Over(_) => self.held.clear(),
                _ => {}
            }
            self.events.push_back(ClientEvent::File(event));
        }
        if let Err(breach) = done {
            self.fail(breach);
        } else if self.line.is_abused() {
            self.fail("more and more was asked for, and no answer acknowledged");
        }
    }

    pub(super) fn cancel_transfer_for(&mut self, why: Cancelled) {
        let ended = self.files.cancel::<ToConsole>(why, &mut self.line);
        self.file_events(Ok(()), ended);
    }

    pub(super) fn may_move_files(&self) -> bool {
        self.grants().allows(Grant::Files) && !self.line.is_lost() && self.can_stop_files()
    }

    /// Whether files may travel as far as the customer's will goes: they have not paused, and their desktop answers. On
    /// one that hangs nobody can press the button that stops them.
    fn can_stop_files(&self) -> bool {
        self.answers && !matches!(self.phase, Phase::Open { paused: true, .. })
    }

    /// Writes what has waited, if it need not any longer.
    pub(super) fn release_files(&mut self) {
        if self.can_stop_files() {
            self.events.extend(self.held.drain(..).map(ClientEvent::File));
        }
    }
}

transfers!(ClientSession, ToConsole);
