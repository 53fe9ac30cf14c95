//! `$states` and the workflow variables as the root of an evaluation, read member by member.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::rc::{Rc, Weak};

use jlens_core::input::{Sink, Source, Sources};

use crate::query::Scope;
use crate::value::{Segment, Value};

use super::variable::Variable;

type SinkResult = Result<(), String>;
type MemberResult = Result<bool, String>;

/// The values that jlens has seen, by index; index 0 is `$states` itself.
pub(super) struct Root<'a> {
    /// A reference to the root itself, which nested members need.
    this: Weak<Root<'a>>,
    scope: Scope<'a>,
    /// The context object, built on demand.
    context: &'a OnceCell<Value>,
    variables: &'a [Variable],
    /// The arrays and objects below the root; index 1 is the first.
    nodes: RefCell<Vec<Node<'a>>>,
}

/// An array or an object below the root.
#[derive(Clone)]
enum Node<'a> {
    Value(&'a Value),
    /// The context object, built when it is read as a whole.
    Context,
    /// An object that is a member of it.
    InContext(Segment),
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

    /// Returns the value at an index; the root has none.
    pub(super) fn member(&self, index: u32) -> Option<Value> {
        self.value(&self.node(index)?).cloned()
    }

    fn node(&self, index: u32) -> Option<Node<'a>> {
        let index = usize::try_from(index).ok()?.checked_sub(1)?;
        self.nodes.borrow().get(index).cloned()
    }

    fn value(&self, node: &Node<'a>) -> Option<&'a Value> {
        match node {
            Node::Value(value) => Some(value),
            Node::Context => Some(self.context()),
            Node::InContext(member) => self
                .context()
                .walk_segments(std::slice::from_ref(member))
                .ok(),
        }
    }

    fn context(&self) -> &'a Value {
        let (context, scope) = (self.context, self.scope);
        context.get_or_init(|| scope.context.value())
    }

    /// Writes a value; an object whose members are built on demand has no value yet.
    fn write(&self, value: &'a Value, sink: &mut Sink<'_, 'a>) -> SinkResult {
        match value {
            Value::Array(_) | Value::Object(_) => self.write_node(Node::Value(value), sink),
            scalar => {
                write_scalar(scalar, sink);
                Ok(())
            }
        }
    }

    fn write_node(&self, node: Node<'a>, sink: &mut Sink<'_, 'a>) -> SinkResult {
        let this = self.this.upgrade().ok_or("the input is gone")?;
        let is_array = matches!(node, Node::Value(Value::Array(_)));
        let index = {
            let mut nodes = self.nodes.borrow_mut();
            nodes.push(node);
            u32::try_from(nodes.len()).map_err(|_| "the input is too large")?
        };
        if is_array {
            sink.array_of(&this, index);
        } else {
            sink.object_of(&this, index);
        }
        Ok(())
    }

    /// Returns a member of `$states` other than the context object, or the hidden member of a
    /// variable.
    fn field(&self, key: &str) -> Option<&'a Value> {
        match key {
            "input" => Some(self.scope.input),
            "result" => self.scope.result,
            "errorOutput" => self.scope.error_output,
            _ => {
                let variable = self
                    .variables
                    .iter()
                    .find(|variable| variable.member == key)?;
                self.scope.variables.get(variable.ix)
            }
        }
    }

    /// Writes a member of an object that is a member of the context object.
    fn write_in_context(&self, member: &Segment, key: &str, sink: &mut Sink<'_, 'a>) -> SinkResult {
        let path = [member.clone(), Segment::key(key)];
        let (part, read) = self.scope.context.part(&path);
        match part {
            Cow::Borrowed(part) => match part.walk_segments(&path[read..]) {
                Ok(value) => self.write(value, sink),
                Err(_) => Ok(()),
            },
            Cow::Owned(part) if read == path.len() && part.depth() == 0 => {
                write_scalar(&part, sink);
                Ok(())
            }
            Cow::Owned(_) => match self.context().walk_segments(&path) {
                Ok(value) => self.write(value, sink),
                Err(_) => Ok(()),
            },
        }
    }
}

/// Writes a value that is no array and no object.
fn write_scalar(value: &Value, sink: &mut Sink<'_, '_>) {
    match value {
        Value::Null => sink.null(),
        Value::Bool(flag) => sink.bool(*flag),
        Value::Int(number) => sink.number(*number as f64),
        Value::Float(number) => sink.number(*number),
        Value::Big(number) => sink.number(number.to_f64()),
        Value::Str(text) => sink.string(text),
        Value::Array(_) | Value::Object(_) => {}
    }
}

impl<'a> Sources<'a> for Root<'a> {
    fn read(&self, index: u32, sink: &mut Sink<'_, 'a>) -> SinkResult {
        let Some(node) = self.node(index) else {
            for key in ["input", "context", "result", "errorOutput"] {
                if key == "context" {
                    sink.key(key);
                    self.write_node(Node::Context, sink)?;
                } else if let Some(value) = self.field(key) {
                    sink.key(key);
                    self.write(value, sink)?;
                }
            }
            return Ok(());
        };
        match self.value(&node) {
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
            _ => {}
        }
        Ok(())
    }

    fn read_field(&self, index: u32, key: &str, sink: &mut Sink<'_, 'a>) -> MemberResult {
        match self.node(index) {
            None if key == "context" => self.write_node(Node::Context, sink)?,
            Some(Node::Context) if self.scope.context.has_object(key) => {
                self.write_node(Node::InContext(Segment::key(key)), sink)?;
            }
            Some(Node::InContext(member)) => self.write_in_context(&member, key, sink)?,
            node => {
                let value = match &node {
                    None => self.field(key),
                    Some(node) => self.value(node).and_then(|value| value.get(key)),
                };
                if let Some(value) = value {
                    self.write(value, sink)?;
                }
            }
        }
        Ok(true)
    }

    fn length(&self, index: u32) -> Option<usize> {
        Some(self.value(&self.node(index)?)?.as_array()?.len())
    }

    fn read_item(&self, index: u32, item: usize, sink: &mut Sink<'_, 'a>) -> MemberResult {
        let array = self.node(index).and_then(|node| self.value(&node));
        let item = array.and_then(|array| array.item(item));
        if let Some(value) = item {
            self.write(value, sink)?;
        }
        Ok(true)
    }
}

/// The root as the input of an evaluation.
pub(super) struct Input<'a>(pub(super) Rc<Root<'a>>);

impl<'a> Source<'a> for Input<'a> {
    fn read(&self, sink: &mut Sink<'_, 'a>) -> SinkResult {
        sink.object_of(&self.0, 0);
        Ok(())
    }
}

/// An empty input: the root is undefined.
pub(super) struct EmptyInput;

impl<'a> Source<'a> for EmptyInput {
    fn read(&self, _: &mut Sink<'_, 'a>) -> SinkResult {
        Ok(())
    }
}
