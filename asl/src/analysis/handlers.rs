//! The error names of retriers and catchers, and the order of these.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::errors::{ALL, RESERVED, RUNTIME, is_reserved, matches};
use crate::similar::nearest;

/// The words of a front end for messages about retriers and catchers.
#[derive(Debug, Clone, Copy)]
pub struct HandlerWords {
    /// A retrier, such as `` `retry` ``.
    pub retrier: &'static str,
    /// A catcher, such as `` `catch` ``.
    pub catcher: &'static str,
    /// The name that matches all errors, such as `` `States::ALL` ``.
    pub all: &'static str,
}

impl HandlerWords {
    /// A handler of this kind.
    pub fn of(&self, kind: HandlerKind) -> &'static str {
        match kind {
            HandlerKind::Retriers => self.retrier,
            HandlerKind::Catchers => self.catcher,
        }
    }
}

/// A list of retriers or of catchers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandlerKind {
    /// `Retry`.
    Retriers,
    /// `Catch`.
    Catchers,
}

/// A problem of a retrier or catcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandlerProblem<'n> {
    /// It names no error.
    NoName,
    /// A name is blank.
    Blank,
    /// A name begins with `States.`, and the service has no such error. Contains the most similar
    /// one.
    Unknown(&'n str, Option<&'static str>),
    /// `States.ALL` is not the only name.
    AllNotAlone,
    /// `States.ALL` is not in the last one.
    AllNotLast,
    /// An earlier one, or an earlier name of the same one, matches the name. The two names may be
    /// equal.
    Covered {
        /// The name.
        name: &'n str,
        /// The earlier name.
        by: &'n str,
        /// The index of the retrier or catcher with the earlier name.
        handler: usize,
        /// The index of the earlier name.
        index: usize,
    },
}

/// Checks a list of retriers or catchers, each with its error names. Each problem comes with the
/// index of its retrier or catcher and the index of its name; a problem without a name has the
/// index 0.
pub fn check_handlers<'n>(handlers: &[Vec<&'n str>]) -> Vec<(usize, usize, HandlerProblem<'n>)> {
    let mut problems = Vec::new();
    // The first location of each name.
    let mut earlier: HashMap<&str, (usize, usize)> = HashMap::new();
    // Only a name of the service matches other names.
    let mut reserved: Vec<&str> = Vec::new();
    let mut is_all_covered = false;
    for (handler, names) in handlers.iter().enumerate() {
        if names.is_empty() {
            problems.push((handler, 0, HandlerProblem::NoName));
        }
        let mut own: HashSet<&str> = HashSet::new();
        for (index, name) in names.iter().copied().enumerate() {
            let mut report = |problem| problems.push((handler, index, problem));
            if name.trim().is_empty() {
                report(HandlerProblem::Blank);
                continue;
            }
            if let Some(close) = unknown_error(name) {
                report(HandlerProblem::Unknown(name, close));
            }
            if name == ALL && names.len() > 1 {
                report(HandlerProblem::AllNotAlone);
            }
            // After `States.ALL`, only that is reported: it comes too early.
            if is_all_covered {
                continue;
            }
            if name == ALL {
                is_all_covered = true;
                if handler + 1 < handlers.len() {
                    report(HandlerProblem::AllNotLast);
                }
                continue;
            }
            let by = if earlier.contains_key(name) || !own.insert(name) {
                Some(&name)
            } else {
                reserved.iter().find(|earlier| is_covered(name, earlier))
            };
            if let Some(by) = by {
                let first = earlier.get(by).copied();
                let own = names.iter().position(|name| name == by);
                let (handler, index) = first.unwrap_or((handler, own.unwrap_or_default()));
                report(HandlerProblem::Covered {
                    name,
                    by,
                    handler,
                    index,
                });
            }
        }
        for (index, name) in names.iter().copied().enumerate() {
            if let Entry::Vacant(vacant) = earlier.entry(name) {
                vacant.insert((handler, index));
                reserved.extend(is_reserved(name).then_some(name));
            }
        }
    }
    problems
}

/// Whether an earlier name matches every error that a name matches. A name that nothing matches is
/// not covered: it has another problem.
fn is_covered(name: &str, earlier: &str) -> bool {
    name == earlier || (name != RUNTIME && matches(&[earlier], name))
}

/// For a name that is reserved for the service and that the service does not have: the most similar
/// one.
pub fn unknown_error(name: &str) -> Option<Option<&'static str>> {
    let is_unknown = name.starts_with("States.") && !is_reserved(name);
    is_unknown.then(|| nearest(name, RESERVED.iter().copied()))
}

