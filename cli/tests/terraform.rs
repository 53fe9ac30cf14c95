//! Commands read the state machines in Terraform files.

use std::path::PathBuf;

use crate::common::{Ran, stepwright};

/// All forms of a definition. The state of each starts on a different line.
const MAIN: &str = r#"
locals {
  seconds = 5
  shared  = jsonencode({ StartAt = "Locally", States = { Locally = { Type = "Succeed" } } })
}

resource "aws_sfn_state_machine" "encoded" {
  name = "encoded"
  definition = jsonencode({
    StartAt = "Wait"
    States = {
      Wait = {
        Type    = "Wait"
        Seconds = local.seconds
        Next    = "Tell"
      }
      "Tell" = {
        Type       = "Task"
        Resource   = "arn:aws:states:::sns:publish"
        Parameters = { TopicArn = aws_sns_topic.told.arn, Message = "to ${var.names["first"]}" }
        End        = true
      }
    }
  })
}

resource "aws_sfn_state_machine" "heredoc" {
  type       = "EXPRESS"
  definition = <<-EOF
    {
      "StartAt": "Call",
      "States": {
        "Call": {
          "Type": "Task",
          "Resource": "${aws_lambda_function.call["a"].arn}",
          "TimeoutSeconds": ${var.timeout},
          "End": true
        }
      }
    }
  EOF
}

data "template_file" "old" {
  template = file("${path.module}/old.asl.json")
}

resource "aws_sfn_state_machine" "template" {
  definition = data.template_file.old.rendered
}

resource "aws_sfn_state_machine" "local" {
  definition = local.shared
}

module "step_function" {
  source     = "terraform-aws-modules/step-functions/aws"
  definition = templatefile("./old.asl.json", { Arn = "a" })
}

resource "aws_sfn_state_machine" "computed" {
  definition = module.other.definition
}
"#;

const OLD: &str = r#"{"StartAt": "Old", "States": {"Old": {"Type": "Pass", "End": true}}}"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(main: &str) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        std::fs::write(folder.path("main.tf"), main).unwrap();
        std::fs::write(folder.path("old.asl.json"), OLD).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, command: &str, name: &str, more: &[&str]) -> Ran {
        let path = self.path(name).display().to_string();
        stepwright(&[&[command, path.as_str()], more].concat(), "")
    }
}

#[test]
fn a_definition_that_is_an_argument_of_a_module_is_checked() {
    let broken =
        r#"jsonencode({ StartAt = "A", States = { A = { Type = "Pass", Next = "Missing" } } })"#;
    let object = r#"{ StartAt = "A", States = { A = { Type = "Pass", Next = "Missing" } } }"#;
    let text = r#"<<EOF
{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Missing"}}}
EOF"#;
    for argument in [
        format!("state_machine_definition = {broken}"),
        format!("workflow = {object}"),
        format!("asl = {text}"),
        "machine = local.machine".to_owned(),
        "flow_definition = file(\"${path.module}/broken.asl.json\")".to_owned(),
        "sfn_definition = templatefile(\"broken.json\", { a = 1 })".to_owned(),
    ] {
        let folder = Folder::new(&format!(
            "locals {{ machine = {broken} }}\nmodule \"flow\" {{\n  source = \"registry.example.test/flow/aws\"\n  {argument}\n}}\n"
        ));
        let missing = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Missing"}}}"#;
        for file in ["broken.asl.json", "broken.json"] {
            std::fs::write(folder.path(file), missing).unwrap();
        }
        let ran = folder.run("validate", "main.tf", &[]);
        assert_eq!(ran.status, 1, "{argument}: {ran:?}");
        assert!(ran.stdout.contains("flow"), "{argument}: {ran:?}");
        assert!(ran.stdout.contains("Missing"), "{argument}: {ran:?}");
    }
}

/// The variable has a name that says nothing; the resource of the module reads it.
#[test]
fn the_variable_of_a_module_of_the_project_is_followed() {
    let folder = Folder::new(
        r#"module "flow" {
  source = "./modules/flow"
  body   = file("flow.json")
  other  = file("other.json")
}
"#,
    );
    let module = folder.path("modules/flow");
    std::fs::create_dir_all(&module).unwrap();
    let resource = r#"variable "body" { type = string }
locals { text = var.body }
resource "aws_sfn_state_machine" "this" {
  definition = jsonencode(jsondecode(local.text))
}
"#;
    std::fs::write(module.join("main.tf"), resource).unwrap();
    let missing = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Missing"}}}"#;
    std::fs::write(folder.path("flow.json"), missing).unwrap();
    std::fs::write(folder.path("other.json"), "{}").unwrap();
    let ran = folder.run("validate", "main.tf", &[]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stdout.contains("Missing"), "{ran:?}");
}

