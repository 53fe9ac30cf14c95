//! The faults of `build`.

use super::*;
use crate::InvalidWorkflow;
use stepwright_asl::json::Document;
use stepwright_asl::validate::{MachineType, RULES, validate};

#[test]
fn output_from_both_input_and_result_is_a_fault_in_jsonpath() {
    let flow = FlowBuilder::<Order, (f64, Charge)>::new("Orders")
        .query_language(crate::QueryLanguage::JsonPath);
    let charge = flow.declare("Charge");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {})
        .output(expr!(|order: Order, charge: Charge| (order.total, charge)))
        .end();
    let faults = faults(&flow);
    assert!(
        faults[0].contains("JSONPath cannot read both the state's input and its result"),
        "{faults:?}"
    );
}

#[test]
fn all_faults_are_reported_at_once_with_their_states() {
    let other = FlowBuilder::<Order, Order>::new("Other");
    let foreign = other.declare::<Order>("Foreign");

    let flow = FlowBuilder::<Order, Order>::new("Orders");
    let first = flow.declare("First");
    let second = flow.declare("Second");
    let island = flow.declare("Island");
    let twice = flow.declare("Twice");
    let _never = flow.declare::<Order>("Never");
    flow.start_at(&first);
    flow.choice(&first)
        .when(expr!(|order: Order| order.total > 1.0), &second)
        .otherwise(&twice);
    flow.wait(&second, 5).next(&second);
    flow.wait(&island, 5).end();
    flow.succeed(&twice);
    flow.succeed(&twice);
    assert_eq!(
        faults(&flow),
        [
            "in state `Twice`: it is defined twice; declare a state for each",
            "in state `Never`: it is declared and never defined; call `task`, `pass` or another method of the builder with its \
             handle, or remove the declaration",
            "in state `Island`: no transition leads to it; add one, or remove the state",
        ]
    );

    let flow = FlowBuilder::<Order, Order>::new("Orders");
    let first = flow.declare("First");
    let open = flow.declare("Open");
    let half = flow.declare("Half");
    let _ = flow.wait(&open, 5);
    let _ = flow.choice(&half).when(expr!(|_: Order| true), &open);
    flow.wait(&first, 5).next(&foreign);
    flow.wait(&foreign, 5).end();
    assert_eq!(
        faults(&flow),
        [
            "in state `First`: it goes to `Foreign`, a state of another body; a transition stays in its workflow, branch or map",
            "in state `Foreign`: it is defined in another body than it was declared in; declare it in the body that defines it",
            "in state `Open`: it goes nowhere; call `.next(&state)` on it, or `.end()`",
            "in state `Half`: it is a choice without a default; call `.otherwise(&state)` on it, or `.otherwise_fail()`",
            "the workflow has no start; call `start_at(&state)` on it",
        ]
    );
}

#[test]
fn faults_of_branches_and_of_lowering_are_reported() {
    let branch = Body::<Order, Order>::new();
    let lost = branch.declare("Lost");
    branch.wait(&lost, 1).end();
    let flow = FlowBuilder::<Order, Vec<Order>>::new("Orders");
    let both = flow.declare("Both");
    let same = flow.declare::<Order>("Both");
    flow.start_at(&both);
    flow.parallel(&both, vec![branch]).end();
    flow.wait(&same, 1).next(&same);
    assert_eq!(
        faults(&flow),
        [
            "in state `Both`: no transition leads to it; add one, or remove the state",
            "a branch or a map's body has no start; call `start_at(&state)` on it",
            "in state `Both`: the state name `Both` is used twice; state names are unique in a machine, including its branches and maps",
        ]
    );
    assert_eq!(
        faults(&FlowBuilder::<Order, Order>::new("Empty")),
        ["the workflow has no states; declare one, define it and call `start_at(&state)`"]
    );
}

