//! Brings client and console together on a relay, as a machine without a clock, randomness or sockets.
//!
//! [`Broker`] is told what happens on the legs and answers with [`Command`]s. Its driver calls, in this order:
//!
//! 1. a `handle_*` method for whatever happened, with the present [`Now`];
//! 2. [`Broker::poll_command`] until it gives `None`;
//! 3. [`Broker::poll_timeout`], and [`Broker::handle_timeout`] once that moment has come.
//!
//! A leg's life: [`Broker::handle_accepted`] when its TCP connection is there, [`Broker::handle_opened`] when TLS
//! has proven its key, [`Broker::handle_message`] for each message, [`Broker::handle_closed`] at its end, whoever
//! ended it. [`Command::Pair`] turns two legs into a session; [`Broker::handle_session_ended`] comes when one half has
//! left, before the ends of the two legs.
//!
//! Rules that a driver can rely on:
//!
//! - `Nobody` leaves exactly [`NOBODY_DELAY`] after its `Find` came, for every cause, with the same bytes.
//! - After a `Refused` comes a [`Command::Close`] for the same leg, and nothing else.
//! - Removing an operator ends their legs and their sessions: whoever is removed sees nothing from then on.
//! - Every collection is bounded by [`Limits`].

mod address;
mod broker;
mod command;
mod directory;
mod find;
mod join;
mod leg;
mod limiter;
mod login;
mod newcomers;
mod register;
mod resume;
mod settings;
mod signed;
mod timers;

pub use address::Network;
pub use broker::{Broker, Environment, Figures, NoRoom, Now};
pub use command::{Command, Ending, Event, LegId, OperatorCheck, OperatorId, PairId, Record, Traffic};
pub use directory::{Directory, LocalDirectory};
pub use settings::{
    ALONE, CLAIM_LIFE, CLOCK_SKEW, Entropy, FAILED_LOGIN_DELAY, Limits, MISSES_PER_HOUR, MISSES_PER_MINUTE,
    NOBODY_DELAY, PASS_LIFE, PINGS_PER_MINUTE, Settings, Signer, TICKET_LIFE, Timing,
};
