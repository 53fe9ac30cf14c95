//! The texts in `jsonata!`, `path!` and `intrinsic!`.

use super::Literal;
use stepwright_asl::intrinsic::IntrinsicCall;
use stepwright_asl::jsonata::Expression;
use stepwright_asl::path::Path;
use syn::parse::ParseStream;
use syn::{LitStr, Macro, Token, Type};

/// Returns the literal of such a macro.
pub(super) fn literal_text(call: &Macro) -> syn::Result<Literal> {
    let (text, _) = call.parse_body_with(literal_and_type)?;
    Ok(Literal {
        text: text.value(),
        span: text.span(),
    })
}

/// Returns the type in such a macro: `path!("$.total", f64)`.
pub(crate) fn literal_type(call: &Macro) -> Option<Type> {
    call.parse_body_with(literal_and_type).ok()?.1
}

fn literal_and_type(input: ParseStream) -> syn::Result<(LitStr, Option<Type>)> {
    let text = input.parse::<LitStr>().map_err(|error| {
        syn::Error::new(
            error.span(),
            "expected the text of the expression, as one literal in quotes",
        )
    })?;
    let comma = input.parse::<Option<Token![,]>>()?.is_some();
    let ty = (comma && !input.is_empty())
        .then(|| input.parse())
        .transpose()?;
    Ok((text, ty))
}

/// Returns the workflow variables that a text reads, or the message about its syntax error.
pub(super) fn variables(kind: &str, literal: &Literal) -> Result<Vec<String>, String> {
    let text = &literal.text;
    match kind {
        "path" => Path::parse(text)
            .map(|path| path.variable().map(str::to_owned).into_iter().collect())
            .map_err(|error| with_caret(text, error.offset, &error.message)),
        "intrinsic" => IntrinsicCall::parse(text)
            .map(|call| {
                let paths = call.paths().into_iter();
                paths
                    .filter_map(|path| path.variable().map(str::to_owned))
                    .collect()
            })
            .map_err(|error| with_caret(text, error.offset, &error.message)),
        _ => {
            let expression = Expression::parse(text)
                .map_err(|error| with_caret(text, error.offset, &error.message))?;
            if let Some(unknown) = expression.unknown_functions().first() {
                let offset = text.find(&format!("${unknown}")).unwrap_or(0);
                return Err(with_caret(
                    text,
                    offset,
                    &format!("Step Functions has no JSONata function `${unknown}`"),
                ));
            }
            Ok(expression.variables().to_vec())
        }
    }
}

/// Returns the message with the line of the text and a caret below the error.
fn with_caret(text: &str, offset: usize, message: &str) -> String {
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
