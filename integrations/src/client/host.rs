//! Which hosts are those of AWS, or this machine.

use std::net::{IpAddr, Ipv6Addr};

use hyper::Uri;

/// The domains of AWS, and those of its partition in China.
const DOMAINS: [&str; 2] = [".amazonaws.com", ".api.aws"];
const DOMAINS_IN_CHINA: [&str; 2] = [".amazonaws.com.cn", ".api.amazonwebservices.com.cn"];

/// Returns the domains of the partition of a region.
fn domains(region: &str) -> &'static [&'static str] {
    if region.starts_with("cn-") {
        &DOMAINS_IN_CHINA
    } else {
        &DOMAINS
    }
}

/// Whether requests to a URL reach AWS in the partition of a region, so that they may have a
/// signature with the keys of an account.
pub(crate) fn is_of_aws(url: &Uri, region: &str) -> bool {
    let host = url.host().unwrap_or_default().to_ascii_lowercase();
    url.scheme_str() == Some("https")
        && is_plain(url)
        && domains(region)
            .iter()
            .any(|domain| host.strip_suffix(domain).is_some_and(are_labels))
}

/// Whether a URL is that of an API of API Gateway in a region:
/// `https://ID.execute-api.REGION.amazonaws.com`.
pub(crate) fn is_api_gateway(url: &Uri, region: &str) -> bool {
    let host = url.host().unwrap_or_default().to_ascii_lowercase();
    let is_api = |name: &str| {
        // An endpoint in a VPC.
        let name = name.strip_suffix(".vpce").unwrap_or(name);
        let mut labels = name.rsplit('.');
        labels.next() == Some(region)
            && labels.next() == Some("execute-api")
            && labels.next().is_some()
    };
    let domains = domains(region).iter();
    let mut names = domains.filter_map(|domain| host.strip_suffix(domain));
    is_of_aws(url, region) && names.any(is_api)
}

/// Whether a host is one of AWS, in any partition.
pub(super) fn is_of_any_partition(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let mut domains = DOMAINS.iter().chain(&DOMAINS_IN_CHINA);
    domains.any(|domain| host.ends_with(domain))
}

/// Returns whether the host of a URL is this machine: `localhost`, or a loopback address. A name
/// that begins like an address, such as `127.example.com`, is any machine.
#[must_use]
pub fn is_loopback(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default();
    let inside = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let address: Option<IpAddr> = match inside {
        Some(inside) => inside.parse::<Ipv6Addr>().ok().map(IpAddr::from),
        None => host.parse().ok(),
    };
    match address {
        Some(address) => address.to_canonical().is_loopback(),
        None => host.eq_ignore_ascii_case("localhost"),
    }
}

/// Whether the authority of a URL is only a host and a port, without a user.
pub(crate) fn is_plain(url: &Uri) -> bool {
    url.authority()
        .is_some_and(|authority| !authority.as_str().contains('@'))
}

/// Whether a text consists of labels of a host name.
fn are_labels(name: &str) -> bool {
    let is_label = |label: &str| {
        let mut bytes = label.bytes();
        !label.is_empty()
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Uri {
        text.parse().expect("it is a URL")
    }

    #[test]
    fn only_hosts_of_the_partition_are_of_aws() {
        for (text, region) in [
            ("https://sqs.us-east-1.amazonaws.com/", "us-east-1"),
            ("https://IAM.amazonaws.com", "eu-west-1"),
            ("https://notifications.us-east-1.api.aws", "us-east-1"),
            ("https://sqs.cn-north-1.amazonaws.com.cn:443", "cn-north-1"),
        ] {
            assert!(is_of_aws(&url(text), region), "{text}");
        }
        for (text, region) in [
            ("http://sqs.us-east-1.amazonaws.com", "us-east-1"),
            ("https://sqs.cn-north-1.amazonaws.com.cn", "us-east-1"),
            ("https://sqs.us-east-1.amazonaws.com", "cn-north-1"),
            ("https://amazonaws.com", "us-east-1"),
            ("https://evilamazonaws.com", "us-east-1"),
            ("https://x.amazonaws.com.evil.invalid", "us-east-1"),
            (
                "https://sqs.us-east-1.amazonaws.com@evil.invalid",
                "us-east-1",
            ),
            ("https://user@sqs.us-east-1.amazonaws.com", "us-east-1"),
            ("https://evil.invalid/x.amazonaws.com", "us-east-1"),
            ("https://127.0.0.1", "us-east-1"),
        ] {
            assert!(!is_of_aws(&url(text), region), "{text}");
        }
    }

    #[test]
    fn only_an_api_of_api_gateway_is_signed_for_it() {
        for text in [
            "https://abc.execute-api.us-east-1.amazonaws.com/prod",
            "https://ABC.Execute-Api.us-east-1.amazonaws.com",
            "https://abc-vpce-1.execute-api.us-east-1.amazonaws.com",
            "https://vpce-1.execute-api.us-east-1.vpce.amazonaws.com",
            "https://abc.execute-api.us-east-1.api.aws",
        ] {
            assert!(is_api_gateway(&url(text), "us-east-1"), "{text}");
        }
        for text in [
            "https://evil.invalid",
            "https://execute-api.us-east-1.amazonaws.com",
            "https://abc.execute-api.us-east-1.amazonaws.com.evil.invalid",
            "https://abc.execute-api.us-east-1.amazonaws.com.cn",
            "https://abc.execute-api.evil.invalid",
            "https://execute-api.s3.amazonaws.com",
            "https://bucket.execute-api.s3.amazonaws.com",
            "https://abc.execute-api.eu-west-1.amazonaws.com",
            "https://evil-bucket.s3.us-east-1.amazonaws.com",
            "https://x.execute-api.us-east-1.s3.amazonaws.com",
            "http://abc.execute-api.us-east-1.amazonaws.com",
        ] {
            assert!(!is_api_gateway(&url(text), "us-east-1"), "{text}");
        }
    }

    #[test]
    fn a_host_is_local_if_it_is_a_loopback_address_or_localhost() {
        for text in [
            "http://localhost",
            "http://LocalHost:8083/",
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]:80",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(is_loopback(&url(text)), "{text}");
        }
        for text in [
            "http://127.evil.invalid",
            "http://127.0.0.1.evil.invalid",
            "http://localhost.evil.invalid",
            "http://127.0.0.1@evil.invalid",
            "http://localhost@evil.invalid",
            "http://127.1",
            "http://0.0.0.0",
            "http://[::ffff:8.8.8.8]",
            "http://10.0.0.1",
            "/path",
        ] {
            assert!(!is_loopback(&url(text)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_name_with_letters_is_never_local_unless_it_is_localhost(begin in "(127|127\\.0\\.0\\.1|localhost|\\[::1\\]|0)?", rest in "[.@a-z0-9-]{1,12}") {
            let Ok(url) = format!("http://{begin}{rest}").parse::<Uri>() else { return Ok(()) };
            let host = url.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
            if is_loopback(&url) {
                prop_assert!(host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()), "{}", url);
            }
        }
    }
}
