//! Reads a model in the format of botocore's `service-2.json`.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::name;
use super::service_model::{
    List, Location, MapShape, Member, Namespace, Operation, Protocol, ServiceModel, Shape, ShapeIx,
    Structure, TimestampFormat,
};

#[derive(Deserialize)]
struct File {
    metadata: Metadata,
    operations: HashMap<String, OperationEntry>,
    shapes: HashMap<String, ShapeEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    protocol: String,
    #[serde(default)]
    protocols: Vec<String>,
    #[serde(default)]
    api_version: String,
    json_version: Option<String>,
    target_prefix: Option<String>,
    endpoint_prefix: Option<String>,
    signing_name: Option<String>,
    xml_namespace: Option<String>,
    host: Option<String>,
    signing_region: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OperationEntry {
    http: Option<Http>,
    input: Option<Reference>,
    output: Option<Reference>,
    endpoint: Option<Endpoint>,
    #[serde(default)]
    http_checksum_required: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    request_uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    host_prefix: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    shape: String,
    location: Option<String>,
    location_name: Option<String>,
    query_name: Option<String>,
    result_wrapper: Option<String>,
    timestamp_format: Option<String>,
    #[serde(default)]
    flattened: bool,
    #[serde(default)]
    xml_attribute: bool,
    #[serde(default, rename = "jsonvalue")]
    json_value: bool,
    #[serde(default)]
    idempotency_token: bool,
    xml_namespace: Option<Json>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShapeEntry {
    r#type: String,
    #[serde(default)]
    members: Map<String, Json>,
    member: Option<Reference>,
    key: Option<Reference>,
    value: Option<Reference>,
    payload: Option<String>,
    #[serde(default)]
    flattened: bool,
    xml_namespace: Option<Json>,
    timestamp_format: Option<String>,
    #[serde(default)]
    document: bool,
    #[serde(default)]
    eventstream: bool,
    #[serde(default)]
    exception: bool,
    error: Option<ErrorEntry>,
}

#[derive(Deserialize)]
struct ErrorEntry {
    code: Option<String>,
}

/// Reads the model of a service. The error is a sentence.
pub(super) fn model(service: &str, content: &[u8]) -> Result<ServiceModel, String> {
    let file: File = serde_json::from_slice(content).map_err(|error| error.to_string())?;
    let numbers: HashMap<&str, ShapeIx> = file
        .shapes
        .keys()
        .zip(0..)
        .map(|(name, number)| (name.as_str(), ShapeIx(number)))
        .collect();
    let numbers = ShapeNumbers(numbers);
    let shapes: Result<_, String> = file
        .shapes
        .values()
        .map(|entry| shape(entry, &numbers))
        .collect();
    let operations: Result<_, String> = file
        .operations
        .into_iter()
        .map(|(name, entry)| {
            let action = uncapitalized(&name);
            Ok((action, operation(name, entry, &numbers)?))
        })
        .collect();
    let errors = file.shapes.iter().filter(|(_, entry)| entry.exception);
    let errors = errors.map(|(name, entry)| {
        let code = entry.error.as_ref().and_then(|error| error.code.as_deref());
        (code.unwrap_or(name).to_owned(), name.clone())
    });
    let metadata = file.metadata;
    let host_name = metadata
        .endpoint_prefix
        .unwrap_or_else(|| service.to_owned());
    Ok(ServiceModel {
        name: service.to_owned(),
        protocol: protocol(&metadata.protocol, &metadata.protocols)?,
        json_version: metadata.json_version.unwrap_or_else(|| "1.0".to_owned()),
        api_version: metadata.api_version,
        target_prefix: metadata.target_prefix.unwrap_or_default(),
        signing_name: metadata.signing_name.unwrap_or(host_name),
        host: metadata.host,
        signing_region: metadata.signing_region,
        xml_namespace: metadata.xml_namespace,
        operations: operations?,
        errors: errors.collect(),
        shapes: shapes?,
    })
}

/// Returns the first protocol that this client has. Most services with `smithy-rpc-v2-cbor` have
/// another one, too.
fn protocol(preferred: &str, all: &[String]) -> Result<Protocol, String> {
    let names = all.iter().map(String::as_str).chain([preferred]);
    let mut known = names.filter_map(|name| match name {
        "json" => Some(Protocol::Json),
        "rest-json" => Some(Protocol::RestJson),
        "rest-xml" => Some(Protocol::RestXml),
        "query" => Some(Protocol::Query),
        "ec2" => Some(Protocol::Ec2),
        _ => None,
    });
    known
        .next()
        .ok_or_else(|| format!("the protocol `{preferred}` is not supported"))
}

struct ShapeNumbers<'a>(HashMap<&'a str, ShapeIx>);

impl ShapeNumbers<'_> {
    fn of(&self, reference: &Reference) -> Result<ShapeIx, String> {
        let found = self.0.get(reference.shape.as_str()).copied();
        found.ok_or_else(|| format!("the shape `{}` is missing", reference.shape))
    }
}

