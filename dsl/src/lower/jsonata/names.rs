//! Names in JSONata: field steps, and the functions that variables must not hide.

pub(in crate::lower) use stepwright_asl::jsonata::is_function;

/// Whether a field's name can follow a dot as it is.
pub(super) fn is_plain(name: &str) -> bool {
    let mut letters = name.chars();
    let first = letters
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_');
    first
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !matches!(
            name,
            "and" | "or" | "in" | "null" | "true" | "false" | "function"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identifiers_stand_without_backticks() {
        assert!(is_plain("orderId") && is_plain("_x1"));
        assert!(!is_plain("e-mail") && !is_plain("0") && !is_plain("and") && !is_plain("größe"));
    }
}
