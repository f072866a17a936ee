//! What differs from system to system.

use std::fs::OpenOptions;

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
