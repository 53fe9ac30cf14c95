//! Values that a template computes:
//! <https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/591>.

use crate::common::{Ran, stepwright};
use tempfile::TempDir;

/// A folder with files, in which commands run.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Folder(folder)
    }

    fn run(&self, command: &str, file: &str, more: &[&str]) -> Ran {
        let file = self.0.path().join(file).display().to_string();
        stepwright(&[&[command, &file], more].concat(), "")
    }

    /// The output of `validate`, without the path of the folder.
    fn validated(&self, file: &str) -> String {
        let ran = self.run("validate", file, &[]);
        let folder = format!("{}/", self.0.path().display());
        ran.stdout.replace(&folder, "")
    }
}

/// A template with a definition string of a function.
fn template(function: &str) -> String {
    format!(
        "Parameters:\n  Limit: {{Type: Number, Default: 7}}\nResources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      RoleArn: arn:aws:iam::123456789012:role/r\n      DefinitionString: {function}\n"
    )
}

/// A file of Terraform with a definition.
fn terraform(definition: &str) -> String {
    format!(
        "resource \"aws_sfn_state_machine\" \"m\" {{\n  name = \"m\"\n  role_arn = \"r\"\n  definition = {definition}\n}}\nlocals {{\n  base = {{ Type = \"Pass\" }}\n}}\n"
    )
}

#[test]
fn each_command_reads_a_definition_with_computed_values() {
    let definition = r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": ${Limit}, "Next": "P"},
        "P": {"Type": "Parallel", "Branches": [{"StartAt": "X", "States": {"X": {"Type": "Pass", "Result": ${Result}, "End": true}}}], "Retry": ${Retry}, "End": true}}}"#;
    let yaml = "StartAt: W\nStates:\n  W: {Type: Wait, Seconds: ${Limit}, Next: P}\n  P:\n    Type: Pass\n    Parameters: {n: ${Limit}}\n    End: true\n";
    let sub = "!Sub\n        - '{\"StartAt\": \"W\", \"States\": {\"W\": {\"Type\": \"Wait\", \"Seconds\": ${S}, \"End\": true}}}'\n        - S: 30";
    let join = r#"{"Fn::Join": ["", ['{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":', {Ref: Limit}, ',"End":true}}}']]}"#;
    let concat = terraform(
        "jsonencode({ StartAt = \"W\", States = { W = { Type = \"Wait\", Seconds = var.limit, Next = \"P\" }, P = { Type = \"Parallel\", Branches = [{ StartAt = \"X\", States = { X = { Type = \"Pass\", End = true } } }], Retry = concat(local.a, [{ ErrorEquals = [\"States.ALL\"] }]), End = true } } })",
    );
    let heredoc = terraform(
        "<<EOT\n{\"StartAt\": \"W\", \"States\": {\"W\": {\"Type\": \"Wait\", \"Seconds\": ${var.limit}, \"Comment\": \"${join(\",\", var.x)}\", \"End\": true}}}\nEOT",
    );
    let files: &[(&str, &str)] = &[
        ("a.asl.json", definition),
        ("a.asl.yaml", yaml),
        ("sub.yaml", &template(sub)),
        ("join.yaml", &template(join)),
        ("concat.tf", &concat),
    ];
    for (name, text) in files.iter().chain([&("heredoc.tf", heredoc.as_str())]) {
        let folder = Folder::new(&[(name, text)]);
        for command in ["validate", "run", "policy", "graph", "estimate", "import"] {
            let ran = folder.run(command, name, &[]);
            assert_eq!(
                ran.status, 0,
                "{command} {name}: {} {}",
                ran.stdout, ran.stderr
            );
        }
        let other = folder.0.path().join(name).display().to_string();
        let ran = folder.run("diff", name, &[&other]);
        assert_eq!(ran.status, 0, "diff {name}: {}", ran.stderr);
        let summary = folder.validated(name);
        assert!(
            summary.contains("valid; not checked: `Seconds` of `W`"),
            "{summary}"
        );
    }
}

