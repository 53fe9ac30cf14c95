//! Compares two executions: finds the first states and the first data that differ.

use std::collections::HashMap;

use serde_json::{Value as Json, json};
use stepwright_asl::overlay::Status as VisitStatus;
use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::value::Value;

use super::Timeline;
use super::visit::Visit;
use crate::json_difference::walk;

/// The most differences of one value that are returned.
const MOST: usize = 10;
/// The most bytes of JSON in which a comparison searches for differences of data.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The first differences between two executions, called left and right.
///
/// Iterations and branches are compared with those of the same index, so their order in time makes
/// no difference. If another failure stopped an iteration, only the states before are compared.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// The first states that differ; `None` if the paths are the same.
    pub path: Option<PathDifference>,
    /// The first state with another input or another result, before the paths differ.
    pub data: Option<DataDifference>,
    /// The first state with another result for the same input, before the paths differ.
    pub result: Option<DataDifference>,
    /// How many states of both were compared.
    pub compared: usize,
    /// Whether some data was not compared, because there is too much.
    pub is_cut: bool,
}

/// States that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PathDifference {
    /// The visits before them in both; `None` at the beginning of the execution, of an iteration or
    /// of a branch.
    pub after: Option<(usize, usize)>,
    /// The visit on the left; `None` if the left one entered no further state.
    pub left: Option<usize>,
    /// The visit on the right, likewise.
    pub right: Option<usize>,
}

/// A state with different data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DataDifference {
    /// The visit on the left.
    pub left: usize,
    /// The visit on the right.
    pub right: usize,
    /// Whether the inputs differ, and not the results.
    pub is_input: bool,
    /// The differences.
    pub values: ValueDifferences,
}

/// The differences of two values. Masked data is equal to other masked data.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ValueDifferences {
    /// The first differences.
    pub first: Vec<ValueDifference>,
    /// How many follow.
    pub more: usize,
}

/// A difference of two values.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ValueDifference {
    /// Its position, a JSON Pointer.
    pub pointer: String,
    /// The value on the left, if there is one.
    pub left: Option<Json>,
    /// The value on the right, if there is one.
    pub right: Option<Json>,
}

impl Comparison {
    /// Compares two executions. Masks what `redaction` does before it compares data, because a
    /// difference would reveal a part of it.
    pub fn of(left: &Timeline, right: &Timeline, redaction: &Redaction) -> Self {
        let mut comparer = Comparer {
            left,
            right,
            redaction,
            bytes: 0,
            found: Self::default(),
        };
        let top = |timeline: &Timeline| {
            let visits = timeline.visits().iter().enumerate();
            let top = visits.filter(|(_, visit)| visit.container().is_none());
            top.map(|(index, _)| index).collect::<Vec<_>>()
        };
        comparer.sequence(&top(left), &top(right), None);
        comparer.found
    }
}

impl ValueDifferences {
    /// Returns the differences of two values; a missing one differs from each value.
    pub fn of(left: Option<&Value>, right: Option<&Value>, redaction: &Redaction) -> Self {
        let json = |value: Option<&Value>| value.map(|value| redaction.value(&value.to_json()));
        Self::of_json(json(left), json(right))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    fn of_json(left: Option<Json>, right: Option<Json>) -> Self {
        let mut found = Self::default();
        let mut add = |pointer: &str, left: Option<&Json>, right: Option<&Json>| {
            if found.first.len() == MOST {
                found.more += 1;
                return;
            }
            found.first.push(ValueDifference {
                pointer: pointer.to_owned(),
                left: left.cloned(),
                right: right.cloned(),
            });
        };
        match (&left, &right) {
            (Some(left), Some(right)) => walk("", left, right, &mut add),
            (None, None) => {}
            (left, right) => add("", left.as_ref(), right.as_ref()),
        }
        found
    }
}

struct Comparer<'t> {
    left: &'t Timeline,
    right: &'t Timeline,
    redaction: &'t Redaction,
    /// How many bytes of data were converted to JSON.
    bytes: u64,
    found: Comparison,
}

impl<'t> Comparer<'t> {
    /// Compares two sequences of visits, up to the first states that differ. `containers` are the
    /// visits around them.
    fn sequence(&mut self, lefts: &[usize], rights: &[usize], containers: Option<(usize, usize)>) {
        let mut after = None;
        for at in 0..lefts.len().max(rights.len()) {
            let (left, right) = (lefts.get(at).copied(), rights.get(at).copied());
            let pair = left.zip(right);
            if let Some(pair) = pair.filter(|pair| self.has_same_state(*pair)) {
                self.pair(pair);
                if self.found.path.is_some() {
                    return;
                }
                after = Some(pair);
                continue;
            }
            let (last_left, last_right) = after.unzip();
            let (container_left, container_right) = containers.unzip();
            let is_cut = match (left, right) {
                (None, _) => is_cut(self.left, last_left, container_left),
                (_, None) => is_cut(self.right, last_right, container_right),
                _ => false,
            };
            if !is_cut {
                self.found.path = Some(PathDifference { after, left, right });
            }
            return;
        }
    }

