//! Distributed Maps: readers, batches, writers.

use super::body::Body;
use super::errors::InMap;
use super::expression::{Expression, UntypedExpression};
use super::open::Fallible;
use super::values::{CountOf, PercentageOf};
use crate::MachineType;
use crate::expr::{Expr, Text};
use crate::flow::{self, Distributed};
use crate::map_run::{Batch, MapResults, NoInput};
use crate::shape::Payload;
use crate::workflow::SourceLocation;
use serde_json::Value;
use std::marker::PhantomData;
use stepwright_asl::setters;

/// A call that reads the items of a Distributed Map, or writes its results: `s3:getObject`,
/// `s3:putObject`. Its arguments are computed from the input `In` of the state.
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
    /// Creates a call of this resource.
    pub fn new(resource: impl Into<Text>) -> Self {
        Access {
            resource: resource.into(),
            settings: Vec::new(),
            arguments: Vec::new(),
        }
    }

    setters! { self:
        /// Sets a field of `ReaderConfig` or `WriterConfig`, by its name in ASL.
        setting(name: impl Into<Text>, value: impl Into<Value>) => self.settings.push((name.into(), value.into()));
        /// Sets an argument of the call, by its name in the service's API.
        argument(name: impl Into<Text>, value: Expression<In, Value>) => self.arguments.push((name.into(), value));
    }

    fn into_flow(self, over: &dyn Fn(UntypedExpression) -> Expr) -> flow::Access {
        let arguments = self.arguments.into_iter();
        let arguments = arguments.map(|(name, value)| (name, over(value.tree)));
        let access = flow::Access::new(self.resource).arguments(arguments.collect());
        self.settings
            .into_iter()
            .fold(access, |access, (name, value)| {
                access.setting(name, Expr::literal(value))
            })
    }
}

debug_with!([In] Access<In>: resource);

/// How the items of a Distributed Map are batched, and the `Input` that each batch gets in addition
/// to its items.
#[derive(Debug)]
#[must_use = "a Distributed Map makes its batches with it"]
pub struct Batches<In, Input = NoInput> {
    max_items: Option<UntypedExpression>,
    max_input_bytes: Option<UntypedExpression>,
    input: Option<UntypedExpression>,
    types: PhantomData<fn(In) -> Input>,
}

impl<In> Batches<In> {
    /// Batches of at most this many items: a number, or `expr!` over the state's input.
    pub fn of_items(count: impl CountOf<In>) -> Self {
        Batches::new().max_items(count)
    }

    /// Batches of at most this many bytes.
    pub fn of_bytes(count: impl CountOf<In>) -> Self {
        Batches::new().max_input_bytes(count)
    }

    fn new() -> Self {
        Batches {
            max_items: None,
            max_input_bytes: None,
            input: None,
            types: PhantomData,
        }
    }

    /// Sets the input that each batch gets in addition to its items.
    pub fn with_input<Input>(self, input: Expression<In, Input>) -> Batches<In, Input> {
        Batches {
            max_items: self.max_items,
            max_input_bytes: self.max_input_bytes,
            input: Some(input.tree),
            types: PhantomData,
        }
    }
}

impl<In, Input> Batches<In, Input> {
    setters! { self:
        /// Also limits the number of items of a batch.
        max_items(count: impl CountOf<In>) => self.max_items = Some(count.count());
        /// Also limits the number of bytes of a batch.
        max_input_bytes(count: impl CountOf<In>) => self.max_input_bytes = Some(count.count());
    }

    fn into_flow(self, over: &dyn Fn(UntypedExpression) -> Expr) -> flow::Batching {
        flow::Batching {
            max_items: self.max_items.map(over),
            max_input_bytes: self.max_input_bytes.map(over),
            input: self.input.map(over),
        }
    }
}

impl<In: Payload, Out> Body<In, Out> {
    /// Applies expressions to the input of a state. Problems in them get the caller's location.
    #[track_caller]
    fn inputs<T: Payload>(
        &self,
        state: &super::StateHandle<T>,
    ) -> impl Fn(UntypedExpression) -> Expr {
        let place = SourceLocation::caller();
        let scope = self.scope.clone();
        let name = state.name().to_owned();
        move |tree| scope.apply_at(Some(&name), tree, &Expr::input(T::shape), place)
    }

