//! The states of a machine, a branch or a Map's body.

use std::collections::HashMap;

use stepwright_asl::graph::{Graph, State};
use stepwright_asl::json::{Json, Object};
use stepwright_asl::limits::lambda_retrier;
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::model::StateKind;

use super::call::ImportedCall;
use super::condition;
use super::handlers::{edge, error_names, retries, retries_all, shadowed};
use super::map;
use super::output;
use super::plain::{fail, limits, wait};
use super::shape::shape;
use super::task::Tasks;
use super::text::{SourceLines, SourceValue, is_doc, literal};
use super::values;
use super::variables::ImportedVariables;
use super::writing::{StateConversion, body_fields};
use crate::names::UsedNames;

/// Writes states; the data that all of them share.
pub(super) struct Bodies<'m> {
    pub(super) graph: &'m Graph<'m>,
    pub(super) tasks: &'m mut Tasks,
    pub(super) variables: &'m ImportedVariables,
    /// The Rust name of each state.
    pub(super) names: &'m HashMap<&'m str, String>,
    /// The machine's language.
    pub(super) language: QueryLanguage,
    pub(super) all_jsonata: bool,
    /// Whether the workflow has `lambda_retries`.
    pub(super) lambda_retries: bool,
    pub(super) found: WorkflowSettings,
    /// The names of items: those of nested maps must differ.
    pub(super) items: UsedNames,
}

/// The settings for the head of the workflow.
#[derive(Default)]
pub(super) struct WorkflowSettings {
    /// For each state that calls a Lambda function, whether it has the Retrier of `lambda_retries`.
    lambdas: Vec<bool>,
    /// Whether a state retries all errors, and so also the computations of its `let`s.
    pub(super) retries_computations: bool,
}

impl WorkflowSettings {
    /// Whether every state that calls a Lambda function has that Retrier.
    pub(super) fn lambda_retries(&self) -> bool {
        !self.lambdas.is_empty() && !self.lambdas.contains(&false)
    }
}

impl<'m> Bodies<'m> {
    /// Writes the states of a container, the first one first.
    pub(super) fn states(&mut self, container: usize, lines: &mut SourceLines) {
        let graph = self.graph;
        let body = &graph.containers()[container];
        let is_first = |state: &&usize| Some(graph.states()[**state].name) == body.start_at;
        let first = body.states.iter().filter(is_first);
        let others = body.states.iter().filter(|state| !is_first(state));
        for (index, state) in first.chain(others).enumerate() {
            if index > 0 && container == 0 {
                lines.line("");
            }
            self.state(&graph.states()[*state], lines);
        }
    }

    fn identifier(&self, name: &str) -> String {
        self.names
            .get(name)
            .cloned()
            .unwrap_or_else(|| name.to_owned())
    }

