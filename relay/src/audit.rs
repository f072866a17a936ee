//! Audit lines on their way to the disk.

use std::sync::Arc;
use std::time::Duration;

use farhand_broker::Record;
use farhand_store::Store;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::error;

use crate::counters::Counters;

/// Lines that wait for the disk. When it is full, lines are lost, counted and complained about.
const WAITING: usize = 1024;

/// Takes audit lines and has a task of its own write them, so that nobody waits for the disk.
pub(crate) struct Audit {
    lines: mpsc::Sender<Record>,
    writer: JoinHandle<()>,
    counters: Arc<Counters>,
}

impl Audit {
    pub(crate) fn start(store: Store, counters: Arc<Counters>) -> Self {
        let (lines, records) = mpsc::channel(WAITING);
        let writer = tokio::spawn(write(store, records, counters.clone()));
        Self { lines, writer, counters }
    }

    pub(crate) fn record(&self, record: Record) {
        if self.lines.try_send(record).is_err() {
            self.counters.audit_lost.add(1);
            error!("an audit line is lost: the disk does not keep up");
        }
    }

    /// Lets everything reach the disk, if that is done within this time.
    pub(crate) async fn finish(mut self, patience: Duration) {
        drop(self.lines);
        if timeout(patience, &mut self.writer).await.is_err() {
            self.writer.abort();
            error!("the last audit lines are lost: the disk does not keep up");
        }
    }
}

/// Writes lines until nobody can send more.
async fn write(store: Store, mut records: mpsc::Receiver<Record>, counters: Arc<Counters>) {
    while let Some(record) = records.recv().await {
        if let Err(error) = store.record(&record).await {
            counters.audit_lost.add(1);
            error!(%error, "an audit line is lost");
        }
    }
}
