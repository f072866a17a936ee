//! The pages for whoever watches over the relay: `/healthz` and `/metrics`.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use farhand_broker::Figures;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tracing::error;

use crate::counters::Counters;

/// How long the driver may take to answer a page.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the driver is asked.
pub(crate) type Question = oneshot::Sender<Answer>;

/// What the driver says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) figures: Figures,
    pub(crate) stopping: bool,
}

#[derive(Clone)]
struct Desk {
    questions: mpsc::Sender<Question>,
    counters: Arc<Counters>,
}

/// Serves the pages until it is dropped.
pub(crate) async fn serve(listener: TcpListener, questions: mpsc::Sender<Question>, counters: Arc<Counters>) {
    let pages = Router::new()
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .with_state(Desk { questions, counters });
    if let Err(error) = axum::serve(listener, pages).await {
        error!(%error, "the pages ended");
    }
}

/// 200 while the relay takes connections, else 503. It asks the driver itself, so a relay that hangs is not healthy.
async fn health(State(desk): State<Desk>) -> (StatusCode, &'static str) {
    match desk.ask().await {
        Some(Answer { stopping: false, .. }) => (StatusCode::OK, "ok\n"),
        Some(_) => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
        None => (StatusCode::SERVICE_UNAVAILABLE, "not answering\n"),
    }
}

async fn metrics(State(desk): State<Desk>) -> Response {
    match desk.ask().await {
        Some(answer) => {
            let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
            (kind, desk.counters.exposition(&answer.figures)).into_response()
        }
        None => (StatusCode::SERVICE_UNAVAILABLE, "not answering\n").into_response(),
    }
}

impl Desk {
    async fn ask(&self) -> Option<Answer> {
        let ask = async {
            let (question, answer) = oneshot::channel();
            self.questions.send(question).await.ok()?;
            answer.await.ok()
        };
        timeout(PATIENCE, ask).await.ok().flatten()
    }
}