    fn state(&mut self, state: &'m State<'m>, lines: &mut SourceLines) {
        let own = QueryLanguage::of(state.object);
        let language = own.unwrap_or(self.language);
        let mut writing = StateConversion {
            object: state.object,
            jsonata: language == QueryLanguage::Jsonata,
            emitted: Object::new(),
            covered: vec!["Type"],
        };
        if let Some(comment) = writing.text("Comment")
            && is_doc(comment)
        {
            lines.docs(comment);
            writing.covered.push("Comment");
        }
        let identifier = self.identifier(state.name);
        if identifier != state.name {
            lines.line(&format!("#[name = {}]", literal(state.name)));
        }
        let Some(kind) = state.kind else {
            return;
        };
        let mut inside = lines.apart();
        inside.indent();
        if language != self.language {
            let name = if writing.jsonata {
                "JSONata"
            } else {
                "JSONPath"
            };
            inside.line(&format!("query_language {name};"));
        }
        if writing.jsonata && !self.all_jsonata {
            writing.emits("QueryLanguage", "JSONata");
        }
        let mut is_lambda = false;
        match kind {
            StateKind::Task => is_lambda = self.task(state, &mut writing, &mut inside),
            StateKind::Pass => self.let_statements(state, None, &mut writing, &mut inside),
            StateKind::Succeed | StateKind::Fail => {}
            StateKind::Choice => self.choice(state, &mut writing, &mut inside),
            StateKind::Wait => {
                wait(&mut writing, &mut inside);
                self.let_statements(state, None, &mut writing, &mut inside);
            }
            StateKind::Parallel => self.parallel(state, &mut writing, &mut inside),
            StateKind::Map => self.map(state, &mut writing, &mut inside),
        }
        let ending = match kind {
            StateKind::Fail => fail(&mut writing).map(SourceValue::Leaf),
            StateKind::Choice => None,
            _ => self.end_value(state, kind, &mut writing),
        };
        if matches!(kind, StateKind::Task | StateKind::Parallel | StateKind::Map) {
            limits(kind, &mut writing, &mut inside);
            retries(self.lambda_retries && is_lambda, &mut writing, &mut inside);
            self.catches(state, &mut writing, &mut inside);
        }
        shape(kind, &mut writing, &mut inside);
        if let Some(next) = writing.text("Next") {
            writing.covered.push("Next");
            let next = format!("next {};", self.identifier(next));
            self.raw(&writing, &mut inside);
            inside.line(&next);
        } else {
            writing.covered.push("End");
            self.raw(&writing, &mut inside);
            let is_value = matches!(kind, StateKind::Succeed | StateKind::Fail);
            match (ending, is_value) {
                (Some(value), true) => inside.tree("", &value, ""),
                (Some(value), false) => inside.tree("end ", &value, ";"),
                (None, false) if kind != StateKind::Choice => inside.line("end;"),
                (None, _) => {}
            }
        }
        let head = format!("{} {identifier}", keyword(kind));
        if inside.is_empty() {
            return lines.line(&format!("{head};"));
        }
        if let Some(only) = inside.only_line() {
            let line = format!("{head} {{ {only} }}");
            if lines.fits(&line) {
                return lines.line(&line);
            }
        }
        lines.line(&format!("{head} {{"));
        lines.append(&inside);
        lines.line("}");
    }

    fn raw(&self, writing: &StateConversion<'_>, lines: &mut SourceLines) {
        let raw = writing.raw();
        if !raw.is_empty() {
            lines.tree("raw ", &SourceValue::fields(&raw), "");
        }
    }

    /// The value of a succeed, or after `end`.
    fn end_value(
        &mut self,
        state: &State<'_>,
        kind: StateKind,
        writing: &mut StateConversion<'_>,
    ) -> Option<SourceValue> {
        if kind != StateKind::Succeed && writing.get("Next").is_some() {
            return None;
        }
        let members = &self.graph.containers()[state.container].states;
        let ends = members
            .iter()
            .filter(|state| self.graph.states()[**state].is_terminal());
        // All states that end the same branch or body have values of one type.
        let is_alone = state.container == 0 || ends.count() == 1;
        let name = self.identifier(state.name);
        if is_alone && let Some(value) = output::value(state.name, &name, kind, self.tasks, writing)
        {
            return Some(value);
        }
        // If the final states of a branch or body have different types, their values are any JSON.
        let several = state.container > 0 && matches!(kind, StateKind::Parallel | StateKind::Map);
        let many = kind == StateKind::Parallel && state.inner.len() > 8;
        let any = if writing.jsonata {
            r#"jsonata!("$states.result", Value)"#
        } else {
            r#"path!("$", Value)"#
        };
        (several || many).then(|| SourceValue::Leaf(any.to_owned()))
    }

    /// The `let`s of a state; `result` is the expression for its result.
    fn let_statements(
        &mut self,
        state: &State<'_>,
        result: Option<&str>,
        writing: &mut StateConversion<'_>,
        lines: &mut SourceLines,
    ) {
        let (_, others) = self.assigned(state, result, false, writing);
        others.iter().for_each(|one| lines.line(one));
    }

