//! Access control: which hosts and origins a server accepts, and the signatures of requests if
//! access keys are set.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::{Authority, Uri};
use axum::http::{HeaderMap, HeaderName, Version};

use crate::access_keys::AccessKeys;
use crate::authority::{Host, HostAndPort};
use crate::error::ApiError;
use crate::signature::{self, SignatureScope};

/// How the page that sent a request is related to this server, as a browser reports it.
#[cfg(feature = "console")]
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The requirements for a request.
pub(crate) struct Access {
    /// Further hosts that are accepted, in addition to the names of this machine and to IP
    /// addresses.
    pub(crate) hosts: Vec<Host>,
    /// The keys of accepted signatures; without keys, signatures are not checked.
    pub(crate) keys: Option<AccessKeys>,
    /// The region that signatures are for.
    pub(crate) region: String,
}

impl Access {
    /// Rejects requests that a page of another site sends through a browser that can reach this
    /// server. Such a page can make its own name resolve to the address of this server (DNS
    /// rebinding), so that the name in `Host` is the only difference. An IP address is no name, so
    /// that no page can make it resolve to another address.
    ///
    /// # Errors
    ///
    /// `MalformedHttpRequestException` without exactly one host, and `AccessDeniedException`, which
    /// names the host or the origin.
    pub(crate) fn check_host(&self, request: &Request) -> Result<(), ApiError> {
        let host = only(request.headers(), &HOST)?;
        // HTTP/1.0 has no `Host`. A browser never sends it.
        if host.is_none() && request.version() > Version::HTTP_10 {
            return Err(ApiError::malformed(
                "the header `Host` is missing; HTTP/1.1 needs it",
            ));
        }
        // A URL as the target of the request replaces `Host`.
        let absolute = request.uri().authority().map(Authority::as_str);
        for host in host.as_deref().into_iter().chain(absolute) {
            if !HostAndPort::parse(host).is_some_and(|parsed| self.has_host(&parsed.host)) {
                return Err(ApiError::access_denied(format!(
                    "the host `{}` is not allowed: this server accepts requests to `localhost` and IP addresses; add a name with `--allow-host` (`ServerBuilder::allow_host`)",
                    host.escape_debug()
                )));
            }
        }
        let Some(origin) = only(request.headers(), &ORIGIN)? else {
            return Ok(());
        };
        if self.has_origin(&origin, host.as_deref()) {
            Ok(())
        } else {
            Err(ApiError::access_denied(format!(
                "pages of the origin `{}` may not call this server, but pages of this machine may; add a host with `--allow-host` (`ServerBuilder::allow_host`)",
                origin.escape_debug()
            )))
        }
    }

    /// Whether a page of this server can have sent a form: a browser reports the origin of the
    /// page, and its relation to this server. Each port of this machine has its own origin. A
    /// client that is no browser reports neither.
    #[cfg(feature = "console")]
    pub(crate) fn is_own_form(&self, headers: &HeaderMap) -> bool {
        let site = headers.get(SEC_FETCH_SITE);
        let is_other_site = site.is_some_and(|site| site != "same-origin" && site != "none");
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let is_own_origin = !headers.contains_key(ORIGIN)
            || text(ORIGIN)
                .and_then(HostAndPort::of_origin)
                .is_some_and(|origin| {
                    let own = text(HOST).and_then(HostAndPort::parse);
                    own.is_some_and(|own| own.is_of_origin(&origin))
                        || self.is_allowed(&origin.host)
                });
        !is_other_site && is_own_origin
    }

    /// Checks the signature of a request, where keys are set.
    ///
    /// # Errors
    ///
    /// Those of [`signature::check`].
    pub(crate) fn check_signature(
        &self,
        service: &str,
        headers: &HeaderMap,
        uri: &Uri,
        body: &[u8],
    ) -> Result<(), ApiError> {
        match &self.keys {
            None => Ok(()),
            Some(keys) => {
                let scope = SignatureScope {
                    region: &self.region,
                    service,
                };
                signature::check(keys, scope, headers, uri, body)
            }
        }
    }

    fn has_host(&self, host: &Host) -> bool {
        let has = |host: &Host| {
            host.is_loopback() || matches!(host, Host::Address(_)) || self.is_allowed(host)
        };
        has(host) || host.without_sync().is_some_and(|host| has(&host))
    }

    fn is_allowed(&self, host: &Host) -> bool {
        self.hosts.contains(host)
    }

    /// Another IP address than that of the request does not prove that a page is of this machine:
    /// any site can be reached by one.
    fn has_origin(&self, origin: &str, host: Option<&str>) -> bool {
        let Some(origin) = HostAndPort::of_origin(origin) else {
            return false;
        };
        let own = host.and_then(HostAndPort::parse);
        own.is_some_and(|own| own.is_of_origin(&origin))
            || origin.host.is_loopback()
            || self.is_allowed(&origin.host)
    }
}

