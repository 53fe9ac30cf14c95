//! Replaces the names of earlier `let`s of the same state with their expressions.
//!
//! Step Functions evaluates all variables of a state with the values from before the state. So a
//! later `let` contains the expression of an earlier one: inline if the expression is short or read
//! once, otherwise bound once at the beginning.

use crate::functions::library;
use crate::machine::{EarlierLet, Term};
use std::collections::HashSet;
use std::rc::Rc;
use stepwright_asl::front_end::callable::{CLOCK, PANICKING_METHODS};
use syn::Lit;

impl EarlierLet {
    /// The `let` of a name. `assigned` is whether it also makes a variable.
    pub(super) fn new(name: String, value: Term, assigned: bool) -> EarlierLet {
        EarlierLet {
            changes: changes(&value),
            name,
            value,
            assigned,
        }
    }
}

/// Returns the earlier `let` that a name reads, if its variable would have a different value than
/// this second evaluation.
pub(super) fn evaluated_twice(value: &Term) -> Option<&EarlierLet> {
    match value {
        Term::Inline(earlier) if earlier.assigned && earlier.changes => Some(earlier),
        Term::TupleField(base, _) => evaluated_twice(base),
        _ => None,
    }
}

/// Returns the earlier `let`s that an expression reads, directly or indirectly.
pub(super) fn earlier_reads(value: &Term) -> Vec<Rc<EarlierLet>> {
    let mut plan = InlinePlan {
        entries: Vec::new(),
    };
    plan.collect(value, false);
    let entries = plan.entries.into_iter();
    entries.map(|entry| entry.earlier).collect()
}

/// Whether an expression contains the text of a path, whose `$` is the state's input before its
/// work and the result after it.
pub(super) fn reads_a_path(value: &Term) -> bool {
    let mut found = false;
    value.walk(&mut |part| found |= matches!(part, Term::Raw("path" | "intrinsic", ..)));
    found
}

/// The size up to which each part of a structure contains its own earlier `let`s.
const MAX_INLINED_SIZE: usize = 2_000;

/// Returns the expression without names of earlier `let`s. It also computes those of `unread` that
/// it does not read but that can panic.
pub(super) fn inline_earlier_lets(value: Term, unread: &[Rc<EarlierLet>]) -> Term {
    inline(value, Some(unread))
}

/// For a part of an expression, `unread` is `None`: the whole expression computes the `let`s that
/// can panic.
fn inline(value: Term, unread: Option<&[Rc<EarlierLet>]>) -> Term {
    let plan = InlinePlan::of(&value, unread);
    if plan.entries.is_empty() {
        return value;
    }
    let inline_part = |value| inline(value, None);
    // A structure remains a structure in the ASL, so each of its parts is inlined separately.
    let by_parts = plan.size(&value) <= MAX_INLINED_SIZE
        && !plan
            .entries
            .iter()
            .any(|one| one.earlier.changes && one.uses > 1 || one.forced);
    match value {
        Term::Tuple(items) if by_parts => Term::Tuple(items.into_iter().map(inline_part).collect()),
        Term::Array(items) if by_parts => Term::Array(items.into_iter().map(inline_part).collect()),
        Term::Some(inner) if by_parts => Term::Some(Box::new(inline_part(*inner))),
        Term::Record(mut record) if by_parts && record.base.is_none() => {
            let fields = std::mem::take(&mut record.fields).into_iter();
            record.fields = fields
                .map(|(name, value)| (name, inline_part(value)))
                .collect();
            Term::Record(record)
        }
        Term::Inline(earlier) if is_structure(&earlier.value) && by_parts => {
            inline_part(earlier.value.clone())
        }
        value => plan.apply(value),
    }
}

