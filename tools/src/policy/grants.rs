//! Collected permissions: merged, and in an order independent of the definition's.

use std::collections::{BTreeMap, BTreeSet};

use stepwright_asl::json::{Json, Object};

use super::document::{Effect, Statement};
use super::warning::{Warning, WarningKind};

/// All collected permissions and warnings.
#[derive(Debug, Default)]
pub(super) struct Grants {
    /// Keyed by the actions and the text of the condition: only statements with equal keys are
    /// merged. So no statement has actions that need resources of different types.
    statements: BTreeMap<(BTreeSet<String>, String), GrantedActions>,
    warnings: BTreeMap<(WarningKind, String), BTreeSet<String>>,
}

#[derive(Debug)]
struct GrantedActions {
    condition: Option<Object>,
    resources: BTreeSet<String>,
}

impl Grants {
    /// Allows actions on resources.
    pub(super) fn allow<A: Into<String>>(
        &mut self,
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = String>,
        condition: Option<Object>,
    ) {
        let actions: BTreeSet<String> = actions.into_iter().map(Into::into).collect();
        let mut resources = resources.into_iter().peekable();
        if actions.is_empty() || resources.peek().is_none() {
            return;
        }
        let text = condition
            .as_ref()
            .map(|condition| Json::Object(condition.clone()).to_string());
        let granted = self
            .statements
            .entry((actions, text.unwrap_or_default()))
            .or_insert(GrantedActions {
                condition,
                resources: BTreeSet::new(),
            });
        granted.resources.extend(resources);
    }

    /// Adds a warning about a state.
    pub(super) fn warn(&mut self, kind: WarningKind, state: Option<&str>, message: String) {
        let states = self.warnings.entry((kind, message)).or_default();
        states.extend(state.map(str::to_owned));
    }

    /// The statements, sorted by their actions and conditions.
    pub(super) fn statements(&self) -> Vec<Statement> {
        let statement =
            |((actions, _), granted): (&(BTreeSet<String>, String), &GrantedActions)| {
                let all = granted.resources.contains("*");
                Statement {
                    effect: Effect::Allow,
                    actions: actions.iter().cloned().collect(),
                    resources: if all {
                        vec!["*".to_owned()]
                    } else {
                        granted.resources.iter().cloned().collect()
                    },
                    condition: granted.condition.clone(),
                }
            };
        let mut statements: Vec<Statement> = self.statements.iter().map(statement).collect();
        // A state may need unknown permissions: denying everything would be wrong.
        let is_unknown = self
            .warnings
            .iter()
            .any(|((kind, _), _)| *kind == WarningKind::Unknown);
        if statements.is_empty() && !is_unknown {
            statements.push(Statement::nothing());
        }
        statements
    }

    /// The warnings, sorted by kind and message.
    pub(super) fn into_warnings(self) -> Vec<Warning> {
        let warning =
            |((kind, message), states): ((WarningKind, String), BTreeSet<String>)| Warning {
                kind,
                message,
                states: states.into_iter().collect(),
            };
        self.warnings.into_iter().map(warning).collect()
    }
}
