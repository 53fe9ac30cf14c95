//! What an earlier `let` of the same state stands for in a later one.
//!
//! Step Functions evaluates all variables of a state at once, on the values from before it. So a later `let` has the
//! earlier one's expression put in where that is short or read once, and else binds it once, before all else.

use crate::machine::{Earlier, Value};
use std::collections::HashSet;
use std::rc::Rc;

impl Earlier {
    /// The `let` of a name; `assigned` says whether it is a variable, too.
    pub(super) fn new(name: String, value: Value, assigned: bool) -> Earlier {
        Earlier {
            changes: changes(&value),
            name,
            value,
            assigned,
        }
    }
}

/// The earlier `let` that a name reads of which the value would be another one here than in its variable.
pub(super) fn computed_twice(value: &Value) -> Option<&Earlier> {
    match value {
        Value::Inline(earlier) if earlier.assigned && earlier.changes => Some(earlier),
        Value::TupleField(base, _) => computed_twice(base),
        _ => None,
    }
}

/// How many parts a structure may have that is written out with what it reads.
const WRITTEN_OUT: usize = 2_000;

/// The expression without names of earlier `let`s.
pub(super) fn settle(value: Value) -> Value {
    let plan = Plan::of(&value);
    if plan.entries.is_empty() {
        return value;
    }
    // A structure stays one in the ASL: what it consists of is computed part by part.
    let apart = plan.size(&value) <= WRITTEN_OUT
        && !plan
            .entries
            .iter()
            .any(|one| one.earlier.changes && one.uses > 1);
    match value {
        Value::Tuple(items) if apart => Value::Tuple(items.into_iter().map(settle).collect()),
        Value::Array(items) if apart => Value::Array(items.into_iter().map(settle).collect()),
        Value::Some(inner) if apart => Value::Some(Box::new(settle(*inner))),
        Value::Record(mut record) if apart && record.base.is_none() => {
            let fields = std::mem::take(&mut record.fields).into_iter();
            record.fields = fields.map(|(name, value)| (name, settle(value))).collect();
            Value::Record(record)
        }
        Value::Inline(earlier) if is_structure(&earlier.value) && apart => {
            settle(earlier.value.clone())
        }
        value => plan.apply(value),
    }
}

/// Whether an expression gives another value each time that it is computed.
fn changes(value: &Value) -> bool {
    let mut changes = false;
    value.walk(&mut |part| {
        changes |= match part {
            Value::Inline(earlier) => earlier.changes,
            Value::Library(path, ..) => path.segments.last().is_some_and(|last| {
                ["uuid", "now", "millis"]
                    .iter()
                    .any(|name| last.ident == name)
            }),
            Value::Raw(_, text, _) => [
                "$uuid",
                "$now",
                "$millis",
                "$random",
                "States.UUID",
                "States.MathRandom",
            ]
            .iter()
            .any(|name| text.contains(name)),
            _ => false,
        };
    });
    changes
}

fn is_structure(value: &Value) -> bool {
    match value {
        Value::Tuple(_) | Value::Array(_) | Value::Some(_) => true,
        Value::Record(record) => record.base.is_none(),
        Value::Typed(_, value) => is_structure(value),
        Value::Inline(earlier) => is_structure(&earlier.value),
        _ => false,
    }
}

/// Short enough to be written wherever it is read.
fn is_short(value: &Value) -> bool {
    match value {
        Value::Parameter
        | Value::Item(_)
        | Value::Variable(_)
        | Value::Result
        | Value::TaskToken
        | Value::ErrorOutput
        | Value::Local(_)
        | Value::Literal(_)
        | Value::Unit
        | Value::Constant(..)
        | Value::Default(_)
        | Value::None
        | Value::Placeholder(_)
        | Value::Faulty => true,
        Value::Field(base, _)
        | Value::TupleField(base, _)
        | Value::Some(base)
        | Value::Typed(_, base) => is_short(base),
        Value::Inline(earlier) => is_short(&earlier.value),
        _ => false,
    }
}

/// One earlier `let` that an expression reads.
struct Entry {
    earlier: Rc<Earlier>,
    uses: usize,
    /// It is read where something binds names, which could be the names that it reads.
    under: bool,
    /// It reads names that something binds.
    reads_locals: bool,
    /// How many parts it has when it is written out.
    size: usize,
    /// The name that it is bound under.
    name: Option<String>,
}

