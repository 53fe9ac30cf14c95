//! Rules of EventBridge whose properties depend on conditions, aliases and other properties.

use stepwright_events::rule::Rule;

use super::{DesiredResources, VersionNumbers, inputs, parse};

const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine";
const DEFINITION: &str = "Definition: {StartAt: A, States: {A: {Type: Pass, End: true}}}";

fn read(resources: &str) -> DesiredResources {
    let text = format!(
        "
Transform: AWS::Serverless-2016-10-31
Conditions:
  Never: !Equals [a, b]
  Always: !Equals [a, a]
Resources:
  Ship: {{Type: AWS::StepFunctions::StateMachine, Properties: {{{DEFINITION}}}}}
  Queue: {{Type: AWS::SQS::Queue}}
  Off: {{Type: AWS::StepFunctions::StateMachine, Condition: Never, Properties: {{{DEFINITION}}}}}
{resources}
"
    );
    DesiredResources::of(&[parse(&text)], &inputs(), &VersionNumbers::new(), true)
}

fn problems(desired: &DesiredResources) -> Vec<String> {
    desired.problems.iter().map(super::line).collect()
}

/// The rules of resources without problems.
fn rules(resources: &str) -> Vec<Rule> {
    let desired = read(resources);
    assert_eq!(problems(&desired), Vec::<String>::new(), "{resources}");
    let rules = desired.starts.rules.iter();
    rules.map(|rule| rule.start.clone()).collect()
}

/// A rule of CloudFormation with these properties.
fn rule(properties: &str) -> String {
    format!("  Placed: {{Type: AWS::Events::Rule, Properties: {{{properties}}}}}")
}

/// A rule with a pattern and these targets.
fn with_targets(targets: &str) -> String {
    rule(&format!("EventPattern: {{a: [1]}}, Targets: {targets}"))
}

/// A state machine of SAM with an event and more properties.
fn sam(properties: &str, event: &str) -> String {
    format!(
        "  Pack: {{Type: AWS::Serverless::StateMachine, Properties: {{{DEFINITION}, {properties}Events: {{Placed: {{{event}}}}}}}}}"
    )
}

const EVENT: &str = "Type: EventBridgeRule, Properties: {Pattern: {a: [1]}}";

#[test]
fn events_of_sam_start_the_alias_only_if_the_template_chooses_it() {
    let cases = [
        ("", "Pack"),
        ("AutoPublishAlias: live, ", "Pack"),
        (
            "AutoPublishAlias: live, UseAliasAsEventTarget: false, ",
            "Pack",
        ),
        (
            "AutoPublishAlias: live, UseAliasAsEventTarget: true, ",
            "Pack:live",
        ),
    ];
    for (properties, machine) in cases {
        let rules = rules(&sam(properties, EVENT));
        assert_eq!(rules[0].targets[0].machine, format!("{ARN}:{machine}"));
    }
}

#[test]
fn the_target_of_sam_has_an_id_of_64_characters_at_most() {
    let id = "P".repeat(60);
    let rules = rules(&sam("", EVENT).replace("  Pack:", &format!("  {id}:")));
    assert_eq!(rules[0].name, format!("{id}Placed"));
    let expected = format!("{}StepFunctionsTarget", &id[..45]);
    assert_eq!(rules[0].targets[0].id, expected);
    assert_eq!(expected.len(), 64);
}

#[test]
fn conditions_choose_targets() {
    let ship = "{Id: ship, Arn: !Ref Ship}";
    let none = "!Ref AWS::NoValue";
    let chosen = [
        format!("[!If [Always, {ship}, {none}]]"),
        format!("[!If [Never, {none}, {ship}], !If [Never, {ship}, {none}]]"),
        format!("!If [Always, [{ship}], []]"),
        format!("!If [Never, [], !If [Always, [{ship}], {none}]]"),
        "[{Id: ship, Arn: !If [Never, !Ref Off, !Ref Ship]}]".to_owned(),
    ];
    for targets in chosen {
        let rules = rules(&with_targets(&targets));
        assert_eq!(rules.len(), 1, "{targets}");
        assert_eq!(rules[0].targets.len(), 1, "{targets}");
        assert_eq!(rules[0].targets[0].machine, format!("{ARN}:Ship"));
    }
    for targets in [
        format!("[!If [Never, {ship}, {none}]]"),
        format!("!If [Never, [{ship}], {none}]"),
    ] {
        assert_eq!(rules(&with_targets(&targets)).len(), 0, "{targets}");
    }
    // A target that is not chosen counts neither for the maximum nor as another with its ID.
    let others = format!("!If [Never, {ship}, {none}], ").repeat(5);
    assert_eq!(rules(&with_targets(&format!("[{others}{ship}]"))).len(), 1);
}

