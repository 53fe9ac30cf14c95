//! The names that an expression mentions, and the properties of its tree that decide its form.

use std::collections::BTreeSet;

use jlens_core::ast::Stage;
use jlens_core::ast::{BinaryOp, NodeKind};
use jlens_core::{Ast, Node, Span};

use super::functions;

#[derive(Debug, Default)]
pub(super) struct Analysis<'t> {
    /// The positions of `$states`.
    pub(super) states: Vec<Span>,
    /// The names of all variables and functions that are mentioned.
    pub(super) names: BTreeSet<&'t str>,
    /// The names that are used in other positions than that of a called function.
    pub(super) values: BTreeSet<&'t str>,
    /// The names that `:=` binds: before the binding, a name has its outer meaning.
    pub(super) bound: BTreeSet<&'t str>,
    /// Whether the result may depend on the root, or `$states` has another meaning.
    pub(super) sees_root: bool,
    /// Whether it has an operator whose result may be infinite.
    pub(super) arithmetic: bool,
    /// Whether it has an operator whose result may not be a number.
    pub(super) divides: bool,
}

impl<'t> Analysis<'t> {
    pub(super) fn of(ast: &'t Ast) -> Analysis<'t> {
        let mut analysis = Analysis::default();
        analysis.visit(&ast.root, true);
        analysis
    }

    /// Visits a node. `top` is whether `$` is the root here. Trees may be deep, so the stack grows
    /// with them.
    fn visit(&mut self, node: &'t Node, top: bool) {
        jlens_core::stack::grow(|| self.visit_here(node, top));
    }

    fn visit_here(&mut self, node: &'t Node, top: bool) {
        match &node.kind {
            NodeKind::Variable { name } => self.variable(name, node.span, top),
            NodeKind::Name { .. }
            | NodeKind::Wildcard
            | NodeKind::Descendant
            | NodeKind::Parent { .. } => self.sees_root |= top,
            NodeKind::Path { steps, .. } => {
                for (number, step) in steps.iter().enumerate() {
                    self.visit(step, top && number == 0);
                }
            }
            NodeKind::Sort { terms } => {
                for term in terms {
                    self.visit(&term.expr, false);
                }
            }
            NodeKind::Function { procedure, args } => self.call(procedure, args, 0, top),
            NodeKind::Apply { lhs, rhs } => {
                self.visit(lhs, top);
                match &rhs.kind {
                    NodeKind::Function { procedure, args } => {
                        self.call(procedure, args, 1, top);
                        self.attributes(rhs);
                    }
                    _ => self.visit(rhs, top),
                }
            }
            NodeKind::Partial { procedure, args } => {
                self.procedure(procedure, top);
                args.iter().for_each(|arg| self.visit(arg, top));
            }
            NodeKind::Lambda(lambda) => {
                self.sees_root |= lambda.params.iter().any(|param| param == "states");
                self.visit(&lambda.body, top);
            }
            NodeKind::Transform(transform) => {
                self.visit(&transform.pattern, false);
                self.visit(&transform.update, false);
                if let Some(delete) = &transform.delete {
                    self.visit(delete, false);
                }
            }
            NodeKind::Bind { lhs, rhs } => {
                let target = match &lhs.kind {
                    NodeKind::Path { steps, .. } => steps.first().unwrap_or(lhs),
                    _ => lhs,
                };
                if let NodeKind::Variable { name } = &target.kind {
                    self.sees_root |= name == "states";
                    self.bound.insert(name);
                }
                self.visit(rhs, top);
            }
            NodeKind::Binary { op, lhs, rhs } => {
                self.arithmetic |= matches!(
                    op,
                    BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod
                );
                self.divides |= matches!(op, BinaryOp::Div | BinaryOp::Mod);
                self.visit(lhs, top);
                self.visit(rhs, top);
            }
            NodeKind::Negate { expr } => self.visit(expr, top),
            NodeKind::Array { items } => items.iter().for_each(|item| self.visit(item, top)),
            NodeKind::Object { pairs } => {
                for (key, value) in pairs {
                    self.visit(key, top);
                    self.visit(value, top);
                }
            }
            NodeKind::Condition {
                condition,
                then,
                otherwise,
            } => {
                self.visit(condition, top);
                self.visit(then, top);
                if let Some(otherwise) = otherwise {
                    self.visit(otherwise, top);
                }
            }
            NodeKind::Fallback { lhs, rhs, .. } => {
                self.visit(lhs, top);
                self.visit(rhs, top);
            }
            NodeKind::Block { exprs, .. } => exprs.iter().for_each(|expr| self.visit(expr, top)),
            NodeKind::String { .. }
            | NodeKind::Number { .. }
            | NodeKind::Bool { .. }
            | NodeKind::Null
            | NodeKind::Regex { .. }
            | NodeKind::Placeholder => {}
        }
        self.attributes(node);
    }

    /// Predicates, groupings and bindings of a step.
    fn attributes(&mut self, node: &'t Node) {
        let attrs = &node.attrs;
        let bound = [&attrs.focus, &attrs.index];
        self.sees_root |= bound.into_iter().flatten().any(|name| name == "states");
        for stage in attrs.stages.iter().chain(&attrs.predicate) {
            match stage {
                Stage::Filter { expr, .. } => self.visit(expr, false),
                Stage::Index { var, .. } => self.sees_root |= var == "states",
            }
        }
        if let Some(group) = &attrs.group {
            for (key, value) in &group.pairs {
                self.visit(key, false);
                self.visit(value, false);
            }
        }
    }

    fn variable(&mut self, name: &'t str, span: Span, top: bool) {
        match name {
            "" => self.sees_root |= top,
            "$" => self.sees_root = true,
            "states" => self.states.push(span),
            _ => {
                self.names.insert(name);
                self.values.insert(name);
            }
        }
    }

    /// Visits a call; `given` is the number of implicit arguments.
    fn call(&mut self, procedure: &'t Node, args: &'t [Node], given: usize, top: bool) {
        if let NodeKind::Variable { name } = &procedure.kind {
            let arguments = args.len() + given;
            self.sees_root |= top && functions::reads_context(name, arguments);
        }
        self.procedure(procedure, top);
        args.iter().for_each(|arg| self.visit(arg, top));
    }

    fn procedure(&mut self, procedure: &'t Node, top: bool) {
        match &procedure.kind {
            NodeKind::Variable { name } if !matches!(name.as_str(), "" | "$" | "states") => {
                self.names.insert(name);
                self.attributes(procedure);
            }
            _ => self.visit(procedure, top),
        }
    }
}
