//! Requirements of a definition on a value from outside, and the values that meet them.

use std::collections::BTreeMap;

use stepwright_asl::json::Json;
use stepwright_asl::jsonata::ValueTest;
use stepwright_interpreter::value::{Object, Value};

use super::abstract_value::PartStep;
use super::neighbours::neighbours;
use crate::budget::SearchBudget;

/// The most values that are made for one source. Beyond, the values of each part vary one by one.
const MAX_COMBINATIONS: usize = 48;
/// A text that no definition compares with.
const OTHER_TEXT: &str = "other";
/// The bytes of a member or an item of a value.
const MEMBER_BYTES: usize = 48;
/// The members of a large object that a copy with one other member does not share.
const COPIED_MEMBERS: usize = 16;

/// The requirements on a value and on its parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Demand {
    pub(super) members: BTreeMap<String, Demand>,
    pub(super) items: Option<Box<Demand>>,
    /// The values that make a difference.
    values: Vec<Json>,
    /// The numbers of items that make a difference.
    counts: Vec<i64>,
    is_optional: bool,
    /// Whether the number of items makes a difference.
    is_list: bool,
    is_number: bool,
    is_truth: bool,
    is_timestamp: bool,
    is_object: bool,
    /// Whether a list of such values is as good as one.
    pub(super) may_be_list: bool,
    /// Whether a value that is equal to no compared text makes a difference.
    has_other: bool,
}

/// The values of one source.
#[derive(Clone, Debug)]
pub(crate) struct SampleSet {
    pub(crate) values: Vec<Value>,
    /// Whether all combinations of its parts are in it.
    pub(crate) is_complete: bool,
}

impl Demand {
    /// Adds the requirements of a test on a part.
    pub(crate) fn require(&mut self, path: &[PartStep], test: &ValueTest, has_other: bool) {
        let mut part = self;
        for (index, step) in path.iter().enumerate() {
            // JSONata reads a member of each item of a list.
            let is_last = index + 1 == path.len();
            part.may_be_list |= *test == ValueTest::Aggregate && is_last && index > 0;
            part = match step {
                PartStep::Key(key) => part.members.entry(key.clone()).or_default(),
                PartStep::Item => {
                    // The list may be too short.
                    part.is_list |= *test == ValueTest::Exists;
                    part.items.get_or_insert_default()
                }
            };
        }
        match test {
            ValueTest::Equals(value) => {
                part.value(value.clone());
                part.has_other |= has_other;
            }
            ValueTest::Differs(value) => {
                part.value(value.clone());
                part.has_other = true;
            }
            ValueTest::Threshold(value) => {
                for value in neighbours(value) {
                    part.value(value);
                }
            }
            ValueTest::Exists => part.is_optional = true,
            ValueTest::Truth => part.is_truth = true,
            ValueTest::Number => part.is_number = true,
            ValueTest::Aggregate => {
                part.is_number = true;
                part.may_be_list = true;
            }
            ValueTest::List => {
                part.is_list = true;
                part.items.get_or_insert_default();
            }
            ValueTest::Count(count) => {
                part.is_list = true;
                part.items.get_or_insert_default();
                if let Some(count) = count.as_i64() {
                    part.counts.extend([count - 1, count, count + 1]);
                }
            }
            ValueTest::Read => {}
        }
    }

    /// Requires a timestamp.
    pub(crate) fn require_timestamp(&mut self, path: &[PartStep]) {
        self.require(path, &ValueTest::Read, false);
        if let Some(part) = self.at_mut(path) {
            part.is_timestamp = true;
        }
    }

    /// Requires an object, unless something else is known about the value.
    pub(crate) fn require_object(&mut self, path: &[PartStep]) {
        self.require(path, &ValueTest::Read, false);
        if let Some(part) = self.at_mut(path) {
            part.is_object = true;
        }
    }

    fn at_mut(&mut self, path: &[PartStep]) -> Option<&mut Demand> {
        let mut part = self;
        for step in path {
            part = match step {
                PartStep::Key(key) => part.members.get_mut(key)?,
                PartStep::Item => part.items.as_deref_mut()?,
            };
        }
        Some(part)
    }

    /// Returns the requirements on a part, if there are any.
    pub(super) fn at(&self, path: &[PartStep]) -> Option<&Demand> {
        path.iter().try_fold(self, |part, step| match step {
            PartStep::Key(key) => part.members.get(key),
            PartStep::Item => part.items.as_deref(),
        })
    }

