//! The desktop that needs no system behaves as the real ones do.

use std::time::{Duration, Instant};

use farhand_desktop::{CaptureBackend, InjectError, LocalInputError, Options, ScreenError, dummy};
use farhand_proto::bounded::Text;
use farhand_proto::input::{Button, Input, Key};
use farhand_proto::screen::{Picture, Point, Rect, Size};

const SIZE: Size = Size { width: 320, height: 200 };
const LONG: Duration = Duration::from_secs(20);

#[test]
fn the_picture_is_what_its_number_says_after_every_change() {
    let (mut desktop, stage) = dummy::open_still(SIZE);
    let area = Rect::of_size(SIZE);
    let mut picture = Picture::new(SIZE);
    for _ in 0..40 {
        let changes = desktop.screen.wait(LONG).unwrap();
        desktop.screen.grab(area, &changes.damage, &mut picture).unwrap();
        for (index, pixel) in (0..).zip(picture.pixels()) {
            let at = Point { x: index % 320, y: index / 320 };
            assert_eq!(*pixel, dummy::pixel(stage.frame(), SIZE, at), "at {at:?}");
        }
        stage.advance();
    }
}

#[test]
fn it_tells_the_first_screen_then_only_what_changes() {
    let (mut desktop, stage) = dummy::open_still(SIZE);
    let first = desktop.screen.wait(Duration::ZERO).unwrap();
    assert_eq!(first.damage.bounds(), Rect::of_size(SIZE));
    assert!(first.pointer_shape.unwrap().is_consistent() && first.pointer_at.is_some());
    assert!(desktop.screen.wait(Duration::ZERO).unwrap().is_empty());
    let at = Point { x: 9, y: 8 };
    desktop.injector.inject(&Input::Move(at)).unwrap();
    assert_eq!(desktop.screen.wait(LONG).unwrap().pointer_at, Some(at));
    let larger = Size { width: 400, height: 300 };
    stage.resize(larger);
    let resized = desktop.screen.wait(LONG).unwrap();
    assert!(resized.layout && resized.damage.bounds() == Rect::of_size(larger));
    assert_eq!(desktop.screen.layout().desktop, larger);
    desktop.screen.waker().wake();
    assert!(desktop.screen.wait(LONG).unwrap().woken);
}

#[test]
fn input_is_noted_and_released_at_the_end() {
    let (mut desktop, stage) = dummy::open_still(SIZE);
    let at = Point { x: 1, y: 2 };
    let inputs = [
        Input::Key { key: Key::Char('a'), pressed: true },
        Input::Button { button: Button::Left, pressed: true, at },
        Input::Text(Text::truncated("ž")),
    ];
    for input in &inputs {
        desktop.injector.inject(input).unwrap();
    }
    assert_eq!(stage.inputs(), inputs);
    assert!(stage.wait_for_inputs(LONG, |inputs| inputs.len() == 3));
    assert_eq!(stage.held(), (vec![Key::Char('a')], vec![Button::Left]));
    drop(desktop.injector);
    assert_eq!(stage.held(), (vec![], vec![]));
}

#[test]
fn the_person_acts_and_the_desktop_ends() {
    let (mut desktop, stage) = dummy::open_still(SIZE);
    assert!(!desktop.local_input.wait(Duration::ZERO).unwrap());
    stage.person_acts();
    assert!(desktop.local_input.wait(LONG).unwrap());
    let waker = desktop.local_input.waker();
    let start = Instant::now();
    waker.wake();
    assert!(!desktop.local_input.wait(LONG).unwrap());
    assert!(start.elapsed() < LONG);
    stage.end();
    assert!(matches!(desktop.local_input.wait(LONG), Err(LocalInputError::DisplayGone)));
    assert!(matches!(desktop.screen.wait(LONG), Err(ScreenError::DisplayGone)));
    let injected = desktop.injector.inject(&Input::ReleaseAll);
    assert!(matches!(injected, Err(InjectError::DisplayGone)));
}

#[test]
fn it_is_opened_by_name_and_moves_by_itself() {
    let capture = CaptureBackend::from_name("Dummy").unwrap();
    let mut desktop =
        farhand_desktop::open(&Options { display: None, capture, ..Options::default() }).unwrap();
    desktop.screen.wait(LONG).unwrap();
    assert!(!desktop.screen.wait(LONG).unwrap().damage.is_empty());
}
