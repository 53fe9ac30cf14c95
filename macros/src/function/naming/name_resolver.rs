//! Replaces the names in an expression by those of variables.

use super::names::Names;
use super::pattern_names::bound_names;
use crate::function::source::tokens::captures;
use crate::machine::Matches;
use crate::name::text;
use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote};
use std::collections::HashSet;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Expr, ExprBlock, ExprClosure, ExprForLoop, ExprIf, ExprMatch, ExprPath, FieldValue, Lit, Macro,
    Pat, Stmt, Token, UnOp, parse_quote,
};

impl Names {
    /// An expression with the variables of the graph instead of the names in the source, and the
    /// mutable references in it that are used as values.
    pub(crate) fn resolved(&self, value: &Expr) -> (Expr, Vec<Ident>) {
        let mut value = value.clone();
        let mut resolver = NameResolver {
            names: self,
            locals: Vec::new(),
            references: Vec::new(),
        };
        resolver.visit_expr_mut(&mut value);
        (value, resolver.references)
    }
}

/// Replaces the names of an expression, except those that the expression itself binds.
struct NameResolver<'n> {
    names: &'n Names,
    locals: Vec<String>,
    /// The mutable references that are used as values.
    references: Vec<Ident>,
}

impl NameResolver<'_> {
    fn is_local(&self, name: &Ident) -> bool {
        self.locals.contains(&text(name))
    }

    fn found(&self, name: &Ident) -> Option<Ident> {
        if self.is_local(name) {
            return None;
        }
        self.names.find(name).map(|found| found.ident)
    }

    /// Visits a value that is dereferenced, or of which a part is read.
    fn dereferenced(&mut self, value: &mut Expr) {
        let before = self.references.len();
        self.visit_expr_mut(value);
        if let Expr::Path(_) = value {
            self.references.truncate(before);
        }
    }

    fn with(&mut self, patterns: &[&Pat], visit: impl FnOnce(&mut Self)) {
        let before = self.locals.len();
        for pattern in patterns {
            self.locals.extend(bound_names(pattern).iter().map(text));
        }
        visit(self);
        self.locals.truncate(before);
    }

    /// The values of a `format!`. A name in braces becomes a named argument if the variable has
    /// another name.
    fn template(&mut self, mac: &mut Macro) {
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        let Ok(mut arguments) = mac.parse_body_with(parser) else {
            return;
        };
        let mut given = HashSet::new();
        let mut captured = Vec::new();
        let is_template = !mac.path.is_ident("vec");
        for (index, argument) in arguments.iter_mut().enumerate() {
            match argument {
                Expr::Assign(named) => {
                    if let Expr::Path(path) = &*named.left {
                        given.extend(path.path.get_ident().map(text));
                    }
                    self.visit_expr_mut(&mut named.right);
                }
                Expr::Lit(literal) if index == 0 && is_template => {
                    if let Lit::Str(template) = &literal.lit {
                        captured.extend(
                            captures(&template.value())
                                .into_iter()
                                .map(|name| (name, template.span())),
                        );
                    }
                }
                other if is_template => self.dereferenced(other),
                other => self.visit_expr_mut(other),
            }
        }
        for (name, span) in captured {
            let Some(source) = crate::name::identifier(&name, span) else {
                continue;
            };
            if given.insert(name)
                && let Some(variable) = self.found(&source)
            {
                arguments.push(parse_quote!(#source = #variable));
            }
        }
        mac.tokens = arguments.into_token_stream();
    }
}

impl VisitMut for NameResolver<'_> {
    /// The translator has read the name in `#[state(Name)]`.
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        attributes.retain(|attribute| !attribute.path().is_ident("state"));
    }

    fn visit_expr_mut(&mut self, value: &mut Expr) {
        // A variable of a workflow is a value, so it has no reference to follow.
        if let Expr::Unary(unary) = value
            && matches!(unary.op, UnOp::Deref(_))
            && let Expr::Path(path) = &*unary.expr
            && let Some(name) = path.path.get_ident()
            && (self.found(name).is_some()
                || (!self.is_local(name) && self.names.is_parameter(name)))
        {
            let is_other_name = self.names.is_reference(name);
            *value = (*unary.expr).clone();
            self.dereferenced(value);
            // In the block of types the variable may be a reference.
            if let Expr::Path(path) = value
                && !is_other_name
            {
                path.attrs.push(parse_quote!(#[followed]));
            }
            return;
        }
        match value {
            Expr::MethodCall(call) => {
                self.dereferenced(&mut call.receiver);
                self.visit_attributes_mut(&mut call.attrs);
                call.args
                    .iter_mut()
                    .for_each(|one| self.visit_expr_mut(one));
            }
            Expr::Field(field) => {
                self.dereferenced(&mut field.base);
                self.visit_attributes_mut(&mut field.attrs);
            }
            Expr::Index(index) => {
                self.dereferenced(&mut index.expr);
                self.visit_attributes_mut(&mut index.attrs);
                self.visit_expr_mut(&mut index.index);
            }
            other => visit_mut::visit_expr_mut(self, other),
        }
    }

    fn visit_expr_path_mut(&mut self, path: &mut ExprPath) {
        self.visit_attributes_mut(&mut path.attrs);
        if path.qself.is_none()
            && let Some(name) = path.path.get_ident()
            && let Some(found) = self.found(name)
        {
            if self.names.is_reference(name) {
                self.references.push(name.clone());
            }
            path.path = found.into();
        }
    }

    fn visit_field_value_mut(&mut self, field: &mut FieldValue) {
        let before = field.expr.to_token_stream().to_string();
        self.visit_expr_mut(&mut field.expr);
        if field.colon_token.is_none() && field.expr.to_token_stream().to_string() != before {
            field.colon_token = Some(Token![:](Span::call_site()));
        }
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut ExprClosure) {
        let inputs: Vec<Pat> = closure.inputs.iter().cloned().collect();
        let inputs: Vec<&Pat> = inputs.iter().collect();
        self.with(&inputs, |names| names.visit_expr_mut(&mut closure.body));
    }

    fn visit_expr_match_mut(&mut self, matched: &mut ExprMatch) {
        self.visit_attributes_mut(&mut matched.attrs);
        self.visit_expr_mut(&mut matched.expr);
        for arm in &mut matched.arms {
            let pattern = arm.pat.clone();
            self.with(&[&pattern], |names| visit_mut::visit_arm_mut(names, arm));
        }
    }

    fn visit_expr_if_mut(&mut self, one: &mut ExprIf) {
        self.visit_attributes_mut(&mut one.attrs);
        let mut patterns = Vec::new();
        conditions(&one.cond, &mut patterns);
        let patterns: Vec<&Pat> = patterns.iter().collect();
        self.with(&patterns, |names| {
            names.visit_expr_mut(&mut one.cond);
            names.visit_block_mut(&mut one.then_branch);
        });
        if let Some((_, other)) = &mut one.else_branch {
            self.visit_expr_mut(other);
        }
    }

    fn visit_expr_for_loop_mut(&mut self, one: &mut ExprForLoop) {
        self.visit_expr_mut(&mut one.expr);
        let pattern = (*one.pat).clone();
        self.with(&[&pattern], |names| names.visit_block_mut(&mut one.body));
    }

    fn visit_expr_block_mut(&mut self, block: &mut ExprBlock) {
        self.visit_attributes_mut(&mut block.attrs);
        let before = self.locals.len();
        for statement in &mut block.block.stmts {
            if let Stmt::Local(local) = statement {
                self.visit_attributes_mut(&mut local.attrs);
                if let Some(init) = &mut local.init {
                    self.visit_expr_mut(&mut init.expr);
                }
                self.locals.extend(bound_names(&local.pat).iter().map(text));
            } else {
                self.visit_stmt_mut(statement);
            }
        }
        self.locals.truncate(before);
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let name = mac.path.segments.last().map(|last| last.ident.to_string());
        match name.as_deref() {
            Some("matches") => {
                let Ok(Matches {
                    mut subject,
                    pattern,
                    mut guard,
                }) = mac.parse_body::<Matches>()
                else {
                    return;
                };
                self.visit_expr_mut(&mut subject);
                if let Some(guard) = &mut guard {
                    self.with(&[&pattern], |names| names.visit_expr_mut(guard));
                }
                let guard = guard.iter();
                mac.tokens = quote!(#subject, #pattern #(if #guard)*);
            }
            Some("format" | "panic" | "unreachable" | "todo" | "vec") => self.template(mac),
            _ => {}
        }
    }
}

/// The patterns of `if let`, also in a chain.
fn conditions(condition: &Expr, into: &mut Vec<Pat>) {
    match condition {
        Expr::Let(one) => into.push((*one.pat).clone()),
        Expr::Binary(both) => {
            conditions(&both.left, into);
            conditions(&both.right, into);
        }
        Expr::Paren(inner) => conditions(&inner.expr, into),
        _ => {}
    }
}
