//! Words, copied text and files between the two programs, on real desktops and disks.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use farhand_testkit::x::{ScratchDir, XServer, eventually};
use farhand_tests::{Client, Console, Operator, Outcome, Process, Ready, Relay};

/// A customer with a home of their own, who allows everything.
struct Bench {
    client: Client,
    relay: Relay,
    operator: Operator,
    server: XServer,
    home: ScratchDir,
    ready: Ready,
}

const WINDOW: [&str; 2] = ["--resume-window", "30"];

impl Bench {
    fn new() -> Self {
        let relay = Relay::start();
        let operator = relay.add_operator("anna");
        let server = XServer::xvfb(640, 480);
        let home = ScratchDir::new();
        fs::create_dir(home.path().join("Downloads")).expect("the folder is ours");
        let mut command = server.command(&Client::program());
        Client::with(&mut command, &relay);
        command.args(WINDOW).args(["--commands"]);
        command.env("HOME", home.path()).env_remove("XDG_CONFIG_HOME");
        let mut client = Client::start_as(&mut command);
        let ready = client.ready();
        Self { client, relay, operator, server, home, ready }
    }

    fn console(&mut self, script: &str) -> Process {
        let console = Console::new(&self.relay, &self.operator, &self.ready);
        let console = console.change(|command| command.args(WINDOW)).start(script);
        self.client.process.event("asked");
        self.client.say("allow view,control,clipboard,files");
        console
    }

    fn downloads(&self) -> PathBuf {
        self.home.path().join("Downloads")
    }

