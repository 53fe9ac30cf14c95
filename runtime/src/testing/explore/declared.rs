use serde_json::{Value as Json, json};
use stepwright::shape::{Fields, Shape};
use stepwright::{
    Address, Binder, Definition, ErrorVariant, Faults, Handler, Payload, Task, TaskBinder,
    TaskError, Workflow,
};

use crate::testing::matcher::Matcher;
use crate::testing::sample::{DEPTH, sample, samples};
use crate::value::Value;

/// The declarations of a workflow: the errors of its task functions, values of their outputs, and the workflows that it nests.
#[derive(Default)]
pub(super) struct Declared {
    pub(super) errors: Vec<(Matcher, Declaration)>,
    pub(super) samples: Vec<(Matcher, Value)>,
    pub(super) workflows: Vec<DeclaredWorkflow>,
    /// Items of the types of readers, by the states of their Maps.
    pub(super) items: Vec<(String, Value)>,
}

/// An error that a task may fail with.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    pub(super) error: String,
    pub(super) cause: String,
}

/// A nested workflow.
pub(super) struct DeclaredWorkflow {
    pub(super) name: &'static str,
    /// The text of its `StateMachineArn`.
    pub(super) target: Option<String>,
    pub(super) build: fn() -> Result<Definition, Faults>,
    pub(super) bind: fn(&mut Declared),
    pub(super) input: fn() -> Json,
    pub(super) outputs: fn() -> Vec<Json>,
}

impl Declaration {
    pub(super) fn new(error: String) -> Self {
        let cause = "explored".to_owned();
        Self { error, cause }
    }

    /// The error of a variant, with the cause that a function reports for it.
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

/// An input of a workflow.
pub(super) fn input_of<W: Workflow>() -> Json {
    sample(&<W::Input as Payload>::shape(), DEPTH)
}

impl TaskBinder for Declared {
    fn handler<T: Handler>(&mut self, address: Address) {
        self.declaration::<T>(address);
    }

    fn declaration<T: Task>(&mut self, address: Address) {
        for variant in <T::Error as TaskError>::VARIANTS {
            let matcher = Matcher::Task(address.clone());
            self.errors
                .push((matcher, Declaration::of_variant(variant)));
        }
        for value in samples(&<T::Output as Payload>::shape()) {
            let matcher = Matcher::Task(address.clone());
            self.samples.push((matcher, value.into()));
        }
    }
}

impl Binder for Declared {
    fn workflow<W: Workflow>(&mut self, address: Address) {
        self.workflows.push(DeclaredWorkflow {
            name: W::NAME,
            target: address.target,
            build: W::build,
            bind: |declared| W::bind(declared),
            input: input_of::<W>,
            outputs: || samples(&<W::Output as Payload>::shape()),
        });
    }

    fn items<T: Payload>(&mut self, state: &str, is_batched: bool) {
        let row = match (is_batched, T::shape().resolve()) {
            (false, shape) => Some(shape),
            (true, Shape::Struct(batch)) => match &batch.fields {
                Fields::Named(fields) => (fields.iter())
                    .find(|field| field.wire == "Items")
                    .and_then(|field| match field.shape.resolve() {
                        Shape::Array(row) => Some((*row).clone()),
                        _ => None,
                    }),
                _ => None,
            },
            _ => None,
        };
        if let Some(row) = row {
            let items = samples(&row).into_iter().map(Value::from).collect();
            self.items.push((state.to_owned(), items));
        }
    }
}
