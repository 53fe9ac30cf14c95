use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_asl::StateMachine;
use stepwright_engine::clock::{Timestamp, VIRTUAL_START};
use stepwright_engine::{Engine, MachineType, StartOptions, Status, WaitKind};
use stepwright_testing::debug::{DebugError, DebugOptions, Debugger, PositionKind, Stop};

use crate::debug::support::{FUNCTION, debugger, end, output, shown, start};

fn pass(next: &str) -> Json {
    json!({"Type": "Pass", "Next": next})
}

/// A Parallel of two branches with two states each, the second of which waits.
fn parallel() -> Json {
    let branch = |name: &str, seconds: u32| {
        let (first, second) = (format!("{name}1"), format!("{name}2"));
        json!({"StartAt": first, "States": {
            first.clone(): {"Type": "Pass", "Next": second},
            second.clone(): {"Type": "Wait", "Seconds": seconds, "End": true},
        }})
    };
    json!({
        "P": {"Type": "Parallel", "Branches": [branch("A", 20), branch("B", 10)], "Next": "Z"},
        "Z": {"Type": "Succeed"},
    })
}

#[test]
fn a_step_enters_one_state_and_stops_before_the_next() {
    let mut debugger = start(
        json!({"A": {"Type": "Pass", "Result": 7, "Next": "B"}, "B": {"Type": "Succeed"}}),
        json!({"a": 1}),
    );
    let visit = debugger.position().visit().unwrap();
    assert_eq!(visit.input.to_text(), r#"{"a":1}"#);
    assert_eq!(shown(&debugger), "before A");
    assert_eq!(debugger.history().len(), 1);
    assert_eq!(debugger.step(), Stop::Step);
    assert_eq!(shown(&debugger), "before B");
    assert_eq!(debugger.position().visit().unwrap().input.to_text(), "7");
    assert_eq!(debugger.step(), Stop::Ended);
    assert_eq!(output(&debugger), json!(7));
    assert_eq!(debugger.step(), Stop::Ended);
    assert_eq!(debugger.history().path(), ["A", "B"]);
    assert_eq!(debugger.position().events, 6);
}

#[test]
fn timers_are_positions_and_pass_at_once() {
    let mut debugger = start(
        json!({"W": {"Type": "Wait", "Seconds": 3_600, "Next": "E"}, "E": {"Type": "Succeed"}}),
        json!({}),
    );
    debugger.step();
    assert_eq!(shown(&debugger), "waits W");
    let PositionKind::Waiting(_, wait) = &debugger.position().kind else {
        panic!();
    };
    let until = VIRTUAL_START + Duration::from_secs(3_600);
    assert_eq!(wait.kind, WaitKind::Timer { until });
    assert_eq!(debugger.position().time, VIRTUAL_START);
    debugger.step();
    assert_eq!(shown(&debugger), "before E");
    assert_eq!(debugger.position().time, until);
}

#[test]
fn a_step_passes_over_a_parallel() {
    let mut debugger = start(parallel(), json!({}));
    assert_eq!(debugger.step(), Stop::Step);
    assert_eq!(shown(&debugger), "before Z");
    let seconds = debugger.position().time - VIRTUAL_START;
    assert_eq!(seconds, Duration::from_secs(20));
}

#[test]
fn a_step_into_a_parallel_shows_each_branch_in_the_order_of_the_engine() {
    let mut debugger = start(parallel(), json!({}));
    let mut all = Vec::new();
    while debugger.step_into() != Stop::Ended {
        all.push(shown(&debugger));
    }
    let expected = [
        "before P/A1 A1",
        "before P/A1 A2",
        "before P/B1 B1",
        "before P/B1 B2",
        "waits P/B1 B2",
        "waits P/A1 A2",
        "before Z",
    ];
    assert_eq!(all, expected);
}

#[test]
fn a_step_in_a_branch_stays_in_it_until_it_ends() {
    let mut debugger = start(parallel(), json!({}));
    debugger.step_into();
    let others = &debugger.position().others;
    assert_eq!(others.len(), 1);
    assert_eq!(others[0].visit.state, "B1");
    assert!(others[0].wait.is_none());
    let mut all = Vec::new();
    while debugger.step() != Stop::Ended {
        all.push(shown(&debugger));
    }
    assert_eq!(all, ["before P/A1 A2", "waits P/A1 A2", "before Z"]);
}

#[test]
fn the_other_branches_are_listed_with_their_waits() {
    let mut debugger = start(parallel(), json!({}));
    debugger.break_at("B2").unwrap();
    debugger.resume();
    let other = &debugger.position().others[0];
    assert_eq!(other.visit.state, "A2");
    let until = VIRTUAL_START + Duration::from_secs(20);
    let wait = other.wait.as_ref().unwrap();
    assert_eq!(wait.kind, WaitKind::Timer { until });
}

#[test]
fn iterations_of_a_map_have_their_scopes_and_items() {
    let states = json!({"M": {"Type": "Map", "End": true, "MaxConcurrency": 1, "ItemProcessor": {
        "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}},
    }}});
    let mut debugger = start(states, json!([5, 6]));
    for (index, item) in [(0, "5"), (1, "6")] {
        assert_eq!(debugger.step_into(), Stop::Step);
        assert_eq!(shown(&debugger), format!("before M[{index}] I"));
        assert_eq!(debugger.position().visit().unwrap().input.to_text(), item);
    }
    assert_eq!(debugger.step(), Stop::Ended);
    assert_eq!(output(&debugger), json!([5, 6]));
}

#[test]
fn a_run_to_a_state_stops_before_it_also_inside_of_a_branch() {
    let mut debugger = start(parallel(), json!({}));
    assert_eq!(debugger.run_to("B2"), Ok(Stop::Step));
    assert_eq!(shown(&debugger), "before P/B1 B2");
    let unknown = Err(DebugError::UnknownState("X".to_owned()));
    assert_eq!(debugger.run_to("X"), unknown);
    // It is not entered again.
    assert_eq!(debugger.run_to("A1"), Ok(Stop::Ended));
}

#[test]
fn an_endless_loop_returns_after_the_limit_of_steps() {
    let definition = json!({"StartAt": "A", "States": {"A": pass("B"), "B": pass("A")}});
    let mut debugger = debugger(&definition, json!({}), DebugOptions::new().step_limit(7));
    assert_eq!(debugger.resume(), Stop::Limit);
    assert_eq!(shown(&debugger), "before B");
    assert_eq!(debugger.history().path().len(), 7);
    while debugger.resume() != Stop::Ended {}
    let end = end(&debugger);
    assert_eq!(end.error.as_deref(), Some("States.Runtime"));
}

/// After 256 transitions, a branch of the engine lets the other branches continue.
#[tokio::test]
async fn branches_with_many_transitions_take_turns_as_in_the_engine() {
    let branch = |name: &str| {
        let (count, again) = (format!("{name}1"), format!("{name}2"));
        json!({"StartAt": count, "States": {
            count.clone(): {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": again},
            again.clone(): {"Type": "Choice", "Default": format!("{name}3"), "Choices": [
                {"Variable": "$.n", "NumericLessThan": 300, "Next": count},
            ]},
            format!("{name}3"): {"Type": "Succeed"},
        }})
    };
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [branch("A"), branch("B")], "End": true},
    }});
    let engine = Engine::builder()
        .register_json("debug", &definition.to_string(), MachineType::Standard)
        .virtual_time()
        .build()
        .unwrap();
    let options = StartOptions::new().name("debug");
    let report = engine.execute_machine("debug", json!({"n": 0}), options);
    let report = report.await.unwrap();
    let mut debugger = debugger(&definition, json!({"n": 0}), DebugOptions::new());
    while debugger.step_into() != Stop::Ended {}
    assert_eq!(debugger.history().path(), report.history.path());
    assert_eq!(debugger.history().to_json(), report.history.to_json());
}

