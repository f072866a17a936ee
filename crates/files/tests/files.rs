//! A source's pieces in a target, and everything that may be in the way.

#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

use std::collections::VecDeque;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use farhand_files::{Answer, Goes, Leftovers, Source, Stop, Target};
use farhand_proto::bounded::Bytes;
use farhand_proto::limits::SMALL_FILE;
use farhand_proto::transfer::{Existing, FileProblem, ItemKind, ItemPath, Piece};

const LARGE: usize = SMALL_FILE as usize * 5 + 7;

fn contents(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 7 + index / 251) as u8).collect()
}

fn source(path: &Path) -> Source {
    Source::of(&[path.to_owned()], &Stop::default()).unwrap()
}

fn open(
    folder: &Path,
    existing: Existing,
    leftovers: Leftovers,
    asked: Option<&str>,
) -> Result<Target, FileProblem> {
    let goes = Goes { folder: folder.to_owned(), existing, leftovers, asked: asked.map(str::to_owned) };
    Target::open(goes, &Stop::default())
}

fn target(folder: &Path, existing: Existing, leftovers: Leftovers) -> Target {
    open(folder, existing, leftovers, None).unwrap()
}

/// Sends everything, and gives what became of each item.
fn send(source: &mut Source, target: &mut Target) -> Vec<Result<String, FileProblem>> {
    let mut settled = Vec::new();
    let mut is_finished = false;
    while let Some(piece) = source.next_piece() {
        let mut answers = VecDeque::new();
        target.take(piece, |answer| answers.push_back(answer));
        for answer in answers {
            match answer {
                Answer::GoOn { item, offset } => source.read_from(item, offset),
                Answer::Settled { item, result, .. } => {
                    if result.is_err() {
                        source.leave(item);
                    }
                    settled.push(result.map(|place| place.to_string()));
                }
                Answer::Wrote(_) => {}
                Answer::Finished => is_finished = true,
            }
        }
    }
    assert!(is_finished);
    settled
}

fn put(from: &Path, to: &Path, existing: Existing) -> Vec<Result<String, FileProblem>> {
    let mut source = source(from);
    let mut target = target(to, existing, Leftovers::Delete);
    send(&mut source, &mut target)
}

