//! The children of a Map Run and their results, which a redrive and the output need.

use std::fmt::Write as _;
use std::sync::Arc;

use smol_str::SmolStr;

use super::layout::{Layout, ResultText, Transformation};
use crate::execution_info::ExecutionInfo;
use crate::record::{
    DamagedRecord, PartialRecord, Record, RecordReader, RecordWriter, TrackedList, TrackedQueue,
    record,
};
use crate::status::Status;
use crate::timestamp::Timestamp;
use crate::value::Value;

/// The result of a child.
#[derive(Clone, Debug)]
pub struct ChildResult {
    /// How it ended.
    pub status: Status,
    /// Its output, if it succeeded.
    pub output: Option<Value>,
    /// Its error name, if it failed.
    pub error: Option<SmolStr>,
    /// The cause of the error.
    pub cause: Option<SmolStr>,
    /// When it ended.
    pub stopped: Timestamp,
}

/// The children of a Map Run in the order of their items: the running ones, and of the others the
/// data for a result and a redrive. If the results are exported, closed children are removed from
/// the front. Then the list has at most the children that were started since the oldest running
/// one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    /// The number of started children.
    count: u32,
    /// The children, in ascending order of their numbers.
    children: TrackedList<ChildEntry>,
    /// The number of children at the front that the export has taken.
    taken: usize,
    /// The number of children that were removed from the list since it was last written.
    dropped: usize,
    /// Children that the export has taken and that did not succeed, in ascending order of their
    /// numbers.
    pub(super) unsuccessful: TrackedList<ChildEntry>,
    /// Whether the whole `ChildResult` of a child is retained, instead of only the data for its
    /// result and a redrive.
    keeps_all: bool,
    /// Inputs of children that were never started, each with its number of items.
    pub(super) pending: TrackedQueue<(Value, u32)>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct ChildEntry {
    number: u32,
    /// The number of its items.
    items: u32,
    status: ChildStatus,
    /// Its info, while it may be redriven.
    about: Option<Arc<ExecutionInfo>>,
    output: Option<Value>,
    /// Its result, if whole results are retained.
    ended: Option<Box<ChildResult>>,
}

/// The status of a child in a Map Run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ChildStatus {
    /// It was started, and its result is not known.
    #[default]
    Running,
    /// It did not succeed, and must be restarted.
    Restarting,
    Succeeded,
    /// It did not succeed, or did not start.
    Unsuccessful,
}

/// A cursor over the children of a redriven run that must be restarted because they did not
/// succeed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RetryCursor {
    next: u32,
    end: u32,
}

/// The fewest children that are removed from the list at once.
const FEW: usize = 64;

impl Results {
    pub(crate) fn new(keeps_all: bool) -> Self {
        Self {
            count: 0,
            children: TrackedList::default(),
            taken: 0,
            dropped: 0,
            unsuccessful: TrackedList::default(),
            keeps_all,
            pending: TrackedQueue::default(),
        }
    }

