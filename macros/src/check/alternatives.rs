//! The alternatives of a `catch` that bind a name to different fields.

use crate::machine::{Edge, EdgeKind, ErrorPattern, Let, Machine, cases, error_fields};
use crate::name::text;
use std::collections::BTreeMap;
use syn::{Pat, PatOr};

/// The field of each name that an alternative binds.
type BoundFields = BTreeMap<String, String>;

/// Makes one edge of the alternatives that bind their names to the same fields: a Catcher reads one
/// field for a name.
pub(super) fn split(machine: &mut Machine) {
    for state in 0..machine.states.len() {
        for edge in std::mem::take(&mut machine.states[state].edges) {
            let split = split_edge(machine, edge);
            machine.states[state].edges.extend(split);
        }
    }
}

fn split_edge(machine: &mut Machine, edge: Edge) -> Vec<Edge> {
    let kinds: Vec<EdgeKind> = match &edge.kind {
        EdgeKind::Catch { errors, output } => {
            let groups = alike(errors, of_error).into_iter();
            let kinds = groups.map(|group| EdgeKind::Catch {
                errors: group.into_iter().cloned().collect(),
                output: output.clone(),
            });
            kinds.collect()
        }
        EdgeKind::CatchArm { pattern, output } => {
            let cases = cases(pattern);
            let groups = alike(&cases, |case| of_case(case)).into_iter();
            let kinds = groups.map(|group| EdgeKind::CatchArm {
                pattern: any_of(&group),
                output: output.clone(),
            });
            kinds.collect()
        }
        _ => Vec::new(),
    };
    if kinds.len() < 2 {
        return vec![edge];
    }
    let mut split = Vec::new();
    for kind in kinds {
        let mut lets = Vec::new();
        for one in &edge.lets {
            lets.push(Let {
                binding: one.binding.clone(),
                value: machine.same_expression(&one.value),
            });
        }
        split.push(Edge {
            kind,
            name: edge.name.clone(),
            to: edge.to,
            lets,
            raw: edge.raw.clone(),
            assigns: edge.assigns.clone(),
        });
    }
    split
}

/// Groups the alternatives by the fields that they bind, in the order of the source.
fn alike<T>(alternatives: &[T], fields: impl Fn(&T) -> BoundFields) -> Vec<Vec<&T>> {
    let mut groups: Vec<(BoundFields, Vec<&T>)> = Vec::new();
    for one in alternatives {
        let fields = fields(one);
        match groups.iter_mut().find(|(of, _)| *of == fields) {
            Some((_, group)) => group.push(one),
            None => groups.push((fields, vec![one])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn of_error(error: &ErrorPattern) -> BoundFields {
    match error {
        ErrorPattern::Fields(_, pattern) => of_case(pattern),
        _ => BoundFields::new(),
    }
}

fn of_case(pattern: &Pat) -> BoundFields {
    let fields = error_fields(pattern).unwrap_or_default().into_iter();
    fields.map(|(field, name)| (text(name), field)).collect()
}

fn any_of(cases: &[&&Pat]) -> Pat {
    match cases {
        [only] => (***only).clone(),
        several => Pat::Or(PatOr {
            attrs: Vec::new(),
            leading_vert: None,
            cases: several.iter().map(|case| (***case).clone()).collect(),
        }),
    }
}
