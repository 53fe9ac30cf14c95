//! Access control: which hosts and origins a server accepts, and the signatures of requests if access keys are set.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::{Authority, Uri};
use tokio::net::TcpListener;

use crate::access_keys::AccessKeys;
use crate::error::ApiError;
use crate::signature;

/// The requirements for a request.
pub(crate) struct Access {
    /// Whether the server listens at a loopback address.
    pub(crate) is_loopback: bool,
    /// Further host names that are accepted, in addition to the names of this machine.
    pub(crate) hosts: Vec<String>,
    /// The keys of accepted signatures; without keys, signatures are not checked.
    pub(crate) keys: Option<AccessKeys>,
    /// The region that signatures are for.
    pub(crate) region: String,
}

impl Access {
    /// Returns the requirements of a server with this listener.
    pub(crate) fn of(
        listener: &TcpListener,
        hosts: Vec<String>,
        keys: Option<AccessKeys>,
        region: &str,
    ) -> Self {
        let address = listener.local_addr();
        Self {
            is_loopback: address.is_ok_and(|address| address.ip().to_canonical().is_loopback()),
            hosts,
            keys,
            region: region.to_owned(),
        }
    }

    /// Rejects requests that a page of another site sends through the browser of this machine's user. Such a page can make its own name resolve
    /// to a loopback address (DNS rebinding), so that the name in `Host` is the only difference.
    ///
    /// # Errors
    ///
    /// `AccessDeniedException`, which names the host or the origin.
    pub(crate) fn check_host(&self, request: &Request) -> Result<(), ApiError> {
        if self.is_loopback {
            let host = request.headers().get(HOST);
            let host = host.map(|host| String::from_utf8_lossy(host.as_bytes()));
            let absolute = request.uri().authority().map(Authority::as_str);
            for host in host.as_deref().into_iter().chain(absolute) {
                if !host_of(host).is_some_and(|host| self.has_host(&host)) {
                    return Err(ApiError::access_denied(format!(
                        "the host `{host}` is not allowed: this server accepts requests to `localhost` and IP addresses; add a name with `--allow-host` (`ServerBuilder::allow_host`)"
                    )));
                }
            }
        }
        let Some(origin) = request.headers().get(ORIGIN) else {
            return Ok(());
        };
        let origin = String::from_utf8_lossy(origin.as_bytes());
        match self.has_origin(&origin, request.headers()) {
            true => Ok(()),
            false => Err(ApiError::access_denied(format!(
                "pages of the origin `{origin}` may not call this server, but pages of this machine may; add a host with `--allow-host` (`ServerBuilder::allow_host`)"
            ))),
        }
    }

    /// Checks the signature of a request, where keys are set.
    ///
    /// # Errors
    ///
    /// Those of [`signature::check`].
    pub(crate) fn check_signature(
        &self,
        headers: &HeaderMap,
        uri: &Uri,
        body: &[u8],
    ) -> Result<(), ApiError> {
        match &self.keys {
            None => Ok(()),
            Some(keys) => signature::check(keys, &self.region, headers, uri, body),
        }
    }

    fn has_host(&self, host: &str) -> bool {
        let plain = host.strip_prefix("sync-").unwrap_or(host);
        is_loopback_name(plain) || plain.parse::<IpAddr>().is_ok() || self.is_allowed(plain)
    }

    fn is_allowed(&self, host: &str) -> bool {
        self.hosts
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(host))
    }

    /// An IP address as the origin does not prove that a page is of this machine: any site can be reached by one.
    fn has_origin(&self, origin: &str, headers: &HeaderMap) -> bool {
        let Some((_, authority)) = origin.split_once("://") else {
            return false;
        };
        let own = headers.get(HOST).map(|host| host.as_bytes());
        let is_own = !self.is_loopback && own == Some(authority.as_bytes());
        is_own
            || host_of(authority).is_some_and(|host| {
                let address = host.parse::<IpAddr>();
                is_loopback_name(&host)
                    || address.is_ok_and(|address| address.is_loopback())
                    || self.is_allowed(&host)
            })
    }
}