/// Whether an expression has another value at each evaluation.
fn changes(value: &Term) -> bool {
    let mut changes = false;
    value.walk(&mut |part| {
        changes |= match part {
            Term::Inline(earlier) => earlier.changes,
            Term::Library(path, ..) => library(path).is_some_and(|function| function.changes),
            Term::Function(name, _) => name == CLOCK,
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
pub(super) fn can_panic(value: &Term) -> bool {
    let mut found = false;
    value.walk(&mut |part| {
        found |= match part {
            Term::Index(..) | Term::Inlined(..) | Term::Raw(..) => true,
            Term::Binary("Div" | "Rem", _, by) => !is_nonzero(by),
            // Of unsigned integers.
            Term::Binary("Sub", left, right) => !is_float(left) && !is_float(right),
            Term::Method(_, name, _) => PANICKING_METHODS.contains(&name.as_str()),
            Term::Library(path, _) => library(path).is_none_or(|function| function.fails),
            _ => false,
        };
    });
    found
}

/// Whether an expression is a literal that is not 0.
fn is_nonzero(value: &Term) -> bool {
    match value {
        Term::Typed(_, value) | Term::Negative(value) => is_nonzero(value),
        Term::Literal(Lit::Int(number)) => number.base10_digits() != "0",
        Term::Literal(Lit::Float(number)) => number.base10_parse().is_ok_and(|n: f64| n != 0.0),
        _ => false,
    }
}

/// Whether an expression is a literal of a float.
fn is_float(value: &Term) -> bool {
    match value {
        Term::Typed(_, value) | Term::Negative(value) => is_float(value),
        Term::Literal(literal) => matches!(literal, Lit::Float(_)),
        _ => false,
    }
}

/// Returns the earlier `let`s that can panic and that these values do not read, directly or
/// indirectly.
pub(super) fn unread_lets_that_panic<'e>(
    lets: &'e [Rc<EarlierLet>],
    values: &[&Term],
) -> impl Iterator<Item = &'e Rc<EarlierLet>> {
    let mut plan = InlinePlan {
        entries: Vec::new(),
    };
    for value in values {
        plan.collect(value, false);
    }
    lets.iter()
        .filter(move |one| plan.find(one).is_none() && can_panic(&one.value))
}

/// Whether each evaluation of an expression reads an earlier `let`, independent of its conditions.
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

/// Whether an expression is short enough to be repeated at each read.
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

/// An earlier `let` that an expression reads.
struct EarlierRead {
    earlier: Rc<EarlierLet>,
    uses: usize,
    /// Whether a read is inside of an expression that binds names, which could shadow names in the
    /// `let`.
    in_binder: bool,
    /// Whether it reads names that an expression binds.
    reads_locals: bool,
    /// Whether it can panic and is not computed in every case.
    forced: bool,
    /// The number of its parts after inlining.
    size: usize,
    /// The name that it is bound to; `None` if it is inlined.
    name: Option<String>,
}

/// The earlier `let`s that an expression reads, each after those that it reads itself.
struct InlinePlan {
    entries: Vec<EarlierRead>,
}

impl InlinePlan {
    fn of(value: &Term, unread: Option<&[Rc<EarlierLet>]>) -> InlinePlan {
        let mut plan = InlinePlan {
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

    /// Marks the `let`s that can panic and that the expression does not read in every case.
    fn force(&mut self, value: &Term) {
        let mut computed: Vec<bool> = vec![false; self.entries.len()];
        for index in (0..self.entries.len()).rev() {
            let earlier = &self.entries[index].earlier;
            let mut later = (index + 1..self.entries.len()).filter(|other| computed[*other]);
            let always = earlier.assigned
                || reads_always(value, earlier)
                || later.any(|other| reads_always(&self.entries[other].earlier.value, earlier));
            let forced = !always && can_panic(&earlier.value);
            computed[index] = always || forced;
            self.entries[index].forced = forced;
        }
    }

    fn collect(&mut self, value: &Term, in_binder: bool) {
        let Term::Inline(earlier) = value else {
            let in_binder =
                in_binder || matches!(value, Term::Closure(..) | Term::Match(..) | Term::Let(..));
            value.children(&mut |child| self.collect(child, in_binder));
            return;
        };
        if let Some(known) = self.find(earlier) {
            self.entries[known].uses += 1;
            self.entries[known].in_binder |= in_binder;
            return;
        }
        self.add(earlier, 1, in_binder);
    }

    fn add(&mut self, earlier: &Rc<EarlierLet>, uses: usize, in_binder: bool) {
        self.collect(&earlier.value, false);
        let size = self.size(&earlier.value);
        self.entries.push(EarlierRead {
            earlier: earlier.clone(),
            uses,
            in_binder,
            reads_locals: false,
            forced: false,
            size,
            name: None,
        });
    }

    /// Returns the number of parts of an expression after inlining.
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
        let same = |entry: &EarlierRead| Rc::ptr_eq(&entry.earlier, earlier);
        self.entries.iter().position(same)
    }

    /// Decides which `let`s are bound, and to which names.
    fn bind(&mut self, value: &Term) {
        if self.entries.is_empty() {
            return;
        }
        let mut taken = HashSet::new();
        let mut add_local = |part: &Term| {
            if let Term::Local(name) = part {
                taken.insert(name.clone());
            }
        };
        value.walk(&mut add_local);
        for entry in &self.entries {
            entry.earlier.value.walk(&mut add_local);
        }
        for index in 0..self.entries.len() {
            let entry = &self.entries[index];
            let reads_locals = self.reads_locals(&entry.earlier.value);
            let repeated =
                entry.uses > 1 && (entry.earlier.changes || !is_short(&entry.earlier.value));
            let bound = repeated
                || entry.forced
                || entry.in_binder && (reads_locals || entry.earlier.changes);
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

    /// Whether an expression, after inlining, reads names that an expression binds.
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
