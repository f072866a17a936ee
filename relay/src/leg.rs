//! The task of one leg, from its TCP connection until it ends or becomes half of a session.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use farhand_broker::LegId;
use farhand_proto::relay::{FromRelay, KeyHash, ToRelay};
use farhand_transport::accept::AcceptError;
use farhand_transport::{Acceptor, Arrival, Carrier, Carries as _, Leg, LegError, LegStream};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::debug;

use crate::counters::Counters;
use crate::throttle::{Throttle, told};

/// Messages that wait for a leg. A peer that does not read so many is cut off.
pub(crate) const MAILBOX: usize = 16;
/// How long a message may take to leave.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the end of a leg may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// What the relay tells a leg.
#[derive(Debug)]
pub(crate) enum Mail {
    /// Send it. After `Joined` the leg is half of a session.
    Send(FromRelay),
    /// The last message has been dealt with; read the next one.
    Next,
    /// End, once everything before has been sent.
    Close,
}

/// What a leg tells the relay.
#[derive(Debug)]
pub(crate) enum Said {
    /// TLS is there, and the peer has proven this key.
    Opened(KeyHash),
    /// A message came. Nothing more is read until [`Mail::Next`].
    Message(ToRelay),
    /// What came is no message. Nothing more is read.
    Garbage,
}

/// What comes, before anybody knows what it is.
pub(crate) enum Newcomer {
    /// A connection.
    Tcp(TcpStream),
    /// What a visitor has made of theirs: a leg is inside.
    Dressed(Carrier),
}

impl Newcomer {
    async fn accept(self, acceptor: &Acceptor, peer: SocketAddr) -> Result<Arrival, AcceptError> {
        match self {
            Self::Tcp(stream) => acceptor.accept(stream, peer).await,
            Self::Dressed(stream) => {
                acceptor.accept_dressed(stream, peer).await.map(|leg| Arrival::Leg(Box::new(leg)))
            }
        }
    }
}

/// How the task ended.
pub(crate) enum Left {
    /// The leg is gone.
    Gone,
    /// It is none, but somebody who speaks HTTP.
    Visitor(Carrier, SocketAddr),
    /// It is half of a session now; with bytes that were read after the last message.
    Joined(Box<LegStream>, Vec<u8>),
}

/// Everything that the task needs.
pub(crate) struct LegTask {
    pub(crate) id: LegId,
    pub(crate) acceptor: Acceptor,
    pub(crate) said: mpsc::Sender<(LegId, Said)>,
    pub(crate) mailbox: mpsc::Receiver<Mail>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) throttle: Arc<Throttle>,
}

impl LegTask {
    pub(crate) async fn run(mut self, newcomer: Newcomer, peer: SocketAddr) -> Left {
        let accepted = tokio::select! {
            // A leg that is told to end before TLS is there has nobody to talk to.
            biased;
            _ = self.mailbox.recv() => return Left::Gone,
            accepted = newcomer.accept(&self.acceptor, peer) => accepted,
        };
        match accepted {
            Ok(Arrival::Leg(leg)) => self.serve(*leg).await,
            Ok(Arrival::Visitor(visitor)) => Left::Visitor(visitor, peer),
            Err(error) => {
                let counter = match &error {
                    AcceptError::TimedOut(_) => &self.counters.handshakes_timed_out,
                    AcceptError::Closed => &self.counters.handshakes_closed,
                    AcceptError::NotALeg(_) => &self.counters.handshakes_not_a_leg,
                };
                counter.add(1);
                told!(self.throttle, %error, "no leg");
                Left::Gone
            }
        }
    }

    async fn serve(mut self, mut leg: Leg) -> Left {
        if !self.say(Said::Opened(leg.peer_key())).await {
            return Left::Gone;
        }
        let mut reads = true;
        loop {
            tokio::select! {
                // What the relay says comes first: it may be the end.
                biased;
                mail = self.mailbox.recv() => match mail {
                    Some(Mail::Next) => reads = true,
                    Some(Mail::Send(message)) => {
                        if !self.send(&mut leg, &message).await {
                            return Left::Gone;
                        }
                        if matches!(message, FromRelay::Joined { .. }) {
                            let (stream, rest) = leg.into_stream();
                            return Left::Joined(Box::new(stream), rest);
                        }
                    }
                    Some(Mail::Close) => {
                        farewell(Box::new(leg.into_stream().0)).await;
                        return Left::Gone;
                    }
                    None => return Left::Gone,
                },
                message = leg.read_message::<ToRelay>(), if reads => {
                    let said = match message {
                        Ok(message) => Said::Message(message),
                        Err(LegError::PeerMisbehaved(error)) => {
                            told!(self.throttle, %error, "garbage");
                            Said::Garbage
                        }
                        Err(error) => {
                            debug!(%error, "leg ended by its peer");
                            return Left::Gone;
                        }
                    };
                    reads = false;
                    if !self.say(said).await {
                        return Left::Gone;
                    }
                }
            }
        }
    }

    async fn say(&self, said: Said) -> bool {
        self.said.send((self.id, said)).await.is_ok()
    }

    async fn send(&self, leg: &mut Leg, message: &FromRelay) -> bool {
        if matches!(
            message,
            FromRelay::Registered { .. }
                | FromRelay::LoggedIn { .. }
                | FromRelay::Joined { .. }
                | FromRelay::Testing { .. }
        ) {
            leg.lift_limit();
        }
        match timeout(PATIENCE, leg.write_message(message)).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                debug!(%error, "message not sent");
                false
            }
            Err(_) => {
                told!(self.throttle, "peer reads nothing");
                false
            }
        }
    }
}

/// Ends a stream so that its peer still reads what was sent last: the system throws that away if bytes of the peer
/// are left unread. A peer that does not take the end is cut off.
pub(crate) async fn farewell(mut stream: Box<LegStream>) {
    let deadline = Instant::now() + FAREWELL;
    match timeout_at(deadline, stream.shutdown()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return debug!(%error, "peer did not take the end of the leg"),
        Err(_) => return cut_off(stream),
    }
    let answer = async {
        let mut unread = [0; 1024];
        while stream.read(&mut unread).await? > 0 {}
        std::io::Result::Ok(())
    };
    if !matches!(timeout_at(deadline, answer).await, Ok(Ok(()))) {
        debug!("peer did not answer the end of the leg");
    }
}

/// Ends a stream without a word (a TCP reset): nothing waits any more for a peer that takes nothing, and the peer
/// finds out although it reads nothing.
pub(crate) fn cut_off(stream: Box<LegStream>) {
    debug!("peer takes nothing; cut off");
    // Without it the system itself would keep the last bytes and wait for the peer; no harm but the time.
    if let Some(connection) = stream.get_ref().0.connection() {
        let _ = SockRef::from(connection).set_linger(Some(Duration::ZERO));
    }
}
