//! What a Distributed Map adds to a map.

use crate::expr::{Expr, Text};
use crate::setters::setters;
use stepwright_asl::model::MachineType;

/// Runs each item of a map, or each batch of them, as an execution of its own.
#[derive(Clone, Debug)]
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
    /// Children of this type.
    #[must_use]
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
        /// `Label`: what the children's ARNs are named with, at most 40 characters.
        label(label: impl Into<Text>) => self.label = Some(label.into());
        /// How many items may fail.
        tolerated_count(count: Expr) => self.tolerated_count = Some(count);
        /// What percentage of the items may fail, from 0 to 100.
        tolerated_percentage(percentage: Expr) => self.tolerated_percentage = Some(percentage);
        /// Takes the items from where this reads them, not from a list of the workflow.
        reader(reader: Access) => self.reader = Some(reader);
        /// Hands each child several items: a [`Batch`](crate::Batch).
        batch(batch: Batching) => self.batch = Some(batch);
        /// Writes the results there. The map's result is then a [`MapResults`](crate::MapResults).
        writer(writer: Access) => self.writer = Some(writer);
    }
}

/// A call that a Distributed Map reads its items with, or writes its results with.
#[derive(Clone, Debug)]
pub struct Access {
    pub(crate) resource: Text,
    pub(crate) settings: Vec<(Text, Expr)>,
    pub(crate) arguments: Vec<(Text, Expr)>,
}

impl Access {
    /// Calls this resource: `arn:aws:states:::s3:getObject`, `arn:aws:states:::s3:putObject`.
    #[must_use]
    pub fn new(resource: impl Into<Text>) -> Access {
        Access {
            resource: resource.into(),
            settings: Vec::new(),
            arguments: Vec::new(),
        }
    }

    setters! { self:
        /// A field of `ReaderConfig` or `WriterConfig`, by its name in ASL.
        setting(name: impl Into<Text>, value: Expr) => self.settings.push((name.into(), value));
        /// The call's arguments, by their names in the service's API.
        arguments(arguments: Vec<(Text, Expr)>) => self.arguments = arguments;
    }
}

/// How items are put together.
#[derive(Clone, Debug, Default)]
pub struct Batching {
    pub(crate) max_items: Option<Expr>,
    pub(crate) max_input_bytes: Option<Expr>,
    pub(crate) input: Option<Expr>,
}

impl Batching {
    /// Batches without a limit yet; AWS asks for one.
    #[must_use]
    pub fn new() -> Batching {
        Batching::default()
    }

    setters! { self:
        /// How many items a batch has at most.
        max_items(count: Expr) => self.max_items = Some(count);
        /// How many bytes a batch has at most.
        max_input_bytes(bytes: Expr) => self.max_input_bytes = Some(bytes);
        /// What each batch is given beside its items.
        input(input: Expr) => self.input = Some(input);
    }
}
