//! What an expression refers to outside itself, and whether AWS lets it.

use std::collections::HashSet;

use indexmap::IndexSet;
use jlens_core::ast::{Ast, Group, Node, NodeKind, Stage};

use super::{SyntaxError, is_function};

/// What an expression refers to outside itself.
#[derive(Debug, Clone, Default)]
pub(super) struct References {
    pub(super) variables: IndexSet<String>,
    pub(super) states: Vec<StatesRead>,
    pub(super) unknown_functions: IndexSet<String>,
    pub(super) chains: Vec<Chain>,
}

/// Names that an expression reads one after the other, beginning at a variable: `$order.customer.name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The variable, without `$`; `states` is one of them.
    pub variable: String,
    /// The names behind it, with where each begins in the expression's source, in bytes from 0. Filters between them are left out.
    pub names: Vec<(String, usize)>,
}

/// One place at which an expression reads `$states`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatesRead {
    /// The field that it reads, such as `input` or `result`; `None` when it takes `$states` whole.
    pub field: Option<String>,
    /// Where in the expression's source, in bytes from 0.
    pub offset: usize,
}

/// A reference that AWS refuses.
pub(super) struct Refusal {
    pub(super) offset: usize,
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// Finds all references of an expression, or the first that AWS refuses.
pub(super) fn find(ast: &Ast) -> Result<References, Refusal> {
    let mut walk = Walk {
        references: References::default(),
        frames: vec![Frame::of(&[&ast.root], 0)],
        lambdas: 0,
    };
    walk.visit(&ast.root, false)?;
    Ok(walk.references)
}

struct Walk<'a> {
    references: References,
    frames: Vec<Frame<'a>>,
    /// How many function bodies the walk is inside of.
    lambdas: usize,
}

/// The local names of a block, function or path.
struct Frame<'a> {
    /// Bound so far.
    bound: HashSet<&'a str>,
    /// Bound anywhere in the frame: what a function body sees, because it runs later.
    all: HashSet<&'a str>,
    lambdas: usize,
}

impl<'a> Frame<'a> {
    fn of(nodes: &[&'a Node], lambdas: usize) -> Frame<'a> {
        let mut all = HashSet::new();
        for node in nodes {
            bindings(node, &mut all);
        }
        Frame {
            bound: HashSet::new(),
            all,
            lambdas,
        }
    }
}

/// The names that an expression binds in the frame it is evaluated in.
fn bindings<'a>(node: &'a Node, names: &mut HashSet<&'a str>) {
    match &node.kind {
        NodeKind::Block { .. } | NodeKind::Lambda(_) => return,
        NodeKind::Bind { lhs, .. } => names.extend(variable(lhs)),
        _ => {}
    }
    jlens_core::stack::grow(|| node.for_each_child(|child| bindings(child, names)));
}

fn variable(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Variable { name } => Some(name),
        NodeKind::Path { steps, .. } => match steps.as_slice() {
            [step] => variable(step),
            _ => None,
        },
        _ => None,
    }
}

impl<'a> Walk<'a> {
    /// Walks over a node; `context` says whether there is something that bare names and `$` refer to.
    fn visit(&mut self, node: &'a Node, context: bool) -> Result<(), Refusal> {
        jlens_core::stack::grow(|| self.visit_kind(node, context))?;
        self.visit_attributes(node)
    }

