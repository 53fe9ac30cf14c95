//! Each kind of value in each form of `format!`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::function::*;
use uuid::Uuid;

use super::script::Replies;
use super::{assert_agrees, function_row};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Values {
    d: Decimal,
    t: DateTime<Utc>,
    date: NaiveDate,
    time: NaiveTime,
    dt: NaiveDateTime,
    id: Uuid,
    b: bool,
    c: char,
    s: String,
    n: i32,
    x: f64,
    u: u8,
}

fn replies() -> Replies {
    Replies::new()
}

fn inputs() -> Vec<Value> {
    let decimals = [
        "1234.5",
        "-0.5",
        "0",
        "12",
        "-3.999",
        "0.00",
        "-1234567.8901234",
    ];
    let input = |(at, decimal): (usize, &str)| {
        json!({
            "d": decimal,
            "t": "2024-05-01T10:00:00.5Z",
            "date": "2024-05-01",
            "time": "10:00:00",
            "dt": "2024-05-01T10:00:00",
            "id": "67E55044-10b1-426f-9247-bb680e5fe0c8",
            "b": at % 2 == 0,
            "c": "ü",
            "s": "häl😀lo",
            "n": 37 - 11 * at as i64,
            "x": 1.5 - at as f64 * 1.25,
            "u": at,
        })
    };
    decimals.into_iter().enumerate().map(input).collect()
}

#[workflow]
async fn decimals(i: Values) -> String {
    let d = i.d;
    format!(
        "{d:.2}|{d:08}|{d:+}|{d:8.3}|{d:.0}|{d:<9}|{d:^9}|{d:*>9}|{d:+09.1}|{d:0>7}|{d:.5}|{d:1}"
    )
}

#[workflow]
async fn times(i: Values) -> String {
    let t = i.t;
    format!("{t:.4}|{t:30}|{t:<40}|{t:>40}|{t:08}|{t:+}")
}

#[workflow]
async fn dates(i: Values) -> String {
    let date = i.date;
    let dt = i.dt;
    let time = i.time;
    format!("{date:.4}|{date:30}|{date:^40}|{time:.2}|{time:20}|{dt:.4}|{dt:*>30}")
}

#[workflow]
async fn ids(i: Values) -> String {
    let id = i.id;
    format!("{id:.4}|{id:40}|{id:>40}|{id:050}")
}

#[workflow]
async fn texts(i: Values) -> String {
    let b = i.b;
    let c = i.c;
    let s = i.s;
    format!(
        "{b:.2}|{b:8}|{b:>8}|{b:08}|{b:+}|{c:.0}|{c:4}|{c:>4}|{s:.3}|{s:9}|{s:-^9.4}|{s:+}|{s:09}"
    )
}

#[workflow]
async fn integers(i: Values) -> String {
    let n = i.n;
    let u = i.u;
    format!("{n:.2}|{n:8}|{n:<8}|{n:08}|{n:+}|{u:03}|{u:+}|{u:^7}|{n:+06}|{n:*^9}")
}

#[workflow]
async fn floats(i: Values) -> String {
    let x = i.x;
    format!("{x:.2}|{x:8}|{x:<8.1}|{x:08.3}|{x:+}|{x:+.0}|{x:.0}|{x:*^9.1}")
}

macro_rules! agree {
    ($($function:ident($name:ident) as $workflow:ident;)*) => {$(
        #[tokio::test]
        async fn $name() {
            assert_agrees(function_row!($function(Values) as $workflow), replies(), &inputs()).await;
        }
    )*};
}
agree! {
    decimals(formats_of_decimals) as Decimals;
    times(formats_of_times) as Times;
    dates(formats_of_dates) as Dates;
    ids(formats_of_ids) as Ids;
    texts(formats_of_texts) as Texts;
    integers(formats_of_integers) as Integers;
    floats(formats_of_floats) as Floats;
}
