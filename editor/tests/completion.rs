//! Completion at a marked place.

use std::fmt::Write;

use stepwright_editor::{Completion, Document, TextEdit};

/// The text without the marker, and its offset.
fn unmarked(marked: &str) -> (String, usize) {
    let offset = marked.find('¦').expect("a marker");
    (marked.replace('¦', ""), offset)
}

fn completions(name: &str, marked: &str) -> Vec<Completion> {
    let (text, offset) = unmarked(marked);
    Document::open(name, &text, 1).completion(offset)
}

fn labels(name: &str, marked: &str) -> Vec<String> {
    completions(name, marked)
        .into_iter()
        .map(|one| one.label)
        .collect()
}

/// The text with a completion.
fn completed(name: &str, marked: &str, label: &str) -> String {
    let (text, _) = unmarked(marked);
    let all = completions(name, marked);
    let one = all.iter().find(|one| one.label == label);
    let one = one.unwrap_or_else(|| panic!("`{label}` is not among {all:#?}"));
    let mut edits = one.further.clone();
    edits.push(TextEdit::replace(one.range.clone(), one.text.clone()));
    edits.sort_by_key(|edit| edit.range.start);
    TextEdit::apply(&text, &edits)
}

const MACHINE: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "Next": "Done" ¦},
    "Done": {"Type": "Succeed"}
  }
}"#;

#[test]
fn fields_are_those_of_the_type_and_the_language() {
    let found = labels("a.asl.json", MACHINE);
    assert!(found.contains(&"ResultPath".to_owned()), "{found:?}");
    for absent in [
        "End",
        "Next",
        "Type",
        "Arguments",
        "Output",
        "Seconds",
        "Branches",
    ] {
        assert!(!found.contains(&absent.to_owned()), "{absent}");
    }
    let jsonata = MACHINE.replace("\"StartAt\"", "\"QueryLanguage\": \"JSONata\", \"StartAt\"");
    let found = labels("a.asl.json", &jsonata);
    assert!(found.contains(&"Output".to_owned()), "{found:?}");
    assert!(!found.contains(&"ResultPath".to_owned()));
}