    /// What a program on the customer's desktop pastes.
    fn pasted(&self) -> Option<String> {
        let output = self.xclip(&["-o"]).stderr(Stdio::null()).output().expect("xclip runs");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The person copies a text in some program.
    fn copy(&self, text: &str) {
        let mut copies = self.xclip(&["-i"]);
        let mut child = copies.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("xclip runs");
        std::io::Write::write_all(&mut child.stdin.take().expect("piped"), text.as_bytes())
            .expect("it reads");
        assert!(child.wait().expect("it ends").success());
    }

    fn xclip(&self, arguments: &[&str]) -> Command {
        let mut command = self.server.command("xclip");
        command.args(["-selection", "clipboard"]).args(arguments);
        command
    }
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

/// Bytes that repeat nowhere soon.
fn contents(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

#[test]
fn words_and_copied_text_go_both_ways() {
    let mut bench = Bench::new();
    let mut console =
        bench.console("say 'Dobrý den,\\nslyšíte mě?'\nwait said\ncopy 'zkopírováno: ř €'\npaste\nstay\n");
    let said = bench.client.process.event("said");
    assert_eq!(said["text"], "Dobrý den,\nslyšíte mě?");
    bench.client.say("say Ano, slyším.");
    bench.client.process.event("heard");
    assert_eq!(console.event("said")["text"], "Ano, slyším.");
    eventually("the text in the customer's clipboard", || {
        (bench.pasted().as_deref() == Some("zkopírováno: ř €")).then_some(())
    });
    // What came from there does not go back; what the person copies does.
    bench.copy("od zákazníka ž\n");
    assert_eq!(console.event("clipboard")["text"], "od zákazníka ž\n");
    // More than one piece of any selection.
    let long = "žluťoučký kůň ".repeat(20_000);
    bench.copy(&long);
    // Without the grant nothing more is told or taken.
    bench.client.say("take clipboard");
    bench.client.process.event_where("allowed", |event| event["grants"] == "view,control");
    bench.copy("secret");
    bench.client.say("end");
    let outcome = Outcome::of(console);
    assert_eq!(outcome.code, Some(0));
    assert!(!outcome.process.transcript().contains("secret"));
    assert!(!bench.client.process.transcript().contains("zkopírováno"), "a copied text is in the log");
}

#[test]
fn a_long_text_is_copied_whole_and_a_longer_one_refused() {
    let mut bench = Bench::new();
    let long = "žluťoučký kůň ".repeat(20_000);
    let mut console = bench.console("paste\nstay\n");
    bench.client.process.event("allowed");
    bench.copy(&long);
    let text = console.event("clipboard")["text"].as_str().map(str::to_owned).expect("a text");
    assert!(text == long, "{} of {} bytes", text.len(), long.len());
    bench.client.say("end");
    Outcome::of(console).expect(0, "");

    let mut console = Console::new(&bench.relay, &bench.operator, &bench.client.ready());
    let file = bench.server.file("steps");
    fs::write(&file, format!("copy '{}'\n", "x".repeat(600_000))).expect("the folder is ours");
    console = console.change(|command| command.args(WINDOW));
    let console =
        console.start_with(&["--grants", "clipboard"], &fs::read_to_string(&file).expect("written"));
    bench.client.process.event("asked");
    bench.client.say("allow clipboard");
    Outcome::of(console).expect(2, "at most 524288");
}

#[test]
fn folders_and_files_arrive_with_their_times_and_nothing_is_replaced_unasked() {
    let mut bench = Bench::new();
    let from = bench.server.file("from");
    fs::create_dir_all(from.join("deep/er")).expect("the folder is ours");
    fs::write(from.join("deep/er/žluť.txt"), "kůň").expect("the folder is ours");
    fs::write(from.join("large.bin"), contents(3_000_000)).expect("the folder is ours");
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let large = fs::File::options().write(true).open(from.join("large.bin")).expect("it is there");
    large.set_modified(old).expect("a time");
    let one = from.join("large.bin");
    let back = bench.server.file("back");
    let script = format!(
        "put {from}\nput {one}\nput {one}\nput {one} --replace\nput {one} --to ~/Elsewhere\n\
         get Downloads/from --to {back}\n",
        from = quoted(&from),
        one = quoted(&one),
        back = quoted(&back)
    );
    let console = bench.console(&script);
    Outcome::of(console).expect(0, "");
    let downloads = bench.downloads();
    for place in [
        downloads.join("from/large.bin"),
        downloads.join("large.bin"),
        downloads.join("large (2).bin"),
        bench.home.path().join("Elsewhere/large.bin"),
        back.join("from/large.bin"),
    ] {
        assert!(fs::read(&place).is_ok_and(|read| read == contents(3_000_000)), "{}", place.display());
        let time = fs::metadata(&place).and_then(|there| there.modified()).expect("a time");
        assert_eq!(time, old, "{}", place.display());
    }
    assert_eq!(fs::read_to_string(back.join("from/deep/er/žluť.txt")).ok().as_deref(), Some("kůň"));
    let names = |folder: &Path| {
        let entries =
            fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&downloads), ["from", "large (2).bin", "large.bin"]);
    let over = bench.client.process.event("over");
    let ways: Vec<_> =
        over["files"].as_array().expect("a list").iter().map(|file| file["way"].clone()).collect();
    assert_eq!(ways, ["brought"; 6].into_iter().chain(["fetched"; 2]).collect::<Vec<_>>());
}

#[test]
fn a_relay_killed_in_the_middle_of_a_file_costs_none_of_it() {
    let mut bench = Bench::new();
    let (there, back) = (bench.server.file("large.bin"), bench.server.file("back"));
    let whole = contents(60_000_000);
    fs::write(&there, &whole).expect("the folder is ours");
    let script = format!("put {}\nget Downloads/large.bin --to {}\nstay\n", quoted(&there), quoted(&back));
    let mut console = bench.console(&script);
    for _ in 0..2 {
        for _ in 0..2 {
            console
                .event_where("progress", |event| event["bytes_done"].as_u64().is_some_and(|done| done > 0));
            bench.relay.process().kill();
            bench.client.process.event("lost");
            console.event("lost");
            bench.relay.start_again();
            bench.client.process.event("found");
            console.event("found");
        }
        console.event("stored");
    }
    console.event_where("step", |step| step["name"] == "get");
    for place in [bench.downloads().join("large.bin"), back.join("large.bin")] {
        assert!(fs::read(&place).is_ok_and(|read| read == whole), "{}", place.display());
    }
    bench.client.say("end");
    Outcome::of(console).expect(0, "");
}

#[test]
fn what_can_not_be_written_is_said_and_leaves_nothing_half() {
    let mut bench = Bench::new();
    let large = bench.server.file("large.bin");
    fs::write(&large, contents(3_000_000)).expect("the folder is ours");
    // Something stands where the folder should be.
    fs::write(bench.home.path().join("taken"), "").expect("the folder is ours");
    let script = format!("put {} --to ~/taken\n", quoted(&large));
    let outcome = Outcome::of(bench.console(&script));
    outcome.expect(17, "something else of that name is in the way");
    bench.ready = bench.client.ready();
    let outcome = Outcome::of(bench.console("get nothing/there\n"));
    outcome.expect(17, "there is no such file or folder");
    // A customer who changes their mind: nothing of it stays.
    bench.ready = bench.client.ready();
    fs::write(&large, contents(200_000_000)).expect("the folder is ours");
    let mut console = bench.console(&format!("put {}\n", quoted(&large)));
    console.event_where("progress", |event| event["bytes_done"].as_u64().is_some_and(|done| done > 0));
    bench.client.say("take files");
    Outcome::of(console).expect(12, "the customer does not allow files now");
    let left = || fs::read_dir(bench.downloads()).expect("a folder").count();
    eventually("the half file to go", || (left() == 0).then_some(()));
}

#[test]
fn a_disk_that_is_full_or_read_only_is_named() {
    let mut bench = Bench::new();
    let (small, read_only) = (bench.home.path().join("small"), bench.home.path().join("fixed"));
    let mount = |folder: &Path, options: &str| {
        fs::create_dir(folder).expect("the folder is ours");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "farhand-test"])
            .arg(folder)
            .status()
            .expect("mount runs");
        assert!(mounted.success(), "this test needs to be root, to have a disk that is full");
        Mounted(folder.to_owned())
    };
    let _mounted = [mount(&small, "size=1m"), mount(&read_only, "ro")];
    let large = bench.server.file("large.bin");
    fs::write(&large, contents(3_000_000)).expect("the folder is ours");
    let outcome = Outcome::of(bench.console(&format!("put {} --to ~/small\n", quoted(&large))));
    outcome.expect(17, "large.bin: the disk is full");
    assert_eq!(fs::read_dir(&small).expect("a folder").count(), 0, "nothing half stays");
    bench.ready = bench.client.ready();
    let outcome = Outcome::of(bench.console(&format!("put {} --to ~/fixed\n", quoted(&large))));
    outcome.expect(17, "the disk is read-only");
}

/// A disk of a test's own.
struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        // One that stays is told by the folder's clean-up.
        let _ = Command::new("umount").arg(&self.0).status();
    }
}
