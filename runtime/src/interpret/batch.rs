use smol_str::SmolStr;

use crate::distributed::source::SourceRequest;
use crate::record::{Damaged, Reader, Record, Writer, record};
use crate::value::Value;

/// The next child's input, or why there is none.
pub(super) enum Next {
    Child { input: Value, items: u32 },
    Needs(SourceRequest),
    End,
}

/// Items that are put together to one input.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    /// BatchInput.
    shared: Option<Value>,
    most: usize,
    /// The most bytes of an input, and how many it has without items.
    bytes: u64,
    empty: u64,
    open: Vec<Value>,
    size: u64,
}

impl Batch {
    pub(super) fn new(shared: Option<Value>, most: Option<u64>, bytes: u64) -> Self {
        let most = most.filter(|most| *most > 0);
        let mut batch = Self {
            shared,
            most: most.map_or(usize::MAX, |most| {
                usize::try_from(most).unwrap_or(usize::MAX)
            }),
            bytes,
            empty: 0,
            open: Vec::new(),
            size: 0,
        };
        batch.empty = batch.input(Vec::new()).json_len();
        batch
    }

    /// `{"BatchInput": .., "Items": [..]}`
    fn input(&self, items: Vec<Value>) -> Value {
        let mut members = Vec::new();
        if let Some(shared) = &self.shared {
            members.push((SmolStr::new_static("BatchInput"), shared.clone()));
        }
        members.push((SmolStr::new_static("Items"), items.into_iter().collect()));
        members.into_iter().collect()
    }

    /// Takes an item; gives a batch that is full, with or without it.
    pub(super) fn push(&mut self, item: Value) -> Option<Next> {
        let length = item.json_len().saturating_add(1);
        let grown = self.size.saturating_add(length);
        // The last item has no comma behind it.
        let is_too_large = self.empty.saturating_add(grown) - 1 > self.bytes;
        let full = if is_too_large { self.take() } else { None };
        self.size = self.size.saturating_add(length);
        self.open.push(item);
        if full.is_none() && self.open.len() >= self.most {
            return self.take();
        }
        full
    }

    /// Writes the items that are in no input yet.
    pub(super) fn write_part(&self, to: &mut Writer) {
        self.open.write(to);
        self.size.write(to);
    }

    /// Takes over what [`write_part`](Self::write_part) wrote.
    pub(super) fn read_part(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        self.open = Record::read(from)?;
        self.size = Record::read(from)?;
        Ok(())
    }

    /// What is there.
    pub(super) fn take(&mut self) -> Option<Next> {
        if self.open.is_empty() {
            return None;
        }
        self.size = 0;
        let items = std::mem::take(&mut self.open);
        Some(Next::Child {
            items: u32::try_from(items.len()).unwrap_or(u32::MAX),
            input: self.input(items),
        })
    }
}

record!(struct Batch { shared, most, bytes, empty, open, size });
