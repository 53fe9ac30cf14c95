//! The arrays and objects of the records of an execution, each with its place in the order of writing.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::value::Value;

/// The arrays and objects that were written, so that a shared one is written once.
#[derive(Default)]
pub(super) struct WrittenNodes {
    /// The place of each node by its address.
    places: FxHashMap<usize, u64>,
    /// Holds the nodes, so that no other node gets the address of one of them.
    kept: Vec<Value>,
}

impl WrittenNodes {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Gives places to the arrays and objects in `value` that have none, and returns them, inner nodes first.
    pub(super) fn place_new(&mut self, value: &Value) -> Vec<Value> {
        let mut new = Vec::new();
        let mut open = Vec::new();
        self.enter(value, &mut open);
        while let Some((node, next)) = open.last_mut() {
            let member = match node {
                Value::Array(array) => array.as_slice().get(*next).cloned(),
                Value::Object(object) => object.get_index(*next).map(|(_, value)| value.clone()),
                _ => None,
            };
            *next += 1;
            match member {
                Some(member) => self.enter(&member, &mut open),
                None => {
                    if let Some((node, _)) = open.pop()
                        && let Some(address) = address(&node)
                        && !self.places.contains_key(&address)
                    {
                        let place = self.places.len() as u64;
                        self.places.insert(address, place);
                        new.push(node);
                    }
                }
            }
        }
        new
    }

    /// Holds a node that was written as long as it may be referred to.
    pub(super) fn keep(&mut self, node: Value) {
        self.kept.push(node);
    }

    /// The place of an array or object.
    pub(super) fn place(&self, value: &Value) -> Option<u64> {
        self.places.get(&address(value)?).copied()
    }

    fn enter(&self, value: &Value, open: &mut Vec<(Value, usize)>) {
        if let Some(address) = address(value)
            && !self.places.contains_key(&address)
        {
            open.push((value.clone(), 0));
        }
    }
}

/// The arrays and objects that were read, by their places.
#[derive(Default)]
pub(crate) struct ReadNodes(Vec<Value>);

impl ReadNodes {
    /// Adds the node with the next place.
    pub(super) fn push(&mut self, node: Value) {
        self.0.push(node);
    }

    /// The node at a place.
    pub(super) fn get(&self, place: usize) -> Option<&Value> {
        self.0.get(place)
    }
}

fn address(value: &Value) -> Option<usize> {
    match value {
        Value::Array(array) => Some(Arc::as_ptr(array) as usize),
        Value::Object(object) => Some(Arc::as_ptr(object) as usize),
        _ => None,
    }
}
