//! One fault is reported as one diagnostic, and its consequences are not reported.

use serde_json::{Value, json};
use stepwright_asl::validate::{MachineType, Validator};

/// The diagnostics as `SW020 /States/A/Next`. Advice about Lambda, timeouts and missing arguments
/// is omitted unless a test is about it.
fn found_in(machine_type: MachineType, definition: &Value) -> Vec<String> {
    let mut validator = Validator::new(machine_type);
    for advice in ["SW142", "SW048", "SW143"] {
        validator = validator.allow(advice).expect("there is such a rule");
    }
    let diagnostics = validator.check_text(&definition.to_string());
    let found = diagnostics.iter();
    found
        .map(|diagnostic| {
            format!(
                "{} {}",
                diagnostic.code.unwrap_or_default(),
                diagnostic.location.pointer
            )
        })
        .collect()
}

fn found(definition: Value) -> Vec<String> {
    found_in(MachineType::Standard, &definition)
}

/// A JSONPath machine that starts at its first state.
fn machine(states: Value) -> Value {
    let first = states
        .as_object()
        .and_then(|states| states.keys().next())
        .cloned();
    json!({"StartAt": first, "States": states})
}

fn jsonata(states: Value) -> Value {
    let mut machine = machine(states);
    machine["QueryLanguage"] = "JSONata".into();
    machine
}

/// A processor with one terminal state.
fn body(state: Value) -> Value {
    json!({"StartAt": "I", "States": {"I": state}})
}

fn distributed(state: Value) -> Value {
    json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "I", "States": {"I": state}})
}

mod graph {
    use super::*;

    #[test]
    fn a_misspelled_target_is_the_only_diagnostic() {
        let states = json!({
            "A": {"Type": "Pass", "Next": "Bb"}, "B": {"Type": "Pass", "Next": "C"},
            "C": {"Type": "Pass", "Next": "B"}, "D": {"Type": "Succeed"}});
        assert_eq!(found(machine(states)), ["SW020 /States/A/Next"]);
    }

    #[test]
    fn successors_of_an_unreachable_state_are_not_reported() {
        let states = json!({
            "A": {"Type": "Succeed"}, "B": {"Type": "Pass", "Next": "C"},
            "C": {"Type": "Pass", "Next": "D"}, "D": {"Type": "Choice", "Choices": [], "Default": "C"}});
        assert_eq!(
            found(machine(states)),
            ["SW021 /States/B", "SW070 /States/D/Choices"]
        );
    }

    #[test]
    fn each_unreachable_cycle_is_one_diagnostic() {
        let states = json!({
            "A": {"Type": "Succeed"}, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"},
            "D": {"Type": "Pass", "Next": "D"}});
        assert_eq!(
            found(machine(states)),
            ["SW022 /States/B", "SW022 /States/D"]
        );
    }

    #[test]
    fn an_endless_loop_with_an_unreachable_end_is_one_diagnostic() {
        // Recorded: AWS only reports the transition.
        let states = json!({"A": {"Type": "Pass", "Next": "A"}, "B": {"Type": "Succeed"}});
        assert_eq!(found(machine(states)), ["SW021 /States/B"]);
    }

    #[test]
    fn a_loop_without_a_terminal_state_is_one_diagnostic() {
        for wait in [
            json!({"Type": "Pass", "Next": "A"}),
            json!({"Type": "Wait", "Seconds": 1, "Next": "A"}),
        ] {
            assert_eq!(found(machine(json!({"A": wait}))), ["SW023 "]);
        }
    }

    #[test]
    fn endless_loops_with_and_without_waits_have_different_rules() {
        let states = |inside: Value| {
            machine(json!({
                "A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "B"}], "Default": "End"},
                "B": inside, "C": {"Type": "Pass", "Next": "B"}, "End": {"Type": "Succeed"}}))
        };
        let pass = json!({"Type": "Pass", "Next": "C"});
        assert_eq!(found(states(pass)), ["SW024 /States/B"]);
        let wait = json!({"Type": "Wait", "Seconds": 5, "Next": "C"});
        assert_eq!(found(states(wait.clone())), ["SW141 /States/B"]);
        assert!(found_in(MachineType::Express, &states(wait)).is_empty());
        let nested = json!({"Type": "Parallel", "Next": "C", "Branches": [body(json!({"Type": "Wait", "Seconds": 5, "End": true}))]});
        assert_eq!(found(states(nested)), ["SW141 /States/B"]);
    }

    #[test]
    fn a_loop_with_an_exit_is_not_reported() {
        let states = json!({
            "A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Next": "A",
                "Catch": [{"ErrorEquals": ["Done"], "Next": "B"}]},
            "B": {"Type": "Succeed"}});
        assert!(found(machine(states)).is_empty());
    }
}

mod variables {
    use super::*;

    const TASK: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

    #[test]
    fn a_variable_must_be_assigned_on_every_path() {
        let states = |default: &str| {
            jsonata(json!({
                "A": {"Type": "Choice", "Default": default,
                    "Choices": [{"Condition": "{% $states.input.a %}", "Next": "C", "Assign": {"x": 1}}]},
                "B": {"Type": "Pass", "Next": "C", "Assign": {"x": 2}},
                "C": {"Type": "Pass", "End": true, "Output": "{% $x %}"}}))
        };
        assert!(found(states("B")).is_empty());
        assert_eq!(
            found(states("C")),
            ["SW021 /States/B", "SW130 /States/C/Output"]
        );
    }

    #[test]
    fn the_assign_of_a_choice_applies_only_to_its_default() {
        let states = json!({
            "A": {"Type": "Choice", "Default": "B", "Assign": {"x": 1}, "Choices": [{"Condition": "{% $states.input.a %}", "Next": "B"}]},
            "B": {"Type": "Pass", "End": true, "Output": "{% $x %}"}});
        assert_eq!(found(jsonata(states)), ["SW130 /States/B/Output"]);
    }

