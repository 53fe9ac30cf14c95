//! Bodies that are forms: awsQuery and ec2Query.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde_json::{Map, Value as Json};

use super::scalar;
use super::writer::{ApiRequest, InvalidParameter, Writer};
use crate::models::{
    Member, Operation, Protocol, Shape, ShapeIx, Structure, TimestampFormat, optimized_name,
};

pub(super) fn request(
    writer: &Writer<'_>,
    operation: &Operation,
    parameters: &Map<String, Json>,
) -> Result<ApiRequest, InvalidParameter> {
    let mut form = Form {
        writer,
        fields: vec![
            ("Action".to_owned(), operation.name.clone()),
            ("Version".to_owned(), writer.model.api_version.clone()),
        ],
    };
    if let Some(input) = writer.model.structure(operation.input) {
        form.structure("", input, parameters, 0)?;
    }
    let fields = form.fields.iter();
    let fields: Vec<_> = fields
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    Ok(ApiRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        headers: vec![(
            "content-type".to_owned(),
            "application/x-www-form-urlencoded; charset=utf-8".to_owned(),
        )],
        body: fields.join("&").into_bytes(),
        ..ApiRequest::default()
    })
}

/// Encodes a text for a query or a form: all bytes except unreserved ones.
pub(crate) fn encoded(text: &str) -> PercentEncode<'_> {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, KEPT)
}

struct Form<'a> {
    writer: &'a Writer<'a>,
    fields: Vec<(String, String)>,
}

impl Form<'_> {
    fn structure(
        &mut self,
        prefix: &str,
        shape: &Structure,
        parameters: &Map<String, Json>,
        depth: usize,
    ) -> Result<(), InvalidParameter> {
        let depth = Writer::deeper(depth)?;
        for (member, given) in self.writer.members(shape, parameters)? {
            let name = self.name(member);
            let full = match prefix {
                "" => name.to_owned(),
                prefix => format!("{prefix}.{name}"),
            };
            self.value(
                &full,
                prefix,
                Some(member),
                member.shape,
                given.json(),
                depth,
            )?;
        }
        Ok(())
    }

    fn name(&self, member: &Member) -> String {
        match self.writer.model.protocol {
            Protocol::Ec2 => match &member.query_name {
                Some(name) => name.clone(),
                None => optimized_name(&member.wire_name),
            },
            _ => member.wire_name.clone(),
        }
    }

    fn value(
        &mut self,
        name: &str,
        prefix: &str,
        member: Option<&Member>,
        shape: ShapeIx,
        given: &Json,
        depth: usize,
    ) -> Result<(), InvalidParameter> {
        match self.writer.shape(shape) {
            Shape::Structure(shape) => {
                self.structure(name, shape, Writer::object(given, name)?, depth)
            }
            Shape::List(list) => {
                let depth = Writer::deeper(depth)?;
                let items = Writer::list(given, name)?;
                let is_ec2 = self.writer.model.protocol == Protocol::Ec2;
                let is_flattened =
                    is_ec2 || list.is_flattened || member.is_some_and(|member| member.is_flattened);
                if items.is_empty() && !is_ec2 {
                    // An empty list is different from a missing one.
                    self.fields.push((name.to_owned(), String::new()));
                }
                let base = match (&list.item_name, is_flattened) {
                    (_, true) if is_ec2 => name.to_owned(),
                    // The name of an item replaces that of its list.
                    (Some(item), true) if prefix.is_empty() => item.clone(),
                    (Some(item), true) => format!("{prefix}.{item}"),
                    (None, true) => name.to_owned(),
                    (item, false) => {
                        format!("{name}.{}", item.as_deref().unwrap_or("member"))
                    }
                };
                for (item, number) in items.iter().zip(1_u32..) {
                    let name = format!("{base}.{number}");
                    self.value(&name, &base, None, list.item, item, depth)?;
                }
                Ok(())
            }
            Shape::Map(map) => {
                let depth = Writer::deeper(depth)?;
                let is_flattened =
                    map.is_flattened || member.is_some_and(|member| member.is_flattened);
                let base = if is_flattened {
                    name.to_owned()
                } else {
                    format!("{name}.entry")
                };
                for ((key, value), number) in Writer::object(given, name)?.iter().zip(1_u32..) {
                    let entry = format!("{base}.{number}");
                    self.fields
                        .push((format!("{entry}.{}", map.key_name), key.clone()));
                    let value_name = format!("{entry}.{}", map.value_name);
                    self.value(&value_name, &entry, None, map.value, value, depth)?;
                }
                Ok(())
            }
            scalar => {
                let format = member.and_then(|member| member.timestamp_format);
                let format = format.unwrap_or(TimestampFormat::Iso8601);
                self.fields
                    .push((name.to_owned(), scalar::wire_text(scalar, given, format)));
                Ok(())
            }
        }
    }
}
