//! Paths that may select many values: their steps, and the filters (`[?(@.price < 10)]`) in them,
//! which contain paths themselves.

use std::cell::Cell;

use regex_lite::{Regex, RegexBuilder};
use smol_str::SmolStr;
use stepwright_asl::path::{
    Comparator, Filter as FilterSyntax, Operand as OperandSyntax, Path, PathStep as StepSyntax,
    Root,
};

use crate::value::{MAX_DEPTH, Object, Value};

use super::comparison::{Side, compare, cost};

/// The maximum steps of a path.
const MAX_STEPS: usize = 256;
/// The maximum nodes that one evaluation visits. Without it a path such as `$..*..*..*` would not
/// end.
const MAX_VISITS: usize = 10_000_000;
/// The longest document. Jayway has no limit, but documents and variables of the service have at
/// most 256 KiB.
const MAX_LENGTH: u64 = 64 << 20;

/// The maximum memory of a compiled regular expression. The time for each character of a text grows
/// with it.
const REGEX_BYTES: usize = 256 << 10;

/// The steps of a path.
#[derive(Debug)]
pub(super) struct Tree {
    steps: Box<[Step]>,
    /// Selects one value at most.
    is_definite: bool,
}

#[derive(Debug)]
enum Step {
    Key(SmolStr),
    Keys(Box<[SmolStr]>),
    Index(i64),
    Indices(Box<[i64]>),
    Slice(Option<i64>, Option<i64>),
    Wildcard,
    Descendant(Box<Step>),
    Filter(Filter),
    /// A function in the middle of a path, which finds nothing.
    Nothing,
}

impl Tree {
    pub(super) fn compile(steps: &[StepSyntax]) -> Result<Tree, String> {
        if steps.len() > MAX_STEPS {
            return Err(format!("has more than {MAX_STEPS} steps"));
        }
        let is_definite = match steps.split_last() {
            // Several keys produce one object at the end of a definite path.
            Some((StepSyntax::Keys(_), before)) => before.iter().all(is_definite),
            _ => steps.iter().all(is_definite),
        };
        Ok(Tree {
            steps: steps.iter().map(Step::compile).collect::<Result<_, _>>()?,
            is_definite,
        })
    }

    /// Returns the selected values: an array, unless the path is definite.
    pub(super) fn select(&self, root: &Value) -> Result<Value, String> {
        let mut found = self.find(root, root, &Visits::default())?;
        Ok(if self.is_definite {
            found.pop().unwrap_or_default()
        } else {
            Value::from(found)
        })
    }

    /// Returns whether the path selects one value at most.
    fn is_definite(&self) -> bool {
        self.is_definite
    }

    /// Returns all values that the path selects from `from` in a document.
    fn find(&self, from: &Value, document: &Value, visits: &Visits) -> Result<Vec<Value>, String> {
        if from.json_len() > MAX_LENGTH || from.depth() > MAX_DEPTH {
            return Err("The document is too large for the path.".to_owned());
        }
        let mut walk = PathWalker {
            document,
            found: Vec::new(),
            visits,
        };
        walk.follow(&self.steps, from)?;
        Ok(walk.found)
    }
}

fn is_definite(step: &StepSyntax) -> bool {
    matches!(step, StepSyntax::Key(_) | StepSyntax::Index(_))
}

impl Step {
    fn compile(step: &StepSyntax) -> Result<Step, String> {
        Ok(match step {
            StepSyntax::Key(name) => Step::Key(name.into()),
            StepSyntax::Keys(names) => Step::Keys(names.iter().map(SmolStr::new).collect()),
            StepSyntax::Index(index) => Step::Index(*index),
            StepSyntax::Indices(indices) => Step::Indices(indices.as_slice().into()),
            StepSyntax::Slice { start, end } => Step::Slice(*start, *end),
            StepSyntax::Wildcard => Step::Wildcard,
            StepSyntax::Descendant(step) => Step::Descendant(Box::new(Step::compile(step)?)),
            StepSyntax::Filter(filter) => Step::Filter(Filter::compile(filter)?),
            StepSyntax::Function { .. } => Step::Nothing,
        })
    }
}

/// A compiled filter.
#[derive(Debug)]
enum Filter {
    Or(Box<[Filter]>),
    And(Box<[Filter]>),
    Not(Box<Filter>),
    Exists(FilterPath),
    Compare(Operand, Comparator, Operand),
}

#[derive(Debug)]
enum Operand {
    Path(FilterPath),
    Literal(Value),
    Regex(Regex),
}

/// A path in a filter.
#[derive(Debug)]
struct FilterPath {
    /// Whether it begins at the item (`@`) instead of the document (`$`).
    current: bool,
    tree: Tree,
}