#[test]
fn everything_else_in_the_file_is_checked() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${Fn}", "TimeoutSeconds": ${Limit}, "Retry": [${First}, {"ErrorEquals": []}], "Next": "Nowhere"}}}"#;
    let folder = Folder::new(&[("a.asl.json", text)]);
    let out = folder.validated("a.asl.json");
    assert!(out.contains("Missing 'Next' target: Nowhere"), "{out}");
    assert!(out.contains("at /States/A/Retry/1/ErrorEquals"), "{out}");
    let end = "a.asl.json: 2 errors; not checked: `TimeoutSeconds` of `A`, `Retry[0]` of `A`\n";
    assert!(out.ends_with(end), "{out}");
    // A quoted placeholder is a text.
    let text = text.replace("[${First}, {\"ErrorEquals\": []}]", "\"${Retry}\"");
    let folder = Folder::new(&[("a.asl.json", &text)]);
    let out = folder.validated("a.asl.json");
    assert!(
        out.contains("expected an array of objects, found a string"),
        "{out}"
    );
}

#[test]
fn terraform_computes_values_of_any_type() {
    let state = |fields: &str| {
        terraform(&format!(
            "jsonencode({{ StartAt = \"A\", States = {{ A = {{ Type = \"Task\", Resource = \"arn:aws:lambda:us-east-1:123456789012:function:f\", {fields}, Nxt = \"B\", End = true }} }} }})"
        ))
    };
    for fields in [
        "Retry = concat(local.a, [])",
        "Retry = [for e in var.errors : { ErrorEquals = [e] }]",
        "Retry = local.retries",
        "Retry = var.on ? [] : []",
        "Retry = \"${var.retries}\"",
        "Retry = jsondecode(file(\"x.json\"))",
        "Catch = [merge(local.c, { ErrorEquals = [\"States.ALL\"] })]",
        "TimeoutSeconds = tonumber(var.x)",
        "TimeoutSeconds = var.a * 60",
        "Parameters = merge(local.p, { a = 1 })",
    ] {
        let folder = Folder::new(&[("m.tf", &state(fields))]);
        let out = folder.validated("m.tf");
        assert!(
            out.contains("Field 'Nxt' is not supported"),
            "{fields}: {out}"
        );
        assert_eq!(out.matches("error[").count(), 1, "{fields}: {out}");
    }
    for definition in [
        "jsonencode({ StartAt = \"A\", States = merge(local.s, { A = { Type = \"Pass\", End = true } }) })",
        "jsonencode({ StartAt = \"A\", States = { A = merge(local.base, { End = true }) } })",
        "jsonencode({ StartAt = \"A\", States = { for n in var.names : n => local.base } })",
        "jsonencode({ StartAt = \"A\", States = { (var.name) = { Type = \"Pass\", End = true }, A = { Type = \"Pass\", Next = var.name } } })",
        "jsonencode(merge(var.base, { StartAt = \"A\" }))",
        "<<EOT\n${jsonencode({ a = var.a })}\nEOT",
    ] {
        let folder = Folder::new(&[("m.tf", &terraform(definition))]);
        let ran = folder.run("validate", "m.tf", &[]);
        assert_eq!(ran.status, 0, "{definition}: {} {}", ran.stdout, ran.stderr);
    }
}

#[test]
fn terraform_reads_files_as_templates_and_as_yaml() {
    let json = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${seconds}, "Comment": "${join(", ", [for x in xs : "{${x}}"])}", "Nxt": 1, "End": true}}}"#;
    let yaml = "StartAt: A\nStates:\n  A: {Type: Wait, Seconds: 1, Nxt: 1, End: true}\n";
    let plain = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${seconds}, "End": true}}}"#;
    let files = [("d.json", json), ("d.yaml", yaml), ("plain.json", plain)];
    for (definition, expected) in [
        (
            "templatefile(\"${path.module}/d.json\", { seconds = 1 })",
            "Field 'Nxt' is not supported",
        ),
        (
            "jsonencode(yamldecode(file(\"d.yaml\")))",
            "Field 'Nxt' is not supported",
        ),
        (
            "jsonencode(yamldecode(templatefile(\"d.yaml\", {})))",
            "Field 'Nxt' is not supported",
        ),
        (
            "jsonencode(yamldecode(<<EOT\nStartAt: A\nStates:\n  A: {Type: Pass, Nxt: 1, End: true}\nEOT\n))",
            "Field 'Nxt' is not supported",
        ),
        (
            "jsonencode(jsondecode(templatefile(\"d.json\", {})))",
            "Field 'Nxt' is not supported",
        ),
        (
            "file(\"d.yaml\")",
            "the definition of this resource must be JSON, but this text is YAML",
        ),
        // Terraform replaces nothing in this file.
        (
            "file(\"plain.json\")",
            "a template must replace this placeholder",
        ),
    ] {
        let terraform = terraform(definition);
        let folder = Folder::new(&[&[("m.tf", terraform.as_str())], files.as_slice()].concat());
        let out = folder.validated("m.tf");
        assert!(out.contains(expected), "{definition}: {out}");
        assert_eq!(out.matches("error[").count(), 1, "{definition}: {out}");
    }
}

