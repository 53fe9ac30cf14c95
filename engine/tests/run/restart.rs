//! Definitions whose executions begin at a state in the middle.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use stepwright_asl::StateMachine;
use stepwright_engine::history::EventKind;
use stepwright_engine::restart::{RestartError, definition_from};
use stepwright_engine::value::Value;
use stepwright_engine::{Engine, MachineType, StartOptions, Status};
use tokio::runtime::Builder;

fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{%",
        "%}",
        "{% 1 %}",
        "${Name}",
        "$",
        "$.a",
        "\"",
        "\\",
        "'",
        "\n",
        "\u{1}",
        "é😀",
        ".$",
        "States.UUID()",
        "{",
        "}",
        "/",
        "\u{2028}",
        "text",
    ]);
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = Json> {
    let number = prop_oneof![
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        prop::num::f64::NORMAL.prop_map(Json::from),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        number,
        text().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let members = prop::collection::vec((text(), inner.clone()), 0..3);
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(Json::from),
            members.prop_map(|members| Json::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn definition(is_jsonata: bool) -> StateMachine {
    let language = if is_jsonata { "JSONata" } else { "JSONPath" };
    let definition = json!({"QueryLanguage": language, "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "B"},
        "B": {"Type": "Pass", "Next": "C"},
        "C": {"Type": "Pass", "End": true},
    }});
    StateMachine::from_json(&definition.to_string()).unwrap()
}

fn variables(values: &[Json]) -> BTreeMap<String, Value> {
    let numbered = values.iter().enumerate();
    let named = numbered.map(|(number, value)| (format!("v{number}"), Value::from(value)));
    named.collect()
}

/// Runs a definition. Returns the input of the state `B`, and the variables that were assigned
/// before.
fn received(machine: &StateMachine, count: usize) -> (Value, BTreeMap<String, Value>) {
    let engine = Engine::builder()
        .register_definition("m", machine, MachineType::Standard)
        .substitute("Name", "a \"value\" ' \\ %}")
        .virtual_time()
        .build()
        .unwrap();
    let runtime = Builder::new_current_thread().build().unwrap();
    let start = engine.execute_machine("m", json!({}), StartOptions::new());
    let report = runtime.block_on(start).unwrap();
    assert_eq!(report.status, Status::Succeeded, "{report:?}");
    let mut assigned = BTreeMap::new();
    for event in report.history.events() {
        if event.kind() == EventKind::PassStateEntered && event.state_name() == Some("B") {
            assert_eq!(assigned.len(), count);
            return (event.value().unwrap().clone(), assigned);
        }
        let details = event.details();
        for name in (0..count).map(|number| format!("v{number}")) {
            let values = details.get("assignedVariables");
            if let Some(value) = values.and_then(|values| values.get(&name)) {
                assigned.insert(name, value.clone());
            }
        }
    }
    panic!("the state was not entered");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_state_receives_exactly_the_input_and_the_variables(
        input in value(),
        values in prop::collection::vec(value(), 0..3),
        is_jsonata in any::<bool>(),
    ) {
        let (input, variables) = (Value::from(&input), variables(&values));
        let machine = definition_from(&definition(is_jsonata), "B", &input, &variables).unwrap();
        // The text is what a store has.
        let machine = StateMachine::from_json(&machine.to_json()).unwrap();
        let (entered, assigned) = received(&machine, variables.len());
        prop_assert_eq!(entered.to_text(), input.to_text());
        prop_assert_eq!(assigned, variables);
    }
}

#[test]
fn variables_above_the_size_of_one_assign_are_spread_over_several_states() {
    for is_jsonata in [false, true] {
        let large = json!(format!("{{% {}", "x".repeat(200_000)));
        let variables = variables(&[json!(1), large.clone(), large.clone(), large.clone()]);
        let input = Value::from(&large);
        let machine = definition_from(&definition(is_jsonata), "B", &input, &variables).unwrap();
        let names: Vec<_> = machine.states.keys().collect();
        let added = ["Start at B 3", "Start at B 2", "Start at B"];
        assert_eq!(names[..3], added);
        assert_eq!(received(&machine, 4), (input, variables));
    }
}

#[test]
fn a_second_restart_replaces_the_states_of_the_first() {
    let machine = definition(false);
    let none = BTreeMap::new();
    let first = definition_from(&machine, "C", &Value::from(1), &none).unwrap();
    let second = definition_from(&first, "B", &Value::from(2), &none).unwrap();
    let direct = definition_from(&machine, "B", &Value::from(2), &none).unwrap();
    assert_eq!(second, direct);
}

#[test]
fn the_added_state_has_a_free_name_of_an_allowed_length() {
    let long = "s".repeat(80);
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "Start at A"},
        "Start at A": {"Type": "Pass", "Next": long},
        long.clone(): {"Type": "Succeed"},
    }});
    let machine = StateMachine::from_json(&definition.to_string()).unwrap();
    let start = |state| {
        let machine = definition_from(&machine, state, &Value::from(1), &BTreeMap::new());
        machine.unwrap().start_at
    };
    assert_eq!(start("A"), "Start at A 2");
    assert_eq!(start(&long), format!("Start at {}", "s".repeat(71)));
}

#[test]
fn nested_and_unknown_states_invalid_variables_and_deep_values_are_refused() {
    let inner = json!({"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}});
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [inner], "Next": "M"},
        "M": {"Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "J", "States": {"J": {"Type": "Pass", "End": true}},
        }},
    }});
    let machine = StateMachine::from_json(&definition.to_string()).unwrap();
    let refused = |state, variables: &BTreeMap<String, Value>, input: &Value| {
        definition_from(&machine, state, input, variables).unwrap_err()
    };
    let (none, one) = (BTreeMap::new(), Value::from(1));
    for (state, container) in [("I", "P"), ("J", "M")] {
        let expected = RestartError::NestedState {
            state: state.to_owned(),
            container: container.to_owned(),
        };
        assert_eq!(refused(state, &none, &one), expected);
    }
    let unknown = refused("X", &none, &one);
    assert_eq!(unknown, RestartError::UnknownState("X".to_owned()));
    let reserved = BTreeMap::from([("states".to_owned(), one.clone())]);
    let reserved = refused("P", &reserved, &one).to_string();
    assert_eq!(
        reserved,
        "`states` cannot be a variable: the name `states` is reserved; rename it"
    );
    let deep = Value::from_text(&("[".repeat(300) + &"]".repeat(300))).unwrap();
    let deep = refused("P", &none, &deep).to_string();
    assert_eq!(
        deep,
        "the input has more than 251 levels of objects and arrays; start with a flatter value"
    );
}

#[test]
fn values_with_as_many_levels_as_allowed_are_literals() {
    for is_jsonata in [false, true] {
        let text = "[".repeat(250) + r#""{% x %}""# + &"]".repeat(250);
        let input = Value::from_text(&text).unwrap();
        let variables = BTreeMap::from([("v0".to_owned(), input.clone())]);
        let machine = definition_from(&definition(is_jsonata), "B", &input, &variables).unwrap();
        let machine = StateMachine::from_json(&machine.to_json()).unwrap();
        assert_eq!(received(&machine, 1), (input, variables));
    }
}
