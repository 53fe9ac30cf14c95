//! The function ends as the generated workflow does, with one state for all people of the rota.

use std::collections::BTreeSet;
use std::sync::Arc;

use escalation::function::{self, Alert};
use escalation::{Call, Incident, Person, Phones, Taken, escalation, page};
use serde_json::Value;
use stepwright::Definition;
use stepwright::function::{PlainRun, mins};
use stepwright_runtime::clock::{Clock, VIRTUAL_START};
use stepwright_runtime::{Engine, EngineBuilder, ExecutionReport, StartOptions};
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

fn rota() -> Vec<Person> {
    let person = |name: &str, minutes| Person {
        name: name.to_owned(),
        minutes,
    };
    vec![person("Ada", 5), person("Grace", 10)]
}

fn alert(severity: u8) -> Alert {
    Alert {
        incident: Incident {
            service: "checkout".to_owned(),
            severity,
        },
        rota: rota(),
        least: 3,
    }
}

/// An engine on virtual time, with phones that these people pick up.
fn engine(
    picks_up: &'static [&'static str],
    workflow: impl FnOnce(EngineBuilder) -> EngineBuilder,
) -> Engine {
    let (calls, mut ringing) = unbounded_channel::<Call>();
    let clock = Clock::virtual_from(VIRTUAL_START);
    let phones = Phones {
        calls,
        clock: clock.clone(),
    };
    let engine = workflow(Engine::builder()).state(phones).clock(clock);
    let engine = engine.build().expect("the engine can be built");
    let people = engine.clone();
    tokio::spawn(async move {
        while let Some(call) = ringing.recv().await {
            if picks_up.contains(&call.name.as_str()) {
                let taken = Taken { by: call.name };
                let sent = people.send_task_success(&call.task_token, &taken);
                sent.await.expect("the token is open");
            }
            drop(call.hold);
        }
    });
    engine
}

/// The output, or the error and its message; and the seconds until then.
fn outcome(report: &Arc<ExecutionReport>) -> (Result<Value, (String, String)>, u64) {
    let ended = match &report.output {
        Some(output) => Ok(output.to_json()),
        None => Err((
            report.error.clone().unwrap_or_default(),
            message(report.cause.as_deref().unwrap_or_default()),
        )),
    };
    let seconds = report.stopped.since(report.execution().started()).as_secs();
    (ended, seconds)
}

#[test]
fn the_function_has_one_state_for_all_people() {
    let built = escalation(&rota(), 3).expect("the rota is valid");
    let mut graph = states(built.definition());
    let function = function::Escalation::definition();
    let mut function = states(&function);
    // The generated workflow has a state for each person; the function has one, and the Choice of
    // its loop.
    assert!(graph.remove(&("Page Ada", "Task")));
    assert!(graph.remove(&("Page Grace", "Task")));
    assert!(function.remove(&("Page", "Task")));
    assert!(function.remove(&("EachPerson", "Choice")));
    // A value that ends a function is a Succeed state after a Choice.
    assert!(graph.remove(&("Morning", "Pass")));
    assert!(function.remove(&("Morning", "Succeed")));
    assert_eq!(graph, function);
}

#[tokio::test]
async fn both_versions_end_in_the_same_way() {
    let people: [&[&str]; 4] = [&["Ada"], &["Grace"], &["Ada", "Grace"], &[]];
    for picks_up in people {
        for severity in [1, 5] {
            let alert = alert(severity);
            let built = escalation(&alert.rota, alert.least).expect("the rota is valid");
            let generated = engine(picks_up, |builder| builder.register_built(&built));
            let run = generated.start_built(&built, alert.incident.clone(), StartOptions::new());
            let run = run.await.expect("it starts");
            let expected = outcome(&run.report().await);

            let engine = engine(picks_up, |builder| {
                builder.register::<function::Escalation>()
            });
            let run = engine.start::<function::Escalation>(alert.clone()).await;
            let run = run.expect("it starts");
            assert_eq!(outcome(&run.report().await), expected, "{picks_up:?}");

            let plain = PlainRun::new().answer::<page, _>(move |(name, _, _)| {
                picks_up
                    .contains(&name.as_str())
                    .then_some(Taken { by: name })
            });
            let ended = plain.block_on(function::escalation(alert));
            let ended = ended
                .map(|taken| serde_json::json!(taken))
                .map_err(|failure| (failure.error, message(&failure.cause)));
            assert_eq!((ended, plain.elapsed().as_secs()), expected, "{picks_up:?}");
        }
    }
}

#[test]
fn a_phone_rings_for_the_minutes_of_its_owner() {
    let plain = PlainRun::new();
    let failure = plain
        .block_on(function::escalation(alert(1)))
        .expect_err("no person picks up");
    assert_eq!(failure.error, "NobodyAnswered");
    assert_eq!(plain.elapsed(), mins(15));
}
