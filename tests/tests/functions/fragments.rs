//! `#[fragment]`: functions, other fragments and `workflow!` have the states of a fragment, and end
//! as the plain run does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::function::*;
use stepwright::functions;
use stepwright_runtime::Engine;

use self::bureaus::bureau;
use super::draw::Draw;
use super::script::Replies;
use super::{assert_agrees, function_row};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    id: String,
    cents: i64,
    lines: Vec<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Score {
    points: i64,
    source: String,
}

#[derive(Debug, Clone, thiserror::Error, TaskError)]
enum ReportError {
    #[error("busy")]
    Busy,
    #[error("no report of {name}")]
    Missing { name: String },
}

#[derive(Debug, Clone, thiserror::Error, TaskError)]
enum ScoreError {
    #[error(transparent)]
    #[task_error(transparent)]
    Report(#[from] ReportError),
    #[error("{points} points are below {limit}")]
    Low { points: i64, limit: i64 },
    #[error("closed")]
    Closed,
}

#[derive(Debug, Clone, thiserror::Error, TaskError)]
enum LoanError {
    #[error(transparent)]
    #[task_error(transparent)]
    Score(#[from] ScoreError),
    #[error(transparent)]
    #[task_error(transparent)]
    Report(#[from] ReportError),
    #[error("refused: {reason}")]
    Refused { reason: String, total: i64 },
}

#[task]
async fn fetch(bureau: String, id: String) -> Result<i64, ReportError>;
#[task]
async fn refresh(id: String);
#[task]
async fn weigh(site: String, n: i64) -> i64;
/// Returns another value at each call of sequential code.
#[task]
async fn flip(site: String, n: i64) -> bool;
#[task]
async fn double(n: i64) -> i64 {
    n * 2
}
#[task]
async fn stop(reason: String) -> Result<bool, ReportError>;

fn replies() -> Replies {
    fn report_error(draw: &mut Draw) -> ReportError {
        match draw.number(2) {
            0 => ReportError::Busy,
            _ => ReportError::Missing {
                name: format!("n{}", draw.number(3)),
            },
        }
    }
    Replies::new()
        .task::<fetch>(|draw, _| match draw.number(8) {
            0 | 1 => PlainReply::Error(report_error(draw)),
            2 => PlainReply::Failure("Lambda.Unknown".to_owned(), "the host ended".to_owned()),
            _ => PlainReply::Output((draw.number(9) as i64 - 1).into()),
        })
        .task::<refresh>(|draw, _| match draw.number(9) {
            0 => PlainReply::Failure("Other.Error".to_owned(), String::new()),
            _ => PlainReply::Output(Value::Null),
        })
        .task::<weigh>(|_, arguments| {
            PlainReply::Output((arguments[1].as_i64().unwrap_or(0) * 2 + 1).into())
        })
        .task::<flip>(|draw, _| PlainReply::Output((draw.number(2) == 0).into()))
        .task::<stop>(|draw, _| match draw.number(4) {
            0 => PlainReply::Error(report_error(draw)),
            _ => PlainReply::Output((draw.number(2) == 0).into()),
        })
}

fn order(id: &str, cents: i64, lines: &[i64]) -> Value {
    json!({"id": id, "cents": cents, "lines": lines})
}

async fn agrees(row: super::FunctionRow) {
    let inputs = [
        order("a", 700, &[3, 1, 2]),
        order("b", 0, &[]),
        order("", -4, &[5]),
    ];
    assert_agrees(row, replies(), &inputs).await;
}

mod bureaus {
    use super::*;

    /// Asks one bureau.
    #[fragment]
    pub(super) async fn bureau(name: String, order: Order) -> Result<Score, ScoreError> {
        let report = fetch(name.clone(), order.id.clone())
            .retry(|e| matches!(e, ReportError::Busy), every(secs(2)).times(1))
            .await?;
        if report > 5 {
            refresh(&order.id).await;
        }
        if report < 1 {
            return Err(ScoreError::Low {
                points: report,
                limit: order.cents,
            });
        }
        Ok(Score {
            points: report + order.cents,
            source: name,
        })
    }
}

/// Two calls, whose errors pass.
#[workflow]
async fn passed(order: Order) -> Result<i64, LoanError> {
    let north = bureau("north".into(), order.clone()).await?;
    let south = bureau(format!("south {}", order.id), &order).await?;
    Ok(north.points * 2 + south.points)
}

/// The errors of the fragment, matched by variant.
#[workflow]
async fn matched(order: Order) -> Result<String, LoanError> {
    match bureau("east".to_owned(), &order).await {
        Ok(Score { points: 0, .. }) => Ok("nothing".to_owned()),
        Ok(score) => Ok(format!("{}: {}", score.source, score.points)),
        Err(ScoreError::Low { points, .. }) =>
        {
            #[state(TooLow)]
            Err(LoanError::Refused {
                reason: "low".to_owned(),
                total: points,
            })
        }
        Err(ScoreError::Closed) => Ok(order.id),
        Err(e) => {
            refresh("undo".to_owned()).named("Undo").await;
            Err(e.into())
        }
    }
}

/// Every failure.
#[workflow]
async fn caught(order: Order) -> i64 {
    let mut total = order.cents;
    if let Ok(score) = bureau(order.id.clone(), &order).await {
        total += score.points;
    }
    match bureau("second".to_owned(), &order).named("Again").await {
        Ok(score) => total + score.points,
        Err(_) => total - 1,
    }
}

/// Repeated calls: the whole fragment runs again.
#[workflow]
async fn repeated(order: Order) -> Result<i64, LoanError> {
    let score = bureau("r".to_owned(), &order)
        .retry(
            |e| matches!(e, ScoreError::Low { .. }),
            every(secs(3)).times(2),
        )
        .retry(|_| true, every(mins(1)).times(1))
        .await?;
    Ok(score.points)
}

#[fragment]
async fn nothing() {}

#[fragment]
async fn constant() -> i64 {
    #[state(Done)]
    7
}

/// A loop, an early return, mutable variables, a shadowed parameter.
#[fragment]
async fn summed(site: String, list: Vec<i64>, limit: i64) -> i64 {
    let mut total = 0;
    let mut limit = limit;
    for n in &list {
        let weight = weigh(&site, *n).await;
        if weight > limit {
            #[state(Early)]
            return total - limit;
        }
        total += weight;
        limit -= 1;
    }
    total
}

/// A fragment that calls fragments.
#[fragment]
async fn both(order: Order) -> Result<i64, ScoreError> {
    nothing().await;
    let seven = constant().await;
    let sum = summed("s".to_owned(), &order.lines, 12 - order.cents % 10).await;
    let score = match bureau("inner".to_owned(), &order).await {
        Ok(score) => score.points,
        Err(ScoreError::Closed) => 1,
        Err(e) => return Err(e),
    };
    Ok(seven + sum + score)
}

#[workflow]
async fn nested(order: Order) -> Result<i64, LoanError> {
    let first = both(&order).await?;
    let (mut count, mut sum) = (0, 0);
    while count < 2 {
        let more = summed("s more".into(), order.lines.clone(), 9 + count).await;
        count += 1;
        sum += more;
        nothing().await;
    }
    Ok(first + sum + constant().await)
}

/// Concurrent calls, and calls for each item.
#[workflow]
async fn concurrent(order: Order) -> Result<i64, LoanError> {
    let (a, b) = try_join!(
        summed("n a".to_owned(), &order.lines, order.cents),
        summed("n b".to_owned(), vec![1, 2, order.cents], 50)
    )
    .await;
    let sums = map(&order.lines, async |n| {
        summed("n sum".to_owned(), vec![n, a], n + b).await
    })
    .await;
    let shifted = map(&order.lines, async |line| {
        let own = summed("n own".to_owned(), vec![line / 2], 20).await;
        own + line
    })
    .concurrency(2)
    .await;
    let kept = map(&order.lines, kept).await;
    Ok(a + b + sums.iter().sum::<i64>() + shifted.iter().sum::<i64>() + kept.iter().sum::<i64>())
}

/// A fragment whose first state runs again.
#[fragment(allow(unbounded_loop))]
async fn kept(n: i64) -> i64 {
    let (mut left, mut tries) = (n, 0);
    loop {
        left = weigh("n kept".to_owned(), left).await % 5;
        tries += 1;
        if left < 3 || tries > 2 {
            return left + n;
        }
    }
}

/// A fragment whose first state, which reads the parameter, runs again.
#[fragment(allow(unbounded_loop))]
async fn again(n: i64) -> i64 {
    let mut count = 0;
    loop {
        let is_done = flip(format!("s {n}"), n).await;
        count += 1;
        if is_done {
            return n + count;
        }
    }
}

/// A fragment that begins with branches that read the parameter.
#[fragment]
async fn branches(n: i64) -> i64 {
    let (a, b) = try_join!(
        weigh("n left".to_owned(), n),
        weigh("n right".to_owned(), n + 1)
    )
    .await;
    a * b
}

/// Calls that begin the body of a Map.
#[workflow]
async fn of_items(order: Order) -> i64 {
    let again = map(&order.lines, again).concurrency(1).await;
    let joined = map(&order.lines, async |n| branches(n).await).await;
    let caught = map(&order.lines, async |line| match kept(line).await {
        Ok(n) if n > 4 => n,
        Ok(_) | Err(_) => line,
    })
    .await;
    let nested = map(&order.lines, async |line| {
        let inner = map(&order.lines, async |n| kept(n + line).await).await;
        inner.iter().sum::<i64>() + line
    })
    .await;
    again.iter().sum::<i64>()
        + joined.iter().sum::<i64>()
        + caught.iter().sum::<i64>()
        + nested.iter().sum::<i64>()
}

/// A call in a branch whose error the block passes on.
#[workflow]
async fn joined(order: Order) -> Result<i64, LoanError> {
    match try_join!(
        async {
            let score = bureau("c one".to_owned(), &order).await?;
            Ok(score.points)
        },
        summed("n joined".to_owned(), &order.lines, 30)
    )
    .await
    {
        Ok((points, sum)) => Ok(points + sum),
        Err(ScoreError::Low { limit, .. }) => Ok(limit),
        Err(e) => Err(e.into()),
    }
}

/// A panic and a failed expression in a fragment.
#[fragment]
async fn checked(order: Order) -> Result<i64, ScoreError> {
    let is_stopped = stop(&order.id).await?;
    if is_stopped {
        return Err(ScoreError::Closed);
    }
    assert!(order.cents > -3, "{} cents", order.cents);
    Ok(100 / order.cents)
}

#[workflow]
async fn failing(order: Order) -> Result<i64, LoanError> {
    let first = match checked(&order).await {
        Ok(n) => n,
        Err(ScoreError::Closed) => -1,
        Err(_) => -2,
    };
    Ok(first + checked(&order).await?)
}

/// An argument that fails or changes is computed once, before the states.
#[workflow]
async fn computed(order: Order) -> i64 {
    let mut cents = order.cents;
    let sum = summed(
        "s".to_owned(),
        vec![cents, 7 % order.lines.len() as i64],
        1000 / cents,
    )
    .await;
    cents += sum;
    match bureau(functions::now(), &order).await {
        Ok(score) if score.source.is_empty() => 0,
        Ok(_) => cents,
        Err(_) => summed("s last".to_owned(), vec![cents], 9).await,
    }
}

/// A name that the variables of the fragment would have, and one that is no name of a variable.
#[workflow]
async fn colliding(order: Order) -> i64 {
    #[allow(non_snake_case)]
    let Summed_total = order.cents;
    let one = summed("s one".to_owned(), &order.lines, 40).await;
    let two = summed("s two".to_owned(), &order.lines, 30)
        .named("2nd: sum")
        .await;
    Summed_total + one * two
}

/// `workflow!` includes the fragment, and has its own name for the result.
mod included {
    use super::*;
    use stepwright::workflow;

    workflow! {
        pub(super) workflow Included(order: Order) -> i64 {
            include North { let score = bureau("north".to_string(), order); next Sum; }
            include Sum { let sum = summed("s".to_string(), order.lines, 20); next Done; }
            succeed Done { score.points + sum }
        }
    }
}

/// The same as a function.
async fn alone(order: Order) -> Result<i64, LoanError> {
    as_function(order).await
}

#[workflow(name = "AsFunction")]
async fn as_function(order: Order) -> Result<i64, LoanError> {
    let score = bureau("north".to_owned(), &order).named("North").await?;
    let sum = summed("s".to_owned(), &order.lines, 20).named("Sum").await;
    Ok(score.points + sum)
}

#[tokio::test]
async fn workflows_include_a_function() {
    agrees(function_row!(alone(Order) as included::Included)).await;
    agrees(function_row!(as_function(Order) as AsFunction)).await;
}

#[test]
fn a_call_is_a_copy_of_the_states() {
    insta::assert_snapshot!(Passed::definition().to_json_pretty());
}

#[test]
fn a_call_whose_errors_are_matched_is_a_parallel_state() {
    let asl: Value = serde_json::from_str(&Matched::definition().to_json()).expect("JSON");
    let call = &asl["States"]["Bureau"];
    assert_eq!(call["Type"], "Parallel");
    assert_eq!(call["Branches"][0]["StartAt"], "Bureau.Fetch");
    let caught = call["Catch"].as_array().expect("Catchers");
    assert_eq!(caught[0]["ErrorEquals"], json!(["ScoreError.Low"]));
}

/// A plain run records the calls of a fragment, and a mock replaces it.
#[test]
fn a_fragment_is_mocked() {
    let order = Order {
        id: "o".to_owned(),
        cents: 5,
        lines: Vec::new(),
    };
    let run = PlainRun::new().mock::<fetch>(|_| Ok(3));
    assert_eq!(run.block_on(passed(order.clone())), Ok(24));
    let called: Vec<_> = run.calls().iter().map(|call| call.function).collect();
    assert_eq!(called, ["fetch", "fetch"]);
    let run = PlainRun::new().mock::<bureau>(|(source, _)| match source.as_str() {
        "north" => Ok(Score { points: 2, source }),
        _ => Err(ScoreError::Closed),
    });
    let failure = run
        .block_on(passed(order))
        .expect_err("the second call fails");
    assert_eq!(failure.error, "ScoreError.Closed");
    assert_eq!(run.calls().len(), 2);
}

#[fragment]
async fn quadrupled(n: i64) -> i64 {
    let two = double(n).await;
    double(two).await
}

#[workflow]
async fn octupled(n: i64) -> i64 {
    quadrupled(n).await * 2
}

#[tokio::test]
async fn an_engine_has_the_tasks_of_a_fragment() {
    let engine = Engine::builder().register::<Octupled>().virtual_time();
    let engine = engine.build().expect("an engine");
    let output = engine.execute::<Octupled>(3).await;
    assert_eq!(output.expect("an output"), 24);
}

macro_rules! agree {
    ($($test:ident: $function:ident as $workflow:ident;)*) => {$(
        #[tokio::test]
        async fn $test() {
            agrees(function_row!($function(Order) as $workflow)).await;
        }
    )*};
}
agree! {
    errors_of_a_fragment_pass: passed as Passed;
    errors_of_a_fragment_are_matched: matched as Matched;
    every_failure_of_a_fragment_is_caught: caught as Caught;
    a_fragment_is_repeated: repeated as Repeated;
    fragments_call_fragments: nested as Nested;
    fragments_run_concurrently_and_for_items: concurrent as Concurrent;
    calls_begin_the_body_of_a_map: of_items as OfItems;
    a_branch_passes_on_errors_of_a_fragment: joined as Joined;
    panics_and_failed_expressions_of_a_fragment_end_the_caller: failing as Failing;
    arguments_are_computed_once: computed as Computed;
    variables_of_a_fragment_have_their_own_names: colliding as Colliding;
}
