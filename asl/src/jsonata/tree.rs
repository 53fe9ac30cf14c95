//! The syntax tree of an expression, with the information for checks, not for evaluation.

use std::ops::Range;

use super::operator::Operator;

/// An expression or a part of one.
#[derive(Debug)]
pub struct JsonataNode {
    pub kind: NodeKind,
    /// The byte range in the text.
    pub(crate) span: Range<usize>,
    /// The variable that `@` binds to each item of the step.
    pub(super) focus: Option<String>,
    /// The variable that `#` binds to each position.
    pub(super) index: Option<String>,
    /// The filters and index bindings after it, in order.
    pub(super) stages: Vec<StepSuffix>,
    /// The pairs in braces after it.
    pub(super) group: Option<Vec<(JsonataNode, JsonataNode)>>,
    /// The unresolved `%` in it, which refer to outer objects.
    pub(super) seeking: Vec<usize>,
}

#[derive(Debug)]
pub enum NodeKind {
    Path(Vec<JsonataNode>),
    Name(String),
    Wildcard,
    Descendant,
    /// `%`, with its number.
    Parent(usize),
    Variable(String),
    String(String),
    Number(f64),
    /// `true`, `false` or `null`.
    Literal,
    Regex,
    Placeholder,
    Binary(Operator, Box<[JsonataNode; 2]>),
    /// `??` and `?:` of JSONata 2.1.
    Fallback(&'static str, Box<[JsonataNode; 2]>),
    Bind(Box<[JsonataNode; 2]>),
    Apply(Box<[JsonataNode; 2]>),
    Negate(Box<JsonataNode>),
    Array(Vec<JsonataNode>),
    Object(Vec<(JsonataNode, JsonataNode)>),
    Block(Vec<JsonataNode>),
    /// Condition, first and second branch.
    Condition(Vec<JsonataNode>),
    /// A call, including partial application.
    Function(Box<JsonataNode>, Vec<JsonataNode>),
    Lambda(Vec<String>, Box<JsonataNode>),
    /// Pattern, update, and optionally the deleted names.
    Transform(Vec<JsonataNode>),
    Sort(Vec<JsonataNode>),
}

/// A suffix of a step.
#[derive(Debug)]
pub(super) enum StepSuffix {
    /// A predicate or an index in brackets.
    Filter(JsonataNode),
    /// A variable that `#` binds after a filter.
    Index(String),
}

impl JsonataNode {
    pub(super) fn new(kind: NodeKind, span: Range<usize>) -> JsonataNode {
        JsonataNode {
            kind,
            span,
            focus: None,
            index: None,
            stages: Vec::new(),
            group: None,
            seeking: Vec::new(),
        }
    }

    /// A path of one step.
    pub(super) fn path(step: JsonataNode) -> JsonataNode {
        let span = step.span.clone();
        JsonataNode::new(NodeKind::Path(vec![step]), span)
    }

    /// Extends the span to include another one.
    pub(super) fn widen(&mut self, span: &Range<usize>) {
        self.span = self.span.start.min(span.start)..self.span.end.max(span.end);
    }

    /// Whether it has no suffixes: no predicate, no group and no variable bound by `@` or `#`.
    pub(super) fn is_bare(&self) -> bool {
        self.focus.is_none()
            && self.index.is_none()
            && self.stages.is_empty()
            && self.group.is_none()
    }

    /// The name, if it is a variable without suffixes, which can be bound.
    pub(super) fn bound(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Variable(name) if self.is_bare() => Some(name),
            _ => None,
        }
    }

    /// The name, if it is a variable.
    pub fn variable(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Variable(name) => Some(name),
            NodeKind::Path(steps) => match steps.as_slice() {
                [step] => step.variable(),
                _ => None,
            },
            _ => None,
        }
    }

    /// Visits the parts, without suffixes.
    pub(super) fn each_part<'a>(&'a self, visit: &mut dyn FnMut(&'a JsonataNode)) {
        match &self.kind {
            NodeKind::Path(nodes)
            | NodeKind::Array(nodes)
            | NodeKind::Block(nodes)
            | NodeKind::Condition(nodes)
            | NodeKind::Transform(nodes)
            | NodeKind::Sort(nodes) => nodes.iter().for_each(visit),
            NodeKind::Binary(_, sides)
            | NodeKind::Fallback(_, sides)
            | NodeKind::Bind(sides)
            | NodeKind::Apply(sides) => sides.iter().for_each(visit),
            NodeKind::Negate(node) | NodeKind::Lambda(_, node) => visit(node),
            NodeKind::Object(pairs) => pairs.iter().for_each(|(key, value)| {
                visit(key);
                visit(value);
            }),
            NodeKind::Function(procedure, arguments) => {
                visit(procedure);
                arguments.iter().for_each(visit);
            }
            NodeKind::Name(_)
            | NodeKind::Wildcard
            | NodeKind::Descendant
            | NodeKind::Parent(_)
            | NodeKind::Variable(_)
            | NodeKind::String(_)
            | NodeKind::Number(_)
            | NodeKind::Literal
            | NodeKind::Regex
            | NodeKind::Placeholder => {}
        }
    }

    /// Visits the parts, including suffixes.
    pub(super) fn each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a JsonataNode)) {
        self.each_part(visit);
        for stage in &self.stages {
            if let StepSuffix::Filter(node) = stage {
                visit(node);
            }
        }
        for (key, value) in self.group.iter().flatten() {
            visit(key);
            visit(value);
        }
    }
}
