//! The console's first starts: what the administrator sent is typed once, the token never lies in a file.
#![cfg(target_os = "linux")]

use farhand_testkit::x::{ScratchDir, XServer, eventually};
use farhand_tests::{Relay, Role, Window};

#[test]
fn without_a_key_store_the_token_is_asked_for_at_each_start() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(1400, 900);
    let _manager = server.start_window_manager();
    let home = ScratchDir::new();
    let start = || {
        let mut command = Window::console_command(&server);
        command.env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path()).env("LC_ALL", "C.UTF-8");
        Window::start(&server, &mut command)
    };

    let console = start();
    console.node("the keyboard in the first field", |node| node.role == Role::Entry && node.is_focused());
    for (index, text) in [relay.address(), relay.pin(), &operator.name, &operator.token].iter().enumerate() {
        if index > 0 {
            console.keys(&["Tab"]);
        }
        console.type_text(text);
    }
    console.keys(&["Return"]);
    console.says("Connect to a customer");
    console.says("You connect as anna");
    let file = home.path().join("farhand").join("operator.toml");
    let written = eventually("the settings' file", || std::fs::read_to_string(&file).ok());
    assert!(written.contains(relay.pin()) && !written.contains(&operator.token), "{written}");
    drop(console);

    let console = start();
    console.says("Your token, please");
    console.node("the keyboard in the token's field", |node| node.name == "Your token" && node.is_focused());
    console.type_text(&operator.token);
    console.keys(&["Return"]);
    console.says("Connect to a customer");
    drop(console);

    std::fs::write(&file, "# by hand\nrelays = []\n").expect("the folder is ours");
    let console = start();
    console.says("line 2: relays");
    console.says("There is no such setting.");
}
