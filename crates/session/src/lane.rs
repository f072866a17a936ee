//! A reliable lane at its sender: frames are kept until the other end has taken them in, and go out again over the
//! next link if theirs was cut.

use std::collections::VecDeque;

use farhand_proto::time::Moment;

/// Bytes of memory that a frame takes beyond its own.
const EACH: usize = 2 * size_of::<Item>();

/// A frame, and what stands in for it once it has waited too long.
#[derive(Debug)]
struct Item {
    frame: Vec<u8>,
    instead: Option<(Moment, Vec<u8>)>,
}

/// Frames in their order, those on their way first.
#[derive(Debug, Default)]
pub(crate) struct SendLane {
    /// How many the other end has taken in: the first item has this number.
    taken: u64,
    items: VecDeque<Item>,
    /// How many of the items are on their way over the present link.
    under_way: usize,
    /// Bytes of all items, and of those that wait.
    kept: usize,
    waiting: usize,
}

/// The other end says that it took in what it was never sent, or less than it said before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImpossibleCount;

impl SendLane {
    /// One more frame. After the moment, if there is one, the other frame goes out in its place.
    pub(crate) fn push(&mut self, frame: Vec<u8>, instead: Option<(Moment, Vec<u8>)>) {
        self.kept += frame.len();
        self.waiting += frame.len();
        self.items.push_back(Item { frame, instead });
    }

    /// The next frame that has not gone out over this link.
    pub(crate) fn pop(&mut self, now: Moment) -> Option<Vec<u8>> {
        let item = self.items.get_mut(self.under_way)?;
        self.under_way += 1;
        self.waiting -= item.frame.len();
        if let Some((_, instead)) = item.instead.take_if(|(until, _)| *until < now) {
            self.kept = self.kept - item.frame.len() + instead.len();
            item.frame = instead;
        }
        Some(item.frame.clone())
    }

    /// Forgets what has not gone out over this link. The other end can't have taken it in: what it has is not here any
    /// more.
    pub(crate) fn drop_waiting(&mut self) {
        for item in self.items.drain(self.under_way..) {
            self.kept -= item.frame.len();
        }
        self.waiting = 0;
    }

    /// Bytes that wait to go out.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Bytes that wait to go out or to be taken in.
    pub(crate) fn kept(&self) -> usize {
        self.kept
    }

    /// About the memory that they take.
    pub(crate) fn memory(&self) -> usize {
        self.kept + self.items.len() * EACH
    }

    /// The other end has taken in so many since the start.
    pub(crate) fn on_taken(&mut self, total: u64) -> Result<(), ImpossibleCount> {
        let newly = total.checked_sub(self.taken).and_then(|newly| usize::try_from(newly).ok());
        let newly = newly.filter(|newly| *newly <= self.under_way).ok_or(ImpossibleCount)?;
        for item in self.items.drain(..newly) {
            self.kept -= item.frame.len();
        }
        self.under_way -= newly;
        self.taken = total;
        Ok(())
    }

    /// The link is cut: what was on its way waits again. It may have arrived, so the count that the other end gives
    /// with the next link still covers it.
    pub(crate) fn on_resumed(&mut self, total: u64) -> Result<(), ImpossibleCount> {
        self.on_taken(total)?;
        for item in self.items.range(..self.under_way) {
            self.waiting += item.frame.len();
        }
        self.under_way = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_secs(5);

    fn lane(frames: &[&str]) -> SendLane {
        let mut lane = SendLane::default();
        for frame in frames {
            lane.push(frame.as_bytes().to_vec(), None);
        }
        lane
    }

    fn rest(lane: &mut SendLane) -> Vec<String> {
        std::iter::from_fn(|| lane.pop(NOW)).map(|frame| String::from_utf8(frame).unwrap()).collect()
    }

    #[test]
    fn what_was_not_taken_in_goes_out_again_in_order() {
        let mut lane = lane(&["a", "bb", "ccc", "dddd"]);
        assert_eq!((lane.kept(), lane.waiting()), (10, 10));
        lane.pop(NOW);
        lane.pop(NOW);
        lane.pop(NOW);
        assert_eq!((lane.kept(), lane.waiting()), (10, 4));
        lane.on_taken(1).unwrap();
        assert_eq!((lane.kept(), lane.waiting()), (9, 4));
        lane.on_resumed(2).unwrap();
        assert_eq!((lane.kept(), lane.waiting()), (7, 7));
        assert_eq!(rest(&mut lane), ["ccc", "dddd"]);
        lane.on_taken(4).unwrap();
        assert_eq!((lane.kept(), lane.waiting(), lane.pop(NOW)), (0, 0, None));
    }

    #[test]
    fn what_has_not_gone_out_can_be_forgotten() {
        let mut lane = lane(&["a", "bb", "ccc"]);
        lane.pop(NOW);
        lane.drop_waiting();
        assert_eq!((lane.kept(), lane.waiting(), lane.pop(NOW)), (1, 0, None));
        lane.push(b"dddd".to_vec(), None);
        lane.on_resumed(0).unwrap();
        assert_eq!(rest(&mut lane), ["a", "dddd"]);
        lane.on_taken(2).unwrap();
        assert_eq!(lane.kept(), 0);
    }

    #[test]
    fn nobody_takes_in_what_was_not_sent_or_gives_back_what_was_taken() {
        let mut lane = lane(&["a", "b"]);
        lane.pop(NOW);
        assert_eq!(lane.on_taken(2), Err(ImpossibleCount));
        lane.on_taken(1).unwrap();
        assert_eq!(lane.on_taken(0), Err(ImpossibleCount));
        assert_eq!(lane.on_taken(u64::MAX), Err(ImpossibleCount));
        assert_eq!(lane.on_resumed(0), Err(ImpossibleCount));
        assert_eq!(rest(&mut lane), ["b"]);
    }

    #[test]
    fn what_waited_too_long_is_replaced_once_and_for_good() {
        let mut lane = SendLane::default();
        lane.push(b"move".to_vec(), Some((NOW, b"skipped".to_vec())));
        lane.push(b"click".to_vec(), Some((NOW * 2, b"skipped".to_vec())));
        let late = NOW + Moment::from_millis(1);
        assert_eq!(lane.pop(late).unwrap(), b"skipped");
        assert_eq!(lane.pop(late).unwrap(), b"click");
        assert_eq!(lane.kept(), 12);
        lane.on_resumed(0).unwrap();
        assert_eq!(lane.pop(NOW * 3).unwrap(), b"skipped");
        assert_eq!(lane.pop(NOW * 3).unwrap(), b"skipped", "on its way over a cut link, and too old by now");
    }
}
