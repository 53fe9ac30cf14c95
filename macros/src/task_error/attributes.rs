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
            if !meta.path.is_ident("name") {
                return Err(meta.error("expected `name = \"..\"`"));
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
