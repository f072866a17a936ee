//! `cargo xtask bench` builds the programs and runs this.

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("the benchmarks need an X server of their own, which there is on Linux");
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    use std::path::PathBuf;

    use clap::Parser;
    use farhand_tests::bench;

    #[derive(Parser)]
    struct Arguments {
        /// Which: start, present, flood, resume, reach, codec, picture
        name: String,
        /// Where the programs are
        #[arg(long)]
        programs: PathBuf,
        /// How often to measure
        #[arg(long, default_value_t = 5)]
        runs: usize,
        /// The scenes to measure, with commas between them
        #[arg(long)]
        only: Option<String>,
        /// Where to write the figures as JSON
        #[arg(long)]
        json: Option<PathBuf>,
        /// Where to draw them
        #[arg(long)]
        svg: Option<PathBuf>,
    }

    if bench::present::show() {
        return std::process::ExitCode::SUCCESS;
    }
    let arguments = Arguments::parse();
    let setup = bench::Setup { programs: arguments.programs, runs: arguments.runs, only: arguments.only };
    let (title, figures) = match arguments.name.as_str() {
        bench::codec::TITLE => (bench::codec::TITLE, bench::codec::run(&setup)),
        bench::picture::TITLE => (bench::picture::TITLE, bench::picture::run(&setup)),
        bench::start::TITLE => (bench::start::TITLE, bench::start::run(&setup)),
        bench::present::TITLE => (bench::present::TITLE, bench::present::run(&setup)),
        bench::flood::TITLE => (bench::flood::TITLE, bench::flood::run(&setup)),
        bench::resume::TITLE => (bench::resume::TITLE, bench::resume::run(&setup)),
        bench::reach::TITLE => (bench::reach::TITLE, bench::reach::run(&setup)),
        other => {
            let known = [
                bench::start::TITLE,
                bench::present::TITLE,
                bench::flood::TITLE,
                bench::resume::TITLE,
                bench::reach::TITLE,
                bench::codec::TITLE,
                bench::picture::TITLE,
            ]
            .join(", ");
            eprintln!("there is no benchmark {other:?}; there are: {known}");
            return std::process::ExitCode::FAILURE;
        }
    };
    bench::print(title, &figures);
    let json = arguments.json.map(|path| (bench::write(&path, title, &figures), path));
    let svg = arguments.svg.map(|path| (std::fs::write(&path, bench::picture::plot(&figures)), path));
    let mut code = std::process::ExitCode::SUCCESS;
    for (written, path) in json.into_iter().chain(svg) {
        if let Err(error) = written {
            eprintln!("{} can't be written: {error}", path.display());
            code = std::process::ExitCode::FAILURE;
        }
    }
    code
}
