//! Fields of several kinds of states: assignments, outputs, Catchers, numbers.

use super::StateLowering;
use crate::expr::{Expr, ExprNode, Text};
use crate::flow::{CallTarget, FlowStateKind, Transition, is_of_child, reads_states};
use crate::lower::env::Env;
use crate::lower::jsonata;
use crate::lower::jsonpath::{self, Leaf, Paths};
use crate::lower::text;
use crate::lower::tree::LoweredTree;
use crate::shape::Shape;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::{
    Catcher, MachineType, NumberOrExpression, PathField, QueryLanguage, Word,
};
use stepwright_asl::placeholder;

/// The transition of a state, with its assignments and output.
#[derive(Default)]
pub(super) struct StateTransition {
    pub(super) assign: Option<Object>,
    /// JSONata: `Output`.
    pub(super) output: Option<Json>,
    /// JSONPath: `OutputPath`.
    pub(super) output_path: Option<PathField>,
    /// JSONPath: an object that is built by `ResultSelector` or `Parameters`.
    pub(super) built: Option<Json>,
    /// JSONPath: a constant, written as a Pass's `Result`.
    pub(super) constant: Option<Json>,
    pub(super) next: Option<String>,
    pub(super) end: Option<Word<bool>>,
}

/// A number, or the path of one, for which JSONPath has a separate field.
#[derive(Default)]
pub(super) struct Amount {
    pub(super) value: Option<NumberOrExpression>,
    pub(super) path: Option<String>,
}

