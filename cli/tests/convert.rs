//! `stepwright convert`.

use std::path::Path;

use crate::common::{read, stepwright, write};

const ORDERS: &str = r#"{
  // Charges and ships.
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "charge", "Payload": {"total.$": "$.order.total"}},
      "ResultPath": "$.payment",
      // Only large orders are counted.
      "Next": "Large"
    },
    "Large": {
      "Type": "Choice",
      "Choices": [{"Variable": "$.order.total", "NumericGreaterThan": 100, "Next": "Ids"}],
      "Default": "Done"
    },
    "Ids": {"Type": "Pass", "Parameters": {"ids.$": "$.order.items[*].ids"}, "Next": "Done"},
    "Done": {"Type": "Succeed"}
  }
}
"#;

const TEMPLATE: &str = "\
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Pause
        States:
          Pause: {Type: Wait, SecondsPath: $.delay, End: true} # of the customer
  Other:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: |
        {
          \"StartAt\": \"Pause\",
          \"States\": {
            \"Pause\": {\"Type\": \"Wait\", \"SecondsPath\": \"$.delay\", \"End\": true}
          }
        }
  Named:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: named.asl.json
";

const NAMED: &str =
    r#"{"StartAt": "P", "States": {"P": {"Type": "Pass", "InputPath": "$.a", "End": true}}}"#;

/// The text without the folder of the test.
fn relative(text: &str, folder: &Path) -> String {
    text.replace(&format!("{}/", folder.display()), "")
}

#[test]
fn a_definition_is_printed_and_its_notes_say_where_they_are() {
    let ran = stepwright(&["convert", "-", "--to", "jsonata"], ORDERS);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    insta::assert_snapshot!("printed", format!("{}\n---\n{}", ran.stdout, ran.stderr));
}

#[test]
fn accepted_notes_convert_the_whole_machine() {
    let arguments = [
        "convert",
        "-",
        "--to",
        "jsonata",
        "--accept",
        "flattened-lists",
    ];
    let ran = stepwright(&arguments, ORDERS);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("  \"QueryLanguage\": \"JSONata\""),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("// Charges and ships.")
            && ran.stdout.contains("// Only large orders are counted."),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stderr.contains("warning[flattened-lists]"),
        "{}",
        ran.stderr
    );
    // A converted definition remains.
    let again = stepwright(&["convert", "-", "--to", "jsonata"], &ran.stdout);
    assert_eq!((again.status, again.stdout), (0, ran.stdout));
}

#[test]
fn only_the_named_states_are_converted() {
    let arguments = ["convert", "-", "--to", "jsonata", "--state", "Charge"];
    let ran = stepwright(&arguments, ORDERS);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout.matches("JSONata").count(), 1, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("standard input: 1 state converted\n"),
        "{}",
        ran.stderr
    );
    let ran = stepwright(
        &["convert", "-", "--to", "jsonata", "--state", "Chrage"],
        ORDERS,
    );
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("there is no state `Chrage`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_template_and_the_files_that_it_names_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let template = write(folder.path(), "template.yaml", TEMPLATE);
    let named = write(folder.path(), "named.asl.json", NAMED);
    let shown = stepwright(&["convert", &template, "--to", "jsonata", "--diff"], "");
    assert_eq!(shown.status, 1, "{}", shown.stderr);
    assert_eq!(
        (read(&template), read(&named)),
        (TEMPLATE.to_owned(), NAMED.to_owned())
    );
    insta::assert_snapshot!("template_diff", relative(&shown.stdout, folder.path()));

    let ran = stepwright(&["convert", &template, "--to", "jsonata", "--write"], "");
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    let again = stepwright(&["convert", &template, "--to", "jsonata", "--diff"], "");
    assert_eq!(
        (again.status, again.stdout.as_str()),
        (0, ""),
        "{}",
        again.stderr
    );
    let valid = stepwright(&["validate", "--deny", "warnings", &template], "");
    assert_eq!(valid.status, 0, "{}{}", valid.stdout, valid.stderr);
}

#[test]
fn the_report_for_programs_has_each_definition() {
    let folder = tempfile::tempdir().unwrap();
    let named = write(folder.path(), "named.asl.json", NAMED);
    let orders = write(folder.path(), "orders.asl.json", ORDERS);
    let arguments = [
        "convert", &named, &orders, "--to", "jsonata", "--format", "json",
    ];
    let ran = stepwright(&arguments, "");
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert_eq!(read(&orders), ORDERS);
    insta::assert_snapshot!("report", relative(&ran.stdout, folder.path()));
}

#[test]
fn wrong_usage_is_explained() {
    for (arguments, expected) in [
        (vec!["a.json", "b.json"], "several converted texts"),
        (vec!["main.tf"], "is a module of Terraform"),
        (vec!["-", "--accept", "all"], "there is no difference `all`"),
        (vec!["-", "--write", "--diff"], "cannot be used with"),
        (vec!["-"], "cannot read -"),
    ] {
        let mut all = vec!["convert", "--to", "jsonata"];
        all.extend(arguments);
        let ran = stepwright(&all, "{");
        assert_eq!(ran.status, 2, "{all:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{all:?}: {}", ran.stderr);
    }
}

#[test]
fn the_definitions_and_templates_of_a_folder_are_converted_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::create_dir(path.join("ignored")).unwrap();
    let template = write(path, "template.yaml", TEMPLATE);
    let named = write(path, "named.asl.json", NAMED);
    let other = write(path, "other.json", r#"{"name": "a package"}"#);
    write(path, ".gitignore", "ignored\n");
    let ignored = write(path, "ignored/old.asl.json", NAMED);
    let module = "resource \"aws_sfn_state_machine\" \"orders\" {\n  definition = file(\"named.asl.json\")\n}\n";
    write(path, "main.tf", module);
    let folder_name = path.to_str().unwrap();

    let printed = stepwright(&["convert", folder_name, "--to", "jsonata"], "");
    assert_eq!(printed.status, 2, "{}", printed.stdout);
    assert!(
        printed.stderr.contains("several converted texts"),
        "{}",
        printed.stderr
    );

    let ran = stepwright(&["convert", folder_name, "--to", "jsonata", "--write"], "");
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    insta::assert_snapshot!("folder", relative(&ran.stderr, path));
    assert!(read(&template).contains("QueryLanguage") && read(&named).contains("QueryLanguage"));
    assert_eq!(
        (read(&other).as_str(), read(&ignored).as_str()),
        (r#"{"name": "a package"}"#, NAMED)
    );
}

#[test]
fn a_folder_without_a_definition_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "other.json", r#"{"name": "a package"}"#);
    let folder_name = folder.path().to_str().unwrap();
    let ran = stepwright(&["convert", folder_name, "--to", "jsonata", "--write"], "");
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("it is a folder without a definition"),
        "{}",
        ran.stderr
    );
}
