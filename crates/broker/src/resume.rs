//! The two halves of a session come back with their passes.
//!
//! A relay keeps nothing of a session whose line is cut: what it has to know stands in the passes, which it signed
//! itself, perhaps before it was restarted.

use farhand_proto::relay::{FromRelay, KeyHash, Pass, Refusal};
use farhand_proto::version::Version;

use crate::broker::{Broker, Now};
use crate::command::{Command, Ending, LegId, OperatorCheck, OperatorId, PairId};
use crate::join::{Pair, Side, State};
use crate::leg::{Console, Leg, Returning, Stage};
use crate::settings::ALONE;
use crate::signed;
use crate::timers::Timer;

impl Broker {
    /// A half comes back. It proved `key` on its leg, so nobody else's pass is of use.
    pub(crate) fn resume(&mut self, now: Now, id: LegId, key: KeyHash, version: Version, pass: &[u8]) {
        let pass = signed::open::<Pass>(pass, &*self.environment.signer)
            .filter(|pass| pass.expires > now.unix.as_secs());
        let Some(pass) = pass else { return self.refuse(id, Refusal::Ticket) };
        if self.stopping {
            return self.refuse(id, Refusal::Busy { seconds: 10 });
        }
        let side = if key == pass.client_key {
            Side::Client
        } else if key == pass.console_key {
            Side::Console
        } else {
            return self.refuse(id, Refusal::Ticket);
        };
        // The operator may have been removed since the pass was signed. The client hears of it as well: it would wait in
        // vain.
        let operator = OperatorId(pass.operator_id);
        self.set_stage(id, Stage::Returning(Box::new(Returning { pass, side, version })));
        self.watch(now, id);
        self.command(Command::CheckPresence { leg: id, operator });
    }

    /// The store has said whether the operator of a session that comes back is still there.
    pub(crate) fn presence_checked(&mut self, now: Now, id: LegId, check: OperatorCheck) {
        let Some(Leg { stage: Stage::Returning(returning), .. }) = self.legs.get(&id) else { return };
        let Returning { pass, side, version } = (**returning).clone();
        match check {
            OperatorCheck::Known(_) => self.half_back(now, id, side, version, &pass),
            OperatorCheck::Unknown => self.refuse(id, Refusal::Operator),
            OperatorCheck::Failed => self.refuse(id, Refusal::Busy { seconds: 10 }),
        }
    }

    fn half_back(&mut self, now: Now, id: LegId, side: Side, version: Version, pass: &Pass) {
        let known = self.pairings.get(&pass.pairing).copied();
        match known.and_then(|pair| self.pairs.get(&pair).map(|found| (pair, &found.state))) {
            Some((pair, State::Half { side: waiting, leg, .. })) if *waiting == side => {
                // It has lost the leg on which it waited, and the relay does not know yet.
                let former = *leg;
                self.wait(now, id, side, version, pair);
                self.set_stage(former, Stage::Ending);
                self.send(former, FromRelay::Refused { refusal: Refusal::Alone });
                self.command(Command::Close { leg: former });
            }
            Some((pair, State::Half { .. })) => self.complete(now, pair, side, id, version),
            Some((pair, State::Running { .. })) => {
                self.cut(pair, Ending::Moved);
                self.wait_anew(now, id, side, version, pass, Some(pair));
            }
            Some((_, State::Invited { .. })) | None => self.wait_anew(now, id, side, version, pass, None),
        }
    }

    /// The first half is back.
    fn wait_anew(
        &mut self,
        now: Now,
        id: LegId,
        side: Side,
        version: Version,
        pass: &Pass,
        former: Option<PairId>,
    ) {
        let Some(address) = self.legs.get(&id).map(|leg| leg.address) else { return };
        if self.pairs.len() >= self.settings.limits.sessions {
            return self.refuse(id, Refusal::Busy { seconds: 10 });
        }
        let pair_id = PairId(self.next_pair);
        self.next_pair += 1;
        let operator = OperatorId(pass.operator_id);
        let alone = self.timers.set(now.moment + ALONE, Timer::Alone(pair_id));
        let pair = Pair {
            session_id: pass.session_id,
            operator: Console { key: pass.console_key, id: operator, name: pass.operator.clone() },
            address,
            client_key: pass.client_key,
            pairing: pass.pairing,
            resumed: true,
            tickets: Vec::new(),
            ending: None,
            state: State::Half { side, leg: id, version, expiry: None, alone },
        };
        self.pairs.insert(pair_id, pair);
        self.pairings.insert(pass.pairing, pair_id);
        self.operators.entry(operator).or_default().pairs.insert(pair_id);
        if let Some(client) = self.clients.get_mut(&pass.client_key)
            && (client.busy.is_none() || client.busy == former)
        {
            client.busy = Some(pair_id);
        }
        self.unwatch(id);
        self.set_stage(id, Stage::Joining(pair_id));
    }

    /// The half that waits does so on another leg from here on.
    fn wait(&mut self, now: Now, id: LegId, side: Side, version: Version, pair_id: PairId) {
        let Some(pair) = self.pairs.get_mut(&pair_id) else { return };
        if let State::Half { alone, .. } = pair.state {
            self.timers.cancel(alone);
        }
        let alone = self.timers.set(now.moment + ALONE, Timer::Alone(pair_id));
        pair.state = State::Half { side, leg: id, version, expiry: None, alone };
        self.unwatch(id);
        self.set_stage(id, Stage::Joining(pair_id));
    }
}
