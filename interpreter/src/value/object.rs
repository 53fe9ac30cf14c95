//! Object nodes: members in the order of their insertion.

use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::entry::Entry;
use super::size::{Size, label_len};
use super::wide::{CHUNK, Wide};
use super::{DEEP, Str, Value, dismantle};

/// The members of an object, with its size.
#[derive(Clone)]
pub struct Object {
    size: Size,
    body: Body,
}

#[derive(Clone)]
enum Body {
    /// At most [`CHUNK`] members.
    Small(Vec<Entry>),
    Wide(Box<Wide>),
}

impl Object {
    /// Creates an object without members.
    pub fn new() -> Object {
        Object {
            size: Size::EMPTY,
            body: Body::Small(Vec::new()),
        }
    }

    /// Creates an object from members with distinct keys.
    pub(crate) fn from_distinct(entries: Vec<Entry>) -> Object {
        let mut size = Size::EMPTY;
        for (index, (key, value)) in entries.iter().enumerate() {
            size.add(label_len(key), value, index);
        }
        let body = if entries.len() <= CHUNK {
            Body::Small(entries)
        } else {
            Body::Wide(Box::new(Wide::from_entries(entries)))
        };
        Object { size, body }
    }

    /// Returns the number of members.
    pub fn len(&self) -> usize {
        match &self.body {
            Body::Small(entries) => entries.len(),
            Body::Wide(wide) => wide.len(),
        }
    }

    /// Returns the bytes of the room for more members.
    pub(super) fn room(&self) -> u64 {
        match &self.body {
            Body::Small(entries) => {
                ((entries.capacity() - entries.len()) * size_of::<Entry>()) as u64
            }
            // A chunk is always as large as its members may become.
            Body::Wide(_) => 0,
        }
    }

    /// Returns whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the member `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).and_then(|at| self.value(at))
    }

    /// Returns whether it has a member `key`.
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// Returns the member at `index`, in the order of insertion.
    pub fn get_index(&self, index: usize) -> Option<(&str, &Value)> {
        self.entry(index).map(|(key, value)| (key.as_str(), value))
    }

    /// Sets a member: an existing one in its position, a new one at the end. Returns the
    /// previous value.
    pub fn insert(&mut self, key: impl AsRef<str>, value: Value) -> Option<Value> {
        let key = Str::new(key);
        match self.position(&key) {
            Some(at) => self.update(at, |slot| mem::replace(slot, value)),
            None => {
                self.push(key, value);
                None
            }
        }
    }

    /// Returns the members in the order of their insertion.
    pub fn iter(&self) -> Entries<'_> {
        Entries {
            object: self,
            next: 0,
        }
    }

    /// Returns the keys in the order of their insertion.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(key, _)| key)
    }

    /// Returns the values in the order of their insertion.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    pub(super) fn size(&self) -> Size {
        self.size
    }

    pub(super) fn entry(&self, index: usize) -> Option<&Entry> {
        match &self.body {
            Body::Small(entries) => entries.get(index),
            Body::Wide(wide) => wide.entry(index),
        }
    }

    pub(super) fn value(&self, index: usize) -> Option<&Value> {
        self.entry(index).map(|entry| &entry.1)
    }

    pub(super) fn position(&self, key: &str) -> Option<usize> {
        match &self.body {
            Body::Small(entries) => entries.iter().position(|entry| entry.0 == key),
            Body::Wide(wide) => wide.position(key),
        }
    }

    /// Returns the value of a key, with its last position as a hint.
    #[inline]
    pub(super) fn value_hinted(&self, key: &Str, hint: &AtomicU32) -> Option<&Value> {
        match self.entry(hint.load(Ordering::Relaxed) as usize) {
            // Two `Str` are compared as they are in memory, without their texts.
            Some((found, value)) if found == key => Some(value),
            _ => self.value(self.position_noted(key, hint)?),
        }
    }

    /// Returns the position of a key, with its last position as a hint.
    #[inline]
    pub(super) fn position_hinted(&self, key: &Str, hint: &AtomicU32) -> Option<usize> {
        let guess = hint.load(Ordering::Relaxed) as usize;
        if self.entry(guess).is_some_and(|entry| entry.0 == *key) {
            return Some(guess);
        }
        self.position_noted(key, hint)
    }

    /// Returns the position of a key, and stores it as the hint.
    #[cold]
    fn position_noted(&self, key: &str, hint: &AtomicU32) -> Option<usize> {
        let at = self.position(key)?;
        if let Ok(at) = u32::try_from(at) {
            hint.store(at, Ordering::Relaxed);
        }
        Some(at)
    }

    /// Changes a node: in place if it has no other reference, otherwise a copy with capacity for
    /// `extra` more members.
    pub(super) fn change<R>(
        node: &mut Arc<Object>,
        extra: usize,
        change: impl FnOnce(&mut Object) -> R,
    ) -> R {
        // Nodes have no weak references. If another thread drops the last other reference
        // concurrently, this makes a needless copy.
        if Arc::strong_count(node) == 1 {
            return change(Arc::make_mut(node));
        }
        let mut copy = node.clone_with_room(extra);
        let result = change(&mut copy);
        *node = Arc::new(copy);
        result
    }

    fn clone_with_room(&self, extra: usize) -> Object {
        let body = match &self.body {
            Body::Small(entries) => {
                let mut copy = Vec::with_capacity(entries.len() + extra);
                copy.extend_from_slice(entries);
                Body::Small(copy)
            }
            Body::Wide(wide) => Body::Wide(Box::new(wide.clone_with_room(extra))),
        };
        Object {
            size: self.size,
            body,
        }
    }

    /// Appends a member with a new key.
    pub(super) fn push(&mut self, key: Str, value: Value) {
        self.size.add(label_len(&key), &value, self.len());
        if let Body::Small(entries) = &mut self.body {
            if entries.len() < CHUNK {
                entries.push((key, value));
                return;
            }
            self.body = Body::Wide(Box::new(Wide::from_entries(mem::take(entries))));
        }
        if let Body::Wide(wide) = &mut self.body {
            wide.push(key, value);
        }
    }

    /// Changes the value at `index` in place; `None` when there is none.
    pub(super) fn update<R>(
        &mut self,
        index: usize,
        change: impl FnOnce(&mut Value) -> R,
    ) -> Option<R> {
        let value = match &mut self.body {
            Body::Small(entries) => &mut entries.get_mut(index)?.1,
            Body::Wide(wide) => wide.value_mut(index)?,
        };
        let before = Size::of(value);
        let result = change(value);
        let after = self.size.replace(before, value);
        self.size = after.unwrap_or_else(|| self.count());
        Some(result)
    }

    fn count(&self) -> Size {
        let mut size = Size::EMPTY;
        for (index, (key, value)) in self.iter().enumerate() {
            size.add(label_len(key), value, index);
        }
        size
    }

    /// Moves the values to `rest`, if they have no other reference.
    pub(super) fn take(&mut self, rest: &mut Vec<Value>) {
        self.size = Size::EMPTY;
        match mem::replace(&mut self.body, Body::Small(Vec::new())) {
            Body::Small(entries) => rest.extend(entries.into_iter().map(|entry| entry.1)),
            Body::Wide(wide) => wide.take(rest),
        }
    }
}

