//! Memory that the X server writes pictures into, shared by file descriptor: no other user can open it.
#![expect(unsafe_code, reason = "memory shared with another process has no safe interface")]

use std::os::fd::OwnedFd;
use std::ptr::NonNull;

use rustix::fs::{MemfdFlags, SealFlags};
use rustix::mm::{MapFlags, ProtFlags};
use x11rb::connection::{Connection, RequestConnection};
use x11rb::protocol::shm::{self, ConnectionExt as _};

use super::link::Link;

/// A segment that is mapped here and attached to the server.
pub(super) struct Segment {
    id: shm::Seg,
    address: NonNull<u8>,
    bytes: usize,
}

// SAFETY: the mapping belongs to the process, not to a thread, and only `&self` methods that copy out touch it.
unsafe impl Send for Segment {}

impl Segment {
    /// Shares so many bytes with the server. `None` if the server is on another machine, or does not know how.
    pub(super) fn share(link: &Link, bytes: usize) -> Option<Self> {
        match Self::try_share(link, bytes) {
            Ok(segment) => segment,
            Err(error) => {
                tracing::debug!(%error, "no memory shared with the X server, pictures come over the connection");
                None
            }
        }
    }

    fn try_share(link: &Link, bytes: usize) -> Result<Option<Self>, Box<dyn std::error::Error>> {
        if !link.is_local() || link.extension_information(shm::X11_EXTENSION_NAME)?.is_none() {
            return Ok(None);
        }
        let version = link.shm_query_version()?.reply()?;
        if (version.major_version, version.minor_version) < (1, 2) {
            return Ok(None);
        }
        let file = memory_file(bytes)?;
        // SAFETY: the address is the system's choice, so no existing mapping is touched; the file's size is
        // `bytes` and sealed, so every byte of the mapping stays backed.
        let address = unsafe {
            rustix::mm::mmap(std::ptr::null_mut(), bytes, ProtFlags::READ, MapFlags::SHARED, &file, 0)?
        };
        let address = NonNull::new(address.cast::<u8>()).ok_or("the system mapped the zero address")?;
        // From here on the mapping is undone by dropping, whatever the server says.
        let segment = Self { id: link.generate_id()?, address, bytes };
        link.shm_attach_fd(segment.id, file, false)?.check()?;
        Ok(Some(segment))
    }

    /// The server's name for it.
    pub(super) fn id(&self) -> shm::Seg {
        self.id
    }

    /// How many bytes it holds.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Copies pixels of four bytes out, from a byte offset on. Outside the segment nothing is copied.
    pub(super) fn copy_out(&self, offset: usize, pixels: &mut [u32]) {
        let wanted = size_of_val(pixels);
        if offset.checked_add(wanted).is_none_or(|end| end > self.bytes) {
            return;
        }
        // SAFETY: source and destination are `wanted` bytes inside their allocations, as just checked, and don't
        // overlap; u32 takes any bytes. The server writes only while it answers a request for a picture, and the
        // caller has the answer.
        unsafe {
            std::ptr::copy_nonoverlapping(
                self.address.as_ptr().add(offset),
                pixels.as_mut_ptr().cast::<u8>(),
                wanted,
            );
        }
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // SAFETY: the mapping was made by this value, and nothing borrows from it.
        let unmapped = unsafe { rustix::mm::munmap(self.address.as_ptr().cast(), self.bytes) };
        if let Err(error) = unmapped {
            tracing::warn!(%error, "memory shared with the X server stays mapped");
        }
    }
}

/// A file in memory whose size nobody can change any more, so that reading it can't fault.
fn memory_file(bytes: usize) -> Result<OwnedFd, rustix::io::Errno> {
    let file = rustix::fs::memfd_create("farhand-screen", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    rustix::fs::ftruncate(&file, bytes as u64)?;
    rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
    Ok(file)
}
