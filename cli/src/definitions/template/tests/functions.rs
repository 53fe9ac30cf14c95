//! The intrinsic functions against the examples of CloudFormation's documentation.

use stepwright_asl::json;

use super::{evaluate_with, inputs, problems, value};

#[test]
fn functions_of_texts_and_lists_return_the_documented_values() {
    for (expression, expected) in [
        // Fn::Join, Fn::Split, Fn::Select, Fn::Base64: the examples of their pages.
        ("!Join [':', [a, b, c]]", json!("a:b:c")),
        (
            "!Join ['', ['arn:', !Ref AWS::Partition, ':s3:::elasticbeanstalk-*-', !Ref AWS::AccountId]]",
            json!("arn:aws:s3:::elasticbeanstalk-*-123456789012"),
        ),
        ("!Split ['|', 'a|b|c']", json!(["a", "b", "c"])),
        ("!Split ['|', 'a||c|']", json!(["a", "", "c", ""])),
        ("!Select [2, !Split [',', 'a,b,c']]", json!("c")),
        ("!Select ['1', [apples, grapes, oranges]]", json!("grapes")),
        ("!Select [!Ref Count, [a, b, c, d]]", json!("d")),
        (
            "!Base64 AWS CloudFormation",
            json!("QVdTIENsb3VkRm9ybWF0aW9u"),
        ),
        // Numbers and booleans become texts.
        ("!Join ['-', [1, true, a]]", json!("1-true-a")),
        ("!Join [',', !Ref Subnets]", json!("a,b,c")),
        ("!Select [1, !Ref Subnets]", json!("b")),
        ("!FindInMap [Sizes, !Ref AWS::Region, Small]", json!("t1")),
        ("!FindInMap [Sizes, us-east-1, List]", json!([1, 2])),
        (
            "!FindInMap [Sizes, eu-west-1, Small, {DefaultValue: none}]",
            json!("none"),
        ),
        ("!Select [0, !GetAZs '']", json!("us-east-1a")),
        ("!Select [2, !GetAZs eu-west-1]", json!("eu-west-1c")),
        ("{'Fn::Length': !Ref Subnets}", json!(3)),
        (
            "{'Fn::ToJsonString': {a: !Ref Stage, b: [1]}}",
            json!("{\"a\":\"dev\",\"b\":[1]}"),
        ),
        ("{Fn::Join: ['', [a, {Ref: Stage}]]}", json!("adev")),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn sub_replaces_parameters_attributes_and_own_variables() {
    for (expression, expected) in [
        ("!Sub '${Stage}-${AWS::Region}'", "dev-us-east-1"),
        (
            "!Sub '${Queue.Arn}'",
            "arn:aws:sqs:us-east-1:123456789012:Queue",
        ),
        ("!Sub ['www.${Domain}', {Domain: !Ref Stage}]", "www.dev"),
        // An own variable takes precedence.
        ("!Sub ['${Stage}', {Stage: !Join ['', [a, b]]}]", "ab"),
        ("!Sub '${!Literal} ${Stage}'", "${Literal} dev"),
        (
            "!Sub 'a ${ Stage } $Stage {Stage} ${'",
            "a dev $Stage {Stage} ${",
        ),
        (
            "!Sub '${Charge.Arn}:$LATEST'",
            "arn:aws:lambda:us-east-1:123456789012:function:Charge:$LATEST",
        ),
        ("!Sub '${}'", "${}"),
    ] {
        assert_eq!(value(expression), json!(expected), "{expression}");
    }
}

#[test]
fn references_return_names_arns_and_urls_as_on_aws() {
    for (expression, expected) in [
        (
            "!Ref Queue",
            "https://sqs.us-east-1.amazonaws.com/123456789012/Queue",
        ),
        ("!GetAtt Queue.QueueName", "Queue"),
        (
            "!GetAtt Named.Arn",
            "arn:aws:sqs:us-east-1:123456789012:dev-orders",
        ),
        ("!GetAtt [Fifo, QueueName]", "Fifo.fifo"),
        ("!Ref Table", "orders"),
        (
            "!GetAtt Table.Arn",
            "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
        ),
        ("!Ref Topic", "arn:aws:sns:us-east-1:123456789012:Topic"),
        ("!Ref Bucket", "bucket"),
        ("!GetAtt Bucket.Arn", "arn:aws:s3:::bucket"),
        ("!Ref Charge", "Charge"),
        (
            "!Ref Charge.Alias",
            "arn:aws:lambda:us-east-1:123456789012:function:Charge:live",
        ),
        (
            "!Ref ChargeAliaslive",
            "arn:aws:lambda:us-east-1:123456789012:function:Charge:live",
        ),
        (
            "!GetAtt ChargeRole.Arn",
            "arn:aws:iam::123456789012:role/ChargeRole",
        ),
        (
            "!Ref PlainAlias",
            "arn:aws:lambda:us-east-1:123456789012:function:plain:blue",
        ),
        (
            "!Ref Machine",
            "arn:aws:states:us-east-1:123456789012:stateMachine:orders",
        ),
        ("!GetAtt Machine.Name", "orders"),
        (
            "!Ref MachineAliaslive",
            "arn:aws:states:us-east-1:123456789012:stateMachine:orders:live",
        ),
        (
            "!Ref Activity",
            "arn:aws:states:us-east-1:123456789012:activity:approve",
        ),
        (
            "!GetAtt Cluster.Arn",
            "arn:aws:ecs:us-east-1:123456789012:cluster/Cluster",
        ),
        ("!Ref Database", "sales"),
        ("!Ref AWS::StackName", "orders"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
    ] {
        assert_eq!(value(expression), json!(expected), "{expression}");
    }
}

#[test]
fn conditions_choose_values_and_no_value_removes_members() {
    for (expression, expected) in [
        ("!If [IsDev, a, b]", json!("a")),
        ("!If [IsProd, a, b]", json!("b")),
        ("!If [Both, a, b]", json!("b")),
        ("!If [Either, a, b]", json!("a")),
        (
            "{a: !If [IsProd, 1, !Ref AWS::NoValue], b: 2}",
            json!({"b": 2}),
        ),
        ("[1, !If [IsProd, 2, !Ref AWS::NoValue], 3]", json!([1, 3])),
        // The value that is not chosen may be wrong.
        ("!If [IsDev, a, !Ref Nothing]", json!("a")),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn problems_name_the_location_and_the_way_out() {
    let found: Vec<String> = [
        "!Ref Quueue",
        "!Ref Nothing",
        "!Ref Custom",
        "!GetAtt Custom.Url",
        "!GetAtt Queue.Ran",
        "!GetAtt Queue",
        "!Ref [a]",
        "!Ref AWS::Nothing",
        "!Ref Needed",
        "!Ref Limited",
        "!Ref Image",
        "!Ref OnlyProd",
        "!Ref MachineAliasother",
        "!GetAtt Self.Arn",
        "!If [Loop, a, b]",
        "!If [IsDevv, a, b]",
        "!If [IsDev, a]",
        "!Select [3, [a, b, c]]",
        "!Select [x, [a]]",
        "!Select [0, text]",
        "!Split ['', a]",
        "!Join ['', text]",
        "!Join ['', [[a]]]",
        "!Sub '${a-b}'",
        "!Sub '${Subnets}'",
        "!Sub [a]",
        "!FindInMap [Sizes, us-east-1, Large]",
        "!ImportValue other-stack",
        "!Transform {Name: 'AWS::Include'}",
        "!Joni ['', []]",
        "!Equals [a, b]",
        "'{{resolve:ssm:/orders/table}}'",
        "!Base64 [a]",
        "{'Fn::ToJsonString': a}",
    ]
    .iter()
    .map(|expression| format!("{expression}\n  {}", problems(expression).join("\n  ")))
    .collect();
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn every_problem_of_a_value_is_reported() {
    let found = problems("[!Ref A1, {b: !Ref B1, c: !Sub '${C1}${D1}'}, !Ref A1]");
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn options_supply_values() {
    let mut inputs = inputs();
    for (name, value) in [
        ("Stage", "prod"),
        ("Needed", "n=1"),
        ("AWS::StackName", "s"),
        ("Image", "i"),
    ] {
        inputs.parameters.insert(name.to_owned(), value.to_owned());
    }
    for (name, value) in [
        ("Custom", "c"),
        ("Custom.Url", "u"),
        ("{{resolve:ssm:/a}}", "dyn"),
    ] {
        inputs.resources.insert(name.to_owned(), value.to_owned());
    }
    inputs
        .imports
        .insert("other-Arn".to_owned(), "imported".to_owned());
    let text = format!(
        "{}\nOutputs:\n  Value:\n    Value: [!Ref Stage, !Ref Needed, !Ref AWS::StackName, !Ref Image, !Ref Custom, !GetAtt Custom.Url, 'x-{{{{resolve:ssm:/a}}}}', !ImportValue other-Arn, !If [IsDev, a, b]]\n",
        super::SECTIONS
    );
    let value = evaluate_with(&text, &inputs).expect("there is no problem");
    assert_eq!(
        value,
        Some(json!([
            "prod", "n=1", "s", "i", "c", "u", "x-dyn", "imported", "b"
        ]))
    );
}