    /// The source text before the state's result, and the other `let`s.
    fn assigned(
        &mut self,
        state: &State<'_>,
        result: Option<&str>,
        is_untyped: bool,
        writing: &mut StateConversion<'_>,
    ) -> (String, Vec<String>) {
        let nothing = (String::new(), Vec::new());
        // A name that ends with its state is not a variable.
        if writing.get("Next").is_none() {
            return nothing;
        }
        let Some(assign) = writing.get("Assign").and_then(Json::as_object) else {
            return nothing;
        };
        let lets = self
            .variables
            .let_statements(assign, writing.jsonata, state.container, result);
        let Some(lets) = lets.filter(|_| !assign.is_empty()) else {
            return nothing;
        };
        writing.covered.push("Assign");
        let retriers = writing.get("Retry").and_then(Json::as_array);
        self.found.retries_computations |=
            !lets.others.is_empty() && retriers.is_some_and(retries_all);
        let binding = lets.result.map(|(name, ty)| match (ty, is_untyped) {
            ("", false) => format!("let {name} = "),
            ("", true) => format!("let {name}: Value = "),
            (ty, _) => format!("let {name}: {ty} = "),
        });
        (binding.unwrap_or_default(), lets.others)
    }

    /// Writes the task. Returns whether `lambda_retries` applies to it.
    fn task(
        &mut self,
        state: &State<'_>,
        writing: &mut StateConversion<'_>,
        lines: &mut SourceLines,
    ) -> bool {
        let Some(call) = ImportedCall::of(writing.object, writing.jsonata) else {
            return false;
        };
        let written = call.written(state.name, self.tasks, writing);
        let (binding, others) =
            self.assigned(state, Some(written.result), written.is_untyped, writing);
        let before = format!("{binding}{}", written.before);
        match &written.arguments {
            Some(arguments) => lines.tree(&before, arguments, written.after),
            None => lines.line(&format!("{before}{}", written.after)),
        }
        others.iter().for_each(|one| lines.line(one));
        if written.is_lambda {
            let retriers = writing.get("Retry").and_then(Json::as_array);
            let has_it = retriers.and_then(lambda_retrier).is_some();
            self.found.lambdas.push(has_it);
        }
        written.is_lambda
    }

    /// The `let`s of an edge, removed from its fields.
    fn on_edge(&self, state: &State<'_>, jsonata: bool, rest: &mut Object) -> Vec<String> {
        let assign = rest.get("Assign").and_then(Json::as_object);
        let lets = assign
            .filter(|assign| !assign.is_empty())
            .and_then(|assign| {
                self.variables
                    .let_statements(assign, jsonata, state.container, None)
            });
        let Some(lets) = lets else {
            return Vec::new();
        };
        rest.shift_remove("Assign");
        lets.others
    }

    fn choice(
        &mut self,
        state: &State<'_>,
        writing: &mut StateConversion<'_>,
        lines: &mut SourceLines,
    ) {
        writing.covered.extend(["Choices", "Default"]);
        let rules = writing.get("Choices").and_then(Json::as_array);
        for rule in rules.unwrap_or_default() {
            let Json::Object(rule) = rule else {
                continue;
            };
            let mut rest = rule.clone();
            let next = rest.shift_remove("Next");
            let next = self.identifier(next.as_ref().and_then(Json::as_str).unwrap_or_default());
            let written = if writing.jsonata {
                let condition = rest.get("Condition").and_then(Json::as_str);
                let condition = condition.and_then(values::expression);
                condition.map(|condition| (condition, vec!["Condition"]))
            } else {
                condition::source_condition(rule)
            };
            match written {
                Some((condition, fields)) => {
                    for field in fields {
                        rest.shift_remove(field);
                    }
                    let lets = self.on_edge(state, writing.jsonata, &mut rest);
                    edge(&format!("when {condition}"), &lets, &rest, &next, lines);
                }
                None => {
                    let fields = SourceValue::raw(&Json::Object(rest));
                    lines.tree("when raw ", &fields, &format!(" => {next};"));
                }
            }
        }
        let Some(default) = writing.text("Default") else {
            return lines.line("otherwise fail;");
        };
        // The state's assignments also apply to the edge of `Default`.
        let mut own = Object::new();
        own.extend(
            writing
                .get("Assign")
                .map(|assign| ("Assign".to_owned(), assign.clone())),
        );
        let lets = self.on_edge(state, writing.jsonata, &mut own);
        if !lets.is_empty() {
            writing.covered.push("Assign");
        }
        let default = self.identifier(default);
        edge("otherwise", &lets, &Object::new(), &default, lines);
    }

