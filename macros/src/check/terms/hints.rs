//! Replacements for methods that a workflow cannot run.

use crate::suggest::closest;
use stepwright_asl::front_end::callable;
use stepwright_asl::words;

/// The replacement of each method, as the second part of a message.
#[rustfmt::skip]
const INSTEAD: &[(&str, &str)] = &[
    ("and", "use `if a.is_some() { b } else { None }`"),
    ("exp", "call it in a task, because JSONata has no exponential function"),
    ("inspect", "call it in a task"),
    ("is_ascii", "call it in a task"),
    ("is_finite", "JSON has no infinity, so a number of a workflow is finite"),
    ("is_nan", "JSON has no `NaN`, so a number of a workflow is never `NaN`"),
    ("is_sorted", "compare the list with `functions::sorted(list)`"),
    ("ln", "call it in a task, because JSONata has no logarithm"),
    ("log10", "call it in a task, because JSONata has no logarithm"),
    ("log2", "call it in a task, because JSONata has no logarithm"),
    ("rfind", "for a list use `iter().rev().find(..)`; for a text call it in a task"),
    ("as_u64", "use `as_f64()`, or a struct with a field of type `u64` instead of a `Value`"),
    ("rposition", "use `iter().enumerate().filter(..).last()`"),
    ("rsplit", "use `split(..)` and `rev()`"),
    ("rsplitn", "use `split(..)`, and `take` and `skip` to select parts"),
    ("split_inclusive", "use `split(..)`, which leaves out the separator"),
    ("split_terminator", "use `split(..)`, and leave out the last part if it is empty"),
    ("splitn", "use `split(..)`, and `take` and `skip` to select parts"),
    ("xor", "use `if a.is_some() { if b.is_some() { None } else { a } } else { b }`"),
    ("as_millis", "use `num_milliseconds()` of a `TimeDelta`"),
    ("as_secs", "use `num_seconds()` of a `TimeDelta`"),
    ("checked_add_days", "use `Some(at + Days::new(n))`"),
    ("checked_add_months", MONTHS),
    ("checked_add_signed", "use `Some(at + TimeDelta::seconds(n))`"),
    ("checked_sub_days", "use `Some(at - Days::new(n))`"),
    ("checked_sub_months", MONTHS),
    ("checked_sub_signed", "use `Some(at - TimeDelta::seconds(n))`"),
    ("num_microseconds", MICROSECONDS),
    ("num_nanoseconds", MICROSECONDS),
    ("subsec_nanos", MICROSECONDS),
    ("timestamp_micros", MICROSECONDS),
    ("timestamp_nanos_opt", MICROSECONDS),
    ("to_std", "use `num_seconds()` or `num_milliseconds()`"),
    ("round_dp_with_strategy", "`round_dp(n)` rounds a half to the even digit; round by another rule in a task"),
    ("trim_start_matches", "`strip_prefix(..)` removes one prefix; call it in a task"),
    ("trim_end_matches", "`strip_suffix(..)` removes one suffix; call it in a task"),
    ("append", "`a.iter().chain(b.iter())` concatenates lists"),
    ("as_mut", "values of a workflow are immutable; use `as_ref()`"),
    ("borrow", "use the value without the call"),
    ("checked_add", "integers in JSON have no width; use `Some(a + b)` if the bound does not matter, or call it in a task"),
    ("checked_div", "use `if b == 0 { None } else { Some(a / b) }`"),
    ("checked_mul", "integers in JSON have no width; use `Some(a * b)` if the bound does not matter, or call it in a task"),
    ("checked_sub", "use `if a >= b { Some(a - b) } else { None }` for unsigned integers"),
    ("chunks", "use `functions::chunks(list, size)`"),
    ("cmp", "use `<`, `==` and `>`"),
    ("dedup", "`functions::unique(list)` removes all repeated items, even if they are not adjacent"),
    ("deref", "use `*`"),
    ("drain", "use `take` and `skip` to select items of a list"),
    ("eq", "use `==`"),
    ("extend", "`a.iter().chain(b.iter())` concatenates lists"),
    ("insert", "`list.iter().chain([item].iter())` adds an item to a list; change a map in a task"),
    ("iter_mut", "use `map` to make a new list"),
    ("last_mut", "use `map` to make a new list"),
    ("lines", "`split(\"\\n\")` is similar, but keeps each `\\r` and an empty text at the end; or call it in a task"),
    ("lock", "use a task, which can share state"),
    ("parse", "`functions::number(text)` converts a text to an `f64`, and the state fails if the text is not a number"),
    ("partial_cmp", "use `<`, `==` and `>`"),
    ("partition", "use two `filter`s"),
    ("pop", "`last()` returns the last item, `take(n)` the items before it"),
    ("push", "`list.iter().chain([item].iter())` adds an item"),
    ("push_back", "`list.iter().chain([item].iter())` adds an item"),
    ("push_str", "`format!(\"{a}{b}\")` concatenates texts"),
    ("remove", "use `filter` to make a list without some items"),
    ("repeat", "use `functions::range(1, n, 1)` with `map` and `join`"),
    ("retain", "use `filter` to make a list of some items"),
    ("reverse", "use `iter().rev()`"),
    ("rem_euclid", "use `((a % b) + b) % b` for a positive `b`"),
    ("saturating_add", "use `(a + b).min(most)`, with `a` and `b` in a wider type"),
    ("saturating_mul", "use `(a * b).min(most)`, with `a` and `b` in a wider type"),
    ("saturating_sub", "use `if a > b { a - b } else { 0 }` for unsigned integers"),
    ("sort", "use `functions::sorted(list)`, which sorts texts by UTF-16"),
    ("sort_by", "`functions::sorted(list)` sorts numbers and texts; sort other types in a task"),
    ("sort_by_key", "`functions::sorted(list)` sorts numbers and texts; sort other types in a task"),
    ("sort_unstable", "use `functions::sorted(list)`, which sorts texts by UTF-16"),
    ("sort_unstable_by", "`functions::sorted(list)` sorts numbers and texts; sort other types in a task"),
    ("sort_unstable_by_key", "`functions::sorted(list)` sorts numbers and texts; sort other types in a task"),
    ("sorted", "use `functions::sorted(list)`, which sorts texts by UTF-16"),
    ("split_at", "use `take(n)` and `skip(n)` for the two parts"),
    ("split_first", "use `first()` and `skip(1)` for the two parts"),
    ("split_last", "use `last()` and `take(n)` for the two parts"),
    ("split_whitespace", "`split(\" \").filter(|part| !part.is_empty())` splits at spaces; call it in a task for other white space"),
    ("step_by", "`functions::range(first, last, step)` returns numbers with a step"),
    ("swap", "use `if` to choose the order"),
    ("to_ascii_lowercase", "`to_lowercase()` is similar, but also changes letters such as `Ä`"),
    ("to_ascii_uppercase", "`to_uppercase()` is similar, but also changes letters such as `ä`"),
    ("truncate", "use `take(n)` for the first items"),
    ("unique", "use `functions::unique(list)`, which removes repeated items"),
    ("windows", "`list.iter().zip(list.iter().skip(1))` returns each item with the next one, as `windows(2)` does"),
    ("wrapping_add", "integers in JSON have no width, so they do not wrap; call it in a task"),
    ("wrapping_mul", "integers in JSON have no width, so they do not wrap; call it in a task"),
    ("wrapping_sub", "integers in JSON have no width, so they do not wrap; call it in a task"),
];

