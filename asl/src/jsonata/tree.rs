//! The syntax tree of an expression: what the rules look at, not what an evaluator needs.

use std::ops::Range;

/// An expression or a part of one.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    /// Where it stands in the text, in bytes.
    pub(crate) span: Range<usize>,
    /// The variable that `@` binds to each item of the step.
    pub(super) focus: Option<String>,
    /// The variable that `#` binds to each position.
    pub(super) index: Option<String>,
    /// What stands in brackets behind it, in order.
    pub(super) stages: Vec<Stage>,
    /// The pairs in braces behind it.
    pub(super) group: Option<Vec<(Node, Node)>>,
    /// The `%` inside of it whose object is further out.
    pub(super) seeking: Vec<usize>,
}

#[derive(Debug)]
pub(crate) enum NodeKind {
    Path(Vec<Node>),
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
    Binary(BinaryOp, Box<[Node; 2]>),
    /// `??` and `?:` of JSONata 2.1.
    Fallback(&'static str, Box<[Node; 2]>),
    Bind(Box<[Node; 2]>),
    Apply(Box<[Node; 2]>),
    Negate(Box<Node>),
    Array(Vec<Node>),
    Object(Vec<(Node, Node)>),
    Block(Vec<Node>),
    /// Condition, first and second branch.
    Condition(Vec<Node>),
    /// A call, also of some arguments only.
    Function(Box<Node>, Vec<Node>),
    Lambda(Vec<String>, Box<Node>),
    /// Pattern, update and perhaps what is deleted.
    Transform(Vec<Node>),
    Sort(Vec<Node>),
}

/// An operator with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Concat,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
    In,
    Range,
}

impl BinaryOp {
    pub(super) fn from_symbol(symbol: &str) -> Option<BinaryOp> {
        Some(match symbol {
            "+" => BinaryOp::Add,
            "-" => BinaryOp::Sub,
            "*" => BinaryOp::Mul,
            "/" => BinaryOp::Div,
            "%" => BinaryOp::Mod,
            "&" => BinaryOp::Concat,
            "=" => BinaryOp::Eq,
            "!=" => BinaryOp::Ne,
            "<" => BinaryOp::Lt,
            "<=" => BinaryOp::Le,
            ">" => BinaryOp::Gt,
            ">=" => BinaryOp::Ge,
            "and" => BinaryOp::And,
            "or" => BinaryOp::Or,
            "in" => BinaryOp::In,
            ".." => BinaryOp::Range,
            _ => return None,
        })
    }
}

/// What stands behind a step.
#[derive(Debug)]
pub(super) enum Stage {
    /// A predicate or an index in brackets.
    Filter(Node),
    /// A variable that `#` binds after a filter.
    Index(String),
}

impl Node {
    pub(super) fn new(kind: NodeKind, span: Range<usize>) -> Node {
        Node {
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
    pub(super) fn path(step: Node) -> Node {
        let span = step.span.clone();
        Node::new(NodeKind::Path(vec![step]), span)
    }

    /// Makes the place reach over another one as well.
    pub(super) fn widen(&mut self, span: &Range<usize>) {
        self.span = self.span.start.min(span.start)..self.span.end.max(span.end);
    }

    /// Whether nothing stands behind it: no predicate, no group and no variable that `@` or `#` binds.
    pub(super) fn is_bare(&self) -> bool {
        self.focus.is_none()
            && self.index.is_none()
            && self.stages.is_empty()
            && self.group.is_none()
    }

    /// The name, when it is a variable and can be bound: nothing stands behind it.
    pub(super) fn bound(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Variable(name) if self.is_bare() => Some(name),
            _ => None,
        }
    }

    /// The name, when it is a variable.
    pub(crate) fn variable(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Variable(name) => Some(name),
            NodeKind::Path(steps) => match steps.as_slice() {
                [step] => step.variable(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The parts, without what stands behind it.
    pub(super) fn each_part<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
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

    /// The parts, and what stands behind it.
    pub(super) fn each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        self.each_part(visit);
        for stage in &self.stages {
            if let Stage::Filter(node) = stage {
                visit(node);
            }
        }
        for (key, value) in self.group.iter().flatten() {
            visit(key);
            visit(value);
        }
    }
}
