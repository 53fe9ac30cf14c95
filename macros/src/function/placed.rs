//! The errors of a function in its own code.
//!
//! A statement that the macro refuses is replaced by its `compile_error!`: rustc gives such an
//! expression the type of an error, and reports nothing that follows from it, such as a call of a
//! task without `.await`. The other statements are checked as usual.

use crate::editor;
use crate::errors::{CompileError, MacroDiagnostic};
use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Stmt, Token};

/// A line and a column.
type Position = (usize, usize);

/// Replaces the innermost statement around each error by the error. Returns the errors that are in
/// no statement.
pub(super) fn place<'d>(
    block: &mut Block,
    diagnostics: &'d [MacroDiagnostic],
) -> Vec<&'d MacroDiagnostic> {
    // An editor completes in the code as it is.
    if diagnostics.is_empty() || !proc_macro::is_available() || editor::is_here() {
        return diagnostics.iter().collect();
    }
    let mut statements = Statements::default();
    statements.visit_block(block);
    let mut errors: Vec<Vec<&MacroDiagnostic>> = vec![Vec::new(); statements.0.len()];
    let mut others = Vec::new();
    for diagnostic in diagnostics {
        let at = start(diagnostic.location.first());
        // The statements are in the order of the source, so the last one that contains the location
        // is the innermost one.
        let around = statements.0.iter().rposition(|(range, is_item)| {
            !is_item && range.is_some_and(|(first, last)| first <= at && at < last)
        });
        match around {
            Some(around) => errors[around].push(diagnostic),
            None => others.push(diagnostic),
        }
    }
    if others.len() < diagnostics.len() {
        let errors = errors.iter().map(|errors| expression(errors)).collect();
        Placer { errors, next: 0 }.visit_block_mut(block);
    }
    others
}

/// The errors of a statement as one expression, whose type is that of an error.
fn expression(errors: &[&MacroDiagnostic]) -> Option<Expr> {
    let (last, before) = errors.split_last()?;
    let before = before.iter().map(|error| error.expression());
    let whole = last.expression();
    // A block without related errors at its end: rustc reports equal errors once.
    let mut alone = (*last).clone();
    alone.related.clear();
    let alone = alone.expression();
    Some(Expr::Verbatim(match errors {
        [only] if only.related.is_empty() => whole,
        _ => quote!({ #(#before;)* #whole; #alone }),
    }))
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
    errors: Vec<Option<Expr>>,
    next: usize,
}

impl VisitMut for Placer {
    fn visit_block_mut(&mut self, block: &mut Block) {
        visit_mut::visit_block_mut(self, block);
        // An `if` or a loop needs no semicolon.
        let last = block.stmts.len().saturating_sub(1);
        for statement in block.stmts.iter_mut().take(last) {
            if let Stmt::Expr(Expr::Verbatim(_), semicolon @ None) = statement {
                *semicolon = Some(Token![;](Span::call_site()));
            }
        }
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        let error = self.errors.get_mut(self.next).and_then(Option::take);
        self.next += 1;
        visit_mut::visit_stmt_mut(self, statement);
        let Some(error) = error else {
            return;
        };
        match statement {
            Stmt::Local(local) if local.init.is_some() => {
                // `#[cfg(..)]` would remove the error as well.
                local.attrs.clear();
                if let Some(init) = &mut local.init {
                    *init.expr = error;
                    init.diverge = None;
                }
            }
            Stmt::Expr(Expr::Return(one), _) if one.expr.is_some() => {
                one.expr = Some(Box::new(error))
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
