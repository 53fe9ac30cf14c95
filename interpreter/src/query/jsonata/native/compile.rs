//! Selects the expressions that the interpreter evaluates itself.

use jlens_core::Node;
use jlens_core::ast::{BinaryOp, NodeKind};

use crate::query::VariableNames;
use crate::value::Str;

use super::super::functions;
use super::super::selection::{Selection, is_plain};
use super::{Function, Item, Native, Operand, Tree};

/// The deepest tree. jlens counts the nested evaluations of deeper ones.
const MAX_LEVELS: usize = 64;

impl Native {
    /// Compiles the expression, if it can be evaluated here.
    pub(in crate::query::jsonata) fn of(root: &Node, names: &mut VariableNames) -> Option<Native> {
        let mut compiler = Compiler {
            names,
            levels: 0,
            shadows: Vec::new(),
            called: Vec::new(),
        };
        let tree = compiler.needed(root)?;
        let Compiler {
            shadows, called, ..
        } = compiler;
        // Such a call is an error once the variable has a value.
        let is_called = shadows.iter().any(|name| called.contains(name));
        (!is_called).then_some(Native {
            tree,
            is_shadowed: !shadows.is_empty(),
        })
    }
}

struct Compiler<'n, 't> {
    names: &'n mut VariableNames,
    /// The variables that have the name of a function.
    shadows: Vec<&'t str>,
    /// The functions that are called.
    called: Vec<&'t str>,
    /// The depth of the current node.
    levels: usize,
}

impl<'t> Compiler<'_, 't> {
    fn compile(&mut self, node: &'t Node) -> Tree {
        if self.levels == MAX_LEVELS {
            return Tree::Other;
        }
        self.levels += 1;
        let compiled = self.node(node);
        self.levels -= 1;
        compiled.unwrap_or(Tree::Other)
    }

    /// Compiles a part that is always evaluated: without it the whole expression cannot be
    /// evaluated here.
    fn needed(&mut self, node: &'t Node) -> Option<Tree> {
        match self.compile(node) {
            Tree::Other => None,
            compiled => Some(compiled),
        }
    }

    fn boxed(&mut self, node: &'t Node) -> Option<Box<Tree>> {
        self.needed(node).map(Box::new)
    }

    fn node(&mut self, node: &'t Node) -> Option<Tree> {
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
            NodeKind::Function { procedure, args } => self.call(procedure, args)?,
            _ => return None,
        })
    }

    fn call(&mut self, procedure: &'t Node, args: &'t [Node]) -> Option<Tree> {
        let NodeKind::Variable { name } = &procedure.kind else {
            return None;
        };
        if !is_plain(procedure) {
            return None;
        }
        self.called.push(name);
        let function = match name.as_str() {
            "append" => {
                let [first, second] = args else {
                    return None;
                };
                let sides = [self.needed(first)?, self.needed(second)?];
                return Some(Tree::Append(Box::new(sides)));
            }
            "boolean" => Function::Boolean,
            "count" => Function::Count,
            "exists" => Function::Exists,
            "not" => Function::Not,
            "string" => Function::String,
            _ => return None,
        };
        match args {
            [argument] => Some(Tree::Call(function, self.boxed(argument)?)),
            _ => None,
        }
    }

    fn selection(&mut self, node: &'t Node) -> Option<Tree> {
        let first = match &node.kind {
            NodeKind::Path { steps, .. } => steps.first()?,
            _ => node,
        };
        if let NodeKind::Variable { name } = &first.kind
            && functions::is_any(name)
        {
            self.shadows.push(name);
        }
        Selection::of(node, self.names).map(Tree::Selection)
    }

    fn binary(&mut self, op: BinaryOp, lhs: &'t Node, rhs: &'t Node) -> Option<Tree> {
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

    /// Compiles an object whose keys are distinct literals.
    fn object(&mut self, pairs: &'t [(Node, Node)]) -> Option<Tree> {
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
