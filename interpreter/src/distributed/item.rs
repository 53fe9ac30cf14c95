//! An item of a Map, from an array or object, with its members in the context object.

use smol_str::SmolStr;

use crate::record::record;
use crate::value::Value;

/// `Map.Item.Source` of an item of the state's input.
const STATE_DATA: SmolStr = SmolStr::new_static("STATE_DATA");

/// One item: `Map.Item` of the context object.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its position, from 0.
    pub index: u32,
    /// The member's key, when the items are those of an object.
    pub key: Option<SmolStr>,
    /// The value.
    pub value: Value,
    /// The object or input that it comes from.
    pub source: SmolStr,
}

impl Item {
    /// Creates an item of an array in the state's input.
    pub fn of_input(index: u32, value: Value) -> Self {
        Self {
            index,
            key: None,
            value,
            source: STATE_DATA,
        }
    }

    /// Returns an item of a Map's items in the state's input: of an array, or of an object, whose
    /// items are its members in their order.
    pub fn of_items(items: &Value, index: u32) -> Option<Self> {
        let (key, value) = match items {
            Value::Object(object) => {
                let (key, value) = object.get_index(index as usize)?;
                (Some(SmolStr::new(key)), value)
            }
            array => (None, array.item(index as usize)?),
        };
        Some(Self {
            key,
            ..Self::of_input(index, value.clone())
        })
    }

    /// Returns the number of items, which a value other than an array or an object does not have.
    pub fn count(items: &Value) -> usize {
        match items {
            Value::Array(array) => array.as_slice().len(),
            Value::Object(object) => object.len(),
            _ => 0,
        }
    }

    /// Returns the input of an iteration without an ItemSelector: the item, or the pair of an
    /// object's member.
    pub fn input(&self) -> Value {
        match &self.key {
            None => self.value.clone(),
            Some(key) => [
                (SmolStr::new_static("Key"), Value::from(key.clone())),
                (SmolStr::new_static("Value"), self.value.clone()),
            ]
            .into_iter()
            .collect(),
        }
    }

    /// Returns `Map.Item`.
    pub fn context(&self) -> Value {
        let mut members = vec![(SmolStr::new_static("Index"), Value::from(self.index))];
        if let Some(key) = &self.key {
            members.push((SmolStr::new_static("Key"), Value::from(key.clone())));
        }
        members.push((SmolStr::new_static("Value"), self.value.clone()));
        members.push((
            SmolStr::new_static("Source"),
            Value::from(self.source.clone()),
        ));
        members.into_iter().collect()
    }
}

record!(struct Item { 1 => index, 2 => key, 3 => value, 4 => source });
