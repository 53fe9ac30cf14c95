//! The context object (`$$` or `$states.context`) that the expressions of a state read.

use std::borrow::Cow;

use smol_str::SmolStr;

use super::cursor::{Cursor, Cursors, Item};
use crate::execution_info::ExecutionInfo;
use crate::program::{Kind, Program};
use crate::query::{CONTEXT_MEMBERS, Context};
use crate::value::{Object, Segment, Value};

/// The context object of one cursor. It builds only the members that an expression reads.
pub(crate) struct ContextView<'a> {
    pub(crate) about: &'a ExecutionInfo,
    pub(crate) program: &'a Program,
    /// The cursors of the execution, which hold the items of the iterations around `cursor`.
    pub(crate) cursors: &'a Cursors,
    pub(crate) cursor: &'a Cursor,
    /// The item of the ItemSelector that is evaluated; it replaces the cursor's item.
    pub(crate) item: Option<&'a Item>,
    /// In a test of one state: the members that replace all others, except the item.
    pub(crate) test_context: Option<&'a Value>,
    /// In a test of one state: the name that replaces the name of the state.
    pub(crate) state_name: Option<&'static str>,
}

impl Context for ContextView<'_> {
    fn value(&self) -> Value {
        let mut members = match self.test_context() {
            Some(test_context) => test_context.clone(),
            None => self.execution_members(),
        };
        if let Some(item) = self.item() {
            members.insert("Map", object(vec![member("Item", item.context())]));
        }
        members.into()
    }

    fn part(&self, path: &[Segment]) -> (Cow<'_, Value>, usize) {
        if let [
            Segment::Key { name: first, .. },
            Segment::Key { name: second, .. },
            rest @ ..,
        ] = path
        {
            if first == "Map" && second == "Item" {
                if let Some(found) = self.part_of_item(rest) {
                    return (found, 3);
                }
            } else if self.test_context().is_none()
                && let Some(found) = self.read_member(first, second)
            {
                return (found, 2);
            }
        }
        (Cow::Owned(self.value()), 0)
    }

    fn has_object(&self, name: &str) -> bool {
        match name {
            _ if self.test_context().is_some() => false,
            "Task" => self.cursor.attempt_state.token().is_some(),
            _ => CONTEXT_MEMBERS.iter().any(|(member, _)| *member == name),
        }
    }
}

impl ContextView<'_> {
    fn test_context(&self) -> Option<&Object> {
        self.test_context.and_then(Value::as_object)
    }

    fn item(&self) -> Option<Cow<'_, Item>> {
        match self.item {
            Some(item) => Some(Cow::Borrowed(item)),
            None => self.cursors.item(self.cursor),
        }
    }

    fn part_of_item(&self, path: &[Segment]) -> Option<Cow<'_, Value>> {
        let item = self.item()?;
        match path.first()? {
            Segment::Key { name, .. } if name == "Value" => Some(match item {
                Cow::Borrowed(item) => Cow::Borrowed(&item.value),
                Cow::Owned(item) => Cow::Owned(item.value),
            }),
            Segment::Key { name, .. } if name == "Index" => Some(owned(item.index)),
            Segment::Key { name, .. } if name == "Key" => item.key.clone().map(owned),
            _ => None,
        }
    }

    /// Returns all members except the item.
    fn execution_members(&self) -> Object {
        let members = CONTEXT_MEMBERS.iter().filter_map(|(first, names)| {
            let members = names.iter().filter_map(|second| {
                let value = self.read_member(first, second)?;
                Some(member(second, value.into_owned()))
            });
            let members: Vec<_> = members.collect();
            (!members.is_empty()).then(|| member(first, object(members)))
        });
        members.collect()
    }

    /// Reads the member `second` of the member `first`, which is not the item.
    fn read_member(&self, first: &str, second: &str) -> Option<Cow<'_, Value>> {
        let (about, cursor) = (self.about, self.cursor);
        Some(match (first, second) {
            ("Execution", "Input") => Cow::Borrowed(&about.input),
            ("Execution", "Id") => owned(about.arn().clone()),
            ("Execution", "Name") => owned(about.name()),
            ("Execution", "RoleArn") => {
                // Only a test of one state runs without a role.
                owned(Some(about.machine.role_arn.clone()).filter(|role| !role.is_empty()))
            }
            ("Execution", "StartTime") => owned(about.started.to_string()),
            ("Execution", "RedriveCount") => owned(about.redrive_count()?),
            ("Execution", "RedriveTime") => owned(about.redriven()?.to_string()),
            ("StateMachine", "Id") => owned(about.machine.id.clone()),
            ("StateMachine", "Name") => owned(about.machine.name.clone()),
            ("State", "EnteredTime") => owned(cursor.entered_at.to_string()),
            ("State", "Name") => match self.state_name {
                Some(name) => owned(SmolStr::new_static(name)),
                None => owned(self.program.state(cursor.state).name.clone()),
            },
            ("State", "RetryCount") => {
                let kind = &self.program.state(cursor.state).kind;
                let is_retried = matches!(kind, Kind::Task(_) | Kind::Map(_) | Kind::Parallel(_));
                owned(is_retried.then_some(cursor.attempt_state.retry_count())?)
            }
            ("Task", "Token") => owned(cursor.attempt_state.token().cloned()?),
            _ => return None,
        })
    }
}

fn owned(value: impl Into<Value>) -> Cow<'static, Value> {
    Cow::Owned(value.into())
}

fn member(key: &'static str, value: impl Into<Value>) -> (SmolStr, Value) {
    (SmolStr::new_static(key), value.into())
}

fn object(members: Vec<(SmolStr, Value)>) -> Value {
    members.into_iter().collect()
}
