//! The pointer of an X11 desktop: moves, buttons and wheels, through enigo.

use enigo::{Axis, Coordinate, Direction, Enigo, InputError, Mouse as _, Settings};
use farhand_proto::input::Button;
use farhand_proto::screen::Point;

use crate::{InjectError, OpenError};

/// Turns wheels by whole notches, keeping what is left of 1/120 parts.
const NOTCH: i32 = 120;

/// Moves and presses the pointer.
pub(super) struct Pointer {
    enigo: Enigo,
    down: Vec<Button>,
    /// 1/120 notches to the right and downwards that have not made a whole one.
    left_over: (i32, i32),
}

impl Pointer {
    pub(super) fn open(display: &str) -> Result<Self, OpenError> {
        let settings = Settings { x11_display: Some(display.to_owned()), ..Settings::default() };
        let enigo = Enigo::new(&settings).map_err(|error| OpenError::Unreachable {
            display: display.to_owned(),
            reason: format!("its pointer can't be moved: {error}"),
        })?;
        Ok(Self { enigo, down: Vec::new(), left_over: (0, 0) })
    }

    pub(super) fn move_to(&mut self, at: Point) -> Result<(), InjectError> {
        let clamp = |at: i32| at.clamp(0, i32::from(i16::MAX));
        self.enigo.move_mouse(clamp(at.x), clamp(at.y), Coordinate::Abs).map_err(refused("move the pointer"))
    }

    pub(super) fn button(&mut self, button: Button, pressed: bool) -> Result<(), InjectError> {
        if self.down.contains(&button) == pressed {
            return Ok(());
        }
        let direction = if pressed { Direction::Press } else { Direction::Release };
        self.enigo.button(name(button), direction).map_err(refused("press a button"))?;
        self.down.retain(|down| *down != button);
        if pressed {
            self.down.push(button);
        }
        Ok(())
    }

    /// Turns the wheels by so many 1/120 notches.
    pub(super) fn scroll(&mut self, right: i16, down: i16) -> Result<(), InjectError> {
        let right = whole_notches(&mut self.left_over.0, right);
        let down = whole_notches(&mut self.left_over.1, down);
        for (notches, axis) in [(right, Axis::Horizontal), (down, Axis::Vertical)] {
            if notches != 0 {
                self.enigo.scroll(notches, axis).map_err(refused("turn the wheel"))?;
            }
        }
        Ok(())
    }

    pub(super) fn release_all(&mut self) -> Result<(), InjectError> {
        while let Some(button) = self.down.last() {
            self.button(*button, false)?;
        }
        Ok(())
    }
}

/// Adds to what is left over and takes the whole notches out. Turning back forgets a rest of the other direction.
fn whole_notches(left_over: &mut i32, turn: i16) -> i32 {
    let turn = i32::from(turn);
    if turn.signum() * left_over.signum() < 0 {
        *left_over = 0;
    }
    *left_over += turn;
    let notches = *left_over / NOTCH;
    *left_over -= notches * NOTCH;
    notches
}

fn name(button: Button) -> enigo::Button {
    match button {
        Button::Left => enigo::Button::Left,
        Button::Middle => enigo::Button::Middle,
        Button::Right => enigo::Button::Right,
        Button::Back => enigo::Button::Back,
        Button::Forward => enigo::Button::Forward,
    }
}

/// enigo does not tell why the server refused; the keyboard's connection, asked before and after, tells a dead one.
fn refused(what: &'static str) -> impl FnOnce(InputError) -> InjectError {
    move |error| InjectError::Server { what, reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_notch_add_up_and_nothing_is_lost() {
        let mut left_over = 0;
        let turned = [40, 40, 40, 300, -60].map(|turn| whole_notches(&mut left_over, turn));
        assert_eq!(turned, [0, 0, 1, 2, 0]);
        assert_eq!(left_over, -60);
    }
}
