//! Calls of functions and of macros, and struct literals.

use super::expression::Resolver;
use super::hints::DURATION;
use super::literals::{literal_text, literal_type, variables};
use super::paths::is_default;
use super::templates::{format, list};
use crate::checked_type::DeclaredType;
use crate::functions::{has_generic_arguments, is_task, replacement, unit, written};
use crate::machine::{Record, Term};
use crate::machine::{is_of_prelude, own_name};
use std::rc::Rc;
use stepwright_asl::front_end::callable::{FUNCTIONS, LIBRARY, time_function};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, ExprMacro, ExprStruct, Member, Path};

impl Resolver<'_> {
    pub(super) fn call(&mut self, path: &Path, mut arguments: Vec<Term>) -> Term {
        let written = written(path);
        if is_default(path) && arguments.is_empty() {
            // `add_witness_if_needed` replaces the 0 with the index of its witness.
            return Term::Default(0);
        }
        if is_of_prelude(path, "Some") && arguments.len() == 1 {
            return Term::Some(Box::new(arguments.remove(0)));
        }
        if written == "Vec::new" && arguments.is_empty() {
            return Term::Array(Vec::new());
        }
        if FUNCTIONS.contains(&written.as_str()) {
            return Term::Function(written, arguments);
        }
        let in_a_function = self.machine.workflow.function.is_some();
        let of_time = time_function(&written).or_else(|| unit(path).filter(|_| in_a_function));
        if let Some(function) = of_time {
            return Term::Function(function.to_owned(), arguments);
        }
        if let Some(path) = library(path) {
            return Term::Library(path, arguments);
        }
        let is_type =
            own_name(path).is_some_and(|name| crate::functions::is_type(&name.to_string()));
        if is_type && !is_of_prelude(path, "Ok") && !is_of_prelude(path, "Err") {
            let fields = (0..)
                .zip(arguments)
                .map(|(index, value): (usize, _)| (index.to_string(), value))
                .collect();
            return Term::Record(Record {
                variant: variant(path),
                path: path.clone(),
                called: true,
                fields,
                base: None,
            });
        }
        let why = if is_duration(path) {
            format!("`{written}` cannot run inside a workflow: {DURATION}")
        } else if let Some(replacement) = replacement(path) {
            format!("`{written}` cannot run inside a workflow: {replacement}")
        } else if written == "task_token" {
            "`task_token()` is an argument of the call that waits for the answer: `task(.., task_token())`".to_owned()
        } else if let Some((import, short)) = imported(&written) {
            format!(
                "a workflow knows this function by its short path: write `{short}(..)`, with `use {import};`"
            )
        } else if !is_task(path) {
            format!(
                "`{written}` cannot run inside a workflow: write a free function with `#[expression]`, or call it in a task"
            )
        } else if path.get_ident().is_some_and(|name| self.is_local(name)) {
            format!(
                "`{written}` is a value here, and hides a function of this name: rename one of them"
            )
        } else if has_generic_arguments(path) {
            format!(
                "`{written}` cannot have generic arguments here: a function with `#[expression]` has no generic types"
            )
        } else {
            return Term::Inlined(path.clone(), arguments);
        };
        self.refuse(path.span(), why);
        Term::Faulty
    }

    pub(super) fn record(&mut self, literal: &mut ExprStruct) -> Term {
        if literal.qself.is_some() {
            return self.unsupported(literal, "this struct literal", "name the type by its path");
        }
        let mut fields = Vec::new();
        for field in &mut literal.fields {
            let name = match &field.member {
                Member::Named(name) => name.unraw().to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            };
            fields.push((name, self.value(&mut field.expr)));
        }
        let base = literal.rest.as_mut().map(|rest| self.value(rest));
        Term::Record(Record {
            path: literal.path.clone(),
            variant: variant(&literal.path),
            called: false,
            fields,
            base: base.map(Box::new),
        })
    }

    /// Resolves a value with another field, whose type only rustc knows.
    pub(super) fn update(&mut self, expression: &mut Expr) -> Term {
        let Expr::Struct(ExprStruct {
            path, fields, rest, ..
        }) = expression
        else {
            return Term::Faulty;
        };
        let (Some(field), Some(base)) = (fields.first_mut(), rest) else {
            return Term::Faulty;
        };
        let Member::Named(name) = &field.member else {
            return Term::Faulty;
        };
        let name = name.unraw().to_string();
        let value = self.value(&mut field.expr);
        let whole = self.value(base);
        let record = Record {
            path: path.clone(),
            variant: None,
            called: false,
            fields: vec![(name, value)],
            base: Some(Box::new(whole)),
        };
        let index = self.rewriter.update(expression);
        Term::Typed(index, Box::new(Term::Record(record)))
    }

    /// Resolves a call of a macro. Returns the code for rustc as well, if another expression
    /// replaces the call.
    pub(super) fn call_of_a_macro(&mut self, call: &mut ExprMacro) -> (Term, Option<Expr>) {
        let name = own_name(&call.mac.path)
            .map(ToString::to_string)
            .unwrap_or_default();
        let value = match name.as_str() {
            "format" => format(&mut call.mac, self).map(Term::Format),
            "vec" => list(&mut call.mac, self).map(Term::Array),
            "matches" => return self.matches(&call.mac),
            "jsonata" | "path" | "intrinsic" => {
                let value = self.raw(&name, call);
                return (value, Some(self.rewriter.literal(call)));
            }
            "json" => return self.json_macro(call),
            "placeholder" => {
                let value = self.placeholder(&call.mac);
                return (value, Some(self.rewriter.text(call)));
            }
            _ => Ok(self.unsupported(
                &call.mac.path,
                &format!("`{name}!`"),
                "call it in a task instead",
            )),
        };
        (
            value.unwrap_or_else(|error| self.syntax_error(&error)),
            None,
        )
    }

    /// Resolves `jsonata!("..")`, `path!("..")` or `intrinsic!("..")`, and checks its syntax.
    fn raw(&mut self, name: &str, call: &ExprMacro) -> Term {
        let literal = match literal_text(&call.mac) {
            Ok(literal) => literal,
            Err(error) => return self.syntax_error(&error),
        };
        let kind = match name {
            "jsonata" => "jsonata",
            "path" => "path",
            _ => "intrinsic",
        };
        match variables(kind, &literal) {
            Ok(names) => self.record_reads_of_literal(&names, literal.span),
            Err(message) => self.refuse(literal.span, message),
        }
        let ty = literal_type(&call.mac)
            .map(|ty| Rc::new(DeclaredType::of_let(ty)))
            .or_else(|| self.ty.clone());
        Term::Raw(kind, literal.text, ty)
    }
}