/// The earlier `let`s that an expression reads, each behind those that it reads itself.
struct Plan {
    entries: Vec<Entry>,
}

impl Plan {
    fn of(value: &Value) -> Plan {
        let mut plan = Plan {
            entries: Vec::new(),
        };
        plan.collect(value, false);
        plan.bind(value);
        plan
    }

    fn collect(&mut self, value: &Value, under: bool) {
        let Value::Inline(earlier) = value else {
            let under = under
                || matches!(
                    value,
                    Value::Closure(..) | Value::Match(..) | Value::Let(..)
                );
            value.children(&mut |child| self.collect(child, under));
            return;
        };
        if let Some(known) = self.find(earlier) {
            self.entries[known].uses += 1;
            self.entries[known].under |= under;
            return;
        }
        self.collect(&earlier.value, false);
        let size = self.size(&earlier.value);
        self.entries.push(Entry {
            earlier: earlier.clone(),
            uses: 1,
            under,
            reads_locals: false,
            size,
            name: None,
        });
    }

    /// How many parts an expression has when what it reads is written out.
    fn size(&self, value: &Value) -> usize {
        if let Value::Inline(earlier) = value {
            return self
                .find(earlier)
                .map_or(1, |known| self.entries[known].size);
        }
        let mut size: usize = 1;
        value.children(&mut |child| size = size.saturating_add(self.size(child)));
        size
    }

    fn find(&self, earlier: &Rc<Earlier>) -> Option<usize> {
        let same = |entry: &Entry| Rc::ptr_eq(&entry.earlier, earlier);
        self.entries.iter().position(same)
    }

    /// Decides what is bound, and under which name.
    fn bind(&mut self, value: &Value) {
        if self.entries.is_empty() {
            return;
        }
        let mut taken = HashSet::new();
        let mut note = |part: &Value| {
            if let Value::Local(name) = part {
                taken.insert(name.clone());
            }
        };
        value.walk(&mut note);
        for entry in &self.entries {
            entry.earlier.value.walk(&mut note);
        }
        for index in 0..self.entries.len() {
            let entry = &self.entries[index];
            let reads_locals = self.reads_locals(&entry.earlier.value);
            let again =
                entry.uses > 1 && (entry.earlier.changes || !is_short(&entry.earlier.value));
            let bound = again || entry.under && (reads_locals || entry.earlier.changes);
            let mut name = entry.earlier.name.clone();
            while bound && taken.contains(&name) {
                name.push('_');
            }
            let entry = &mut self.entries[index];
            entry.reads_locals = reads_locals || bound;
            if bound {
                taken.insert(name.clone());
                entry.name = Some(name);
            }
        }
    }

    /// Whether an expression, as it will be put in, reads names that something binds.
    fn reads_locals(&self, value: &Value) -> bool {
        match value {
            Value::Local(_) => true,
            Value::Inline(earlier) => self
                .find(earlier)
                .is_some_and(|known| self.entries[known].reads_locals),
            other => {
                let mut found = false;
                other.children(&mut |child| found |= self.reads_locals(child));
                found
            }
        }
    }

    fn apply(&self, value: Value) -> Value {
        let bound = self.entries.iter().filter_map(|entry| {
            let value = self.rewrite(entry.earlier.value.clone());
            Some((entry.name.clone()?, value))
        });
        let bound: Vec<_> = bound.collect();
        let value = self.rewrite(value);
        if bound.is_empty() {
            value
        } else {
            Value::Let(bound, Box::new(value))
        }
    }

    fn rewrite(&self, value: Value) -> Value {
        if let Value::Inline(earlier) = &value {
            let name = self
                .find(earlier)
                .and_then(|known| self.entries[known].name.clone());
            return match name {
                Some(name) => Value::Local(name),
                None => self.rewrite(earlier.value.clone()),
            };
        }
        let mut value = value;
        value.children_mut(&mut |child| {
            let taken = std::mem::replace(child, Value::Faulty);
            *child = self.rewrite(taken);
        });
        value
    }
}
