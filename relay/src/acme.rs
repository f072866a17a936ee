//! The public certificate from an authority that gives it by itself (ACME, RFC 8555), and renews it before it expires.
//!
//! That a host is this relay's is shown in the TLS of the ports that it has anyway (RFC 8737): the authority comes to port
//! 443 of it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use farhand_transport::web::{WebCertificate, WebCertificateError};
use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Identifier, NewAccount, NewOrder, OrderStatus, RetryPolicy,
};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use tracing::{error, info};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use crate::state;

const CHAIN: &str = "public.crt";
const KEY: &str = "public.key";
const ACCOUNT: &str = "acme-account.json";

/// Let's Encrypt.
pub const DIRECTORY: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// How long an authority may take for a step.
const STEP: Duration = Duration::from_secs(90);
/// How long all of it may take.
const WHOLE: Duration = Duration::from_secs(10 * 60);
/// The pause after a certificate could not be had; it doubles. Authorities count failures by the hour.
const FIRST_PAUSE: Duration = Duration::from_secs(10 * 60);
const LONGEST_PAUSE: Duration = Duration::from_secs(6 * 60 * 60);
/// How often it is looked whether it is time, at least.
const LOOK: Duration = Duration::from_secs(60 * 60);

/// What to ask of which authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acme {
    /// The names of this relay.
    pub hosts: Vec<String>,
    /// Where the authority says what it does.
    pub directory: String,
    /// Where the authority may write to.
    pub contact: Option<String>,
    /// The authority's own certificate, where the system does not know it.
    pub root: Option<PathBuf>,
}

impl Default for Acme {
    fn default() -> Self {
        Self { hosts: Vec::new(), directory: DIRECTORY.to_owned(), contact: None, root: None }
    }
}

#[derive(Debug, thiserror::Error)]
enum AcmeError {
    #[error("the authority at {0} did not give a certificate: {why}", why = whole(.1))]
    Authority(String, instant_acme::Error),
    #[error("the authority offers no way to show that {0} is this relay (tls-alpn-01 is needed)")]
    NoWay(String),
    #[error(
        "the authority did not find {0} to be this relay: it must reach port 443 of every host in `hosts`, and find this \
         relay there ({1})"
    )]
    NotFound(String, String),
    #[error("the authority at {0} was not done within {minutes} minutes", minutes = WHOLE.as_secs() / 60)]
    Silent(String),
    #[error("{path}: {source}", path = .0.display(), source = .1)]
    File(PathBuf, #[source] io::Error),
    #[error(transparent)]
    Certificate(#[from] WebCertificateError),
}

/// An error with what it comes from: what TLS says stands at the end of it.
fn whole(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |whole, cause| format!("{whole}: {cause}"))
}

/// The certificate of before, else one that nobody vouches for until there is one.
pub(crate) fn begin(folder: &Path) -> Result<WebCertificate, WebCertificateError> {
    WebCertificate::load(&folder.join(CHAIN), &folder.join(KEY)).or_else(|_| WebCertificate::self_signed())
}

