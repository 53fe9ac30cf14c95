//! Warnings that a definition suppresses itself: `stepwright: allow SW024` in a `Comment`.

use super::definition::Definition;
use super::rule_id::{RuleIdError, is_among};
use crate::finding::Finding;
use crate::json::{Json, Pointer};

/// The warnings that a definition suppresses.
#[derive(Default)]
pub(super) struct Suppressions {
    /// The pointer to a state or the machine, and the ids of the suppressed rules.
    places: Vec<(String, Vec<String>)>,
}

/// The prefix of an instruction to the validator in a comment.
const MARK: &str = "stepwright:";

impl Suppressions {
    /// Reads the `Comment`s of the machine and of its states.
    pub(super) fn of(definition: &Definition<'_>) -> Suppressions {
        let places = comments(definition).filter_map(|(pointer, comment)| {
            let ids: Vec<String> = named(comment).map(str::to_owned).collect();
            (!ids.is_empty()).then(|| (pointer.to_string(), ids))
        });
        Suppressions {
            places: places.collect(),
        }
    }

    /// Whether a warning is suppressed at its pointer.
    pub(super) fn covers(&self, finding: &Finding) -> bool {
        self.places.iter().any(|(place, ids)| {
            let inside = finding.pointer.strip_prefix(place.as_str());
            is_among(ids, finding.rule)
                && inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// The ids in comments that no rule has, with the pointers of the comments.
pub(super) fn unknown<'a, 'd>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = (Pointer<'d>, RuleIdError)> + 'a {
    comments(definition).flat_map(move |(pointer, comment)| {
        named(comment).filter_map(move |id| {
            let known = || definition.ids.iter().copied();
            let is_known = known().any(|known| known.eq_ignore_ascii_case(id));
            (!is_known).then(|| (pointer.key("Comment"), RuleIdError::unknown(id, known())))
        })
    })
}

/// The comments of the machine and of its states, with pointers to the machine or state.
fn comments<'a, 'd>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = (Pointer<'d>, &'d str)> + 'a {
    let comment = |json: Option<&'d Json>| json.and_then(Json::as_str);
    let machine = comment(definition.document.json().get("Comment"));
    let states = definition.graph.states().iter().filter_map(move |state| {
        let comment = comment(state.object.get("Comment"))?;
        Some((state.pointer.clone(), comment))
    });
    let machine = machine.map(|comment| (Pointer::ROOT, comment));
    machine.into_iter().chain(states)
}

/// The ids after each `stepwright: allow` of a comment: `SW024, SW048`.
fn named(comment: &str) -> impl Iterator<Item = &str> {
    let after = comment.split(MARK).skip(1);
    let lists = after.filter_map(|text| text.trim_start().strip_prefix("allow"));
    lists.flat_map(|list| {
        let words = list.split(|char: char| char == ',' || char.is_whitespace());
        let words = words.filter(|word| !word.is_empty());
        words
            .map(|word| word.trim_end_matches(['.', ';', ')']))
            .take_while(|word| is_id(word))
    })
}

/// Whether a word looks like an id: letters, then digits.
fn is_id(word: &str) -> bool {
    let digits = word.trim_start_matches(|char: char| char.is_ascii_alphabetic() || char == '-');
    digits.len() < word.len()
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_behind_the_mark() {
        for (comment, ids) in [
            ("stepwright: allow SW024", &["SW024"][..]),
            (
                "Polls. stepwright: allow SW024, sw048 SW142.",
                &["SW024", "sw048", "SW142"],
            ),
            ("stepwright:allow ACME-001 because it ends", &["ACME-001"]),
            (
                "stepwright: allow SW024; stepwright: allow SW048",
                &["SW024", "SW048"],
            ),
            ("made with stepwright: see SW024", &[]),
            ("allow SW024", &[]),
            ("stepwright: allow everything", &[]),
            ("", &[]),
        ] {
            assert_eq!(named(comment).collect::<Vec<_>>(), ids, "{comment}");
        }
    }
}
