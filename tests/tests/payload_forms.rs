//! The effect of serde's attributes and JSONPath's templates on values: the workflow produces the
//! same JSON, or is rejected.

use crate::same::agree;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

/// Lists in lists.
type Five<T> = Vec<Vec<Vec<Vec<Vec<T>>>>>;

/// Numbers that are serialized as texts.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &u32, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// `true` serialized as a number.
mod as_number {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &bool, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(u8::from(!*value))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
        Ok(u8::deserialize(from)? == 0)
    }
}

/// An `Option` with `None` serialized as 0.
mod as_zero {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Option<u32>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u32(value.unwrap_or(0))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
        Ok(Some(u32::deserialize(from)?).filter(|n| *n != 0))
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Event {
    #[serde(with = "as_text")]
    #[schemars(with = "String")]
    a: u32,
    #[serde(
        serialize_with = "as_number::serialize",
        deserialize_with = "as_number::deserialize"
    )]
    #[schemars(with = "u8")]
    flag: bool,
    #[serde(with = "as_zero")]
    #[schemars(with = "u32")]
    zero: Option<u32>,
    #[serde(with = "as_text", default = "seven")]
    #[schemars(with = "String")]
    late: u32,
    plain: u32,
}

fn seven() -> u32 {
    7
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Cents(
    #[serde(with = "as_text")]
    #[schemars(with = "String")]
    u32,
);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
enum Change {
    By {
        #[serde(with = "as_text")]
        #[schemars(with = "String")]
        n: u32,
    },
    #[serde(with = "as_text")]
    #[schemars(with = "String")]
    To(u32),
    Not,
}

/// An identifier that is serialized as a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(into = "String", try_from = "String")]
struct Id {
    number: u32,
}

impl From<Id> for String {
    fn from(id: Id) -> String {
        format!("#{}", id.number)
    }
}

impl TryFrom<String> for Id {
    type Error = String;

    fn try_from(text: String) -> Result<Id, String> {
        match text.trim_start_matches('#').parse() {
            Ok(number) => Ok(Id { number }),
            Err(error) => Err(format!("{text}: {error}")),
        }
    }
}

/// A list inside a newtype.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Bag(Vec<u32>);

/// An option inside a newtype.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Maybe(Option<u32>);

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Inner {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    q: Option<u32>,
    #[serde(flatten)]
    deeper: Deeper,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "kind")]
