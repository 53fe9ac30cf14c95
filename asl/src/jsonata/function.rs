//! The functions that expressions may call.

use crate::words;

/// The functions that AWS adds to JSONata, or whose behaviour it changes, without `$`.
pub const AWS_FUNCTIONS: &[&str] = &["hash", "parse", "partition", "random", "range", "uuid"];

/// JSONata's own functions, sorted. `$eval` is missing because AWS does not have it.
const FUNCTIONS: &[&str] = words![
    abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl
    decodeUrlComponent distinct each encodeUrl encodeUrlComponent error exists filter floor
    formatBase formatInteger formatNumber fromMillis join keys length lookup lowercase map match max
    merge millis min not now number pad parseInteger power random reduce replace reverse round
    shuffle sift single sort split spread sqrt string substring substringAfter substringBefore sum
    toMillis trim type uppercase zip
];

/// The functions that AWS supports, without `$`.
pub fn functions() -> impl Iterator<Item = &'static str> {
    let own = FUNCTIONS
        .iter()
        .filter(|name| !AWS_FUNCTIONS.contains(name));
    AWS_FUNCTIONS.iter().chain(own).copied()
}

/// Whether AWS supports a function with this name, given without `$`.
pub fn is_function(name: &str) -> bool {
    AWS_FUNCTIONS.contains(&name) || FUNCTIONS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_functions_of_the_evaluator_except_eval_are_known() {
        let catalog: Vec<_> = jlens_core::function_catalog()
            .into_iter()
            .map(|function| function.name)
            .collect();
        for name in &catalog {
            assert_eq!(is_function(name), *name != "eval", "{name}");
        }
        for name in FUNCTIONS {
            assert!(catalog.contains(name), "{name}");
        }
        assert!(FUNCTIONS.is_sorted());
    }
}
