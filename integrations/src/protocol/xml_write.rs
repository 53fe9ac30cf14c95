//! Writes bodies of XML.

use serde_json::{Map, Value as Json};

use super::scalar;
use super::writer::{InvalidParameter, Writer};
use crate::models::{Location, Member, Shape, ShapeIx, Structure, TimestampFormat};

/// Writes a document whose root is a structure.
pub(super) fn document(
    writer: &Writer<'_>,
    element: &str,
    namespace: Option<&str>,
    shape: &Structure,
    parameters: &Map<String, Json>,
) -> Result<String, InvalidParameter> {
    let mut text = String::new();
    let namespace = namespace.or(writer.model.xml_namespace.as_deref());
    let attributes =
        namespace.map_or_else(String::new, |uri| format!(" xmlns=\"{}\"", escaped(uri)));
    structure(
        writer,
        &mut text,
        element,
        &attributes,
        shape,
        parameters,
        0,
    )?;
    Ok(text)
}

fn structure(
    writer: &Writer<'_>,
    text: &mut String,
    element: &str,
    attributes: &str,
    shape: &Structure,
    parameters: &Map<String, Json>,
    depth: usize,
) -> Result<(), InvalidParameter> {
    let depth = Writer::deeper(depth)?;
    let members = writer.members(shape, parameters)?;
    text.push_str(&format!("<{element}{attributes}"));
    for (member, given) in members.iter().filter(|(member, _)| member.is_attribute) {
        let value = scalar::text(given.json());
        text.push_str(&format!(" {}=\"{}\"", member.wire_name, escaped(&value)));
    }
    text.push('>');
    let in_body = members
        .iter()
        .filter(|(member, _)| member.location == Location::Body && !member.is_attribute);
    for (member, given) in in_body {
        value(
            writer,
            text,
            &member.wire_name,
            Some(member),
            member.shape,
            given.json(),
            depth,
        )?;
    }
    text.push_str(&format!("</{element}>"));
    Ok(())
}

fn value(
    writer: &Writer<'_>,
    text: &mut String,
    element: &str,
    member: Option<&Member>,
    shape: ShapeIx,
    given: &Json,
    depth: usize,
) -> Result<(), InvalidParameter> {
    let is_flattened = member.is_some_and(|member| member.is_flattened);
    match writer.shape(shape) {
        Shape::Structure(shape) => {
            let namespace = member.and_then(|member| member.namespace.as_ref());
            let namespace = namespace.or(shape.namespace.as_ref());
            let attributes =
                namespace.map_or_else(String::new, |namespace| match &namespace.prefix {
                    Some(prefix) => format!(" xmlns:{prefix}=\"{}\"", escaped(&namespace.uri)),
                    None => format!(" xmlns=\"{}\"", escaped(&namespace.uri)),
                });
            let parameters = Writer::object(given, element)?;
            structure(writer, text, element, &attributes, shape, parameters, depth)
        }
        Shape::List(list) => {
            let depth = Writer::deeper(depth)?;
            let items = Writer::list(given, element)?;
            if list.is_flattened || is_flattened {
                for item in items {
                    value(writer, text, element, None, list.item, item, depth)?;
                }
                return Ok(());
            }
            let item_name = list.item_name.as_deref().unwrap_or("member");
            text.push_str(&format!("<{element}>"));
            for item in items {
                value(writer, text, item_name, None, list.item, item, depth)?;
            }
            text.push_str(&format!("</{element}>"));
            Ok(())
        }
        Shape::Map(map) => {
            let depth = Writer::deeper(depth)?;
            let is_flattened = map.is_flattened || is_flattened;
            let entry = if is_flattened { element } else { "entry" };
            if !is_flattened {
                text.push_str(&format!("<{element}>"));
            }
            for (key, given) in Writer::object(given, element)? {
                text.push_str(&format!(
                    "<{entry}><{0}>{1}</{0}>",
                    map.key_name,
                    escaped(key)
                ));
                value(writer, text, &map.value_name, None, map.value, given, depth)?;
                text.push_str(&format!("</{entry}>"));
            }
            if !is_flattened {
                text.push_str(&format!("</{element}>"));
            }
            Ok(())
        }
        scalar => {
            let format = member.and_then(|member| member.timestamp_format);
            let format = format.unwrap_or(TimestampFormat::Iso8601);
            let content = scalar::wire_text(scalar, given, format);
            text.push_str(&format!("<{element}>{}</{element}>", escaped(&content)));
            Ok(())
        }
    }
}

/// Replaces the characters with a meaning in XML. Control characters that XML does not allow are
/// left to the service to refuse.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#xD;"),
            '\n' => escaped.push_str("&#xA;"),
            other => escaped.push(other),
        }
    }
    escaped
}
