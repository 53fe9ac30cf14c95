//! The references of an expression to outside values, and AWS's restrictions on them.

use std::collections::HashSet;

use super::function::is_function;
use super::tree::{JsonataNode, NodeKind, StepSuffix};
use crate::syntax_error::{SyntaxError, SyntaxFault};
use indexmap::IndexSet;

/// The references of an expression to outside values.
#[derive(Debug, Clone, Default)]
pub(super) struct References {
    pub(super) variables: IndexSet<String>,
    pub(super) uses: Vec<VariableUse>,
    pub(super) states: Vec<StatesRead>,
    pub(super) unknown_functions: IndexSet<String>,
    pub(super) chains: Vec<Chain>,
}

/// A chain of names that an expression reads, starting at a variable: `$order.customer.name`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chain {
    /// The variable, without `$`; it may be `states`.
    pub variable: String,
    /// The names after it, with their byte offsets in the expression's source. Filters between them
    /// are omitted.
    pub names: Vec<(String, usize)>,
}

/// A read of a workflow variable in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VariableUse {
    /// The variable, without `$`.
    pub variable: String,
    /// The byte offset of its `$` in the expression's source.
    pub offset: usize,
}

/// A read of `$states` in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatesRead {
    /// The field that it reads, such as `input` or `result`; `None` if it reads the whole of
    /// `$states`.
    pub field: Option<String>,
    /// The byte offset in the expression's source.
    pub offset: usize,
}

/// Finds all references of an expression, or the first one that AWS rejects.
pub(super) fn find(root: &JsonataNode) -> Result<References, SyntaxError> {
    let mut walk = ReferenceWalk {
        references: References::default(),
        frames: vec![Frame::of(&[root], 0)],
        lambdas: 0,
    };
    walk.visit(root, false)?;
    Ok(walk.references)
}

struct ReferenceWalk<'a> {
    references: References,
    frames: Vec<Frame<'a>>,
    /// The number of function bodies around the current node.
    lambdas: usize,
}

/// The local names of a block, function or path.
struct Frame<'a> {
    /// The names bound so far.
    bound: HashSet<&'a str>,
    /// All names bound anywhere in the frame: a function body sees these, because it runs later.
    all: HashSet<&'a str>,
    lambdas: usize,
}

