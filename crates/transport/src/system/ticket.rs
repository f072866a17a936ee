//! The ticket of whoever is logged in (Kerberos), for services that ask for one: SPNEGO (RFC 4178) as the system makes it.

use std::time::Duration;

use tokio::sync::oneshot;

/// How long the system may take, which may have to ask its authority first.
const PATIENCE: Duration = Duration::from_secs(4);

/// What a web service on this host is told (RFC 4559, section 4.1); `None` where the system has no ticket for it. The
/// system is asked aside, and left alone if it takes too long: nothing waits for such a thread, not the program's end
/// either.
pub(crate) async fn for_web(host: &str) -> Option<Vec<u8>> {
    let host = host.to_owned();
    let (tell, told) = oneshot::channel();
    let ask = move || drop(tell.send(for_service(&host)));
    std::thread::Builder::new().name("ticket".to_owned()).spawn(ask).ok()?;
    tokio::time::timeout(PATIENCE, told).await.ok()?.ok()?
}

#[cfg(all(unix, not(target_os = "macos")))]
use gssapi::for_service;
#[cfg(windows)]
use sspi::for_service;

#[cfg(not(any(windows, all(unix, not(target_os = "macos")))))]
fn for_service(_host: &str) -> Option<Vec<u8>> {
    None
}

/// GSS-API (RFC 2744), if it is installed: nothing is linked.
#[cfg(all(unix, not(target_os = "macos")))]
#[expect(unsafe_code, reason = "the system's library for tickets speaks C, and is loaded where it is there")]
mod gssapi {
    use std::ffi::c_void;
    use std::ptr::{null, null_mut};
    use std::sync::OnceLock;

    use libloading::{Library, Symbol};

    /// 1.2.840.113554.1.2.1.4: a service and a host with an @ between them (RFC 2743, section 4.1).
    static HOST_SERVICE: [u8; 10] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 1, 4];
    /// 1.3.6.1.5.5.2: SPNEGO.
    static SPNEGO: [u8; 6] = [0x2b, 6, 1, 5, 5, 2];
    /// The bits of a status that say that there is an error (RFC 2744, section 3.9.1).
    const ERROR: u32 = 0xffff_0000;

    #[repr(C)]
    struct Buffer {
        length: usize,
        value: *mut c_void,
    }

    #[repr(C)]
    struct Oid {
        length: u32,
        elements: *const c_void,
    }

    type ImportName = unsafe extern "C" fn(*mut u32, *const Buffer, *const Oid, *mut *mut c_void) -> u32;
    type InitContext = unsafe extern "C" fn(
        *mut u32,
        *const c_void,
        *mut *mut c_void,
        *mut c_void,
        *const Oid,
        u32,
        u32,
        *const c_void,
        *const Buffer,
        *mut *const Oid,
        *mut Buffer,
        *mut u32,
        *mut u32,
    ) -> u32;
    type ReleaseBuffer = unsafe extern "C" fn(*mut u32, *mut Buffer) -> u32;
    type ReleaseName = unsafe extern "C" fn(*mut u32, *mut *mut c_void) -> u32;
    type DeleteContext = unsafe extern "C" fn(*mut u32, *mut *mut c_void, *mut Buffer) -> u32;

    pub(super) fn for_service(host: &str) -> Option<Vec<u8>> {
        static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();
        // SAFETY: the library is the system's own; what it does when it is loaded is what every program of the system
        // that speaks GSS-API lets it do.
        let load = || unsafe { Library::new("libgssapi_krb5.so.2") }.ok();
        let library = LIBRARY.get_or_init(load).as_ref()?;
        // SAFETY: the names have had these types since RFC 2744 and its predecessors.
        let (import, init, release, release_name, delete) = unsafe {
            let import: Symbol<'_, ImportName> = library.get(b"gss_import_name\0").ok()?;
            let init: Symbol<'_, InitContext> = library.get(b"gss_init_sec_context\0").ok()?;
            let release: Symbol<'_, ReleaseBuffer> = library.get(b"gss_release_buffer\0").ok()?;
            let release_name: Symbol<'_, ReleaseName> = library.get(b"gss_release_name\0").ok()?;
            let delete: Symbol<'_, DeleteContext> = library.get(b"gss_delete_sec_context\0").ok()?;
            (import, init, release, release_name, delete)
        };
        let mut service = format!("HTTP@{host}").into_bytes();
        let asked = Buffer { length: service.len(), value: service.as_mut_ptr().cast() };
        let kind = Oid { length: 10, elements: HOST_SERVICE.as_ptr().cast() };
        let mechanism = Oid { length: 6, elements: SPNEGO.as_ptr().cast() };
        let (mut minor, mut name, mut context) = (0, null_mut(), null_mut());
        let mut token = Buffer { length: 0, value: null_mut() };
        // SAFETY: every pointer is to something above that outlives the calls, or null where RFC 2744 says that nothing is
        // wanted; what the library made is copied, and given back to it.
        unsafe {
            if import(&raw mut minor, &raw const asked, &raw const kind, &raw mut name) & ERROR != 0 {
                return None;
            }
            let status = init(
                &raw mut minor,
                null(),
                &raw mut context,
                name,
                &raw const mechanism,
                0,
                0,
                null(),
                null(),
                null_mut(),
                &raw mut token,
                null_mut(),
                null_mut(),
            );
            let is_one = status & ERROR == 0 && token.length > 0 && !token.value.is_null();
            let made =
                is_one.then(|| std::slice::from_raw_parts(token.value.cast::<u8>(), token.length).to_vec());
            release(&raw mut minor, &raw mut token);
            release_name(&raw mut minor, &raw mut name);
            if !context.is_null() {
                delete(&raw mut minor, &raw mut context, null_mut());
            }
            made
        }
    }
}

