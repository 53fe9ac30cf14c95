//! The methods that a workflow can run: one table, which the lowering is tested against and messages are made from.
//!
//! What is not here is a fault that offers a task.

/// One method on one kind of receiver.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// The name in Rust.
    pub name: &'static str,
    /// The call as it is written in Rust, on workflow variables that are named for their kind.
    pub rust: &'static str,
    /// What it becomes in JSONata.
    pub jsonata: &'static str,
    /// What it becomes in JSONPath, where there is a form.
    pub jsonpath: Option<&'static str>,
}

/// The methods that change nothing in JSON.
const IDENTITIES: &[&str] = &[
    "as_deref",
    "as_mut",
    "as_ref",
    "as_slice",
    "as_str",
    "borrow",
    "clone",
    "cloned",
    "collect",
    "copied",
    "deref",
    "into_boxed_str",
    "into_iter",
    "into_owned",
    "into_string",
    "iter",
    "to_owned",
    "to_vec",
];

/// Methods beside those of [`METHODS`]: with closures of two parameters, or of kinds that have no variable there. What each
/// becomes stands in `docs/expressions.md`, which is held by a test.
const OTHERS: &[&str] = &[
    "and_then",
    "chain",
    "clamp",
    "enumerate",
    "flatten",
    "fold",
    "is_none_or",
    "map_or",
    "powf",
    "powi",
    "product",
    "replace",
    "signum",
    "skip",
    "take",
    "trim_end",
    "trim_start",
    "trunc",
    "unwrap_or_else",
];

/// Whether a method without arguments gives its receiver, as JSON.
pub(crate) fn is_identity(name: &str) -> bool {
    IDENTITIES.contains(&name)
}

const fn row(
    name: &'static str,
    rust: &'static str,
    jsonata: &'static str,
    jsonpath: Option<&'static str>,
) -> Method {
    Method {
        name,
        rust,
        jsonata,
        jsonpath,
    }
}

/// The methods that a workflow expression can call, one row for each kind of receiver.
///
/// Methods that change nothing in JSON (`clone`, `iter`, `as_str`, `collect`, ..) are not listed.
pub const METHODS: &[Method] = &[
    // Lists and iterators.
    row(
        "len",
        "list.len()",
        "$count($list)",
        Some("States.ArrayLength($list)"),
    ),
    row(
        "count",
        "list.count()",
        "$count($list)",
        Some("States.ArrayLength($list)"),
    ),
    row("is_empty", "list.is_empty()", "$count($list) = 0", None),
    row(
        "contains",
        "list.contains(number)",
        "$number in $list",
        Some("States.ArrayContains($list, $number)"),
    ),
    row(
        "map",
        "list.map(|x| x + number)",
        "[$map($list, function($x) { $x + $number })]",
        None,
    ),
    row(
        "filter",
        "list.filter(|x| x > number)",
        "[$filter($list, function($x) { $x > $number })]",
        None,
    ),
    row(
        "find",
        "list.find(|x| x > number)",
        "$filter($list, function($x) { $x > $number })[0]",
        None,
    ),
    row(
        "any",
        "list.any(|x| x > number)",
        "$count($filter($list, function($x) { $x > $number })) > 0",
        None,
    ),
    row(
        "all",
        "list.all(|x| x > number)",
        "$count($filter($list, function($x) { $not($x > $number) })) = 0",
        None,
    ),
    row("sum", "list.sum()", "$sum($list)", None),
    row("min", "list.min()", "$min($list)", None),
    row("max", "list.max()", "$max($list)", None),
    row("first", "list.first()", "$list[0]", None),
    row("last", "list.last()", "$list[-1]", None),
    row("get", "list.get(number)", "$list[$number]", None),
    row("zip", "list.zip(list)", "[$zip($list, $list)[]]", None),
    row("rev", "list.rev()", "$reverse($list)", None),
    row("join", "texts.join(text)", "$join($texts, $text)", None),
    // Maps.
    row("len", "table.len()", "$count($keys($table))", None),
    row(
        "is_empty",
        "table.is_empty()",
        "$count($keys($table)) = 0",
        None,
    ),
    row("get", "table.get(text)", "$lookup($table, $text)", None),
    row(
        "contains_key",
        "table.contains_key(text)",
        "$exists($lookup($table, $text))",
        None,
    ),
    row("keys", "table.keys()", "[$keys($table)]", None),
    row(
        "values",
        "table.values()",
        "[$each($table, function($value) { $value })]",
        None,
    ),
    // Texts.
    row("is_empty", "text.is_empty()", "$text = ''", None),
    row(
        "contains",
        "text.contains(other)",
        "$contains($text, $other)",
        None,
    ),
    row(
        "starts_with",
        "text.starts_with(other)",
        "$substring($text, 0, $length($other)) = $other",
        None,
    ),
    row(
        "ends_with",
        "text.ends_with(other)",
        "$substring($text, $length($text) - $length($other)) = $other",
        None,
    ),
    row(
        "to_uppercase",
        "text.to_uppercase()",
        "$uppercase($text)",
        None,
    ),
    row(
        "to_lowercase",
        "text.to_lowercase()",
        "$lowercase($text)",
        None,
    ),
    row(
        "trim",
        "text.trim()",
        "$replace($text, /^\\s+|\\s+$/, '')",
        None,
    ),
    row("split", "text.split(other)", "$split($text, $other)", None),
    row("to_string", "text.to_string()", "$text", Some("$text")),
    row("chars", "text.chars().count()", "$length($text)", None),
    // Numbers.
    row("abs", "number.abs()", "$abs($number)", None),
    row("floor", "number.floor()", "$floor($number)", None),
    row("ceil", "number.ceil()", "$ceil($number)", None),
    row(
        "round",
        "number.round()",
        "$number < 0 ? $ceil($number - 0.5) : $floor($number + 0.5)",
        None,
    ),
    row("sqrt", "number.sqrt()", "$sqrt($number)", None),
    row("pow", "number.pow(other)", "$power($number, $other)", None),
    row("min", "number.min(other)", "$min([$number, $other])", None),
    row("max", "number.max(other)", "$max([$number, $other])", None),
    row(
        "to_string",
        "number.to_string()",
        "$string($number)",
        Some("States.Format('{}', $number)"),
    ),
    // Options.
    row("is_some", "option.is_some()", "$option != null", None),
    row("is_none", "option.is_none()", "$not($option != null)", None),
    row(
        "unwrap_or",
        "option.unwrap_or(number)",
        "$option != null ? $option : $number",
        None,
    ),
    row(
        "unwrap_or_default",
        "option.unwrap_or_default()",
        "$option != null ? $option : 0",
        None,
    ),
    row(
        "unwrap",
        "option.unwrap()",
        "$option != null ? $option : $error('called unwrap on None')",
        None,
    ),
    row(
        "map",
        "option.map(|x| x + number)",
        "$option != null ? $option + $number : null",
        None,
    ),
    row(
        "is_some_and",
        "option.is_some_and(|x| x > number)",
        "$option != null ? $option > $number : false",
        None,
    ),
    row(
        "or",
        "option.or(option)",
        "$option != null ? $option : $option",
        None,
    ),
];

/// The names of the methods, for a message.
pub(crate) fn names() -> String {
    let mut names: Vec<_> = METHODS.iter().map(|method| method.name).collect();
    names.extend(OTHERS);
    names.sort_unstable();
    names.dedup();
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