#[test]
fn the_timeout_of_the_machine_ends_the_execution() {
    let definition = json!({"TimeoutSeconds": 30, "StartAt": "W", "States": {
        "W": {"Type": "Wait", "Seconds": 60, "End": true},
    }});
    let mut debugger = debugger(&definition, json!({}), DebugOptions::new());
    assert_eq!(debugger.step(), Stop::Step);
    assert_eq!(shown(&debugger), "timeout");
    let due = VIRTUAL_START + Duration::from_secs(30);
    assert!(matches!(debugger.position().kind, PositionKind::ExecutionTimeout(at) if at == due));
    assert_eq!(debugger.resume(), Stop::Ended);
    assert_eq!(end(&debugger).status, Status::TimedOut);
    assert_eq!(debugger.position().time, due);
}

#[test]
fn options_set_the_names_the_time_and_the_values_of_placeholders() {
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true, "Parameters": {
        "name.$": "$$.Execution.Name", "machine.$": "$$.StateMachine.Name",
        "start.$": "$$.Execution.StartTime", "topic": "${Topic}",
    }}}});
    let start = Timestamp::parse("2030-01-01T00:00:00Z").unwrap();
    let options = DebugOptions::new().name("e").machine("orders").start(start);
    let mut debugger = debugger(&definition, json!({}), options.substitute("Topic", "news"));
    debugger.resume();
    let expected = json!({
        "name": "e", "machine": "orders", "start": "2030-01-01T00:00:00.000Z", "topic": "news",
    });
    assert_eq!(output(&debugger), expected);
}

#[test]
fn the_problems_of_a_definition_and_of_an_input_are_reported() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "Missing"},
        "B": {"Type": "Task", "Resource": FUNCTION},
    }});
    let machine = StateMachine::from_json(&definition.to_string()).unwrap();
    let refused = Debugger::new(&machine, MachineType::Standard, json!({})).unwrap_err();
    assert_eq!(refused.problems().len(), 2, "{refused}");
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    let machine = StateMachine::from_json(&definition.to_string()).unwrap();
    let large = json!("x".repeat(300_000));
    let refused = Debugger::new(&machine, MachineType::Standard, large).unwrap_err();
    let expected = "the input has too many bytes or levels; choose a smaller one";
    assert_eq!(refused.to_string(), expected);
}
