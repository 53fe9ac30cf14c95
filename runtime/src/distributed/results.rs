use std::collections::VecDeque;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::clock::Timestamp;
use crate::execution_info::ExecutionInfo;

use crate::record::record;
use crate::status::Status;
use crate::value::Value;

/// WriterConfig: the form of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) transformation: Transformation,
    /// JSON Lines instead of a JSON array.
    pub(crate) is_lines: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transformation {
    /// The executions with all that is known of them.
    None,
    /// Their outputs.
    Compact,
    /// Their outputs; those that are arrays, taken apart.
    Flatten,
}

/// The text of a result file, row by row.
struct Text {
    layout: Layout,
    text: String,
}

impl Text {
    fn new(layout: Layout) -> Self {
        Self {
            layout,
            text: String::new(),
        }
    }

    fn push(&mut self, row: &Value) {
        if !self.layout.is_lines {
            self.text.push(if self.text.is_empty() { '[' } else { ',' });
        }
        row.write_to(&mut self.text);
        if self.layout.is_lines {
            self.text.push('\n');
        }
    }

    fn len(&self) -> u64 {
        u64::try_from(self.text.len()).unwrap_or(u64::MAX)
    }

    /// `None` when there is no row.
    fn finish(mut self) -> Option<String> {
        if self.text.is_empty() {
            return None;
        }
        if !self.layout.is_lines {
            self.text.push(']');
        }
        Some(self.text)
    }
}

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
    children: Vec<Child>,
    /// Whether all that is known of a child is kept, or what its result and a redrive need.
    keeps_all: bool,
    /// Inputs of children that were never started, each with its number of items.
    pending: VecDeque<(Value, u32)>,
}

#[derive(Clone, Debug)]
struct Child {
    /// How many items it has.
    items: u32,
    /// What it is, as long as it may be redriven.
    about: Option<Arc<ExecutionInfo>>,
    output: Option<Value>,
    is_successful: bool,
    /// How it ended, where all is kept.
    ended: Option<Box<Ended>>,
}

impl Results {
    pub(crate) fn new(keeps_all: bool) -> Self {
        Self {
            children: Vec::new(),
            keeps_all,
            pending: VecDeque::new(),
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
            output: None,
            is_successful: false,
            ended: None,
        });
        number
    }

    /// A child ended. Gives how many items it had.
    pub(crate) fn ended(&mut self, number: u32, ended: Ended) -> u64 {
        let Some(child) = self.children.get_mut(number as usize) else {
            return 0;
        };
        child.is_successful = ended.status == Status::Succeeded;
        if self.keeps_all {
            child.ended = Some(Box::new(ended));
        } else if child.is_successful {
            child.output = ended.output;
            child.about = None;
        }
        u64::from(child.items)
    }

    /// The numbers of the children that did not succeed.
    pub(crate) fn unsuccessful(&self) -> VecDeque<u32> {
        let numbered = (0u32..).zip(&self.children);
        let left = numbered.filter(|(_, child)| !child.is_successful);
        left.map(|(number, _)| number).collect()
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
        Some((about, child.items))
    }

    /// An input that no child was started with.
    pub(crate) fn pending(&mut self, input: Value, items: u32) {
        self.pending.push_back((input, items));
    }

    /// The first input that no child was started with.
    pub(crate) fn take_pending(&mut self) -> Option<(Value, u32)> {
        self.pending.pop_front()
    }

    /// The state's result where nothing is exported: the outputs, without those of failed children; with a
    /// WriterConfig what that says, failed children as records.
    pub(crate) fn into_output(self, layout: Option<Layout>) -> Value {
        let Some(layout) = layout else {
            let outputs = self.children.into_iter().filter_map(|child| child.output);
            return outputs.collect();
        };
        if layout.is_lines {
            let mut text = Text::new(layout);
            for child in &self.children {
                child.rows(layout.transformation, |row| text.push(row));
            }
            return Value::from(text.finish().unwrap_or_default());
        }
        let mut rows = Vec::new();
        for child in &self.children {
            child.rows(layout.transformation, |row| rows.push(row.clone()));
        }
        rows.into_iter().collect()
    }
}

impl Child {
    /// What this child adds to the results; nothing, when it has not ended.
    fn rows(&self, transformation: Transformation, mut add: impl FnMut(&Value)) {
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

    fn ended(&self) -> Option<(&ExecutionInfo, &Ended)> {
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
        ("ExecutionArn", Value::from(about.id.clone())),
        ("Input", Value::from(about.input.to_text())),
        ("InputDetails", included()),
        ("Name", Value::from(about.name.clone())),
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
        ("StateMachineArn", Value::from(about.machine_id.clone())),
        ("Status", Value::from(ended.status.as_str())),
        ("StopDate", Value::from(ended.stopped.to_string())),
    ]);
    object(members)
}

/// An execution that was not started.
fn describe_pending(input: &Value, machine_id: &SmolStr) -> Value {
    object([
        ("Input", Value::from(input.to_text())),
        ("StateMachineArn", Value::from(machine_id.clone())),
        ("Status", Value::from("PENDING")),
    ])
}

fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let members = members.into_iter();
    members
        .map(|(key, value)| (SmolStr::new_static(key), value))
        .collect()
}

