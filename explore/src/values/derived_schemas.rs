//! JSON Schemas of the values of a definition that has no written ones: what it reads of its input
//! and of the results of its tasks, and what it makes for its output and for the payloads.

use indexmap::IndexMap;
use stepwright_asl::graph::Graph;
use stepwright_asl::json;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::StateKind;
use stepwright_asl::resource::{IntegrationPattern, Resource, ResourceKind, function_name};

use super::abstract_value::{AbstractValue, Origin, PartStep};
use super::container_flow::StateInput;
use super::demand::Demand;
use super::machine_flow::{MachineFlow, MachineValues};
use super::reads::BoundaryReads;
use super::template::ReadScope;
use super::value_source::ValueSource;
use crate::budget::SearchBudget;
use crate::settings::Settings;

/// Values with more levels are described as any value.
const MAX_DEPTH: usize = 24;

/// The JSON Schemas (draft 2020-12) of a state machine without written ones.
///
/// The input and the results of tasks have the members that the definition reads, all of them
/// optional, and further ones if they are passed to a task or to the output. The output and the
/// payloads have what the definition makes. A value that is computed, or that comes from a service,
/// has the schema `{}`.
///
/// ```
/// use stepwright_explore::DerivedSchemas;
///
/// let definition = r#"{"StartAt": "Charge", "QueryLanguage": "JSONata", "States": {
///     "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {
///         "FunctionName": "charge", "Payload": {"id": "{% $states.input.order.id %}", "currency": "EUR"}},
///         "Output": {"status": "paid"}, "End": true}}}"#.parse()?;
/// let schemas = DerivedSchemas::of(&definition);
/// assert_eq!(
///     schemas.output.to_string(),
///     r#"{"type":"object","properties":{"status":{"const":"paid"}},"required":["status"]}"#
/// );
/// assert_eq!(schemas.tasks[0].name, "charge");
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DerivedSchemas {
    /// The input of an execution.
    pub input: Json,
    /// The output of an execution.
    pub output: Json,
    /// The Lambda functions and activities, in the order of the definition.
    pub tasks: Vec<DerivedTaskSchemas>,
}

/// The JSON Schemas of a Lambda function or an activity.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DerivedTaskSchemas {
    /// The name of the function or activity; that of the state if the definition computes it.
    pub name: String,
    /// The payload of a call, over all states that call it.
    pub payload: Json,
    /// The result that the definition reads.
    pub result: Json,
}

impl DerivedSchemas {
    /// Derives the schemas of a definition.
    pub fn of(definition: &Json) -> Self {
        let graph = Graph::of(definition);
        let budget = SearchBudget::new(&Settings::new());
        let Some(flow) = MachineFlow::settled(&graph, definition, &budget) else {
            return Self {
                input: any(),
                output: any(),
                tasks: Vec::new(),
            };
        };
        let values = flow.values(&BoundaryReads::default());
        let mut derivation = Derivation {
            graph: &graph,
            values: &values,
            passed: Vec::new(),
        };
        let output = flow.output().cloned().unwrap_or(AbstractValue::Unknown);
        let output = derivation.made(&output, 0);
        let tasks = derivation.tasks(&flow);
        let input = Origin::of(ValueSource::Input);
        Self {
            input: derivation.demanded(&input, values.input()),
            output,
            tasks,
        }
    }
}

/// A call of a function or activity.
struct FunctionCall {
    name: String,
    payload: AbstractValue,
    /// Where the function's result is in the result of the state.
    result_path: Vec<PartStep>,
}

/// A function or activity over all states that call it.
struct CalledFunction {
    payload: AbstractValue,
    /// The function's results in those of the states.
    results: Vec<Origin>,
}

struct Derivation<'g, 'd> {
    graph: &'g Graph<'d>,
    values: &'g MachineValues,
    /// Parts that are in an output or a payload. Others read them, so they may have members that
    /// the definition does not read.
    passed: Vec<Origin>,
}

impl Derivation<'_, '_> {
    fn tasks(&mut self, flow: &MachineFlow<'_, '_>) -> Vec<DerivedTaskSchemas> {
        let mut found: IndexMap<String, CalledFunction> = IndexMap::new();
        for (index, state) in self.graph.states().iter().enumerate() {
            if state.kind != Some(StateKind::Task) {
                continue;
            }
            let Some(call) = flow.state_input(index).and_then(|input| call_of(&input)) else {
                continue;
            };
            let name = if call.name.is_empty() {
                state.name.to_owned()
            } else {
                call.name
            };
            let mut result = Origin::of(ValueSource::Result(index));
            result.path = call.result_path;
            match found.get_mut(&name) {
                None => {
                    let called = CalledFunction {
                        payload: call.payload,
                        results: vec![result],
                    };
                    found.insert(name, called);
                }
                Some(called) => {
                    called.payload = called.payload.clone().join(call.payload);
                    called.results.push(result);
                }
            }
        }
        let payloads: Vec<Json> = (found.values())
            .map(|called| self.made(&called.payload, 0))
            .collect();
        // The results are last, because an output or a payload may have parts of them.
        let tasks = found.into_iter().zip(payloads);
        let tasks = tasks.map(|((name, called), payload)| {
            let results = called.results.iter().map(|origin| {
                let demand = self.demand(origin);
                demand.map_or_else(any, |demand| self.demanded(origin, demand))
            });
            DerivedTaskSchemas {
                name,
                payload,
                result: all_of(results.collect()),
            }
        });
        tasks.collect()
    }

