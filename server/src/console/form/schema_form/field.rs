//! The fields of a form.

use serde_json::{Map, Value as Json};

/// A value that a person enters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    /// The JSON Pointer of the value.
    pub(super) pointer: String,
    pub(super) description: Option<String>,
    /// Whether the JSON must contain it.
    pub(super) is_required: bool,
    /// Whether it may be `null`.
    pub(super) is_nullable: bool,
    pub(super) default: Option<Json>,
    pub(super) kind: FieldKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum FieldKind {
    Text {
        /// What the text must look like.
        example: Option<&'static str>,
    },
    Moment(MomentKind),
    Number {
        is_integer: bool,
        minimum: Option<String>,
        maximum: Option<String>,
    },
    Boolean,
    /// One of these texts or other constants.
    Choice(Vec<Json>),
    Constant(Json),
    Object(Vec<Field>),
    /// One of several forms: the variants of an enum.
    Variants(Vec<Variant>),
    /// Everything else, as JSON text, with an example of it.
    Json(Option<Json>),
}

/// Texts for which browsers have inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MomentKind {
    /// RFC 3339. The form has a list for the zone.
    Utc,
    /// A date and a time without a zone.
    Local,
    Date,
    Time,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variant {
    pub(super) label: String,
    pub(super) field: Field,
}

impl Field {
    /// Whether the inputs of this field show the whole value.
    pub(super) fn shows(&self, value: &Json) -> bool {
        if value.is_null() && self.is_nullable {
            return true;
        }
        match &self.kind {
            FieldKind::Text { .. } | FieldKind::Moment(_) => value.is_string(),
            FieldKind::Number { is_integer, .. } => {
                if *is_integer {
                    value.is_i64() || value.is_u64()
                } else {
                    value.is_number()
                }
            }
            FieldKind::Boolean => value.is_boolean(),
            FieldKind::Choice(options) => options.contains(value),
            FieldKind::Constant(constant) => constant == value,
            FieldKind::Object(fields) => value
                .as_object()
                .is_some_and(|members| shows_members(fields, members)),
            FieldKind::Variants(variants) => {
                variants.iter().any(|variant| variant.field.shows(value))
            }
            FieldKind::Json(_) => true,
        }
    }

    /// Returns a value with the form of this field.
    pub(super) fn example(&self) -> Json {
        if let Some(default) = &self.default {
            return default.clone();
        }
        match &self.kind {
            FieldKind::Text { example } => Json::from(example.unwrap_or_default()),
            FieldKind::Moment(kind) => Json::from(kind.example()),
            FieldKind::Number { .. } => Json::from(0),
            FieldKind::Boolean => Json::from(false),
            FieldKind::Choice(options) => options.first().cloned().unwrap_or_default(),
            FieldKind::Constant(constant) => constant.clone(),
            FieldKind::Object(fields) => {
                let fields = fields.iter();
                let members = fields.map(|field| (field.name.clone(), field.example()));
                Json::Object(members.collect())
            }
            FieldKind::Variants(variants) => variants
                .first()
                .map(|variant| variant.field.example())
                .unwrap_or_default(),
            FieldKind::Json(example) => example.clone().unwrap_or_default(),
        }
    }

    /// Returns the number of fields in it.
    pub(super) fn count(&self) -> usize {
        match &self.kind {
            FieldKind::Object(fields) => fields.iter().map(Field::count).sum(),
            FieldKind::Variants(variants) => {
                variants.iter().map(|variant| variant.field.count()).sum()
            }
            _ => 1,
        }
    }
}

fn shows_members(fields: &[Field], members: &Map<String, Json>) -> bool {
    let shown = fields.iter().all(|field| match members.get(&field.name) {
        Some(value) => field.shows(value),
        None => !field.is_required,
    });
    let is_known = |name: &String| fields.iter().any(|field| field.name == *name);
    shown && members.keys().all(is_known)
}

impl MomentKind {
    /// Returns the type of the input element.
    pub(super) fn input_type(self) -> &'static str {
        match self {
            Self::Utc | Self::Local => "datetime-local",
            Self::Date => "date",
            Self::Time => "time",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Self::Utc => "2026-01-31T12:00:00Z",
            Self::Local => "2026-01-31T12:00:00",
            Self::Date => "2026-01-31",
            Self::Time => "12:00:00",
        }
    }

    /// Returns a text as the input element takes it; `None` for a text that it cannot show.
    pub(super) fn shown(self, text: &str) -> Option<&str> {
        let digits = match self {
            Self::Utc => text.strip_suffix('Z')?,
            Self::Local | Self::Date | Self::Time => text,
        };
        let form = match self {
            Self::Utc | Self::Local => "dddd-dd-ddTdd:dd:dd",
            Self::Date => "dddd-dd-dd",
            Self::Time => "dd:dd:dd",
        };
        let fits = digits.len() == form.len()
            && digits
                .bytes()
                .zip(form.bytes())
                .all(|(byte, form)| match form {
                    b'd' => byte.is_ascii_digit(),
                    other => byte == other,
                });
        fits.then_some(digits)
    }
}
