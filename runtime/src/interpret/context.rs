use smol_str::SmolStr;

use super::cursor::{Cursor, Item};
use crate::execution_info::ExecutionInfo;
use crate::program::{Kind, Program};
use crate::query::Context;
use crate::value::{Object, Value};

/// The context object of one cursor, built when an expression reads it.
pub(crate) struct ContextView<'a> {
    pub(crate) about: &'a ExecutionInfo,
    pub(crate) program: &'a Program,
    pub(crate) cursor: &'a Cursor,
    /// The item that an ItemSelector is evaluated for, instead of the cursor's own.
    pub(crate) item: Option<&'a Item>,
    /// What a test of one state has in place of all but the item.
    pub(crate) given: Option<&'a Value>,
    /// What the state is called there, in place of its own name.
    pub(crate) name: Option<&'static str>,
}

impl Context for ContextView<'_> {
    fn value(&self) -> Value {
        let mut members = match self.given.and_then(Value::as_object) {
            Some(given) => given.clone(),
            None => self.own(),
        };
        let own = self.cursor.item.as_deref();
        if let Some(item) = self.item.or(own) {
            members.insert("Map", object(vec![member("Item", item.context())]));
        }
        members.into()
    }
}

impl ContextView<'_> {
    /// All but the item.
    fn own(&self) -> Object {
        let state = self.program.state(self.cursor.state);
        let about = self.about;
        // Only a test of one state runs without a role.
        let role = Some(about.machine.role_arn.clone()).filter(|role| !role.is_empty());
        let role = Value::from(role);
        let mut execution = vec![
            member("Id", about.arn().clone()),
            member("Input", about.input.clone()),
            member("Name", about.name()),
            member("RoleArn", role),
            member("StartTime", about.started.to_string()),
        ];
        if let Some(count) = about.redrive_count {
            execution.push(member("RedriveCount", count));
        }
        if let Some(redriven) = about.redriven {
            execution.push(member("RedriveTime", redriven.to_string()));
        }
        let mut current = vec![
            member("EnteredTime", self.cursor.entered_at.to_string()),
            member(
                "Name",
                match self.name {
                    Some(name) => SmolStr::new_static(name),
                    None => state.name.clone(),
                },
            ),
        ];
        if matches!(state.kind, Kind::Task(_) | Kind::Map(_) | Kind::Parallel(_)) {
            current.push(member("RetryCount", self.cursor.retry_count));
        }
        let mut members = vec![
            member("Execution", object(execution)),
            member(
                "StateMachine",
                object(vec![
                    member("Id", about.machine.id.clone()),
                    member("Name", about.machine.name.clone()),
                ]),
            ),
            member("State", object(current)),
        ];
        if let Some(token) = &self.cursor.token {
            members.push(member("Task", object(vec![member("Token", token.clone())])));
        }
        members.into_iter().collect()
    }
}

fn member(key: &'static str, value: impl Into<Value>) -> (SmolStr, Value) {
    (SmolStr::new_static(key), value.into())
}

fn object(members: Vec<(SmolStr, Value)>) -> Value {
    members.into_iter().collect()
}
