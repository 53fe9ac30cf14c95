//! Fields and items of a value by its shape: the same in both query languages.

use crate::shape::{CustomForm, Field, Fields, Presence, Shape};

/// What the name of a field leads to.
pub(super) enum Member {
    /// The value itself: what a newtype holds, of this shape.
    Same(Shape),
    /// A field that travels.
    Field(Field),
    /// What has that name in a value of unknown form.
    Unknown,
}

/// The field of a name in Rust, or why there is none.
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

/// The place in its list of an item of a tuple, and its shape, or why there is none. What a newtype holds has no place.
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
                    // Fields that serde skips take no place in the list.
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

/// The functions of the user's that write a value only as this field: elsewhere its type has another form.
pub(super) fn custom_field(shape: &Shape) -> Option<CustomForm> {
    match shape.resolve() {
        Shape::Custom(form) if form.of_field => Some(form),
        _ => None,
    }
}

fn travels(field: &Field) -> Result<&Field, String> {
    match field.presence {
        Presence::Never => Err(format!(
            "the field `{}` never travels, because serde skips it, so a workflow cannot read it",
            field.name
        )),
        _ => Ok(field),
    }
}
