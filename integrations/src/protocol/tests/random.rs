//! Random values of random operations of the real models: a reader of the test finds in each
//! request what was written, and no response panics.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use roxmltree::Document;
use serde_json::{Map, Value as Json, json};

use super::headers;
use crate::models::{
    Location, Member, Models, Operation, Protocol, ServiceModel, Shape, ShapeIx, Structure,
};
use crate::protocol::writer::Writer;
use crate::protocol::{
    ApiRequest, Naming, api_error, encoded, json as json_body, request, response, xml_read,
    xml_write,
};

static MODELS: LazyLock<Models> = LazyLock::new(Models::embedded);

/// Choices made by bytes. When they are used up, each choice is the smallest one: a value of a
/// recursive shape ends.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn below(&mut self, limit: usize) -> usize {
        let number = usize::from(self.byte()) * 256 + usize::from(self.byte());
        number % limit.max(1)
    }

    fn text(&mut self) -> String {
        const LETTERS: [&str; 16] = [
            "a", "B", "7", " ", "/", "&", "<", ">", "\"", "'", "%", "+", "é", "漢", "=", "\n",
        ];
        let length = self.below(5);
        // No spaces at the ends, which a header loses.
        let letters: String = (0..length).map(|_| LETTERS[self.below(16)]).collect();
        format!(
            "{}{}",
            letters.trim(),
            if letters.contains('\n') { "." } else { "" }
        )
    }

    fn operation(&mut self) -> (Arc<ServiceModel>, String) {
        static NAMES: LazyLock<Vec<&str>> = LazyLock::new(crate::models::names);
        let name = NAMES[self.below(NAMES.len())];
        let model = MODELS.find(name).expect("the model is valid");
        let mut actions: Vec<_> = model.operations.keys().cloned().collect();
        actions.sort_unstable();
        let action = actions.swap_remove(self.below(actions.len()));
        (model, action)
    }

    /// A value of a shape. `only` selects the members of the outermost structure.
    fn value(&mut self, model: &ServiceModel, shape: ShapeIx, depth: usize) -> Json {
        match model.shape(shape) {
            Shape::Structure(shape) => self.structure(model, shape, depth, |_| true),
            Shape::List(list) => (0..self.below(4))
                .map(|_| self.value(model, list.item, depth + 1))
                .collect(),
            Shape::Map(map) => {
                let entries = (0..self.below(3)).map(|number| {
                    (
                        format!("{number}{}", self.text()),
                        self.value(model, map.value, depth + 1),
                    )
                });
                Json::Object(entries.collect())
            }
            Shape::Text => Json::from(self.text()),
            Shape::Boolean => Json::from(self.below(2) == 1),
            Shape::Integer => Json::from(self.below(60_000) as i64 - 30_000),
            Shape::Float => json!((self.below(4_000) as f64) / 4.0 - 500.0),
            Shape::Blob => Json::from(self.text()),
            Shape::Timestamp(_) => {
                let time =
                    time::OffsetDateTime::from_unix_timestamp(self.below(60_000) as i64 * 30_000)
                        .expect("a time");
                Json::from(
                    time.format(&time::format_description::well_known::Rfc3339)
                        .expect("a text"),
                )
            }
            Shape::Document | Shape::EventStream => json!({"any": [self.text()]}),
        }
    }

    fn structure(
        &mut self,
        model: &ServiceModel,
        shape: &Structure,
        depth: usize,
        only: impl Fn(&Member) -> bool,
    ) -> Json {
        let mut members = Map::new();
        for member in &shape.members {
            // A path has no empty parts, and names can be ambiguous.
            let is_path = member.location == Location::Path;
            let is_own_name = shape
                .member(&member.sdk_name)
                .is_some_and(|found| std::ptr::eq(found, member));
            // S3 has two members `Event`, one of them deprecated.
            let mut others = shape.members.iter();
            let is_shared = others.any(|other| {
                !std::ptr::eq(other, member)
                    && (other.location, &other.wire_name) == (member.location, &member.wire_name)
            });
            let is_taken = is_path || (depth < 12 && self.below(3) > 0);
            if !is_own_name || is_shared || !is_taken || !only(member) {
                continue;
            }
            let value = match self.value(model, member.shape, depth + 1) {
                Json::String(text) if is_path && text.is_empty() => Json::from("x"),
                // The query has its own keys.
                Json::Object(entries) if member.location == Location::Query => entries
                    .into_iter()
                    .map(|(key, value)| (format!("map{key}"), value))
                    .collect(),
                value => value,
            };
            members.insert(member.sdk_name.clone(), value);
        }
        Json::Object(members)
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits = [rest.next().expect("a digit"), rest.next().expect("a digit")];
                let digits = std::str::from_utf8(&digits).expect("digits");
                bytes.push(u8::from_str_radix(digits, 16).expect("digits"));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// Checks the text of a scalar in a path, a query, a header or a form.
fn same_scalar(shape: &Shape, written: &str, given: &Json) -> Result<(), TestCaseError> {
    let read = crate::protocol::scalar::read_text(shape, Naming::Sdk, written);
    prop_assert_eq!(&read, given, "{}", written);
    Ok(())
}

/// Reads the fields of a form again.
struct Form<'a> {
    model: &'a ServiceModel,
    fields: Map<String, Json>,
}

