use std::sync::Arc;

use smol_str::SmolStr;

use super::layout::{Layout, Text, Transformation};
use crate::clock::Timestamp;
use crate::execution_info::ExecutionInfo;
use crate::record::{Changing, Damaged, Part, Queue, Reader, Record, Writer, record};
use crate::status::Status;
use crate::value::Value;

/// How a child ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) status: Status,
    pub(crate) output: Option<Value>,
    pub(crate) error: Option<SmolStr>,
    pub(crate) cause: Option<SmolStr>,
    pub(crate) stopped: Timestamp,
}

/// The children of a Map Run in the order of their items.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    pub(super) children: Changing<Child>,
    /// Whether all that is known of a child is kept, or what its result and a redrive need.
    keeps_all: bool,
    /// Inputs of children that were never started, each with its number of items.
    pub(super) pending: Queue<(Value, u32)>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Child {
    /// How many items it has.
    items: u32,
    /// What it is, as long as it may be redriven.
    about: Option<Arc<ExecutionInfo>>,
    output: Option<Value>,
    is_successful: bool,
    /// It was started, and its end is not known.
    is_at_work: bool,
    /// How it ended, where all is kept.
    ended: Option<Box<Ended>>,
}

/// The children of a redriven run that are to be looked at: those that did not succeed start again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Again {
    next: u32,
    end: u32,
}

impl Results {
    pub(crate) fn new(keeps_all: bool) -> Self {
        Self {
            children: Changing::default(),
            keeps_all,
            pending: Queue::default(),
        }
    }

    /// Whether no child was started.
    pub(crate) fn is_empty(&self) -> bool {
        self.children.is_empty()
    }

    /// A child starts. Gives its number.
    pub(crate) fn started(&mut self, about: &Arc<ExecutionInfo>, items: u32) -> u32 {
        let number = u32::try_from(self.children.len()).unwrap_or(u32::MAX);
        self.children.push(Child {
            items,
            about: Some(about.clone()),
            is_at_work: true,
            ..Child::default()
        });
        number
    }

    /// A child could not be started.
    pub(crate) fn not_begun(&mut self, number: u32) {
        if let Some(child) = self.children.part_mut(number as usize) {
            child.is_at_work = false;
        }
    }

    /// A child that is at work ended. Gives how many items it had.
    pub(crate) fn ended(&mut self, number: u32, ended: Ended) -> Option<u64> {
        let place = number as usize;
        self.children.get(place).filter(|child| child.is_at_work)?;
        let child = self.children.part_mut(place)?;
        child.is_at_work = false;
        child.is_successful = ended.status == Status::Succeeded;
        if self.keeps_all {
            child.ended = Some(Box::new(ended));
        } else if child.is_successful {
            child.output = ended.output;
            child.about = None;
        }
        Some(u64::from(child.items))
    }

    /// The children that are at work, by number.
    pub(crate) fn at_work(&self) -> impl Iterator<Item = (u32, &Arc<ExecutionInfo>)> {
        let numbered = (0u32..).zip(self.children.iter());
        let at_work = numbered.filter(|(_, child)| child.is_at_work);
        at_work.filter_map(|(number, child)| Some((number, child.about.as_ref()?)))
    }

    /// The run is redriven: nothing of it is at work any more, and the children that did not succeed start again.
    pub(crate) fn redriven(&mut self) -> Again {
        for place in 0..self.children.len() {
            if let Some(child) = self.children.part_mut(place) {
                child.is_at_work = false;
            }
        }
        Again {
            next: 0,
            end: u32::try_from(self.children.len()).unwrap_or(u32::MAX),
        }
    }

    /// The number of the next child that starts again.
    pub(crate) fn next_again(&self, again: &mut Again) -> Option<u32> {
        while again.next < again.end {
            let number = again.next;
            again.next += 1;
            let child = self.children.get(number as usize);
            if child.is_some_and(|child| !child.is_successful) {
                return Some(number);
            }
        }
        None
    }

    /// What a child is that starts again, and how many items it has.
    pub(crate) fn starts_again(
        &mut self,
        number: u32,
        anew: impl FnOnce(&ExecutionInfo) -> ExecutionInfo,
    ) -> Option<(Arc<ExecutionInfo>, u32)> {
        let child = self.children.get_mut(number as usize)?;
        let about = Arc::new(anew(child.about.as_ref()?));
        child.about = Some(about.clone());
        child.ended = None;
        child.is_at_work = true;
        Some((about, child.items))
    }

    /// An input that no child was started with.
    pub(crate) fn pending(&mut self, input: Value, items: u32) {
        self.pending.push((input, items));
    }

    /// The first input that no child was started with.
    pub(crate) fn take_pending(&mut self) -> Option<(Value, u32)> {
        self.pending.pop()
    }