impl HandlerProblem<'_> {
    /// The code of the rule that the problem breaks.
    pub fn code(&self) -> &'static str {
        match self {
            HandlerProblem::NoName | HandlerProblem::Blank => "SW050",
            HandlerProblem::Unknown(..) => "SW053",
            HandlerProblem::AllNotAlone => "SW051",
            HandlerProblem::AllNotLast => "SW052",
            HandlerProblem::Covered { .. } => "SW055",
        }
    }

    /// A likely fix of a misspelt name.
    pub fn suggestion(&self, show: &dyn Fn(&str) -> String) -> Option<String> {
        match self {
            HandlerProblem::Unknown(_, Some(close)) => {
                Some(format!("did you mean `{}`?", show(close)))
            }
            _ => None,
        }
    }

    /// The message about the earlier name, as a related location: the index of its retrier or
    /// catcher, that of the name, and the text.
    pub fn earlier(&self, show: &dyn Fn(&str) -> String) -> Option<(usize, usize, String)> {
        match self {
            HandlerProblem::Covered {
                by, handler, index, ..
            } => Some((
                *handler,
                *index,
                format!("`{}` is named here first", show(by)),
            )),
            _ => None,
        }
    }

    /// The message in the words of a front end. `show` writes an error name as the user does.
    pub fn message(
        &self,
        kind: HandlerKind,
        words: &HandlerWords,
        show: &dyn Fn(&str) -> String,
    ) -> String {
        let what = words.of(kind);
        let all = words.all;
        match self {
            HandlerProblem::NoName => format!("{what} names no error; add a name or remove it"),
            HandlerProblem::Blank => {
                format!("an error name of this {what} is empty; write the name, or {all}")
            }
            HandlerProblem::Unknown(name, _) => {
                format!("`{}` is not an error name of the service", show(name))
            }
            HandlerProblem::AllNotAlone => {
                format!("{all} must be the only name of its {what}: it matches every error")
            }
            HandlerProblem::AllNotLast => {
                format!(
                    "{all} matches every error, so each {what} after it never runs: put it last"
                )
            }
            HandlerProblem::Covered { name, by, .. } if name == by => format!(
                "an earlier {what} of this state already matches `{}`: remove one of them",
                show(name)
            ),
            HandlerProblem::Covered { name, by, .. } => format!(
                "an earlier {what} of this state already matches `{}`, because `{}` includes it: put this one first",
                show(name),
                show(by)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems<'n>(handlers: &[&[&'n str]]) -> Vec<(usize, usize, HandlerProblem<'n>)> {
        let handlers: Vec<Vec<&str>> = handlers.iter().map(|names| names.to_vec()).collect();
        check_handlers(&handlers)
    }

    #[test]
    fn states_all_must_be_alone_and_last() {
        assert_eq!(problems(&[&["A"], &[ALL]]), []);
        assert_eq!(
            problems(&[&["A", ALL]]),
            [(0, 1, HandlerProblem::AllNotAlone)]
        );
        // What follows `States.ALL` is not reported again.
        assert_eq!(
            problems(&[&[ALL], &["A"], &["A"]]),
            [(0, 0, HandlerProblem::AllNotLast)]
        );
    }

    #[test]
    fn an_earlier_error_name_covers_later_names_that_it_matches() {
        let covered = |name, by| HandlerProblem::Covered {
            name,
            by,
            handler: 0,
            index: 0,
        };
        assert_eq!(
            problems(&[&["States.TaskFailed"], &["A", "States.Timeout"]]),
            [(1, 0, covered("A", "States.TaskFailed"))]
        );
        assert_eq!(problems(&[&["A"], &["States.TaskFailed"]]), []);
        assert_eq!(
            problems(&[&["States.Timeout"], &["States.HeartbeatTimeout"]]),
            [(1, 0, covered("States.HeartbeatTimeout", "States.Timeout"))]
        );
        assert_eq!(problems(&[&["A", "A"]]), [(0, 1, covered("A", "A"))]);
        // Names of one list are matched together.
        assert_eq!(problems(&[&["States.TaskFailed", "A"]]), []);
    }

    #[test]
    fn missing_blank_and_unknown_error_names_are_reported() {
        assert_eq!(problems(&[&[]]), [(0, 0, HandlerProblem::NoName)]);
        assert_eq!(problems(&[&[" "]]), [(0, 0, HandlerProblem::Blank)]);
        assert_eq!(
            problems(&[&["States.Timeuot"]]),
            [(
                0,
                0,
                HandlerProblem::Unknown("States.Timeuot", Some("States.Timeout"))
            )]
        );
        assert_eq!(problems(&[&["States.Http.StatusCode.404", "Mine"]]), []);
    }
}