impl Form<'_> {
    fn has(&self, name: &str) -> bool {
        let inside = format!("{name}.");
        self.fields
            .keys()
            .any(|field| field == name || field.starts_with(&inside))
    }

    fn name(&self, member: &Member) -> String {
        let capital = |name: &str| name[..1].to_ascii_uppercase() + &name[1..];
        match self.model.protocol {
            Protocol::Ec2 => member
                .query_name
                .clone()
                .unwrap_or_else(|| capital(&member.wire_name)),
            _ => member.wire_name.clone(),
        }
    }

    fn read(&self, name: &str, shape: ShapeIx, flat: bool) -> Json {
        match self.model.shape(shape) {
            Shape::Structure(shape) => self.structure(name, shape),
            Shape::List(list) => {
                let is_ec2 = self.model.protocol == Protocol::Ec2;
                let base = match list.item_name.as_deref() {
                    _ if is_ec2 || flat || list.is_flattened => name.to_owned(),
                    item => format!("{name}.{}", item.unwrap_or("member")),
                };
                let items = (1..)
                    .map(|number| format!("{base}.{number}"))
                    .take_while(|name| self.has(name));
                items
                    .map(|name| self.read(&name, list.item, false))
                    .collect()
            }
            Shape::Map(map) => {
                let base = if flat || map.is_flattened {
                    name.to_owned()
                } else {
                    format!("{name}.entry")
                };
                let keys = (1..)
                    .map(|number| format!("{base}.{number}"))
                    .take_while(|name| self.has(name));
                let entries = keys.map(|entry| {
                    let key = self.fields[&format!("{entry}.{}", map.key_name)]
                        .as_str()
                        .expect("a key")
                        .to_owned();
                    (
                        key,
                        self.read(&format!("{entry}.{}", map.value_name), map.value, false),
                    )
                });
                Json::Object(entries.collect())
            }
            scalar => {
                let text = self
                    .fields
                    .get(name)
                    .and_then(Json::as_str)
                    .unwrap_or_default();
                crate::protocol::scalar::read_text(scalar, Naming::Sdk, text)
            }
        }
    }

    fn structure(&self, prefix: &str, shape: &Structure) -> Json {
        let members = shape.members.iter().filter_map(|member| {
            let name = self.name(member);
            let name = if prefix.is_empty() {
                name
            } else {
                format!("{prefix}.{name}")
            };
            self.has(&name).then(|| {
                (
                    member.sdk_name.clone(),
                    self.read(&name, member.shape, member.is_flattened),
                )
            })
        });
        Json::Object(members.collect())
    }
}

/// Removes lists, maps and structures without content, which a form cannot express.
fn without_empty(value: &Json) -> Json {
    match value {
        Json::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.clone(), without_empty(value)));
            Json::Object(members.filter(|(_, value)| !is_empty(value)).collect())
        }
        Json::Array(items) => {
            // An item without content ends what a reader of numbered fields sees.
            items
                .iter()
                .map(without_empty)
                .take_while(|value| !is_empty(value))
                .collect()
        }
        other => other.clone(),
    }
}

fn is_empty(value: &Json) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

