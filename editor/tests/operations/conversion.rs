//! Conversions of states to JSONata in each notation.

use proptest::prelude::*;
use stepwright_asl::model::QueryLanguage;
use stepwright_editor::{Document, Operation};

use super::generator::{definition, documents, is_valid};
use super::{changed, states};

const ALL: Operation = Operation::ConvertDefinition { accept: Vec::new() };

fn one(state: &str) -> Operation {
    Operation::ConvertState {
        state: state.to_owned(),
        accept: Vec::new(),
    }
}

/// The pointers of the JSONPath states.
fn jsonpath_states(document: &Document) -> Vec<String> {
    let graph = document.definitions()[0].graph();
    let machine = QueryLanguage::of(graph.containers()[0].object);
    let states = graph.states().iter().filter(|state| {
        QueryLanguage::of(state.object).or(machine) != Some(QueryLanguage::Jsonata)
    });
    states.map(|state| state.pointer.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn states_are_converted_at_once_or_one_after_the_other(definition in definition()) {
        for document in documents(&definition) {
            let before = jsonpath_states(&document);
            if before.is_empty() {
                prop_assert!(changed(&document, &ALL).is_err());
                continue;
            }
            let whole = changed(&document, &ALL).expect("it can be converted");
            prop_assert!(is_valid(&whole), "{}", whole.text());
            prop_assert_eq!(jsonpath_states(&whole), Vec::<String>::new());
            prop_assert_eq!(states(&whole), states(&document));
            let mut single = document;
            for state in &before {
                single = changed(&single, &one(state)).expect("it can be converted");
                prop_assert!(is_valid(&single), "{}", single.text());
            }
            prop_assert_eq!(jsonpath_states(&single), Vec::<String>::new());
        }
    }
}

#[test]
fn a_state_with_a_difference_is_refused_unless_it_is_accepted() {
    let text = "StartAt: A
States:
  A: # first
    Type: Pass
    Parameters:
      ids.$: $.items[*].id # all
    Next: B
  B:
    Type: Succeed
";
    let document = Document::open("a.asl.yaml", text, 1);
    let error = |operation: &Operation| match document.edits(0, operation) {
        Err(error) => error.to_string(),
        Ok(edits) => panic!("{edits:?}"),
    };
    assert_eq!(
        error(&one("/States/A")),
        "`$.items[*].id` selects several values; if they are lists, JSONata joins them to one list; accept `flattened-lists` to convert the state anyway"
    );
    assert_eq!(error(&one("/States/C")), "there is no state at `/States/C`");
    let unknown = Operation::ConvertDefinition {
        accept: vec!["lists".to_owned()],
    };
    assert_eq!(error(&unknown), "there is no difference `lists`");

    let accepted = Operation::ConvertState {
        state: "/States/A".to_owned(),
        accept: vec!["flattened-lists".to_owned()],
    };
    let converted = changed(&document, &accepted).expect("it is accepted");
    let expected = text
        .replace("Type: Pass", "Type: Pass\n    QueryLanguage: JSONata")
        .replace("Parameters", "Output")
        .replace(
            "ids.$: $.items[*].id",
            "ids: '{% [$states.input.items.id] %}'",
        );
    assert_eq!(converted.text(), expected);
    let error = changed(&converted, &one("/States/A")).expect_err("it is JSONata");
    assert_eq!(error.to_string(), "the state `A` is JSONata already");
}
