//! Signs HTTP requests with AWS Signature Version 4.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;

use super::http::HttpRequest;

/// Adds the headers of AWS's signature, version 4. Emulators read the service and the region from
/// it.
pub(super) fn add_signature(
    request: &mut HttpRequest,
    credentials: &Credentials,
    service: &str,
    region: &str,
) -> Result<(), String> {
    let now = SystemTime::now();
    check_time(now)?;
    let identity = credentials.clone().into();
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(now)
        .settings(settings)
        .build();
    let parameters = parameters.map_err(|error| error.to_string())?;
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let url = request.url.to_string();
    let signable = SignableRequest::new(
        request.method.as_str(),
        url,
        headers,
        SignableBody::Bytes(&request.body),
    );
    let signed = signable.and_then(|signable| sign(signable, &parameters.into()));
    let (instructions, _) = signed.map_err(|error| error.to_string())?.into_parts();
    let added: Vec<_> = instructions
        .headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    request.headers.extend(added);
    Ok(())
}

/// Refuses a time that a signature cannot express: the library panics after the year 9999.
fn check_time(now: SystemTime) -> Result<(), String> {
    const AFTER_9999: Duration = Duration::from_secs(253_402_300_800);
    match now.duration_since(UNIX_EPOCH) {
        Ok(since) if since < AFTER_9999 => Ok(()),
        _ => Err(
            "the clock of this machine is before 1970 or after 9999; set it to the real time"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_a_signature_cannot_express_are_refused() {
        let after_9999 = UNIX_EPOCH + Duration::from_secs(253_402_300_800);
        assert_eq!(check_time(after_9999 - Duration::from_nanos(1)), Ok(()));
        assert_eq!(check_time(UNIX_EPOCH), Ok(()));
        for wrong in [after_9999, UNIX_EPOCH - Duration::from_nanos(1)] {
            let reason = check_time(wrong).unwrap_err();
            assert!(reason.contains("set it to the real time"), "{reason}");
        }
    }
}