const MONTHS: &str =
    "months have different lengths; use `at + Days::new(n)`, or compute the time in a task";

const MICROSECONDS: &str = "JSONata computes with milliseconds; use `num_milliseconds()` or `timestamp_millis()`, or compute in a task";

/// What to write instead of a duration that a workflow cannot create.
pub(super) const DURATION: &str = "a workflow has durations of whole milliseconds, such as `TimeDelta::seconds(n)`, `TimeDelta::milliseconds(n)` and `Days::new(n)`; \
     for months and microseconds compute the time in a task";

/// The replacements that depend on the form: in a function, and in `workflow!`.
#[rustfmt::skip]
const INSTEAD_BY_FORM: &[(&str, &str, &str)] = &[
    ("for_each", "use a `for` loop", "use a map state to process the items of a list"),
    ("is_err", RESULT_IN_A_FUNCTION, RESULT_IN_A_GRAPH),
    ("is_ok", RESULT_IN_A_FUNCTION, RESULT_IN_A_GRAPH),
    ("map_err", RESULT_IN_A_FUNCTION, RESULT_IN_A_GRAPH),
    ("ok", RESULT_IN_A_FUNCTION, RESULT_IN_A_GRAPH),
    ("ok_or", OPTION_IN_A_FUNCTION, OPTION_IN_A_GRAPH),
    ("ok_or_else", OPTION_IN_A_FUNCTION, OPTION_IN_A_GRAPH),
    ("unwrap_err", RESULT_IN_A_FUNCTION, RESULT_IN_A_GRAPH),
];

const RESULT_IN_A_FUNCTION: &str =
    "match the result of the call: `match task(..).await { Ok(value) => .., Err(e) => .. }`";
const RESULT_IN_A_GRAPH: &str = "use `catch` to handle errors";
const OPTION_IN_A_FUNCTION: &str = "write `let Some(value) = option else { return Err(..) };`";
const OPTION_IN_A_GRAPH: &str = "use `is_none()` in a choice, and a `fail` state";

