//! A network of a test's own: a namespace of the kernel that has nothing but its loopback, with a firewall on it.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The network. Dropping it removes it.
#[derive(Debug)]
pub struct Network {
    name: String,
}

impl Network {
    /// One without a firewall.
    ///
    /// # Panics
    /// The system gives none: it takes root, or the right to make namespaces.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it makes something in the system")]
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("farhand-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        run(Command::new("ip").args(["netns", "add", &name]));
        let network = Self { name };
        run(Command::new("ip").args(["-n", &network.name, "link", "set", "lo", "up"]));
        network
    }

    /// The same command in this network.
    #[must_use]
    pub fn inside(&self, command: &Command) -> Command {
        let mut inside = Command::new("ip");
        inside.args(["netns", "exec", &self.name]).arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => inside.env(name, value),
                None => inside.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            inside.current_dir(folder);
        }
        inside
    }

    /// Puts these rules of nftables between the programs, in place of what was there.
    ///
    /// # Panics
    /// They are none.
    pub fn firewall(&self, rules: &str) {
        let table = format!(
            "flush ruleset\ntable inet firewall {{\nchain out {{\ntype filter hook output priority 0; policy accept;\n\
             {rules}\n}}\n}}\n"
        );
        let mut nft =
            self.inside(Command::new("nft").args(["-f", "-"])).stdin(Stdio::piped()).spawn().expect("nft");
        let mut stdin = nft.stdin.take().expect("a pipe");
        std::io::Write::write_all(&mut stdin, table.as_bytes()).expect("nft reads");
        drop(stdin);
        assert!(nft.wait().expect("nft ends").success(), "{table}");
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // The programs in it have ended or end with their owners.
        let _ = Command::new("ip").args(["netns", "del", &self.name]).status();
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?} is needed for this test; run it as root");
}
