//! Legs that have not said yet what they are for, and which of them makes room for another.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Network;
use crate::command::LegId;

/// All of them, by where they come from.
#[derive(Debug, Default)]
pub(crate) struct Newcomers {
    /// In the order in which they came: later legs have higher numbers.
    all: BTreeSet<LegId>,
    by_network: BTreeMap<Network, BTreeSet<LegId>>,
    /// How many each address has, the fewest first.
    crowds: BTreeSet<(usize, Network)>,
}

impl Newcomers {
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// How many of an address there are.
    pub(crate) fn of(&self, network: Network) -> usize {
        self.by_network.get(&network).map_or(0, BTreeSet::len)
    }

    pub(crate) fn insert(&mut self, network: Network, leg: LegId) {
        self.all.insert(leg);
        self.change(network, |legs| legs.insert(leg));
    }

    pub(crate) fn remove(&mut self, network: Network, leg: LegId) {
        self.all.remove(&leg);
        self.change(network, |legs| legs.remove(&leg));
    }

    fn change(&mut self, network: Network, change: impl FnOnce(&mut BTreeSet<LegId>) -> bool) {
        let legs = self.by_network.entry(network).or_default();
        self.crowds.remove(&(legs.len(), network));
        change(legs);
        let count = legs.len();
        if count == 0 {
            self.by_network.remove(&network);
        } else {
            self.crowds.insert((count, network));
        }
    }

    /// The oldest of the address that has most of them, if that has more than this address with one more would.
    pub(crate) fn of_larger_crowd(&self, network: Network) -> Option<LegId> {
        let (count, crowd) = self.crowds.last()?;
        if *count <= self.of(network) + 1 {
            return None;
        }
        self.by_network.get(crowd)?.first().copied()
    }

    /// All of them, those that came first before the others.
    pub(crate) fn iter(&self) -> impl Iterator<Item = LegId> {
        self.all.iter().copied()
    }
}
