//! What a Distributed Map adds to a map.

use crate::expr::{Expr, Text};
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

    /// `Label`: what the children's ARNs are named with, at most 40 characters.
    #[must_use]
    pub fn label(mut self, label: impl Into<Text>) -> Distributed {
        self.label = Some(label.into());
        self
    }

    /// How many items may fail.
    #[must_use]
    pub fn tolerated_count(mut self, count: Expr) -> Distributed {
        self.tolerated_count = Some(count);
        self
    }

    /// What percentage of the items may fail, from 0 to 100.
    #[must_use]
    pub fn tolerated_percentage(mut self, percentage: Expr) -> Distributed {
        self.tolerated_percentage = Some(percentage);
        self
    }

    /// Takes the items from where this reads them, not from a list of the workflow.
    #[must_use]
    pub fn reader(mut self, reader: Access) -> Distributed {
        self.reader = Some(reader);
        self
    }

    /// Hands each child several items: a [`Batch`](crate::Batch).
    #[must_use]
    pub fn batch(mut self, batch: Batching) -> Distributed {
        self.batch = Some(batch);
        self
    }

    /// Writes the results there. The map's result is then a [`MapResults`](crate::MapResults).
    #[must_use]
    pub fn writer(mut self, writer: Access) -> Distributed {
        self.writer = Some(writer);
        self
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

    /// A field of `ReaderConfig` or `WriterConfig`, by its name in ASL.
    #[must_use]
    pub fn setting(mut self, name: impl Into<Text>, value: Expr) -> Access {
        self.settings.push((name.into(), value));
        self
    }

    /// The call's arguments, by their names in the service's API.
    #[must_use]
    pub fn arguments(mut self, arguments: Vec<(Text, Expr)>) -> Access {
        self.arguments = arguments;
        self
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

    /// How many items a batch has at most.
    #[must_use]
    pub fn max_items(mut self, count: Expr) -> Batching {
        self.max_items = Some(count);
        self
    }

    /// How many bytes a batch has at most.
    #[must_use]
    pub fn max_input_bytes(mut self, bytes: Expr) -> Batching {
        self.max_input_bytes = Some(bytes);
        self
    }

    /// What each batch is given beside its items.
    #[must_use]
    pub fn input(mut self, input: Expr) -> Batching {
        self.input = Some(input);
        self
    }
}