/// Gets a certificate whenever the one in use is due.
pub(crate) async fn keep(acme: Acme, folder: PathBuf, certificate: Arc<WebCertificate>) {
    let mut pause = FIRST_PAUSE;
    loop {
        if let Some(left) = time_left(&certificate, &acme.hosts) {
            // A clock that is set meanwhile is noticed within the hour.
            sleep(left.min(LOOK)).await;
            continue;
        }
        let renewed = timeout(WHOLE, renew(&acme, &folder, &certificate)).await;
        let renewed = renewed.unwrap_or_else(|_| Err(AcmeError::Silent(acme.directory.clone())));
        certificate.forget_proofs();
        match renewed {
            Ok(()) => {
                pause = FIRST_PAUSE;
                let expires = expiry(&certificate).unwrap_or_default();
                info!(hosts = acme.hosts.join(", "), %expires, "a new public certificate");
                if time_left(&certificate, &acme.hosts).is_some() {
                    continue;
                }
                error!("the authority gave a certificate that is due already, or is for other hosts");
            }
            Err(error) => {
                error!(%error, again_in = ?pause, "no public certificate; the one of before stays in use");
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// How long until the certificate in use is to be renewed, when a third of its time is left; `None` where that is now, or
/// where it is not for all of these hosts.
fn time_left(certificate: &WebCertificate, hosts: &[String]) -> Option<Duration> {
    let chain = certificate.chain();
    let (_, leaf) = X509Certificate::from_der(chain.first()?).ok()?;
    let names = leaf.subject_alternative_name().ok()??;
    let is_for = |host: &String| {
        let is_it = |name: &GeneralName<'_>| matches!(name, GeneralName::DNSName(name) if name.eq_ignore_ascii_case(host));
        names.value.general_names.iter().any(is_it)
    };
    if !hosts.iter().all(is_for) {
        return None;
    }
    let validity = leaf.validity();
    let (begins, ends) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    let due = begins + (ends - begins) / 3 * 2;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    let left = u64::try_from(due).ok()?.checked_sub(now)?;
    (left > 0).then(|| Duration::from_secs(left))
}

fn expiry(certificate: &WebCertificate) -> Option<String> {
    let chain = certificate.chain();
    let (_, leaf) = X509Certificate::from_der(chain.first()?).ok()?;
    Some(leaf.validity().not_after.to_string())
}

async fn renew(acme: &Acme, folder: &Path, certificate: &WebCertificate) -> Result<(), AcmeError> {
    let failed = |error| AcmeError::Authority(acme.directory.clone(), error);
    let account = account(acme, folder).await?;
    let hosts: Vec<_> = acme.hosts.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&hosts)).await.map_err(failed)?;
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization.map_err(failed)?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let host = authorization.identifier().to_string();
        let challenge = authorization.challenge(ChallengeType::TlsAlpn01);
        let mut challenge = challenge.ok_or_else(|| AcmeError::NoWay(host.clone()))?;
        let digest = challenge.key_authorization().digest().as_ref().try_into();
        certificate.prove(&host, digest.map_err(|_| AcmeError::NoWay(host.clone()))?)?;
        challenge.set_ready().await.map_err(failed)?;
    }
    let retries = RetryPolicy::new().timeout(STEP);
    let not_found = |why: String| AcmeError::NotFound(acme.hosts.join(", "), why);
    match order.poll_ready(&retries).await {
        Ok(OrderStatus::Ready) => {}
        Ok(status) => return Err(not_found(format!("the order is {status:?}"))),
        Err(instant_acme::Error::Api(problem)) => return Err(not_found(problem.to_string())),
        Err(error) => return Err(failed(error)),
    }
    let key = order.finalize().await.map_err(failed)?;
    let chain = order.poll_certificate(&retries).await.map_err(failed)?;
    let (chain_file, key_file) = (folder.join(CHAIN), folder.join(KEY));
    write(&key_file, &key, 0o600)?;
    write(&chain_file, &chain, 0o644)?;
    Ok(certificate.reload(&chain_file, &key_file)?)
}

/// The account of before at this authority, else a new one.
async fn account(acme: &Acme, folder: &Path) -> Result<Account, AcmeError> {
    let failed = |error| AcmeError::Authority(acme.directory.clone(), error);
    let builder = || match &acme.root {
        Some(root) => Account::builder_with_root(root),
        None => Account::builder(),
    };
    let file = folder.join(ACCOUNT);
    let known = match std::fs::read(&file) {
        Ok(text) => serde_json::from_slice::<Value>(&text).ok(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(AcmeError::File(file, error)),
    };
    let known = known.filter(|known| known["directory"] == acme.directory.as_str());
    let known = known.and_then(|mut known| serde_json::from_value(known["credentials"].take()).ok());
    if let Some(credentials) = known {
        return builder().map_err(failed)?.from_credentials(credentials).await.map_err(failed);
    }
    let contact: Vec<String> = acme.contact.iter().map(|contact| format!("mailto:{contact}")).collect();
    let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
    let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) =
        builder().map_err(failed)?.create(&new, acme.directory.clone(), None).await.map_err(failed)?;
    let text = json!({ "directory": acme.directory, "credentials": credentials }).to_string();
    write(&file, &text, 0o600)?;
    Ok(account)
}

fn write(file: &Path, text: &str, mode: u32) -> Result<(), AcmeError> {
    state::replace(file, text, mode).map_err(|error| AcmeError::File(file.to_owned(), error))
}