#[test]
fn a_rule_with_a_pattern_and_a_schedule_is_one_rule() {
    let targets = "Targets: [{Id: ship, Arn: !Ref Ship}]";
    let desired = read(&rule(&format!(
        "EventPattern: {{a: [1]}}, ScheduleExpression: rate(1 hour), {targets}"
    )));
    assert_eq!(problems(&desired), Vec::<String>::new());
    assert_eq!(desired.starts.rules.len(), 1);
    assert_eq!(desired.starts.schedule_rules.len(), 1);
    assert_eq!(desired.starts.names().count(), 1);
    // `AWS::NoValue` removes the pattern.
    let desired = read(&rule(&format!(
        "EventPattern: !Ref AWS::NoValue, ScheduleExpression: rate(1 hour), {targets}"
    )));
    assert_eq!(problems(&desired), Vec::<String>::new());
    assert_eq!(desired.starts.rules.len(), 0);
    assert_eq!(desired.starts.schedule_rules.len(), 1);
}

#[test]
fn rules_of_two_buses_can_have_one_name() {
    let named = |id: &str, bus: &str| {
        let properties =
            "Name: same, EventPattern: {a: [1]}, Targets: [{Id: ship, Arn: !Ref Ship}]";
        rule(&format!("EventBusName: {bus}, {properties}")).replace("Placed", id)
    };
    let both = format!("{}\n{}", named("One", "default"), named("Two", "shop"));
    assert_eq!(rules(&both).len(), 2);
}

#[test]
fn targets_of_other_services_are_no_problems() {
    let other = "{Id: queue, Arn: !GetAtt Queue.Nothing}";
    let desired = read(&with_targets(&format!("[{other}]")));
    assert_eq!(problems(&desired), Vec::<String>::new());
    assert_eq!(desired.starts.rules.len(), 0);
    let rules = rules(&with_targets(&format!(
        "[{other}, {{Id: ship, Arn: !Sub '${{Ship}}'}}]"
    )));
    assert_eq!(rules[0].targets.len(), 1);
    // The branch with the state machine is not chosen.
    let other = "{Id: queue, Arn: !If [Always, !GetAtt Queue.Nothing, !Ref Ship]}";
    let desired = read(&with_targets(&format!("[{other}]")));
    assert_eq!(problems(&desired), Vec::<String>::new());
    // More targets than a rule can have: AWS refuses the rule, and it starts nothing here.
    let many: Vec<String> = (0..6)
        .map(|id| other.replace("queue", &format!("q{id}")))
        .collect();
    let desired = read(&with_targets(&format!("[{}]", many.join(", "))));
    assert_eq!(problems(&desired), Vec::<String>::new());
}

#[test]
fn wrong_targets_and_events_are_problems_that_name_the_fix() {
    let transformed = |transformer: &str| {
        with_targets(&format!(
            "[{{Id: a, Arn: !Ref Ship, InputTransformer: {{{transformer}, InputTemplate: '{{}}'}}}}]"
        ))
    };
    let cases = [
        with_targets("[{Id: a, Arn: !GetAtt Ship.Name2}]"),
        with_targets("[{Id: a, Arn: !GetAtt [Ship, Name2]}]"),
        with_targets("[{Id: a, Arn: !Sub '${Ship.Name2}:live'}]"),
        with_targets("[{Id: a, Arn: !Join [':', [!GetAtt Ship.Name2, live]]}]"),
        with_targets("[{Id: a, Arn: !Ref Off}]"),
        with_targets("[{Arn: !Ref Ship}]"),
        with_targets("[{Id: a, Arn: !GetAtt Queue.Arn}, {Id: a, Arn: !Ref Ship}]"),
        with_targets("[!If [Sometimes, {Id: a, Arn: !Ref Ship}, !Ref AWS::NoValue]]"),
        transformed("InputPathsMap: {a: 5}"),
        transformed("InputPathsMap: [a]"),
        rule(
            "EventBusName: shop, ScheduleExpression: rate(1 hour), Targets: [{Id: a, Arn: !Ref Ship}]",
        ),
        sam("UseAliasAsEventTarget: true, ", EVENT),
        sam("", "Type: EventBridgeRule"),
        sam(
            "",
            "Type: EventBridgeRule, Properties: {Pattern: !Ref AWS::NoValue}",
        ),
        sam(
            "",
            "Type: Schedule, Properties: {Schedule: rate(1 day), Enabled: true, State: DISABLED}",
        ),
        // One problem, not one for the state machine and one for its events.
        sam("Name: !Ref Nothing, ", EVENT),
    ];
    let lines = cases.iter().map(|case| {
        let problems = problems(&read(case));
        assert_eq!(problems.len(), 1, "{case}: {problems:?}");
        problems.join("\n")
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}
