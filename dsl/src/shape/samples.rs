//! Sample values of a type: whether its `==`, its order and its `Clone` have the same meaning as on
//! its JSON.
//!
//! Rust does not tell whether a type derives `PartialEq` or implements it manually. A workflow
//! therefore compares values of a user's type only if samples of the type agree: each pair is
//! compared both by the type and by the JSON. The samples differ in one field, one variant or one
//! item each.

use super::{Field, Fields, Payload, Presence, Shape, StructShape, Tagging, TextualType, Variant};
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

/// The maximum nesting depth of sampled types; recursive types are infinite.
const DEPTH: usize = 6;
/// The maximum number of samples of one type.
const COUNT: usize = 48;

/// Checks that two values are equal exactly if their JSON is equal.
pub(crate) fn equality<T: Payload + PartialEq>() -> Option<String> {
    let samples = samples::<T>();
    for (one, json) in &samples {
        for (other, other_json) in &samples {
            let equal = json == other_json;
            if (one == other) != equal || (one != other) == equal {
                return Some(disagreement::<T>(
                    "PartialEq",
                    json,
                    other_json,
                    if equal { "equal" } else { "different" },
                ));
            }
        }
    }
    None
}

/// Checks that `<` orders values like their JSON.
pub(crate) fn partial_order<T: Payload + PartialOrd>() -> Option<String> {
    order_by::<T>("PartialOrd", T::partial_cmp)
}

/// Checks that `max` and sorting order values like their JSON.
pub(crate) fn order<T: Payload + Ord>() -> Option<String> {
    order_by::<T>("Ord", |one, other| Some(one.cmp(other)))
}

fn order_by<T: Payload>(
    name: &str,
    compare: impl Fn(&T, &T) -> Option<Ordering>,
) -> Option<String> {
    let samples = samples::<T>();
    for (one, json) in &samples {
        for (other, other_json) in &samples {
            let Some(expected) = order_of(json, other_json) else {
                continue;
            };
            if compare(one, other) != Some(expected) {
                let what = match expected {
                    Ordering::Less => "in ascending order",
                    Ordering::Equal => "equal",
                    Ordering::Greater => "in descending order",
                };
                return Some(disagreement::<T>(name, json, other_json, what));
            }
        }
    }
    None
}

/// Checks that a clone has the JSON of the original.
pub(crate) fn clone<T: Payload + Clone>() -> Option<String> {
    for (one, json) in samples::<T>() {
        let cloned = serde_json::to_value(one.clone()).unwrap_or_default();
        if cloned != json {
            return Some(format!(
                "`{}` has its own `Clone`, which a workflow cannot run: `{json}` becomes `{cloned}`; derive `Clone`, or call \
                 a task",
                name_of::<T>()
            ));
        }
    }
    None
}

/// Checks that `value.clone()` and `value.to_owned()` have the JSON of the value, if the type has
/// such inherent methods.
pub(crate) fn method_clone<T: Payload>() -> Option<String> {
    for (one, json) in samples::<T>() {
        for (name, result) in one.__method_copies() {
            let Some(result) = result else {
                continue;
            };
            let result = serde_json::to_value(result).unwrap_or_default();
            if result != json {
                return Some(format!(
                    "`{}` has its own `{name}`, which a workflow cannot run: `{json}` becomes `{result}`; give the method \
                     another name, or call a task",
                    name_of::<T>()
                ));
            }
        }
    }
    None
}

fn disagreement<T>(name: &str, one: &Value, other: &Value, what: &str) -> String {
    format!(
        "`{}` has its own `{name}`, which a workflow cannot run: the JSON values `{one}` and `{other}` are {what}, and by \
         `{name}` they are not; compare a field, derive `{name}`, or compare in a task",
        name_of::<T>()
    )
}

/// A type's name without the path.
fn name_of<T>() -> String {
    let name = std::any::type_name::<T>();
    let mut text = String::new();
    let mut word = String::new();
    for letter in name.chars() {
        if letter.is_alphanumeric() || letter == '_' {
            word.push(letter);
        } else if letter == ':' {
            word.clear();
        } else {
            text.push_str(&word);
            word.clear();
            text.push(letter);
        }
    }
    text + &word
}

/// The order of two JSON values of one type, if a workflow can order them: numbers, texts, and
/// lists of them.
fn order_of(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Null, _) => Some(Ordering::Less),
        (_, Value::Null) => Some(Ordering::Greater),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        (Value::Number(one), Value::Number(other)) => match (one.as_i64(), other.as_i64()) {
            (Some(one), Some(other)) => Some(one.cmp(&other)),
            _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
        },
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        (Value::Array(one), Value::Array(other)) => {
            for (one, other) in one.iter().zip(other) {
                match order_of(one, other)? {
                    Ordering::Equal => {}
                    different => return Some(different),
                }
            }
            Some(one.len().cmp(&other.len()))
        }
        _ => None,
    }
}

