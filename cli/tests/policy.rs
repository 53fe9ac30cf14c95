//! `stepwright policy`.

use crate::common::{Ran, examples, stepwright};
use serde_json::{Value, json};

fn policy(arguments: &[&str], stdin: &str) -> Ran {
    stepwright(&[&["policy"], arguments].concat(), stdin)
}

fn actions(ran: &Ran) -> Vec<String> {
    let policy: Value = serde_json::from_str(&ran.stdout).expect("is JSON");
    let statements = policy["Statement"]
        .as_array()
        .expect("has statements")
        .iter();
    let actions =
        statements.flat_map(|statement| statement["Action"].as_array().expect("has actions"));
    actions
        .map(|action| action.as_str().expect("is text").to_owned())
        .collect()
}

const ECS: &str = r#"{"StartAt": "Run it", "States": {"Run it": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync",
    "Parameters": {"Cluster": "c", "TaskDefinition": "job:7"}, "End": true}}}"#;

const ROLE: &str = "arn:aws:iam::123456789012:role/job";

#[test]
fn a_policy_is_printed_as_json() {
    let ran = policy(
        &[
            "checkout.asl.json",
            "--region",
            "eu-west-1",
            "--account",
            "123456789012",
        ],
        "",
    );
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        actions(&ran).contains(&"lambda:InvokeFunction".to_owned()),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains(":*:"), "{}", ran.stdout);
    let yaml = "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: arn:aws:states:::sns:publish\n    Parameters:\n      TopicArn: ${TopicArn}\n      Message: done\n    End: true\n";
    let ran = policy(&["-"], yaml);
    assert_eq!(
        (ran.status, actions(&ran)),
        (0, vec!["sns:Publish".to_owned()]),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("\"${TopicArn}\""), "{}", ran.stdout);
}

#[test]
fn missing_region_account_and_name_are_reported() {
    let definition = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}}})
    .to_string();
    let ran = policy(&["-", "--redrive"], &definition);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains("arn:aws:states:*:*:execution:StateMachine/*"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stderr
            .contains("note: the policy assumes that the state machine is named `StateMachine`"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("--region eu-west-1"), "{}", ran.stderr);
    let ran = policy(
        &[
            "-",
            "--name",
            "Etl",
            "--region",
            "${AWS::Region}",
            "--account",
            "${AWS::AccountId}",
            "--partition",
            "${AWS::Partition}",
        ],
        &definition,
    );
    assert!(
        ran.stdout.contains(
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:Etl"
        ),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.stderr, "");
}

#[test]
fn roles_to_pass_are_requested_and_accepted() {
    let ran = policy(&["-", "--region", "r", "--account", "1"], ECS);
    assert_eq!(ran.status, 0);
    assert!(!actions(&ran).contains(&"iam:PassRole".to_owned()));
    assert!(
        ran.stderr
            .contains("warning: state `Run it`: the machine must pass the roles"),
        "{}",
        ran.stderr
    );
    let ran = policy(
        &[
            "-",
            "--region",
            "r",
            "--account",
            "1",
            "--pass-role",
            &format!("Run it={ROLE}"),
        ],
        ECS,
    );
    assert!(ran.stdout.contains(ROLE), "{}", ran.stdout);
    assert_eq!(ran.stderr, "");
    let ran = policy(&["-", "--pass-role", &format!("Run={ROLE}")], ECS);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("no state `Run`") && ran.stdout.is_empty(),
        "{}",
        ran.stderr
    );
    let ran = policy(&["-", "--pass-role", "Run it"], ECS);
    assert_eq!(ran.status, 2, "{}", ran.stderr);
}

#[test]
fn logging_and_tracing_options_add_permissions() {
    let definition = r#"{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}"#;
    let ran = policy(&["-"], definition);
    assert_eq!(actions(&ran), ["*"]);
    let ran = policy(
        &["-", "--logging", "--tracing", "--type", "express"],
        definition,
    );
    let found = actions(&ran);
    assert!(
        found.contains(&"logs:PutLogEvents".to_owned())
            && found.contains(&"xray:PutTraceSegments".to_owned())
    );
}