/// Returns the message about a method that a workflow cannot run, with a replacement.
pub(super) fn unsupported_method(method: &str, in_a_function: bool) -> String {
    let by_form = INSTEAD_BY_FORM.iter().find(|(name, ..)| *name == method);
    let by_form =
        by_form.map(|(_, function, graph)| if in_a_function { *function } else { *graph });
    let instead = INSTEAD.iter().find(|(name, _)| *name == method);
    let instead = by_form.or(instead.map(|(_, help)| *help));
    let help = match instead {
        Some(help) => help.to_owned(),
        None => match similar_method(method) {
            Some(close) => format!("did you mean `{close}`?"),
            None => "call it in a task".to_owned(),
        },
    };
    format!("`{method}` cannot run inside a workflow: {help}")
}

/// Methods of the standard library that no typing error produces: a similar name has another
/// meaning.
const OTHER_MEANINGS: &[&str] = words![
    acos asin asinh atan atan2 atanh by_ref byte_add bytes cbrt char_indices chunk_by cmp_by copysign cos cosh count_ones count_zeros
    cycle distance div_euclid eq_by exp exp2 exp_m1 expect_err fill filter_mut find_map first_chunk first_mut flatten_mut fract from
    ge get_mut get_or_insert get_or_insert_with gt hypot inspect intersection into_keys_mut is_alphabetic is_ascii_digit is_char_boundary
    is_digit is_disjoint is_infinite is_lowercase is_negative is_normal is_numeric is_positive
    is_subset is_superset is_uppercase is_whitespace iter_mut last_chunk le ln_1p log lt map_or_default map_or_else map_while matches
    max_by midpoint min_by mul_add ne next_back next_chunk nth_back partition_point peekable pop_first pop_last position_max
    range recip reduce remove_entry repeat_n resize rfold rmatches rotate_left rotate_right rsplit_once rsplit_terminator
    scan sin sin_cos sinh skip_while split_array split_ascii_whitespace splice step swap_remove
    tan tanh take_if take_while to_bits to_degrees to_le to_radians trailing_zeros transpose trim_end_matches trim_left trim_matches
    trim_right trim_start_matches try_fold try_into union unwrap_unchecked unzip values_mut with_capacity zip_longest
];

/// Returns a supported method with a similar name. For short names only the last letter may differ,
/// because most short names are similar to an unrelated one.
fn similar_method(method: &str) -> Option<&'static str> {
    if OTHER_MEANINGS.contains(&method) {
        return None;
    }
    let close = closest(method, callable::methods())?;
    let length = method.chars().count();
    let common_prefix = method
        .chars()
        .zip(close.chars())
        .take_while(|(one, other)| one == other)
        .count();
    (length >= 5 || common_prefix + 1 >= length.min(close.chars().count())).then_some(close)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_are_for_unsupported_methods() {
        for (name, help) in INSTEAD {
            assert!(
                !callable::is_method(name),
                "`{name}` can run and needs no replacement: {help}"
            );
            assert!(!help.ends_with('.'), "`{name}`: {help}");
        }
        let mut sorted: Vec<&str> = INSTEAD.iter().map(|(name, _)| *name).collect();
        sorted.dedup();
        assert_eq!(
            sorted.len(),
            INSTEAD.len(),
            "a method is in the table twice"
        );
    }

    #[test]
    fn methods_of_std_are_not_taken_for_misspelt_ones() {
        for method in OTHER_MEANINGS
            .iter()
            .chain(["and", "is_nan", "ln", "rposition", "splitn"].iter())
        {
            assert!(!callable::is_method(method), "`{method}` can run");
            let message = unsupported_method(method, true);
            assert!(!message.contains("did you mean"), "{message}");
        }
    }

    #[test]
    fn a_replacement_has_the_words_of_the_form() {
        for (name, function, graph) in INSTEAD_BY_FORM {
            assert!(
                INSTEAD.iter().all(|(other, _)| other != name),
                "`{name}` has two replacements"
            );
            assert!(
                !function.contains("catch") && !function.contains("choice") && function != graph
            );
        }
    }

    #[test]
    fn overflow_methods_are_not_replaced_by_plain_operators() {
        for (name, help) in INSTEAD {
            if name.starts_with("wrapping_") {
                assert!(
                    help.contains("task") && !help.contains('`'),
                    "`{name}`: {help}"
                );
            }
            if name.starts_with("checked_") && !name.ends_with("_months") {
                assert!(
                    help.contains("Some("),
                    "`{name}` returns an `Option`: {help}"
                );
            }
        }
    }

    #[test]
    fn a_method_with_another_meaning_is_not_suggested() {
        assert_eq!(
            unsupported_method("sort", false),
            "`sort` cannot run inside a workflow: use `functions::sorted(list)`, which sorts texts by UTF-16"
        );
        assert_eq!(
            unsupported_method("sprt", false),
            "`sprt` cannot run inside a workflow: call it in a task"
        );
        assert_eq!(
            unsupported_method("is_emtpy", false),
            "`is_emtpy` cannot run inside a workflow: did you mean `is_empty`?"
        );
    }
}
