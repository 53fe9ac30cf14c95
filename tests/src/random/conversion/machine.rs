//! Random state machines in JSONPath.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::super::draw::Draw;
use super::condition;
use super::data::Readable;
use super::names;
use super::shape::{Member, Shape};

/// A state machine, with the shapes of the values that it gets.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    /// The definition.
    pub(super) definition: Json,
    /// The shape of its input.
    pub(super) input: Shape,
    /// The shapes of the results of its tasks, by the names of their states.
    pub(super) results: HashMap<String, Shape>,
}

impl Machine {
    /// Returns the machine of a seed.
    pub(super) fn grow(seed: u64) -> Machine {
        let mut draw = Draw(seed);
        let draw = &mut draw;
        let input = match draw.number(20) {
            0 => Shape::List(Box::new(Shape::draw(draw, 2))),
            1 => Shape::Scalar,
            _ => Shape::object(draw, 3),
        };
        let mut grower = Grower {
            states: 0,
            variables: 0,
            results: HashMap::new(),
        };
        let data = Readable {
            root: input.clone(),
            variables: Vec::new(),
            context: vec![
                ("$$.Execution.Name".to_owned(), Shape::Text),
                ("$$.State.Name".to_owned(), Shape::Text),
                ("$$.Execution.Input".to_owned(), input.clone()),
            ],
        };
        let (definition, _) = grower.scope(draw, &data, 2);
        Machine {
            definition,
            input,
            results: grower.results,
        }
    }

    /// Returns a random input.
    pub(super) fn input(&self, seed: u64) -> Json {
        self.input.value(&mut Draw(seed))
    }
}

struct Grower {
    /// The number of states.
    states: usize,
    variables: usize,
    results: HashMap<String, Shape>,
}

/// The states of a scope while they grow.
struct Flow {
    names: Vec<String>,
    /// What each state can read, for those that are reachable.
    incoming: Vec<Option<Readable>>,
    /// The shape of the output of the scope.
    output: Option<Shape>,
}

impl Flow {
    /// Adds a transition.
    fn reach(&mut self, target: usize, data: Readable) {
        let incoming = &mut self.incoming[target];
        *incoming = Some(match incoming.take() {
            None => data,
            Some(before) => Readable {
                root: before.root.or(&data.root),
                variables: before
                    .variables
                    .into_iter()
                    .filter_map(|(name, shape)| {
                        let (_, other) = data.variables.iter().find(|(other, _)| *other == name)?;
                        Some((name, shape.or(other)))
                    })
                    .collect(),
                context: before.context,
            },
        });
    }

    fn end(&mut self, output: Shape) {
        self.output = Some(match self.output.take() {
            None => output,
            Some(before) => before.or(&output),
        });
    }

    /// Returns a state after this one.
    fn later(&self, draw: &mut Draw, index: usize) -> Option<usize> {
        let left = self.names.len() - index - 1;
        (left > 0).then(|| index + 1 + draw.number(left.min(3)))
    }
}

impl Grower {
    /// Returns a machine, or the states of a branch, and the shape of its output.
    fn scope(&mut self, draw: &mut Draw, data: &Readable, depth: usize) -> (Json, Shape) {
        let count = 1 + draw.number(if depth == 2 { 5 } else { 2 });
        let mut flow = Flow {
            names: Vec::new(),
            incoming: vec![None; count],
            output: None,
        };
        for _ in 0..count {
            self.states += 1;
            flow.names.push(names::state(draw, self.states));
        }
        flow.incoming[0] = Some(data.clone());
        let mut states = Map::new();
        for index in 0..count {
            let Some(data) = flow.incoming[index].clone() else {
                continue;
            };
            let name = flow.names[index].clone();
            let state = self.state(draw, &mut flow, index, &data, depth);
            states.insert(name, state);
        }
        let machine = json!({"StartAt": flow.names[0], "States": states});
        (machine, flow.output.unwrap_or(Shape::Unknown))
    }