/// An object to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) bucket: SmolStr,
    pub(crate) key: SmolStr,
    pub(crate) body: Vec<u8>,
}

/// Makes the files of a ResultWriter one after the other: the results by status, then the manifest that lists them.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    run: SmolStr,
    /// The children's state machine.
    machine_id: SmolStr,
    bucket: SmolStr,
    /// With the id of the run, and a `/` behind it.
    prefix: String,
    layout: Layout,
    /// The most bytes of one file.
    most: u64,
    /// The parts that are still to be written, the next one last.
    parts: Vec<Part>,
    /// The next child of the part, and the number of its next file.
    next: usize,
    number: usize,
    listed: [Vec<Value>; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Failed,
    Pending,
    Succeeded,
    Manifest,
}

/// The last is written first.
const PARTS: [Part; 4] = [Part::Manifest, Part::Succeeded, Part::Pending, Part::Failed];

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Failed => "FAILED",
            Self::Pending => "PENDING",
            Self::Succeeded => "SUCCEEDED",
            Self::Manifest => "manifest",
        }
    }
}

impl Written {
    /// The files of a run whose ARN is `run`.
    pub(crate) fn new(
        run: SmolStr,
        machine_id: SmolStr,
        bucket: SmolStr,
        prefix: &str,
        layout: Layout,
        most: u64,
    ) -> Self {
        let is_closed = prefix.is_empty() || prefix.ends_with('/');
        let slash = if is_closed { "" } else { "/" };
        let id = run.rsplit(':').next().unwrap_or_default();
        Self {
            prefix: format!("{prefix}{slash}{id}/"),
            run,
            machine_id,
            bucket,
            layout,
            most,
            parts: PARTS.to_vec(),
            next: 0,
            number: 0,
            listed: Default::default(),
        }
    }

    /// All files are to be written again.
    pub(crate) fn begin_again(&mut self) {
        self.parts = PARTS.to_vec();
        self.next = 0;
        self.number = 0;
        self.listed = Default::default();
    }

    /// `{MapRunArn, ResultWriterDetails}`: the state's result.
    pub(crate) fn output(&self) -> Value {
        let key = format!("{}manifest.json", self.prefix);
        let details = object([
            ("Bucket", Value::from(self.bucket.clone())),
            ("Key", Value::from(key)),
        ]);
        object([
            ("MapRunArn", Value::from(self.run.clone())),
            ("ResultWriterDetails", details),
        ])
    }

    /// The next file to write.
    pub(crate) fn next_file(&mut self, results: &Results) -> Option<File> {
        while let Some(part) = self.parts.last().copied() {
            let file = match part {
                Part::Manifest => {
                    self.parts.clear();
                    return Some(self.manifest());
                }
                part => self.file_of(part, results),
            };
            if file.is_some() {
                return file;
            }
            self.parts.pop();
            self.next = 0;
            self.number = 0;
        }
        None
    }

    /// The next file of a part, as long as there are rows for it.
    fn file_of(&mut self, part: Part, results: &Results) -> Option<File> {
        let mut text = Text::new(self.layout);
        while text.len() < self.most {
            let is_left = match part {
                Part::Pending => results.pending.get(self.next).map(|(input, _)| {
                    text.push(&describe_pending(input, &self.machine_id));
                }),
                part => results.children.get(self.next).map(|child| {
                    let is_success = child
                        .ended()
                        .is_some_and(|(_, ended)| ended.status == Status::Succeeded);
                    if is_success == (part == Part::Succeeded) {
                        child.rows(self.layout.transformation, |row| text.push(row));
                    }
                }),
            };
            if is_left.is_none() {
                break;
            }
            self.next += 1;
        }
        let body = text.finish()?;
        let key = format!(
            "{}{}_{}.{}",
            self.prefix,
            part.name(),
            self.number,
            if self.layout.is_lines {
                "jsonl"
            } else {
                "json"
            }
        );
        self.number += 1;
        self.listed[part as usize].push(object([
            ("Key", Value::from(key.as_str())),
            ("Size", Value::from(body.len())),
        ]));
        Some(File {
            bucket: self.bucket.clone(),
            key: key.into(),
            body: body.into_bytes(),
        })
    }

    fn manifest(&mut self) -> File {
        let listed = std::mem::take(&mut self.listed);
        let files = [Part::Failed, Part::Pending, Part::Succeeded]
            .into_iter()
            .zip(listed)
            .map(|(part, listed)| (part.name(), listed.into_iter().collect()));
        let manifest = object([
            ("DestinationBucket", Value::from(self.bucket.clone())),
            ("MapRunArn", Value::from(self.run.clone())),
            ("ResultFiles", object(files)),
        ]);
        File {
            bucket: self.bucket.clone(),
            key: format!("{}manifest.json", self.prefix).into(),
            body: manifest.to_text().into_bytes(),
        }
    }
}

record!(struct Layout { transformation, is_lines });
record!(enum Transformation { 0 => None, 1 => Compact, 2 => Flatten });
record!(struct Ended { status, output, error, cause, stopped });
record!(struct Results { children, keeps_all, pending });
record!(struct Child { items, about, output, is_successful, ended });
record!(struct Written { run, machine_id, bucket, prefix, layout, most, parts, next, number, listed });
record!(enum Part { 0 => Failed, 1 => Pending, 2 => Succeeded, 3 => Manifest });
