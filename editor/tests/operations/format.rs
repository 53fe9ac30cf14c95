//! Formatting of definitions in each notation.

use proptest::prelude::*;
use stepwright_editor::{Document, Operation, TextEdit};

use super::changed;
use super::generator::{definition, documents, is_valid};

fn format(range: Option<std::ops::Range<usize>>) -> Operation {
    Operation::Format {
        range,
        indentation: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn formatting_changes_no_value_and_nothing_else_of_the_file(definition in definition()) {
        for document in documents(&definition) {
            let after = changed(&document, &format(None)).expect("it can be formatted");
            prop_assert!(is_valid(&after), "{}", after.text());
            let json = |document: &Document| document.definitions()[0].json().to_string();
            prop_assert_eq!(json(&after), json(&document));
            prop_assert_eq!(after.text().matches('#').count(), document.text().matches('#').count());
            let again = changed(&after, &format(None)).expect("it can be formatted");
            prop_assert_eq!(again.text(), after.text());
        }
    }

    #[test]
    fn a_range_is_formatted_alone(definition in definition(), ends in (any::<prop::sample::Index>(), any::<prop::sample::Index>())) {
        for document in documents(&definition) {
            let length = document.text().len() + 1;
            let (a, b) = (ends.0.index(length), ends.1.index(length));
            let range = a.min(b)..a.max(b);
            let Ok(edits) = document.edits(0, &format(Some(range.clone()))) else { continue };
            for edit in &edits {
                prop_assert!(edit.range.start <= range.end && range.start <= edit.range.end);
            }
            let after = document.with_text(&TextEdit::apply(document.text(), &edits), 2);
            prop_assert_eq!(after.definitions()[0].json(), document.definitions()[0].json());
        }
    }
}

#[test]
fn a_string_of_a_template_is_formatted_in_its_lines() {
    let text = "Resources:
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: |
        {\"StartAt\":\"A\",
        \"States\": {
              \"A\": {\"Type\":\"Succeed\"}}}
      RoleArn:   role
";
    let document = Document::open("template.yaml", text, 1);
    let after = changed(&document, &format(None)).expect("it can be formatted");
    insta::assert_snapshot!(after.text(), @r#"
    Resources:
      M:
        Type: AWS::StepFunctions::StateMachine
        Properties:
          DefinitionString: |
            {
              "StartAt": "A",
              "States": {
                "A": {"Type": "Succeed"}
              }
            }
          RoleArn:   role
    "#);
}

#[test]
fn an_indentation_of_letters_is_refused() {
    let document = Document::open("a.asl.json", "{\"StartAt\": \"A\", \"States\": {}}", 1);
    let operation = Operation::Format {
        range: None,
        indentation: Some("ab".to_owned()),
    };
    let error = document.edits(0, &operation).expect_err("letters");
    assert_eq!(
        error.to_string(),
        "the indentation may contain only spaces and tabs"
    );
}