/// The names are those of the documentation of Terraform's functions.
#[test]
fn a_run_has_the_constants_of_terraform() {
    let folder = Folder::new(
        r#"variable "rounds" { default = 3 }
variable "stage" { default = "dev" }
variable "given" {}
locals { wide = { a = 1, b = [true, null] } }
resource "aws_sfn_state_machine" "loop" {
  definition = jsonencode({ StartAt = "A", States = { A = { Type = "Pass", Result = {
    rounds = var.rounds, more = var.rounds * 2 + 1, shout = upper("go"), wide = local.wide,
    choice = var.stage == "prod" ? 5 : 1, name = "x-${var.stage}", joined = join("-", ["a", "b"]),
    count = length(local.wide.b), given = var.given
  }, End = true } } })
}
"#,
    );
    let ran = folder.run("run", "main.tf#loop", &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let output: serde_json::Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    let expected = serde_json::json!({
        "rounds": 3, "more": 7, "shout": "GO", "wide": {"a": 1, "b": [true, null]}, "choice": 1, "name": "x-dev", "joined": "a-b",
        "count": 2, "given": "${var.given}"
    });
    assert_eq!(output, expected, "{ran:?}");
    assert!(
        ran.stderr
            .contains("runs with the placeholder as the text of"),
        "{ran:?}"
    );
}

#[test]
fn members_of_locals_and_parts_of_texts_are_evaluated() {
    let folder = Folder::new(
        r#"variable "stage" { default = "dev" }
variable "given" {}
locals {
  names    = { first = "B", list = ["x", { deep = "y" }], unknown = var.given }
  machines = { main = { StartAt = local.names.first, States = { B = { Type = "Pass", Result = {
    member = local.names["first"], item = local.names.list[1].deep, both = "a-${local.names.first}-${var.stage}-z",
    each = [for index, name in ["a", "b"] : "${index}${upper(name)}"], open = "a-${var.given}-${var.stage}"
  }, End = true } } } }
}
resource "aws_sfn_state_machine" "m" {
  definition = jsonencode(local.machines["main"])
}
"#,
    );
    let ran = folder.run("run", "main.tf#m", &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let output: serde_json::Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    let expected = serde_json::json!({
        "member": "B", "item": "y", "both": "a-B-dev-z", "each": ["0A", "1B"], "open": "a-${var.given}-dev"
    });
    assert_eq!(output, expected, "{ran:?}");
    // A default is no constant of a deployment.
    let text = std::fs::read_to_string(folder.path("main.tf")).unwrap();
    for (from, status) in [("local.names.first", 1), ("var.stage", 0)] {
        let start = format!("StartAt = {from}, States = {{ C");
        let text = text.replace("StartAt = local.names.first, States = { B", &start);
        std::fs::write(folder.path("main.tf"), text).unwrap();
        let ran = folder.run("validate", "main.tf", &[]);
        assert_eq!(ran.status, status, "{from}: {ran:?}");
    }
}

/// A file with variables of `templatefile`, and the call with arguments.
fn template_file(file: &str, arguments: &str) -> Folder {
    let folder = Folder::new(&format!(
        "variable \"last\" {{ default = \"Done\" }}\nvariable \"open\" {{}}\nlocals {{ steps = [\"One\", \"Two\"] }}\nresource \"aws_sfn_state_machine\" \"m\" {{\n definition = templatefile(\"${{path.module}}/d.json.tftpl\", {arguments})\n}}\n"
    ));
    std::fs::write(folder.path("d.json.tftpl"), file).unwrap();
    folder
}

#[test]
fn arguments_of_a_template_file_have_their_values() {
    let file = r#"{"StartAt": "A", "States": {
  "A": {"Type": "Pass", "Result": {"limit": ${limit}, "text": "a-${limit}-z"}, "Next": "${next}"},
  "Done": {"Type": "Succeed"}}}"#;
    for (arguments, status) in [
        (r#"{ next = "Done", limit = 3 }"#, 0),
        (
            r#"merge({ next = "A" }, { next = "Done", limit = 1 + 2 })"#,
            0,
        ),
        ("{ next = var.last, limit = length(local.steps) + 1 }", 0),
    ] {
        let folder = template_file(file, arguments);
        let ran = folder.run("run", "main.tf#m", &[]);
        assert_eq!(ran.status, status, "{arguments}: {ran:?}");
        let output: serde_json::Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
        let expected = serde_json::json!({"limit": 3, "text": "a-3-z"});
        assert_eq!(output, expected, "{arguments}: {ran:?}");
    }
    let folder = template_file(file, r#"{ next = "Dnoe", limit = 3 }"#);
    let ran = folder.run("validate", "main.tf", &[]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stdout.contains("d.json.tftpl:2:"), "{ran:?}");
    assert!(ran.stdout.contains("did you mean `Done`?"), "{ran:?}");
}

#[test]
fn directives_of_a_template_file_are_evaluated_or_named() {
    let file = r#"{"StartAt": "${names[0]}", "States": {
  %{ for index, name in names ~}
  "${name}": {"Type": "Pass", %{ if index == length(names) - 1 }"Next": "End"%{ else }"Next": "${names[index + 1]}"%{ endif }},
  %{ endfor ~}
  "End": {"Type": "Pass", "Result": %{ if loud }"LOUD"%{ else }"quiet"%{ endif }, "End": true}}}"#;
    for (arguments, output, note) in [
        (r#"{ names = local.steps, loud = true }"#, "LOUD", None),
        (
            r#"{ names = ["x", "y", "z"], loud = false }"#,
            "quiet",
            None,
        ),
        (
            "{ names = local.steps, loud = var.open }",
            "LOUD",
            Some("the directives with `loud`: Terraform computes them"),
        ),
    ] {
        let folder = template_file(file, arguments);
        let ran = folder.run("run", "main.tf#m", &[]);
        assert_eq!(ran.status, 0, "{arguments}: {ran:?}");
        assert_eq!(
            ran.stdout.trim(),
            format!("\"{output}\""),
            "{arguments}: {ran:?}"
        );
        let is_noted = ran.stderr.contains("Terraform computes them");
        assert_eq!(is_noted, note.is_some(), "{arguments}: {ran:?}");
        assert!(note.is_none_or(|note| ran.stderr.contains(note)), "{ran:?}");
    }
}

/// Loops that do nothing, and values that grow, end at a limit.
#[test]
fn values_of_any_size_are_no_danger() {
    let loops = "%{ for a in n }%{ for b in n }%{ for c in n }%{ endfor }%{ endfor }%{ endfor }";
    let file = format!(r#"{{"StartAt": "A", {loops} "States": {{"A": {{"Type": "Succeed"}}}}}}"#);
    let list = vec!["1"; 500].join(", ");
    let folder = template_file(&file, &format!("{{ n = [{list}] }}"));
    let ran = folder.run("validate", "main.tf", &[]);
    assert!(
        ran.stderr.contains("Terraform computes its definition"),
        "{ran:?}"
    );
    let mut value = "[1, 2]".to_owned();
    for level in 0..20 {
        value = format!("[for v{level} in [{value}] : [v{level}, v{level}]]");
    }
    let file = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": ${jsonencode(n)}, "End": true}}}"#;
    let folder = template_file(file, &format!("{{ n = {value} }}"));
    let ran = folder.run("validate", "main.tf", &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn other_arguments_of_modules_are_no_definitions() {
    let folder = Folder::new(
        r#"module "task" {
  source                = "terraform-aws-modules/ecs/aws"
  container_definitions = file("task.json")
  task_definition       = jsonencode({ family = "a" })
  name                  = "flow"
}
"#,
    );
    std::fs::write(folder.path("task.json"), "[]").unwrap();
    let note = "main.tf has no state machine: it calls the module `task` (terraform-aws-modules/ecs/aws), of which no argument is a definition";
    let ran = folder.run("validate", "main.tf", &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains(note), "{ran:?}");
    std::fs::remove_file(folder.path("old.asl.json")).unwrap();
    std::fs::remove_file(folder.path("task.json")).unwrap();
    let ran = folder.run("validate", "", &[]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(
        ran.stderr
            .contains("a folder without a definition; it calls the module `task`"),
        "{ran:?}"
    );
}

#[test]
fn each_form_of_a_terraform_definition_is_checked() {
    let ran = Folder::new(MAIN).run("validate", "main.tf", &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for machine in ["encoded", "heredoc", "template", "local", "step_function"] {
        assert!(
            ran.stdout.contains(&format!("({machine}): valid")),
            "{machine}: {ran:?}"
        );
    }
    assert!(
        ran.stderr
            .contains("`computed` is not checked: Terraform computes its definition"),
        "{ran:?}"
    );
}

#[test]
fn a_diagnostic_is_located_in_the_terraform_file() {
    for (right, wrong, line) in [
        ("Next    = \"Tell\"", "Next    = \"Tel\"", 15),
        ("\"StartAt\": \"Call\"", "\"StartAt\": \"Cal\"", 31),
    ] {
        let ran = Folder::new(&MAIN.replace(right, wrong)).run("validate", "main.tf", &[]);
        assert_eq!(ran.status, 1, "{ran:?}");
        let place = format!("main.tf:{line}:");
        assert!(ran.stdout.contains(&place), "{place} {ran:?}");
    }
}

#[test]
fn the_machine_type_is_read_from_the_terraform_file() {
    let express = MAIN.replace(
        "states:::sns:publish",
        "states:::sqs:sendMessage.waitForTaskToken",
    );
    let express = express.replace("name = \"encoded\"", "type = \"EXPRESS\"");
    let ran = Folder::new(&express).run("validate", "main.tf", &[]);
    assert_eq!(
        ran.status, 1,
        "an Express workflow waits for no token: {ran:?}"
    );
}

#[test]
fn commands_accept_one_machine_of_a_terraform_file() {
    let folder = Folder::new(MAIN);
    let graph = folder.run("graph", "main.tf#heredoc", &[]);
    assert_eq!(graph.status, 0, "{graph:?}");
    assert!(graph.stdout.contains("Call"), "{graph:?}");
    let which = folder.run("graph", "main.tf", &[]);
    assert_eq!(which.status, 2, "{which:?}");
    assert!(which.stderr.contains("`encoded`, `heredoc`"), "{which:?}");
}

#[test]
fn a_folder_is_searched_for_terraform_files() {
    let folder = Folder::new(MAIN);
    std::fs::write(folder.path("variables.tf"), "variable \"timeout\" {}\n").unwrap();
    let path = folder.0.path().display().to_string();
    let ran = stepwright(&["validate", path.as_str()], "");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stdout.contains("(heredoc): valid"), "{ran:?}");
    assert!(!ran.stdout.contains("variables.tf"), "{ran:?}");
}

/// Returns a file with a definition of states around `parts`.
fn heredoc(parts: &str) -> String {
    format!(
        r#"resource "aws_sfn_state_machine" "m" {{
  definition = <<-EOF
{parts}
  EOF
}}
"#
    )
}

/// A definition with directives between states, between fields and in strings. Both branches and
/// the loop are correct.
const DIRECTIVES: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Comment": "%{ if var.fast }fast%{ else }slow%{ endif }", "Next": "B"},
    %{~ if var.fast ~}
    "B": {"Type": "Wait", "Seconds": 1, "Next": "P"},
    %{~ else ~}
    "B": {"Type": "Wait", "Seconds": 100, "Next": "C"},
    "C": {"Type": "Pass", "Next": "P"},
    %{~ endif ~}
    %{~ for name, arn in var.functions ~}
    "${name}": {"Type": "Task", "Resource": "${arn}", "Next": "P"},
    %{~ endfor ~}
    "P": {
      "Type": "Parallel",
      "Branches": [
        %{ for i, one in var.branches }
        {"StartAt": "In${i}", "States": {"In${i}": {"Type": "Pass", "Result": "${one["x"]}", "End": true}}}%{ if i < length(var.branches) - 1 },%{ endif }
        %{ endfor }
      ],
      %{ if var.ends }"End": true%{ endif }%{ if !var.ends }"Next": "Z"%{ endif }
    }
    %{ if !var.ends }, "Z": {"Type": "Succeed"}%{ endif }
  }
}"#;

