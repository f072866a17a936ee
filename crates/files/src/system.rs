//! What differs from system to system.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io;
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

/// Opens a file to read it; what has become something else by now, such as a pipe that nobody writes into, is not waited
/// for.
#[cfg(unix)]
pub(crate) fn open_file(place: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(place)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// See above: here files and pipes do not have the same names.
#[cfg(not(unix))]
pub(crate) fn open_file(place: &Path) -> io::Result<File> {
    File::open(place)
}

/// What stays the same as long as a file does, whatever it is called; for comparing, while it is there.
pub(crate) type Identity = (u64, u64);

/// What lies there, not what it leads to.
#[cfg(unix)]
pub(crate) fn identity(place: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;

    std::fs::symlink_metadata(place).ok().map(|there| (there.dev(), there.ino()))
}

/// See above: here names that differ in capital letters only are the same.
#[cfg(not(unix))]
pub(crate) fn identity(place: &Path) -> Option<Identity> {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};

    std::fs::symlink_metadata(place).ok()?;
    let mut hasher = DefaultHasher::new();
    place.to_string_lossy().to_lowercase().hash(&mut hasher);
    Some((0, hasher.finish()))
}

/// Whether this is the file of this name, and not one that lost it.
#[cfg(unix)]
pub(crate) fn is_at(file: &File, place: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    file.metadata().is_ok_and(|here| identity(place) == Some((here.dev(), here.ino())))
}

/// See above: here a file that is open keeps its name.
#[cfg(not(unix))]
pub(crate) fn is_at(_: &File, _: &Path) -> bool {
    true
}
