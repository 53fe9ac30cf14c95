//! Reports `Next` or `End` on a state whose type does not have these fields.

use crate::graph::State;
use crate::model::StateKind;
use crate::validate::rules::prelude::*;

use super::{end, takes_next};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW030",
    name: "next-not-allowed",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Choice, Succeed or Fail has `Next` or `End`.",
    doc: "A Choice continues with the `Next` of its rules or with `Default`; a Succeed or Fail ends the container.",
    source: source::STATES,
    check: needless,
};

fn needless(definition: &Definition<'_>, report: &mut Report<'_>) {
    for state in definition.graph.states() {
        let Some(kind) = state.kind.filter(|_| !takes_next(state)) else {
            continue;
        };
        for field in ["Next", "End"] {
            if state.object.contains_key(field) {
                let mend = match kind {
                    StateKind::Choice => {
                        "a Choice continues with the `Next` of its rules or with `Default`"
                    }
                    _ => "nothing follows a Succeed or Fail",
                };
                report
                    .add(
                        state.pointer.key(field),
                        format!("Field '{field}' is not supported"),
                    )
                    .service_at(
                        ServiceText::UnsupportedField(field.into()),
                        ServiceLocation::Parent,
                    )
                    .at_key()
                    .suggest(mend.to_owned())
                    .fix(Some(removal(state, kind, field)))
                    .choices(|| {
                        let is_default = kind == StateKind::Choice
                            && field == "Next"
                            && !state.object.contains_key("Default");
                        let edit = Edit::rename(state.pointer.key("Next"), "Default");
                        is_default.then(|| Fix::choice("rename `Next` to `Default`", [edit]))
                    });
            }
        }
    }
}

/// Removes `Next` or `End` of a state that ends the container or continues otherwise.
fn removal(state: &State<'_>, kind: StateKind, field: &'static str) -> Fix {
    let is_needless = match end(state) {
        Some(false) => field == "End",
        Some(true) => field == "End" && kind != StateKind::Choice,
        None => false,
    };
    let safety = if is_needless {
        Safety::Safe
    } else {
        Safety::Unsafe
    };
    let edit = Edit::remove(state.pointer.key(field));
    Fix::new(safety, format!("remove `{field}`"), edit)
}
