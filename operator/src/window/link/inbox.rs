//! What the network has to say and the window has not heard yet.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::{FromLink, lock};
use crate::window::session::News;

/// News that may wait before sessions are read no further.
const MAX_WAITING: usize = 512;

/// Filled by the network's threads, emptied by the window.
#[derive(Clone)]
pub(crate) struct Inbox(Arc<Shared>);

struct Shared {
    waiting: Mutex<Waiting>,
    emptied: Notify,
    wake: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct Waiting {
    news: VecDeque<FromLink>,
    /// Whether the window was told that there is something.
    is_told: bool,
}

impl Inbox {
    /// An empty one. `wake` tells the window that something is there; not again before it was fetched.
    pub(crate) fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(Shared { waiting: Mutex::default(), emptied: Notify::new(), wake: Box::new(wake) }))
    }

    /// Adds something; what is made worthless by it goes.
    pub(crate) fn push(&self, news: FromLink) {
        let tell = {
            let mut waiting = lock(&self.0.waiting);
            if let Some(older) = replaced(&mut waiting.news, &news) {
                *older = news;
            } else {
                waiting.news.push_back(news);
            }
            !std::mem::replace(&mut waiting.is_told, true)
        };
        if tell {
            (self.0.wake)();
        }
    }

    /// Waits until there is room for what others send.
    pub(crate) async fn room(&self) {
        loop {
            let emptied = self.0.emptied.notified();
            if lock(&self.0.waiting).news.len() < MAX_WAITING {
                return;
            }
            emptied.await;
        }
    }

    /// Everything that has come.
    pub(crate) fn take(&self) -> VecDeque<FromLink> {
        let mut waiting = lock(&self.0.waiting);
        waiting.is_told = false;
        self.0.emptied.notify_waiters();
        std::mem::take(&mut waiting.news)
    }
}

/// The waiting news that this one makes worthless: of the same kind, with nothing of that session in between but such.
fn replaced<'a>(waiting: &'a mut VecDeque<FromLink>, news: &FromLink) -> Option<&'a mut FromLink> {
    let FromLink::Session(tab, news) = news else { return None };
    if !is_passing(news) {
        return None;
    }
    let of_session = waiting.iter_mut().rev().filter_map(|waiting| match waiting {
        FromLink::Session(of, older) if of == tab => {
            Some((std::mem::discriminant(older), is_passing(older), waiting))
        }
        _ => None,
    });
    for (kind, passes, older) in of_session {
        if kind == std::mem::discriminant(news) {
            return Some(older);
        }
        if !passes {
            return None;
        }
    }
    None
}

/// Whether only the newest of its kind is worth knowing.
fn is_passing(news: &News) -> bool {
    matches!(
        news,
        News::Picture { .. } | News::PointerAt(_) | News::Statistics(_) | News::Shape(_) | News::Progress(_)
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use farhand_proto::screen::Point;

    use farhand_media::State;

    use super::*;
    use crate::window::model::TabId;

    fn at(x: i32) -> News {
        News::PointerAt(Point { x, y: 0 })
    }

    #[test]
    fn the_window_is_woken_once_and_only_the_newest_of_what_passes_is_kept() {
        let woken = Arc::new(AtomicUsize::new(0));
        let inbox = Inbox::new({
            let woken = woken.clone();
            move || {
                woken.fetch_add(1, Ordering::Relaxed);
            }
        });
        let (one, other) = (TabId(1), TabId(2));
        for x in 0..1000 {
            inbox.push(FromLink::Session(one, at(x)));
            inbox.push(FromLink::Session(other, at(x)));
            inbox.push(FromLink::Session(
                one,
                News::Picture { state: if x == 999 { State::Exact } else { State::Partial } },
            ));
        }
        inbox.push(FromLink::Session(one, News::Lost));
        inbox.push(FromLink::Session(one, at(7)));
        assert_eq!(woken.load(Ordering::Relaxed), 1);
        let kinds: Vec<String> = inbox.take().iter().map(|news| format!("{news:?}")).collect();
        assert_eq!(kinds.len(), 5, "{kinds:?}");
        assert!(kinds[0].contains("999") && kinds[3].contains("Lost") && kinds[4].contains("7"), "{kinds:?}");
        inbox.push(FromLink::Session(one, News::Found));
        assert_eq!(woken.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn who_sends_too_much_waits_until_it_was_fetched() {
        let inbox = Inbox::new(|| {});
        for _ in 0..MAX_WAITING {
            inbox.room().await;
            inbox.push(FromLink::Session(TabId(1), News::Lost));
        }
        let full = inbox.clone();
        let waits = tokio::spawn(async move { full.room().await });
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        inbox.take();
        waits.await.unwrap();
    }
}
