//! The rules and schedules of templates that start state machines.

use stepwright_events::rule::Rule;
use stepwright_events::target_input::TargetInput;

use super::{DesiredResources, VersionNumbers, inputs, parse};

const MACHINE: &str = "
  Ship: {Type: AWS::StepFunctions::StateMachine, Properties: {Definition: {StartAt: A, States: {A: {Type: Pass, End: true}}}}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
  Queue: {Type: AWS::SQS::Queue}
  Custom: {Type: Custom::Thing}
";
const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine";

fn read(resources: &str) -> DesiredResources {
    let text = format!(
        "Transform: AWS::Serverless-2016-10-31\nParameters:\n  Source: {{Type: String, Default: shop}}\nConditions:\n  Never: !Equals [a, b]\nResources:\n{MACHINE}{resources}"
    );
    DesiredResources::of(&[parse(&text)], &inputs(), &VersionNumbers::new(), true)
}

fn desired(resources: &str) -> DesiredResources {
    let desired = read(resources);
    let lines: Vec<String> = desired.problems.iter().map(super::line).collect();
    assert_eq!(lines, Vec::<String>::new());
    desired
}

/// The problems of resources.
fn problems(resources: &str) -> Vec<String> {
    let desired = read(resources);
    desired.problems.iter().map(super::line).collect()
}

/// The only rule of resources.
fn rule(resources: &str) -> Rule {
    let desired = desired(resources);
    let [rule] = &desired.starts.rules[..] else {
        panic!("{} rules", desired.starts.rules.len());
    };
    rule.start.clone()
}

/// A rule of CloudFormation with a target that has more members.
fn with_target(more: &str) -> String {
    format!(
        "  Placed: {{Type: AWS::Events::Rule, Properties: {{EventPattern: {{source: [shop]}}, Targets: [{{Id: ship, Arn: !Ref Ship{more}}}]}}}}"
    )
}

#[test]
fn a_rule_has_its_pattern_bus_and_state_machines() {
    let rule = rule(
        "
  Placed:
    Type: AWS::Events::Rule
    Properties:
      Name: placed
      EventBusName: !GetAtt Bus.Arn
      EventPattern: {source: [!Ref Source], detail: {total: [{numeric: ['>', 5]}]}}
      State: DISABLED
      Targets:
        - {Id: ship, Arn: !GetAtt Ship.Arn, RoleArn: x, RetryPolicy: {MaximumRetryAttempts: 3}}
        - {Id: queue, Arn: !GetAtt Queue.Arn}
        - {Id: again, Arn: !Ref Ship, InputPath: $.detail}
",
    );
    assert_eq!((&*rule.name, &*rule.bus), ("placed", "shop"));
    assert!(!rule.is_enabled);
    let pattern = r#"{"source":["shop"],"detail":{"total":[{"numeric":[">",5]}]}}"#;
    assert_eq!(rule.pattern.as_str(), pattern);
    let ids: Vec<&str> = rule.targets.iter().map(|target| &*target.id).collect();
    assert_eq!(ids, ["ship", "again"]);
    assert_eq!(rule.targets[0].machine, format!("{ARN}:Ship"));
    assert_eq!(rule.targets[0].input, TargetInput::Event);
    assert!(matches!(rule.targets[1].input, TargetInput::Part(_)));
}

#[test]
fn a_pattern_can_be_a_text_and_the_bus_a_name() {
    let rule = rule(
        "
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: '{\"source\": [\"shop\"]}'
      Targets: [{Id: ship, Arn: !Sub 'arn:aws:states:us-east-1:123456789012:stateMachine:Ship:live'}]
",
    );
    assert_eq!((&*rule.name, &*rule.bus), ("Placed", "shop"));
    assert_eq!(rule.pattern.as_str(), r#"{"source": ["shop"]}"#);
    assert_eq!(rule.targets[0].machine, format!("{ARN}:Ship:live"));
}

#[test]
fn events_of_sam_are_rules_for_the_state_machine() {
    let desired = desired(
        "
  Pack:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: pack
      AutoPublishAlias: live
      Definition: {StartAt: A, States: {A: {Type: Pass, End: true}}}
      Events:
        Placed: {Type: EventBridgeRule, Properties: {Pattern: {source: [!Ref Source]}, Input: '{}'}}
        Paid: {Type: CloudWatchEvent, Properties: {RuleName: paid, Pattern: {a: [1]}, Target: {Id: x}}}
        Hourly: {Type: Schedule, Properties: {Schedule: rate(1 hour), Enabled: false}}
        Nightly:
          Type: ScheduleV2
          Properties: {ScheduleExpression: cron(0 3 * * ? *), ScheduleExpressionTimezone: Europe/Berlin}
        Post: {Type: Api, Properties: {Path: /pack, Method: post}}
",
    );
    let starts = &desired.starts;
    let rules: Vec<(&str, &str)> = starts
        .rules
        .iter()
        .map(|rule| (&*rule.name, &*rule.start.targets[0].id))
        .collect();
    let expected = [
        ("PackPlaced", "PackPlacedStepFunctionsTarget"),
        ("paid", "x"),
    ];
    assert_eq!(rules, expected);
    // Not its alias, as the translator of SAM.
    let target = &starts.rules[0].start.targets[0];
    assert_eq!(target.machine, format!("{ARN}:pack"));
    let hourly = &starts.schedule_rules[0];
    assert_eq!(
        (&*hourly.name, hourly.start.is_enabled),
        ("PackHourly", false)
    );
    assert_eq!(starts.schedules[0].name, "PackNightly");
    assert_eq!(starts.unsupported[0].name, "event `Post` (Api)");
}

#[test]
fn schedules_of_cloudformation_start_state_machines() {
    let desired = desired(
        "
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties:
      Name: nightly
      ScheduleExpression: cron(0 3 * * ? *)
      FlexibleTimeWindow: {Mode: 'OFF'}
      Target: {Arn: !GetAtt Ship.Arn, RoleArn: !GetAtt Custom.Arn, Input: '{\"a\": 1}'}
  Other:
    Type: AWS::Scheduler::Schedule
    Properties: {ScheduleExpression: rate(1 day), Target: {Arn: !GetAtt Queue.Arn}}
  Hourly:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(1 hour), Targets: [{Id: a, Arn: !Ref Ship}]}
  Never:
    Type: AWS::Scheduler::Schedule
    Condition: Never
    Properties: {ScheduleExpression: wrong, Target: {Arn: !Ref Ship}}
",
    );
    let names: Vec<&str> = desired
        .starts
        .schedules
        .iter()
        .map(|one| &*one.name)
        .collect();
    assert_eq!(names, ["nightly"]);
    assert_eq!(desired.starts.schedule_rules[0].name, "Hourly");
    assert_eq!(desired.starts.unsupported.len(), 0);
}

#[test]
fn what_cannot_start_here_is_listed_and_no_problem() {
    let desired = desired(
        "
  Rule:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {a: [1]}, Targets: [{Id: only, Arn: !GetAtt Custom.Arn}]}
  Pipe:
    Type: AWS::Pipes::Pipe
    Properties: {Source: !GetAtt Queue.Arn, Target: !GetAtt Ship.Arn}
",
    );
    let names: Vec<&str> = desired
        .starts
        .unsupported
        .iter()
        .map(|one| &*one.name)
        .collect();
    assert_eq!(
        names,
        ["target `only`, whose ARN only AWS has,", "the pipe"]
    );
    assert_eq!(desired.starts.rules.len(), 0);
}

