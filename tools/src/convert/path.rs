//! Paths: JSONPath to expressions.

use stepwright_asl::jsonata::operator::Operator;
use stepwright_asl::path::{Path, PathStep};
use stepwright_asl::substitution::is_substitution;

use super::expr::Expr;
use super::note::Findings;
use super::scope::{Scope, root};
use super::{Assumption, Difference};

/// The longest path that is converted, in steps.
const MAX_STEPS: usize = 100;

/// The value of a path's text. `None` after a note.
pub(super) fn of_text(text: &str, scope: Scope<'_>, findings: &mut Findings<'_>) -> Option<Expr> {
    if is_substitution(text) {
        findings.unknown_path(text, scope.pointer);
        return None;
    }
    match Path::parse(text) {
        Ok(path) => of_path(&path, scope, findings),
        Err(error) => {
            let message = format!("`{text}` is not a path: {error}");
            findings.note(Difference::InvalidState, scope.pointer, message);
            None
        }
    }
}

/// The value that a path selects. `None` after a note.
pub(super) fn of_path(path: &Path, scope: Scope<'_>, findings: &mut Findings<'_>) -> Option<Expr> {
    let root = root(path, scope);
    if path.steps.len() > MAX_STEPS {
        let message = format!("the path has more than {MAX_STEPS} steps");
        findings.note(Difference::NoCounterpart, scope.pointer, message);
        return None;
    }
    if !path.steps.is_empty() {
        findings.assume(Assumption::Absent);
    }
    if path.steps.len() > 1
        || path
            .steps
            .iter()
            .any(|step| !matches!(step, PathStep::Key(_)))
    {
        findings.assume(Assumption::Types);
    }
    let mut walk = PathConversion {
        path,
        scope,
        findings,
        selection: Selection::One,
    };
    let mut value = root;
    for (at, step) in path.steps.iter().enumerate() {
        let is_last = at + 1 == path.steps.len();
        value = walk.step(value, step, is_last)?;
    }
    Some(match walk.selection {
        Selection::One => value,
        Selection::Items | Selection::Members => value.list(),
    })
}

/// What the steps so far select.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Selection {
    /// One value.
    One,
    /// Several items of one list.
    Items,
    /// A member or an item of several values.
    Members,
}

struct PathConversion<'p, 'm> {
    path: &'p Path,
    scope: Scope<'p>,
    findings: &'p mut Findings<'m>,
    selection: Selection,
}