    fn visits(&self, (left, right): (usize, usize)) -> Option<(&'t Visit, &'t Visit)> {
        self.left.visit(left).zip(self.right.visit(right))
    }

    fn has_same_state(&self, pair: (usize, usize)) -> bool {
        let visits = self.visits(pair);
        visits.is_some_and(|(left, right)| left.state() == right.state())
    }

    /// Compares two visits of one state, and the states inside of them.
    fn pair(&mut self, pair: (usize, usize)) {
        self.found.compared += 1;
        let has_same_input = self.inputs(pair);
        self.inside(pair);
        if self.found.path.is_none() {
            self.results(pair, has_same_input);
        }
    }

    /// Compares two inputs, unless no difference of data is needed. Returns whether they are equal.
    fn inputs(&mut self, pair: (usize, usize)) -> bool {
        if self.found.result.is_some() {
            return false;
        }
        let Some((left, right)) = self.visits(pair) else {
            return false;
        };
        let (left, right) = (left.input(), right.input());
        if left == right {
            return true;
        }
        if !self.affords(left, right) {
            return false;
        }
        let json = |value: Option<&Value>| value.map(Value::to_json);
        let found = self.difference(pair, true, json(left), json(right));
        let is_same = found.is_none();
        self.found.data = self.found.data.take().or(found);
        is_same
    }

    fn results(&mut self, pair: (usize, usize), has_same_input: bool) {
        let is_needed = self.found.data.is_none() || has_same_input && self.found.result.is_none();
        let Some((left, right)) = self.visits(pair).filter(|_| is_needed) else {
            return;
        };
        let result = |visit| {
            (
                Visit::output(visit),
                Visit::error(visit),
                Visit::cause(visit),
            )
        };
        if result(left) == result(right) {
            return;
        }
        if !self.affords(left.output(), right.output()) {
            return;
        }
        let (left, right) = (result_of(left), result_of(right));
        if let Some(found) = self.difference(pair, false, left, right) {
            if has_same_input && self.found.result.is_none() {
                self.found.result = Some(found.clone());
            }
            self.found.data.get_or_insert(found);
        }
    }

    /// Whether the comparison may search two more values for differences.
    fn affords(&mut self, left: Option<&Value>, right: Option<&Value>) -> bool {
        if !self.found.is_cut {
            let values = left.into_iter().chain(right);
            self.bytes += values.map(Value::json_len).sum::<u64>();
            self.found.is_cut = self.bytes > MOST_BYTES;
        }
        !self.found.is_cut
    }

    /// Returns the differences of two inputs or two results.
    fn difference(
        &mut self,
        (left, right): (usize, usize),
        is_input: bool,
        left_value: Option<Json>,
        right_value: Option<Json>,
    ) -> Option<DataDifference> {
        let masked = |value: Json| self.redaction.value(&value);
        let values = ValueDifferences::of_json(left_value.map(masked), right_value.map(masked));
        (!values.is_empty()).then_some(DataDifference {
            left,
            right,
            is_input,
            values,
        })
    }

    /// Compares the iterations or branches of two visits.
    fn inside(&mut self, (left, right): (usize, usize)) {
        let mut scopes: Vec<[Vec<usize>; 2]> = Vec::new();
        let mut known: HashMap<&[String], usize> = HashMap::new();
        let sides = [(self.left, left), (self.right, right)];
        for (side, (timeline, container)) in sides.into_iter().enumerate() {
            for index in timeline.visits_inside(container) {
                let scope = timeline.visit(*index).map(Visit::scope).unwrap_or_default();
                let at = *known.entry(scope).or_insert(scopes.len());
                if at == scopes.len() {
                    scopes.push(Default::default());
                }
                scopes[at][side].push(*index);
            }
        }
        for [lefts, rights] in &scopes {
            self.sequence(lefts, rights, Some((left, right)));
            if self.found.path.is_some() {
                return;
            }
        }
    }
}

/// Whether a sequence of visits is not complete: its last state has not ended, or the failure of
/// another iteration or branch ended it.
fn is_cut(timeline: &Timeline, last: Option<usize>, container: Option<usize>) -> bool {
    let status = |index: usize| timeline.visit(index).map(Visit::status);
    let last = last.and_then(status);
    match container.and_then(status) {
        Some(VisitStatus::Succeeded) | None => last == Some(VisitStatus::Running),
        Some(_) => last != Some(VisitStatus::Failed),
    }
}

/// Returns the output of a visit, or its error.
fn result_of(visit: &Visit) -> Option<Json> {
    let error = || Some(json!({"Error": visit.error()?, "Cause": visit.cause()}));
    visit.output().map(Value::to_json).or_else(error)
}