    #[test]
    fn a_catcher_does_not_see_the_assign_of_its_state() {
        let states = |assign: Value| {
            jsonata(json!({
                "A": {"Type": "Task", "Resource": TASK, "Assign": {"x": 1}, "Next": "B",
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B", "Assign": assign}]},
                "B": {"Type": "Pass", "End": true, "Output": "{% $x %}"}}))
        };
        assert_eq!(found(states(json!({"y": 1}))), ["SW130 /States/B/Output"]);
        assert!(found(states(json!({"x": "{% $states.errorOutput %}"}))).is_empty());
    }

    #[test]
    fn only_the_first_read_of_an_unassigned_variable_is_reported() {
        let states = json!({
            "A": {"Type": "Pass", "Next": "B", "Output": "{% $x + $y %}"},
            "B": {"Type": "Pass", "Next": "C", "Output": "{% $x %}"},
            "C": {"Type": "Map", "End": true, "ItemSelector": "{% $y %}", "ItemProcessor": body(json!({"Type": "Pass", "Output": "{% $x %}", "End": true}))}});
        assert_eq!(
            found(jsonata(states)),
            ["SW130 /States/A/Output", "SW130 /States/A/Output"]
        );
    }

    #[test]
    fn variables_assigned_before_or_in_a_loop_are_accepted() {
        let states = json!({
            "A": {"Type": "Pass", "Assign": {"i": 0}, "Next": "B"},
            "B": {"Type": "Pass", "Assign": {"i": "{% $i + 1 %}", "last": "{% $states.input %}"}, "Next": "C"},
            "C": {"Type": "Choice", "Choices": [{"Condition": "{% $i < 10 and $last.more %}", "Next": "B"}], "Default": "D"},
            "D": {"Type": "Succeed", "Output": "{% $last %}"}});
        assert!(found(jsonata(states)).is_empty());
    }

    #[test]
    fn inner_states_read_outer_variables_and_hide_their_own() {
        let states = json!({
            "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
            "B": {"Type": "Parallel", "Next": "C", "Branches": [
                body(json!({"Type": "Pass", "Assign": {"inner": "{% $x %}"}, "End": true})),
                {"StartAt": "J", "States": {"J": {"Type": "Pass", "Assign": {"inner": 2}, "End": true}}}]},
            "C": {"Type": "Succeed", "Output": "{% $inner %}"}});
        assert_eq!(found(jsonata(states)), ["SW130 /States/C/Output"]);
    }

    #[test]
    fn children_of_a_distributed_map_have_separate_scopes() {
        let states = json!({
            "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
            "B": {"Type": "Map", "End": true, "ItemSelector": {"x": "{% $x %}"},
                "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "I", "States": {
                    "I": {"Type": "Pass", "Output": "{% $x %}", "Next": "J"},
                    "J": {"Type": "Pass", "Assign": {"x": 1}, "End": true}}}}});
        assert_eq!(
            found(jsonata(states)),
            ["SW130 /States/B/ItemProcessor/States/I/Output"]
        );
    }

    #[test]
    fn exists_accepts_an_unassigned_variable() {
        let states = |output: &str| jsonata(json!({"A": {"Type": "Succeed", "Output": output}}));
        assert!(found(states("{% $exists($x) ? $x : 0 %}")).is_empty());
        assert_eq!(
            found(states("{% $exists($xy) ? $x : 0 %}")),
            ["SW130 /States/A/Output"]
        );
    }

    #[test]
    fn variables_in_paths_are_checked() {
        let states = json!({
            "A": {"Type": "Pass", "Assign": {"known.$": "$.a"}, "Next": "B"},
            "B": {"Type": "Pass", "InputPath": "$known.a", "Parameters": {"x.$": "States.Format('{}', $unknown)"}, "OutputPath": "$lost", "End": true}});
        assert_eq!(
            found(machine(states)),
            [
                "SW130 /States/B/Parameters/x.$",
                "SW130 /States/B/OutputPath"
            ]
        );
    }

    #[test]
    fn an_outer_variable_assigned_later_is_not_a_conflict() {
        // Recorded: a catcher of the Parallel assigns a variable that a branch uses.
        let states = |first: Value| {
            jsonata(json!({
                "A": {"Type": "Pass", "Assign": first, "Next": "B"},
                "B": {"Type": "Parallel", "Next": "C", "Branches": [body(json!({"Type": "Pass", "Assign": {"x": 1}, "End": true}))],
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"x": 2}, "Next": "C"}]},
                "C": {"Type": "Pass", "Assign": {"x": 3}, "End": true}}))
        };
        assert!(found(states(json!({"y": 1}))).is_empty());
        assert_eq!(
            found(states(json!({"x": 1}))),
            ["SW132 /States/B/Branches/0/States/I/Assign/x"]
        );
    }

    #[test]
    fn variables_updated_from_each_other_are_accepted() {
        let states = |assign: Value| {
            jsonata(json!({
                "A": {"Type": "Pass", "Assign": {"a": 0, "b": 1}, "Next": "B"},
                "B": {"Type": "Pass", "Assign": assign, "End": true}}))
        };
        assert!(found(states(json!({"a": "{% $b %}", "b": "{% $a + $b %}"}))).is_empty());
        assert!(found(states(json!({"a": "{% $a + 1 %}"}))).is_empty());
        assert_eq!(
            found(states(json!({"a": 5, "c": {"d": ["{% $a %}"]}}))),
            ["SW133 /States/B/Assign/c/d/0"]
        );
    }

    #[test]
    fn a_loop_that_takes_an_item_and_advances_its_index_is_accepted() {
        let states = |assign: Value| {
            jsonata(json!({
                "A": {"Type": "Pass", "Assign": {"list": [1], "i": 0, "item": 0}, "Next": "B"},
                "B": {"Type": "Pass", "Assign": assign, "End": true}}))
        };
        let next = |item: &str| json!({"i": "{% $i + 1 %}", "item": item});
        assert!(found(states(next("{% $list[$i] %}"))).is_empty());
        assert!(found(states(next("{% $list[$i].price %}"))).is_empty());
        let stale = ["SW133 /States/B/Assign/item"];
        assert_eq!(found(states(next("{% $i * 2 %}"))), stale);
        let fixed = json!({"i": 5, "item": "{% $list[$i] %}"});
        assert_eq!(found(states(fixed)), stale);
    }

    #[test]
    fn variable_names_are_checked_without_the_path_suffix() {
        let long = "v".repeat(81);
        let states = json!({"A": {"Type": "Pass", "End": true,
            "Assign": {"größe.$": "$.a", "states": 1, "1st": 1, (long.clone()): 1}}});
        assert_eq!(
            found(machine(states)),
            [
                "SW131 /States/A/Assign/states".to_owned(),
                "SW131 /States/A/Assign/1st".to_owned(),
                format!("SW131 /States/A/Assign/{long}")
            ]
        );
    }
}

