//! Concurrent branches whose calls end at the same moments, on their own definition.
//!
//! All times are whole seconds, so that many things happen at once. A history may end anywhere: the
//! execution runs, was stopped, or has reached the limit of events. What would have followed is not
//! known, and is not reported.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use stepwright_engine::history::History;
use stepwright_engine::task::{Answer, TaskCall, TaskFailure};
use stepwright_engine::{Engine, Limits};
use stepwright_history::RecordedHistory;
use stepwright_history::runtime_support::recorded_events;
use stepwright_interpreter::Timestamp;
use stepwright_review::rehearsal::{RehearsalKind, RehearsedHistory};

use super::{rehearse, run};

/// A state, before it has a name.
#[derive(Clone, Debug)]
enum Step {
    Pass,
    Wait(u64),
    Call(Call),
    Parallel(Vec<Vec<Step>>, bool),
    Map(Vec<Step>, bool),
    Fail,
    /// A failure for which there is no event: a Choice that has no rule for the value.
    NoRule,
}

#[derive(Clone, Debug)]
struct Call {
    resource: usize,
    /// Whether each call has other arguments.
    is_counted: bool,
    timeout: Option<u64>,
    retries: bool,
    catches: bool,
}

fn call() -> impl Strategy<Value = Call> {
    let timeout = prop::option::of(1..4_u64);
    (
        0..4_usize,
        any::<bool>(),
        timeout,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(resource, is_counted, timeout, retries, catches)| Call {
            resource,
            is_counted,
            timeout,
            retries,
            catches,
        })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let leaf = prop_oneof![
        2 => Just(Step::Pass),
        2 => (0..3_u64).prop_map(Step::Wait),
        6 => call().prop_map(Step::Call),
        1 => Just(Step::Fail),
        1 => Just(Step::NoRule),
    ];
    let step = leaf.prop_recursive(2, 12, 3, |step| {
        let body = prop::collection::vec(step, 1..4);
        prop_oneof![
            (prop::collection::vec(body.clone(), 2..4), any::<bool>())
                .prop_map(|(branches, catches)| Step::Parallel(branches, catches)),
            (body, any::<bool>()).prop_map(|(body, catches)| Step::Map(body, catches)),
        ]
    });
    prop::collection::vec(step, 1..4)
}

/// Gives names to states.
#[derive(Default)]
struct Names(usize);

impl Names {
    fn next(&mut self, kind: &str) -> String {
        self.0 += 1;
        format!("{kind}{}", self.0)
    }

    /// The states, one after the other; the last one returns to the first while `rounds` is not
    /// reached.
    fn body(&mut self, steps: &[Step], rounds: usize) -> Json {
        let names: Vec<String> = steps.iter().map(|step| self.next(word(step))).collect();
        let (count, again, end) = (self.next("Count"), self.next("Again"), self.next("End"));
        let mut states = Map::new();
        for (index, step) in steps.iter().enumerate() {
            let next = names.get(index + 1).unwrap_or(&count);
            states.insert(names[index].clone(), self.state(step, next));
        }
        states.insert(
            count.clone(),
            json!({"Type": "Pass", "Assign": {"n": "{% ($exists($n) ? $n : 0) + 1 %}"}, "Next": again}),
        );
        let condition = format!("{{% $n < {rounds} %}}");
        states.insert(
            again,
            json!({"Type": "Choice", "Default": end, "Choices": [{"Condition": condition, "Next": names[0]}]}),
        );
        states.insert(end, json!({"Type": "Succeed", "Output": 1}));
        json!({"StartAt": names[0], "States": states})
    }

