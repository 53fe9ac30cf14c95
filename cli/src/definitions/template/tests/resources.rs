//! The requests for the resources of a template.

use serde_json::{Value, json};

use super::{DesiredResources, TemplateFile, VersionNumbers, inputs, parse};

fn desired_of(templates: &[TemplateFile]) -> DesiredResources {
    DesiredResources::of(templates, &inputs(), &VersionNumbers::new(), true)
}

fn desired(text: &str) -> DesiredResources {
    let desired = desired_of(&[parse(text)]);
    assert_eq!(lines(&desired), Vec::<String>::new());
    desired
}

fn lines(desired: &DesiredResources) -> Vec<String> {
    desired.problems.iter().map(super::line).collect()
}

fn definition(desired: &DesiredResources, index: usize) -> Value {
    let text = desired.machines[index].request["definition"]
        .as_str()
        .expect("it is a text");
    serde_json::from_str(text).expect("it is JSON")
}

const PASS: &str = "{StartAt: A, States: {A: {Type: Pass, End: true}}}";

#[test]
fn sam_properties_become_members_of_the_request() {
    let text = format!(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: orders
      Type: EXPRESS
      Definition: {PASS}
      Role: arn:aws:iam::1:role/r
      Logging: {{Level: ERROR, IncludeExecutionData: 'true', Destinations: [{{CloudWatchLogsLogGroup: {{LogGroupArn: !GetAtt Log.Arn}}}}]}}
      Tracing: {{Enabled: true}}
      Tags: {{Team: shop, Count: 1}}
      AutoPublishAlias: live
  Log: {{Type: AWS::Logs::LogGroup}}
"
    );
    let desired = desired(&text);
    let machine = &desired.machines[0];
    let mut request = Value::Object(machine.request.clone());
    request["definition"] = definition(&desired, 0);
    assert_eq!(
        request,
        json!({
            "name": "orders",
            "type": "EXPRESS",
            "definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}},
            "roleArn": "arn:aws:iam::1:role/r",
            "loggingConfiguration": {
                "level": "ERROR",
                "includeExecutionData": true,
                "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:Log:*"}}],
            },
            "tracingConfiguration": {"enabled": true},
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
            "tags": [{"key": "Team", "value": "shop"}, {"key": "Count", "value": "1"}],
        })
    );
    assert_eq!(machine.alias.as_deref(), Some("live"));
}

#[test]
fn a_joined_definition_of_the_cdk_has_the_names_of_its_resources() {
    let text = json!({"Resources": {
        "Charge1A2B": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["R", "Arn"]}}},
        "OrdersE5F6": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "RoleArn": {"Fn::GetAtt": ["Missing", "Arn"]},
                "DefinitionString": {"Fn::Join": ["", [
                    "{\"StartAt\":\"A\",\"States\":{\"A\":{\"End\":true,\"Type\":\"Task\",\"Resource\":\"",
                    {"Fn::GetAtt": ["Charge1A2B", "Arn"]}, "\"}}}"
                ]]}
            }
        }
    }});
    let desired = desired(&text.to_string());
    assert_eq!(
        definition(&desired, 0)["States"]["A"]["Resource"],
        "arn:aws:lambda:us-east-1:123456789012:function:Charge1A2B"
    );
    // The engine does not use the role, so that it need not be known.
    let role = &desired.machines[0].request["roleArn"];
    assert_eq!(role, "arn:aws:iam::123456789012:role/OrdersE5F6Role");
}

