//! The methods and functions that a workflow can run. `stepwright::expr::METHODS` says what they become.

pub(super) use crate::functions::{FUNCTIONS, LIBRARY};

/// Methods, by name.
#[rustfmt::skip]
pub(super) const METHODS: &[&str] = &[
    // As `stepwright::expr::METHODS` has them.
    "abs", "all", "and_then", "any", "as_array", "as_bool", "as_f64", "as_i64", "ceil", "chain", "chars", "clamp", "concat",
    "contains", "contains_key", "count", "ends_with", "enumerate", "expect", "filter", "filter_map", "find", "first",
    "flat_map", "flatten", "floor", "fold", "get", "into_keys", "into_values", "is_array", "is_boolean", "is_empty",
    "is_none", "is_none_or", "is_null", "is_number", "is_object", "is_some", "is_some_and", "is_string", "join",
    "keys", "last", "len", "map", "map_or", "max", "max_by_key", "min", "min_by_key", "next", "nth", "or", "or_else",
    "position", "pow", "powf", "powi", "product", "replace", "rev", "round", "signum", "skip", "split", "sqrt",
    "starts_with", "sum", "take", "then", "then_some", "to_lowercase", "to_string", "to_uppercase", "trim", "trim_end",
    "trim_start", "trunc", "unwrap", "unwrap_or", "unwrap_or_default", "unwrap_or_else", "values", "zip",
    // Those that change nothing in JSON.
    "as_deref", "as_mut", "as_ref", "as_slice", "as_str", "borrow", "clone", "cloned", "collect", "copied", "deref",
    "into", "into_boxed_str", "into_iter", "into_owned", "into_string", "iter", "to_owned", "to_vec",
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
        // The names of a row stand in its first brackets; the identities and the others stand one a line.
        let rows = table.split("row(R::").skip(1).flat_map(|row| {
            let names = row
                .split_once("&[")
                .and_then(|(_, names)| names.split_once(']'));
            let names = names.map_or("", |(names, _)| names);
            names.split(',').map(|name| name.trim().trim_matches('"'))
        });
        let lists = |name: &str| {
            let list = table.split(&format!("const {name}: &[&str] = &[")).nth(1);
            let list = list.and_then(|rest| rest.split("];").next());
            list.unwrap_or_default().to_owned()
        };
        let (identities, others) = (lists("IDENTITIES"), lists("OTHERS"));
        let listed = identities.lines().chain(others.lines());
        let listed = listed.filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","));
        let known: Vec<&str> = rows.chain(listed).collect();
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