#[test]
fn a_definition_with_errors_has_no_policy() {
    let ran = policy(&["-"], r#"{"StartAt": "A", "States": {}}"#);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    let ran = policy(&["-", "--type", "EXPRESS"], ECS);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    assert_eq!(policy(&["nowhere.json"], "").status, 2);
    assert!(examples().is_dir());
}

const TEMPLATE: &str = r#"
Resources:
  Charge: {Type: AWS::Lambda::Function}
  Orders: {Type: AWS::DynamoDB::Table}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - PolicyName: charge
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: lambda:InvokeFunction
                Resource: !Sub ${Charge.Arn}*
  Save:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref Role]
      PolicyName: save
      PolicyDocument:
        Statement: {Effect: Allow, Action: [ACTION], Resource: !GetAtt Orders.Arn}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      DefinitionSubstitutions: {Table: !Ref Orders}
      Definition:
        StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: !GetAtt Charge.Arn, Payload.$: $}
            Next: Save
          Save:
            Type: Task
            Resource: arn:aws:states:::dynamodb:putItem
            Parameters: {TableName: "${Table}", Item: {id: {S.$: $.id}}}
            End: true
"#;

#[test]
fn the_role_of_a_template_is_compared_with_what_its_definition_needs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.yaml");
    let check = |action: &str, options: &[&str]| {
        std::fs::write(&path, TEMPLATE.replace("ACTION", action)).unwrap();
        policy(
            &[&[path.to_str().unwrap(), "--check"], options].concat(),
            "",
        )
    };
    let ran = check("dynamodb:PutItem", &[]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout
            .ends_with("2 granted, 0 missing, 0 undecidable\n"),
        "{}",
        ran.stdout
    );
    let ran = check("dynamodb:GetItem", &[]);
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(
        ran.stdout.starts_with(
            "missing      `dynamodb:PutItem` on `arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}`\n"
        ),
        "{}",
        ran.stdout
    );
    let unused =
        "the statement `dynamodb:GetItem` of the role allows nothing that the definition needs";
    assert!(ran.stderr.contains(unused), "{}", ran.stderr);
    let ran = check(
        "dynamodb:PutItem",
        &["--region", "eu-west-1", "--format", "json"],
    );
    let document: Value = serde_json::from_str(&ran.stdout).expect("is JSON");
    let verdicts = document["permissions"]
        .as_array()
        .expect("is a list")
        .iter();
    let verdicts: Vec<&str> = verdicts.filter_map(|one| one["verdict"].as_str()).collect();
    assert_eq!(
        (ran.status, verdicts),
        (0, vec!["granted", "granted"]),
        "{}",
        ran.stdout
    );
    let managed = TEMPLATE.replace(
        "AssumeRolePolicyDocument: {}",
        "ManagedPolicyArns: ['arn:aws:iam::aws:policy/P']",
    );
    std::fs::write(&path, managed.replace("ACTION", "dynamodb:GetItem")).unwrap();
    let arguments = [path.to_str().unwrap(), "--check"];
    assert_eq!(policy(&arguments, "").status, 0);
    let ran = policy(&[&arguments[..], &["--strict"]].concat(), "");
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(ran.stdout.starts_with("undecidable  "), "{}", ran.stdout);
}

#[test]
fn a_role_that_the_command_line_of_aws_exported_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("role.json");
    let role = json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": {"Statement": {
        "Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}}});
    std::fs::write(&path, role.to_string()).unwrap();
    let definition = r#"{"StartAt": "Tell", "States": {"Tell": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn.$": "$.topic", "Message": "m"}}}}"#;
    let ran = policy(&["-", "--check", path.to_str().unwrap()], definition);
    assert_eq!(
        (ran.status, &*ran.stdout),
        (
            0,
            "granted      `sns:Publish` on `*`\n1 granted, 0 missing, 0 undecidable\n"
        )
    );
    std::fs::write(&path, "{\"Role\": {}}").unwrap();
    let ran = policy(&["-", "--check", path.to_str().unwrap()], definition);
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("this object is no policy"),
        "{}",
        ran.stderr
    );
    let ran = policy(&["-", "--check"], definition);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("so it has no role"), "{}", ran.stderr);
}

