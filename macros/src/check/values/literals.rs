//! The texts in `jsonata!`, `path!` and `intrinsic!`.

use super::Literal;
use stepwright_asl::intrinsic::Call;
use stepwright_asl::path::Path;
use syn::{LitStr, Macro};

/// The one literal that such a macro has.
pub(super) fn literal_text(call: &Macro) -> syn::Result<Literal> {
    let text = call.parse_body::<LitStr>().map_err(|error| {
        syn::Error::new(
            error.span(),
            "expected the text of the expression, as one literal in quotes",
        )
    })?;
    Ok(Literal {
        text: text.value(),
        span: text.span(),
    })
}

/// Whether the text can be read, else what is wrong and where in it.
pub(super) fn check(kind: &str, literal: &Literal) -> Result<(), String> {
    let outcome = match kind {
        "path" => Path::parse(&literal.text)
            .map(drop)
            .map_err(|error| (error.offset, error.message)),
        "intrinsic" => Call::parse(&literal.text)
            .map(drop)
            .map_err(|error| (error.offset, error.message)),
        _ => Ok(()),
    };
    outcome.map_err(|(offset, message)| place_in(&literal.text, offset, &message))
}

/// A message with the text and a caret below the place.
fn place_in(text: &str, offset: usize, message: &str) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(line_start..).unwrap_or_default();
    let line = line.lines().next().unwrap_or_default();
    let column = before.get(line_start..).unwrap_or_default().chars().count();
    format!(
        "{message}, at character {} of the text\n    {line}\n    {}^",
        before.chars().count() + 1,
        " ".repeat(column)
    )
}

/// The workflow variables that a text names: `$name`.
pub(super) fn jsonata(_kind: &str, text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if char != '$' {
            continue;
        }
        let name: String = text
            .get(at + 1..)
            .unwrap_or_default()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
        while chars
            .next_if(|(_, c)| c.is_alphanumeric() || *c == '_')
            .is_some()
        {}
    }
    names
}