    fn state(
        &mut self,
        draw: &mut Draw,
        flow: &mut Flow,
        index: usize,
        data: &Readable,
        depth: usize,
    ) -> Json {
        let is_last = index + 1 == flow.names.len();
        match draw.number(if depth == 0 { 17 } else { 21 }) {
            0..=5 => self.pass(draw, flow, index, data),
            6..=11 => self.task(draw, flow, index, data),
            12..=14 if !is_last => {
                if let Some(state) = self.choice(draw, flow, index, data) {
                    return state;
                }
                self.pass(draw, flow, index, data)
            }
            15 => self.wait(draw, flow, index, data),
            16 if is_last => match draw.number(2) {
                0 => {
                    let (mut state, effective) = input(draw, json!({"Type": "Succeed"}), data);
                    let output = output_path(draw, &mut state, &data.with_root(effective));
                    flow.end(output);
                    state
                }
                _ => fail(draw, data),
            },
            17 | 18 => self.parallel(draw, flow, index, data, depth),
            19 | 20 => self.map(draw, flow, index, data, depth),
            _ => self.pass(draw, flow, index, data),
        }
    }

    /// Adds the transition of a state, with the variables that its Assign sets.
    fn transition(
        &mut self,
        draw: &mut Draw,
        state: &mut Json,
        flow: &mut Flow,
        index: usize,
        data: Readable,
    ) {
        let next = match draw.number(5) {
            0 => flow.later(draw, index),
            _ => (index + 1 < flow.names.len()).then_some(index + 1),
        };
        match next {
            Some(next) => {
                state["Next"] = json!(flow.names[next]);
                flow.reach(next, data);
            }
            None => {
                state["End"] = json!(true);
                flow.end(data.root);
            }
        }
    }

    /// Adds Assign, whose `$` is the shape `root`. Returns the new variables.
    fn assign(
        &mut self,
        draw: &mut Draw,
        object: &mut Json,
        data: &Readable,
        root: &Shape,
    ) -> Vec<(String, Shape)> {
        let mut variables = data.variables.clone();
        if draw.number(4) > 0 {
            return variables;
        }
        self.variables += 1;
        let name = names::variable(draw, self.variables);
        let data = data.with_root(root.clone());
        let (key, value, shape) = match draw.number(4) {
            0 => {
                let (value, shape) = data.template(draw, 1);
                (name.clone(), value, shape)
            }
            _ => {
                let (text, shape) = data.expression(draw);
                (format!("{name}.$"), json!(text), shape)
            }
        };
        object["Assign"] = json!({key: value});
        variables.push((name, shape));
        variables
    }

    /// Adds ResultSelector (if the type has it), Assign, ResultPath, OutputPath and the
    /// transition.
    fn result(
        &mut self,
        draw: &mut Draw,
        state: &mut Json,
        flow: &mut Flow,
        index: usize,
        data: &Readable,
        mut result: Shape,
    ) {
        if state["Type"] != "Pass" && draw.number(4) == 0 {
            let (selector, shape) = data.with_root(result).template(draw, 1);
            state["ResultSelector"] = selector;
            result = shape;
        }
        let variables = self.assign(draw, state, data, &result);
        let combined = result_path(draw, state, &data.root, result);
        let output = output_path(draw, state, &data.with_root(combined));
        let after = Readable {
            variables,
            ..data.with_root(output)
        };
        self.transition(draw, state, flow, index, after);
    }

    fn pass(&mut self, draw: &mut Draw, flow: &mut Flow, index: usize, data: &Readable) -> Json {
        let (mut state, effective) = input(draw, json!({"Type": "Pass"}), data);
        let result = match draw.number(5) {
            0 => effective,
            1 => {
                let value = Shape::draw(draw, 2).value(draw);
                let shape = Shape::of(&value);
                state["Result"] = value;
                shape
            }
            _ => {
                let (template, shape) = data.with_root(effective).template(draw, 2);
                state["Parameters"] = template;
                shape
            }
        };
        self.result(draw, &mut state, flow, index, data, result);
        state
    }