/// Returns a header that a request may have only once: which of several a proxy or this server
/// reads would differ.
fn only(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, ApiError> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    match values.next() {
        Some(_) => Err(ApiError::malformed(format!(
            "the header `{name}` occurs more than once; send it once"
        ))),
        None => Ok(first.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::body::Body;
    use proptest::prelude::*;

    use super::*;

    fn access(hosts: &[&str]) -> Access {
        let hosts = hosts.iter().map(|host| Host::parse(host).expect("a host"));
        Access {
            hosts: hosts.collect(),
            keys: None,
            region: "us-east-1".to_owned(),
        }
    }

    /// Returns the status of the refusal; 200 if the request is accepted.
    fn status(access: &Access, version: Version, headers: &[(HeaderName, &str)]) -> u16 {
        let mut request = axum::http::Request::post("/").version(version);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let request = request.body(Body::empty()).expect("it is a request");
        access
            .check_host(&request)
            .map_or_else(|error| error.status(), |()| 200)
    }

    fn is_answered(access: &Access, host: &str, origin: Option<&str>) -> bool {
        let origin = origin.map(|origin| (ORIGIN, origin));
        let headers: Vec<_> = [(HOST, host)].into_iter().chain(origin).collect();
        status(access, Version::HTTP_11, &headers) == 200
    }

    #[test]
    fn local_and_allowed_host_names_are_accepted() {
        let access = access(&["States.Test.", "sync-team"]);
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
            "States.Test.:80",
            "sync-states.test",
            "sync-team",
        ] {
            assert!(is_answered(&access, host, None), "{host}");
        }
    }

    #[test]
    fn foreign_host_names_are_refused() {
        let access = access(&["states.test"]);
        for host in [
            "evil.example",
            "evil.example:8083",
            "localhost.evil.example",
            "evillocalhost",
            "sync-evil.example",
            "127.0.0.1.evil.example",
            "sync-sync-localhost",
            "x.states.test",
            "states.test.evil.example",
            "localhost@evil.example",
            "localhost:8083@evil.example",
            "",
            "a b",
            "0x7f.1",
            "localhost, evil.example",
        ] {
            assert_eq!(
                status(&access, Version::HTTP_11, &[(HOST, host)]),
                403,
                "{host}"
            );
        }
    }

    #[test]
    fn a_request_has_exactly_one_host() {
        let access = access(&[]);
        let (first, second) = ((HOST, "localhost"), (HOST, "evil.example"));
        for headers in [
            vec![first.clone(), second.clone()],
            vec![second, first.clone()],
            vec![first.clone(), first],
            vec![],
        ] {
            assert_eq!(
                status(&access, Version::HTTP_11, &headers),
                400,
                "{headers:?}"
            );
        }
        assert_eq!(status(&access, Version::HTTP_10, &[]), 200);
        let origins = [
            (HOST, "localhost"),
            (ORIGIN, "http://localhost"),
            (ORIGIN, "null"),
        ];
        assert_eq!(status(&access, Version::HTTP_11, &origins), 400);
    }

    #[test]
    fn the_host_of_an_absolute_uri_is_checked() {
        for target in ["http://evil.example/", "http://localhost@evil.example/"] {
            let request = axum::http::Request::post(target).header(HOST, "localhost");
            let request = request.body(Body::empty()).expect("it is a request");
            assert!(access(&[]).check_host(&request).is_err(), "{target}");
        }
    }

    #[test]
    fn only_local_and_allowed_origins_are_accepted() {
        let access = access(&["states.test"]);
        for origin in [
            "http://localhost:3000",
            "https://127.0.0.1",
            "http://[::1]:5173",
            "https://states.test",
        ] {
            assert!(is_answered(&access, "localhost", Some(origin)), "{origin}");
        }
        for origin in [
            "null",
            "http://evil.example",
            "http://203.0.113.7",
            "http://localhost@evil.example",
            "file://",
            "chrome-extension://abc",
            "localhost",
            "",
        ] {
            assert!(!is_answered(&access, "localhost", Some(origin)), "{origin}");
        }
    }

    #[test]
    fn a_page_of_an_address_may_call_the_server_at_the_same_address_and_port() {
        let answers = |origin: &str| is_answered(&access(&[]), "192.168.0.7:8083", Some(origin));
        assert!(answers("http://192.168.0.7:8083"));
        assert!(!answers("http://192.168.0.7:8084"));
        assert!(!answers("http://192.168.0.8:8083"));
        assert!(!answers("http://evil.example:8083"));
    }

    #[cfg(feature = "console")]
    #[test]
    fn a_form_of_another_origin_or_site_is_no_form_of_the_console() {
        let access = access(&["states.test"]);
        let is_own = |host: &str, origin: Option<&str>, site: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().expect("a value"));
            for (name, value) in [(ORIGIN, origin), (SEC_FETCH_SITE, site)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().expect("a value"));
                }
            }
            access.is_own_form(&headers)
        };
        let own = Some("http://localhost:8083");
        for (host, origin, site) in [
            ("localhost:8083", None, None),
            ("localhost:8083", own, None),
            ("localhost:8083", own, Some("same-origin")),
            (
                "127.0.0.1:8083",
                Some("https://states.test"),
                Some("same-origin"),
            ),
            ("192.168.0.7:8083", Some("http://192.168.0.7:8083"), None),
        ] {
            assert!(is_own(host, origin, site), "{host} {origin:?} {site:?}");
        }
        for (host, origin, site) in [
            ("localhost:8083", Some("http://localhost:3000"), None),
            ("localhost:8083", Some("http://127.0.0.1:8083"), None),
            ("localhost:8083", Some("null"), None),
            ("localhost:8083", own, Some("same-site")),
            ("localhost:8083", own, Some("cross-site")),
            ("localhost:8083", None, Some("cross-site")),
        ] {
            assert!(!is_own(host, origin, site), "{host} {origin:?} {site:?}");
        }
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
            prop_assert!(!is_answered(&access(&[]), &name, None));
        }
    }
}
