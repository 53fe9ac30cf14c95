//! The edits that turn one value into another one and leave equal parts alone.
//!
//! A form of a template has the values that the template computes as texts with placeholders, so a
//! part that is written again without need would lose its `!Ref`.

use stepwright_asl::edit::Edit;
use stepwright_asl::json::{Json, Object, escape};

/// The edits, each in the text after the ones before it; replacements come first.
pub(super) fn differences(pointer: &str, old: &Json, new: &Json) -> Vec<Edit> {
    let mut edits = Vec::new();
    compare(pointer, old, new, &mut edits);
    edits
}

fn compare(pointer: &str, old: &Json, new: &Json, edits: &mut Vec<Edit>) {
    match (old, new) {
        (old, new) if old == new && same_order(old, new) => {}
        (Json::Object(old), Json::Object(new)) if old.keys().any(|key| new.contains_key(key)) => {
            members(pointer, old, new, edits);
        }
        (Json::Array(old), Json::Array(new)) if !old.is_empty() && !new.is_empty() => {
            items(pointer, old, new, edits);
        }
        _ => edits.push(Edit::replace(pointer, new.clone())),
    }
}

/// Whether equal values also have the same order of members.
fn same_order(old: &Json, new: &Json) -> bool {
    old.to_string() == new.to_string()
}

fn members(pointer: &str, old: &Object, new: &Object, edits: &mut Vec<Edit>) {
    let at = |key: &str| format!("{pointer}/{}", escape(key));
    let mut order: Vec<&String> = old.keys().collect();
    let mut before: Option<&String> = None;
    for (key, value) in new {
        match old.get(key) {
            Some(known) => compare(&at(key), known, value, edits),
            None => {
                let next = order.iter().find(|known| new.contains_key(**known));
                let place = match (before, next) {
                    (Some(before), _) => {
                        edits.push(Edit::insert_after(at(key), before, value.clone()));
                        order
                            .iter()
                            .position(|known| *known == before)
                            .map(|at| at + 1)
                    }
                    (None, Some(next)) => {
                        edits.push(Edit::insert_before(at(key), *next, value.clone()));
                        order.iter().position(|known| known == next)
                    }
                    (None, None) => {
                        edits.push(Edit::insert(at(key), value.clone()));
                        None
                    }
                };
                order.insert(place.unwrap_or(order.len()), key);
            }
        }
        before = Some(key);
    }
    let removed = order.iter().filter(|key| !new.contains_key(**key));
    edits.extend(removed.map(|key| Edit::remove(at(key))));
    order.retain(|key| new.contains_key(*key));
    if !order.iter().copied().eq(new.keys()) {
        edits.push(Edit::reorder(pointer, new.keys().cloned().collect()));
    }
}

/// The items between equal ones at both ends are compared by their position.
fn items(pointer: &str, old: &[Json], new: &[Json], edits: &mut Vec<Edit>) {
    let equal = |(old, new): &(&Json, &Json)| old == new && same_order(old, new);
    let begin = old.iter().zip(new).take_while(equal).count();
    let rest = old.len().min(new.len()) - begin;
    let ends = old.iter().rev().zip(new.iter().rev());
    let end = ends.take(rest).take_while(equal).count();
    let (old, new) = (&old[begin..old.len() - end], &new[begin..new.len() - end]);
    for (index, (old, new)) in old.iter().zip(new).enumerate() {
        compare(&format!("{pointer}/{}", begin + index), old, new, edits);
    }
    for index in (new.len()..old.len()).rev() {
        edits.push(Edit::remove(format!("{pointer}/{}", begin + index)));
    }
    for (index, value) in new.iter().enumerate().skip(old.len()) {
        edits.push(Edit::insert(
            format!("{pointer}/{}", begin + index),
            value.clone(),
        ));
    }
}