    fn task(&mut self, draw: &mut Draw, flow: &mut Flow, index: usize, data: &Readable) -> Json {
        let resource = "arn:aws:lambda:us-east-1:123456789012:function:f";
        let state = json!({"Type": "Task", "Resource": resource});
        let (mut state, effective) = input(draw, state, data);
        let effective = data.with_root(effective);
        if draw.number(4) > 0 {
            state["Parameters"] = effective.template(draw, 2).0;
        }
        let is_seconds = |shape: &Shape| *shape == Shape::Seconds;
        if draw.number(6) == 0
            && let Some(path) = effective.path(draw, is_seconds)
        {
            state["TimeoutSecondsPath"] = json!(path.text);
        } else if draw.number(8) == 0
            && let Some(path) = effective.path(draw, is_seconds)
        {
            state["TimeoutSeconds"] = json!(100);
            state["HeartbeatSecondsPath"] = json!(path.text);
        }
        if draw.number(12) == 0
            && let Some(path) = effective.path(draw, Shape::is_text)
        {
            state["Credentials"] = json!({"RoleArn.$": path.text});
        }
        let result = Shape::draw(draw, 2);
        let name = flow.names[index].clone();
        self.results.insert(name, result.clone());
        self.handlers(draw, &mut state, flow, index, data);
        self.result(draw, &mut state, flow, index, data, result);
        state
    }

    /// Adds Retry and Catch.
    fn handlers(
        &mut self,
        draw: &mut Draw,
        state: &mut Json,
        flow: &mut Flow,
        index: usize,
        data: &Readable,
    ) {
        if draw.number(5) == 0 {
            let errors = draw.of(&["Throttled", "States.TaskFailed", "States.ALL"]);
            state["Retry"] = json!([{"ErrorEquals": [errors], "MaxAttempts": 2}]);
        }
        let Some(target) = flow.later(draw, index).filter(|_| draw.number(3) == 0) else {
            return;
        };
        let errors = match draw.number(5) {
            0 => json!(["Declined", "States.Timeout"]),
            1 => json!(["States.ParameterPathFailure", "Declined"]),
            2 => json!(["States.TaskFailed"]),
            _ => json!(["States.ALL"]),
        };
        let mut catcher = json!({"ErrorEquals": errors, "Next": flow.names[target]});
        let member = |name: &str| Member {
            name: name.to_owned(),
            shape: Shape::Text,
            is_optional: false,
        };
        let error = Shape::Object(vec![member("Error"), member("Cause")]);
        let variables = self.assign(draw, &mut catcher, data, &error);
        let output = result_path(draw, &mut catcher, &data.root, error);
        let after = Readable {
            variables,
            ..data.with_root(output)
        };
        flow.reach(target, after);
        state["Catch"] = json!([catcher]);
    }

    fn choice(
        &mut self,
        draw: &mut Draw,
        flow: &mut Flow,
        index: usize,
        data: &Readable,
    ) -> Option<Json> {
        let (mut state, effective) = input(draw, json!({"Type": "Choice"}), data);
        let effective = data.with_root(effective);
        let mut rules = Vec::new();
        for _ in 0..=draw.number(3) {
            rules.extend(condition::rule(draw, &effective, 2));
        }
        if rules.is_empty() {
            return None;
        }
        let output = output_path(draw, &mut state, &effective);
        for rule in &mut rules {
            let target = flow.later(draw, index)?;
            rule["Next"] = json!(flow.names[target]);
            let after = Readable {
                variables: self.assign(draw, rule, data, &effective.root),
                ..data.with_root(output.clone())
            };
            flow.reach(target, after);
        }
        state["Choices"] = Json::Array(rules);
        if draw.number(6) > 0 {
            let target = flow.later(draw, index)?;
            state["Default"] = json!(flow.names[target]);
            let after = Readable {
                variables: self.assign(draw, &mut state, data, &effective.root),
                ..data.with_root(output)
            };
            flow.reach(target, after);
        }
        Some(state)
    }

