//! Functions with `#[expression]`: a workflow has their bodies, and ends as the plain run does, in
//! which Rust calls them.

// Forms that people write, also those that clippy writes otherwise.
#![allow(
    clippy::eq_op,
    clippy::needless_lifetimes,
    clippy::needless_return,
    clippy::useless_format
)]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::builder::Expression;
use stepwright::function::*;
use stepwright_runtime::Engine;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Item {
    name: String,
    price: i64,
    quantity: i64,
    note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    id: String,
    items: Vec<Item>,
    stock: u32,
    names: BTreeMap<String, i64>,
}

#[task]
async fn echo(n: i64) -> i64 {
    n
}

#[task]
async fn say(text: String) -> String {
    text
}

#[expression]
fn price(item: &Item) -> i64 {
    item.price * item.quantity
}

#[expression]
fn total(order: &Order) -> i64 {
    order.items.iter().map(price).sum()
}

#[expression]
fn kind(order: &Order, limit: i64) -> String {
    let sum = total(order);
    if sum > limit {
        return "large".to_owned();
    }
    let Some(first) = order.items.first() else {
        return "empty".to_owned();
    };
    if first.price == 0 {
        return format!("free {}", first.name);
    } else if sum == 7 {
        return "seven".to_owned();
    }
    match first.note.as_deref() {
        Some("x") => {
            let it = "note x";
            return it.to_owned();
        }
        Some(other) => format!("{other}/{limit}"),
        None => "plain".to_owned(),
    }
}

#[expression]
fn first_note<'o>(order: &'o Order) -> Option<&'o str> {
    let first = order.items.first()?;
    let note: &String = first.note.as_ref()?;
    Some(note.as_str())
}

#[expression]
fn left(stock: u32, used: u32) -> u32 {
    stock - used
}

#[expression]
fn joined(order: i64, item: i64) -> i64 {
    order * 10 + item
}

#[expression]
const fn constant() -> i64 {
    41
}

