//! Operators come, are checked, leave and are removed.

use core::net::IpAddr;

use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::limits::{MAX_NAME, MAX_TOKEN};
use farhand_proto::name::Name;
use farhand_proto::relay::{FromRelay, KeyHash, Refusal};
use farhand_proto::version::Version;

use crate::address::Network;
use crate::broker::{Broker, Now};
use crate::command::{Command, Ending, Event, LegId, OperatorCheck, OperatorId, PairId};
use crate::join::Side;
use crate::leg::{Asking, Console, Leg, Stage};
use crate::limiter::in_seconds;
use crate::settings::FAILED_LOGIN_DELAY;
use crate::timers::Timer;

impl Broker {
    /// The store has answered a [`Command::CheckOperator`] or a [`Command::CheckPresence`].
    pub fn handle_operator_checked(&mut self, now: Now, id: LegId, check: OperatorCheck) {
        if matches!(self.legs.get(&id), Some(Leg { stage: Stage::Returning(_), .. })) {
            return self.presence_checked(now, id, check);
        }
        let Some(Leg { stage: Stage::Checking(asking), address, .. }) = self.legs.get(&id) else { return };
        let (asking, address) = (asking.clone(), *address);
        // What is no name has no operator, whatever a store says that somebody else has written.
        match (check, Name::new(&*asking.name)) {
            (OperatorCheck::Known(operator), Ok(name)) => {
                self.known(now, id, operator, name, &asking, address);
            }
            (OperatorCheck::Known(_) | OperatorCheck::Unknown, _) => {
                self.failures.record(now.moment, Network::from(address));
                let refused = FromRelay::Refused { refusal: Refusal::Operator };
                let due = (asking.since + FAILED_LOGIN_DELAY).max(now.moment);
                self.timers.set(due, Timer::Answer(id, refused));
            }
            (OperatorCheck::Failed, _) => self.refuse(id, Refusal::Busy { seconds: 10 }),
        }
    }

    /// The operator is no longer in the store: their legs are told and end, and so do their sessions.
    pub fn handle_operator_removed(&mut self, _now: Now, operator: OperatorId) {
        let Some(presence) = self.operators.get(&operator) else { return };
        let legs: Vec<LegId> = presence.legs.iter().copied().collect();
        let pairs: Vec<PairId> = presence.pairs.iter().copied().collect();
        // The halves first: with its console's leg a half that waits would be taken for a forsaken one.
        for pair in pairs {
            if self.pairs.get(&pair).is_some_and(|pair| !pair.runs()) {
                self.abandon(pair, Refusal::Ticket);
            } else {
                self.cut(pair, Ending::OperatorRemoved);
            }
        }
        for leg in legs {
            self.refuse(leg, Refusal::Operator);
        }
    }

    pub(crate) fn login(
        &mut self,
        now: Now,
        id: LegId,
        key: KeyHash,
        version: Version,
        name: Text<MAX_NAME>,
        token: Bytes<MAX_TOKEN>,
    ) {
        let Some(network) = self.network(id) else { return };
        if let Some(wait) = self.failures.wait(now.moment, network) {
            return self.refuse(id, Refusal::Busy { seconds: in_seconds(wait) });
        }
        let asking = Asking { key, name: name.clone(), version, since: now.moment };
        self.set_stage(id, Stage::Checking(asking));
        self.watch(now, id);
        self.command(Command::CheckOperator { leg: id, operator: name, token });
    }

    /// The operator's leg has ended. Their sessions go on, but what this console asked for and has not come to is
    /// over: nobody is left to use its ticket, and the client must not seem busy meanwhile.
    pub(crate) fn operator_left(&mut self, id: LegId, key: KeyHash, operator: OperatorId) {
        let awaits_it = |id: &PairId| {
            let of_console = |ticket| matches!(self.tickets.get(ticket), Some((_, Side::Console)));
            self.pairs
                .get(id)
                .is_some_and(|pair| pair.operator.key == key && pair.tickets.iter().any(of_console))
        };
        let pairs = self.operators.get(&operator).into_iter().flat_map(|presence| &presence.pairs);
        let forsaken: Vec<PairId> = pairs.copied().filter(awaits_it).collect();
        for pair in forsaken {
            self.abandon(pair, Refusal::Alone);
        }
        if let Some(presence) = self.operators.get_mut(&operator) {
            presence.legs.remove(&id);
            self.forget_operator_if_gone(operator);
        }
    }

    pub(crate) fn forget_operator_if_gone(&mut self, operator: OperatorId) {
        if self
            .operators
            .get(&operator)
            .is_some_and(|presence| presence.legs.is_empty() && presence.pairs.is_empty())
        {
            self.operators.remove(&operator);
        }
    }

    fn known(
        &mut self,
        now: Now,
        id: LegId,
        operator: OperatorId,
        name: Name,
        asking: &Asking,
        address: IpAddr,
    ) {
        let logins = self.operators.get(&operator).map_or(0, |presence| presence.legs.len());
        if self.stopping || logins >= self.settings.limits.logins_per_operator {
            return self.refuse(id, Refusal::Busy { seconds: 60 });
        }
        self.operators.entry(operator).or_default().legs.insert(id);
        let console = Console { key: asking.key, id: operator, name: name.clone() };
        self.set_stage(id, Stage::Operator(console));
        self.watch(now, id);
        self.record(now, name, address, Event::LoggedIn);
        let organisation = self.settings.organisation.clone();
        self.send(id, FromRelay::LoggedIn { version: asking.version, organisation });
    }
}
