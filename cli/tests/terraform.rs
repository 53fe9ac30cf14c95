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
