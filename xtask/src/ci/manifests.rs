//! What every manifest must say, and that it names nothing the sources don't use.
//!
//! rustc's `unused_crate_dependencies` looks at each compilation by itself: a dev-dependency of one
//! integration test is "unused" in every other test and in the library's own tests, and a dependency
//! of a program's library in its `main.rs`. So it can't be on for a workspace; the scan here asks
//! what it should: does any source of this package name the dependency?

use std::path::Path;

use anyhow::{Context as _, Result};
use toml::{Table, Value};

use super::code;
use super::sources::{self, Source};
use crate::workspace::{Dependency, Kind, Package, Workspace};

/// What a package takes from the workspace, so that there is one version, one edition, one licence.
const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

/// Everything wrong with the manifests, in words.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let sources = sources::read(&workspace.root)?;
    let mut found = Vec::new();
    for package in &workspace.packages {
        let path = format!("{}/Cargo.toml", package.folder);
        let manifest = read(&workspace.root.join(&path)).with_context(|| path.clone())?;
        found
            .extend(form(&package.folder, &manifest).into_iter().map(|problem| format!("{path}: {problem}")));
        let unused = unused(package, &sources);
        found.extend(unused.into_iter().map(|problem| format!("{path}: {problem}")));
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Table> {
    Ok(std::fs::read_to_string(path)?.parse()?)
}

/// The name, the inherited keys, the lints, and where dependencies come from.
fn form(folder: &str, manifest: &Table) -> Vec<String> {
    let mut found = Vec::new();
    let empty = Table::new();
    let package = manifest.get("package").and_then(Value::as_table).unwrap_or(&empty);
    let expected = format!("farhand-{}", folder.rsplit('/').next().unwrap_or(folder));
    if package.get("name").and_then(Value::as_str) != Some(&expected) {
        found.push(format!("the package must be named after its folder, {expected}"));
    }
    for key in INHERITED {
        if !inherits(package.get(key)) {
            found.push(format!("`{key}.workspace = true` is missing: one {key} for the whole workspace"));
        }
    }
    if !inherits(manifest.get("lints")) {
        found.push("`[lints] workspace = true` is missing: the same lints for everybody".into());
    }
    for (table, dependencies) in dependency_tables(manifest) {
        for (name, value) in dependencies {
            if !inherits(Some(value)) {
                found.push(format!(
                    "{name} in [{table}] must come from the workspace (`{name}.workspace = true`): one version of \
                     each dependency, chosen in one place"
                ));
            }
        }
    }
    found
}

/// Every table of dependencies with its name, those for single systems included.
fn dependency_tables(manifest: &Table) -> Vec<(String, &Table)> {
    let systems = manifest.get("target").and_then(Value::as_table);
    let below = systems
        .into_iter()
        .flatten()
        .filter_map(|(system, value)| Some((format!("target.{system}."), value.as_table()?)));
    let mut tables = Vec::new();
    for (prefix, table) in [(String::new(), manifest)].into_iter().chain(below) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            tables.extend(
                table.get(kind).and_then(Value::as_table).map(|found| (format!("{prefix}{kind}"), found)),
            );
        }
    }
    tables
}

fn inherits(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}

/// The dependencies that no source of the package names.
fn unused(package: &Package, sources: &[Source]) -> Vec<String> {
    let folder = format!("{}/", package.folder);
    let own: Vec<_> = sources.iter().filter(|source| source.path.starts_with(&folder)).collect();
    let build_script = format!("{folder}build.rs");
    let mut found = Vec::new();
    for Dependency { name, alias, kind } in &package.dependencies {
        let used = own.iter().any(|source| {
            let is_build_script = source.path == build_script;
            match kind {
                Kind::Build => is_build_script && names(&source.code, alias),
                Kind::Dev => !is_build_script && names(&source.code, alias),
                // The package of the tests has no product code.
                Kind::Normal if package.folder == "tests" => names(&source.code, alias),
                Kind::Normal => !is_build_script && names(&source.product, alias),
            }
        });
        let advice = match kind {
            Kind::Normal if own.iter().any(|source| names(&source.code, alias)) => {
                "only tests name it: declare it under [dev-dependencies]"
            }
            Kind::Normal | Kind::Dev | Kind::Build => "no source names it: take the line out",
        };
        if !used {
            found.push(format!("{name} is not used: {advice}"));
        }
    }
    found
}

