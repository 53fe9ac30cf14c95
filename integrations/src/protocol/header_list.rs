//! Lists in a header: items between commas.

use crate::models::Shape;

/// Returns an item, in quotation marks if it contains a comma or a quotation mark.
pub(super) fn quoted(text: String) -> String {
    if !text.contains([',', '"']) {
        return text;
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// Returns the items of a list.
pub(super) fn items(item: &Shape, text: &str) -> Vec<String> {
    let parts = split(text);
    match item {
        // A date has a comma itself, after the day of the week: `Mon, 16 Dec 2019 23:48:18 GMT`.
        Shape::Timestamp(_) if parts.iter().any(|part| part.ends_with("GMT")) => {
            parts.chunks(2).map(|date| date.join(", ")).collect()
        }
        _ => parts,
    }
}

fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ',' if !is_quoted => {
                parts.push(String::new());
                continue;
            }
            '"' => {
                is_quoted = !is_quoted;
                continue;
            }
            _ => {}
        }
        let letter = match letter {
            '\\' if is_quoted => letters.next().unwrap_or('\\'),
            letter => letter,
        };
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts
        .into_iter()
        .map(|part| part.trim().to_owned())
        .collect()
}
