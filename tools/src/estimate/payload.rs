//! Estimates the size of the data.
//!
//! The results of tasks are unknown: their sizes come from the options, or from recorded
//! executions. If a path or an expression selects a part of a value, the whole value counts, so
//! that the worst case is an upper bound.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use stepwright_asl::graph::{EdgeKind, Graph};
use stepwright_asl::json::Json;
use stepwright_asl::jsonata::operator::Operator;
use stepwright_asl::jsonata::tree::{JsonataNode, NodeKind};
use stepwright_asl::jsonata::{Expression, strip};
use stepwright_asl::model::{Map, PathField, QueryLanguage, State, StateMachine};
use stepwright_asl::words;

use super::bounds;
use super::options::EstimateOptions;
use super::states::literal_items;

/// Sizes in bytes: of an error output, of the summary of a Map Run, and of a value that an
/// expression builds.
const ERROR: f64 = 300.0;
const RUN: f64 = 300.0;
const VALUE: f64 = 64.0;
/// Size of an object without members, in bytes.
const BRACES: f64 = 2.0;

/// The maximum number of paths of one data. More values count as bytes without a path, which
/// nothing replaces: each state copies the data.
const MOST_PATHS: usize = 256;

/// The data at one point of an execution: its own bytes, and the values at paths. A value written
/// to a path replaces the previous one.
#[derive(Debug, Clone, PartialEq, Default)]
struct DataShape {
    own: f64,
    /// The bytes of each value, without its name.
    at: BTreeMap<String, f64>,
}

/// The sizes during the execution of a container.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sizes {
    /// Of the largest data.
    pub(super) most: f64,
    /// Of the output.
    out: f64,
    /// Of all data that exists at the same time, in concurrent iterations and branches.
    pub(super) together: f64,
}

/// The case that determines the number of items of a Map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemsCase {
    Best,
    Typical,
    Worst,
}

pub(super) struct PayloadFlow<'a, 'm> {
    pub(super) graph: &'a Graph<'m, StateMachine>,
    pub(super) language: QueryLanguage,
    pub(super) options: &'a EstimateOptions,
    pub(super) when: ItemsCase,
    /// States in a loop whose data grows with every round.
    pub(super) growing: BTreeSet<usize>,
}

/// The bytes of the name of a member, in quotes, with a colon and a comma.
fn member_bytes(path: &str) -> f64 {
    path.rsplit('.').next().unwrap_or_default().len() as f64 + 4.0
}

impl DataShape {
    fn of(own: f64) -> DataShape {
        DataShape {
            own,
            at: BTreeMap::new(),
        }
    }

    fn total(&self) -> f64 {
        let members = self.at.iter();
        let members = members.map(|(path, bytes)| member_bytes(path) + bytes);
        self.own + members.sum::<f64>()
    }

    /// Writes a value to a path. It replaces the value at the path and all values below it.
    fn put(&mut self, path: &str, bytes: f64) {
        let below: Vec<String> = self.below(path).map(|(known, _)| known.clone()).collect();
        for known in below {
            self.at.remove(&known);
        }
        if self.at.len() < MOST_PATHS || self.at.contains_key(path) {
            self.at.insert(path.to_owned(), bytes);
        } else {
            self.own += member_bytes(path) + bytes;
        }
    }

    /// The values below a path.
    fn below(&self, path: &str) -> impl Iterator<Item = (&String, &f64)> {
        let start = format!("{path}.");
        let from = self.at.range(start.clone()..);
        from.take_while(move |(known, _)| known.starts_with(&start))
    }

    /// The bytes of a member, and all bytes without a path, which may be anywhere.
    fn member(&self, name: &str) -> f64 {
        let path = format!("$.{name}");
        match self.at.get(&path) {
            Some(bytes) => *bytes,
            None => self.own + self.below(&path).map(|(_, bytes)| bytes).sum::<f64>(),
        }
    }

