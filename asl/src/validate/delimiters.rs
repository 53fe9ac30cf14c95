//! `{%` and `%}`, and what looks like them.

/// The expression that a string was probably meant to be, when it is none because of its delimiters: `{% 1 %}` for `{ % 1 %}`.
pub(super) fn mended(text: &str) -> Option<String> {
    if text.starts_with("{%") && text.ends_with("%}") && text.len() >= 4 {
        return None;
    }
    let trimmed = text.trim();
    let (open, inner) = opening(trimmed);
    let (close, inner) = closing(inner);
    // One of both alone is a delimiter where the other was tried.
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

/// Whether a string begins or ends with a delimiter that is nearly one, so that it is taken as it stands.
pub(super) fn is_broken(text: &str) -> bool {
    !text.trim_start().starts_with("{%") && mended(text).is_some()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Delimiter {
    Exact,
    Near,
    Absent,
}

/// The delimiter at the beginning, and what is behind it.
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

/// The delimiter at the end, and what is before it.
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
    fn what_was_meant_is_told() {
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
        fn what_is_mended_is_an_expression(text in "[{}% $a1é]{0,12}") {
            if let Some(mended) = mended(&text) {
                prop_assert!(crate::jsonata::strip(&mended).is_some());
                prop_assert!(crate::jsonata::strip(&text).is_none());
            }
        }
    }
}