#[test]
fn a_field_brings_its_comma_and_a_snippet_for_its_value() {
    let found = completed("a.asl.json", MACHINE, "Retry");
    assert!(
        found.contains(r#""Next": "Done", "Retry": [{$1\}]}"#),
        "{found}"
    );
    let before = MACHINE
        .replace('¦', "")
        .replace("{\"Type\": \"Task\"", "{¦\"Type\": \"Task\"");
    let found = completed("a.asl.json", &before, "TimeoutSeconds");
    assert!(found.contains(r#"{"TimeoutSeconds": $1,"Type""#), "{found}");
}

#[test]
fn an_existing_key_is_replaced() {
    let marked = MACHINE.replace('¦', "").replace("\"Next\"", "\"Ne¦x\"");
    let found = completed("a.asl.json", &marked, "Next");
    assert!(found.contains(r#""Next": "Done" }"#), "{found}");
}

#[test]
fn targets_are_the_states_of_the_body() {
    let marked = r#"{"StartAt": "A", "States": {
      "A": {"Type": "Parallel", "Branches": [{"StartAt": "¦", "States": {"Inner \"1\"": {"Type": "Succeed"}}}], "Next": "B"},
      "B": {"Type": "Succeed"}}}"#;
    assert_eq!(labels("a.asl.json", marked), ["Inner \"1\""]);
    let found = completed("a.asl.json", marked, "Inner \"1\"");
    assert!(found.contains(r#"[{"StartAt": "Inner \"1\"","#), "{found}");
    let outer = marked
        .replace('¦', "Inner")
        .replace("\"Next\": \"B\"", "\"Next\": ¦");
    assert_eq!(labels("a.asl.json", &outer), ["A", "B"]);
}

#[test]
fn words_are_those_of_the_field() {
    let types = r#"{"StartAt": "A", "States": {"A": {"Type": "¦"}}}"#;
    assert_eq!(labels("a.asl.json", types).len(), 8);
    assert_eq!(labels("a.asl.json", &types.replace('¦', "Pass¦")).len(), 8);
    let end = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": ¦}}}"#;
    assert_eq!(labels("a.asl.json", end), ["false", "true"]);
    let language = r#"{"QueryLanguage": "¦", "StartAt": "A", "States": {}}"#;
    assert_eq!(labels("a.asl.json", language), ["JSONPath", "JSONata"]);
}

#[test]
fn resources_are_found_by_words() {
    let marked = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "dynamodb put¦", "End": true}}}"#;
    let found = completions("a.asl.json", marked);
    let optimized = found
        .iter()
        .find(|one| one.label == "arn:aws:states:::dynamodb:putItem");
    assert!(
        optimized
            .expect("the integration")
            .filter
            .contains("dynamodb putItem")
    );
    assert!(
        found
            .iter()
            .any(|one| one.label == "arn:aws:states:::aws-sdk:dynamodb:putItem")
    );
    assert!(
        found
            .iter()
            .any(|one| one.label == "arn:aws:states:::sqs:sendMessage.waitForTaskToken")
    );
    let text = completed("a.asl.json", marked, "arn:aws:states:::dynamodb:putItem");
    assert!(
        text.contains(
            r#""Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {"TableName": "$1", "Item": {$2\}\}, "End""#
        ),
        "{text}"
    );
}

#[test]
fn a_resource_brings_its_required_arguments_unless_there_are_some() {
    let lines = "{\n  \"QueryLanguage\": \"JSONata\",\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": {\n      \"Type\": \"Task\",\n      \"Resource\": \"dynamodb¦\",\n      \"End\": true\n    }\n  }\n}\n";
    let item = "arn:aws:states:::dynamodb:getItem";
    let text = completed("a.asl.json", lines, item);
    let expected = "\"arn:aws:states:::dynamodb:getItem\",\n\"Arguments\": {\n  \"TableName\": \"$1\",\n  \"Key\": {$2\\}\n\\},\n      \"End\"";
    assert!(text.contains(expected), "{text}");
    let yaml =
        "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: dynamodb¦\n    End: true\n";
    let text = completed("a.asl.yaml", yaml, item);
    let expected = "Resource: arn:aws:states:::dynamodb:getItem\nParameters:\n  TableName: \"$1\"\n  Key: {$2\\}\n    End";
    assert!(text.contains(expected), "{text}");
    let present = lines.replace("\"End\"", "\"Arguments\": {}, \"End\"");
    let text = completed("a.asl.json", &present, item);
    assert!(
        text.contains("getItem\",\n      \"Arguments\": {}, \"End\""),
        "{text}"
    );
}

#[test]
fn arguments_are_those_of_the_service_at_any_depth() {
    let marked = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Arguments": {"TableName": "t", ¦}, "End": true}}}"#;
    let found = completions("a.asl.json", marked);
    assert_eq!(
        (&*found[0].label, found[0].detail.as_deref()),
        ("Item", Some("an object, required"))
    );
    assert!(found.iter().any(|one| one.label == "ConditionExpression"));
    assert!(!found.iter().any(|one| one.label == "TableName"));
    let nested = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:startExecution", "Parameters": {¦}, "End": true}}}"#;
    let found = labels("a.asl.json", nested);
    assert!(
        found.contains(&"Input".to_owned()) && found.contains(&"Input.$".to_owned()),
        "{found:?}"
    );
    let text = completed("a.asl.json", nested, "Input.$");
    assert!(text.contains(r#"{"Input.\$": $1}"#), "{text}");
}

#[test]
fn error_names_are_predefined_or_of_the_called_action() {
    let marked = r#"{"StartAt": "A", "States": {
      "A": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {}, "Retry": [{"ErrorEquals": ["¦"]}], "Next": "B"},
      "B": {"Type": "Fail", "Error": "Order.Lost"}}}"#;
    let found = labels("a.asl.json", marked);
    for name in ["States.ALL", "States.Timeout", "Order.Lost"] {
        assert!(found.contains(&name.to_owned()), "{name}: {found:?}");
    }
    assert!(
        found.iter().any(|name| name.starts_with("DynamoDB.")),
        "{found:?}"
    );
    assert!(!found.contains(&"States.Runtime".to_owned()));
}

const EXPRESSION: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
  "A": {"Type": "Pass", "Assign": {"order": {"id": 1, "customer": {"name": "x"}}}, "Next": "B"},
  "B": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Arguments": {}, "Output": "{% HERE %}", "Next": "C"},
  "C": {"Type": "Pass", "Output": "{% LATER %}", "End": true}}}"#;

