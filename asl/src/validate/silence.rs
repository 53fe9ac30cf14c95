//! Warnings that a definition suppresses itself: `stepwright: allow SW024` in a `Comment`.

use super::definition::Definition;
use super::rule_id::RuleIdError;
use crate::diagnostic::Diagnostic;
use crate::json::{Json, Pointer};

/// The warnings that a definition suppresses.
#[derive(Default)]
pub(super) struct Suppressions {
    /// The pointer to a state or the machine, and the ids of the suppressed rules.
    places: Vec<(String, Vec<&'static str>)>,
}

/// The prefix of an instruction to the validator in a comment.
const MARK: &str = "stepwright:";

impl Suppressions {
    /// Reads the `Comment`s of the machine and of its states.
    pub(super) fn of(definition: &Definition<'_>) -> Suppressions {
        let places = comments(definition).filter_map(|(pointer, comment)| {
            let listed = listed_rules(comment);
            let ids = listed.filter_map(|listed| definition.rule_ids.get(listed.word));
            let ids: Vec<&str> = ids.collect();
            (!ids.is_empty()).then(|| (pointer.to_string(), ids))
        });
        Suppressions {
            places: places.collect(),
        }
    }

    /// Whether a warning is suppressed at its pointer.
    pub(super) fn covers(&self, diagnostic: &Diagnostic) -> bool {
        self.places.iter().any(|(place, ids)| {
            let inside = diagnostic.location.pointer.strip_prefix(place.as_str());
            diagnostic.code.is_some_and(|code| ids.contains(&code))
                && inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// The ids and names in comments that no rule has, with the pointers of the comments.
pub(super) fn unknown<'a, 'd>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = (Pointer<'d>, RuleIdError)> + 'a {
    comments(definition).flat_map(move |(pointer, comment)| {
        listed_rules(comment).filter_map(move |listed| {
            // A hyphenated word that follows a name without a comma may be prose.
            if !listed.is_separate && !is_id(listed.word) {
                return None;
            }
            let error = definition.rule_ids.resolve(listed.word).err()?;
            Some((pointer.key("Comment"), error))
        })
    })
}

/// A comment with the instruction to allow a rule as well. `comment` may be empty.
pub(crate) fn allow_in_comment(comment: &str, rule: &str) -> String {
    let comment = comment.trim_end();
    let is_open_list = comment.rsplit_once(MARK).is_some_and(|(_, list)| {
        let words = list.replace(',', " ");
        let mut words = words.split_whitespace();
        let is_list = words.next() == Some("allow");
        is_list && words.all(|word| is_id(word) || is_name(word)) && !list.ends_with(',')
    });
    match comment {
        "" => format!("{MARK} allow {rule}"),
        _ if is_open_list => format!("{comment}, {rule}"),
        _ if comment.ends_with('.') => format!("{comment} {MARK} allow {rule}"),
        _ => format!("{comment}; {MARK} allow {rule}"),
    }
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

/// A word in the list of a comment that looks like the id or the name of a rule.
struct ListedRule<'c> {
    word: &'c str,
    /// Whether it is the first word of the list, or follows a comma.
    is_separate: bool,
}

/// The ids and names after each `stepwright: allow` of a comment: `SW024, missing-timeout`.
fn listed_rules(comment: &str) -> impl Iterator<Item = ListedRule<'_>> {
    let after = comment.split(MARK).skip(1);
    let lists = after.filter_map(|text| text.trim_start().strip_prefix("allow"));
    lists.flat_map(|list| {
        let items = list.split(',').flat_map(|item| {
            let words = item.split_whitespace().enumerate();
            words.map(|(index, word)| ListedRule {
                word: word.trim_end_matches(['.', ';', ')']),
                is_separate: index == 0,
            })
        });
        items.take_while(|listed| is_id(listed.word) || is_name(listed.word))
    })
}

/// Whether a word looks like an id: letters, then digits.
fn is_id(word: &str) -> bool {
    let digits = word.trim_start_matches(|char: char| char.is_ascii_alphabetic() || char == '-');
    digits.len() < word.len()
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a word looks like a name: words joined by hyphens.
fn is_name(word: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    word.contains('-') && word.split('-').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_added_to_a_comment() {
        for (comment, expected) in [
            ("", "stepwright: allow missing-timeout"),
            ("Polls.", "Polls. stepwright: allow missing-timeout"),
            ("Polls", "Polls; stepwright: allow missing-timeout"),
            (
                "Polls. stepwright: allow SW024",
                "Polls. stepwright: allow SW024, missing-timeout",
            ),
            (
                "stepwright: allow SW024 because it ends",
                "stepwright: allow SW024 because it ends; stepwright: allow missing-timeout",
            ),
            (
                "stepwright: allow endless-loop. It ends.",
                "stepwright: allow endless-loop. It ends. stepwright: allow missing-timeout",
            ),
        ] {
            let added = allow_in_comment(comment, "missing-timeout");
            assert_eq!(added, expected);
            let mut listed = listed_rules(&added).map(|listed| listed.word);
            assert!(listed.any(|word| word == "missing-timeout"), "{added}");
        }
    }

    #[test]
    fn allowed_ids_are_read_after_the_allow_marker() {
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
            (
                "stepwright: allow missing-timeout, endless-loop, SW024 for now",
                &["missing-timeout", "endless-loop", "SW024"],
            ),
            ("allow SW024", &[]),
            ("stepwright: allow everything", &[]),
            ("", &[]),
        ] {
            let words = listed_rules(comment).map(|listed| listed.word);
            assert_eq!(words.collect::<Vec<_>>(), ids, "{comment}");
        }
    }
}
