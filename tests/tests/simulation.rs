//! Broker, client and console in a made-up world, over and over; see `farhand_tests::simulation`.

use farhand_tests::simulation::{Run, Totals, command, run, run_caught};

/// Runs these seeds on two threads and adds up what happened.
fn run_all(seeds: std::ops::Range<u64>) -> Totals {
    let half = |parity: u64| -> Vec<(u64, Run)> {
        seeds.clone().filter(|seed| seed % 2 == parity).map(|seed| (seed, run_caught(seed))).collect()
    };
    let runs = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut runs = half(0);
        runs.extend(other.join().expect("panics are caught"));
        runs
    });
    let mut totals = Totals::default();
    let mut failures = Vec::new();
    for (seed, run) in runs {
        totals.add(&run.totals);
        failures.extend(run.failure.map(|failure| format!("{}: {failure}", command(seed))));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    totals
}

#[test]
fn whatever_the_network_does_both_ends_keep_their_promises() {
    let totals = run_all(0..50);
    assert!(totals.losses > 50 && totals.returns > 50, "{totals}");
    assert!(totals.cuts > 20 && totals.hangs > 10 && totals.crashes > 10, "{totals}");
    assert!(totals.done > 1_000 && totals.survived > 10, "{totals}");
    assert!(totals.transfers > 10 && totals.said > 10, "{totals}");
}

#[test]
fn a_seed_gives_the_same_run_each_time() {
    for seed in [3, 1_000_003] {
        let (one, other) = (run(seed), run(seed));
        assert_eq!(one.lines, other.lines, "{}", command(seed));
        assert_eq!((one.trace, one.totals), (other.trace, other.totals), "{}", command(seed));
    }
}
