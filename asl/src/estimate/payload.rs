//! How large the data becomes on its way.
//!
//! What tasks answer is not known: the sizes are those of the options, or of recorded executions. Where a path or an expression selects a part,
//! the whole counts, so that the worst case is one.

use std::collections::{BTreeMap, HashMap};

use super::options::EstimateOptions;
use super::states::literal_items;
use crate::graph::{EdgeKind, Graph};
use crate::json::Json;
use crate::jsonata::strip;
use crate::model::{PathField, QueryLanguage, State, StateMachine};

/// Bytes of an error output, of the summary of a Map Run, and of a value that an expression makes.
const ERROR: f64 = 300.0;
const RUN: f64 = 300.0;
const VALUE: f64 = 64.0;

/// The data at a place: its own bytes, and what results were put into it at which paths. A result at the same path takes the place of the one before.
#[derive(Debug, Clone, PartialEq, Default)]
struct Shape {
    own: f64,
    at: BTreeMap<String, f64>,
}

/// The sizes on the way through a container.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sizes {
    /// Of the largest data.
    pub(super) most: f64,
    /// Of what comes out.
    out: f64,
    /// Of what is there at once, iterations and branches beside each other.
    pub(super) together: f64,
}

/// Which items a Map has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Best,
    Typical,
    Worst,
}

pub(super) struct Flow<'a, 'm> {
    pub(super) graph: &'a Graph<'m, StateMachine>,
    pub(super) language: QueryLanguage,
    pub(super) options: &'a EstimateOptions,
    pub(super) when: When,
    /// States in whose loop the data grows with every round.
    pub(super) growing: Vec<usize>,
}

impl Shape {
    fn of(own: f64) -> Shape {
        Shape {
            own,
            at: BTreeMap::new(),
        }
    }

    fn total(&self) -> f64 {
        self.own + self.at.values().sum::<f64>()
    }

    /// The larger of both, at every path.
    fn max(&mut self, other: &Shape) -> bool {
        let before = self.total();
        self.own = self.own.max(other.own);
        for (path, bytes) in &other.at {
            let known = self.at.entry(path.clone()).or_default();
            *known = known.max(*bytes);
        }
        self.total() > before
    }
}

impl Flow<'_, '_> {
    /// The sizes on the way through the machine. Containers may nest deep: inner ones are reached through a list, not by recursion, each with
    /// the largest data that comes into it.
    pub(super) fn machine(&mut self) -> Sizes {
        let input = self
            .options
            .recorded
            .input_bytes()
            .unwrap_or(self.options.input_bytes as f64);
        // What comes into a container is known when its state was gone through, what comes out of it when it was: so all are gone through until
        // nothing changes, at most as often as they nest.
        let count = self.graph.containers().len();
        let mut into = vec![0.0; count];
        let mut found = vec![Sizes::default(); count];
        if let Some(first) = into.first_mut() {
            *first = input;
        }
        for _ in 0..=count.min(MOST_PASSES) {
            let mut changed = false;
            for container in 0..count {
                let (sizes, inner) = self.container(container, into[container], &found);
                changed |= sizes != found[container];
                found[container] = sizes;
                for (inner, bytes) in inner {
                    changed |= into[inner] != bytes;
                    into[inner] = bytes;
                }
            }
            if !changed {
                break;
            }
        }
        let mut all = found.first().copied().unwrap_or_default();
        for sizes in &found {
            all.most = all.most.max(sizes.most);
        }
        all
    }

