//! `as` between numbers.

use super::expression::Resolver;
use super::rewrite::Cast;
use crate::machine::Term;
use quote::ToTokens;
use syn::{Expr, ExprCast, Type};

const INTEGERS: &[&str] = &[
    "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize",
];

impl Cast {
    /// Returns the conversion for an `as`, which depends on the expression before it.
    fn of(cast: &ExprCast) -> Cast {
        let Expr::MethodCall(call) = without_parentheses(&cast.expr) else {
            return Cast::Lossless;
        };
        if !call.args.is_empty() {
            return Cast::Lossless;
        }
        match call.method.to_string().as_str() {
            "len" | "count" => Cast::Count,
            "round" | "floor" | "ceil" | "trunc"
                if number(&cast.ty).is_some_and(|to| INTEGERS.contains(&to.as_str())) =>
            {
                Cast::Rounded
            }
            _ => Cast::Lossless,
        }
    }
}

/// Returns the expression in any parentheses.
pub(super) fn without_parentheses(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(inner) => without_parentheses(&inner.expr),
        Expr::Group(inner) => without_parentheses(&inner.expr),
        other => other,
    }
}

/// Returns the name of a type in any parentheses.
fn number(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.get_ident().map(ToString::to_string),
        Type::Paren(inner) => number(&inner.elem),
        Type::Group(inner) => number(&inner.elem),
        _ => None,
    }
}

impl Resolver<'_> {
    /// Resolves `x as f64`. The code that replaces it compiles only if no value changes.
    pub(super) fn cast(&mut self, cast: &mut ExprCast) -> (Term, Expr) {
        let how = Cast::of(cast);
        let value = self.value(&mut cast.expr);
        let to = number(&cast.ty).unwrap_or_default();
        let value = match to.as_str() {
            "f32" | "f64" => Term::Function("f64::from".to_owned(), vec![value]),
            integer if INTEGERS.contains(&integer) => {
                let value = match how {
                    Cast::Rounded => clamped(value, integer),
                    Cast::Lossless | Cast::Count => value,
                };
                Term::Function(format!("{integer}::from"), vec![value])
            }
            _ => self.unsupported(
                &cast.ty.to_token_stream(),
                "`as` to this type",
                "`as` converts only numbers to numbers; convert other types in a task",
            ),
        };
        (value, self.rewriter.cast(cast, how))
    }
}

/// Limits a rounded float to the bounds of an integer type, as `as` does in Rust.
fn clamped(value: Term, integer: &str) -> Term {
    let bounds = match integer {
        "u8" => (0.0, f64::from(u8::MAX)),
        "u16" => (0.0, f64::from(u16::MAX)),
        "u32" => (0.0, f64::from(u32::MAX)),
        "i8" => (f64::from(i8::MIN), f64::from(i8::MAX)),
        "i16" => (f64::from(i16::MIN), f64::from(i16::MAX)),
        "i32" => (f64::from(i32::MIN), f64::from(i32::MAX)),
        "u64" | "usize" => {
            let zero = float(0.0);
            return Term::Method(Box::new(value), "max".to_owned(), vec![zero]);
        }
        _ => return value,
    };
    let bounds = vec![float(bounds.0), float(bounds.1)];
    Term::Method(Box::new(value), "clamp".to_owned(), bounds)
}

fn float(number: f64) -> Term {
    let literal = syn::LitFloat::new(
        &format!("{:.1}", number.abs()),
        proc_macro2::Span::call_site(),
    );
    let literal = Term::Literal(syn::Lit::Float(literal));
    if number < 0.0 {
        Term::Negative(Box::new(literal))
    } else {
        literal
    }
}
