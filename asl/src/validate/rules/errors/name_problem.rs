//! Problems of the error names in a list of retriers or catchers.

use crate::analysis::{HandlerKind, HandlerProblem, HandlerWords, check_handlers};
use crate::errors;
use crate::validate::definition::{Definition, DefinitionPart};

use super::{error_names, handlers};

/// The words of messages about a definition.
pub(super) const WORDS: HandlerWords = HandlerWords {
    retrier: "retrier",
    catcher: "catcher",
    all: "`States.ALL`",
};

/// The problem of an error name in a list of retriers or catchers.
pub(super) struct NameProblem<'a, 'd> {
    pub(super) kind: HandlerKind,
    pub(super) handler: &'a DefinitionPart<'d>,
    /// The handler with the earlier name, if one covers this name.
    pub(super) earlier: Option<&'a DefinitionPart<'d>>,
    /// The index of the name in its `ErrorEquals`.
    pub(super) index: usize,
    pub(super) problem: HandlerProblem<'d>,
    /// The number of handlers in the list with `States.ALL`.
    pub(super) with_all: usize,
}

impl NameProblem<'_, '_> {
    pub(super) fn message(&self) -> String {
        self.problem.message(self.kind, &WORDS, &str::to_owned)
    }
}

/// The problems of all lists of retriers and catchers.
pub(super) fn name_problems<'a, 'd>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = NameProblem<'a, 'd>> {
    let all: Vec<&DefinitionPart<'_>> = handlers(definition).collect();
    let lists =
        all.chunk_by(|one, next| one.state == next.state && one.schema.name == next.schema.name);
    let problems = lists.flat_map(|list| {
        let kind = if list[0].is("Retrier") {
            HandlerKind::Retriers
        } else {
            HandlerKind::Catchers
        };
        let names: Vec<Vec<&str>> = list.iter().map(|handler| error_names(handler)).collect();
        let problems = check_handlers(&names).into_iter();
        let with_all = names.iter().filter(|names| names.contains(&errors::ALL));
        let with_all = with_all.count();
        problems.map(move |(handler, index, problem)| NameProblem {
            kind,
            handler: list[handler],
            earlier: problem
                .earlier(&str::to_owned)
                .map(|(earlier, ..)| list[earlier]),
            index,
            problem,
            with_all,
        })
    });
    problems.collect::<Vec<_>>().into_iter()
}