/// The type of a function with a long path, and the path that a workflow knows:
/// `rust_decimal::Decimal` and `Decimal::from`.
fn imported(written: &str) -> Option<(&str, &str)> {
    let (import, _) = written.rsplit_once("::")?;
    let (modules, _) = import.rsplit_once("::")?;
    let short = &written[modules.len() + 2..];
    let is_known =
        FUNCTIONS.contains(&short) || short == "Vec::new" || time_function(short).is_some();
    is_known.then_some((import, short))
}

/// Whether a function returns a duration of `chrono` or std.
fn is_duration(path: &Path) -> bool {
    let mut segments = path.segments.iter().rev().skip(1);
    segments.next().is_some_and(|ty| {
        ["Days", "Duration", "Months", "TimeDelta"]
            .iter()
            .any(|name| ty.ident == name)
    })
}

/// For a function of `stepwright::functions` that is called as `functions::name`: its path without
/// generic arguments.
fn library(path: &Path) -> Option<Path> {
    let mut segments = path.segments.iter().rev();
    let (last, before) = (segments.next()?, segments.next()?);
    if before.ident != "functions" || !LIBRARY.contains(&last.ident.to_string().as_str()) {
        return None;
    }
    let mut plain = path.clone();
    if let Some(last) = plain.segments.last_mut() {
        last.arguments = syn::PathArguments::None;
    }
    Some(plain)
}

/// Returns the variant that a path names by Rust's naming conventions: `Decision::Refused`, but not
/// `domain::Receipt`.
fn variant(path: &Path) -> Option<String> {
    let mut segments = path.segments.iter().rev();
    let (last, before) = (segments.next()?, segments.next()?);
    before
        .ident
        .to_string()
        .starts_with(|c: char| c.is_uppercase())
        .then(|| last.ident.to_string())
}
