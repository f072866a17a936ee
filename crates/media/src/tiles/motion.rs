//! Where a part of the picture went: lines of pixels that were elsewhere before vote for how far they moved.

use std::collections::HashMap;

use farhand_proto::screen::{Picture, Rect};

/// Pixels of one line that are looked for together.
const LENGTH: usize = 32;
/// Between two rows in which they are looked for.
const STEP: usize = 8;
/// Entries of the table of lines, a power of 2.
const TABLE: usize = 1 << 17;
/// Lines that must agree on a move.
const LEAST: u32 = 6;
/// Of the best move's votes another one has at least this share: words that come again are not one.
const SHARE: u32 = 40;
/// Votes after which nothing more has to be found.
const ENOUGH: u32 = 6000;
/// What one pixel is worth in the hash of a line, compared with the next.
const BASE: u32 = 0x0001_93C5;
/// What each pixel of a line is worth.
const POWERS: [u32; LENGTH] = powers();

const fn powers() -> [u32; LENGTH] {
    let mut powers = [1_u32; LENGTH];
    let mut at = LENGTH - 1;
    while at > 0 {
        powers[at - 1] = powers[at].wrapping_mul(BASE);
        at -= 1;
    }
    powers
}

/// How far something moved: to the right and down.
pub(super) type Move = (i16, i16);

/// Finds moves.
pub(super) struct Search {
    /// The hash of a line and its first pixel's place; one at [`FREE`] is none, one at [`TWICE`] is no longer asked for.
    lines: Vec<(u32, Place)>,
    /// Which slots of `lines` are taken, to be emptied.
    taken: Vec<u32>,
    votes: HashMap<Move, u32>,
}

type Place = (u16, u16);
// No picture is so wide.
const FREE: Place = (u16::MAX, 0);
const TWICE: Place = (u16::MAX, 1);

impl Search {
    pub(super) fn new() -> Self {
        Self { lines: Vec::new(), taken: Vec::new(), votes: HashMap::new() }
    }

    /// The moves of which most of this area is made, best first, at most so many.
    pub(super) fn find(&mut self, before: &Picture, now: &Picture, area: Rect, most: usize) -> Vec<Move> {
        self.lines.resize(TABLE, (0, FREE));
        self.note_lines(before, area);
        self.vote(now, area);
        for slot in self.taken.drain(..) {
            self.lines[slot as usize].1 = FREE;
        }
        let best = self.votes.values().copied().max().unwrap_or_default();
        let least = LEAST.max(best / SHARE);
        let mut moves: Vec<_> = self.votes.drain().filter(|(_, votes)| *votes >= least).collect();
        moves.sort_unstable_by_key(|(by, votes)| (u32::MAX - votes, *by));
        moves.into_iter().map(|(by, _)| by).take(most).collect()
    }

    /// Lines of the picture of before, side by side.
    fn note_lines(&mut self, before: &Picture, area: Rect) {
        for y in area.y as u32..area.bottom() as u32 {
            let row = before.row(area.x as u32, y, area.width);
            for (number, line) in row.chunks_exact(LENGTH).enumerate() {
                if line[1..].iter().all(|pixel| *pixel == line[0]) {
                    continue;
                }
                // Each product by itself: a chain of them would be waited for.
                let hash = line
                    .iter()
                    .zip(&POWERS)
                    .fold(0_u32, |hash, (pixel, power)| hash.wrapping_add(mix(*pixel).wrapping_mul(*power)));
                let place = ((area.x as usize + number * LENGTH) as u16, y as u16);
                self.note(hash, place);
            }
        }
    }

    fn note(&mut self, hash: u32, place: Place) {
        // A crowded table only costs lines.
        for slot in slots(hash) {
            let line = &mut self.lines[slot];
            if line.1 == FREE {
                *line = (hash, place);
                self.taken.push(slot as u32);
                return;
            }
            if line.0 == hash {
                line.1 = TWICE;
                return;
            }
        }
    }

    fn look_up(&self, hash: u32) -> Option<Place> {
        for slot in slots(hash) {
            match self.lines[slot] {
                (_, FREE) => return None,
                (known, place) if known == hash => return (place != TWICE).then_some(place),
                _ => {}
            }
        }
        None
    }

    /// Every line of the picture of now, in some rows, says from where it came.
    fn vote(&mut self, now: &Picture, area: Rect) {
        const OUT_OF_IT: u32 = POWERS[0].wrapping_mul(BASE);
        let mut votes = 0;
        for y in (area.y as u32..area.bottom() as u32).step_by(STEP) {
            let row = now.row(area.x as u32, y, area.width);
            if row.len() < LENGTH {
                return;
            }
            let (mut hash, mut alike) = (0_u32, 0);
            for end in 0..row.len() {
                alike = if end > 0 && row[end] == row[end - 1] { alike + 1 } else { 1 };
                hash = hash.wrapping_mul(BASE).wrapping_add(mix(row[end]));
                if end >= LENGTH {
                    hash = hash.wrapping_sub(mix(row[end - LENGTH]).wrapping_mul(OUT_OF_IT));
                }
                if end + 1 < LENGTH || alike >= LENGTH {
                    continue;
                }
                let Some((from_x, from_y)) = self.look_up(hash) else { continue };
                let x = area.x + (end + 1 - LENGTH) as i32;
                let by = (x - i32::from(from_x), y as i32 - i32::from(from_y));
                let (Ok(right), Ok(down)) = (i16::try_from(by.0), i16::try_from(by.1)) else { continue };
                if (right, down) != (0, 0) {
                    *self.votes.entry((right, down)).or_default() += 1;
                    votes += 1;
                }
            }
            if votes >= ENOUGH {
                return;
            }
        }
    }
}

/// Colours that differ a little differ much in a hash.
fn mix(pixel: u32) -> u32 {
    (pixel ^ pixel >> 11).wrapping_mul(0x85EB_CA6B)
}

fn slots(hash: u32) -> impl Iterator<Item = usize> {
    let first = (hash.wrapping_mul(0x9E37_79B1) >> 15) as usize;
    (first..first + 8).map(|slot| slot % TABLE)
}
