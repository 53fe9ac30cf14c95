//! Reads bodies of XML: awsQuery, ec2Query and restXml.

use roxmltree::Node;
use serde_json::{Map, Value as Json};

use super::naming::Naming;
use super::scalar;
use crate::models::{Member, ServiceModel, Shape, ShapeIx, Structure};

/// The maximum depth of a response.
const MAX_DEPTH: usize = 200;

/// Converts the members of a structure from an element.
pub(super) fn structure(
    model: &ServiceModel,
    shape: &Structure,
    naming: Naming,
    element: Node<'_, '_>,
    depth: usize,
) -> Map<String, Json> {
    let mut members = Map::new();
    if depth > MAX_DEPTH {
        return members;
    }
    for member in shape
        .members
        .iter()
        .filter(|member| member.location.is_in_body_of_response())
    {
        let found = if member.is_attribute {
            attribute(element, member)
        } else {
            self::member(model, member, naming, element, depth + 1)
        };
        if let Some(value) = found {
            members.insert(naming.of(member).to_owned(), value);
        }
    }
    members
}

fn attribute(element: Node<'_, '_>, member: &Member) -> Option<Json> {
    let name = member.wire_name.rsplit(':').next()?;
    let found = element
        .attributes()
        .find(|attribute| attribute.name() == name)?;
    Some(Json::from(found.value()))
}

fn member(
    model: &ServiceModel,
    member: &Member,
    naming: Naming,
    element: Node<'_, '_>,
    depth: usize,
) -> Option<Json> {
    let name = member.wire_name.as_str();
    match model.shape(member.shape) {
        Shape::List(list) if list.is_flattened || member.is_flattened => {
            let item_name = match (&list.item_name, member.has_wire_name) {
                (Some(item), false) => item,
                _ => name,
            };
            let items: Vec<_> = children(element, item_name)
                .map(|item| value(model, list.item, naming, item, depth))
                .collect();
            (!items.is_empty()).then_some(Json::Array(items))
        }
        Shape::Map(map) if map.is_flattened || member.is_flattened => {
            let entries = children(element, name);
            let entries: Map<_, _> = entries
                .filter_map(|entry| map_entry(model, map, naming, entry, depth))
                .collect();
            (!entries.is_empty()).then_some(Json::Object(entries))
        }
        _ => {
            let found = children(element, name).next()?;
            Some(value(model, member.shape, naming, found, depth))
        }
    }
}

fn value(
    model: &ServiceModel,
    shape: ShapeIx,
    naming: Naming,
    element: Node<'_, '_>,
    depth: usize,
) -> Json {
    match model.shape(shape) {
        Shape::Structure(shape) => Json::Object(structure(model, shape, naming, element, depth)),
        Shape::List(list) if depth <= MAX_DEPTH => element
            .children()
            .filter(Node::is_element)
            .map(|item| value(model, list.item, naming, item, depth + 1))
            .collect(),
        Shape::Map(map) => {
            let entries = element.children().filter(Node::is_element);
            let entries = entries.filter_map(|entry| map_entry(model, map, naming, entry, depth));
            Json::Object(entries.collect())
        }
        scalar => scalar::read_text(scalar, naming, &text(element)),
    }
}

fn map_entry(
    model: &ServiceModel,
    map: &crate::models::MapShape,
    naming: Naming,
    entry: Node<'_, '_>,
    depth: usize,
) -> Option<(String, Json)> {
    if depth > MAX_DEPTH {
        return None;
    }
    let key = text(children(entry, &map.key_name).next()?);
    let found = children(entry, &map.value_name).next()?;
    Some((key, value(model, map.value, naming, found, depth + 1)))
}

/// The elements in an element with a name. Namespaces are ignored.
pub(super) fn children<'a, 'input>(
    element: Node<'a, 'input>,
    name: &str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    element
        .children()
        .filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The text of an element.
pub(super) fn text(element: Node<'_, '_>) -> String {
    // A comment has a text, too.
    let texts = element.children().filter(Node::is_text);
    texts.filter_map(|child| child.text()).collect()
}
