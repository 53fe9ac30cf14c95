//! Paths: the suffixes of steps, and the step that a `%` refers to.

use std::ops::Range;

use super::tree::{JsonataNode, NodeKind, StepSuffix};
use crate::SyntaxError;

/// Builds steps from operators. The first violated rule is stored until the whole text is parsed,
/// because syntax errors take precedence.
#[derive(Debug, Default)]
pub(super) struct PathSteps {
    /// For each `%`, the number of steps that it still has to go back.
    levels: Vec<i32>,
    broken: Option<SyntaxError>,
}

impl PathSteps {
    pub(super) fn refuse(&mut self, offset: usize, message: &str) {
        self.broken
            .get_or_insert_with(|| SyntaxError::new(offset, message));
    }

    /// Checks the whole expression.
    pub(super) fn finish(&mut self, root: &JsonataNode) -> Result<(), SyntaxError> {
        if matches!(root.kind, NodeKind::Parent(_)) || !root.seeking.is_empty() {
            self.no_parent(root);
        }
        self.broken.take().map_or(Ok(()), Err)
    }

    fn no_parent(&mut self, node: &JsonataNode) {
        self.refuse(
            node.span.start,
            "S0217: The object representing the 'parent' cannot be derived from this expression",
        );
    }

    /// Registers a new `%`.
    pub(super) fn add_parent(&mut self) -> usize {
        self.levels.push(1);
        self.levels.len() - 1
    }

    /// Collects the unresolved `%` of a node's parts.
    pub(super) fn gather(node: &mut JsonataNode) {
        if matches!(node.kind, NodeKind::Transform(_) | NodeKind::Apply(_)) {
            return;
        }
        let mut seeking = Vec::new();
        match &node.kind {
            // Callees and bound values have no unresolved `%`.
            NodeKind::Function(_, arguments) => {
                arguments.iter().for_each(|one| seeking.extend(sought(one)));
            }
            NodeKind::Bind(sides) => seeking.extend(sought(&sides[1])),
            _ => node.each_part(&mut |part| seeking.extend(sought(part))),
        }
        node.seeking = seeking;
    }

    /// `left.right`.
    pub(super) fn step(
        &mut self,
        left: JsonataNode,
        right: JsonataNode,
        span: &Range<usize>,
    ) -> JsonataNode {
        let mut path = match left.kind {
            NodeKind::Path(_) => left,
            NodeKind::Parent(slot) => {
                let mut path = JsonataNode::path(left);
                path.seeking = vec![slot];
                path
            }
            _ => JsonataNode::path(left),
        };
        if let NodeKind::Path(steps) = &mut path.kind {
            match right {
                JsonataNode {
                    kind: NodeKind::Path(more),
                    ..
                } => steps.extend(more),
                step => steps.push(step),
            }
            for step in steps {
                match &mut step.kind {
                    NodeKind::String(name) => step.kind = NodeKind::Name(std::mem::take(name)),
                    NodeKind::Number(_) | NodeKind::Literal => self.refuse(
                        step.span.start,
                        "S0213: A literal value cannot be used as a step within a path expression",
                    ),
                    _ => {}
                }
            }
        }
        self.resolve(&mut path);
        path.widen(span);
        path
    }

    /// `left[filter]`.
    pub(super) fn filter(
        &mut self,
        mut left: JsonataNode,
        filter: JsonataNode,
        span: &Range<usize>,
    ) -> JsonataNode {
        let step = last_step(&mut left);
        if step.group.is_some() {
            self.refuse(
                span.start,
                "S0209: A predicate cannot follow a grouping expression in a step",
            );
        }
        for slot in filter.seeking.clone() {
            if self.levels[slot] == 1 {
                self.seek(step, slot);
            } else {
                self.levels[slot] -= 1;
            }
        }
        step.seeking.extend(sought(&filter));
        step.stages.push(StepSuffix::Filter(filter));
        step.widen(span);
        left.widen(span);
        left
    }

    /// `left{pairs}`.
    pub(super) fn group(
        &mut self,
        mut left: JsonataNode,
        pairs: Vec<(JsonataNode, JsonataNode)>,
        span: &Range<usize>,
    ) -> JsonataNode {
        if left.group.is_some() {
            self.refuse(
                span.start,
                "S0210: Each step can only have one grouping expression",
            );
        }
        left.group = Some(pairs);
        left.widen(span);
        left
    }

