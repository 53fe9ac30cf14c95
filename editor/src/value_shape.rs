//! The known parts of the values at run time: the literals of the definition and the models of
//! APIs.

use std::cell::Cell;
use std::collections::HashSet;

use stepwright_asl::graph::{EdgeKind, Graph};
use stepwright_asl::json::{Json, Object};
use stepwright_asl::jsonata::strip;
use stepwright_asl::model::{QueryLanguage, StateKind};

use crate::api_shape::ApiShape;
use crate::expression_text::{ChainStep, chain_steps};
use crate::names::variables_in_scope::assignments_before;
use crate::nested_call::called_arn;

/// The known part of a value.
#[derive(Debug, Clone)]
pub(crate) enum ValueShape<'d> {
    /// A literal in a state. Its members may be expressions or paths.
    Literal { value: &'d Json, state: usize },
    /// A value of an API.
    Api(ApiShape),
    /// An object with these members, which are strings.
    Members(&'static [&'static str]),
    /// An array with the alternatives for each of its items.
    Tuple(Vec<Vec<ValueShape<'d>>>),
    /// An array of any length, with the alternatives for its items.
    List(Vec<ValueShape<'d>>),
    /// An object with these members.
    Object(Vec<(String, Vec<ValueShape<'d>>)>),
    /// A value without members, of a type with its article.
    Scalar(&'static str),
}

/// The outputs of the state machines that a definition calls.
pub(crate) trait NestedOutputs: std::fmt::Debug {
    /// The alternatives for the output of the machine with an ARN.
    fn output(&self, arn: &str) -> Vec<ValueShape<'static>>;
}

/// A member of a known value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValueMember {
    pub(crate) name: String,
    /// The type, with its article; `None` if it is unknown.
    pub(crate) noun: Option<&'static str>,
}

/// The values of the states of a definition.
///
/// Each question looks at a limited number of values, so that it has an answer at once also for a
/// hostile definition. A value that it does not reach is unknown.
#[derive(Debug)]
pub(crate) struct KnownValues<'g, 'd> {
    graph: &'g Graph<'d>,
    /// The state machines that the definition calls.
    callees: Option<&'g dyn NestedOutputs>,
    steps: Cell<usize>,
}

/// Maximum number of steps for one question.
const STEPS: usize = 20_000;

/// The number of steps of a search for the assignments of a variable, which reads many states.
const SEARCH: usize = 200;

/// Maximum number of values that refer to each other.
const DEPTH: usize = 12;

/// Maximum number of alternatives for one value.
const ALTERNATIVES: usize = 16;

/// Maximum depth of the members of the output of a state machine.
const WRITTEN_DEPTH: usize = 6;

/// The members of the result of a nested execution, apart from `Output`.
const NESTED_RESULT: &[(&str, &str)] = &[
    ("ExecutionArn", "a string"),
    ("InputDetails", "an object"),
    ("Name", "a string"),
    ("OutputDetails", "an object"),
    ("StartDate", "a number"),
    ("StateMachineArn", "a string"),
    ("Status", "a string"),
    ("StopDate", "a number"),
];

/// The error output of a state.
const ERROR_OUTPUT: &[&str] = &["Cause", "Error"];

impl<'g, 'd> KnownValues<'g, 'd> {
    pub(crate) fn of(graph: &'g Graph<'d>, callees: &'g dyn NestedOutputs) -> KnownValues<'g, 'd> {
        KnownValues {
            callees: Some(callees),
            ..KnownValues::alone(graph)
        }
    }

    /// The values of a definition without the state machines that it calls.
    pub(crate) fn alone(graph: &'g Graph<'d>) -> KnownValues<'g, 'd> {
        KnownValues {
            graph,
            callees: None,
            steps: Cell::new(STEPS),
        }
    }

    /// The alternatives for the value of a chain such as `$states.input.order` in a state.
    pub(crate) fn of_chain(&self, state: usize, chain: &str) -> Vec<ValueShape<'d>> {
        self.chain_at(state, chain, DEPTH)
    }

    /// The alternatives for the output of the state machine.
    pub(crate) fn machine_output(&self) -> Vec<ValueShape<'static>> {
        if self.graph.containers().is_empty() {
            return Vec::new();
        }
        let shapes = self.body_output(0, DEPTH);
        self.written_out(&shapes, WRITTEN_DEPTH)
    }

    /// Values with their members, independent of the definition. Expressions in deeper values are
    /// unknown.
    fn written_out(&self, shapes: &[ValueShape<'d>], depth: usize) -> Vec<ValueShape<'static>> {
        let Some(depth) = self.step(depth) else {
            return Vec::new();
        };
        let shapes = shapes.iter().map(|shape| match shape {
            ValueShape::Api(api) => ValueShape::Api(api.clone()),
            ValueShape::Members(members) => ValueShape::Members(members),
            ValueShape::Scalar(noun) => ValueShape::Scalar(noun),
            ValueShape::Tuple(items) => {
                let items = items.iter().map(|item| self.written_out(item, depth));
                ValueShape::Tuple(items.collect())
            }
            ValueShape::List(items) => ValueShape::List(self.written_out(items, depth)),
            ValueShape::Object(members) => ValueShape::Object(
                members
                    .iter()
                    .map(|(name, value)| (name.clone(), self.written_out(value, depth)))
                    .collect(),
            ),
            ValueShape::Literal { value, state } => match value {
                Json::Object(members) => {
                    let names = members.keys().map(|key| self.bare(*state, key));
                    let members = names.map(|name| {
                        let value = self.member(shape, name, DEPTH);
                        (name.to_owned(), self.written_out(&value, depth))
                    });
                    ValueShape::Object(members.collect())
                }
                Json::Array(items) => {
                    let items = items.iter().take(ALTERNATIVES);
                    let items = items
                        .map(|item| self.written_out(&self.literal(*state, item, DEPTH), depth));
                    ValueShape::Tuple(items.collect())
                }
                scalar => ValueShape::Scalar(noun_of(scalar)),
            },
        });
        shapes.collect()
    }

    /// The members of a value with these alternatives, each once.
    pub(crate) fn members(&self, shapes: &[ValueShape<'d>]) -> Vec<ValueMember> {
        let mut found: Vec<ValueMember> = Vec::new();
        let mut names = HashSet::new();
        for shape in &items_of(shapes) {
            let members: Vec<ValueMember> = match shape {
                ValueShape::Api(api) => {
                    let members = api.members().into_iter();
                    members
                        .map(|one| ValueMember {
                            name: one.name,
                            noun: Some(one.noun),
                        })
                        .collect()
                }
                ValueShape::Members(names) => {
                    let names = names.iter();
                    names
                        .map(|name| ValueMember {
                            name: (*name).to_owned(),
                            noun: Some("a string"),
                        })
                        .collect()
                }
                ValueShape::Object(members) => members
                    .iter()
                    .map(|(name, value)| ValueMember {
                        name: name.clone(),
                        noun: self.noun(value),
                    })
                    .collect(),
                // The items are in the list already.
                ValueShape::Tuple(_) | ValueShape::List(_) | ValueShape::Scalar(_) => Vec::new(),
                ValueShape::Literal { value, state } => {
                    let object = first_item(value).as_object();
                    let keys = object.into_iter().flat_map(Object::keys);
                    keys.map(|key| self.literal_member(*state, value, key))
                        .collect()
                }
            };
            for member in members {
                if names.insert(member.name.clone()) {
                    found.push(member);
                }
            }
        }
        found
    }

    fn literal_member(&self, state: usize, object: &'d Json, key: &str) -> ValueMember {
        let name = self.bare(state, key);
        let noun = self.noun(&self.member(
            &ValueShape::Literal {
                value: object,
                state,
            },
            name,
            DEPTH,
        ));
        ValueMember {
            name: name.to_owned(),
            noun,
        }
    }

    /// The key of a member without the `.$` of JSONPath.
    fn bare<'k>(&self, state: usize, key: &'k str) -> &'k str {
        let bare = key.strip_suffix(".$");
        match self.language(state) {
            QueryLanguage::JsonPath => bare.unwrap_or(key),
            QueryLanguage::Jsonata => key,
        }
    }

    /// The type that all alternatives have, with its article.
    pub(crate) fn noun(&self, shapes: &[ValueShape<'d>]) -> Option<&'static str> {
        let mut nouns = shapes.iter().map(|shape| match shape {
            ValueShape::Api(api) => api.noun(),
            ValueShape::Members(_) | ValueShape::Object(_) => "an object",
            ValueShape::Scalar(noun) => noun,
            ValueShape::Tuple(_) | ValueShape::List(_) => "an array",
            ValueShape::Literal { value, .. } => noun_of(value),
        });
        let first = nouns.next()?;
        nouns.all(|noun| noun == first).then_some(first)
    }

    /// The alternatives for the value of a member of `Assign`, as written in a state.
    pub(crate) fn assigned(&self, state: usize, key: &str, value: &'d Json) -> Vec<ValueShape<'d>> {
        if self.bare(state, key) == key {
            self.literal(state, value, DEPTH)
        } else {
            self.path(state, value, DEPTH)
        }
    }

    fn language(&self, state: usize) -> QueryLanguage {
        QueryLanguage::of(self.graph.states()[state].object).unwrap_or_else(|| {
            let machine = self.graph.containers().first();
            machine
                .and_then(|machine| QueryLanguage::of(machine.object))
                .unwrap_or(QueryLanguage::JsonPath)
        })
    }

    /// Counts a step. `None` when no steps remain.
    fn step(&self, depth: usize) -> Option<usize> {
        self.steps.set(self.steps.get().checked_sub(1)?);
        depth.checked_sub(1)
    }

    fn chain_at(&self, state: usize, chain: &str, depth: usize) -> Vec<ValueShape<'d>> {
        let found = || {
            let depth = self.step(depth)?;
            let mut steps = chain_steps(chain)?.into_iter();
            let shapes = match steps.next()?.name()? {
                "$states" => match steps.next()?.name()? {
                    "input" => self.input(state, depth),
                    "result" => self.result(state, depth),
                    "errorOutput" => vec![ValueShape::Members(ERROR_OUTPUT)],
                    _ => return None,
                },
                "$" if self.language(state) == QueryLanguage::JsonPath => self.input(state, depth),
                root => self.variable(state, root.strip_prefix('$')?, depth),
            };
            let steps: Vec<ChainStep<'_>> = steps.collect();
            Some(self.follow(shapes, &steps, depth))
        };
        found().unwrap_or_default()
    }

    /// The values at these steps from a value.
    fn follow(
        &self,
        from: Vec<ValueShape<'d>>,
        steps: &[ChainStep<'_>],
        depth: usize,
    ) -> Vec<ValueShape<'d>> {
        steps.iter().fold(from, |shapes, step| {
            self.each(&shapes, |shape| match step {
                ChainStep::Name(name) => self.member(shape, name, depth),
                ChainStep::Index(index) => self.item(shape, *index, depth),
            })
        })
    }

    fn each(
        &self,
        shapes: &[ValueShape<'d>],
        then: impl Fn(&ValueShape<'d>) -> Vec<ValueShape<'d>>,
    ) -> Vec<ValueShape<'d>> {
        shapes.iter().flat_map(then).take(ALTERNATIVES).collect()
    }

    fn member(&self, shape: &ValueShape<'d>, name: &str, depth: usize) -> Vec<ValueShape<'d>> {
        let Some(depth) = self.step(depth) else {
            return Vec::new();
        };
        match shape {
            ValueShape::Api(api) => api.member(name).map(ValueShape::Api).into_iter().collect(),
            ValueShape::Members(_) | ValueShape::Scalar(_) => Vec::new(),
            ValueShape::Object(members) => {
                let mut members = members.iter();
                let found = members.find(|(key, _)| key == name);
                found.map_or_else(Vec::new, |(_, value)| value.clone())
            }
            // Expressions read the members of all items.
            ValueShape::Tuple(items) => {
                let items: Vec<_> = items.iter().flatten().cloned().collect();
                self.each(&items, |item| self.member(item, name, depth))
            }
            ValueShape::List(items) => self.each(items, |item| self.member(item, name, depth)),
            ValueShape::Literal { value, state } => {
                let value = first_item(value);
                if let Some(value) = value.get(name) {
                    return self.literal(*state, value, depth);
                }
                let path = match self.language(*state) {
                    QueryLanguage::JsonPath => value.get(&format!("{name}.$")),
                    QueryLanguage::Jsonata => None,
                };
                path.map_or_else(Vec::new, |path| self.path(*state, path, depth))
            }
        }
    }

    /// An item of a value. The only item of a value that is no array is the value.
    fn item(&self, shape: &ValueShape<'d>, index: usize, depth: usize) -> Vec<ValueShape<'d>> {
        match shape {
            ValueShape::Tuple(items) => items.get(index).cloned().unwrap_or_default(),
            ValueShape::List(items) => items.clone(),
            ValueShape::Api(api) => vec![ValueShape::Api(api.item())],
            ValueShape::Literal { value, state } => match value.as_array() {
                Some(items) => {
                    let item = items.get(index);
                    item.map_or_else(Vec::new, |item| self.literal(*state, item, depth))
                }
                None => vec![shape.clone()],
            },
            ValueShape::Members(_) | ValueShape::Object(_) | ValueShape::Scalar(_) => {
                vec![shape.clone()]
            }
        }
    }

    /// A value in a state, which may be an expression.
    fn literal(&self, state: usize, value: &'d Json, depth: usize) -> Vec<ValueShape<'d>> {
        let expression = match self.language(state) {
            QueryLanguage::Jsonata => value.as_str().and_then(strip),
            QueryLanguage::JsonPath => None,
        };
        match expression {
            Some(expression) => self.chain_at(state, expression.trim(), depth),
            None => vec![ValueShape::Literal { value, state }],
        }
    }

    /// The value of a path in a state.
    fn path(&self, state: usize, path: &Json, depth: usize) -> Vec<ValueShape<'d>> {
        let path = path.as_str().unwrap_or_default();
        self.chain_at(state, path, depth)
    }

    fn variable(&self, state: usize, name: &str, depth: usize) -> Vec<ValueShape<'d>> {
        let remaining = self.steps.get().checked_sub(SEARCH);
        let Some(remaining) = remaining.filter(|_| !name.is_empty()) else {
            return Vec::new();
        };
        self.steps.set(remaining);
        let assignments = assignments_before(self.graph, state).into_iter();
        let own = assignments.filter(|one| one.name == name);
        own.take(ALTERNATIVES)
            .flat_map(|one| {
                let is_path = self.language(one.state) == QueryLanguage::JsonPath
                    && one.value.as_str().is_some_and(|path| path.starts_with('$'));
                if is_path {
                    self.path(one.state, one.value, depth)
                } else {
                    self.literal(one.state, one.value, depth)
                }
            })
            .collect()
    }

    /// The result of a Task, by the model of the operation that it calls; the outputs of the
    /// branches of a Parallel and of the iterations of a Map.
    fn result(&self, state: usize, depth: usize) -> Vec<ValueShape<'d>> {
        let Some(depth) = self.step(depth) else {
            return Vec::new();
        };
        let found = &self.graph.states()[state];
        let mut bodies = found.inner.iter();
        match found.kind {
            Some(StateKind::Parallel) => {
                let branches = bodies.map(|body| self.body_output(*body, depth));
                return vec![ValueShape::Tuple(branches.collect())];
            }
            // A Map that writes its results to S3 returns where they are.
            Some(StateKind::Map) if found.object.contains_key("ResultWriter") => return Vec::new(),
            Some(StateKind::Map) => {
                let items = bodies.next().map(|body| self.body_output(*body, depth));
                return vec![ValueShape::List(items.unwrap_or_default())];
            }
            _ => {}
        }
        if let Some(result) = self.nested_result(found.object) {
            return vec![result];
        }
        let resource = found.object.get("Resource");
        let response = resource.and_then(Json::as_str).and_then(ApiShape::response);
        response.map(ValueShape::Api).into_iter().collect()
    }

    /// The result of a Task that waits for a nested execution.
    fn nested_result(&self, state: &Object) -> Option<ValueShape<'d>> {
        let resource = state.get("Resource")?.as_str()?;
        let (_, pattern) = resource.split_once(":states:startExecution.sync")?;
        let output = match pattern {
            ":2" => called_arn(state)
                .zip(self.callees)
                .map_or_else(Vec::new, |((_, arn), callees)| callees.output(arn)),
            // JSON in a text.
            _ => vec![ValueShape::Scalar("a string")],
        };
        let envelope = NESTED_RESULT.iter().map(|(name, noun)| {
            let value = vec![ValueShape::Scalar(noun)];
            ((*name).to_owned(), value)
        });
        let output = std::iter::once(("Output".to_owned(), output));
        Some(ValueShape::Object(envelope.chain(output).collect()))
    }

    /// The output of a body: the outputs of the states that end it.
    fn body_output(&self, body: usize, depth: usize) -> Vec<ValueShape<'d>> {
        let states = self.graph.containers()[body].states.iter();
        let ends = states.filter(|state| {
            let state = &self.graph.states()[**state];
            state.is_terminal() && state.kind != Some(StateKind::Fail)
        });
        let outputs = ends.flat_map(|state| self.output(*state, None, depth));
        outputs.take(ALTERNATIVES).collect()
    }

    /// The input of a state: the known outputs of the states before it.
    fn input(&self, state: usize, depth: usize) -> Vec<ValueShape<'d>> {
        let Some(depth) = self.step(depth) else {
            return Vec::new();
        };
        let found = &self.graph.states()[state];
        let container = &self.graph.containers()[found.container];
        let mut shapes = Vec::new();
        if container.start_at == Some(found.name)
            && let Some(parent) = container.parent
        {
            shapes.extend(self.body_input(parent, depth));
        }
        for (from, edge) in self.graph.predecessors(state) {
            if shapes.len() >= ALTERNATIVES {
                break;
            }
            shapes.extend(self.output(from, Some(edge.kind), depth));
        }
        shapes.truncate(ALTERNATIVES);
        shapes
    }

    /// The input of the branches or of the iterations of a state.
    fn body_input(&self, state: usize, depth: usize) -> Vec<ValueShape<'d>> {
        let found = &self.graph.states()[state];
        let written = |field: &str| {
            let value = found.object.get(field)?;
            Some(self.literal(state, value, depth))
        };
        match found.kind {
            Some(StateKind::Parallel) => written("Arguments")
                .or_else(|| written("Parameters"))
                .unwrap_or_else(|| self.input(state, depth)),
            Some(StateKind::Map) => written("ItemSelector")
                .or_else(|| written("Parameters"))
                .unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// The output of a state on a transition; without a transition, at the end of its body.
    fn output(&self, state: usize, edge: Option<EdgeKind>, depth: usize) -> Vec<ValueShape<'d>> {
        let found = &self.graph.states()[state];
        let part = |field: &str, index: usize| {
            let items = found.object.get(field)?.as_array()?;
            items.get(index)?.as_object()
        };
        let fields = match edge {
            Some(EdgeKind::Choice(rule)) => part("Choices", rule),
            Some(EdgeKind::Catch(catcher)) => part("Catch", catcher),
            _ => Some(found.object),
        };
        let has = |fields: &[&str]| fields.iter().any(|one| found.object.contains_key(*one));
        if let Some(output) = fields.and_then(|fields| fields.get("Output")) {
            return self.literal(state, output, depth);
        }
        if matches!(edge, Some(EdgeKind::Catch(_))) {
            let keeps_input = fields.is_some_and(|fields| fields.contains_key("ResultPath"));
            return if keeps_input {
                Vec::new()
            } else {
                vec![ValueShape::Members(ERROR_OUTPUT)]
            };
        }
        // A path that combines input and result makes a value that is not written anywhere.
        if has(&["ResultPath"]) {
            return Vec::new();
        }
        if let Some(path) = found.object.get("OutputPath") {
            let whole = self.unfiltered_output(state, depth);
            let steps = path.as_str().and_then(chain_steps);
            return match steps.as_deref() {
                Some([ChainStep::Name("$"), steps @ ..]) => self.follow(whole, steps, depth),
                _ => Vec::new(),
            };
        }
        self.unfiltered_output(state, depth)
    }

    /// The output of a state before its `OutputPath`.
    fn unfiltered_output(&self, state: usize, depth: usize) -> Vec<ValueShape<'d>> {
        let found = &self.graph.states()[state];
        let written = |field: &str| {
            let value = found.object.get(field)?;
            Some(self.literal(state, value, depth))
        };
        match found.kind {
            Some(StateKind::Task | StateKind::Parallel | StateKind::Map) => {
                written("ResultSelector").unwrap_or_else(|| self.result(state, depth))
            }
            Some(StateKind::Pass) => written("Result")
                .or_else(|| written("Parameters"))
                .unwrap_or_else(|| self.unchanged(state, depth)),
            Some(StateKind::Choice | StateKind::Wait | StateKind::Succeed) => {
                self.unchanged(state, depth)
            }
            _ => Vec::new(),
        }
    }

    fn unchanged(&self, state: usize, depth: usize) -> Vec<ValueShape<'d>> {
        if self.graph.states()[state].object.contains_key("InputPath") {
            Vec::new()
        } else {
            self.input(state, depth)
        }
    }
}

/// The value, or the first item of an array: expressions read the members of all items.
fn first_item(value: &Json) -> &Json {
    value.as_array().and_then(<[Json]>::first).unwrap_or(value)
}

/// The values, and instead of arrays the values in them: expressions read the members of all items.
fn items_of<'d>(shapes: &[ValueShape<'d>]) -> Vec<ValueShape<'d>> {
    let items = shapes.iter().flat_map(|shape| match shape {
        ValueShape::Tuple(items) => items.iter().flat_map(|item| items_of(item)).collect(),
        ValueShape::List(items) => items_of(items),
        _ => vec![shape.clone()],
    });
    items.collect()
}

/// The type of a literal, with its article.
fn noun_of(value: &Json) -> &'static str {
    match value {
        Json::String(_) => "a string",
        Json::Number(_) => "a number",
        Json::Bool(_) => "a boolean",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
        Json::Null => "null",
    }
}
