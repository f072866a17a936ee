//! The files that a relay keeps: its key, its certificate, its database, and the lock that keeps a second relay away.
//!
//! Only a relay's own start makes them; everything else needs them to be there, so that a mistyped folder is noticed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use farhand_transport::identity::IdentityError;
use farhand_transport::{Identity, Pin};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};

const KEY: &str = "relay.key";
const CERTIFICATE: &str = "relay.crt";
const DATABASE: &str = "relay.db";
const LOCK: &str = "relay.lock";

/// Who this relay is.
#[derive(Debug)]
pub struct State {
    /// Its key.
    pub identity: Identity,
    /// Its certificate, signed by itself.
    pub certificate: CertificateDer<'static>,
    /// Whether the key was made just now.
    pub is_new: bool,
    /// Whether others than its owner can read the key's file.
    pub is_exposed: bool,
}

/// The relay's files can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file can't be read or written.
    #[error("can't {what} {path}: {source}; check that the folder exists and belongs to the relay's user")]
    File {
        /// What was tried.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No relay has ever started in the folder.
    #[error(
        "there is no relay's state in {}: {name} is not there. A relay makes it when it first starts \
         (`farhand-relay run`). If yours has started already, name its folder with --state, its configuration with \
         --config, or run this where it runs",
        .folder.display()
    )]
    Missing {
        /// Which folder.
        folder: PathBuf,
        /// Which file was looked for.
        name: &'static str,
    },
    /// Another relay works with the folder.
    #[error(
        "another relay runs with the state folder {}{}; stop that one first, or give this one a folder of its own with \
         --state",
        .folder.display(),
        .process.map_or_else(String::new, |process| format!(" (process {process})"))
    )]
    InUse {
        /// Which folder.
        folder: PathBuf,
        /// The other's process, if it can be told.
        process: Option<u32>,
    },
    /// A file does not hold what it should.
    #[error(
        "{path} is damaged; restore it from a backup, or delete it for a new one: a new key has a new pin"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
    },
    /// The key can't be made.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl StateError {
    /// There is no database in the folder.
    #[must_use]
    pub fn missing_database(folder: &Path) -> Self {
        Self::Missing { folder: absolute(folder), name: DATABASE }
    }
}

impl State {
    /// Reads key and certificate, and makes what is not there. The lock says that it is a relay that starts.
    ///
    /// # Errors
    /// A file can't be read, written or understood.
    pub fn create_or_open(lock: &Lock) -> Result<Self, StateError> {
        let path = lock.folder.join(KEY);
        let is_new = !path.exists();
        if is_new {
            let pem = to_pem("PRIVATE KEY", Identity::generate()?.pkcs8());
            write_once(&path, &pem, 0o600)?;
        }
        Self::read(&lock.folder, is_new)
    }

    /// Reads the key and makes nothing but the certificate, which is nothing without it.
    ///
    /// # Errors
    /// There is no key, or a file can't be read, written or understood.
    pub fn open(folder: &Path) -> Result<Self, StateError> {
        if !folder.join(KEY).exists() {
            return Err(StateError::Missing { folder: absolute(folder), name: KEY });
        }
        Self::read(folder, false)
    }

    fn read(folder: &Path, is_new: bool) -> Result<Self, StateError> {
        let path = folder.join(KEY);
        let pem = fs::read(&path).map_err(file_error("read", &path))?;
        let key = PrivatePkcs8KeyDer::from_pem_slice(&pem)
            .map_err(|_| StateError::Damaged { path: path.clone() })?;
        let identity = Identity::from_pkcs8(key.secret_pkcs8_der())
            .map_err(|_| StateError::Damaged { path: path.clone() })?;
        let mode = fs::metadata(&path).map_err(file_error("read", &path))?.permissions().mode();
        let certificate = certificate(folder, &identity)?;
        Ok(Self { identity, certificate, is_new, is_exposed: mode & 0o077 != 0 })
    }

    /// What clients and consoles know this relay by.
    #[must_use]
    pub fn pin(&self) -> Pin {
        Pin(self.identity.key_hash())
    }
}

/// Says that one relay works with a state folder, for as long as it lives. The system lets go of it when the process
/// ends, however it ends; the file stays and means nothing.
#[derive(Debug)]
pub struct Lock {
    folder: PathBuf,
    _file: File,
}