    /// Takes the larger size at every path. Returns whether anything changed.
    fn max(&mut self, other: &DataShape) -> bool {
        let before = self.total();
        let mut without_path = other.own;
        for (path, bytes) in &other.at {
            if let Some(known) = self.at.get_mut(path) {
                *known = known.max(*bytes);
            } else if self.at.len() < MOST_PATHS {
                self.at.insert(path.clone(), *bytes);
            } else {
                without_path += member_bytes(path) + bytes;
            }
        }
        self.own = self.own.max(without_path);
        self.total() > before
    }
}

impl PayloadFlow<'_, '_> {
    /// The sizes during the execution of the machine. Containers may nest deeply, so inner ones are
    /// processed from a list, without recursion, each with its largest input.
    pub(super) fn machine(&mut self) -> Sizes {
        let input = self
            .options
            .recorded
            .input_bytes()
            .unwrap_or(self.options.input_bytes as f64);
        // The input of a container is known after its state was processed, and its output is needed
        // by that state. So all containers are processed until nothing changes, at most as often as
        // they nest.
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

    /// The sizes of one container. Records the inputs of its inner containers.
    fn container(
        &mut self,
        container: usize,
        input: f64,
        found: &[Sizes],
    ) -> (Sizes, Vec<(usize, f64)>) {
        let states = self.graph.reachable(container);
        let mut shapes: HashMap<usize, DataShape> = HashMap::new();
        let mut sizes = Sizes {
            most: input,
            out: 0.0,
            together: input,
        };
        let Some(first) = states.first() else {
            return (sizes, Vec::new());
        };
        shapes.insert(*first, DataShape::of(input));
        let mut inner = HashMap::new();
        let graph = self.graph;
        let targets = |state: usize| graph.successors(state).map(|(to, _)| to).collect();
        let positions: HashMap<usize, usize> = states.iter().copied().zip(0..).collect();
        // Sources come before targets, so a state outside of loops is visited once.
        for part in bounds::parts(&states, &targets).into_iter().rev() {
            // In the order in which they are reached.
            let mut members = part.clone();
            members.sort_unstable_by_key(|state| positions[state]);
            let loops = part.len() > 1 || targets(part[0]).contains(&part[0]);
            for turn in 0..=MOST_TURNS {
                let mut grown = Vec::new();
                for state in &members {
                    let Some(shape) = shapes.get(state).cloned() else {
                        continue;
                    };
                    sizes.most = sizes.most.max(shape.total());
                    let step = self.step(*state, &shape, found, &mut inner);
                    sizes.most = sizes.most.max(step.most).max(step.out.total());
                    sizes.together = sizes.together.max(step.together);
                    if graph.states()[*state].is_terminal() {
                        sizes.out = sizes.out.max(step.out.total());
                    }
                    for (to, edge) in graph.successors(*state) {
                        let next = match edge.kind {
                            EdgeKind::Catch(_) => &step.caught,
                            _ => &step.out,
                        };
                        let is_new = !shapes.contains_key(&to);
                        let is_larger = shapes.entry(to).or_default().max(next);
                        if (is_larger || is_new) && part.binary_search(&to).is_ok() {
                            grown.push(to);
                        }
                    }
                }
                if !loops || grown.is_empty() {
                    break;
                }
                if turn == MOST_TURNS {
                    self.growing.extend(grown);
                }
            }
            // No later part reads them.
            for state in &members {
                shapes.remove(state);
            }
        }
        (sizes, inner.into_iter().collect())
    }

    fn step(
        &self,
        state: usize,
        shape: &DataShape,
        found: &[Sizes],
        inner: &mut HashMap<usize, f64>,
    ) -> PayloadStep {
        let found_state = &self.graph.states()[state];
        let object: &State = found_state.object;
        let jsonata = object
            .query_language()
            .and_then(|word| word.known())
            .unwrap_or(self.language)
            == QueryLanguage::Jsonata;
        let input = shape.total();
        let selected = object.arguments().or(object.parameters());
        let given = selected.map_or_else(|| shape.clone(), |template| made(shape, template, 0.0));
        let passed = given.total();
        let mut work = WorkSizes {
            result: input,
            most: passed,
            together: input,
        };
        match object {
            State::Task(_) => {
                let recorded = self.options.recorded.result_bytes(found_state.name);
                work.result = recorded.unwrap_or(self.options.result_bytes as f64);
            }
            State::Pass(pass) => {
                work.result = match &pass.result {
                    Some(literal) => text_length(literal),
                    None => passed,
                };
            }
            State::Parallel(_) => {
                let branches = || found_state.inner.iter();
                branches().for_each(|branch| {
                    inner.insert(*branch, passed);
                });
                work.result = 2.0
                    + branches()
                        .map(|branch| found[*branch].out + 1.0)
                        .sum::<f64>();
                work.together = branches().map(|branch| found[*branch].together).sum();
            }
            State::Map(map) => work = self.map(found_state, map, shape, found, inner),
            _ => {}
        }
        PayloadStep {
            out: output(shape, object, jsonata, given, work.result),
            caught: caught(shape, object, jsonata),
            most: work.most.max(work.result),
            together: work.together,
        }
    }

    /// The sizes of a Map whose input has this shape. Adds the input of its iterations to `inner`.
    fn map(
        &self,
        found_state: &stepwright_asl::graph::State<'_, StateMachine>,
        map: &Map,
        shape: &DataShape,
        found: &[Sizes],
        inner: &mut HashMap<usize, f64>,
    ) -> WorkSizes {
        let input = shape.total();
        let literal = literal_items(map).filter(|_| map.item_reader.is_none());
        let (least, typical, worst) = self.options.items_in(found_state.name, literal);
        let count = match self.when {
            ItemsCase::Best => least,
            ItemsCase::Typical => typical,
            ItemsCase::Worst => worst,
        };
        let selector = map.item_selector.as_ref().or(map.parameters.as_ref());
        // One of several items of the same size. An item from a file is assumed to be as
        // large as a result.
        let item = match map.item_reader {
            Some(_) => self.options.result_bytes as f64,
            None if count.is_finite() && self.when != ItemsCase::Worst => input / count.max(1.0),
            None => input,
        };
        let into = selector.map_or(item, |template| {
            let reads = TemplateInputs::new(shape, 0.0, item);
            reads.template(template).total()
        });
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
        let result = if is_written {
            RUN
        } else {
            2.0 + super::cost::times(out + 1.0, count)
        };
        let together = input
            + if map.is_distributed() {
                0.0
            } else {
                super::cost::times(body, count)
            };
        WorkSizes {
            result,
            most: into,
            together,
        }
    }
}

/// Returns the data that a template creates from the data of a state and its result.
fn made(shape: &DataShape, template: &Json, result: f64) -> DataShape {
    TemplateInputs::new(shape, result, 0.0).template(template)
}

/// Returns the data after a catcher of a state.
fn caught(shape: &DataShape, object: &State, jsonata: bool) -> DataShape {
    match (jsonata, object.catch().first()) {
        (_, None) => shape.clone(),
        (true, Some(catcher)) => match &catcher.output {
            Some(output) => made(shape, output, ERROR),
            None => DataShape::of(ERROR),
        },
        (false, Some(_)) => {
            // Each catcher may store the error at a different path; the largest data counts.
            let mut all = DataShape::default();
            for catcher in object.catch() {
                let error = DataShape::of(ERROR);
                all.max(&placed(shape, catcher.result_path.as_ref(), error));
            }
            all
        }
    }
}

/// Returns the output of a state. `given` is the data that its fields selected from the input.
fn output(
    shape: &DataShape,
    object: &State,
    jsonata: bool,
    given: DataShape,
    result: f64,
) -> DataShape {
    let works = matches!(object, State::Task(_) | State::Parallel(_) | State::Map(_));
    if jsonata {
        match object.output() {
            Some(output) => made(shape, output, result),
            None if works => DataShape::of(result),
            None => shape.clone(),
        }
    } else {
        let made = match object.result_selector() {
            Some(template) => {
                let input = &DataShape::of(result);
                TemplateInputs::new(input, 0.0, 0.0).template(template)
            }
            None => match object {
                State::Pass(pass) if pass.result.is_none() => given,
                State::Pass(pass) => pass.result.as_ref().map_or(given, literal),
                _ => DataShape::of(result),
            },
        };
        let out = if works || matches!(object, State::Pass(_)) {
            placed(shape, object.result_path(), made)
        } else {
            shape.clone()
        };
        match object.output_path() {
            Some(PathField::Null) => DataShape::of(BRACES),
            _ => out,
        }
    }
}

/// Maximum number of rounds of a loop. If its data still changes, it grows with each round.
const MOST_TURNS: usize = 64;
/// Maximum number of passes. Deeper nested containers are estimated less exactly.
const MOST_PASSES: usize = 64;

/// The sizes of the work of a state: its result, its largest data, and all data at the same time.
struct WorkSizes {
    result: f64,
    most: f64,
    together: f64,
}

struct PayloadStep {
    out: DataShape,
    caught: DataShape,
    most: f64,
    together: f64,
}

/// Stores a result in the data, at the path of `ResultPath`.
fn placed(shape: &DataShape, path: Option<&PathField>, result: DataShape) -> DataShape {
    match path {
        None => result,
        Some(PathField::Null) => shape.clone(),
        Some(path) => match path.as_str() {
            None | Some("$") => result,
            Some(path) => {
                let mut shape = shape.clone();
                shape.put(path, result.total());
                shape
            }
        },
    }
}

/// The shape of a constant, by its members.
fn literal(json: &Json) -> DataShape {
    match json {
        Json::Object(members) => {
            let mut shape = DataShape::of(BRACES);
            for (name, member) in members {
                shape.put(&format!("$.{name}"), text_length(member));
            }
            shape
        }
        other => DataShape::of(text_length(other)),
    }
}

/// The values that a template can read: the state's input, its result and an item of a Map.
struct TemplateInputs<'s> {
    input: &'s DataShape,
    /// The bytes of the whole input.
    total: f64,
    result: f64,
    item: f64,
}

