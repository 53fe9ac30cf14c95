//! Calls in values, with further calls in their arguments.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::function::*;

use super::script::Replies;
use super::{assert_agrees, function_row};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Pair {
    n: i64,
    m: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Sums {
    a: i64,
    b: i64,
    list: Vec<i64>,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum Refused {
    #[error("fields")]
    Fields { a: i64, b: i64 },
    #[error("items")]
    Items(i64, i64),
}

#[task]
async fn echo(n: i64) -> i64;
#[task]
async fn digits(n: i64, m: i64) -> i64;
#[task]
async fn test(n: i64) -> Result<i64, Refused>;

fn replies() -> Replies {
    Replies::new()
        .task::<echo>(|_, arguments| PlainReply::Output(arguments[0].clone()))
        .task::<test>(|draw, arguments| match draw.number(9) {
            0 => PlainReply::Error(Refused::Items(1, 2)),
            _ => PlainReply::Output(arguments[0].clone()),
        })
        .task::<digits>(|_, arguments| {
            let number = |at: usize| arguments[at].as_i64().unwrap_or_default();
            PlainReply::Output((number(0) * 10 + number(1)).into())
        })
}

#[fragment]
async fn both(n: i64, m: i64) -> i64 {
    echo(n).await * 100 + echo(echo(m).await + 1).await
}

#[workflow]
async fn in_operands(i: Pair) -> i64 {
    echo(i.n).await * 100 + echo(echo(i.m).await).await
}

#[workflow]
async fn in_vec(i: Pair) -> Vec<i64> {
    vec![
        echo(i.n).await,
        echo(echo(i.m).await).await,
        echo(echo(i.n).await + echo(1).await).await,
    ]
}

#[workflow]
async fn in_struct(i: Pair) -> Sums {
    Sums {
        a: echo(i.n).await,
        b: echo(echo(i.m).await + echo(2).await).await,
        list: vec![echo(9).await, echo(echo(8).await).await],
    }
}

#[workflow]
async fn in_format(i: Pair) -> String {
    format!(
        "{} {named} {}",
        echo(i.n).await,
        echo(echo(i.m).await).await,
        named = echo(echo(3).named("E").await).named("E2").await
    )
}

#[workflow]
async fn in_json(i: Pair) -> Value {
    json!({ "a": echo(i.n).await, "b": [echo(echo(i.m).await).await, 3] })
}

#[workflow]
async fn in_fields_of_an_error(i: Pair) -> Result<i64, Refused> {
    Err(Refused::Fields {
        a: echo(i.n).await,
        b: echo(echo(i.m).await).await,
    })
}

#[workflow]
async fn in_items_of_an_error(i: Pair) -> Result<i64, Refused> {
    if i.n > 0 {
        return Err(Refused::Items(
            echo(i.n).await,
            test(test(i.m).await?).await?,
        ));
    }
    Ok(1)
}

#[workflow]
async fn with_question_marks(i: Pair) -> Result<i64, Refused> {
    Ok(test(i.n).await? * 100 + test(test(i.m).await? + echo(1).await).await?)
}

#[workflow]
async fn in_fragments(i: Pair) -> i64 {
    both(i.n, 1).named("First").await * 100
        + both(both(i.m, 2).named("Inner").await, echo(3).await)
            .named("Second")
            .await
}

#[workflow]
async fn in_arguments(i: Pair) -> i64 {
    digits(echo(i.n).await, echo(echo(i.m).await).await).await
        + digits(
            digits(1, echo(2).await).await,
            digits(echo(3).await, 4).await,
        )
        .await
}

#[workflow]
async fn in_tuples(i: Pair) -> (i64, i64) {
    let (a, b) = (echo(i.n).await, echo(echo(i.m).await).await);
    (a - b, b)
}

#[workflow]
async fn in_assignments(i: Pair) -> Sums {
    let mut x = 1;
    x += echo(i.n).await * 10 + echo(echo(i.m).await + x).await;
    x = x - echo(echo(x).await - 1).await;
    let mut sums = Sums {
        a: 1,
        b: x,
        list: vec![],
    };
    sums.a = echo(i.n).named("A").await * 10 + echo(echo(i.m).named("A2").await).named("A3").await;
    sums.list
        .push(echo(echo(sums.a).await).named("L").await + echo(i.n).named("L2").await);
    sums
}

#[workflow]
async fn in_conditions(i: Pair) -> i64 {
    let x = if i.n > 3 {
        echo(i.n).await * 100 + echo(echo(i.m).await).await
    } else {
        3
    };
    match (echo(x).await, echo(echo(i.m + 1).await).await) {
        (a, b) if a > b => a,
        (a, b) => a * 100 + b,
    }
}

#[workflow]
async fn in_lists(i: Pair) -> Vec<i64> {
    let mut sum = 0;
    for x in vec![echo(i.n).await, echo(echo(i.m).await).await] {
        sum = sum * 100 + x + echo(echo(x).await).await;
    }
    map(
        vec![
            echo(sum).await,
            echo(echo(i.m + 1).named("M").await).named("M2").await,
        ],
        async |x| echo(x).await * 100 + echo(echo(x + 1).await).await,
    )
    .await
}

#[workflow]
async fn in_branches(i: Pair) -> i64 {
    let (a, b) = try_join!(
        async { echo(i.n).await * 100 + echo(echo(i.m).await).await },
        digits(echo(1).await, echo(echo(2).await).await)
    )
    .await;
    a * 3 + b
}

/// The calls of a block read the variables of the block.
#[workflow]
async fn in_blocks(i: Pair) -> i64 {
    let t = 5;
    let x = {
        let t = echo(1).await;
        echo(t + 1).await
    } + t;
    x + {
        let mut t = echo(1).named("Begin").await;
        for step in [1, 2] {
            let sum = echo(step + t).await;
            if sum == 9 {
                return 77;
            }
            t += 1;
        }
        if i.n == 1 {
            return 3;
        }
        echo(t + 1).named("End").await * 10
    } + loop {
        let x = echo(i.m).await;
        if x > 3 {
            break x;
        }
        sleep(secs(1)).await;
        if i.n == 2 {
            return 4;
        }
    }
}

/// A `json!` in a branch, with a call in a block.
#[workflow]
async fn in_json_of_branches(i: Pair) -> (Value, i64) {
    let (value, number) = try_join!(
        async {
            json!({ "a": ({ let n = echo(i.n).await; echo(n + 1).named("Next").await }), "b": [echo(i.m).named("Other").await] })
        },
        echo(2)
    )
    .await;
    (value, number)
}

/// Only the arguments of macros contain the calls of the blocks.
#[workflow]
async fn in_macros_of_blocks(i: Pair) -> String {
    let text = {
        let n = i.n + 1;
        format!("{}", echo(n).await)
    };
    let list = if i.n > 1 {
        let m = i.m + 1;
        vec![echo(m).await]
    } else {
        vec![]
    };
    text + &format!("{}", {
        let n = list.len() as i64;
        format!("<{}>", echo(n).await)
    })
}

macro_rules! agree {
    ($($function:ident($name:ident) as $workflow:ident;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let inputs = [
                json!({ "n": 4, "m": 8 }),
                json!({ "n": 1, "m": 3 }),
                json!({ "n": 2, "m": 3 }),
                json!({ "n": -7, "m": 40 }),
            ];
            assert_agrees(function_row!($function(Pair) as $workflow), replies(), &inputs).await;
        }
    )*};
}
agree! {
    in_operands(calls_in_operands) as InOperands;
    in_vec(calls_in_vec) as InVec;
    in_struct(calls_in_a_struct) as InStruct;
    in_format(calls_in_format) as InFormat;
    in_json(calls_in_json) as InJson;
    in_fields_of_an_error(calls_in_fields_of_an_error) as InFieldsOfAnError;
    in_items_of_an_error(calls_in_items_of_an_error) as InItemsOfAnError;
    with_question_marks(calls_with_question_marks) as WithQuestionMarks;
    in_fragments(calls_of_fragments) as InFragments;
    in_arguments(calls_in_arguments) as InArguments;
    in_tuples(calls_in_tuples) as InTuples;
    in_assignments(calls_in_assignments) as InAssignments;
    in_conditions(calls_in_conditions) as InConditions;
    in_lists(calls_in_lists) as InLists;
    in_branches(calls_in_branches) as InBranches;
    in_blocks(calls_in_blocks) as InBlocks;
    in_json_of_branches(calls_in_json_of_branches) as InJsonOfBranches;
    in_macros_of_blocks(calls_in_macros_of_blocks) as InMacrosOfBlocks;
}
