//! The names of states and the labels of maps: valid, and unique in a machine.

use std::collections::HashMap;

use crate::name::{NameError, check_label, check_state};

/// The kind of thing that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// A state.
    State,
    /// A Distributed Map, which has a label.
    Label,
}

/// A problem of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameProblem {
    /// AWS does not allow the name.
    Invalid(NameError),
    /// An earlier state or map has the same name.
    Repeated {
        /// The index of the first one.
        first: usize,
    },
}

/// Checks the names of all states, or the labels of all maps, of a machine with its inner bodies.
/// Each problem comes with the index of its name.
///
/// State names are unique in the whole machine, because the history and the console show them
/// without their container.
pub fn check_names<'n>(
    kind: NameKind,
    names: impl IntoIterator<Item = &'n str>,
) -> Vec<(usize, NameProblem)> {
    let mut problems = Vec::new();
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (index, name) in names.into_iter().enumerate() {
        let checked = match kind {
            NameKind::State => check_state(name),
            NameKind::Label => check_label(name),
        };
        if let Err(error) = checked {
            problems.push((index, NameProblem::Invalid(error)));
        }
        let first = *first.entry(name).or_insert(index);
        if first != index {
            problems.push((index, NameProblem::Repeated { first }));
        }
    }
    problems
}

impl NameProblem {
    /// The code of the rule that the problem breaks.
    pub fn code(&self, kind: NameKind) -> &'static str {
        match (kind, self) {
            (NameKind::State, NameProblem::Invalid(_)) => "SW031",
            (NameKind::State, NameProblem::Repeated { .. }) => "SW025",
            (NameKind::Label, _) => "SW106",
        }
    }

    /// The message about a name.
    pub fn message(&self, kind: NameKind, name: &str) -> String {
        match (kind, self) {
            (NameKind::State, NameProblem::Invalid(error)) => {
                format!("`{name}` cannot name a state: {error}")
            }
            (NameKind::State, NameProblem::Repeated { .. }) => format!(
                "the state name `{name}` is used twice; state names are unique in a machine, including its branches and maps"
            ),
            (NameKind::Label, NameProblem::Invalid(error)) => {
                format!("`{name}` cannot be a label: {error}")
            }
            (NameKind::Label, NameProblem::Repeated { .. }) => format!(
                "another map has the label `{name}`; give this map a different label, because its Map Runs and children are named after it"
            ),
        }
    }

    /// The message about the first state or map with a repeated name.
    pub fn message_of_first(kind: NameKind, name: &str) -> String {
        match kind {
            NameKind::State => format!("`{name}` was first defined here"),
            NameKind::Label => format!("the label `{name}` was first given here"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_repetition_of_a_name_refers_to_the_first() {
        assert_eq!(
            check_names(NameKind::State, ["A", "B", "A", "b", "A"]),
            [
                (2, NameProblem::Repeated { first: 0 }),
                (4, NameProblem::Repeated { first: 0 }),
            ]
        );
    }

    #[test]
    fn state_names_may_contain_spaces_but_labels_may_not() {
        assert_eq!(check_names(NameKind::State, ["Charge card"]), []);
        let problems = check_names(NameKind::Label, ["Charge card"]);
        assert_eq!(
            problems,
            [(0, NameProblem::Invalid(NameError::Character(' ')))]
        );
        assert_eq!(problems[0].1.code(NameKind::Label), "SW106");
    }
}
