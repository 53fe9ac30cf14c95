//! Expressions outside of a workflow: those of `expr!`, and the bodies of functions with
//! `#[expression]`.

use super::Local;
use super::expression::Resolver;
use crate::checked_type::DeclaredType;
use crate::errors::Errors;
use crate::machine::UsedNames;
use crate::machine::{Machine, RewrittenExpression, Term, UserExpr, Witness};
use crate::name::text;
use crate::syntax::{SyntaxReader, WorkflowSource};
use proc_macro2::Ident;
use quote::quote;
use syn::Type;
use syn::parse::{ParseStream, Parser};

/// A resolved expression outside of a workflow.
pub(crate) struct StandaloneExpression {
    pub(crate) value: Term,
    /// Whether it has a diagnostic.
    pub(crate) faulty: bool,
    /// The code for rustc, if it differs from the source.
    pub(crate) rewritten: Option<RewrittenExpression>,
    /// The requirements of its witnesses.
    pub(crate) witnesses: Vec<Witness>,
    /// The names in it that must be those of the standard library.
    pub(crate) used: UsedNames,
}

/// Resolves an expression that reads only its parameters. A parameter becomes a local whose name is
/// its position, so that no name of the user can shadow it. `function` is the name of the function
/// whose body it is.
pub(crate) fn resolve_standalone(
    expression: &UserExpr,
    ty: Option<&Type>,
    parameters: &[Option<&Ident>],
    function: Option<&Ident>,
    errors: &Errors,
) -> StandaloneExpression {
    // The resolver needs a state, so this is a workflow with one state, without names and
    // diagnostics.
    let workflow = quote!(workflow __Expression() { succeed __Value; });
    let reader = SyntaxReader::new(errors);
    let source = (|input: ParseStream| WorkflowSource::parse(input, &reader)).parse2(workflow);
    let parsed = source.ok().and_then(|mut source| source.workflows.pop());
    let Some((mut workflow, body)) = parsed else {
        return StandaloneExpression {
            value: Term::Faulty,
            faulty: true,
            rewritten: None,
            witnesses: Vec::new(),
            used: UsedNames::default(),
        };
    };
    workflow.function = function.cloned();
    let machine = Machine::new(workflow, body, expression.id + 1);
    let mut resolver = Resolver::new(&machine, 0, errors);
    resolver.is_standalone = true;
    for (index, name) in parameters.iter().enumerate() {
        if let Some(name) = name {
            resolver.locals.push(Local {
                name: text(name),
                value: Term::Local(index.to_string()),
            });
        }
    }
    let ty = ty.cloned().map(DeclaredType::of_let);
    let resolved = resolver.expression(expression, ty.as_ref());
    StandaloneExpression {
        value: resolved.value,
        faulty: resolved.faulty,
        rewritten: resolved.rewritten,
        witnesses: resolver.rewriter.witnesses,
        used: resolver.rewriter.used,
    }
}
