//! Bodies of JSON: awsJson 1.0 and 1.1, and restJson1.

use serde_json::{Map, Value as Json};

use super::naming::Naming;
use super::scalar;
use super::writer::{ApiRequest, InvalidParameter, Writer};
use crate::models::{
    Location, Member, Operation, ServiceModel, Shape, ShapeIx, Structure, TimestampFormat,
};

pub(super) fn request(
    writer: &Writer<'_>,
    operation: &Operation,
    parameters: &Map<String, Json>,
) -> Result<ApiRequest, InvalidParameter> {
    let body = match writer.model.structure(operation.input) {
        Some(input) => structure(writer, input, parameters, 0)?,
        None => Map::new(),
    };
    let model = writer.model;
    Ok(ApiRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        headers: vec![
            (
                "content-type".to_owned(),
                format!("application/x-amz-json-{}", model.json_version),
            ),
            (
                "x-amz-target".to_owned(),
                format!("{}.{}", model.target_prefix, operation.name),
            ),
        ],
        body: Json::Object(body).to_string().into_bytes(),
        ..ApiRequest::default()
    })
}

/// Converts the members of a structure that are in the body.
pub(super) fn structure(
    writer: &Writer<'_>,
    shape: &Structure,
    parameters: &Map<String, Json>,
    depth: usize,
) -> Result<Map<String, Json>, InvalidParameter> {
    let depth = Writer::deeper(depth)?;
    // A structure below this one must outlive `writer.members`.
    let members = writer.members(shape, parameters)?;
    let members = members
        .iter()
        .filter(|(member, _)| member.location == Location::Body);
    let members = members.map(|(member, given)| {
        let value = value(
            writer,
            member.shape,
            &member.name,
            given.json(),
            member.timestamp_format,
            depth,
        )?;
        Ok((member.wire_name.clone(), value))
    });
    members.collect()
}

/// Converts a value.
pub(super) fn value(
    writer: &Writer<'_>,
    shape: ShapeIx,
    name: &str,
    given: &Json,
    format: Option<TimestampFormat>,
    depth: usize,
) -> Result<Json, InvalidParameter> {
    match writer.shape(shape) {
        Shape::Structure(shape) => {
            let members = structure(writer, shape, Writer::object(given, name)?, depth)?;
            Ok(Json::Object(members))
        }
        Shape::List(list) => {
            let depth = Writer::deeper(depth)?;
            let items = Writer::list(given, name)?.iter();
            items
                .map(|item| value(writer, list.item, name, item, None, depth))
                .collect()
        }
        Shape::Map(map) => {
            let depth = Writer::deeper(depth)?;
            let entries = Writer::object(given, name)?.iter();
            let entries = entries.map(|(key, given)| {
                Ok((
                    key.clone(),
                    value(writer, map.value, key, given, None, depth)?,
                ))
            });
            entries
                .collect::<Result<_, InvalidParameter>>()
                .map(Json::Object)
        }
        Shape::Document | Shape::EventStream => Ok(given.clone()),
        scalar => Ok(scalar::wire_json(
            scalar,
            given,
            format.unwrap_or(TimestampFormat::Unix),
        )),
    }
}

/// Converts a value of a response, with the names of definitions. Members that the model does not
/// have are left out, as the SDK does.
pub(super) fn read(model: &ServiceModel, shape: ShapeIx, naming: Naming, value: Json) -> Json {
    match (model.shape(shape), value) {
        (Shape::Structure(shape), Json::Object(members)) => {
            Json::Object(read_members(model, shape, naming, members))
        }
        (Shape::List(list), Json::Array(items)) => items
            .into_iter()
            .map(|item| read(model, list.item, naming, item))
            .collect(),
        (Shape::Map(map), Json::Object(entries)) => {
            let entries = entries.into_iter();
            let entries = entries.map(|(key, value)| (key, read(model, map.value, naming, value)));
            Json::Object(entries.collect())
        }
        (Shape::Blob, Json::String(text)) => scalar::read_blob(&text),
        (Shape::Timestamp(_), value) => scalar::read_timestamp(naming, &value),
        (_, value) => value,
    }
}

/// Converts the members of a structure that are in the body, in the order of the model.
pub(super) fn read_members(
    model: &ServiceModel,
    shape: &Structure,
    naming: Naming,
    mut members: Map<String, Json>,
) -> Map<String, Json> {
    let in_body = shape
        .members
        .iter()
        .filter(|member| member.location.is_in_body_of_response());
    let converted = in_body.filter_map(|member: &Member| {
        let value = members.remove(&member.wire_name)?;
        (!value.is_null()).then(|| {
            (
                naming.of(member).to_owned(),
                read(model, member.shape, naming, value),
            )
        })
    });
    converted.collect()
}
