//! Wheels that turn as buttons.
//!
//! On X11 a wheel is an axis or four buttons. Of the buttons winit makes a turn when they go down and another when they
//! come up; it tells of the buttons themselves before.

use std::collections::VecDeque;

use winit::event::{DeviceEvent, ElementState, MouseScrollDelta, WindowEvent};

/// The first and the last button that is a wheel.
const WHEELS: std::ops::RangeInclusive<u32> = 4..=7;

/// Buttons that went down or came up, and whose turns are still to come.
#[derive(Debug, Default)]
pub(crate) struct Wheel(VecDeque<(u32, ElementState)>);

impl Wheel {
    /// Notes what the mouse itself did.
    pub(crate) fn note(&mut self, event: &DeviceEvent) {
        if let DeviceEvent::Button { button, state } = event
            && cfg!(target_os = "linux")
            && WHEELS.contains(button)
        {
            self.0.push_back((*button, *state));
        }
    }

    /// Whether this event is but a wheel's button that comes up.
    pub(crate) fn is_echo(&mut self, event: &WindowEvent) -> bool {
        let WindowEvent::MouseWheel { delta: MouseScrollDelta::LineDelta(right, down), .. } = event else {
            return false;
        };
        let button = match (right.partial_cmp(&0.0), down.partial_cmp(&0.0)) {
            (_, Some(std::cmp::Ordering::Greater)) => 4,
            (_, Some(std::cmp::Ordering::Less)) => 5,
            (Some(std::cmp::Ordering::Greater), _) => 6,
            _ => 7,
        };
        let Some(index) = self.0.iter().position(|(noted, _)| *noted == button) else { return false };
        // What was noted before turned over another window.
        self.0.drain(..=index).next_back().is_some_and(|(_, state)| state == ElementState::Released)
    }

    /// All events have been handed over.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use winit::event::{DeviceId, TouchPhase};

    use super::*;

    fn button(wheel: &mut Wheel, button: u32, state: ElementState) {
        wheel.note(&DeviceEvent::Button { button, state });
    }

    fn is_echo(wheel: &mut Wheel, right: f32, down: f32) -> bool {
        let delta = MouseScrollDelta::LineDelta(right, down);
        let (device_id, phase) = (DeviceId::dummy(), TouchPhase::Moved);
        wheel.is_echo(&WindowEvent::MouseWheel { device_id, delta, phase })
    }

    #[test]
    fn a_button_turns_once() {
        let mut wheel = Wheel::default();
        for (number, right, down) in [(4, 0.0, 1.0), (5, 0.0, -1.0), (6, 1.0, 0.0), (7, -1.0, 0.0)] {
            button(&mut wheel, number, ElementState::Pressed);
            button(&mut wheel, number, ElementState::Released);
            assert!(!is_echo(&mut wheel, right, down));
            assert!(is_echo(&mut wheel, right, down));
        }
    }

    #[test]
    fn an_axis_and_other_windows_are_left_alone() {
        let mut wheel = Wheel::default();
        assert!(!is_echo(&mut wheel, 0.0, -0.25));
        button(&mut wheel, 1, ElementState::Released);
        assert!(!is_echo(&mut wheel, 0.0, 1.0));
        button(&mut wheel, 4, ElementState::Released);
        wheel.clear();
        assert!(!is_echo(&mut wheel, 0.0, 1.0));
    }
}
