//! Fields and items of a value, by its shape; shared by both query languages.

use crate::shape::{CustomForm, Field, Fields, Presence, Shape};

/// The result of looking up a field by its name.
pub(super) enum Member {
    /// The value itself: the wrapped value of a newtype, with this shape.
    Same(Shape),
    /// A serialized field.
    Field(Field),
    /// A member of a value of unknown type.
    Unknown,
}

/// The field with this Rust name, or why there is none.
pub(super) fn field(shape: &Shape, name: &str) -> Result<Member, String> {
    match shape.resolve() {
        Shape::Any => Ok(Member::Unknown),
        Shape::Custom(form) => Err(form.refusal()),
        Shape::Struct(shape) => {
            let found = match &shape.fields {
                Fields::Newtype(field) if field.name == name => {
                    return Ok(Member::Same(field.shape.clone()));
                }
                Fields::Newtype(field) => return self::field(&field.shape, name),
                Fields::Named(fields) => fields.iter().find(|field| field.name == name),
                Fields::Tuple(_) | Fields::Unit => None,
            };
            match found {
                Some(field) => travels(field).map(|field| Member::Field(field.clone())),
                None => Err(format!("`{}` has no field `{name}`", shape.name)),
            }
        }
        other => Err(format!("{} has no field `{name}`", other.describe())),
    }
}

/// The index and shape of a tuple's item in its JSON list, or why there is none. The item of a
/// newtype has no index.
pub(super) fn item(shape: &Shape, index: usize) -> Result<(Option<usize>, Shape), String> {
    let shape = shape.resolve();
    if let Shape::Custom(form) = shape {
        return Err(form.refusal());
    }
    let found = match &shape {
        Shape::Struct(of) => match &of.fields {
            Fields::Newtype(field) if index == 0 => return Ok((None, field.shape.clone())),
            Fields::Tuple(fields) => match fields.get(index) {
                Some(field) => {
                    travels(field)?;
                    // Fields that serde skips are not part of the list.
                    let before = fields.iter().take(index);
                    let place = before.filter(|field| travels(field).is_ok()).count();
                    Some((place, field.shape.clone()))
                }
                None => None,
            },
            _ => None,
        },
        Shape::Tuple(items) => items.get(index).map(|item| (index, item.clone())),
        Shape::Array(item) => Some((index, Shape::clone(item))),
        Shape::Any => Some((index, Shape::Any)),
        _ => None,
    };
    match found {
        Some((place, shape)) => Ok((Some(place), shape)),
        None => Err(format!("{} has no field `{index}`", shape.describe())),
    }
}

/// The user's functions that serialize a value only in this field: elsewhere its type has another
/// form.
pub(super) fn custom_field(shape: &Shape) -> Option<CustomForm> {
    match shape.resolve() {
        Shape::Custom(form) if form.of_field => Some(form),
        _ => None,
    }
}

fn travels(field: &Field) -> Result<&Field, String> {
    match field.presence {
        Presence::Never => Err(format!(
            "the field `{}` is not part of the JSON, because serde skips it, so a workflow cannot read it",
            field.name
        )),
        _ if field.flatten && matches!(field.shape.plain(), Shape::Option(_)) => Err(format!(
            "the field `{}` is an `Option` that is flattened, and JSON has no member for its `None`: read a field without `#[serde(flatten)]`, or flatten a struct \
             whose fields are `Option`s",
            field.name
        )),
        _ => Ok(field),
    }
}
