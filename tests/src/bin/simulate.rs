//! `cargo xtask simulate` builds this and runs it.

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("the simulation belongs to the tests, which run on Linux");
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    use std::process::ExitCode;
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use clap::Parser;
    use farhand_tests::simulation::{self, Totals};

    #[derive(Parser)]
    struct Arguments {
        /// How many seeds
        #[arg(long, default_value_t = 1_000)]
        seeds: u64,
        /// The only seed; says all that happened
        #[arg(long)]
        seed: Option<u64>,
    }

    let arguments = Arguments::parse();
    if let Some(seed) = arguments.seed {
        let run = simulation::run(seed);
        for line in &run.lines {
            println!("{line}");
        }
        println!("{}", run.totals);
        let Some(failure) = run.failure else { return ExitCode::SUCCESS };
        eprintln!("{}: {failure}", simulation::command(seed));
        return ExitCode::FAILURE;
    }
    let next = AtomicU64::new(0);
    let work = || {
        let (mut totals, mut failed) = (Totals::default(), 0);
        loop {
            let seed = next.fetch_add(1, Relaxed);
            if seed >= arguments.seeds {
                return (totals, failed);
            }
            let run = simulation::run_caught(seed);
            totals.add(&run.totals);
            if let Some(failure) = run.failure {
                failed += 1;
                eprintln!("{}: {failure}", simulation::command(seed));
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut totals, mut failed) = (Totals::default(), 0);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let (of_one, failed_of_one) = worker.join().expect("a worker does not panic");
            totals.add(&of_one);
            failed += failed_of_one;
        }
    });
    println!("{} seeds: {totals}", arguments.seeds);
    if failed > 0 {
        eprintln!("{failed} seeds failed");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
