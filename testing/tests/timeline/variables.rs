//! The variables of a visit are those that an expression in its state reads.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use stepwright_runtime::testing::{Mock, Mocks};
use stepwright_runtime::timeline::Timeline;
use stepwright_runtime::{Engine, MachineType, StartOptions, Status};

/// The states of a scope: each assigns its scope's variable, or not.
#[derive(Clone, Debug)]
enum Step {
    Pass(bool),
    /// A task whose error is caught.
    Caught(bool),
    /// A task that fails in the first run and succeeds after the redrive.
    Flaky(bool),
    Parallel(bool, Vec<Vec<Step>>),
    Map(bool, Vec<Step>),
}

fn steps(depth: u32) -> BoxedStrategy<Vec<Step>> {
    let simple = prop_oneof![
        4 => any::<bool>().prop_map(Step::Pass),
        2 => any::<bool>().prop_map(Step::Caught),
        1 => any::<bool>().prop_map(Step::Flaky),
    ];
    let step = if depth == 0 {
        simple.boxed()
    } else {
        let inner = steps(depth - 1);
        let branches = prop::collection::vec(inner.clone(), 1..3);
        prop_oneof![
            4 => simple,
            1 => (any::<bool>(), branches).prop_map(|(assigns, branches)| Step::Parallel(assigns, branches)),
            1 => (any::<bool>(), inner).prop_map(|(assigns, inner)| Step::Map(assigns, inner)),
        ]
        .boxed()
    };
    prop::collection::vec(step, 1..4).boxed()
}

/// The names of variables: of the scopes around a scope, and its own.
fn scope_json(steps: &[Step], around: &[String], count: &mut u32, flaky: &mut Vec<String>) -> Json {
    let scope = *count;
    let mut names = around.to_vec();
    names.extend([format!("a{scope}"), format!("b{scope}")]);
    let states: Vec<String> = steps
        .iter()
        .map(|_| {
            *count += 1;
            format!("S{count}")
        })
        .collect();
    *count += 1;
    let members: Vec<String> = names
        .iter()
        .map(|name| format!("'{name}': ${name}"))
        .collect();
    let output = format!("{{% {{{}}} %}}", members.join(", "));
    let mut json = Map::new();
    for (index, step) in steps.iter().enumerate() {
        let variable = &names[names.len() - 1 - index % 2];
        let value = "{% $states.context.State.Name & $string($states.context.Map.Item.Index) %}";
        let assign = json!({variable: value});
        let (mut state, assigns) = match step {
            Step::Pass(assigns) => (json!({"Type": "Pass"}), *assigns),
            Step::Caught(assigns) => (
                json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:broken"}),
                *assigns,
            ),
            Step::Flaky(assigns) => {
                flaky.push(states[index].clone());
                let resource = format!("arn:aws:lambda:us-east-1:1:function:{}", states[index]);
                (json!({"Type": "Task", "Resource": resource}), *assigns)
            }
            Step::Parallel(assigns, branches) => {
                let branches = branches.iter();
                let branches: Vec<Json> = branches
                    .map(|branch| scope_json(branch, &names, count, flaky))
                    .collect();
                (json!({"Type": "Parallel", "Branches": branches}), *assigns)
            }
            Step::Map(assigns, inner) => (
                json!({"Type": "Map", "Items": [1, 2, 3], "MaxConcurrency": 2,
                    "ItemProcessor": scope_json(inner, &names, count, flaky)}),
                *assigns,
            ),
        };
        match states.get(index + 1) {
            Some(next) => state["Next"] = json!(next),
            None => state["End"] = json!(true),
        }
        state["Output"] = json!(output);
        if assigns {
            state["Assign"] = assign.clone();
        }
        if matches!(step, Step::Caught(_)) {
            let next = states
                .get(index + 1)
                .cloned()
                .unwrap_or(format!("E{scope}"));
            let mut catcher =
                json!({"ErrorEquals": ["States.ALL"], "Next": next, "Output": output});
            if assigns {
                catcher["Assign"] = assign;
            }
            state["Catch"] = json!([catcher]);
        }
        json.insert(states[index].clone(), state);
    }
    if matches!(steps.last(), Some(Step::Caught(_))) {
        let end = json!({"Type": "Pass", "Output": output, "End": true});
        json.insert(format!("E{scope}"), end);
    }
    json!({"StartAt": states[0], "States": json})
}

async fn check(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut flaky = Vec::new();
    let mut definition = scope_json(steps, &[], &mut 0, &mut flaky);
    definition["QueryLanguage"] = json!("JSONata");
    let mut mocks = Mocks::new();
    if definition.to_string().contains("function:broken") {
        let broken = Mock::failure("Broken", "");
        mocks = mocks.function("broken", broken.optional());
    }
    for name in &flaky {
        let mock = Mock::failure("Flaky", "").times(1).then(Mock::output(1));
        mocks = mocks.function(name.as_str(), mock.optional());
    }
    let engine = Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let mut report = run.report().await;
    while report.status == Status::Failed {
        prop_assert_eq!(report.error.as_deref(), Some("Flaky"), "{}", definition);
        report = engine.redrive(run.id()).await.unwrap().report().await;
    }
    let timeline = Timeline::of(&report.history);
    let as_json = |variables: BTreeMap<&str, &stepwright_runtime::value::Value>| {
        let variables = variables.into_iter();
        let variables: Map<String, Json> = variables
            .map(|(name, value)| (name.to_owned(), value.to_json()))
            .collect();
        Json::Object(variables)
    };
    for (index, visit) in timeline.visits().iter().enumerate() {
        let read = visit.output().unwrap().to_json();
        let variables = as_json(timeline.variables_at(index));
        prop_assert_eq!(read, variables, "{} of {}", visit.state(), definition);
    }
    let last = timeline.visits().len() - 1;
    if timeline.visits()[last].scope().is_empty() && timeline.visits()[last].assigned().is_empty() {
        let variables = as_json(timeline.variables_at(last));
        prop_assert_eq!(as_json(timeline.variables()), variables);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn the_variables_of_a_visit_are_those_that_its_state_reads(steps in steps(2)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(&steps))?;
    }
}

#[tokio::test]
async fn the_variables_of_the_top_level_include_the_last_assignments() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "One", "States": {
        "One": {"Type": "Pass", "Assign": {"a": 1, "b": 1}, "Next": "Each"},
        "Each": {"Type": "Map", "Items": [1], "Assign": {"b": 2}, "End": true, "ItemProcessor": {
            "StartAt": "In", "States": {"In": {"Type": "Pass", "Assign": {"c": 3}, "End": true}}}},
    }});
    let engine = Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .virtual_time()
        .build()
        .unwrap();
    let report = engine
        .execute_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let timeline = Timeline::of(&report.history);
    let variables = |variables: BTreeMap<&str, &stepwright_runtime::value::Value>| -> Vec<String> {
        let variables = variables.into_iter();
        variables
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    };
    assert_eq!(variables(timeline.variables()), ["a=1", "b=2"]);
    assert_eq!(variables(timeline.variables_at(2)), ["a=1", "b=1"]);
    assert!(timeline.variables_at(0).is_empty());
    assert!(timeline.variables_at(9).is_empty());
}
