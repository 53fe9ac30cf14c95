//! Distributed Maps: readers, batches, writers.

use super::body::Body;
use super::errors::InMap;
use super::expression::Expression;
use super::open::Fallible;
use crate::MachineType;
use crate::expr::{Expr, Text};
use crate::flow::{self, Distributed};
use crate::map_run::{Batch, MapResults, NoInput};
use crate::shape::Payload;
use serde_json::Value;
use std::fmt;

/// A call that reads the items of a Distributed Map, or writes its results: `s3:getObject`, `s3:putObject`. A state that takes
/// an `In` makes its arguments.
///
/// ```
/// use stepwright::builder::Access;
/// use stepwright::expr;
///
/// let reader = Access::<String>::new("arn:aws:states:::s3:getObject")
///     .setting("InputType", "JSONL")
///     .argument("Bucket", expr!(|bucket: String| bucket).untyped())
///     .argument("Key", expr!(|_: String| "items.jsonl").untyped());
/// # let _ = reader;
/// ```
#[must_use = "a Distributed Map reads and writes with it"]
pub struct Access<In> {
    resource: Text,
    settings: Vec<(Text, Value)>,
    arguments: Vec<(Text, Expression<In, Value>)>,
}

impl<In> Access<In> {
    /// Calls this resource.
    pub fn new(resource: impl Into<Text>) -> Self {
        Access {
            resource: resource.into(),
            settings: Vec::new(),
            arguments: Vec::new(),
        }
    }

    /// A field of `ReaderConfig` or `WriterConfig`, by its name in ASL.
    pub fn setting(mut self, name: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// An argument of the call, by its name in the service's API.
    pub fn argument(mut self, name: impl Into<Text>, value: Expression<In, Value>) -> Self {
        self.arguments.push((name.into(), value));
        self
    }

    fn into_flow(self, input: &Expr) -> flow::Access {
        let arguments = self.arguments.into_iter();
        let arguments = arguments.map(|(name, value)| (name, value.over(input)));
        let access = flow::Access::new(self.resource).arguments(arguments.collect());
        self.settings
            .into_iter()
            .fold(access, |access, (name, value)| {
                access.setting(name, Expr::literal(value))
            })
    }
}

impl<In> fmt::Debug for Access<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Access").field(&self.resource).finish()
    }
}

/// How the items of a Distributed Map are put together, and what each batch is given beside them: an `Input`.
#[derive(Debug)]
#[must_use = "a Distributed Map makes its batches with it"]
pub struct Batches<In, Input = NoInput> {
    limits: flow::Batching,
    input: Option<Expression<In, Input>>,
}

impl<In> Batches<In> {
    /// Batches of at most so many items.
    pub fn of_items(count: u32) -> Self {
        Batches::new().max_items(count)
    }

    /// Batches of at most so many bytes.
    pub fn of_bytes(count: u32) -> Self {
        Batches::new().max_input_bytes(count)
    }

    fn new() -> Self {
        Batches {
            limits: flow::Batching::new(),
            input: None,
        }
    }

    /// What each batch is given beside its items.
    pub fn with_input<Input>(self, input: Expression<In, Input>) -> Batches<In, Input> {
        Batches {
            limits: self.limits,
            input: Some(input),
        }
    }
}

impl<In, Input> Batches<In, Input> {
    /// Besides, at most so many items.
    pub fn max_items(mut self, count: u32) -> Self {
        self.limits = self.limits.max_items(Expr::literal(count));
        self
    }

    /// Besides, at most so many bytes.
    pub fn max_input_bytes(mut self, count: u32) -> Self {
        self.limits = self.limits.max_input_bytes(Expr::literal(count));
        self
    }

    fn into_flow(self, input: &Expr) -> flow::Batching {
        match self.input {
            Some(value) => self.limits.input(value.over(input)),
            None => self.limits,
        }
    }
}

