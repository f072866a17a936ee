//! Where the three programs are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();

/// Takes the programs from this folder, in which they were built for a measurement. The first word counts.
pub(crate) fn use_folder(folder: &Path) {
    FOLDER.get_or_init(|| Some(folder.to_owned()));
}

/// The path of a program of the product: in the folder that `FARHAND_TEST_PROGRAMS` names, else built when the first
/// one is asked for.
///
/// # Panics
/// They do not build.
pub(crate) fn program(name: &str) -> PathBuf {
    FOLDER.get_or_init(|| named().or_else(build)).as_ref().expect("the programs build").join(name)
}

fn named() -> Option<PathBuf> {
    std::env::var_os("FARHAND_TEST_PROGRAMS").map(PathBuf::from)
}

/// Builds all three into the target folder that this test was built into; `None` if that fails.
fn build() -> Option<PathBuf> {
    let test = std::env::current_exe().expect("a test knows where it is");
    // The test is in TARGET/debug/deps.
    let debug = test.parent().and_then(Path::parent).expect("a test is in its target folder").to_owned();
    let target = debug.parent().expect("a profile's folder is in the target folder");
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in the workspace");
    let built = Command::new(env!("CARGO"))
        .current_dir(workspace)
        .args(["build", "--quiet", "-p", "farhand-relay", "-p", "farhand-client", "-p", "farhand-operator"])
        .arg("--target-dir")
        .arg(target)
        .status();
    built.is_ok_and(|status| status.success()).then_some(debug)
}
