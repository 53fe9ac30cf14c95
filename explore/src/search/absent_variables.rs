//! Reads of variables that no state of the path has assigned. The value of such a variable is
//! undefined in JSONata, which many expressions accept without an error.

use std::fmt::Write as _;

use smol_str::SmolStr;

use super::machine::ExploredMachine;
use super::path_execution::ExecutionId;
use super::violation::Violation;
use super::visit::is_inside;
use crate::event::{Action, PathEvent};
use crate::rule::Rule;

/// The variables that one path has assigned, as far as expressions read them.
#[derive(Clone, Debug, Default)]
pub(super) struct AbsentVariables {
    assigned: Vec<(ScopeOfPath, SmolStr)>,
    /// The states that were left and may have read absent variables: the next state decides.
    left: Vec<LeftState>,
}

/// A scope of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ScopeOfPath {
    execution: ExecutionId,
    scope: Vec<String>,
}

#[derive(Clone, Debug)]
struct LeftState {
    place: ScopeOfPath,
    definition: usize,
    state: SmolStr,
    absent: Vec<SmolStr>,
}

impl AbsentVariables {
    /// Returns about how many bytes the variables take.
    pub(super) fn bytes(&self) -> usize {
        let absent = self
            .left
            .iter()
            .map(|left| size_of_val(left.absent.as_slice()));
        size_of_val(self.assigned.as_slice())
            + size_of_val(self.left.as_slice())
            + absent.sum::<usize>()
    }

    pub(super) fn write_fingerprint(&self, to: &mut String) {
        let mut assigned: Vec<String> = self.assigned.iter().map(written).collect();
        assigned.sort();
        for text in assigned {
            to.push_str(&text);
        }
        for left in &self.left {
            // Writing to a string never fails.
            let _ = write!(
                to,
                "left {:?} {} {:?}",
                left.place.scope, left.state, left.absent
            );
        }
    }

    pub(super) fn observe(
        &mut self,
        machine: &ExploredMachine,
        (execution, definition): (ExecutionId, usize),
        scope: &[String],
        event: &PathEvent,
        violations: &mut Vec<Violation>,
    ) {
        let reads = &machine.definitions[definition].reads;
        let place = ScopeOfPath {
            execution,
            scope: scope.to_vec(),
        };
        match event.action {
            Action::Entered => {
                self.decide(
                    machine,
                    |left| left == &place,
                    Some(&event.name),
                    violations,
                );
                self.forget_inside(scope, &event.name);
            }
            Action::Exited => {
                let is_ended = |left: &ScopeOfPath| {
                    left.execution == execution && is_inside(&left.scope, scope, &event.name)
                };
                self.decide(machine, is_ended, None, violations);
                let reads = reads.iter().filter(|read| read.state == event.name);
                let absent = reads.filter(|read| !self.is_assigned(&place, &read.variable));
                let absent: Vec<SmolStr> =
                    absent.map(|read| SmolStr::new(&read.variable)).collect();
                if !absent.is_empty() {
                    self.left.push(LeftState {
                        place,
                        definition,
                        state: event.name.clone(),
                        absent,
                    });
                }
            }
            Action::Assigned => {
                let is_read = reads.iter().any(|read| read.variable == event.name);
                if is_read && !self.is_assigned(&place, &event.name) {
                    self.assigned.push((place, event.name.clone()));
                }
            }
            Action::Ended if event.name == "succeeded" => {
                self.decide(machine, |left| left == &place, None, violations);
            }
            _ => {}
        }
    }

    /// Forgets what happened in earlier attempts and visits of a Map or Parallel.
    pub(super) fn forget_inside(&mut self, scope: &[String], container: &str) {
        self.assigned
            .retain(|(place, _)| !is_inside(&place.scope, scope, container));
        self.left
            .retain(|left| !is_inside(&left.place.scope, scope, container));
    }

    /// Returns whether a variable has a value: in a scope, or in one around it.
    fn is_assigned(&self, place: &ScopeOfPath, variable: &str) -> bool {
        self.assigned.iter().any(|(assigned, name)| {
            name == variable
                && assigned.execution == place.execution
                && place.scope.starts_with(&assigned.scope)
        })
    }

    /// Decides for the states that were left in some places, by the next state.
    fn decide(
        &mut self,
        machine: &ExploredMachine,
        is_meant: impl Fn(&ScopeOfPath) -> bool,
        next: Option<&SmolStr>,
        violations: &mut Vec<Violation>,
    ) {
        self.left.retain(|left| {
            if !is_meant(&left.place) {
                return true;
            }
            let reads = machine.definitions[left.definition].reads.iter();
            let absent = reads.filter(|read| {
                read.state == left.state
                    && left.absent.iter().any(|name| *name == read.variable)
                    && read
                        .then
                        .iter()
                        .any(|then| then.as_deref() == next.map(SmolStr::as_str))
            });
            violations.extend(absent.map(|read| Violation {
                rule: Rule::ValuePresent,
                subject: SmolStr::new(format!("{} ${}", left.state, read.variable)),
                message: format!(
                    "`{}` reads `${}`, which no state of this path assigns: the value is undefined",
                    left.state, read.variable
                ),
            }));
            false
        });
    }
}

fn written((place, variable): &(ScopeOfPath, SmolStr)) -> String {
    format!("has {:?} {variable} ", place.scope)
}
