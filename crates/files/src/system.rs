//! What differs from system to system.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::path::Path;

/// Nobody else on this computer reads a file that is made so, however it was kept where it came from. Where a folder
/// decides that for what is in it, it does.
#[cfg(unix)]
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

/// See above: here a folder decides.
#[cfg(not(unix))]
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// The same for a folder.
#[cfg(unix)]
pub(crate) fn private_folder(builder: &mut DirBuilder) -> &mut DirBuilder {
    std::os::unix::fs::DirBuilderExt::mode(builder, 0o700)
}

/// See above.
#[cfg(not(unix))]
pub(crate) fn private_folder(builder: &mut DirBuilder) -> &mut DirBuilder {
    builder
}

/// Who may do what with a file, and nothing else that a system keeps beside it: what another end sends runs as nobody
/// but who starts it.
#[cfg(unix)]
pub(crate) fn plain(permissions: Permissions) -> Permissions {
    use std::os::unix::fs::PermissionsExt as _;

    Permissions::from_mode(permissions.mode() & 0o777)
}

/// See above.
#[cfg(not(unix))]
pub(crate) fn plain(permissions: Permissions) -> Permissions {
    permissions
}

/// Whether this is the file of this name, and not one that lost it.
#[cfg(unix)]
pub(crate) fn is_at(file: &File, place: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let of = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let there = std::fs::symlink_metadata(place).map(of);
    file.metadata().map(of).is_ok_and(|here| there.is_ok_and(|there| here == there))
}

/// See above: here a file that is open keeps its name.
#[cfg(not(unix))]
pub(crate) fn is_at(_: &File, _: &Path) -> bool {
    true
}