#[test]
fn expressions_complete_variables_members_and_functions() {
    let at = |text: &str| labels("a.asl.json", &EXPRESSION.replace("HERE", text));
    let found = at("$or¦");
    assert!(
        found.contains(&"$order".to_owned()) && found.contains(&"$sum".to_owned()),
        "{found:?}"
    );
    assert_eq!(found[0], "$states");
    assert_eq!(at("$states.¦"), ["context", "input", "result"]);
    assert_eq!(at("$order.cu¦"), ["customer", "id"]);
    assert_eq!(at("'é' & $order.customer.¦ & 1"), ["name"]);
    assert_eq!(
        at("$states.context.State.¦"),
        ["EnteredTime", "Name", "RetryCount"]
    );
    assert_eq!(at("$states.result.¦"), ["ConsumedCapacity", "Item"]);
    let later = labels("a.asl.json", &EXPRESSION.replace("LATER", "$states.¦"));
    assert_eq!(later, ["context", "input"]);
    let text = completed(
        "a.asl.json",
        &EXPRESSION.replace("HERE", "$sum($order.cu¦st)"),
        "customer",
    );
    assert!(text.contains("{% $sum($order.customer) %}"), "{text}");
}

#[test]
fn paths_complete_the_context_and_intrinsic_functions() {
    let marked = |text: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "Parameters": {{"a.$": "{text}"}}, "End": true}}}}}}"#
        )
    };
    assert_eq!(labels("a.asl.json", &marked("$$.Execution.¦")).len(), 7);
    let found = labels("a.asl.json", &marked("States.¦"));
    assert!(found.contains(&"Format".to_owned()), "{found:?}");
}