    fn state(&mut self, step: &Step, next: &str) -> Json {
        let mut state = match step {
            Step::Pass => json!({"Type": "Pass"}),
            Step::Wait(seconds) => json!({"Type": "Wait", "Seconds": seconds}),
            Step::Fail => return json!({"Type": "Fail", "Error": "Refused"}),
            Step::NoRule => {
                let rule = json!({"Condition": "{% false %}", "Next": next});
                return json!({"Type": "Choice", "Choices": [rule]});
            }
            Step::Call(call) => called(call),
            Step::Parallel(branches, _) => {
                let branches: Vec<Json> =
                    branches.iter().map(|steps| self.body(steps, 2)).collect();
                json!({"Type": "Parallel", "Branches": branches})
            }
            Step::Map(steps, _) => {
                json!({"Type": "Map", "Items": [1, 2, 3], "ItemProcessor": self.body(steps, 2)})
            }
        };
        state["Next"] = json!(next);
        let catches = match step {
            Step::Call(call) => call.catches,
            Step::Parallel(_, catches) | Step::Map(_, catches) => *catches,
            _ => false,
        };
        if catches {
            state["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": next}]);
        }
        state
    }
}

fn word(step: &Step) -> &'static str {
    match step {
        Step::Pass => "Pass",
        Step::Wait(_) => "Wait",
        Step::Call(_) => "Call",
        Step::Parallel(..) => "Parallel",
        Step::Map(..) => "Map",
        Step::Fail => "Fail",
        Step::NoRule => "NoRule",
    }
}

