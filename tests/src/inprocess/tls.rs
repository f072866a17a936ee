//! The inner TLS by hand, on a line between two halves of a session.

use farhand_testkit::tls::{HandTls, Otherwise};
use farhand_transport::Identity;

use super::hostile::Line;
use super::soon;

/// One end of an inner TLS on a line.
#[derive(Debug)]
pub struct InnerTls {
    line: Line,
    tls: HandTls,
}

impl InnerTls {
    /// The client's end; it waits for the console's first bytes.
    pub async fn as_client(line: Line, identity: &Identity) -> Self {
        Self::resumed(line, Vec::new(), identity).await
    }

    /// The client's end, with the console's first bytes.
    pub async fn resumed(line: Line, first: Vec<u8>, identity: &Identity) -> Self {
        let tls = HandTls::client(&identity.raw_key().unwrap(), Otherwise::default());
        Self::open(line, tls, first).await
    }

    /// The console's end.
    pub async fn as_console(line: Line, identity: &Identity) -> Self {
        let tls = HandTls::console(&identity.raw_key().unwrap(), Otherwise::default());
        Self::open(line, tls, Vec::new()).await
    }

    async fn open(line: Line, tls: HandTls, first: Vec<u8>) -> Self {
        let mut inner = Self { line, tls };
        inner.tls.input(&first);
        inner.flush().await;
        while inner.tls.tls.is_handshaking() {
            assert!(inner.take_in().await, "the inner TLS has failed");
            inner.flush().await;
        }
        inner
    }

    /// Sends bytes inside the TLS, whatever they are. A line that is gone takes them for nothing.
    pub async fn send(&mut self, plaintext: &[u8]) {
        self.tls.send(plaintext);
        self.flush().await;
    }

    /// What comes next inside the TLS; empty at the end.
    pub async fn hear(&mut self) -> Vec<u8> {
        loop {
            let plaintext = self.tls.rest();
            if !plaintext.is_empty() || !self.take_in().await {
                return plaintext;
            }
        }
    }

    /// Waits for the end of the line.
    pub async fn end(self) {
        self.line.end().await;
    }

    async fn take_in(&mut self) -> bool {
        let bytes = soon("bytes of the inner TLS", self.line.read()).await.unwrap_or_default();
        self.tls.input(&bytes);
        !bytes.is_empty() && self.tls.failed.is_none()
    }

    async fn flush(&mut self) {
        let out = self.tls.output();
        let _ = self.line.write(&out).await;
    }
}