#[test]
fn yaml_completes_on_empty_lines_and_after_colons() {
    let text = "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: arn:aws:states:::lambda:invoke\n    ¦\n  B:\n    Type: Succeed\n";
    let found = labels("a.asl.yaml", text);
    assert!(
        found.contains(&"Next".to_owned()) && !found.contains(&"Type".to_owned()),
        "{found:?}"
    );
    let added = completed("a.asl.yaml", text, "Retry");
    assert!(added.contains("    Retry:\n  - $1\n"), "{added}");
    let next = text.replace("    ¦\n", "    Next: ¦\n");
    assert_eq!(labels("a.asl.yaml", &next), ["A", "B"]);
    let root = format!("{}¦", text.replace("    ¦\n", "    End: true\n"));
    let found = labels("a.asl.yaml", &root);
    assert!(
        found.contains(&"TimeoutSeconds".to_owned()) && !found.contains(&"StartAt".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_definition_in_a_string_is_completed_with_its_quotes() {
    let text = "{\"Resources\": {\"M\": {\"Type\": \"AWS::StepFunctions::StateMachine\", \"Properties\": {\"DefinitionString\": \"{\\\"StartAt\\\": \\\"¦\\\", \\\"States\\\": {\\\"A\\\": {\\\"Type\\\": \\\"Succeed\\\"}}}\"}}}}";
    let text = completed("template.json", text, "A");
    assert!(text.contains(r#"\"StartAt\": \"A\", "#), "{text}");
}

#[test]
fn every_offset_has_an_answer_in_the_text() {
    let mut out = String::new();
    for text in [
        MACHINE.replace('¦', ""),
        EXPRESSION.replace("HERE", "$a.b").replace("LATER", "$c"),
    ] {
        let document = Document::open("a.asl.json", &text, 1);
        for (offset, _) in text.char_indices() {
            for one in document.completion(offset) {
                assert!(text.get(one.range.clone()).is_some(), "{one:?}");
                write!(out, "{}", one.label.len()).expect("a text");
            }
        }
    }
    assert!(!out.is_empty());
}

/// The labels of the members that complete `text` in the `Output` of state `C`.
fn in_last(machine: &str, text: &str) -> Vec<String> {
    labels("a.asl.json", &machine.replace("HERE", text))
}

const PATHS: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Start", "States": {
  "Start": {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Assign": {"vip": {"level": 1}}, "Next": "Charge"}],
    "Assign": {"guest": true}, "Default": "Guest"},
  "Guest": {"Type": "Pass", "Output": {"name": "x", "first name": "y"}, "Next": "C"},
  "Charge": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Arguments": {},
    "Assign": {"item": "{% $states.result %}", "copy": "{% $vip %}"},
    "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"failure": "{% $states.errorOutput %}"}, "Next": "Failed"}], "Next": "C"},
  "Failed": {"Type": "Pass", "Output": "{% FAILED %}", "End": true},
  "C": {"Type": "Pass", "Output": "{% HERE %}", "Next": "Later"},
  "Later": {"Type": "Pass", "Assign": {"later": 1}, "End": true}}}"#;

#[test]
fn variables_are_those_that_a_path_before_assigns() {
    let is_variable = |one: &Completion| one.kind == stepwright_editor::CompletionKind::Variable;
    let variables = |marked: &str| -> Vec<(String, String)> {
        completions("a.asl.json", marked)
            .into_iter()
            .filter(|one| is_variable(one) && one.label != "$states")
            .map(|one| (one.label, one.detail.unwrap_or_default()))
            .collect()
    };
    let shown = |names: &[(&str, &str)]| -> Vec<(String, String)> {
        names
            .iter()
            .map(|(name, detail)| ((*name).to_owned(), (*detail).to_owned()))
            .collect()
    };
    assert_eq!(
        variables(&PATHS.replace("HERE", "$¦")),
        shown(&[
            ("$copy", "assigned by Charge"),
            ("$guest", "assigned by Start"),
            ("$item", "assigned by Charge"),
            ("$vip", "assigned by Start"),
        ])
    );
    // After a failure, the assignments of the failed state have no effect.
    assert_eq!(
        variables(&PATHS.replace("FAILED", "$¦")),
        shown(&[
            ("$failure", "assigned by Charge"),
            ("$vip", "assigned by Start"),
        ])
    );
    let bound = PATHS.replace("HERE", "($sum := 1; $map([1], function($x, $i) { $¦ }))");
    let bound = variables(&bound);
    for name in ["$sum", "$x", "$i"] {
        let expected = (name.to_owned(), "bound in this expression".to_owned());
        assert!(bound.contains(&expected), "{bound:?}");
    }
}

#[test]
fn a_state_without_transitions_to_it_sees_the_variables_of_all_others() {
    let alone = PATHS
        .replace("\"Next\": \"C\"", "\"Next\": \"Later\"")
        .replace("HERE", "$¦");
    let found = labels("a.asl.json", &alone);
    for name in ["$failure", "$guest"] {
        assert!(found.contains(&name.to_owned()), "{name}: {found:?}");
    }
}

#[test]
fn members_are_those_of_the_values_that_reach_the_expression() {
    // The output of `Guest`, and the response of `Charge`.
    assert_eq!(
        in_last(PATHS, "$states.input.¦"),
        ["ConsumedCapacity", "Item", "first name", "name"]
    );
    assert_eq!(in_last(PATHS, "$item.¦"), ["ConsumedCapacity", "Item"]);
    assert_eq!(in_last(PATHS, "$copy.¦"), ["level"]);
    assert_eq!(
        in_last(PATHS, "$item.ConsumedCapacity.Table.¦").len(),
        in_last(PATHS, "$item.ConsumedCapacity.LocalSecondaryIndexes.x.¦").len()
    );
    let failed = PATHS.replace("FAILED", "$states.input.¦");
    assert_eq!(labels("a.asl.json", &failed), ["Cause", "Error"]);
    let quoted = completed(
        "a.asl.json",
        &PATHS.replace("HERE", "$states.input.fi¦"),
        "first name",
    );
    assert!(
        quoted.contains("{% $states.input.`first name` %}"),
        "{quoted}"
    );
}

#[test]
fn paths_complete_the_members_of_the_input() {
    let marked = |path: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{
              "A": {{"Type": "Pass", "Result": {{"order": {{"id": 1}}, "lines": [{{"sku": "x"}}]}}, "Next": "B"}},
              "B": {{"Type": "Pass", "Parameters": {{"copy.$": "$.order", "n": 1}}, "Next": "C"}},
              "C": {{"Type": "Pass", "Parameters": {{"a.$": "{path}"}}, "End": true}}}}}}"#
        )
    };
    assert_eq!(labels("a.asl.json", &marked("$.¦")), ["copy", "n"]);
    assert_eq!(labels("a.asl.json", &marked("$.copy.¦")), ["id"]);
    let b = marked("$").replace("$.order", "$.lines[0].¦");
    assert_eq!(labels("a.asl.json", &b), ["sku"]);
}