struct Deeper {
    r: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<u32>,
    t: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Out {
    a: u32,
    #[serde(flatten)]
    inner: Inner,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Input {
    a: u32,
    n: u32,
    event: Event,
    events: Vec<Event>,
    cents: Cents,
    change: Change,
    id: Id,
    ids: Vec<Id>,
    out: Out,
    list: Vec<Option<u32>>,
    lists: Vec<Vec<u32>>,
    nested: Option<Option<u32>>,
    o: Option<u32>,
}

fn inputs() -> Vec<Input> {
    let event = |a| Event {
        a,
        flag: a == 1,
        zero: (a > 1).then_some(a),
        late: a + 1,
        plain: 2,
    };
    let out = |q, s, t, note: Option<&str>| Out {
        a: 1,
        inner: Inner {
            q,
            deeper: Deeper { r: 3, s, t },
        },
        note: note.map(str::to_owned),
    };
    let first = Input {
        a: 1,
        n: 4,
        event: event(1),
        events: vec![event(1), event(5)],
        cents: Cents(3),
        change: Change::By { n: 5 },
        id: Id { number: 4 },
        ids: vec![Id { number: 1 }],
        out: out(None, None, None, None),
        list: vec![],
        lists: vec![vec![1, 2], vec![]],
        nested: Some(None),
        o: None,
    };
    let second = Input {
        out: out(Some(1), Some(2), Some(3), Some("n")),
        list: vec![None],
        o: Some(3),
        nested: None,
        change: Change::To(2),
        ..first.clone()
    };
    let third = Input {
        out: out(None, Some(2), None, Some("n")),
        list: vec![Some(3), None],
        nested: Some(Some(3)),
        change: Change::Not,
        ..first.clone()
    };
    vec![first, second, third]
}

/// Declares a workflow for each expression, and the same expression as a Rust function; the test compares their results.
macro_rules! alike {
    ($test:ident [$($option:tt)*] |$i:ident| $($workflow:ident, $rust:ident($ty:ty) [$($value:tt)+])*) => {
        alike! { @each [$($option)*] $i $($workflow, $rust($ty) [$($value)+])* }

        #[tokio::test]
        async fn $test() {
            $(agree::<$workflow>($rust, inputs()).await;)*
        }
    };
    (@each [$($option:tt)*] $i:ident $workflow:ident, $rust:ident($ty:ty) [$($value:tt)+] $($rest:tt)*) => {
        workflow! {
            workflow $workflow($i: Input) -> $ty {
                $($option)*
                allow unused_variables;
                pass Only { end { $($value)+ }; }
            }
        }

        #[allow(unused, clippy::all, clippy::pedantic, reason = "as users may write it")]
        fn $rust($i: Input) -> $ty { $($value)+ }

        alike! { @each [$($option)*] $i $($rest)* }
    };
    (@each [$($option:tt)*] $i:ident) => {};
}

/// Declares a workflow for each expression; the test looks for a part of the message that refuses it.
macro_rules! refused {
    ($test:ident [$($option:tt)*] |$i:ident| $($workflow:ident($ty:ty) [$($value:tt)+] $part:literal)*) => {
        refused! { @each [$($option)*] $i $($workflow($ty) [$($value)+])* }

        #[test]
        fn $test() {
            $(match $workflow::build() {
                Ok(built) => panic!("{} is accepted: {}", stringify!($($value)+), built.to_json()),
                Err(faults) => {
                    let messages: Vec<String> = faults.iter().map(ToString::to_string).collect();
                    assert!(messages.iter().any(|fault| fault.contains($part)), "{messages:#?}");
                    assert!(faults.iter().all(|fault| fault.location.source.is_some()), "{messages:#?}");
                }
            })*
        }
    };
    (@each [$($option:tt)*] $i:ident $workflow:ident($ty:ty) [$($value:tt)+] $($rest:tt)*) => {
        workflow! {
            workflow $workflow($i: Input) -> $ty {
                $($option)*
                allow unused_variables;
                pass Only { end { $($value)+ }; }
            }
        }
        refused! { @each [$($option)*] $i $($rest)* }
    };
    (@each [$($option:tt)*] $i:ident) => {};
}

alike! {
    jsonpath_computes_lists_of_lists [query_language JSONPath;] |i|
    Twice, twice(Vec<Vec<u32>>) [vec![vec![i.a]]]
    Rows, rows(Vec<Vec<u32>>) [vec![vec![i.a, i.n], vec![7], vec![]]]
    Thrice, thrice(Vec<Vec<Vec<u32>>>) [vec![vec![vec![i.a], vec![1]], vec![vec![i.n]]]]
    Pairs, pairs(Vec<(u32, Vec<u32>)>) [vec![(i.a, vec![i.n]), (2, vec![3])]]
    Texts, texts(Vec<Vec<String>>) [vec![vec!["{% z %}".to_string()], vec!["{% x %}".to_string(), "y".to_string()]]]
    Constants, constants(Vec<Vec<u32>>) [vec![vec![1], vec![2, 3]]]
    Unwrapped, unwrapped(Vec<u32>) [Bag(i.lists[0].clone()).0]
    UnwrappedRows, unwrapped_rows(Vec<Vec<u32>>) [vec![Bag(i.lists[0].clone()).0, vec![i.a]]]
    Records, records(Vec<Vec<Deeper>>) [vec![vec![Deeper { r: i.a, s: Some(1), t: None }]]]
}

refused! {
    lists_beyond_jsonpath_are_refused [query_language JSONPath;] |i|
    Mixed(Vec<(u32, Vec<Deeper>)>) [vec![(i.a, vec![Deeper { r: i.a, s: Some(1), t: None }])]] "query_language JSONata;"
    TooDeep(Five<Five<Vec<u32>>>) [vec![vec![vec![vec![vec![vec![vec![vec![vec![vec![vec![i.a]]]]]]]]]]]] "query_language JSONata;"
    FlattenedWhole(Inner) [i.out.inner] "query_language JSONata;"
}

refused! {
    testing_a_nested_option_is_refused [] |i|
    NestedNone(bool) [i.nested == None] "`None` and `Some(None)` are the same"
    NestedEqual(bool) [i.nested == Some(i.o)] "`None` and `Some(None)` are the same"
    NestedPattern(bool) [matches!(i.nested, Some(_))] "`None` and `Some(None)` are the same"
    NestedInside(bool) [matches!(i.nested, Some(None))] "`None` and `Some(None)` are the same"
    NestedLet(u32) [if let Some(o) = Some(i.o) { o.unwrap_or(1) } else { 2 }] "`None` and `Some(None)` are the same"
    NestedMatch(u32) [match i.list.first() { None => 1, _ => 2 }] "`None` and `Some(None)` are the same"
    NestedNewtype(bool) [if let Some(maybe) = Some(Maybe(i.o)) { maybe == Maybe(None) } else { false }] "`None` and `Some(None)` are the same"
    NestedUnit(bool) [Some(()) == None] "`None` and `Some(None)` are the same"
    NestedLists(bool) [vec![i.nested] == vec![Some(i.o)]] "`None` and `Some(None)` are the same"
}

alike! {
    a_flattened_nested_option_has_the_value_of_rust [] |i|
    FirstFlat, first_flat(bool) [i.o == i.list.first().copied().flatten()]
    FirstNone, first_none(bool) [i.list.first().copied().flatten() == None]
    FirstSome, first_some(bool) [i.list.first().copied().flatten().is_some()]
    FirstOut, first_out(Option<u32>) [i.list.first().copied().flatten()]
    LastFlat, last_flat(bool) [i.o != i.list.last().copied().flatten()]
    InTuple, in_tuple((Option<u32>, u32)) [(i.list.iter().copied().next().flatten(), 1)]
    InList, in_list(Vec<Option<u32>>) [vec![i.list.get(1).copied().flatten()]]
    FoundFlat, found_flat(bool) [i.o == i.list.iter().find(|n| n.is_some()).copied().flatten()]
    Flattened, flattened(bool) [i.o == i.nested.flatten()]
    Ordered, ordered(Option<u32>) [i.list.first().copied().flatten().map(|n| n + 1)]
}

alike! {
    flattened_structs_keep_absent_fields_absent [] |i|
    Update, update(Out) [Out { a: 5, ..i.out }]
    UpdateNote, update_note(Out) [Out { note: Some("x".to_string()), ..i.out }]
    Inside, inside(Out) [Out { inner: Inner { q: i.out.inner.q, ..i.out.inner }, ..i.out }]
    Whole, whole(Inner) [i.out.inner]
    Part, part(Deeper) [i.out.inner.deeper]
    Listed, listed(Vec<Inner>) [vec![i.out.inner]]
    Taken, taken(Out) [Out { a: 5, inner: i.out.inner, note: None }]
    Update2, update2(Out) [Out { a: 6, ..Out { note: None, ..i.out } }]
    Mapped, mapped(Vec<Out>) [vec![i.out].iter().map(|out| Out { a: 9, ..out.clone() }).collect()]
}

alike! {
    values_with_a_custom_serde_form_are_passed_unchanged [] |i|
    WholeEvent, whole_event(Event) [i.event]
    UpdatedEvent, updated_event(Event) [Event { plain: 5, ..i.event }]
    CopiedEvent, copied_event(Event) [Event { a: i.event.a, flag: i.event.flag, zero: i.event.zero.clone(), late: i.event.late, plain: i.a }]
    Events, events(Vec<Event>) [i.events.iter().filter(|event| event.plain == 2).cloned().collect()]
    PlainField, plain_field(u32) [i.event.plain + 1]
    WholeCents, whole_cents(Cents) [i.cents]
    WholeChange, whole_change(Change) [i.change]
    IsNot, is_not(bool) [matches!(i.change, Change::Not | Change::By { .. })]
    WholeId, whole_id((Id, Vec<Id>)) [(i.id.clone(), vec![i.id])]
    FirstId, first_id(Option<Id>) [i.ids.first().cloned()]
}

refused! {
    computing_with_a_custom_serde_form_is_refused [] |i|
    EqualField(bool) [i.event.a == 1] "with = \"as_text\""
    SumOfField(u32) [i.event.a + 1] "with = \"as_text\""
    ReadField(u32) [i.event.a] "with = \"as_text\""
    Shown(String) [format!("{}", i.event.a)] "with = \"as_text\""
    Flag(u32) [if i.event.flag { 1 } else { 2 }] "serialize_with = \"as_number::serialize\""
    AndFlag(bool) [i.event.flag && true] "serialize_with = \"as_number::serialize\""
    IsNone(bool) [i.event.zero == None] "with = \"as_zero\""
    IsSome(bool) [i.event.zero.is_some()] "with = \"as_zero\""
    IfSome(u32) [if let Some(n) = i.event.zero { n } else { 1 }] "with = \"as_zero\""
    InClosure(Vec<u32>) [i.events.iter().map(|event| event.a).collect()] "with = \"as_text\""
    InKey(Option<Event>) [i.events.iter().max_by_key(|event| event.a).cloned()] "with = \"as_text\""
    EqualEvents(bool) [i.event == i.events[0]] "with = \"as_text\""
    Contains(bool) [i.events.contains(&i.event)] "with = \"as_text\""
    Literal(Event) [Event { a: 5, ..i.event }] "with = \"as_text\""
    OtherForm(Event) [Event { late: i.a, ..i.event }] "with = \"as_text\""
    LiteralCents(Cents) [Cents(5)] "with = \"as_text\""
    CentsInside(u32) [i.cents.0] "with = \"as_text\""
    EqualCents(bool) [i.cents == Cents(3)] "with = \"as_text\""
    VariantField(u32) [match i.change { Change::By { n } => n, _ => 0 }] "with = \"as_text\""
    VariantLiteral(bool) [matches!(i.change, Change::By { n: 5 })] "with = \"as_text\""
    Variant(u32) [match i.change { Change::To(n) => n, _ => 0 }] "with = \"as_text\""
    MadeVariant(Change) [Change::By { n: 5 }] "with = \"as_text\""
    MadeTo(Change) [Change::To(i.a)] "with = \"as_text\""
    EqualId(bool) [i.id == i.ids[0]] "into = \"String\""
    IdInside(u32) [i.id.number] "into = \"String\""
    MadeId(Id) [Id { number: 5 }] "into = \"String\""
    MatchedId(u32) [match i.id { Id { number } => number }] "into = \"String\""
    HasId(bool) [i.ids.contains(&i.id)] "into = \"String\""
}

refused! {
    jsonpath_refuses_to_compute_with_a_custom_serde_form [query_language JSONPath;] |i|
    PathField(u32) [i.event.a] "with = \"as_text\""
    PathSum(u32) [i.event.a + 1] "with = \"as_text\""
    PathShown(String) [format!("{}", i.event.a)] "with = \"as_text\""
}

#[test]
fn serde_writes_a_default_in_the_custom_form_of_its_field() {
    let absent = serde_json::json!({"a": "1", "flag": 0, "zero": 0, "plain": 2});
    let read: Event = serde_json::from_value(absent).expect("an event");
    assert_eq!(serde_json::to_value(read).expect("JSON")["late"], "7");
}

workflow! {
    workflow Defaulted(event: Event) -> Event {
        pass Only { end Event { plain: 9, ..event }; }
    }
}

#[tokio::test]
async fn an_absent_field_gets_its_default_in_its_custom_form() {
    let engine = stepwright_runtime::Engine::builder()
        .register::<Defaulted>()
        .virtual_time()
        .build();
    let engine = engine.expect("the workflow can be run");
    let input = serde_json::json!({"a": "1", "flag": 0, "zero": 0, "plain": 2});
    let options = stepwright_runtime::StartOptions::new();
    let report = engine.execute_machine("Defaulted", input, options).await;
    let report = report.expect("it starts");
    let output = report.output.as_ref().expect("it succeeds").to_json();
    assert_eq!(output["late"], "7", "{output}");
}

workflow! {
    workflow Templated(i: Input) -> serde_json::Value {
        query_language JSONPath;
        pass Only { parameters { rows: [[path!("$.a"), 1], [[path!("$.n")]]], plain: [["a"]] }; end; }
    }
}

#[test]
fn nested_lists_of_a_payload_template_are_computed() {
    let text = Templated::build().expect("it can be built").to_json();
    let machine: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        machine["States"]["Only"]["Parameters"],
        serde_json::json!({
            "rows.$": "States.Array(States.Array($.a, 1), States.Array(States.Array($.n)))",
            "plain": [["a"]],
        })
    );
}