mod choices {
    use super::*;

    fn choice(rules: Value) -> Vec<String> {
        let mut rules = rules;
        for rule in rules.as_array_mut().into_iter().flatten() {
            rule["Next"] = "B".into();
        }
        found(machine(
            json!({"A": {"Type": "Choice", "Choices": rules}, "B": {"Type": "Succeed"}}),
        ))
    }

    #[test]
    fn exhaustive_rules_need_no_default() {
        for rules in [
            json!([{"Variable": "$.a", "IsPresent": true}, {"Variable": "$.a", "IsPresent": false}]),
            json!([{"Variable": "$.a", "BooleanEquals": true}, {"Variable": "$.a", "BooleanEquals": false}]),
            json!([{"Variable": "$.a", "StringEquals": "x"}, {"Not": {"Variable": "$.a", "StringEquals": "x"}}]),
            json!([{"Variable": "$.a", "NumericLessThan": 5}, {"Variable": "$.a", "NumericGreaterThanEquals": 5}]),
            json!([{"Variable": "$.a", "NumericLessThan": 5}, {"Variable": "$.a", "NumericEquals": 5}, {"Variable": "$.a", "NumericGreaterThan": 5}]),
            json!([{"Variable": "$.a", "NumericLessThanEquals": 9}, {"Variable": "$.a", "NumericGreaterThan": 2}]),
            json!([{"Variable": "$.a", "StringLessThanPath": "$.b"}, {"Variable": "$.a", "StringGreaterThanEqualsPath": "$.b"}]),
            json!([{"Or": [{"Variable": "$.a", "IsNull": true}, {"Variable": "$.a", "IsNull": false}]}]),
            json!([{"Not": {"And": [{"Variable": "$.a", "IsNull": true}, {"Variable": "$.b", "IsNull": true}]}}, {"Variable": "$.a", "IsNull": true}]),
            // Tests for the variant of a value, as in a `match`.
            json!([{"Variable": "$.a", "StringEquals": "x"}, {"Variable": "$.a", "StringEquals": "y"}]),
            json!([{"Variable": "$.a.Book", "IsPresent": true}, {"Variable": "$.a.Film", "IsPresent": true}]),
        ] {
            assert!(choice(rules.clone()).is_empty(), "{rules}");
        }
    }

    #[test]
    fn rules_with_gaps_need_a_default() {
        for rules in [
            json!([{"Variable": "$.a", "IsNull": true}, {"Variable": "$.b", "IsNull": false}]),
            json!([{"Variable": "$.a", "NumericLessThan": 5}, {"Variable": "$.a", "NumericGreaterThan": 5}]),
            json!([{"And": [{"Variable": "$.a", "IsNull": true}, {"Variable": "$.b", "IsNull": true}]}, {"Variable": "$.a", "IsNull": false}]),
            json!([{"Variable": "$.a", "StringEquals": "x"}, {"Variable": "$.b", "StringEquals": "y"}]),
            json!([{"Variable": "$.a", "StringEquals": "x"}]),
        ] {
            assert_eq!(choice(rules.clone()), ["SW074 /States/A"], "{rules}");
        }
    }

    #[test]
    fn opposite_conditions_need_no_default() {
        let conditions = |conditions: &[Value]| {
            let rules: Vec<Value> = conditions
                .iter()
                .map(|condition| json!({"Condition": condition, "Next": "B"}))
                .collect();
            found(jsonata(
                json!({"A": {"Type": "Choice", "Choices": rules}, "B": {"Type": "Succeed"}}),
            ))
        };
        let a = json!("{% $states.input.a > 5 %}");
        assert!(conditions(&[a.clone(), json!("{% $states.input.a <= 5 %}")]).is_empty());
        assert!(conditions(&[a.clone(), json!("{% $not($states.input.a > 5) %}")]).is_empty());
        assert!(conditions(&[a.clone(), json!(true)]).is_empty());
        assert!(
            conditions(&[
                json!("{% $states.input.a='x' %}"),
                json!("{% $states.input.a != 'x' %}")
            ])
            .is_empty()
        );
        assert_eq!(
            conditions(&[a.clone(), json!("{% $states.input.a < 5 %}")]),
            ["SW074 /States/A"]
        );
        assert_eq!(conditions(&[a, json!(false)]), ["SW074 /States/A"]);
    }

