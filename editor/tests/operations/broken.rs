//! Operations on texts that are cut off.

use proptest::prelude::*;
use stepwright_editor::{Document, Operation, TextEdit, Wrapper};

use super::generator::{definition, documents};
use super::states;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn edits_of_a_cut_text_are_inside_of_it(definition in definition(), cut in any::<prop::sample::Index>(), pick in any::<prop::sample::Index>()) {
        for document in documents(&definition) {
            let mut end = cut.index(document.text().len());
            while !document.text().is_char_boundary(end) {
                end -= 1;
            }
            let cut = Document::open(document.name(), &document.text()[..end], 1);
            if cut.definitions().is_empty() {
                continue;
            }
            let all = states(&cut);
            let mut operations = vec![
                Operation::SortStates { body: None },
                Operation::Format { range: None, indentation: None },
                Operation::Format { range: Some(end / 2..end), indentation: None },
            ];
            if !all.is_empty() {
                let (state, _) = pick.get(&all).clone();
                let states = vec![state.clone()];
                operations.extend([
                    Operation::MoveState { state: state.clone(), before: None },
                    Operation::UnwrapState { state },
                    Operation::WrapStates { states: states.clone(), name: "New".to_owned(), wrapper: Wrapper::Map },
                    Operation::ExtractStates { states, name: "New".to_owned(), state_machine: "${New}".to_owned() },
                ]);
            }
            for operation in operations {
                let Ok(edits) = cut.edits(0, &operation) else { continue };
                prop_assert!(edits.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
                prop_assert!(edits.iter().all(|edit| edit.range.end <= end));
                let after = cut.with_text(&TextEdit::apply(cut.text(), &edits), 2);
                if matches!(operation, Operation::SortStates { .. } | Operation::Format { .. } | Operation::MoveState { .. }) {
                    let json = |document: &Document| document.definitions()[0].json().clone();
                    prop_assert_eq!(json(&after), json(&cut), "{:?} of {}", operation, cut.text());
                }
            }
        }
    }
}