    /// Returns whether no child was started.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns how many children were started.
    #[cfg(test)]
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Returns how many children are in the list.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.children.len()
    }

    /// Adds a child that starts. Returns its number.
    pub(crate) fn started(&mut self, about: &Arc<ExecutionInfo>, items: u32) -> u32 {
        let number = self.count;
        self.count = self.count.saturating_add(1);
        self.children.push(ChildEntry {
            number,
            items,
            about: Some(about.clone()),
            ..ChildEntry::default()
        });
        number
    }

    /// Records that a child could not be started.
    pub(crate) fn start_failed(&mut self, number: u32) -> Option<u64> {
        let child = self.part_mut(number)?;
        child.status = ChildStatus::Unsuccessful;
        Some(child.items.into())
    }

    /// Records the end of a running child. Returns the number of its items.
    pub(crate) fn ended(&mut self, number: u32, ended: ChildResult) -> Option<u64> {
        let index = self.index_of(number)?;
        let is_running = |child: &&ChildEntry| child.status == ChildStatus::Running;
        self.children.get(index).filter(is_running)?;
        let keeps_all = self.keeps_all;
        let child = self.children.part_mut(index)?;
        child.status = match ended.status {
            Status::Succeeded => ChildStatus::Succeeded,
            _ => ChildStatus::Unsuccessful,
        };
        if keeps_all {
            child.ended = Some(Box::new(ended));
        } else if child.status == ChildStatus::Succeeded {
            child.output = ended.output;
            child.about = None;
        }
        Some(u64::from(child.items))
    }

    /// Returns the index of a child in the list.
    fn index_of(&self, number: u32) -> Option<usize> {
        let has_number = |index: &usize| {
            let child = self.children.get(*index);
            child.is_some_and(|child| child.number == number)
        };
        // The numbers are consecutive, except in a run that was redriven.
        let first = self.children.get(0)?.number;
        let near = number.checked_sub(first)? as usize;
        let far = || self.children.partition_point(|child| child.number < number);
        Some(near)
            .filter(has_number)
            .or_else(|| Some(far()).filter(has_number))
    }

    fn part_mut(&mut self, number: u32) -> Option<&mut ChildEntry> {
        let index = self.index_of(number)?;
        self.children.part_mut(index)
    }

    /// Returns whether the first child that the export has not taken is closed.
    pub(super) fn has_results(&self) -> bool {
        let first = self.children.get(self.taken);
        first.is_some_and(|child| child.is_over())
    }

    /// Takes the next successful child, if all children before it are closed. After the run,
    /// children that were to be restarted count as closed.
    pub(super) fn take_success(&mut self, is_run_over: bool) -> Option<ChildEntry> {
        loop {
            let first = self.children.get(self.taken)?;
            if !first.is_over() && !is_run_over {
                return None;
            }
            let first = self.children.part_mut(self.taken)?;
            let mut child = ChildEntry {
                about: first.about.take(),
                output: first.output.take(),
                ended: first.ended.take(),
                ..*first
            };
            self.taken += 1;
            self.let_go();
            if child.status == ChildStatus::Succeeded {
                return Some(child);
            }
            child.status = ChildStatus::Unsuccessful;
            self.unsuccessful.push(child);
        }
    }

    /// Removes the children that the export has taken, once they are half of the list. The removal
    /// moves the others.
    fn let_go(&mut self) {
        if self.taken >= FEW && self.taken >= self.children.len() / 2 {
            self.children.drop_first(self.taken);
            self.dropped += std::mem::take(&mut self.taken);
        }
    }

    /// Returns the running children, by number.
    pub(crate) fn running_children(&self) -> impl Iterator<Item = (u32, &Arc<ExecutionInfo>)> {
        let children = self.children.iter().skip(self.taken);
        let running_children = children.filter(|child| child.status == ChildStatus::Running);
        running_children.filter_map(|child| Some((child.number, child.about.as_ref()?)))
    }

    /// Prepares for a redrive: no child is running any more, and the children that did not succeed
    /// are restarted.
    pub(crate) fn redriven(&mut self) -> RetryCursor {
        let mut left = TrackedList::default();
        let removed = self.unsuccessful.iter();
        for child in removed.chain(self.children.iter().skip(self.taken)) {
            let mut child = child.clone();
            if child.status != ChildStatus::Succeeded {
                child.status = ChildStatus::Restarting;
            }
            left.push(child);
        }
        self.children = left;
        (self.taken, self.dropped) = (0, 0);
        self.unsuccessful = TrackedList::default();
        RetryCursor {
            next: 0,
            end: self.count,
        }
    }

    /// Returns the number of the next child to restart.
    pub(crate) fn next_retry(&self, cursor: &mut RetryCursor) -> Option<u32> {
        if cursor.next >= cursor.end {
            return None;
        }
        let from = self
            .children
            .partition_point(|child| child.number < cursor.next);
        let left = self.children.iter().skip(from);
        let mut left = left.take_while(|child| child.number < cursor.end);
        let next = left.find(|child| child.status == ChildStatus::Restarting);
        let number = next.map(|child| child.number);
        cursor.next = number.map_or(cursor.end, |number| number + 1);
        number
    }

    /// Restarts a child. Returns its new info and the number of its items.
    pub(crate) fn restart(
        &mut self,
        number: u32,
        anew: impl FnOnce(&ExecutionInfo) -> ExecutionInfo,
    ) -> Option<(Arc<ExecutionInfo>, u32)> {
        let index = self.index_of(number)?;
        let child = self.children.get_mut(index)?;
        let about = Arc::new(anew(child.about.as_ref()?));
        child.about = Some(about.clone());
        child.ended = None;
        child.status = ChildStatus::Running;
        Some((about, child.items))
    }

    /// Adds an input for which no child was started.
    pub(crate) fn add_pending(&mut self, input: Value, items: u32) {
        self.pending.push((input, items));
    }

    /// Takes the first input for which no child was started.
    pub(crate) fn take_pending(&mut self) -> Option<(Value, u32)> {
        self.pending.pop()
    }

    /// Writes the changes since the last call: children that started or ended, and pending inputs
    /// that were added or taken.
    pub(crate) fn write_changes(&mut self, to: &mut RecordWriter) {
        to.field(1, |to| self.count.write(to));
        to.field(2, |to| self.taken.write(to));
        to.field(3, |to| std::mem::take(&mut self.dropped).write(to));
        to.field(4, |to| self.children.write_changes(to));
        to.field(5, |to| self.unsuccessful.write_changes(to));
        to.field(6, |to| self.pending.write_changes(to));
        to.end_fields();
    }

    /// Applies the changes that [`write_changes`](Self::write_changes) wrote.
    pub(crate) fn read_changes(
        &mut self,
        from: &mut RecordReader<'_>,
    ) -> Result<(), DamagedRecord> {
        from.fields(|number, from| match number {
            1 => from.replace(&mut self.count),
            2 => from.replace(&mut self.taken),
            3 => {
                // Children that started and were removed between two records were never read.
                self.children.drop_first(Record::read(from)?);
                Ok(())
            }
            4 => self.children.read_changes(0, from),
            5 => self.unsuccessful.read_changes(0, from),
            6 => self.pending.read_changes(from),
            _ => from.skip(),
        })?;
        if self.taken > self.children.len() {
            return Err(DamagedRecord);
        }
        Ok(())
    }

    /// Writes the status of each child and the output of each successful one.
    pub(crate) fn write_fingerprint(
        &self,
        write_output: &dyn Fn(u32, &Value, &mut String),
        to: &mut String,
    ) {
        for child in self.children.iter() {
            // Writing to a string never fails.
            let _ = write!(to, "{} {:?} ", child.number, child.status);
            let ended = child.ended.as_deref();
            if let Some(error) = ended.and_then(|ended| ended.error.as_ref()) {
                let _ = write!(to, "{error} ");
            }
            let output = ended.and_then(|ended| ended.output.as_ref());
            if let Some(output) = output.or(child.output.as_ref()) {
                write_output(child.number, output, to);
            }
        }
    }

    /// Marks all changes as written.
    pub(crate) fn mark_written(&mut self) {
        self.dropped = 0;
        self.children.mark_written();
        self.unsuccessful.mark_written();
        self.pending.mark_written();
    }

    /// Returns the state's result if nothing is exported: the outputs, without those of failed
    /// children. With a WriterConfig it has the configured format, with failed children as records.
    pub(crate) fn into_output(self, layout: Option<Layout>) -> Value {
        let Some(layout) = layout else {
            let outputs = self.children.iter();
            let outputs = outputs.filter_map(|child| child.output.clone());
            return outputs.collect();
        };
        if layout.is_lines {
            let mut text = ResultText::new(layout);
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

impl ChildEntry {
    /// Returns whether its result is known.
    fn is_over(&self) -> bool {
        matches!(
            self.status,
            ChildStatus::Succeeded | ChildStatus::Unsuccessful
        )
    }

    /// Adds the rows of this child to the results; none if it has not ended.
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
            // A failed execution is described as a whole with each transformation.
            _ => add(&describe(about, ended)),
        }
    }

    pub(super) fn ended(&self) -> Option<(&ExecutionInfo, &ChildResult)> {
        Some((self.about.as_deref()?, self.ended.as_deref()?))
    }
}

