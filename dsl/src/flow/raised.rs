//! Errors that a function workflow returns: `Err(OrderFailed::Rejected { reason })` as a Fail
//! state.
//!
//! The error has the same name and the same cause as if a task had returned it, so that a workflow
//! that calls this one can match it and read its fields.

use super::State;
use crate::__::library;
use crate::expr::{ALL_DIGITS, Expr, Piece, Text, error_variant};
use crate::functions;
use crate::shape::Shape;
use crate::task::{ErrorVariant, MessagePiece, TaskError};
use crate::type_block::Witness;
use std::marker::PhantomData;

/// The error of a Fail state.
#[derive(Debug)]
pub struct RaisedError {
    error: Expr,
    cause: Expr,
}

/// The type of a raised error.
#[derive(Debug)]
pub struct RaisedType<E>(pub Witness<E>);

impl<E: TaskError> RaisedType<E> {
    /// The value of this type with these fields.
    pub fn value(self, variant: &str, fields: Vec<(&'static str, Expr)>) -> RaisedError {
        match error_variant::<E>(variant) {
            Some(row) => RaisedError {
                error: Expr::literal(row.error),
                cause: cause_of(row, fields),
            },
            None => RaisedError {
                error: Expr::none(),
                cause: Expr::refused(format!(
                    "the variant `{variant}` is transparent, so it has the name of the error inside: return another variant, or pass the error on with `?`"
                )),
            },
        }
    }
}

/// The same for a type that is no error, which rustc reports in the type block, so that it is not
/// reported twice.
pub trait NoRaisedError: Sized {
    /// An error that is never built.
    fn value(self, _variant: &str, _fields: Vec<(&'static str, Expr)>) -> RaisedError {
        RaisedError {
            error: Expr::none(),
            cause: Expr::none(),
        }
    }
}

impl<E> NoRaisedError for RaisedType<E> {}

impl State {
    /// Fail: sets `Error` and `Cause` to those of an error.
    pub fn raises(self, raised: RaisedError) -> State {
        self.error(raised.error).cause(raised.cause)
    }

    /// Task, Parallel, Map: adds a Retrier, unless it names no error: those of an error type
    /// without values.
    pub fn retry_any(self, retry: super::Retry) -> State {
        if retry.errors.is_empty() {
            return self;
        }
        self.retry(retry)
    }

    /// Task, Parallel, Map: adds a Catcher, unless it names no error: those of a task that has
    /// none, or of an error type without values.
    pub fn catch_any(self, catch: super::Catch) -> State {
        if catch.errors.is_empty() {
            return self;
        }
        self.catch(catch)
    }
}

/// The cause of an error with these fields.
fn cause_of(row: &ErrorVariant, fields: Vec<(&'static str, Expr)>) -> Expr {
    let error = row.error;
    let field = |name: &str| {
        fields
            .iter()
            .find(|(field, _)| *field == name)
            .map_or_else(Expr::none, |(_, value)| value.clone())
    };
    let Some(pieces) = row.message else {
        return Expr::refused(format!(
            "the message of `{error}` is no simple template, so a Fail state cannot contain it: write `#[error(\"..\")]` with names of serialized fields, such as \
             `#[error(\"declined: {{reason}}\")]`"
        ));
    };
    let pieces = pieces.iter().map(|piece| match piece {
        MessagePiece::Text(text) => Piece::Text(Text::Borrowed(text)),
        MessagePiece::Field(name) => Piece::Value(field(name)),
    });
    let message = Expr::format(pieces.collect());
    let fields: Vec<RaisedField> = row
        .fields
        .iter()
        .map(|(name, shape)| RaisedField {
            name,
            value: field(name),
            shape: shape(),
        })
        .collect();
    let message = with_fields(message, fields);
    to_json(Expr::object(vec![
        ("errorType".into(), Expr::literal(error)),
        ("errorMessage".into(), message),
    ]))
}

/// A field of a raised error.
struct RaisedField {
    name: &'static str,
    value: Expr,
    shape: Shape,
}

/// The message with the fields, in the form of `stepwright::task::cause`.
fn with_fields(message: Expr, fields: Vec<RaisedField>) -> Expr {
    if fields.is_empty() {
        return message;
    }
    let object = |fields: Vec<RaisedField>| {
        let fields = fields.into_iter();
        Expr::object(
            fields
                .map(|field| (Text::Borrowed(field.name), field.value))
                .collect(),
        )
    };
    let has_many_digits = |field: &&RaisedField| field.shape.may_have_many_digits();
    if !fields.iter().any(|field| has_many_digits(&field)) {
        return to_json(Expr::object(vec![
            ("message".into(), message),
            ("fields".into(), object(fields)),
        ]));
    }
    let with_all_digits = |value| Piece::Value(Expr::function(ALL_DIGITS, vec![value]));
    let mut pieces = vec![
        Piece::Text("{\"message\":".into()),
        Piece::Value(to_json(message)),
    ];
    let mut before = ",\"fields\":".to_owned();
    let mut wide = fields.iter().filter(has_many_digits);
    let end = if wide.all(|field| field.shape.is_integer()) {
        before.push('{');
        for field in fields {
            before.push_str(&format!("\"{}\":", field.name));
            pieces.push(Piece::Text(before.into()));
            pieces.push(with_all_digits(field.value));
            before = ",".to_owned();
        }
        "}}"
    } else {
        pieces.push(Piece::Text(before.into()));
        pieces.push(with_all_digits(object(fields)));
        "}"
    };
    pieces.push(Piece::Text(end.into()));
    Expr::format(pieces)
}

/// The variants of an error type.
#[derive(Debug)]
pub struct VariantsOf<E>(PhantomData<E>);

impl<E: TaskError> VariantsOf<E> {
    /// The variants.
    pub const VARIANTS: &'static [ErrorVariant] = E::VARIANTS;
}

/// The variants of a type that is no error: none. rustc reports that type where a function returns
/// it.
pub trait NoVariants {
    /// The variants.
    const VARIANTS: &'static [ErrorVariant] = &[];
}

impl<E> NoVariants for VariantsOf<E> {}

/// Whether a variant has a message that a Fail state can contain. A transparent variant is not in
/// the list, and `raises` refuses it.
#[must_use]
pub const fn has_simple_message(variants: &[ErrorVariant], name: &str) -> bool {
    let mut rest = variants;
    while let [row, others @ ..] = rest {
        if equal(row.variant.as_bytes(), name.as_bytes()) {
            return row.message.is_some();
        }
        rest = others;
    }
    true
}

const fn equal(one: &[u8], other: &[u8]) -> bool {
    match (one, other) {
        ([], []) => true,
        ([a, one @ ..], [b, other @ ..]) => *a == *b && equal(one, other),
        _ => false,
    }
}

fn to_json(value: Expr) -> Expr {
    library::<functions::to_json>(vec![value])
}
