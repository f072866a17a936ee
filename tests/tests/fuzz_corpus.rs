//! What fuzzing has found, and what it starts from, fed to every parser without a fuzzer.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use farhand_tests::fuzz::{TARGETS, target};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz").join(name)
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn every_target_takes_its_corpus() {
    for (name, _) in TARGETS {
        let corpus = folder("corpus").join(name);
        let files = names(&corpus);
        assert!(files.len() >= 3, "{name} has only {} files", files.len());
        for file in files {
            let data = std::fs::read(corpus.join(&file)).unwrap();
            let run = std::panic::catch_unwind(|| target(name)(&data));
            assert!(run.is_ok(), "fuzz/corpus/{name}/{file} breaks a promise");
        }
    }
}

#[test]
fn targets_programs_and_corpora_belong_together() {
    let known: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(known.len(), TARGETS.len(), "a name stands there twice");
    let programs = names(&folder("fuzz_targets")).into_iter();
    let programs: BTreeSet<String> = programs.map(|file| file.trim_end_matches(".rs").to_owned()).collect();
    assert_eq!(programs, known);
    assert_eq!(names(&folder("corpus")), known);
    for name in &known {
        let program = std::fs::read_to_string(folder("fuzz_targets").join(format!("{name}.rs"))).unwrap();
        assert!(program.contains(&format!("target(\"{name}\")")), "{name} calls another target");
    }
}

#[test]
fn the_corpus_stays_small() {
    let mut total = 0;
    for (name, _) in TARGETS {
        let corpus = folder("corpus").join(name);
        total += names(&corpus)
            .iter()
            .map(|file| std::fs::metadata(corpus.join(file)).unwrap().len())
            .sum::<u64>();
    }
    assert!(total < 300 * 1024, "{total} bytes");
}
