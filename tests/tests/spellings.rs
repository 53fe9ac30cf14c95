//! Values with several spellings in JSON: a workflow compares and writes them as Rust does, for
//! each spelling that serde reads.

use crate::same::agree_on_json;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::Workflow;
use stepwright::prelude::*;
use stepwright_runtime::testing::properties::{Settings, explore_paths};
use stepwright_runtime::{Engine, StartOptions};
use uuid::Uuid;

const UUIDS: &[&str] = &[
    "67e55044-10b1-426f-9247-bb680e5fe0c8",
    "67E55044-10B1-426F-9247-BB680E5FE0C8",
    "67e5504410b1426f9247bb680e5fe0c8",
    "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8",
    "{67E55044-10b1-426f-9247-bb680e5fe0c8}",
    "00000000-0000-4000-8000-000000000001",
];

const TIMES: &[&str] = &[
    "2026-01-02T03:04:05Z",
    "2026-01-02T03:04:05.000Z",
    "2026-01-02T03:04:05.0000001Z",
    "2026-01-02 03:04:05 UTC",
    "2026-01-02t05:04:05.5+02:00",
    "2026-01-02T03:04:05.500Z",
    "2026-01-02T03:04:05.123456789Z",
    "1969-12-31T23:59:59.999999Z",
    "2026-01-01T22:04:05-0500",
];

const DATES: &[&str] = &[
    "2026-01-02",
    "2026-1-2",
    " 2026-1-02",
    "+2026-01-02",
    " +02026-1-2",
    "2025-12-31",
    "0001-01-01",
];

const CLOCKS: &[&str] = &[
    "03:04:05",
    "3:4:5",
    "03:04",
    "03:04:00.000",
    "03:04:05.5",
    "03:04:05.123456789",
];

const MOMENTS: &[&str] = &[
    "2026-01-02T03:04:05",
    "2026-1-2T3:4:5.000",
    "+2026-01-02T03:04:05",
    "2026-01-02T03:04:05.25",
    "2025-12-31T23:59:59.999999",
];

fn decimals() -> Vec<Value> {
    let texts = [
        "75000",
        "75000.00",
        "1.5",
        "1.50",
        "007.5",
        "0",
        "0.0",
        "-0.50",
        "-12.3450",
        "123456789012.125",
    ];
    let numbers = [
        json!(75000),
        json!(75000.0),
        json!(1.5),
        json!(-0.5),
        json!(0),
        json!(0.000_001),
        json!(-7),
    ];
    texts
        .iter()
        .map(|text| json!(text))
        .chain(numbers)
        .collect()
}

fn texts(list: &[&str]) -> Vec<Value> {
    list.iter().map(|text| json!(text)).collect()
}

/// All pairs of values.
fn pairs(values: &[Value]) -> Vec<Value> {
    let mut inputs = Vec::new();
    for a in values {
        for b in values {
            inputs.push(json!({ "a": a, "b": b, "maybe": b, "list": [b], "inner": { "at": a, "other": null } }));
            inputs.push(json!({ "a": a, "b": b, "maybe": null, "list": [], "inner": { "at": b, "other": a } }));
        }
    }
    inputs
}