/// Describes an execution as result files do.
pub(super) fn describe(about: &ExecutionInfo, ended: &ChildResult) -> Value {
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

/// Describes an execution that was not started.
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

/// The changing part of a child is its end.
impl PartialRecord for ChildEntry {
    fn write_part(&mut self, to: &mut RecordWriter) {
        to.field(1, |to| self.about.is_some().write(to));
        to.field(2, |to| self.output.write(to));
        to.field(3, |to| self.status.write(to));
        to.field(4, |to| self.ended.write(to));
        to.end_fields();
    }

    fn read_part(&mut self, from: &mut RecordReader<'_>) -> Result<(), DamagedRecord> {
        from.fields(|number, from| match number {
            1 => {
                if !bool::read(from)? {
                    self.about = None;
                }
                Ok(())
            }
            2 => from.replace(&mut self.output),
            3 => from.replace(&mut self.status),
            4 => from.replace(&mut self.ended),
            _ => from.skip(),
        })
    }
}

record!(struct RetryCursor { 1 => next, 2 => end });
record!(struct ChildResult { 1 => status, 2 => output, 3 => error, 4 => cause, 5 => stopped });
/// Writes the whole list, independent of the tracked changes.
impl Record for Results {
    fn write(&self, to: &mut RecordWriter) {
        to.value(1, &self.count);
        to.value(2, &self.children);
        to.value(3, &self.taken);
        to.value(4, &self.unsuccessful);
        to.value(5, &self.keeps_all);
        to.value(6, &self.pending);
        to.end_fields();
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let mut results = Self::default();
        from.fields(|number, from| match number {
            1 => from.replace(&mut results.count),
            2 => from.replace(&mut results.children),
            3 => from.replace(&mut results.taken),
            4 => from.replace(&mut results.unsuccessful),
            5 => from.replace(&mut results.keeps_all),
            6 => from.replace(&mut results.pending),
            _ => from.skip(),
        })?;
        if results.taken > results.children.len() {
            Err(DamagedRecord)
        } else {
            Ok(results)
        }
    }
}

record!(struct ChildEntry { 1 => number, 2 => items, 3 => status, 4 => about, 5 => output, 6 => ended });
record!(enum ChildStatus { 0 => Running, 1 => Restarting, 2 => Succeeded, 3 => Unsuccessful });
