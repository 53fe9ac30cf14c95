//! Results of jlens as values of the runtime.

use std::rc::Rc;

use jlens_core::output::{Builder, Member};

use crate::value::{Object, Str, Value};

use super::root::Root;

/// Returns a JSONata number: whole numbers are integers, as the service prints them.
pub(super) fn number(number: f64) -> Value {
    match Value::Float(number).as_i64() {
        Some(whole) => Value::Int(whole),
        None => Value::from(number),
    }
}

/// Builds a value. Nodes of the input that the evaluation returns unchanged are reused.
pub(super) struct ValueBuilder<'r, 'a> {
    /// The input, if there is one.
    pub(super) root: Option<&'r Rc<Root<'a>>>,
    /// Whether a `null` was built, possibly for a number that is not finite.
    pub(super) nulls: bool,
}

impl Builder for ValueBuilder<'_, '_> {
    type Value = Value;
    type Array = Vec<Value>;
    type Object = Vec<(Str, Value)>;

    fn null(&mut self) -> Value {
        self.nulls = true;
        Value::Null
    }

    fn bool(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }

    fn number(&mut self, value: f64) -> Value {
        number(value)
    }

    fn string(&mut self, value: &str) -> Value {
        Value::from(value)
    }

    fn array(&mut self, len: usize) -> Vec<Value> {
        Vec::with_capacity(len)
    }

    fn push(&mut self, array: &mut Vec<Value>, item: Value) {
        array.push(item);
    }

    fn end_array(&mut self, array: Vec<Value>) -> Value {
        Value::from(array)
    }

    fn object(&mut self, len: usize) -> Vec<(Str, Value)> {
        Vec::with_capacity(len)
    }

    fn insert(&mut self, object: &mut Vec<(Str, Value)>, key: &str, value: Value) {
        object.push((Str::new(key), value));
    }

    fn end_object(&mut self, object: Vec<(Str, Value)>) -> Value {
        Value::from(Object::from_distinct(object))
    }

    fn input(&mut self, member: Member) -> Option<Value> {
        let root = self.root?;
        member.of(root).then(|| root.member(member.index()))?
    }
}