    fn demand(&self, origin: &Origin) -> Option<&Demand> {
        let whole = match origin.source {
            ValueSource::Input => Some(self.values.input()),
            ValueSource::Result(state) => self.values.result(self.graph.states()[state].name),
        };
        whole?.at(&origin.path)
    }

    /// The schema of a part from outside.
    fn demanded(&self, origin: &Origin, demand: &Demand) -> Json {
        let passed = self.passed.iter();
        let passed = passed.filter(|passed| passed.source == origin.source);
        let passed: Vec<&[PartStep]> = passed.map(|passed| passed.path.as_slice()).collect();
        demand.schema(&mut origin.path.clone(), &passed)
    }

    /// The schema of a value that the definition makes.
    fn made(&mut self, value: &AbstractValue, depth: usize) -> Json {
        if depth == MAX_DEPTH {
            return any();
        }
        match value {
            AbstractValue::Missing | AbstractValue::Unknown => any(),
            AbstractValue::Origin(origin) => self.read(origin),
            AbstractValue::Literal(json) => literal(json, depth),
            AbstractValue::Object { base, members } => {
                let mut schema = object(&self.made(base, depth + 1));
                for (name, member) in members {
                    let is_new = matches!(**base, AbstractValue::Missing);
                    let value = if member.may_be_unwritten && !is_new {
                        // Either the written value or that of the base.
                        any()
                    } else {
                        self.made(&member.value, depth + 1)
                    };
                    let is_required = !member.may_be_unwritten && !may_be_missing(&member.value);
                    schema.set(name, value, is_required);
                }
                schema.into_json()
            }
            AbstractValue::List(items) => self.list(items, depth),
            AbstractValue::Items(item) => array(self.made(item, depth + 1)),
            AbstractValue::OneOf(values) => {
                let has_items = values
                    .iter()
                    .any(|value| matches!(value, AbstractValue::Items(_)));
                // An empty list meets the schema of a Map's result.
                let is_described = |value: &&AbstractValue| match value {
                    AbstractValue::Missing => false,
                    AbstractValue::List(items) => !items.is_empty() || !has_items,
                    _ => true,
                };
                let values = values.iter().filter(is_described);
                one_of(values.map(|value| self.made(value, depth + 1)).collect())
            }
        }
    }

    /// The schema of a part of the input or of a result.
    fn read(&mut self, origin: &Origin) -> Json {
        if !self.passed.contains(origin) {
            self.passed.push(origin.clone());
        }
        let demand = self.demand(origin);
        demand.map_or_else(any, |demand| self.demanded(origin, demand))
    }

    /// JSONata leaves undefined items out of a list, so only a list of items that certainly exist
    /// has a known length.
    fn list(&mut self, items: &[AbstractValue], depth: usize) -> Json {
        let schemas: Vec<Json> = items.iter().map(|one| self.made(one, depth + 1)).collect();
        let exists = |value: &AbstractValue| {
            matches!(
                value,
                AbstractValue::Literal(_)
                    | AbstractValue::Object { .. }
                    | AbstractValue::List(_)
                    | AbstractValue::Items(_)
            )
        };
        if !items.is_empty() && items.iter().all(exists) {
            let length = schemas.len();
            json!({"type": "array", "prefixItems": schemas, "items": false, "minItems": length})
        } else {
            array(one_of(schemas))
        }
    }
}

/// The call of a Task state; `None` if it calls a service. Its name is empty if it is computed.
fn call_of(input: &StateInput<'_>) -> Option<FunctionCall> {
    let resource = Resource::parse(input.text("Resource")?);
    let effective = input.effective();
    let scope = ReadScope {
        input: &effective,
        ..input.scope()
    };
    let arguments = if input.is_jsonata {
        input.object.get("Arguments")
    } else {
        input.object.get("Parameters")
    };
    let sent = match (arguments, input.is_jsonata) {
        (Some(arguments), true) => scope.jsonata_template(arguments),
        (Some(template), false) => scope.jsonpath_template(template),
        (None, _) => effective.clone(),
    };
    if resource.is_lambda_invoke() {
        let function = arguments.and_then(|arguments| arguments.get("FunctionName")?.as_str());
        let function = function.filter(|text| !text.starts_with("{%"));
        let payload = PartStep::Key("Payload".to_owned());
        // With a task token, the result is what the token's holder sends.
        let waits = resource.pattern() == IntegrationPattern::WaitForTaskToken;
        return Some(FunctionCall {
            name: function_name(function.unwrap_or_default()).to_owned(),
            payload: sent.at(std::slice::from_ref(&payload)),
            result_path: if waits { Vec::new() } else { vec![payload] },
        });
    }
    (resource.kind() != ResourceKind::Service).then(|| FunctionCall {
        name: resource
            .name()
            .map_or_else(|| function_name(resource.as_str()), function_name)
            .to_owned(),
        payload: sent,
        result_path: Vec::new(),
    })
}