#[test]
fn each_text_of_a_template_with_directives_is_checked() {
    let faults = [
        ("\"Seconds\": 1,", "\"Second\": 1,", "Second"),
        ("\"Seconds\": 100,", "\"Second\": 100,", "Second"),
        (
            "\"Result\": \"${one[\"x\"]}\", \"End\": true",
            "\"Result\": 1, \"Ende\": true",
            "Ende",
        ),
        (
            "\"Resource\": \"${arn}\", ",
            "\"Resorce\": \"${arn}\", ",
            "Resorce",
        ),
        ("\"Type\": \"Succeed\"", "\"Type\": \"Succed\"", "Succed"),
        ("\"Comment\": \"%{", "\"Coment\": \"%{", "Coment"),
    ];
    let as_file = r#"resource "aws_sfn_state_machine" "m" {
  definition = templatefile("${path.module}/d.json.tftpl", {})
}
"#;
    let quoted = |text: &str| {
        let text = text
            .replace("var.branches", "b")
            .replace("one[\"x\"]", "one.x");
        let text = text.replace('"', "\\\"").replace('\n', " ");
        format!("resource \"aws_sfn_state_machine\" \"m\" {{\n definition = \"{text}\"\n}}\n")
    };
    let forms = |text: &str| {
        let file = Folder::new(as_file);
        std::fs::write(file.path("d.json.tftpl"), text).unwrap();
        [
            ("heredoc", Folder::new(&heredoc(text))),
            ("file", file),
            ("quoted", Folder::new(&quoted(text))),
        ]
    };
    for (form, folder) in forms(DIRECTIVES) {
        let ran = folder.run("validate", "main.tf", &[]);
        assert_eq!(ran.status, 0, "{form}: {ran:?}");
        assert!(ran.stdout.contains("valid"), "{form}: {ran:?}");
        let graph = folder.run("graph", "main.tf", &[]);
        assert_eq!(graph.status, 0, "{form}: {graph:?}");
    }
    for (right, wrong, named) in faults {
        assert!(DIRECTIVES.contains(right), "{right}");
        let text = DIRECTIVES.replacen(right, wrong, 1);
        for (form, folder) in forms(&text) {
            let ran = folder.run("validate", "main.tf", &[]);
            assert_eq!(ran.status, 1, "{form}, {wrong}: {ran:?}");
            assert!(ran.stdout.contains(named), "{form}, {wrong}: {ran:?}");
            if form == "heredoc" {
                let before = &text[..text.find(wrong).unwrap()];
                let line = format!("main.tf:{}:", before.matches('\n').count() + 3);
                assert!(ran.stdout.contains(&line), "{wrong}: {ran:?}");
            }
        }
    }
}

