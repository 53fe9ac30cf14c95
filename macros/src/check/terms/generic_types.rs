//! The type arguments of struct literals: `let x: Wrap<String> = Wrap { value };`.

use crate::machine::{Record, Term};
use syn::{GenericArgument, Path, PathArguments, PathSegment, Token, Type};

/// Adds the type arguments of the declared type to the paths of literals. The code that reads the
/// shape of a literal's type contains only its path.
pub(super) fn with_type_arguments(value: Term, ty: &Type) -> Term {
    let ty = bare_type(ty);
    let boxed = |value: Box<Term>| Box::new(with_type_arguments(*value, ty));
    match value {
        Term::Record(record) => Term::Record(Record {
            path: typed_path(&record.path, record.variant.is_some(), ty)
                .unwrap_or(record.path.clone()),
            ..record
        }),
        Term::Constant(path, beside) => {
            let is_variant = path.segments.len() > 1;
            let typed = typed_path(&path, is_variant, ty).unwrap_or(path);
            Term::Constant(typed, beside)
        }
        Term::Tuple(items) => match ty {
            Type::Tuple(types) if types.elems.len() == items.len() => {
                let items = items.into_iter().zip(&types.elems);
                Term::Tuple(
                    items
                        .map(|(one, ty)| with_type_arguments(one, ty))
                        .collect(),
                )
            }
            _ => Term::Tuple(items),
        },
        Term::Typed(index, value) => Term::Typed(index, boxed(value)),
        Term::Checked(index, value) => Term::Checked(index, boxed(value)),
        Term::Let(bindings, body) => Term::Let(bindings, boxed(body)),
        Term::If(condition, then, otherwise) => Term::If(condition, boxed(then), boxed(otherwise)),
        Term::Match(subject, cases) => {
            let cases = cases
                .into_iter()
                .map(|(pattern, guard, value)| (pattern, guard, with_type_arguments(value, ty)));
            Term::Match(subject, cases.collect())
        }
        Term::Some(value) => match only_argument(ty, "Option") {
            Some(some) => Term::Some(Box::new(with_type_arguments(*value, some))),
            None => Term::Some(value),
        },
        Term::Array(items) => match only_argument(ty, "Vec") {
            Some(item) => {
                let items = items.into_iter();
                Term::Array(items.map(|one| with_type_arguments(one, item)).collect())
            }
            None => Term::Array(items),
        },
        other => other,
    }
}

/// The type without parentheses around it.
fn bare_type(ty: &Type) -> &Type {
    match ty {
        Type::Paren(inner) => bare_type(&inner.elem),
        Type::Group(inner) => bare_type(&inner.elem),
        _ => ty,
    }
}

/// The path of a literal or of a variant with the arguments of the declared type, if the type is
/// its own.
fn typed_path(literal: &Path, has_variant: bool, ty: &Type) -> Option<Path> {
    let mut segments = literal.segments.iter().rev();
    let variant = has_variant.then(|| segments.next()).flatten();
    let own = segments.next()?;
    let mut path = path_of(ty)?.clone();
    let last = path.segments.last_mut()?;
    let PathArguments::AngleBracketed(arguments) = &mut last.arguments else {
        return None;
    };
    let is_inferred = arguments
        .args
        .iter()
        .any(|one| matches!(one, GenericArgument::Type(Type::Infer(_))));
    if own.ident != last.ident || !own.arguments.is_none() || is_inferred {
        return None;
    }
    arguments.colon2_token = Some(Token![::](own.ident.span()));
    if let Some(variant) = variant {
        path.segments.push(PathSegment::from(variant.ident.clone()));
    }
    Some(path)
}

fn path_of(ty: &Type) -> Option<&Path> {
    match bare_type(ty) {
        Type::Path(path) if path.qself.is_none() => Some(&path.path),
        _ => None,
    }
}

/// The only type argument of a type with this name.
fn only_argument<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let last = path_of(ty)?.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    let mut arguments = arguments.args.iter();
    match (arguments.next(), arguments.next()) {
        (Some(GenericArgument::Type(only)), None) if last.ident == name => Some(only),
        _ => None,
    }
}