    fn wait(&mut self, draw: &mut Draw, flow: &mut Flow, index: usize, data: &Readable) -> Json {
        let (mut state, effective) = input(draw, json!({"Type": "Wait"}), data);
        let effective = data.with_root(effective);
        let seconds = effective.path(draw, |shape| *shape == Shape::Seconds);
        let timestamp = effective.path(draw, |shape| *shape == Shape::Timestamp);
        match (draw.number(4), seconds, timestamp) {
            (0, ..) => state["Timestamp"] = json!("2026-01-01T00:00:00Z"),
            (1..=3, Some(path), _) => state["SecondsPath"] = json!(path.text),
            (1..=3, _, Some(path)) => state["TimestampPath"] = json!(path.text),
            _ => state["Seconds"] = json!(draw.number(90)),
        }
        let variables = self.assign(draw, &mut state, data, &effective.root);
        let output = output_path(draw, &mut state, &effective);
        let after = Readable {
            variables,
            ..data.with_root(output)
        };
        self.transition(draw, &mut state, flow, index, after);
        state
    }

    fn parallel(
        &mut self,
        draw: &mut Draw,
        flow: &mut Flow,
        index: usize,
        data: &Readable,
        depth: usize,
    ) -> Json {
        let (mut state, effective) = input(draw, json!({"Type": "Parallel"}), data);
        let mut inner = data.with_root(effective);
        if draw.number(3) == 0 {
            let (template, shape) = inner.template(draw, 1);
            state["Parameters"] = template;
            inner.root = shape;
        }
        let mut branches = Vec::new();
        let mut outputs = Vec::new();
        for _ in 0..=draw.number(2) {
            let (branch, output) = self.scope(draw, &inner, depth - 1);
            branches.push(branch);
            outputs.push(output);
        }
        state["Branches"] = Json::Array(branches);
        self.handlers(draw, &mut state, flow, index, data);
        let result = Shape::Tuple(outputs);
        self.result(draw, &mut state, flow, index, data, result);
        state
    }

    fn map(
        &mut self,
        draw: &mut Draw,
        flow: &mut Flow,
        index: usize,
        data: &Readable,
        depth: usize,
    ) -> Json {
        let (mut state, effective) = input(draw, json!({"Type": "Map"}), data);
        let effective = data.with_root(effective);
        let Some(items) = effective.path(draw, Shape::is_list) else {
            return self.pass(draw, flow, index, data);
        };
        if items.text != "$" {
            state["ItemsPath"] = json!(items.text);
        }
        let item = items.shape.item().unwrap_or(Shape::Unknown);
        let mut inner = effective.clone();
        let is_item = |name: &str| name.starts_with("$$.Map");
        inner.context.retain(|(name, _)| !is_item(name));
        inner
            .context
            .push(("$$.Map.Item.Value".to_owned(), item.clone()));
        inner
            .context
            .push(("$$.Map.Item.Index".to_owned(), Shape::Integer));
        if draw.number(2) == 0 {
            let (template, shape) = inner.template(draw, 1);
            state[draw.of(&["ItemSelector", "Parameters"])] = template;
            inner.root = shape;
        } else {
            inner.root = item;
        }
        match draw.number(4) {
            0 => state["MaxConcurrency"] = json!(1),
            1 => {
                if let Some(path) = effective.path(draw, |shape| *shape == Shape::Seconds) {
                    state["MaxConcurrencyPath"] = json!(path.text);
                }
            }
            _ => {}
        }
        let is_distributed = draw.number(5) == 0;
        if is_distributed {
            distributed(draw, &mut state, &effective, &mut inner);
        }
        let (mut processor, output) = self.scope(draw, &inner, depth - 1);
        let name = if is_distributed {
            let config = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
            processor["ProcessorConfig"] = config;
            "ItemProcessor"
        } else {
            draw.of(&["ItemProcessor", "Iterator"])
        };
        state[name] = processor;
        self.handlers(draw, &mut state, flow, index, data);
        let result = Shape::List(Box::new(output));
        self.result(draw, &mut state, flow, index, data, result);
        state
    }
}

