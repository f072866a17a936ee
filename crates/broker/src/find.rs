//! An operator asks for a number.

use farhand_proto::bounded::Bytes;
use farhand_proto::id::SessionId;
use farhand_proto::name::Name;
use farhand_proto::relay::{FromRelay, KeyHash, Refusal, SignedVoucher, Ticket, Voucher};

use crate::broker::{Broker, Now};
use crate::command::{Event, LegId, PairId};
use crate::join::{Pair, Side, State};
use crate::leg::Console;
use crate::limiter::in_seconds;
use crate::settings::{CLOCK_SKEW, NOBODY_DELAY, TICKET_LIFE};
use crate::timers::Timer;

impl Broker {
    /// Invites the client, or answers `Nobody` after [`NOBODY_DELAY`]. Whether anything may be asked at all is
    /// decided before the number is looked at, so a refusal tells nothing about it; it ends the leg, and logging in
    /// again does not reset what is counted.
    pub(crate) fn find(
        &mut self,
        now: Now,
        id: LegId,
        console: &Console,
        request: u32,
        session_id: SessionId,
    ) {
        let Some(network) = self.network(id) else { return };
        let waits =
            [self.misses.wait(now.moment, console.id), self.misses_by_address.wait(now.moment, network)];
        if let Some(wait) = waits.into_iter().flatten().max() {
            return self.refuse(id, Refusal::Busy { seconds: in_seconds(wait) });
        }
        let of_operator = self.operators.get(&console.id).map_or(0, |presence| presence.pairs.len());
        if self.stopping
            || self.pairs.len() >= self.settings.limits.sessions
            || of_operator >= self.settings.limits.sessions_per_operator
        {
            return self.refuse(id, Refusal::Busy { seconds: 30 });
        }
        match self.waiting(session_id) {
            Some((client_key, client_leg)) => {
                self.invite(now, id, console, request, session_id, client_key, client_leg);
            }
            None => {
                self.misses.record(now.moment, console.id);
                self.misses_by_address.record(now.moment, network);
                self.timers.set(now.moment + NOBODY_DELAY, Timer::Answer(id, FromRelay::Nobody { request }));
            }
        }
    }

    fn waiting(&self, session_id: SessionId) -> Option<(KeyHash, LegId)> {
        let key = self.environment.directory.find(session_id)?;
        let client = self.clients.get(&key).filter(|client| client.waits())?;
        client.leg.map(|leg| (key, leg))
    }

    #[expect(clippy::too_many_arguments, reason = "both ends of an invitation, each with its key and leg")]
    fn invite(
        &mut self,
        now: Now,
        id: LegId,
        console: &Console,
        request: u32,
        session_id: SessionId,
        client_key: KeyHash,
        client_leg: LegId,
    ) {
        let Some(address) = self.legs.get(&id).map(|leg| leg.address) else { return };
        let pair_id = PairId(self.next_pair);
        self.next_pair += 1;
        let (for_client, client_ticket) = self.draw_ticket(pair_id, Side::Client);
        let (for_console, console_ticket) = self.draw_ticket(pair_id, Side::Console);
        let mut pairing = [0; 32];
        self.environment.entropy.fill(&mut pairing);
        let expiry = self.timers.set(now.moment + TICKET_LIFE, Timer::Tickets(pair_id));
        let pair = Pair {
            session_id,
            operator: console.clone(),
            address,
            client_key,
            pairing,
            resumed: false,
            tickets: vec![client_ticket, console_ticket],
            ending: None,
            state: State::Invited { expiry },
        };
        self.record(now, console.name.clone(), address, Event::Found(session_id));
        self.pairs.insert(pair_id, pair);
        self.operators.entry(console.id).or_default().pairs.insert(pair_id);
        if let Some(client) = self.clients.get_mut(&client_key) {
            client.busy = Some(pair_id);
        }
        let voucher = self.vouch(now, &console.name, session_id, console.key);
        let relay_time = now.unix.as_secs();
        self.send(client_leg, FromRelay::Invite { ticket: for_client, relay_time });
        self.send(id, FromRelay::Found { request, ticket: for_console, voucher });
    }

    fn draw_ticket(&mut self, pair: PairId, side: Side) -> (Ticket, [u8; 32]) {
        let mut ticket = [0; 32];
        self.environment.entropy.fill(&mut ticket);
        self.tickets.insert(ticket, (pair, side));
        (Bytes::new(ticket).expect("32 bytes are below a ticket's limit"), ticket)
    }

    fn vouch(&self, now: Now, operator: &Name, session_id: SessionId, console_key: KeyHash) -> SignedVoucher {
        let body = Voucher {
            operator: operator.clone(),
            organisation: self.settings.organisation.clone(),
            session_id,
            console_key,
            expires: (now.unix + TICKET_LIFE + CLOCK_SKEW).as_secs(),
        }
        .to_body();
        let signature = self.environment.signer.sign(&Voucher::signed_bytes(&body));
        SignedVoucher {
            body: Bytes::new(body).expect("two names and fixed parts are below a voucher's limit"),
            signature: Bytes::new(signature).expect("64 bytes are below a signature's limit"),
        }
    }
}
