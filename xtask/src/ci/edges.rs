//! Who may depend on whom: the layers of docs/ARCHITECTURE.md, each edge with its reason.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use crate::cmd::Cmd;
use crate::workspace::{Dependency, Kind, Workspace};

/// The pure crates: no runtime, socket, clock, thread or operating system.
pub(super) const PURE: [&str; 6] =
    ["farhand-proto", "farhand-seal", "farhand-session", "farhand-broker", "farhand-media", "farhand-texts"];

/// The system that closures are computed for.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The libraries and which of the others each may name in its manifest. `farhand-proto` is the
/// vocabulary of all of them and needs no mention.
const LAYERS: &[(&str, &[&str])] = &[
    ("farhand-proto", &[]),
    ("farhand-seal", &[]),
    ("farhand-session", &[]),
    ("farhand-broker", &[]),
    ("farhand-media", &[]),
    ("farhand-transport", &[]),
    ("farhand-files", &[]),
    ("farhand-peer", &["farhand-files", "farhand-seal", "farhand-session", "farhand-transport"]),
    ("farhand-desktop", &[]),
    ("farhand-store", &["farhand-broker"]),
    ("farhand-texts", &[]),
    ("farhand-window", &[]),
];

/// A set of packages that must not reach another set, directly or through others.
struct Never {
    from: &'static [&'static str],
    to: &'static [&'static str],
    reason: &'static str,
}

const NEVER: &[Never] = &[
    Never {
        from: &PURE,
        to: &[
            "tokio",
            "tokio-rustls",
            "tokio-util",
            "async-std",
            "async-io",
            "smol",
            "futures-executor",
            "mio",
            "polling",
            "socket2",
            "rustix",
            "nix",
        ],
        reason: "a pure crate is given bytes, events and the time; a runtime or a socket belongs in \
                 transport, peer or a program",
    },
    Never {
        from: &PURE,
        to: &[
            "clap",
            "tracing-subscriber",
            "x11rb",
            "x11",
            "xcb",
            "winit",
            "enigo",
            "scrap",
            "arboard",
            "egui",
            "windows",
            "windows-sys",
            "sqlx",
            "rusqlite",
            "axum",
            "hyper",
            "reqwest",
        ],
        reason: "a pure crate knows no operating system, database or command line",
    },
    Never {
        from: &["farhand-proto", "farhand-session", "farhand-broker", "farhand-media"],
        to: &["rand", "getrandom", "fastrand"],
        reason: "randomness is passed in, so that a run can be replayed; only the seal draws its own",
    },
    Never {
        from: &["farhand-relay", "farhand-store"],
        to: &[
            "farhand-seal",
            "farhand-session",
            "farhand-media",
            "farhand-desktop",
            "farhand-peer",
            "farhand-files",
        ],
        reason: "a relay cannot open a session: the code that could is not in it",
    },
    Never {
        from: &["farhand-client"],
        to: &["farhand-operator", "farhand-relay", "farhand-broker", "farhand-store"],
        reason: "the customer's program holds no code of the console, the relay or the organisation",
    },
    Never {
        from: &["farhand-client"],
        to: &["egui_glow", "glutin"],
        reason: "the customer's program is small, and draws with the processor on every machine",
    },
    Never {
        from: &["farhand-operator"],
        to: &["farhand-client", "farhand-relay", "farhand-broker", "farhand-store"],
        reason: "the console holds no code of the client, the relay or the organisation",
    },
    Never {
        from: &["farhand-session"],
        to: &["farhand-media", "farhand-desktop"],
        reason: "a session carries pictures and input without knowing how they are made or used",
    },
];

/// What depends on what.
#[derive(Debug, Default)]
struct Graph {
    /// What each member declares.
    declared: BTreeMap<String, Vec<Dependency>>,
    /// Everything that each member is built from: normal dependencies with all features.
    reached: BTreeMap<String, BTreeSet<String>>,
}

/// Every forbidden edge of the workspace, in words.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let mut graph = Graph::default();
    for package in &workspace.packages {
        graph.declared.insert(package.name.clone(), package.dependencies.clone());
        graph.reached.insert(package.name.clone(), reached(&package.name)?);
    }
    Ok(violations(&graph))
}

/// What a package is built from when it is built alone.
///
/// `cargo tree` and not `cargo metadata`, which turns on in every dependency the features that any
/// member of the workspace asks for.
fn reached(package: &str) -> Result<BTreeSet<String>> {
    let tree = Cmd::cargo()
        .args(["tree", "--locked", "--package", package, "--edges", "normal", "--all-features"])
        .args(["--target", TARGET, "--prefix", "none", "--format", "{p}"])
        .output()?;
    let names: BTreeSet<String> =
        tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    if !names.contains(package) {
        bail!("cargo tree does not name {package} itself, so its answer can't be trusted");
    }
    Ok(names.into_iter().filter(|name| !name.is_empty() && name != package).collect())
}

fn violations(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    never(graph, &mut found);
    layers(graph, &mut found);
    test_code(graph, &mut found);
    found
}

