//! `$states` and the workflow variables as the root of an evaluation, read member by member.

use std::cell::{OnceCell, RefCell};
use std::rc::{Rc, Weak};

use jlens_core::input::{Sink, Source, Sources};

use crate::query::Scope;
use crate::value::Value;

use super::variable::Variable;

type Read = Result<(), String>;
type ReadOne = Result<bool, String>;

/// The values that jlens has been shown, by index; index 0 is `$states` itself.
pub(super) struct Root<'a> {
    /// The root's own handle: a member must be able to write members.
    this: Weak<Root<'a>>,
    scope: Scope<'a>,
    /// The context object, built when it is read.
    context: &'a OnceCell<Value>,
    variables: &'a [Variable],
    /// The arrays and objects below the root; index 1 is the first.
    nodes: RefCell<Vec<&'a Value>>,
}

impl<'a> Root<'a> {
    pub(super) fn new(
        scope: Scope<'a>,
        context: &'a OnceCell<Value>,
        variables: &'a [Variable],
    ) -> Rc<Root<'a>> {
        Rc::new_cyclic(|this| Root {
            this: this.clone(),
            scope,
            context,
            variables,
            nodes: RefCell::new(Vec::new()),
        })
    }

    /// The value at an index; the root has none.
    pub(super) fn member(&self, index: u32) -> Option<Value> {
        self.node(index).cloned()
    }

    fn node(&self, index: u32) -> Option<&'a Value> {
        let index = usize::try_from(index).ok()?.checked_sub(1)?;
        self.nodes.borrow().get(index).copied()
    }

    fn write(&self, value: &'a Value, sink: &mut Sink<'_, 'a>) -> Read {
        match value {
            Value::Null => sink.null(),
            Value::Bool(flag) => sink.bool(*flag),
            Value::Int(number) => sink.number(*number as f64),
            Value::Float(number) => sink.number(*number),
            Value::Big(number) => sink.number(number.to_f64()),
            Value::Str(text) => sink.string(text),
            Value::Array(_) | Value::Object(_) => {
                let this = self.this.upgrade().ok_or("the input is gone")?;
                let index = {
                    let mut nodes = self.nodes.borrow_mut();
                    nodes.push(value);
                    u32::try_from(nodes.len()).map_err(|_| "the input is too large")?
                };
                match value {
                    Value::Array(_) => sink.array_of(&this, index),
                    _ => sink.object_of(&this, index),
                }
            }
        }
        Ok(())
    }

    /// A member of `$states`, or the hidden member of a variable.
    fn field(&self, key: &str) -> Option<&'a Value> {
        match key {
            "input" => Some(self.scope.input),
            "result" => self.scope.result,
            "errorOutput" => self.scope.error_output,
            "context" => {
                let (context, scope) = (self.context, self.scope);
                Some(context.get_or_init(|| scope.context.value()))
            }
            _ => {
                let variable = self
                    .variables
                    .iter()
                    .find(|variable| variable.member == key)?;
                self.scope.variables.get(variable.ix)
            }
        }
    }
}

impl<'a> Sources<'a> for Root<'a> {
    fn read(&self, index: u32, sink: &mut Sink<'_, 'a>) -> Read {
        match self.node(index) {
            None => {
                for key in ["input", "context", "result", "errorOutput"] {
                    if let Some(value) = self.field(key) {
                        sink.key(key);
                        self.write(value, sink)?;
                    }
                }
            }
            Some(Value::Array(array)) => {
                sink.reserve(array.len());
                for item in array.iter() {
                    self.write(item, sink)?;
                }
            }
            Some(Value::Object(object)) => {
                sink.reserve(object.len());
                for (key, value) in object.iter() {
                    sink.key(key);
                    self.write(value, sink)?;
                }
            }
            Some(_) => {}
        }
        Ok(())
    }

    fn read_field(&self, index: u32, key: &str, sink: &mut Sink<'_, 'a>) -> ReadOne {
        let value = match self.node(index) {
            None => self.field(key),
            Some(node) => node.get(key),
        };
        if let Some(value) = value {
            self.write(value, sink)?;
        }
        Ok(true)
    }

    fn length(&self, index: u32) -> Option<usize> {
        Some(self.node(index)?.as_array()?.len())
    }

    fn read_item(&self, index: u32, item: usize, sink: &mut Sink<'_, 'a>) -> ReadOne {
        let item = self.node(index).and_then(|node| node.item(item));
        if let Some(value) = item {
            self.write(value, sink)?;
        }
        Ok(true)
    }
}

/// The root as the input of an evaluation.
pub(super) struct Input<'a>(pub(super) Rc<Root<'a>>);

impl<'a> Source<'a> for Input<'a> {
    fn read(&self, sink: &mut Sink<'_, 'a>) -> Read {
        sink.object_of(&self.0, 0);
        Ok(())
    }
}

/// No input: the root is undefined.
pub(super) struct Nothing;

impl<'a> Source<'a> for Nothing {
    fn read(&self, _: &mut Sink<'_, 'a>) -> Read {
        Ok(())
    }
}
