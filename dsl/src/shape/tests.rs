//! Compares the derive with schemars and with serde.

use super::*;
use crate::Payload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Derives everything a payload needs.
macro_rules! payloads {
    ($($item:item)+) => {
        $(
            #[derive(Serialize, Deserialize, JsonSchema, Payload)]
            #[allow(dead_code)]
            $item
        )+
    };
}

/// Asserts that shape and schema agree, and returns the shape.
fn agreed<T: Payload>() -> Shape {
    assert_eq!(Shape::disagreements::<T>(), Vec::<String>::new());
    T::shape()
}

/// The JSON names of a struct's fields.
fn wires(shape: &Shape) -> Vec<String> {
    match shape {
        Shape::Struct(StructShape {
            fields: Fields::Named(fields),
            ..
        }) => fields.iter().map(|field| field.wire.to_string()).collect(),
        other => panic!("{other:?} is no struct"),
    }
}

payloads! {
    #[serde(rename_all = "camelCase")]
    struct Order {
        order_id: String,
        #[serde(rename = "e-mail")]
        email: Option<String>,
        total: f64,
        r#type: u8,
        items: Vec<Line>,
        #[serde(default)]
        notes: Vec<String>,
        #[serde(default = "seven", skip_serializing_if = "Option::is_none")]
        priority: Option<u8>,
        #[serde(flatten)]
        customer: Customer,
        #[serde(skip)]
        cached: u32,
        by_sku: HashMap<String, Line>,
        corners: [(i32, i32); 2],
    }
    struct Line { sku: String, quantity: u32, next: Option<Box<Line>> }
    #[serde(rename_all = "kebab-case")]
    struct Customer { full_name: String, vip: bool }
    struct Flexible { id: u8, #[serde(flatten)] rest: BTreeMap<String, serde_json::Value> }
    #[serde(default, rename_all = "PascalCase")]
    #[derive(Default)]
    struct Settings { max_items: u8, label: String }
    struct Meters(f64);
    struct Point(f64, f64);
    struct Marker;
    #[serde(transparent)]
    struct Wrapper { value: Line }
    #[serde(tag = "kind", rename = "doc")]
    struct Tagged { text: String }
    struct Page<T> { items: Vec<T>, next: Option<T> }
    struct Opaque {
        #[payload(opaque)]
        address: Address,
        #[serde(with = "as_text")]
        #[schemars(with = "String")]
        number: u64,
    }
    #[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
    enum External { NotYet, Done(Line), Moved { new_place: String, by: Meters }, Pair(u8, String), #[serde(rename = "X")] Other }
    #[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
    enum Internal { Empty, #[serde(rename_all = "PascalCase")] With { some_field: u8 }, Inner(Customer) }
    #[serde(tag = "t", content = "c")]
    enum Adjacent { Nothing, One(String), Two(u8, u8), Named { a: bool } }
    #[serde(untagged)]
    enum Untagged { Text(String), Record { id: u8 } }
    enum Plain { A, B, #[serde(skip)] Hidden }
    struct WithTag { id: u8, #[serde(flatten)] kind: Internal }
}

/// A type with a schema and no `Payload`.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Address {
    street: String,
    number: Option<u16>,
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

fn seven() -> Option<u8> {
    Some(7)
}

#[test]
fn fields_have_the_names_of_serde() {
    let shape = agreed::<Order>();
    assert_eq!(
        wires(&shape),
        [
            "orderId", "e-mail", "total", "type", "items", "notes", "priority", "customer",
            "cached", "bySku", "corners"
        ]
    );
    assert_eq!(wires(&agreed::<Settings>()), ["MaxItems", "Label"]);
    agreed::<Flexible>();
    agreed::<WithTag>();
}

#[test]
fn optional_fields_have_a_presence_and_a_default() {
    let Shape::Struct(StructShape {
        fields: Fields::Named(fields),
        ..
    }) = Order::shape()
    else {
        panic!("an order is a struct");
    };
    let presence = |name: &str| {
        fields
            .iter()
            .find(|field| field.name == name)
            .unwrap()
            .presence
    };
    assert!(matches!(presence("order_id"), Presence::Always));
    assert!(matches!(presence("cached"), Presence::Never));
    let Presence::Sometimes(Some(notes)) = presence("notes") else {
        panic!("notes have a default");
    };
    assert_eq!(notes(), serde_json::json!([]));
    let Presence::Omitted(Some(priority)) = presence("priority") else {
        panic!("priority has a default");
    };
    assert_eq!(priority(), 7);
    let Shape::Struct(StructShape {
        fields: Fields::Named(settings),
        ..
    }) = Settings::shape()
    else {
        panic!("settings are a struct");
    };
    let Presence::Sometimes(Some(label)) = settings[1].presence else {
        panic!("every field of a default struct has a default");
    };
    assert_eq!(label(), "");
}

#[test]
fn tuple_and_unit_structs_agree_with_serde() {
    assert!(matches!(agreed::<Meters>().plain(), Shape::Number));
    assert!(matches!(agreed::<Wrapper>().plain(), Shape::Struct(line) if line.name == "Line"));
    agreed::<Point>();
    agreed::<Marker>();
    agreed::<Tagged>();
}

#[test]
fn generic_types_have_the_shape_of_their_parameters() {
    let shape = agreed::<Page<Line>>();
    assert_eq!(wires(&shape), ["items", "next"]);
    agreed::<Page<u8>>();
}

#[test]
fn opaque_fields_take_their_shape_from_the_schema() {
    let Shape::Struct(StructShape {
        fields: Fields::Named(fields),
        ..
    }) = agreed::<Opaque>()
    else {
        panic!("opaque is a struct");
    };
    assert_eq!(wires(&fields[0].shape.resolve()), ["street", "number"]);
    // A field with `with` has a custom form, although the schema is `string`.
    assert!(matches!(fields[1].shape.resolve(), Shape::Custom(_)));
}

#[test]
fn every_enum_tagging_agrees_with_serde() {
    agreed::<External>();
    agreed::<Internal>();
    agreed::<Adjacent>();
    agreed::<Untagged>();
    agreed::<Plain>();
    let Shape::Enum(external) = External::shape() else {
        panic!("an enum");
    };
    let names: Vec<_> = external.variants.iter().map(|v| v.wire.as_ref()).collect();
    assert_eq!(names, ["not_yet", "done", "moved", "pair", "X"]);
}

#[test]
fn std_types_agree_with_serde() {
    agreed::<(u8, String, Option<bool>)>();
    agreed::<BTreeMap<String, Vec<Line>>>();
    agreed::<Vec<Option<Line>>>();
    agreed::<std::collections::BTreeSet<char>>();
    agreed::<()>();
    agreed::<serde_json::Value>();
}

/// A type whose `Payload` and `JsonSchema` describe different types.
struct Liar;

impl Serialize for Liar {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Liar {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Liar, D::Error> {
        Ok(Liar)
    }
}

impl JsonSchema for Liar {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Liar".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Customer::json_schema(generator)
    }
}

impl Payload for Liar {
    fn shape() -> Shape {
        Shape::object([
            ("full_name".into(), Shape::String),
            ("vip".into(), Shape::Integer),
        ])
    }
}

#[test]
fn a_wrong_shape_is_found() {
    assert_eq!(
        Shape::disagreements::<Liar>(),
        [
            "`object`: has `full_name`, which schemars does not know",
            "`object`: lacks `full-name`, which schemars has",
            "`object`.vip: a integer, schemars says boolean",
        ]
    );
}
