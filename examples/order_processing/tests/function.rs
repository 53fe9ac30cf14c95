//! The function has the states of the `workflow!` version and ends each order in the same way: on
//! the engine, and as plain Rust.

use std::collections::BTreeSet;
use std::sync::Mutex;

use order_processing::{
    Decision, Fate, Order, OrderProcessing, Receipt, ReviewRequest, Services, function, orders,
    request_review,
};
use serde_json::{Value, json};
use stepwright::function::{PlainRun, days};
use stepwright::{Definition, Workflow};
use stepwright_runtime::Engine;
use stepwright_runtime::clock::{Clock, VIRTUAL_START};
use tokio::sync::mpsc::unbounded_channel;

/// The name and the type of each state, also of those inside of others, in alphabetical order.
fn states(definition: &Definition) -> BTreeSet<(&str, &str)> {
    let states = definition.machine().states();
    states
        .map(|found| (found.name, found.state.kind().as_str()))
        .collect()
}

/// The message of a cause. That of an error type is JSON, with the fields of the error.
fn message(cause: &str) -> String {
    let Ok(cause) = serde_json::from_str::<Value>(cause) else {
        return cause.to_owned();
    };
    let message = cause["errorMessage"].as_str().unwrap_or_default();
    match serde_json::from_str::<Value>(message) {
        Ok(inner) => inner["message"].as_str().unwrap_or_default().to_owned(),
        Err(_) => message.to_owned(),
    }
}

fn decision(fate: &Fate) -> Option<Decision> {
    fate.review.map(|verdict| match verdict {
        Ok(()) => Decision::Approved {
            by: "Margaret".to_owned(),
        },
        Err(reason) => Decision::Refused {
            reason: reason.to_owned(),
        },
    })
}

/// The output, or the error and its cause; and the seconds until then.
type Outcome = (Result<Value, (String, String)>, u64);

/// How an order ends on the engine.
async fn outcome<W: Workflow<Input = Order, Output = Receipt>>(fate: Fate) -> Outcome {
    let (reviews, mut requests) = unbounded_channel::<ReviewRequest>();
    let clock = Clock::virtual_from(VIRTUAL_START);
    let engine = Engine::builder()
        .register::<W>()
        .state(Services {
            reviews,
            clock: clock.clone(),
            slow_cards: Mutex::default(),
        })
        .clock(clock)
        .build()
        .expect("the engine can be built");
    let decided = decision(&fate);
    let run = engine.start::<W>(fate.order).await.expect("it starts");
    let reviewer = engine.clone();
    tokio::spawn(async move {
        while let Some(request) = requests.recv().await {
            if let Some(decision) = &decided {
                let sent = reviewer.send_task_success(&request.task_token, decision);
                sent.await.expect("the token is open");
            }
            drop(request.hold);
        }
    });
    let report = run.report().await;
    let seconds = report.stopped.since(report.execution().started()).as_secs();
    let ended = match &report.output {
        Some(output) => Ok(output.to_json()),
        None => Err((
            report.error.clone().unwrap_or_default(),
            report.cause.clone().unwrap_or_default(),
        )),
    };
    (ended, seconds)
}

#[test]
fn both_versions_have_the_same_states() {
    let (graph, function) = (
        OrderProcessing::definition(),
        function::OrderProcessing::definition(),
    );
    let (mut graph, mut function) = (states(&graph), states(&function));
    // A Fail state of a function has the name of the error's variant.
    assert!(graph.remove(&("Reject", "Fail")));
    assert!(function.remove(&("Rejected", "Fail")));
    // The result of a function ends the state that computes it: there is no Succeed state, and one
    // transition less.
    assert!(graph.remove(&("Done", "Succeed")));
    assert_eq!(graph, function);
}

#[tokio::test]
async fn both_versions_end_each_order_in_the_same_way() {
    for fate in orders() {
        let (graph, graph_seconds) = outcome::<OrderProcessing>(fate.clone()).await;
        let (function, seconds) = outcome::<function::OrderProcessing>(fate.clone()).await;
        // The cause of a function's error contains its fields too.
        let function = function.map_err(|(error, cause)| (error, message(&cause)));
        assert_eq!(graph, function, "{}", fate.story);
        assert_eq!(graph_seconds, seconds, "{}", fate.story);
    }
}

#[tokio::test]
async fn the_plain_run_ends_each_order_as_the_engine_does() {
    for fate in orders() {
        let (engine, _) = outcome::<function::OrderProcessing>(fate.clone()).await;
        let decided = decision(&fate);
        let run = PlainRun::new().answer::<request_review, _>(move |_| decided.clone());
        let plain = run.block_on(function::order_processing(fate.order));
        let plain = plain
            .map(|receipt| json!(receipt))
            .map_err(|failure| (failure.error, failure.cause));
        assert_eq!(plain, engine, "{}", fate.story);
    }
}

#[test]
fn an_undecided_order_expires_after_a_day_of_virtual_time() {
    let run = PlainRun::new();
    let order = orders().swap_remove(5).order;
    let failure = run
        .block_on(function::order_processing(order))
        .expect_err("no reviewer decides");
    assert_eq!(failure.error, "ReviewExpired");
    assert_eq!(run.elapsed(), days(1));
    let calls: Vec<_> = run.calls().iter().map(|call| call.function).collect();
    assert_eq!(calls, ["validate_order", "request_review"]);
}
