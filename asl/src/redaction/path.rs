//! Paths of sensitive fields.

use serde::{Deserialize, Serialize};

/// The names of a path; `None` matches any name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Path(Vec<Option<String>>);

/// An error: the text is not a path of field names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is not a path of field names: {reason}")]
pub struct InvalidRedactionPath {
    path: String,
    reason: &'static str,
}

impl Path {
    /// The path of a single name.
    pub(super) fn of_field(name: String) -> Path {
        Path(vec![Some(name)])
    }

    pub(super) fn parse(text: &str) -> Result<Path, InvalidRedactionPath> {
        names(text.trim())
            .map(Path)
            .map_err(|reason| InvalidRedactionPath {
                path: text.to_owned(),
                reason,
            })
    }

    /// Whether `names` ends with this path.
    pub(super) fn is_end_of<S: AsRef<str>>(&self, names: &[S]) -> bool {
        let Some(start) = names.len().checked_sub(self.0.len()) else {
            return false;
        };
        let mut own = self.0.iter().zip(&names[start..]);
        own.all(|(own, name)| own.as_ref().is_none_or(|own| own == name.as_ref()))
    }
}

fn names(text: &str) -> Result<Vec<Option<String>>, &'static str> {
    let mut names = Vec::new();
    let mut rest = match text.strip_prefix('$') {
        // `$` alone, `$.card` and `$['card']`; `$id` is a name.
        Some(rest) if rest.is_empty() || rest.starts_with(['.', '[']) => rest,
        _ => text,
    };
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let (inside, after) = bracket(after)?;
            if let Some(name) = inside {
                names.push(Some(name));
            }
            rest = after;
        } else {
            if let Some(after) = rest.strip_prefix('.') {
                if after.starts_with('.') {
                    return Err("a path matches at any depth; remove `..`");
                }
                rest = after;
            }
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            match &rest[..end] {
                "" => return Err("a name is missing after a dot"),
                "*" => names.push(None),
                name => names.push(Some(name.to_owned())),
            }
            rest = &rest[end..];
        }
    }
    if names.iter().any(Option::is_some) {
        Ok(names)
    } else {
        Err("it needs the name of a field, as in `card.number`")
    }
}

/// Parses brackets and returns the remaining text: a quoted name, or all items of a list, which are
/// skipped.
fn bracket(text: &str) -> Result<(Option<String>, &str), &'static str> {
    const UNCLOSED: &str = "a bracket is not closed";
    for quote in ['\'', '"'] {
        if let Some(rest) = text.strip_prefix(quote) {
            let (name, rest) = rest.split_once(quote).ok_or(UNCLOSED)?;
            let rest = rest.strip_prefix(']').ok_or(UNCLOSED)?;
            return match name {
                "" => Err("a name between quotes is empty"),
                name => Ok((Some(name.to_owned()), rest)),
            };
        }
    }
    let (inside, rest) = text.split_once(']').ok_or(UNCLOSED)?;
    match inside {
        "" | "*" => Ok((None, rest)),
        _ => Err("all items of a list are masked; write `[*]`, or remove the brackets"),
    }
}
