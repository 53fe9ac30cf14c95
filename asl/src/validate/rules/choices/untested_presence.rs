//! Reports a comparison of a value that other rules of the Choice state treat as optional.

use std::collections::{HashMap, HashSet};

use crate::model::Operator;
use crate::validate::rules::prelude::*;

use super::{comparison, inner};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW075",
    name: "untested-presence",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A rule compares a value without testing that it is present, and another rule of the same Choice does test it.",
    doc: "A comparison whose `Variable` selects nothing fails the execution with `States.Runtime`, which cannot be caught. The validator assumes that a value may be absent only where the Choice itself tests `IsPresent`. Test it before each comparison, in the same `And`, or add an earlier rule for the absent value: rules are tried in order, and so are the members of `And` and `Or`.",
    source: source::CHOICE,
    check: absent,
};

fn absent(definition: &Definition<'_>, report: &mut Report<'_>) {
    for choice in definition.parts_of("Choice") {
        let rules = choice.items("Choices").unwrap_or_default();
        if choice.language != QueryLanguage::JsonPath {
            continue;
        }
        let mut asked = HashSet::new();
        rules.iter().for_each(|rule| asks(rule, &mut asked));
        if asked.is_empty() {
            continue;
        }
        let mut presence = Presence {
            asked,
            known: HashMap::new(),
            reported: HashSet::new(),
            report,
        };
        let pointer = choice.at("Choices");
        for (index, rule) in rules.iter().enumerate() {
            let (_, otherwise) = presence.test(rule, &pointer.index(index));
            presence.learn(&otherwise);
        }
    }
}

/// The variables whose presence a rule tests.
fn asks<'d>(rule: &'d Json, asked: &mut HashSet<&'d str>) {
    let Some(object) = rule.as_object() else {
        return;
    };
    if let Some(comparison) = comparison(object)
        && comparison.operator == Operator::IsPresent
    {
        asked.insert(comparison.variable);
    }
    inner(object).for_each(|rule| asks(rule, asked));
}

struct Presence<'r, 'd, 'report> {
    asked: HashSet<&'d str>,
    /// For each variable, how many enclosing conditions guarantee its presence.
    known: HashMap<&'d str, usize>,
    reported: HashSet<&'d str>,
    report: &'r mut Report<'report>,
}

impl<'d> Presence<'_, 'd, '_> {
    fn learn(&mut self, variables: &[&'d str]) {
        for variable in variables {
            *self.known.entry(variable).or_default() += 1;
        }
    }

    fn forget(&mut self, variables: &[&'d str]) {
        for variable in variables {
            if let Some(count) = self.known.get_mut(variable) {
                *count -= 1;
            }
        }
    }

    /// Checks a rule. Returns the variables that are present if it matches, and those that are
    /// present if it does not.
    fn test(&mut self, rule: &'d Json, pointer: &Pointer<'d>) -> (Vec<&'d str>, Vec<&'d str>) {
        let Some(object) = rule.as_object() else {
            return (Vec::new(), Vec::new());
        };
        if let Some(comparison) = comparison(object) {
            let variable = comparison.variable;
            if !self.asked.contains(variable) {
                return (Vec::new(), Vec::new());
            }
            if comparison.operator == Operator::IsPresent {
                return match comparison.operand.as_bool() {
                    Some(true) => (vec![variable], Vec::new()),
                    _ => (Vec::new(), vec![variable]),
                };
            }
            let known = self.known.get(variable).is_some_and(|count| *count > 0);
            if !known && self.reported.insert(variable) {
                let message = format!(
                    "`{variable}` may be absent here, which fails the execution with `States.Runtime`"
                );
                let entry = self.report.add(pointer.key("Variable"), message).suggest(
                    "test `IsPresent` before it in an `And`, or in an earlier rule".to_owned(),
                );
                entry.choices(|| [tested(object, variable, pointer)]);
            }
            // A compared variable was present.
            return (vec![variable], vec![variable]);
        }
        if let Some(inner) = object.get("Not") {
            let (holds, otherwise) = self.test(inner, &pointer.key("Not"));
            return (otherwise, holds);
        }
        for (key, is_and) in [("And", true), ("Or", false)] {
            let Some(rules) = object.get(key).and_then(Json::as_array) else {
                continue;
            };
            let pointer = pointer.key(key);
            let mut learnt = Vec::new();
            let mut first_other = None;
            for (index, rule) in rules.iter().enumerate() {
                let (holds, otherwise) = self.test(rule, &pointer.index(index));
                let (on, other) = if is_and {
                    (holds, otherwise)
                } else {
                    (otherwise, holds)
                };
                self.learn(&on);
                learnt.extend(on);
                first_other.get_or_insert(other);
            }
            self.forget(&learnt);
            // With several parts it is unknown which one decided.
            let other = first_other.filter(|_| rules.len() == 1).unwrap_or_default();
            return if is_and {
                (learnt, other)
            } else {
                (other, learnt)
            };
        }
        (Vec::new(), Vec::new())
    }
}

/// Tests the presence of a variable before its comparison.
fn tested(rule: &Object, variable: &str, pointer: &Pointer<'_>) -> Fix {
    let (kept, compared): (Object, Object) = rule
        .clone()
        .into_iter()
        .partition(|(key, _)| matches!(key.as_str(), "Next" | "Assign" | "Output" | "Comment"));
    let mut new = Object::new();
    let presence = json!({"Variable": variable, "IsPresent": true});
    let both = vec![presence, Json::Object(compared)];
    new.insert("And".to_owned(), Json::Array(both));
    new.extend(kept);
    let title = format!("test first whether `{variable}` is present");
    Fix::choice(title, [Edit::replace(pointer, Json::Object(new))])
}
