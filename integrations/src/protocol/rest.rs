//! Requests whose parameters are in the path, the query, the headers and the body: restJson1 and
//! restXml.

use serde_json::{Map, Value as Json};

use super::query::encoded;
use super::writer::{ApiRequest, InvalidParameter, SentValue, Writer};
use super::{header_list, json, scalar, xml_write};
use crate::models::{Location, Member, Operation, Protocol, Shape, Structure, TimestampFormat};

pub(super) fn request(
    writer: &Writer<'_>,
    operation: &Operation,
    parameters: &Map<String, Json>,
) -> Result<ApiRequest, InvalidParameter> {
    let none = Structure::default();
    let input = writer.model.structure(operation.input).unwrap_or(&none);
    let members = writer.members(input, parameters)?;
    let (template, fixed_query) = operation
        .uri
        .split_once('?')
        .unwrap_or((&operation.uri, ""));
    let path = expand(template, |name| {
        let found = members
            .iter()
            .find(|(member, _)| member.location == Location::Path && member.wire_name == name);
        found.map(|(member, given)| {
            let format = member.timestamp_format.unwrap_or(TimestampFormat::Iso8601);
            scalar::wire_text(writer.shape(member.shape), given.json(), format)
        })
    })?;
    let mut request = ApiRequest {
        method: operation.method.clone(),
        path,
        ..ApiRequest::default()
    };
    for field in fixed_query.split('&').filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        request.query.push((name.to_owned(), value.to_owned()));
    }
    for (member, given) in &members {
        let given = given.json();
        match member.location {
            Location::Query => add_query(writer, &mut request.query, member, given),
            Location::Header => {
                let text = header(writer, member, given);
                request
                    .headers
                    .push((member.wire_name.to_ascii_lowercase(), text));
            }
            Location::Headers => {
                for (key, value) in Writer::object(given, &member.name)? {
                    let name = format!("{}{key}", member.wire_name).to_ascii_lowercase();
                    request.headers.push((name, scalar::text(value)));
                }
            }
            Location::Body | Location::Path | Location::StatusCode => {}
        }
    }
    for (member, given) in &members {
        if member.location == Location::Query {
            add_query_map(writer, &mut request.query, member, given.json());
        }
    }
    let body = body(writer, operation, parameters, input, &members)?;
    if let Some((content_type, body)) = body {
        let is_given = request
            .headers
            .iter()
            .any(|(name, _)| name == "content-type");
        if !is_given {
            request
                .headers
                .push(("content-type".to_owned(), content_type.to_owned()));
        }
        request.body = body;
    }
    Ok(request)
}