impl Filter {
    fn compile(filter: &FilterSyntax) -> Result<Filter, String> {
        let all = |filters: &[FilterSyntax]| {
            let filters = filters.iter().map(Filter::compile);
            filters.collect::<Result<Box<[Filter]>, String>>()
        };
        Ok(match filter {
            FilterSyntax::Or(filters) => Filter::Or(all(filters)?),
            FilterSyntax::And(filters) => Filter::And(all(filters)?),
            FilterSyntax::Not(filter) => Filter::Not(Box::new(Filter::compile(filter)?)),
            FilterSyntax::Exists(path) => Filter::Exists(FilterPath::compile(path)?),
            FilterSyntax::Compare {
                left,
                comparator,
                right,
            } => Filter::Compare(
                Operand::compile(left)?,
                *comparator,
                Operand::compile(right)?,
            ),
        })
    }

    /// Returns whether an item of a document passes.
    fn holds(&self, item: &Value, document: &Value, visits: &Visits) -> Result<bool, String> {
        match self {
            Filter::Or(filters) => {
                for filter in filters {
                    if filter.holds(item, document, visits)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Filter::And(filters) => {
                for filter in filters {
                    if !filter.holds(item, document, visits)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Filter::Not(filter) => Ok(!filter.holds(item, document, visits)?),
            Filter::Exists(path) => Ok(path.value(item, document, visits)?.is_some()),
            Filter::Compare(left, comparator, right) => {
                let left = left.side(item, document, visits)?;
                let right = right.side(item, document, visits)?;
                visits.add(cost(&left, *comparator, &right))?;
                Ok(compare(&left, *comparator, &right))
            }
        }
    }
}

impl FilterPath {
    fn compile(path: &Path) -> Result<FilterPath, String> {
        let current = match path.root {
            Root::Current => true,
            Root::Input => false,
            _ => return Err("reads something else than `@` or `$` in a filter".to_owned()),
        };
        let tree = Tree::compile(&path.steps)?;
        Ok(FilterPath { current, tree })
    }

    fn value(
        &self,
        item: &Value,
        document: &Value,
        visits: &Visits,
    ) -> Result<Option<Value>, String> {
        let from = if self.current { item } else { document };
        let mut found = self.tree.find(from, document, visits)?;
        Ok(if self.tree.is_definite() {
            found.pop()
        } else {
            Some(Value::from(found))
        })
    }
}

impl Operand {
    fn compile(operand: &OperandSyntax) -> Result<Operand, String> {
        Ok(match operand {
            OperandSyntax::Path(path) => Operand::Path(FilterPath::compile(path)?),
            OperandSyntax::Literal(json) => Operand::Literal(Value::from(json)),
            OperandSyntax::Regex { pattern, flags } => Operand::Regex(regex(pattern, flags)?),
        })
    }

    fn side(&self, item: &Value, document: &Value, visits: &Visits) -> Result<Side<'_>, String> {
        Ok(match self {
            Operand::Path(path) => match path.value(item, document, visits)? {
                Some(value) => Side::Value(value),
                None => Side::Undefined,
            },
            Operand::Literal(value) => Side::Literal(value),
            Operand::Regex(regex) => Side::Regex(regex),
        })
    }
}

/// Compiles a pattern that must match the whole text. As in Java without Unicode flags, `\d`, `\w`,
/// `\s` and case-insensitivity are ASCII only.
fn regex(pattern: &str, flags: &str) -> Result<Regex, String> {
    let has = |flag| flags.contains(flag);
    RegexBuilder::new(&format!(r"\A(?:{})\z", pattern.replace(r"\/", "/")))
        .case_insensitive(has('i'))
        .multi_line(has('m'))
        .dot_matches_new_line(has('s'))
        .ignore_whitespace(has('x'))
        .size_limit(REGEX_BYTES)
        .build()
        .map_err(|_| format!("has a regular expression that is not supported: `/{pattern}/`"))
}

struct PathWalker<'d> {
    /// The value of `$` in filters.
    document: &'d Value,
    found: Vec<Value>,
    visits: &'d Visits,
}

/// The nodes that an evaluation has visited, with those of the paths in filters.
#[derive(Default)]
struct Visits(Cell<usize>);

impl Visits {
    fn add(&self, nodes: usize) -> Result<(), String> {
        let visits = self.0.get().saturating_add(nodes);
        self.0.set(visits);
        if visits > MAX_VISITS {
            Err("The path selects too much.".to_owned())
        } else {
            Ok(())
        }
    }
}

type WalkResult = Result<(), String>;

impl PathWalker<'_> {
    fn follow(&mut self, steps: &[Step], here: &Value) -> WalkResult {
        self.visits.add(1)?;
        match steps.split_first() {
            Some((step, rest)) => self.step(step, rest, here),
            None => {
                self.found.push(here.clone());
                Ok(())
            }
        }
    }

    fn step(&mut self, step: &Step, rest: &[Step], here: &Value) -> WalkResult {
        match (step, here) {
            (Step::Key(name), Value::Object(object)) => match object.get(name) {
                Some(value) => self.follow(rest, value),
                None => Ok(()),
            },
            (Step::Keys(names), Value::Object(object)) if rest.is_empty() => {
                let present = names.iter().filter_map(|name| {
                    let value = object.get(name)?;
                    Some((name.clone(), value.clone()))
                });
                self.follow(rest, &Value::from(present.collect::<Object>()))
            }
            (Step::Keys(names), Value::Object(object)) => {
                let mut values = names.iter().filter_map(|name| object.get(name));
                values.try_for_each(|value| self.follow(rest, value))
            }
            (Step::Index(index), Value::Array(items)) => self.item(items, *index, rest),
            (Step::Indices(indices), Value::Array(items)) => {
                let mut indices = indices.iter();
                indices.try_for_each(|index| self.item(items, *index, rest))
            }
            (Step::Slice(start, end), Value::Array(items)) => {
                let mut range = slice(items.len(), *start, *end);
                range.try_for_each(|index| self.item(items, index, rest))
            }
            (Step::Wildcard, Value::Array(items)) => {
                items.iter().try_for_each(|item| self.follow(rest, item))
            }
            (Step::Wildcard, Value::Object(object)) => {
                let mut values = object.values();
                values.try_for_each(|value| self.follow(rest, value))
            }
            (Step::Descendant(step), _) => self.descend(step, rest, here),
            (Step::Filter(filter), Value::Array(items)) => items.iter().try_for_each(|item| {
                if filter.holds(item, self.document, self.visits)? {
                    self.follow(rest, item)
                } else {
                    Ok(())
                }
            }),
            (Step::Filter(filter), Value::Object(_)) => {
                if filter.holds(here, self.document, self.visits)? {
                    self.follow(rest, here)
                } else {
                    Ok(())
                }
            }
            _ => Ok(()),
        }
    }

    /// Visits an item; past the end Jackson returns null.
    fn item(&mut self, items: &[Value], index: i64, rest: &[Step]) -> WalkResult {
        let index = if index < 0 {
            index + items.len() as i64
        } else {
            index
        };
        let item = usize::try_from(index)
            .ok()
            .and_then(|index| items.get(index));
        match item {
            Some(item) => self.follow(rest, item),
            None if rest.is_empty() => self.follow(rest, &Value::Null),
            None => Ok(()),
        }
    }

    /// Applies the step of `..step` to this node and all nodes below it. The depth of the recursion
    /// is that of the value, which was checked.
    fn descend(&mut self, step: &Step, rest: &[Step], here: &Value) -> WalkResult {
        self.visits.add(1)?;
        match here {
            Value::Object(object) => {
                if self.applies(step, here)? {
                    self.step(step, rest, here)?;
                }
                let mut values = object.values();
                values.try_for_each(|value| self.descend(step, rest, value))
            }
            Value::Array(items) => {
                if self.applies(step, here)? {
                    if rest.is_empty() {
                        self.step(step, rest, here)?;
                    } else {
                        // Jayway continues with every item here, also with items that the step does
                        // not select.
                        items.iter().try_for_each(|item| self.follow(rest, item))?;
                    }
                }
                items
                    .iter()
                    .try_for_each(|item| self.descend(step, rest, item))
            }
            _ => Ok(()),
        }
    }

    /// Returns whether Jayway applies the step to a node on its descent.
    fn applies(&self, step: &Step, here: &Value) -> Result<bool, String> {
        Ok(match (step, here) {
            (Step::Key(name), Value::Object(object)) => object.contains_key(name),
            (Step::Keys(names), Value::Object(object)) => {
                names.iter().all(|name| object.contains_key(name))
            }
            (Step::Key(_) | Step::Keys(_), _) => false,
            (Step::Index(_) | Step::Indices(_) | Step::Slice(..), Value::Array(_)) => true,
            (Step::Index(_) | Step::Indices(_) | Step::Slice(..), _) => false,
            (Step::Filter(filter), _) => filter.holds(here, self.document, self.visits)?,
            (Step::Wildcard | Step::Descendant(_), _) => true,
            (Step::Nothing, _) => false,
        })
    }
}

/// Returns the indexes of a slice. A negative start counts from the end if there is no end, and a
/// negative end if there is no start; with both, neither does.
fn slice(len: usize, start: Option<i64>, end: Option<i64>) -> std::ops::Range<i64> {
    let len = len as i64;
    match (start, end) {
        (Some(start), Some(end)) => start.max(-len)..end.min(len),
        (Some(start), None) if start < 0 => (start + len).max(0)..len,
        (Some(start), None) => start.min(len)..len,
        (None, Some(end)) if end < 0 => 0..end + len,
        (None, Some(end)) => 0..end.min(len),
        (None, None) => 0..len,
    }
}