#[test]
fn a_missing_state_is_found_in_each_branch() {
    let text = r#"{"StartAt": "A", "States": {
    "A": {"Type": "Pass", "Next": "B"},
    %{ if var.fast }"B": {"Type": "Pass", "Next": "None1"}%{ else }"B": {"Type": "Pass", "Next": "C"},
    "C": {"Type": "Pass", "Next": "None2"}%{ endif }
}}"#;
    let ran = Folder::new(&heredoc(text)).run("validate", "main.tf", &[]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stdout.contains("target: None1"), "{ran:?}");
    assert!(ran.stdout.contains("target: None2"), "{ran:?}");
    assert_eq!(ran.stdout.matches("error[").count(), 2, "{ran:?}");
}

#[test]
fn conditions_in_yaml_are_read_and_loops_are_not() {
    let main = r#"resource "aws_sfn_state_machine" "m" {
  definition = jsonencode(yamldecode(templatefile("${path.module}/d.yaml", {})))
}
"#;
    let conditions = "StartAt: A\nStates:\n  A:\n    Type: Pass\n    %{ if on }\n    End: true\n    %{ else }\n    Nxt: B\n    %{ endif }\n";
    let loops =
        "StartAt: A\nStates:\n%{ for n in names }\n  ${n}: {Type: Pass, End: true}\n%{ endfor }\n";
    for (text, status, shown) in [
        (conditions, 1, "Nxt"),
        (loops, 0, "Terraform computes its definition"),
    ] {
        let folder = Folder::new(main);
        std::fs::write(folder.path("d.yaml"), text).unwrap();
        let ran = folder.run("validate", "main.tf", &[]);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(all.contains(shown), "{ran:?}");
        assert_eq!(ran.status, status, "{ran:?}");
    }
}

