//! Literals, and paths through objects: expressions that need no evaluator.

use std::borrow::Cow;

use jlens_core::Node;
use jlens_core::ast::{NodeKind, Stage};

use crate::query::{Context, Scope, VariableIx, VariableNames};
use crate::value::{RefPath, Segment, Value};

use super::build::number;
use super::functions;

/// Returns the value of a literal.
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

/// A path from a variable or a member of `$states` to members of objects, and to items of arrays by
/// their index.
///
/// If every step finds something, the result in JSONata is the last member itself. An array on the
/// path, which JSONata maps over, is left to the evaluator.
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
    /// A variable with the name of a function; without a value the name refers to the function.
    Shadow(VariableIx),
}

/// The result of a selection.
#[derive(Debug)]
pub(super) enum SelectionResult<'s> {
    Value(Cow<'s, Value>),
    /// The path finds nothing: undefined.
    Undefined,
    /// The case is not supported here; the evaluator must run.
    NeedsEvaluator,
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
        let mut segments = Vec::with_capacity(steps.len());
        let origin = match name.as_str() {
            "" | "$" => return None,
            "states" => {
                let (member, below) = rest.split_first().filter(|_| is_plain(first))?;
                rest = below;
                let NodeKind::Name { name } = &member.kind else {
                    return None;
                };
                segments.extend(items(member)?);
                match name.as_str() {
                    "input" => Origin::Input,
                    "result" => Origin::Result,
                    "errorOutput" => Origin::ErrorOutput,
                    "context" => Origin::Context,
                    _ => return None,
                }
            }
            name => {
                segments.extend(items(first)?);
                let ix = names.intern(name);
                if functions::is_any(name) {
                    Origin::Shadow(ix)
                } else {
                    Origin::Variable(ix)
                }
            }
        };
        for step in rest {
            let NodeKind::Name { name } = &step.kind else {
                return None;
            };
            segments.push(Segment::key(name.as_str()));
            segments.extend(items(step)?);
        }
        let path = RefPath::new(segments)?;
        Some(Selection { origin, path })
    }

    /// Returns the argument of `$parse(..)`, if it is a selection.
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

    /// Parses the JSON in the selected text. Integers beyond 64 bits become doubles, as on the
    /// service.
    pub(super) fn read_json(&self, scope: &Scope<'_>) -> Option<Value> {
        let text = self.read(scope)?;
        Value::from_text_with_doubles(text.as_str()?).ok()
    }

    /// Returns the value, if every step finds something.
    pub(super) fn read(&self, scope: &Scope<'_>) -> Option<Value> {
        match self.find(scope) {
            SelectionResult::Value(value) => Some(value.into_owned()),
            SelectionResult::Undefined | SelectionResult::NeedsEvaluator => None,
        }
    }

    #[inline]
    pub(super) fn find<'s>(&self, scope: &Scope<'s>) -> SelectionResult<'s> {
        let path = self.path.segments();
        let from = match &self.origin {
            Origin::Input => Some(scope.input),
            Origin::Result => scope.result,
            Origin::ErrorOutput => scope.error_output,
            Origin::Variable(ix) => scope.variables.get(*ix),
            Origin::Shadow(ix) => match scope.variables.get(*ix) {
                None => return SelectionResult::NeedsEvaluator,
                value => value,
            },
            Origin::Context => return self.find_in_context(scope.context),
        };
        from.map_or(SelectionResult::Undefined, |from| {
            follow(from, path, Cow::Borrowed)
        })
    }

    fn find_in_context<'s>(&self, context: &'s dyn Context) -> SelectionResult<'s> {
        let path = self.path.segments();
        let (part, read) = context.part(path);
        let rest = &path[read..];
        match part {
            Cow::Borrowed(part) => follow(part, rest, Cow::Borrowed),
            Cow::Owned(part) => follow(&part, rest, |found| Cow::Owned(found.clone())),
        }
    }
}

#[inline]
fn follow<'v, 's>(
    from: &'v Value,
    path: &[Segment],
    found: impl FnOnce(&'v Value) -> Cow<'s, Value>,
) -> SelectionResult<'s> {
    match from.walk_segments(path) {
        Ok(value) => SelectionResult::Value(found(value)),
        Err((number, at)) => match (&path[number], at) {
            (Segment::Key { .. }, Value::Array(_)) => SelectionResult::NeedsEvaluator,
            (Segment::Key { .. }, _) | (Segment::Index(_), Value::Array(_)) => {
                SelectionResult::Undefined
            }
            // A value that is no array is its own first item.
            (Segment::Index(_), _) => SelectionResult::NeedsEvaluator,
        },
    }
}

/// Returns the indexes in a step's predicates, if all predicates are numbers and the step has
/// nothing else.
fn items(step: &Node) -> Option<Vec<Segment>> {
    let stages = step.attrs.stages.iter().chain(&step.attrs.predicate);
    let item = |stage: &Stage| match stage {
        Stage::Filter { expr, .. } => match expr.kind {
            NodeKind::Number { value } if is_plain(expr) => {
                Value::Float(value.floor()).as_i64().map(Segment::Index)
            }
            _ => None,
        },
        Stage::Index { .. } => None,
    };
    let items = stages.map(item).collect::<Option<Vec<Segment>>>()?;
    is_plain_but_for_predicates(step).then_some(items)
}

/// Returns whether the node has no attributes.
pub(super) fn is_plain(node: &Node) -> bool {
    let attrs = &node.attrs;
    attrs.stages.is_empty() && attrs.predicate.is_empty() && is_plain_but_for_predicates(node)
}

fn is_plain_but_for_predicates(node: &Node) -> bool {
    let attrs = &node.attrs;
    !attrs.keep_array
        && !attrs.tuple
        && attrs.focus.is_none()
        && attrs.index.is_none()
        && attrs.group.is_none()
}
