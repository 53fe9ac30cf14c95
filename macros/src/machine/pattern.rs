//! Patterns of `match` and of `catch`.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Expr, Lit, Member, Pat, Path, RangeLimits};

/// A `match` pattern.
pub(crate) enum MatchPattern<'a> {
    Wildcard,
    Bind(&'a Ident),
    /// A variant or a struct by its last name, with its fields.
    Variant(&'a Ident, Vec<(String, MatchPattern<'a>)>),
    Literal(&'a Lit),
    Constant(Path),
    Some(Box<MatchPattern<'a>>),
    None,
    Or(Vec<MatchPattern<'a>>),
    Tuple(Vec<MatchPattern<'a>>),
    /// `low..=high`: its bounds, and whether the upper one is included.
    Range(Option<&'a Expr>, Option<&'a Expr>, bool),
    /// `name @ pattern`
    At(&'a Ident, Box<MatchPattern<'a>>),
}

/// The meaning of a single name in a pattern: syn cannot distinguish a variant or constant without
/// a path from a binding.
fn single_name(name: &Ident) -> MatchPattern<'_> {
    if name == "None" {
        MatchPattern::None
    } else if is_bound(name) {
        MatchPattern::Bind(name)
    } else if is_constant(name) {
        MatchPattern::Constant(name.clone().into())
    } else {
        MatchPattern::Variant(name, Vec::new())
    }
}

/// A path's last segment.
pub(crate) fn own_name(path: &Path) -> Option<&Ident> {
    path.segments.last().map(|last| &last.ident)
}

/// Whether a path names a variant of the prelude: `Some`, `Option::Some` or
/// `std::option::Option::Some`.
pub(crate) fn is_of_prelude(path: &Path, variant: &str) -> bool {
    let (ty, module) = match variant {
        "Ok" | "Err" => ("Result", "result"),
        _ => ("Option", "option"),
    };
    let mut segments = path.segments.iter().rev();
    let mut next_is = |names: &[&str]| {
        segments
            .next()
            .is_some_and(|one| names.iter().any(|name| one.ident == name))
    };
    match path.segments.len() {
        1 => next_is(&[variant]),
        2 => next_is(&[variant]) && next_is(&[ty]),
        4 => {
            next_is(&[variant]) && next_is(&[ty]) && next_is(&[module]) && next_is(&["core", "std"])
        }
        _ => false,
    }
}

impl<'a> MatchPattern<'a> {
    /// Parses a `match` pattern; returns the part that a workflow cannot match as the error.
    pub(crate) fn of(from: &'a Pat) -> Result<MatchPattern<'a>, &'a Pat> {
        Ok(match from {
            Pat::Wild(_) | Pat::Rest(_) => MatchPattern::Wildcard,
            Pat::Paren(inner) => MatchPattern::of(&inner.pat)?,
            Pat::Reference(inner) => MatchPattern::of(&inner.pat)?,
            Pat::Ident(ident) if ident.by_ref.is_some() => return Err(from),
            Pat::Ident(ident) => match &ident.subpat {
                Some((_, inner)) if is_bound(&ident.ident) => {
                    MatchPattern::At(&ident.ident, Box::new(MatchPattern::of(inner)?))
                }
                Some(_) => return Err(from),
                None => single_name(&ident.ident),
            },
            Pat::Path(path) if path.qself.is_none() => {
                let last = own_name(&path.path).ok_or(from)?;
                if is_of_prelude(&path.path, "None") {
                    MatchPattern::None
                } else if is_constant(last) {
                    MatchPattern::Constant(path.path.clone())
                } else {
                    MatchPattern::Variant(last, Vec::new())
                }
            }
            Pat::Struct(pattern) if pattern.qself.is_none() => {
                let mut fields = Vec::new();
                for field in &pattern.fields {
                    fields.push((member(&field.member), MatchPattern::of(&field.pat)?));
                }
                MatchPattern::Variant(own_name(&pattern.path).ok_or(from)?, fields)
            }
            Pat::TupleStruct(pattern) if pattern.qself.is_none() => {
                let some = is_of_prelude(&pattern.path, "Some");
                let mut fields = Vec::new();
                for (index, field) in pattern.elems.iter().enumerate() {
                    if matches!(field, Pat::Rest(_)) {
                        if index + 1 < pattern.elems.len() {
                            return Err(from);
                        }
                        continue;
                    }
                    fields.push((index.to_string(), MatchPattern::of(field)?));
                }
                match (some, fields.len()) {
                    (true, 1) => {
                        let inner = fields.swap_remove(0).1;
                        MatchPattern::Some(Box::new(inner))
                    }
                    (true, _) => return Err(from),
                    (false, _) => {
                        MatchPattern::Variant(own_name(&pattern.path).ok_or(from)?, fields)
                    }
                }
            }
            Pat::Range(range) => {
                let bound = |bound: &Option<Box<Expr>>| {
                    bound.as_deref().is_none_or(|bound| {
                        matches!(bound, Expr::Lit(_))
                            || matches!(bound, Expr::Path(path) if path.qself.is_none())
                    })
                };
                if !bound(&range.start) || !bound(&range.end) {
                    return Err(from);
                }
                let closed = matches!(range.limits, RangeLimits::Closed(_));
                MatchPattern::Range(range.start.as_deref(), range.end.as_deref(), closed)
            }
            Pat::Lit(literal) => MatchPattern::Literal(&literal.lit),
            Pat::Or(or) => MatchPattern::Or(
                or.cases
                    .iter()
                    .map(MatchPattern::of)
                    .collect::<Result<_, _>>()?,
            ),
            Pat::Tuple(tuple) => {
                if tuple.elems.iter().any(|item| matches!(item, Pat::Rest(_))) {
                    return Err(from);
                }
                MatchPattern::Tuple(
                    tuple
                        .elems
                        .iter()
                        .map(MatchPattern::of)
                        .collect::<Result<_, _>>()?,
                )
            }
            _ => return Err(from),
        })
    }

    /// The names that it binds, without duplicates.
    pub(crate) fn names(&self) -> Vec<&'a Ident> {
        let mut names = Vec::new();
        self.bound(&mut names);
        names
    }

    fn bound(&self, into: &mut Vec<&'a Ident>) {
        match self {
            MatchPattern::Bind(name) => {
                if !into.contains(name) {
                    into.push(name);
                }
            }
            MatchPattern::Variant(_, fields) => {
                fields.iter().for_each(|(_, field)| field.bound(into))
            }
            MatchPattern::At(name, inner) => {
                if !into.contains(name) {
                    into.push(name);
                }
                inner.bound(into);
            }
            MatchPattern::Some(inner) => inner.bound(into),
            MatchPattern::Or(cases) | MatchPattern::Tuple(cases) => {
                cases.iter().for_each(|case| case.bound(into));
            }
            MatchPattern::Wildcard
            | MatchPattern::Literal(_)
            | MatchPattern::Constant(_)
            | MatchPattern::Range(..)
            | MatchPattern::None => {}
        }
    }
}

/// The fields that an error's pattern binds, by the field's name.
pub(crate) type Fields<'a> = Vec<(String, &'a Ident)>;

