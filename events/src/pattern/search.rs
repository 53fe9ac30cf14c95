//! The search for items of arrays in which all fields of a pattern match.

use std::collections::{HashMap, HashSet};

use super::event_fields::{ArrayIndex, ContextIndex, FieldValues, ROOT};
use super::value_test::{Scalar, ValueTest};

/// The item of each array that earlier fields have chosen, sorted by the array. Items of arrays
/// that no later field is in are left out, so that there are at most as many choices as items.
type Choice = Vec<(ArrayIndex, ContextIndex)>;

/// The tests of a field, and its index.
pub(super) type IndexedTests<'t> = (usize, &'t [ValueTest]);

/// Whether items of arrays can be chosen so that each field has a value in them that passes one of
/// its tests.
///
/// As in event-ruler, the fields are tested in the order of their paths, and `{"exists": false}`
/// sees the values that are consistent with the choice of the fields before it.
///
/// Fields of several arrays with one path, or with names such as `a` and `a-`, can need
/// exponentially many choices. `steps` limits them: without steps, there is no match.
pub(super) fn matches(
    tests: &[IndexedTests<'_>],
    fields: &[FieldValues<'_>],
    steps: &mut usize,
) -> bool {
    // Most patterns fail here, at a field that the event lacks.
    let is_possible = |(field, tests): &IndexedTests<'_>| {
        let values = fields.get(*field);
        values.is_some_and(|values| !values.is_empty())
            || tests.iter().any(|test| matches!(test, ValueTest::Absent))
    };
    if !tests.iter().all(is_possible) {
        return false;
    }
    let values: Vec<_> = tests
        .iter()
        .filter_map(|(field, _)| fields.get(*field))
        .collect();
    let last_uses = last_uses(&values);
    let mut choices: HashSet<Choice> = HashSet::from([Choice::new()]);
    for (at, ((_, tests), values)) in tests.iter().zip(&values).enumerate() {
        let mut next = HashSet::new();
        for choice in choices {
            let mut search = FieldSearch {
                tests,
                values,
                choice,
                steps,
                has_value: false,
                found: &mut |choice| {
                    let is_used = |(array, _): &&_| last_uses.get(array) > Some(&at);
                    let mut choice: Choice = choice.iter().filter(is_used).copied().collect();
                    choice.sort_unstable();
                    next.insert(choice);
                },
            };
            search.context(ROOT);
            search.finish();
        }
        if next.is_empty() || *steps == 0 {
            return false;
        }
        choices = next;
    }
    true
}

/// The last field with values in each array.
fn last_uses(fields: &[&FieldValues<'_>]) -> HashMap<ArrayIndex, usize> {
    let fields = fields.iter().enumerate();
    let uses = fields.flat_map(|(at, field)| field.arrays().map(move |array| (array, at)));
    uses.collect()
}

/// The search for values of one field that are consistent with a choice.
struct FieldSearch<'s, 'e> {
    tests: &'s [ValueTest],
    values: &'s FieldValues<'e>,
    choice: Choice,
    steps: &'s mut usize,
    /// Whether there is a value that is consistent with the choice.
    has_value: bool,
    /// Takes the choice of each value that passes.
    found: &'s mut dyn FnMut(&Choice),
}

impl FieldSearch<'_, '_> {
    /// Tests the values of a context, and of the items that the choice permits.
    fn context(&mut self, context: ContextIndex) {
        *self.steps = self.steps.saturating_sub(1);
        if *self.steps == 0 {
            return;
        }
        let Some(values) = self.values.context(context) else {
            return;
        };
        self.has_value |= !values.values.is_empty();
        // A second value of the same context makes the same choice.
        if values.values.iter().any(|value| self.passes(value)) {
            (self.found)(&self.choice);
        }
        for (array, contexts) in &values.arrays {
            let chosen = self.choice.iter().find(|(other, _)| other == array);
            if let Some(&(_, chosen)) = chosen {
                if contexts.binary_search(&chosen).is_ok() {
                    self.context(chosen);
                }
                continue;
            }
            for context in contexts {
                self.choice.push((*array, *context));
                self.context(*context);
                self.choice.pop();
            }
        }
    }

    fn passes(&self, value: &Scalar<'_>) -> bool {
        self.tests.iter().any(|test| test.succeeds(value))
    }

    /// Tests that there is no value.
    fn finish(&mut self) {
        let is_absent = |test: &ValueTest| matches!(test, ValueTest::Absent);
        if !self.has_value && self.tests.iter().any(is_absent) {
            (self.found)(&self.choice);
        }
    }
}
