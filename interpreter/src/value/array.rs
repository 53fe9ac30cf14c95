//! Array nodes.

use std::fmt;
use std::mem;
use std::ops::Deref;
use std::sync::Arc;

use super::size::Size;
use super::{DEEP, Value, dismantle};

/// The items of an array, with its size. Dereferences to a slice.
#[derive(Clone)]
pub struct Array {
    size: Size,
    items: Vec<Value>,
}

impl Array {
    /// Creates an array without items.
    pub fn new() -> Array {
        Array {
            size: Size::EMPTY,
            items: Vec::new(),
        }
    }

    /// Appends an item.
    pub fn push(&mut self, value: Value) {
        self.size.add(0, &value, self.items.len());
        self.items.push(value);
    }

    /// Returns the items as a slice.
    pub fn as_slice(&self) -> &[Value] {
        &self.items
    }

    pub(super) fn size(&self) -> Size {
        self.size
    }

    /// Changes the item at `index` in place; `None` when there is none.
    pub(super) fn update<R>(
        &mut self,
        index: usize,
        change: impl FnOnce(&mut Value) -> R,
    ) -> Option<R> {
        let item = self.items.get_mut(index)?;
        let before = Size::of(item);
        let result = change(item);
        match self.size.replace(before, item) {
            Some(size) => self.size = size,
            None => self.size = count(&self.items),
        }
        Some(result)
    }

    /// Takes all items out.
    pub(super) fn take(&mut self) -> Vec<Value> {
        self.size = Size::EMPTY;
        mem::take(&mut self.items)
    }
}

fn count(items: &[Value]) -> Size {
    let mut size = Size::EMPTY;
    for (index, item) in items.iter().enumerate() {
        size.add(0, item, index);
    }
    size
}

impl Default for Array {
    fn default() -> Self {
        Array::new()
    }
}

impl Deref for Array {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.items
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        if self.size.depth > DEEP {
            dismantle(mem::take(&mut self.items));
        }
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Array")
            .field("len", &self.items.len())
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// A vector that grew item by item has room for up to as many again. Room for more items than this
/// is freed.
const ROOM: usize = 64;

impl From<Vec<Value>> for Array {
    fn from(mut items: Vec<Value>) -> Self {
        if items.capacity() - items.len() > ROOM {
            items.shrink_to_fit();
        }
        Array {
            size: count(&items),
            items,
        }
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::Array(Arc::new(Array::from(items)))
    }
}

impl From<Array> for Value {
    fn from(array: Array) -> Self {
        Value::Array(Arc::new(array))
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Value::from(Vec::from_iter(items))
    }
}

impl<'a> IntoIterator for &'a Array {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}