impl Lock {
    /// Makes the folder if it is not there, and takes its lock.
    ///
    /// # Errors
    /// Another relay has it, or the folder can't be used.
    pub fn take(folder: &Path) -> Result<Self, StateError> {
        fs::create_dir_all(folder).map_err(file_error("create", folder))?;
        let path = folder.join(LOCK);
        let open =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let mut file = open.map_err(file_error("write", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // The number only helps to find the other relay.
                let _ = file.take(16).read_to_string(&mut text);
                return Err(StateError::InUse {
                    folder: absolute(folder),
                    process: text.trim().parse().ok(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(StateError::File { what: "lock", path, source }),
        }
        let mut write = || {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{}", std::process::id())
        };
        write().map_err(file_error("write", &path))?;
        Ok(Self { folder: folder.to_owned(), _file: file })
    }

    /// The folder, in full.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        absolute(&self.folder)
    }
}

/// For people, who may not know what a relative path is relative to.
pub(crate) fn absolute(folder: &Path) -> PathBuf {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    // Takes dots away that stand alone.
    whole.components().collect()
}

/// Where the database is.
#[must_use]
pub fn database(folder: &Path) -> PathBuf {
    folder.join(DATABASE)
}

fn certificate(folder: &Path, identity: &Identity) -> Result<CertificateDer<'static>, StateError> {
    let path = folder.join(CERTIFICATE);
    if !path.exists() {
        let made = identity.self_signed()?;
        write_once(&path, &to_pem("CERTIFICATE", &made), 0o644)?;
    }
    let pem = fs::read(&path).map_err(file_error("read", &path))?;
    CertificateDer::from_pem_slice(&pem).map_err(|_| StateError::Damaged { path })
}

/// Writes a whole file in place of what is there, if anything is.
pub(crate) fn replace(path: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let draft = path.with_extension(format!("new-{}", std::process::id()));
    let written = write_draft(&draft, text, mode).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // Nobody looks at a draft that can't be deleted.
        let _ = fs::remove_file(&draft);
    }
    written
}

fn write_draft(draft: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Writes a whole file, or leaves the one that another process has written in the meantime.
fn write_once(path: &Path, text: &str, mode: u32) -> Result<(), StateError> {
    let draft = path.with_extension(format!("new-{}", std::process::id()));
    let write = || {
        write_draft(&draft, text, mode)?;
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            result => result,
        }
    };
    let written = write();
    // Nobody looks at a draft that can't be deleted.
    let _ = fs::remove_file(&draft);
    written.map_err(file_error("write", path))
}

fn to_pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}

fn file_error(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StateError {
    let path = path.to_owned();
    move |source| StateError::File { what, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_makes_a_key_that_later_ones_keep() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        let first = State::create_or_open(&lock).unwrap();
        assert!(first.is_new && !first.is_exposed);
        let second = State::open(folder.path()).unwrap();
        assert!(!second.is_new);
        assert_eq!(second.pin(), first.pin());
        assert_eq!(second.certificate, first.certificate);
        let mode = fs::metadata(folder.path().join(KEY)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "no draft is left");
    }

    #[test]
    fn damage_and_exposure_are_named() {
        let folder = tempfile::tempdir().unwrap();
        State::create_or_open(&Lock::take(folder.path()).unwrap()).unwrap();
        let key = folder.path().join(KEY);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(State::open(folder.path()).unwrap().is_exposed);
        fs::write(&key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
        let error = State::open(folder.path()).unwrap_err();
        assert!(error.to_string().contains("relay.key is damaged"), "{error}");
        let under_a_file = Lock::take(&folder.path().join("relay.crt/state")).unwrap_err();
        assert!(matches!(under_a_file, StateError::File { .. }), "{under_a_file}");
    }

    #[test]
    fn only_a_relay_that_starts_makes_anything() {
        let folder = tempfile::tempdir().unwrap();
        let mistyped = folder.path().join("./stat");
        let error = State::open(&mistyped).unwrap_err().to_string();
        assert!(error.contains(folder.path().join("stat").to_str().unwrap()), "{error}");
        assert!(error.contains("relay.key is not there") && error.contains("--state"), "{error}");
        assert!(!mistyped.exists());
    }

    #[test]
    fn one_folder_has_one_relay_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let error = Lock::take(folder.path()).unwrap_err();
        let own = std::process::id();
        assert!(
            matches!(error, StateError::InUse { process: Some(process), .. } if process == own),
            "{error}"
        );
        for word in [folder.path().to_str().unwrap(), &own.to_string(), "stop that one"] {
            assert!(error.to_string().contains(word), "{error}");
        }
        drop(first);
        Lock::take(folder.path()).unwrap();
    }
}
