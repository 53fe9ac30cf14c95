//! The JSONata delimiters `{%` and `%}`, and misspelled forms of them.

/// Corrects the delimiters of a string that is probably meant as an expression: `{% 1 %}` for
/// `{ % 1 %}`. `None` if they are correct, or if the string is probably not an expression.
pub(super) fn mended(text: &str) -> Option<String> {
    if text.starts_with("{%") && text.ends_with("%}") && text.len() >= 4 {
        return None;
    }
    let trimmed = text.trim();
    let (open, inner) = opening(trimmed);
    let (close, inner) = closing(inner);
    // An exact opening delimiter suffices. A misspelled one needs a closing one, and a closing one
    // alone needs a text that starts like an expression.
    let is_meant = match (open, close) {
        (Delimiter::Absent, Delimiter::Absent | Delimiter::Near) => false,
        (Delimiter::Absent, Delimiter::Exact) => trimmed.starts_with(['{', '$']),
        (Delimiter::Near, Delimiter::Absent) => false,
        (Delimiter::Exact, _) | (Delimiter::Near, _) => true,
    };
    let inner = match open {
        Delimiter::Absent => inner.strip_prefix('{').unwrap_or(inner),
        _ => inner,
    };
    let inner = match close {
        Delimiter::Absent => inner.strip_suffix(['}', '%']).unwrap_or(inner),
        _ => inner,
    };
    is_meant.then(|| format!("{{% {} %}}", inner.trim()))
}

/// Whether a string begins or ends with a misspelled delimiter, so that it is not evaluated.
pub(super) fn is_broken(text: &str) -> bool {
    !text.trim_start().starts_with("{%") && mended(text).is_some()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Delimiter {
    Exact,
    Near,
    Absent,
}

/// The opening delimiter, and the text after it.
fn opening(text: &str) -> (Delimiter, &str) {
    if let Some(rest) = text.strip_prefix("{%") {
        return (Delimiter::Exact, rest);
    }
    if let Some(rest) = text.strip_prefix("%{") {
        return (Delimiter::Near, rest);
    }
    let inside = text
        .strip_prefix('{')
        .map(|rest| rest.trim_start_matches('{').trim_start());
    match inside.and_then(|rest| rest.strip_prefix('%')) {
        Some(rest) => (Delimiter::Near, rest),
        None => (Delimiter::Absent, text),
    }
}

/// The closing delimiter, and the text before it.
fn closing(text: &str) -> (Delimiter, &str) {
    if let Some(rest) = text.strip_suffix("%}") {
        return (Delimiter::Exact, rest);
    }
    if let Some(rest) = text.strip_suffix("}%") {
        return (Delimiter::Near, rest);
    }
    let inside = text
        .strip_suffix('}')
        .map(|rest| rest.trim_end_matches('}').trim_end());
    match inside.and_then(|rest| rest.strip_suffix('%')) {
        Some(rest) => (Delimiter::Near, rest),
        None => (Delimiter::Absent, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn malformed_expression_delimiters_are_recognised() {
        for text in [
            "{ % 1 %}",
            "{% 1 % }",
            "{ % 1 % }",
            "{{% 1 %}}",
            "%{ 1 }%",
            "{ 1 %}",
            "{% 1",
            "{% 1 }",
            " {% 1 %}",
            "{% 1 %} ",
            "{%1%",
            "{\t%1%}",
        ] {
            assert_eq!(mended(text).as_deref(), Some("{% 1 %}"), "{text}");
        }
        assert_eq!(mended("$x %}").as_deref(), Some("{% $x %}"));
        for text in [
            "{% 1 %}",
            "{%%}",
            "",
            "{",
            "100 %",
            "{ %s }",
            "{ \"a\": 1 }",
            "100 %}",
            "a % } b",
            "${Name}",
            "%}",
            "$x",
        ] {
            let is_meant = mended(text).is_some();
            assert!(!is_meant, "{text}: {:?}", mended(text));
        }
    }

    proptest! {
        #[test]
        fn fixed_delimiters_make_an_expression(text in "[{}% $a1é]{0,12}") {
            if let Some(mended) = mended(&text) {
                prop_assert!(crate::jsonata::strip(&mended).is_some());
                prop_assert!(crate::jsonata::strip(&text).is_none());
            }
        }
    }
}