impl PathConversion<'_, '_> {
    fn step(&mut self, base: Expr, step: &PathStep, is_last: bool) -> Option<Expr> {
        match step {
            PathStep::Key(name) => {
                if self.selection != Selection::One {
                    self.flattens();
                    self.selection = Selection::Members;
                }
                Some(base.key(name))
            }
            PathStep::Index(index) => match self.selection {
                Selection::One => Some(base.index(*index)),
                // `items.tags[0]` is the first tag of each item, too.
                Selection::Members => {
                    self.flattens();
                    Some(Expr::Index(Box::new(base), *index))
                }
                Selection::Items => self.refuse(
                    "selects an item of each selected value, which JSONata has no step for",
                ),
            },
            PathStep::Keys(names) if is_last && self.selection == Selection::One => {
                let members = names.iter();
                let members = members.map(|name| (name.clone(), base.clone().key(name)));
                Some(Expr::Existing(members.collect()))
            }
            PathStep::Keys(_) => self.refuse("selects several members of several values"),
            PathStep::Indices(indices) => {
                let is_ordered = indices.windows(2).all(|pair| pair[0] < pair[1]);
                if self.selection != Selection::One || !is_ordered || indices[0] < 0 {
                    return self.refuse("selects items in an order that JSONata cannot express");
                }
                let items = indices.iter().map(|index| (*index).into());
                self.flattens();
                self.selection = Selection::Items;
                let items =
                    Expr::Literal(items.collect::<Vec<stepwright_asl::json::Json>>().into());
                Some(Expr::Filter(Box::new(base), Box::new(items)))
            }
            PathStep::Slice { start, end } => self.slice(base, *start, *end),
            PathStep::Wildcard => self.wildcard(base),
            PathStep::Descendant(step) => match &**step {
                PathStep::Key(name) if self.selection == Selection::One => {
                    let message = format!(
                        "`{}` becomes `**`, which may find values in a different order and joins lists",
                        self.path
                    );
                    let pointer = self.scope.pointer;
                    self.findings
                        .note(Difference::DescentOrder, pointer, message);
                    self.selection = Selection::Members;
                    Some(Expr::Descendants(Box::new(base)).key(name))
                }
                _ => self.refuse("has a step after `..` that JSONata cannot express"),
            },
            PathStep::Filter(filter) if self.selection != Selection::Items => {
                let predicate = super::filter::predicate(filter, self.scope, self.findings)?;
                if self.selection == Selection::Members {
                    self.flattens();
                }
                self.selection = Selection::Items;
                let items = match base {
                    Expr::List(inner) => inner,
                    base => Box::new(base),
                };
                Some(Expr::Filter(items, Box::new(predicate)))
            }
            PathStep::Filter(_) => self.refuse("has a filter after a wildcard or filter"),
            PathStep::Function { name, .. } => {
                let message = format!(
                    "`{}` fails in every execution: Step Functions has no function `{name}()` in paths",
                    self.path
                );
                let pointer = self.scope.pointer;
                self.findings
                    .note(Difference::AlwaysFails, pointer, message);
                None
            }
        }
    }

    /// `[*]` selects the items of a list, and `.*` the members of an object.
    fn wildcard(&mut self, base: Expr) -> Option<Expr> {
        let text = self.path.as_str();
        let is_dotted = text.contains(".*");
        if is_dotted && text.contains("[*]") {
            return self.refuse("selects both items of lists and members of objects");
        }
        if self.selection == Selection::Items {
            return self.refuse("selects the items of each selected value");
        }
        if is_dotted || self.selection == Selection::Members {
            self.flattens();
        }
        self.selection = Selection::Items;
        Some(if is_dotted {
            Expr::Members(Box::new(base))
        } else {
            base
        })
    }

    fn slice(&mut self, base: Expr, start: Option<i64>, end: Option<i64>) -> Option<Expr> {
        let from_end = |back: i64| {
            let count = Expr::Call("count", vec![base.clone()]);
            count.binary(Operator::Sub, Expr::literal(back))
        };
        let first = start.unwrap_or(0);
        let last = match (start, end) {
            (None | Some(0..), None) => from_end(1),
            (Some(_), None) => Expr::literal(-1),
            // With a start, a negative end is no position from the end: the service selects
            // nothing.
            (None, Some(end @ ..0)) => from_end(1 - end),
            (None | Some(0..), Some(end)) if end > first => Expr::literal(end - 1),
            _ => return self.refuse("has a slice that JSONata cannot express"),
        };
        if self.selection != Selection::One {
            return self.refuse("has a slice of several values");
        }
        self.flattens();
        self.selection = Selection::Items;
        let range = Expr::literal(first).binary(Operator::Range, last);
        Some(Expr::Filter(Box::new(base), Box::new(range.list())))
    }

    /// The selected values must not be lists.
    fn flattens(&mut self) {
        let path = self.path;
        let message = format!(
            "`{path}` selects several values; if they are lists, JSONata joins them to one list"
        );
        let pointer = self.scope.pointer;
        self.findings
            .note(Difference::FlattenedLists, pointer, message);
    }

    fn refuse(&mut self, problem: &str) -> Option<Expr> {
        let message = format!("`{}` {problem}", self.path);
        let pointer = self.scope.pointer;
        self.findings
            .note(Difference::NoCounterpart, pointer, message);
        None
    }
}
