//! Relay, client and console inside one test, beside ends that break every rule.
//!
//! [`relay`] runs a real relay, [`honest`] real programs with a desk that records every wish, [`hostile`] legs and
//! seals worked by hand, [`fake`] a relay that its users can't trust,
//! [`script`] one that can't even speak.

#![expect(clippy::unwrap_used, reason = "what a test needs is there, or the test has failed")]

pub mod desk;
pub mod fake;
pub mod hanging;
pub mod honest;
pub mod hostile;
pub mod inspection;
pub mod old_proxy;
pub mod relay;
pub mod script;
pub mod slow;
pub mod tls;

use std::time::{Duration, Instant};

/// No event on one machine takes longer, unless a time-out is what is waited for.
pub const SOON: Duration = Duration::from_secs(20);

/// Both grants.
#[must_use]
pub fn everything() -> farhand_proto::grant::Grants {
    farhand_proto::grant::Grant::ALL.into_iter().collect()
}

/// Tasks that the runtime of this test has.
#[must_use]
pub fn tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

/// Waits until no more tasks are alive than before; fails the test if some have leaked.
///
/// # Panics
/// There are more of them for too long.
pub async fn tasks_are_back_to(before: usize) {
    let start = Instant::now();
    while tasks() > before {
        assert!(start.elapsed() < SOON, "{} tasks are alive and not {before}", tasks());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits for a future that has to be done soon.
///
/// # Panics
/// It is not.
pub async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    within(SOON, what, future).await
}

/// Waits for a future that has to be done in so long.
///
/// # Panics
/// It is not.
pub async fn within<F: Future>(limit: Duration, what: &str, future: F) -> F::Output {
    match tokio::time::timeout(limit, future).await {
        Ok(output) => output,
        Err(_) => panic!("not within {limit:?}: {what}"),
    }
}
