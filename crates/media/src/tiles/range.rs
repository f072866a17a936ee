//! A binary range coder: each bit costs what its probability says, and the probabilities learn.
//!
//! It is the carry-propagating coder that LZMA made known, with 32 bits of range and probabilities of 15 bits. The
//! first byte, which is always 0 there, and all zeros at the end are left out; the decoder adds them.

/// Bits of the probability that the coder uses.
const BITS: u32 = 15;
/// No bit costs less than with this probability of the other one.
const LEAST: u32 = 24;
/// Below this the range is widened by a byte.
const NARROW: u32 = 1 << 24;

/// The probability of one kind of bit: the mean of one that learns fast and one that learns slowly.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bit {
    fast: u16,
    slow: u16,
}

impl Bit {
    const FAST: u32 = 4;
    const SLOW: u32 = 7;

    /// Nothing is known yet.
    pub(super) const EVEN: Self = Self { fast: 1 << 15, slow: 1 << 15 };

    /// The probability that the bit is not set.
    fn of_clear(self) -> u32 {
        let mean = (u32::from(self.fast) + u32::from(self.slow)) >> (17 - BITS);
        mean.clamp(LEAST, (1 << BITS) - LEAST)
    }

    fn learn(&mut self, bit: bool) {
        if bit {
            self.fast -= self.fast >> Self::FAST;
            self.slow -= self.slow >> Self::SLOW;
        } else {
            self.fast += (u16::MAX - self.fast) >> Self::FAST;
            self.slow += (u16::MAX - self.slow) >> Self::SLOW;
        }
    }
}

/// One end of the coder. The model is written once, for both: where the encoder says what a bit is, the decoder finds
/// out, and both go on with the answer.
pub(super) trait Coder {
    /// The encoder writes `bit` and gives it back; the decoder takes no notice of it and gives what was written.
    fn bit(&mut self, of: &mut Bit, bit: bool) -> bool;
}

/// The writing end.
#[derive(Debug, Default)]
pub(super) struct RangeEncoder {
    low: u64,
    range: u32,
    /// The last byte that is not written, because a carry may still change it, and those of 255 behind it.
    held: u8,
    full: usize,
    is_begun: bool,
    out: Vec<u8>,
}

impl RangeEncoder {
    /// Begins a new stream of bits.
    pub(super) fn begin(&mut self) {
        (self.low, self.range) = (0, u32::MAX);
        (self.held, self.full, self.is_begun) = (0, 0, false);
        self.out.clear();
    }

    /// About as many bytes as have come together.
    pub(super) fn len(&self) -> usize {
        self.out.len() + self.full + 1
    }

    /// Ends the stream: its bytes.
    pub(super) fn finish(&mut self) -> &[u8] {
        // Of all numbers in the range the one with the most zeros at its end.
        let last = self.low + u64::from(self.range) - 1;
        let zeros = (0..=32).rev().find(|zeros| last >> zeros << zeros >= self.low).unwrap_or(0);
        self.low = last >> zeros << zeros;
        for _ in 0..5 {
            self.shift();
        }
        let end = self.out.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        &self.out[..end]
    }

    /// Moves the highest byte of `low` out.
    fn shift(&mut self) {
        if self.low < 0xFF00_0000 || self.low > u64::from(u32::MAX) {
            let carry = (self.low >> 32) as u8;
            if self.is_begun {
                self.out.push(self.held.wrapping_add(carry));
            }
            self.out.resize(self.out.len() + self.full, 0xFF_u8.wrapping_add(carry));
            self.full = 0;
            self.held = (self.low >> 24) as u8;
            self.is_begun = true;
        } else {
            self.full += 1;
        }
        self.low = (self.low & 0x00FF_FFFF) << 8;
    }
}

impl Coder for RangeEncoder {
    #[inline]
    fn bit(&mut self, of: &mut Bit, bit: bool) -> bool {
        let bound = (self.range >> BITS) * of.of_clear();
        if bit {
            self.low += u64::from(bound);
            self.range -= bound;
        } else {
            self.range = bound;
        }
        of.learn(bit);
        while self.range < NARROW {
            self.range <<= 8;
            self.shift();
        }
        bit
    }
}

/// The reading end. Nearly any bytes are some stream of bits.
#[derive(Debug)]
pub(super) struct RangeDecoder<'a> {
    bytes: &'a [u8],
    range: u32,
    code: u32,
}

impl<'a> RangeDecoder<'a> {
    /// `None` if no encoder begins like this: what it writes lies within the range.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let mut decoder = Self { bytes, range: u32::MAX, code: 0 };
        for _ in 0..4 {
            decoder.code = decoder.code << 8 | u32::from(decoder.next());
        }
        (decoder.code < decoder.range).then_some(decoder)
    }

    /// Whether every byte was looked at.
    pub(super) fn is_at_end(&self) -> bool {
        self.bytes.is_empty()
    }

    fn next(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }
}

impl Coder for RangeDecoder<'_> {
    #[inline]
    fn bit(&mut self, of: &mut Bit, _: bool) -> bool {
        let bound = (self.range >> BITS) * of.of_clear();
        let bit = self.code >= bound;
        if bit {
            self.code -= bound;
            self.range -= bound;
        } else {
            self.range = bound;
        }
        of.learn(bit);
        while self.range < NARROW {
            self.range <<= 8;
            self.code = self.code << 8 | u32::from(self.next());
        }
        bit
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn there_and_back(bits: &[(bool, usize)]) -> (Vec<bool>, usize, bool) {
        let mut encoder = RangeEncoder::default();
        encoder.begin();
        let mut of = [Bit::EVEN; 4];
        for (bit, which) in bits {
            encoder.bit(&mut of[*which], *bit);
        }
        let bytes = encoder.finish();
        let mut decoder = RangeDecoder::new(bytes).unwrap();
        let mut of = [Bit::EVEN; 4];
        let read = bits.iter().map(|(_, which)| decoder.bit(&mut of[*which], false)).collect();
        (read, bytes.len(), decoder.is_at_end())
    }

    proptest! {
        #[test]
        fn every_series_of_bits_comes_back(bits in prop::collection::vec((prop::bool::weighted(0.1), 0..4_usize), 0..3000)) {
            let (read, _, is_at_end) = there_and_back(&bits);
            prop_assert_eq!(read, bits.iter().map(|(bit, _)| *bit).collect::<Vec<_>>());
            prop_assert!(is_at_end);
        }
    }

    #[test]
    fn what_is_likely_costs_little() {
        assert_eq!(there_and_back(&[]).1, 0);
        let always = vec![(true, 0); 80_000];
        assert!(there_and_back(&always).1 < 40, "{}", there_and_back(&always).1);
        let seldom: Vec<_> = (0..64_000).map(|number| (number % 64 == 0, 1)).collect();
        assert!(there_and_back(&seldom).1 < 1400, "{}", there_and_back(&seldom).1);
    }
}