    fn visit_kind(&mut self, node: &'a Node, context: bool) -> Result<(), Refusal> {
        match &node.kind {
            NodeKind::Path { steps, .. } => return self.path(steps, context),
            NodeKind::Name { name } if !context => return Err(top_level(name, node)),
            NodeKind::Wildcard if !context => return Err(top_level("*", node)),
            NodeKind::Descendant if !context => return Err(top_level("**", node)),
            NodeKind::Parent { .. } if !context => return Err(top_level("%", node)),
            NodeKind::Variable { name } => return self.variable(name, node, context),
            NodeKind::Bind { lhs, rhs } => return self.bind(lhs, rhs, context),
            NodeKind::Block { exprs, .. } => {
                self.frames
                    .push(Frame::of(&exprs.iter().collect::<Vec<_>>(), self.lambdas));
                for expr in exprs {
                    self.visit(expr, context)?;
                }
                self.frames.pop();
            }
            NodeKind::Lambda(lambda) if lambda.thunk => self.visit(&lambda.body, context)?,
            NodeKind::Lambda(lambda) => {
                self.lambdas += 1;
                let mut frame = Frame::of(&[&lambda.body], self.lambdas);
                frame.bound.extend(lambda.params.iter().map(String::as_str));
                self.frames.push(frame);
                self.visit(&lambda.body, context)?;
                self.frames.pop();
                self.lambdas -= 1;
            }
            NodeKind::Transform(transform) => {
                self.visit(&transform.pattern, true)?;
                self.visit(&transform.update, true)?;
                if let Some(delete) = &transform.delete {
                    self.visit(delete, true)?;
                }
            }
            NodeKind::Sort { terms } => {
                for term in terms {
                    self.visit(&term.expr, true)?;
                }
            }
            NodeKind::Function { procedure, args } | NodeKind::Partial { procedure, args } => {
                self.procedure(procedure, context)?;
                for arg in args {
                    self.visit(arg, context)?;
                }
            }
            NodeKind::Apply { lhs, rhs } => {
                self.visit(lhs, context)?;
                self.procedure(rhs, context)?;
            }
            // JSONata 2.1; AWS has 2.0.
            NodeKind::Fallback { op, .. } => {
                let symbol = if op.symbol() == "??" { "?" } else { ":" };
                return Err(Refusal {
                    offset: node.span.start,
                    code: SyntaxError::INVALID,
                    message: format!(
                        "S0211: The symbol \"{symbol}\" cannot be used as a unary operator"
                    ),
                });
            }
            _ => {
                let mut result = Ok(());
                children(&node.kind, &mut |child| {
                    if result.is_ok() {
                        result = self.visit(child, context);
                    }
                });
                result?;
            }
        }
        Ok(())
    }

    fn path(&mut self, steps: &'a [Node], context: bool) -> Result<(), Refusal> {
        self.chain(steps);
        self.frames.push(Frame::of(&[], self.lambdas));
        for (index, step) in steps.iter().enumerate() {
            let states = matches!(&step.kind, NodeKind::Variable { name } if name == "states");
            if states && index == 0 && !self.is_local("states") {
                let next = steps
                    .get(1)
                    .filter(|_| step.attrs.stages.is_empty() && step.attrs.predicate.is_empty());
                let field = next.and_then(|next| match &next.kind {
                    NodeKind::Name { name } => Some(name.clone()),
                    NodeKind::String { value } => Some(value.clone()),
                    _ => None,
                });
                self.references.states.push(StatesRead {
                    field,
                    offset: step.span.start,
                });
                self.visit_attributes(step)?;
            } else {
                self.visit(step, context || index > 0)?;
            }
            let bound = step.attrs.focus.iter().chain(&step.attrs.index);
            let later = step.attrs.stages.iter().filter_map(|stage| match stage {
                Stage::Index { var, .. } => Some(var),
                Stage::Filter { .. } => None,
            });
            let names = bound.chain(later).map(String::as_str);
            if let Some(frame) = self.frames.last_mut() {
                frame.bound.extend(names);
            }
        }
        self.frames.pop();
        Ok(())
    }

    /// Notes the names that a path begins with.
    fn chain(&mut self, steps: &'a [Node]) {
        let Some((first, rest)) = steps.split_first() else {
            return;
        };
        let NodeKind::Variable { name } = &first.kind else {
            return;
        };
        if matches!(name.as_str(), "" | "$") || self.is_local(name) {
            return;
        }
        let names = rest.iter().map_while(|step| match &step.kind {
            NodeKind::Name { name } | NodeKind::String { value: name } => {
                Some((name.clone(), step.span.start))
            }
            _ => None,
        });
        self.references.chains.push(Chain {
            variable: name.clone(),
            names: names.collect(),
        });
    }

