//! Parts of values that a state compares with each other: both need values that are less, equal
//! and greater, or equal and different.

use std::collections::HashMap;

use stepwright_asl::jsonata::ValueTest;

use super::abstract_value::Origin;
use super::comparison::ComparedParts;
use super::state_reads::{RequiredPart, StateReads};
use crate::budget::SearchBudget;

/// Rounds in which the values of one part pass to the next. A longer chain of comparisons has
/// values that are not made for all of its parts.
const MAX_ROUNDS: usize = 4;

/// Requires of each compared part the values of the other one, and values that differ if neither
/// has any.
pub(super) fn require_compared(all: &mut [StateReads], budget: &SearchBudget) {
    if all.iter().all(|reads| reads.compared.is_empty()) {
        return;
    }
    let mut tests: HashMap<Origin, Vec<(ValueTest, bool)>> = HashMap::new();
    for part in all.iter().flat_map(|reads| &reads.required) {
        if has_values(&part.test) {
            let tests = tests.entry(part.origin.clone()).or_default();
            add(tests, (part.test.clone(), part.has_other));
        }
    }
    let mut added: Vec<(usize, Origin, ValueTest, bool)> = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let before = added.len();
        for (index, reads) in all.iter().enumerate() {
            for ComparedParts { sides, comparison } in &reads.compared {
                let known = sides.iter().filter_map(|side| tests.get(side)).flatten();
                let mut both: Vec<(ValueTest, bool)> = Vec::new();
                for test in known {
                    add(&mut both, test.clone());
                }
                if budget.is_spent() {
                    return;
                }
                if both.is_empty() {
                    both.push((comparison.default_test(), true));
                }
                for side in sides {
                    let tests = tests.entry(side.clone()).or_default();
                    for (test, has_other) in &both {
                        if add(tests, (test.clone(), *has_other)) {
                            budget.add(3 * size_of::<RequiredPart>());
                            added.push((index, side.clone(), test.clone(), *has_other));
                        }
                    }
                }
            }
        }
        if added.len() == before {
            break;
        }
    }
    for (index, origin, test, has_other) in added {
        all[index].required.push(RequiredPart {
            origin,
            test,
            has_other,
            is_decisive: true,
        });
    }
}

fn has_values(test: &ValueTest) -> bool {
    matches!(
        test,
        ValueTest::Equals(_) | ValueTest::Differs(_) | ValueTest::Threshold(_) | ValueTest::Truth
    )
}

/// Returns whether the test is new.
fn add(tests: &mut Vec<(ValueTest, bool)>, test: (ValueTest, bool)) -> bool {
    let is_new = !tests.contains(&test);
    if is_new {
        tests.push(test);
    }
    is_new
}
