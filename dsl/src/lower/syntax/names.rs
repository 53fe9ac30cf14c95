//! Names in JSONata: field steps, and functions that variables must not shadow.

pub(in crate::lower) use stepwright_asl::jsonata::is_function;
pub(in crate::lower) use stepwright_asl::jsonata::text::is_plain_name as is_plain;

/// The name of a local, derived from a name in Rust or a word of this module.
pub(in crate::lower) fn local(hint: &str) -> String {
    let name: String = hint
        .trim_start_matches("r#")
        .trim_start_matches('_')
        .trim_end_matches('\'')
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    if name.starts_with(|first: char| first.is_alphabetic()) {
        name
    } else {
        format!("value{name}")
    }
}

/// Whether a user's text reads `$name`.
pub(in crate::lower) fn mentions(text: &str, name: &str) -> bool {
    text.split('$').skip(1).any(|behind| {
        behind.strip_prefix(name).is_some_and(|rest| {
            !rest
                .chars()
                .next()
                .is_some_and(|next| next.is_alphanumeric() || next == '_')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identifiers_are_written_without_backticks() {
        assert!(is_plain("orderId") && is_plain("_x1"));
        assert!(!is_plain("e-mail") && !is_plain("0") && !is_plain("and") && !is_plain("größe"));
    }

    #[test]
    fn local_names_are_valid_in_jsonata() {
        for (hint, name) in [
            ("x", "x"),
            ("__x", "x"),
            ("r#type", "type"),
            ("_", "value"),
            ("0", "value0"),
            ("größe", "größe"),
        ] {
            assert_eq!(local(hint), name);
        }
    }

    #[test]
    fn only_complete_variable_names_match() {
        assert!(mentions("$sum($lines)", "sum") && mentions("$sum($lines)", "lines"));
        assert!(!mentions("$sum1 + sum", "sum"));
    }
}
