//! The methods and functions that a workflow can run. `stepwright::expr::METHODS` says what they become.

pub(super) use crate::functions::{FUNCTIONS, LIBRARY};

/// Methods, by name.
#[rustfmt::skip]
pub(super) const METHODS: &[&str] = &[
    // As `stepwright::expr::METHODS` has them.
    "abs", "all", "and_then", "any", "ceil", "chain", "chars", "clamp", "contains", "contains_key", "count", "ends_with",
    "enumerate", "filter", "find", "first", "flatten", "floor", "fold", "get", "is_empty", "is_none", "is_none_or",
    "is_some", "is_some_and", "join", "keys", "last", "len", "map", "map_or", "max", "min", "or", "pow", "powf", "powi",
    "product", "replace", "rev", "round", "signum", "skip", "split", "sqrt", "starts_with", "sum", "take", "to_lowercase",
    "to_string", "to_uppercase", "trim", "trim_end", "trim_start", "trunc", "unwrap", "unwrap_or", "unwrap_or_default",
    "unwrap_or_else", "values", "zip",
    "as_array", "as_bool", "as_f64", "as_i64", "expect", "filter_map", "flat_map", "is_null", "max_by_key", "min_by_key",
    "next", "nth", "or_else", "position",
    // Those that change nothing in JSON.
    "as_deref", "as_mut", "as_ref", "as_slice", "as_str", "borrow", "clone", "cloned", "collect", "copied", "deref",
    "into", "into_boxed_str", "into_iter", "into_owned", "into_string", "iter", "to_owned", "to_vec",
];

#[cfg(test)]
mod tests {
    use super::METHODS;

    /// Methods that are let through before the table has a row for them: using one is a fault when the definition is built.
    const WITHOUT_ROW: &[&str] = &[
        "as_array",
        "as_bool",
        "as_f64",
        "as_i64",
        "expect",
        "filter_map",
        "flat_map",
        "is_null",
        "max_by_key",
        "min_by_key",
        "next",
        "nth",
        "or_else",
        "position",
    ];

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
        let lists = |name: &str| {
            let list = table.split(&format!("const {name}: &[&str] = &[")).nth(1);
            let list = list.and_then(|rest| rest.split("];").next());
            list.unwrap_or_default().to_owned()
        };
        let (identities, others) = (lists("IDENTITIES"), lists("OTHERS"));
        let listed = identities.lines().chain(others.lines());
        let listed = listed.filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","));
        let known: Vec<&str> = rows.chain(listed).chain(["into"]).collect();
        assert!(known.len() > 50, "the table was not read");
        for name in &known {
            assert!(
                METHODS.contains(name),
                "`{name}` can be lowered and is refused"
            );
        }
        for name in METHODS {
            assert!(
                known.contains(name) || WITHOUT_ROW.contains(name),
                "`{name}` is let through and cannot be lowered"
            );
        }
    }
}
