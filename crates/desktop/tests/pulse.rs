//! A desktop that hangs is noticed, and one that goes on as well.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use farhand_desktop::{Options, feel_pulse};
use farhand_testkit::x::XServer;

#[test]
fn a_server_that_hangs_is_noticed_within_two_seconds_and_so_is_its_return() {
    let server = XServer::xvfb(320, 200);
    let options = Options { display: Some(server.display().to_owned()), ..Options::default() };
    let mut pulse = feel_pulse(&options).unwrap().unwrap();
    // Nothing is said while all is well.
    let waker = pulse.waker();
    let begun = Instant::now();
    let waking = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(2500));
        waker.wake();
    });
    assert_eq!(pulse.change().unwrap(), None);
    assert!(begun.elapsed() >= Duration::from_millis(2400));
    waking.join().unwrap();
    for _ in 0..2 {
        server.hang(true);
        let stopped = Instant::now();
        assert_eq!(pulse.change().unwrap(), Some(false));
        // From one question to the next it is a second, and as long for the answer; the machine may be busy.
        let took = stopped.elapsed();
        assert!((Duration::from_millis(900)..Duration::from_secs(5)).contains(&took), "{took:?}");
        server.hang(false);
        assert_eq!(pulse.change().unwrap(), Some(true));
    }
    // The end of it can be waited for meanwhile, and so can its death.
    server.hang(true);
    assert_eq!(pulse.change().unwrap(), Some(false));
    pulse.waker().wake();
    assert_eq!(pulse.change().unwrap(), None);
    drop(server);
    assert!(pulse.change().is_err());
}