/// Checks the members of a REST request that are not in its body.
fn check_located(
    model: &ServiceModel,
    operation: &Operation,
    input: &Structure,
    given: &Json,
    written: &ApiRequest,
) -> Result<(), TestCaseError> {
    let template = operation.uri.split('?').next().unwrap_or_default();
    let (mut rest, mut after) = (written.path.as_str(), template);
    while let Some((before, tail)) = after.split_once('{') {
        rest = rest.strip_prefix(before).expect("the fixed part");
        let (name, tail) = tail.split_once('}').expect("a brace");
        let end = match tail.split('{').next().unwrap_or_default() {
            "" => rest.len(),
            fixed => rest.find(fixed).expect("the next fixed part"),
        };
        let member = input.members.iter().find(|member| {
            member.location == Location::Path && member.wire_name == name.trim_end_matches('+')
        });
        let member = member.expect("a member of the path");
        prop_assert!(
            name.ends_with('+') || !rest[..end].contains('/'),
            "{}",
            written.path
        );
        same_scalar(
            model.shape(member.shape),
            &decoded(&rest[..end]),
            &given[&member.sdk_name],
        )?;
        (rest, after) = (&rest[end..], tail);
    }
    prop_assert_eq!(rest, after);
    let header = |name: &str| {
        written
            .headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    };
    for (name, value) in given.as_object().into_iter().flatten() {
        let member = input.member(name).expect("a member");
        let query: Vec<_> = written
            .query
            .iter()
            .filter(|(name, _)| *name == member.wire_name)
            .map(|(_, value)| value.as_str())
            .collect();
        match (member.location, model.shape(member.shape), value) {
            (Location::Header, Shape::List(_), _) => {}
            (Location::Header, _, Json::String(text)) if member.is_json => {
                use base64::Engine as _;
                let expected = base64::engine::general_purpose::STANDARD.encode(text);
                prop_assert_eq!(header(&member.wire_name), Some(expected.as_str()));
            }
            (Location::Header, shape, value) => {
                same_scalar(shape, header(&member.wire_name).expect("a header"), value)?
            }
            (Location::Headers, _, value) => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    prop_assert_eq!(
                        header(&format!("{}{key}", member.wire_name)),
                        value.as_str()
                    );
                }
            }
            (Location::Query, Shape::List(list), Json::Array(items)) => {
                prop_assert_eq!(query.len(), items.len());
                for (written, given) in query.iter().zip(items) {
                    same_scalar(model.shape(list.item), written, given)?;
                }
            }
            (Location::Query, Shape::Map(_), Json::Object(entries)) => {
                for (key, value) in entries {
                    let found: Vec<_> = written
                        .query
                        .iter()
                        .filter(|(name, _)| name == key)
                        .map(|(_, value)| Json::from(value.as_str()))
                        .collect();
                    prop_assert_eq!(
                        if value.is_array() {
                            Json::from(found)
                        } else {
                            found[0].clone()
                        },
                        value.clone()
                    );
                }
            }
            (Location::Query, shape, value) => same_scalar(shape, query[0], value)?,
            _ => {}
        }
    }
    Ok(())
}

fn body_of(given: &Json, input: &Structure) -> Json {
    let members = given.as_object().into_iter().flatten();
    let members = members.filter(|(name, _)| {
        input
            .member(name)
            .is_some_and(|member| member.location == Location::Body)
    });
    Json::Object(
        members
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

/// An empty flattened list is a missing one.
fn without_empty_flat(model: &ServiceModel, shape: ShapeIx, value: &Json) -> Json {
    match (model.shape(shape), value) {
        (Shape::Structure(shape), Json::Object(members)) => {
            let members = members.iter().filter_map(|(name, value)| {
                let member = shape.member(name)?;
                let is_flat = member.is_flattened
                    || match model.shape(member.shape) {
                        Shape::List(list) => list.is_flattened,
                        Shape::Map(map) => map.is_flattened,
                        _ => false,
                    };
                (!(is_flat && is_empty(value)))
                    .then(|| (name.clone(), without_empty_flat(model, member.shape, value)))
            });
            Json::Object(members.collect())
        }
        (Shape::List(list), Json::Array(items)) => items
            .iter()
            .map(|item| without_empty_flat(model, list.item, item))
            .collect(),
        (Shape::Map(map), Json::Object(entries)) => Json::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), without_empty_flat(model, map.value, value)))
                .collect(),
        ),
        (_, value) => value.clone(),
    }
}

