//! What differs between systems.

pub(crate) mod proxy;
pub(crate) mod ticket;

/// Waits until the system asks this program to stop: Ctrl+C everywhere, SIGTERM and SIGHUP on Unix.
///
/// Where the system does not let a program wait for these, it never returns.
pub async fn stop_requested() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let (terminate, hang_up) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()));
        if let (Ok(mut terminate), Ok(mut hang_up)) = (terminate, hang_up) {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = hang_up.recv() => return,
                result = tokio::signal::ctrl_c() => if result.is_ok() { return },
            }
        }
        std::future::pending::<()>().await;
    }
    #[cfg(not(unix))]
    {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
