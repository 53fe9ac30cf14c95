//! Compares fields.

use crate::json::{Json, Object, escape};
use crate::model::QueryLanguage;

use super::align;
use super::change::{Change, FieldChange};
use super::meaning::{meaning, member_meaning};
use super::value_context::ValueContext;

/// The location of a value in one of the definitions.
#[derive(Debug, Clone)]
pub(super) struct ValueLocation {
    pub(super) pointer: String,
    pub(super) place: ValueContext,
    pub(super) language: QueryLanguage,
}

impl ValueLocation {
    fn member(&self, key: &str, canonical: &str) -> ValueLocation {
        ValueLocation {
            pointer: format!("{}/{}", self.pointer, escape(key)),
            place: self.place.member(canonical),
            language: self.language,
        }
    }

    pub(super) fn item(&self, index: usize) -> ValueLocation {
        ValueLocation {
            pointer: format!("{}/{index}", self.pointer),
            place: self.place.item(),
            language: self.language,
        }
    }
}

/// A value and its location.
type LocatedValue<'a> = (&'a Json, &'a ValueLocation);

/// Collects the differences.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) fields: Vec<FieldChange>,
    /// Fields that are not executed.
    pub(super) comments: Vec<FieldChange>,
}

impl Fields {
    /// Compares the members of two objects. Rules and catchers are compared with the transitions
    /// instead.
    pub(super) fn objects(
        &mut self,
        old: (&Object, &ValueLocation),
        new: (&Object, &ValueLocation),
    ) {
        let places = (old.1.place, new.1.place);
        let keys = old.0.keys().map(|key| places.0.canonical(old.0, key));
        let come = new.0.keys().map(|key| places.1.canonical(new.0, key));
        let come = come.filter(|key| places.0.written(old.0, key).is_none());
        let of_states = matches!(places, (ValueContext::State(_), ValueContext::State(_)));
        for key in keys.chain(come) {
            let is_structure = places.0.is_structure(key) && places.1.is_structure(key);
            let is_sound = [old.0, new.0].into_iter().all(|object| {
                let value = object.get(key);
                value.is_none_or(|value| ValueContext::is_sound(key, value))
            });
            if is_structure && is_sound || (of_states && matches!(key, "Catch" | "Choices")) {
                continue;
            }
            self.member(key, (member(old, key), old.1), (member(new, key), new.1));
        }
    }

    fn member(
        &mut self,
        key: &str,
        (old, old_at): (Option<(&Json, ValueLocation)>, &ValueLocation),
        (new, new_at): (Option<(&Json, ValueLocation)>, &ValueLocation),
    ) {
        if key == "Comment" && old_at.place.has_comment() && new_at.place.has_comment() {
            if old.as_ref().map(|side| side.0) != new.as_ref().map(|side| side.0) {
                self.comments.push(change(old, new));
            }
            return;
        }
        match (&old, &new) {
            (Some((before, at)), Some((after, to))) => {
                self.values(key, (before, at), (after, to));
                return;
            }
            (Some((value, _)), None) if is_default(value, key, old_at) => return,
            (None, Some((value, _))) if is_default(value, key, new_at) => return,
            _ => {}
        }
        let without = if old.is_none() { old_at } else { new_at };
        let default = without.place.absent(key, without.language);
        self.fields.push(FieldChange {
            default,
            ..change(old, new)
        });
    }

    /// Compares the values of a member.
    pub(super) fn values(&mut self, key: &str, old: LocatedValue<'_>, new: LocatedValue<'_>) {
        let like = |(_, at): LocatedValue<'_>| (at.place, at.language);
        if old.0 == new.0 && like(old) == like(new) {
            return;
        }
        match (old.0, new.0) {
            (Json::Object(before), Json::Object(after)) => {
                self.objects((before, old.1), (after, new.1));
            }
            (Json::Array(before), Json::Array(after)) => {
                self.arrays(key, (before, old.1), (after, new.1));
            }
            _ => {
                if text(key, old) != text(key, new) {
                    let (before, after) = ((old.0, old.1.clone()), (new.0, new.1.clone()));
                    self.fields.push(change(Some(before), Some(after)));
                }
            }
        }
    }

