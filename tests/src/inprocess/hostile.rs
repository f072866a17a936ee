//! Ends worked by hand: every message is the test's own, and so is what is left out.

use std::io;
use std::time::Instant;

use farhand_peer::console::{Operator, Way};
use farhand_proto::codec::{FrameBuffer, Message};
use farhand_proto::id::{Password, SessionId};
use farhand_proto::language::Language;
use farhand_proto::relay::{FromRelay, SignedVoucher, Ticket, ToRelay};
use farhand_proto::session::Taken;
use farhand_proto::time::Moment;
use farhand_proto::version::Versions;
use farhand_seal::{
    ClientConfig, ClientSeal, ConsoleConfig, ConsoleGuesses, ConsoleSeal, Guesses, SealError, Sealed, Step,
};
use farhand_transport::{Identity, Leg, LegStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::relay::dial;
use super::soon;

/// A program's key and its leg to a relay.
#[derive(Debug)]
pub struct Program {
    /// Where the relay is.
    pub way: Way,
    /// Its key, the same on all its legs.
    pub identity: Identity,
    /// Its first leg.
    pub leg: Leg,
}

impl Program {
    /// A program that has said nothing yet.
    pub async fn dial(way: Way) -> Self {
        let identity = Identity::generate().unwrap();
        let leg = dial(&way, &identity).await;
        Self { way, identity, leg }
    }

    /// An operator's program.
    pub async fn log_in(way: Way, operator: &Operator) -> Self {
        let mut program = Self::dial(way).await;
        let Operator { name, token } = operator.clone();
        program.say(&ToRelay::Login { versions: Versions::RELAY, operator: name, token }).await;
        let answer = program.hear().await;
        assert!(matches!(answer, FromRelay::LoggedIn { .. }), "{answer:?}");
        program
    }

    /// A customer's program.
    pub async fn register(way: Way) -> (Self, SessionId) {
        let mut program = Self::dial(way).await;
        program.say(&ToRelay::Register { versions: Versions::RELAY, claim: None }).await;
        let FromRelay::Registered { session_id, .. } = program.hear().await else { panic!("no number") };
        (program, session_id)
    }

    /// Sends a message to the relay.
    pub async fn say(&mut self, message: &ToRelay) {
        self.leg.write_message(message).await.unwrap();
    }

    /// The relay's next message.
    pub async fn hear(&mut self) -> FromRelay {
        soon("a word of the relay", self.leg.read_message()).await.unwrap()
    }

    /// Asks for a number; gives ticket and voucher, or what the relay said instead.
    ///
    /// # Errors
    /// The relay gave no ticket.
    pub async fn find(&mut self, session_id: SessionId) -> Result<(Ticket, SignedVoucher), FromRelay> {
        self.say(&ToRelay::Find { request: 7, session_id }).await;
        match self.hear().await {
            FromRelay::Found { ticket, voucher, .. } => Ok((ticket, voucher)),
            other => Err(other),
        }
    }

    /// Waits until a console asks for this client.
    pub async fn invited(&mut self) -> (Ticket, u64) {
        match self.hear().await {
            FromRelay::Invite { ticket, relay_time } => (ticket, relay_time),
            other => panic!("{other:?}"),
        }
    }

    /// Comes to the relay with a ticket, on a leg of its own; gives the relay's answer.
    pub async fn join(&self, ticket: &Ticket) -> (Leg, FromRelay) {
        let mut leg = dial(&self.way, &self.identity).await;
        let join = ToRelay::Join { versions: Versions::RELAY, ticket: ticket.clone() };
        leg.write_message(&join).await.unwrap();
        let answer = soon("an answer to Join", leg.read_message()).await.unwrap();
        (leg, answer)
    }

    /// Comes with a ticket and gets the line to the other half.
    pub async fn joined(&self, ticket: &Ticket) -> Line {
        let (leg, answer) = self.join(ticket).await;
        assert!(matches!(answer, FromRelay::Joined { .. }), "{answer:?}");
        Line::new(leg)
    }

    /// Everything up to the line to a waiting client.
    pub async fn reach(&mut self, session_id: SessionId) -> (Line, SignedVoucher) {
        let (ticket, voucher) = self.find(session_id).await.unwrap();
        (self.joined(&ticket).await, voucher)
    }

    /// Everything up to a seal with a waiting client whose password is known.
    pub async fn sealed(&mut self, number: &(SessionId, Password)) -> SealedLine {
        let (mut line, voucher) = self.reach(number.0).await;
        let config = self.console_config(number, voucher);
        let sealed = line.seal_as_console(config, &mut ConsoleGuesses::new()).await.unwrap();
        SealedLine::new(line, sealed)
    }

    /// What a console's seal needs.
    #[must_use]
    pub fn console_config(&self, number: &(SessionId, Password), voucher: SignedVoucher) -> ConsoleConfig {
        ConsoleConfig {
            identity: self.identity.raw_key().unwrap(),
            session_id: number.0,
            password: number.1.clone(),
            voucher,
        }
    }

    /// What a client's seal needs.
    #[must_use]
    pub fn client_config(&self, session_id: SessionId, relay_time: u64) -> ClientConfig {
        ClientConfig {
            identity: self.identity.raw_key().unwrap(),
            session_id,
            relay_key: self.leg.peer_spki().to_vec(),
            relay_time,
            language: Language::English,
        }
    }

    /// Everything up to a seal with the next console that comes and knows this password.
    pub async fn seal_next(&mut self, session_id: SessionId, password: Password) -> SealedLine {
        let (ticket, relay_time) = self.invited().await;
        let mut line = self.joined(&ticket).await;
        let config = self.client_config(session_id, relay_time);
        let sealed = line.seal_as_client(config, &mut Guesses::new(password)).await.unwrap();
        SealedLine::new(line, sealed)
    }
}

/// The line between the two halves of a session.
#[derive(Debug)]
pub struct Line {
    stream: LegStream,
    early: Vec<u8>,
}

impl Line {
    /// The bytes behind a leg's last message.
    #[must_use]
    pub fn new(leg: Leg) -> Self {
        let (stream, early) = leg.into_stream();
        Self { stream, early }
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// The line is gone.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Reads what comes; empty at the end.
    ///
    /// # Errors
    /// The line is gone.
    pub async fn read(&mut self) -> io::Result<Vec<u8>> {
        if !self.early.is_empty() {
            return Ok(std::mem::take(&mut self.early));
        }
        let mut bytes = vec![0; 16 * 1024];
        let count = self.stream.read(&mut bytes).await?;
        bytes.truncate(count);
        Ok(bytes)
    }

    /// Waits for the end of the line; gives what came before it.
    pub async fn end(mut self) -> Vec<u8> {
        let mut all = Vec::new();
        soon("the end of the line", async {
            // However it ends, it has ended.
            while let Ok(bytes) = self.read().await {
                if bytes.is_empty() {
                    break;
                }
                all.extend(bytes);
            }
        })
        .await;
        all
    }

    /// Makes the seal as a console does.
    ///
    /// # Errors
    /// There is none.
    pub async fn seal_as_console(
        &mut self,
        config: ConsoleConfig,
        guesses: &mut ConsoleGuesses,
    ) -> Result<Sealed, SealError> {
        let start = Instant::now();
        let mut seal = ConsoleSeal::new(config, guesses, Moment::ZERO)?;
        loop {
            let mut out = Vec::new();
            seal.take_output(&mut out);
            // A line that is gone shows in the next read.
            let _ = self.write(&out).await;
            let bytes = soon("the client's part of the seal", self.read()).await.unwrap_or_default();
            if bytes.is_empty() {
                return Err(seal.handle_eof());
            }
            if let Step::Done(sealed) = seal.handle_input(&bytes, start.elapsed())? {
                return Ok(self.last_of_the_seal(*sealed).await);
            }
        }
    }

    /// Makes the seal as a client does.
    ///
    /// # Errors
    /// There is none.
    pub async fn seal_as_client(
        &mut self,
        config: ClientConfig,
        guesses: &mut Guesses,
    ) -> Result<Sealed, SealError> {
        let start = Instant::now();
        let mut seal = ClientSeal::new(config, guesses, Moment::ZERO)?;
        loop {
            let mut out = Vec::new();
            seal.take_output(&mut out);
            // A line that is gone shows in the next read.
            let _ = self.write(&out).await;
            let bytes = soon("the console's part of the seal", self.read()).await.unwrap_or_default();
            if bytes.is_empty() {
                return Err(seal.handle_eof());
            }
            if let Step::Done(sealed) = seal.handle_input(&bytes, start.elapsed())? {
                return Ok(self.last_of_the_seal(sealed.sealed).await);
            }
        }
    }

    /// Sends what the seal still had to say.
    async fn last_of_the_seal(&mut self, mut sealed: Sealed) -> Sealed {
        let mut out = Vec::new();
        sealed.take_output(&mut out);
        let _ = self.write(&out).await;
        sealed
    }
}

/// A seal that stands, with every message by hand.
#[derive(Debug)]
pub struct SealedLine {
    line: Line,
    sealed: Sealed,
    frames: FrameBuffer,
    /// Bytes that the test has acknowledged.
    pub taken: u64,
    /// Frames of the reliable lanes that were acknowledged.
    pub lanes: Taken,
}

impl SealedLine {
    /// A seal on its line.
    #[must_use]
    pub fn new(line: Line, sealed: Sealed) -> Self {
        let mut line = Self { line, sealed, frames: FrameBuffer::new(), taken: 0, lanes: Taken::default() };
        line.take_in();
        line
    }

    fn take_in(&mut self) {
        let mut plaintext = Vec::new();
        self.sealed.read(&mut plaintext);
        self.frames.push(&plaintext);
    }

    /// Seals bytes and sends them; none at all sends what the seal itself has to say.
    ///
    /// # Errors
    /// The line is gone.
    pub async fn send_bytes(&mut self, plaintext: &[u8]) -> io::Result<()> {
        let mut out = Vec::new();
        if !plaintext.is_empty() {
            self.sealed.seal(plaintext).unwrap();
        }
        self.sealed.take_output(&mut out);
        self.line.write(&out).await
    }

    /// Sends a message. A line that is gone takes it for nothing.
    pub async fn send<M: Message>(&mut self, message: &M) {
        let _ = self.send_bytes(&message.to_frame()).await;
    }

    /// Sends bytes past the seal.
    pub async fn send_unsealed(&mut self, bytes: &[u8]) {
        let _ = self.line.write(bytes).await;
    }

    /// Says that nothing more comes, inside the seal, and keeps the line.
    pub async fn close(&mut self) {
        self.sealed.close();
        let _ = self.send_bytes(&[]).await;
    }

    /// The next message and the bytes of its frame; `None` once the other end has ended.
    pub async fn hear<M: Message>(&mut self) -> Option<(M, usize)> {
        loop {
            if let Some(message) = self.frames.next_message::<M>().unwrap() {
                return Some(message);
            }
            let bytes = soon("a sealed message", self.line.read()).await.unwrap_or_default();
            if bytes.is_empty() {
                return None;
            }
            let opened = self.sealed.handle_input(&bytes);
            self.take_in();
            if opened.is_err() {
                return None;
            }
        }
    }

    /// Hears messages up to the first that this takes.
    pub async fn hear_until<M: Message, T>(&mut self, pick: impl Fn(M) -> Option<T>) -> T {
        loop {
            let (message, _) = self.hear::<M>().await.expect("the other end has ended");
            if let Some(picked) = pick(message) {
                return picked;
            }
        }
    }

    /// Waits for the end of the line, whatever comes before it.
    pub async fn end_of_line(self) {
        self.line.end().await;
    }

    /// Waits for the end of the line; gives the messages that came before it.
    pub async fn end<M: Message>(mut self) -> Vec<M> {
        let mut all = Vec::new();
        while let Some((message, _)) = self.hear().await {
            all.push(message);
        }
        all
    }
}