#[test]
fn faults_have_the_locations_of_the_builder_calls() {
    let other = Body::<Order, Order>::new();
    let foreign = other.declare("Foreign");
    let flow = FlowBuilder::<Order, f64>::new("Orders").query_language(QueryLanguage::JsonPath);
    let (first, _never) = (flow.declare("First"), flow.declare::<Order>("Never"));
    let never_line = line!() - 1;
    let open = flow.declare::<Order>("Open");
    flow.start_at(&first);
    flow.wait(&first, 5).next(&foreign);
    let astray_line = line!() - 1;
    let _ = flow.wait(&open, 5);
    let open_line = line!() - 1;
    let last = flow.declare("Last");
    flow.pass(&last, expr!(|order: Order| order.total / 3.0))
        .end();
    let computed_line = line!() - 2;
    let faults = flow.build().unwrap_err();
    let lines: Vec<(Option<&str>, Option<u32>)> = faults
        .iter()
        .map(|fault| {
            (
                fault.location.state.as_deref(),
                fault.location.source.map(|place| place.line()),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (Some("First"), Some(astray_line)),
            (Some("Never"), Some(never_line)),
            (Some("Open"), Some(open_line)),
            (Some("Last"), Some(computed_line)),
        ],
        "{faults}"
    );
    assert!(faults.iter().all(|fault| {
        fault
            .location
            .source
            .is_some_and(|place| place.file().ends_with("builder/tests/faults.rs"))
    }));
    // `unwrap` shows them all.
    assert_eq!(format!("{faults:?}"), faults.to_string());
    assert_eq!(faults.to_string().lines().count(), 5);
}

#[test]
fn a_fault_of_the_validator_is_located_at_the_call_of_its_field() {
    let flow = FlowBuilder::<Order, Order>::new("Orders").timeout(0);
    let of_workflow = line!() - 1;
    let order = flow.parameter("order");
    let (charge, pause) = (flow.step("Charge"), flow.step("Pause"));
    let (look, done) = (flow.step("Look"), flow.step("Done"));
    let all = flow.step("All");
    flow.start_at(&charge);
    let task = line!() + 1;
    flow.task_with(&charge, charge_card {}, expr!([order] || order))
        .retry(Retry::on(errors!(PaymentError::GatewayTimeout)).interval(0))
        .retry(Retry::on(States::TIMEOUT).backoff_rate(0.5))
        .timeout(100_000_000)
        .heartbeat(0)
        .catch(States::ALL, &look)
        .next(&pause);
    flow.wait(&pause, 100_000_000).next(&look);
    let wait = line!() - 1;
    let choice = flow.choice(&look);
    let empty = line!() - 1;
    choice.otherwise(&all);
    let body = Body::<Item, String>::new();
    let pack = body.declare("Pack");
    body.start_at(&pack);
    body.task(&pack, super::pack {}).end();
    let items = expr!([order] |_: AnyInput| order.items);
    let map = flow.distributed_map(&all, items, crate::MachineType::Standard, body);
    let label = line!() - 1;
    map.label("a label").tolerated_percentage(101).next(&done);
    let percentage = line!() - 1;
    flow.succeed_with(&done, expr!([order] || order));

    let faults = flow.build().expect_err("it has faults");
    let mut found: Vec<(u32, &str)> = faults
        .iter()
        .map(|fault| {
            let place = fault.location.source.expect("a location");
            (place.line(), fault.code.expect("a code"))
        })
        .collect();
    found.sort_unstable();
    let expected = [
        (of_workflow, "SW043"),
        (task + 1, "SW057"),
        (task + 2, "SW056"),
        (task + 3, "SW043"),
        (task + 4, "SW043"),
        (wait, "SW081"),
        (empty, "SW070"),
        (label, "SW106"),
        (percentage, "SW105"),
    ];
    assert_eq!(found, expected, "{faults}");
}

#[test]
fn a_wrong_number_in_a_raw_field_is_a_fault() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare("A");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {})
        .raw("TimeoutSeconds", 1.5)
        .end();
    assert_eq!(
        faults(&flow),
        ["in state `A`: `.timeout(..)` must be a whole number; this is 1.5"]
    );
}

#[test]
fn a_fault_names_its_state_even_if_the_state_has_the_name_of_a_field() {
    let flow = FlowBuilder::<Vec<Item>, Vec<Item>>::new("Orders");
    let (states, body) = (flow.declare("States"), Body::<Item, Item>::new());
    flow.start_at(&states);
    let branches = body.declare("Branches");
    body.start_at(&branches);
    body.wait(&branches, 100_000_000).end();
    flow.map(&states, expr!(|items: Vec<Item>| items), body)
        .raw("MaxConcurrency", -1)
        .end();
    assert_eq!(
        faults(&flow),
        [
            "in state `States`: `.max_concurrency(..)` must be at least 0; this is -1",
            "in state `Branches`: a wait must be from 0 to 99999999 seconds; this is 100000000",
        ]
    );
}

#[test]
fn a_repeated_label_names_the_line_of_the_first() {
    let flow = FlowBuilder::<Vec<Item>, Vec<String>>::new("Orders");
    let (first, second) = (flow.declare("First"), flow.declare("Second"));
    flow.start_at(&first);
    let mut lines = Vec::new();
    let packing = |name: &'static str| {
        let body = Body::<Item, String>::new();
        let pack = body.declare(name);
        body.start_at(&pack);
        body.task(&pack, super::pack {}).end();
        body
    };
    let items = || expr!(|items: Vec<Item>| items);
    let standard = crate::MachineType::Standard;
    let map = flow.distributed_map(&first, items(), standard, packing("A"));
    lines.push(line!() - 1);
    map.label("all")
        .output(expr!(|items: Vec<Item>, _: Vec<String>| items))
        .next(&second);
    let map = flow.distributed_map(&second, items(), standard, packing("B"));
    lines.push(line!() - 1);
    map.label("all").end();
    let faults = flow.build().expect_err("the label is repeated");
    let fault = faults.iter().next().expect("a fault");
    let locations = [&fault.location, &fault.related[0].location];
    let found = locations.map(|location| location.source.map(|place| place.line()));
    assert_eq!(found, [Some(lines[1]), Some(lines[0])], "{faults}");
    assert_eq!(fault.related[0].location.state.as_deref(), Some("First"));
}

