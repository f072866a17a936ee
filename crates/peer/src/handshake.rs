//! Carries a seal's handshake over a leg, for either end.

use farhand_proto::session::Taken;
use farhand_proto::time::Moment;
use farhand_seal::{
    ClientResume, ClientSeal, ClientSealed, ConsoleResume, ConsoleSeal, ResumeKeys, Resumed, SealError,
    Sealed, Step,
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

/// A handshake that stops where its end would have to let go of another link.
pub(crate) trait Held: Handshake<Outcome = Resumed> {
    fn is_held(&self) -> bool;
    fn release(&mut self, keys: ResumeKeys, taken: Taken) -> Result<(), SealError>;
}

macro_rules! held {
    ($resume:ty) => {
        impl Held for $resume {
            fn is_held(&self) -> bool {
                self.is_held()
            }

            fn release(&mut self, keys: ResumeKeys, taken: Taken) -> Result<(), SealError> {
                self.release(keys, taken)
            }
        }
    };
}

held!(ClientResume);
held!(ConsoleResume);

/// Runs such a handshake to where it stops.
pub(crate) async fn until_held<H: Held>(run: &mut H, pipe: &mut Pipe, clock: Clock) -> Result<(), SealError> {
    let mut buffer = [0; 4096];
    while !run.is_held() {
        run.take_output(&mut pipe.out);
        if turn(run, pipe, &mut buffer, clock).await?.is_some() {
            return Err(SealError::Over);
        }
    }
    Ok(())
}

/// Runs a handshake to its end. What is still to be sent, a refusal above all, is left in the pipe.
pub(crate) async fn complete<H: Handshake>(
    mut seal: H,
    pipe: &mut Pipe,
    clock: Clock,
) -> Result<H::Outcome, SealError> {
    let mut buffer = [0; 4096];
    let result = loop {
        seal.take_output(&mut pipe.out);
        if let Some(result) = turn(&mut seal, pipe, &mut buffer, clock).await.transpose() {
            break result;
        }
    };
    seal.take_output(&mut pipe.out);
    result
}

/// Moves one thing.
async fn turn<H: Handshake>(
    seal: &mut H,
    pipe: &mut Pipe,
    buffer: &mut [u8],
    clock: Clock,
) -> Result<Option<H::Outcome>, SealError> {
    let moved = tokio::select! {
        moved = pipe.turn(true, buffer) => moved,
        () = clock.wait_until(Some(seal.deadline())) => {
            seal.handle_timeout(clock.now())?;
            return Ok(None);
        }
    };
    match moved {
        Ok(Moved::Wrote) => Ok(None),
        Ok(Moved::Read(count)) => match seal.handle_input(&buffer[..count], clock.now())? {
            Step::NeedInput => Ok(None),
            Step::Done(outcome) => Ok(Some(*outcome)),
        },
        Ok(Moved::Closed) | Err(_) => Err(seal.handle_eof()),
    }
}
