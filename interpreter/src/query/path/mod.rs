//! JSONPath as the service evaluates it: the Java library Jayway over Jackson's nodes.
//!
//! A definite path (keys and indexes) returns one value, or the reason why there is none with
//! Jayway's message, which is part of the service's messages. An index past the end returns `null`.
//! An indefinite path returns an array of all matches, `[]` when there are none.

mod comparison;
mod missing;
#[cfg(test)]
mod tests;
mod tree;

use std::borrow::Cow;

use stepwright_asl::path::{Path, PathStep, Root};

use self::missing::MissingReason;
use self::tree::Tree;
use super::{CompileError, Context, Scope, VariableIx, VariableNames};
use crate::value::{RefPath, Segment, Value};

pub(super) use self::missing::MissingValue;

/// A compiled path.
#[derive(Debug)]
pub(super) struct PathExpr {
    /// The text for messages.
    text: Box<str>,
    origin: Origin,
    steps: Steps,
}

#[derive(Clone, Copy, Debug)]
enum Origin {
    Input,
    Context,
    Variable(VariableIx),
}

#[derive(Debug)]
enum Steps {
    /// Keys and indices.
    Reference(RefPath),
    /// All other paths.
    Tree(Tree),
    /// Keys and indexes, then a function such as `length()`: the service treats it as the name of
    /// a member that never exists.
    Function { before: RefPath, name: Box<str> },
}

impl PathExpr {
    pub(super) fn compile(
        text: &str,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<PathExpr, CompileError> {
        let path = Path::parse(text).map_err(|error| {
            CompileError::new(field, format!("the path `{text}` is refused: {error}"))
        })?;
        PathExpr::of(&path, field, names)
    }

    pub(super) fn of(
        path: &Path,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<PathExpr, CompileError> {
        let refuse =
            |message: String| CompileError::new(field, format!("the path `{path}` {message}"));
        let origin = match &path.root {
            Root::Input => Origin::Input,
            Root::Context => Origin::Context,
            Root::Variable(name) => Origin::Variable(names.intern(name)),
            Root::Current => return Err(refuse("begins with `@` outside a filter".to_owned())),
        };
        let steps = match path.steps.split_last() {
            Some((PathStep::Function { name, arguments }, before))
                if reference(before).is_some() =>
            {
                Steps::Function {
                    before: reference(before).unwrap_or_default(),
                    name: format!("{name}({arguments})").into(),
                }
            }
            _ => match reference(&path.steps) {
                Some(path) => Steps::Reference(path),
                None => Steps::Tree(Tree::compile(&path.steps).map_err(refuse)?),
            },
        };
        Ok(PathExpr {
            text: path.as_str().into(),
            origin,
            steps,
        })
    }

    /// Returns the original text of the path.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the value at a path of keys and indexes into the input or a variable, if it exists.
    /// Nearly all paths are of this kind, so this is called before [`find`](Self::find), which
    /// handles all paths.
    #[inline]
    pub(super) fn reach<'s>(&self, scope: &Scope<'s>) -> Option<&'s Value> {
        let Steps::Reference(path) = &self.steps else {
            return None;
        };
        let root = match self.origin {
            Origin::Input => scope.input,
            Origin::Variable(ix) => scope.variables.get(ix)?,
            Origin::Context => return None,
        };
        root.at(path)
    }

    /// Returns the value that the path selects.
    pub(super) fn find<'s>(
        &'s self,
        scope: &Scope<'s>,
    ) -> Result<Cow<'s, Value>, MissingValue<'s>> {
        match self.origin {
            Origin::Input => self.select(scope.input),
            Origin::Context => self.find_in_context(scope.context),
            Origin::Variable(ix) => match scope.variables.get(ix) {
                Some(value) => self.select(value),
                None => Err(MissingValue::new(
                    MissingReason::Unassigned,
                    &Value::empty_object(),
                )),
            },
        }
    }

    /// Returns whether the path selects a value. An index past the end selects none.
    pub(super) fn is_present(&self, scope: &Scope<'_>) -> bool {
        let reference = match &self.steps {
            Steps::Reference(path) => path,
            _ => return self.find(scope).is_ok(),
        };
        match self.origin {
            Origin::Input => scope.input.at(reference).is_some(),
            Origin::Context => {
                let (part, read) = scope.context.part(reference.segments());
                part.walk_segments(&reference.segments()[read..]).is_ok()
            }
            Origin::Variable(ix) => {
                let value = scope.variables.get(ix);
                value.is_some_and(|value| value.at(reference).is_some())
            }
        }
    }

    fn find_in_context<'s>(
        &'s self,
        context: &'s dyn Context,
    ) -> Result<Cow<'s, Value>, MissingValue<'s>> {
        if let Steps::Reference(path) = &self.steps {
            let (part, read) = context.part(path.segments());
            let rest = &path.segments()[read..];
            match part {
                Cow::Borrowed(part) => {
                    if let Ok(found) = part.walk_segments(rest) {
                        return Ok(Cow::Borrowed(found));
                    }
                }
                Cow::Owned(part) => {
                    if let Ok(found) = part.walk_segments(rest) {
                        return Ok(Cow::Owned(found.clone()));
                    }
                }
            }
        }
        // The error of a missing value contains the whole context object.
        let context = context.value();
        let found = self.select(&context);
        found.map(|found| Cow::Owned(found.into_owned()))
    }

    fn select<'v, 's: 'v>(&'s self, root: &'v Value) -> Result<Cow<'v, Value>, MissingValue<'s>> {
        match &self.steps {
            Steps::Reference(path) if path.is_root() => Ok(Cow::Borrowed(root)),
            _ if root.is_null() => Err(MissingValue::new(MissingReason::NullInput, root)),
            Steps::Reference(path) => follow(root, path),
            Steps::Tree(tree) => {
                let selected = tree.select(root).map(Cow::Owned);
                selected.map_err(|message| MissingValue::new(MissingReason::TooMuch(message), root))
            }
            Steps::Function { before, name } => {
                follow(root, before)?;
                Err(MissingValue::new(
                    MissingReason::Function { before, name },
                    root,
                ))
            }
        }
    }
}

/// Returns the path of these steps, if they are keys and indexes.
fn reference(steps: &[PathStep]) -> Option<RefPath> {
    let segments = steps.iter().map(|step| match step {
        PathStep::Key(name) => Some(Segment::key(name.as_str())),
        PathStep::Index(index) => Some(Segment::Index(*index)),
        _ => None,
    });
    RefPath::new(segments.collect::<Option<Vec<Segment>>>()?)
}

fn follow<'v, 's>(root: &'v Value, path: &'s RefPath) -> Result<Cow<'v, Value>, MissingValue<'s>> {
    match root.walk(path) {
        Ok(value) => Ok(Cow::Borrowed(value)),
        Err((number, Value::Array(_)))
            if matches!(path.segments()[number..], [Segment::Index(_)]) =>
        {
            Ok(Cow::Owned(Value::Null))
        }
        Err((number, at)) => Err(MissingValue::new(
            MissingReason::Step {
                path,
                number,
                at: at.clone(),
            },
            root,
        )),
    }
}