const TERRAFORM: &str = r#"
resource "aws_lambda_function" "charge" { function_name = "charge" }
resource "aws_iam_role" "orders" {
  name               = "orders"
  assume_role_policy = "{}"
}
resource "aws_iam_role_policy" "charge" {
  role   = aws_iam_role.orders.id
  policy = data.aws_iam_policy_document.charge.json
}
data "aws_iam_policy_document" "charge" {
  statement {
    actions   = ["ACTION"]
    resources = [aws_lambda_function.charge.arn, "${aws_lambda_function.charge.arn}:*"]
  }
}
MORE
resource "aws_sfn_state_machine" "orders" {
  name       = "orders"
  role_arn   = aws_iam_role.orders.arn
  definition = jsonencode({
    StartAt = "Charge"
    States = {
      Charge = {
        Type       = "Task"
        Resource   = "arn:aws:states:::lambda:invoke"
        Parameters = { FunctionName = aws_lambda_function.charge.arn, "Payload.$" = "$" }
        End        = true
      }
    }
  })
}
"#;

#[test]
fn the_role_of_terraform_files_is_compared_as_far_as_their_text_decides() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("main.tf");
    let check = |action: &str, more: &str, options: &[&str]| {
        let text = TERRAFORM.replace("ACTION", action).replace("MORE", more);
        std::fs::write(&path, text).unwrap();
        let arguments = [&[path.to_str().unwrap(), "--check"], options].concat();
        policy(&arguments, "")
    };
    let ran = check("lambda:InvokeFunction", "", &["--strict"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let ran = check("lambda:GetFunction", "", &[]);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout
            .starts_with("missing      `lambda:InvokeFunction`"),
        "{}",
        ran.stdout
    );
    // A policy that Terraform computes may have the permission.
    let computed = "resource \"aws_iam_role_policy\" \"more\" {\n role = aws_iam_role.orders.name\n policy = var.policy\n}";
    let ran = check("lambda:GetFunction", computed, &[]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.starts_with("undecidable  ")
            && ran
                .stdout
                .contains("Terraform computes the document of `aws_iam_role_policy.more`"),
        "{}",
        ran.stdout
    );
}

#[test]
fn logs_and_traces_of_terraform_need_permissions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("main.tf");
    for (more, logged, traced) in [
        ("", false, false),
        ("logging_configuration { level = \"ERROR\" }", true, false),
        ("logging_configuration { level = var.level }", true, false),
        ("logging_configuration { level = \"OFF\" }", false, false),
        ("tracing_configuration { enabled = true }", false, true),
        ("tracing_configuration { enabled = false }", false, false),
    ] {
        let text = TERRAFORM.replace("ACTION", "lambda:InvokeFunction");
        let text = text.replace("MORE", "variable \"level\" { default = \"ALL\" }");
        let text = text.replace(
            "name       = \"orders\"",
            &format!("name = \"orders\"\n{more}"),
        );
        std::fs::write(&path, text).unwrap();
        let ran = policy(&[path.to_str().unwrap(), "--check"], "");
        let lacks = |action: &str| ran.stdout.contains(&format!("missing      `{action}`"));
        assert_eq!(
            lacks("logs:CreateLogDelivery"),
            logged,
            "{more}: {}",
            ran.stdout
        );
        assert_eq!(
            lacks("xray:PutTraceSegments"),
            traced,
            "{more}: {}",
            ran.stdout
        );
        assert_eq!(
            ran.status,
            i32::from(logged || traced),
            "{more}: {}",
            ran.stdout
        );
    }
}

/// The deployment's region and account have several names in Terraform.
#[test]
fn the_location_of_a_terraform_deployment_has_one_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("main.tf");
    let arn = "arn:${data.aws_partition.p.partition}:lambda:${REGION}:${data.aws_caller_identity.me.account_id}:function:${aws_lambda_function.charge.function_name}";
    for (region, provider, status) in [
        ("data.aws_region.here.name", "", 0),
        ("data.aws_region.here.region", "", 0),
        (
            "var.region",
            "provider \"aws\" {\n region = var.region\n}",
            0,
        ),
        (
            "data.aws_region.here.id",
            "provider \"aws\" {\n region = \"eu-west-1\"\n}",
            0,
        ),
        // Another variable may have another region.
        (
            "var.other",
            "provider \"aws\" {\n region = var.region\n}",
            1,
        ),
    ] {
        let more = format!(
            "{provider}\nvariable \"region\" {{}}\nvariable \"other\" {{}}\ndata \"aws_region\" \"here\" {{}}\ndata \"aws_partition\" \"p\" {{}}\ndata \"aws_caller_identity\" \"me\" {{}}"
        );
        let text = TERRAFORM
            .replace("ACTION", "lambda:InvokeFunction")
            .replace("MORE", &more);
        let listed = "[aws_lambda_function.charge.arn, \"${aws_lambda_function.charge.arn}:*\"]";
        let text = text.replace(listed, &format!("[\"{}\"]", arn.replace("REGION", region)));
        std::fs::write(&path, text).unwrap();
        let ran = policy(&[path.to_str().unwrap(), "--check", "--strict"], "");
        assert_eq!(
            ran.status, status,
            "{region} {provider}: {}{}",
            ran.stdout, ran.stderr
        );
    }
}