    #[test]
    fn conditions_for_all_types_of_a_value_need_no_default() {
        let conditions = |conditions: &[&str]| {
            let rules: Vec<Value> = conditions
                .iter()
                .map(|condition| json!({"Condition": format!("{{% {condition} %}}"), "Next": "B"}))
                .collect();
            found(jsonata(
                json!({"A": {"Type": "Choice", "Choices": rules}, "B": {"Type": "Succeed"}}),
            ))
        };
        let order = "$states.input.order";
        for kinds in [
            [
                format!("{order}.kind = 'new'"),
                format!("{order}.kind = 'old'"),
            ],
            [format!("{order} = 'New'"), format!("$exists({order}.Old)")],
            [
                format!("{order}.kind = 'new' and $states.input.urgent"),
                format!("({order}.kind = 'old' or {order}.kind = 'older')"),
            ],
            [
                format!("{order}.kind in ['new', 'newer']"),
                format!("{order}.kind = 'old'"),
            ],
        ] {
            let found = conditions(&[&kinds[0], &kinds[1]]);
            assert!(found.is_empty(), "{kinds:?}: {found:?}");
        }
        for gaps in [
            vec![format!("{order}.kind = 'new'")],
            vec![
                format!("{order}.kind = 'new'"),
                format!("{order}.state = 'old'"),
            ],
            vec![
                format!("{order}.kind = 'new' or $states.input.urgent"),
                format!("{order}.kind = 'old'"),
            ],
            vec![
                format!("{order}.kind = $states.input.kind"),
                format!("{order}.kind = 'old'"),
            ],
        ] {
            let texts: Vec<&str> = gaps.iter().map(String::as_str).collect();
            assert_eq!(conditions(&texts), ["SW074 /States/A"], "{gaps:?}");
        }
    }

    fn with_default(rules: Value) -> Vec<String> {
        let mut rules = rules;
        for rule in rules.as_array_mut().into_iter().flatten() {
            rule["Next"] = "B".into();
        }
        found(machine(
            json!({"A": {"Type": "Choice", "Choices": rules, "Default": "B"}, "B": {"Type": "Succeed"}}),
        ))
    }

    #[test]
    fn presence_must_be_tested_before_a_comparison() {
        let present = json!({"Variable": "$.a", "IsPresent": true});
        let absent = json!({"Variable": "$.a", "IsPresent": false});
        let compare = json!({"Variable": "$.a", "NumericEquals": 1});
        for rules in [
            json!([compare]),
            json!([{"And": [present, compare]}]),
            json!([absent, compare]),
            json!([{"Not": present}, compare]),
            json!([{"Or": [absent, compare]}, compare]),
            json!([{"Not": {"Or": [absent, compare]}}]),
            json!([present, {"Variable": "$.b", "NumericEquals": 1}]),
        ] {
            assert!(with_default(rules.clone()).is_empty(), "{rules}");
        }
        for (rules, place) in [
            (
                json!([{"And": [compare, present]}]),
                "/Choices/0/And/0/Variable",
            ),
            (json!([present, compare]), "/Choices/1/Variable"),
            (
                json!([{"And": [present, compare]}, compare]),
                "/Choices/1/Variable",
            ),
            (
                json!([{"Or": [present, compare]}]),
                "/Choices/0/Or/1/Variable",
            ),
            (
                json!([{"And": [present, {"Not": compare}]}, {"And": [{"Not": compare}, compare]}]),
                "/Choices/1/And/0/Not/Variable",
            ),
        ] {
            assert_eq!(
                with_default(rules.clone()),
                [format!("SW075 /States/A{place}")],
                "{rules}"
            );
        }
    }
}

mod handlers {
    use super::*;

    fn catch(names: &[&[&str]]) -> Vec<String> {
        let catchers: Vec<Value> = names
            .iter()
            .map(|names| json!({"ErrorEquals": names, "Next": "B"}))
            .collect();
        found(machine(json!({
            "A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Catch": catchers, "End": true},
            "B": {"Type": "Fail", "Error": "States.Mine"}})))
    }

    #[test]
    fn narrower_error_names_must_come_first() {
        assert!(catch(&[&["A"], &["States.TaskFailed"], &["States.ALL"]]).is_empty());
        assert!(catch(&[&["States.HeartbeatTimeout"], &["States.Timeout"]]).is_empty());
        assert!(catch(&[&["A"], &["A", "B"]]).is_empty());
        assert_eq!(
            catch(&[&["A"], &["B"], &["B", "A"]]),
            ["SW055 /States/A/Catch/2/ErrorEquals"]
        );
        assert_eq!(
            catch(&[&["States.Timeout"], &["States.HeartbeatTimeout"]]),
            ["SW055 /States/A/Catch/1/ErrorEquals"]
        );
        assert_eq!(
            catch(&[&["States.TaskFailed"], &["A"]]),
            ["SW055 /States/A/Catch/1/ErrorEquals"]
        );
        assert_eq!(
            catch(&[&["States.TaskFailed"], &["States.Permissions"]]),
            ["SW055 /States/A/Catch/1/ErrorEquals"],
            "documented: `States.TaskFailed` is a wildcard for all errors except timeouts"
        );
    }

    #[test]
    fn catchers_after_states_all_are_reported_at_states_all() {
        assert_eq!(
            catch(&[&["States.ALL"], &["A"]]),
            ["SW052 /States/A/Catch/0/ErrorEquals"]
        );
    }

    #[test]
    fn misspelt_error_names_of_the_service_are_reported() {
        assert!(
            catch(&[&[
                "States.Http.StatusCode.503",
                "States.Mine",
                "Stateless.Error",
                "Mine"
            ]])
            .is_empty()
        );
        assert_eq!(
            catch(&[&["State.ALL"]]),
            ["SW053 /States/A/Catch/0/ErrorEquals/0"]
        );
        assert_eq!(
            catch(&[&["A", "States.NoChoiceMatched"]]),
            ["SW054 /States/A/Catch/0/ErrorEquals/1"]
        );
        assert_eq!(catch(&[&["States.Runtime"], &["States.Runtime"]]).len(), 2);
    }
}

mod tasks {
    use super::*;

