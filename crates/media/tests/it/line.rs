//! Both ends of the line.

use std::time::Duration;

use farhand_media::{Decoded, Decoder, Encoded, Encoder, State, decoder, encoder};
use farhand_proto::screen::{Picture, Rect, Region, Room, Size};
use farhand_proto::time::Moment;

use crate::common::{Fill, paint};

/// The most bytes by which an update may pass its budget.
pub(crate) const OVERSHOOT: usize = 4 * 1024 + 256;

/// An encoder, its decoder and the picture between them. Every step checks what both promise.
pub(crate) struct Line {
    pub(crate) encoder: Box<dyn Encoder>,
    pub(crate) decoder: Box<dyn Decoder>,
    pub(crate) picture: Picture,
    pub(crate) now: Moment,
}

impl Line {
    pub(crate) fn new(size: Size) -> Self {
        Self { encoder: encoder(), decoder: decoder(), picture: Picture::new(size), now: Moment::ZERO }
    }

    /// A line on which this picture is to travel.
    pub(crate) fn with(picture: &Picture) -> Self {
        let mut line = Self::new(picture.size());
        line.picture = picture.clone();
        line.damage_all();
        line
    }

    pub(crate) fn paint(&mut self, rect: Rect, fill: Fill, seed: u64) {
        paint(&mut self.picture, rect, fill, seed);
        self.encoder.damage(&self.picture, &rect.into());
    }

    /// Damages everything, as at the start.
    pub(crate) fn damage_all(&mut self) {
        self.encoder.damage(&self.picture, &Rect::of_size(self.picture.size()).into());
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.encoder.pending(self.now)
    }

    /// Nothing happens for a while: for long enough that what is rough becomes exact.
    pub(crate) fn rest(&mut self) {
        self.now += Duration::from_millis(350);
    }

    /// Sends one update.
    pub(crate) fn send(&mut self, budget: usize) -> (Encoded, Decoded) {
        self.send_into(Room::of(budget))
    }

    /// The same over a line whose measure may be known.
    pub(crate) fn send_into(&mut self, room: Room) -> (Encoded, Decoded) {
        let budget = room.bytes;
        assert!(self.is_pending());
        let mut update = b"what was there before".to_vec();
        let before_bytes = update.len();
        let encoded = self.encoder.encode(&self.picture, room, self.now, &mut update);
        assert!(update.starts_with(b"what was there before"));
        let update = &update[before_bytes..];
        assert_eq!(encoded.bytes, update.len());
        assert!(encoded.bytes <= budget.saturating_add(OVERSHOOT), "{} for {budget}", encoded.bytes);

        let before = self.decoder.picture().clone();
        let decoded = self.decoder.decode(update).unwrap();
        let after = self.decoder.picture();
        assert_eq!(after.size(), self.picture.size());
        assert_eq!(encoded.state, decoded.state);
        match encoded.state {
            State::Exact => assert!(*after == self.picture && self.encoder.poll_timeout().is_none()),
            State::Rough => assert!(self.encoder.poll_timeout().is_some()),
            State::Partial => assert!(*after != self.picture && self.is_pending()),
        }
        assert!(encoded.state != State::Exact || !self.is_pending());
        if decoded.fresh {
            assert_eq!(decoded.changed, Region::from(Rect::of_size(after.size())));
        } else {
            assert_changed_within(&before, after, &decoded.changed);
        }
        (encoded, decoded)
    }

    /// Sends until the picture is exact, without a change of it; the bytes it took.
    pub(crate) fn settle(&mut self, budget: usize) -> usize {
        let mut bytes = 0;
        // Every update brings at least a strip of a tile.
        let most = (self.picture.size().area() / 128 + 10) as usize;
        for _ in 0..most {
            if !self.is_pending() {
                if self.encoder.poll_timeout().is_none() {
                    assert_eq!(self.decoder.picture(), &self.picture);
                    return bytes;
                }
                self.rest();
            }
            bytes += self.send(budget).0.bytes;
        }
        panic!("still not settled after {most} updates");
    }
}

fn assert_changed_within(before: &Picture, after: &Picture, changed: &Region) {
    let mut masked = before.clone();
    for rect in changed.rects() {
        for y in rect.y..rect.bottom() {
            let (x, y, width) = (rect.x as u32, y as u32, rect.width);
            masked.row_mut(x, y, width).copy_from_slice(after.row(x, y, width));
        }
    }
    assert!(masked == *after, "something changed outside of {changed:?}");
}
