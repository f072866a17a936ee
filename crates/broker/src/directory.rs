//! Who holds which session ID.

use std::collections::BTreeMap;

use farhand_proto::id::SessionId;
use farhand_proto::relay::KeyHash;

/// Knows which client has which session ID. A client is its ephemeral key.
pub trait Directory: Send {
    /// Gives a session ID to a client; `false` if somebody has it.
    fn insert(&mut self, session_id: SessionId, client: KeyHash) -> bool;

    /// Who has it.
    fn find(&self, session_id: SessionId) -> Option<KeyHash>;

    /// Nobody has it any more.
    fn remove(&mut self, session_id: SessionId);
}

/// The directory of a relay that stands alone: everything is in its own memory.
#[derive(Debug, Default)]
pub struct LocalDirectory(BTreeMap<SessionId, KeyHash>);

impl Directory for LocalDirectory {
    fn insert(&mut self, session_id: SessionId, client: KeyHash) -> bool {
        use std::collections::btree_map::Entry;
        match self.0.entry(session_id) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(client);
                true
            }
        }
    }

    fn find(&self, session_id: SessionId) -> Option<KeyHash> {
        self.0.get(&session_id).copied()
    }

    fn remove(&mut self, session_id: SessionId) {
        self.0.remove(&session_id);
    }
}
