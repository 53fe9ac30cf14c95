//! An expression outside of any workflow.

use super::Local;
use super::expression::Resolver;
use crate::errors::Errors;
use crate::machine::UsedNames;
use crate::machine::{Machine, RewrittenExpression, Term, UserExpr, Witness};
use crate::name::text;
use crate::syntax::{SyntaxReader, WorkflowSource};
use proc_macro2::Ident;
use quote::quote;
use syn::Type;
use syn::parse::{ParseStream, Parser};

/// What was learnt about an expression that stands on its own.
pub(crate) struct Alone {
    pub(crate) value: Term,
    /// It has a mistake of its own.
    pub(crate) faulty: bool,
    /// As rustc takes it, where that is not as it stands.
    pub(crate) rewritten: Option<RewrittenExpression>,
    /// What is asked of its witnesses.
    pub(crate) witnesses: Vec<Witness>,
    /// The names in it that must have their usual meaning.
    pub(crate) used: UsedNames,
}

/// Resolves an expression whose only names are its parameters'. A parameter becomes the local that its place names, so
/// that no name of the user's can hide it.
pub(crate) fn alone(
    expression: &UserExpr,
    ty: Option<&Type>,
    parameters: &[Option<&Ident>],
    errors: &Errors,
) -> Alone {
    // Expressions are resolved as those of a state, so there is one: it knows no names and has no diagnostics.
    let home = quote!(workflow __Expression() { succeed __Value; });
    let reader = SyntaxReader::new(errors);
    let source = (|input: ParseStream| WorkflowSource::parse(input, &reader)).parse2(home);
    let home = source.ok().and_then(|mut source| source.workflows.pop());
    let Some((workflow, body)) = home else {
        return Alone {
            value: Term::Faulty,
            faulty: true,
            rewritten: None,
            witnesses: Vec::new(),
            used: UsedNames::default(),
        };
    };
    let machine = Machine::new(workflow, body, expression.id + 1);
    let mut resolver = Resolver::new(&machine, 0, errors);
    for (index, name) in parameters.iter().enumerate() {
        if let Some(name) = name {
            resolver.locals.push(Local {
                name: text(name),
                value: Term::Local(index.to_string()),
            });
        }
    }
    let resolved = resolver.expression(expression, ty);
    Alone {
        value: resolved.value,
        faulty: resolved.faulty,
        rewritten: resolved.rewritten,
        witnesses: resolver.rewriting.witnesses,
        used: resolver.rewriting.used,
    }
}
