//! Methods of `Decimal` in a workflow return what `rust_decimal` returns, with the zeros at the end
//! of the text.

use crate::same::agree_on_json;
use proptest::prelude::*;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::Workflow;
use stepwright::function::*;
use stepwright::workflow;
use stepwright_runtime::{Engine, StartOptions};

/// The same value in a state, in a function, and in an `#[expression]` that is plain Rust, too.
macro_rules! forms {
    ($rust:ident, $graph:ident, $function:ident, $expression:ident($i:ident: $of:ty) -> $to:ty { $($value:tt)* }) => {
        #[expression]
        fn $rust($i: $of) -> $to {
            $($value)*
        }

        workflow! {
            workflow $graph($i: $of) -> $to {
                pass Only { end { $($value)* }; }
            }
        }

        #[workflow]
        async fn $function($i: $of) -> $to {
            $($value)*
        }

        #[workflow]
        async fn $expression($i: $of) -> $to {
            $rust($i)
        }
    };
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct One {
    a: Decimal,
    places: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Parts {
    abs: Decimal,
    rounded: Decimal,
    whole: Decimal,
    cent: Decimal,
    floor: Decimal,
    ceil: Decimal,
    trunc: Decimal,
    plain: Decimal,
    zero: bool,
    signs: (bool, bool),
    text: String,
    negative: (Decimal, Decimal, Decimal, Decimal),
}

forms! {
    parts, PartsInAState, parts_in_a_function, parts_in_an_expression(i: One) -> Parts {
        Parts {
            abs: i.a.abs(),
            rounded: i.a.round_dp(i.places),
            whole: i.a.round(),
            cent: i.a.round_dp(2),
            floor: i.a.floor(),
            ceil: i.a.ceil(),
            trunc: i.a.trunc(),
            plain: i.a.normalize(),
            zero: i.a.is_zero(),
            signs: (i.a.is_sign_negative(), i.a.is_sign_positive()),
            text: i.a.round_dp(1).to_string(),
            negative: ((-i.a).round_dp(1), (-i.a).floor(), (-i.a).ceil(), (-i.a).abs()),
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Line {
    amount: Decimal,
    rate: Decimal,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Lines {
    a: Decimal,
    b: Decimal,
    lines: Vec<Line>,
    amounts: Vec<Decimal>,
    maybe: Option<Decimal>,
    cents: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Sums {
    sum: Decimal,
    typed: Decimal,
    product: Decimal,
    taxed: Decimal,
    least: Decimal,
    most: Decimal,
    clamped: Decimal,
    larger: Decimal,
    first: Option<Decimal>,
    last: Option<Decimal>,
    fewer: Option<Decimal>,
    folded: Decimal,
    capped: Decimal,
    above: bool,
    constant: Decimal,
    cents: (Decimal, Decimal),
}

forms! {
    sums, SumsInAState, sums_in_a_function, sums_in_an_expression(i: Lines) -> Sums {
        Sums {
            sum: i.amounts.iter().sum(),
            typed: i.lines.iter().map(|line| line.amount).sum::<Decimal>(),
            product: i.amounts.iter().take(2).product(),
            taxed: i.lines.iter().map(|line| line.amount * line.rate).sum::<Decimal>().round_dp(2),
            least: i.a.min(i.b),
            most: i.a.max(i.b),
            clamped: i.a.clamp(Decimal::ZERO, Decimal::ONE_HUNDRED),
            larger: i.maybe.unwrap_or_default().max(i.a),
            first: i.amounts.iter().max().copied(),
            last: i.amounts.iter().min().copied(),
            fewer: i.lines.iter().map(|line| line.rate).max(),
            folded: i.amounts.iter().fold(Decimal::ZERO, |all, amount| all + amount),
            capped: i.amounts.iter().fold(i.a, |most, amount| most.max(*amount)).min(Decimal::from(1000)),
            above: i.amounts.iter().any(|amount| *amount > i.a && !amount.is_zero()),
            constant: i.a * Decimal::new(19, 2),
            cents: (Decimal::new(i.cents, 2), Decimal::new(-5, 3)),
        }
    }
}

/// Texts around halves, carries, signs and zeros.
const EDGES: &[&str] = &[
    "0",
    "0.0",
    "0.000",
    "1",
    "1.0",
    "0.5",
    "1.5",
    "2.5",
    "-0.5",
    "-1.5",
    "-2.5",
    "0.05",
    "0.15",
    "0.25",
    "-0.25",
    "9.99",
    "-9.99",
    "99.995",
    "0.999",
    "9.5",
    "-9.5",
    "999.5",
    "0.001",
    "-0.001",
    "0.009",
    "12.3450",
    "-12.3450",
    "-3.00",
    "100",
    "100.00",
    "-100",
    "1200",
    "007.50",
    "0.49",
    "0.51",
    "-0.51",
    "2.45",
    "2.35",
    "2.450000001",
];

/// Texts with up to 26 digits, beyond those of a number of JSONata.
const LONG: &[&str] = &[
    "1234567890123456789.555555",
    "-9999999999999999999.99999",
    "0.0000000000000000000000005",
    "99999999999999999999999999",
    "-0.9999999999999999999999",
    "8999999999999999999.5",
];

fn places(texts: &[&str]) -> Vec<Value> {
    let of = |text: &&str| {
        let text = (*text).to_owned();
        (0..6_u32).map(move |places| json!({ "a": text, "places": places }))
    };
    texts.iter().flat_map(of).collect()
}

fn sums_of(a: &str, b: &str, amounts: &[&str]) -> Value {
    let lines = amounts
        .iter()
        .map(|amount| json!({ "amount": amount, "rate": b }));
    let lines: Vec<Value> = lines.collect();
    json!({
        "a": a, "b": b, "lines": lines, "amounts": amounts, "maybe": amounts.first(), "cents": amounts.len() as i64 * 7 - 9,
    })
}

#[tokio::test]
async fn decimals_are_rounded_with_all_their_digits() {
    let inputs: Vec<Value> = [EDGES, LONG]
        .iter()
        .flat_map(|texts| places(texts))
        .collect();
    agree_on_json::<PartsInAState>(parts, inputs.clone()).await;
    agree_on_json::<PartsInAFunction>(parts, inputs.clone()).await;
    agree_on_json::<PartsInAnExpression>(parts, inputs).await;
}

#[tokio::test]
async fn decimals_are_added_up_and_compared_with_their_zeros() {
    let mut inputs = vec![
        sums_of("1.0", "1.00", &[]),
        sums_of("0", "0.00", &["0.00", "0.0"]),
    ];
    for (index, a) in EDGES.iter().enumerate() {
        let b = EDGES[(index * 7 + 3) % EDGES.len()];
        let amounts: Vec<&str> = (0..index % 5)
            .map(|at| EDGES[(index * 3 + at * 5) % EDGES.len()])
            .collect();
        inputs.push(sums_of(a, b, &amounts));
        inputs.push(sums_of(a, "1.00", &["1", "1.00", "1.0"]));
    }
    agree_on_json::<SumsInAState>(sums, inputs.clone()).await;
    agree_on_json::<SumsInAFunction>(sums, inputs.clone()).await;
    agree_on_json::<SumsInAnExpression>(sums, inputs).await;
}

/// A decimal as text, with at most 6 digits, so that sums of products have fewer than 15.
fn amount() -> impl Strategy<Value = String> {
    (-999_999_i64..=999_999, 0_u32..6, 0_u32..4).prop_map(|(number, scale, fewer)| {
        let number = number / 10_i64.pow(fewer * 2);
        Decimal::new(number, scale).to_string()
    })
}

proptest! {
    #[test]
    fn random_decimals_have_the_results_of_rust(
        a in amount(), b in amount(), amounts in prop::collection::vec(amount(), 0..4), places in 0_u32..7,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let amounts: Vec<&str> = amounts.iter().map(String::as_str).collect();
        runtime.block_on(async {
            agree_on_json::<PartsInAFunction>(parts, [json!({ "a": a, "places": places })]).await;
            // A product of three decimals has more digits than JSONata computes.
            let few = |text: &str| Decimal::from_str_exact(text).expect("it is a decimal").round_dp(1).to_string();
            let few: Vec<String> = amounts.iter().map(|text| few(text)).collect();
            let few: Vec<&str> = few.iter().map(String::as_str).collect();
            agree_on_json::<SumsInAFunction>(sums, [sums_of(&a, &b, &few)]).await;
        });
    }
}

#[tokio::test]
async fn a_sum_with_more_digits_than_jsonata_has_fails() {
    let engine = Engine::builder()
        .register::<SumsInAState>()
        .virtual_time()
        .build();
    let engine = engine.expect("the workflow can be run");
    let input = sums_of("1", "1", &["123456789012345", "0.5"]);
    let run = engine.start_machine(SumsInAState::NAME, input, StartOptions::new());
    let failed = run
        .await
        .expect("it starts")
        .await
        .expect_err("it has too many digits");
    assert!(
        format!("{failed:?}").contains("more than 15 digits"),
        "{failed:?}"
    );
}