#[expression]
fn named(names: &BTreeMap<String, i64>, r#type: &str) -> i64 {
    names.get(r#type).copied().unwrap_or(-1)
}

mod fees {
    use stepwright::function::expression;

    const FEE: i64 = 3;

    #[expression]
    pub(super) fn with_fee(n: i64) -> i64 {
        n + FEE
    }
}
use fees::with_fee as fee;

#[workflow]
async fn values(order: Order) -> (i64, String, Option<String>, i64, Vec<i64>, i64) {
    // The variable has the name of the function, and the loop reads both.
    let mut sum = 0;
    while sum < 2 {
        let total = total(&order);
        sum += 2 + echo(total).await;
    }
    let total = total(&order);
    let kind = if total > 100 {
        kind(&order, total - 1)
    } else {
        kind(&order, 50)
    };
    let kind = say(kind).await;
    let note = first_note(&order).map(|note| note.to_owned());
    // Each call has its own parameters.
    let nested = joined(joined(1, 2), joined(total, fee(fees::with_fee(sum))));
    let each = order
        .items
        .iter()
        .map(|order| joined(order.price, price(order)))
        .collect::<Vec<_>>();
    let more = named(&order.names, "a") + constant();
    (sum, kind, note, nested, each, more)
}

#[workflow]
async fn remaining(order: Order) -> String {
    match left(order.stock, 2) {
        0 => "none".to_owned(),
        n if joined(1, n as i64) > 12 => {
            assert!(total(&order) >= 0, "less than {}", total(&order));
            say(format!("{}", kind(&order, 0))).await
        }
        _ => "few".to_owned(),
    }
}

mod graph {
    use super::{Order, echo, fee, joined, price, total};
    use stepwright::prelude::*;

    workflow! {
        pub(super) workflow Graph(order: Order) -> i64 {
            choice Check {
                when total(&order) > 10 => Big;
                otherwise => Small;
            }
            task Big {
                let total = echo(total(&order) + price(&order.items[0]));
                next Again;
            }
            task Again {
                let more = echo(total + super::total(&order));
                next Done;
            }
            succeed Done { joined(more, total) }
            pass Small {
                let x = fee(total(&order));
                next SmallDone;
            }
            succeed SmallDone { x }
        }
    }
}

fn orders() -> Vec<Order> {
    let item = |name: &str, price, quantity, note: Option<&str>| Item {
        name: name.to_owned(),
        price,
        quantity,
        note: note.map(ToOwned::to_owned),
    };
    let items = [
        vec![],
        vec![item("n", 5, 3, Some("x"))],
        vec![item("n", 0, 3, Some("y")), item("m", 2, 2, None)],
        vec![item("n", 60, 3, Some("y")), item("m", 2, 2, None)],
        vec![item("n", 1, 3, Some("y")), item("m", 2, 2, None)],
        vec![item("n", 1, 3, None)],
    ];
    let stocks = [1, 2, 3, 4, 5, 6];
    items
        .into_iter()
        .zip(stocks)
        .map(|(items, stock)| Order {
            id: format!("o-{stock}"),
            items,
            stock,
            names: BTreeMap::from([("a".to_owned(), 1)]),
        })
        .collect()
}

/// The output on the engine, or the error.
async fn on_the_engine<W: Workflow<Input = Order>>(order: &Order) -> Result<W::Output, String> {
    let engine = Engine::builder()
        .register::<W>()
        .virtual_time()
        .build()
        .expect("the workflow can be run");
    let run = engine.start::<W>(order.clone()).await.expect("it starts");
    run.await
        .map_err(|failed| failed.error.unwrap_or_default().to_string())
}

#[tokio::test]
async fn bodies_are_computed_as_rust_computes_them() {
    for order in orders() {
        let plain = PlainRun::new().block_on(values(order.clone()));
        let output = on_the_engine::<Values>(&order).await;
        assert_eq!(output, Ok(plain.expect("it succeeds")), "{order:?}");
    }
}

#[tokio::test]
async fn a_failure_of_a_body_is_one_of_the_state() {
    for order in orders() {
        let plain = PlainRun::new().block_on(remaining(order.clone()));
        let output = on_the_engine::<Remaining>(&order).await;
        assert_eq!(output, plain.map_err(|failed| failed.error), "{order:?}");
    }
}

#[tokio::test]
async fn a_workflow_of_states_calls_them_too() {
    for order in orders() {
        let sum = total(&order);
        let expected = if sum > 10 {
            let big = sum + price(&order.items[0]);
            joined(big + sum, big)
        } else {
            fee(sum)
        };
        assert_eq!(on_the_engine::<graph::Graph>(&order).await, Ok(expected));
    }
}

#[test]
fn an_expression_of_the_builder_calls_them() {
    let large: Expression<Order, bool> =
        stepwright::expr!(|order: Order| total(&order) > constant());
    let text = format!("{large:?}");
    assert!(text.contains("price"), "{text}");
}

/// A comparison at the start of a closure, an arm, a block and the function's value.
#[workflow]
async fn comparisons(order: Order) -> bool {
    let rich = order
        .items
        .iter()
        .any(|item| item.price > item.quantity && item.note.is_some());
    let first = order.items.first();
    let named = match first {
        Some(item) => item.name.clone() == order.id || item.name == order.id,
        None => false,
    };
    if rich {
        order.stock > order.stock || named
    } else {
        order.id != order.id || order.items.is_empty()
    }
}

#[tokio::test]
async fn a_comparison_at_the_start_of_a_value_is_no_statement() {
    for order in orders() {
        let plain = PlainRun::new().block_on(comparisons(order.clone()));
        let output = on_the_engine::<Comparisons>(&order).await;
        assert_eq!(output, Ok(plain.expect("it succeeds")), "{order:?}");
    }
}

#[expression]
fn ping(n: i64) -> i64 {
    if n > 0 { pong(n - 1) } else { 0 }
}

#[expression]
fn pong(n: i64) -> i64 {
    if n > 0 { ping(n - 1) } else { 1 }
}

#[workflow]
async fn cyclic(order: Order) -> i64 {
    ping(total(&order))
}

#[expression]
fn twice(n: i64) -> i64 {
    n + n * n
}

#[expression]
fn twice4(n: i64) -> i64 {
    twice(twice(n) + twice(n)) + twice(twice(n) + twice(n)) + twice(twice(n) + twice(n))
}

#[expression]
fn twice16(n: i64) -> i64 {
    twice4(twice4(n) + twice4(n)) + twice4(twice4(n) + twice4(n)) + twice4(twice4(n) + twice4(n))
}

#[expression]
fn twice64(n: i64) -> i64 {
    twice16(twice16(n) + twice16(n)) + twice16(twice16(n) + twice16(n))
}

#[expression]
fn twice256(n: i64) -> i64 {
    twice64(twice64(n) + twice64(n)) + twice64(twice64(n) + twice64(n))
}

#[workflow]
async fn endless(order: Order) -> i64 {
    twice256(total(&order))
}

#[test]
fn bodies_that_cannot_be_inlined_are_reported_when_the_workflow_is_built() {
    let faults = Cyclic::build().expect_err("it is cyclic").to_string();
    assert!(
        faults.contains("`ping` calls itself through `ping`, `pong`"),
        "{faults}"
    );
    let faults = Endless::build().expect_err("it is long").to_string();
    assert!(faults.contains("parts"), "{faults}");
}
