//! Literals, and paths through objects: what needs no evaluator.

use jlens_core::Node;
use jlens_core::ast::NodeKind;

use crate::query::{Scope, VariableIx, VariableNames};
use crate::value::{RefPath, Segment, Value};

use super::build::number;

/// The value of a literal.
pub(super) fn constant(node: &Node) -> Option<Value> {
    if !is_plain(node) {
        return None;
    }
    match &node.kind {
        NodeKind::String { value } => Some(Value::from(value)),
        NodeKind::Number { value } => Some(number(*value)),
        NodeKind::Bool { value } => Some(Value::Bool(*value)),
        NodeKind::Null => Some(Value::Null),
        _ => None,
    }
}

/// A path from a variable or a member of `$states` through objects.
///
/// Where every step finds an object, JSONata gives the last member as it is. Elsewhere (a
/// missing member, an array on the way, which JSONata maps over) the evaluator decides.
#[derive(Debug)]
pub(super) struct Selection {
    origin: Origin,
    path: RefPath,
}

#[derive(Debug)]
enum Origin {
    Input,
    Result,
    ErrorOutput,
    Context,
    Variable(VariableIx),
}

impl Selection {
    pub(super) fn of(root: &Node, names: &mut VariableNames) -> Option<Selection> {
        let one = std::slice::from_ref(root);
        let steps = match &root.kind {
            NodeKind::Path {
                steps,
                keep_singleton_array: false,
            } if is_plain(root) => steps,
            _ => one,
        };
        let (first, mut rest) = steps.split_first()?;
        let NodeKind::Variable { name } = &first.kind else {
            return None;
        };
        if !steps.iter().all(is_plain) {
            return None;
        }
        let origin = match name.as_str() {
            "" | "$" => return None,
            "states" => {
                let (member, below) = rest.split_first()?;
                rest = below;
                match &member.kind {
                    NodeKind::Name { name } => match name.as_str() {
                        "input" => Origin::Input,
                        "result" => Origin::Result,
                        "errorOutput" => Origin::ErrorOutput,
                        "context" => Origin::Context,
                        _ => return None,
                    },
                    _ => return None,
                }
            }
            name => Origin::Variable(names.intern(name)),
        };
        let keys = rest.iter().map(|step| match &step.kind {
            NodeKind::Name { name } => Some(Segment::key(name.as_str())),
            _ => None,
        });
        let path = RefPath::new(keys.collect::<Option<Vec<Segment>>>()?)?;
        Some(Selection { origin, path })
    }

    /// What `$parse(..)` is given, if that is a selection.
    pub(super) fn parsed(root: &Node, names: &mut VariableNames) -> Option<Selection> {
        match &root.kind {
            NodeKind::Function { procedure, args } if is_plain(root) => {
                let is_parse =
                    matches!(&procedure.kind, NodeKind::Variable { name } if name == "parse");
                match args.as_slice() {
                    [argument] if is_parse => Selection::of(argument, names),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The JSON value in the selected text. Integers beyond 64 bits are doubles, as the service
    /// reads them.
    pub(super) fn read_json(&self, scope: &Scope<'_>) -> Option<Value> {
        let text = self.read(scope)?;
        Value::from_text_with_doubles(text.as_str()?).ok()
    }

    /// The value, if every step finds an object that has the member.
    pub(super) fn read(&self, scope: &Scope<'_>) -> Option<Value> {
        let from = match &self.origin {
            Origin::Input => scope.input,
            Origin::Result => scope.result?,
            Origin::ErrorOutput => scope.error_output?,
            Origin::Variable(ix) => scope.variables.get(*ix)?,
            Origin::Context => return scope.context.value().at(&self.path).cloned(),
        };
        from.at(&self.path).cloned()
    }
}

/// Whether nothing but its kind makes up the node.
fn is_plain(node: &Node) -> bool {
    let attrs = &node.attrs;
    !attrs.keep_array
        && !attrs.tuple
        && attrs.focus.is_none()
        && attrs.index.is_none()
        && attrs.stages.is_empty()
        && attrs.predicate.is_empty()
        && attrs.group.is_none()
}