impl Demand {
    /// The schema of the values that the definition can read. `passed` are the paths of parts that
    /// others read, too.
    fn schema(&self, path: &mut Vec<PartStep>, passed: &[&[PartStep]]) -> Json {
        let one = self.schema_of_one(path, passed);
        if self.may_be_list && !is_any(&one) && self.items.is_none() {
            one_of(vec![one.clone(), array(one)])
        } else {
            one
        }
    }

    fn schema_of_one(&self, path: &mut Vec<PartStep>, passed: &[&[PartStep]]) -> Json {
        if path.len() >= MAX_DEPTH {
            return any();
        }
        if !self.members.is_empty() {
            let mut schema = ObjectSchema::default();
            for (name, part) in &self.members {
                path.push(PartStep::Key(name.clone()));
                schema.set(name, part.schema(path, passed), false);
                path.pop();
            }
            schema.is_open = passed.iter().any(|passed| path.starts_with(passed));
            return schema.into_json();
        }
        if let Some(items) = &self.items {
            path.push(PartStep::Item);
            let items = items.schema(path, passed);
            path.pop();
            return array(items);
        }
        self.scalar_type()
            .map_or_else(any, |name| json!({"type": name}))
    }
}

/// The properties of an object, and which of them always exist.
#[derive(Default)]
struct ObjectSchema {
    properties: Object,
    required: Vec<String>,
    /// Whether it may have further members.
    is_open: bool,
}

impl ObjectSchema {
    fn set(&mut self, name: &str, schema: Json, is_required: bool) {
        self.properties.insert(name.to_owned(), schema);
        self.required.retain(|known| known != name);
        if is_required {
            self.required.push(name.to_owned());
        }
    }

    fn into_json(self) -> Json {
        let mut schema = Object::new();
        schema.insert("type".to_owned(), "object".into());
        schema.insert("properties".to_owned(), Json::Object(self.properties));
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), self.required.into());
        }
        if self.is_open {
            schema.insert("additionalProperties".to_owned(), true.into());
        }
        Json::Object(schema)
    }
}

/// The properties of an object's schema. Another schema has none.
fn object(schema: &Json) -> ObjectSchema {
    let properties = schema.get("properties").and_then(Json::as_object);
    let required = schema.get("required").and_then(Json::as_array);
    let required = required.into_iter().flatten().filter_map(Json::as_str);
    ObjectSchema {
        properties: properties.cloned().unwrap_or_default(),
        required: required.map(str::to_owned).collect(),
        is_open: schema.get("additionalProperties").is_some(),
    }
}

fn may_be_missing(value: &AbstractValue) -> bool {
    match value {
        AbstractValue::Missing => true,
        AbstractValue::OneOf(values) => values.iter().any(may_be_missing),
        _ => false,
    }
}

fn literal(value: &Json, depth: usize) -> Json {
    match value {
        _ if depth == MAX_DEPTH => any(),
        Json::Object(members) => {
            let mut schema = ObjectSchema::default();
            for (name, value) in members {
                schema.set(name, literal(value, depth + 1), true);
            }
            schema.into_json()
        }
        Json::Array(items) => {
            let items = items.iter().map(|item| literal(item, depth + 1));
            array(one_of(items.collect()))
        }
        scalar => json!({"const": scalar.clone()}),
    }
}

fn any() -> Json {
    Json::Object(Object::new())
}

fn is_any(schema: &Json) -> bool {
    schema.as_object().is_some_and(Object::is_empty)
}

fn array(items: Json) -> Json {
    if is_any(&items) {
        json!({"type": "array"})
    } else {
        json!({"type": "array", "items": items})
    }
}

/// The schema of values that meet one of several.
fn one_of(schemas: Vec<Json>) -> Json {
    let mut different: Vec<Json> = Vec::new();
    for schema in schemas {
        if is_any(&schema) {
            return schema;
        }
        if !different.contains(&schema) {
            different.push(schema);
        }
    }
    match different.len() {
        0 => any(),
        1 => different.remove(0),
        _ => {
            let constants: Option<Vec<Json>> = different
                .iter()
                .map(|schema| schema.get("const").cloned())
                .collect();
            match constants {
                Some(constants) => json!({"enum": constants}),
                None => json!({"anyOf": different}),
            }
        }
    }
}

/// The schema of values that meet all.
fn all_of(schemas: Vec<Json>) -> Json {
    let mut different: Vec<Json> = Vec::new();
    for schema in schemas {
        if !is_any(&schema) && !different.contains(&schema) {
            different.push(schema);
        }
    }
    match different.len() {
        0 => any(),
        1 => different.remove(0),
        _ => json!({"allOf": different}),
    }
}