/// A task with a timeout, and a flow with only this task.
fn charging(timeout: u32, heartbeat: u32, retry: Retry<Errors<PaymentError>>) -> InvalidWorkflow {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare("A");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {})
        .timeout(timeout)
        .heartbeat(heartbeat)
        .retry(retry)
        .end();
    flow.build().expect_err("it has a fault")
}

/// The errors of the validator for a machine of a task with these fields.
fn validated(fields: Value) -> Vec<&'static str> {
    let mut task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"}, "End": true});
    let members = task.as_object_mut().expect("an object");
    members.extend(fields.as_object().expect("an object").clone());
    codes_of(json!({"A": task}))
}

/// The errors and the warning of an unassigned variable of the validator, for these states.
fn codes_of(states: Value) -> Vec<&'static str> {
    let machine = json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": states});
    let document = Document::parse(&machine.to_string()).expect("it is JSON");
    let diagnostics = validate(&document, MachineType::Standard);
    let found = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.unwrap_or_default());
    found.filter(|rule| *rule != "SW142").collect()
}

#[test]
fn faults_have_the_codes_of_the_validator() {
    let retry = || Retry::on(errors!(PaymentError::GatewayTimeout));
    let equals = |name: &str, value: Value| json!({"Retry": [{"ErrorEquals": ["E"], name: value}]});
    let rows = [
        (
            charging(0, 1, retry()),
            validated(json!({"TimeoutSeconds": 0})),
        ),
        (
            charging(5, 5, retry()),
            validated(json!({"TimeoutSeconds": 5, "HeartbeatSeconds": 5})),
        ),
        (
            charging(5, 1, retry().interval(0)),
            validated(equals("IntervalSeconds", json!(0))),
        ),
        (
            charging(5, 1, retry().max_delay(0)),
            validated(equals("MaxDelaySeconds", json!(0))),
        ),
        (
            charging(5, 1, retry().backoff_rate(0.5)),
            validated(equals("BackoffRate", json!(0.5))),
        ),
    ];
    for (faults, expected) in rows {
        let found: Vec<&str> = faults.iter().filter_map(|fault| fault.code).collect();
        assert!(found.contains(&expected[0]), "{faults}: {expected:?}");
    }
}

#[test]
fn faults_about_the_graph_have_the_codes_of_the_validator() {
    let wait = || json!({"Type": "Wait", "Seconds": 1});
    let state = |name: &str, value: Value| {
        let mut state = wait();
        state[name] = value;
        state
    };
    let flow = FlowBuilder::<Order, Order>::new("Orders");
    let (first, second) = (flow.declare("A"), flow.declare("B"));
    flow.start_at(&first);
    flow.wait(&first, 1).next(&second);
    flow.wait(&second, 1).next(&first);
    assert_eq!(codes(&flow), ["SW023"]);
    assert_eq!(
        codes_of(json!({"A": state("Next", json!("B")), "B": state("Next", json!("A"))})),
        ["SW023"]
    );

    let flow = FlowBuilder::<Order, Order>::new("Orders");
    let (first, island) = (flow.declare("A"), flow.declare("B"));
    flow.start_at(&first);
    flow.wait(&first, 1).end();
    flow.wait(&island, 1).end();
    assert_eq!(codes(&flow), ["SW021"]);
    assert_eq!(
        codes_of(json!({"A": state("End", json!(true)), "B": state("End", json!(true))})),
        ["SW021"]
    );

    let flow = FlowBuilder::<Order, Order>::new("Orders");
    let first = flow.declare("A");
    flow.start_at(&first);
    let _ = flow.wait(&first, 1);
    assert_eq!(codes(&flow)[0], "SW028");
    assert!(codes_of(json!({"A": wait()})).contains(&"SW028"));

    let flow = FlowBuilder::<Order, u32>::new("Orders");
    let first = flow.step("A");
    let count = flow.variable::<u32>("total");
    flow.start_at(&first);
    flow.pass(&first, expr!([count] || count)).end();
    assert_eq!(codes(&flow), ["SW130"]);
    assert_eq!(
        codes_of(json!({"A": {"Type": "Pass", "Output": "{% $total %}", "End": true}})),
        ["SW130"]
    );
}

fn codes<In: Payload, Out: Payload>(flow: &FlowBuilder<In, Out>) -> Vec<&'static str> {
    let faults = flow.build().expect_err("it has a fault");
    let codes: Vec<&str> = faults.iter().filter_map(|fault| fault.code).collect();
    assert!(
        codes
            .iter()
            .all(|code| RULES.iter().any(|rule| rule.id == *code)),
        "{codes:?}"
    );
    codes
}
