//! Replacements for methods that a workflow cannot run.

use crate::suggest::closest;
use stepwright_asl::callable;

/// The replacement of each method, as the second part of a message.
#[rustfmt::skip]
const INSTEAD: &[(&str, &str)] = &[
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
    ("for_each", "use a map state to process the items of a list"),
    ("insert", "`list.iter().chain([item].iter())` adds an item to a list; change a map in a task"),
    ("is_err", "use `catch` to handle errors"),
    ("is_ok", "use `catch` to handle errors"),
    ("iter_mut", "use `map` to make a new list"),
    ("last_mut", "use `map` to make a new list"),
    ("lines", "`split(\"\\n\")` is similar, but keeps each `\\r` and an empty text at the end; or call it in a task"),
    ("lock", "use a task, which can share state"),
    ("map_err", "use `catch` to handle errors"),
    ("ok", "use `catch` to handle errors"),
    ("ok_or", "use `catch` to handle errors, or `is_none()` in a choice"),
    ("ok_or_else", "use `catch` to handle errors, or `is_none()` in a choice"),
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
    ("unwrap_err", "use `catch` to handle errors"),
    ("windows", "`list.iter().zip(list.iter().skip(1))` returns each item with the next one, as `windows(2)` does"),
    ("wrapping_add", "integers in JSON have no width, so they do not wrap; call it in a task"),
    ("wrapping_mul", "integers in JSON have no width, so they do not wrap; call it in a task"),
    ("wrapping_sub", "integers in JSON have no width, so they do not wrap; call it in a task"),
];

/// Returns the message about a method that a workflow cannot run, with a replacement.
pub(super) fn unsupported_method(method: &str) -> String {
    let instead = INSTEAD.iter().find(|(name, _)| *name == method);
    let help = match instead {
        Some((_, help)) => (*help).to_owned(),
        None => match similar_method(method) {
            Some(close) => format!("did you mean `{close}`?"),
            None => "call it in a task".to_owned(),
        },
    };
    format!("`{method}` cannot run inside a workflow: {help}")
}

/// Returns a supported method with a similar name. For short names only the last letter may differ, because most short names are similar to an
/// unrelated one.
fn similar_method(method: &str) -> Option<&'static str> {
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
    fn overflow_methods_are_not_replaced_by_plain_operators() {
        for (name, help) in INSTEAD {
            if name.starts_with("wrapping_") {
                assert!(
                    help.contains("task") && !help.contains('`'),
                    "`{name}`: {help}"
                );
            }
            if name.starts_with("checked_") {
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
            unsupported_method("sort"),
            "`sort` cannot run inside a workflow: use `functions::sorted(list)`, which sorts texts by UTF-16"
        );
        assert_eq!(
            unsupported_method("sprt"),
            "`sprt` cannot run inside a workflow: call it in a task"
        );
        assert_eq!(
            unsupported_method("is_emtpy"),
            "`is_emtpy` cannot run inside a workflow: did you mean `is_empty`?"
        );
    }
}
