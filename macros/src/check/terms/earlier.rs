//! What an earlier `let` of the same state stands for in a later one.
//!
//! Step Functions evaluates all variables of a state at once, on the values from before it. So a later `let` has the
//! earlier one's expression put in where that is short or read once, and else binds it once, before all else.

use crate::functions::library;
use crate::machine::{EarlierLet, Term};
use std::collections::HashSet;
use std::rc::Rc;
use stepwright_asl::callable::PANICKING_METHODS;
use syn::Lit;

impl EarlierLet {
    /// The `let` of a name; `assigned` says whether it is a variable, too.
    pub(super) fn new(name: String, value: Term, assigned: bool) -> EarlierLet {
        EarlierLet {
            changes: changes(&value),
            name,
            value,
            assigned,
        }
    }
}

/// The earlier `let` that a name reads of which the value would be another one here than in its variable.
pub(super) fn computed_twice(value: &Term) -> Option<&EarlierLet> {
    match value {
        Term::Inline(earlier) if earlier.assigned && earlier.changes => Some(earlier),
        Term::TupleField(base, _) => computed_twice(base),
        _ => None,
    }
}

/// How many parts a structure may have that is written out with what it reads.
const WRITTEN_OUT: usize = 2_000;

/// The expression without names of earlier `let`s. Those of `unread` are computed even where it does not read them, as far
/// as they can panic.
pub(super) fn settle(value: Term, unread: &[Rc<EarlierLet>]) -> Term {
    put_in(value, Some(unread))
}

/// Without `unread`, for a part of an expression of which the whole computes what can panic.
fn put_in(value: Term, unread: Option<&[Rc<EarlierLet>]>) -> Term {
    let plan = Plan::of(&value, unread);
    if plan.entries.is_empty() {
        return value;
    }
    let settle = |value| put_in(value, None);
    // A structure stays one in the ASL: what it consists of is computed part by part.
    let apart = plan.size(&value) <= WRITTEN_OUT
        && !plan
            .entries
            .iter()
            .any(|one| one.earlier.changes && one.uses > 1 || one.forced);
    match value {
        Term::Tuple(items) if apart => Term::Tuple(items.into_iter().map(settle).collect()),
        Term::Array(items) if apart => Term::Array(items.into_iter().map(settle).collect()),
        Term::Some(inner) if apart => Term::Some(Box::new(settle(*inner))),
        Term::Record(mut record) if apart && record.base.is_none() => {
            let fields = std::mem::take(&mut record.fields).into_iter();
            record.fields = fields.map(|(name, value)| (name, settle(value))).collect();
            Term::Record(record)
        }
        Term::Inline(earlier) if is_structure(&earlier.value) && apart => {
            settle(earlier.value.clone())
        }
        value => plan.apply(value),
    }
}

