//! The types of field values.

use indexmap::IndexMap;

use crate::json::{Json, NotFinite, Number};
use crate::substitution::is_substitution;
use crate::value_path::ValuePath;

use super::enumerations::{Vocabulary, Word};
use super::schema::ValueKind;
use super::structure::{Field, ParseContext, take};

/// The value of `InputPath`, `OutputPath` or `ResultPath`. `null` differs from an absent field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathField {
    /// `null`: an empty input or output, or a discarded result.
    Null,
    /// The text of the path.
    Path(String),
}

impl PathField {
    /// The text of the path; `None` for `null`.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            PathField::Null => None,
            PathField::Path(path) => Some(path),
        }
    }
}

impl From<&str> for PathField {
    fn from(path: &str) -> PathField {
        PathField::Path(path.to_owned())
    }
}

/// A number, or a string instead: a JSONata expression, or a `${substitution}` that a template
/// engine fills in.
#[derive(Debug, Clone, PartialEq)]
pub enum NumberOrExpression {
    /// The number.
    Number(Number),
    /// The string with its delimiters, such as `{% $states.input.delay %}`.
    Expression(String),
}

impl NumberOrExpression {
    /// The number, if this is one.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            NumberOrExpression::Number(number) => Some(number),
            NumberOrExpression::Expression(_) => None,
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            NumberOrExpression::Number(_) => None,
            NumberOrExpression::Expression(text) => Some(text),
        }
    }
}

impl From<Number> for NumberOrExpression {
    fn from(number: Number) -> NumberOrExpression {
        NumberOrExpression::Number(number)
    }
}

macro_rules! from_integer {
    ($($integer:ty),*) => {$(
        impl From<$integer> for NumberOrExpression {
            fn from(value: $integer) -> NumberOrExpression {
                NumberOrExpression::Number(value.into())
            }
        }
    )*};
}
from_integer!(i32, i64, u32, u64, usize);

impl TryFrom<f64> for NumberOrExpression {
    type Error = NotFinite;

    fn try_from(value: f64) -> Result<NumberOrExpression, NotFinite> {
        Number::try_from(value).map(NumberOrExpression::Number)
    }
}

impl From<&str> for NumberOrExpression {
    fn from(text: &str) -> NumberOrExpression {
        NumberOrExpression::Expression(text.to_owned())
    }
}

impl From<String> for NumberOrExpression {
    fn from(text: String) -> NumberOrExpression {
        NumberOrExpression::Expression(text)
    }
}

/// An optional field has the same type, and is absent if `None`.
impl<T: Field> Field for Option<T> {
    const KIND: ValueKind = T::KIND;

    fn read(json: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Option<Self> {
        T::read(json, at, reading).map(Some)
    }

    fn write(&self) -> Option<Json> {
        self.as_ref().and_then(T::write)
    }
}

impl<T: Field> Field for Box<T> {
    const KIND: ValueKind = T::KIND;

    fn read(json: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Option<Self> {
        T::read(json, at, reading).map(Box::new)
    }

    fn write(&self) -> Option<Json> {
        T::write(self)
    }
}

impl Field for String {
    const KIND: ValueKind = ValueKind::Text;

    fn read(json: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Option<Self> {
        take(json, Self::KIND, at, reading, |json| {
            json.as_str().map(str::to_owned)
        })
    }

    fn write(&self) -> Option<Json> {
        Some(self.as_str().into())
    }
}

impl Field for Word<bool> {
    const KIND: ValueKind = ValueKind::Bool;

    fn read(json: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Option<Self> {
        take(json, Self::KIND, at, reading, |json| match json {
            Json::Bool(value) => Some(Word::Known(*value)),
            Json::String(text) if is_substitution(text) => Some(Word::Substitution(text.clone())),
            _ => None,
        })
    }

    fn write(&self) -> Option<Json> {
        Some(match self {
            Word::Known(value) => (*value).into(),
            Word::Substitution(text) => text.as_str().into(),
        })
    }
}

impl Field for NumberOrExpression {
    const KIND: ValueKind = ValueKind::Number;

    fn read(json: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Option<Self> {
        take(json, Self::KIND, at, reading, |json| match json {
            Json::Number(number) => Some(NumberOrExpression::Number(number.clone())),
            Json::String(text) => Some(NumberOrExpression::Expression(text.clone())),
            _ => None,
        })
    }

    fn write(&self) -> Option<Json> {
        Some(match self {
            NumberOrExpression::Number(number) => Json::Number(number.clone()),
            NumberOrExpression::Expression(text) => Json::String(text.clone()),
        })
    }
}

impl Field for PathField {
    const KIND: ValueKind = ValueKind::Path;

    fn read(json: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Option<Self> {
        take(json, Self::KIND, at, reading, |json| match json {
            Json::Null => Some(PathField::Null),
            Json::String(path) => Some(PathField::Path(path.clone())),
            _ => None,
        })
    }

    fn write(&self) -> Option<Json> {
        Some(self.as_str().map_or(Json::Null, Json::from))
    }
}

impl Field for Json {
    const KIND: ValueKind = ValueKind::Template;

    fn read(json: &Json, _: &ValuePath<'_>, _: &mut ParseContext<'_>) -> Option<Self> {
        Some(json.clone())
    }

    fn write(&self) -> Option<Json> {
        Some(self.clone())
    }
}

impl Field for IndexMap<String, Json> {
    const KIND: ValueKind = ValueKind::Templates;

    fn read(json: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Option<Self> {
        take(json, Self::KIND, at, reading, |json| {
            json.as_object().cloned()
        })
    }

    fn write(&self) -> Option<Json> {
        Some(Json::Object(self.clone()))
    }
}

impl Field for Vec<String> {
    const KIND: ValueKind = ValueKind::Texts;

    fn read(json: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Option<Self> {
        take(json, Self::KIND, at, reading, |json| {
            let items = json.as_array()?.iter();
            items.map(|item| item.as_str().map(str::to_owned)).collect()
        })
    }

    fn write(&self) -> Option<Json> {
        Some(Json::Array(
            self.iter().map(|text| text.as_str().into()).collect(),
        ))
    }
}

impl<W: Vocabulary> Field for Word<W> {
    const KIND: ValueKind = ValueKind::Word(W::ALL);

    fn read(json: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Option<Self> {
        let text = take(json, Self::KIND, at, reading, Json::as_str)?;
        let word = match W::named(text) {
            Some(word) => Some(Word::Known(word)),
            None if is_substitution(text) => Some(Word::Substitution(text.to_owned())),
            None => None,
        };
        if word.is_none() {
            let message = format!("Value is not one of: [{}]", W::ALL.join(", "));
            reading.fault(W::RULE, message, at);
        }
        word
    }

    fn write(&self) -> Option<Json> {
        Some(match self {
            Word::Known(word) => word.as_ref().into(),
            Word::Substitution(text) => text.as_str().into(),
        })
    }
}
