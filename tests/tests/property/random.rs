use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_runtime::MachineType;

use crate::property::generate::scope;
use crate::property::run::runs_well;

fn input() -> impl Strategy<Value = Json> {
    prop::sample::select(vec![
        json!({}),
        json!({"a": {"b": 1}, "n": 2, "s": "text", "xs": [{"k": 1}, {"k": 2}, 3]}),
        json!({"a": null, "n": -1.5, "s": 5, "xs": {}}),
        json!([1, 2, 3]),
        json!("text"),
        Json::Null,
        json!({"n": 3, "xs": vec![json!({"k": 9}); 60]}),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_definitions_end_and_run_deterministically(
        scope in scope(2),
        input in input(),
        seed in any::<u64>(),
        is_express in any::<bool>(),
    ) {
        let machine_type = if is_express { MachineType::Express } else { MachineType::Standard };
        let ran = runs_well(&scope.definition(), machine_type, &input, seed);
        // All generated definitions compile.
        prop_assert_eq!(ran, Ok(true), "{} {}", scope.definition(), input);
    }
}

/// Definitions that earlier runs of the property found.
#[test]
fn found_definitions_end_and_run_deterministically() {
    let branch_with_a_failing_catcher = json!({"StartAt": "S1", "States": {"S1": {
        "Type": "Parallel",
        "Branches": [{"StartAt": "S2", "States": {"S2": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "S3", "States": {"S3": {"Type": "Pass", "End": true}}},
            "ItemsPath": "$.xs",
            "InputPath": "$$.Execution.Input",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "S2", "ResultPath": "$.e"}],
            "End": true,
        }}}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "S4", "Assign": {"v.$": "$"}}],
        "End": true,
    }, "S4": {"Type": "Succeed"}}});
    let fail_with_a_caught_name = json!({"StartAt": "S1", "States": {
        "S1": {
            "Type": "Map",
            "QueryLanguage": "JSONata",
            "Items": "{% [1..12] %}",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "S3",
                "States": {"S3": {"Type": "Fail", "Error": "E"}},
            },
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "S2", "Assign": {"v": "{% $states.errorOutput.Error %}"}}],
            "End": true,
        },
        "S2": {"Type": "Fail", "QueryLanguage": "JSONata", "Error": "{% $v %}", "Cause": "by chance"},
    }});
    let parallel_whose_output_fails_around_another = json!({"StartAt": "S1", "States": {"S1": {
        "Type": "Parallel",
        "Branches": [{"StartAt": "S2", "States": {"S2": {
            "Type": "Parallel",
            "Branches": [{"StartAt": "S5", "States": {"S5": {
                "Type": "Task", "QueryLanguage": "JSONata", "TimeoutSeconds": 181, "Arguments": {},
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true,
            }}}],
            "End": true,
        }}}],
        "OutputPath": "$.a",
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3, "BackoffRate": 1.5}],
        "End": true,
    }}});
    let map_that_retries_around_one_whose_path_fails = json!({"StartAt": "S1", "States": {"S1": {
        "Type": "Map",
        "ItemProcessor": {"StartAt": "S2", "States": {"S2": {
            "Type": "Map",
            "ItemsPath": "$.xs",
            "ItemProcessor": {"StartAt": "S3", "States": {"S3": {"Type": "Pass", "End": true}}},
            "End": true,
        }}},
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],
        "End": true,
    }}});
    let parallel_that_retries_around_one_whose_path_fails = json!({"StartAt": "S1", "States": {"S1": {
        "Type": "Parallel",
        "Branches": [{"StartAt": "S2", "States": {"S2": {
            "Type": "Parallel",
            "InputPath": "$.xs",
            "Branches": [{"StartAt": "S3", "States": {"S3": {"Type": "Pass", "End": true}}}],
            "End": true,
        }}}],
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],
        "End": true,
    }}});
    // The third attempt at `S1` fails in `S4`, because `S13` is slow then.
    let choice_in_a_container_of_a_third_attempt = json!({"StartAt": "S1", "States": {"S1": {
        "Type": "Parallel",
        "Branches": [{"StartAt": "S2", "States": {"S2": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "S13", "States": {"S13": {
                    "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                    "QueryLanguage": "JSONata", "Output": "{% $states.input.a %}", "End": true,
                }}},
                {"StartAt": "S4", "States": {"S4": {
                    "Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "S4"}],
                }}},
            ],
            "End": true,
        }}}],
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],
        "End": true,
    }}});
    for (definition, input, seed) in [
        (
            choice_in_a_container_of_a_third_attempt,
            json!("text"),
            5_387_415_552_367_078_205,
        ),
        (
            parallel_that_retries_around_one_whose_path_fails,
            json!({}),
            1,
        ),
        (branch_with_a_failing_catcher, json!("text"), 1),
        (fail_with_a_caught_name, json!({}), 1),
        (
            parallel_whose_output_fails_around_another,
            Json::Null,
            16_226_627_404_442_874_875,
        ),
        (
            map_that_retries_around_one_whose_path_fails,
            json!([1, 2, 3]),
            1,
        ),
    ] {
        let ran = runs_well(&definition, MachineType::Standard, &input, seed);
        assert_eq!(ran, Ok(true), "{definition}");
    }
}