/// Whether an expression gives another value each time that it is computed.
fn changes(value: &Term) -> bool {
    let mut changes = false;
    value.walk(&mut |part| {
        changes |= match part {
            Term::Inline(earlier) => earlier.changes,
            Term::Library(path, ..) => library(path).is_some_and(|function| function.changes),
            Term::Raw(_, text, _) => [
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

fn is_structure(value: &Term) -> bool {
    match value {
        Term::Tuple(_) | Term::Array(_) | Term::Some(_) => true,
        Term::Record(record) => record.base.is_none(),
        Term::Typed(_, value) | Term::Checked(_, value) => is_structure(value),
        Term::Inline(earlier) => is_structure(&earlier.value),
        _ => false,
    }
}

/// Whether Rust may panic when it computes a value, apart from the earlier `let`s that it reads.
fn can_panic(value: &Term) -> bool {
    let mut found = false;
    value.walk(&mut |part| {
        found |= match part {
            Term::Index(..) | Term::Raw(..) => true,
            Term::Binary("Div" | "Rem", _, by) => !is_nonzero(by),
            Term::Method(_, name, _) => PANICKING_METHODS.contains(&name.as_str()),
            Term::Library(path, _) => library(path).is_none_or(|function| function.fails),
            _ => false,
        };
    });
    found
}

/// Whether it is a literal other than 0.
fn is_nonzero(value: &Term) -> bool {
    match value {
        Term::Typed(_, value) | Term::Negative(value) => is_nonzero(value),
        Term::Literal(Lit::Int(number)) => number.base10_digits() != "0",
        Term::Literal(Lit::Float(number)) => number.base10_parse().is_ok_and(|n: f64| n != 0.0),
        _ => false,
    }
}

/// The earlier `let`s of a list that these values do not lead to, and that can panic.
pub(super) fn not_computed<'e>(
    lets: &'e [Rc<EarlierLet>],
    values: &[&Term],
) -> impl Iterator<Item = &'e Rc<EarlierLet>> {
    let mut plan = Plan {
        entries: Vec::new(),
    };
    for value in values {
        plan.collect(value, false);
    }
    lets.iter()
        .filter(move |one| plan.find(one).is_none() && can_panic(&one.value))
}

/// Whether an expression reads an earlier `let` whatever its conditions are.
fn reads_always(value: &Term, earlier: &Rc<EarlierLet>) -> bool {
    if let Term::Inline(read) = value {
        return Rc::ptr_eq(read, earlier);
    }
    let only_first = match value {
        Term::If(..) | Term::Match(..) | Term::Binary("And" | "Or", ..) => true,
        Term::Closure(..) => return false,
        _ => false,
    };
    let (mut reads, mut is_first) = (false, true);
    value.children(&mut |child| {
        reads |= (is_first || !only_first) && reads_always(child, earlier);
        is_first = false;
    });
    reads
}

/// Short enough to be written wherever it is read.
fn is_short(value: &Term) -> bool {
    match value {
        Term::Parameter
        | Term::Item(_)
        | Term::Variable(_)
        | Term::Result
        | Term::TaskToken
        | Term::ErrorOutput
        | Term::Local(_)
        | Term::Literal(_)
        | Term::Unit
        | Term::Constant(..)
        | Term::Default(_)
        | Term::None
        | Term::Placeholder(_)
        | Term::Faulty => true,
        Term::Field(base, _)
        | Term::TupleField(base, _)
        | Term::Some(base)
        | Term::Typed(_, base)
        | Term::Checked(_, base) => is_short(base),
        Term::Inline(earlier) => is_short(&earlier.value),
        _ => false,
    }
}

/// One earlier `let` that an expression reads.
struct Entry {
    earlier: Rc<EarlierLet>,
    uses: usize,
    /// It is read where something binds names, which could be the names that it reads.
    under: bool,
    /// It reads names that something binds.
    reads_locals: bool,
    /// It can panic, and nothing else computes it in every case.
    forced: bool,
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
    fn of(value: &Term, unread: Option<&[Rc<EarlierLet>]>) -> Plan {
        let mut plan = Plan {
            entries: Vec::new(),
        };
        plan.collect(value, false);
        if let Some(unread) = unread {
            for earlier in unread {
                if plan.find(earlier).is_none() && can_panic(&earlier.value) {
                    plan.add(earlier, 0, false);
                }
            }
            plan.force(value);
        }
        plan.bind(value);
        plan
    }

    /// Marks what can panic and is read in some case only.
    fn force(&mut self, value: &Term) {
        let mut computed: Vec<bool> = vec![false; self.entries.len()];
        for index in (0..self.entries.len()).rev() {
            let earlier = &self.entries[index].earlier;
            let mut behind = (index + 1..self.entries.len()).filter(|other| computed[*other]);
            let always = earlier.assigned
                || reads_always(value, earlier)
                || behind.any(|other| reads_always(&self.entries[other].earlier.value, earlier));
            let forced = !always && can_panic(&earlier.value);
            computed[index] = always || forced;
            self.entries[index].forced = forced;
        }
    }

    fn collect(&mut self, value: &Term, under: bool) {
        let Term::Inline(earlier) = value else {
            let under =
                under || matches!(value, Term::Closure(..) | Term::Match(..) | Term::Let(..));
            value.children(&mut |child| self.collect(child, under));
            return;
        };
        if let Some(known) = self.find(earlier) {
            self.entries[known].uses += 1;
            self.entries[known].under |= under;
            return;
        }
        self.add(earlier, 1, under);
    }

    fn add(&mut self, earlier: &Rc<EarlierLet>, uses: usize, under: bool) {
        self.collect(&earlier.value, false);
        let size = self.size(&earlier.value);
        self.entries.push(Entry {
            earlier: earlier.clone(),
            uses,
            under,
            reads_locals: false,
            forced: false,
            size,
            name: None,
        });
    }

    /// How many parts an expression has when what it reads is written out.
    fn size(&self, value: &Term) -> usize {
        if let Term::Inline(earlier) = value {
            return self
                .find(earlier)
                .map_or(1, |known| self.entries[known].size);
        }
        let mut size: usize = 1;
        value.children(&mut |child| size = size.saturating_add(self.size(child)));
        size
    }

    fn find(&self, earlier: &Rc<EarlierLet>) -> Option<usize> {
        let same = |entry: &Entry| Rc::ptr_eq(&entry.earlier, earlier);
        self.entries.iter().position(same)
    }

    /// Decides what is bound, and under which name.
    fn bind(&mut self, value: &Term) {
        if self.entries.is_empty() {
            return;
        }
        let mut taken = HashSet::new();
        let mut note = |part: &Term| {
            if let Term::Local(name) = part {
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
            let bound =
                again || entry.forced || entry.under && (reads_locals || entry.earlier.changes);
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
    fn reads_locals(&self, value: &Term) -> bool {
        match value {
            Term::Local(_) => true,
            Term::Inline(earlier) => self
                .find(earlier)
                .is_some_and(|known| self.entries[known].reads_locals),
            other => {
                let mut found = false;
                other.children(&mut |child| found |= self.reads_locals(child));
                found
            }
        }
    }

    fn apply(&self, value: Term) -> Term {
        let bound = self.entries.iter().filter_map(|entry| {
            let value = self.rewrite(entry.earlier.value.clone());
            Some((entry.name.clone()?, value))
        });
        let bound: Vec<_> = bound.collect();
        let value = self.rewrite(value);
        if bound.is_empty() {
            value
        } else {
            Term::Let(bound, Box::new(value))
        }
    }

    fn rewrite(&self, value: Term) -> Term {
        if let Term::Inline(earlier) = &value {
            let name = self
                .find(earlier)
                .and_then(|known| self.entries[known].name.clone());
            return match name {
                Some(name) => Term::Local(name),
                None => self.rewrite(earlier.value.clone()),
            };
        }
        let mut value = value;
        value.children_mut(&mut |child| {
            let taken = std::mem::replace(child, Term::Faulty);
            *child = self.rewrite(taken);
        });
        value
    }
}