/// Samples that the type accepts, each with its JSON. All have different JSON.
fn samples<T: Payload>() -> Vec<(T, Value)> {
    let mut samples: Vec<(T, Value)> = Vec::new();
    for value in variations(&T::shape(), DEPTH) {
        let Ok(sample) = serde_json::from_value::<T>(value) else {
            continue;
        };
        let Ok(json) = serde_json::to_value(&sample) else {
            continue;
        };
        if samples.iter().all(|(_, other)| *other != json) {
            samples.push((sample, json));
        }
    }
    samples
}

/// Values of a shape: the first is the base; each other value differs from it in one part.
fn variations(shape: &Shape, depth: usize) -> Vec<Value> {
    let Some(depth) = depth.checked_sub(1) else {
        return Vec::new();
    };
    let mut values = match shape.resolve() {
        Shape::Null => vec![Value::Null],
        Shape::Bool => vec![json!(true), json!(false)],
        Shape::Integer | Shape::SmallInteger | Shape::Int(_) => [
            1, 0, 2, 3, 7, 10, 11, 100, 101, 255, 256, 1000, 65_535, 1_000_000,
        ]
        .into_iter()
        .chain([-1, -2, -10, 4_000_000_000, 4_000_000_001])
        .map(|number: i64| json!(number))
        .collect(),
        Shape::Number | Shape::SmallNumber => {
            let numbers = [
                1.0,
                0.0,
                2.0,
                1.5,
                0.1,
                0.25,
                0.300_000_000_000_000_04,
                0.3,
                -1.0,
                -1.5,
                10.0,
                99.99,
                100.0,
                1e9,
                1e9 + 0.5,
                1e-9,
            ];
            numbers.into_iter().map(|number| json!(number)).collect()
        }
        Shape::String => TEXTS.iter().map(|text| json!(text)).collect(),
        Shape::Written(written) => texts_of(written.name)
            .iter()
            .map(|text| json!(text))
            .collect(),
        Shape::Array(item) => lists(&variations(&item, depth)),
        // The order of a `HashSet`'s items in JSON is not defined.
        Shape::Set(set) => {
            let items = variations(&set.item, depth).into_iter();
            std::iter::once(json!([]))
                .chain(items.map(|item| json!([item])))
                .collect()
        }
        Shape::Tuple(items) => tuples(&items, depth),
        Shape::Map(map) => maps(&variations(&map.key, depth), &variations(&map.value, depth)),
        Shape::Option(some) => {
            let mut values = variations(&some, depth);
            values.insert(values.len().min(1), Value::Null);
            values
        }
        Shape::Struct(StructShape { fields, tag, .. }) => {
            let mut values = fields_of(&fields, depth);
            if let Some((key, text)) = &tag {
                for value in &mut values {
                    if let Value::Object(object) = value {
                        object.insert(key.to_string(), json!(text));
                    }
                }
            }
            values
        }
        Shape::Enum(one) => {
            let variants = one.variants.iter();
            let mut samples: Vec<Vec<Value>> = variants
                .map(|variant| variant_of(variant, &one.tagging, depth))
                .collect();
            // The base of each variant first, so that the limit does not remove whole variants.
            let bases: Vec<Value> = samples
                .iter_mut()
                .filter_map(|values| (!values.is_empty()).then(|| values.remove(0)))
                .collect();
            bases
                .into_iter()
                .chain(samples.into_iter().flatten())
                .collect()
        }
        // The form is not known: use values that the type can deserialize.
        Shape::Custom(_) => {
            let numbers = variations(&Shape::Number, depth).into_iter();
            let texts = TEXTS.iter().map(|text| json!(text));
            texts.chain(numbers).collect()
        }
        Shape::Duration(_) | Shape::Any | Shape::Lazy(_) => {
            vec![
                json!(1),
                Value::Null,
                json!("a"),
                json!({"a": 1}),
                json!([1]),
                json!(true),
                json!([]),
            ]
        }
    };
    values.truncate(COUNT);
    values
}

/// Texts that types often treat as equal, or order differently.
const TEXTS: &[&str] = &[
    "a",
    "",
    "A",
    "b",
    "B",
    "ab",
    "aB",
    "ba",
    " a",
    "a ",
    "a-b",
    "a_b",
    "aa",
    "\u{e4}",
    "a\u{308}",
    "0",
    "00",
    "1",
    "01",
    "1.0",
    "10",
    "2",
    "9",
    "a1",
    "a10",
    "a2",
    "x@y.z",
    "X@y.z",
    "\u{1f600}",
    "\u{ffff}",
];

impl TextualType {
    /// A text that the type accepts.
    #[must_use]
    pub fn sample(&self) -> &'static str {
        match self.name {
            "PathBuf" => "sample",
            name => texts_of(name).first().copied().unwrap_or("sample"),
        }
    }
}

