//! What it does with a session that wants to come back.

use std::sync::Arc;

use farhand_transport::{Leg, LegStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Change, From, Shared, carry_both};

/// How it brings sessions back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Return {
    /// It says that the pass is worth nothing.
    #[default]
    Refuse,
    /// As it should.
    Honest,
    /// The two halves meet, and one bit changes of the byte at this place of what comes from there. Once; then it is
    /// honest.
    Flip(From, usize),
    /// The two halves meet, and the line breaks behind so many bytes from there. Once; then it is honest.
    Cut(From, usize),
    /// The two halves meet, and what comes from there behind so many bytes is held back until they meet anew. Once;
    /// then it is honest.
    Hold(From, usize),
    /// Each half hears itself.
    Mirror,
    /// The client of the first session meets the console of the second, and the other way round.
    Splice,
    /// Client meets client, console meets console, of the first two sessions.
    Twins,
    /// Each half hears what the other one said when the session came back before.
    Replay,
}

/// Numbers of places at which resumed halves meet; sessions themselves have small ones.
const RETURNS: u64 = 1 << 32;

/// One half comes back.
pub(super) async fn serve(leg: Leg, pass: &[u8], shared: &Arc<Shared>) {
    let pair = u64::from_be_bytes(pass[..8].try_into().unwrap());
    let from = if pass[8] == 0 { From::Client } else { From::Console };
    let (manner, said_before) = {
        let mut state = shared.state.lock().unwrap();
        state.returns += 1;
        let other = if from == From::Client { From::Console } else { From::Client };
        (state.back, state.said_before.get(&(pair, other)).cloned().unwrap_or_default())
    };
    let (place, seat) = match manner {
        Return::Refuse => return,
        Return::Mirror => return hear(leg, None, shared).await,
        Return::Replay => return hear(leg, Some(said_before), shared).await,
        Return::Honest | Return::Flip(..) | Return::Cut(..) | Return::Hold(..) => (4 * pair, pass[8]),
        Return::Splice if from == From::Console => (4 * (3 - pair) + 1, 1),
        Return::Splice => (4 * pair + 1, 0),
        // The first two sessions have the numbers 1 and 2.
        Return::Twins => (u64::from(pass[8]) + 2, (pair - 1) as u8),
    };
    let Some((own, other)) = shared.meet(RETURNS + place, seat, leg.into_stream()) else { return };
    let (client, console) = if from == From::Client { (own, other) } else { (other, own) };
    let change = match manner {
        Return::Flip(whose, place) => Change::Flip(whose, place),
        Return::Cut(whose, place) => Change::Cut(whose, place),
        Return::Hold(whose, place) => Change::Hold(whose, place),
        _ => Change::None,
    };
    if change != Change::None {
        let mut state = shared.state.lock().unwrap();
        if state.back == manner {
            state.back = Return::Honest;
        }
    }
    carry_both(client, console, change, Some(pair), shared).await;
}

/// Gives a half these bytes, or its own back.
async fn hear(leg: Leg, bytes: Option<Vec<u8>>, shared: &Arc<Shared>) {
    let (mut stream, early): (LegStream, Vec<u8>) = leg.into_stream();
    let mut answer = bytes.clone().unwrap_or(early);
    let mut buffer = vec![0; 16 * 1024];
    let mut cuts = shared.cuts.subscribe();
    loop {
        if stream.write_all(&answer).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        let count = tokio::select! {
            count = stream.read(&mut buffer) => count.unwrap_or(0),
            _ = cuts.changed() => 0,
        };
        if count == 0 {
            return;
        }
        shared.saw(&buffer[..count]);
        answer = if bytes.is_some() { Vec::new() } else { buffer[..count].to_vec() };
    }
}
