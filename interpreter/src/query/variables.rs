//! Workflow variables: names become indices when a program is built.

use std::sync::Arc;

use indexmap::IndexSet;
use smol_str::SmolStr;

use crate::record::record;
use crate::value::Value;

/// A variable of a program, numbered in the order of first occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableIx(u32);

impl VariableIx {
    /// Returns the index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The variable names of one program; compile all of its fields with the same table.
#[derive(Clone, Debug, Default)]
pub struct VariableNames {
    names: IndexSet<SmolStr>,
}

impl VariableNames {
    /// Creates an empty table.
    pub fn new() -> VariableNames {
        VariableNames::default()
    }

    /// Returns the index of a name (without `$`); adds the name if it is new.
    pub fn intern(&mut self, name: &str) -> VariableIx {
        let (at, _new) = self.names.insert_full(SmolStr::new(name));
        VariableIx(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// Returns the index of a known name.
    pub fn find(&self, name: &str) -> Option<VariableIx> {
        let at = self.names.get_index_of(name)?;
        u32::try_from(at).ok().map(VariableIx)
    }

    /// Returns the name of an index.
    pub fn name(&self, ix: VariableIx) -> Option<&SmolStr> {
        self.names.get_index(ix.index())
    }

    /// Returns the names in the order of their indices.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(SmolStr::as_str)
    }

    /// Returns how many names it has.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Returns whether it has no names.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// The values of variables in one scope. A clone is cheap and independent: a branch or an iteration
/// starts with a clone of its parent's variables, and its assignments are dropped with the clone.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    values: Option<Arc<Vec<Option<Value>>>>,
    /// The bytes of all values as JSON.
    bytes: u64,
}

impl Variables {
    /// Creates a scope in which no variable has a value.
    pub fn new() -> Variables {
        Variables::default()
    }

    /// Returns the value of a variable, if one was assigned.
    pub fn get(&self, ix: VariableIx) -> Option<&Value> {
        self.values.as_ref()?.get(ix.index())?.as_ref()
    }

    /// Assigns a variable.
    pub fn set(&mut self, ix: VariableIx, value: Value) {
        let values = Arc::make_mut(self.values.get_or_insert_default());
        if values.len() <= ix.index() {
            values.resize(ix.index() + 1, None);
        }
        self.bytes = self.bytes.saturating_add(value.json_len());
        let old = values[ix.index()].replace(value);
        self.bytes -= old.map_or(0, |old| old.json_len()).min(self.bytes);
    }

    /// Returns the bytes that all values take as JSON.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the variables that have a value.
    pub fn iter(&self) -> impl Iterator<Item = (VariableIx, &Value)> {
        let values = self.values.iter().flat_map(|values| values.iter());
        values.enumerate().filter_map(|(at, value)| {
            let ix = VariableIx(u32::try_from(at).ok()?);
            Some((ix, value.as_ref()?))
        })
    }
}

record!(struct Variables { 1 => values, 2 => bytes });