#[test]
fn values_that_refer_to_each_other_have_an_answer() {
    let mut states = String::new();
    for index in 0..300 {
        write!(
            states,
            r#""S{index}": {{"Type": "Choice", "Choices": [{{"Condition": "{{% true %}}", "Next": "S{}"}}, {{"Condition": "{{% true %}}", "Next": "S0"}}],
              "Assign": {{"v": "{{% $v.v.v %}}"}}, "Default": "S{}"}},"#,
            (index * 7) % 300,
            (index + 1) % 300
        )
        .expect("a text");
    }
    let marked = format!(
        r#"{{"QueryLanguage": "JSONata", "StartAt": "S0", "States": {{{states} "E": {{"Type": "Pass", "Output": "{{% $states.input.v.¦ %}}", "End": true}}}}}}"#
    )
    .replacen("\"Next\": \"S0\"", "\"Next\": \"E\"", 1);
    assert_eq!(labels("a.asl.json", &marked), [""; 0]);
    let variable = marked.replace("$states.input.v.¦", "$v.¦");
    assert_eq!(labels("a.asl.json", &variable), [""; 0]);
}

#[test]
fn unfinished_texts_have_completions() {
    let head = "{\n  \"QueryLanguage\": \"JSONata\",\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": {\"Type\": \"Pass\", \"Assign\": {\"order\": {\"id\": 1}}, \"Next\": \"B\"},\n    \"B\": {\n      \"Type\": \"Pass\",\n";
    let tail = "\n    }\n  }\n}\n";
    let at = |text: &str| labels("a.asl.json", &format!("{head}      {text}{tail}"));
    for (text, label) in [
        ("\"Next\": ¦", "A"),
        ("\"Next\": \"¦", "A"),
        ("\"Next\": \"¦,\n      \"Comment\": \"x\"", "A"),
        ("\"Next\": ¦,\n      \"Comment\": \"x\"", "A"),
        ("\"Ne¦", "Next"),
        ("\"Ne¦\"", "Next"),
        ("¦", "Next"),
        ("\"¦\"", "Next"),
        ("\"¦", "Next"),
        ("\"Output\": \"{% $order.¦\"", "id"),
        ("\"Output\": \"{% $order.¦", "id"),
        ("\"Output\": \"{% $¦ %}\"", "$order"),
    ] {
        let found = at(text);
        assert!(found.contains(&label.to_owned()), "{text}: {found:?}");
    }
}

#[test]
fn expressions_in_yaml_are_completed() {
    let head = "QueryLanguage: JSONata\nStartAt: A\nStates:\n  A:\n    Type: Pass\n    Assign:\n      order: {id: 1}\n    Next: B\n  B:\n    Type: Pass\n";
    for text in [
        "    Output: \"{% $order.¦ %}\"\n    End: true\n",
        "    Output: '{% \"é\" & $order.¦ %}'\n    End: true\n",
        "    Output: >-\n      {% $states.input.x &\n      $order.¦ %}\n    End: true\n",
        "    Output: |\n      {% $order.¦\n        & 'x' %}\n    End: true\n",
        "    Output:\n      x: \"{% $order.¦ %}\"\n    End: true\n",
    ] {
        let marked = format!("{head}{text}");
        assert_eq!(labels("a.asl.yaml", &marked), ["id"], "{text}");
        let new = completed("a.asl.yaml", &marked, "id");
        assert_eq!(new, marked.replace('¦', "id"), "{text}");
    }
}

#[test]
fn unfinished_yaml_has_completions() {
    let head = "QueryLanguage: JSONata\nStartAt: A\nStates:\n  A:\n    Type: Choice\n    Default: B\n    Choices:\n      - Condition: \"{% true %}\"\n        Next: B\n  B:\n    Type: Task\n    Resource: arn:aws:states:::dynamodb:getItem\n";
    let tail = "\n  C:\n    Type: Succeed\n";
    let at = |text: &str| labels("a.asl.yaml", &format!("{head}{text}{tail}"));
    for (text, label) in [
        ("    Next: ¦", "A"),
        ("    Next: ¦\n    Comment: x", "A"),
        ("    Ne¦", "Next"),
        ("    ¦", "Next"),
        ("    ¦\n    Next: A", "Retry"),
        ("    Next: A\n    ¦", "Retry"),
        ("    Arguments:\n      ¦", "TableName"),
        ("    Arguments:\n      TableName: t\n      ¦", "Key"),
        ("    Arguments:\n      TableName: t\n      K¦", "Key"),
        ("    Retry:\n      - ¦", "ErrorEquals"),
        ("    Retry:\n      - ErrorEquals: [¦]", "States.ALL"),
        (
            "    Retry:\n      - ErrorEquals:\n          - ¦",
            "States.ALL",
        ),
        (
            "    Retry:\n      - ErrorEquals: [States.ALL]\n        ¦",
            "MaxAttempts",
        ),
        (
            "    Retry:\n      - ErrorEquals: [States.ALL]\n        Max¦",
            "MaxAttempts",
        ),
        (
            "    Retry:\n      - ErrorEquals: [States.ALL]\n      - ¦",
            "ErrorEquals",
        ),
        ("    Output: \"{% $states.¦\"", "input"),
        ("    Output: \"{% $states.¦", "input"),
        ("    End: true\n  ¦", "New state"),
        ("    End: true\n  D:\n    ¦", "Type"),
        ("    End: true\n  D:\n    Type: ¦", "Pass"),
        ("    End: true\n¦", "TimeoutSeconds"),
    ] {
        let found = at(text);
        assert!(found.contains(&label.to_owned()), "{text}: {found:?}");
    }
    let item = format!("{head}    Retry:\n      - ¦{tail}");
    let text = completed("a.asl.yaml", &item, "ErrorEquals");
    assert!(text.contains("      - ErrorEquals:\n    - $1\n"), "{text}");
}

#[test]
fn a_new_item_has_its_required_fields() {
    let marked = |field: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", {field}, "End": true}}}}}}"#
        )
    };
    let retry = marked(r#""Retry": [{"ErrorEquals": ["E"]} ¦]"#);
    let text = completed("a.asl.json", &retry, "New Retrier");
    assert!(
        text.contains(r#"[{"ErrorEquals": ["E"]}, {"ErrorEquals": ["$1"]\}]"#),
        "{text}"
    );
    let catch = marked(r#""Catch": [¦ {"ErrorEquals": ["E"], "Next": "A"}]"#);
    let text = completed("a.asl.json", &catch, "New Catcher");
    assert!(
        text.contains(r#"[{"ErrorEquals": ["$1"], "Next": "$2"\}, {"ErrorEquals""#),
        "{text}"
    );
    let choice = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [¦]}}}"#;
    let text = completed("a.asl.json", choice, "New ChoiceRule");
    let expected = r#"[{"Condition": "{% $1 %\}", "Next": "$2"\}]"#;
    assert!(text.contains(expected), "{text}");
}