    /// The sizes of one container, and what comes into those inside it.
    fn container(
        &mut self,
        container: usize,
        input: f64,
        found: &[Sizes],
    ) -> (Sizes, Vec<(usize, f64)>) {
        let states = self.graph.reachable(container);
        let mut shapes: HashMap<usize, Shape> = HashMap::new();
        let mut sizes = Sizes {
            most: input,
            out: 0.0,
            together: input,
        };
        let Some(first) = states.first() else {
            return (sizes, Vec::new());
        };
        shapes.insert(*first, Shape::of(input));
        let mut open: Vec<usize> = vec![*first];
        let mut turns: HashMap<usize, usize> = HashMap::new();
        let mut inner = HashMap::new();
        while let Some(state) = open.pop() {
            let turns = turns.entry(state).or_default();
            *turns += 1;
            if *turns > MOST_TURNS {
                if !self.growing.contains(&state) {
                    self.growing.push(state);
                }
                continue;
            }
            let shape = shapes.get(&state).cloned().unwrap_or_default();
            sizes.most = sizes.most.max(shape.total());
            let step = self.step(state, &shape, found, &mut inner);
            sizes.most = sizes.most.max(step.most).max(step.out.total());
            sizes.together = sizes.together.max(step.together);
            let graph = self.graph;
            if graph.states()[state].is_terminal() {
                sizes.out = sizes.out.max(step.out.total());
            }
            for (to, edge) in graph.successors(state) {
                let next = match edge.kind {
                    EdgeKind::Catch(_) => &step.caught,
                    _ => &step.out,
                };
                let is_new = !shapes.contains_key(&to);
                if shapes.entry(to).or_default().max(next) || is_new {
                    open.push(to);
                }
            }
        }
        (sizes, inner.into_iter().collect())
    }

    fn step(
        &self,
        state: usize,
        shape: &Shape,
        found: &[Sizes],
        inner: &mut HashMap<usize, f64>,
    ) -> Step {
        let found_state = &self.graph.states()[state];
        let object: &State = found_state.object;
        let jsonata = object
            .query_language()
            .and_then(|word| word.known())
            .unwrap_or(self.language)
            == QueryLanguage::Jsonata;
        let input = shape.total();
        let made = |template: &Json, result: f64| made(template, input, result);
        let selected = object.arguments().or(object.parameters());
        let passed = selected.map_or(input, |template| made(template, 0.0));
        let (mut result, mut most, mut together) = (input, passed, input);
        match object {
            State::Task(_) => {
                let recorded = self.options.recorded.result_bytes(found_state.name);
                result = recorded.unwrap_or(self.options.result_bytes as f64);
            }
            State::Pass(pass) => {
                result = match &pass.result {
                    Some(literal) => text_length(literal),
                    None => passed,
                };
            }
            State::Parallel(_) => {
                let branches = || found_state.inner.iter();
                branches().for_each(|branch| {
                    inner.insert(*branch, passed);
                });
                result = 2.0
                    + branches()
                        .map(|branch| found[*branch].out + 1.0)
                        .sum::<f64>();
                together = branches().map(|branch| found[*branch].together).sum();
            }
            State::Map(map) => {
                let literal = literal_items(map).filter(|_| map.item_reader.is_none());
                let (least, typical, worst) = self.options.items_in(found_state.name, literal);
                let count = match self.when {
                    When::Best => least,
                    When::Typical => typical,
                    When::Worst => worst,
                };
                let selector = map.item_selector.as_ref().or(map.parameters.as_ref());
                // One item of several of one size; of a file that is read nobody knows more than what a result is.
                let item = match map.item_reader {
                    Some(_) => self.options.result_bytes as f64,
                    None if count.is_finite() && self.when != When::Worst => input / count.max(1.0),
                    None => input,
                };
                let into = selector.map_or(item, |template| made_of(template, input, 0.0, item));
                let out = found_state
                    .inner
                    .first()
                    .map_or(0.0, |body| found[*body].out);
                let body = found_state
                    .inner
                    .first()
                    .map_or(0.0, |body| found[*body].together);
                found_state.inner.iter().for_each(|body| {
                    inner.insert(*body, into);
                });
                let is_written = map.is_distributed() && map.result_writer.is_some();
                result = if is_written {
                    RUN
                } else {
                    2.0 + super::cost::times(out + 1.0, count)
                };
                together = input
                    + if map.is_distributed() {
                        0.0
                    } else {
                        super::cost::times(body, count)
                    };
                most = into;
            }
            _ => {}
        }
        let works = matches!(object, State::Task(_) | State::Parallel(_) | State::Map(_));
        let caught = match (jsonata, object.catch().first()) {
            (_, None) => shape.clone(),
            (true, Some(catcher)) => Shape::of(
                catcher
                    .output
                    .as_ref()
                    .map_or(ERROR, |output| made(output, ERROR)),
            ),
            (false, Some(_)) => {
                // Each catcher has its own place for the error; the largest counts.
                let mut all = Shape::default();
                for catcher in object.catch() {
                    all.max(&placed(shape, catcher.result_path.as_ref(), ERROR));
                }
                all
            }
        };
        let out = if jsonata {
            match object.output() {
                Some(output) => Shape::of(made(output, result)),
                None if works => Shape::of(result),
                None => shape.clone(),
            }
        } else {
            let selects = object
                .result_selector()
                .map_or(result, |template| made_of(template, result, 0.0, 0.0));
            let out = if works || matches!(object, State::Pass(_)) {
                placed(shape, object.result_path(), selects)
            } else {
                shape.clone()
            };
            match object.output_path() {
                Some(PathField::Null) => Shape::of(2.0),
                _ => out,
            }
        };
        most = most.max(result);
        Step {
            out,
            caught,
            most,
            together,
        }
    }
}

