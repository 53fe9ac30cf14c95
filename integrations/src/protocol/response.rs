//! Converts the headers and the body of a successful response to JSON.

use hyper::HeaderMap;
use roxmltree::Document;
use serde_json::{Map, Value as Json};

use super::naming::Naming;
use super::{header_list, json, scalar, xml_read};
use crate::models::{Location, Member, Operation, Protocol, ServiceModel, Shape, Structure};

/// A response that is not what the API's model says.
#[derive(Debug, thiserror::Error)]
#[error("Unable to unmarshall response ({0})")]
pub(crate) struct UnreadableResponse(String);

/// Converts a successful response.
pub(crate) fn response(
    model: &ServiceModel,
    operation: &Operation,
    naming: Naming,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Map<String, Json>, UnreadableResponse> {
    let Some(output) = model.structure(operation.output) else {
        return Ok(Map::new());
    };
    let mut members = located_members(model, output, naming, status, headers);
    let unreadable = |error: &dyn std::fmt::Display| UnreadableResponse(error.to_string());
    if let Some(payload) = output.payload() {
        let value = match model.shape(payload.shape) {
            Shape::Blob => Some(scalar::read_bytes(body.to_vec())),
            Shape::Text => Some(Json::from(String::from_utf8_lossy(body))),
            Shape::EventStream => {
                return Err(UnreadableResponse(
                    "the response is a stream of events".to_owned(),
                ));
            }
            _ if body.is_empty() => None,
            Shape::Structure(shape) if model.protocol == Protocol::RestXml => {
                let text = std::str::from_utf8(body).map_err(|error| unreadable(&error))?;
                let document = Document::parse(text).map_err(|error| unreadable(&error))?;
                let root = document.root_element();
                Some(Json::Object(xml_read::structure(
                    model, shape, naming, root, 0,
                )))
            }
            _ => {
                let value = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
                Some(json::read(model, payload.shape, naming, value))
            }
        };
        members.extend(value.map(|value| (naming.of(payload).to_owned(), value)));
        return Ok(members);
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(members);
    }
    match model.protocol {
        Protocol::Json | Protocol::RestJson => {
            let body = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
            members.extend(json::read_members(model, output, naming, body));
        }
        Protocol::RestXml | Protocol::Query | Protocol::Ec2 => {
            let has_body = output
                .members
                .iter()
                .any(|member| member.location.is_in_body_of_response());
            if !has_body {
                return Ok(members);
            }
            let text = std::str::from_utf8(body).map_err(|error| unreadable(&error))?;
            let document = Document::parse(text).map_err(|error| unreadable(&error))?;
            let root = document.root_element();
            let wrapper = operation.result_wrapper.as_deref();
            let wrapped = wrapper.and_then(|wrapper| xml_read::children(root, wrapper).next());
            let element = wrapped.unwrap_or(root);
            members.extend(xml_read::structure(model, output, naming, element, 0));
        }
    }
    Ok(members)
}

/// The members in the headers and the status.
fn located_members(
    model: &ServiceModel,
    output: &Structure,
    naming: Naming,
    status: u16,
    headers: &HeaderMap,
) -> Map<String, Json> {
    let members = output.members.iter().filter_map(|member| {
        let value = match member.location {
            Location::StatusCode => Json::from(status),
            Location::Header => {
                let text = headers.get(&member.wire_name)?.to_str().ok()?;
                header(model, member, naming, text)
            }
            // Recorded: the metadata of an object is there, even if it is empty.
            Location::Headers => Json::Object(prefixed(headers, &member.wire_name)),
            // A response has no path and no query.
            Location::Body | Location::Path | Location::Query => return None,
        };
        Some((naming.of(member).to_owned(), value))
    });
    members.collect()
}

fn header(model: &ServiceModel, member: &Member, naming: Naming, text: &str) -> Json {
    if member.is_json {
        use base64::Engine as _;
        let decoded = base64::engine::general_purpose::STANDARD.decode(text);
        return decoded.map_or_else(|_| Json::from(text), scalar::read_bytes);
    }
    match model.shape(member.shape) {
        Shape::List(list) => {
            let item = model.shape(list.item);
            let items = header_list::items(item, text);
            let items = items
                .iter()
                .map(|part| scalar::read_text(item, naming, part));
            items.collect()
        }
        shape => scalar::read_text(shape, naming, text),
    }
}

/// The headers with a prefix, without it.
fn prefixed(headers: &HeaderMap, prefix: &str) -> Map<String, Json> {
    let prefix = prefix.to_ascii_lowercase();
    let found = headers.iter().filter_map(|(name, value)| {
        let name = name.as_str().strip_prefix(&prefix)?;
        Some((name.to_owned(), Json::from(value.to_str().ok()?)))
    });
    found.collect()
}