/// Declares, for one type, the workflow and the Rust function that compare and write its values.
macro_rules! spelled {
    ($($test:ident, $module:ident: $of:ty = $values:expr, |$input:ident| $text:expr;)*) => {$(
        mod $module {
            use super::*;

            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
            pub(super) struct Inner {
                at: $of,
                other: Option<$of>,
            }

            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
            pub(super) struct Input {
                a: $of,
                b: $of,
                maybe: Option<$of>,
                list: Vec<$of>,
                inner: Inner,
            }

            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
            pub(super) struct Output {
                same: bool,
                differs: bool,
                before: bool,
                at_most: bool,
                maybe: bool,
                listed: bool,
                latest: Option<$of>,
                text: String,
                sent: $of,
                all: Vec<$of>,
                whole: Inner,
            }

            workflow! {
                workflow Spelled($input: Input) -> Output {
                    pass Compare {
                        let same = $input.a == $input.b;
                        let latest = $input.list.iter().max_by_key(|item| **item).copied();
                        next Done;
                    }
                    succeed Done {
                        Output {
                            same,
                            differs: $input.a != $input.b,
                            before: $input.a < $input.b,
                            at_most: $input.a <= $input.inner.at,
                            maybe: $input.maybe == Some($input.a),
                            listed: $input.list.contains(&$input.a),
                            latest,
                            text: $text,
                            sent: $input.a,
                            all: $input.list,
                            whole: $input.inner,
                        }
                    }
                }
            }

            fn rust($input: Input) -> Output {
                Output {
                    same: $input.a == $input.b,
                    differs: $input.a != $input.b,
                    before: $input.a < $input.b,
                    at_most: $input.a <= $input.inner.at,
                    maybe: $input.maybe == Some($input.a),
                    listed: $input.list.contains(&$input.a),
                    latest: $input.list.iter().max_by_key(|item| **item).copied(),
                    text: $text,
                    sent: $input.a,
                    all: $input.list,
                    whole: $input.inner,
                }
            }

            #[tokio::test]
            async fn $test() {
                agree_on_json::<Spelled>(rust, pairs(&$values)).await;
            }
        }
    )*};
}

spelled! {
    uuids_of_each_spelling_are_one_value, uuids: Uuid = texts(UUIDS), |i| format!("{} {}", i.a, i.b.to_string());
    times_of_each_spelling_are_one_value, times: DateTime<Utc> = texts(TIMES), |i| format!("{} {}", i.a, i.b.to_string());
    dates_of_each_spelling_are_one_value, dates: NaiveDate = texts(DATES), |i| format!("{} {}", i.a, i.b.to_string());
    clocks_of_each_spelling_are_one_value, clocks: NaiveTime = texts(CLOCKS), |i| format!("{} {}", i.a, i.b.to_string());
    moments_of_each_spelling_are_one_value, moments: NaiveDateTime = texts(MOMENTS), |i| format!("{} {}", i.a, i.b.to_string());
    decimals_of_each_spelling_are_one_value, numbers: Decimal = decimals(), |i| format!("{} {}", i.a, i.b.to_string());
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Offsets {
    a: DateTime<FixedOffset>,
    b: DateTime<FixedOffset>,
}

workflow! {
    workflow ComparesOffsets(i: Offsets) -> (bool, bool) {
        succeed Done { (i.a == i.b, i.a < i.b) }
    }
}

#[tokio::test]
async fn times_with_different_offsets_are_compared_as_instants() {
    let times = texts(TIMES);
    let pairs = times
        .iter()
        .flat_map(|a| times.iter().map(move |b| json!({ "a": a, "b": b })));
    // chrono reads `UTC` only for `DateTime<Utc>`.
    let pairs = pairs.filter(|pair| serde_json::from_value::<Offsets>(pair.clone()).is_ok());
    agree_on_json::<ComparesOffsets>(|i| (i.a == i.b, i.a < i.b), pairs).await;
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Card,
    BankTransfer,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "type")]
