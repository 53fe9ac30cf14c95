//! `#[task_error(..)]` and the attributes of `thiserror` that matter here.

use crate::root::Root;
use syn::{Attribute, Error, Field, LitStr, Result};

/// AWS's limit for an error's name.
const LONGEST_NAME: usize = 256;

/// `#[task_error(name = "..")]` on a variant or a struct.
pub(super) fn name(attributes: &[Attribute]) -> Result<Option<LitStr>> {
    let mut name = None;
    for attribute in attributes {
        if !attribute.path().is_ident("task_error") {
            continue;
        }
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                return Root::value(meta.input).map(|_| ());
            }
            if meta.path.is_ident("transparent") {
                return Ok(());
            }
            if !meta.path.is_ident("name") {
                return Err(meta.error("expected `name = \"..\"` or `transparent`"));
            }
            let text: LitStr = meta.value()?.parse()?;
            check(&text)?;
            name = Some(text);
            Ok(())
        })?;
    }
    Ok(name)
}

fn check(name: &LitStr) -> Result<()> {
    let text = name.value();
    let problem = if text.is_empty() {
        "an error needs a name".to_owned()
    } else if text.starts_with("States.") {
        "names that begin with `States.` belong to Step Functions; choose another prefix".to_owned()
    } else if text.chars().count() > LONGEST_NAME {
        format!("an error's name has at most {LONGEST_NAME} characters")
    } else {
        return Ok(());
    };
    Err(Error::new(name.span(), problem))
}

/// Whether a field is serialized with the error.
pub(super) fn travels(field: &Field) -> Result<bool> {
    let mut travels = field.ident.as_ref().is_none_or(|name| name != "source");
    for attribute in &field.attrs {
        let path = attribute.path();
        if path.is_ident("source") || path.is_ident("from") || path.is_ident("backtrace") {
            travels = false;
        } else if path.is_ident("task_error") {
            attribute.parse_nested_meta(|meta| {
                if !meta.path.is_ident("skip") {
                    return Err(meta.error("a field takes only `#[task_error(skip)]`"));
                }
                travels = false;
                Ok(())
            })?;
        }
    }
    Ok(travels)
}

/// Whether a variant has `#[task_error(transparent)]`: it has the name of the error in it.
pub(super) fn is_transparent(attributes: &[Attribute]) -> bool {
    let mut found = false;
    for attribute in attributes {
        if attribute.path().is_ident("task_error") {
            // Other options are parsed, and reported, elsewhere.
            let _ = attribute.parse_nested_meta(|meta| {
                found |= meta.path.is_ident("transparent");
                if meta.input.peek(syn::Token![=]) {
                    meta.value()?.parse::<syn::Expr>()?;
                }
                Ok(())
            });
        }
    }
    found
}

/// Whether a field has `#[from]`.
pub(super) fn is_from(field: &Field) -> bool {
    field
        .attrs
        .iter()
        .any(|attribute| attribute.path().is_ident("from"))
}

/// A part of a message: text, or the name of a field.
pub(super) enum MessagePart {
    Text(String),
    Field(String),
}

/// The template of `#[error("..")]`; `None` if it is more than text with names of fields.
pub(super) fn message(attributes: &[Attribute]) -> Option<Vec<MessagePart>> {
    let attribute = attributes
        .iter()
        .find(|attribute| attribute.path().is_ident("error"))?;
    let template: LitStr = attribute.parse_args().ok()?;
    let template = template.value();
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut letters = template.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' if letters.peek() == Some(&'{') => {
                letters.next();
                text.push('{');
            }
            '}' if letters.peek() == Some(&'}') => {
                letters.next();
                text.push('}');
            }
            '{' => {
                let mut name = String::new();
                loop {
                    match letters.next()? {
                        '}' => break,
                        letter => name.push(letter),
                    }
                }
                let is_name = !name.is_empty()
                    && name
                        .chars()
                        .all(|letter| letter.is_alphanumeric() || letter == '_');
                if !is_name {
                    return None;
                }
                if !text.is_empty() {
                    parts.push(MessagePart::Text(std::mem::take(&mut text)));
                }
                parts.push(MessagePart::Field(name));
            }
            letter => text.push(letter),
        }
    }
    if !text.is_empty() {
        parts.push(MessagePart::Text(text));
    }
    Some(parts)
}