    /// `left^(terms)`.
    pub(super) fn sort(
        &mut self,
        left: JsonataNode,
        terms: Vec<JsonataNode>,
        span: Range<usize>,
    ) -> JsonataNode {
        let mut path = match left.kind {
            NodeKind::Path(_) => left,
            _ => JsonataNode::path(left),
        };
        path.widen(&span);
        let mut sort = JsonataNode::new(NodeKind::Sort(terms), span);
        PathSteps::gather(&mut sort);
        if let NodeKind::Path(steps) = &mut path.kind {
            steps.push(sort);
        }
        self.resolve(&mut path);
        path
    }

    /// `left@$name`.
    pub(super) fn focus(
        &mut self,
        mut left: JsonataNode,
        name: String,
        span: &Range<usize>,
    ) -> JsonataNode {
        let step = last_step(&mut left);
        if !step.stages.is_empty() {
            self.refuse(
                span.start,
                "S0215: A context variable binding must precede any predicates on a step",
            );
        } else if matches!(step.kind, NodeKind::Sort(_)) {
            self.refuse(
                span.start,
                "S0216: A context variable binding must precede the 'order-by' clause on a step",
            );
        }
        step.focus = Some(name);
        left.widen(span);
        left
    }

    /// `left#$name`.
    pub(super) fn index(left: JsonataNode, name: String, span: &Range<usize>) -> JsonataNode {
        let mut path = match left.kind {
            NodeKind::Path(_) => left,
            _ => JsonataNode::path(left),
        };
        let step = last_step(&mut path);
        if step.stages.is_empty() {
            step.index = Some(name);
        } else {
            step.stages.push(StepSuffix::Index(name));
        }
        path.widen(span);
        path
    }

    /// Goes back from a node to the step whose object a `%` refers to.
    fn seek(&mut self, node: &mut JsonataNode, slot: usize) {
        match &mut node.kind {
            NodeKind::Name(_) | NodeKind::Wildcard => self.levels[slot] -= 1,
            NodeKind::Parent(_) => self.levels[slot] += 1,
            NodeKind::Block(nodes) => {
                if let Some(last) = nodes.last_mut() {
                    self.seek(last, slot);
                }
            }
            NodeKind::Path(steps) => {
                for (back, step) in steps.iter_mut().rev().enumerate() {
                    if back > 0 && self.levels[slot] <= 0 {
                        break;
                    }
                    self.seek(step, slot);
                }
            }
            _ => self.no_parent(node),
        }
    }

    /// Resolves the `%` of the last step among the earlier steps.
    fn resolve(&mut self, path: &mut JsonataNode) {
        let NodeKind::Path(steps) = &mut path.kind else {
            return;
        };
        let Some((last, earlier)) = steps.split_last_mut() else {
            return;
        };
        for slot in sought(last) {
            let mut at = earlier.len();
            while self.levels[slot] > 0 {
                let Some(mut step) = at.checked_sub(1) else {
                    path.seeking.push(slot);
                    break;
                };
                // Consecutive steps that bind a variable count as one.
                while step > 0 && earlier[step].focus.is_some() && earlier[step - 1].focus.is_some()
                {
                    step -= 1;
                }
                at = step;
                self.seek(&mut earlier[step], slot);
            }
        }
    }
}

/// The `%` that a part leaves to the expression around it.
fn sought(node: &JsonataNode) -> Vec<usize> {
    let mut slots = node.seeking.clone();
    if let NodeKind::Parent(slot) = node.kind {
        slots.push(slot);
    }
    slots
}

/// The last step of a path, or the node itself if it is not a path.
fn last_step(node: &mut JsonataNode) -> &mut JsonataNode {
    let last = match &node.kind {
        NodeKind::Path(steps) => steps.len().checked_sub(1),
        _ => None,
    };
    match last {
        None => node,
        Some(last) => match &mut node.kind {
            NodeKind::Path(steps) => &mut steps[last],
            _ => unreachable!("only a path has steps"),
        },
    }
}
