//! Carries a seal's handshake over a leg, for either end.

use farhand_proto::time::Moment;
use farhand_seal::{
    ClientResume, ClientSeal, ClientSealed, ConsoleResume, ConsoleSeal, Resumed, SealError, Sealed, Step,
};

use crate::Clock;
use crate::stream::{Moved, Pipe};

/// What the two ends' handshakes have in common for whoever drives them.
pub(crate) trait Handshake {
    /// What is left when the seal stands.
    type Outcome;

    fn handle_input(&mut self, bytes: &[u8], now: Moment) -> Result<Step<Self::Outcome>, SealError>;
    fn handle_eof(&mut self) -> SealError;
    fn handle_timeout(&mut self, now: Moment) -> Result<(), SealError>;
    fn deadline(&self) -> Moment;
    fn take_output(&mut self, out: &mut Vec<u8>) -> bool;
}

macro_rules! handshake {
    ($seal:ty, $outcome:ident) => {
        impl Handshake for $seal {
            type Outcome = $outcome;

            fn handle_input(&mut self, bytes: &[u8], now: Moment) -> Result<Step<$outcome>, SealError> {
                self.handle_input(bytes, now)
            }

            fn handle_eof(&mut self) -> SealError {
                self.handle_eof()
            }

            fn handle_timeout(&mut self, now: Moment) -> Result<(), SealError> {
                self.handle_timeout(now)
            }

            fn deadline(&self) -> Moment {
                self.deadline()
            }

            fn take_output(&mut self, out: &mut Vec<u8>) -> bool {
                self.take_output(out)
            }
        }
    };
}

handshake!(ClientSeal<'_>, ClientSealed);
handshake!(ConsoleSeal<'_>, Sealed);
handshake!(ClientResume, Resumed);
handshake!(ConsoleResume, Resumed);

/// Runs a handshake to its end. What is still to be sent, a refusal above all, is left in the pipe.
pub(crate) async fn complete<H: Handshake>(
    mut seal: H,
    pipe: &mut Pipe,
    clock: Clock,
) -> Result<H::Outcome, SealError> {
    let mut buffer = [0; 4096];
    let result = loop {
        seal.take_output(&mut pipe.out);
        let moved = tokio::select! {
            moved = pipe.turn(true, &mut buffer) => moved,
            () = clock.wait_until(Some(seal.deadline())) => {
                match seal.handle_timeout(clock.now()) {
                    Ok(()) => continue,
                    Err(error) => break Err(error),
                }
            }
        };
        match moved {
            Ok(Moved::Wrote) => {}
            Ok(Moved::Read(count)) => match seal.handle_input(&buffer[..count], clock.now()) {
                Ok(Step::NeedInput) => {}
                Ok(Step::Done(outcome)) => break Ok(*outcome),
                Err(error) => break Err(error),
            },
            Ok(Moved::Closed) | Err(_) => break Err(seal.handle_eof()),
        }
    };
    seal.take_output(&mut pipe.out);
    result
}
