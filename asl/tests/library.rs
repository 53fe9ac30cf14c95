//! The basis for tools: states on all levels, graphs of machines, and machines through serde.

use std::collections::HashMap;

use proptest::prelude::*;
use stepwright_asl::StateMachine;
use stepwright_asl::diff::Diff;
use stepwright_asl::graph::{CatchingName, Edge, Graph};
use stepwright_asl::json::Json;
use stepwright_asl::model::State;

mod generate;

use generate::definitions;

fn read(text: &str) -> StateMachine {
    StateMachine::from_json(text).unwrap_or_else(|diagnostics| panic!("{text}\n{diagnostics}"))
}

fn shown(edge: &Edge<'_>) -> String {
    format!("{:?} {} {}", edge.kind, edge.target, edge.pointer)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(2)))]

    #[test]
    fn every_state_is_visited_once_with_its_pointer(text in definitions()) {
        let mut machine = read(&text);
        let json = machine.to_value();
        let mut pointers = Vec::new();
        for found in machine.states() {
            let pointer = found.pointer.to_string();
            prop_assert_eq!(machine.state_at(&pointer), Some(found.state));
            prop_assert_eq!(machine.state_at(&format!("{pointer}/Catch/0/Next")), Some(found.state));
            prop_assert_eq!(found.container.states.get(found.name), Some(found.state));
            prop_assert_eq!(json.pointer(&pointer), Some(&found.state.to_value()));
            let container = json.pointer(&found.container.pointer.to_string()).expect("is there");
            prop_assert_eq!(container.get("StartAt").and_then(Json::as_str), Some(found.container.start_at));
            pointers.push((pointer, found.name.to_owned(), found.container.parent.map(str::to_owned)));
        }
        let distinct: std::collections::HashSet<_> = pointers.iter().map(|(pointer, ..)| pointer).collect();
        prop_assert_eq!(distinct.len(), pointers.len());
        prop_assert_eq!(json.to_string().matches(r#""Type":"#).count(), pointers.len());

        let mut states = machine.states_mut();
        let mut changed = Vec::new();
        while let Some(found) = states.next_state() {
            found.state.set_comment(Some(found.pointer.to_string()));
            changed.push((found.pointer.to_string(), found.name.to_owned(), found.parent.map(str::to_owned)));
        }
        prop_assert_eq!(&changed, &pointers);
        for found in machine.states() {
            prop_assert_eq!(found.state.comment(), Some(&*found.pointer.to_string()));
        }
        for (pointer, ..) in &pointers {
            prop_assert_eq!(machine.state_at_mut(pointer).expect("is there").comment(), Some(pointer.as_str()));
        }
    }

    #[test]
    fn a_machine_and_its_json_have_one_graph(text in definitions()) {
        let machine = read(&text);
        let json: Json = text.parse().expect("is JSON");
        let (one, other) = (Graph::of(&machine), Graph::of(&json));
        prop_assert_eq!(one.states().len(), other.states().len());
        for (one, other) in one.states().iter().zip(other.states()) {
            prop_assert_eq!(one.pointer.to_string(), other.pointer.to_string());
            prop_assert_eq!((one.name, one.kind, one.container), (other.name, other.kind, other.container));
            prop_assert_eq!((&one.inner, one.is_terminal()), (&other.inner, other.is_terminal()));
            let edges = |edges: &[Edge<'_>]| -> Vec<String> { edges.iter().map(shown).collect() };
            prop_assert_eq!(edges(&one.edges), edges(&other.edges));
        }
        for (one, other) in one.containers().iter().zip(other.containers()) {
            prop_assert_eq!(one.pointer.to_string(), other.pointer.to_string());
            prop_assert_eq!((one.start_at, one.parent, &one.states), (other.start_at, other.parent, &other.states));
        }
        prop_assert_eq!(one.uncaught(), other.uncaught());
        let all: Vec<_> = machine.states().map(|found| found.pointer.to_string()).collect();
        let listed: Vec<_> = one.states().iter().map(|state| state.pointer.to_string()).collect();
        prop_assert_eq!(all, listed);
        prop_assert!(Diff::of(&machine, &json).is_empty());
    }

    #[test]
    fn predecessors_are_the_inverse_of_successors(text in definitions()) {
        let machine = read(&text);
        let graph = Graph::of(&machine);
        let (mut there, mut back) = (HashMap::new(), HashMap::new());
        for (index, state) in graph.states().iter().enumerate() {
            prop_assert_eq!(graph.state_at(&state.pointer.to_string()), Some(index));
            for (to, edge) in graph.successors(index) {
                *there.entry((index, to, shown(edge))).or_insert(0) += 1;
            }
            for (from, edge) in graph.predecessors(index) {
                *back.entry((from, index, shown(edge))).or_insert(0) += 1;
            }
        }
        prop_assert_eq!(there, back);
    }

    #[test]
    fn a_catcher_of_states_all_leaves_only_uncatchable_errors(text in definitions()) {
        let mut machine = read(&text);
        machine.states_mut().for_each(|found| {
            if let Some(catch) = found.state.catch_mut() {
                catch.clear();
            }
        });
        let bare = Graph::of(&machine).uncaught();
        // Encloses the whole machine in a Parallel that catches everything.
        let mut around: Json = r#"{"StartAt": "All", "States": {"Over": {"Type": "Succeed"},
            "All": {"Type": "Parallel", "Next": "Over", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Over"}]}}}"#.parse().expect("is JSON");
        let branch = machine.to_value();
        around.pointer_mut("/States/All").expect("is there").insert("Branches", vec![branch]).expect("is an object");
        let around = StateMachine::from_value(&around).expect("is a machine");
        let graph = Graph::of(&around);
        let caught = graph.uncaught();
        prop_assert!(caught.iter().all(|uncaught| uncaught.taken_by() != CatchingName::All));
        let kept = bare.iter().filter(|uncaught| uncaught.taken_by() != CatchingName::All).count();
        // The Parallel's own result may be too large.
        prop_assert_eq!(caught.len(), kept + 1);
    }

    #[test]
    fn serde_round_trips_machines_and_states(text in definitions()) {
        let machine = read(&text);
        prop_assert_eq!(machine.to_json(), text.clone());
        let written = serde_json::to_string(&machine).expect("is written");
        prop_assert_eq!(&written, &text);
        prop_assert_eq!(&serde_json::from_str::<StateMachine>(&written).expect("is read"), &machine);
        for found in machine.states() {
            let text = serde_json::to_string(found.state).expect("is written");
            prop_assert_eq!(&text, &found.state.to_json());
            prop_assert_eq!(&serde_json::from_str::<State>(&text).expect("is read"), found.state);
            prop_assert_eq!(&State::from_value(&found.state.to_value()).expect("is read"), found.state);
        }
    }

    #[test]
    fn cleared_lists_are_not_written(text in definitions()) {
        let mut machine = read(&text);
        let had: Vec<bool> = machine.states().map(|found| {
            let value = found.state.to_value();
            ["Retry", "Catch"].iter().any(|key| value.get(key).and_then(Json::as_array).is_some_and(<[Json]>::is_empty))
        }).collect();
        machine.states_mut().for_each(|found| {
            found.state.retry_mut().map(Vec::clear);
            found.state.catch_mut().map(Vec::clear);
        });
        for (found, had) in machine.states().zip(had) {
            let value = found.state.to_value();
            let has_field = found.state.as_task().is_some() || found.state.as_map().is_some() || found.state.as_parallel().is_some();
            if has_field && !had {
                prop_assert!(value.get("Retry").is_none() && value.get("Catch").is_none(), "{}", value);
            }
        }
    }
}

#[test]
fn data_that_serde_would_lose_is_refused() {
    let machine = |state: &str| {
        format!(
            r#"{{"StartAt":"A","States":{{"A":{{"Type":"Pass","End":true,"Result":{state}}}}}}}"#
        )
    };
    for (state, word) in [
        (r#"{"a": 1, "a": 2}"#, "duplicate key"),
        ("123456789012345678901234567890", "last digits"),
        ("-9223372036854775809", "last digits"),
        ("18446744073709551616", "last digits"),
        (r#"[{"deep": [{"a": [], "a": []}]}]"#, "duplicate key"),
    ] {
        let error = serde_json::from_str::<StateMachine>(&machine(state)).expect_err("is refused");
        assert!(error.to_string().contains(word), "{state}: {error}");
        let error =
            serde_json::from_str::<State>(&format!(r#"{{"Type": "Pass", "Result": {state}}}"#));
        assert!(error.is_err(), "{state}");
    }
    for state in [
        "18446744073709551615",
        "-9223372036854775808",
        "0.1",
        "1.3376253857353021e-278",
        "1e18",
        "-0.0",
    ] {
        let read: StateMachine = serde_json::from_str(&machine(state)).expect("is read");
        assert_eq!(
            read,
            StateMachine::from_json(&machine(state)).expect("is read"),
            "{state}"
        );
    }
    // Numbers stored as text remain text; serde writes or rejects them.
    let giant =
        StateMachine::from_json(&machine("123456789012345678901234567890")).expect("is read");
    assert_eq!(
        serde_json::to_string(&giant).expect("is written"),
        giant.to_json()
    );
    let beyond = StateMachine::from_json(&machine(&"9".repeat(60))).expect("is read");
    assert_eq!(beyond.to_json(), machine(&"9".repeat(60)));
    let error = serde_json::to_string(&beyond).expect_err("has no place for the digits");
    assert!(error.to_string().contains("too large"), "{error}");
}

#[test]
fn placeholders_are_read_and_changed() {
    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"${Arn}","TimeoutSeconds":"${Timeout}","End":"${Ends}"}}}"#;
    let mut machine = read(text);
    assert_eq!(machine.to_json(), text);
    let task = machine
        .state_at_mut("/States/A")
        .and_then(State::as_task_mut)
        .expect("is a Task");
    assert_eq!(task.end.as_ref().map(|end| end.known()), Some(None));
    assert_eq!(
        task.timeout_seconds
            .as_ref()
            .and_then(|seconds| seconds.as_str()),
        Some("${Timeout}")
    );
    task.end = None;
    task.timeout_seconds = Some(5.into());
    task.next = Some("B".to_owned());
    let written = r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"${Arn}","TimeoutSeconds":5,"Next":"B"}}}"#;
    assert_eq!(machine.to_json(), written);
    assert!(
        StateMachine::from_json(r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":"yes"}}}"#)
            .is_err()
    );
}

/// The names of all errors that a machine can fail with.
fn all_uncaught_errors(text: &str) -> Vec<String> {
    let machine = read(text);
    let uncaught = Graph::of(&machine).uncaught();
    uncaught
        .iter()
        .filter_map(|uncaught| uncaught.error().map(str::to_owned))
        .collect()
}

#[test]
fn each_error_is_caught_by_a_matching_catcher() {
    fn uncaught(text: &str) -> Vec<(String, Option<String>)> {
        let machine = read(text);
        let graph = Graph::of(&machine);
        let found = graph
            .uncaught()
            .into_iter()
            .filter(|uncaught| uncaught.taken_by() != CatchingName::Nothing);
        found
            .map(|uncaught| {
                (
                    graph.states()[uncaught.state].name.to_owned(),
                    uncaught.error().map(str::to_owned),
                )
            })
            .collect()
    }
    let task = |catch: &str, more: &str| {
        format!(
            r#"{{"StartAt": "T", "States": {{"Z": {{"Type": "Succeed"}}, "Never": {{"Type": "Fail", "Error": "X"}},
            "T": {{"Type": "Task", "Resource": "r", {more} "Next": "Z", "Catch": [{{"ErrorEquals": [{catch}], "Next": "Z"}}]}}}}}}"#
        )
    };
    let of = |error: Option<&str>| ("T".to_owned(), error.map(str::to_owned));
    let limit = of(Some("States.DataLimitExceeded"));
    assert_eq!(uncaught(&task(r#""States.ALL""#, "")), []);
    assert_eq!(
        uncaught(&task(r#""States.TaskFailed""#, "")),
        vec![limit.clone()]
    );
    assert_eq!(uncaught(&task(r#""Busy""#, "")), [of(None), limit.clone()]);
    let timed = r#""TimeoutSeconds": 5,"#;
    assert_eq!(
        uncaught(&task(
            r#""States.TaskFailed", "States.DataLimitExceeded""#,
            timed
        )),
        [of(Some("States.Timeout"))]
    );
    assert_eq!(
        uncaught(&task(
            r#""States.TaskFailed", "States.DataLimitExceeded", "States.Timeout""#,
            timed
        )),
        []
    );

    // A text that only looks like a path is not a path.
    let pass = |fields: &str| {
        all_uncaught_errors(&format!(
            r#"{{"StartAt": "P", "States": {{"P": {{"Type": "Pass", {fields}, "End": true}}}}}}"#
        ))
    };
    assert_eq!(
        pass(r#""Result": {"a.$": "$.b"}, "InputPath": "$""#),
        Vec::<String>::new()
    );
    assert_eq!(
        pass(r#""Parameters": {"LogPath": "$.b", "Variable": "x", "all.$": "$"}"#),
        ["States.DataLimitExceeded"]
    );
    assert_eq!(pass(r#""InputPath": "$.a""#), ["States.Runtime"]);
    assert_eq!(
        pass(r#""ResultPath": "$.a""#),
        ["States.DataLimitExceeded", "States.ReferencePathConflict"]
    );
    assert_eq!(
        pass(r#""Assign": {"a": [{"b.$": "$.c"}]}"#),
        ["States.DataLimitExceeded", "States.Runtime"]
    );

    let map = |mode: &str, catch: &str| {
        format!(
            r#"{{"QueryLanguage": "JSONata", "StartAt": "M", "States": {{"Z": {{"Type": "Succeed"}}, "M": {{"Type": "Map", "Items": [1], "Next": "Z",
            "ItemProcessor": {{"ProcessorConfig": {{"Mode": "{mode}"}}, "StartAt": "F", "States": {{"F": {{"Type": "Fail", "Error": "Refused"}}}}}},
            "Catch": [{{"ErrorEquals": [{catch}, "States.DataLimitExceeded"], "Output": "{{% $states.errorOutput.Cause %}}", "Next": "Z"}}]}}}}}}"#
        )
    };
    let named = |state: &str, error: &str| (state.to_owned(), Some(error.to_owned()));
    // No catcher catches errors in a catcher's own fields.
    let late = ["States.DataLimitExceeded", "States.QueryEvaluationError"];
    let [large, late] = late.map(|error| named("M", error));
    assert_eq!(
        uncaught(&map("INLINE", r#""Refused""#)),
        [large.clone(), late.clone()]
    );
    assert_eq!(
        uncaught(&map("INLINE", r#""Other""#)),
        [large.clone(), late.clone(), named("F", "Refused")]
    );
    let threshold = named("M", "States.ExceedToleratedFailureThreshold");
    assert_eq!(
        uncaught(&map("DISTRIBUTED", r#""Refused""#)),
        [threshold, large, late]
    );
}
