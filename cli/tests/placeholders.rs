//! `stepwright placeholders`.

use std::path::PathBuf;

use crate::common::{Ran, stepwright};
use serde_json::{Value, json};

/// A temporary folder with files.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs the command; an argument `@name` is replaced by the path of that file.
    fn placeholders(&self, arguments: &[&str]) -> Ran {
        let arguments: Vec<String> = arguments
            .iter()
            .map(|argument| match argument.strip_prefix('@') {
                Some(name) => self.path(name).display().to_string(),
                None => (*argument).to_owned(),
            })
            .collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = stepwright(&[&["placeholders"], arguments.as_slice()].concat(), "");
        let folder = format!("{}/", self.0.path().display());
        Ran {
            stdout: ran.stdout.replace(&folder, ""),
            stderr: ran.stderr.replace(&folder, ""),
            ..ran
        }
    }

    /// The diagnostics of `--check`: kind, file with line and column, and suggestion.
    fn errors(&self, arguments: &[&str]) -> Vec<(String, String, String)> {
        let ran = self.placeholders(&[arguments, &["--format", "json"]].concat());
        let report: Value = serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|_| panic!("{}\n{}", ran.stdout, ran.stderr));
        let errors = report["diagnostics"].as_array().unwrap();
        // Warnings alone do not fail the command.
        let fails = errors.iter().any(|error| error["severity"] == "error");
        assert_eq!(ran.status, i32::from(fails), "{}", ran.stderr);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        errors
            .iter()
            .map(|error| {
                let place = format!(
                    "{}:{}:{}",
                    text(&error["file"]),
                    error["line"],
                    error["column"]
                );
                (text(&error["kind"]), place, text(&error["suggestion"]))
            })
            .collect()
    }
}

fn error(kind: &str, place: &str, mend: &str) -> (String, String, String) {
    (kind.to_owned(), place.to_owned(), mend.to_owned())
}

const ORDERS: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${ChargeCardArn}", "Payload.$": "$"}, "Next": "Tell"},
    "Tell": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": "${TopicArn}", "Message": "paid in ${Stage}"}, "Next": "Ship"},
    "Ship": {"Type": "Task", "Resource": "${ShipActivityArn}", "End": true}
  }
}
"#;

#[test]
fn placeholders_of_a_definition_are_listed_in_every_format() {
    let folder = Folder::new(&[("orders.asl.json", ORDERS)]);
    let list = |format: &str| {
        let ran = folder.placeholders(&["@orders.asl.json", "--format", format]);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        ran.stdout
    };
    assert_eq!(
        list("text"),
        "PLACEHOLDER      STANDS FOR                          STATES\n\
         ChargeCardArn    Lambda function ARN                 Charge\n\
         TopicArn         SNS topic ARN                       Tell\n\
         Stage            a part of `Message` of sns:publish  Tell\n\
         ShipActivityArn  activity ARN                        Ship\n"
    );
    assert_eq!(
        serde_json::from_str::<Value>(&list("json")).unwrap(),
        json!({
            "ChargeCardArn": {"standsFor": "Lambda function ARN", "states": ["Charge"]},
            "TopicArn": {"standsFor": "SNS topic ARN", "states": ["Tell"]},
            "Stage": {"standsFor": "a part of `Message` of sns:publish", "states": ["Tell"]},
            "ShipActivityArn": {"standsFor": "activity ARN", "states": ["Ship"]},
        })
    );
    assert!(list("yaml").starts_with(
        "ChargeCardArn:\n  standsFor: \"Lambda function ARN\"\n  states: [\"Charge\"]\n"
    ));
    assert_eq!(
        list("tfvars"),
        "ChargeCardArn = null # Lambda function ARN, used by Charge\n\
         TopicArn = null # SNS topic ARN, used by Tell\n\
         Stage = null # a part of `Message` of sns:publish, used by Tell\n\
         ShipActivityArn = null # activity ARN, used by Ship\n"
    );
    assert_eq!(
        list("sam"),
        "DefinitionSubstitutions:\n\
         \x20 # Lambda function ARN, used by Charge\n\
         \x20 ChargeCardArn: !GetAtt ChargeCardFunction.Arn\n\
         \x20 # SNS topic ARN, used by Tell\n\
         \x20 TopicArn: !Ref Topic\n\
         \x20 # a part of `Message` of sns:publish, used by Tell\n\
         \x20 Stage: !Ref Stage\n\
         \x20 # activity ARN, used by Ship\n\
         \x20 ShipActivityArn: !Ref ShipActivity\n"
    );
}

