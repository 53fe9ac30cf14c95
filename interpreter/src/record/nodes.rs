//! The arrays and objects in the records of an execution, indexed in the order of writing.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::value::Value;

/// The arrays and objects that were written, so that a shared node is written once.
#[derive(Debug, Default)]
pub(super) struct WrittenNodes {
    /// The index of each node by its address.
    indices: FxHashMap<usize, u64>,
    /// Keeps the nodes alive, so that no other node is allocated at the same address.
    retained: Vec<Value>,
}

impl WrittenNodes {
    pub(super) fn len(&self) -> usize {
        self.indices.len()
    }

    /// Assigns indices to the new arrays and objects in `value`, and returns these nodes, inner
    /// nodes first.
    pub(super) fn index_new(&mut self, value: &Value) -> Vec<Value> {
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
                        && !self.indices.contains_key(&address)
                    {
                        let index = self.indices.len() as u64;
                        self.indices.insert(address, index);
                        new.push(node);
                    }
                }
            }
        }
        new
    }

    /// Retains a written node while later records may refer to it.
    pub(super) fn retain(&mut self, node: Value) {
        self.retained.push(node);
    }

    /// Returns the index of an array or object.
    pub(super) fn index(&self, value: &Value) -> Option<u64> {
        self.indices.get(&address(value)?).copied()
    }

    fn enter(&self, value: &Value, open: &mut Vec<(Value, usize)>) {
        if let Some(address) = address(value)
            && !self.indices.contains_key(&address)
        {
            open.push((value.clone(), 0));
        }
    }
}

/// The arrays and objects that were read, by index.
#[derive(Debug, Default)]
pub struct ReadNodes(Vec<Value>);

impl ReadNodes {
    /// Adds a node with the next index.
    pub(super) fn push(&mut self, node: Value) {
        self.0.push(node);
    }

    /// Returns the node at an index.
    pub(super) fn get(&self, index: usize) -> Option<&Value> {
        self.0.get(index)
    }
}

fn address(value: &Value) -> Option<usize> {
    match value {
        Value::Array(array) => Some(Arc::as_ptr(array) as usize),
        Value::Object(object) => Some(Arc::as_ptr(object) as usize),
        _ => None,
    }
}