impl<'a> Frame<'a> {
    fn of(nodes: &[&'a JsonataNode], lambdas: usize) -> Frame<'a> {
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

/// The names that an expression binds in the frame in which it is evaluated.
fn bindings<'a>(node: &'a JsonataNode, names: &mut HashSet<&'a str>) {
    match &node.kind {
        NodeKind::Block(_) | NodeKind::Lambda(..) => return,
        NodeKind::Bind(sides) => names.extend(sides[0].variable()),
        _ => {}
    }
    node.each_child(&mut |child| bindings(child, names));
}

impl<'a> ReferenceWalk<'a> {
    /// Visits a node; `context` is whether bare names and `$` have a value here.
    fn visit(&mut self, node: &'a JsonataNode, context: bool) -> Result<(), SyntaxError> {
        self.visit_kind(node, context)?;
        self.visit_attributes(node)
    }

    fn visit_all(&mut self, nodes: &'a [JsonataNode], context: bool) -> Result<(), SyntaxError> {
        nodes.iter().try_for_each(|node| self.visit(node, context))
    }

    fn visit_kind(&mut self, node: &'a JsonataNode, context: bool) -> Result<(), SyntaxError> {
        match &node.kind {
            NodeKind::Path(steps) => self.path(steps, context),
            NodeKind::Name(name) if !context => Err(top_level(name, node)),
            NodeKind::Wildcard if !context => Err(top_level("*", node)),
            NodeKind::Descendant if !context => Err(top_level("**", node)),
            NodeKind::Parent(_) if !context => Err(top_level("%", node)),
            NodeKind::Variable(name) => self.variable(name, node, context),
            NodeKind::Bind(sides) => self.bind(&sides[0], &sides[1], context),
            NodeKind::Block(nodes) => {
                let frame = Frame::of(&nodes.iter().collect::<Vec<_>>(), self.lambdas);
                self.frames.push(frame);
                self.visit_all(nodes, context)?;
                self.frames.pop();
                Ok(())
            }
            NodeKind::Lambda(parameters, body) => {
                self.lambdas += 1;
                let mut frame = Frame::of(&[body], self.lambdas);
                frame.bound.extend(parameters.iter().map(String::as_str));
                self.frames.push(frame);
                self.visit(body, context)?;
                self.frames.pop();
                self.lambdas -= 1;
                Ok(())
            }
            // Patterns and terms are evaluated for each item.
            NodeKind::Transform(parts) | NodeKind::Sort(parts) => self.visit_all(parts, true),
            NodeKind::Function(procedure, arguments) => {
                self.procedure(procedure, context)?;
                self.visit_all(arguments, context)
            }
            NodeKind::Apply(sides) => {
                self.visit(&sides[0], context)?;
                self.procedure(&sides[1], context)
            }
            // JSONata 2.1; AWS has 2.0.
            NodeKind::Fallback(operator, _) => {
                let symbol = if *operator == "??" { "?" } else { ":" };
                Err(SyntaxError::new(
                    node.span.start,
                    format!("S0211: The symbol \"{symbol}\" cannot be used as a unary operator"),
                ))
            }
            NodeKind::Binary(_, sides) => self.visit_all(&sides[..], context),
            NodeKind::Negate(node) => self.visit(node, context),
            NodeKind::Array(nodes) | NodeKind::Condition(nodes) => self.visit_all(nodes, context),
            NodeKind::Object(pairs) => pairs.iter().try_for_each(|(key, value)| {
                self.visit(key, context)?;
                self.visit(value, context)
            }),
            _ => Ok(()),
        }
    }

    fn path(&mut self, steps: &'a [JsonataNode], context: bool) -> Result<(), SyntaxError> {
        self.chain(steps);
        self.frames.push(Frame::of(&[], self.lambdas));
        for (index, step) in steps.iter().enumerate() {
            let states = matches!(&step.kind, NodeKind::Variable(name) if name == "states");
            if states && index == 0 && !self.is_local("states") {
                let next = steps.get(1).filter(|_| step.stages.is_empty());
                let field = next.and_then(|next| match &next.kind {
                    NodeKind::Name(name) | NodeKind::String(name) => Some(name.clone()),
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
            let bound = step.focus.iter().chain(&step.index);
            let later = step.stages.iter().filter_map(|stage| match stage {
                StepSuffix::Index(name) => Some(name),
                StepSuffix::Filter(_) => None,
            });
            let names = bound.chain(later).map(String::as_str);
            if let Some(frame) = self.frames.last_mut() {
                frame.bound.extend(names);
            }
        }
        self.frames.pop();
        Ok(())
    }

    /// Records the chain of names at the start of a path.
    fn chain(&mut self, steps: &'a [JsonataNode]) {
        let Some((first, rest)) = steps.split_first() else {
            return;
        };
        let NodeKind::Variable(name) = &first.kind else {
            return;
        };
        if matches!(name.as_str(), "" | "$") || self.is_local(name) {
            return;
        }
        let names = rest.iter().map_while(|step| match &step.kind {
            NodeKind::Name(name) | NodeKind::String(name) => Some((name.clone(), step.span.start)),
            _ => None,
        });
        self.references.chains.push(Chain {
            variable: name.clone(),
            names: names.collect(),
        });
    }

    /// Filters and groupings are evaluated for each item.
    fn visit_attributes(&mut self, node: &'a JsonataNode) -> Result<(), SyntaxError> {
        if node.stages.is_empty() && node.group.is_none() {
            return Ok(());
        }
        self.frames.push(Frame::of(&[], self.lambdas));
        let names: Vec<_> = node
            .focus
            .iter()
            .chain(&node.index)
            .map(String::as_str)
            .collect();
        if let Some(frame) = self.frames.last_mut() {
            frame.bound.extend(names);
        }
        for stage in &node.stages {
            match stage {
                StepSuffix::Filter(filter) => self.visit(filter, true)?,
                StepSuffix::Index(name) => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.bound.insert(name);
                    }
                }
            }
        }
        for (key, value) in node.group.iter().flatten() {
            self.visit(key, true)?;
            self.visit(value, true)?;
        }
        self.frames.pop();
        Ok(())
    }

    fn bind(
        &mut self,
        lhs: &'a JsonataNode,
        rhs: &'a JsonataNode,
        context: bool,
    ) -> Result<(), SyntaxError> {
        let Some(name) = lhs.variable() else {
            return self.visit(rhs, context);
        };
        if name == "states" {
            return Err(unsupported(
                lhs,
                "Assignment to '$states' is not supported.".to_owned(),
            ));
        }
        // A function can refer to its own name, another value cannot.
        let is_function = matches!(rhs.kind, NodeKind::Lambda(..));
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

    fn variable(
        &mut self,
        name: &str,
        node: &JsonataNode,
        context: bool,
    ) -> Result<(), SyntaxError> {
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
                self.references.uses.push(VariableUse {
                    variable: name.to_owned(),
                    offset: node.span.start,
                });
            }
        }
        Ok(())
    }

    /// Visits a callee: a name here is the name of a function.
    fn procedure(&mut self, node: &'a JsonataNode, context: bool) -> Result<(), SyntaxError> {
        match node.variable() {
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

fn top_level(name: &str, node: &JsonataNode) -> SyntaxError {
    unsupported(
        node,
        format!("Reference to '{name}' at the top level is not supported."),
    )
}

fn unsupported(node: &JsonataNode, message: String) -> SyntaxError {
    SyntaxError::of_fault(SyntaxFault::Unsupported, node.span.start, message)
}