impl<'a> StateLowering<'_, 'a> {
    pub(super) fn is_jsonata(&self) -> bool {
        self.env.language() == QueryLanguage::Jsonata
    }

    /// The state's transition, assignments and output. `env` is the environment of their
    /// expressions.
    pub(super) fn outcome(&mut self, env: &Env<'a>) -> StateTransition {
        let mut outcome = StateTransition::default();
        let value = match &self.state.transition {
            Some(Transition::Next(next)) => {
                outcome.next = Some(next.to_string());
                outcome.assign = self.assign(&self.state.assign, env, true);
                self.state.output.as_ref()
            }
            Some(Transition::End(value)) => {
                outcome.end = Some(true.into());
                outcome.assign = self.assign(&self.state.assign, env, false);
                value.as_ref()
            }
            None => None,
        };
        if self.is_jsonata() {
            outcome.output = match value {
                Some(value) if outcome.end.is_some() && env.levels.len() == 1 => {
                    Some(jsonata::written(value, env, self.report))
                }
                Some(value) => Some(jsonata::template(value, env, self.report)),
                None => env
                    .result
                    .as_ref()
                    .map(|found| Json::String(jsonata::text(found.code.clone(), env, self.report))),
            };
            // The unchanged result is the default output.
            if outcome.output.as_ref().and_then(Json::as_str) == Some("{% $states.result %}") {
                outcome.output = None;
            }
        } else {
            self.path_output(value, env, &mut outcome);
        }
        outcome
    }

    fn path_output(&mut self, value: Option<&Expr>, env: &Env<'a>, outcome: &mut StateTransition) {
        let select = |path: &str| (path != "$").then(|| PathField::Path(path.to_owned()));
        let Some(value) = value else {
            outcome.output_path = env.result.as_ref().and_then(|found| select(found.path?));
            return;
        };
        let mut paths = Paths::new(env.clone(), self.report);
        match paths.value(value) {
            LoweredTree::Leaf(leaf) if !leaf.call => outcome.output_path = select(&leaf.text),
            LoweredTree::Object(members) => {
                outcome.built = Some(jsonpath::object(members, &mut paths))
            }
            value => match value.into_literal() {
                Ok(value) if text::is_safe_value(&value) => {
                    outcome.constant = Some(Json::from(value));
                }
                value => {
                    let value = value.map_or_else(|value| value, LoweredTree::Literal);
                    // Only objects are templates: a single value is built inside of an object and
                    // extracted again.
                    let members = vec![("value".to_owned(), value)];
                    outcome.built = Some(jsonpath::object(members, &mut paths));
                    outcome.output_path = Some(PathField::Path("$.value".to_owned()));
                }
            },
        }
    }

    /// `Assign`. The first state of a Map's body also assigns its input.
    pub(super) fn assign(
        &mut self,
        assign: &[(Text, Expr)],
        env: &Env<'a>,
        leaves: bool,
    ) -> Option<Object> {
        let mut object = Object::new();
        if leaves {
            for (name, value) in self.assigns_input.clone() {
                if let ExprNode::Item(_) = &*value.node {
                    self.refuse_variable(&name);
                }
                self.assign_one(&mut object, &name, &value, env);
            }
        }
        for (name, value) in assign {
            let before = self.report.enter(value);
            self.refuse_variable(name);
            self.report.leave(before);
            self.assign_one(&mut object, name, value, env);
        }
        (!object.is_empty()).then_some(object)
    }

    fn assign_one(&mut self, object: &mut Object, name: &str, value: &Expr, env: &Env<'a>) {
        if self.is_jsonata() {
            let value = jsonata::template(value, env, self.report);
            object.insert(self.env.scopes.emitted(name).into_owned(), value);
        } else {
            let mut paths = Paths::new(env.clone(), self.report);
            let value = paths.value(value);
            let name = env.scopes.emitted(name);
            let (key, value) = jsonpath::entry(&name, value, &mut paths);
            object.insert(key, value);
        }
    }

    /// Reports variables that AWS refuses or that would change the meaning of an expression.
    fn refuse_variable(&mut self, name: &str) {
        let outer = self.env.levels.len().saturating_sub(1);
        if self.env.levels[..outer]
            .iter()
            .any(|level| level.scope.variable(name).is_some())
        {
            self.report.fault(format!(
                "`{name}` belongs to the workflow around this branch or map, which cannot assign it; give the inner variable \
                 another name"
            ));
        }
    }

    /// The Catchers.
    pub(super) fn catchers(&mut self) -> Vec<Catcher> {
        let state = self.state;
        let catches = state.catch.iter();
        catches
            .map(|catch| {
                let env = self.env.in_catch();
                self.refuse_unsafe_names(&catch.errors);
                self.report_unclear(catch.unclear.as_ref());
                let output = catch.output.as_ref().and_then(|value| {
                    if !self.is_jsonata() {
                        self.report.fault(format!(
                            "a catch of a JSONPath state passes on only the error; {}",
                            self.flow.front_end.use_jsonata()
                        ));
                        return None;
                    }
                    Some(jsonata::template(value, &env, self.report))
                });
                Catcher {
                    error_equals: catch.errors.iter().map(ToString::to_string).collect(),
                    output,
                    assign: self.assign(&catch.edge.assign, &env, true),
                    next: catch.edge.target.to_string(),
                    ..Catcher::default()
                }
            })
            .collect()
    }

    /// Reports errors of a nested workflow that the state cannot know. For a state that can, a
    /// Choice has already replaced their catches.
    pub(super) fn refuse_errors_of_child(&mut self) {
        let state = self.state;
        let FlowStateKind::Task { call, .. } = &state.kind else {
            return;
        };
        let CallTarget::Workflow(child) = &call.sends else {
            return;
        };
        let reason = if !child.awaited {
            "this state starts the workflow and does not wait for it".to_owned()
        } else if child.machine_type == MachineType::Express {
            "the failure of an Express workflow has no error name; catch `States::QueryEvaluationError`, or take a Standard workflow"
                .to_owned()
        } else if state.catch.iter().any(reads_states) {
            "a `jsonata!` of this state's catches reads `$states`, which does not contain the error: a generated Choice handles the child's error first; bind the error with `as`"
                .to_owned()
        } else {
            format!(
                "a JSONPath state cannot read the error of a nested workflow; {}",
                self.env.use_jsonata()
            )
        };
        let caught = state.catch.iter().flat_map(|catch| &catch.errors);
        for error in caught.filter(|error| is_of_child(error)) {
            self.report.fault(format!(
                "a catch of `{error}` catches nothing here: {reason}"
            ));
        }
        let retried = state.retry.iter().flat_map(|retry| &retry.errors);
        for error in retried.filter(|error| is_of_child(error)) {
            self.report.fault(format!(
                "a retry of `{error}` retries nothing here: a nested workflow that fails is `States.TaskFailed` for the state that waits; retry \
                 `States::TaskFailed`, or `{error}` in the nested workflow"
            ));
        }
    }

    /// Reports names that select errors that Rust does not.
    pub(super) fn report_unclear(&mut self, why: Option<&String>) {
        if let Some(why) = why {
            self.report.fault(why.clone());
        }
    }

    pub(super) fn refuse_unsafe_names(&mut self, errors: &[Text]) {
        for error in errors {
            if !crate::lower::text::is_safe(error) {
                self.report.fault(format!(
                    "the error name `{error}` must not hold `${{`, `%{{`, `{{%` or `%}}`"
                ));
            }
        }
    }

    /// A number, for example of seconds.
    pub(super) fn amount(&mut self, value: &Expr) -> Amount {
        if let Some(Json::Number(number)) = &super::raw::literal(value) {
            return Amount {
                value: Some(NumberOrExpression::Number(number.clone())),
                path: None,
            };
        }
        if self.is_jsonata() {
            let text = match &*value.node {
                ExprNode::Placeholder(name) => placeholder::text(name),
                _ => jsonata::condition(value, &self.env, self.report),
            };
            return Amount {
                value: Some(NumberOrExpression::Expression(text)),
                path: None,
            };
        }
        Amount {
            value: None,
            path: self.path_of(value, "a computed number"),
        }
    }

    /// An optional number.
    pub(super) fn optional_amount(&mut self, value: Option<&Expr>) -> Amount {
        value.map(|value| self.amount(value)).unwrap_or_default()
    }

    /// A JSONPath, for a field that accepts nothing else.
    pub(super) fn path_of(&mut self, value: &Expr, what: &str) -> Option<String> {
        match self.path_value(value) {
            LoweredTree::Leaf(leaf) if !leaf.call => Some(leaf.text),
            _ => {
                self.report.fault(format!(
                    "{what} has no JSONPath form here; assign it to a variable in a `pass` before, or {}",
                    self.env.use_jsonata()
                ));
                None
            }
        }
    }

    /// A value of a JSONPath state, over its input.
    pub(super) fn path_value(&mut self, value: &Expr) -> LoweredTree<Leaf> {
        let env = self.env.clone();
        Paths::new(env, self.report).value(value)
    }

    /// A value as a member of a template: `key`, or `key.$`.
    pub(super) fn member(&mut self, key: &str, value: &Expr) -> (String, Json) {
        if self.is_jsonata() {
            let value = jsonata::template(value, &self.env, self.report);
            return (key.to_owned(), value);
        }
        let mut paths = Paths::new(self.env.clone(), self.report);
        let value = paths.value(value);
        jsonpath::entry(key, value, &mut paths)
    }

    /// A text field that is literal, computed, or in JSONPath read from a path.
    pub(super) fn text_field(
        &mut self,
        value: &Expr,
        calls: bool,
    ) -> (Option<String>, Option<String>) {
        if self.is_jsonata() {
            let json = jsonata::template(value, &self.env, self.report);
            let noun = json.noun();
            let text = json.into_string();
            if text.is_none() {
                self.report
                    .fault(format!("this must be a text, and it is {noun}"));
            }
            return (text, None);
        }
        match self.path_value(value) {
            LoweredTree::Leaf(leaf) if calls || !leaf.call => (None, Some(leaf.text)),
            LoweredTree::Placeholder(name) => (Some(placeholder::text(&name)), None),
            LoweredTree::Literal(serde_json::Value::String(text))
                if crate::lower::text::is_safe(&text) =>
            {
                (Some(text), None)
            }
            LoweredTree::Literal(serde_json::Value::String(text)) if calls => {
                let pieces = vec![crate::expr::Piece::Text(text.into())];
                let leaf = Paths::new(self.env.clone(), self.report).formatted(&pieces);
                (None, Some(leaf.text))
            }
            _ => {
                self.report.fault(format!(
                    "this text has no JSONPath form here; assign it to a variable in a `pass` before, or {}",
                    self.env.use_jsonata()
                ));
                (None, None)
            }
        }
    }

    /// The shape of a value of this state.
    pub(super) fn shape_of(&mut self, value: &Expr) -> Shape {
        let mut silent = crate::lower::report::Report::new(&self.state.name);
        jsonata::lower(value, &self.env, &mut silent).shape.plain()
    }
}
