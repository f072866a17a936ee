//! The way that led to a relay last, kept from one start of the console to the next: it is tried first.

use std::path::Path;

use farhand_transport::{Ladder, Rung};

use crate::window::settings;

/// The file in the settings' folder. It is as well lost: then every way is tried in its order.
const FILE: &str = "reached";

/// Tries the way first that is kept in this folder; gives it back.
pub(crate) fn recall(ladder: &Ladder, folder: Option<&Path>) -> Option<Rung> {
    let text = std::fs::read_to_string(folder?.join(FILE)).ok()?;
    let rung = text.trim().parse().ok()?;
    ladder.prefer(&rung);
    Some(rung)
}

/// Keeps the way that was good, if it is another than was kept.
pub(crate) fn keep(ladder: &Ladder, known: Option<&Rung>, folder: Option<&Path>) {
    let (Some(good), Some(folder)) = (ladder.last_good(), folder) else { return };
    if known != Some(&good)
        && let Err(error) = settings::write(folder, FILE, &format!("{good}\n"))
    {
        tracing::debug!(%error, "the way to the relay is not kept");
    }
}

#[cfg(test)]
mod tests {
    use farhand_transport::ProxyChoice;

    use super::*;

    #[tokio::test]
    async fn what_was_good_is_tried_first_the_next_time() {
        let home = tempfile::tempdir().unwrap();
        let folder = Some(home.path());
        let ladder = || Ladder::new(&["a:1".parse().unwrap()], &ProxyChoice::Direct);
        let first = async |ladder: &Ladder| ladder.rungs().await[0].to_string();
        let one = ladder();
        assert_eq!((recall(&one, folder), first(&one).await), (None, "raw://a:1".to_owned()));
        let https: Rung = "https://a:1".parse().unwrap();
        one.prefer(&https);
        keep(&one, None, folder);
        let next = ladder();
        assert_eq!((recall(&next, folder), first(&next).await), (Some(https), "https://a:1".to_owned()));
        // A file that is something else, or of another relay, changes nothing.
        for text in ["rubbish", "https://elsewhere:1\n", ""] {
            std::fs::write(home.path().join(FILE), text).unwrap();
            let other = ladder();
            recall(&other, folder);
            assert_eq!(first(&other).await, "raw://a:1", "{text}");
        }
    }
}
