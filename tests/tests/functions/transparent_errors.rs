//! Arms and retries of variants with `#[task_error(transparent)]`: they select the errors inside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stepwright::function::*;

use super::draw::Draw;
use super::script::Replies;
use super::{assert_agrees, function_row};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Pair {
    n: i64,
    m: i64,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum Inner {
    #[error("oops")]
    Oops,
    #[error("bad {code}")]
    Bad { code: i64 },
}

#[derive(Debug, thiserror::Error, TaskError)]
enum Middle {
    #[error(transparent)]
    #[task_error(transparent)]
    Oops(#[from] Inner),
    #[error("at {at}")]
    Own { at: i64 },
    #[error("two")]
    Two,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum Other {
    #[error("other")]
    Only,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum Outer {
    #[error(transparent)]
    #[task_error(transparent)]
    Middle(#[from] Middle),
    #[error("plain {0}")]
    Plain(i64),
    #[error(transparent)]
    #[task_error(transparent)]
    Timed(#[from] Failed<Other>),
}

#[task]
async fn middle(n: i64) -> Result<i64, Middle>;
#[task]
async fn outer(n: i64) -> Result<i64, Outer>;
#[task]
async fn other(n: i64) -> Result<i64, Other>;

/// The error of a drawn kind.
fn middle_error(kind: u64, code: i64) -> Option<Middle> {
    Some(match kind {
        0 => Inner::Oops.into(),
        1 => Inner::Bad { code }.into(),
        2 => Middle::Own { at: code },
        3 => Middle::Two,
        _ => return None,
    })
}

fn outer_error(kind: u64, code: i64) -> Option<Outer> {
    match kind {
        4 => Some(Outer::Plain(code)),
        5 => Some(Failed::Task(Other::Only).into()),
        _ => middle_error(kind, code).map(Outer::Middle),
    }
}

fn reply<E>(draw: &mut Draw, error: impl Fn(u64, i64) -> Option<E>) -> PlainReply<E> {
    let (kind, code) = (draw.number(9) as u64, draw.number(9) as i64);
    match error(kind, code) {
        Some(error) => PlainReply::Error(error),
        None => PlainReply::Output(code.into()),
    }
}

fn replies() -> Replies {
    Replies::new()
        .task::<middle>(|draw, _| reply(draw, middle_error))
        .task::<outer>(|draw, _| reply(draw, outer_error))
        .task::<other>(|draw, _| reply(draw, |kind, _| (kind == 0).then_some(Other::Only)))
}

#[fragment]
async fn several(n: i64) -> Result<i64, Outer> {
    if n == 5 {
        return Err(Outer::Plain(3));
    }
    let sum = outer(n).await? + middle(n).await?;
    Ok(sum + other(n).timeout(secs(3)).await?)
}

#[workflow]
async fn child(i: Pair) -> Result<i64, Outer> {
    if i.n == 5 {
        return Err(Outer::Plain(3));
    }
    let sum = outer(i.n).await? + middle(i.n).await?;
    Ok(sum + other(i.n).timeout(secs(3)).await?)
}

#[workflow]
async fn in_an_arm(i: Pair) -> Result<i64, Middle> {
    match middle(i.n).await {
        Ok(x) => Ok(x),
        Err(Middle::Oops(_)) => Ok(100),
        Err(Middle::Own { at }) => Ok(at),
        Err(e) => Err(e),
    }
}

#[workflow]
async fn in_two_levels(i: Pair) -> Result<i64, Outer> {
    match outer(i.n).await {
        Ok(x) => Ok(x),
        Err(Outer::Middle(..)) => Ok(100),
        Err(Outer::Plain(a)) => Ok(a),
        Err(e) => Err(e),
    }
}

#[workflow]
async fn in_alternatives(i: Pair) -> Result<i64, Outer> {
    match outer(i.n).await {
        Ok(x) => Ok(x),
        Err(Outer::Middle { .. } | Outer::Timed(_)) => Ok(100),
        Err(Outer::Plain(a)) => Ok(a),
    }
}

#[workflow]
async fn in_if_let(i: Pair) -> i64 {
    if let Err(Middle::Two | Middle::Oops(_)) = middle(i.n).await {
        return 100;
    }
    7
}

#[workflow]
async fn in_let_else(i: Pair) -> Result<i64, Outer> {
    let Err(Outer::Middle(_)) = outer(i.n).await else {
        return Ok(3);
    };
    Ok(100)
}

#[workflow]
async fn in_a_retry(i: Pair) -> Result<i64, Outer> {
    outer(i.n)
        .retry(
            |e| matches!(e, Outer::Middle(_) | Outer::Plain(..)),
            every(secs(2)).times(2),
        )
        .await
}

#[workflow]
async fn after_a_timeout(i: Pair) -> Result<i64, Outer> {
    match outer(i.n)
        .timeout(secs(9))
        .retry(
            |e| matches!(e, Failed::Task(Outer::Middle(_))),
            every(secs(2)).times(2),
        )
        .await
    {
        Ok(x) => Ok(x),
        Err(Failed::Task(Outer::Middle(_))) => Ok(100),
        Err(Failed::Task(e)) => Err(e),
        Err(Failed::Timeout) => Ok(55),
    }
}

#[workflow]
async fn of_a_fragment(i: Pair) -> Result<i64, Outer> {
    match several(i.n)
        .retry(|e| matches!(e, Outer::Middle(_)), every(secs(1)).times(1))
        .await
    {
        Ok(x) => Ok(x),
        Err(Outer::Middle(_)) => Ok(100),
        Err(Outer::Timed(_)) => Ok(300),
        Err(Outer::Plain(_)) => Ok(200),
    }
}

#[workflow]
async fn of_a_workflow(i: Pair) -> Result<i64, Outer> {
    match child(i).await {
        Ok(x) => Ok(x),
        Err(Outer::Middle(_)) => Ok(100),
        Err(Outer::Timed(_)) => Ok(300),
        Err(Outer::Plain(_)) => Ok(200),
    }
}

#[workflow]
async fn of_branches(i: Pair) -> Result<i64, Outer> {
    match try_join!(outer(i.n), async {
        let x = outer(i.m).named("Second").await?;
        Ok::<_, Outer>(x)
    })
    .await
    {
        Ok((x, y)) => Ok(x + y),
        Err(Outer::Middle(_)) => Ok(100),
        Err(Outer::Timed(_)) => Ok(300),
        Err(Outer::Plain(_)) => Ok(200),
    }
}

#[workflow]
async fn of_a_map(i: Pair) -> Result<i64, Outer> {
    match map(&[i.n, i.m], async |n| outer(n).await).await {
        Ok(x) => Ok(x.iter().sum()),
        Err(Outer::Middle(_)) => Ok(100),
        Err(Outer::Timed(_)) => Ok(300),
        Err(Outer::Plain(_)) => Ok(200),
    }
}

macro_rules! agree {
    ($($function:ident($name:ident) as $workflow:ident;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let inputs = [
                json!({ "n": 4, "m": 8 }),
                json!({ "n": 1, "m": 3 }),
                json!({ "n": 5, "m": 3 }),
            ];
            assert_agrees(function_row!($function(Pair) as $workflow), replies(), &inputs).await;
        }
    )*};
}
agree! {
    in_an_arm(transparent_in_an_arm) as InAnArm;
    in_two_levels(transparent_in_two_levels) as InTwoLevels;
    in_alternatives(transparent_in_alternatives) as InAlternatives;
    in_if_let(transparent_in_if_let) as InIfLet;
    in_let_else(transparent_in_let_else) as InLetElse;
    in_a_retry(transparent_in_a_retry) as InARetry;
    after_a_timeout(transparent_after_a_timeout) as AfterATimeout;
    of_a_fragment(transparent_of_a_fragment) as OfAFragment;
    of_a_workflow(transparent_of_a_workflow) as OfAWorkflow;
    of_branches(transparent_of_branches) as OfBranches;
    of_a_map(transparent_of_a_map) as OfAMap;
}

/// `Inner` is in two variants.
#[derive(Debug, thiserror::Error, TaskError)]
enum Both {
    #[error(transparent)]
    #[task_error(transparent)]
    Inner(#[from] Inner),
    #[error(transparent)]
    #[task_error(transparent)]
    Middle(#[from] Middle),
}

#[task]
async fn both(n: i64) -> Result<i64, Both>;

#[workflow]
async fn in_two_variants(n: i64) -> Result<i64, Both> {
    match both(n).await {
        Ok(x) => Ok(x),
        Err(Both::Inner(_)) => Ok(100),
        Err(e) => Err(e),
    }
}

#[workflow]
async fn retried_in_two_variants(n: i64) -> Result<i64, Both> {
    both(n)
        .retry(|e| matches!(e, Both::Middle(_)), every(secs(1)))
        .await
}

#[workflow]
async fn caught_in_two_variants(n: i64) -> Result<i64, Both> {
    match both(n).await {
        Ok(x) => Ok(x),
        Err(e) => {
            sleep(secs(1)).await;
            Err(e)
        }
    }
}

/// Step Functions selects by the name, and Rust by the variant.
#[test]
fn an_error_in_two_variants_is_not_selected_by_one() {
    for built in [InTwoVariants::build(), RetriedInTwoVariants::build()] {
        let faults = built.unwrap_err().to_string();
        assert!(
            faults.contains("contains the error `Inner.Oops`, too"),
            "{faults}"
        );
    }
    let all = CaughtInTwoVariants::build().unwrap().to_json();
    assert_eq!(all.matches("Inner.Oops").count(), 1, "{all}");
}
