//! What was promised and what was done: each letter that the operator types stands for a number, so the desk can tell
//! whether any is missing, doubled or out of its place.

use std::collections::BTreeMap;
use std::ops::Range;

use farhand_proto::id::SessionId;
use farhand_proto::input::{Input, Key};
use farhand_proto::session::Undone;

/// The letters with even numbers have three bytes, the others four.
const PLANES: [(u32, u64); 2] = [(0x4e00, 20_000), (0x2_0000, 40_000)];

#[derive(Debug, Default)]
pub(super) struct Ledger {
    next_letter: u64,
    /// What each act that the console took stands for; its own acts are not among them.
    acts: BTreeMap<u64, Range<u64>>,
    undone: Option<u64>,
    next_answer: u64,
    /// The last letter that was done at the desk, and all of them.
    last: Option<u64>,
    done: Vec<bool>,
    /// Transfers that were begun.
    pub(super) transfers: u64,
    /// What the operator and the customer said in this session, and how much of it arrived.
    pub(super) said: [u64; 2],
    pub(super) heard: [u64; 2],
    /// What the customer wants.
    pub(super) wish: Wish,
    /// What to read aloud.
    pub(super) session_id: Option<SessionId>,
    /// Sessions that the client has begun, and which of them is the console's too.
    pub(super) sessions: usize,
    pub(super) common: Option<usize>,
    /// How often the line of each end is made anew.
    pub(super) epochs: [u32; 2],
}

/// What the customer allows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wish {
    pub(super) said_yes: bool,
    pub(super) view: bool,
    pub(super) control: bool,
    pub(super) paused: bool,
    pub(super) files: bool,
    /// They change their mind no more.
    pub(super) is_settled: bool,
}

impl Wish {
    pub(super) fn may_see(self) -> bool {
        self.said_yes && self.view && !self.paused
    }

    pub(super) fn may_carry(self) -> bool {
        self.said_yes && self.files && !self.paused
    }

    pub(super) fn may_act(self) -> bool {
        self.said_yes && self.control && !self.paused
    }
}

fn character(letter: u64) -> char {
    let (first, count) = PLANES[(letter % 2) as usize];
    char::from_u32(first + (letter / 2 % count) as u32).expect("both planes are full")
}

fn letter(character: char) -> Option<u64> {
    let code = u32::from(character);
    PLANES.iter().zip(0..).find_map(|((first, count), parity)| {
        let place = u64::from(code.checked_sub(*first)?);
        (place < *count).then_some(place * 2 + parity)
    })
}

impl Ledger {
    /// A text of so many letters that nobody has typed.
    pub(super) fn text(&self, letters: u64) -> String {
        (self.next_letter..self.next_letter + letters).map(character).collect()
    }

    /// A key that nobody has pressed: down and up.
    pub(super) fn key(&self) -> [Input; 2] {
        // An even letter, so that its release is the next one.
        let key = Key::Char(character(self.next_letter + self.next_letter % 2));
        [true, false].map(|pressed| Input::Key { key, pressed })
    }

    /// The console took an act.
    pub(super) fn took(&mut self, number: u64, input: &Input) {
        let letters = letters(input);
        if let Some(end) = letters.last() {
            self.next_letter = end + 1;
        }
        let range = letters.first().map_or(0..0, |first| *first..self.next_letter);
        self.acts.insert(number, range);
    }

    /// The desk has done this.
    pub(super) fn did(&mut self, input: &Input) -> Result<(), String> {
        for letter in letters(input) {
            if self.last.is_some_and(|last| letter <= last) {
                return Err(format!("letter {letter} after letter {:?}", self.last));
            }
            self.last = Some(letter);
            self.done.resize(letter as usize, false);
            self.done.push(true);
        }
        Ok(())
    }

    /// The console heard that an act was not done.
    pub(super) fn undone(&mut self, number: u64, why: &Undone) -> Result<(), String> {
        if *why == Undone::Overflow {
            return Err(format!("act {number} was one too many"));
        }
        match self.undone.replace(number) {
            Some(before) => Err(format!("act {before} undone, and act {number} without an answer between")),
            None => Ok(()),
        }
    }

    /// The console heard that an act has its answer.
    pub(super) fn answered(&mut self, number: u64) -> Result<(), String> {
        if number != self.next_answer {
            return Err(format!("act {number} answered, act {} expected", self.next_answer));
        }
        self.next_answer += 1;
        match self.undone.take() {
            Some(undone) if undone == number => return Ok(()),
            Some(undone) => return Err(format!("act {undone} undone, then act {number} answered")),
            None => {}
        }
        let letters = self.acts.get(&number).cloned().unwrap_or_default();
        for letter in letters {
            if self.done.get(letter as usize) != Some(&true) {
                return Err(format!("act {number} is called done, and its letter {letter} is not"));
            }
        }
        Ok(())
    }

    /// One of the two (the operator is 0) has heard this.
    pub(super) fn hear(&mut self, who_said: usize, text: &str) -> Result<(), String> {
        let expected = self.heard[who_said].to_string();
        if text != expected || self.heard[who_said] >= self.said[who_said] {
            return Err(format!("heard {text:?}, expected {expected:?}"));
        }
        self.heard[who_said] += 1;
        Ok(())
    }

    pub(super) fn letters_done(&self) -> u64 {
        self.done.iter().filter(|done| **done).count() as u64
    }
}

/// The numbers that an input stands for.
fn letters(input: &Input) -> Vec<u64> {
    match input {
        Input::Text(text) => text.chars().filter_map(letter).collect(),
        Input::Key { key: Key::Char(character), pressed } => {
            letter(*character).map(|letter| letter + u64::from(!pressed)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