impl<'s> TemplateInputs<'s> {
    fn new(input: &'s DataShape, result: f64, item: f64) -> TemplateInputs<'s> {
        TemplateInputs {
            input,
            total: input.total(),
            result,
            item,
        }
    }

    /// Returns the size of a template's value, by its members.
    fn template(&self, json: &Json) -> DataShape {
        match json {
            Json::Object(members) => {
                let mut shape = DataShape::of(BRACES);
                for (name, member) in members {
                    let key = name.strip_suffix(".$").unwrap_or(name);
                    shape.put(&format!("$.{key}"), self.bytes(name, member));
                }
                shape
            }
            Json::String(text) => match strip(text) {
                Some(expression) => self.expression(expression),
                None => DataShape::of(self.bytes("", json)),
            },
            other => DataShape::of(self.bytes("", other)),
        }
    }

    /// Returns the bytes of a template's value.
    fn bytes(&self, name: &str, template: &Json) -> f64 {
        let mut sum = 0.0;
        // An explicit stack, because the value may nest deeply.
        let mut open: Vec<(&str, &Json)> = vec![(name, template)];
        while let Some((name, json)) = open.pop() {
            match json {
                Json::Array(items) => {
                    sum += 2.0 + items.len() as f64;
                    open.extend(items.iter().map(|item| ("", item)));
                }
                Json::Object(members) => {
                    let names = members.keys().map(|key| key.len() as f64 + 4.0);
                    sum += 2.0 + names.sum::<f64>();
                    open.extend(members.iter().map(|(name, member)| (name.as_str(), member)));
                }
                Json::String(text) => {
                    sum += match strip(text) {
                        Some(text) => self.expression(text).total(),
                        None if name.ends_with(".$") => self.path(text),
                        None => text.len() as f64 + 2.0,
                    };
                }
                other => sum += text_length(other),
            }
        }
        sum
    }

    /// Returns the bytes of the value of a JSONPath or of a call of an intrinsic function.
    fn path(&self, text: &str) -> f64 {
        if let Some(rest) = text.strip_prefix("States.") {
            let function = rest.split('(').next().unwrap_or_default();
            if OF_FIXED_LENGTH.contains(&function) {
                return VALUE;
            }
            // The paths of the arguments, and the text between them.
            let ends = |char: char| matches!(char, ',' | ')' | ' ');
            let paths = text.match_indices('$').filter(|(at, _)| {
                !text[..*at].ends_with('$') && text[..*at].ends_with([',', '(', ' '])
            });
            let reads = paths.map(|(at, _)| {
                let rest = &text[at..];
                self.path(&rest[..rest.find(ends).unwrap_or(rest.len())])
            });
            return reads.sum::<f64>() + text.len() as f64;
        }
        if text.contains("$$.Map.Item.Value") {
            return self.item;
        }
        if text.starts_with("$$") && !text.contains("Execution.Input") {
            return VALUE;
        }
        let path = stepwright_asl::path::Path::parse(text).ok();
        let first = path.as_ref().and_then(|path| path.steps.first());
        match first {
            Some(stepwright_asl::path::PathStep::Key(name))
                if text.starts_with("$.") || text.starts_with("$[") =>
            {
                self.input.member(name).max(VALUE)
            }
            _ => self.total.max(VALUE),
        }
    }

    /// Returns the size of a JSONata expression's value.
    fn expression(&self, text: &str) -> DataShape {
        match Expression::parse_with(text, |root| self.node(root)) {
            Ok((_, Some(shape))) => shape,
            Ok((expression, None)) => {
                // Everything that it reads, and its own text.
                let reads = expression.chains().iter().map(|chain| {
                    let names: Vec<&str> = chain.names.iter().map(|(name, _)| &**name).collect();
                    self.chain(&chain.variable, &names)
                });
                DataShape::of(reads.sum::<f64>() + VALUE.max(text.len() as f64))
            }
            Err(_) => DataShape::of(VALUE),
        }
    }

    /// The bytes at a variable and the names after it: `$states`, `input` and `log`.
    fn chain(&self, variable: &str, names: &[&str]) -> f64 {
        match (variable, names) {
            ("states", []) => self.total + self.result,
            ("states", ["input"]) => self.total,
            ("states", ["input", name, ..]) => self.input.member(name),
            ("states", ["result" | "errorOutput", ..]) => self.result,
            ("states", ["context", "Map", "Item", "Value", ..]) => self.item,
            ("states", ["context", "Execution", "Input", ..]) => self.total,
            _ => VALUE,
        }
    }

    /// Returns the size of a node's value, by its members; `None` if it may contain everything that
    /// the expression reads.
    fn node(&self, node: &JsonataNode) -> Option<DataShape> {
        match &node.kind {
            NodeKind::Path(steps) if self.names(steps)? == ("states", vec!["input"]) => {
                Some(self.input.clone())
            }
            NodeKind::Condition(parts) => {
                let mut branches = parts.iter().skip(1);
                let mut shape = self.node(branches.next()?)?;
                if let Some(other) = branches.next() {
                    shape.max(&self.node(other)?);
                }
                Some(shape)
            }
            NodeKind::Object(members) => {
                let mut shape = DataShape::of(BRACES);
                for (name, member) in members {
                    let NodeKind::String(name) = &name.kind else {
                        return None;
                    };
                    shape.put(&format!("$.{name}"), self.bytes_of(member)?);
                }
                Some(shape)
            }
            NodeKind::Function(function, arguments) if function.variable()? == "merge" => {
                let [list] = arguments.as_slice() else {
                    return None;
                };
                let NodeKind::Array(items) = &list.kind else {
                    return None;
                };
                if items.len() > MOST_MERGED {
                    return None;
                }
                let mut all = DataShape::default();
                for item in items {
                    let shape = self.node(item)?;
                    // All members are in one object, which counts its braces once.
                    let own = (shape.own - BRACES).max(0.0);
                    all.own = all.own.max(BRACES) + own;
                    shape
                        .at
                        .iter()
                        .for_each(|(path, bytes)| all.put(path, *bytes));
                }
                Some(all)
            }
            _ => Some(DataShape::of(self.bytes_of(node)?)),
        }
    }

    /// Returns the bytes of a node's value; `None` if it may contain everything that the expression
    /// reads.
    fn bytes_of(&self, node: &JsonataNode) -> Option<f64> {
        let sum = |nodes: &[JsonataNode]| -> Option<f64> {
            nodes
                .iter()
                .map(|node| Some(self.bytes_of(node)? + 1.0))
                .sum()
        };
        match &node.kind {
            NodeKind::Number(_) | NodeKind::Literal | NodeKind::Negate(_) => Some(VALUE),
            NodeKind::String(text) => Some(VALUE.max(text.len() as f64 + 2.0)),
            NodeKind::Variable(name) => Some(self.chain(name, &[])),
            NodeKind::Path(steps) => {
                let (variable, names) = self.names(steps)?;
                Some(self.chain(variable, &names).max(VALUE))
            }
            NodeKind::Binary(Operator::Concat, sides) => sum(sides.as_slice()),
            NodeKind::Binary(Operator::Range, _) => None,
            NodeKind::Binary(..) => Some(VALUE),
            NodeKind::Condition(parts) => {
                let mut branches = parts.iter().skip(1).map(|branch| self.bytes_of(branch));
                branches.try_fold(0.0, |most: f64, bytes| Some(most.max(bytes?)))
            }
            NodeKind::Object(members) => {
                members.iter().try_fold(BRACES, |bytes, (name, member)| {
                    Some(bytes + self.bytes_of(name)? + self.bytes_of(member)?)
                })
            }
            NodeKind::Array(items) => Some(BRACES + sum(items)?),
            NodeKind::Function(function, arguments) => {
                if OF_FIXED_LENGTH_JSONATA.contains(&function.variable()?) {
                    return Some(VALUE);
                }
                Some(VALUE + sum(arguments)?)
            }
            _ => None,
        }
    }

    /// The variable and the names of a path without other steps.
    fn names<'n>(&self, steps: &'n [JsonataNode]) -> Option<(&'n str, Vec<&'n str>)> {
        let (first, rest) = steps.split_first()?;
        let NodeKind::Variable(variable) = &first.kind else {
            return None;
        };
        let names = rest.iter().map(|step| match &step.kind {
            NodeKind::Name(name) => Some(name.as_str()),
            _ => None,
        });
        Some((variable, names.collect::<Option<_>>()?))
    }
}

/// Maximum number of objects of a `$merge` whose members are tracked.
const MOST_MERGED: usize = 64;

/// Intrinsic functions with small results, regardless of their arguments.
const OF_FIXED_LENGTH: &[&str] = words!(ArrayContains ArrayLength Hash MathAdd MathRandom UUID);

/// JSONata functions with small results, regardless of their arguments.
const OF_FIXED_LENGTH_JSONATA: &[&str] = words![
    abs average boolean ceil contains count exists floor formatBase formatNumber fromMillis hash
    length max millis min not now number parseInteger power random round sqrt sum toMillis type uuid
];

fn text_length(json: &Json) -> f64 {
    json.to_string().len() as f64
}