/// Whether a name always resolves to this machine, whatever a name server returns (RFC 6761).
fn is_loopback_name(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

/// Returns the host of `host:port` in lower case, without the brackets of an IPv6 address and without the root's dot.
fn host_of(authority: &str) -> Option<String> {
    let authority: Authority = authority.parse().ok()?;
    if authority.as_str().contains('@') {
        return None;
    }
    let host = authority.host();
    let host = host
        .strip_prefix('[')
        .map_or(host, |inner| inner.strip_suffix(']').unwrap_or(host));
    let host = host.strip_suffix('.').unwrap_or(host);
    Some(host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use proptest::prelude::*;

    use super::*;

    fn access(is_loopback: bool, hosts: &[&str]) -> Access {
        Access {
            is_loopback,
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            keys: None,
            region: "us-east-1".to_owned(),
        }
    }

    fn is_answered(access: &Access, host: &str, origin: Option<&str>) -> bool {
        let mut request = axum::http::Request::post("/").header(HOST, host);
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        let request = request.body(Body::empty()).expect("it is a request");
        access.check_host(&request).is_ok()
    }

    #[test]
    fn local_and_allowed_host_names_are_accepted() {
        let access = access(true, &["states.test"]);
        for host in [
            "localhost",
            "LOCALHOST:8083",
            "localhost.",
            "api.localhost:1",
            "127.0.0.1:8083",
            "127.9.9.9",
            "[::1]:8083",
            "192.168.0.7:8083",
            "sync-localhost:8083",
            "sync-127.0.0.1:8083",
            "states.test",
            "States.Test:80",
            "sync-states.test",
        ] {
            assert!(is_answered(&access, host, None), "{host}");
        }
    }

    #[test]
    fn foreign_host_names_are_refused() {
        let local = access(true, &["states.test"]);
        for host in [
            "evil.example",
            "evil.example:8083",
            "localhost.evil.example",
            "evillocalhost",
            "sync-evil.example",
            "127.0.0.1.evil.example",
            "sync-sync-localhost",
            "x.states.test",
            "localhost@evil.example",
            "",
            "a b",
            "0x7f.1",
        ] {
            assert!(!is_answered(&local, host, None), "{host}");
        }
        // A server that other machines reach may have names that it does not know.
        assert!(is_answered(
            &access(false, &[]),
            "stepwright.internal",
            None
        ));
    }

    #[test]
    fn the_host_of_an_absolute_uri_is_checked() {
        let request = axum::http::Request::post("http://evil.example/").header(HOST, "localhost");
        let request = request.body(Body::empty()).expect("it is a request");
        assert!(access(true, &[]).check_host(&request).is_err());
    }

    #[test]
    fn only_local_and_allowed_origins_are_accepted() {
        let local = access(true, &["states.test"]);
        for origin in [
            "http://localhost:3000",
            "https://127.0.0.1",
            "http://[::1]:5173",
            "https://states.test",
        ] {
            assert!(is_answered(&local, "localhost", Some(origin)), "{origin}");
        }
        for origin in [
            "null",
            "http://evil.example",
            "http://203.0.113.7",
            "file://",
            "chrome-extension://abc",
            "localhost",
            "",
        ] {
            assert!(!is_answered(&local, "localhost", Some(origin)), "{origin}");
        }
        let open = access(false, &[]);
        assert!(is_answered(
            &open,
            "sw.internal:8083",
            Some("http://sw.internal:8083")
        ));
        assert!(!is_answered(
            &open,
            "sw.internal:8083",
            Some("http://evil.example:8083")
        ));
    }

    proptest! {
        /// A name that is no address and has no suffix of this machine's names is always rejected.
        #[test]
        fn any_other_host_name_is_refused(name in "[a-zA-Z0-9.:@\\[\\]-]{0,30}") {
            let lower = name.to_ascii_lowercase();
            prop_assume!(!lower.contains("localhost"));
            let host = lower.rsplit_once(':').map_or(lower.as_str(), |(host, _)| host);
            let plain = host.strip_prefix("sync-").unwrap_or(host).trim_matches(['[', ']']);
            prop_assume!(plain.trim_end_matches('.').parse::<IpAddr>().is_err() && lower.trim_matches(['[', ']']).parse::<IpAddr>().is_err());
            prop_assert!(!is_answered(&access(true, &[]), &name, None));
        }
    }
}
