//! References, and other forms of ordinary Rust that states do not have.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use stepwright::function::*;
use stepwright_runtime::Engine;

use super::script::Replies;
use super::{assert_agrees, function_row};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Data {
    text: String,
    numbers: Vec<i64>,
    named: BTreeMap<String, i64>,
    maybe: Option<i64>,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum Stopped {
    #[error("too large: {number}")]
    TooLarge { number: i64 },
}

#[task]
async fn twice(number: i64) -> i64 {
    number * 2
}

#[task]
async fn limited(number: i64) -> Result<i64, Stopped> {
    match number {
        50.. => Err(Stopped::TooLarge { number }),
        _ => Ok(number + 1),
    }
}

fn inputs() -> Vec<Value> {
    vec![
        json!({ "text": " abc ", "numbers": [1, 7, 3], "named": { "a": 5, "b": 60 }, "maybe": 4 }),
        json!({ "text": "", "numbers": [], "named": {}, "maybe": null }),
        json!({ "text": "x", "numbers": [60], "named": { "b": 2 }, "maybe": 60 }),
    ]
}

fn replies() -> Replies {
    Replies::new()
        .task::<twice>(|_, arguments| {
            PlainReply::Output(json!(arguments[0].as_i64().unwrap_or(0) * 2))
        })
        .task::<limited>(|_, arguments| match arguments[0].as_i64() {
            Some(number @ 50..) => PlainReply::Error(Stopped::TooLarge { number }),
            number => PlainReply::Output(json!(number.unwrap_or(0) + 1)),
        })
}

/// A guard and an arm follow a reference to the last item.
#[workflow]
async fn last_item(data: Data) -> i64 {
    match data.numbers.last() {
        Some(number) if *number > 3 => twice(*number).await,
        Some(number) => *number,
        None => -1,
    }
}

/// A variable is a reference in Rust, and its target is compared and computed with.
#[workflow]
async fn largest(data: Data) -> i64 {
    let Some(largest) = data.numbers.iter().max() else {
        return 0;
    };
    let doubled = twice(*largest).await;
    let is_large = *largest == 7;
    if let Some(named) = data.named.get("a")
        && *named > 4
    {
        return *named + twice(*named).await;
    }
    if is_large {
        *largest
    } else {
        doubled + *largest
    }
}

/// Variables have the types of references.
#[workflow]
async fn typed_references(data: Data) -> String {
    let text: &str = data.text.trim();
    let numbers: &[i64] = &data.numbers;
    let first: Option<&i64> = numbers.first();
    let count: &i64 = &twice(numbers.len() as i64).await;
    let shown: &str = if text.is_empty() { "nothing" } else { text };
    match first {
        Some(first) if *first > 5 => {
            let more = twice(*first).await;
            format!("{shown} {count} {more}")
        }
        Some(first) => format!("{shown} {count} {first}"),
        None => shown.to_owned(),
    }
}

/// A list is extended by references.
#[workflow]
async fn extended(data: Data) -> Vec<i64> {
    let mut numbers = data.numbers.clone();
    numbers.extend(data.named.values());
    let first = twice(1).await;
    numbers.extend(&data.numbers);
    numbers.extend(data.numbers.iter().map(|number| number + first));
    numbers
}

/// Blocks name their error type in `Ok`.
#[workflow]
async fn typed_results(data: Data) -> Result<i64, Stopped> {
    let (one, other) = try_join!(
        async { Ok::<_, Stopped>(twice(data.maybe.unwrap_or(1)).await) },
        async {
            let number = limited(data.maybe.unwrap_or(2)).await?;
            Ok::<i64, Stopped>(number)
        }
    )
    .await?;
    let sum = match try_join!(async { Ok::<_, Stopped>(twice(one).await) }, twice(3)).await {
        Ok((one, other)) => one + other,
        Err(_) => 0,
    };
    Ok(sum + other)
}

/// A function with `#[expression]` has the name of one of std.
#[expression]
fn max(one: i64, other: i64) -> i64 {
    if one > other { one } else { other }
}

#[workflow]
async fn own_max(data: Data) -> i64 {
    let largest = max(data.maybe.unwrap_or(3), 5);
    twice(largest).await
}

/// A loop is the end of a function.
#[workflow]
async fn ends_with_a_loop(data: Data) {
    for number in &data.numbers {
        twice(*number).await;
    }
}

#[workflow]
async fn ends_with_while(data: Data) {
    let mut number = data.maybe.unwrap_or(0);
    while number < 10 {
        number += twice(3).await;
    }
}

#[tokio::test]
async fn functions_with_references_end_as_rust_does() {
    let inputs = inputs();
    for row in [
        function_row!(last_item(Data) as LastItem),
        function_row!(largest(Data) as Largest),
        function_row!(typed_references(Data) as TypedReferences),
        function_row!(extended(Data) as Extended),
        function_row!(typed_results(Data) as TypedResults),
        function_row!(own_max(Data) as OwnMax),
        function_row!(ends_with_a_loop(Data) as EndsWithALoop),
        function_row!(ends_with_while(Data) as EndsWithWhile),
    ] {
        assert_agrees(row, replies(), &inputs).await;
    }
}

/// A timestamp is a time of `chrono`.
#[workflow]
async fn until(at: DateTime<Utc>) -> i64 {
    sleep_until(&at).await;
    sleep_until(at + TimeDelta::seconds(90)).await;
    twice(2).await
}

#[tokio::test]
async fn a_time_of_chrono_is_a_timestamp() {
    let run = PlainRun::new();
    let at: DateTime<Utc> = "2026-01-01T00:01:00Z".parse().unwrap();
    assert_eq!(run.block_on(until(at)), Ok(4));
    assert_eq!(run.elapsed(), secs(150));
    let engine = Engine::builder().register::<Until>().virtual_time();
    let engine = engine.build().unwrap();
    let ended = engine.start::<Until>(at).await.unwrap().await;
    assert_eq!(ended.unwrap(), 4);
}
