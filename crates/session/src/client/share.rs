//! What of a full line the picture leaves to the clipboard and to files.

/// The picture comes first, but for every three bytes of it one is owed to what waits beside it.
#[derive(Debug, Default)]
pub(super) struct Share {
    owed: usize,
}

/// The picture's part of the line for one part of the others'.
const PICTURE: usize = 3;

impl Share {
    /// So many bytes of the picture go out while something else waits, or does not.
    pub(super) fn on_picture(&mut self, bytes: usize, others_wait: bool) {
        self.owed = if others_wait { self.owed + bytes / PICTURE } else { 0 };
    }

    /// Whether the others come before the picture with their next record, of this size.
    pub(super) fn is_due(&self, record: usize) -> bool {
        self.owed >= record
    }

    /// They did.
    pub(super) fn on_background(&mut self) {
        self.owed = 0;
    }
}
