//! Functions whose translation is easy to get wrong: shadowing, loops in the bodies of maps,
//! expressions that fail next to arms for every error.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::function::*;

use super::script::Replies;
use super::{assert_agrees, function_row};

#[derive(Debug, thiserror::Error, TaskError)]
enum StepError {
    #[error("busy")]
    Busy,
    #[error("wrong: {code}")]
    Wrong { code: i64 },
}

#[derive(Debug, thiserror::Error, TaskError)]
enum Ended {
    #[error(transparent)]
    #[task_error(transparent)]
    Step(#[from] StepError),
    #[error("at {at}: {text}")]
    Here { at: i64, text: String },
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Numbers {
    list: Vec<i64>,
    divisor: i64,
    note: Option<String>,
}

#[task]
async fn step(site: String, n: i64) -> Result<i64, StepError>;
#[task]
async fn note(site: String, text: String);

fn replies() -> Replies {
    Replies::new()
        .task::<step>(|draw, _| match draw.number(12) {
            0 => PlainReply::Error(StepError::Busy),
            1 => PlainReply::Error(StepError::Wrong {
                code: draw.number(9) as i64,
            }),
            2 => PlainReply::Failure("Lambda.Unknown".to_owned(), String::new()),
            _ => PlainReply::Output((draw.number(7) as i64 - 2).into()),
        })
        .task::<note>(|_, _| PlainReply::Output(Value::Null))
}

fn inputs() -> Vec<Value> {
    vec![
        json!({"list": [1, 2, 3], "divisor": 2, "note": null}),
        json!({"list": [], "divisor": 0, "note": "n"}),
        json!({"list": [0, 5], "divisor": 0, "note": ""}),
        json!({"list": [4, 4, 9, 1], "divisor": -3, "note": "long"}),
    ]
}

/// One name for several variables, and variables that change places.
#[workflow]
async fn shadowing(states: Numbers) -> Result<String, Ended> {
    let x = states.divisor;
    let x = x + 1;
    let text = {
        let x = format!("{x}!");
        let _x = x.chars().count();
        note("a".to_owned(), &x).named("NoteInner").await;
        x
    };
    let mut a = x;
    let mut b = states.list.len() as i64;
    let old = a;
    a = b;
    b = old;
    let x_2 = step("b".to_owned(), a).named("First").await?;
    let (x, result) = if let Some(x) = &states.note {
        let result = x.chars().count() as i64;
        (x.clone(), result)
    } else {
        (String::new(), x)
    };
    for item in &states.list {
        let x = *item + result;
        let item = step("c".to_owned(), x).named("InLoop").await?;
        if item == 3 {
            let x = "three".to_owned();
            note("d".to_owned(), &x).named("NoteThree").await;
            continue;
        }
        a = a + item;
        b += x;
    }
    let r#type = a - b;
    let task_token = r#type + x_2;
    Ok(format!(
        "{text} {x} {a} {b} {old} {task_token} {}",
        states.divisor
    ))
}

#[tokio::test]
async fn shadowed_names() {
    assert_agrees(
        function_row!(shadowing(Numbers) as Shadowing),
        replies(),
        &inputs(),
    )
    .await;
}

/// Loops, early ends and other maps in the body of a map.
#[workflow]
async fn loops_in_bodies(input: Numbers) -> Result<Vec<Vec<i64>>, Ended> {
    let item = input.divisor;
    let rows = map(&input.list, async |n| {
        let mut sum = item;
        let mut count = 0;
        while count < n && count < 3 {
            count += 1;
            if count == 2 {
                continue;
            }
            let more = match step("na".to_owned(), sum + count).named("Add").await {
                Ok(more) if more > 2 => more,
                Ok(_) => break,
                Err(StepError::Wrong { code }) => code,
                Err(_) => 0,
            };
            sum += more;
        }
        if sum > 6 {
            #[state(Large)]
            return Ok(vec![sum]);
        }
        let item = vec![n, sum, count];
        let inner = map(&item, async |item| {
            loop {
                let got = match step("nb".to_owned(), item).named("Inner").await {
                    Ok(got) => got,
                    Err(_) => {
                        #[state(NoItem)]
                        break item;
                    }
                };
                if got < 4 {
                    #[state(Small)]
                    break got;
                }
                note("nc".to_owned(), format!("{got}")).await;
                break got + n;
            }
        })
        .named("Nested")
        .await;
        if inner.is_empty() {
            return Err(Ended::Here {
                at: n,
                text: "empty".to_owned(),
            });
        }
        #[state(Row)]
        Ok(inner)
    })
    .concurrency(1)
    .named("Rows")
    .await?;
    Ok(rows)
}

#[tokio::test]
async fn loops_in_the_bodies_of_maps() {
    assert_agrees(
        function_row!(loops_in_bodies(Numbers) as LoopsInBodies),
        replies(),
        &inputs(),
    )
    .await;
}

/// A division by 0 after a call is no failure of the call.
#[workflow]
async fn fallible(input: Numbers) -> Result<i64, Ended> {
    let first = match step("a".to_owned(), 1).named("First").await {
        Ok(first) => 10 / (first + input.divisor),
        Err(_) => 100,
    };
    let second = match step("b".to_owned(), first)
        .named("Second")
        .retry(|_| true, every(secs(1)).times(2))
        .await
    {
        Ok(second) => second,
        Err(_) => -1,
    };
    let third = first / second;
    match step("c".to_owned(), third).named("Third").await {
        Ok(n) => Ok(n + 12 / input.divisor),
        Err(StepError::Wrong { code }) => Err(Ended::Here {
            at: 12 / code,
            text: format!("{third}"),
        }),
        Err(_) =>
        {
            #[state(First0)]
            Ok(input.list[0])
        }
    }
}

#[tokio::test]
async fn failing_expressions_next_to_arms_for_every_error() {
    assert_agrees(
        function_row!(fallible(Numbers) as Fallible),
        replies(),
        &inputs(),
    )
    .await;
}

/// The arguments of a call are computed before it, so an arm for every error does not catch their failure.
#[workflow]
async fn fallible_arguments(input: Numbers) -> Result<i64, Ended> {
    let first = match step("a".to_owned(), 12 / input.divisor)
        .named("First")
        .await
    {
        Ok(first) => first,
        Err(_) => 100,
    };
    let rows = match try_join!(
        step("ca".to_owned(), input.list[0]).named("One"),
        step("nb".to_owned(), first)
    )
    .named("Both")
    .await
    {
        Ok((one, other)) => one + other,
        Err(_) => 200,
    };
    Ok(rows)
}

#[tokio::test]
async fn failing_arguments_next_to_arms_for_every_error() {
    assert_agrees(
        function_row!(fallible_arguments(Numbers) as FallibleArguments),
        replies(),
        &inputs(),
    )
    .await;
}

/// `if let` and `let else` with the result of a call.
#[workflow]
async fn conditional_results(input: Numbers) -> Result<i64, Ended> {
    let mut sum = 0;
    if let Err(StepError::Wrong { code }) = step("a".to_owned(), input.divisor).named("First").await
    {
        sum = code;
    }
    if let Ok(n) = step("b".to_owned(), sum).named("Second").await {
        sum += n;
    } else {
        sum -= 1;
    }
    let Ok(third) = step("c".to_owned(), sum).named("Third").await else {
        return Err(Ended::Here {
            at: sum,
            text: "third".to_owned(),
        });
    };
    match step("d".to_owned(), third).named("Fourth").await {
        Err(StepError::Busy) => sum = 0,
        _ => {
            #[state(Count)]
            {
                sum += 1;
            }
        }
    }
    Ok(sum)
}

#[tokio::test]
async fn results_in_conditions() {
    assert_agrees(
        function_row!(conditional_results(Numbers) as ConditionalResults),
        replies(),
        &inputs(),
    )
    .await;
}

/// A panic ends the workflow, also inside of a branch; an arm for every error catches the failure of a branch.
#[workflow]
async fn panics(input: Numbers) -> Result<i64, Ended> {
    assert!(input.divisor < 2, "the divisor is {}", input.divisor);
    let sum = match try_join!(
        async {
            let n = step("ca".to_owned(), 1).named("InBranch").await?;
            assert_ne!(n, 3);
            if n < 0 {
                return Err(StepError::Wrong { code: n });
            }
            #[state(Divided)]
            Ok(10 / n)
        },
        step("nb".to_owned(), 2)
    )
    .named("Both")
    .await
    {
        Ok((one, other)) => one + other,
        Err(StepError::Wrong { code }) => code,
        Err(_) => 0,
    };
    if sum > 8 {
        panic!("{sum} is too large");
    }
    Ok(sum)
}

#[tokio::test]
async fn panics_and_branches() {
    assert_agrees(
        function_row!(panics(Numbers) as Panics),
        replies(),
        &inputs(),
    )
    .await;
}