const SAM: &str = "\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Resources:
  ChargeFunction:
    Type: AWS::Serverless::Function
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: asl/orders.asl.json
      DefinitionSubstitutions:
        ChargeCardArn: !GetAtt ChargeFunction.Arn
        TopicArn: !Ref Topic
        Stage: !Ref Stage
        ShipActivityArn: !Ref ShipActivity
";

#[test]
fn a_sam_template_with_all_substitutions_is_accepted() {
    let folder = Folder::new(&[("template.yaml", SAM), ("asl/orders.asl.json", ORDERS)]);
    let expected = "template.yaml (Orders): 4 placeholders, all defined by the template\n";
    for arguments in [
        ["--check", "@template.yaml"].as_slice(),
        &["@asl/orders.asl.json", "--check", "@template.yaml"],
    ] {
        let ran = folder.placeholders(arguments);
        assert_eq!(
            (ran.status, ran.stdout.as_str()),
            (0, expected),
            "{}",
            ran.stderr
        );
    }
    let listed = folder.placeholders(&["@template.yaml"]);
    assert!(
        listed.stdout.starts_with("Orders:\nPLACEHOLDER "),
        "{}",
        listed.stdout
    );
}

#[test]
fn missing_misspelt_and_unknown_keys_are_reported_with_locations() {
    let template = SAM
        .replace("ChargeCardArn:", "ChargeCardARN:")
        .replace("TopicArn: !Ref Topic", "QueueUrl: !Ref Queue");
    let folder = Folder::new(&[
        ("template.yaml", &template),
        ("asl/orders.asl.json", ORDERS),
    ]);
    assert_eq!(
        folder.errors(&["--check", "@template.yaml"]),
        [
            error(
                "missing",
                "template.yaml:12:7",
                "add `TopicArn` to its `DefinitionSubstitutions`"
            ),
            error(
                "misspelt",
                "template.yaml:13:9",
                "did you mean `ChargeCardArn`?"
            ),
            error("unknown", "template.yaml:14:9", "remove the key"),
        ]
    );
    let ran = folder.placeholders(&["--check", "@template.yaml"]);
    assert_eq!(ran.status, 1);
    for part in [
        "error[misspelt]: the definition of `Orders` has no placeholder `${ChargeCardARN}`",
        "--> template.yaml:13:9",
        "help: did you mean `ChargeCardArn`?",
        "error[missing]: the definition of `Orders` has `${TopicArn}` (SNS topic ARN, used by Tell), but `DefinitionSubstitutions` has no value for it",
        "template.yaml (Orders): 2 errors, 1 warning",
    ] {
        assert!(
            ran.stdout.contains(part),
            "{part}\nis not in\n{}",
            ran.stdout
        );
    }
}

#[test]
fn each_misspelt_or_missing_key_of_a_template_is_reported() {
    let keys = ["ChargeCardArn", "TopicArn", "Stage", "ShipActivityArn"];
    let mutants: [fn(&str) -> String; 4] = [
        |key| key.to_uppercase(),
        |key| format!("{key}s"),
        |key| key[1..].to_owned(),
        |key| {
            let (head, tail) = key.split_at(3);
            let mut chars: Vec<char> = tail.chars().collect();
            chars.swap(0, 1);
            format!("{head}{}", chars.into_iter().collect::<String>())
        },
    ];
    let folder = Folder::new(&[("asl/orders.asl.json", ORDERS)]);
    for key in keys {
        for mutant in mutants {
            let written = SAM.replace(
                &format!("        {key}:"),
                &format!("        {}:", mutant(key)),
            );
            folder.write("template.yaml", &written);
            let found = folder.errors(&["--check", "@template.yaml"]);
            assert_eq!(found.len(), 1, "{written}\n{found:?}");
            assert_eq!(
                (found[0].0.as_str(), &found[0].2),
                ("misspelt", &format!("did you mean `{key}`?"))
            );
        }
        let written: String = SAM
            .lines()
            .filter(|line| !line.starts_with(&format!("        {key}:")))
            .map(|line| format!("{line}\n"))
            .collect();
        folder.write("template.yaml", &written);
        let found = folder.errors(&["--check", "@template.yaml"]);
        assert_eq!((found.len(), found[0].0.as_str()), (1, "missing"));
    }
}