/// Parses an error's pattern; returns a part that is nested deeper than the fields as the error.
pub(crate) fn error_fields(from: &Pat) -> Result<Fields<'_>, &Pat> {
    let parts: Vec<(String, &Pat)> = match from {
        Pat::Wild(_) | Pat::Path(_) => Vec::new(),
        Pat::Ident(ident) if !is_bound(&ident.ident) => Vec::new(),
        Pat::Struct(pattern) => pattern
            .fields
            .iter()
            .map(|field| (member(&field.member), &*field.pat))
            .collect(),
        Pat::TupleStruct(pattern) => (0..)
            .zip(&pattern.elems)
            .map(|(index, field): (usize, _)| (index.to_string(), field))
            .collect(),
        other => return Err(other),
    };
    let mut fields = Vec::new();
    let count = parts.len();
    for (index, (name, part)) in parts.into_iter().enumerate() {
        match part {
            Pat::Wild(_) => {}
            // After `..` a field's index depends on the number of fields.
            Pat::Rest(_) if index + 1 == count => {}
            Pat::Ident(ident) if ident.subpat.is_none() && is_bound(&ident.ident) => {
                fields.push((name, &ident.ident));
            }
            deeper => return Err(deeper),
        }
    }
    Ok(fields)
}

/// The path of an error's pattern; `None` for `_`.
pub(crate) fn error_path(from: &Pat) -> Option<Path> {
    match from {
        Pat::Path(path) => Some(path.path.clone()),
        Pat::Ident(ident) => Some(ident.ident.clone().into()),
        Pat::Struct(pattern) => Some(pattern.path.clone()),
        Pat::TupleStruct(pattern) => Some(pattern.path.clone()),
        _ => None,
    }
}

/// Whether a name in a pattern is a binding, by Rust's naming conventions: constants and variants
/// begin with a capital.
pub(crate) fn is_bound(name: &Ident) -> bool {
    !name
        .unraw()
        .to_string()
        .starts_with(|c: char| c.is_uppercase())
}

/// Whether a name is spelled like a constant: `MAX_ITEMS`.
fn is_constant(name: &Ident) -> bool {
    let text = name.unraw().to_string();
    text.len() > 1 && !text.chars().any(char::is_lowercase)
}

fn member(member: &Member) -> String {
    match member {
        Member::Named(name) => name.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
