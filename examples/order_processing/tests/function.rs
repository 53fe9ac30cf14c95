//! The function has the states of the `workflow!` version and ends each order in the same way: on the engine, and as plain Rust.

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
fn states(definition: &Definition) -> BTreeSet<(String, String)> {
    fn collect(json: &Value, into: &mut BTreeSet<(String, String)>) {
        let Some(object) = json.as_object() else {
            return;
        };
        for (name, state) in object
            .get("States")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let ty = state["Type"].as_str().unwrap_or_default();
            into.insert((name.clone(), ty.to_owned()));
            collect(&state["ItemProcessor"], into);
            let branches = state["Branches"].as_array();
            branches
                .into_iter()
                .flatten()
                .for_each(|branch| collect(branch, into));
        }
    }
    let mut found = BTreeSet::new();
    collect(
        &serde_json::from_str(&definition.to_json()).expect("it is JSON"),
        &mut found,
    );
    found
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
    let mut graph = states(&OrderProcessing::definition());
    let mut function = states(&function::OrderProcessing::definition());
    let fail = |name: &str| (name.to_owned(), "Fail".to_owned());
    // A Fail state of a function has the name of the error's variant.
    assert!(graph.remove(&fail("Reject")));
    assert!(function.remove(&fail("Rejected")));
    // The result of a function ends the state that computes it: there is no Succeed state, and one transition less.
    assert!(graph.remove(&("Done".to_owned(), "Succeed".to_owned())));
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