#[test]
fn missing_substitutions_are_reported_at_the_machine() {
    let template = SAM.split("      DefinitionSubstitutions:").next().unwrap();
    let folder = Folder::new(&[("template.yaml", template), ("asl/orders.asl.json", ORDERS)]);
    let found = folder.errors(&["--check", "@template.yaml"]);
    assert_eq!(found.len(), 4);
    assert!(
        found
            .iter()
            .all(|(kind, place, _)| kind == "missing" && place == "template.yaml:8:3")
    );
}

#[test]
fn fn_sub_variables_are_checked_and_escaped_ones_are_placeholders() {
    let folder = Folder::new(&[(
        "template.yaml",
        r#"Parameters:
  Stage: {Type: String}
Resources:
  Charge: {Type: AWS::Lambda::Function}
  Orders:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionSubstitutions: {Left: a}
      DefinitionString: !Sub
        - |
          {"StartAt": "A", "Comment": "${AWS::Region} ${Stage} ${!Left}",
           "States": {"A": {"Type": "Task", "Resource": "${Chrage.Arn}", "Next": "B"},
                      "B": {"Type": "Task", "Resource": "${Bill}", "End": true}}}
        - Bill: x
          Bil: y
"#,
    )]);
    assert_eq!(
        folder.errors(&["--check", "@template.yaml"]),
        [
            error("misspelt", "template.yaml:12:58", "did you mean `Charge`?"),
            error("unknown", "template.yaml:15:11", "remove the variable"),
        ]
    );
}

#[test]
fn inline_definitions_of_a_template_are_checked() {
    let template = json!({"Resources": {"Orders": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
        "DefinitionSubstitutions": {"ChargeArn": {"Fn::GetAtt": ["Charge", "Arn"]}, "Topic": {"Ref": "T"}},
        "Definition": {"StartAt": "A", "States": {
            "A": {"Type": "Task", "Resource": "${ChargeArn}", "Next": "B"},
            "B": {"Type": "Task", "Resource": {"Fn::GetAtt": ["Other", "Arn"]}, "Next": "C"},
            "C": {"Type": "Pass", "Result": {"Ref": "Stage"}, "End": true},
        }},
    }}}});
    let folder = Folder::new(&[("template.json", &format!("{template:#}"))]);
    let found = folder.errors(&["--check", "@template.json"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].0.as_str(), found[0].2.as_str()),
        ("unknown", "remove the key")
    );
    let listed = folder.placeholders(&["@template.json", "--format", "json"]);
    assert_eq!(
        serde_json::from_str::<Value>(&listed.stdout).unwrap(),
        json!({"Orders": {"ChargeArn": {"standsFor": "Lambda function or activity ARN", "states": ["A"]}}})
    );
}

#[test]
fn cdk_output_is_checked_with_its_assets() {
    let template = |key: &str| {
        json!({"Resources": {"Orders7D5": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "DefinitionS3Location": {"Bucket": {"Fn::Sub": "cdk-assets-${AWS::AccountId}"}, "Key": "0abc.json"},
            "DefinitionSubstitutions": {key: {"Fn::GetAtt": ["Charge", "Arn"]}, "TopicArn": {"Ref": "Topic"}, "Stage": "test", "ShipActivityArn": {"Ref": "Ship"}},
        }}}})
        .to_string()
    };
    let folder = Folder::new(&[
        ("cdk.out/App.template.json", &template("ChargeCardArn")),
        ("cdk.out/manifest.json", "{\"version\": \"1\"}"),
        ("cdk.out/asset.0abc.json", ORDERS),
    ]);
    assert_eq!(folder.errors(&["--check", "@cdk.out"]), []);
    folder.write("cdk.out/App.template.json", &template("ChargeCardArm"));
    let found = folder.errors(&["--check", "@cdk.out"]);
    assert_eq!(
        (found.len(), found[0].2.as_str()),
        (1, "did you mean `ChargeCardArn`?")
    );
    let ran = folder.placeholders(&["--check", "@cdk.out/asset.0abc.json"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("is not a template"), "{}", ran.stderr);
}

#[test]
fn fn_sub_variables_in_a_definition_file_are_unfillable() {
    let definition = ORDERS.replace("paid in ${Stage}", "paid in ${AWS::Region}");
    let template = SAM.replace("        Stage: !Ref Stage\n", "");
    let folder = Folder::new(&[
        ("template.yaml", &template),
        ("asl/orders.asl.json", &definition),
    ]);
    let found = folder.errors(&["--check", "@template.yaml"]);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].0.as_str(), found[0].1.as_str()),
        ("unfillable", "asl/orders.asl.json:5:136")
    );
}

const TERRAFORM: &str = r#"locals {
  common = { Stage = var.stage }
}

