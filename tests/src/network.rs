//! Networks of a test's own: namespaces of the kernel that have nothing but their loopback, with a firewall on it, and
//! what joins them.

use std::cell::Cell;
use std::path::{Path, PathBuf};
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

    /// Whom its programs find under which name: lines as `/etc/hosts` has them.
    ///
    /// # Panics
    /// The system does not take them.
    pub fn hosts(&self, lines: &str) {
        let folder = self.own_files();
        std::fs::create_dir_all(&folder).expect("root can make folders");
        std::fs::write(folder.join("hosts"), lines).expect("root can write files");
    }

    /// Where `ip netns exec` finds what stands in place of the system's own files.
    fn own_files(&self) -> PathBuf {
        Path::new("/etc/netns").join(&self.name)
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

/// A switch, with computers on it. Dropping it takes it away from them.
#[derive(Debug)]
pub struct Lan {
    switch: Network,
    ports: Cell<u32>,
}

impl Lan {
    /// One with nobody on it.
    ///
    /// # Panics
    /// As [`Network::new`].
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it makes something in the system")]
    pub fn new() -> Self {
        let switch = Network::new();
        let name = &switch.name;
        run(Command::new("ip").args(["-n", name, "link", "add", "switch", "type", "bridge"]));
        run(Command::new("ip").args(["-n", name, "link", "set", "switch", "up"]));
        Self { switch, ports: Cell::new(0) }
    }

    /// Puts a computer on it that has this address and mask.
    ///
    /// # Panics
    /// The system does not do it.
    pub fn plug_in(&self, computer: &Network, address: &str) {
        let port = format!("port{}", self.ports.replace(self.ports.get() + 1));
        let (here, there) = (&self.switch.name, &computer.name);
        let ip = |arguments: &[&str]| run(Command::new("ip").args(arguments));
        ip(&["-n", here, "link", "add", &port, "type", "veth", "peer", "name", "lan", "netns", there]);
        ip(&["-n", here, "link", "set", &port, "master", "switch", "up"]);
        ip(&["-n", there, "address", "add", address, "dev", "lan"]);
        ip(&["-n", there, "link", "set", "lan", "up"]);
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // The programs in it have ended or end with their owners.
        let _ = Command::new("ip").args(["netns", "del", &self.name]).status();
        let _ = std::fs::remove_dir_all(self.own_files());
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?} is needed for this test; run it as root");
}
