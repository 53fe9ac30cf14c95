//! The query, the headers and the body of a request to an HTTP API.

use serde_json::{Map, Value as Json};

use crate::protocol::{encoded, value_text};

/// How a list is written in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArrayFormat {
    /// `a[0]=1&a[1]=2`
    Indices,
    /// `a=1&a=2`
    Repeat,
    /// `a=1,2`
    Commas,
    /// `a[]=1&a[]=2`
    Brackets,
}

impl ArrayFormat {
    /// Returns the format of a name; `INDICES` is the default.
    pub(super) fn of(name: Option<&str>) -> Self {
        match name {
            Some("REPEAT") => Self::Repeat,
            Some("COMMAS") => Self::Commas,
            Some("BRACKETS") => Self::Brackets,
            _ => Self::Indices,
        }
    }
}

/// Returns the pairs of an object whose values are texts or lists of them.
pub(super) fn pairs(value: Option<&Json>) -> Vec<(String, String)> {
    let members = value.and_then(Json::as_object).into_iter().flatten();
    let pairs = members.flat_map(|(name, value)| {
        let values = match value {
            Json::Array(values) => values.iter().map(value_text).collect(),
            Json::Null => Vec::new(),
            value => vec![value_text(value)],
        };
        values.into_iter().map(|value| (name.clone(), value))
    });
    pairs.collect()
}

/// Writes pairs as a query.
pub(super) fn query(pairs: &[(String, String)]) -> String {
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Writes an object as a form.
pub(super) fn form(members: &Map<String, Json>, format: ArrayFormat) -> String {
    let mut pairs = Vec::new();
    for (name, value) in members {
        add(&mut pairs, name.clone(), value, format);
    }
    query(&pairs)
}

fn add(pairs: &mut Vec<(String, String)>, name: String, value: &Json, format: ArrayFormat) {
    match value {
        Json::Object(members) => {
            for (key, value) in members {
                add(pairs, format!("{name}[{key}]"), value, format);
            }
        }
        Json::Array(items) if format == ArrayFormat::Commas => {
            let items: Vec<_> = items.iter().map(value_text).collect();
            pairs.push((name, items.join(",")));
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let name = match format {
                    ArrayFormat::Indices => format!("{name}[{index}]"),
                    ArrayFormat::Brackets => format!("{name}[]"),
                    ArrayFormat::Repeat | ArrayFormat::Commas => name.clone(),
                };
                add(pairs, name, item, format);
            }
        }
        value => pairs.push((name, value_text(value))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_have_the_documented_formats_in_a_form() {
        let body = json!({"a": [1, "b c"], "o": {"k": true}});
        let body = body.as_object().expect("it is an object");
        for (name, expected) in [
            (None, "a%5B0%5D=1&a%5B1%5D=b%20c&o%5Bk%5D=true"),
            (Some("REPEAT"), "a=1&a=b%20c&o%5Bk%5D=true"),
            (Some("COMMAS"), "a=1%2Cb%20c&o%5Bk%5D=true"),
            (Some("BRACKETS"), "a%5B%5D=1&a%5B%5D=b%20c&o%5Bk%5D=true"),
        ] {
            let format = ArrayFormat::of(name);
            assert_eq!(form(body, format), expected);
        }
    }

    #[test]
    fn a_query_may_repeat_a_name() {
        let query_of = |value| query(&pairs(Some(&value)));
        assert_eq!(
            query_of(json!({"id": ["1", "2"], "n": 3, "none": null})),
            "id=1&id=2&n=3"
        );
    }
}
