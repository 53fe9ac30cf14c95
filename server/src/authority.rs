//! The host and the port of a request, as `Host`, `Origin` and the request target write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A host name or an IP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// A name in lower case, without the dot of the root.
    Name(String),
    Address(IpAddr),
}

/// A host and its port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostAndPort {
    pub(crate) host: Host,
    /// `None` for the port of the scheme.
    pub(crate) port: Option<u16>,
}

impl Host {
    /// Parses a name or an address without a port. Only the dotted form with four decimal numbers
    /// is an IPv4 address: browsers convert the other forms before they send them. An IPv6 address
    /// has brackets.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(inside) = text.strip_prefix('[') {
            let address: Ipv6Addr = inside.strip_suffix(']')?.parse().ok()?;
            return Some(Self::Address(address.into()));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        if let Ok(address) = name.parse::<Ipv4Addr>() {
            return Some(Self::Address(address.into()));
        }
        let is_label = |label: &str| {
            let mut bytes = label.bytes();
            !label.is_empty()
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        name.split('.')
            .all(is_label)
            .then(|| Self::Name(name.to_ascii_lowercase()))
    }

    /// Returns the host without the prefix with which clients call StartSyncExecution and
    /// TestState.
    pub(crate) fn without_sync(&self) -> Option<Self> {
        match self {
            Self::Name(name) => Self::parse(name.strip_prefix("sync-")?),
            Self::Address(_) => None,
        }
    }

    /// Whether the host is this machine, whatever a name server returns (RFC 6761).
    pub(crate) fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Self::Address(address) => address.to_canonical().is_loopback(),
        }
    }
}

impl HostAndPort {
    /// Parses `host` or `host:port`. A text with a user, a path or any other character has no host.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let end = match text.strip_prefix('[') {
            Some(inside) => inside.find(']')? + 2,
            None => text.find(':').unwrap_or(text.len()),
        };
        let (host, port) = text.split_at(end);
        let port = match port.strip_prefix(':') {
            // `parse` also accepts a sign.
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(port.parse().ok()?)
            }
            Some(_) => return None,
            None if port.is_empty() => None,
            None => return None,
        };
        Some(Self {
            host: Host::parse(host)?,
            port,
        })
    }

    /// Parses an origin: `http://host:port` or `https://host:port`, with the port of the scheme if
    /// it has none. `null` has no host.
    pub(crate) fn of_origin(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let port = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let parsed = Self::parse(authority)?;
        Some(Self {
            port: parsed.port.or(Some(port)),
            ..parsed
        })
    }

    /// Whether a page of the origin `origin` is one of this host and port. The scheme of a request
    /// is unknown, because a proxy may have added TLS.
    pub(crate) fn is_of_origin(&self, origin: &Self) -> bool {
        let ports = self
            .port
            .map_or([Some(80), Some(443)], |port| [Some(port); 2]);
        self.host == origin.host && ports.contains(&origin.port)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Host {
        Host::Name(text.to_owned())
    }

    #[test]
    fn hosts_and_ports_are_parsed_exactly() {
        let address = |text: &str| Host::Address(text.parse().expect("an address"));
        for (text, host, port) in [
            ("localhost", name("localhost"), None),
            ("LOCALHOST:8083", name("localhost"), Some(8083)),
            ("a.Localhost.:1", name("a.localhost"), Some(1)),
            ("127.0.0.1", address("127.0.0.1"), None),
            ("127.0.0.1.:80", address("127.0.0.1"), Some(80)),
            ("[::1]:8083", address("::1"), Some(8083)),
            ("[::ffff:127.0.0.1]", address("::ffff:127.0.0.1"), None),
            ("127.1", name("127.1"), None),
            ("0x7f.1", name("0x7f.1"), None),
            ("2130706433", name("2130706433"), None),
        ] {
            let expected = HostAndPort { host, port };
            assert_eq!(HostAndPort::parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn texts_that_are_no_host_are_refused() {
        for text in [
            "",
            ":8083",
            ".",
            "..",
            "localhost..",
            ".localhost",
            "a b",
            "localhost:",
            "localhost:+1",
            "localhost:65536",
            "localhost:80:80",
            "localhost@evil.example",
            "user@localhost",
            "localhost/",
            "localhost?x",
            "localhost#x",
            "localhost\\evil.example",
            "localhost%00",
            "localhost\t",
            "b\u{fc}ro",
            "::1",
            "[::1",
            "::1]",
            "[::1]x",
            "[::1]@evil.example",
            "[fe80::1%25eth0]",
            "[localhost]",
            "[127.0.0.1]",
            "http://localhost",
        ] {
            assert_eq!(HostAndPort::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_loopback_hosts_are_of_this_machine() {
        let is_loopback = |text: &str| Host::parse(text).is_some_and(|host| host.is_loopback());
        for text in [
            "localhost",
            "LocalHost.",
            "a.b.localhost",
            "127.0.0.1",
            "127.255.255.254",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(is_loopback(text), "{text}");
        }
        for text in [
            "127.evil.invalid",
            "127.0.0.1.evil.invalid",
            "localhost.evil.invalid",
            "evillocalhost",
            "127.1",
            "0.0.0.0",
            "128.0.0.1",
            "10.0.0.1",
            "[::2]",
            "[::ffff:8.8.8.8]",
            "",
        ] {
            assert!(!is_loopback(text), "{text}");
        }
    }

    #[test]
    fn an_origin_has_a_scheme_and_a_host() {
        let port = |text: &str| HostAndPort::of_origin(text).and_then(|parsed| parsed.port);
        assert_eq!(port("http://localhost"), Some(80));
        assert_eq!(port("https://localhost"), Some(443));
        assert_eq!(port("http://[::1]:5173"), Some(5173));
        for text in [
            "null",
            "",
            "localhost",
            "file://",
            "file://localhost",
            "chrome-extension://abc",
            "http://localhost/",
            "http://user@localhost",
            "HTTP://localhost",
        ] {
            assert_eq!(HostAndPort::of_origin(text), None, "{text}");
        }
    }

    #[test]
    fn a_page_of_another_port_is_of_another_origin() {
        let is_of = |host: &str, origin: &str| {
            let host = HostAndPort::parse(host).expect("a host");
            host.is_of_origin(&HostAndPort::of_origin(origin).expect("an origin"))
        };
        assert!(is_of("localhost:8083", "http://localhost:8083"));
        assert!(is_of("states.test", "https://states.test"));
        assert!(is_of("states.test:80", "http://states.test"));
        assert!(!is_of("localhost:8083", "http://localhost:3000"));
        assert!(!is_of("localhost:8083", "http://127.0.0.1:8083"));
        assert!(!is_of("localhost:8083", "http://localhost"));
        assert!(!is_of("states.test:8083", "https://states.test"));
    }

    proptest! {
        #[test]
        fn a_host_is_of_this_machine_only_if_it_is_a_loopback_name_or_address(text in "[a-zA-Z0-9.:@\\[\\]/_-]{0,30}|(127|localhost|sync-|\\.|:|[0-9]|[a-z]){0,8}") {
            let Some(parsed) = HostAndPort::parse(&text) else { return Ok(()) };
            if parsed.host.is_loopback() {
                let lower = text.to_ascii_lowercase();
                let host = lower.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())).map_or(lower.as_str(), |(host, _)| host);
                let host = host.trim_end_matches('.').trim_matches(['[', ']']);
                let is_name = host == "localhost" || host.ends_with(".localhost");
                let is_address = host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
                prop_assert!(is_name || is_address, "{}", text);
            }
        }
    }
}