#[test]
fn a_template_that_no_choice_makes_readable_is_an_error() {
    let text = heredoc(r#"{"StartAt": "A" %{ if var.x }"States": {}%{ endif } "Comment": "c"}"#);
    let ran = Folder::new(&text).run("validate", "main.tf", &[]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stdout.contains("SW001"), "{ran:?}");
}

#[test]
fn a_template_with_very_many_conditions_is_not_checked() {
    let parts: String = (0..200)
        .map(|index| format!("%{{ if var.c{index} }}\"S{index}\": {{\"Type\": \"Pass\", \"End\": true}},%{{ endif }}\n"))
        .collect();
    let text = heredoc(&format!(
        r#"{{"StartAt": "A", "States": {{ {parts} "A": {{"Type": "Pass", "Next": "S1"}} }}}}"#
    ));
    let ran = Folder::new(&text).run("validate", "main.tf", &[]);
    assert!(
        ran.stderr
            .contains("`m` is not checked: Terraform computes its definition"),
        "{ran:?}"
    );
}

/// A file with computed and literal arguments of `merge` and `concat` around one state.
const MERGED: &str = r#"
locals {
  base  = { Type = "Pass" }
  parts = var.parts
}

resource "aws_sfn_state_machine" "m" {
  definition = jsonencode(merge({ StartAt = "A" }, {
    Comment = "later"
    States = merge(local.states, {
      A = merge(local.base, { Next = "B" })
      B = merge({ Type = "Task", Resource = "overridden" }, {
        Resource = "arn:aws:states:::sqs:sendMessage"
        Parameters = merge(var.parameters, { QueueUrl = "q", MessageBody = "m" })
        Retry = concat(local.parts, [{ ErrorEquals = ["States.ALL"], MaxAttempts = 2 }])
        Catch = concat([{ ErrorEquals = ["States.ALL"], Next = "C" }], concat([], var.more))
        Next  = "C"
      }, null)
      C = merge([{ Type = "Choice" }, { Default = "D", Choices = concat(var.rules, [{ Variable = "$.x", IsPresent = true, Next = "D" }]) }]...)
      D = merge(local.parts...)
    })
  }))
}
"#;

#[test]
fn the_literal_parts_of_merge_and_concat_are_checked() {
    let ran = Folder::new(MERGED).run("validate", "main.tf", &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stdout.contains("not checked"), "{ran:?}");
    for (right, wrong, named) in [
        ("StartAt = \"A\"", "StartAtt = \"A\"", "StartAtt"),
        ("MaxAttempts = 2", "MaxAttempt = 2", "MaxAttempt"),
        (
            "[{ ErrorEquals = [\"States.ALL\"], Next = \"C\" }]",
            "[{ ErorEquals = [\"States.ALL\"], Next = \"C\" }]",
            "ErorEquals",
        ),
        ("MessageBody = \"m\"", "MesageBody = \"m\"", "MesageBody"),
        ("IsPresent = true", "IsPresnt = true", "IsPresnt"),
        ("Type = \"Choice\"", "Type = \"Choise\"", "Choise"),
    ] {
        assert!(MERGED.contains(right), "{right}");
        let file = MERGED.replacen(right, wrong, 1);
        let ran = Folder::new(&file).run("validate", "main.tf", &[]);
        assert_ne!(ran.stdout.matches(named).count(), 0, "{wrong}: {ran:?}");
        let before = &file[..file.find(wrong).unwrap()];
        let line = format!("main.tf:{}:", before.matches('\n').count() + 1);
        assert!(ran.stdout.contains(&line), "{wrong}: {ran:?}");
    }
}

#[test]
fn a_definition_of_computed_arguments_alone_is_not_checked() {
    let file = r#"resource "aws_sfn_state_machine" "m" {
  definition = jsonencode(merge(var.a, local.b))
}
"#;
    let ran = Folder::new(file).run("validate", "main.tf", &[]);
    assert!(
        ran.stderr
            .contains("`m` is not checked: Terraform computes its definition"),
        "{ran:?}"
    );
}