#[test]
fn values_with_many_members_and_expressions_with_many_names_have_an_answer() {
    const COUNT: usize = 20_000;
    let members: Vec<String> = (0..COUNT).map(|index| format!("\"m{index}\": 1")).collect();
    let bound: String = (0..COUNT)
        .map(|index| format!("$n{index} := 1; "))
        .collect();
    let text = format!(
        r#"{{"QueryLanguage": "JSONata", "StartAt": "A", "States": {{
          "A": {{"Type": "Pass", "Assign": {{"v": {{{}}}}}, "Next": "B"}},
          "B": {{"Type": "Pass", "Output": "{{% ({bound} $v.¦) %}}", "End": true}}}}}}"#,
        members.join(", ")
    );
    assert_eq!(labels("a.asl.json", &text).len(), COUNT);
    let roots = labels("a.asl.json", &text.replace("$v.¦", "$¦"));
    assert!(roots.len() > COUNT, "{}", roots.len());
}

/// A Parallel and a Map, and an expression after each of them.
const LISTS: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Both", "States": {
  "Both": {"Type": "Parallel", "Branches": [
    {"StartAt": "Get", "States": {
      "Get": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Arguments": {"TableName": "t"}, "End": true}}},
    {"StartAt": "Ask", "States": {
      "Ask": {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "Yes"}], "Default": "Never"},
      "Yes": {"Type": "Pass", "Output": {"answer": {"text": "yes"}}, "Next": "Done"},
      "Never": {"Type": "Fail"},
      "Done": {"Type": "Succeed"}}}],
    "Assign": {"both": "{% $states.result %}"},
    "Output": "{% OWN %}", "Next": "Each"},
  "Each": {"Type": "Map", "Items": [1], "ItemProcessor": {"StartAt": "One", "States": {
    "One": {"Type": "Pass", "Output": {"line": 1, "lots": [{"a": 1}, {"b": 2}]}, "End": true}}}, "Next": "Show"},
  "Show": {"Type": "Pass", "Output": "{% AFTER %}", "End": true}}}"#;

