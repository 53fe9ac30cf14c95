//! The methods and functions of Rust that an expression of a workflow can call, by name: `workflow!` refuses all others, and
//! the lowering of `stepwright` says what these become. Its table of methods and its library are held against these lists
//! while it compiles.

macro_rules! methods {
    (table: [$($table:literal),* $(,)?], identities: [$($identity:literal),* $(,)?], code: [$($code:literal),* $(,)?]) => {
        /// All methods.
        pub const METHODS: &[&str] = &[$($table,)* $($identity,)* $($code),*];

        /// Methods that become what a row of the lowering's table says.
        pub const TABLE: &[&str] = &[$($table),*];

        /// Methods that change nothing in JSON, on a receiver for which the table has no row.
        pub const IDENTITIES: &[&str] = &[$($identity),*];
    };
}

methods! {
    table: [
        "abs", "all", "and_then", "any", "as_array", "as_bool", "as_f64", "as_i64", "ceil", "chain", "clamp", "concat",
        "contains_key", "count", "ends_with", "enumerate", "expect", "filter", "find", "first", "flatten", "floor", "fold",
        "get", "into_keys", "into_values", "is_array", "is_boolean", "is_empty", "is_none", "is_none_or", "is_null",
        "is_number", "is_object", "is_some", "is_some_and", "is_string", "join", "keys", "last", "len", "map", "map_or",
        "max", "max_by_key", "min", "min_by_key", "next", "nth", "or", "or_else", "position", "pow", "powf", "powi",
        "product", "replace", "rev", "round", "signum", "skip", "split", "sqrt", "starts_with", "sum", "take", "then",
        "then_some", "to_lowercase", "to_uppercase", "trim", "trim_end", "trim_start", "trunc", "unwrap", "unwrap_or",
        "unwrap_or_else", "values", "zip",
    ],
    identities: [
        "as_deref", "as_mut", "as_ref", "as_slice", "as_str", "borrow", "clone", "cloned", "collect", "copied", "deref",
        "into_boxed_str", "into_iter", "into_owned", "into_string", "iter", "to_owned", "to_vec",
    ],
    // What they become depends on more than the kind of the receiver.
    code: [
        "chars", "contains", "filter_map", "flat_map", "into", "to_string", "unwrap_or_default",
    ]
}

/// Functions, by their path as written.
pub const FUNCTIONS: &[&str] = &[
    "Box::new",
    "Cow::Borrowed",
    "Cow::Owned",
    "Cow::from",
    "String::from",
    "String::new",
    "f64::from",
    "i32::from",
    "i64::from",
    "u32::from",
    "u64::from",
];

/// The functions of `stepwright::functions`.
pub const LIBRARY: &[&str] = &[
    "sorted",
    "is_before",
    "unique",
    "chunks",
    "range",
    "now",
    "millis",
    "timestamp",
    "uuid",
    "sha256",
    "base64_encode",
    "base64_decode",
    "parse_json",
    "to_json",
    "number",
];

/// Whether a list has a name; at compile time, too.
pub const fn has(list: &[&str], name: &str) -> bool {
    let mut at = 0;
    while at < list.len() {
        if same(list[at].as_bytes(), name.as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Fails to compile where a name of the first list is not in the second.
///
/// # Panics
///
/// With that name.
pub const fn assert_all_in(names: &[&str], list: &[&str]) {
    let mut at = 0;
    while at < names.len() {
        if !has(list, names[at]) {
            panic!("{}", names[at]);
        }
        at += 1;
    }
}
