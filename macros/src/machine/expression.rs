//! The user's expressions, and the structures that contain them.

use crate::checked_type::DeclaredType;
use proc_macro2::{Ident, Span};
use syn::{Expr, Lit, LitStr};

/// A user's Rust expression, with a number that identifies it in later stages.
pub(crate) struct UserExpr {
    pub(crate) id: usize,
    pub(crate) syn: Expr,
}

impl UserExpr {
    /// The number of an expression of a function until its states are final.
    const UNNUMBERED: usize = usize::MAX;
}

impl From<Expr> for UserExpr {
    fn from(syn: Expr) -> UserExpr {
        UserExpr {
            id: UserExpr::UNNUMBERED,
            syn,
        }
    }
}

/// `let name: Type =` or `let (a, b) =`.
#[derive(Clone)]
pub(crate) struct LetBinding {
    /// `None` means `_`.
    pub(crate) names: Vec<Option<Ident>>,
    /// Whether the names are those of a tuple's fields.
    pub(crate) tuple: bool,
    pub(crate) ty: Option<DeclaredType>,
    pub(crate) equals: Span,
    /// Whether only its own state reads the names, so that they are no variables.
    pub(crate) is_local: bool,
}

impl LetBinding {
    /// The binding of one name without a type.
    pub(crate) fn one(name: Ident) -> LetBinding {
        LetBinding {
            equals: name.span(),
            names: vec![Some(name)],
            tuple: false,
            ty: None,
            is_local: false,
        }
    }

    /// Its first name, or the `=`.
    pub(crate) fn span(&self) -> Span {
        self.named().next().map_or(self.equals, Ident::span)
    }

    /// The names except `_`.
    pub(crate) fn named(&self) -> impl Iterator<Item = &Ident> {
        self.names.iter().flatten()
    }
}

/// `let name = expression;`
pub(crate) struct Let {
    pub(crate) binding: LetBinding,
    pub(crate) value: UserExpr,
}

/// The arguments of a service, `{ Key: value, "Other key": { .. } }`: JSON whose leaves are
/// expressions.
pub(crate) struct ObjectLiteral {
    pub(crate) entries: Vec<(String, Span, ObjectValue)>,
}

/// A value in an [`ObjectLiteral`].
pub(crate) enum ObjectValue {
    Object(ObjectLiteral),
    Array(Vec<ObjectValue>),
    Expression(UserExpr),
}

/// Defines the list of the expressions in a literal, in a shared and a mutable form.
macro_rules! expressions {
    ($name:ident, $iter:ident, $($of:tt)+) => {
        impl ObjectLiteral {
            /// The expressions in it, in the order of the source.
            pub(crate) fn $name(self: $($of)+ Self) -> Vec<$($of)+ UserExpr> {
                let values = self.entries.$iter().map(|(_, _, value)| value);
                values.flat_map(ObjectValue::$name).collect()
            }
        }

        impl ObjectValue {
            /// The expressions in it, in the order of the source.
            pub(crate) fn $name(self: $($of)+ Self) -> Vec<$($of)+ UserExpr> {
                match self {
                    ObjectValue::Object(object) => object.$name(),
                    ObjectValue::Array(items) => items.$iter().flat_map(Self::$name).collect(),
                    ObjectValue::Expression(expression) => vec![expression],
                }
            }
        }
    };
}

expressions!(expressions, iter, &);
expressions!(expressions_mut, iter_mut, &mut);

/// Seconds, constant or computed.
pub(crate) enum Amount {
    Seconds(u64, Span),
    Computed(UserExpr),
}

impl Amount {
    /// The seconds, if they are constant.
    pub(crate) fn known(&self) -> Option<u64> {
        match self {
            Amount::Seconds(seconds, _) => Some(*seconds),
            Amount::Computed(_) => None,
        }
    }

    /// The expression, if they are computed.
    pub(crate) fn computed(&self) -> Option<&UserExpr> {
        match self {
            Amount::Seconds(..) => None,
            Amount::Computed(expression) => Some(expression),
        }
    }

    /// The expression, if they are computed.
    pub(crate) fn computed_mut(&mut self) -> Option<&mut UserExpr> {
        match self {
            Amount::Seconds(..) => None,
            Amount::Computed(expression) => Some(expression),
        }
    }
}

/// Verbatim fields, after `raw`.
pub(crate) type RawFields = Vec<(LitStr, JsonLiteral)>;

/// A JSON value.
#[derive(Clone)]
pub(crate) enum JsonLiteral {
    Null,
    Bool(bool),
    /// A number, and whether a minus precedes it.
    Number(Lit, bool),
    String(LitStr),
    Array(Vec<JsonLiteral>),
    Object(RawFields),
    /// `_`: the field is removed, although the macro would write it.
    Omitted,
}

/// `name: value`
pub(crate) struct Setting {
    pub(crate) name: Ident,
    pub(crate) value: SettingValue,
}

/// The value of a setting.
pub(crate) enum SettingValue {
    /// An integer, or a duration in seconds.
    Whole(u64, Span),
    Literal(Lit),
    Word(Ident),
    /// `["id", "name"]`
    List(Vec<LitStr>, Span),
}

impl SettingValue {
    pub(crate) fn span(&self) -> Span {
        match self {
            SettingValue::Whole(_, span) | SettingValue::List(_, span) => *span,
            SettingValue::Literal(literal) => literal.span(),
            SettingValue::Word(word) => word.span(),
        }
    }
}
