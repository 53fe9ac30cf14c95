//! The context object of a past visit, with the members that the history does not determine.

use std::borrow::Cow;
use std::cell::Cell;

use stepwright_asl::errors;
use stepwright_asl::model::State;
use stepwright_interpreter::distributed::Item;
use stepwright_interpreter::query::{CONTEXT_MEMBERS, Context};
use stepwright_interpreter::task::Resource;
use stepwright_interpreter::value::{Object, Segment, Value};

use crate::timeline::{Timeline, Visit};

/// The context object of a visit, as far as the history determines it. It notes reads of the other
/// members.
#[derive(Debug, Clone)]
pub(super) struct ReplayContext {
    /// The members that are known.
    members: Object,
    /// The members that exist, but have no known value, with the reasons.
    unknown: Vec<(&'static str, &'static str, &'static str)>,
    item: MapItem,
    has_token: bool,
    /// Why the value of a member that was read is unknown.
    unknown_read: Cell<Option<&'static str>>,
}

/// `Map.Item` of the context object.
#[derive(Debug, Clone)]
pub(super) enum MapItem {
    /// There is no Map around the state.
    None,
    Known(Value),
    Unknown(&'static str),
}

impl MapItem {
    /// Returns an item of an array or of an object; `None` if there is no such item.
    pub(super) fn of_items(items: &Value, index: usize) -> Option<Self> {
        let item = Item::of_items(items, u32::try_from(index).ok()?)?;
        Some(Self::Known(item.context()))
    }
}

impl ReplayContext {
    /// Creates the context object. A member with the value `Err` exists, but is unknown for this
    /// reason.
    pub(super) fn new(
        execution: &Value,
        others: Vec<(&'static str, &'static str, Result<Value, &'static str>)>,
        item: MapItem,
        has_token: bool,
    ) -> Self {
        let mut sections: [Object; 4] = Default::default();
        let mut unknown = Vec::new();
        for ((section, names), members) in CONTEXT_MEMBERS.into_iter().zip(&mut sections) {
            for name in names {
                let own = others
                    .iter()
                    .find(|(first, second, _)| (*first, *second) == (section, *name));
                match own.map(|(_, _, value)| value) {
                    Some(Ok(value)) => {
                        members.insert(name, value.clone());
                    }
                    Some(Err(reason)) => unknown.push((section, *name, *reason)),
                    None => {
                        if let Some(value) = execution.get(section).and_then(|it| it.get(name)) {
                            members.insert(name, value.clone());
                        }
                    }
                }
            }
        }
        let mut members = Object::new();
        for ((section, _), values) in CONTEXT_MEMBERS.into_iter().zip(sections) {
            if !values.is_empty() {
                members.insert(section, values.into());
            }
        }
        Self {
            members,
            unknown,
            item,
            has_token,
            unknown_read: Cell::new(None),
        }
    }

    /// Returns the same context object with another item.
    pub(super) fn with_item(&self, item: MapItem) -> Self {
        Self {
            item,
            ..self.clone()
        }
    }

    /// Returns why a member that was read since the last call is unknown.
    pub(super) fn take_unknown_read(&self) -> Option<&'static str> {
        self.unknown_read.take()
    }

    fn item(&self) -> Option<&Value> {
        match &self.item {
            MapItem::Known(item) => Some(item),
            _ => None,
        }
    }

    /// Notes a read of all members of a section, or of all sections.
    fn note_read(&self, section: Option<&str>) {
        let read = |name: &str| section.is_none_or(|section| section == name);
        let unknown = self.unknown.iter().find(|(first, _, _)| read(first));
        if let Some((_, _, reason)) = unknown {
            self.unknown_read.set(Some(reason));
        }
        if let MapItem::Unknown(reason) = self.item
            && read("Map")
        {
            self.unknown_read.set(Some(reason));
        }
    }

    fn whole(&self) -> Value {
        let mut members = self.members.clone();
        if let Some(item) = self.item() {
            let map = [("Item", item.clone())];
            members.insert("Map", map.into_iter().collect());
        }
        members.into()
    }
}

impl Context for ReplayContext {
    fn value(&self) -> Value {
        self.note_read(None);
        self.whole()
    }

