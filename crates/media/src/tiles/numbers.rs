//! Numbers, bit by bit: the same at both ends, written once over [`Coder`].

use super::range::{Bit, Coder};

/// A number of any size: how many bits it has, then the bits.
#[derive(Debug, Clone)]
pub(super) struct NumberModel {
    length: [Bit; 33],
    first: [[Bit; 4]; 33],
}

impl NumberModel {
    pub(super) const NEW: Self = Self { length: [Bit::EVEN; 33], first: [[Bit::EVEN; 4]; 33] };

    /// A number below 2^32 - 1.
    pub(super) fn code(&mut self, coder: &mut impl Coder, number: u32) -> u32 {
        let number = number.saturating_add(1);
        let bits = 31 - number.leading_zeros();
        let mut length = 0;
        while length < 31 && coder.bit(&mut self.length[length as usize], length < bits) {
            length += 1;
        }
        let mut read = 1_u32;
        for place in (0..length).rev() {
            let bit = number >> place & 1 == 1;
            // The two highest bits have habits, the others have none.
            let known = match length - place {
                1 => &mut self.first[length as usize][0],
                2 => &mut self.first[length as usize][2 + (read & 1) as usize],
                _ => &mut { Bit::EVEN },
            };
            read = read << 1 | u32::from(coder.bit(known, bit));
        }
        read - 1
    }

    /// A number that may be negative.
    pub(super) fn code_signed(&mut self, coder: &mut impl Coder, number: i32) -> i32 {
        let folded = (number << 1 ^ number >> 31) as u32;
        let folded = self.code(coder, folded);
        (folded >> 1) as i32 ^ -((folded & 1) as i32)
    }
}

/// A value of so many bits, highest first.
pub(super) fn code_tree(coder: &mut impl Coder, tree: &mut [Bit], bits: u32, value: u32) -> u32 {
    let mut node = 1;
    for place in (0..bits).rev() {
        let bit = coder.bit(&mut tree[node], value >> place & 1 == 1);
        node = node << 1 | usize::from(bit);
    }
    node as u32 - (1 << bits)
}
