//! How many files and connections the system lets this process have.

use farhand_broker::Limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// What a relay opens beside its legs: database, pages, ports, standard streams.
const OTHERS: usize = 128;
/// The most connections that speak HTTP, and the part of all that they may be.
const VISITS: usize = 8192;
const PART_OF_VISITS: usize = 5;

/// Takes as many as the system gives, and no more legs than that has room for: a relay without a file left could
/// not even write its audit. Also gives how many connections may speak HTTP beside the legs.
pub(crate) fn fit(limits: Limits) -> (Limits, usize) {
    let room = available().saturating_sub(OTHERS);
    let visits = VISITS.min(room / PART_OF_VISITS);
    let fitted = limits.legs.min((room - visits).max(1));
    if fitted < limits.legs {
        warn!(
            legs = fitted,
            configured = limits.legs,
            "the system lets this relay open too few files for as many connections; raise its limit (LimitNOFILE in \
             the systemd unit, `ulimit -Hn` in a shell) or lower `legs`"
        );
    }
    (Limits { legs: fitted, ..limits }, visits)
}

/// Raises the soft limit to the hard one; gives what holds then.
fn available() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let held = match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    // No number means no limit.
    held.map_or(usize::MAX, |held| usize::try_from(held).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legs_fit_into_what_the_system_gives() {
        let (limits, visits) = fit(Limits { legs: usize::MAX, ..Limits::default() });
        let held = getrlimit(Resource::Nofile);
        assert_eq!(held.current, held.maximum);
        let room = held.maximum.map_or(usize::MAX, |held| usize::try_from(held).unwrap());
        assert_eq!(limits.legs + visits, room.saturating_sub(OTHERS));
        assert!(visits > 0 && visits <= VISITS);
        assert_eq!(fit(Limits { legs: 7, ..limits }).0.legs, 7);
    }
}
