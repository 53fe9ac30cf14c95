//! The methods and functions that a workflow can run. `stepwright::expr::METHODS` says what they become.

/// Methods, by name.
#[rustfmt::skip]
pub(super) const METHODS: &[&str] = &[
    // As `stepwright::expr::METHODS` has them.
    "abs", "all", "any", "ceil", "chars", "contains", "contains_key", "count", "ends_with", "filter", "find", "first",
    "floor", "get", "is_empty", "is_none", "is_some", "is_some_and", "join", "keys", "last", "len", "map", "max", "min",
    "or", "pow", "rev", "round", "split", "sqrt", "starts_with", "sum", "to_lowercase", "to_string", "to_uppercase",
    "trim", "unwrap", "unwrap_or", "unwrap_or_default", "values",
    // Those that change nothing in JSON.
    "as_deref", "as_mut", "as_ref", "as_slice", "as_str", "borrow", "clone", "cloned", "collect", "copied", "deref",
    "into", "into_boxed_str", "into_iter", "into_owned", "into_string", "iter", "to_owned", "to_vec",
];

/// Functions, by their path as written.
#[rustfmt::skip]
pub(super) const FUNCTIONS: &[&str] = &[
    "Box::new", "Cow::Borrowed", "Cow::Owned", "Cow::from", "String::from", "String::new", "f64::from", "i32::from",
    "i64::from", "u32::from", "u64::from",
];

#[cfg(test)]
mod tests {
    use super::METHODS;

    #[test]
    fn methods_are_those_that_can_be_lowered() {
        let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../dsl/src/expr/methods.rs");
        let Ok(table) = std::fs::read_to_string(table) else {
            // The package stands alone, without the one that lowers.
            return;
        };
        // A row's first text is the method's name; the identities stand one a line.
        let rows = table
            .split("row(")
            .skip(1)
            .filter_map(|row| row.trim_start().strip_prefix('"')?.split('"').next());
        let identities = table
            .split("const IDENTITIES: &[&str] = &[")
            .nth(1)
            .and_then(|rest| rest.split("];").next())
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","));
        let known: Vec<&str> = rows.chain(identities).chain(["into"]).collect();
        assert!(known.len() > 50, "the table was not read");
        for name in &known {
            assert!(
                METHODS.contains(name),
                "`{name}` can be lowered and is refused"
            );
        }
        for name in METHODS {
            assert!(
                known.contains(name),
                "`{name}` is let through and cannot be lowered"
            );
        }
    }
}
