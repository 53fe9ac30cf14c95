use serde_json::{Value as Json, json};
use stepwright::builder::{Bindings, BoundItems, BoundWorkflow};
use stepwright::shape::{Fields, Shape};
use stepwright::{Definition, ErrorVariant};
use stepwright_interpreter::value::Value;

use crate::matcher::Matcher;
use crate::typed::sample::{DEPTH, sample, samples};
use crate::typed::tasks::matcher_of;

/// The declarations of a workflow: the errors of its task functions, values of their outputs, and
/// its nested workflows.
#[derive(Default)]
pub(crate) struct Declarations {
    pub(crate) errors: Vec<(Matcher, DeclaredError)>,
    pub(crate) samples: Vec<(Matcher, Value)>,
    /// Values of the types of answers to task tokens and of results of service integrations.
    pub(crate) answers: Vec<(Matcher, Value)>,
    pub(crate) workflows: Vec<BoundWorkflow>,
    /// Items of the types of readers, by the states of their Maps.
    pub(crate) items: Vec<(String, Value)>,
}

/// An error that a task may fail with.
#[derive(Clone, Debug)]
pub(crate) struct DeclaredError {
    pub(crate) error: String,
    pub(crate) cause: String,
}

impl DeclaredError {
    pub(crate) fn new(error: String) -> Self {
        let cause = "explored".to_owned();
        Self { error, cause }
    }

    /// Returns the error of a variant, with the cause that a function reports for it.
    fn of_variant(variant: &ErrorVariant) -> Self {
        let fields: serde_json::Map<String, Json> = (variant.fields.iter())
            .map(|(name, shape)| ((*name).to_owned(), sample(&shape(), DEPTH)))
            .collect();
        let message = if fields.is_empty() {
            "explored".to_owned()
        } else {
            json!({"message": "explored", "fields": fields}).to_string()
        };
        Self {
            error: variant.error.to_owned(),
            cause: json!({"errorType": variant.error, "errorMessage": message}).to_string(),
        }
    }
}

/// Returns an input of a type.
pub(crate) fn input_of(shape: fn() -> Shape) -> Json {
    sample(&shape(), DEPTH)
}

impl Declarations {
    /// Returns the declarations of a workflow, either a type or a built one.
    pub(crate) fn of(definition: &Definition, bindings: &Bindings) -> Self {
        let mut declared = Self::default();
        for task in bindings.tasks() {
            let matcher = || matcher_of(&task.address);
            let errors = task.errors.iter().map(DeclaredError::of_variant);
            declared
                .errors
                .extend(errors.map(|error| (matcher(), error)));
            let values = samples(&(task.output)()).into_iter();
            declared
                .samples
                .extend(values.map(|value| (matcher(), value.into())));
        }
        let answers = definition.answers().iter();
        let answers = answers.map(|(state, answer)| (state.as_str(), answer.shape()));
        let results = definition.results();
        let results = results.map(|(state, shape)| (state, shape()));
        for (state, shape) in answers.chain(results) {
            let values = samples(&shape).into_iter();
            let values = values.map(|value| (Matcher::State(state.to_owned()), value.into()));
            declared.answers.extend(values);
        }
        declared.workflows = bindings.workflows().to_vec();
        declared.items = bindings.items().iter().filter_map(rows).collect();
        declared
    }
}

/// Returns items of the type of a reader. A batch has its rows in the field `Items`.
fn rows(items: &BoundItems) -> Option<(String, Value)> {
    let row = match (items.is_batched, (items.shape)().resolve()) {
        (false, shape) => shape,
        (true, Shape::Struct(batch)) => match &batch.fields {
            Fields::Named(fields) => {
                let field = fields.iter().find(|field| field.wire == "Items")?;
                match field.shape.resolve() {
                    Shape::Array(row) => *row,
                    _ => return None,
                }
            }
            _ => return None,
        },
        _ => return None,
    };
    let values = samples(&row).into_iter().map(Value::from).collect();
    Some((items.state.clone(), values))
}