    /// Filters and groupings look at items.
    fn visit_attributes(&mut self, node: &'a Node) -> Result<(), Refusal> {
        let attrs = &node.attrs;
        if attrs.stages.is_empty() && attrs.predicate.is_empty() && attrs.group.is_none() {
            return Ok(());
        }
        self.frames.push(Frame::of(&[], self.lambdas));
        let names = attrs.focus.iter().chain(&attrs.index).map(String::as_str);
        let names: Vec<_> = names.collect();
        if let Some(frame) = self.frames.last_mut() {
            frame.bound.extend(names);
        }
        for stage in attrs.stages.iter().chain(&attrs.predicate) {
            match stage {
                Stage::Filter { expr, .. } => self.visit(expr, true)?,
                Stage::Index { var, .. } => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.bound.insert(var);
                    }
                }
            }
        }
        if let Some(group) = &attrs.group {
            let Group { pairs, .. } = group.as_ref();
            for (key, value) in pairs {
                self.visit(key, true)?;
                self.visit(value, true)?;
            }
        }
        self.frames.pop();
        Ok(())
    }

    fn bind(&mut self, lhs: &'a Node, rhs: &'a Node, context: bool) -> Result<(), Refusal> {
        let Some(name) = variable(lhs) else {
            return self.visit(rhs, context);
        };
        if name == "states" {
            return Err(Refusal {
                offset: lhs.span.start,
                code: SyntaxError::UNSUPPORTED,
                message: "Assignment to '$states' is not supported.".to_owned(),
            });
        }
        // A function sees its own name, another value does not.
        let is_function = matches!(rhs.kind, NodeKind::Lambda(_));
        if !is_function {
            self.visit(rhs, context)?;
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.bound.insert(name);
        }
        if is_function {
            self.visit(rhs, context)?;
        }
        Ok(())
    }

    fn variable(&mut self, name: &str, node: &Node, context: bool) -> Result<(), Refusal> {
        match name {
            "" if context => {}
            "" => return Err(top_level("$", node)),
            "$" if context => {}
            "$" => return Err(top_level("$$", node)),
            _ if self.is_local(name) => {}
            "states" => self.references.states.push(StatesRead {
                field: None,
                offset: node.span.start,
            }),
            _ if is_function(name) => {}
            _ => {
                self.references.variables.insert(name.to_owned());
            }
        }
        Ok(())
    }

    /// What is called: a name in this place is a function's.
    fn procedure(&mut self, node: &'a Node, context: bool) -> Result<(), Refusal> {
        match variable(node) {
            Some(name) if !matches!(name, "" | "$" | "states") => {
                if !self.is_local(name) && !is_function(name) {
                    self.references.unknown_functions.insert(name.to_owned());
                }
                self.visit_attributes(node)
            }
            _ => self.visit(node, context),
        }
    }

    fn is_local(&self, name: &str) -> bool {
        self.frames.iter().any(|frame| {
            frame.bound.contains(name) || (frame.lambdas < self.lambdas && frame.all.contains(name))
        })
    }
}

/// The parts of the kinds that mean nothing special here.
fn children<'a>(kind: &'a NodeKind, visit: &mut impl FnMut(&'a Node)) {
    match kind {
        NodeKind::Binary { lhs, rhs, .. } => {
            visit(lhs);
            visit(rhs);
        }
        NodeKind::Negate { expr } => visit(expr),
        NodeKind::Array { items } => items.iter().for_each(visit),
        NodeKind::Object { pairs } => pairs.iter().for_each(|(key, value)| {
            visit(key);
            visit(value);
        }),
        NodeKind::Condition {
            condition,
            then,
            otherwise,
        } => {
            visit(condition);
            visit(then);
            if let Some(otherwise) = otherwise {
                visit(otherwise);
            }
        }
        _ => {}
    }
}

fn top_level(name: &str, node: &Node) -> Refusal {
    Refusal {
        offset: node.span.start,
        code: SyntaxError::UNSUPPORTED,
        message: format!("Reference to '{name}' at the top level is not supported."),
    }
}
