//! Which expressions are evaluated by the runtime itself.

use jlens_core::Node;
use jlens_core::ast::{BinaryOp, NodeKind};

use crate::query::VariableNames;
use crate::value::Str;

use super::super::functions;
use super::super::selection::{Selection, is_plain};
use super::{Function, Item, Operand, Tree};

/// The deepest tree. jlens counts the nested evaluations of deeper ones.
const MAX_LEVELS: usize = 64;

/// The node, or [`Tree::Other`].
pub(super) fn compile(node: &Node, names: &mut VariableNames) -> Tree {
    let mut compiler = Compiler { names, levels: 0 };
    compiler.compile(node)
}

struct Compiler<'n> {
    names: &'n mut VariableNames,
    /// How many nodes stand around the node.
    levels: usize,
}

impl Compiler<'_> {
    fn compile(&mut self, node: &Node) -> Tree {
        if self.levels == MAX_LEVELS {
            return Tree::Other;
        }
        self.levels += 1;
        let compiled = self.node(node);
        self.levels -= 1;
        compiled.unwrap_or(Tree::Other)
    }

    /// A part that is always evaluated: without it the rest is of no use.
    fn needed(&mut self, node: &Node) -> Option<Tree> {
        match self.compile(node) {
            Tree::Other => None,
            compiled => Some(compiled),
        }
    }

    fn boxed(&mut self, node: &Node) -> Option<Box<Tree>> {
        self.needed(node).map(Box::new)
    }

    fn node(&mut self, node: &Node) -> Option<Tree> {
        if let NodeKind::Path { .. } | NodeKind::Variable { .. } = &node.kind {
            return self.selection(node);
        }
        if !is_plain(node) {
            return None;
        }
        Some(match &node.kind {
            NodeKind::String { value } => Tree::Constant(Operand::text(Str::from(value))),
            NodeKind::Number { value } => Tree::Constant(Operand::Number(*value)),
            NodeKind::Bool { value } => Tree::Constant(Operand::Bool(*value)),
            NodeKind::Null => Tree::Constant(Operand::Null),
            NodeKind::Binary { op, lhs, rhs } => self.binary(*op, lhs, rhs)?,
            NodeKind::Negate { expr } => Tree::Negate(self.boxed(expr)?),
            NodeKind::Array { items } => {
                let items = items.iter().map(|item| {
                    Some(Item {
                        is_array: matches!(item.kind, NodeKind::Array { .. }),
                        value: self.needed(item)?,
                    })
                });
                Tree::Array(items.collect::<Option<_>>()?)
            }
            NodeKind::Object { pairs } => self.object(pairs)?,
            NodeKind::Condition {
                condition,
                then,
                otherwise,
            } => {
                let condition = self.needed(condition)?;
                let then = self.compile(then);
                let otherwise = match otherwise {
                    Some(otherwise) => self.compile(otherwise),
                    None => Tree::Constant(Operand::Undefined),
                };
                if let (Tree::Other, Tree::Other) = (&then, &otherwise) {
                    return None;
                }
                Tree::Condition(Box::new([condition, then, otherwise]))
            }
            NodeKind::Block { exprs, .. } => match exprs.as_slice() {
                [expr] => self.needed(expr)?,
                _ => return None,
            },
            NodeKind::Function { procedure, args } => {
                let function = function(procedure)?;
                match args.as_slice() {
                    [argument] => Tree::Call(function, self.boxed(argument)?),
                    _ => return None,
                }
            }
            _ => return None,
        })
    }

    /// A path, unless its variable has the name of a function, which it may mean.
    fn selection(&mut self, node: &Node) -> Option<Tree> {
        let first = match &node.kind {
            NodeKind::Path { steps, .. } => steps.first()?,
            _ => node,
        };
        match &first.kind {
            NodeKind::Variable { name } if !functions::is_any(name) => {
                Selection::of(node, self.names).map(Tree::Selection)
            }
            _ => None,
        }
    }

    fn binary(&mut self, op: BinaryOp, lhs: &Node, rhs: &Node) -> Option<Tree> {
        Some(match op {
            BinaryOp::And => Tree::And(Box::new([self.needed(lhs)?, self.compile(rhs)])),
            BinaryOp::Or => Tree::Or(Box::new([self.needed(lhs)?, self.compile(rhs)])),
            BinaryOp::Concat => {
                let mut parts = match self.needed(lhs)? {
                    Tree::Concat(parts) => parts.into_vec(),
                    first => vec![first],
                };
                parts.push(self.needed(rhs)?);
                Tree::Concat(parts.into())
            }
            BinaryOp::Range => return None,
            _ => Tree::Binary(op, Box::new([self.needed(lhs)?, self.needed(rhs)?])),
        })
    }

    /// An object whose keys are texts that differ.
    fn object(&mut self, pairs: &[(Node, Node)]) -> Option<Tree> {
        let mut members: Vec<(Str, Tree)> = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let NodeKind::String { value: key_text } = &key.kind else {
                return None;
            };
            let key_text = Str::from(key_text);
            if !is_plain(key) || members.iter().any(|(known, _)| *known == key_text) {
                return None;
            }
            members.push((key_text, self.needed(value)?));
        }
        Some(Tree::Object(members.into()))
    }
}

fn function(procedure: &Node) -> Option<Function> {
    let NodeKind::Variable { name } = &procedure.kind else {
        return None;
    };
    if !is_plain(procedure) {
        return None;
    }
    Some(match name.as_str() {
        "boolean" => Function::Boolean,
        "count" => Function::Count,
        "exists" => Function::Exists,
        "not" => Function::Not,
        "string" => Function::String,
        _ => return None,
    })
}
