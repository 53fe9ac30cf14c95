//! Reads the error responses of services, in JSON and in XML.

use hyper::HeaderMap;
use roxmltree::Document;
use serde_json::Value as Json;

use super::xml_read::{children, text};
use crate::models::{Operation, Protocol, ServiceModel};

/// An error response of a service.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    /// The code in the response: `ValidationException`, `NoSuchKey`.
    pub(crate) code: String,
    /// The name of the modeled error with this code.
    pub(crate) name: Option<String>,
    pub(crate) message: String,
    pub(crate) status: u16,
    pub(crate) request_id: String,
    /// The second id of a request to S3.
    pub(crate) extended_request_id: Option<Box<str>>,
}

/// Reads an error response. A response that no AWS service sends, for example of a proxy, has its
/// status as its code.
pub(crate) fn api_error(
    model: &ServiceModel,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
) -> ApiError {
    let body = String::from_utf8_lossy(body);
    let found = match model.protocol {
        Protocol::Json | Protocol::RestJson => of_json(headers, &body),
        Protocol::RestXml | Protocol::Query | Protocol::Ec2 => of_xml(&body),
    };
    let ErrorBody {
        code,
        message,
        request_id,
    } = found;
    let header = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
    let request_id = header("x-amzn-requestid")
        .or_else(|| header("x-amz-request-id"))
        .or(request_id);
    let name = code.as_ref().and_then(|code| {
        let modeled = model.errors.get(code).cloned();
        // The code of a modeled error is often its name.
        modeled.or_else(|| model.errors.values().find(|name| *name == code).cloned())
    });
    // A service that had the protocol awsQuery before, such as SQS, still reports its codes of
    // then.
    let query_code = header("x-amzn-query-error");
    let query_code = query_code
        .as_deref()
        .and_then(|error| error.split(';').next());
    let code = match query_code {
        Some(query_code) if !query_code.is_empty() => Some(query_code.to_owned()),
        _ => code,
    };
    ApiError {
        name,
        code: code.unwrap_or_else(|| status.to_string()),
        message: message.unwrap_or_else(|| "null".to_owned()),
        status,
        request_id: request_id.unwrap_or_else(|| "null".to_owned()),
        extended_request_id: header("x-amz-id-2").map(String::into_boxed_str),
    }
}

/// Returns whether the body of a successful response is an error: S3 sends the status of some
/// operations before their work is done. An operation whose body is an object may return any
/// document.
pub(crate) fn is_error_document(model: &ServiceModel, operation: &Operation, body: &[u8]) -> bool {
    let has_payload = model
        .structure(operation.output)
        .is_some_and(|output| output.payload().is_some());
    if model.protocol != Protocol::RestXml || has_payload {
        return false;
    }
    let text = String::from_utf8_lossy(body);
    // Most bodies are not parsed twice.
    text.contains("<Error")
        && Document::parse(&text)
            .is_ok_and(|document| document.root_element().tag_name().name() == "Error")
}

#[derive(Default)]
struct ErrorBody {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

fn of_json(headers: &HeaderMap, body: &str) -> ErrorBody {
    let body: Json = serde_json::from_str(body).unwrap_or_default();
    let in_body = |names: &[&str]| {
        let mut found = names.iter().filter_map(|name| body.get(name)?.as_str());
        found.next().map(str::to_owned)
    };
    let header = headers
        .get("x-amzn-errortype")
        .and_then(|kind| kind.to_str().ok());
    let code = header
        .map(str::to_owned)
        .or_else(|| in_body(&["__type", "code", "Code"]));
    ErrorBody {
        code: code.map(|code| plain_code(&code).to_owned()),
        message: in_body(&["message", "Message", "errorMessage"]),
        request_id: None,
    }
}

/// `ServiceException` for `com.amazonaws.lambda#ServiceException:http://internal/`.
fn plain_code(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or(code);
    code.rsplit('#').next().unwrap_or(code).trim()
}

fn of_xml(body: &str) -> ErrorBody {
    let Ok(document) = Document::parse(body) else {
        return ErrorBody::default();
    };
    let root = document.root_element();
    let error = root
        .descendants()
        .find(|node| node.tag_name().name() == "Error")
        .unwrap_or(root);
    let part = |name| children(error, name).next().map(text);
    let ids = ["RequestId", "RequestID", "requestId"];
    let request_id = root
        .descendants()
        .find(|node| ids.contains(&node.tag_name().name()));
    ErrorBody {
        code: part("Code"),
        message: part("Message"),
        request_id: request_id.map(text),
    }
}