#[test]
fn variables_of_a_template_file_equal_references_of_the_role() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("main.tf");
    let definition = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${charge}"}}}}"#;
    std::fs::write(folder.path().join("d.json"), definition).unwrap();
    let text = TERRAFORM
        .replace("ACTION", "lambda:InvokeFunction")
        .replace("MORE", "");
    let start = text.find("jsonencode").unwrap();
    for (argument, status) in [("aws_lambda_function.charge.arn", 0), ("var.charge", 1)] {
        let call = format!("templatefile(\"d.json\", {{ charge = {argument} }})\n}}\n");
        std::fs::write(&path, [&text[..start], &call].concat()).unwrap();
        let ran = policy(&[path.to_str().unwrap(), "--check", "--strict"], "");
        assert_eq!(
            ran.status, status,
            "{argument}: {}{}",
            ran.stdout, ran.stderr
        );
    }
}

#[test]
fn the_role_of_the_module_for_step_functions_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("main.tf");
    let check = |arguments: &str| {
        let text = format!(
            r#"module "orders" {{
  source     = "terraform-aws-modules/step-functions/aws"
  name       = "orders"
  definition = jsonencode({{ StartAt = "Charge", States = {{
    Charge = {{ Type = "Task", Resource = "arn:aws:states:::lambda:invoke", Parameters = {{ FunctionName = module.charge.lambda_function_arn }}, Next = "Save" }}
    Save   = {{ Type = "Task", Resource = "arn:aws:states:::dynamodb:putItem", Parameters = {{ TableName = "orders", Item = {{}} }}, End = true }}
  }} }})
  {arguments}
}}
"#
        );
        std::fs::write(&path, text).unwrap();
        policy(&[&format!("{}#orders", path.display()), "--check"], "")
    };
    let lambda = "lambda = { lambda = [module.charge.lambda_function_arn, \"${module.charge.lambda_function_arn}:*\"] }";
    let table = "\"arn:aws:dynamodb:*:*:table/orders\"";
    let statement = format!(
        "policy_statements = {{ save = {{ actions = [\"dynamodb:PutItem\"], resources = [{table}] }} }}"
    );
    let json = "policy_json = jsonencode({ Statement = [{ Effect = \"Allow\", Action = \"dynamodb:*\", Resource = \"*\" }] })";
    for (arguments, counts) in [
        (String::new(), "0 granted, 2 missing, 0 undecidable"),
        (
            format!("service_integrations = {{ {lambda} }}"),
            "1 granted, 1 missing, 0 undecidable",
        ),
        (
            format!(
                "service_integrations = {{\n{lambda}\ndynamodb = {{ dynamodb = [{table}] }}\n}}"
            ),
            "2 granted, 0 missing, 0 undecidable",
        ),
        // Without the flag, the module ignores the statements.
        (
            format!("service_integrations = {{ {lambda} }}\n{statement}"),
            "1 granted, 1 missing, 0 undecidable",
        ),
        (
            format!(
                "service_integrations = {{ {lambda} }}\nattach_policy_statements = true\n{statement}"
            ),
            "2 granted, 0 missing, 0 undecidable",
        ),
        (
            format!("service_integrations = {{ {lambda} }}\nattach_policy_json = true\n{json}"),
            "2 granted, 0 missing, 0 undecidable",
        ),
        (
            format!(
                "service_integrations = {{ {lambda} }}\nattach_policy_json = true\npolicy_json = var.more"
            ),
            "1 granted, 0 missing, 1 undecidable",
        ),
        (
            "service_integrations = var.integrations".to_owned(),
            "0 granted, 0 missing, 2 undecidable",
        ),
        (
            format!(
                "service_integrations = {{\n{lambda}\ndynamodb = {{ dynamodb = [{table}] }}\nxray = {{ xray = true }}\n}}\nlogging_configuration = {{ level = \"ALL\" }}"
            ),
            "14 granted, 0 missing, 0 undecidable",
        ),
    ] {
        let ran = check(&arguments);
        assert!(
            ran.stdout.contains(counts),
            "{arguments}: {}{}",
            ran.stdout,
            ran.stderr
        );
    }
}

