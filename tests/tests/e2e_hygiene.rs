//! What the programs must not do besides their work: tell secrets, write files.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use farhand_testkit::x::{ScratchDir, XServer};
use farhand_tests::{Client, Console, Eye, Outcome, Ready, Relay, raw_terminal};

#[test]
fn no_secret_is_in_any_log() {
    let mut relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(640, 480);
    let _manager = server.start_window_manager();
    let terminal = raw_terminal(&server, "typed");
    let mut client = Client::start(&relay, &server, &["--allow", "view,control"]);
    let ready = client.ready();
    let typed = "Quagmire-77-Zeppelin";

    // One that is right, one that is wrong, and one that is taken from files.
    let wrong = Ready { password: "123 456 782".to_owned(), ..ready.clone() };
    let refused = Console::new(&relay, &operator, &wrong).run("wait settled\n");
    assert!(matches!(refused.code, Some(2 | 7)), "{}", refused.process.transcript());
    let console = Console::new(&relay, &operator, &ready);
    let first = console.must_run(&format!("type '{typed}'\nkey ctrl+a\n"));
    terminal.expect(&format!("{typed}\u{1}"));
    let again = client.ready();
    let files = ScratchDir::new();
    fs::write(files.file("token"), format!("{}\n", operator.token)).expect("the folder is ours");
    fs::write(files.file("password"), format!("{}\n", again.password)).expect("the folder is ours");
    let console = Console::new(&relay, &operator, &again).change(|command| {
        command.env_remove("FARHAND_TOKEN").env_remove("FARHAND_PASSWORD");
        command.arg("--token-file").arg(files.file("token"))
    });
    let file = files.file("password").display().to_string();
    let second = console.run_with(&["--password-file", &file], "wait settled\n");
    assert_eq!(second.code, Some(0), "{}", second.process.transcript());

    let mut secrets = vec![operator.token, typed.to_owned(), typed.escape_debug().to_string()];
    for password in [&ready.password, &again.password, &wrong.password] {
        secrets.push(password.clone());
        secrets.push(password.replace(' ', ""));
    }
    let second = second.process;
    let texts = [
        ("the relay's log", relay.process().stderr()),
        ("what the relay printed", relay.process().stdout()),
        ("the client's log", client.process.stderr()),
        ("a console's log", first.stderr()),
        ("what a console printed", first.stdout()),
        ("another console's log", second.stderr()),
        ("what another console printed", second.stdout()),
        ("a refused console's log", refused.process.stderr()),
        ("what a refused console printed", refused.process.stdout()),
    ];
    for (place, text) in &texts {
        for secret in &secrets {
            assert!(!text.contains(secret), "{secret:?} is in {place}:\n{text}");
        }
    }
    // The logs were on, or nothing would be proved.
    assert!(texts[0].1.contains("session started") && texts[2].1.contains("DEBUG"), "{texts:#?}");
    let short = &ready.session_id[..3];
    assert!(!texts[0].1.contains(&ready.session_id.replace(' ', "")), "session IDs are shortened in logs");
    assert!(texts[0].1.contains(short));
}

/// Every file and folder below a folder, with its size and when it was last written.
fn listing(folder: &Path, found: &mut BTreeMap<PathBuf, (u64, SystemTime)>) {
    for entry in fs::read_dir(folder).expect("the folder is ours").flatten() {
        let data = entry.metadata().expect("it is there");
        found.insert(entry.path(), (data.len(), data.modified().expect("Linux knows")));
        if data.is_dir() {
            listing(&entry.path(), found);
        }
    }
}

#[test]
fn the_client_writes_no_file() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(640, 480);
    let eye = Eye::open(&server);
    let folders = ["home", "tmp", "cwd", "runtime"].map(|name| (name, ScratchDir::new()));
    let folder = |name: &str| folders.iter().find(|(other, _)| *other == name).expect("it is there").1.path();
    fs::write(folder("home").join("letter.txt"), "mine").expect("the folder is ours");
    let files = || {
        let mut found = BTreeMap::new();
        folders.iter().for_each(|(_, folder)| listing(folder.path(), &mut found));
        found
    };
    let before = files();

    let mut command = server.command(&Client::program());
    Client::with(&mut command, &relay).args(["--allow", "view,control"]);
    command.current_dir(folder("cwd")).env("TMPDIR", folder("tmp")).env("HOME", folder("home"));
    for name in ["XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"] {
        command.env(name, folder("runtime"));
    }
    let mut client = Client::start_as(&mut command);
    let ready = client.ready();
    let mut console =
        Console::new(&relay, &operator, &ready).start("wait settled\ntype 'řß€'\nmove 9 9\nwait revoked\n");
    console.event_where("step", |step| step["name"] == "move");
    eye.draw_noise(100, 100, 100, 1);

    // Nor does it hold one open for writing, under whatever name.
    let open = fs::read_dir(format!("/proc/{}/fd", client.process.pid())).expect("its own child");
    for entry in open.flatten() {
        let Ok(target) = fs::read_link(entry.path()) else { continue };
        let target = target.display().to_string();
        let is_file =
            target.starts_with('/') && !target.starts_with("/dev/") && !target.starts_with("/memfd:");
        assert!(!is_file || target.starts_with("/proc/"), "the client holds {target} open");
    }
    Outcome::of_stopped(console);
    client.process.event("ended");
    client.ready();
    client.process.terminate();
    assert_eq!(client.process.exit_code(), Some(0));
    assert_eq!(files(), before);
}