/// All that lies in a folder, by its path there.
fn listed(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            found.push(path.strip_prefix(folder).unwrap().display().to_string());
            if fs::symlink_metadata(&path).unwrap().is_dir() {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

struct Folders {
    _all: tempfile::TempDir,
    from: PathBuf,
    to: PathBuf,
}

fn folders() -> Folders {
    let all = tempfile::tempdir().unwrap();
    let (from, to) = (all.path().join("from"), all.path().join("to"));
    fs::create_dir(&from).unwrap();
    Folders { _all: all, from, to }
}

#[test]
fn a_folder_arrives_with_all_that_is_in_it_and_its_times() {
    let Folders { from, to, .. } = &folders();
    fs::create_dir_all(from.join("a/empty")).unwrap();
    fs::write(from.join("a/small.txt"), "small").unwrap();
    fs::write(from.join("a/nothing"), "").unwrap();
    fs::write(from.join("Žluť.bin"), contents(LARGE)).unwrap();
    let time = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(from.join("Žluť.bin")).unwrap().set_modified(time).unwrap();
    let settled = put(from, to, Existing::Keep);
    assert!(settled.iter().all(Result::is_ok), "{settled:?}");
    assert_eq!(
        listed(to),
        ["from", "from/a", "from/a/empty", "from/a/nothing", "from/a/small.txt", "from/Žluť.bin"]
    );
    assert_eq!(fs::read(to.join("from/Žluť.bin")).unwrap(), contents(LARGE));
    assert_eq!(fs::read(to.join("from/a/small.txt")).unwrap(), b"small");
    assert_eq!(fs::metadata(to.join("from/Žluť.bin")).unwrap().modified().unwrap(), time);
}

#[test]
fn what_is_there_stays_or_is_replaced() {
    let Folders { from, to, .. } = &folders();
    let file = from.join("a.txt");
    fs::write(&file, "old").unwrap();
    put(&file, to, Existing::Keep);
    fs::write(&file, "new").unwrap();
    let second = put(&file, to, Existing::Keep);
    assert_eq!(second, [Ok(to.join("a (2).txt").display().to_string())]);
    assert_eq!(fs::read(to.join("a.txt")).unwrap(), b"old");
    assert_eq!(fs::read(to.join("a (2).txt")).unwrap(), b"new");
    put(&file, to, Existing::Replace);
    assert_eq!(fs::read(to.join("a.txt")).unwrap(), b"new");
    put(from, to, Existing::Keep);
    put(from, to, Existing::Keep);
    put(from, to, Existing::Replace);
    assert_eq!(listed(to), ["a (2).txt", "a.txt", "from", "from (2)", "from (2)/a.txt", "from/a.txt"]);
}

#[test]
fn links_lead_nowhere_and_devices_stay() {
    let Folders { from, to, .. } = &folders();
    fs::create_dir(to).unwrap();
    let outside = tempfile::tempdir().unwrap();
    // A link in what is sent.
    fs::create_dir(from.join("d")).unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    symlink(outside.path().join("secret"), from.join("d/link")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(from.join("d/socket")).unwrap();
    let settled = put(&from.join("d"), to, Existing::Keep);
    assert_eq!(settled[1..], [Err(FileProblem::NotAFile), Err(FileProblem::NotAFile)]);
    assert_eq!(listed(to), ["d"]);
    // A link where it goes: to a folder, to a file, and to nothing.
    fs::remove_dir(to.join("d")).unwrap();
    fs::remove_file(from.join("d/link")).unwrap();
    fs::remove_file(from.join("d/socket")).unwrap();
    fs::write(from.join("d/file"), "mine").unwrap();
    symlink(outside.path(), to.join("d")).unwrap();
    let settled = put(&from.join("d"), to, Existing::Replace);
    assert_eq!(settled, [Err(FileProblem::InTheWay), Err(FileProblem::InTheWay)]);
    symlink(outside.path().join("secret"), to.join("file")).unwrap();
    assert_eq!(put(&from.join("d/file"), to, Existing::Replace), [Err(FileProblem::InTheWay)]);
    assert!(put(&from.join("d/file"), to, Existing::Keep)[0].is_ok(), "beside it");
    assert_eq!(listed(outside.path()), ["secret"]);
    assert_eq!(fs::read(outside.path().join("secret")).unwrap(), b"secret");
}

#[test]
fn a_peer_can_not_choose_a_place_outside() {
    // What is no path can't even be made: see farhand_proto::transfer::ItemPath.
    let Folders { to, .. } = &folders();
    let mut target = target(to, Existing::Replace, Leftovers::Delete);
    let mut answers = Vec::new();
    let path = ItemPath::new("a/b/c").unwrap();
    let kind = ItemKind::File { size: 1, modified: 0 };
    // The folders were never announced.
    target.take(Piece::Item { item: 0, path, kind }, |answer| answers.push(answer));
    target.take(Piece::Data { item: 0, offset: 0, data: Bytes::new([1]).unwrap() }, |answer| {
        answers.push(answer);
    });
    target.take(Piece::Digest { item: 0, sha256: [0; 32] }, |answer| answers.push(answer));
    answers.retain(|answer| !matches!(answer, Answer::Wrote(_)));
    assert!(
        matches!(answers[..], [Answer::Settled { item: 0, result: Err(FileProblem::Damaged), .. }]),
        "{answers:?}"
    );
    assert_eq!(listed(to), ["a", "a/b"]);
}

#[test]
fn what_is_asked_for_gets_no_other_name() {
    let Folders { to, .. } = &folders();
    let settled = |asked: &str, paths: &[&str]| -> Vec<Result<(), FileProblem>> {
        let mut target = open(to, Existing::Replace, Leftovers::Delete, Some(asked)).unwrap();
        let mut results = Vec::new();
        for (item, path) in (0..).zip(paths) {
            let path = ItemPath::new(*path).unwrap();
            target.take(Piece::Item { item, path, kind: ItemKind::Folder }, |answer| {
                if let Answer::Settled { result, .. } = answer {
                    results.push(result.map(drop));
                }
            });
        }
        results
    };
    let refused = || Err(FileProblem::Name);
    for asked in ["docs", "~/docs", "/mnt/eva/docs/", "C:\\Users\\Eva\\docs", "./docs"] {
        assert_eq!(
            settled(asked, &["docs", "docs/a", ".bashrc", "other/a"]),
            [Ok(()), Ok(()), refused(), refused()]
        );
    }
    // The other end says what a home or a whole disk is called, but hides nothing and says it once.
    for asked in ["~", "/", ".", "..", "C:\\", ""] {
        assert_eq!(
            settled(asked, &[".ssh", "eva", "eva/a", "b"]),
            [refused(), Ok(()), Ok(()), refused()],
            "{asked}"
        );
    }
}

#[test]
fn a_large_file_goes_on_where_it_stopped_unless_it_changed() {
    let Folders { from, to, .. } = &folders();
    let file = from.join("large.bin");
    fs::write(&file, contents(LARGE)).unwrap();
    let part = |leftovers| {
        let mut source = source(&file);
        let mut target = target(to, Existing::Keep, leftovers);
        let mut offsets = Vec::new();
        let mut taken = 0;
        while taken < 2 * SMALL_FILE {
            let piece = source.next_piece().unwrap();
            if let Piece::Data { data, .. } = &piece {
                taken += data.len() as u64;
            }
            target.take(piece, |answer| match answer {
                Answer::GoOn { item, offset } => {
                    offsets.push(offset);
                    source.read_from(item, offset);
                }
                Answer::Wrote(_) => {}
                Answer::Settled { .. } | Answer::Finished => panic!("half a file"),
            });
        }
        offsets
    };
    assert_eq!(part(Leftovers::Delete), [0]);
    assert_eq!(listed(to), [""; 0], "nothing half stays");
    assert_eq!(part(Leftovers::Keep), [0]);
    let left = listed(to);
    assert!(left.len() == 1 && left[0].ends_with(".farhand-part"), "{left:?}");
    let goes_on = part(Leftovers::Keep);
    assert!(goes_on.len() == 1 && goes_on[0] >= 2 * SMALL_FILE, "{goes_on:?}");
    let settled = put(&file, to, Existing::Keep);
    assert_eq!(settled, [Ok(to.join("large.bin").display().to_string())]);
    assert_eq!(fs::read(to.join("large.bin")).unwrap(), contents(LARGE));
    assert_eq!(listed(to), ["large.bin"]);
    // What was damaged meanwhile is noticed, and nothing of it stays.
    assert_eq!(part(Leftovers::Keep), [0]);
    let half = listed(to).into_iter().find(|name| name.ends_with("part")).unwrap();
    let mut bytes = fs::read(to.join(&half)).unwrap();
    bytes[5] ^= 1;
    fs::write(to.join(&half), bytes).unwrap();
    assert_eq!(put(&file, to, Existing::Keep), [Err(FileProblem::Damaged)]);
    assert_eq!(listed(to), ["large.bin"]);
    // Another version starts from its beginning.
    assert_eq!(part(Leftovers::Keep), [0]);
    let time = UNIX_EPOCH + Duration::from_secs(1);
    fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
    assert_eq!(part(Leftovers::Delete), [0]);
}

#[test]
fn a_half_file_stays_when_the_next_transfer_is_stopped_before_it_goes_on() {
    /// Enough for a part to be of use, and not all.
    const PIECES: usize = 2 + SMALL_FILE as usize * 2 / farhand_proto::limits::MAX_FILE_CHUNK;
    let Folders { from, to, .. } = &folders();
    let file = from.join("large");
    fs::write(&file, contents(LARGE)).unwrap();
    let take = |target: &mut Target, pieces: usize| {
        let mut source = source(&file);
        for _ in 0..pieces {
            let Some(piece) = source.next_piece() else { break };
            target.take(piece, |answer| {
                if let Answer::GoOn { item, offset } = answer {
                    source.read_from(item, offset);
                }
            });
        }
    };
    take(&mut target(to, Existing::Keep, Leftovers::Keep), PIECES);
    let half = listed(to);
    assert_eq!(half.len(), 1);
    let stop = Stop::default();
    let (existing, leftovers) = (Existing::Keep, Leftovers::Keep);
    let mut next =
        Target::open(Goes { folder: to.clone(), existing, leftovers, asked: None }, &stop).unwrap();
    stop.set();
    take(&mut next, PIECES);
    drop(next);
    assert_eq!(listed(to), half);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_read_anew() {
    let Folders { from, to, .. } = &folders();
    let file = from.join("log");
    fs::write(&file, contents(LARGE)).unwrap();
    let mut source = source(&file);
    let mut target = target(to, Existing::Keep, Leftovers::Delete);
    for _ in 0..2 {
        let piece = source.next_piece().unwrap();
        target.take(piece, |answer| {
            if let Answer::GoOn { item, offset } = answer {
                source.read_from(item, offset);
            }
        });
    }
    fs::write(&file, contents(LARGE + 9)).unwrap();
    let settled = send(&mut source, &mut target);
    assert_eq!(settled, [Err(FileProblem::Again), Ok(to.join("log").display().to_string())]);
    assert_eq!(fs::read(to.join("log")).unwrap(), contents(LARGE + 9));
}

/// Two transfers that go piece by piece, in turn; gives what became of the files of both.
fn send_in_turn(sources: [&Path; 2], to: &Path) -> Vec<Result<String, FileProblem>> {
    let mut ends = sources.map(|from| (source(from), target(to, Existing::Keep, Leftovers::Keep)));
    let mut settled = Vec::new();
    loop {
        let mut any = false;
        for (source, target) in &mut ends {
            let Some(piece) = source.next_piece() else { continue };
            any = true;
            target.take(piece, |answer| match answer {
                Answer::GoOn { item, offset } => source.read_from(item, offset),
                Answer::Settled { result, .. } => settled.push(result.map(|place| place.to_string())),
                Answer::Wrote(_) | Answer::Finished => {}
            });
        }
        if !any {
            return settled;
        }
    }
}

#[test]
fn two_transfers_of_files_that_look_the_same_keep_apart() {
    for length in [100, LARGE] {
        let Folders { from, to, .. } = &folders();
        let files = ["one", "two"].map(|folder| from.join(folder).join("report"));
        let mut contents = [contents(length), contents(length)];
        contents[1][length / 2] ^= 0xFF;
        for (file, contents) in files.iter().zip(&contents) {
            fs::create_dir(file.parent().unwrap()).unwrap();
            fs::write(file, contents).unwrap();
            let written = fs::File::options().write(true).open(file).unwrap();
            written.set_modified(UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
        }
        let settled = send_in_turn([&files[0], &files[1]], to);
        assert!(settled.iter().all(Result::is_ok), "{settled:?}");
        assert_eq!(listed(to), ["report", "report (2)"]);
        let mut arrived = [fs::read(to.join("report")).unwrap(), fs::read(to.join("report (2)")).unwrap()];
        arrived.sort();
        contents.sort();
        assert!(arrived == contents, "{length} bytes");
    }
}

#[test]
fn a_folder_that_becomes_a_link_in_the_middle_leads_nowhere() {
    let Folders { from, to, .. } = &folders();
    let outside = tempfile::tempdir().unwrap();
    for folder in ["d", "d/deep"] {
        fs::create_dir(from.join(folder)).unwrap();
        for name in ["1", "2", "3"] {
            fs::write(from.join(folder).join(name), name).unwrap();
        }
    }
    let mut source = source(&from.join("d"));
    let mut target = target(to, Existing::Keep, Leftovers::Delete);
    // Begin, the folder, and a file of one piece with its digest.
    for _ in 0..5 {
        target.take(source.next_piece().unwrap(), |_| ());
    }
    assert_eq!(listed(to), ["d", "d/1"]);
    fs::rename(to.join("d"), to.join("gone")).unwrap();
    symlink(outside.path(), to.join("d")).unwrap();
    let settled = send(&mut source, &mut target);
    assert!(settled.iter().all(|result| *result == Err(FileProblem::InTheWay)), "{settled:?}");
    assert_eq!(listed(outside.path()), [""; 0]);
}

#[test]
fn a_folder_that_becomes_a_link_while_it_is_read_gives_nothing_of_where_it_leads() {
    let Folders { from, to, .. } = &folders();
    let private = tempfile::tempdir().unwrap();
    fs::create_dir_all(from.join("tree/b")).unwrap();
    fs::write(from.join("tree/a"), "a").unwrap();
    fs::write(from.join("tree/b/file"), "open").unwrap();
    fs::write(private.path().join("file"), "mine").unwrap();
    let mut source = source(&from.join("tree"));
    let mut target = target(to, Existing::Keep, Leftovers::Delete);
    target.take(source.next_piece().unwrap(), |_| ());
    fs::remove_dir_all(from.join("tree/b")).unwrap();
    symlink(private.path(), from.join("tree/b")).unwrap();
    let settled = send(&mut source, &mut target);
    assert_eq!(settled.last(), Some(&Err(FileProblem::Changed)), "{settled:?}");
    assert_eq!(listed(to), ["tree", "tree/a", "tree/b"]);
}

#[test]
fn a_file_that_is_not_as_large_as_the_system_says_is_no_success() {
    let Folders { to, .. } = &folders();
    for file in ["/proc/self/status", "/sys/kernel/mm/transparent_hugepage/enabled"] {
        if !Path::new(file).exists() {
            continue;
        }
        let settled = put(Path::new(file), to, Existing::Keep);
        assert!(matches!(settled[..], [Err(FileProblem::System(_))]), "{file}: {settled:?}");
        assert_eq!(listed(to), [""; 0]);
    }
}

#[test]
fn what_can_not_be_read_or_written_is_said() {
    let Folders { from, to, .. } = &folders();
    assert_eq!(Source::of(&[from.join("gone")], &Stop::default()).unwrap_err(), FileProblem::NotFound);
    let file = from.join("a");
    fs::write(&file, "a").unwrap();
    fs::write(to, "a file where a folder should be").unwrap();
    let refused = open(to, Existing::Keep, Leftovers::Delete, None).unwrap_err();
    assert_eq!(refused, FileProblem::InTheWay);
    fs::remove_file(to).unwrap();
    // Disks that are full and systems that can't be written to, as far as every Linux has them.
    let full = Path::new("/dev/full");
    assert_eq!(fs::write(full, "x").unwrap_err().kind(), std::io::ErrorKind::StorageFull);
    let refused = open(Path::new("/proc/farhand"), Existing::Keep, Leftovers::Delete, None).unwrap_err();
    assert!(matches!(refused, FileProblem::NotFound | FileProblem::Denied), "{refused:?}");
    // Root may read everything.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&file).is_err() {
        assert_eq!(put(from, to, Existing::Keep)[1], Err(FileProblem::Denied));
    }
}

#[test]
fn a_path_that_is_too_long_to_travel_stops_nothing_else() {
    let Folders { from, to, .. } = &folders();
    let deep: PathBuf = std::iter::repeat_n("d".repeat(200), 5).collect();
    fs::create_dir_all(from.join("tree").join(&deep).join("e".repeat(100))).unwrap();
    let last = format!("{}.txt", "x".repeat(60));
    fs::write(from.join("tree").join(&deep).join(last), "too deep").unwrap();
    fs::write(from.join("tree/z"), "z").unwrap();
    let settled = put(&from.join("tree"), to, Existing::Keep);
    let refused: Vec<_> = settled.iter().filter_map(|result| result.as_ref().err()).collect();
    assert_eq!(refused.len(), 2, "{settled:?}");
    for why in refused {
        assert!(why.to_string().contains("too long to travel"), "{why}");
    }
    assert_eq!(fs::read(to.join("tree/z")).unwrap(), b"z");
}

#[test]
fn a_file_that_becomes_a_pipe_is_not_waited_for() {
    let Folders { from, to, .. } = &folders();
    fs::write(from.join("a"), "a").unwrap();
    fs::write(from.join("b"), "b").unwrap();
    let mut source = source(from);
    fs::remove_file(from.join("a")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(from.join("a")).status().unwrap().success());
    let settled = send(&mut source, &mut target(to, Existing::Keep, Leftovers::Delete));
    assert!(matches!(settled[..], [Ok(_), Err(FileProblem::NotFound), Ok(_)]), "{settled:?}");
}

#[test]
fn two_names_that_are_the_same_here_do_not_replace_each_other() {
    let Folders { from, to, .. } = &folders();
    fs::create_dir_all(to.join("from")).unwrap();
    fs::write(to.join("from/a_b"), "from before").unwrap();
    fs::write(from.join("a\\b"), "one").unwrap();
    fs::write(from.join("a_b"), "two").unwrap();
    let settled = put(from, to, Existing::Replace);
    assert!(settled.iter().all(Result::is_ok), "{settled:?}");
    assert_eq!(listed(to), ["from", "from/a_b", "from/a_b (2)"]);
    assert_eq!(fs::read(to.join("from/a_b")).unwrap(), b"one");
    assert_eq!(fs::read(to.join("from/a_b (2)")).unwrap(), b"two");
}
