//! Types between a JSON Schema and a language. A type accepts at least the JSON that its schema
//! accepts: what a language cannot express, such as a range of numbers, is left out.

use std::collections::{HashMap, HashSet};

use stepwright_asl::json::Json;

/// The declarations of one generated file, in reading order.
#[derive(Debug, Default)]
pub(super) struct TypeModule {
    pub(super) declarations: Vec<TypeDeclaration>,
}

/// A type with a name.
#[derive(Debug)]
pub(super) struct TypeDeclaration {
    pub(super) name: String,
    pub(super) doc: Option<String>,
    pub(super) body: TypeBody,
}

#[derive(Debug)]
pub(super) enum TypeBody {
    Object(ObjectType),
    Alias(TypeExpr),
}

/// An object with named members. It may have further ones.
#[derive(Debug)]
pub(super) struct ObjectType {
    pub(super) members: Vec<TypeMember>,
    /// Whether its schema describes members with other names.
    pub(super) has_others: bool,
}

#[derive(Debug)]
pub(super) struct TypeMember {
    pub(super) name: String,
    pub(super) doc: Option<String>,
    pub(super) is_optional: bool,
    pub(super) value: TypeExpr,
}

/// A use of a type. Objects with named members are always declarations.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TypeExpr {
    /// Any JSON value.
    Unknown,
    Null,
    Boolean,
    Integer,
    Number,
    String,
    /// A string, a number or a boolean.
    Literal(Json),
    List(Box<TypeExpr>),
    Tuple(Vec<TypeExpr>),
    /// An object whose members have any names and this type.
    Map(Box<TypeExpr>),
    Union(Vec<UnionAlternative>),
    Named(String),
}

/// An alternative of a union, such as a variant of an enum.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct UnionAlternative {
    pub(super) doc: Option<String>,
    pub(super) value: TypeExpr,
}

impl TypeExpr {
    /// Returns the union of alternatives, each once. With an unknown alternative, all are unknown.
    pub(super) fn union(alternatives: Vec<UnionAlternative>) -> TypeExpr {
        let mut flat: Vec<UnionAlternative> = Vec::new();
        for alternative in alternatives {
            let inner = match alternative.value {
                TypeExpr::Union(inner) => inner,
                value => vec![UnionAlternative {
                    doc: alternative.doc,
                    value,
                }],
            };
            for alternative in inner {
                if alternative.value == TypeExpr::Unknown {
                    return TypeExpr::Unknown;
                }
                if !flat.iter().any(|known| known.value == alternative.value) {
                    flat.push(alternative);
                }
            }
        }
        match flat.as_slice() {
            [] => TypeExpr::Unknown,
            [only] if only.doc.is_none() => only.value.clone(),
            _ => TypeExpr::Union(flat),
        }
    }

    /// Calls a function with each name in the type.
    pub(super) fn for_each_name<'t>(&'t self, found: &mut impl FnMut(&'t str)) {
        match self {
            TypeExpr::Named(name) => found(name),
            TypeExpr::List(item) | TypeExpr::Map(item) => item.for_each_name(found),
            TypeExpr::Tuple(items) => items.iter().for_each(|item| item.for_each_name(found)),
            TypeExpr::Union(alternatives) => alternatives
                .iter()
                .for_each(|one| one.value.for_each_name(found)),
            _ => {}
        }
    }

    /// Returns the names that an alias of this type stands for directly, without an object or a
    /// list between.
    fn direct_names(&self) -> Vec<&str> {
        match self {
            TypeExpr::Named(name) => vec![name],
            TypeExpr::Union(alternatives) => alternatives
                .iter()
                .flat_map(|one| one.value.direct_names())
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl TypeModule {
    /// Makes aliases unknown that are defined by themselves only, as in `A = B` and `B = A`. No
    /// language accepts them, and their schemas accept any value.
    pub(super) fn break_circular_aliases(&mut self) {
        let aliased: HashMap<&str, Vec<&str>> = (self.declarations.iter())
            .filter_map(|one| match &one.body {
                TypeBody::Alias(value) => Some((one.name.as_str(), value.direct_names())),
                TypeBody::Object(_) => None,
            })
            .collect();
        let is_circular = |start: &TypeDeclaration| {
            let name = start.name.as_str();
            let mut seen = HashSet::new();
            let mut pending = vec![name];
            while let Some(next) = pending.pop() {
                for target in aliased.get(next).into_iter().flatten() {
                    if *target == name {
                        return true;
                    }
                    if seen.insert(*target) {
                        pending.push(target);
                    }
                }
            }
            false
        };
        let circular: Vec<bool> = self.declarations.iter().map(is_circular).collect();
        for (declaration, is_circular) in self.declarations.iter_mut().zip(circular) {
            if is_circular {
                declaration.body = TypeBody::Alias(TypeExpr::Unknown);
            }
        }
    }
}