    fn catches(
        &mut self,
        state: &State<'_>,
        writing: &mut StateConversion<'_>,
        lines: &mut SourceLines,
    ) {
        let Some(catchers) = writing.get("Catch").and_then(Json::as_array) else {
            return;
        };
        if !catchers.is_empty() {
            writing.covered.push("Catch");
        }
        let shadowed = shadowed(catchers);
        for (catcher, shadowed) in catchers.iter().zip(shadowed) {
            let Json::Object(catcher) = catcher else {
                continue;
            };
            if shadowed {
                // The macro rejects a catcher that never catches, so the whole list goes into
                // `raw`.
                writing.covered.retain(|field| *field != "Catch");
                continue;
            }
            let mut rest = catcher.clone();
            let next = rest.shift_remove("Next");
            let next = self.identifier(next.as_ref().and_then(Json::as_str).unwrap_or_default());
            let names = match error_names(catcher) {
                Some(names) => {
                    rest.shift_remove("ErrorEquals");
                    names
                }
                None => r#""named in raw""#.to_owned(),
            };
            let lets = self.on_edge(state, writing.jsonata, &mut rest);
            edge(&format!("catch {names}"), &lets, &rest, &next, lines);
        }
    }

    fn parallel(
        &mut self,
        state: &State<'_>,
        writing: &mut StateConversion<'_>,
        lines: &mut SourceLines,
    ) {
        writing.covered.push("Branches");
        for (index, container) in state.inner.iter().enumerate() {
            lines.open("branch {");
            let mut rest = self.graph.containers()[*container].object.clone();
            rest.shift_remove("StartAt");
            rest.shift_remove("States");
            body_fields(rest, &Object::new(), lines);
            self.states(*container, lines);
            let end = if index + 1 < state.inner.len() {
                "}"
            } else {
                "};"
            };
            lines.close(end);
        }
        self.let_statements(state, None, writing, lines);
    }

    fn map(
        &mut self,
        state: &State<'_>,
        writing: &mut StateConversion<'_>,
        lines: &mut SourceLines,
    ) {
        let Some(container) = state.inner.first() else {
            return;
        };
        let iterator = !writing.object.contains_key("ItemProcessor");
        let body = self.graph.containers()[*container].object;
        let mut rest = body.clone();
        rest.shift_remove("StartAt");
        rest.shift_remove("States");
        let mut written = Object::new();
        let mut distributed = None;
        if iterator {
            writing.covered.push("Iterator");
            lines.line("iterator;");
        } else {
            writing.covered.push("ItemProcessor");
            let config = body.get("ProcessorConfig");
            distributed = config.and_then(map::distributed);
            if let (Some(line), Some(config)) = (distributed, config) {
                lines.line(line);
                written.insert("ProcessorConfig".to_owned(), config.clone());
            } else {
                let inline =
                    Object::from_iter([("Mode".to_owned(), Json::String("INLINE".to_owned()))]);
                written.insert("ProcessorConfig".to_owned(), Json::Object(inline));
            }
        }
        let items = map::items(distributed.is_some(), writing, lines);
        let result = if writing.jsonata {
            "{% $states.result %}"
        } else {
            "$"
        };
        // With a result writer, the results have a different type.
        let is_plain = writing.get("ResultWriter").is_none();
        let result = is_plain.then_some(result);
        let (binding, others) = self.assigned(state, result, false, writing);
        let item = self.items.unique("_item".to_owned());
        lines.open(&format!(
            "{binding}for {item}: {} in {} {{",
            items.item, items.list
        ));
        body_fields(rest, &written, lines);
        self.states(*container, lines);
        lines.close("};");
        others.iter().for_each(|one| lines.line(one));
    }
}

fn keyword(kind: StateKind) -> &'static str {
    match kind {
        StateKind::Task => "task",
        StateKind::Pass => "pass",
        StateKind::Choice => "choice",
        StateKind::Wait => "wait",
        StateKind::Succeed => "succeed",
        StateKind::Fail => "fail",
        StateKind::Parallel => "parallel",
        StateKind::Map => "map",
    }
}