    /// Adds a Distributed Map over a list: the body runs for each item as a child execution,
    /// Standard or Express.
    #[track_caller]
    pub fn distributed_map<T: Payload, Item: Payload, O>(
        &self,
        state: &super::StateHandle<T>,
        items: Expression<T, Vec<Item>>,
        children: MachineType,
        body: Body<Item, O>,
    ) -> Fallible<'_, T, Vec<O>, InMap, Out> {
        let over = self.inputs(state);
        let item = body.scope.item_name();
        let map = flow::Map::over(over(items.tree), item).distributed(Distributed::new(children));
        self.run_map(state, map, body)
    }

    /// Adds a Distributed Map over a list, in batches: the body runs for each batch.
    #[track_caller]
    pub fn distributed_map_in_batches<T: Payload, Item: Payload, Input: Payload, O>(
        &self,
        state: &super::StateHandle<T>,
        items: Expression<T, Vec<Item>>,
        batches: Batches<T, Input>,
        children: MachineType,
        body: Body<Batch<Item, Input>, O>,
    ) -> Fallible<'_, T, Vec<O>, InMap, Out> {
        let over = self.inputs(state);
        let distributed = Distributed::new(children).batch(batches.into_flow(&over));
        let item = body.scope.item_name();
        let map = flow::Map::over(over(items.tree), item).distributed(distributed);
        self.run_map(state, map.shape(<Batch<Item, Input>>::shape), body)
    }

    /// Adds a Distributed Map over the items of a reader.
    #[track_caller]
    pub fn distributed_map_of<T: Payload, Item: Payload, O>(
        &self,
        state: &super::StateHandle<T>,
        reader: Access<T>,
        children: MachineType,
        body: Body<Item, O>,
    ) -> Fallible<'_, T, Vec<O>, InMap, Out> {
        let over = self.inputs(state);
        let distributed = Distributed::new(children).reader(reader.into_flow(&over));
        let map = flow::Map::read(body.scope.item_name()).distributed(distributed);
        self.run_map(state, map.shape(Item::shape), body)
    }

    /// Adds a Distributed Map over the items of a reader, in batches.
    #[track_caller]
    pub fn distributed_map_of_in_batches<T: Payload, Item: Payload, Input: Payload, O>(
        &self,
        state: &super::StateHandle<T>,
        reader: Access<T>,
        batches: Batches<T, Input>,
        children: MachineType,
        body: Body<Batch<Item, Input>, O>,
    ) -> Fallible<'_, T, Vec<O>, InMap, Out> {
        let over = self.inputs(state);
        let distributed = Distributed::new(children)
            .reader(reader.into_flow(&over))
            .batch(batches.into_flow(&over));
        let map = flow::Map::read(body.scope.item_name()).distributed(distributed);
        self.run_map(state, map.shape(<Batch<Item, Input>>::shape), body)
    }
}

/// Options of Distributed Maps; on an inline Map each of them is a fault of `build`.
impl<'b, In: Payload, Result, End> Fallible<'b, In, Result, InMap, End> {
    setters! { self:
        /// Sets `Label`, which is part of the children's ARNs: at most 40 characters.
        label(label: impl Into<Text>) => self.edit(|state| state.distributed("label", |map| map.label(label)));
        /// Sets how many items may fail: a number, or `expr!` over the state's input.
        #[track_caller]
        tolerated_failures(count: impl CountOf<In>) => self.set(count.count(), |state, count| {
            state.distributed("tolerated_failures", |map| map.tolerated_count(count))
        });
        /// Sets the percentage of items that may fail, from 0 to 100: a number, or `expr!` over the
        /// state's input.
        #[track_caller]
        tolerated_percentage(percentage: impl PercentageOf<In>) => self.set(percentage.percentage(), |state, percentage| {
            state.distributed("tolerated_percentage", |map| map.tolerated_percentage(percentage))
        });
    }

    /// Writes the results with this writer; the state's output is then their location.
    #[track_caller]
    pub fn writer(self, writer: Access<In>) -> Fallible<'b, In, MapResults, InMap, End> {
        let place = SourceLocation::caller();
        let writer = writer.into_flow(&|tree| self.apply_at(tree, place));
        self.edit(|state| state.distributed("writer", |map| map.writer(writer)));
        self.giving()
    }
}