    /// Returns the type, as JSON Schema names it, if the tests show one.
    pub(super) fn scalar_type(&self) -> Option<&'static str> {
        let tested = self.values.iter().map(|value| match value {
            Json::String(_) => Some("string"),
            Json::Number(_) => Some("number"),
            Json::Bool(_) => Some("boolean"),
            _ => None,
        });
        let number = self.is_number.then_some(Some("number"));
        let timestamp = self.is_timestamp.then_some(Some("string"));
        let mut types = tested.chain(number).chain(timestamp);
        let first = types.next()??;
        // Any value is a condition.
        (types.all(|other| other == Some(first)) && !self.is_truth).then_some(first)
    }

    fn value(&mut self, value: Json) {
        if !self.values.contains(&value) {
            self.values.push(value);
        }
    }

    /// Returns whether some values do not have a part.
    pub(crate) fn may_lack(&self, path: &[PartStep]) -> bool {
        let mut part = self;
        for step in path {
            let next = match step {
                PartStep::Key(key) => part.members.get(key),
                PartStep::Item => part.items.as_deref(),
            };
            match next {
                Some(next) => part = next,
                None => return false,
            }
            if part.is_optional {
                return true;
            }
        }
        false
    }

    /// Returns the values that meet it; the first one is the plainest.
    pub(crate) fn samples(&self, budget: &SearchBudget) -> SampleSet {
        let mut is_complete = true;
        let values = self.variants(0, &mut is_complete, budget);
        SampleSet {
            values,
            is_complete,
        }
    }

    fn variants(&self, depth: usize, is_complete: &mut bool, budget: &SearchBudget) -> Vec<Value> {
        // The abstract values have few levels.
        if depth > 24 {
            return vec![Value::empty_object()];
        }
        if !self.members.is_empty() {
            let mut values = self.objects(depth, is_complete, budget);
            if let Some(items) = &self.items {
                // A definition that reads both tests which one it has. An object without members is
                // neither.
                values.retain(|value| *value != Value::empty_object());
                values.extend(self.lists(items, depth, is_complete, budget));
            }
            return values;
        }
        if let Some(items) = &self.items {
            return self.lists(items, depth, is_complete, budget);
        }
        let mut values: Vec<Value> = self.values.iter().map(Value::from).collect();
        budget.add(values.len() * MEMBER_BYTES);
        if self.is_truth || values.iter().all(|value| matches!(value, Value::Bool(_))) {
            let is_condition = self.is_truth || !values.is_empty();
            for flag in [true, false].into_iter().filter(|_| is_condition) {
                add(&mut values, Value::Bool(flag));
            }
        }
        let is_text = |value: &Value| matches!(value, Value::Str(_));
        if self.has_other && values.iter().any(is_text) {
            add(&mut values, Value::from(OTHER_TEXT));
        }
        let has_number = |value: &Value| value.as_f64().is_some();
        if self.has_other && values.iter().any(has_number) && !self.has_threshold() {
            let most = values.iter().filter_map(Value::as_f64).fold(0.0, f64::max);
            add(&mut values, Value::from(most as i64 + 1));
        }
        if values.is_empty() {
            values.push(match (self.is_number, self.is_timestamp) {
                (true, _) => Value::from(1),
                (false, true) => Value::from("2026-01-01T00:00:00Z"),
                (false, false) if self.is_object => Value::empty_object(),
                (false, false) => Value::from("sample"),
            });
        }
        values
    }

    /// Returns whether the values contain neighbours, as those of a threshold do.
    fn has_threshold(&self) -> bool {
        let numbers: Vec<i64> = self.values.iter().filter_map(Json::as_i64).collect();
        numbers.iter().any(|number| numbers.contains(&(number + 1)))
    }

    fn lists(
        &self,
        items: &Demand,
        depth: usize,
        is_complete: &mut bool,
        budget: &SearchBudget,
    ) -> Vec<Value> {
        let inner = items.variants(depth + 1, is_complete, budget);
        let list = |values: Vec<Value>| values.into_iter().collect::<Value>();
        let repeated = |count: usize| {
            let values = inner.iter().cycle().take(count).cloned();
            list(values.collect())
        };
        let mut lists = if self.is_list {
            vec![repeated(1), repeated(0), repeated(2)]
        } else {
            // Only single items are read.
            vec![repeated(3)]
        };
        budget.add(inner.len() * 2 * MEMBER_BYTES);
        lists.extend(inner.iter().skip(1).map(|value| list(vec![value.clone()])));
        for count in &self.counts {
            if (0..=20).contains(count) {
                add(&mut lists, repeated(*count as usize));
            }
        }
        lists
    }

    fn objects(&self, depth: usize, is_complete: &mut bool, budget: &SearchBudget) -> Vec<Value> {
        let parts: Vec<(&str, Vec<Option<Value>>)> = self
            .members
            .iter()
            .map(|(name, demand)| {
                let values = demand.variants(depth + 1, is_complete, budget).into_iter();
                let mut values: Vec<Option<Value>> = values.map(Some).collect();
                if demand.is_optional {
                    values.push(None);
                }
                (name.as_str(), values)
            })
            .collect();
        let count = parts.iter().try_fold(1usize, |count, (_, values)| {
            count
                .checked_mul(values.len())
                .filter(|count| *count <= MAX_COMBINATIONS)
        });
        let object = |choice: &dyn Fn(usize) -> usize| {
            let mut object = Object::new();
            for (index, (name, values)) in parts.iter().enumerate() {
                if let Some(Some(value)) = values.get(choice(index)) {
                    object.insert(name, value.clone());
                }
            }
            object
        };
        let bytes = |members: usize| (1 + members) * MEMBER_BYTES;
        let mut objects = Vec::new();
        if let Some(count) = count {
            for number in 0..count {
                let digit = |index: usize| {
                    let smaller = parts.iter().take(index).map(|(_, values)| values.len());
                    number / smaller.product::<usize>() % parts[index].1.len()
                };
                objects.push(Value::from(object(&digit)));
                budget.add(bytes(parts.len()));
            }
            return objects;
        }
        *is_complete = false;
        let plainest = object(&|_| 0);
        budget.add(bytes(parts.len()));
        objects.push(Value::from(plainest.clone()));
        for (varied, (name, values)) in parts.iter().enumerate() {
            for (number, value) in values.iter().enumerate().skip(1) {
                if budget.is_spent() {
                    return objects;
                }
                let choice = |index| if index == varied { number } else { 0 };
                objects.push(Value::from(match value {
                    // The copy shares the other members of a large object.
                    Some(value) => {
                        let mut varied = plainest.clone();
                        varied.insert(name, value.clone());
                        budget.add(bytes(parts.len().min(COPIED_MEMBERS)) + 2 * parts.len());
                        varied
                    }
                    None => {
                        budget.add(bytes(parts.len()));
                        object(&choice)
                    }
                }));
            }
        }
        objects
    }
}

fn add(values: &mut Vec<Value>, value: Value) {
    if !values.contains(&value) {
        values.push(value);
    }
}
