//! State machines that call each other, in the files of a workspace.

use stepwright_editor::{Document, WorkspaceMachines};

const REFUND: &str = r#"{
  "StartAt": "Check",
  "States": {
    "Check": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Late"}], "Default": "Done"},
    "Late": {"Type": "Fail", "Error": "Refund.TooLate"},
    "Done": {"Type": "Pass", "Parameters": {"refund": {"id": 1, "lines": [{"sku": "a"}]}, "at.$": "$.at"}, "End": true}
  }
}"#;

/// A state machine that calls another one.
fn caller(arn: &str) -> String {
    r#"{"QueryLanguage": "JSONata", "StartAt": "Call", "States": {
  "Call": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
    "Arguments": {"StateMachineArn": "ARN"}, "Assign": {"all": "{% $states.result.Output.refund %}"},
    "Catch": [{"ErrorEquals": ["CAUGHT"], "Next": "Show"}],
    "Output": "{% $states.result.OUTPUT %}", "Next": "Show"},
  "Show": {"Type": "Pass", "Output": "{% $all.SHOWN %}", "End": true}}}"#
        .replace("ARN", arn)
}

const TEMPLATE: &str = r#"Resources:
  MoneyBack:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: give-back
      DefinitionUri: flows/refund.asl.json
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: ./flows/order.asl.json
      DefinitionSubstitutions:
        Other: !GetAtt MoneyBack.Arn
  Inside:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: A
        States:
          A:
            Type: Task
            Resource: arn:aws:states:::states:startExecution
            Parameters: {StateMachineArn: !Ref MoneyBack}
            End: true
"#;

/// The order document with a marker, and the machines of the workspace with it.
fn workspace(marked: &str) -> (Document, usize, WorkspaceMachines) {
    let offset = marked.find('¦').expect("a marker");
    let order = Document::open("/w/flows/order.asl.json", &marked.replace('¦', ""), 1);
    let mut machines = WorkspaceMachines::default();
    machines.update(&order);
    machines.update(&Document::open("/w/flows/refund.asl.json", REFUND, 1));
    machines.update(&Document::open("/w/template.yaml", TEMPLATE, 1));
    (order, offset, machines)
}

fn labels(marked: &str) -> Vec<String> {
    let (order, offset, machines) = workspace(marked);
    let found = order.completion_in(offset, &machines);
    found.into_iter().map(|one| one.label).collect()
}

/// Arguments that name `refund`.
const ARNS: &[&str] = &[
    "${RefundArn}",
    "${Other}",
    "arn:aws:states:eu-west-1:123456789012:stateMachine:refund",
    "arn:aws:states:${AWS::Region}:${AWS::AccountId}:stateMachine:give-back:live",
    "${MoneyBack}",
];

#[test]
fn the_output_of_a_called_machine_has_known_members() {
    for arn in ARNS {
        let text = caller(arn);
        assert_eq!(
            labels(&text.replace("OUTPUT", "Output.¦")),
            ["at", "refund"],
            "{arn}"
        );
        assert_eq!(
            labels(&text.replace("OUTPUT", "Output.refund.lines[0].¦")),
            ["sku"],
            "{arn}"
        );
        assert_eq!(
            labels(&text.replace("SHOWN", "¦")),
            ["id", "lines"],
            "{arn}"
        );
    }
    let envelope = labels(&caller("${Unknown}").replace("OUTPUT", "¦"));
    assert!(envelope.contains(&"StopDate".to_owned()), "{envelope:?}");
    assert_eq!(
        labels(&caller("${Unknown}").replace("OUTPUT", "Output.¦")),
        [""; 0]
    );
    // Without `:2`, the output is a text.
    let text = caller("${RefundArn}").replace(".sync:2", ".sync");
    assert_eq!(labels(&text.replace("OUTPUT", "Output.¦")), [""; 0]);
}

#[test]
fn hover_and_hints_know_the_output_of_a_called_machine() {
    let (order, offset, machines) = workspace(&caller("${RefundArn}").replace("$all.", "$al¦l."));
    let hover = order.hover_in(offset, &machines).expect("a variable");
    assert!(hover.text.contains("\n- `id`: a number"), "{}", hover.text);
    let hints = order.inlay_hints_in(0..order.text().len(), &machines);
    assert_eq!(hints[0].text, ": object");
    assert!(order.inlay_hints(0..order.text().len()).is_empty());
}

/// The errors of a nested execution are in the cause of `States.TaskFailed`.
#[test]
fn the_errors_of_a_called_machine_are_explained() {
    let (order, offset, machines) = workspace(&caller("${RefundArn}").replace("CAUGHT", "¦"));
    let found = order.completion_in(offset, &machines);
    assert_eq!(found[0].label, "States.TaskFailed");
    let text = found[0].documentation.as_deref().unwrap_or_default();
    assert!(text.ends_with("Its errors: `Refund.TooLate`"), "{text}");
    assert!(found.iter().all(|one| one.label != "Refund.TooLate"));
}

#[test]
fn calls_lead_to_definitions_and_back() {
    let name = |file: &str| file.rsplit('/').next().unwrap_or_default().to_owned();
    for arn in ARNS {
        let (order, offset, machines) = workspace(&caller(&format!("¦{arn}")));
        let mut found = machines.declarations(&order, offset);
        found.sort_by(|one, other| one.file.cmp(&other.file));
        let files: Vec<String> = found.iter().map(|site| name(&site.file)).collect();
        assert!(
            files.contains(&"refund.asl.json".to_owned()),
            "{arn}: {files:?}"
        );
        for site in found {
            let text = if site.file.ends_with("yaml") {
                TEMPLATE
            } else {
                REFUND
            };
            let shown = &text[site.range];
            assert!(["StartAt", "MoneyBack"].contains(&shown), "{shown}");
        }
    }
    // The machine is called by the order and inside of the template.
    let (order, offset, machines) = workspace(&caller("¦${Other}"));
    let template = Document::open("/w/template.yaml", TEMPLATE, 1);
    let refund = Document::open("/w/flows/refund.asl.json", REFUND, 1);
    let resource = TEMPLATE.find("MoneyBack").expect("the resource");
    let start = REFUND.find("StartAt").expect("the field");
    for (document, offset) in [(&order, offset), (&template, resource), (&refund, start)] {
        let found = machines.references(document, offset);
        let calls: Vec<&str> = found
            .iter()
            .filter(|site| !site.is_declaration)
            .map(|site| match site.file.as_str() {
                "/w/template.yaml" => &TEMPLATE[site.range.clone()],
                _ => &order.text()[site.range.clone()],
            })
            .collect();
        assert!(
            calls.contains(&"${Other}"),
            "{}: {found:?}",
            document.name()
        );
        assert!(
            calls.contains(&"!Ref MoneyBack"),
            "{}: {found:?}",
            document.name()
        );
    }
    // Another place of the file is no machine.
    assert!(machines.references(&refund, REFUND.len() - 1).is_empty());
}