    #[test]
    fn the_task_token_may_be_passed_in_many_forms() {
        let resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
        for parameters in [
            json!({"MessageBody": {"token.$": "$$.Task.Token"}}),
            json!({"MessageBody.$": "$$"}),
            json!({"MessageBody.$": "States.Format('{}', $$['Task'].Token)"}),
            json!("${Parameters}"),
        ] {
            let states = json!({"A": {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": true}});
            assert!(found(machine(states)).is_empty(), "{parameters}");
        }
        for arguments in [
            json!({"MessageBody": "{% $states.context.Task.Token %}"}),
            json!({"MessageBody": ["{% $string($states.context) %}"]}),
            json!("{% {'all': $states} %}"),
        ] {
            let states = json!({"A": {"Type": "Task", "Resource": resource, "Arguments": arguments, "End": true}});
            assert!(found(jsonata(states)).is_empty(), "{arguments}");
        }
        for arguments in [
            json!({"MessageBody": "{% $states.context.Execution.Id %}"}),
            json!({"MessageBody": "{% $states.input.Task.Token %}"}),
        ] {
            let states = json!({"A": {"Type": "Task", "Resource": resource, "Arguments": arguments, "End": true}});
            assert_eq!(
                found(jsonata(states)),
                ["SW047 /States/A/Arguments"],
                "{arguments}"
            );
        }
        let states = json!({"A": {"Type": "Task", "Resource": resource, "End": true}});
        assert_eq!(found(machine(states.clone())), ["SW047 /States/A/Resource"]);
        assert_eq!(
            found_in(MachineType::Express, &machine(states)),
            ["SW046 /States/A/Resource"]
        );
    }

    #[test]
    fn tasks_that_wait_need_a_timeout() {
        let rules = |machine_timeout: Value, task: Value| {
            let mut machine = machine(json!({"A": task}));
            machine["TimeoutSeconds"] = machine_timeout;
            let diagnostics =
                Validator::new(MachineType::Standard).check_text(&machine.to_string());
            diagnostics
                .iter()
                .map(|diagnostic| diagnostic.code.unwrap_or_default())
                .filter(|rule| *rule == "SW048")
                .count()
        };
        let task = json!({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "End": true});
        let mut limited = task.clone();
        limited["HeartbeatSecondsPath"] = "$.heartbeat".into();
        assert_eq!(rules(json!("${Timeout}"), task.clone()), 0);
        assert_eq!(rules(json!("${Timeout}"), limited.clone()), 0);
        let diagnostics = |task: &Value| {
            Validator::new(MachineType::Standard)
                .check_text(&machine(json!({"A": task})).to_string())
        };
        assert_eq!(
            diagnostics(&task)
                .iter()
                .map(|diagnostic| diagnostic.code.unwrap_or_default())
                .collect::<Vec<_>>(),
            ["SW048"]
        );
        assert!(diagnostics(&limited).is_empty());
    }

    #[test]
    fn a_retrier_may_name_transient_lambda_errors_in_many_forms() {
        let retried = |retry: Value| {
            let definition = machine(
                json!({"A": {"Type": "Task", "Resource": "arn:aws-cn:states:::lambda:invoke", "Retry": retry, "End": true}}),
            );
            Validator::new(MachineType::Standard)
                .check_text(&definition.to_string())
                .is_empty()
        };
        assert!(retried(json!([{"ErrorEquals": ["States.ALL"]}])));
        assert!(retried(
            json!([{"ErrorEquals": ["Mine"]}, {"ErrorEquals": ["States.TaskFailed"]}])
        ));
        assert!(retried(
            json!([{"ErrorEquals": ["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"]}])
        ));
        assert!(!retried(
            json!([{"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}])
        ));
        assert!(!retried(json!([])));
    }
}

mod maps {
    use super::*;

    #[test]
    fn fields_of_a_distributed_map_need_distributed_mode() {
        let map = |field: &str, value: Value, processor: Value| {
            let mut map = json!({"Type": "Map", "End": true, "ItemProcessor": processor});
            map[field] = value;
            found(machine(json!({"A": map})))
        };
        let end = || json!({"Type": "Pass", "End": true});
        assert!(map("Label", json!("x"), distributed(end())).is_empty());
        assert_eq!(
            map("Label", json!("x"), body(end())),
            ["SW103 /States/A/Label"]
        );
        // Recorded: AWS accepts them. A warning, because they have no effect.
        assert_eq!(
            map("ToleratedFailurePercentage", json!(5), body(end())),
            ["SW103 /States/A/ToleratedFailurePercentage"]
        );
        assert_eq!(
            map("ToleratedFailureCount", json!(5), body(end())),
            ["SW103 /States/A/ToleratedFailureCount"]
        );
        let mut open = distributed(end());
        open["ProcessorConfig"]["Mode"] = "${Mode}".into();
        assert!(map("Label", json!("x"), open).is_empty());
    }

    #[test]
    fn result_writer_fields_depend_on_the_query_language() {
        let writer = |language: &str, writer: Value| {
            let mut machine = machine(
                json!({"A": {"Type": "Map", "End": true, "ResultWriter": writer,
                "ItemProcessor": distributed(json!({"Type": "Pass", "End": true}))}}),
            );
            machine["QueryLanguage"] = language.into();
            found(machine)
        };
        let resource = "arn:aws:states:::s3:putObject";
        let place = ["SW107 /States/A/ResultWriter"];
        assert!(
            writer(
                "JSONPath",
                json!({"Resource": resource, "Parameters": {"Bucket": "b"}})
            )
            .is_empty()
        );
        assert!(
            writer(
                "JSONata",
                json!({"Resource": resource, "Arguments": {"Bucket": "b"}})
            )
            .is_empty()
        );
        assert!(writer("JSONata", json!({"WriterConfig": {"OutputType": "JSONL"}})).is_empty());
        assert_eq!(
            writer(
                "JSONPath",
                json!({"Resource": resource, "Arguments": {"Bucket": "b"}})
            ),
            place
        );
        assert_eq!(
            writer(
                "JSONata",
                json!({"Resource": resource, "Parameters": {"Bucket": "b"}})
            ),
            place
        );
        assert_eq!(writer("JSONata", json!({"Resource": resource})), place);
        assert_eq!(
            writer("JSONata", json!({})),
            ["SW109 /States/A/ResultWriter"]
        );
        assert_eq!(
            writer(
                "JSONPath",
                json!({"WriterConfig": {"OutputType": "JSONLINES"}})
            ),
            ["SW109 /States/A/ResultWriter/WriterConfig/OutputType"]
        );
    }

    #[test]
    fn distributed_maps_are_for_standard_executions() {
        let inner = json!({"Type": "Map", "End": true, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "J", "States": {"J": {"Type": "Pass", "End": true}}}});
        let outer = |execution_type: &str| {
            let mut processor = distributed(inner.clone());
            processor["ProcessorConfig"]["ExecutionType"] = execution_type.into();
            machine(json!({"A": {"Type": "Map", "End": true, "ItemProcessor": processor}}))
        };
        assert!(found(outer("STANDARD")).is_empty());
        assert_eq!(
            found(outer("EXPRESS")),
            ["SW108 /States/A/ItemProcessor/States/I/ItemProcessor/ProcessorConfig/Mode"]
        );
        assert_eq!(
            found_in(MachineType::Express, &outer("STANDARD")),
            ["SW108 /States/A/ItemProcessor/ProcessorConfig/Mode"]
        );
    }

    #[test]
    fn complete_service_results_in_a_map_are_reported() {
        let map = |task: Value, map: Value| {
            let mut map = map;
            map["Type"] = "Map".into();
            map["End"] = true.into();
            map["ItemProcessor"] = body(task);
            found(machine(json!({"A": map})))
        };
        let put = json!({"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {}, "End": true});
        assert_eq!(map(put.clone(), json!({})), ["SW140 /States/A"]);
        assert!(map(put.clone(), json!({"ResultPath": null})).is_empty());
        assert!(map(put.clone(), json!({"ResultSelector": {}})).is_empty());
        for (field, value) in [
            ("ResultPath", Value::Null),
            ("ResultSelector", json!({})),
            ("OutputPath", json!("$.a")),
        ] {
            let mut task = put.clone();
            task[field] = value;
            assert!(map(task, json!({})).is_empty(), "{field}");
        }
        let sdk = json!({"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem", "Parameters": {}, "End": true});
        assert!(map(sdk, json!({})).is_empty());
    }

    #[test]
    fn long_lists_exceed_the_history_limit() {
        let map = |items: Value| {
            found(jsonata(
                json!({"A": {"Type": "Map", "Items": items, "End": true, "ItemProcessor": body(json!({"Type": "Pass", "End": true}))}}),
            ))
        };
        assert!(map(json!("{% [1..6000] %}")).is_empty());
        assert_eq!(map(json!("{% [1..6250] %}")), ["SW141 /States/A"]);
        assert_eq!(
            map(json!("{% $range(0, 62499, 10) %}")),
            ["SW141 /States/A"]
        );
        assert_eq!(map(json!(vec![0; 7000])), ["SW141 /States/A"]);
        let listed = |path: &str| {
            found(machine(json!({
                "A": {"Type": "Pass", "Result": {"all": vec![0; 7000]}, "ResultPath": "$.listed", "Next": "B"},
                "B": {"Type": "Map", "ItemsPath": path, "End": true, "ItemProcessor": body(json!({"Type": "Pass", "End": true}))}})))
        };
        assert_eq!(listed("$.listed.all"), ["SW141 /States/B"]);
        assert!(listed("$.other").is_empty());
        let nested = |outer: usize, inner: usize| {
            let map = json!({"Type": "Map", "Items": vec![0; inner], "End": true,
                "ItemProcessor": {"StartAt": "J", "States": {"J": {"Type": "Pass", "End": true}}}});
            found(jsonata(
                json!({"A": {"Type": "Map", "Items": vec![0; outer], "End": true, "ItemProcessor": body(map)}}),
            ))
        };
        assert!(nested(10, 100).is_empty());
        assert_eq!(nested(100, 100), ["SW141 /States/A"]);
        assert_eq!(
            nested(100, 7000),
            ["SW141 /States/A/ItemProcessor/States/I"]
        );
    }

    #[test]
    fn long_counted_loops_exceed_the_history_limit() {
        let jsonata_loop = |limit: u32| {
            found(jsonata(json!({
                "A": {"Type": "Pass", "Assign": {"i": 0}, "Next": "B"},
                "B": {"Type": "Pass", "Assign": {"i": "{% $i + 1 %}"}, "Next": "C"},
                "C": {"Type": "Choice", "Choices": [{"Condition": format!("{{% $i < {limit} %}}"), "Next": "B"}], "Default": "D"},
                "D": {"Type": "Succeed"}})))
        };
        assert!(jsonata_loop(6000).is_empty());
        assert_eq!(jsonata_loop(7000), ["SW141 /States/C"]);
        let jsonpath_loop = |step: u32| {
            found(machine(json!({
                "A": {"Type": "Pass", "Result": {"i": 0}, "Next": "B"},
                "B": {"Type": "Pass", "Parameters": {"i.$": format!("States.MathAdd($.i, {step})")}, "Next": "C"},
                "C": {"Type": "Choice", "Choices": [{"Variable": "$.i", "NumericLessThan": 7000, "Next": "B"}], "Default": "D"},
                "D": {"Type": "Succeed"}})))
        };
        assert_eq!(jsonpath_loop(1), ["SW141 /States/C"]);
        assert!(jsonpath_loop(10).is_empty());
    }

    #[test]
    fn rounds_of_a_loop_are_counted_from_its_start_value() {
        let jsonata_loop = |start: Value, step: &str, until: &str| {
            found(jsonata(json!({
                "A": {"Type": "Pass", "Assign": {"i": start}, "Next": "B"},
                "B": {"Type": "Pass", "Assign": {"i": format!("{{% $i {step} %}}")}, "Next": "C"},
                "C": {"Type": "Choice", "Choices": [{"Condition": format!("{{% $i {until} %}}"), "Next": "B"}], "Default": "D"},
                "D": {"Type": "Succeed"}})))
        };
        let full = ["SW141 /States/C"];
        assert_eq!(jsonata_loop(json!(0), "+ 1", "< 10000"), full);
        assert!(jsonata_loop(json!(9990), "+ 1", "< 10000").is_empty());
        assert!(jsonata_loop(json!("{% 9990 %}"), "+ 1", "< 10000").is_empty());
        assert_eq!(jsonata_loop(json!(-9000), "+ 1", "< 10"), full);
        // A decreasing counter.
        assert_eq!(jsonata_loop(json!(10000), "- 1", "> 0"), full);
        assert!(jsonata_loop(json!(100), "- 1", "> 0").is_empty());
        assert!(jsonata_loop(json!(10000), "- 1", "> 9990").is_empty());
        // The start value is unknown.
        assert!(jsonata_loop(json!("{% $states.input.from %}"), "+ 1", "< 10000").is_empty());
        assert!(jsonata_loop(json!("{% $states.input.from %}"), "- 1", "> 0").is_empty());
        let jsonpath_loop = |start: u32, step: i32, comparison: &str, limit: u32| {
            found(machine(json!({
                "A": {"Type": "Pass", "Result": {"i": start}, "ResultPath": "$.c", "Next": "B"},
                "B": {"Type": "Pass", "Parameters": {"i.$": format!("States.MathAdd($.c.i, {step})")}, "ResultPath": "$.c", "Next": "C"},
                "C": {"Type": "Choice", "Choices": [{"Variable": "$.c.i", comparison: limit, "Next": "B"}], "Default": "D"},
                "D": {"Type": "Succeed"}})))
        };
        assert_eq!(jsonpath_loop(0, 1, "NumericLessThan", 10_000), full);
        assert!(jsonpath_loop(9990, 1, "NumericLessThan", 10_000).is_empty());
        assert_eq!(jsonpath_loop(10_000, -1, "NumericGreaterThan", 1), full);
        assert!(jsonpath_loop(100, -1, "NumericGreaterThan", 1).is_empty());
    }
}

mod literals {
    use super::*;

    #[test]
    fn strings_that_look_like_paths_are_reported_in_templates() {
        let pass = |parameters: Value| {
            found(machine(json!({
                "A": {"Type": "Pass", "Assign": {"known": 1}, "Next": "B"},
                "B": {"Type": "Pass", "Parameters": parameters, "End": true}})))
        };
        for value in [
            "$",
            "$5.00 off",
            "$HOME",
            "$unknown",
            "States.",
            "States.Format",
            "S$.a",
            "$.a b",
            "{% $x %}",
        ] {
            assert!(pass(json!({"x": value})).is_empty(), "{value}");
        }
        for value in [
            "$.a",
            "$['a']",
            "$$",
            "$$.Execution.Id",
            "$known",
            "$known.a",
            "States.UUID()",
        ] {
            assert_eq!(
                pass(json!({"x": value})),
                ["SW116 /States/B/Parameters/x"],
                "{value}"
            );
        }
        assert_eq!(
            pass(json!({"x": ["$.a"]})),
            ["SW116 /States/B/Parameters/x/0"]
        );
        assert_eq!(pass(json!("$.a")), ["SW116 /States/B/Parameters"]);
        assert_eq!(
            pass(json!({"x.$": ["$.a"]})),
            ["SW112 /States/B/Parameters"]
        );
    }

    #[test]
    fn a_path_in_a_field_of_another_type_is_one_diagnostic() {
        let wait = |field: &str| {
            found(machine(
                json!({"A": {"Type": "Wait", (field): "$.a", "End": true}}),
            ))
        };
        assert_eq!(wait("Seconds"), ["SW017 /States/A/Seconds"]);
        assert_eq!(wait("Timestamp"), ["SW082 /States/A/Timestamp"]);
        let rule = |operator: &str| {
            found(machine(
                json!({"A": {"Type": "Choice", "Choices": [{"Variable": "$.b", (operator): "$.a", "Next": "B"}], "Default": "B"}, "B": {"Type": "Succeed"}}),
            ))
        };
        assert_eq!(
            rule("StringEquals"),
            ["SW117 /States/A/Choices/0/StringEquals"]
        );
        assert_eq!(
            rule("NumericEquals"),
            ["SW073 /States/A/Choices/0/NumericEquals"]
        );
        assert!(rule("StringEqualsPath").is_empty());
    }

    #[test]
    fn a_static_result_is_one_diagnostic() {
        let pass = |result: Value| {
            found(machine(
                json!({"A": {"Type": "Pass", "Result": result, "End": true}}),
            ))
        };
        assert_eq!(
            pass(json!({"a": "$.a", "b": "$.b"})),
            ["SW118 /States/A/Result/a"]
        );
        assert_eq!(pass(json!("$.a")), ["SW118 /States/A/Result"]);
        assert!(pass(json!({"a": "$", "b": null})).is_empty());
    }
}

mod suggestions {
    use super::*;

    /// The suggestions of all diagnostics, without advice of other rules.
    fn suggested(definition: &Value) -> Vec<String> {
        let diagnostics =
            stepwright_asl::validate::validate_text(&definition.to_string(), MachineType::Standard);
        let texts = diagnostics
            .into_iter()
            .filter_map(|diagnostic| diagnostic.help);
        texts.collect()
    }

    #[test]
    fn misspelt_fields_of_a_choice_rule_have_a_suggestion() {
        for (written, meant) in [
            ("NumericGreatherThan", "NumericGreaterThan"),
            ("numericEquals", "NumericEquals"),
            ("StringMatch", "StringMatches"),
            ("isPresent", "IsPresent"),
            ("variable", "Variable"),
            ("next", "Next"),
        ] {
            let rule = json!({"Variable": "$.a", written: 5, "Next": "B"});
            let states = json!({"A": {"Type": "Choice", "Choices": [rule], "Default": "B"}, "B": {"Type": "Succeed"}});
            let found = suggested(&machine(states));
            assert!(
                found.contains(&format!("did you mean `{meant}`?")),
                "{written}: {found:?}"
            );
        }
    }

    #[test]
    fn lowercase_fields_have_a_suggestion() {
        let states = json!({"A": {"type": "Pass", "next": "B"}, "B": {"Type": "Pass", "next": "C"}, "C": {"Type": "Succeed"}});
        assert_eq!(
            suggested(&machine(states)),
            ["write `type` as `Type`", "did you mean `Next`?"]
        );
    }

    #[test]
    fn misspelt_jsonata_functions_have_a_suggestion() {
        for (call, suggestion) in [
            ("$sums([1])", "did you mean `$sum`?"),
            ("$upperCase('a')", "did you mean `$uppercase`?"),
            ("$eval('1')", "`$parse` reads JSON from a string"),
        ] {
            let states =
                json!({"A": {"Type": "Pass", "Output": format!("{{% {call} %}}"), "End": true}});
            assert_eq!(suggested(&jsonata(states)), [suggestion], "{call}");
        }
    }

    #[test]
    fn invalid_resources_have_a_suggestion() {
        let lambda = "arn:aws:lambda:us-east-1:123456789012";
        for (resource, suggestion) in [
            (
                "${Fn".to_owned(),
                "close the substitution: `${Fn}`".to_owned(),
            ),
            (
                format!("{lambda}:functio:F"),
                format!("did you mean `{lambda}:function:F`?"),
            ),
            (
                format!("{lambda}:function:F:"),
                format!(
                    "the version or alias is missing; without one, write `{lambda}:function:F`"
                ),
            ),
            (
                "arn:aws:lamda:us-east-1:1:function:F".to_owned(),
                "did you mean `arn:aws:lambda:us-east-1:1:function:F`?".to_owned(),
            ),
        ] {
            let states = json!({"A": {"Type": "Task", "Resource": resource, "End": true}});
            assert_eq!(suggested(&machine(states)), [suggestion], "{resource}");
        }
    }

    #[cfg(feature = "integrations")]
    #[test]
    fn wrong_arguments_have_a_suggestion() {
        let states = json!({"A": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUri": "q", "Zzz": 1}, "End": true}});
        assert_eq!(
            suggested(&machine(states)),
            [
                "add `MessageBody`",
                "did you mean `QueueUrl`?",
                "it takes `DelaySeconds`, `MessageAttributes`, `MessageBody`, `MessageDeduplicationId`, `MessageGroupId`, `QueueUrl`",
            ]
        );
    }
}

mod arns {
    use super::*;
    use proptest::prelude::*;
    use stepwright_asl::resource::Resource;

    fn is_refused(resource: &str) -> bool {
        let states = json!({"A": {"Type": "Task", "Resource": resource, "End": true}});
        let diagnostics =
            Validator::new(MachineType::Standard).check_text(&machine(states).to_string());
        diagnostics
            .errors()
            .any(|diagnostic| diagnostic.code.unwrap_or_default() == "SW041")
    }

    proptest! {
        #[test]
        fn functions_with_a_valid_qualifier_are_accepted(
            partition in "aws(-cn|-us-gov)?", name in "[a-zA-Z0-9_-]{1,20}", qualifier in "(:([0-9]{1,4}|[a-zA-Z0-9_-]{1,9}|\\$LATEST))?",
        ) {
            let resource = format!("arn:{partition}:lambda:us-east-1:123456789012:function:{name}{qualifier}");
            prop_assert!(!is_refused(&resource), "{}", resource);
            prop_assert_eq!(Resource::parse(&resource).partition(), partition);
        }

        #[test]
        fn functions_with_an_invalid_qualifier_are_refused(name in "[a-z]{1,5}", before in "[a-z]{0,3}", bad in "[!.:/@#é ]", after in "[a-z]{0,3}") {
            let resource = format!("arn:aws:lambda:us-east-1:123456789012:function:{name}:{before}{bad}{after}");
            prop_assert!(is_refused(&resource), "{}", resource);
        }

        #[test]
        fn only_closed_substitutions_are_accepted(before in "(arn:aws:)?", name in "[A-Za-z][A-Za-z0-9:._]{0,9}") {
            let closed = format!("{before}${{{name}}}");
            prop_assert!(!is_refused(&closed));
            let open = format!("{before}${{{name}");
            prop_assert!(is_refused(&open));
        }

        #[test]
        fn checking_any_resource_does_not_panic(resource in "(arn|states|lambda|function|[:${}.a! ]){0,12}") {
            is_refused(&resource);
        }
    }
}

#[cfg(feature = "yaml")]
mod yaml_positions {
    use super::*;
    use stepwright_asl::json::Document;

    const TEXT: &str = r#"
QueryLanguage: JSONata
States:
  StartAt: A
  A:
    Type: Task
    Resource: ${Fn
    Arguments: {x: '{ % 1 %}'}
    next: B
  B:
    type: Pass
  C:
    Type: Map
    ItemReader:
      Resource: arn:aws:states:::s3:getObject
      ReaderConfig: {InputType: JSON}
      Arguments: {Bucket: b, Key: k}
    ItemProcessor:
      ProcessorConfig: {Mode: INLINE}
      StartAt: I
      States:
        I:
          Type: Pass
          Comment: 'stepwright: allow SW999'
          Output: "{% $sums([1]) %}"
          End: true
    End: true
"#;

    #[test]
    fn diagnostics_have_positions_in_yaml() {
        let document = Document::parse_yaml(TEXT).expect("is YAML");
        let diagnostics = Validator::new(MachineType::Standard).check(&document);
        let found: Vec<String> = diagnostics
            .iter()
            .map(|one| {
                let rest = &TEXT[one.location.offset..];
                let length = rest
                    .find(|char: char| !char.is_alphanumeric() && !"'\"{$%".contains(char))
                    .unwrap_or(rest.len());
                format!(
                    "{} {}:{} {}",
                    one.code.unwrap_or_default(),
                    one.location.line,
                    one.location.column,
                    &rest[..length]
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                "SW017 4:3 StartAt",
                "SW028 5:3 A",
                "SW041 7:15 ${Fn",
                "SW125 8:20 '{",
                "SW014 9:5 next",
                "SW015 10:3 B",
                "SW103 14:5 ItemReader",
                "SW004 24:20 'stepwright",
                "SW134 25:19 \"{%",
            ]
        );
    }
}