    /// Writes what was changed: children that started or ended, and inputs that were taken or noted.
    pub(crate) fn write_changes(&mut self, to: &mut Writer) {
        self.children.write_changes(to);
        self.pending.write_changes(to);
    }

    /// Takes over what [`write_changes`](Self::write_changes) wrote.
    pub(crate) fn read_changes(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        self.children.read_changes(0, from)?;
        self.pending.read_changes(from)
    }

    /// All of it was written.
    pub(crate) fn were_written(&mut self) {
        self.children.were_written();
        self.pending.was_written();
    }

    /// The state's result where nothing is exported: the outputs, without those of failed children; with a
    /// WriterConfig what that says, failed children as records.
    pub(crate) fn into_output(self, layout: Option<Layout>) -> Value {
        let Some(layout) = layout else {
            let outputs = self.children.iter();
            let outputs = outputs.filter_map(|child| child.output.clone());
            return outputs.collect();
        };
        if layout.is_lines {
            let mut text = Text::new(layout);
            for child in self.children.iter() {
                child.rows(layout.transformation, |row| text.push(row));
            }
            return Value::from(text.finish().unwrap_or_default());
        }
        let mut rows = Vec::new();
        for child in self.children.iter() {
            child.rows(layout.transformation, |row| rows.push(row.clone()));
        }
        rows.into_iter().collect()
    }
}

impl Child {
    /// What this child adds to the results; nothing, when it has not ended.
    pub(super) fn rows(&self, transformation: Transformation, mut add: impl FnMut(&Value)) {
        let Some((about, ended)) = self.ended() else {
            return;
        };
        match (&ended.output, transformation) {
            (Some(Value::Array(items)), Transformation::Flatten) => {
                items.as_slice().iter().for_each(add);
            }
            (Some(output), Transformation::Compact | Transformation::Flatten) => {
                add(output);
            }
            // A failed execution is shown as it is, whatever the transformation.
            _ => add(&describe(about, ended)),
        }
    }

    pub(super) fn ended(&self) -> Option<(&ExecutionInfo, &Ended)> {
        Some((self.about.as_deref()?, self.ended.as_deref()?))
    }
}

/// An execution as the result files have it.
fn describe(about: &ExecutionInfo, ended: &Ended) -> Value {
    let included = || object([("Included", Value::from(true))]);
    let mut members: Vec<(&'static str, Value)> = Vec::new();
    if let Some(cause) = &ended.cause {
        members.push(("Cause", Value::from(cause.clone())));
    }
    if let Some(error) = &ended.error {
        members.push(("Error", Value::from(error.clone())));
    }
    members.extend([
        ("ExecutionArn", Value::from(about.arn().clone())),
        ("Input", Value::from(about.input.to_text())),
        ("InputDetails", included()),
        ("Name", Value::from(about.name())),
    ]);
    if let Some(output) = &ended.output {
        members.push(("Output", Value::from(output.to_text())));
    }
    members.push(("OutputDetails", included()));
    members.push(("RedriveCount", Value::from(0)));
    if ended.status == Status::Succeeded {
        let reason = "Execution is SUCCEEDED and cannot be redriven";
        members.push(("RedriveStatus", Value::from("NOT_REDRIVABLE")));
        members.push(("RedriveStatusReason", Value::from(reason)));
    } else {
        members.push(("RedriveStatus", Value::from("REDRIVABLE_BY_MAP_RUN")));
    }
    members.extend([
        ("StartDate", Value::from(about.started.to_string())),
        ("StateMachineArn", Value::from(about.machine.id.clone())),
        ("Status", Value::from(ended.status.as_str())),
        ("StopDate", Value::from(ended.stopped.to_string())),
    ]);
    object(members)
}

/// An execution that was not started.
pub(super) fn describe_pending(input: &Value, machine_id: &SmolStr) -> Value {
    object([
        ("Input", Value::from(input.to_text())),
        ("StateMachineArn", Value::from(machine_id.clone())),
        ("Status", Value::from("PENDING")),
    ])
}

pub(super) fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let members = members.into_iter();
    members
        .map(|(key, value)| (SmolStr::new_static(key), value))
        .collect()
}

/// The part of a child is its end.
impl Part for Child {
    fn write_part(&mut self, to: &mut Writer) {
        self.about.is_some().write(to);
        self.output.write(to);
        self.is_successful.write(to);
        self.is_at_work.write(to);
        self.ended.write(to);
    }

    fn read_part(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        if !bool::read(from)? {
            self.about = None;
        }
        self.output = Record::read(from)?;
        self.is_successful = Record::read(from)?;
        self.is_at_work = Record::read(from)?;
        self.ended = Record::read(from)?;
        Ok(())
    }
}

record!(struct Again { next, end });
record!(struct Ended { status, output, error, cause, stopped });
record!(struct Results { children, keeps_all, pending });
record!(struct Child { items, about, output, is_successful, is_at_work, ended });
