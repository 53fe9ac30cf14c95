//! What to write in the place of a method that a workflow cannot run.

use crate::suggest::closest;
use stepwright_asl::callable;

/// The way out, by the method's name.
#[rustfmt::skip]
const INSTEAD: &[(&str, &str)] = &[
    ("append", "`a.iter().chain(b.iter())` puts lists together"),
    ("as_mut", "values of a workflow do not change: `as_ref()` does"),
    ("borrow", "the value itself does, without the call"),
    ("checked_add", "integers have no width in JSON, so `Some(a + b)` does where no bound matters; else call it in a task"),
    ("checked_div", "`if b == 0 { None } else { Some(a / b) }` does"),
    ("checked_mul", "integers have no width in JSON, so `Some(a * b)` does where no bound matters; else call it in a task"),
    ("checked_sub", "`if a >= b { Some(a - b) } else { None }` does, for unsigned integers"),
    ("chunks", "`functions::chunks(list, size)` does"),
    ("cmp", "`<`, `==` and `>` compare"),
    ("dedup", "`functions::unique(list)` keeps each item once, also where equal items are apart"),
    ("deref", "`*` does"),
    ("drain", "`take` and `skip` choose from a list"),
    ("eq", "`==` compares"),
    ("extend", "`a.iter().chain(b.iter())` puts lists together"),
    ("for_each", "a map state runs over a list"),
    ("insert", "`list.iter().chain([item].iter())` adds an item; a map is changed in a task"),
    ("is_err", "`catch` says where errors go"),
    ("is_ok", "`catch` says where errors go"),
    ("iter_mut", "`map` makes a new list"),
    ("last_mut", "`map` makes a new list"),
    ("lines", "`split(\"\\n\")` is near to it, but keeps `\\r` and an empty text at the end; call it in a task"),
    ("lock", "a task has state of its own"),
    ("map_err", "`catch` says where errors go"),
    ("ok", "`catch` says where errors go"),
    ("ok_or", "`catch` says where errors go; `is_none()` and a choice decide"),
    ("ok_or_else", "`catch` says where errors go; `is_none()` and a choice decide"),
    ("parse", "`functions::number(text)` makes an `f64` of a text, and fails the state where it is no number"),
    ("partial_cmp", "`<`, `==` and `>` compare"),
    ("partition", "two `filter`s do"),
    ("pop", "`last()` reads the last item, `take(n)` leaves it out"),
    ("push", "`list.iter().chain([item].iter())` adds an item"),
    ("push_back", "`list.iter().chain([item].iter())` adds an item"),
    ("push_str", "`format!(\"{a}{b}\")` puts texts together"),
    ("remove", "`filter` makes a list without some items"),
    ("repeat", "`functions::range(1, n, 1)` with `map` and `join` repeats"),
    ("retain", "`filter` makes a list of some items"),
    ("reverse", "`iter().rev()` does"),
    ("rem_euclid", "`((a % b) + b) % b` does, for a positive `b`"),
    ("saturating_add", "`(a + b).min(most)` stops at `most`, with `a` and `b` in a wider type"),
    ("saturating_mul", "`(a * b).min(most)` stops at `most`, with `a` and `b` in a wider type"),
    ("saturating_sub", "`if a > b { a - b } else { 0 }` does, for unsigned integers"),
    ("sort", "`functions::sorted(list)` does, texts by UTF-16"),
    ("sort_by", "`functions::sorted(list)` sorts numbers and texts; sort the rest in a task"),
    ("sort_by_key", "`functions::sorted(list)` sorts numbers and texts; sort the rest in a task"),
    ("sort_unstable", "`functions::sorted(list)` does, texts by UTF-16"),
    ("sort_unstable_by", "`functions::sorted(list)` sorts numbers and texts; sort the rest in a task"),
    ("sort_unstable_by_key", "`functions::sorted(list)` sorts numbers and texts; sort the rest in a task"),
    ("sorted", "`functions::sorted(list)` does, texts by UTF-16"),
    ("split_at", "`take(n)` and `skip(n)` give both parts"),
    ("split_first", "`first()` and `skip(1)` give both parts"),
    ("split_last", "`last()` and `take(n)` give both parts"),
    ("split_whitespace", "`split(\" \").filter(|part| !part.is_empty())` splits at blanks; call it in a task for other white space"),
    ("step_by", "`functions::range(first, last, step)` gives numbers in steps"),
    ("swap", "`if` chooses an order"),
    ("to_ascii_lowercase", "`to_lowercase()` is near to it, but also changes letters such as `Ä`"),
    ("to_ascii_uppercase", "`to_uppercase()` is near to it, but also changes letters such as `ä`"),
    ("truncate", "`take(n)` keeps the first items"),
    ("unique", "`functions::unique(list)` keeps each item once"),
    ("unwrap_err", "`catch` says where errors go"),
    ("windows", "`list.iter().zip(list.iter().skip(1))` gives each item with the next one, as `windows(2)` does"),
    ("wrapping_add", "integers have no width in JSON at which they wrap; call it in a task"),
    ("wrapping_mul", "integers have no width in JSON at which they wrap; call it in a task"),
    ("wrapping_sub", "integers have no width in JSON at which they wrap; call it in a task"),
];

/// Why a method cannot run, and what does it in its place.
pub(super) fn refusal(method: &str) -> String {
    let instead = INSTEAD.iter().find(|(name, _)| *name == method);
    let way = match instead {
        Some((_, way)) => (*way).to_owned(),
        None => match near(method) {
            Some(close) => format!("did you mean `{close}`?"),
            None => "call it in a task".to_owned(),
        },
    };
    format!("`{method}` cannot run inside a workflow: {way}")
}

/// A method that is one slip of the pen away: of short names most are near to each other, and mean something else.
fn near(method: &str) -> Option<&'static str> {
    let close = closest(method, callable::methods())?;
    let letters = method.chars().count();
    let same = method
        .chars()
        .zip(close.chars())
        .take_while(|(one, other)| one == other)
        .count();
    (letters >= 5 || same + 1 >= letters.min(close.chars().count())).then_some(close)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_for_methods_that_cannot_run() {
        for (name, way) in INSTEAD {
            assert!(
                !callable::is_method(name),
                "`{name}` can run, and needs no way out: {way}"
            );
            assert!(!way.ends_with('.'), "`{name}`: {way}");
        }
        let mut sorted: Vec<&str> = INSTEAD.iter().map(|(name, _)| *name).collect();
        sorted.dedup();
        assert_eq!(sorted.len(), INSTEAD.len(), "a method stands twice");
    }

    #[test]
    fn arithmetic_at_the_bounds_of_a_type_is_not_replaced_by_plain_arithmetic() {
        for (name, way) in INSTEAD {
            if name.starts_with("wrapping_") {
                assert!(
                    way.contains("task") && !way.contains('`'),
                    "`{name}`: {way}"
                );
            }
            if name.starts_with("checked_") {
                assert!(way.contains("Some("), "`{name}` gives an `Option`: {way}");
            }
        }
    }

    #[test]
    fn a_method_with_another_meaning_is_not_suggested() {
        assert_eq!(
            refusal("sort"),
            "`sort` cannot run inside a workflow: `functions::sorted(list)` does, texts by UTF-16"
        );
        assert_eq!(
            refusal("sprt"),
            "`sprt` cannot run inside a workflow: call it in a task"
        );
        assert_eq!(
            refusal("is_emtpy"),
            "`is_emtpy` cannot run inside a workflow: did you mean `is_empty`?"
        );
    }
}
