//! `http:invoke`.

use hyper::Uri;
use serde_json::{Map, Value as Json};
use stepwright_asl::limits::MAX_PAYLOAD_BYTES;

use super::body::{self, ArrayFormat};
use super::connections::{Connection, Connections};
use super::http_task::{HttpTask, check_arguments, method};
use crate::client::{HttpRequest, is_loopback, is_plain};
use crate::protocol::value_text;

/// Documented: HTTP tasks send these headers.
const USER_AGENT: &str = "Amazon|StepFunctions|HttpInvoke|";

/// Builds the request of a task. With an `endpoint`, it is sent there instead of the host in the
/// parameters.
///
/// The error is the reason for which the parameters are refused.
pub(crate) fn http_invoke(
    parameters: &Json,
    connections: &Connections,
    endpoint: Option<&Uri>,
    region: &str,
) -> Result<HttpTask, String> {
    check_arguments("http:invoke", parameters)?;
    let text = |name: &str| parameters.get(name).and_then(Json::as_str);
    let address =
        text("ApiEndpoint").ok_or("The field 'ApiEndpoint' is required but was missing")?;
    let connection = connection(parameters, connections, endpoint.is_some())?;
    let mut query = body::pairs(parameters.get("QueryParameters"));
    replace(&mut query, connection.query);
    let url = url(address, &query, endpoint)?;
    let mut headers = body::pairs(parameters.get("Headers"));
    headers.retain(|(name, _)| !is_removed(name));
    replace(&mut headers, connection.headers);
    let mut body = parameters
        .get("RequestBody")
        .cloned()
        .filter(|body| !body.is_null());
    if !connection.body.is_empty() {
        let members = body.get_or_insert_with(|| Json::Object(Map::new()));
        if let Json::Object(members) = members {
            members.extend(connection.body);
        }
    }
    let (body, content_type) = written_body(parameters, body)?;
    let is_given = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if let Some(content_type) = content_type.filter(|_| !is_given) {
        headers.push(("content-type".to_owned(), content_type.to_owned()));
    }
    headers.push(("user-agent".to_owned(), format!("{USER_AGENT}{region}")));
    headers.push(("range".to_owned(), format!("bytes=0-{MAX_PAYLOAD_BYTES}")));
    Ok(HttpTask {
        request: HttpRequest {
            method: method(parameters)?,
            url,
            headers,
            body: body.into(),
        },
        status_error: "States.Http.StatusCode.",
        socket_error: "States.Http.Socket",
        first_failure: 300,
        is_signed: false,
    })
}

fn connection(
    parameters: &Json,
    connections: &Connections,
    is_redirected: bool,
) -> Result<Connection, String> {
    let places = [
        "/Authentication/ConnectionArn",
        "/InvocationConfig/ConnectionArn",
    ];
    let mut arns = places
        .iter()
        .filter_map(|place| parameters.pointer(place)?.as_str());
    let arn = arns
        .next()
        .ok_or("The field 'Authentication' is required but was missing")?;
    match connections.find(arn) {
        Some(found) => Ok(found.clone()),
        // An own server for tests needs no credentials.
        None if is_redirected => Ok(Connection::default()),
        None => Err(format!(
            "The connection {arn} is not in the file of --connections: {}",
            connections.names()
        )),
    }
}

/// Documented: the values of the connection replace those of the task.
fn replace(pairs: &mut Vec<(String, String)>, by: Vec<(String, String)>) {
    pairs.retain(|(name, _)| !by.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)));
    pairs.extend(by);
}

/// Headers that HTTP tasks set.
fn is_removed(name: &str) -> bool {
    ["content-length", "range", "user-agent"].contains(&&*name.to_ascii_lowercase())
}

fn url(address: &str, query: &[(String, String)], endpoint: Option<&Uri>) -> Result<Uri, String> {
    let wrong =
        || format!("The value for the field 'ApiEndpoint' must be a URL with https://: {address}");
    let given: Uri = address.parse().map_err(|_| wrong())?;
    if given.host().is_none_or(str::is_empty) || !is_plain(&given) {
        return Err(wrong());
    }
    match given.scheme_str() {
        Some("https") => {}
        // AWS refuses it. Servers of tests have no certificate.
        Some("http") if is_loopback(&given) => {}
        _ => return Err(wrong()),
    }
    let base = match endpoint {
        Some(endpoint) => endpoint.to_string().trim_end_matches('/').to_owned(),
        None => {
            let authority = given.authority().map_or("", |authority| authority.as_str());
            format!("{}://{authority}", given.scheme_str().unwrap_or("https"))
        }
    };
    let separator = match (query.is_empty(), given.query()) {
        (true, _) => "",
        (false, None) => "?",
        (false, Some(_)) => "&",
    };
    let path = given.path_and_query().map_or("/", |path| path.as_str());
    let full = format!("{base}{path}{separator}{}", body::query(query));
    full.parse().map_err(|_| wrong())
}

