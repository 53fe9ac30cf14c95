//! The additional fields of a Distributed Map.

use crate::expr::{Expr, Text};
use stepwright_asl::model::MachineType;
use stepwright_asl::setters;

/// Runs each item of a Map, or each batch of items, as a child execution.
#[derive(Clone, Debug)]
#[must_use]
pub struct Distributed {
    pub(crate) machine_type: MachineType,
    pub(crate) label: Option<Text>,
    pub(crate) tolerated_count: Option<Expr>,
    pub(crate) tolerated_percentage: Option<Expr>,
    pub(crate) reader: Option<Access>,
    pub(crate) batch: Option<Batching>,
    pub(crate) writer: Option<Access>,
}

impl Distributed {
    /// Creates a Distributed Map with children of this type.
    pub fn new(machine_type: MachineType) -> Distributed {
        Distributed {
            machine_type,
            label: None,
            tolerated_count: None,
            tolerated_percentage: None,
            reader: None,
            batch: None,
            writer: None,
        }
    }

    setters! { self:
        /// Sets `Label`, which is part of the children's ARNs: at most 40 characters.
        label(label: impl Into<Text>) => self.label = Some(label.into());
        /// Sets how many items may fail.
        tolerated_count(count: Expr) => self.tolerated_count = Some(count);
        /// Sets the percentage of items that may fail, from 0 to 100.
        tolerated_percentage(percentage: Expr) => self.tolerated_percentage = Some(percentage);
        /// Reads the items with this reader instead of from a list of the workflow.
        reader(reader: Access) => self.reader = Some(reader);
        /// Passes several items to each child: a [`Batch`](crate::Batch).
        batch(batch: Batching) => self.batch = Some(batch);
        /// Writes the results with this writer. The Map's result is then a
        /// [`MapResults`](crate::MapResults).
        writer(writer: Access) => self.writer = Some(writer);
    }
}

/// A call with which a Distributed Map reads its items or writes its results.
#[derive(Clone, Debug)]
#[must_use]
pub struct Access {
    pub(crate) resource: Text,
    pub(crate) settings: Vec<(Text, Expr)>,
    pub(crate) arguments: Vec<(Text, Expr)>,
}

impl Access {
    /// Calls this resource: `arn:aws:states:::s3:getObject`, `arn:aws:states:::s3:putObject`.
    pub fn new(resource: impl Into<Text>) -> Access {
        Access {
            resource: resource.into(),
            settings: Vec::new(),
            arguments: Vec::new(),
        }
    }

    setters! { self:
        /// Sets a field of `ReaderConfig` or `WriterConfig`, by its name in ASL.
        setting(name: impl Into<Text>, value: Expr) => self.settings.push((name.into(), value));
        /// Sets the call's arguments, by their names in the service's API.
        arguments(arguments: Vec<(Text, Expr)>) => self.arguments = arguments;
    }
}

/// How items are batched.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Batching {
    pub(crate) max_items: Option<Expr>,
    pub(crate) max_input_bytes: Option<Expr>,
    pub(crate) input: Option<Expr>,
}

impl Batching {
    /// Batches without a limit yet; AWS requires one.
    pub fn new() -> Batching {
        Batching::default()
    }

    setters! { self:
        /// Sets the maximum number of items in a batch.
        max_items(count: Expr) => self.max_items = Some(count);
        /// Sets the maximum number of bytes in a batch.
        max_input_bytes(bytes: Expr) => self.max_input_bytes = Some(bytes);
        /// Sets the input that each batch gets in addition to its items.
        input(input: Expr) => self.input = Some(input);
    }
}