/// What Windows has in its place.
#[cfg(windows)]
#[expect(unsafe_code, reason = "the system's interface for tickets speaks C")]
mod sspi {
    use std::ptr::{null, null_mut};

    use windows_sys::Win32::Security::Authentication::Identity::{
        AcquireCredentialsHandleW, DeleteSecurityContext, FreeContextBuffer, FreeCredentialsHandle,
        ISC_REQ_ALLOCATE_MEMORY, InitializeSecurityContextW, SECBUFFER_TOKEN, SECBUFFER_VERSION,
        SECPKG_CRED_OUTBOUND, SECURITY_NATIVE_DREP, SecBuffer, SecBufferDesc,
    };
    use windows_sys::Win32::Security::Credentials::SecHandle;

    pub(super) fn for_service(host: &str) -> Option<Vec<u8>> {
        let wide = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<u16>>();
        let (package, service) = (wide("Negotiate"), wide(&format!("HTTP/{host}")));
        let mut credentials = SecHandle { dwLower: 0, dwUpper: 0 };
        let mut context = SecHandle { dwLower: 0, dwUpper: 0 };
        let (mut expiry, mut attributes) = (0, 0);
        let mut buffer = SecBuffer { cbBuffer: 0, BufferType: SECBUFFER_TOKEN, pvBuffer: null_mut() };
        let mut buffers =
            SecBufferDesc { ulVersion: SECBUFFER_VERSION, cBuffers: 1, pBuffers: &raw mut buffer };
        // SAFETY: every pointer is to something above that outlives the calls, or null where the system's documents say
        // that nothing is wanted; what the system made is copied, and given back to it.
        unsafe {
            let acquired = AcquireCredentialsHandleW(
                null(),
                package.as_ptr(),
                SECPKG_CRED_OUTBOUND,
                null(),
                null(),
                None,
                null(),
                &raw mut credentials,
                &raw mut expiry,
            );
            if acquired < 0 {
                return None;
            }
            let status = InitializeSecurityContextW(
                &raw const credentials,
                null(),
                service.as_ptr(),
                ISC_REQ_ALLOCATE_MEMORY,
                0,
                SECURITY_NATIVE_DREP,
                null(),
                0,
                &raw mut context,
                &raw mut buffers,
                &raw mut attributes,
                &raw mut expiry,
            );
            let is_one = status >= 0 && buffer.cbBuffer > 0 && !buffer.pvBuffer.is_null();
            let made = is_one.then(|| {
                std::slice::from_raw_parts(buffer.pvBuffer.cast::<u8>(), buffer.cbBuffer as usize).to_vec()
            });
            if !buffer.pvBuffer.is_null() {
                FreeContextBuffer(buffer.pvBuffer);
            }
            if status >= 0 {
                DeleteSecurityContext(&raw const context);
            }
            FreeCredentialsHandle(&raw const credentials);
            // What begins like this is no ticket, but a talk in which passwords count (NTLM).
            made.filter(|token| !token.starts_with(b"NTLMSSP\0"))
        }
    }
}
