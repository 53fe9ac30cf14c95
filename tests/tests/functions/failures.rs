//! Errors that several variants carry in different fields, numbers in errors, and errors of calls
//! with a timeout.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::function::*;
use stepwright::services::dynamodb;

use super::draw::Draw;
use super::script::Replies;
use super::{assert_agrees, function_row};

#[derive(Debug, thiserror::Error, TaskError)]
enum PayError {
    #[error("short of {missing}")]
    Short { missing: i64, note: String },
    #[error("over by {by}")]
    Over { by: i64, note: String },
    #[error("code {0}")]
    Code(String, i64),
    #[error("busy")]
    Busy,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum PaidError {
    #[error(transparent)]
    #[task_error(transparent)]
    Pay(#[from] PayError),
    #[error(transparent)]
    #[task_error(transparent)]
    Timed(#[from] Failed<PayError>),
    #[error("{total} of {text}")]
    Counted { total: i64, text: String },
    #[error("no ratio")]
    Ratio {
        ratio: f64,
        all: Vec<f64>,
        parts: Vec<Part>,
        first: Option<u64>,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Part {
    name: String,
    size: Option<u64>,
    shares: Vec<f64>,
}

#[task]
async fn pay(amount: i64) -> Result<i64, PayError>;
#[task]
async fn tell(text: String);
#[task]
async fn double(n: i64) -> i64;

fn pay_error(draw: &mut Draw) -> PayError {
    let (n, note) = (draw.number(9) as i64, format!("n{}", draw.number(3)));
    match draw.number(4) {
        0 => PayError::Short { missing: n, note },
        1 => PayError::Over { by: n, note },
        2 => PayError::Code(note, n),
        _ => PayError::Busy,
    }
}

fn replies() -> Replies {
    Replies::new()
        .task::<pay>(|draw, _| match draw.number(8) {
            0..=4 => PlainReply::Error(pay_error(draw)),
            5 => PlainReply::Failure("States.Timeout".to_owned(), String::new()),
            6 => PlainReply::Failure("Lambda.Unknown".to_owned(), String::new()),
            _ => PlainReply::Output(7.into()),
        })
        .task::<tell>(|_, _| PlainReply::Output(Value::Null))
        .task::<double>(|_, arguments| {
            PlainReply::Output((arguments[0].as_i64().unwrap_or(0) * 2).into())
        })
}

/// Each alternative reads its own field.
#[workflow]
async fn alternatives(amount: i64) -> Result<String, PaidError> {
    match pay(amount).named("First").await {
        Ok(paid) => Ok(format!("paid {paid}")),
        Err(
            PayError::Short { missing: n, note }
            | PayError::Over { by: n, note, .. }
            | PayError::Code(note, n),
        ) => {
            let seen = format!("{note} {n}");
            tell(&seen).await;
            if let Err(PayError::Over { note: x, .. } | PayError::Code(x, _)) =
                pay(n + 1).named("Second").await
            {
                return Ok(format!("{seen} {x}"));
            }
            #[state(Seen)]
            Ok(seen)
        }
        Err(_) =>
        {
            #[state(Other)]
            Ok("other".to_owned())
        }
    }
}

/// Alternatives at the top of an arm, and behind `Failed`.
#[workflow]
async fn timed_alternatives(amount: i64) -> Result<i64, PaidError> {
    let first = match pay(amount).timeout(secs(5)).named("First").await {
        Ok(paid) => paid,
        Err(Failed::Task(PayError::Short { missing: n, .. } | PayError::Over { by: n, .. }))
        | Err(Failed::Task(PayError::Code(_, n))) => n + 100,
        Err(Failed::Timeout) => -1,
        Err(_) => -2,
    };
    let Err(PayError::Short { missing: n, .. } | PayError::Code(_, n)) =
        pay(first).named("Second").await
    else {
        return Ok(first);
    };
    #[state(Tenfold)]
    Ok(n * 10)
}

#[derive(Debug, thiserror::Error, TaskError)]
enum ChildFailed {
    #[error("low: {value}")]
    Low { value: i64 },
    #[error("high: {above}")]
    High { above: i64, limit: i64 },
}

#[workflow]
async fn limited(n: i64) -> Result<i64, ChildFailed> {
    if n < 2 {
        return Err(ChildFailed::Low { value: n });
    }
    #[state(IfHigh)]
    if n > 4 {
        #[state(TooHigh)]
        return Err(ChildFailed::High { above: n, limit: 4 });
    }
    Ok(n)
}

/// The caller reads the fields of the nested workflow's errors.
#[workflow]
async fn nested_alternatives(n: i64) -> Result<i64, PaidError> {
    match limited(n).await {
        Ok(n) => Ok(n),
        Err(ChildFailed::Low { value: v } | ChildFailed::High { limit: v, .. }) => Ok(v + 1_000),
    }
}

#[tokio::test]
async fn alternatives_of_errors_bind_their_own_fields() {
    let inputs = [json!(0), json!(5)];
    assert_agrees(
        function_row!(alternatives(i64) as Alternatives),
        replies(),
        &inputs,
    )
    .await;
    assert_agrees(
        function_row!(timed_alternatives(i64) as TimedAlternatives),
        replies(),
        &inputs,
    )
    .await;
}

#[tokio::test]
async fn alternatives_of_a_nested_workflow_bind_their_own_fields() {
    let inputs = [json!(0), json!(3), json!(9)];
    assert_agrees(
        function_row!(nested_alternatives(i64) as NestedAlternatives),
        replies(),
        &inputs,
    )
    .await;
}

/// Numbers in the fields and in the message of a raised error.
#[workflow]
async fn counted(total: i64) -> Result<(), PaidError> {
    let text = format!("<\"{total}\">");
    Err(PaidError::Counted { total, text })
}

#[workflow]
async fn constant(text: String) -> Result<(), PaidError> {
    Err(PaidError::Counted {
        total: 1_234_567_890_123_456,
        text,
    })
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Ratios {
    ratio: f64,
    all: Vec<f64>,
    parts: Vec<Part>,
    first: Option<u64>,
}

#[workflow]
async fn rated(of: Ratios) -> Result<(), PaidError> {
    Err(PaidError::Ratio {
        ratio: of.ratio,
        all: of.all,
        parts: of.parts,
        first: of.first,
    })
}

#[tokio::test]
async fn numbers_of_raised_errors_keep_their_digits() {
    let numbers = [0_i64, -7, 1_234_567_890_123_456, -9_007_199_254_740_991];
    let inputs = numbers.map(Value::from);
    assert_agrees(function_row!(counted(i64) as Counted), replies(), &inputs).await;
    let texts = [json!("a"), json!("")];
    assert_agrees(
        function_row!(constant(String) as Constant),
        replies(),
        &texts,
    )
    .await;
    let floats = [
        0.1 + 0.2,
        1.0 / 3.0,
        -2.0 / 3.0,
        123_456_789.123_456_79,
        1e21,
        1.5e-7,
        1.234_567_890_123_456_7e-9,
        0.0,
        2.5,
        f64::MAX,
        1.234_567_890_123_456_7e20,
    ];
    let inputs = floats.map(|ratio| {
        let all: Vec<f64> = floats.iter().copied().filter(|one| *one < ratio).collect();
        json!({
            "ratio": ratio,
            "all": all,
            "parts": [{"name": "a \"b\"\n", "size": 1_234_567_890_123_457_u64, "shares": [ratio]}, {"name": "", "size": null, "shares": []}],
            "first": (ratio > 1.0).then_some(9_007_199_254_740_993_u64 - 2),
        })
    });
    assert_agrees(function_row!(rated(Ratios) as Rated), replies(), &inputs).await;
}

/// `?` and `into` after a timeout.
#[workflow]
async fn timed(amount: i64) -> Result<i64, PaidError> {
    let first = pay(amount).timeout(secs(5)).named("First").await?;
    match pay(first).timeout(secs(5)).named("Second").await {
        Ok(paid) => Ok(paid),
        Err(Failed::Task(PayError::Busy)) => Ok(0),
        Err(e) => Err(e.into()),
    }
}

/// `Err(e)` after a timeout also takes the timeout.
#[workflow]
async fn undone(amount: i64) -> Result<i64, PaidError> {
    match pay(amount).timeout(secs(5)).named("First").await {
        Ok(paid) => tell(format!("{paid}")).named("Paid").await,
        Err(e) => {
            tell("undo".to_owned()).named("Undo").await;
            return Err(e.into());
        }
    }
    match pay(1).timeout(secs(5)).named("Second").await {
        Ok(paid) => Ok(paid),
        Err(Failed::Task(_e)) =>
        {
            #[state(OfTask)]
            Ok(1)
        }
        Err(_) =>
        {
            #[state(Other)]
            Ok(2)
        }
    }
}

/// The caller's arm `Err(e)` takes the errors of the nested workflow, and not its timeout.
#[workflow]
async fn nested_timeout(amount: i64) -> Result<i64, PaidError> {
    match timed(amount).await {
        Ok(paid) => Ok(paid),
        Err(e) => {
            tell("undo".to_owned()).await;
            Err(e)
        }
    }
}

#[tokio::test]
async fn the_failure_of_a_call_with_a_timeout_is_passed_on() {
    let inputs = [json!(0), json!(5)];
    assert_agrees(function_row!(timed(i64) as Timed), replies(), &inputs).await;
    assert_agrees(function_row!(undone(i64) as Undone), replies(), &inputs).await;
    assert_agrees(
        function_row!(nested_timeout(i64) as NestedTimeout),
        replies(),
        &inputs,
    )
    .await;
}

/// `try_join!` of tasks that cannot fail.
#[workflow]
async fn joined(n: i64) -> Result<i64, PaidError> {
    let (a, b) = try_join!(double(n).named("D1"), double(n + 1).named("D2"))
        .named("J1")
        .await;
    let (c, _) = try_join!(double(a).named("D3"), tell("x".to_owned()).named("D4"))
        .named("J2")
        .await?;
    let sum = match try_join!(double(b).named("D5"), async {
        double(c).named("Inner").await + 1
    })
    .named("J3")
    .await
    {
        Ok((d, e)) => d + e,
        Err(_) => -1,
    };
    try_join!(tell("a".to_owned()).named("D6"), async {
        Ok(double(sum).named("InOk").await)
    })
    .named("J4")
    .await?;
    let Ok((f, _)) = try_join!(double(sum).named("D7"), double(3).named("D8"))
        .named("J5")
        .await
    else {
        return Ok(0);
    };
    match try_join!(double(f).named("D9")).named("J6").await {
        Ok((g,)) => Ok(g),
        Err(_) => Ok(1),
    }
}

/// The error type is that of the tasks that fail, or that of the code around.
#[workflow]
async fn joined_with_errors(n: i64) -> Result<(i64, i64), PayError> {
    let (a, _) = try_join!(pay(n), double(n).named("D10"))
        .named("J1")
        .await?;
    if a > 100 {
        return try_join!(double(n).named("D11"), double(2).named("D12"))
            .named("J2")
            .await;
    }
    match try_join!(double(a).named("D13"), double(4).named("D14"))
        .named("J3")
        .await
    {
        Ok(both) => Ok(both),
        Err(e) => Err(e),
    }
}

#[tokio::test]
async fn try_join_of_tasks_that_cannot_fail() {
    let inputs = [json!(1), json!(5)];
    assert_agrees(function_row!(joined(i64) as Joined), replies(), &inputs).await;
    assert_agrees(
        function_row!(joined_with_errors(i64) as JoinedWithErrors),
        replies(),
        &inputs,
    )
    .await;
}

/// The error type is that of the calls with `?` in blocks, because nothing else determines it.
#[workflow]
async fn joined_blocks(n: i64) -> Result<i64, PayError> {
    let a = match try_join!(
        async {
            let paid = pay(n).named("Q1").await?;
            Ok(paid + 1)
        },
        double(n).named("Q2")
    )
    .named("J1")
    .await
    {
        Ok((a, b)) => a + b,
        Err(_) => 7,
    };
    let Ok((b, c)) = try_join!(
        async {
            let paid = pay(a).named("Q3").timeout(mins(1)).await?;
            if paid > 3 {
                return Ok(paid);
            }
            Ok(paid - 1)
        },
        async { Ok(double(a).named("Q4").await) }
    )
    .named("J2")
    .await
    else {
        return Ok(a);
    };
    let (d, e) = try_join!(
        async {
            let list = map(&[b, c], async |item| pay(item).named("Q5").await)
                .named("M")
                .await?;
            if list.len() > 1 { Ok(list[0]) } else { Ok(0) }
        },
        async { b * 2 }
    )
    .named("J3")
    .await?;
    if let Ok((f,)) = try_join!(async {
        pay(d).named("Q7").await?;
        Ok(2)
    })
    .named("J4")
    .await
    {
        return Ok(f + e);
    }
    Ok(e)
}

#[tokio::test]
async fn a_question_mark_in_a_block_determines_the_error_of_try_join() {
    let inputs = [json!(1), json!(2), json!(5)];
    assert_agrees(
        function_row!(joined_blocks(i64) as JoinedBlocks),
        replies(),
        &inputs,
    )
    .await;
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Key {
    id: String,
}

/// Errors of a service by their names.
#[workflow]
async fn stored(id: String) -> Result<String, PaidError> {
    let item = Key { id };
    match service(dynamodb::put_item("Orders", &item))
        .retry(
            |e| matches!(e, Failed::Service("DynamoDB.InternalServerError")),
            every(secs(1)).times(1),
        )
        .await
    {
        Ok(_) => Ok("stored".to_owned()),
        Err(Failed::Service("DynamoDB.ConditionalCheckFailedException")) => Ok("known".to_owned()),
        Err(Failed::Service(
            "DynamoDB.ThrottlingException" | "DynamoDB.ProvisionedThroughputExceededException",
        )) => Ok("busy".to_owned()),
        Err(_) => Ok("other".to_owned()),
    }
}

#[test]
fn errors_of_a_service_are_selected_by_their_names() {
    let outcome = |error: &str| {
        let error = error.to_owned();
        let run = PlainRun::new().service::<dynamodb::PutItem>(move |_| {
            Err(PlainFailure {
                error: error.clone(),
                cause: String::new(),
            })
        });
        let output = run.block_on(stored("o-1".to_owned())).unwrap();
        (output, run.calls().len())
    };
    for (error, expected) in [
        ("DynamoDB.ConditionalCheckFailedException", ("known", 1)),
        (
            "DynamoDB.ProvisionedThroughputExceededException",
            ("busy", 1),
        ),
        ("DynamoDB.InternalServerError", ("other", 2)),
        ("States.Timeout", ("other", 1)),
    ] {
        let (output, calls) = outcome(error);
        assert_eq!((output.as_str(), calls), expected, "{error}");
    }
    let asl: Value = serde_json::from_str(&Stored::definition().to_json()).unwrap();
    let caught: Vec<&Value> = (0..3)
        .map(|index| &asl["States"]["PutItem"]["Catch"][index]["ErrorEquals"])
        .collect();
    assert_eq!(
        caught,
        [
            &json!(["DynamoDB.ConditionalCheckFailedException"]),
            &json!([
                "DynamoDB.ThrottlingException",
                "DynamoDB.ProvisionedThroughputExceededException"
            ]),
            &json!(["States.ALL"]),
        ]
    );
    let retried = &asl["States"]["PutItem"]["Retry"][0]["ErrorEquals"];
    assert_eq!(*retried, json!(["DynamoDB.InternalServerError"]));
}

#[workflow]
async fn stored_elsewhere(id: String) -> String {
    match service(dynamodb::put_item("Orders", &Key { id })).await {
        Ok(_) => "stored".to_owned(),
        Err(Failed::Service("DynamoDb.ConditionalCheckFailedException")) => "known".to_owned(),
        Err(_) => "other".to_owned(),
    }
}

#[test]
fn the_prefix_of_another_service_is_a_fault() {
    let fault = StoredElsewhere::build().unwrap_err().to_string();
    assert!(
        fault.contains("write `DynamoDB.ConditionalCheckFailedException`"),
        "{fault}"
    );
}
