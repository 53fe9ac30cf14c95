//! The lines of Rust that wrote the fields of the definition.

use crate::expr::{Expr, Text};
use crate::flow::{Edge, Flow, FlowStateKind, Otherwise, State, Transition, Wait, each_state};
use crate::workflow::{SourceLocation, WorkflowLocation};
use std::collections::HashMap;
use stepwright_asl::json::segments;

/// The states of a flow, by name.
pub(super) struct FieldSources<'f> {
    flow: &'f Flow,
    states: HashMap<&'f str, &'f State>,
}

impl<'f> FieldSources<'f> {
    pub(super) fn of(flow: &'f Flow) -> FieldSources<'f> {
        let mut states = HashMap::new();
        each_state(&flow.states, &mut |state| {
            states.entry(&*state.name).or_insert(state);
        });
        FieldSources { flow, states }
    }

    /// The state that contains the node at a JSON pointer, with the line of Rust of the node's
    /// expression or edge, or that of the state.
    pub(super) fn find(&self, pointer: &str) -> WorkflowLocation {
        let steps: Vec<_> = segments(pointer).into_iter().flatten().collect();
        let steps: Vec<&str> = steps.iter().map(|step| &**step).collect();
        let Some((name, path)) = innermost(&steps) else {
            let timeout = self.flow.timeout.as_ref();
            let timeout = timeout.filter(|_| steps == ["TimeoutSeconds"]);
            return WorkflowLocation {
                state: None,
                source: timeout.and_then(|one| one.place).or(self.flow.place),
            };
        };
        let source = self.states.get(name).and_then(|state| {
            let field = of_field(state, path);
            field.or(state.place)
        });
        WorkflowLocation {
            state: Some(name.to_owned()),
            source: source.or(self.flow.place),
        }
    }
}

/// The innermost state on a path, and the path inside of it.
fn innermost<'p>(mut path: &'p [&'p str]) -> Option<(&'p str, &'p [&'p str])> {
    let mut found = None;
    while let ["States", name, inside @ ..] = path {
        found = Some((*name, inside));
        path = match inside {
            ["Branches", _, body @ ..] | ["ItemProcessor" | "Iterator", body @ ..] => body,
            _ => break,
        };
    }
    found
}

/// The location of the expression or edge that wrote a field of a state; `None` if neither wrote
/// it.
fn of_field(state: &State, path: &[&str]) -> Option<SourceLocation> {
    let (field, inside) = path.split_first()?;
    let index = || inside.first()?.parse::<usize>().ok();
    match (*field, &state.kind) {
        // `lambda_retries` inserts a Retrier before one that also matches its errors.
        ("Retry", _) => state.retry.get(index()?).or(state.retry.last())?.place,
        ("Catch", _) => of_edge(&state.catch.get(index()?)?.edge, &inside[1..]),
        ("Choices", FlowStateKind::Choice { rules, arms, .. }) => {
            let conditions = rules
                .iter()
                .map(|(condition, edge)| (condition.as_ref(), edge));
            let guards = arms.iter().map(|arm| (arm.guard.as_ref(), &arm.edge));
            let (condition, edge) = conditions.chain(guards).nth(index()?)?;
            let condition = condition.filter(|_| inside.get(1) == Some(&"Condition"));
            condition
                .and_then(|condition| condition.place)
                .or_else(|| of_edge(edge, &inside[1..]))
        }
        (
            "Assign",
            FlowStateKind::Choice {
                otherwise: Otherwise::To(edge),
                ..
            },
        ) => of_edge(edge, path),
        ("Assign", _) => of_entry(&state.assign, inside),
        ("Output" | "OutputPath", _) => match &state.transition {
            Some(Transition::End(Some(value))) => value.place,
            _ => state.output.as_ref()?.place,
        },
        ("TimeoutSeconds", FlowStateKind::Task { timeout, .. }) => timeout.as_ref()?.place,
        ("HeartbeatSeconds", FlowStateKind::Task { heartbeat, .. }) => heartbeat.as_ref()?.place,
        ("Credentials", FlowStateKind::Task { credentials, .. }) => credentials.as_ref()?.place,
        (_, FlowStateKind::Wait(Wait::Seconds(value) | Wait::Timestamp(value))) => value.place,
        (_, FlowStateKind::Map(map)) => {
            let distributed = map.distributed.as_ref();
            let value = match *field {
                "Items" | "ItemsPath" => map.items.as_ref(),
                "MaxConcurrency" => map.max_concurrency.as_ref(),
                "ToleratedFailureCount" => distributed?.tolerated_count.as_ref(),
                "ToleratedFailurePercentage" => distributed?.tolerated_percentage.as_ref(),
                _ => None,
            };
            value?.place
        }
        _ => None,
    }
}

fn of_edge(edge: &Edge, path: &[&str]) -> Option<SourceLocation> {
    let assigned = match path.split_first() {
        Some((&"Assign", inside)) => of_entry(&edge.assign, inside),
        _ => None,
    };
    assigned.or(edge.place)
}

/// The location of the value of the member that a path begins with.
fn of_entry(entries: &[(Text, Expr)], path: &[&str]) -> Option<SourceLocation> {
    let key = path.first()?;
    let key = key.strip_suffix(".$").unwrap_or(key);
    let (_, value) = entries.iter().find(|(name, _)| name == key)?;
    value.place
}