#[test]
fn results_of_branches_and_iterations_have_the_members_of_their_outputs() {
    let own = |chain: &str| labels("a.asl.json", &LISTS.replace("OWN", chain));
    assert_eq!(own("$states.result[1].¦"), ["answer"]);
    assert_eq!(own("$states.result[1].answer.¦"), ["text"]);
    assert_eq!(own("$states.result[2].¦"), [""; 0]);
    assert_eq!(own("$states.result[0].¦"), ["ConsumedCapacity", "Item"]);
    let all = ["answer", "ConsumedCapacity", "Item"];
    let found = own("$states.result.¦");
    assert!(
        all.iter()
            .all(|name| found.iter().any(|label| label == name)),
        "{found:?}"
    );
    let after = |chain: &str| labels("a.asl.json", &LISTS.replace("AFTER", chain));
    assert_eq!(after("$states.input[0].¦"), ["line", "lots"]);
    assert_eq!(after("$states.input.¦"), ["line", "lots"]);
    assert_eq!(after("$states.input.lots[1].¦"), ["b"]);
    assert_eq!(after("$both[1].answer.¦"), ["text"]);
    // A Map with a `ResultWriter` returns no list.
    let written = LISTS.replace("\"Items\"", "\"ResultWriter\": {}, \"Items\"");
    assert_eq!(
        labels("a.asl.json", &written.replace("AFTER", "$states.input.¦")),
        [""; 0]
    );
}

#[test]
fn results_of_branches_have_types_in_hints_and_explanations() {
    let text = LISTS.replace("AFTER", "$both");
    let document = Document::open("a.asl.json", &text, 1);
    let hints = document.inlay_hints(0..text.len());
    assert_eq!(hints[0].text, ": array");
    let hover = document.hover(text.rfind("$both").expect("it is there"));
    let hover = hover.expect("a variable").text;
    assert!(
        hover.starts_with("`$both`: a workflow variable, an array\n"),
        "{hover}"
    );
    assert!(hover.contains("\n- `answer`: an object"), "{hover}");
}