/// Whether code names a crate: in a path, or by itself in a `use`.
fn names(code: &str, alias: &str) -> bool {
    code::words(code).filter(|word| word.text == alias).any(|word| {
        let before = word.before.trim_end();
        let starts_path = !before.ends_with("::")
            || before
                .strip_suffix("::")
                .is_some_and(|b| !b.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '>'));
        starts_path && (word.after.starts_with("::") || before.ends_with("use") || before.ends_with("crate"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"farhand-a\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\
        [dependencies]\nb.workspace = true\nc = { workspace = true, features = [\"d\"] }\n[lints]\nworkspace = true\n";

    fn form_of(text: &str) -> Vec<String> {
        form("crates/a", &text.parse().unwrap())
    }

    #[test]
    fn a_good_manifest_has_no_problem() {
        assert_eq!(form_of(GOOD), Vec::<String>::new());
    }

    #[test]
    fn each_departure_is_found() {
        for (good, bad, words) in [
            ("farhand-a", "farhand-b", "farhand-a"),
            ("version.workspace = true", "version = \"1\"", "version"),
            ("license.workspace = true\n", "", "license"),
            ("[lints]\nworkspace = true", "", "lints"),
            ("b.workspace = true", "b = \"1\"", "b in [dependencies]"),
            (
                "[lints]",
                "[target.'cfg(windows)'.dependencies]\ne = \"1\"\n[lints]",
                "e in [target.cfg(windows).dependencies]",
            ),
            ("[lints]", "[dev-dependencies]\nf = { path = \"../f\" }\n[lints]", "f in [dev-dependencies]"),
        ] {
            assert!(GOOD.contains(good), "{good}");
            let found = form_of(&GOOD.replacen(good, bad, 1));
            assert!(found.len() == 1 && found[0].contains(words), "{bad}: {found:?}");
        }
    }

    fn unused_of(kind: Kind, path: &str, code: &str, product: &str) -> Vec<String> {
        let dependency = Dependency { name: "some-thing".into(), alias: "some_thing".into(), kind };
        let package =
            Package { name: "farhand-a".into(), folder: "crates/a".into(), dependencies: vec![dependency] };
        unused(&package, &[Source { path: path.into(), code: code.into(), product: product.into() }])
    }

    #[test]
    fn a_used_dependency_is_fine() {
        for code in [
            "use some_thing::B;",
            "some_thing::f()",
            "use some_thing as s;",
            "pub use ::some_thing::B;",
            "extern crate some_thing;",
            "use {some_thing::B, c};",
            "Vec<some_thing::B>",
        ] {
            assert_eq!(
                unused_of(Kind::Normal, "crates/a/src/lib.rs", code, code),
                Vec::<String>::new(),
                "{code}"
            );
        }
        assert_eq!(
            unused_of(Kind::Dev, "crates/a/tests/t.rs", "use some_thing::B;", ""),
            Vec::<String>::new()
        );
        assert_eq!(
            unused_of(Kind::Build, "crates/a/build.rs", "use some_thing::B;", ""),
            Vec::<String>::new()
        );
    }

    #[test]
    fn an_unused_dependency_is_found() {
        for code in ["", "let some_thing = 1;", "self.some_thing", "crate::some_thing::f()"] {
            assert!(
                unused_of(Kind::Normal, "crates/a/src/lib.rs", code, code)[0].contains("take the line out"),
                "{code}"
            );
        }
        assert_eq!(
            unused_of(Kind::Normal, "crates/b/src/lib.rs", "use some_thing::B;", "use some_thing::B;").len(),
            1
        );
        assert_eq!(
            unused_of(Kind::Build, "crates/a/src/lib.rs", "use some_thing::B;", "use some_thing::B;").len(),
            1
        );
    }

    #[test]
    fn a_dependency_of_tests_alone_belongs_among_theirs() {
        assert!(
            unused_of(Kind::Normal, "crates/a/src/lib.rs", "use some_thing::B;", "")[0]
                .contains("[dev-dependencies]")
        );
    }
}
