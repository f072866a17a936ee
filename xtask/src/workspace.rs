//! The workspace as cargo sees it: its packages and what each declares.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::cmd::Cmd;

/// The packages of this repository.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The top of the repository.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    /// Every member, by name.
    pub(crate) packages: Vec<Package>,
}

/// One package of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    /// Its name in its manifest.
    pub(crate) name: String,
    /// Its folder below the top, with `/` between the parts.
    pub(crate) folder: String,
    /// What it declares, in the order of its manifest.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One dependency that a manifest declares.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Dependency {
    /// The package that is depended on.
    pub(crate) name: String,
    /// What the sources call it, as a Rust name.
    pub(crate) alias: String,
    /// What it is needed for.
    pub(crate) kind: Kind,
}

/// What a dependency is needed for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// The package itself.
    Normal,
    /// Its tests, examples and benchmarks.
    Dev,
    /// Its build script.
    Build,
}

impl Workspace {
    /// Asks cargo for the workspace that this program was built from.
    pub(crate) fn load() -> Result<Self> {
        // The folder of this package when it was built: the workspace is one level up.
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has a parent folder")?;
        std::env::set_current_dir(root).with_context(|| format!("{} can't be entered", root.display()))?;
        let text =
            Cmd::cargo().args(["metadata", "--no-deps", "--format-version", "1", "--locked"]).output()?;
        Self::parse(&text)
    }

    /// Reads the JSON of `cargo metadata`.
    fn parse(text: &str) -> Result<Self> {
        let metadata: Value = serde_json::from_str(text).context("cargo metadata isn't JSON")?;
        let root = PathBuf::from(string(&metadata, "workspace_root")?);
        let target = PathBuf::from(string(&metadata, "target_directory")?);
        let mut packages = Vec::new();
        for package in list(&metadata, "packages")? {
            packages.push(Package::parse(package, &root)?);
        }
        packages.sort_by(|one, other| one.name.cmp(&other.name));
        if packages.is_empty() {
            bail!("cargo metadata names no package");
        }
        Ok(Self { root, target, packages })
    }
}

impl Package {
    fn parse(package: &Value, root: &Path) -> Result<Self> {
        let name = string(package, "name")?.to_owned();
        let manifest = Path::new(string(package, "manifest_path")?);
        let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok());
        let folder =
            folder.and_then(Path::to_str).with_context(|| format!("{name} lies outside the workspace"))?;
        let mut dependencies = Vec::new();
        for dependency in list(package, "dependencies")? {
            let name = string(dependency, "name")?.to_owned();
            let alias = dependency["rename"].as_str().unwrap_or(&name).replace('-', "_");
            let kind = match dependency["kind"].as_str() {
                None => Kind::Normal,
                Some("dev") => Kind::Dev,
                Some("build") => Kind::Build,
                Some(other) => bail!("cargo metadata has an unknown kind of dependency, {other}"),
            };
            dependencies.push(Dependency { name, alias, kind });
        }
        Ok(Self { name, folder: folder.to_owned(), dependencies })
    }
}

fn string<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("cargo metadata lacks {key}"))
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value[key].as_array().with_context(|| format!("cargo metadata lacks {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_workspace_is_read() {
        let workspace = Workspace::load().unwrap();
        let xtask = workspace.packages.iter().find(|package| package.name == "farhand-xtask").unwrap();
        assert_eq!(xtask.folder, "xtask");
        let anyhow = Dependency { name: "anyhow".into(), alias: "anyhow".into(), kind: Kind::Normal };
        assert!(xtask.dependencies.contains(&anyhow));
    }

    #[test]
    fn kinds_and_aliases_are_kept() {
        let text = r#"{"workspace_root": "/r", "target_directory": "/r/target", "packages": [
            {"name": "farhand-a", "manifest_path": "/r/crates/a/Cargo.toml", "dependencies": [
                {"name": "some-thing", "rename": null, "kind": null},
                {"name": "other", "rename": "third-thing", "kind": "dev"}]}]}"#;
        let workspace = Workspace::parse(text).unwrap();
        assert_eq!(workspace.packages[0].folder, "crates/a");
        let [first, second] = &workspace.packages[0].dependencies[..] else { panic!("two dependencies") };
        assert_eq!((first.alias.as_str(), first.kind), ("some_thing", Kind::Normal));
        assert_eq!((second.alias.as_str(), second.kind), ("third_thing", Kind::Dev));
    }
}