fn check_request(bytes: &[u8]) -> Result<(), TestCaseError> {
    let mut choices = Choices(bytes);
    let (model, action) = choices.operation();
    let operation = &model.operations[&action];
    let Some(input) = model.structure(operation.input) else {
        let written = request(&model, operation, &json!({}), "T");
        prop_assert!(written.is_ok());
        return Ok(());
    };
    // The token that is generated otherwise.
    let mut given = choices.structure(&model, input, 0, |member| !member.is_idempotency_token);
    for member in input
        .members
        .iter()
        .filter(|member| member.is_idempotency_token)
    {
        given[&member.sdk_name] = json!("T");
    }
    let has_host = operation
        .host_prefix
        .as_ref()
        .is_some_and(|prefix| prefix.contains('{'));
    let written = match request(&model, operation, &given, "T") {
        Err(error) if has_host => {
            prop_assert!(error.to_string().contains("is required"), "{}", error);
            return Ok(());
        }
        written => written.expect("the parameters are valid"),
    };
    let text = || std::str::from_utf8(&written.body).expect("UTF-8");
    match model.protocol {
        Protocol::Query | Protocol::Ec2 => {
            let fields = text().split('&').map(|field| {
                let (name, value) = field.split_once('=').expect("a value");
                (decoded(name), Json::from(decoded(value)))
            });
            let form = Form {
                model: &model,
                fields: fields.collect(),
            };
            prop_assert_eq!(&form.fields["Action"], &operation.name);
            prop_assert_eq!(
                without_empty(&form.structure("", input)),
                without_empty(&given)
            );
            return Ok(());
        }
        Protocol::Json => {}
        Protocol::RestJson | Protocol::RestXml => {
            check_located(&model, operation, input, &given, &written)?
        }
    }
    let (expected, shape) = match input.payload() {
        Some(payload) => match given.get(&payload.sdk_name) {
            Some(value) => (value.clone(), Some(payload.shape)),
            None => return Ok(()),
        },
        None => (body_of(&given, input), operation.input),
    };
    let shape = shape.expect("there is an input");
    match model.shape(shape) {
        Shape::Blob | Shape::Text if input.payload().is_some() => {
            prop_assert_eq!(Some(text()), expected.as_str())
        }
        Shape::Structure(structure) if model.protocol == Protocol::RestXml => {
            let read = if written.body.is_empty() {
                Map::new()
            } else {
                let document = Document::parse(text()).expect("XML");
                xml_read::structure(&model, structure, Naming::Sdk, document.root_element(), 0)
            };
            prop_assert_eq!(
                Json::Object(read),
                without_empty_flat(&model, shape, &expected)
            );
        }
        _ => {
            let body = if written.body.is_empty() {
                json!({})
            } else {
                serde_json::from_str(text()).expect("JSON")
            };
            prop_assert_eq!(json_body::read(&model, shape, Naming::Sdk, body), expected);
        }
    }
    Ok(())
}

/// A successful response with random members, as the service would write its body.
fn response_body(
    choices: &mut Choices<'_>,
    model: &ServiceModel,
    operation: &Operation,
) -> Vec<u8> {
    let Some(output) = model.structure(operation.output) else {
        return choices.text().into_bytes();
    };
    let (shape, value) = match output.payload() {
        Some(payload) => (
            model.shape(payload.shape),
            choices.value(model, payload.shape, 0),
        ),
        None => (
            model.shape(operation.output.expect("an output")),
            choices.structure(model, output, 0, |member| member.location == Location::Body),
        ),
    };
    let writer = Writer { model, token: "T" };
    match (shape, value) {
        (Shape::Structure(shape), Json::Object(members)) => match model.protocol {
            Protocol::Json | Protocol::RestJson => Json::Object(
                json_body::structure(&writer, shape, &members, 0).expect("it is valid"),
            )
            .to_string()
            .into_bytes(),
            _ => {
                let element = operation.result_wrapper.as_deref().unwrap_or("Response");
                let text = xml_write::document(&writer, element, None, shape, &members)
                    .expect("it is valid");
                format!("<All>{text}</All>").into_bytes()
            }
        },
        (_, value) => value.to_string().into_bytes(),
    }
}

fn check_response(bytes: &[u8], noise: &[u8]) {
    let mut choices = Choices(bytes);
    let (model, action) = choices.operation();
    let operation = &model.operations[&action];
    let mut body = match choices.below(4) {
        0 => noise.to_vec(),
        1 => json!({"__type": choices.text(), "message": [choices.text()]})
            .to_string()
            .into_bytes(),
        _ => response_body(&mut choices, &model, operation),
    };
    for position in noise {
        if choices.below(3) == 1 && !body.is_empty() {
            let at = (usize::from(*position) * 37) % body.len();
            body[at] = choices.byte();
        }
    }
    let value = encoded(&choices.text()).to_string();
    let mut pairs = vec![
        ("x-amzn-errortype", value.as_str()),
        ("x-amzn-query-error", value.as_str()),
    ];
    let output = model.structure(operation.output);
    for member in output.into_iter().flat_map(|output| &output.members) {
        match member.location {
            Location::Header => pairs.push((&member.wire_name, &value)),
            Location::Headers => pairs.push(("x-amz-meta-a", &value)),
            _ => {}
        }
    }
    let pairs = headers(&pairs);
    for naming in [Naming::Sdk, Naming::Optimized] {
        // An error is as good as a result: nothing panics.
        let _ = response(&model, operation, naming, 200, &pairs, &body);
    }
    let error = api_error(&model, 400, &pairs, &body);
    assert!(!error.message.is_empty() || !body.is_empty());
}

/// The bytes of choices. A case has several, because a case with one is quick.
fn choices() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 4..600), 8)
}

proptest! {
    #[test]
    fn a_reader_finds_in_a_request_what_was_written(all in choices()) {
        for bytes in all {
            check_request(&bytes)?;
        }
    }

    #[test]
    fn no_response_panics(all in choices(), noise in prop::collection::vec(any::<u8>(), 0..60)) {
        for bytes in all {
            check_response(&bytes, &noise);
        }
    }
}
