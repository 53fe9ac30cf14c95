//! Checks which of two nested containers a recorded event is attributed to.

use serde_json::{Value as Json, json};
use stepwright_runtime::MachineType;

use crate::property::run::runs_well;

/// Returns a definition with one state.
fn one(name: &str, mut state: Json) -> Json {
    state["End"] = json!(true);
    json!({"StartAt": name, "States": {name: state}})
}

fn parallel(name: &str, branches: &[&Json]) -> Json {
    one(name, json!({"Type": "Parallel", "Branches": branches}))
}

fn map(name: &str, processor: &Json) -> Json {
    let state =
        json!({"Type": "Map", "ItemsPath": "$$.Execution.Input.xs", "ItemProcessor": processor});
    one(name, state)
}

/// Returns the definition with a field of its first state.
fn with(mut definition: Json, field: &str, value: Json) -> Json {
    let name = definition["StartAt"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    definition["States"][name][field] = value;
    definition
}

fn with_timeout(mut definition: Json) -> Json {
    definition["TimeoutSeconds"] = json!(5);
    definition
}

/// Each history has an event of a Map or Parallel that refers to an event of a container of the
/// same type: to its own, or to that of the container directly inside. The recording contains only
/// the reference.
#[test]
fn recordings_attribute_the_events_of_nested_containers() {
    // The task fails without an event.
    let silent = |name: &str| {
        let resource = "arn:aws:states:::sqs:sendMessage";
        one(
            name,
            json!({"Type": "Task", "Resource": resource, "Parameters": {"n.$": "$.s"}}),
        )
    };
    let wait = |name: &str, seconds: u32| one(name, json!({"Type": "Wait", "Seconds": seconds}));
    let retry =
        || json!([{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "IntervalSeconds": 10}]);
    let fail =
        |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Fail", "Error": "E"}}});
    let jsonata = |definition| with(definition, "QueryLanguage", json!("JSONata"));
    let broken = || json!("{% $error('no') %}");
    let nested = |inner: &Json| parallel("S1", &[&parallel("S2", &[inner])]);
    let maps = |inner: &Json| map("S1", &map("S2", inner));
    let s3 = || parallel("S3", &[&wait("W", 1)]);
    let mapped = || map("S3", &wait("W", 1));
    let selector = || json!({"n.$": "$.s"});
    let silent_branch = || {
        let retry = json!([{"ErrorEquals": ["States.ParameterPathFailure"], "MaxAttempts": 1, "IntervalSeconds": 10}]);
        parallel(
            "S1",
            &[
                &with(silent("T"), "Retry", retry),
                &parallel("S2", &[&wait("W", 99)]),
            ],
        )
    };
    let fails_later = json!({"StartAt": "W", "States": {
        "W": {"Type": "Wait", "Seconds": 9, "Next": "F"},
        "F": {"Type": "Fail"},
    }});
    let all = |field: &str, value: Json| json!([{"ErrorEquals": ["States.ALL"], "Next": "S3", field: value}]);
    let cases = [
        // A redrive fails again without an event of the task.
        ("two parallels", nested(&silent("T"))),
        ("three parallels", parallel("S0", &[&nested(&silent("T"))])),
        (
            "the second branch",
            parallel(
                "S1",
                &[
                    &wait("W", 9),
                    &parallel("S2", &[&wait("V", 9), &silent("T")]),
                ],
            ),
        ),
        ("two maps", maps(&silent("T"))),
        ("three maps", map("S0", &maps(&silent("T")))),
        (
            "map in parallel",
            parallel("S1", &[&map("S2", &silent("T"))]),
        ),
        (
            "parallel in map",
            map("S1", &parallel("S2", &[&silent("T")])),
        ),
        (
            "parallel, map, parallel",
            parallel("S0", &[&map("S1", &parallel("S2", &[&silent("T")]))]),
        ),
        (
            "map, parallel, map",
            map("S0", &parallel("S1", &[&map("S2", &silent("T"))])),
        ),
        ("two parallels in a map", map("S0", &nested(&silent("T")))),
        (
            "two maps in a parallel",
            parallel("S0", &[&maps(&silent("T"))]),
        ),
        // The inner container fails without an event.
        (
            "path of a parallel",
            nested(&with(s3(), "InputPath", json!("$.s"))),
        ),
        (
            "path of a map",
            maps(&with(mapped(), "InputPath", json!("$.s"))),
        ),
        (
            "arguments",
            nested(&jsonata(with(s3(), "Arguments", broken()))),
        ),
        // The inner container succeeds, then its output fails.
        (
            "result selector",
            nested(&with(s3(), "ResultSelector", selector())),
        ),
        (
            "result selector of a map",
            maps(&with(mapped(), "ResultSelector", selector())),
        ),
        ("output", nested(&jsonata(with(s3(), "Output", broken())))),
        (
            "output with a retry",
            nested(&with(
                jsonata(with(s3(), "Output", broken())),
                "Retry",
                retry(),
            )),
        ),
        (
            "item selector",
            maps(&with(mapped(), "ItemSelector", selector())),
        ),
        // The container around retries.
        ("retry", with(nested(&fail("F")), "Retry", retry())),
        (
            "inner retry",
            parallel(
                "S1",
                &[&with(parallel("S2", &[&fail("F")]), "Retry", retry())],
            ),
        ),
        ("retry of maps", with(maps(&fail("F")), "Retry", retry())),
        (
            "inner retry of maps",
            map("S1", &with(map("S2", &fail("F")), "Retry", retry())),
        ),
        (
            "middle retry",
            parallel("S0", &[&with(nested(&fail("F")), "Retry", retry())]),
        ),
        (
            "timeout in a retry",
            with_timeout(parallel(
                "S0",
                &[&with(nested(&fail("F")), "Retry", retry())],
            )),
        ),
        // A branch next to the inner container fails without an event.
        ("silent branch", silent_branch()),
        ("silent branch and timeout", with_timeout(silent_branch())),
        (
            "aborted parallels",
            parallel("S0", &[&nested(&wait("V", 99)), &fails_later]),
        ),
        (
            "aborted maps",
            parallel("S0", &[&maps(&wait("V", 99)), &fails_later]),
        ),
        (
            "timeout of parallels",
            with_timeout(parallel("S0", &[&nested(&wait("V", 99))])),
        ),
        (
            "timeout of maps",
            with_timeout(map("S0", &maps(&wait("V", 99)))),
        ),
        // The catcher fails.
        (
            "catcher",
            nested(&with(
                parallel("S3", &[&fail("F")]),
                "Catch",
                all("ResultPath", json!("$.xs.a")),
            )),
        ),
        (
            "catcher in JSONata",
            nested(&with(
                jsonata(parallel("S3", &[&fail("F")])),
                "Catch",
                all("Output", broken()),
            )),
        ),
    ];
    let mut failed = Vec::new();
    for (name, definition) in cases {
        for input in [json!({"xs": [1]}), json!({"xs": [1, 2]})] {
            let ran = runs_well(&definition, MachineType::Standard, &input, 1);
            if ran != Ok(true) {
                failed.push((name, input, ran));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