#[test]
fn a_run_uses_the_values_that_the_template_contains() {
    let sam = "Transform: AWS::Serverless-2016-10-31\nParameters:\n  Limit: {Type: Number, Default: 7}\nResources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: d.asl.json\n      DefinitionSubstitutions: {Number: 3, Items: '[1, 2]', Limit: !Ref Limit, Fn: !GetAtt F.Arn}\n";
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"n": ${Number}, "items": ${Items}, "limit": ${Limit}, "fn": ${Fn}, "text": "to ${Number} and ${Fn}"}, "Next": "W"},
        "W": {"Type": "Wait", "Seconds": ${Unknown}, "End": true}}}"#;
    let folder = Folder::new(&[("t.yaml", sam), ("d.asl.json", definition)]);
    let ran = folder.run("run", "t.yaml", &[]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let output: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let expected = serde_json::json!({"n": 3, "items": [1, 2], "limit": 7, "fn": "${Fn}", "text": "to 3 and ${Fn}"});
    assert_eq!(output, expected);
    assert!(
        ran.stderr.contains("runs without `Seconds` of `W`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_definition_in_yaml_is_refused_where_the_resource_needs_json() {
    let yaml = "|\n        StartAt: A\n        States:\n          A: {Type: Pass, End: true}";
    let cases = [
        ("t.yaml", template(yaml)),
        ("s.yaml", template(&format!("!Sub {yaml}"))),
        (
            "m.tf",
            terraform("<<EOT\nStartAt: A\nStates:\n  A:\n    Type: Succeed\nEOT"),
        ),
    ];
    for (name, text) in &cases {
        let folder = Folder::new(&[(name, text)]);
        for command in ["validate", "run", "policy"] {
            let ran = folder.run(command, name, &[]);
            let all = format!("{}{}", ran.stdout, ran.stderr);
            assert_eq!(ran.status, 1, "{command} {name}: {all}");
            let message = "the definition of this resource must be JSON, but this text is YAML";
            assert!(all.contains(message), "{command} {name}: {all}");
        }
    }
    let serving = |text: &str| {
        let folder = Folder::new(&[("t.yaml", text)]);
        let file = folder.0.path().join("t.yaml").display().to_string();
        stepwright(&["serve", "--port", "0", "--template", &file], "")
    };
    let ran = serving(&cases[0].1);
    assert!(
        ran.stderr.contains("must be JSON, but this text is YAML"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_argument_of_sub_that_is_no_string_is_refused_by_validate_and_serve() {
    let text =
        r#"'{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": ${V}, "End": true}}}'"#;
    for (function, message) in [
        (
            format!("!Sub\n        - {text}\n        - V: {{a: 1}}"),
            "object, but a string is needed",
        ),
        (
            format!("!Sub\n        - {text}\n        - V: [1]"),
            ", but a string is needed",
        ),
        (
            format!("{{\"Fn::Sub\": [{text}, {{V: {{a: 1}}}}]}}"),
            "object, but a string is needed",
        ),
        (
            format!("{{\"Fn::Sub\": [{text}]}}"),
            "the argument of `Fn::Sub` has the wrong form",
        ),
        (
            "!Sub {StartAt: A}".to_owned(),
            "the argument of `Fn::Sub` has the wrong form",
        ),
    ] {
        let text = template(&function);
        let folder = Folder::new(&[("t.yaml", &text)]);
        let file = folder.0.path().join("t.yaml").display().to_string();
        for arguments in [
            vec!["validate", &file],
            vec!["serve", "--port", "0", "--template", &file],
        ] {
            let ran = stepwright(&arguments, "");
            let all = format!("{}{}", ran.stdout, ran.stderr);
            assert_eq!(ran.status, 1, "{function}: {all}");
            assert_eq!(all.matches(message).count(), 1, "{function}: {all}");
        }
    }
}

#[test]
fn the_state_machines_of_a_serverless_file_are_checked() {
    let text = "service: shop\nprovider: {name: aws}\nplugins: [serverless-step-functions]\nstepFunctions:\n  stateMachines:\n    orders:\n      type: EXPRESS\n      definition:\n        StartAt: Charge\n        States:\n          Charge:\n            Type: Task\n            Resource: !GetAtt ChargeLambdaFunction.Arn\n            TimeoutSeconds: ${self:custom.limit}\n            Retry: ${self:custom.retry}\n            Next: Dnoe\n          Done: {Type: Succeed}\n    refunds:\n      definition: ${file(refunds.asl.yaml)}\n    computed:\n      definition: ${self:custom.definition}\n";
    let refunds = "StartAt: A\nStates:\n  A: {Type: Pass, Nxt: B, End: true}\n";
    let folder = Folder::new(&[("serverless.yml", text), ("refunds.asl.yaml", refunds)]);
    let ran = folder.run("validate", "serverless.yml", &[]);
    assert_eq!(ran.status, 1);
    let out = &ran.stdout;
    assert!(out.contains("Missing 'Next' target: Dnoe"), "{out}");
    assert!(out.contains("Field 'Nxt' is not supported"), "{out}");
    assert!(!out.contains("'service'"), "{out}");
    let end = "not checked: `TimeoutSeconds` of `Charge`, `Retry` of `Charge`";
    assert!(out.contains(end), "{out}");
    assert!(
        ran.stderr.contains("`computed` is not checked"),
        "{}",
        ran.stderr
    );
    // A service without state machines.
    let folder = Folder::new(&[("serverless.yml", "service: a\nprovider: {name: aws}\n")]);
    let ran = folder.run("validate", "serverless.yml", &[]);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("has no state machine"),
        "{}",
        ran.stderr
    );
}

/// CloudFormation's provider replaces any text `${key}`.
#[test]
fn any_key_of_the_substitutions_is_a_placeholder() {
    for key in ["Fn.Arn", "AWS::Region", "my-fn", "a b", "Fn"] {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "Result": "${{{key}}}", "End": true}}}}}}"#
        );
        let template = format!(
            r#"{{"Resources": {{"M": {{"Type": "AWS::Serverless::StateMachine", "Properties": {{"DefinitionUri": "d.asl.json", "DefinitionSubstitutions": {{"{key}": "x"}}}}}},
              "N": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"Definition": {definition}, "DefinitionSubstitutions": {{"{key}": "x"}}}}}}}}}}"#
        );
        let folder = Folder::new(&[("d.asl.json", &definition), ("t.json", &template)]);
        let template = folder.0.path().join("t.json").display().to_string();
        let ran = stepwright(&["placeholders", "--check", &template], "");
        assert_eq!(ran.status, 0, "{key}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(
            ran.stdout.matches("1 placeholder, all defined").count(),
            2,
            "{key}: {}",
            ran.stdout
        );
    }
    // A name that the template does not define is not replaced.
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${Fn.Arm}", "End": true}}}"#;
    let template = r#"{"Resources": {"M": {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": "d.asl.json", "DefinitionSubstitutions": {"Fn.Arn": "x"}}}}}"#;
    let folder = Folder::new(&[("d.asl.json", definition), ("t.json", template)]);
    let ran = folder.run(
        "placeholders",
        "d.asl.json",
        &[
            "--check",
            &folder.0.path().join("t.json").display().to_string(),
        ],
    );
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("`${Fn.Arm}` is not replaced"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_policy_has_the_partition_of_the_definition() {
    let machine = |resource: &str, arguments: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "{resource}", "Parameters": {arguments}, "End": true}}}}}}"#
        )
    };
    let table = r#"{"TableName": "t", "Item": {}}"#;
    for (text, more, expected, is_mixed) in [
        (
            machine("arn:aws-cn:states:::dynamodb:putItem", table),
            &[][..],
            "arn:aws-cn:dynamodb:*:*:table/t",
            false,
        ),
        (
            machine("arn:aws-us-gov:states:::dynamodb:putItem", table),
            &[],
            "arn:aws-us-gov:dynamodb:*:*:table/t",
            false,
        ),
        (
            machine(
                "arn:aws-cn:states:::sqs:sendMessage",
                r#"{"QueueUrl": "https://sqs.cn-north-1.amazonaws.com.cn/1/q", "MessageBody": "x"}"#,
            ),
            &[],
            "arn:aws-cn:sqs:cn-north-1:1:q",
            false,
        ),
        (
            machine(
                "arn:aws:states:::sqs:sendMessage",
                r#"{"QueueUrl": "https://sqs.cn-north-1.amazonaws.com.cn/1/q", "MessageBody": "x"}"#,
            ),
            &[],
            "arn:aws-cn:sqs:cn-north-1:1:q",
            true,
        ),
        (
            machine("arn:aws:states:::dynamodb:putItem", table),
            &["--region", "eu-west-1"],
            "arn:aws:dynamodb:eu-west-1:*:table/t",
            false,
        ),
        (
            machine("arn:aws:states:::dynamodb:putItem", table),
            &["--partition", "aws-cn"],
            "arn:aws-cn:dynamodb:*:*:table/t",
            true,
        ),
    ] {
        let folder = Folder::new(&[("a.asl.json", &text)]);
        let ran = folder.run("policy", "a.asl.json", more);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert!(
            ran.stdout.contains(&format!("\"{expected}\"")),
            "{}",
            ran.stdout
        );
        assert_eq!(
            ran.stderr.contains("has ARNs of"),
            is_mixed,
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn files_that_a_serverless_file_inserts_are_read_as_it_is() {
    let text = |definition: &str| {
        format!(
            "service: shop\nprovider: {{name: aws}}\nstepFunctions:\n  stateMachines:\n    orders:\n      definition: {definition}\n"
        )
    };
    let definition = "StartAt: Ask\nStates:\n  Ask:\n    Type: Choice\n    Choices: [{Variable: $.ok, BooleanEquals: true, Next: On}]\n    Default: Off\n  On: {Type: Succeed}\n  Off: {Type: Wait, Seconds: 010, Next: On}\n";
    let inner = definition.replace('\n', "\n      ");
    let nested = format!("custom: 1\nall:\n  orders:\n    definition:\n      {inner}\n");
    for (value, status, shown) in [
        ("${file(a/orders.yml)}", 0, "valid"),
        ("${file('./a/orders.yml')}", 0, "valid"),
        ("${file(a/all.yml):all.orders.definition}", 0, "valid"),
        (
            "${file(a/all.yml):all.order}",
            1,
            "the file has no object `all.order`",
        ),
        ("${file(a/none.yml)}", 2, "a/none.yml"),
        ("${file(../outside.yml)}", 2, "is not below"),
        (
            "${file(a/${self:custom.name}.yml)}",
            0,
            "Serverless computes",
        ),
        ("${file(a/orders.yml), 'x'}", 0, "Serverless computes"),
    ] {
        let folder = Folder::new(&[("outside.yml", definition)]);
        let path = |name: &str| folder.0.path().join(name);
        std::fs::create_dir_all(path("p/a")).unwrap();
        std::fs::write(path("p/serverless.yml"), text(value)).unwrap();
        std::fs::write(path("p/a/orders.yml"), definition).unwrap();
        std::fs::write(path("p/a/all.yml"), &nested).unwrap();
        let ran = folder.run("validate", "p/serverless.yml", &[]);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.status, status, "{value}: {all}");
        assert!(all.contains(shown), "{value}: {all}");
    }
}

#[test]
fn words_and_numbers_of_a_serverless_file_are_those_of_yaml_1_2() {
    let states = "StartAt: Ask\nStates:\n  Ask: {Type: Choice, Choices: [{Variable: $.ok, BooleanEquals: true, Next: Yes}], Default: Off}\n  Yes: {Type: Succeed}\n  Off: {Type: Wait, Seconds: 012, Next: Yes}\n";
    let indented = states.replace('\n', "\n        ");
    let service = format!(
        "service: a\nprovider: {{name: aws}}\nstepFunctions:\n  stateMachines:\n    m:\n      definition:\n        {indented}"
    );
    let template = format!(
        "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition:\n        {indented}"
    );
    let folder = Folder::new(&[("serverless.yml", &service), ("template.yaml", &template)]);
    let ran = folder.run("validate", "serverless.yml", &[]);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    let ran = folder.run("validate", "template.yaml", &[]);
    assert!(ran.stdout.contains("found a boolean"), "{}", ran.stdout);
}