#[test]
fn wrong_rules_and_schedules_are_problems_that_name_the_fix() {
    let rule = |properties: &str| {
        format!(
            "  Placed: {{Type: AWS::Events::Rule, Properties: {{{properties}, Targets: [{{Id: a, Arn: !Ref Ship}}]}}}}"
        )
    };
    let two = "Targets: [{Id: a, Arn: !Ref Ship}, {Id: a, Arn: !Ref Ship}]";
    let six = (1..7).map(|id| format!("{{Id: '{id}', Arn: !Ref Ship}}"));
    let six = six.collect::<Vec<_>>().join(", ");
    let schedule = |expression: &str| {
        format!(
            "  Nightly: {{Type: AWS::Scheduler::Schedule, Properties: {{ScheduleExpression: {expression}, Target: {{Arn: !Ref Ship}}}}}}"
        )
    };
    let cases = [
        rule("EventPattern: {source: shop}"),
        rule("EventPattern: {source: [{numeric: 5}]}"),
        rule("EventPattern: {source: [shop]}, State: OFF"),
        rule("Name: placed"),
        rule("ScheduleExpression: hourly"),
        rule("ScheduleExpression: 'at(2027-01-31T09:00:00)'"),
        format!("  Placed: {{Type: AWS::Events::Rule, Properties: {{EventPattern: {{a: [1]}}, {two}}}}}"),
        format!("  Placed: {{Type: AWS::Events::Rule, Properties: {{EventPattern: {{a: [1]}}, Targets: [{six}]}}}}"),
        with_target(", Input: 'no JSON'"),
        with_target(", InputPath: detail"),
        with_target(", InputPath: $.detail, Input: '{}'"),
        with_target(", InputTransformer: {InputPathsMap: {a: $.b}}"),
        with_target(", InputTransformer: {InputTemplate: '{\"a\": <b>}'}"),
        format!("{}\n{}", rule("Name: same, EventPattern: {a: [1]}"), rule("Name: same, EventPattern: {a: [1]}").replace("Placed", "Paid")),
        schedule("cron(0 3 * * *)"),
        "  Pack: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {StartAt: A, States: {A: {Type: Pass, End: true}}}, Events: {A: {Type: EventBridgeRule, Properties: {}}, B: {Type: Schedule, Properties: {}}}}}".to_owned(),
    ];
    let lines = cases.iter().map(|case| {
        let problems = problems(case);
        assert!(!problems.is_empty(), "{case}");
        problems.join("\n")
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn without_starts_wrong_rules_are_no_problems() {
    let text = format!(
        "Resources:\n{MACHINE}  Placed: {{Type: AWS::Events::Rule, Properties: {{EventPattern: 5, Targets: [{{Id: a, Arn: !Ref Ship}}]}}}}\n"
    );
    let desired = DesiredResources::of(&[parse(&text)], &inputs(), &VersionNumbers::new(), false);
    assert_eq!(desired.problems.len(), 0);
    assert_eq!(desired.machines.len(), 1);
}