resource "aws_sfn_state_machine" "orders" {
  name     = "orders"
  role_arn = aws_iam_role.orders.arn
  definition = templatefile("${path.module}/../asl/orders.asl.json", merge(local.common, {
    ChargeCardArn   = aws_lambda_function.charge.arn
    "TopicArn"      = aws_sns_topic.paid.arn
    ShipActivityArn = aws_sfn_activity.ship.id
  }))
}
"#;

#[test]
fn templatefile_is_checked() {
    let folder = Folder::new(&[
        ("infra/main.tf", TERRAFORM),
        ("asl/orders.asl.json", ORDERS),
    ]);
    let expected = "infra/main.tf (orders.asl.json): 4 placeholders, all defined by the template\n";
    for arguments in [
        ["--check", "@infra"].as_slice(),
        &["--check", "@infra/main.tf"],
        &["@asl/orders.asl.json", "--check", "@infra"],
    ] {
        let ran = folder.placeholders(arguments);
        assert_eq!(
            (ran.status, ran.stdout.as_str()),
            (0, expected),
            "{}",
            ran.stderr
        );
    }
    let mutated = TERRAFORM
        .replace("ChargeCardArn ", "chargeCardArn ")
        .replace("\"TopicArn\"", "\"Bucket\"")
        .replace("Stage =", "Stag =");
    folder.write("infra/main.tf", &mutated);
    assert_eq!(
        folder.errors(&["--check", "@infra"]),
        [
            error("misspelt", "infra/main.tf:2:14", "did you mean `Stage`?"),
            error(
                "misspelt",
                "infra/main.tf:9:5",
                "did you mean `ChargeCardArn`?"
            ),
            error("unknown", "infra/main.tf:10:5", "remove the variable"),
            error(
                "missing",
                "infra/main.tf:8:70",
                "add `TopicArn` to its variables"
            ),
        ]
    );
}

#[test]
fn locals_of_other_files_are_resolved_and_computed_values_reported() {
    let folder = Folder::new(&[
        (
            "infra/main.tf",
            "resource \"x\" \"y\" {\n  definition = templatefile(local.file, local.all)\n}\n",
        ),
        (
            "infra/locals.tf",
            "locals {\n  file = \"${path.module}/orders.asl.json\"\n  all = { ChargeCardArn = 1, TopicArn = 2, Stage = 3 }\n}\n",
        ),
        ("infra/orders.asl.json", ORDERS),
    ]);
    let found = folder.errors(&["--check", "@infra"]);
    assert_eq!(
        found,
        [error(
            "missing",
            "infra/main.tf:2:41",
            "add `ShipActivityArn` to its variables"
        )]
    );
    folder.write(
        "infra/main.tf",
        "x = templatefile(\"orders.asl.json\", merge(var.all, { TopicARN = 1 }))\n",
    );
    let ran = folder.placeholders(&["--check", "@infra"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr
            .contains("Terraform computes some of the variables"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stdout.contains("did you mean `TopicArn`?"),
        "{}",
        ran.stdout
    );
    // `file` replaces no placeholders.
    folder.write(
        "infra/main.tf",
        "resource \"x\" \"y\" {\n  definition = file(\"orders.asl.json\")\n}\n",
    );
    let found = folder.errors(&["--check", "@infra"]);
    assert_eq!(found.len(), 4);
    assert!(
        found
            .iter()
            .all(|(_, _, mend)| mend == "read it with `templatefile`, and pass its variables")
    );
}

#[test]
fn templates_that_cannot_be_checked_are_reported() {
    let folder = Folder::new(&[
        ("empty.yaml", "Resources: {A: {Type: AWS::SNS::Topic}}"),
        ("broken.tf", "resource \"a\" {"),
        (
            "gone.yaml",
            "Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: gone.asl.json}}}",
        ),
        ("orders.asl.json", ORDERS),
    ]);
    let refused = |arguments: &[&str], status: i32, text: &str| {
        let ran = folder.placeholders(arguments);
        assert_eq!(ran.status, status, "{}", ran.stderr);
        assert!(ran.stderr.contains(text), "{}", ran.stderr);
    };
    refused(&["--check", "@empty.yaml"], 2, "has no state machine");
    refused(&["--check", "@broken.tf"], 1, "broken.tf cannot be read:");
    refused(&["--check", "@gone.yaml"], 2, "gone.asl.json");
    refused(&["--check", "@none.yaml"], 2, "none.yaml");
    refused(
        &["--check", "@empty.yaml", "--format", "sam"],
        2,
        "`--format text` or `--format json`",
    );
    refused(
        &["@orders.asl.json", "--check", "@gone.yaml"],
        2,
        "has no state machine for the definition orders.asl.json",
    );
    refused(&[], 2, "FILE");
}

/// The code blocks of a page in a language.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let fence = format!("```{language}\n");
    let blocks = page.split(&fence).skip(1);
    blocks
        .filter_map(|rest| Some(rest.split_once("```")?.0))
        .collect()
}

#[test]
fn the_templates_of_the_deploy_guide_define_all_placeholders() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let page = read("docs/guides/deploy.md");
    let checkout = read("examples/build_script/orders/asl/checkout.asl.json");
    let [sam, cloudformation] = blocks(&page, "yaml")[..] else {
        panic!("the page has a template of SAM and one of CloudFormation");
    };
    let [terraform] = blocks(&page, "hcl")[..] else {
        panic!("the page has one file of Terraform");
    };
    let folder = Folder::new(&[
        ("sam/template.yaml", sam),
        ("sam/asl/checkout.asl.json", &checkout),
        ("cfn/template.yaml", cloudformation),
        ("tf/main.tf", terraform),
        ("tf/asl/checkout.asl.json", &checkout),
    ]);
    for arguments in [
        ["--check", "@sam/template.yaml"].as_slice(),
        &[
            "@sam/asl/checkout.asl.json",
            "--check",
            "@cfn/template.yaml",
        ],
        &["--check", "@tf"],
    ] {
        assert_eq!(folder.errors(arguments), []);
    }
    // The page shows the actual output for a misspelt key.
    folder.write(
        "sam/template.yaml",
        &sam.replace("ChargeCardArn:", "ChargeCardARN:"),
    );
    let ran = folder.placeholders(&["--check", "@sam/template.yaml"]);
    let shown = blocks(&page, "text")
        .into_iter()
        .find(|block| block.contains("misspelt"))
        .unwrap();
    let (command, shown) = shown.split_once('\n').unwrap();
    assert_eq!(command, "$ stepwright placeholders --check template.yaml");
    assert_eq!(ran.stdout.replace("sam/", ""), shown);
    let listed = folder.placeholders(&["@sam/asl/checkout.asl.json"]);
    let (_, shown) = blocks(&page, "text")
        .into_iter()
        .find_map(|block| block.split_once("$ stepwright placeholders asl/checkout.asl.json\n"))
        .unwrap();
    assert_eq!(listed.stdout, shown);
}