#[test]
fn the_role_of_a_terraform_plan_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let definition = r#"{"StartAt": "Save", "States": {"Save": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {"TableName": "orders", "Item": {}}}}}"#;
    let resource = |kind: &str, values: Value| json!({"address": format!("{kind}.orders"), "type": kind, "name": "orders", "values": values});
    let check = |policy_text: Value| {
        // The ARN of a new role is known after the deployment, so the configuration has the
        // reference.
        let plan = json!({"format_version": "1.2",
            "planned_values": {"root_module": {"resources": [
                resource("aws_sfn_state_machine", json!({"name": "orders"})),
                resource("aws_iam_role", json!({"name": "orders"})),
                resource("aws_iam_role_policy", json!({"role": "orders", "policy": policy_text})),
            ]}},
            "configuration": {"root_module": {"resources": [
                {"type": "aws_sfn_state_machine", "name": "orders", "expressions": {
                    "role_arn": {"references": ["aws_iam_role.orders.arn", "aws_iam_role.orders"]}}},
            ]}},
        });
        std::fs::write(&path, plan.to_string()).unwrap();
        policy(&["-", "--check", path.to_str().unwrap()], definition)
    };
    let allow = |action: &str| {
        json!({"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}).to_string()
    };
    let ran = check(json!(allow("dynamodb:PutItem")));
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.starts_with("granted"), "{}", ran.stdout);
    let ran = check(json!(allow("dynamodb:GetItem")));
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    let ran = check(Value::Null);
    assert!(
        ran.stdout.starts_with("undecidable")
            && ran
                .stdout
                .contains("`aws_iam_role_policy.orders` is known after the deployment"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
}

/// A machine with a Distributed Map, whose role may start it.
fn spread(resource: &str) -> String {
    format!(
        r#"resource "aws_sfn_state_machine" "loop" {{
  name       = "spread-items"
  role_arn   = aws_iam_role.loop.arn
  definition = jsonencode({DISTRIBUTED})
}}
resource "aws_iam_role" "loop" {{
  name = "loop"
}}
resource "aws_iam_role_policy" "loop" {{
  role   = aws_iam_role.loop.id
  policy = jsonencode({{ Statement = [
    {{ Effect = "Allow", Action = "states:StartExecution", Resource = {resource} }},
    {{ Effect = "Allow", Action = ["states:DescribeExecution", "states:StopExecution"], Resource = "arn:aws:states:*:*:execution:spread-items:*" }},
  ] }})
}}
"#
    )
}

const DISTRIBUTED: &str = r#"{ StartAt = "Each", States = { Each = { Type = "Map", End = true, ItemProcessor = {
    ProcessorConfig = { Mode = "DISTRIBUTED", ExecutionType = "STANDARD" },
    StartAt = "One", States = { One = { Type = "Pass", End = true } } } } } }"#;

#[test]
fn the_policy_of_a_machine_in_terraform_has_its_own_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.tf");
    let address = format!("{}#loop", file.display());
    for resource in [
        r#""arn:aws:states:*:*:stateMachine:spread-items""#,
        "aws_sfn_state_machine.loop.arn",
        "aws_sfn_state_machine.loop.id",
        r#""arn:aws:states:*:*:stateMachine:${aws_sfn_state_machine.loop.name}""#,
    ] {
        std::fs::write(&file, spread(resource)).unwrap();
        let ran = policy(&[&address, "--check"], "");
        assert_eq!(ran.status, 0, "{resource}: {}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stdout.contains(" 0 undecidable"),
            "{resource}: {}",
            ran.stdout
        );
    }
    let ran = policy(&[&address], "");
    assert!(
        ran.stdout.contains("stateMachine:spread-items\""),
        "{}",
        ran.stdout
    );
    std::fs::write(&file, spread(r#""arn:aws:states:*:*:stateMachine:loop""#)).unwrap();
    assert_eq!(policy(&[&address, "--check"], "").status, 1);
}
