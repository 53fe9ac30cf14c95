//! Paths that may select many values.

use smol_str::SmolStr;
use stepwright_asl::path::Step as Syntax;

use crate::value::{MAX_DEPTH, Object, Value};

use super::filter::Filter;

/// A path may have so many steps.
const MAX_STEPS: usize = 256;
/// The nodes that one evaluation may visit. A path such as `$..*..*..*` visits more than any
/// machine could.
const MAX_VISITS: usize = 10_000_000;
/// Jayway has no bound, but the service's documents have: 256 KiB, a variable as much.
const MAX_LENGTH: u64 = 64 << 20;

/// The steps of a path.
#[derive(Debug)]
pub(super) struct Tree {
    steps: Box<[Step]>,
    /// Selects one value at most.
    is_definite: bool,
}

#[derive(Debug)]
pub(super) enum Step {
    Key(SmolStr),
    Keys(Box<[SmolStr]>),
    Index(i64),
    Indices(Box<[i64]>),
    Slice(Option<i64>, Option<i64>),
    Wildcard,
    Descendant(Box<Step>),
    Filter(Filter),
    /// A function in the middle of a path finds nothing.
    Nothing,
}

impl Tree {
    pub(super) fn compile(steps: &[Syntax]) -> Result<Tree, String> {
        if steps.len() > MAX_STEPS {
            return Err(format!("has more than {MAX_STEPS} steps"));
        }
        let is_definite = match steps.split_last() {
            // Several members make one object where they end a definite path.
            Some((Syntax::Keys(_), before)) => before.iter().all(is_definite),
            _ => steps.iter().all(is_definite),
        };
        Ok(Tree {
            steps: steps.iter().map(Step::compile).collect::<Result<_, _>>()?,
            is_definite,
        })
    }

    /// What the path selects: an array, unless it is definite.
    pub(super) fn select(&self, root: &Value) -> Result<Value, String> {
        let mut found = self.find(root, root)?;
        Ok(if self.is_definite {
            found.pop().unwrap_or_default()
        } else {
            Value::from(found)
        })
    }

    /// Whether the path selects one value at most.
    pub(super) fn is_definite(&self) -> bool {
        self.is_definite
    }

    /// All that the path selects from `from` in a document.
    pub(super) fn find(&self, from: &Value, document: &Value) -> Result<Vec<Value>, String> {
        if from.json_len() > MAX_LENGTH || from.depth() > MAX_DEPTH {
            return Err("The document is too large for the path.".to_owned());
        }
        let mut walk = Walk {
            document,
            found: Vec::new(),
            visits: 0,
        };
        walk.follow(&self.steps, from)?;
        Ok(walk.found)
    }
}

fn is_definite(step: &Syntax) -> bool {
    matches!(step, Syntax::Key(_) | Syntax::Index(_))
}

impl Step {
    fn compile(step: &Syntax) -> Result<Step, String> {
        Ok(match step {
            Syntax::Key(name) => Step::Key(name.into()),
            Syntax::Keys(names) => Step::Keys(names.iter().map(SmolStr::new).collect()),
            Syntax::Index(index) => Step::Index(*index),
            Syntax::Indices(indices) => Step::Indices(indices.as_slice().into()),
            Syntax::Slice { start, end } => Step::Slice(*start, *end),
            Syntax::Wildcard => Step::Wildcard,
            Syntax::Descendant(step) => Step::Descendant(Box::new(Step::compile(step)?)),
            Syntax::Filter(filter) => Step::Filter(Filter::compile(filter)?),
            Syntax::Function { .. } => Step::Nothing,
        })
    }
}

struct Walk<'d> {
    /// What `$` means in filters.
    document: &'d Value,
    found: Vec<Value>,
    visits: usize,
}

type Done = Result<(), String>;

impl Walk<'_> {
    fn follow(&mut self, steps: &[Step], here: &Value) -> Done {
        self.visits += 1;
        if self.visits > MAX_VISITS {
            return Err("The path selects too much.".to_owned());
        }
        match steps.split_first() {
            Some((step, rest)) => self.step(step, rest, here),
            None => {
                self.found.push(here.clone());
                Ok(())
            }
        }
    }

    fn step(&mut self, step: &Step, rest: &[Step], here: &Value) -> Done {
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
            (Step::Filter(filter), Value::Array(items)) => {
                items
                    .iter()
                    .try_for_each(|item| match filter.holds(item, self.document)? {
                        true => self.follow(rest, item),
                        false => Ok(()),
                    })
            }
            (Step::Filter(filter), Value::Object(_)) => match filter.holds(here, self.document)? {
                true => self.follow(rest, here),
                false => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// An item; past the end Jackson gives null.
    fn item(&mut self, items: &[Value], index: i64, rest: &[Step]) -> Done {
        let index = match index < 0 {
            true => index + items.len() as i64,
            false => index,
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

    /// `..step`: takes the step at every node below, this one included. Recursion is as deep as
    /// the value, which was checked.
    fn descend(&mut self, step: &Step, rest: &[Step], here: &Value) -> Done {
        self.visits += 1;
        if self.visits > MAX_VISITS {
            return Err("The path selects too much.".to_owned());
        }
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
                        // Jayway goes on with every item here, whatever the step selects.
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

    /// Whether Jayway takes the step at a node on its way down.
    fn applies(&self, step: &Step, here: &Value) -> Result<bool, String> {
        Ok(match (step, here) {
            (Step::Key(name), Value::Object(object)) => object.contains_key(name),
            (Step::Keys(names), Value::Object(object)) => {
                names.iter().all(|name| object.contains_key(name))
            }
            (Step::Key(_) | Step::Keys(_), _) => false,
            (Step::Index(_) | Step::Indices(_) | Step::Slice(..), Value::Array(_)) => true,
            (Step::Index(_) | Step::Indices(_) | Step::Slice(..), _) => false,
            (Step::Filter(filter), _) => filter.holds(here, self.document)?,
            (Step::Wildcard | Step::Descendant(_), _) => true,
            (Step::Nothing, _) => false,
        })
    }
}

/// The indices of a slice: a start below zero counts from the end where it stands alone, an end
/// too; of both together neither does.
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
