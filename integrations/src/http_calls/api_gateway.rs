//! `apigateway:invoke`.

use hyper::Uri;
use hyper::http::uri::Authority;
use serde_json::Value as Json;

use super::body;
use super::http_task::{HttpTask, check_arguments, method};
use crate::client::HttpRequest;

/// Builds the request of a task. It is sent to the `endpoint` with the API's host name in the
/// header `Host`: emulators find the API by it. Without an endpoint, it is sent to that host.
///
/// The error is the reason for which the parameters are refused.
pub(crate) fn api_gateway(parameters: &Json, endpoint: Option<&Uri>) -> Result<HttpTask, String> {
    check_arguments("apigateway:invoke", parameters)?;
    let text = |name: &str| parameters.get(name).and_then(Json::as_str);
    let host = text("ApiEndpoint").ok_or("The field 'ApiEndpoint' is required but was missing")?;
    let host = host.trim_start_matches("https://").trim_end_matches('/');
    // A user or a path would change the host of the URL.
    let is_host = host.parse().is_ok_and(|authority: Authority| {
        authority.as_str() == host && !host.contains('@') && !authority.host().is_empty()
    });
    if !is_host {
        return Err(format!(
            "The value for the field 'ApiEndpoint' must be a host name: {host}"
        ));
    }
    let base = match endpoint {
        Some(endpoint) => endpoint.to_string().trim_end_matches('/').to_owned(),
        None => format!("https://{host}"),
    };
    let parts = [text("Stage"), text("Path")].into_iter().flatten();
    let parts: Vec<_> = parts
        .map(|part| part.trim_matches('/'))
        .filter(|part| !part.is_empty())
        .collect();
    let query = body::pairs(parameters.get("QueryParameters"));
    let separator = if query.is_empty() { "" } else { "?" };
    let url = format!(
        "{base}/{}{separator}{}",
        parts.join("/"),
        body::query(&query)
    );
    let url = url.parse().map_err(|_| format!("`{url}` is not a URL"))?;
    let mut headers = body::pairs(parameters.get("Headers"));
    headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
    headers.push(("host".to_owned(), host.to_owned()));
    let given = parameters.get("RequestBody").filter(|body| !body.is_null());
    let is_typed = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if given.is_some() && !is_typed {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    // A text is a JSON text, too: recorded with the body "HelloWorld", which the API received in
    // quotes.
    let body = given.map(Json::to_string).unwrap_or_default();
    Ok(HttpTask {
        request: HttpRequest {
            method: method(parameters)?,
            url,
            headers,
            body: body.into(),
        },
        status_error: "ApiGateway.",
        socket_error: "ApiGateway.SdkClientException",
        first_failure: 400,
        is_signed: text("AuthType") == Some("IAM_ROLE"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_keeps_the_host_name_of_the_api_at_an_emulator() {
        let endpoint = "http://127.0.0.1:4566".parse().expect("it is a URL");
        let parameters = json!({
            "ApiEndpoint": "abc.execute-api.us-east-1.amazonaws.com", "Method": "POST", "Stage": "prod", "Path": "/pets/1",
            "QueryParameters": {"type": ["cat"]}, "RequestBody": "HelloWorld",
        });
        let task = api_gateway(&parameters, Some(&endpoint)).expect("it is valid");
        assert_eq!(
            task.request.url,
            "http://127.0.0.1:4566/prod/pets/1?type=cat"
        );
        assert!(task.request.headers.contains(&(
            "host".to_owned(),
            "abc.execute-api.us-east-1.amazonaws.com".to_owned()
        )));
        assert_eq!(&*task.request.body, b"\"HelloWorld\"");
        assert!(!task.is_signed);
        let task = api_gateway(&parameters, None).expect("it is valid");
        assert_eq!(
            task.request.url.host(),
            Some("abc.execute-api.us-east-1.amazonaws.com")
        );
    }

    #[test]
    fn an_endpoint_that_is_no_host_name_is_refused() {
        for host in [
            "",
            "https://",
            "abc.execute-api.us-east-1.amazonaws.com@evil.invalid",
            "evil.invalid/abc.execute-api.us-east-1.amazonaws.com",
            "evil.invalid?.amazonaws.com",
            "evil.invalid#.amazonaws.com",
            "evil.invalid\\.amazonaws.com",
            "http://evil.invalid",
            "a b",
        ] {
            let parameters = json!({"ApiEndpoint": host, "Method": "GET", "AuthType": "IAM_ROLE"});
            let refused = api_gateway(&parameters, None);
            assert!(refused.is_err(), "{host}: {refused:?}");
        }
    }
}