/// Returns the content type and the bytes of the body.
fn body(
    writer: &Writer<'_>,
    operation: &Operation,
    parameters: &Map<String, Json>,
    input: &Structure,
    members: &[(&Member, SentValue<'_>)],
) -> Result<Option<(&'static str, Vec<u8>)>, InvalidParameter> {
    let is_xml = writer.model.protocol == Protocol::RestXml;
    Ok(match input.payload() {
        Some(payload) => {
            let given = members
                .iter()
                .find(|(member, _)| std::ptr::eq(*member, payload));
            match given {
                Some((_, given)) => payload_body(writer, payload, given.json())?,
                // A structure that is missing is an empty one, as the SDKs send it.
                None => match writer.shape(payload.shape) {
                    Shape::Structure(_) if !is_xml => Some(("application/json", b"{}".to_vec())),
                    _ => None,
                },
            }
        }
        None if is_xml => {
            let has_body = members
                .iter()
                .any(|(member, _)| member.location == Location::Body);
            let element = operation
                .input_element
                .as_deref()
                .unwrap_or(&operation.name);
            let body = has_body.then(|| {
                let namespace = operation.input_namespace.as_deref();
                xml_write::document(writer, element, namespace, input, parameters)
            });
            body.transpose()?
                .map(|text| ("application/xml", text.into_bytes()))
        }
        None => {
            let has_body = input
                .members
                .iter()
                .any(|member| member.location == Location::Body);
            let body = has_body.then(|| json::structure(writer, input, parameters, 0));
            let body = body.transpose()?;
            body.map(|body| {
                (
                    "application/json",
                    Json::Object(body).to_string().into_bytes(),
                )
            })
        }
    })
}

/// Replaces the names in braces. `{Key+}` keeps its slashes.
pub(super) fn expand(
    template: &str,
    value: impl Fn(&str) -> Option<String>,
) -> Result<String, InvalidParameter> {
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        path.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let (name, is_greedy) = match name.strip_suffix('+') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let given = value(name).unwrap_or_default();
        if given.is_empty() {
            return Err(InvalidParameter(format!(
                "The field '{name}' is required but was missing"
            )));
        }
        if is_greedy {
            let parts = given.split('/').map(|part| encoded(part).to_string());
            path.push_str(&parts.collect::<Vec<_>>().join("/"));
        } else {
            path.extend(encoded(&given));
        }
        rest = after;
    }
    path.push_str(rest);
    Ok(path)
}

/// The body of a member that is the whole body, and its type.
fn payload_body(
    writer: &Writer<'_>,
    member: &Member,
    given: &Json,
) -> Result<Option<(&'static str, Vec<u8>)>, InvalidParameter> {
    Ok(Some(match writer.shape(member.shape) {
        Shape::Blob => ("application/octet-stream", scalar::bytes(given)),
        Shape::Text => ("text/plain", scalar::bytes(given)),
        Shape::Structure(shape) if writer.model.protocol == Protocol::RestXml => {
            let namespace = member
                .namespace
                .as_ref()
                .map(|namespace| namespace.uri.as_str());
            let parameters = Writer::object(given, &member.name)?;
            let text =
                xml_write::document(writer, &member.wire_name, namespace, shape, parameters)?;
            ("application/xml", text.into_bytes())
        }
        _ => {
            let body = json::value(
                writer,
                member.shape,
                &member.name,
                given,
                member.timestamp_format,
                0,
            )?;
            ("application/json", body.to_string().into_bytes())
        }
    }))
}

fn add_query(
    writer: &Writer<'_>,
    query: &mut Vec<(String, String)>,
    member: &Member,
    given: &Json,
) {
    let format = member.timestamp_format.unwrap_or(TimestampFormat::Iso8601);
    match (writer.shape(member.shape), given) {
        (Shape::List(list), Json::Array(items)) => {
            let item = writer.shape(list.item);
            for value in items {
                query.push((
                    member.wire_name.clone(),
                    scalar::wire_text(item, value, format),
                ));
            }
        }
        (Shape::Map(_), Json::Object(_)) => {}
        (shape, value) => {
            query.push((
                member.wire_name.clone(),
                scalar::wire_text(shape, value, format),
            ));
        }
    }
}

/// Adds the entries of a map whose keys are names of parameters. A parameter that another member
/// has set is left out.
fn add_query_map(
    writer: &Writer<'_>,
    query: &mut Vec<(String, String)>,
    member: &Member,
    given: &Json,
) {
    let format = member.timestamp_format.unwrap_or(TimestampFormat::Iso8601);
    let (Shape::Map(map), Json::Object(entries)) = (writer.shape(member.shape), given) else {
        return;
    };
    let entries = entries
        .iter()
        .filter(|(key, _)| !query.iter().any(|(name, _)| name == *key));
    let added: Vec<_> = entries
        .flat_map(|(key, value)| {
            let (shape, items) = match (writer.shape(map.value), value) {
                (Shape::List(list), Json::Array(items)) => (writer.shape(list.item), &items[..]),
                (shape, value) => (shape, std::slice::from_ref(value)),
            };
            let items = items.iter();
            items.map(move |value| (key.clone(), scalar::wire_text(shape, value, format)))
        })
        .collect();
    query.extend(added);
}

fn header(writer: &Writer<'_>, member: &Member, given: &Json) -> String {
    let format = member.timestamp_format.unwrap_or(TimestampFormat::Rfc822);
    match (writer.shape(member.shape), given) {
        _ if member.is_json => {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(scalar::text(given))
        }
        (Shape::List(list), Json::Array(items)) => {
            let item = writer.shape(list.item);
            let items: Vec<_> = items
                .iter()
                .map(|value| {
                    let text = scalar::wire_text(item, value, format);
                    match item {
                        Shape::Text => header_list::quoted(text),
                        _ => text,
                    }
                })
                .collect();
            items.join(",")
        }
        (shape, value) => scalar::wire_text(shape, value, format),
    }
}