enum Tagged {
    Card {
        number: u32,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Kinds {
    a: Kind,
    b: Kind,
    maybe: Option<Kind>,
    list: Vec<Kind>,
    tagged: Tagged,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct KindsFound {
    known: bool,
    unknown: bool,
    not_unknown: bool,
    same: bool,
    maybe: bool,
    listed: bool,
    name: String,
    sent: Kind,
    tagged: bool,
    sent_tagged: Tagged,
}

workflow! {
    workflow ComparesKinds(i: Kinds) -> KindsFound {
        succeed Done {
            KindsFound {
                known: i.a == Kind::Card,
                unknown: i.a == Kind::Unknown,
                not_unknown: Kind::Unknown != i.b,
                same: i.a == i.b,
                maybe: i.maybe == Some(Kind::Unknown),
                listed: i.list.contains(&i.a),
                name: match i.a { Kind::Card => "card".to_string(), Kind::Unknown => "?".to_string(), _ => "-".to_string() },
                sent: i.b,
                tagged: i.tagged == Tagged::Unknown,
                sent_tagged: i.tagged,
            }
        }
    }
}

fn kinds(i: Kinds) -> KindsFound {
    KindsFound {
        known: i.a == Kind::Card,
        unknown: i.a == Kind::Unknown,
        not_unknown: Kind::Unknown != i.b,
        same: i.a == i.b,
        maybe: i.maybe == Some(Kind::Unknown),
        listed: i.list.contains(&i.a),
        name: match i.a {
            Kind::Card => "card".to_string(),
            Kind::Unknown => "?".to_string(),
            _ => "-".to_string(),
        },
        sent: i.b,
        tagged: i.tagged == Tagged::Unknown,
        sent_tagged: i.tagged,
    }
}

#[tokio::test]
async fn an_unknown_name_is_the_variant_with_serde_other() {
    let names = ["card", "bank_transfer", "unknown", "cheque", "Card"];
    let mut inputs = Vec::new();
    for a in names {
        for b in names {
            for tagged in [
                json!({ "type": "Card", "number": 3 }),
                json!({ "type": "Cheque" }),
            ] {
                inputs.push(json!({ "a": a, "b": b, "maybe": b, "list": [b], "tagged": tagged }));
                inputs.push(json!({ "a": a, "b": b, "maybe": null, "list": [], "tagged": tagged }));
            }
        }
    }
    agree_on_json::<ComparesKinds>(kinds, inputs).await;
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Hosts {
    host: std::net::Ipv6Addr,
    other: std::net::Ipv6Addr,
    page: url::Url,
}

workflow! {
    workflow RefusesHosts(i: Hosts) -> (bool, String, String) {
        succeed Done { (i.host == i.other, i.host.to_string(), i.page.to_string()) }
    }
}

#[test]
fn values_that_jsonata_cannot_normalize_are_refused() {
    let faults = RefusesHosts::build()
        .expect_err("it is refused")
        .to_string();
    assert!(faults.contains("a `Ipv6Addr`"), "{faults}");
    assert!(faults.contains("a `Url`"), "{faults}");
    assert!(
        faults.contains("two values of `Ipv6Addr` may be equal and their texts not"),
        "{faults}"
    );
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    total: f64,
}

workflow! {
    workflow ReadsNames(order: Order) -> (f64, f64, f64) {
        pass Begin { let doubled: f64 = jsonata!("$order.total * 2"); next Each; }
        map Each {
            let each = for one in vec![order.total] {
                pass Item { let twice = one * 2.0; next Add; }
                pass Add { end jsonata!("$twice - $one + $doubled", f64); }
            };
            next Done;
        }
        succeed Done { (doubled, jsonata!("$doubled + $order.total", f64), each[0]) }
    }
}

#[tokio::test]
async fn a_text_reads_the_parameter_and_items_by_name() {
    let rust = |order: Order| (order.total * 2.0, order.total * 3.0, order.total * 3.0);
    agree_on_json::<ReadsNames>(rust, [json!({ "total": 2.5 })]).await;
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Amounts {
    a: Decimal,
    b: Decimal,
}

workflow! {
    workflow Computes(i: Amounts) -> (Decimal, Decimal, Decimal, String, Decimal, bool) {
        pass Begin { let sum = i.a + i.b; next Done; }
        succeed Done {
            (sum, i.a - i.b, i.a * i.b, (i.a + i.b - i.a).to_string(), -i.a, i.a * i.b > Decimal::ONE_HUNDRED)
        }
    }
}

fn computes(i: Amounts) -> (Decimal, Decimal, Decimal, String, Decimal, bool) {
    let sum = i.a + i.b;
    (
        sum,
        i.a - i.b,
        i.a * i.b,
        (i.a + i.b - i.a).to_string(),
        -i.a,
        i.a * i.b > Decimal::ONE_HUNDRED,
    )
}

#[tokio::test]
async fn decimals_are_computed_exactly_or_the_state_fails() {
    let values = decimals();
    let pairs = values
        .iter()
        .flat_map(|a| values.iter().map(move |b| json!({ "a": a, "b": b })));
    let is_exact = |pair: &Value| {
        let amounts: Amounts = serde_json::from_value(pair.clone()).expect("serde reads it");
        let product = amounts.a * amounts.b;
        // All three are computed with the digits of the product.
        let digits = |number: Decimal| {
            let more = product.scale() - number.scale().min(product.scale());
            number.mantissa().unsigned_abs() * 10_u128.pow(more)
        };
        [amounts.a, amounts.b, product]
            .map(digits)
            .into_iter()
            .max()
            < Some(1_000_000_000_000_000)
    };
    agree_on_json::<Computes>(computes, pairs.filter(is_exact)).await;
    let engine = Engine::builder()
        .register::<Computes>()
        .virtual_time()
        .build();
    let engine = engine.expect("the workflow can be run");
    let long = json!({ "a": "123456789012.125", "b": "1234567.5" });
    let run = engine.start_machine(Computes::NAME, long, StartOptions::new());
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

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Counts {
    small: u32,
    whole: i64,
    large: u64,
    price: Decimal,
}

workflow! {
    workflow Converts(i: Counts) -> (Decimal, Decimal, Decimal, String, bool, Decimal) {
        pass Begin { let price = i.price * Decimal::from(i.small); next Done; }
        succeed Done {
            (
                price, Decimal::from(i.whole), Decimal::from(i.large), Decimal::from(i.whole).to_string(),
                Decimal::from(i.whole) > i.price, i.price - Decimal::from(3),
            )
        }
    }
}

fn converts(i: Counts) -> (Decimal, Decimal, Decimal, String, bool, Decimal) {
    (
        i.price * Decimal::from(i.small),
        Decimal::from(i.whole),
        Decimal::from(i.large),
        Decimal::from(i.whole).to_string(),
        Decimal::from(i.whole) > i.price,
        i.price - Decimal::from(3),
    )
}

#[tokio::test]
async fn integers_become_decimals_with_all_digits() {
    const LARGEST: i64 = 9_007_199_254_740_991;
    let prices = [json!("1.50"), json!(2), json!("-0.25")];
    let wholes = [0_i64, 7, -7, 1_000_000, 123_456_789_012];
    let cases = wholes.into_iter().flat_map(|whole| {
        prices.iter().map(move |price| {
            json!({ "small": whole.unsigned_abs() % 1_000, "whole": whole, "large": LARGEST, "price": price })
        })
    });
    agree_on_json::<Converts>(converts, cases).await;
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Moments {
    at: DateTime<Utc>,
    on: NaiveDate,
    from: NaiveTime,
    local: NaiveDateTime,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Parts {
    seconds: i64,
    millis: i64,
    text: String,
    date: NaiveDate,
    same_day: bool,
    year: i32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

workflow! {
    workflow ReadsParts(i: Moments) -> Parts {
        succeed Done {
            Parts {
                seconds: i.at.timestamp(),
                millis: i.at.timestamp_millis(),
                text: i.at.to_rfc3339(),
                date: i.at.date_naive(),
                same_day: i.at.date_naive() == i.on,
                year: i.on.year(),
                month: i.at.month(),
                day: i.local.day(),
                hour: i.from.hour(),
                minute: i.at.minute(),
                second: i.local.second(),
            }
        }
    }
}

fn parts(i: Moments) -> Parts {
    Parts {
        seconds: i.at.timestamp(),
        millis: i.at.timestamp_millis(),
        text: i.at.to_rfc3339(),
        date: i.at.date_naive(),
        same_day: i.at.date_naive() == i.on,
        year: i.on.year(),
        month: i.at.month(),
        day: i.local.day(),
        hour: i.from.hour(),
        minute: i.at.minute(),
        second: i.local.second(),
    }
}

#[tokio::test]
async fn parts_of_times_are_those_of_rust_for_each_spelling() {
    let mut inputs = Vec::new();
    for at in TIMES {
        for (index, on) in DATES.iter().enumerate() {
            let (from, local) = (CLOCKS[index % CLOCKS.len()], MOMENTS[index % MOMENTS.len()]);
            inputs.push(json!({ "at": at, "on": on, "from": from, "local": local }));
        }
    }
    agree_on_json::<ReadsParts>(parts, inputs).await;
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Cut {
    text: String,
    part: String,
    cents: i64,
}

type Pieces = (
    Option<String>,
    Option<String>,
    Option<(String, String)>,
    String,
    f64,
);

workflow! {
    workflow Cuts(i: Cut) -> Pieces {
        succeed Done {
            (
                i.text.strip_prefix(&i.part).map(|rest| rest.to_string()),
                i.text.strip_suffix(&i.part).map(|rest| rest.to_string()),
                i.text.split_once(&i.part).map(|(a, b)| (a.to_string(), b.to_string())),
                i.text.strip_prefix("a-").unwrap_or("none").to_string(),
                i.cents as f64 / 100.0,
            )
        }
    }
}

fn cuts(i: Cut) -> Pieces {
    (
        i.text.strip_prefix(&i.part).map(|rest| rest.to_string()),
        i.text.strip_suffix(&i.part).map(|rest| rest.to_string()),
        i.text
            .split_once(&i.part)
            .map(|(a, b)| (a.to_string(), b.to_string())),
        i.text.strip_prefix("a-").unwrap_or("none").to_string(),
        i.cents as f64 / 100.0,
    )
}

#[tokio::test]
async fn prefixes_and_suffixes_are_cut_as_in_rust() {
    let texts = ["", "a", "a-b", "a-b-a", "b", "😀a-", "ab"];
    let mut inputs = Vec::new();
    for text in texts {
        for part in texts {
            for cents in [0, -199, 123_456_789_012_i64, 9_007_199_254_740_993] {
                inputs.push(json!({ "text": text, "part": part, "cents": cents }));
            }
        }
    }
    agree_on_json::<Cuts>(cuts, inputs).await;
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Misspelt {
    total: f64,
}

workflow! {
    workflow ReadsMisspelt(order: Misspelt) -> f64 {
        succeed Done { jsonata!("$ordr.total", f64) }
    }
}

#[test]
fn a_text_that_reads_an_unknown_name_is_refused_with_a_similar_name() {
    let faults = ReadsMisspelt::build()
        .expect_err("it is refused")
        .to_string();
    assert!(
        faults.contains("no value `ordr` is in scope here, did you mean `order`?"),
        "{faults}"
    );
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Samples {
    amount: Decimal,
    id: Uuid,
    at: DateTime<Utc>,
    shifted: DateTime<FixedOffset>,
    on: NaiveDate,
    moment: NaiveDateTime,
    clock: NaiveTime,
}

#[task]
async fn samples(of: Samples) -> Samples;

workflow! {
    workflow ReadsSamples(i: Samples) -> (Decimal, String, i64, bool, i32, u32, u32) {
        task Ask { let found = samples(i); next Done; }
        succeed Done {
            (
                found.amount * i.amount, found.id.to_string(), found.at.timestamp_millis(), found.shifted == i.shifted,
                found.on.year(), found.moment.day(), found.clock.hour(),
            )
        }
    }
}

#[test]
fn samples_of_an_exploration_are_values_of_their_types() {
    let report = explore_paths::<ReadsSamples>(&Settings::new());
    let report = report.expect("the workflow can be run");
    report.assert_clean();
    assert_eq!(report.reached().missing(), [""; 0]);
    assert_eq!(report.notes(), [""; 0]);
}