/// Texts that the types of the standard library and of other crates accept.
fn texts_of(name: &str) -> &'static [&'static str] {
    match name {
        "Ipv4Addr" => &["10.0.0.1", "10.0.0.2", "9.0.0.1"],
        "Ipv6Addr" => &["::1", "::2", "fe80::1"],
        "IpAddr" => &["10.0.0.1", "9.0.0.1", "::1"],
        "DateTime<Utc>" | "DateTime<FixedOffset>" => &[
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:06Z",
            "2025-01-02T03:04:05Z",
        ],
        "NaiveDate" => &["2026-01-02", "2026-01-03", "2025-12-31"],
        "NaiveDateTime" => &["2026-01-02T03:04:05", "2026-01-02T03:04:06"],
        "NaiveTime" => &["03:04:05", "03:04:06", "12:00:00"],
        "Decimal" => &["1.5", "2.5", "3"],
        "Url" => &[
            "https://a.example/",
            "https://b.example/",
            "https://a.example/x",
        ],
        "Uuid" => &[
            "00000000-0000-4000-8000-000000000001",
            "00000000-0000-4000-8000-000000000002",
            "a0000000-0000-4000-8000-000000000001",
        ],
        _ => TEXTS,
    }
}

fn lists(items: &[Value]) -> Vec<Value> {
    let Some(base) = items.first() else {
        return vec![json!([])];
    };
    let mut values = vec![json!([base]), json!([]), json!([base, base])];
    if let Some(other) = items.get(1) {
        values.push(json!([base, other]));
        values.push(json!([other, base]));
    }
    values.extend(items.iter().skip(1).map(|item| json!([item])));
    values
}

fn maps(keys: &[Value], items: &[Value]) -> Vec<Value> {
    let key = |key: &Value| match key {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut values = vec![json!({})];
    if let (Some(first), Some(base)) = (keys.first(), items.first()) {
        values.insert(0, json!({ key(first): base }));
        values.extend(keys.iter().skip(1).map(|other| json!({ key(other): base })));
        values.extend(items.iter().skip(1).map(|item| json!({ key(first): item })));
        if let Some(second) = keys.get(1) {
            values.push(json!({ key(first): base, key(second): base }));
        }
    }
    values
}

/// Tuples that differ from the first one in one item.
fn tuples(items: &[Shape], depth: usize) -> Vec<Value> {
    let parts: Vec<Vec<Value>> = items.iter().map(|item| variations(item, depth)).collect();
    combine(&parts).into_iter().map(Value::Array).collect()
}

/// Rows that take the first value of each part, except for one part.
fn combine(parts: &[Vec<Value>]) -> Vec<Vec<Value>> {
    let base: Option<Vec<Value>> = parts.iter().map(|part| part.first().cloned()).collect();
    let Some(base) = base else {
        return Vec::new();
    };
    // Alternates between the parts, so that the limit does not remove a whole part.
    let most = parts.iter().map(Vec::len).max().unwrap_or_default();
    let mut rows = vec![base.clone()];
    for at in 1..most {
        for (part, values) in parts.iter().enumerate() {
            if let Some(value) = values.get(at) {
                let mut row = base.clone();
                row[part] = value.clone();
                rows.push(row);
            }
        }
    }
    rows
}

fn fields_of(fields: &Fields, depth: usize) -> Vec<Value> {
    match fields {
        Fields::Unit => vec![Value::Null],
        Fields::Newtype(field) => variations(&field.shape, depth),
        Fields::Tuple(fields) => {
            let shapes: Vec<Shape> = fields.iter().map(|field| field.shape.clone()).collect();
            tuples(&shapes, depth)
        }
        Fields::Named(fields) => {
            let fields: Vec<&Field> = fields
                .iter()
                .filter(|field| !matches!(field.presence, Presence::Never))
                .collect();
            let parts: Vec<Vec<Value>> = fields
                .iter()
                .map(|field| variations(&field.shape, depth))
                .collect();
            let rows = combine(&parts).into_iter();
            rows.map(|row| {
                let mut object = Map::new();
                for (field, value) in fields.iter().zip(row) {
                    match value {
                        Value::Object(inner) if field.flatten => object.extend(inner),
                        Value::Null if field.flatten => {}
                        value => {
                            object.insert(field.wire.to_string(), value);
                        }
                    }
                }
                Value::Object(object)
            })
            .collect()
        }
    }
}

fn variant_of(variant: &Variant, tagging: &Tagging, depth: usize) -> Vec<Value> {
    let name = json!(variant.wire);
    let contents = fields_of(&variant.fields, depth);
    let is_unit = matches!(variant.fields, Fields::Unit);
    if variant.untagged {
        return contents;
    }
    let contents = contents.into_iter();
    match tagging {
        Tagging::Untagged => contents.collect(),
        Tagging::External if is_unit => vec![name],
        Tagging::External => contents
            .map(|content| json!({ variant.wire.as_ref(): content }))
            .collect(),
        Tagging::Adjacent { tag, .. } | Tagging::Internal { tag } if is_unit => {
            vec![json!({ tag.as_ref(): name })]
        }
        Tagging::Adjacent { tag, content } => contents
            .map(|inner| json!({ tag.as_ref(): name, content.as_ref(): inner }))
            .collect(),
        Tagging::Internal { tag } => contents
            .filter_map(|inner| match inner {
                Value::Object(mut object) => {
                    object.insert(tag.to_string(), name.clone());
                    Some(Value::Object(object))
                }
                _ => None,
            })
            .collect(),
    }
}