fn never(graph: &Graph, found: &mut Vec<String>) {
    for Never { from, to, reason } in NEVER {
        for package in *from {
            let Some(reached) = graph.reached.get(*package) else {
                found.push(format!("{package} is named in a rule but isn't in the workspace"));
                continue;
            };
            for forbidden in to.iter().filter(|name| reached.contains(**name)) {
                found.push(format!(
                    "{package} must not depend on {forbidden}: {reason} \
                     (cargo tree -p {package} -e normal --all-features -i {forbidden} shows the way)"
                ));
            }
        }
    }
}

fn layers(graph: &Graph, found: &mut Vec<String>) {
    for (package, declared) in &graph.declared {
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| name == package) else { continue };
        for Dependency { name, kind, .. } in declared {
            let ours = graph.declared.contains_key(name) && *kind == Kind::Normal;
            if ours && name != "farhand-proto" && !allowed.contains(&name.as_str()) {
                found.push(format!(
                    "{package} must not depend on {name}: the layers of docs/ARCHITECTURE.md have no such edge"
                ));
            }
        }
    }
}

/// testkit, the tests and xtask are never part of a product.
fn test_code(graph: &Graph, found: &mut Vec<String>) {
    for (package, declared) in &graph.declared {
        for Dependency { name, kind, .. } in declared {
            let reason = match name.as_str() {
                // The package of the end-to-end tests is itself nothing but tests.
                "farhand-testkit" if *kind != Kind::Dev && package != "farhand-tests" => {
                    "the simulated network is for tests; declare it under [dev-dependencies]"
                }
                "farhand-xtask" | "farhand-tests" => "nothing is built on the build tool or on the tests",
                _ => continue,
            };
            found.push(format!("{package} must not depend on {name}: {reason}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace in which nobody depends on anybody.
    fn lawful() -> Graph {
        let mut graph = Graph::default();
        let programs =
            ["farhand-relay", "farhand-client", "farhand-operator", "farhand-testkit", "farhand-tests"];
        for name in LAYERS.iter().map(|(name, _)| *name).chain(programs).chain(["farhand-xtask"]) {
            graph.declared.insert(name.into(), Vec::new());
            graph.reached.insert(name.into(), BTreeSet::new());
        }
        graph
    }

    fn declare(graph: &mut Graph, from: &str, to: &str, kind: Kind) {
        let dependency = Dependency { name: to.into(), alias: to.replace('-', "_"), kind };
        graph.declared.get_mut(from).unwrap().push(dependency);
    }

    #[test]
    fn a_lawful_workspace_has_no_violation() {
        assert_eq!(violations(&lawful()), Vec::<String>::new());
    }

    #[test]
    fn every_forbidden_pair_is_found_with_its_reason() {
        for Never { from, to, reason } in NEVER {
            for (package, forbidden) in
                from.iter().flat_map(|package| to.iter().map(move |name| (package, name)))
            {
                let mut graph = lawful();
                graph.reached.get_mut(*package).unwrap().insert((*forbidden).into());
                let found = violations(&graph);
                assert_eq!(found.len(), 1, "{package} -> {forbidden}: {found:?}");
                assert!(
                    found[0].contains(package) && found[0].contains(forbidden) && found[0].contains(reason)
                );
            }
        }
    }

    #[test]
    fn a_rule_about_a_package_that_is_gone_is_found() {
        let mut graph = lawful();
        graph.reached.remove("farhand-session");
        assert!(violations(&graph).iter().any(|words| words.contains("isn't in the workspace")));
    }

    #[test]
    fn an_edge_outside_the_layers_is_found() {
        let mut graph = lawful();
        declare(&mut graph, "farhand-transport", "farhand-seal", Kind::Normal);
        assert!(violations(&graph)[0].contains("farhand-transport must not depend on farhand-seal"));
    }

    #[test]
    fn the_layers_allow_their_own_edges() {
        let mut graph = lawful();
        for (package, allowed) in LAYERS {
            for name in allowed.iter().chain(&["farhand-proto"]).filter(|name| *name != package) {
                declare(&mut graph, package, name, Kind::Normal);
            }
        }
        declare(&mut graph, "farhand-transport", "farhand-testkit", Kind::Dev);
        assert_eq!(violations(&graph), Vec::<String>::new());
    }

    #[test]
    fn test_code_in_a_product_is_found() {
        for (name, kind) in [
            ("farhand-testkit", Kind::Normal),
            ("farhand-testkit", Kind::Build),
            ("farhand-tests", Kind::Dev),
            ("farhand-xtask", Kind::Normal),
        ] {
            let mut graph = lawful();
            declare(&mut graph, "farhand-client", name, kind);
            assert_eq!(violations(&graph).len(), 1, "{name} {kind:?}");
        }
    }

    #[test]
    fn the_closure_of_this_package_is_read_from_cargo() {
        let reached = reached("farhand-xtask").unwrap();
        assert!(reached.contains("serde_core") || reached.contains("itoa"), "{reached:?}");
        assert!(!reached.contains("farhand-xtask"));
    }
}