impl<In: Payload, Out> Body<In, Out> {
    /// A Distributed Map over a list: the body runs for each item as an execution of its own, Standard or Express.
    #[track_caller]
    pub fn distributed_map<T: Payload, Item: Payload, O>(
        &self,
        state: &super::Handle<T>,
        items: Expression<T, Vec<Item>>,
        children: MachineType,
        body: Body<Item, O>,
    ) -> Fallible<'_, T, Vec<O>, InMap, Out> {
        let items = items.over(&Expr::input(T::shape));
        let map = flow::Map::over(items, "item").distributed(Distributed::new(children));
        self.run_map(state, map, body)
    }

    /// A Distributed Map over a list, in batches: the body runs for each of them.
    #[track_caller]
    pub fn distributed_map_in_batches<T: Payload, Item: Payload, Input: Payload, O>(
        &self,
        state: &super::Handle<T>,
        items: Expression<T, Vec<Item>>,
        batches: Batches<T, Input>,
        children: MachineType,
        body: Body<Batch<Item, Input>, O>,
    ) -> Fallible<'_, T, Vec<O>, InMap, Out> {
        let input = Expr::input(T::shape);
        let distributed = Distributed::new(children).batch(batches.into_flow(&input));
        let map = flow::Map::over(items.over(&input), "item").distributed(distributed);
        self.run_map(state, map.shape(<Batch<Item, Input>>::shape), body)
    }

    /// A Distributed Map over the items that a reader reads.
    #[track_caller]
    pub fn distributed_map_of<T: Payload, Item: Payload, O>(
        &self,
        state: &super::Handle<T>,
        reader: Access<T>,
        children: MachineType,
        body: Body<Item, O>,
    ) -> Fallible<'_, T, Vec<O>, InMap, Out> {
        let input = Expr::input(T::shape);
        let distributed = Distributed::new(children).reader(reader.into_flow(&input));
        self.run_map(
            state,
            flow::Map::read("item").distributed(distributed),
            body,
        )
    }

    /// A Distributed Map over the items that a reader reads, in batches.
    #[track_caller]
    pub fn distributed_map_of_in_batches<T: Payload, Item: Payload, Input: Payload, O>(
        &self,
        state: &super::Handle<T>,
        reader: Access<T>,
        batches: Batches<T, Input>,
        children: MachineType,
        body: Body<Batch<Item, Input>, O>,
    ) -> Fallible<'_, T, Vec<O>, InMap, Out> {
        let input = Expr::input(T::shape);
        let distributed = Distributed::new(children)
            .reader(reader.into_flow(&input))
            .batch(batches.into_flow(&input));
        let map = flow::Map::read("item").distributed(distributed);
        self.run_map(state, map.shape(<Batch<Item, Input>>::shape), body)
    }
}

/// What only a Distributed Map has; on an inline one each is a fault of `build`.
impl<'b, In: Payload, Result, End> Fallible<'b, In, Result, InMap, End> {
    /// `Label`: what the children's ARNs are named with, at most 40 characters.
    pub fn label(self, label: impl Into<Text>) -> Self {
        let label = label.into();
        self.edit(|state| state.distributed("label", |map| map.label(label)))
    }

    /// How many items may fail.
    pub fn tolerated_failures(self, count: u32) -> Self {
        let count = Expr::literal(count);
        self.edit(|state| state.distributed("tolerated_failures", |map| map.tolerated_count(count)))
    }

    /// What percentage of the items may fail, from 0 to 100.
    pub fn tolerated_percentage(self, percentage: u32) -> Self {
        let percentage = Expr::literal(percentage);
        self.edit(|state| {
            state.distributed("tolerated_percentage", |map| {
                map.tolerated_percentage(percentage)
            })
        })
    }

    /// Writes the results there; the state then hands on where they are.
    pub fn writer(self, writer: Access<In>) -> Fallible<'b, In, MapResults, InMap, End> {
        let writer = writer.into_flow(&Expr::input(In::shape));
        self.edit(|state| state.distributed("writer", |map| map.writer(writer)))
            .giving()
    }
}
