//! The system's clipboard, for text that people copy from our windows and paste into them.

/// Opened when first used: a program that nobody copies from does not touch it.
pub(crate) enum Clipboard {
    Closed,
    Open(Box<arboard::Clipboard>),
    Missing,
}

impl Clipboard {
    pub(crate) fn text(&mut self) -> Option<String> {
        self.open()?.get_text().ok()
    }

    pub(crate) fn set(&mut self, text: String) {
        let Some(clipboard) = self.open() else { return };
        if let Err(error) = clipboard.set_text(text) {
            tracing::warn!(%error, "the clipboard did not take a text");
        }
    }

    fn open(&mut self) -> Option<&mut arboard::Clipboard> {
        if matches!(self, Self::Closed) {
            *self = match arboard::Clipboard::new() {
                Ok(clipboard) => Self::Open(Box::new(clipboard)),
                Err(error) => {
                    tracing::warn!(%error, "this desktop has no clipboard");
                    Self::Missing
                }
            };
        }
        match self {
            Self::Open(clipboard) => Some(clipboard),
            Self::Closed | Self::Missing => None,
        }
    }
}