fn called(call: &Call) -> Json {
    let count = if call.is_counted {
        json!("{% $exists($n) ? $n : 0 %}")
    } else {
        json!(0)
    };
    let mut state = match call.resource {
        0 => {
            json!({"Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Arguments": {"n": count}})
        }
        1 => json!({"Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "f", "Payload": {"n": count}}}),
        2 => json!({"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Arguments": {"QueueUrl": "q", "MessageBody": {"n": count, "t": "{% $states.context.Task.Token %}"}}}),
        _ => {
            json!({"Resource": "arn:aws:states:us-east-1:123456789012:activity:open", "Arguments": {"n": count}})
        }
    };
    state["Type"] = json!("Task");
    // What no answer changes does not decide a path.
    state["Output"] = json!(0);
    if let Some(seconds) = call.timeout {
        state["TimeoutSeconds"] = json!(seconds);
    }
    if call.retries {
        state["Retry"] = json!([{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 1}]);
    }
    state
}

/// The outcome of a call, at once or after a time.
enum Outcome {
    Succeeds(Option<Duration>),
    Fails(Option<Duration>),
    Never,
}

impl Outcome {
    fn answer(self) -> Answer {
        let (answer, delay) = match self {
            Self::Succeeds(delay) => (Answer::output(json!({"a": 1})), delay),
            Self::Fails(delay) => (
                Answer::result(Err(TaskFailure::new("Declined", "no"))),
                delay,
            ),
            Self::Never => (Answer::never(), None),
        };
        match delay {
            Some(delay) => answer.after(delay),
            None => answer,
        }
    }
}

/// Removes the timeouts, and all Fail states except the first one outside of Maps.
fn keep_one_failure(steps: &mut [Step], may_fail: &mut bool) {
    for step in steps {
        match step {
            Step::Fail | Step::NoRule if !std::mem::take(may_fail) => *step = Step::Pass,
            Step::Call(call) => call.timeout = None,
            Step::Parallel(branches, _) => {
                for branch in branches {
                    keep_one_failure(branch, may_fail);
                }
            }
            Step::Map(body, _) => keep_one_failure(body, &mut false),
            _ => {}
        }
    }
}

/// An outcome that is determined by the seed, the state and the number of the call.
fn outcome(seed: u64, call: &TaskCall<'_>) -> Outcome {
    let mut hasher = DefaultHasher::new();
    (seed, call.state(), call.call()).hash(&mut hasher);
    let chance = hasher.finish();
    let delay = Duration::from_secs((chance >> 8) % 4);
    match chance % 8 {
        0 => Outcome::Fails(None),
        1 => Outcome::Fails(Some(delay)),
        2 => Outcome::Never,
        3 | 4 => Outcome::Succeeds(None),
        _ => Outcome::Succeeds(Some(delay)),
    }
}

/// Runs a definition with a limit of events, and returns its history.
fn history(definition: &Json, seed: u64, limit: u32) -> History {
    recorded(definition, limit, move |call| outcome(seed, call))
}

fn recorded(
    definition: &Json,
    limit: u32,
    outcome: impl Fn(&TaskCall<'_>) -> Outcome + Send + Sync + 'static,
) -> History {
    let engine = Engine::builder()
        .tasks(move |call: &TaskCall<'_>| Some(outcome(call).answer()))
        .activity("arn:aws:states:us-east-1:123456789012:activity:open")
        .limits(Limits::new().events(limit));
    run(engine, definition, &json!({})).expect("the definition is valid")
}

fn definition(steps: &[Step], rounds: usize) -> Json {
    let mut definition = Names::default().body(steps, rounds);
    definition["QueryLanguage"] = json!("JSONata");
    definition["TimeoutSeconds"] = json!(1_000_000);
    definition
}

fn check(
    result: &RehearsedHistory,
    definition: &Json,
    history: &Json,
) -> Result<(), TestCaseError> {
    let obstacle = result.open.as_ref().and_then(|open| open.obstacle.as_ref());
    prop_assert!(
        result.kind == RehearsalKind::Same && obstacle.is_none(),
        "{:#?}\n{:?}\n{}\n{}",
        result.findings,
        obstacle,
        definition,
        history
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The API returns no iterations and branches, and each event refers to the one before it.
    #[test]
    fn iterations_and_branches_are_found_in_a_history(steps in steps(), seed in any::<u64>()) {
        let history = history(&definition(&steps, 3), seed, 25_000);
        let parsed = RecordedHistory::from_json(&history.to_json()).expect("a history");
        for (parsed, event) in parsed.events().iter().zip(recorded_events(&history)) {
            prop_assert_eq!((parsed.id, &parsed.state, &parsed.scope), (event.id, &event.state, &event.scope));
        }
    }

    #[test]
    fn an_execution_that_ended_is_the_same(steps in steps(), seed in any::<u64>()) {
        let definition = definition(&steps, 3);
        let history = history(&definition, seed, 25_000).to_json();
        check(&rehearse(&definition, &definition, &history), &definition, &history)?;
    }

    /// On AWS each event takes some milliseconds, and on virtual time none. Which of two failures
    /// is the first may depend on them, so there is one at most.
    #[test]
    fn an_execution_with_the_latency_of_the_service_is_the_same(
        mut steps in steps(), seed in any::<u64>(), latencies in prop::collection::vec(0..60_u64, 64),
    ) {
        keep_one_failure(&mut steps, &mut true);
        let definition = definition(&steps, 3);
        let history = recorded(&definition, 25_000, move |call| match outcome(seed, call) {
            Outcome::Fails(after) => Outcome::Succeeds(after),
            other => other,
        });
        let mut history = history.to_json();
        let mut late = Duration::ZERO;
        let events = history["events"].as_array_mut().expect("a list");
        for (event, latency) in events.iter_mut().zip(latencies.iter().cycle()) {
            late += Duration::from_millis(*latency);
            let text = event["timestamp"].as_str().expect("a time");
            let at = Timestamp::parse(text).expect("a time") + late;
            event["timestamp"] = json!(at.to_string());
        }
        check(&rehearse(&definition, &definition, &history), &definition, &history)?;
    }

    #[test]
    fn an_execution_that_runs_is_the_same_so_far(
        steps in steps(), seed in any::<u64>(), cut in any::<prop::sample::Index>(), is_stopped in any::<bool>(),
    ) {
        let definition = definition(&steps, 3);
        let mut history = history(&definition, seed, 25_000).to_json();
        let events = history["events"].as_array_mut().expect("a list");
        events.truncate(cut.index(events.len()).max(1));
        if is_stopped {
            let last = events.last().expect("an event").clone();
            events.push(json!({"id": events.len() + 1, "previousEventId": 0, "timestamp": last["timestamp"],
                "type": "ExecutionAborted", "executionAbortedEventDetails": {}}));
        }
        check(&rehearse(&definition, &definition, &history), &definition, &history)?;
    }

    #[test]
    fn an_execution_that_reached_the_limit_of_events_is_the_same(
        steps in steps(), seed in any::<u64>(), limit in 10..200_u32,
    ) {
        let definition = definition(&steps, 50);
        let history = history(&definition, seed, limit).to_json();
        check(&rehearse(&definition, &definition, &history), &definition, &history)?;
    }
}