/// Returns the body and its type.
fn written_body(
    parameters: &Json,
    body: Option<Json>,
) -> Result<(String, Option<&'static str>), String> {
    let Some(body) = body else {
        return Ok((String::new(), None));
    };
    let encoding = parameters
        .pointer("/Transform/RequestBodyEncoding")
        .and_then(Json::as_str);
    match (encoding, body) {
        (Some("URL_ENCODED"), Json::Object(members)) => {
            let name = parameters.pointer("/Transform/RequestEncodingOptions/ArrayFormat");
            let format = ArrayFormat::of(name.and_then(Json::as_str));
            Ok((
                body::form(&members, format),
                Some("application/x-www-form-urlencoded"),
            ))
        }
        (Some("URL_ENCODED"), _) => {
            Err("The value for the field 'RequestBody' must be an object".to_owned())
        }
        (_, body) => Ok((value_text(&body), Some("application/json"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn connections() -> Connections {
        let text = r#"[{"Name": "Api", "AuthorizationType": "API_KEY", "AuthParameters": {
            "ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "secret"},
            "InvocationHttpParameters": {"BodyParameters": [{"Key": "extra", "Value": "1"}],
                "QueryStringParameters": [{"Key": "v", "Value": "2"}]}}}]"#;
        Connections::from_json(text).expect("they are valid")
    }

    fn parameters(further: Json) -> Json {
        let mut all = json!({
            "ApiEndpoint": "https://api.example.com/v1/items", "Method": "POST",
            "Authentication": {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/Api/0"},
        });
        if let (Json::Object(all), Json::Object(further)) = (&mut all, further) {
            all.extend(further);
        }
        all
    }

    #[test]
    fn a_request_has_the_parameters_of_the_task_and_of_its_connection() {
        let given = json!({
            "Headers": {"x-key": "from the task", "Accept": "text/plain", "Range": "1"},
            "QueryParameters": {"v": "1", "q": "a b"}, "RequestBody": {"a": 1},
        });
        let task = http_invoke(&parameters(given), &connections(), None, "us-east-1");
        let request = task.expect("it is valid").request;
        assert_eq!(request.url, "https://api.example.com/v1/items?q=a%20b&v=2");
        assert_eq!(&*request.body, br#"{"a":1,"extra":"1"}"#);
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        assert_eq!(
            headers,
            [
                "Accept: text/plain",
                "X-Key: secret",
                "content-type: application/json",
                "user-agent: Amazon|StepFunctions|HttpInvoke|us-east-1",
                "range: bytes=0-262144"
            ]
        );
    }

    #[test]
    fn a_body_can_be_a_form() {
        let given = json!({"RequestBody": {"a": [1, 2]}, "Transform": {
            "RequestBodyEncoding": "URL_ENCODED", "RequestEncodingOptions": {"ArrayFormat": "BRACKETS"}}});
        let task = http_invoke(&parameters(given), &connections(), None, "us-east-1");
        assert_eq!(
            &*task.expect("it is valid").request.body,
            b"a%5B%5D=1&a%5B%5D=2&extra=1"
        );
    }

    #[test]
    fn calls_can_be_sent_to_an_own_server() {
        let endpoint = "http://127.0.0.1:9000".parse().expect("it is a URL");
        let task = http_invoke(
            &parameters(json!({})),
            &Connections::default(),
            Some(&endpoint),
            "r",
        );
        assert_eq!(
            task.expect("it is valid").request.url,
            "http://127.0.0.1:9000/v1/items"
        );
    }

    #[test]
    fn wrong_parameters_are_refused() {
        for (further, part) in [
            (
                json!({"ApiEndpoint": "http://api.example.com"}),
                "a URL with https://",
            ),
            (
                json!({"ApiEndpoint": "http://127.evil.invalid/x"}),
                "a URL with https://",
            ),
            (
                json!({"ApiEndpoint": "http://127.0.0.1@evil.invalid/x"}),
                "a URL with https://",
            ),
            (
                json!({"ApiEndpoint": "https://user@api.example.com/x"}),
                "a URL with https://",
            ),
            (json!({"Method": "CALL"}), "must be one of [GET, POST"),
            (
                json!({"Authentication": {"ConnectionArn": "arn:aws:events:r:1:connection/No/0"}}),
                "there are `Api`",
            ),
            (
                json!({"Verb": 1}),
                "The field \"Verb\" is not supported by Step Functions",
            ),
            (
                json!({"Transform": {"ArrayFormat": "COMMAS"}}),
                "The field \"ArrayFormat\" is not supported by Step Functions",
            ),
            (
                json!({"Headers": {"Host": "a"}}),
                "The 'Headers' field contains unsupported values: [host]",
            ),
            (
                json!({"QueryParameters": "a=1"}),
                "The value of the field 'QueryParameters' has an invalid format",
            ),
            (
                json!({"Transform": {"RequestBodyEncoding": "FORM"}}),
                "must be one of [NONE, URL_ENCODED]",
            ),
            (
                json!({"Authentication": null}),
                "'Authentication' is required",
            ),
        ] {
            let error = http_invoke(&parameters(further), &connections(), None, "r")
                .expect_err("it is wrong");
            assert!(error.contains(part), "{error}");
        }
    }
}