/// Adds the fields of a Distributed Map. Its children cannot read the variables and the context of
/// the execution.
fn distributed(draw: &mut Draw, state: &mut Json, effective: &Readable, inner: &mut Readable) {
    inner.variables.clear();
    inner.context.clear();
    let seconds = |draw: &mut Draw, name: &str| {
        let path = effective.path(draw, |shape| *shape == Shape::Seconds);
        path.map(|path| (format!("{name}Path"), json!(path.text)))
    };
    if state.get("MaxConcurrencyPath").is_none()
        && draw.number(3) == 0
        && let Some((name, path)) = seconds(draw, "ToleratedFailureCount")
    {
        state[name] = path;
    }
    if draw.number(2) == 0 {
        return;
    }
    let mut batcher = Map::new();
    let (name, value) = match draw.number(2) {
        0 => seconds(draw, "MaxItemsPerBatch"),
        _ => None,
    }
    .unwrap_or_else(|| ("MaxItemsPerBatch".to_owned(), json!(1 + draw.number(3))));
    batcher.insert(name, value);
    let member = |name: &str, shape: Shape| Member {
        name: name.to_owned(),
        shape,
        is_optional: false,
    };
    let items = Shape::List(Box::new(inner.root.clone()));
    let mut members = vec![member("Items", items)];
    if draw.number(2) == 0 {
        let (template, shape) = effective.template(draw, 1);
        batcher.insert("BatchInput".to_owned(), template);
        members.push(member("BatchInput", shape));
    }
    state["ItemBatcher"] = Json::Object(batcher);
    inner.root = Shape::Object(members);
}

/// Adds InputPath. Returns the shape of the effective input.
fn input(draw: &mut Draw, mut state: Json, data: &Readable) -> (Json, Shape) {
    match draw.number(16) {
        0 => {
            state["InputPath"] = Json::Null;
            (state, Shape::Object(Vec::new()))
        }
        1..=3 => {
            let path = data.any_path(draw);
            state["InputPath"] = json!(path.text);
            (state, path.shape)
        }
        _ => (state, data.root.clone()),
    }
}

/// Adds OutputPath. Returns the shape of the output.
fn output_path(draw: &mut Draw, state: &mut Json, data: &Readable) -> Shape {
    match draw.number(20) {
        0 => {
            state["OutputPath"] = Json::Null;
            Shape::Object(Vec::new())
        }
        1..=3 => {
            let path = data.any_path(draw);
            state["OutputPath"] = json!(path.text);
            path.shape
        }
        _ => data.root.clone(),
    }
}

/// Adds ResultPath. Returns the shape of the combined value.
fn result_path(draw: &mut Draw, object: &mut Json, raw: &Shape, result: Shape) -> Shape {
    match draw.number(8) {
        0 => {
            object["ResultPath"] = Json::Null;
            raw.clone()
        }
        1..=4 if matches!(raw, Shape::Object(_)) => {
            let length = draw.of(&[1, 1, 1, 2, 2, 3]);
            let mut steps: Vec<String> = Vec::new();
            let mut at = Some(raw.clone());
            for _ in 0..length {
                let members = match at.take() {
                    Some(Shape::Object(members)) => members,
                    // Rarely, a value is inserted into a text.
                    Some(_) if draw.number(30) > 0 => break,
                    _ => Vec::new(),
                };
                let known = (!members.is_empty() && draw.number(2) == 0)
                    .then(|| members[draw.number(members.len())].clone());
                match known {
                    Some(member) => {
                        at = Some(member.shape);
                        steps.push(member.name);
                    }
                    None => {
                        let name = draw.of(names::MEMBERS).to_owned();
                        let member = members.into_iter().find(|member| member.name == name);
                        at = member.map(|member| member.shape);
                        steps.push(name);
                    }
                }
            }
            let mut text = "$".to_owned();
            for step in &steps {
                text.push_str(&names::step(draw, step));
            }
            object["ResultPath"] = json!(text);
            raw.with(&steps, result)
        }
        _ => result,
    }
}

fn fail(draw: &mut Draw, data: &Readable) -> Json {
    let mut state = json!({"Type": "Fail"});
    for field in ["Error", "Cause"] {
        let text = data.path(draw, Shape::is_text);
        match (draw.number(4), text) {
            (0, _) => {}
            (1, Some(path)) => state[format!("{field}Path")] = json!(path.text),
            (2, Some(path)) => {
                let call = format!("States.Format('{field}: {{}}', {})", path.text);
                state[format!("{field}Path")] = json!(call);
            }
            _ => state[field] = json!(draw.of(&["Declined", "it's", "{% 1 %}"])),
        }
    }
    state
}