impl Default for Object {
    fn default() -> Self {
        Object::new()
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        if self.size.depth > DEEP {
            let mut rest = Vec::new();
            self.take(&mut rest);
            dismantle(rest);
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("len", &self.len())
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value::Object(Arc::new(object))
    }
}

/// If keys repeat, the last value wins, in the position of the first.
impl<K: Into<Str>> FromIterator<(K, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(members: I) -> Self {
        let members = members.into_iter();
        let mut builder = ObjectBuilder::with_capacity(members.size_hint().0);
        for (key, value) in members {
            builder.insert(key.into(), value);
        }
        builder.finish()
    }
}

impl<K: Into<Str>> FromIterator<(K, Value)> for Value {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(members: I) -> Self {
        Value::from(Object::from_iter(members))
    }
}

impl<'a> IntoIterator for &'a Object {
    type Item = (&'a str, &'a Value);
    type IntoIter = Entries<'a>;

    fn into_iter(self) -> Entries<'a> {
        self.iter()
    }
}

/// Iterator over the members of an [`Object`].
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    object: &'a Object,
    next: usize,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.object.entry(self.next)?;
        self.next += 1;
        Some((key.as_str(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.object.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Entries<'_> {}

/// Collects the members of an object whose keys may repeat. Above 16 keys a hash finds the
/// repetition, so that an object of 30,000 keys is not quadratic.
#[derive(Debug, Default)]
pub struct ObjectBuilder {
    entries: Vec<Entry>,
    positions: HashMap<Str, usize>,
}

impl ObjectBuilder {
    /// Creates a builder with capacity for `members` members.
    pub fn with_capacity(members: usize) -> ObjectBuilder {
        ObjectBuilder {
            // A foreign size hint may be wrong, so it is limited.
            entries: Vec::with_capacity(members.min(4096)),
            positions: HashMap::new(),
        }
    }

    /// Sets a member. An existing key retains its position and gets the new value.
    pub fn insert(&mut self, key: impl Into<Str>, value: Value) {
        let key = key.into();
        match self.position(&key) {
            Some(at) => self.entries[at].1 = value,
            None => {
                if self.entries.len() >= CHUNK {
                    self.positions.insert(key.clone(), self.entries.len());
                }
                self.entries.push((key, value));
            }
        }
    }

    fn position(&mut self, key: &Str) -> Option<usize> {
        if self.entries.len() <= CHUNK {
            return self.entries.iter().position(|entry| entry.0 == *key);
        }
        if self.positions.len() < self.entries.len() {
            let positions = self.entries.iter().enumerate();
            self.positions = positions.map(|(at, entry)| (entry.0.clone(), at)).collect();
        }
        self.positions.get(key).copied()
    }

    /// Returns the object.
    pub fn finish(self) -> Object {
        Object::from_distinct(self.entries)
    }
}
