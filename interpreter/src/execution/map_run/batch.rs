//! Combines the items of a Distributed Map into batches, as its ItemBatcher requires.

use smol_str::SmolStr;

use crate::distributed::SourceRequest;
use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter, record};
use crate::value::Value;

/// The next input of a child, or the reason why there is none.
pub(crate) enum NextInput {
    Child { input: Value, items: u32 },
    Needs(SourceRequest),
    End,
}

/// Combines items to the input of one child.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// BatchInput.
    shared: Option<Value>,
    max_items: usize,
    /// The maximum number of bytes of an input, and the number of bytes without items.
    max_bytes: u64,
    empty_bytes: u64,
    items: Vec<Value>,
    items_bytes: u64,
}

impl Batch {
    pub(crate) fn new(shared: Option<Value>, max_items: Option<u64>, max_bytes: u64) -> Self {
        let max_items = max_items.filter(|max_items| *max_items > 0);
        let mut batch = Self {
            shared,
            max_items: max_items.map_or(usize::MAX, |max_items| {
                usize::try_from(max_items).unwrap_or(usize::MAX)
            }),
            max_bytes,
            empty_bytes: 0,
            items: Vec::new(),
            items_bytes: 0,
        };
        batch.empty_bytes = batch.input(Vec::new()).json_len();
        batch
    }

    /// Returns `{"BatchInput": .., "Items": [..]}`.
    fn input(&self, items: Vec<Value>) -> Value {
        let mut members = Vec::new();
        if let Some(shared) = &self.shared {
            members.push((SmolStr::new_static("BatchInput"), shared.clone()));
        }
        members.push((SmolStr::new_static("Items"), items.into_iter().collect()));
        members.into_iter().collect()
    }

    /// Adds an item. Returns a full batch; if the item did not fit into it, the item starts the
    /// next batch.
    pub(crate) fn push(&mut self, item: Value) -> Option<NextInput> {
        let length = item.json_len().saturating_add(1);
        let grown = self.items_bytes.saturating_add(length);
        // No comma follows the last item.
        let is_too_large = self.empty_bytes.saturating_add(grown) - 1 > self.max_bytes;
        let full = if is_too_large { self.take() } else { None };
        self.items_bytes = self.items_bytes.saturating_add(length);
        self.items.push(item);
        if full.is_none() && self.items.len() >= self.max_items {
            return self.take();
        }
        full
    }

    /// Writes the items of the incomplete batch.
    pub(crate) fn write_part(&self, to: &mut RecordWriter) {
        to.field(1, |to| self.items.write(to));
        to.field(2, |to| self.items_bytes.write(to));
        to.end_fields();
    }

    /// Reads the items that [`write_part`](Self::write_part) wrote.
    pub(crate) fn read_part(&mut self, from: &mut RecordReader<'_>) -> Result<(), DamagedRecord> {
        from.fields(|number, from| match number {
            1 => from.replace(&mut self.items),
            2 => from.replace(&mut self.items_bytes),
            _ => from.skip(),
        })
    }

    /// Takes the incomplete batch, unless it is empty.
    pub(crate) fn take(&mut self) -> Option<NextInput> {
        if self.items.is_empty() {
            return None;
        }
        self.items_bytes = 0;
        let items = std::mem::take(&mut self.items);
        Some(NextInput::Child {
            items: u32::try_from(items.len()).unwrap_or(u32::MAX),
            input: self.input(items),
        })
    }
}

record!(struct Batch { 1 => shared, 2 => max_items, 3 => max_bytes, 4 => empty_bytes, 5 => items, 6 => items_bytes });
