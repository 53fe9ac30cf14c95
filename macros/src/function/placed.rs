//! The errors of a function in its own code.
//!
//! A statement that the macro refuses is replaced by its `compile_error!`: rustc gives such an expression the type of an error, and reports nothing that
//! follows from it, such as a call of a task without `.await`. The other statements are checked as usual.

use crate::errors::{CompileError, MacroDiagnostic};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Stmt, Token};

/// A line and a column.
type Position = (usize, usize);

/// Replaces the innermost statement around each error by the error. Returns the errors that are in no statement.
pub(super) fn place<'d>(
    block: &mut Block,
    diagnostics: &'d [MacroDiagnostic],
) -> Vec<&'d MacroDiagnostic> {
    if !proc_macro::is_available() {
        return diagnostics.iter().collect();
    }
    let mut statements = Statements::default();
    statements.visit_block(block);
    let mut errors: Vec<Vec<TokenStream>> = vec![Vec::new(); statements.0.len()];
    let mut others = Vec::new();
    for diagnostic in diagnostics {
        let at = start(diagnostic.location.first());
        // The statements are in the order of the source, so the last one that contains the location is the innermost one.
        let around = statements.0.iter().rposition(|(range, is_item)| {
            !is_item && range.is_some_and(|(first, last)| first <= at && at < last)
        });
        match around {
            Some(around) => errors[around].push(diagnostic.expression()),
            None => others.push(diagnostic),
        }
    }
    if others.len() < diagnostics.len() {
        Placer { errors, next: 0 }.visit_block_mut(block);
    }
    others
}

fn start(span: Span) -> Position {
    let start = span.unwrap().start();
    (start.line(), start.column())
}

fn end(span: Span) -> Position {
    let end = span.unwrap().end();
    (end.line(), end.column())
}

/// The range of each statement, and whether it is an item.
#[derive(Default)]
struct Statements(Vec<(Option<(Position, Position)>, bool)>);

impl Visit<'_> for Statements {
    fn visit_stmt(&mut self, statement: &Stmt) {
        let mut tokens = statement.to_token_stream().into_iter();
        let range = tokens.next().map(|first| {
            let first = first.span();
            let last = tokens.last().map_or(first, |last| last.span());
            (start(first), end(last))
        });
        self.0.push((range, matches!(statement, Stmt::Item(_))));
        visit::visit_stmt(self, statement);
    }
}

/// Visits the statements in the same order as [`Statements`].
struct Placer {
    errors: Vec<Vec<TokenStream>>,
    next: usize,
}

impl VisitMut for Placer {
    fn visit_block_mut(&mut self, block: &mut Block) {
        visit_mut::visit_block_mut(self, block);
        // An error that replaces a statement such as `for` or `if` needs a semicolon before the next statement.
        let mut statements = block.stmts.iter_mut().rev();
        statements.next();
        for statement in statements {
            if let Stmt::Expr(Expr::Verbatim(_), semicolon @ None) = statement {
                *semicolon = Some(Token![;](Span::call_site()));
            }
        }
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        let errors = self.errors.get_mut(self.next).map(std::mem::take);
        self.next += 1;
        visit_mut::visit_stmt_mut(self, statement);
        let Some(errors) = errors.filter(|errors| !errors.is_empty()) else {
            return;
        };
        let error = match errors.as_slice() {
            [only] => Expr::Verbatim(only.clone()),
            several => Expr::Verbatim(quote!({ #(#several);* })),
        };
        match statement {
            Stmt::Local(local) if local.init.is_some() => {
                if let Some(init) = &mut local.init {
                    *init.expr = error;
                }
            }
            Stmt::Expr(value, _) => *value = error,
            Stmt::Macro(one) => {
                let semicolon = one.semi_token.map(|semicolon| Token![;](semicolon.span));
                *statement = Stmt::Expr(error, semicolon);
            }
            other => *other = Stmt::Expr(error, Some(Token![;](Span::call_site()))),
        }
    }
}
