//! The operator's mouse over the customer's screen.

use std::time::{Duration, Instant};

use farhand_proto::input::{Button, Input};
use farhand_proto::screen::Point;

use super::Wish;

/// Movements go out no faster than pictures come back.
const PACE: Duration = Duration::from_millis(16);
/// Units of a wheel's notch.
const NOTCH: f64 = 120.0;
/// Points by which a notch moves a page where the system tells points.
const POINTS_PER_NOTCH: f64 = 60.0;

/// What of the mouse is on its way or down on the customer's desktop.
#[derive(Debug, Default)]
pub(super) struct Mouse {
    held: Vec<Button>,
    /// The newest place, until it went out.
    moved: Option<Point>,
    /// To the right and downwards, in 1/120 of a notch, and where the wheel was turned last.
    turned: (f64, f64, Point),
    sent: Option<Instant>,
}

impl Mouse {
    pub(super) fn is_idle(&self) -> bool {
        self.held.is_empty()
    }

    /// Forgets everything: what was down was released over there.
    pub(super) fn clear(&mut self) {
        *self = Self { sent: self.sent, ..Self::default() };
    }

    /// The pointer is here; the newest place wins.
    pub(super) fn move_to(&mut self, at: Point) {
        self.moved = Some(at);
    }

    /// Presses or releases a button; its place makes the movement before it needless.
    pub(super) fn button(&mut self, button: Button, pressed: bool, at: Point) -> Vec<Wish> {
        if self.held.contains(&button) == pressed {
            return Vec::new();
        }
        if pressed {
            self.held.push(button);
        } else {
            self.held.retain(|held| *held != button);
        }
        self.moved = None;
        let mut wishes = self.take_turned();
        wishes.push(Wish::Act(Input::Button { button, pressed, at }));
        wishes
    }

    /// The wheels turned by so many notches.
    pub(super) fn turn(&mut self, right: f64, down: f64, at: Point) {
        self.turned = (self.turned.0 + right * NOTCH, self.turned.1 + down * NOTCH, at);
    }

    /// The page should move by so many points.
    pub(super) fn turn_points(&mut self, right: f64, down: f64, at: Point) {
        self.turn(right / POINTS_PER_NOTCH, down / POINTS_PER_NOTCH, at);
    }

    /// What goes out now, and when there is more.
    pub(super) fn flush(&mut self, now: Instant) -> (Vec<Wish>, Option<Instant>) {
        if self.moved.is_none() && self.whole_turn() == (0, 0) {
            return (Vec::new(), None);
        }
        if let Some(due) = self.sent.map(|sent| sent + PACE).filter(|due| *due > now) {
            return (Vec::new(), Some(due));
        }
        self.sent = Some(now);
        let mut wishes: Vec<_> = self.moved.take().map(|at| Wish::Act(Input::Move(at))).into_iter().collect();
        wishes.extend(self.take_turned());
        (wishes, None)
    }

    fn whole_turn(&self) -> (i16, i16) {
        // Casts keep within the type's bounds.
        (self.turned.0 as i16, self.turned.1 as i16)
    }

    fn take_turned(&mut self) -> Vec<Wish> {
        let (right, down) = self.whole_turn();
        if (right, down) == (0, 0) {
            return Vec::new();
        }
        self.turned.0 -= f64::from(right);
        self.turned.1 -= f64::from(down);
        vec![Wish::Act(Input::Scroll { right, down, at: self.turned.2 })]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(x: i32) -> Point {
        Point { x, y: 5 }
    }

    fn moved(x: i32) -> Wish {
        Wish::Act(Input::Move(at(x)))
    }

    fn button(pressed: bool, x: i32) -> Wish {
        Wish::Act(Input::Button { button: Button::Left, pressed, at: at(x) })
    }

    fn turned(right: i16, down: i16) -> Wish {
        Wish::Act(Input::Scroll { right, down, at: at(1) })
    }

    #[test]
    fn of_many_movements_the_newest_goes_out_once_per_picture() {
        let (mut mouse, start) = (Mouse::default(), Instant::now());
        let mut sent = Vec::new();
        for step in 0..100 {
            mouse.move_to(at(step));
            let now = start + Duration::from_millis(step as u64);
            sent.extend(mouse.flush(now).0);
        }
        assert_eq!(sent.len(), 7);
        assert_eq!(sent[..2], [moved(0), moved(16)]);
        let (nothing, due) = mouse.flush(start + Duration::from_millis(99));
        assert_eq!((nothing, due), (vec![], Some(start + Duration::from_millis(112))));
        assert_eq!(mouse.flush(start + Duration::from_millis(112)), (vec![moved(99)], None));
        assert_eq!(mouse.flush(start + Duration::from_secs(1)), (vec![], None));
    }

    #[test]
    fn a_button_carries_its_place_and_goes_at_once() {
        let (mut mouse, now) = (Mouse::default(), Instant::now());
        mouse.move_to(at(1));
        mouse.flush(now);
        mouse.move_to(at(2));
        assert_eq!(mouse.button(Button::Left, true, at(3)), [button(true, 3)]);
        assert_eq!(mouse.flush(now + Duration::from_secs(1)).0, [], "the older place must not follow");
        assert!(!mouse.is_idle());
        assert_eq!(mouse.button(Button::Left, true, at(4)), []);
        assert_eq!(mouse.button(Button::Left, false, at(9)), [button(false, 9)]);
        assert_eq!(mouse.button(Button::Left, false, at(9)), [], "never pressed there");
        assert!(mouse.is_idle());
    }

    #[test]
    fn turns_add_up_and_nothing_is_lost() {
        let (mut mouse, start) = (Mouse::default(), Instant::now());
        mouse.turn(0.0, 1.0, at(1));
        mouse.turn(-1.0, 1.0, at(1));
        assert_eq!(mouse.flush(start).0, [turned(-120, 240)]);
        let mut down = 0;
        for step in 1..=600_u32 {
            mouse.turn_points(0.0, 0.3, at(1));
            for wish in mouse.flush(start + PACE * step).0 {
                let Wish::Act(Input::Scroll { down: part, .. }) = wish else { panic!("{wish:?}") };
                down += i32::from(part);
            }
        }
        assert!((359..=360).contains(&down), "{down}");
    }

    #[test]
    fn a_turn_goes_before_the_click_that_follows_it() {
        let mut mouse = Mouse::default();
        mouse.turn(0.0, 1.0, at(1));
        assert_eq!(mouse.button(Button::Left, true, at(3)), [turned(0, 120), button(true, 3)]);
    }
}