#[test]
fn deeply_nested_locals_are_each_resolved_once() {
    // Each local uses the previous one twice: 2^60 paths lead to the first.
    let mut locals = String::from("locals {\n  v0 = { Table = \"t\" }\n  p0 = \"\"\n");
    for index in 1..=60 {
        let before = index - 1;
        locals += &format!("  v{index} = merge(local.v{before}, local.v{before})\n");
        locals += &format!("  p{index} = \"${{local.p{before}}}${{local.p{before}}}\"\n");
    }
    // Locals that refer to themselves.
    locals +=
        "  own = merge(local.own, local.own, local.v30)\n  way = \"${local.way}${local.way}\"\n}\n";
    let call = |name: &str, file: &str, variables: &str| {
        format!(
            "resource \"aws_sfn_state_machine\" \"{name}\" {{\n  definition = templatefile(\"{file}\", {variables})\n}}\n"
        )
    };
    let main = [
        locals,
        call("chain", "orders.asl.json", "local.v30"),
        call("long", "orders.asl.json", "local.v60"),
        call("own", "orders.asl.json", "local.own"),
        call("path", "${local.p60}orders.asl.json", "local.v1"),
        call("way", "${local.way}orders.asl.json", "local.v1"),
    ];
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem",
        "Parameters": {"TableName": "${Table}", "Key": {}}, "End": true}}}"#;
    let folder = Folder::new(&[("main.tf", &main.concat()), ("orders.asl.json", definition)]);
    assert_eq!(folder.errors(&["--check", "@main.tf"]), []);
}

#[test]
fn an_unused_variable_is_a_warning() {
    let main = "resource \"aws_sfn_state_machine\" \"orders\" {\n  definition = templatefile(\"orders.asl.json\", {\n    Unused = 1\n  })\n}\n";
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    let folder = Folder::new(&[("main.tf", main), ("orders.asl.json", definition)]);
    let ran = folder.placeholders(&["--check", "@main.tf"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("warning") && ran.stdout.contains("`${Unused}`"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .ends_with("main.tf (orders.asl.json): 1 warning\n"),
        "{}",
        ran.stdout
    );
}