    fn part(&self, path: &[Segment]) -> (Cow<'_, Value>, usize) {
        let Some(Segment::Key { name: first, .. }) = path.first() else {
            return (Cow::Owned(self.value()), 0);
        };
        if let Some(Segment::Key { name: second, .. }) = path.get(1) {
            let unknown = self
                .unknown
                .iter()
                .find(|(section, name, _)| first.as_str() == *section && second.as_str() == *name);
            if let Some((_, _, reason)) = unknown {
                self.unknown_read.set(Some(reason));
                return (Cow::Owned(Value::Null), 2);
            }
            let found = if first == "Map" && second == "Item" {
                self.item()
            } else {
                self.members
                    .get(first)
                    .and_then(|section| section.get(second))
            };
            if let Some(found) = found {
                return (Cow::Borrowed(found), 2);
            }
        }
        self.note_read(Some(first));
        (Cow::Owned(self.whole()), 0)
    }

    fn has_object(&self, name: &str) -> bool {
        match name {
            "Task" => self.has_token,
            "Map" => !matches!(self.item, MapItem::None),
            _ => CONTEXT_MEMBERS.iter().any(|(member, _)| *member == name),
        }
    }
}

/// Returns the context object of a visit without the item.
pub(super) fn replay_context(
    timeline: &Timeline,
    visit: &Visit,
    name: &str,
    state: &State,
    attempt: Option<usize>,
) -> ReplayContext {
    const REDRIVEN: &str = "the value may have changed when the execution was redriven";
    const RECORDED: &str = "the recording does not contain this member of the context object";
    let execution = timeline.context();
    let is_complete = execution
        .get("Execution")
        .is_some_and(|it| it.get("Id").is_some());
    let mut members = Vec::new();
    if !is_complete {
        let known = |first: &str, second: &str| {
            let section = execution.get(first);
            section.is_some_and(|section| section.get(second).is_some())
        };
        for (first, second) in [
            ("Execution", "Id"),
            ("Execution", "Input"),
            ("Execution", "Name"),
            ("Execution", "RoleArn"),
            ("Execution", "RedriveCount"),
            ("Execution", "RedriveTime"),
            ("StateMachine", "Id"),
            ("StateMachine", "Name"),
        ] {
            if !known(first, second) {
                members.push((first, second, Err(RECORDED)));
            }
        }
    }
    if timeline.is_redriven() {
        members.retain(|(_, second, _)| !second.starts_with("Redrive"));
        members.push(("Execution", "RedriveCount", Err(REDRIVEN)));
        members.push(("Execution", "RedriveTime", Err(REDRIVEN)));
    }
    members.push(("State", "Name", Ok(name.into())));
    let entered = if timeline.is_redriven() {
        Err(REDRIVEN)
    } else {
        Ok(visit.entered().to_string().into())
    };
    members.push(("State", "EnteredTime", entered));
    if matches!(state, State::Task(_) | State::Map(_) | State::Parallel(_)) {
        let retries = if timeline.is_redriven() {
            Err(REDRIVEN)
        } else {
            retry_count(visit, state, attempt)
        };
        members.push(("State", "RetryCount", retries));
    }
    let mut has_token = false;
    if let State::Task(task) = state {
        has_token = Resource::parse(&task.resource).has_token();
    }
    if has_token {
        members.push((
            "Task",
            "Token",
            Err("the history does not name the task token"),
        ));
    }
    ReplayContext::new(execution, members, MapItem::None, has_token)
}

/// Returns how many times the state was retried before an attempt.
fn retry_count(
    visit: &Visit,
    state: &State,
    attempt: Option<usize>,
) -> Result<Value, &'static str> {
    if state.retry().is_empty() {
        return Ok(0.into());
    }
    // Without an event: a value that is too large, and an `ItemsPath` that conflicts with the data.
    let has_silent_retries = state.retry().iter().any(|retrier| {
        let names = &retrier.error_equals;
        let is_named = |error| errors::matches(names, error);
        is_named(errors::DATA_LIMIT_EXCEEDED)
            || is_named(errors::REFERENCE_PATH_CONFLICT) && matches!(state, State::Map(_))
    });
    let attempts = attempt.unwrap_or(visit.attempts().len());
    if has_silent_retries || visit.failed_evaluations > 0 || attempts == 0 {
        return Err("the history does not show all retries of the state");
    }
    Ok(i64::try_from(attempts - 1).unwrap_or(i64::MAX).into())
}
