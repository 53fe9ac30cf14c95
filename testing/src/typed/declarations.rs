//! What the types of a workflow declare about its tasks.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use stepwright::builder::{Bindings, BoundItems};
use stepwright::shape::{Fields, Shape};
use stepwright::{Address, Definition, ErrorVariant};
use stepwright_explore::TaskSettings;
use stepwright_interpreter::value::Value;

use super::sample::{DEPTH, sample, samples};

/// Returns the settings of the tasks of a workflow: the errors of its task functions, values of
/// their outputs, of the answers to task tokens and of the results of services, and items of the
/// types of its readers.
pub(super) fn declared_tasks(definition: &Definition, bindings: &Bindings) -> Vec<TaskSettings> {
    let mut tasks: BTreeMap<String, TaskSettings> = BTreeMap::new();
    for bound in bindings.tasks() {
        let task = task_of(&mut tasks, name_of(bound.address.clone()));
        for variant in &bound.errors {
            task.errors.push(variant.error.to_owned());
            task.causes
                .insert(variant.error.to_owned(), cause_of(variant));
        }
        task.results = values(&(bound.output)());
    }
    for (state, answer) in definition.answers() {
        task_of(&mut tasks, state.clone()).results = values(&answer.shape());
    }
    for (state, shape) in definition.results() {
        task_of(&mut tasks, state.to_owned()).results = values(&shape());
    }
    for items in bindings.items() {
        if let Some(row) = row_of(items) {
            let rows: Value = values(&row).into_iter().collect();
            task_of(&mut tasks, items.state.clone()).results = vec![rows];
        }
    }
    tasks.into_values().collect()
}

fn task_of(tasks: &mut BTreeMap<String, TaskSettings>, target: String) -> &mut TaskSettings {
    let task = tasks.entry(target.clone()).or_default();
    task.target = target;
    task
}

/// Returns the name of a task in a definition.
pub(super) fn name_of(address: Address) -> String {
    address.target.unwrap_or(address.resource)
}

/// Returns an input of a type.
pub(super) fn input_of(shape: fn() -> Shape) -> Json {
    sample(&shape(), DEPTH)
}

fn values(shape: &Shape) -> Vec<Value> {
    samples(shape).into_iter().map(Value::from).collect()
}

/// Returns the cause that a function reports for an error.
fn cause_of(variant: &ErrorVariant) -> String {
    let fields: serde_json::Map<String, Json> = (variant.fields.iter())
        .map(|(name, shape)| ((*name).to_owned(), sample(&shape(), DEPTH)))
        .collect();
    let message = if fields.is_empty() {
        "explored".to_owned()
    } else {
        json!({"message": "explored", "fields": fields}).to_string()
    };
    json!({"errorType": variant.error, "errorMessage": message}).to_string()
}

/// Returns the type of the items of a reader. A batch has its rows in the field `Items`.
fn row_of(items: &BoundItems) -> Option<Shape> {
    match (items.is_batched, (items.shape)().resolve()) {
        (false, shape) => Some(shape),
        (true, Shape::Struct(batch)) => match &batch.fields {
            Fields::Named(fields) => {
                let field = fields.iter().find(|field| field.wire == "Items")?;
                match field.shape.resolve() {
                    Shape::Array(row) => Some(*row),
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}
