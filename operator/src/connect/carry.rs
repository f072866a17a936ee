//! Steps that carry something: words, the clipboard, files.

use std::path::{Path, PathBuf};

use farhand_proto::bounded::Text;
use farhand_proto::grant::Grant;
use farhand_proto::limits::MAX_PATH;
use farhand_proto::prose::prose_of;
use farhand_proto::transfer::{Cancelled, Existing};
use farhand_session::{ClipboardError, SayError, Stopped, TransferError};

use super::perform::Performer;
use crate::failure::Failure;

impl Performer<'_> {
    pub(super) async fn say_to_customer(&mut self, text: &str) -> Result<(), Failure> {
        for text in prose_of(text) {
            while let Err(error) = self.control.say(text.clone()).await {
                match error {
                    SayError::Congested => self.pause().await?,
                    SayError::NotYet | SayError::Over => return self.over(error.to_string()).await,
                }
            }
        }
        Ok(())
    }

    pub(super) async fn copy(&mut self, text: &str) -> Result<(), Failure> {
        self.need(Grant::Clipboard)?;
        match self.control.clipboard(text.to_owned()).await {
            Ok(()) => Ok(()),
            Err(ClipboardError::NotAllowed) => Err(Failure::NotAllowed(Grant::Clipboard.name())),
            Err(error @ ClipboardError::TooLong(_)) => Err(Failure::Usage(error.to_string())),
            Err(error @ (ClipboardError::Paused | ClipboardError::Over)) => {
                self.over(error.to_string()).await
            }
        }
    }

    /// Waits for what the customer copies next, or has copied since the session began.
    pub(super) async fn paste(&mut self) -> Result<(), Failure> {
        self.need(Grant::Clipboard)?;
        self.until(Some(self.timeout), "the customer to copy something", |known| known.clipboard.is_some())
            .await?;
        let text = self.watcher.known().clipboard.take();
        self.say.clipboard(text.as_deref().unwrap_or_default());
        Ok(())
    }

    pub(super) async fn put(
        &mut self,
        paths: &[PathBuf],
        to: Option<&str>,
        replace: bool,
    ) -> Result<(), Failure> {
        self.need(Grant::Files)?;
        let folder = to.map(remote).transpose()?;
        let (paths, existing) = (paths.to_vec(), existing(replace));
        self.transfer(async |control| control.put(paths.clone(), folder.clone(), existing).await).await
    }

    pub(super) async fn get(&mut self, path: &str, to: &Path, replace: bool) -> Result<(), Failure> {
        self.need(Grant::Files)?;
        let (path, existing) = (remote(path)?, existing(replace));
        self.transfer(async |control| control.get(path.clone(), to.to_owned(), existing).await).await
    }

    /// Begins a transfer and waits for its end, however long that takes.
    async fn transfer(
        &mut self,
        begin: impl AsyncFn(&farhand_peer::console::ConsoleControl) -> Result<(), TransferError>,
    ) -> Result<(), Failure> {
        self.watcher.known().files = super::watch::Files::default();
        while let Err(error) = begin(&self.control).await {
            match error {
                TransferError::LineLost => self.until_line().await?,
                TransferError::NotAllowed => return Err(Failure::NotAllowed(Grant::Files.name())),
                TransferError::Paused | TransferError::Busy => return Err(Failure::Files(error.to_string())),
                TransferError::Over => return self.over(error.to_string()).await,
            }
        }
        self.until(None, "the files", |known| known.files.over.is_some()).await?;
        let files = std::mem::take(&mut self.watcher.known().files);
        match files.over {
            Some(Err(Stopped::There(Cancelled::NotAllowed))) => {
                return Err(Failure::NotAllowed(Grant::Files.name()));
            }
            Some(Err(why)) => return Err(Failure::Files(why.to_string())),
            Some(Ok(())) | None => {}
        }
        if files.failures == 0 {
            return Ok(());
        }
        let more = files.failures - files.failed.len();
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        Err(Failure::Files(format!("{} did not arrive: {}{more}", files.failures, files.failed.join("; "))))
    }

    /// Where something was not taken because the session is over, its end is the reason.
    async fn over(&mut self, otherwise: String) -> Result<(), Failure> {
        let ended = self.watcher.known().ended.clone();
        Err(ended.map_or(Failure::Files(otherwise), Failure::Ended))
    }
}

fn existing(replace: bool) -> Existing {
    if replace { Existing::Replace } else { Existing::Keep }
}

fn remote(path: &str) -> Result<Text<MAX_PATH>, Failure> {
    Text::new(path).map_err(|error| Failure::Usage(format!("{path:?} is too long a path: {error}")))
}
