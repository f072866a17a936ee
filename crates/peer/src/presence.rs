//! Where a session goes without the relay, each of its ends still is at one: so that its operator can be removed, that
//! it stands in the audit for as long as it lasts, and that the way back is known to be there.

use std::time::Duration;

use farhand_proto::bounded::Bytes;
use farhand_proto::limits::MAX_SIGNED;
use farhand_proto::relay::Refusal;
use farhand_transport::LegStream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::control;
use crate::line::{TryError, WayBack};

/// The pause before a relay is asked again that was not there; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What one end says to the other where nothing else is said: no record of TLS begins like this.
const HERE: u8 = 0;
/// How often.
const PULSE: Duration = Duration::from_secs(10);

/// What a relay makes known.
#[derive(Debug)]
pub(crate) enum News {
    /// A new pass.
    Pass(Bytes<MAX_SIGNED>),
    /// The session must not go on.
    Refused(Refusal),
    /// The other end speaks here: it has lost the way that carried.
    Called,
}

pub(crate) struct Presence {
    news: mpsc::Receiver<News>,
    _tasks: JoinSet<()>,
}

impl Presence {
    pub(crate) fn keep(back: WayBack) -> Self {
        let (tell, news) = mpsc::channel(1);
        let mut tasks = JoinSet::new();
        tasks.spawn(be_there(back, tell));
        Self { news, _tasks: tasks }
    }

    /// Cancelling loses nothing.
    pub(crate) async fn next(&mut self) -> News {
        match self.news.recv().await {
            Some(news) => news,
            None => std::future::pending().await,
        }
    }
}

async fn be_there(mut back: WayBack, tell: mpsc::Sender<News>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let joined = control::resume(&back.way, &back.identity, back.pass.clone()).await;
        let news = match joined.map_err(TryError::from) {
            Ok((leg, joined)) => {
                pause = FIRST_PAUSE;
                back.pass = joined.pass.clone();
                if tell.send(News::Pass(joined.pass)).await.is_err() {
                    return;
                }
                is_called(leg.into_stream()).await.then_some(News::Called)
            }
            Err(error) => {
                tracing::debug!(%error, "the session is at no relay");
                error.is_final().map(News::Refused)
            }
        };
        if let Some(news) = news {
            // Nothing more is to be said then.
            let _ = tell.send(news).await;
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Waits for the other end to speak, or for the end of the leg. Meanwhile each says now and then that it is there: a
/// relay ends halves from which nothing comes.
async fn is_called((mut leg, early): (LegStream, Vec<u8>)) -> bool {
    let mut pulse = tokio::time::interval(PULSE);
    let mut read = [0; 64];
    let mut heard = early;
    loop {
        if heard.iter().any(|byte| *byte != HERE) {
            return true;
        }
        tokio::select! {
            count = leg.read(&mut read) => match count {
                Ok(count @ 1..) => heard = read[..count].to_vec(),
                Ok(0) | Err(_) => return false,
            },
            _ = pulse.tick() => {
                let say = async {
                    leg.write_all(&[HERE]).await?;
                    leg.flush().await
                };
                if !matches!(tokio::time::timeout(PULSE, say).await, Ok(Ok(()))) {
                    return false;
                }
                heard.clear();
            }
        }
    }
}
