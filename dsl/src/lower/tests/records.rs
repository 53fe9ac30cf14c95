//! Literals have serde's JSON form.

use crate::Payload;
use crate::expr::Expr;
use crate::flow::{Flow, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: u8,
    #[serde(flatten)]
    customer: Customer,
    #[serde(flatten)]
    kind: Internal,
    size: Size,
    at: Point,
    #[serde(skip)]
    #[allow(dead_code)]
    cached: u8,
    none: Option<u8>,
}

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Customer {
    #[serde(rename = "e-mail")]
    email: String,
}

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Size(u8);

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Point(u8, u8);

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Marker;

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "version", rename = "v1")]
struct Tagged {
    a: u8,
}

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
enum External {
    NotYet,
    One(u8),
    Two(u8, u8),
    Named { some_field: u8 },
}

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Internal {
    Empty,
    Inner(Customer),
    Named { x: u8 },
}

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Empty,
    One(u8),
    Two(u8, u8),
    Named { x: u8 },
}

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
#[serde(untagged)]
enum Untagged {
    Text(String),
    Named { x: u8 },
}

/// The output of a Pass state for an expression of literals.
fn emitted(expr: Expr) -> Value {
    let flow = Flow::new("Test").state(State::pass("End").end_with(expr));
    let definition = flow.lower().unwrap();
    let machine: Value = serde_json::from_str(&definition.to_json()).unwrap();
    machine["States"]["End"]["Output"].clone()
}

fn same<T: Payload>(variant: Option<&'static str>, fields: Vec<(&'static str, Expr)>, value: T) {
    let record = Expr::record::<T>(variant, fields);
    assert_eq!(emitted(record), serde_json::to_value(&value).unwrap());
}

fn n(value: u8) -> Expr {
    Expr::literal(value)
}

fn customer() -> Customer {
    Customer {
        email: "a@b.c".to_owned(),
    }
}

fn customer_literal() -> Expr {
    Expr::record::<Customer>(None, vec![("email", Expr::literal("a@b.c"))])
}

#[test]
fn structs_are_written_as_serde_writes_them() {
    same(
        None,
        vec![
            ("order_id", n(1)),
            ("customer", customer_literal()),
            (
                "kind",
                Expr::record::<Internal>(Some("Named"), vec![("x", n(2))]),
            ),
            ("size", Expr::record::<Size>(None, vec![("0", n(3))])),
            (
                "at",
                Expr::record::<Point>(None, vec![("0", n(4)), ("1", n(5))]),
            ),
            ("cached", n(6)),
            ("none", Expr::none()),
        ],
        Order {
            order_id: 1,
            customer: customer(),
            kind: Internal::Named { x: 2 },
            size: Size(3),
            at: Point(4, 5),
            cached: 6,
            none: None,
        },
    );
    same(None, vec![], Marker);
    same(None, vec![("a", n(1))], Tagged { a: 1 });
}

#[test]
fn variants_are_written_as_serde_writes_them() {
    let pair = || vec![("0", n(1)), ("1", n(2))];
    same(Some("NotYet"), vec![], External::NotYet);
    same(Some("One"), vec![("0", n(1))], External::One(1));
    same(Some("Two"), pair(), External::Two(1, 2));
    same(
        Some("Named"),
        vec![("some_field", n(1))],
        External::Named { some_field: 1 },
    );
    same(Some("Empty"), vec![], Internal::Empty);
    same(
        Some("Inner"),
        vec![("0", customer_literal())],
        Internal::Inner(customer()),
    );
    same(Some("Empty"), vec![], Adjacent::Empty);
    same(Some("One"), vec![("0", n(1))], Adjacent::One(1));
    same(Some("Two"), pair(), Adjacent::Two(1, 2));
    same(Some("Named"), vec![("x", n(1))], Adjacent::Named { x: 1 });
    same(
        Some("Text"),
        vec![("0", Expr::literal("a"))],
        Untagged::Text("a".to_owned()),
    );
    same(Some("Named"), vec![("x", n(1))], Untagged::Named { x: 1 });
}

#[test]
fn a_computed_flattened_value_is_merged() {
    let record = Expr::record::<Order>(
        None,
        vec![
            ("order_id", n(1)),
            (
                "customer",
                Expr::jsonata("$lookup($states.input, 'c')", Customer::shape),
            ),
            ("kind", Expr::record::<Internal>(Some("Empty"), vec![])),
            ("size", n(3)),
            ("at", Expr::literal(json!([4, 5]))),
        ],
    );
    assert_eq!(
        emitted(record),
        "{% $merge([{'orderId': 1}, $lookup($states.input, 'c'), {'type': 'empty', 'size': 3, 'at': [4, 5], 'none': null}]) %}"
    );
}