/// A state may be gone through so often until the data around it stands still; then it grows with each round.
const MOST_TURNS: usize = 64;
/// Containers that nest deeper than this are not followed to the last byte.
const MOST_PASSES: usize = 64;

struct Step {
    out: Shape,
    caught: Shape,
    most: f64,
    together: f64,
}

/// A result in the data, at the path of `ResultPath`.
fn placed(shape: &Shape, path: Option<&PathField>, result: f64) -> Shape {
    match path {
        None => Shape::of(result),
        Some(PathField::Null) => shape.clone(),
        Some(path) => match path.as_str() {
            None | Some("$") => Shape::of(result),
            Some(path) => {
                let mut shape = shape.clone();
                // The name of the member, in quotes, and a colon.
                let name = path.rsplit('.').next().unwrap_or_default().len() as f64 + 4.0;
                shape.at.insert(path.to_owned(), result + name);
                shape
            }
        },
    }
}

/// The bytes of what a template makes.
fn made(template: &Json, input: f64, result: f64) -> f64 {
    made_of(template, input, result, 0.0)
}

fn made_of(template: &Json, input: f64, result: f64, item: f64) -> f64 {
    let mut sum = 0.0;
    // A stack of its own: the value may nest deep.
    let mut open: Vec<(&str, &Json)> = vec![("", template)];
    while let Some((name, json)) = open.pop() {
        match json {
            Json::Array(items) => {
                sum += 2.0 + items.len() as f64;
                open.extend(items.iter().map(|item| ("", item)));
            }
            Json::Object(members) => {
                sum += 2.0
                    + members
                        .keys()
                        .map(|key| key.len() as f64 + 4.0)
                        .sum::<f64>();
                open.extend(members.iter().map(|(name, member)| (name.as_str(), member)));
            }
            Json::String(text) => {
                let expression = strip(text);
                let is_path = name.ends_with(".$");
                sum += match expression {
                    Some(text) => {
                        let reads =
                            |word: &str, bytes: f64| text.matches(word).count() as f64 * bytes;
                        let read = reads("$states.input", input)
                            + reads("$states.result", result)
                            + reads("Map.Item.Value", item);
                        read.max(VALUE)
                    }
                    None if is_path
                        && text.starts_with("$$")
                        && !text.contains("Map.Item.Value")
                        && !text.contains("Execution.Input") =>
                    {
                        VALUE
                    }
                    None if is_path && text.contains("$$.Map.Item.Value") => item,
                    None if is_path => input.max(VALUE),
                    None => text.len() as f64 + 2.0,
                };
            }
            other => sum += text_length(other),
        }
    }
    sum
}

fn text_length(json: &Json) -> f64 {
    json.to_string().len() as f64
}