    fn arrays(
        &mut self,
        key: &str,
        old: (&[Json], &ValueLocation),
        new: (&[Json], &ValueLocation),
    ) {
        let texts = |(items, at): (&[Json], &ValueLocation)| -> Vec<String> {
            let place = at.place.item();
            let items = items.iter();
            items
                .map(|item| meaning(item, place, at.language))
                .collect()
        };
        let (before, after) = (texts(old), texts(new));
        let rows = match old.1.place {
            ValueContext::Names => align::with_rest(align::equal(&before, &after), &before, &after),
            ValueContext::Retriers => {
                let names = (names(old), names(new));
                let pairs = align::handlers((&before, &after), (&names.0, &names.1));
                self.reordered(&pairs, old, new);
                align::with_rest(pairs, &before, &after)
            }
            _ => align::ordered(&before, &after),
        };
        for (from, to) in rows {
            let from = from.map(|at| (&old.0[at], old.1.item(at)));
            let to = to.map(|at| (&new.0[at], new.1.item(at)));
            match (from, to) {
                (Some((before, at)), Some((after, to))) => {
                    self.values(key, (before, &at), (after, &to));
                }
                (from, to) => self.fields.push(change(from, to)),
            }
        }
    }

    /// Reports the pairs whose position in the list changed.
    pub(super) fn reordered(
        &mut self,
        pairs: &[(usize, usize)],
        old: (&[Json], &ValueLocation),
        new: (&[Json], &ValueLocation),
    ) {
        let kept: std::collections::HashSet<_> = align::in_order(pairs).into_iter().collect();
        for pair in pairs.iter().filter(|pair| !kept.contains(pair)) {
            let mut moved = change(
                Some((&old.0[pair.0], old.1.item(pair.0))),
                Some((&new.0[pair.1], new.1.item(pair.1))),
            );
            moved.change = Change::Moved;
            self.fields.push(moved);
        }
    }
}

/// The names of errors in each retrier or catcher.
pub(super) fn names((handlers, at): (&[Json], &ValueLocation)) -> Vec<String> {
    let names = handlers.iter().map(|handler| handler.get("ErrorEquals"));
    names
        .map(|names| {
            meaning(
                names.unwrap_or(&Json::Null),
                ValueContext::Names,
                at.language,
            )
        })
        .collect()
}

/// Whether a field has its default value.
fn is_default(value: &Json, key: &str, at: &ValueLocation) -> bool {
    at.place.absent(key, at.language).is_some_and(|absent| {
        let meaning = |json: &Json| member_meaning(json, at.place, key, at.language);
        meaning(&absent) == meaning(value)
    })
}

/// The normalized text of a scalar under this key.
fn text(key: &str, (json, at): LocatedValue<'_>) -> String {
    // Only `Data` and `Literal` differ for scalars.
    let parent = match at.place {
        ValueContext::Literal | ValueContext::Names => ValueContext::Literal,
        _ => ValueContext::Data,
    };
    member_meaning(json, parent, key, at.language)
}

/// The member of an object with a canonical key.
fn member<'a>(
    (object, at): (&'a Object, &ValueLocation),
    key: &str,
) -> Option<(&'a Json, ValueLocation)> {
    let written = at.place.written(object, key)?;
    Some((object.get(written)?, at.member(written, key)))
}

/// Creates the change of a value that is in one or both definitions.
pub(super) fn change(
    old: Option<(&Json, ValueLocation)>,
    new: Option<(&Json, ValueLocation)>,
) -> FieldChange {
    let kind = match (&old, &new) {
        (None, _) => Change::Added,
        (_, None) => Change::Removed,
        _ => Change::Changed,
    };
    let (old, old_at) = old.unzip();
    let (new, new_at) = new.unzip();
    FieldChange {
        change: kind,
        old_pointer: old_at.map(|at| at.pointer),
        new_pointer: new_at.map(|at| at.pointer),
        old: old.cloned(),
        new: new.cloned(),
        default: None,
    }
}