#[test]
fn substitutions_replace_placeholders_also_outside_of_strings() {
    let text = "
Parameters: {Seconds: {Type: Number, Default: 7}}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Orders:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: |
        {\"StartAt\": \"A\", \"TimeoutSeconds\": ${Seconds}, \"States\": {\"A\": {\"Type\": \"Pass\", \"Result\": \"${Table}\", \"End\": true}}}
      DefinitionSubstitutions: {Seconds: !Ref Seconds, Table: !Ref Table}
";
    let definition = definition(&desired(text), 0);
    assert_eq!(definition["TimeoutSeconds"], 7);
    assert_eq!(definition["States"]["A"]["Result"], "Table");
}

#[test]
fn conditions_select_resources() {
    let text = format!(
        "
Conditions: {{Never: !Equals [a, b], Always: !Equals [a, a]}}
Resources:
  A: {{Type: AWS::Serverless::StateMachine, Condition: Never, Properties: {{Definition: {PASS}}}}}
  B: {{Type: AWS::Serverless::StateMachine, Condition: Always, Properties: {{Definition: {PASS}}}}}
  C: {{Type: AWS::StepFunctions::Activity, Condition: Never, Properties: {{Name: c}}}}
  D: {{Type: AWS::StepFunctions::Activity, Properties: {{Name: d, Tags: [{{Key: k, Value: v}}]}}}}
"
    );
    let desired = desired(&text);
    let machines: Vec<&str> = desired
        .machines
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(machines, ["B"]);
    let activities: Vec<_> = desired.activities.iter().map(|one| &one.request).collect();
    assert_eq!(
        json!(activities),
        json!([{"name": "d", "tags": [{"key": "k", "value": "v"}]}])
    );
}

#[test]
fn versions_and_aliases_refer_to_machines() {
    let text = format!(
        "
Resources:
  Orders: {{Type: AWS::StepFunctions::StateMachine, Properties: {{StateMachineName: orders, Definition: {PASS}}}}}
  First: {{Type: AWS::StepFunctions::StateMachineVersion, Properties: {{StateMachineArn: !Ref Orders, Description: one}}}}
  Newest: {{Type: AWS::StepFunctions::StateMachineVersion, Properties: {{StateMachineArn: !GetAtt Orders.Arn, StateMachineRevisionId: !GetAtt Orders.StateMachineRevisionId}}}}
  Live: {{Type: AWS::StepFunctions::StateMachineAlias, Properties: {{Name: live, DeploymentPreference: {{StateMachineVersionArn: !Ref Newest, Type: ALL_AT_ONCE}}}}}}
  Split:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties:
      RoutingConfiguration: [{{StateMachineVersionArn: !Ref First, Weight: 90}}, {{StateMachineVersionArn: !GetAtt Newest.Arn, Weight: '10'}}]
Outputs: {{Value: {{Value: [!Ref Live, !GetAtt Split.Arn]}}}}
"
    );
    let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";
    let templates = [parse(&text)];
    let versions: VersionNumbers = [((0, "Newest".to_owned()), 7)].into();
    let desired = DesiredResources::of(&templates, &inputs(), &versions, true);
    assert_eq!(lines(&desired), Vec::<String>::new());
    assert!(!desired.versions[0].follows_revision && desired.versions[1].follows_revision);
    assert_eq!(desired.versions[0].machine_arn, arn);
    let requests: Vec<_> = desired.aliases.iter().map(|one| &one.request).collect();
    assert_eq!(
        json!(requests),
        json!([
            {"name": "live", "routingConfiguration": [{"stateMachineVersionArn": format!("{arn}:7"), "weight": 100}]},
            {"name": "Split", "routingConfiguration": [
                {"stateMachineVersionArn": format!("{arn}:1"), "weight": 90}, {"stateMachineVersionArn": format!("{arn}:7"), "weight": 10},
            ]},
        ])
    );
    let value = super::evaluate(&text).expect("there is no problem");
    let expected = json!([format!("{arn}:live"), format!("{arn}:Split")]);
    assert_eq!(value.map(|value| Value::from(&value)), Some(expected));
}

#[test]
fn an_import_is_the_export_of_another_template() {
    let shared = "
Parameters: {Stage: {Default: dev, Type: String}}
Resources: {Table: {Type: AWS::DynamoDB::Table}}
Outputs:
  Table: {Value: !GetAtt Table.Arn, Export: {Name: !Sub '${Stage}-table'}}
  Cycle: {Value: !ImportValue cycle, Export: {Name: cycle}}
  Bad: {Value: x, Export: {Name: !ImportValue dev-table}}
";
    let machine = |import: &str| {
        format!(
            "
Resources:
  Orders:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Sub ['{{\"StartAt\":\"A\",\"States\":{{\"A\":{{\"Type\":\"Pass\",\"Result\":\"${{Table}}\",\"End\":true}}}}}}', {{Table: !ImportValue {import}}}]
"
        )
    };
    let desired = desired_of(&[parse(&machine("dev-table")), parse(shared)]);
    assert_eq!(lines(&desired), Vec::<String>::new());
    let result = &definition(&desired, 0)["States"]["A"]["Result"];
    assert_eq!(
        result,
        "arn:aws:dynamodb:us-east-1:123456789012:table/Table"
    );
    let desired = desired_of(&[parse(shared), parse(&machine("cycle"))]);
    assert!(
        lines(&desired)[0].contains("`cycle` -> `cycle`"),
        "{:?}",
        lines(&desired)
    );
}

#[test]
fn resources_with_one_name_are_refused() {
    let text = format!(
        "
Resources:
  A: {{Type: AWS::Serverless::StateMachine, Properties: {{Name: same, Definition: {PASS}}}}}
  B: {{Type: AWS::Serverless::StateMachine, Properties: {{Name: same, Definition: {PASS}}}}}
"
    );
    let desired = desired_of(&[parse(&text)]);
    assert_eq!(
        lines(&desired),
        [
            "4:3 `B`: the state machine `A` of orders.yaml has the same name `same`; give one of them another name"
        ]
    );
}