fn operation(
    name: String,
    entry: OperationEntry,
    numbers: &ShapeNumbers<'_>,
) -> Result<Operation, String> {
    let http = entry.http.unwrap_or_else(|| Http {
        method: "POST".to_owned(),
        request_uri: "/".to_owned(),
    });
    let number = |reference: &Option<Reference>| {
        reference
            .as_ref()
            .map(|reference| numbers.of(reference))
            .transpose()
    };
    let (input, output) = (number(&entry.input)?, number(&entry.output)?);
    let (input_element, namespace) = match entry.input {
        Some(input) => (input.location_name, input.xml_namespace),
        None => (None, None),
    };
    Ok(Operation {
        name,
        method: http.method,
        uri: http.request_uri,
        host_prefix: entry.endpoint.and_then(|endpoint| endpoint.host_prefix),
        input,
        output,
        input_element,
        input_namespace: namespace
            .as_ref()
            .and_then(self::namespace)
            .map(|found| found.uri),
        result_wrapper: entry.output.and_then(|output| output.result_wrapper),
        needs_checksum: entry.http_checksum_required,
    })
}

fn shape(entry: &ShapeEntry, numbers: &ShapeNumbers<'_>) -> Result<Shape, String> {
    if entry.document {
        return Ok(Shape::Document);
    }
    if entry.eventstream {
        return Ok(Shape::EventStream);
    }
    let part = |part: &Option<Reference>, name: &str| {
        let reference = part
            .as_ref()
            .ok_or_else(|| format!("a {} has no `{name}`", entry.r#type))?;
        Ok::<_, String>((numbers.of(reference)?, reference.location_name.clone()))
    };
    Ok(match entry.r#type.as_str() {
        "structure" => Shape::Structure(structure(entry, numbers)?),
        "list" => {
            let (item, item_name) = part(&entry.member, "member")?;
            Shape::List(List {
                item,
                item_name,
                is_flattened: entry.flattened,
            })
        }
        "map" => {
            let (_, key_name) = part(&entry.key, "key")?;
            let (value, value_name) = part(&entry.value, "value")?;
            Shape::Map(MapShape {
                value,
                key_name: key_name.unwrap_or_else(|| "key".to_owned()),
                value_name: value_name.unwrap_or_else(|| "value".to_owned()),
                is_flattened: entry.flattened,
            })
        }
        "boolean" => Shape::Boolean,
        "integer" | "long" | "bigInteger" => Shape::Integer,
        "float" | "double" | "bigDecimal" => Shape::Float,
        "blob" => Shape::Blob,
        "timestamp" => Shape::Timestamp(timestamp_format(entry.timestamp_format.as_deref())),
        _ => Shape::Text,
    })
}

fn structure(entry: &ShapeEntry, numbers: &ShapeNumbers<'_>) -> Result<Structure, String> {
    let mut structure = Structure {
        namespace: entry.xml_namespace.as_ref().and_then(namespace),
        ..Structure::default()
    };
    for (name, reference) in &entry.members {
        let reference: Reference =
            Deserialize::deserialize(reference).map_err(|error| format!("`{name}`: {error}"))?;
        let at = structure.members.len();
        if entry.payload.as_ref() == Some(name) {
            structure.payload = Some(at);
        }
        let plain_name = name::optimized(name);
        let (sdk_name, optimized_name) = match name.as_str() {
            // The SDK renames this member of a DynamoDB value, and both integrations return its
            // name (https://github.com/aws/aws-sdk-js-v3/issues/5423).
            "NULL" if entry.members.contains_key("BOOL") => ("Nul".to_owned(), "Nul".to_owned()),
            _ => (name::sdk(name), plain_name.clone()),
        };
        structure.members.push(Member {
            shape: numbers.of(&reference)?,
            has_wire_name: reference.location_name.is_some(),
            wire_name: reference.location_name.unwrap_or_else(|| name.clone()),
            query_name: reference.query_name,
            location: location(reference.location.as_deref()),
            is_flattened: reference.flattened,
            is_attribute: reference.xml_attribute,
            is_json: reference.json_value,
            is_idempotency_token: reference.idempotency_token,
            timestamp_format: timestamp_format(reference.timestamp_format.as_deref()),
            namespace: reference.xml_namespace.as_ref().and_then(namespace),
            name: name.clone(),
            sdk_name: sdk_name.clone(),
            optimized_name: optimized_name.clone(),
        });
        for name in [sdk_name, optimized_name, plain_name] {
            structure.by_name.entry(name).or_insert(at);
        }
    }
    Ok(structure)
}

fn location(name: Option<&str>) -> Location {
    match name {
        Some("header") => Location::Header,
        Some("headers") => Location::Headers,
        Some("uri") => Location::Path,
        Some("querystring") => Location::Query,
        Some("statusCode") => Location::StatusCode,
        _ => Location::Body,
    }
}

fn timestamp_format(name: Option<&str>) -> Option<TimestampFormat> {
    match name? {
        "unixTimestamp" => Some(TimestampFormat::Unix),
        "iso8601" => Some(TimestampFormat::Iso8601),
        "rfc822" => Some(TimestampFormat::Rfc822),
        _ => None,
    }
}

/// Parses `"uri"` or `{"prefix": .., "uri": ..}`.
fn namespace(json: &Json) -> Option<Namespace> {
    let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    let uri = json.as_str().map(str::to_owned).or_else(|| text("uri"))?;
    Some(Namespace {
        prefix: text("prefix"),
        uri,
    })
}

/// Returns the name of the action of an operation.
fn uncapitalized(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
